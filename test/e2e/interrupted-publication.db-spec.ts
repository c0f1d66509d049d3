import { verifyCertificate } from '#certificate';
import { trustFrom } from '#register';
import { generateKey } from '#signing';
import { type AllianceHouse, HOUR, approveAll, openAllianceHouse } from '../support/alliance';
import { type Captured, administrator } from '../support/captured';
import { approvedCase } from '../support/forged-evidence';
import { type TestSite, openSite } from '../support/site';

/* The guard writes to two databases, one after the other. Whatever breaks in between, the next round goes on: one release, or none. */
let alliance: AllianceHouse;
let restricted: Captured;
let register: Captured;
let site: TestSite;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  restricted = await administrator(alliance.house);
  register = await administrator(alliance.house, 'register');
  const { officers, installation } = alliance.house.authority;
  const transactions = await alliance.house.as('register', 'register');
  site = await openSite({ transactions, officersFile: JSON.stringify(officers), installation });
});

afterAll(async () => {
  await site.close();
  for (const each of [restricted, register]) await each.close();
  await alliance.house.close();
});

/** Lets every write to a table fail until what comes back is called. */
async function failing(side: Captured, table: string, when = 'true'): Promise<() => Promise<unknown>> {
  await side.run(`CREATE FUNCTION public.fails() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF ${when} THEN RAISE EXCEPTION 'EXERCISE the power is gone' USING ERRCODE = 'crash_shutdown'; END IF; RETURN NEW; END $$`);
  await side.run('GRANT EXECUTE ON FUNCTION public.fails() TO PUBLIC');
  await side.run(`CREATE TRIGGER fails BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION public.fails()`);
  return () => side.run('DROP FUNCTION public.fails() CASCADE');
}

/** What the public side holds of a release. */
async function publicRows(release: string): Promise<{ leaves: number; releases: number; shown: number }> {
  const [rows] = await register.run<{ leaves: number; releases: number }>(
    `SELECT (SELECT count(*)::int FROM public_leaf WHERE release = $1) AS leaves, (SELECT count(*)::int FROM release WHERE id = $1) AS releases`,
    [release],
  );
  return { ...rows!, shown: (await site.get(`/releases/${release}`)).status };
}

/** A case with its hour set, and without its PDF: what breaks here breaks for any file. */
async function scheduled(): Promise<{ caseId: string; release: string }> {
  const { caseId, outgoing } = await approvedCase(restricted, alliance);
  await alliance.releaseOfficer.client.scheduleCase(caseId, outgoing.window.notBefore);
  return { caseId, release: outgoing.release };
}

async function dueCase(): Promise<{ caseId: string; release: string }> {
  const due = await scheduled();
  alliance.house.clock.advance(HOUR + 1_000);
  return due;
}

const stateOf = async (caseId: string): Promise<string> => (await alliance.requester.client.case(caseId)).state;

it.each([
  ['the leaf is written', 'public_leaf', { leaves: 0, releases: 0, shown: 404 }],
  ['the release is shown, after the leaf', 'release', { leaves: 1, releases: 0, shown: 404 }],
  ['its last file is written', 'release_file', { leaves: 1, releases: 0, shown: 404 }],
])('breaks when %s: nothing is public, and the next round publishes one release', async (_when, table, left) => {
  const { caseId, release } = await dueCase();
  const mend = await failing(register, table);
  await expect(alliance.house.publish()).rejects.toThrow('the power is gone');
  await expect(alliance.house.publish()).rejects.toThrow('the power is gone');
  expect(await publicRows(release)).toEqual(left);
  expect(await stateOf(caseId)).toBe('scheduled');

  await mend();
  expect(await alliance.house.publish()).toBe('published');
  expect(await publicRows(release)).toEqual({ leaves: 1, releases: 1, shown: 200 });
  expect(await stateOf(caseId)).toBe('published');
});

