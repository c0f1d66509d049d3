export { AccessPolicy } from './access-policy';
export type { Actor, HeldClearance } from './actor';
export { Decider, type Environment, decide, environmentOf, permits, protectionChecks } from './decide';
export { type AccessDecision, type AccessReason, type Check, accessReasons } from './decision/check';
export { type HelpfulStep, helpfulSteps } from './decision/helpful-steps';
export { LIFTED } from './decision/standing';
export { Installation } from './installation';
export { EVERYONE, type Protection, isNeedToKnowToken } from './protection';
export { Remembered } from './remembered';
export {
  type AccessRule,
  type AccessRules,
  DEFAULT_ASSURANCE,
  accessRulesSchema,
  shippedRules,
} from './rules/access-rules';
export { type CompiledRules, compileRules } from './rules/compiled-rules';
export { type AskedRules, type Column, type Columns, type RuleCondition, ruleCondition } from './rules/rule-condition';
export { type RulesCheck, type RulesFault, type WorldDifference, checkRules } from './rules/check-rules';
export { type RuleWorld, type WorldReason, ruleWorldSchema } from './rules/rule-world';
export {
  type Population,
  type PreviewExample,
  type PreviewLine,
  type PreviewSide,
  previewRules,
} from './rules/preview-rules';
export type { Thing } from './thing';
export { type Subject, VOCABULARY } from './vocabulary';
