import type { Actor } from '../actor';
import type { Subject } from '../vocabulary';
import type { AccessRules } from './access-rules';
import { type CompiledRules, type OwnRule, RuleBook, compileRules } from './compiled-rules';
import { type Columns, Parameters, conditionSql, saidSql } from './condition-sql';

export type { Column, Columns } from './condition-sql';

/** What the rules let somebody do, as SQL over the columns of one table: text and bound parameters, never a pasted value. */
export type RuleCondition =
  | 'everything'
  | 'nothing'
  | { readonly sql: string; readonly parameters: readonly (string | number | boolean | string[])[] };

/** Whose rules about what. */
export interface AskedRules {
  readonly rules: AccessRules | CompiledRules;
  readonly actor: Actor;
  readonly action: string;
  readonly subject: Subject;
}

/**
 * The rules of an actor about an action and a kind of thing, as a condition for the rows of a table.
 *
 * It is true for a row exactly where the rules check of `decide` is met for the thing that these columns make, NULL being what a
 * thing does not say; it is never NULL itself. An attribute without a column is one that no row says. Parameters are numbered
 * from `first`. INVARIANT (fail_closed): rules that cannot be read let nothing through.
 */
export function ruleCondition(asked: AskedRules, columns: Columns, first = 1): RuleCondition {
  const parameters = new Parameters(first);
  let answer: Truth = false;
  try {
    const book = new RuleBook(asked.actor, compileRules(asked.rules));
    // The rule that wins is first: each one is put around all that come after it.
    for (const rule of [...book.rulesFor(asked.action, asked.subject)].reverse())
      answer = around(rule, answer, columns, parameters);
  } catch {
    return 'nothing';
  }
  if (answer === true) return 'everything';
  if (answer === false) return 'nothing';
  return { sql: answer, parameters: parameters.values };
}

type Truth = boolean | string;

function around(rule: OwnRule, others: Truth, columns: Columns, parameters: Parameters): Truth {
  if (rule.condition === undefined) return !rule.forbids;
  if (rule.forbids && others === false) return false;
  if (!rule.forbids && others === true) return true;
  const said = saidSql(rule.condition, columns);
  // An attribute that no row says: what permits permits nothing, what forbids forbids.
  if (said === undefined) return rule.forbids ? false : others;
  const holds = conditionSql(rule.condition, columns, parameters);
  if (rule.forbids) {
    const spared = `(${said} AND NOT ${holds})`;
    return others === true ? spared : `(${spared} AND ${String(others)})`;
  }
  const let_ = `(${said} AND ${holds})`;
  return others === false ? let_ : `(${let_} OR ${String(others)})`;
}
