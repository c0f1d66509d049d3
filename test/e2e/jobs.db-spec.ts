import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Relay, RunJob } from '#duties';
import { type AllianceHouse, frozenCase, openAllianceHouse } from '../support/alliance';
import { type Captured, administrator, captured } from '../support/captured';
import { asking } from '../support/cluster';
import { ask } from '../support/http';
import { WorkerProcess } from '../support/worker-process';

/* Work that follows from a change lies in the outbox, with the change. The queue only wakes it: what the queue loses is late, not lost. */
let alliance: AllianceHouse;
let admin: Captured;
let api: Captured;
let caseId: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  admin = await administrator(alliance.house);
  api = await captured(alliance.house, 'api');
  ({ caseId } = await frozenCase(alliance));
});

afterAll(async () => {
  for (const each of [api, admin]) await each.close();
  await alliance.house.close();
});

beforeEach(async () => {
  await admin.run('TRUNCATE outbox, processed, notification');
});

const count = async (sql: string): Promise<number> =>
  (await admin.run<{ n: number }>(`SELECT count(*)::int AS n FROM ${sql}`))[0]!.n;

/** Leaves jobs about the frozen case, each of which tells its originator that their decision is awaited. */
async function leaveJobs(howMany: number): Promise<void> {
  await api.run(
    `INSERT INTO outbox (id, topic, payload) SELECT gen_random_uuid(), 'case.frozen', jsonb_build_object('caseId', $2::text) FROM generate_series(1, $1::int)`,
    [howMany, caseId],
  );
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 25_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await pause(20);
  }
}

const doneAtLeast = (howMany: number) => async (): Promise<boolean> =>
  (await count('outbox WHERE done_at IS NOT NULL')) >= howMany;

describe('a job and the change that it follows from', () => {
  it('are committed together, and refused together', async () => {
    const { caseId: made } = await frozenCase(alliance);
    const ofCase = `outbox WHERE payload ->> 'caseId' = '${made}'`;
    expect(await admin.run(`SELECT topic FROM ${ofCase}`)).toEqual([{ topic: 'case.frozen' }]);
    await expect(alliance.requester.client.freezeCase(made)).rejects.toMatchObject({ problem: { code: 'refused' } });
    expect(await count(ofCase)).toBe(1);
  });

  it('are both undone when the outbox cannot be written', async () => {
    const { caseId: made } = await frozenCase(alliance);
    await admin.run('REVOKE INSERT ON outbox FROM imprimatur_api');
    const answer = await ask(alliance.house.url, `/api/cases/${made}/withdraw`, {
      method: 'POST',
      as: alliance.requester.sid,
      json: { reason: 'EXERCISE' },
    });
    await admin.run('GRANT INSERT ON outbox TO imprimatur_api');
    expect(answer.status).toBe(500);
    expect((await alliance.requester.client.case(made)).state).toBe('in-approval');
  });
});

describe('a job that runs twice', () => {
  it('at once has its effect once', async () => {
    await leaveJobs(1);
    const [job] = await admin.run<{ id: string }>('SELECT id FROM outbox');
    let effects = 0;
    const relay = await alliance.house.as('relay');
    const run = new RunJob(relay, 'counting', async () => {
      effects += 1;
      await pause(50);
    });
    await Promise.all([1, 2, 3, 4, 5].map(() => run.run(job!.id)));
    await run.run(job!.id);
    expect(effects).toBe(1);
    expect(await count('processed')).toBe(1);
  });

  it('after it failed half-way has nothing left of the first time', async () => {
    await leaveJobs(1);
    const [job] = await admin.run<{ id: string }>('SELECT id FROM outbox');
    const relay = await alliance.house.as('relay');
    const told = `INSERT INTO notification (id, outbox_id, person_id, kind) VALUES ($1, $2, $3, 'exercise')`;
    const failing = new RunJob(relay, 'telling', async (tx) => {
      await tx.change(told, [randomUUID(), job!.id, alliance.originator.person]);
      throw new Error('EXERCISE the power is gone');
    });
    await expect(failing.run(job!.id)).rejects.toThrow('the power is gone');
    expect([
      await count('notification'),
      await count('processed'),
      await count('outbox WHERE done_at IS NULL'),
    ]).toEqual([0, 0, 1]);
    const whole = new RunJob(relay, 'telling', async (tx) => {
      await tx.change(told, [randomUUID(), job!.id, alliance.originator.person]);
    });
    await whole.run(job!.id);
    expect([
      await count('notification'),
      await count('processed'),
      await count('outbox WHERE done_at IS NULL'),
    ]).toEqual([1, 1, 0]);
  });
});

