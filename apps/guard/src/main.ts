import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Transactions, openDataSource, systemClock } from '#database';
import { AuthorityReader, TrustAnchor } from '#people';
import { logLine, repeating, runProcess, settingsOf } from '#process';
import { Guard } from '#publishing';

const settingsSchema = z.object({
  IMPRIMATUR_DATABASE_URL: z.url(),
  IMPRIMATUR_REGISTER_DATABASE_URL: z.url(),
  IMPRIMATUR_OFFICERS_FILE: z.string().min(1),
  IMPRIMATUR_KEY_FILE: z.string().min(1),
  IMPRIMATUR_INSTALLATION: z.string().min(1),
});

const keysSchema = z.strictObject({
  jwk: z.strictObject({ kty: z.string(), crv: z.string(), x: z.string(), y: z.string().optional(), d: z.string() }),
  log: z.strictObject({ name: z.string().min(1), seed: z.string().regex(/^[0-9a-f]{64}$/) }),
});

const EVERY_MS = 250;

/** The guard: re-verifies approved proposals and alone writes to the register. */
runProcess('guard', async () => {
  const settings = settingsOf(settingsSchema, process.env);
  const keys = keysSchema.parse(JSON.parse(readFileSync(settings.IMPRIMATUR_KEY_FILE, 'utf8')));
  const anchor = TrustAnchor.fromFile(settings.IMPRIMATUR_OFFICERS_FILE, settings.IMPRIMATUR_INSTALLATION);
  const open = async (url: string): Promise<Transactions> =>
    new Transactions(await openDataSource({ url, pool: 3, applicationName: 'guard' }));
  const [restricted, register] = [
    await open(settings.IMPRIMATUR_DATABASE_URL),
    await open(settings.IMPRIMATUR_REGISTER_DATABASE_URL),
  ];
  const guard = new Guard(
    { restricted, register, anchor, authority: new AuthorityReader(anchor), clock: systemClock },
    { own: keys.jwk, log: { name: keys.log.name, seed: Buffer.from(keys.log.seed, 'hex') } },
  );
  const duty = repeating(
    EVERY_MS,
    () => guard.round(),
    (error) => {
      logLine('guard', 'warn', error.message);
    },
  );
  return {
    close: async () => {
      await duty.stop();
      await restricted.close();
      await register.close();
    },
  };
});
