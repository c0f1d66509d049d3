import type { Transactions } from '#database';
import { TestClock } from '../../../test/support/clock';
import { asking } from '../../../test/support/cluster';
import { type Published, PublicSide } from '../../../test/support/public-side';
import { Releases } from './releases';
import { trustFrom } from './trust';

let side: PublicSide;
let transactions: Transactions;
let published: Published;
let faults: string[];
let clock: TestClock;
let releases: Releases;

beforeAll(async () => {
  side = await PublicSide.open();
  published = await side.publish();
  await teachToLie();
  transactions = await side.asRegister();
});

afterAll(async () => {
  await transactions.close();
  await side.close();
});

beforeEach(() => {
  faults = [];
  clock = new TestClock();
  const trust = trustFrom(side.officersFile, side.installation);
  releases = new Releases(transactions, trust, (id, found) => faults.push(`${id} ${found.join('; ')}`), clock);
});

const administrator = async (sql: string, parameters: unknown[] = []): Promise<void> => {
  await asking(side.databases.register('superuser'), (client) => client.query(sql, parameters));
};

/** A database whose administrator makes it say of some bytes the hash of others. */
async function teachToLie(): Promise<void> {
  await administrator(`
    CREATE TABLE public.lie (of_bytes bytea PRIMARY KEY, said bytea NOT NULL);
    CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql STABLE AS
      $$ SELECT coalesce((SELECT said FROM public.lie WHERE of_bytes = pg_catalog.sha256($1)), pg_catalog.sha256($1)) $$;
    GRANT SELECT ON public.lie TO PUBLIC;
    GRANT EXECUTE ON FUNCTION public.sha256 TO PUBLIC;
    DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database()); END $$;
  `);
}

const id = (): string => published.outgoing.release;

describe('a release that is loaded', () => {
  it('brings what was signed', async () => {
    const release = await releases.byId(id());
    expect(release).toMatchObject({
      id: id(),
      title: published.outgoing.title,
      publishedAt: published.publishedAt,
      certificateText: published.certificate,
    });
    expect(release?.findings.every((finding) => finding.ok)).toBe(true);
    expect(release?.stages.map(({ stage, deciders }) => [stage.id, deciders.map(({ seat }) => seat?.name)])).toEqual([
      ['consent', []],
      ['disclosure', []],
      ['adoption', ['Belgium', 'Germany']],
    ]);
    expect((await releases.page(undefined, 10)).releases.map((head) => head.id)).toEqual([id()]);
    expect(faults).toEqual([]);
  });

  it('is checked anew when the checks are older than was asked for', async () => {
    const checked = async (within?: number): Promise<number | undefined> =>
      (await releases.byId(id(), within))?.checkedAt.getTime();
    const first = await checked();
    clock.advance(60_000);
    expect(await checked()).toBe(first);
    expect(await checked(120_000)).toBe(first);
    expect(await checked(30_000)).toBeGreaterThanOrEqual(first! + 60_000);
  });

  it('is not there when nothing has its id, and has no file of another name', async () => {
    expect(await releases.byId('r-00000000000000000000')).toBeUndefined();
    expect(await releases.file('r-00000000000000000000', 'release.html')).toBeUndefined();
    expect(await releases.file(id(), 'release.pdf')).toBeUndefined();
    expect(faults).toEqual([]);
  });
});

describe('a database that says the right hash of the wrong bytes', () => {
  const FLIPPED = `set_byte(bytes, 50, get_byte(bytes, 50) # 1)`;

  afterEach(() => administrator('TRUNCATE public.lie'));

  it('is not believed about a file', async () => {
    expect((await releases.file(id(), 'release.html'))?.bytes.length).toBeGreaterThan(0);
    await administrator(
      `INSERT INTO public.lie SELECT pg_catalog.sha256(${FLIPPED}), pg_catalog.sha256(bytes) FROM release_file WHERE release_id = $1`,
      [id()],
    );
    await administrator(`UPDATE release_file SET bytes = ${FLIPPED} WHERE release_id = $1`, [id()]);
    // The list still shows it: its words were verified here, and of the bytes it has the database's word alone.
    expect((await releases.page(undefined, 10)).releases).toHaveLength(1);
    expect(await releases.file(id(), 'release.html')).toBeUndefined();
    expect(faults).toEqual([`${id()} bytes: they changed between the check and the answer`]);
    // From now on nothing is remembered of it, and nothing of it is there.
    expect(await releases.byId(id())).toBeUndefined();
    expect((await releases.page(undefined, 10)).releases).toEqual([]);
    await administrator(`UPDATE release_file SET bytes = ${FLIPPED} WHERE release_id = $1`, [id()]);
    expect(await releases.byId(id())).toBeDefined();
  });

  it('is not believed about a certificate', async () => {
    expect(await releases.byId(id())).toBeDefined();
    await administrator(
      `INSERT INTO public.lie SELECT pg_catalog.sha256(convert_to(certificate || ' ', 'UTF8')), pg_catalog.sha256(convert_to(certificate, 'UTF8')) FROM release WHERE id = $1`,
      [id()],
    );
    await administrator(`UPDATE release SET certificate = certificate || ' ' WHERE id = $1`, [id()]);
    expect(await releases.byId(id())).toBeUndefined();
    expect(faults).toEqual([`${id()} bytes: they changed between the check and the answer`]);
    await administrator(`UPDATE release SET certificate = rtrim(certificate) WHERE id = $1`, [id()]);
    expect(await releases.byId(id())).toBeDefined();
  });
});

// Last, because it leaves a release behind that is complained of.
it('a release that was approved for another audience than the public is not there', async () => {
  const partners = { policy: 'NATO', classification: 'UNCLASSIFIED', categories: [] };
  const { outgoing } = await side.publish({ signing: (signed) => ({ ...signed, audience: partners }) });
  expect(await releases.byId(outgoing.release)).toBeUndefined();
  expect(faults.join()).toContain('audience: it was approved for others than the public');
});