describe('the relay', () => {
  it('carries again what the queue did not take, and what nobody finished', async () => {
    await leaveJobs(3);
    const relay = await alliance.house.as('relay');
    const gone = new Relay(relay, () => Promise.reject(new Error('EXERCISE the queue is away')), 60);
    await expect(gone.carry()).rejects.toThrow('the queue is away');
    const carried = new Set<string>();
    const later = new Relay(relay, async ({ outboxId }) => void carried.add(outboxId), 0);
    expect(await later.carry()).toBe(3);
    expect(carried.size).toBe(3);
    expect(await later.carry()).toBe(3);
    expect(await new Relay(relay, async () => undefined, 60).carry()).toBe(0);
  });

  it('gives a row to one of two relays that carry at once', async () => {
    await leaveJobs(40);
    const relay = await alliance.house.as('relay');
    const carried: string[] = [];
    const carry = () => new Relay(relay, async ({ outboxId }) => void carried.push(outboxId), 60).carry();
    await Promise.all([carry(), carry(), carry()]);
    expect(carried).toHaveLength(40);
    expect(new Set(carried).size).toBe(40);
  });
});

/** A queue, and how it is lost with everything in it. */
interface Backend {
  readonly redisUrl?: string;
  lose(): Promise<void>;
}

const onPostgres: Backend = {
  lose: () =>
    asking(alliance.house.databases.main('owner'), async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'queue' AND tablename <> 'migration'`,
      );
      // One statement and one transaction a table: workers that are at it must not be waited for in a circle.
      for (const { name } of rows) await client.query(`DELETE FROM queue.${name}`);
    }),
};

const onRedis = (redisUrl: string): Backend => ({
  redisUrl,
  lose: async () => {
    const redis = new Redis(redisUrl);
    await redis.flushdb();
    redis.disconnect();
  },
});

const REDIS_URL = process.env['REDIS_URL'];
if (REDIS_URL === undefined)
  process.stderr.write('skipped: jobs on Redis: REDIS_URL is not set; nothing was tried on Redis\n');
const BACKENDS: [string, Backend | undefined][] = [
  ['PostgreSQL', onPostgres],
  ['Redis', REDIS_URL === undefined ? undefined : onRedis(REDIS_URL)],
];

describe.each(BACKENDS)('the worker on %s', (_name, backend) => {
  const JOBS = 60;
  const workers: WorkerProcess[] = [];
  // A skipped test is what a reader of the report should see.
  const itIf = backend === undefined ? it.skip : it;

  const start = async (): Promise<WorkerProcess> => {
    const worker = await WorkerProcess.start(alliance.house, { leaseSeconds: 1, redisUrl: backend?.redisUrl });
    workers.push(worker);
    return worker;
  };

  beforeAll(async () => {
    // Jobs take their time, so that something is always in the middle of one.
    await admin.run(
      `CREATE FUNCTION public.slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END $$`,
    );
    await admin.run('GRANT EXECUTE ON FUNCTION public.slowly() TO PUBLIC');
    await admin.run(
      'CREATE TRIGGER slowly BEFORE INSERT ON notification FOR EACH ROW EXECUTE FUNCTION public.slowly()',
    );
    await backend?.lose();
  });

  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.kill();
  });

  afterAll(async () => {
    await admin.run('DROP FUNCTION public.slowly() CASCADE');
  });

  const everythingOnce = async (): Promise<void> => {
    expect(await count('outbox WHERE done_at IS NULL')).toBe(0);
    expect(await count('processed')).toBe(JOBS);
    expect(
      await admin.run(
        'SELECT person_id AS who, count(*)::int AS n, count(DISTINCT outbox_id)::int AS jobs FROM notification GROUP BY 1',
      ),
    ).toEqual([{ who: alliance.originator.person, n: JOBS, jobs: JOBS }]);
  };

  itIf('killed in the middle, loses no job and tells nobody twice', async () => {
    await leaveJobs(JOBS);
    const first = await start();
    await until('some jobs are done', doneAtLeast(5));
    await first.kill();
    expect(await count('outbox WHERE done_at IS NULL')).toBeGreaterThan(0);
    const second = await start();
    await until('all jobs are done', doneAtLeast(JOBS));
    await everythingOnce();
    expect(await second.stop()).toBe(0);
    expect((await alliance.originator.client.notifications()).length).toBe(JOBS);
  });

  itIf('whose queue is emptied under two of its kind, loses no job and tells nobody twice', async () => {
    await leaveJobs(JOBS);
    await Promise.all([start(), start()]);
    await until('some jobs are done', doneAtLeast(5));
    await backend?.lose();
    await until('more jobs are done', doneAtLeast(20));
    await backend?.lose();
    await until('all jobs are done', doneAtLeast(JOBS));
    await everythingOnce();
  });

  itIf('does what it can beside a job that nobody can do', async () => {
    await api.run(
      `INSERT INTO outbox (id, topic, payload) VALUES (gen_random_uuid(), 'case.frozen', '{"caseId": "no id"}')`,
    );
    await leaveJobs(JOBS);
    const worker = await start();
    await until('all others are done', doneAtLeast(JOBS));
    expect(await count('outbox WHERE done_at IS NULL')).toBe(1);
    expect(await worker.stop()).toBe(0);
    expect(worker.log).not.toContain('EXERCISE');
  });
});
