import { ApiProblem } from '#client';
import type { Problem } from '#contracts';

/** The house did something else than the story says. */
export class Deviation extends Error {
  constructor(
    readonly expected: string,
    readonly found: string,
  ) {
    super(`expected ${expected}, found ${found}`);
  }
}

/** Throws a deviation unless the two are the same value, as JSON says them. */
export function same(what: string, expected: unknown, found: unknown): void {
  const [one, other] = [JSON.stringify(expected), JSON.stringify(found)];
  if (one !== other) throw new Deviation(`${what} ${one}`, other);
}

/** Throws a deviation unless something holds. `found` says what there is instead. */
export function holds(expected: string, held: boolean, found: string): void {
  if (!held) throw new Deviation(expected, found);
}

/** The problem that a request is refused with. Throws a deviation when it is not refused, or by another code. */
export async function refusal(code: Problem['code'], request: Promise<unknown>): Promise<Problem> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    same('the refusal', code, error.problem.code);
    return error.problem;
  }
  throw new Deviation(`the refusal ${code}`, 'that it was done');
}

/** The rules of a refusal's reasons, each with what there is instead of what it needs. */
export const reasonsOf = (problem: Problem): string =>
  (problem.reasons ?? []).map(({ rule, have }) => `${rule} (${shortened(have)})`).join('; ');

/** Throws a deviation unless the refusal names each of the rules. */
export function namesRules(problem: Problem, ...rules: readonly string[]): void {
  const named = (problem.reasons ?? []).map(({ rule }) => rule);
  const missing = rules.filter((rule) => !named.includes(rule));
  holds(`reasons ${rules.join(', ')}`, missing.length === 0, named.join(', ') || 'none');
}

const LONGEST = 60;
const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
