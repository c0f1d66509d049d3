import { levelOf } from '../decision/lattice';
import { type AccessRule, type AccessRules, DEFAULT_ASSURANCE } from './access-rules';
import { type RuleCondition, readCondition } from './condition';

/** Rules whose conditions are read once, for everybody. */
export interface CompiledRules {
  readonly version: string;
  readonly source: AccessRules;
  /** What is shown in a stepped-up session only: policy and classification, as `levelOf` writes them. */
  readonly assured: ReadonlySet<string>;
  /** The condition of a rule that has one. */
  conditionOf(rule: AccessRule): RuleCondition | undefined;
}

const compiled = new WeakMap<AccessRules, CompiledRules>();

/** The rules, ready to be asked. Throws for a condition that is none: rules that cannot be read decide nothing. */
export function compileRules(rules: AccessRules | CompiledRules): CompiledRules {
  if ('source' in rules) return rules;
  const known = compiled.get(rules);
  if (known !== undefined) return known;
  const conditions = new Map<AccessRule, RuleCondition>();
  for (const rule of rules.rules)
    if (rule.conditions !== undefined) conditions.set(rule, readCondition(rule.conditions));
  const made: CompiledRules = {
    version: rules.version,
    source: rules,
    assured: new Set(
      (rules.assurance ?? DEFAULT_ASSURANCE).flatMap(({ policy, classifications }) =>
        classifications.map((classification) => levelOf({ policy, classification })),
      ),
    ),
    conditionOf: (rule) => conditions.get(rule),
  };
  compiled.set(rules, made);
  return made;
}
