import type { Problem, Reason } from '#contracts';

/** The problem with which something was refused. Throws when it was not refused, or when the answer was none of the api's. */
export async function problemOf(refused: Promise<unknown>): Promise<Problem> {
  try {
    await refused;
  } catch (error) {
    const { problem } = error as { problem?: Problem };
    if (problem === undefined) throw error;
    return problem;
  }
  throw new Error('it was not refused');
}

export const codeOf = async (refused: Promise<unknown>): Promise<string> => (await problemOf(refused)).code;

export const reasonsOf = async (refused: Promise<unknown>): Promise<readonly Reason[]> =>
  (await problemOf(refused)).reasons ?? [];

/** The rules that refused something, in alphabetical order. */
export const rulesOf = async (refused: Promise<unknown>): Promise<string[]> =>
  (await reasonsOf(refused)).map(({ rule }) => rule).sort();
