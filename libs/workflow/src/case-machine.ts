import type { Refusal } from './refusal';
import type { StageStanding } from './standing';

export const CASE_STATES = [
  'draft',
  'in-approval',
  'returned',
  'objected',
  'approved',
  'scheduled',
  'published',
  'withdrawn',
  'lapsed',
] as const;
export const CASE_COMMANDS = [
  'amend',
  'freeze',
  'decide',
  'return',
  'object',
  'schedule',
  'withdraw',
  'publish',
  'lapse',
] as const;

export type CaseState = (typeof CASE_STATES)[number];
export type CaseCommand = (typeof CASE_COMMANDS)[number];

/** What a command may depend on besides the state. */
export interface CaseFacts {
  /** Where the stages stand after the command. */
  readonly stages?: readonly StageStanding[];
  readonly window?: { readonly notBefore: Date; readonly notAfter: Date };
  readonly publishAt?: Date;
  readonly now?: Date;
}

type Row = Partial<Record<CaseCommand, CaseState>>;

/** From each state, the commands that lead on. What is not written here is refused. */
const TABLE: Readonly<Record<CaseState, Row>> = {
  draft: { amend: 'draft', freeze: 'in-approval', withdraw: 'withdrawn', lapse: 'lapsed' },
  'in-approval': {
    decide: 'in-approval',
    object: 'objected',
    return: 'returned',
    withdraw: 'withdrawn',
    lapse: 'lapsed',
  },
  returned: { amend: 'draft', withdraw: 'withdrawn', lapse: 'lapsed' },
  objected: { amend: 'draft', withdraw: 'withdrawn', lapse: 'lapsed' },
  // A stop is heard until the guard has published: also one that comes when everybody who was needed has approved.
  approved: { schedule: 'scheduled', object: 'objected', return: 'returned', withdraw: 'withdrawn', lapse: 'lapsed' },
  scheduled: {
    schedule: 'scheduled',
    publish: 'published',
    object: 'objected',
    return: 'returned',
    withdraw: 'withdrawn',
    lapse: 'lapsed',
  },
  published: {},
  withdrawn: {},
  lapsed: {},
};

/** The next state of a case, or every reason why the command is refused. */
export function nextCaseState(
  state: CaseState,
  command: CaseCommand,
  facts: CaseFacts,
): { ok: true; state: CaseState } | { ok: false; refusals: Refusal[] } {
  const next = TABLE[state][command];
  const refusals = [...(next === undefined ? [wrongState(state, command)] : []), ...factRefusals(command, facts)];
  if (next === undefined || refusals.length > 0) return { ok: false, refusals };
  const complete =
    facts.stages !== undefined && facts.stages.length > 0 && facts.stages.every((stage) => stage.state === 'complete');
  return { ok: true, state: command === 'decide' && complete ? 'approved' : next };
}

function wrongState(state: CaseState, command: CaseCommand): Refusal {
  const from = CASE_STATES.filter((each) => TABLE[each][command] !== undefined);
  return { code: 'state', rule: `${command}-follows-${from.join('-or-')}`, need: from.join(' or '), have: state };
}

function factRefusals(command: CaseCommand, facts: CaseFacts): Refusal[] {
  if (command !== 'schedule') return [];
  return [...stageRefusals(facts.stages ?? []), ...windowRefusals(facts)];
}

/** Each stage that is not complete, with who is missing. */
export function stageRefusals(stages: readonly StageStanding[]): Refusal[] {
  if (stages.length === 0)
    return [{ code: 'stage', rule: 'stages-complete', need: 'every stage complete', have: 'nothing frozen' }];
  return stages
    .filter((stage) => stage.state !== 'complete')
    .map((stage) => ({
      code: 'stage',
      rule: `stage:${stage.stage}`,
      need: `${String(stage.need)} approvals`,
      have: `${String(stage.have)}${stage.state === 'stopped' ? ', stopped' : ''}; missing: ${stage.missing.join(', ')}`,
    }));
}

function windowRefusals({ window, publishAt, now }: CaseFacts): Refusal[] {
  if (window === undefined || publishAt === undefined || now === undefined) {
    return [{ code: 'window', rule: 'within-the-window', need: 'a window and an hour', have: 'none' }];
  }
  const need = `from ${window.notBefore.toISOString()} to ${window.notAfter.toISOString()}`;
  const within = publishAt >= window.notBefore && publishAt < window.notAfter;
  return [
    ...(within ? [] : [{ code: 'window', rule: 'within-the-window', need, have: publishAt.toISOString() }]),
    ...(now < window.notAfter
      ? []
      : [{ code: 'window', rule: 'window-open', need, have: `it is ${now.toISOString()}` }]),
  ];
}
