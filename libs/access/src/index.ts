export type { Actor } from './actor';
export { type AccessDecision, AccessPolicy, type Check, type Thing, decide, protectionChecks } from './decide';
export { EVERYONE, type Protection, isNeedToKnowToken } from './protection';
export { Installation } from './installation';
export { type AccessRules, abilityOf, accessRulesSchema, shippedRules } from './rules';
