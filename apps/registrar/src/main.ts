import { z } from 'zod';
import { Transactions, openDataSource, systemClock } from '#database';
import { Registrar, TrustAnchor } from '#people';
import { logLine, readPolicies, repeating, runProcess, settingsOf } from '#process';

const settingsSchema = z.object({
  IMPRIMATUR_DATABASE_URL: z.url(),
  IMPRIMATUR_OFFICERS_FILE: z.string().min(1),
  IMPRIMATUR_INSTALLATION: z.string().min(1),
  IMPRIMATUR_POLICIES: z.string().min(1).default('policies'),
});

const EVERY_MS = 250;

/** The registrar: verifies the instruments that were handed in, and alone writes persons, clearances, keys and seats. */
runProcess('registrar', async () => {
  const settings = settingsOf(settingsSchema, process.env);
  const anchor = TrustAnchor.fromFile(settings.IMPRIMATUR_OFFICERS_FILE, settings.IMPRIMATUR_INSTALLATION);
  const policies = readPolicies(settings.IMPRIMATUR_POLICIES);
  const transactions = new Transactions(
    await openDataSource({ url: settings.IMPRIMATUR_DATABASE_URL, pool: 2, applicationName: 'registrar' }),
  );
  const registrar = new Registrar(transactions, anchor, policies, systemClock);
  const duty = repeating(
    EVERY_MS,
    () => registrar.settle(),
    (error) => {
      logLine('registrar', 'warn', error.message);
    },
  );
  return {
    close: async () => {
      await duty.stop();
      await transactions.close();
    },
  };
});
