export { type RollUp, labelAtLeast, rollUp } from './decision/compare';
export { type DominanceCheck, dominates } from './decision/dominance';
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
export { banner, portionMark } from './text/mark';
export { type ParsedMark, parseMark } from './text/parse-mark';
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
export { type SpifFault, parseSpif } from './spif/read-spif';
export { type LabelFault, type LabelUse, validateLabel } from './label/validate-label';
export { validateClearance } from './label/validate-clearance';
