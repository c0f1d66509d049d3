import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { FileMemory, LedgerRolledBack, Sealer } from '#audit';
import { Transactions, openDataSource } from '#database';
import { logLine, repeating, runProcess, settingsOf } from '#process';

const settingsSchema = z.object({ IMPRIMATUR_DATABASE_URL: z.url(), IMPRIMATUR_KEY_FILE: z.string().min(1) });
const keySchema = z.strictObject({ name: z.string().min(1), seed: z.string().regex(/^[0-9a-f]{64}$/) });

const EVERY_MS = 200;

/** The sealer: seals what is pending and signs the checkpoint. It reads commitments only, and sends nothing out. */
runProcess('sealer', async () => {
  const settings = settingsOf(settingsSchema, process.env);
  const key = keySchema.parse(JSON.parse(readFileSync(settings.IMPRIMATUR_KEY_FILE, 'utf8')));
  const transactions = new Transactions(
    await openDataSource({ url: settings.IMPRIMATUR_DATABASE_URL, pool: 2, applicationName: 'sealer' }),
  );
  const memory = new FileMemory(`${settings.IMPRIMATUR_KEY_FILE}.last`);
  const sealer = new Sealer(transactions, { name: key.name, seed: Buffer.from(key.seed, 'hex') }, memory);
  // A ledger that lost what was signed must not be continued: refuse to start.
  await sealer.sign();
  const duty = repeating(
    EVERY_MS,
    async () => {
      try {
        await sealer.seal();
      } catch (error) {
        if (error instanceof LedgerRolledBack) {
          logLine('sealer', 'error', error.message);
          process.exit(1);
        }
        throw error;
      }
    },
    (error) => {
      logLine('sealer', 'warn', error.message);
    },
  );
  return {
    close: async () => {
      await duty.stop();
      await transactions.close();
    },
  };
});
