import { type Label, valuesOf } from './label';
import { type CategoryValue, type SecurityPolicy, fitsClass } from './policy';

/** The NATO tag sets that belong together (ADatP-4774, tag sets under the policy NATO). */
export const CONTEXT = 'Context';
export const RELEASABLE_TO = 'Releasable To';
export const RELEASABLE = 'Releasable';
export const ONLY = 'Only';
export const ADMINISTRATIVE = 'Administrative';
const UNCLASSIFIED = 'UNCLASSIFIED';

const NATO_POLICY = '1.3.26.1.3.1';
const PUBLIC_POLICY = 'PUBLIC';

/** Whether the NATO rules that no SPIF spells out (a context, the release list) hold for a policy. */
export const hasContext = (policy: SecurityPolicy): boolean => policy.id === NATO_POLICY || policy.name === 'NATO';

/** Whether every value of a label is compared without regard to case: for NATO and PUBLIC (ADatP-4774, section 5 and appendix 2). */
export const ignoresCase = (policy: SecurityPolicy): boolean => hasContext(policy) || policy.name === PUBLIC_POLICY;

/** To whom the information belongs: the context without the word that a release list follows. */
export const ownersOf = (label: Label): string[] => valuesOf(label, CONTEXT).filter((value) => value !== RELEASABLE);

/**
 * Whether an entry of a tag set may stand on a classification: by the policy's rules, and under NATO administrative values on
 * UNCLASSIFIED alone (ADatP-4774 appendix 2), also where the SPIF no longer says so.
 */
export const mayStand = (
  policy: SecurityPolicy,
  tagSet: string,
  entry: CategoryValue,
  classification: string,
): boolean =>
  fitsClass(entry, classification) &&
  (!hasContext(policy) || tagSet !== ADMINISTRATIVE || classification === UNCLASSIFIED);
