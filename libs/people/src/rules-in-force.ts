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
 * Lets the access policy learn the version that is in force, once.
 *
 * INVARIANT (fail_closed): rules that cannot be read are not learnt, and a version that is not known denies.
 */
export async function learnRules(tx: Tx, access: AccessPolicy, version: string): Promise<void> {
  if (access.knows(version)) return;
  const parsed = accessRulesSchema.safeParse(await activatedRules(tx, version));
  if (parsed.success) access.learn(parsed.data);
}
