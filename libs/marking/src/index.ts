export { labelAtLeast } from './decision/label-order';
export { type RollUp, explainRollUp, raisedBanner, rollUp } from './decision/roll-up';
export { type DominanceCheck, covers, dominates, governingLabels, permits } from './decision/dominance';
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
export { type MarkOptions, banner, marking, portionMark } from './text/mark';
export { type ParseMarkOptions, type ParsedMark, parseMark } from './text/parse-mark';
export type { MarkForm } from './text/phrases';
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
export { type ReadPolicy, type SpifFault, parseSpif } from './spif/read-spif';
export { type LabelFault, type LabelUse, validateLabel } from './label/validate-label';
export { validateClearance } from './label/validate-clearance';
export { clearanceClaim, clearanceFromClaim, readClearance, writeClearance } from './label/clearance-xml';
export { type FromJson, clearanceFromJson, labelFromJson, recordFromJson } from './label/label-json';
export { type ReadLabel, type ReadLabelOptions, readLabel } from './label/read-label';
export {
  type BaseRecord,
  type LabelKind,
  type LabelOriginator,
  type LabelRecord,
  type Succession,
} from './label/record';
export { inPolicySpelling } from './label/spelling';
export { validateRecord } from './label/validate-record';
export { type WrittenXml, writeLabel } from './label/write-label';
export { type DeclaredEquivalent, type Direction, declaredEquivalents } from './equivalence/declared';
export {
  type NationalEquivalent,
  type OfferedAlternative,
  levelOfWord,
  nationalAlternatives,
  nationalEquivalents,
} from './equivalence/national';
export {
  type Evidence,
  NATIONAL_WORDS,
  NATIONS,
  type NationalWord,
  type NatoLevel,
} from './equivalence/national-words';
export {
  type BindableFile,
  type Binding,
  type BindingInformation,
  type BoundDigest,
  type DataReference,
  type DigestAlgorithm,
  type VerifiedFile,
  bindingOf,
  labelsOf,
  siblingOf,
  sidecarName,
  verifyBinding,
} from './binding/binding';
export { type ReadBinding, readBinding } from './binding/read-binding';
export { writeBinding } from './binding/write-binding';
export { type InternedLabel, LabelDictionary, type Reader } from './decision/label-dictionary';