it('breaks after it is public, before the restricted side notes it: noted in the next round, as it was published', async () => {
  const { caseId, release } = await dueCase();
  const mend = await failing(restricted, 'publication');
  await expect(alliance.house.publish()).rejects.toThrow('the power is gone');
  expect(await publicRows(release)).toEqual({ leaves: 1, releases: 1, shown: 200 });
  expect(await stateOf(caseId)).toBe('scheduled');
  const certificate = await site.text(`/releases/${release}/certificate.json`);

  await mend();
  alliance.house.clock.advance(5_000);
  expect(await alliance.house.publish()).toBe('published');
  expect(await alliance.house.publish()).toBe('idle');
  expect(await publicRows(release)).toEqual({ leaves: 1, releases: 1, shown: 200 });
  expect(await site.text(`/releases/${release}/certificate.json`)).toBe(certificate);
  const { published } = await alliance.requester.client.case(caseId);
  const [shown] = await register.run<{ at: Date }>('SELECT published_at AS at FROM release WHERE id = $1', [release]);
  expect(published?.publishedAt).toBe(shown!.at.toISOString());
  const trust = trustFrom(JSON.stringify(alliance.house.authority.officers), alliance.house.authority.installation);
  expect((await verifyCertificate(JSON.parse(certificate), trust)).filter(({ ok }) => !ok)).toEqual([]);
});

it('is told apart from a fault of one case: that one waits, and the others are published', async () => {
  const stuck = await scheduled();
  const behind = await scheduled();
  alliance.house.clock.advance(HOUR + 1_000);
  const mend = await failing(register, 'release', `NEW.id = '${stuck.release}'`);
  // One guard, round after round: a fault is met once, then passed by.
  const guard = await alliance.house.guard();
  await expect(guard.round()).rejects.toThrow('the power is gone');
  expect(await guard.round()).toBe('published');
  expect([await stateOf(stuck.caseId), await stateOf(behind.caseId)]).toEqual(['scheduled', 'published']);
  expect(await guard.round()).toBe('idle');
  await expect(guard.round()).rejects.toThrow('the power is gone');
  await mend();
  expect(await guard.round()).toBe('idle');
  expect(await guard.round()).toBe('published');
  expect(await stateOf(stuck.caseId)).toBe('published');
});

it('is not resumed with other words: a later round cannot take the place that its leaf holds', async () => {
  const { caseId, release } = await dueCase();
  const mend = await failing(register, 'release');
  await expect(alliance.house.publish()).rejects.toThrow('the power is gone');
  await mend();
  await alliance.firstReviewer.client.returnCase(caseId, 'EXERCISE After all, no.');
  const { items, window } = await alliance.requester.client.case(caseId);
  await alliance.requester.client.amendCase(caseId, {
    title: 'EXERCISE Other words',
    summary: 'EXERCISE Other words.',
    window,
    items: items.map(({ n, portion }) =>
      n === 1 ? { portion, treatment: 'include' } : { portion, treatment: 'withhold', reasonCode: 'MILITARY-PLANS' },
    ),
  });
  await alliance.requester.client.freezeCase(caseId);
  await approveAll(alliance, caseId);
  await alliance.releaseOfficer.client.scheduleCase(caseId, alliance.house.clock.now().toISOString());
  expect(await alliance.house.publish()).toBe('refused');
  expect((await alliance.requester.client.case(caseId)).guardRefusal).toMatchObject({
    findings: [{ check: 'public-log' }],
  });
  expect(await publicRows(release)).toEqual({ leaves: 1, releases: 0, shown: 404 });
});

it('asks for the guard’s own key before anything leaves: one that no officer has named publishes nothing', async () => {
  const { caseId, release } = await dueCase();
  const stranger = await alliance.house.guard({ own: (await generateKey()).privateJwk });
  await expect(stranger.round()).rejects.toThrow(/key .* is not one that two officers have named/);
  expect(await publicRows(release)).toEqual({ leaves: 0, releases: 0, shown: 404 });
  expect(await stateOf(caseId)).toBe('scheduled');
  expect(await alliance.house.publish()).toBe('published');
});

it('shows nothing that a stranger would not believe: a log key that the officers’ file does not state stops it', async () => {
  const { caseId, release } = await dueCase();
  const stranger = await alliance.house.guard({ logSeed: new Uint8Array(32).fill(9) });
  await expect(stranger.round()).rejects.toThrow('the certificate would not be believed: checkpoint-signature');
  expect(await publicRows(release)).toEqual({ leaves: 1, releases: 0, shown: 404 });
  expect(await stateOf(caseId)).toBe('scheduled');
  expect(await alliance.house.publish()).toBe('published');
});

it('complained of nothing that it showed', () => {
  expect(site.faults).toEqual([]);
});
