import { type Label, valuesOf } from './label';
import type { SecurityPolicy } from './policy';

/** The NATO tag sets that belong together (ADatP-4774, tag sets under the policy NATO). */
export const CONTEXT = 'Context';
export const RELEASABLE_TO = 'Releasable To';
export const RELEASABLE = 'Releasable';
export const ONLY = 'Only';

const NATO_POLICY = '1.3.26.1.3.1';

/** Whether the NATO rules that no SPIF spells out (a context, the release list) hold for a policy. */
export const hasContext = (policy: SecurityPolicy): boolean => policy.id === NATO_POLICY || policy.name === 'NATO';

/** To whom the information belongs: the context without the word that a release list follows. */
export const ownersOf = (label: Label): string[] => valuesOf(label, CONTEXT).filter((value) => value !== RELEASABLE);
