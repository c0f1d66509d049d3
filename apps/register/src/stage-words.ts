import { type DecidedStage, type Decider, isPublic } from '#register';
import { type Moment, momentOf } from './moments';

/** A stage of the procedure in human words. */
export interface StageView {
  readonly name: string;
  /** Whose decision it asks for, and by which rule. */
  readonly asks: string;
  readonly judges: string;
  readonly isPublic: boolean;
  readonly commitment: string;
  readonly deciders: readonly DeciderView[];
}

export interface DeciderView {
  readonly seat: string | null;
  readonly office: string;
  readonly capacity: string;
  readonly at: Moment;
  readonly kid: string;
}

const JUDGES = {
  'own portions': 'their own portions',
  'both parts': 'what is released and what is withheld',
  'outgoing part': 'exactly what is released',
} as const;

const CAPACITIES = { holder: 'holder', delegate: 'delegate', role: 'by role' } as const;

export const stageView = (decided: DecidedStage): StageView => ({
  name: decided.stage.id,
  asks: asksOf(decided),
  judges: JUDGES[decided.stage.judges],
  isPublic: isPublic(decided.stage),
  commitment: decided.commitment,
  deciders: decided.deciders.map(deciderView),
});

function asksOf({ stage, bodyName }: DecidedStage): string {
  if ('each' in stage) return 'every originator of what is released';
  if ('role' in stage) return `at least ${counted(stage.rule.atLeast, 'person')} in the role ${stage.role}`;
  const body = bodyName ?? stage.body;
  if (typeof stage.rule === 'object') return `at least ${counted(stage.rule.atLeast, 'seat')} of ${body}`;
  return stage.rule === 'consensus' ? `every seat of ${body}, by consensus` : `every seat of ${body}`;
}

const deciderView = ({ seat, office, capacity, at, kid }: Decider): DeciderView => ({
  seat: seat === null ? null : seat.name,
  office,
  capacity: CAPACITIES[capacity],
  at: momentOf(at),
  kid,
});

/** By whom a release was adopted, in a few words for each public stage: `32 decisions, every seat of …`. */
export const adoptedBy = (stages: readonly DecidedStage[]): string[] =>
  stages
    .filter(({ stage }) => isPublic(stage))
    .map((each) => `${asksOf(each)}: ${counted(each.deciders.length, 'signed decision')}`);

export const counted = (count: number, noun: string): string => `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
