import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AccessPolicy, Installation, shippedRules } from '#access';
import {
  Cursors,
  ExaminerTransactions,
  SeparateTransactions,
  Transactions,
  openDataSource,
  systemClock,
} from '#database';
import { type PolicySet, parseMark } from '#marking';
import { TrustAnchor } from '#people';
import { logLine, readPolicies, runProcess, settingsOf } from '#process';
import { createApi } from './application';
import { apiSettingsSchema } from './settings';

const keySchema = z.strictObject({ cursorSecret: z.string().regex(/^[0-9a-f]{64}$/) });

/** The api: everything that people and integrators ask over HTTP. Holds no key that could sign anything. */
runProcess('api', async () => {
  const settings = settingsOf(apiSettingsSchema, process.env);
  const keys = keySchema.parse(JSON.parse(readFileSync(settings.IMPRIMATUR_KEY_FILE, 'utf8')));
  const policies = readPolicies(settings.IMPRIMATUR_POLICIES);
  const anchor = TrustAnchor.fromFile(settings.IMPRIMATUR_OFFICERS_FILE, settings.IMPRIMATUR_INSTALLATION);
  const installation = new Installation(settings.IMPRIMATUR_INSTALLATION, levelOf(policies, settings.IMPRIMATUR_LEVEL));
  const url = settings.IMPRIMATUR_DATABASE_URL;
  const transactions = new Transactions(await openDataSource({ url, pool: 10, applicationName: 'api' }));
  const separate = new SeparateTransactions(await openDataSource({ url, pool: 3, applicationName: 'api-record' }));
  const examiner = new ExaminerTransactions(
    await openDataSource({
      url: settings.IMPRIMATUR_EXAMINER_DATABASE_URL,
      pool: 2,
      applicationName: 'api-examiner',
    }),
  );
  const app = await createApi({
    transactions,
    separate,
    examiner,
    policies,
    access: new AccessPolicy(shippedRules),
    installation,
    anchor,
    cursors: new Cursors(Buffer.from(keys.cursorSecret, 'hex')),
    clock: systemClock,
  });
  await app.listen(settings.IMPRIMATUR_PORT, settings.IMPRIMATUR_HOST);
  logLine('api', 'info', `listens on ${await app.getUrl()}`);
  return {
    close: async () => {
      await app.close();
      await transactions.close();
      await separate.close();
      await examiner.close();
    },
  };
});

function levelOf(policies: PolicySet, text: string): Installation['highest'] {
  const parsed = parseMark(policies, text);
  if (!parsed.ok) throw new Error(`IMPRIMATUR_LEVEL: ${parsed.fault}`);
  return parsed.label;
}
