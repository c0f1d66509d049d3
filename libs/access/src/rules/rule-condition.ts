import type { Actor } from '../actor';
import type { Subject } from '../vocabulary';
import type { AccessRules } from './access-rules';
import { type CompiledRules, compileRules } from './compiled-rules';
import { type Columns, Parameters, conditionSql, saidSql } from './condition-sql';
import type { Condition } from './condition';
import { type OwnRule, RuleBook } from './rule-book';

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
    for (const rule of deciding(book.rulesFor(asked.action, asked.subject), columns).reverse())
      answer = around(rule, answer, columns, parameters);
  } catch {
    return 'nothing';
  }
  if (answer === true) return 'everything';
  if (answer === false) return 'nothing';
  return { sql: answer, parameters: parameters.values };
}

/** A rule and whether a row says what it asks about; null where it asks about nothing. */
interface Deciding {
  readonly forbids: boolean;
  readonly when: { readonly condition: Condition; readonly said: string } | null;
}

/**
 * The rules as far as they can decide about a row, the one that wins first: none after one that speaks of every row.
 * Of an attribute that no row says, what permits permits nothing and what forbids forbids.
 */
function deciding(rules: readonly OwnRule[], columns: Columns): Deciding[] {
  const found: Deciding[] = [];
  for (const { forbids, condition } of rules) {
    const said = condition === undefined ? undefined : saidSql(condition, columns);
    if (condition !== undefined && said !== undefined) found.push({ forbids, when: { condition, said } });
    else if (condition === undefined || forbids) return [...found, { forbids, when: null }];
  }
  return found;
}

type Truth = boolean | string;

function around({ forbids, when }: Deciding, others: Truth, columns: Columns, parameters: Parameters): Truth {
  if (when === null) return !forbids;
  if (others === !forbids) return others;
  const holds = conditionSql(when.condition, columns, parameters);
  const own = forbids ? `(${when.said} AND NOT ${holds})` : `(${when.said} AND ${holds})`;
  if (typeof others === 'boolean') return own;
  return forbids ? `(${own} AND ${others})` : `(${own} OR ${others})`;
}
