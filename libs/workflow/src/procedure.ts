import { z } from 'zod';
import type { Refusal } from './refusal';

const name = z.string().regex(/^[a-z][a-z0-9-]{0,79}$/);

const stageBase = {
  id: name,
  judges: z.enum(['own portions', 'both parts', 'outgoing part']),
  public: z.literal(true).optional(),
};

const atLeast = z.strictObject({ atLeast: z.number().int() });

/** A stage: who decides, by which rule. `silence` and others come when somebody needs them: the guard re-verifies each rule. */
export const stageSchema = z.union([
  z.strictObject({ ...stageBase, each: z.literal('originator'), rule: z.literal('all') }),
  z.strictObject({ ...stageBase, role: name, rule: atLeast }),
  z.strictObject({ ...stageBase, body: name, rule: z.union([z.literal('consensus'), z.literal('all'), atLeast]) }),
]);

export const CONSTRAINTS = ['distinct-humans', 'not-requester', 'cleared-for-what-they-judge'] as const;

/** A procedure as data. A new version is another procedure: what was decided under one counts for no other. */
export const procedureSchema = z.strictObject({
  id: name,
  version: z.number().int().min(1),
  stages: z.array(stageSchema).min(1).max(20),
  constraints: z.array(z.enum(CONSTRAINTS)),
});

export type Stage = z.output<typeof stageSchema>;
export type Procedure = z.output<typeof procedureSchema>;

/** The body whose seats are the originators themselves: seat `ACT` speaks for what ACT originated. */
export const ORIGINATORS = 'originators';

/** What the linter knows of the world in which a procedure would run. */
export interface ProcedureFacts {
  readonly bodies: readonly { readonly id: string; readonly seats: readonly string[] }[];
  readonly roles: readonly string[];
}

/**
 * Why a procedure must not come into force: a zero quorum, a rule that nobody can satisfy or that one person can satisfy
 * alone, an unknown body or role, no public stage.
 *
 * INVARIANT (fail_closed): what the linter does not understand it refuses.
 */
export function lintProcedure(proposed: unknown, facts: ProcedureFacts): Refusal[] {
  const parsed = procedureSchema.safeParse(proposed);
  if (!parsed.success) {
    const unknown = parsed.error.issues.map((issue) =>
      refusal('schema', 'a procedure of the known shape', `${issue.path.join('.')}: ${issue.message}`),
    );
    return [...unsupportedRules(proposed), ...unknown];
  }
  const procedure = parsed.data;
  const ids = procedure.stages.map((stage) => stage.id);
  return [
    ...ids
      .filter((id, index) => ids.indexOf(id) !== index)
      .map((id) => refusal('stages-have-names-of-their-own', 'one stage', `two named ${id}`)),
    ...CONSTRAINTS.filter((constraint) => !procedure.constraints.includes(constraint)).map((constraint) =>
      refusal('not-self-satisfiable', `the constraint ${constraint}`, 'a procedure without it'),
    ),
    ...(procedure.stages.some((stage) => stage.public === true)
      ? []
      : [refusal('a-public-stage', 'a stage that the certificate can name', 'none')]),
    ...(procedure.stages.some((stage) => 'each' in stage)
      ? []
      : [refusal('originators-consent', 'a stage for each originator', 'none')]),
    ...(fewestHumans(procedure, facts) < 2
      ? [refusal('not-self-satisfiable', 'two humans at least, since each counts once', 'a rule for one alone')]
      : []),
    ...procedure.stages.flatMap((stage) => lintStage(stage, facts)),
  ];
}

/** How many humans a procedure needs at the least; the originators may all be one. */
function fewestHumans({ stages }: Procedure, { bodies }: ProcedureFacts): number {
  const inStage = (stage: Stage): number => {
    if ('each' in stage) return 1;
    if (typeof stage.rule === 'object') return Math.max(stage.rule.atLeast, 0);
    return 'body' in stage ? (bodies.find((each) => each.id === stage.body)?.seats.length ?? 0) : 0;
  };
  return stages.reduce((sum, stage) => sum + inStage(stage), 0);
}

/** The rules of a proposed procedure that no guard here can verify, `silence` before all, named one by one. Never throws. */
export function unsupportedRules(proposed: unknown): Refusal[] {
  const stages = recordOf(proposed)['stages'];
  return (Array.isArray(stages) ? stages : []).flatMap((stage: unknown) => {
    const { id, rule, or } = recordOf(stage);
    const have = [...(or === undefined ? [] : namesIn(or)), ...namesIn(rule).filter((each) => !RULES.includes(each))];
    const where = typeof id === 'string' ? id.slice(0, 80) : 'a stage without a name';
    return have.map((name) => refusal('supported-rule', `one of the rules ${RULES.join(', ')}`, `${name} in ${where}`));
  });
}

const RULES: readonly string[] = ['all', 'consensus', 'atLeast'];

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function namesIn(rule: unknown): string[] {
  if (typeof rule === 'string') return [rule.slice(0, 80)];
  const names = Object.keys(recordOf(rule)).map((name) => name.slice(0, 80));
  return names.length === 0 ? ['no rule'] : names;
}

function lintStage(stage: Stage, facts: ProcedureFacts): Refusal[] {
  if ('each' in stage) {
    return facts.bodies.some((body) => body.id === ORIGINATORS)
      ? []
      : [refusal('satisfiable', `the body ${ORIGINATORS}`, `none for ${stage.id}`)];
  }
  const quorum = typeof stage.rule === 'object' ? stage.rule.atLeast : undefined;
  const zero = quorum !== undefined && quorum < 1 ? [refusal('no-zero-quorum', 'at least 1', String(quorum))] : [];
  if ('role' in stage) {
    return [
      ...zero,
      ...(facts.roles.includes(stage.role) ? [] : [refusal('satisfiable', 'a role that somebody holds', stage.role)]),
    ];
  }
  const body = facts.bodies.find((each) => each.id === stage.body);
  if (body === undefined || body.seats.length === 0)
    return [...zero, refusal('satisfiable', 'a body with seats', stage.body)];
  const tooMany = quorum !== undefined && quorum > body.seats.length;
  return [
    ...zero,
    ...(tooMany ? [refusal('satisfiable', `at most ${String(body.seats.length)} seats`, String(quorum))] : []),
  ];
}

const refusal = (rule: string, need: string, have: string): Refusal => ({ code: 'procedure', rule, need, have });
