export { type RollUp, labelAtLeast, rollUp } from './compare';
export { type DominanceCheck, dominates } from './dominance';
export {
  type CategoryType,
  type Clearance,
  type Label,
  type LabelCategory,
  PUBLIC_LABEL,
  canonicalLabel,
  isPublic,
  normalLabel,
  valuesOf,
} from './label';
export { banner, portionMark } from './mark';
export { type ParsedMark, parseMark } from './parse-mark';
export {
  type CategoryReference,
  type CategoryValue,
  type Classification,
  type MarkingPhrase,
  PolicySet,
  type RequiredCategory,
  type SecurityPolicy,
  type TagSet,
} from './policy';
export { type SpifFault, parseSpif } from './spif';
export { type LabelFault, type LabelUse, validateLabel } from './validate';
export { validateClearance } from './validate-clearance';
