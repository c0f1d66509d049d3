import { z } from 'zod';
import { Transactions, openDataSource, systemClock } from '#database';
import { LapseCases, Relay, RunJob, TellPeople, openQueue } from '#duties';
import { AuthorityReader, TrustAnchor } from '#people';
import { logLine, repeating, runProcess, settingsOf } from '#process';

const settingsSchema = z.object({
  IMPRIMATUR_DATABASE_URL: z.url(),
  IMPRIMATUR_OFFICERS_FILE: z.string().min(1),
  IMPRIMATUR_INSTALLATION: z.string().min(1),
  IMPRIMATUR_LEASE_SECONDS: z.coerce.number().int().min(1).default(30),
  REDIS_URL: z.url().optional(),
});

const CARRY_EVERY_MS = 200;
const LAPSE_EVERY_MS = 1_000;

/** The worker: carries the outbox into the queue, runs its jobs, and ends cases whose window has passed. */
runProcess('worker', async () => {
  const settings = settingsOf(settingsSchema, process.env);
  const url = settings.IMPRIMATUR_DATABASE_URL;
  const anchor = TrustAnchor.fromFile(settings.IMPRIMATUR_OFFICERS_FILE, settings.IMPRIMATUR_INSTALLATION);
  const transactions = new Transactions(await openDataSource({ url, pool: 6, applicationName: 'worker' }));
  const warn = (error: Error): void => {
    logLine('worker', 'warn', error.message);
  };
  const tell = new TellPeople(new AuthorityReader(anchor), systemClock);
  const jobs = new RunJob(transactions, 'tell-people', (tx, job) => tell.run(tx, job));
  const queue = await openQueue(
    { databaseUrl: url, redisUrl: settings.REDIS_URL, concurrency: 4 },
    (id) => jobs.run(id),
    warn,
  );
  const relay = new Relay(transactions, queue.enqueue, settings.IMPRIMATUR_LEASE_SECONDS);
  const lapse = new LapseCases(transactions, systemClock);
  const duties = [
    repeating(CARRY_EVERY_MS, () => relay.carry(), warn),
    repeating(LAPSE_EVERY_MS, () => lapse.run(), warn),
  ];
  return {
    close: async () => {
      await Promise.all(duties.map((duty) => duty.stop()));
      await queue.close();
      await transactions.close();
    },
  };
});
