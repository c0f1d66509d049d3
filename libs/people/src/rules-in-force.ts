import { AccessPolicy, accessRulesSchema, shippedRules } from '#access';
import type { Tx } from '#database';
import { canonicalJson } from '#signing';
import type { InstrumentOf } from '#workflow';
import { activatedRules } from './store/access-list.store';

/** What is wrong with rules that two officers would put into force; null when nothing is. */
export function rulesFault({ version, rules }: InstrumentOf<'access-rules'>['body']): string | null {
  const parsed = accessRulesSchema.safeParse(rules);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ');
  if (parsed.data.version !== version) return `the rules call themselves ${parsed.data.version}`;
  // INVARIANT: one version is one text, also where the product has shipped it.
  return version === shippedRules.version && canonicalJson(parsed.data) !== canonicalJson(shippedRules)
    ? 'other rules have shipped under this version; a change is a new version'
    : null;
}

/**
 * Lets the access policy learn the version that two officers have put into force.
 *
 * INVARIANT (fail_closed): rules that cannot be read are not learnt, and a version that is not known denies. Where a later product ships
 * other rules under the name of those that were signed, nobody is let in: to decide by them would be to change what was signed.
 */
export async function learnRules(tx: Tx, access: AccessPolicy, version: string): Promise<void> {
  const parsed = accessRulesSchema.safeParse(await activatedRules(tx, version));
  const known = access.rulesOf(version)?.source;
  if (known === undefined && parsed.success) access.learn(parsed.data);
  if (known === undefined || (parsed.success && canonicalJson(known) === canonicalJson(parsed.data))) return;
  throw new Error(
    `officers have put other rules into force as ${version} than those that this product knows by that name`,
  );
}
