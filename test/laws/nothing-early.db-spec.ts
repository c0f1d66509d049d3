import { type AllianceHouse, HOUR, openAllianceHouse, scheduledCase } from '../support/alliance';
import { type Captured, administrator, captured } from '../support/captured';
import { type TestSite, openSite } from '../support/site';
import { type Mechanism, openedPolicy, takenAway } from '../support/taken-away';

/* Before its hour a release cannot be told from one that does not exist, from anywhere on the public side. */

const NEVER = 'r-00000000000000000000';
const PLACES = ['', '/certificate', '/certificate.json', '/files/release.html', '/files/release.json', '/release.html'];
const PAGES = ['/', '/feed.atom', '/log', '/log/checkpoint', '/log/leaves?first=0'];

/** The public side as it stands: every page byte for byte, and every row that the register's own role sees. */
interface Sight {
  readonly pages: readonly string[];
  readonly rows: readonly string[];
}

let alliance: AllianceHouse;
let site: TestSite;
let register: Captured;
let registerOwner: Captured;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { officers, installation } = alliance.house.authority;
  const transactions = await alliance.house.as('register', 'register');
  site = await openSite({ transactions, officersFile: JSON.stringify(officers), installation });
  register = await captured(alliance.house, 'register', 'register');
  registerOwner = await administrator(alliance.house, 'register');
});
afterAll(async () => {
  await site.close();
  await register.close();
  await registerOwner.close();
  await alliance.house.close();
});

async function sight(): Promise<Sight> {
  const pages: string[] = [];
  for (const page of PAGES) pages.push(await site.raw(page));
  const tables = ['public_leaf', 'public_node', 'public_checkpoint', 'release', 'release_file'];
  const rows = await Promise.all(
    tables.map(async (table) =>
      JSON.stringify(await register.run(`SELECT to_jsonb(t) AS row FROM ${table} AS t ORDER BY 1`)),
    ),
  );
  return { pages, rows };
}

/** What of a release can be told apart from what never existed. */
async function violationsOf(release: string, before: Sight): Promise<string[]> {
  const violations: string[] = [];
  for (const place of PLACES) {
    const [asked, never] = [
      await site.raw(`/releases/${release}${place}`),
      await site.raw(`/releases/${NEVER}${place}`),
    ];
    if (asked.replaceAll(release, NEVER) !== never) violations.push(`/releases/…${place} answers otherwise`);
  }
  const now = await sight();
  now.pages.forEach((page, place) => {
    if (page !== before.pages[place]) violations.push(`${PAGES[place] ?? ''} has changed`);
  });
  now.rows.forEach((rows, place) => {
    if (rows !== before.rows[place]) violations.push(`table ${String(place)} has changed`);
  });
  return violations;
}

/** Lets the guard append to the public log and then break before the release is shown. */
const breaksBeforeShowing: Mechanism = {
  take: `CREATE FUNCTION public.breaks() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'EXERCISE the power is gone' USING ERRCODE = 'crash_shutdown'; END $$;
         GRANT EXECUTE ON FUNCTION public.breaks() TO PUBLIC;
         CREATE TRIGGER breaks BEFORE INSERT ON release FOR EACH ROW EXECUTE FUNCTION public.breaks()`,
  giveBack: 'DROP FUNCTION public.breaks() CASCADE',
};

describe('nothing_early', () => {
  let release: string;
  let before: Sight;

  it('a scheduled release leaves no trace before its hour, however often the guard looks', async () => {
    before = await sight();
    ({ release } = await scheduledCase(alliance));
    expect(await alliance.house.publish()).toBe('idle');
    expect(await violationsOf(release, before)).toEqual([]);
  });

  it('nor does one whose publication breaks off after its leaf is in the log', async () => {
    alliance.house.clock.advance(HOUR + 1_000);
    const url = alliance.house.databases.register('superuser');
    await takenAway(url, [breaksBeforeShowing], async () => {
      await expect(alliance.house.publish()).rejects.toThrow('the power is gone');
    });
    const [leaf] = await registerOwner.run<{ n: number }>(
      'SELECT count(*)::int AS n FROM public_leaf WHERE release = $1',
      [release],
    );
    expect(leaf?.n).toBe(1);
    expect(await violationsOf(release, before)).toEqual([]);
  });

  it('taken away: the policy that keeps a leaf back until its checkpoint is out', async () => {
    const url = alliance.house.databases.register('superuser');
    const opened = await openedPolicy(url, 'public_leaf', 'once_signed');
    expect(await takenAway(url, [opened], () => violationsOf(release, before))).not.toEqual([]);
  });

  it('taken away: the policy that keeps the nodes of the tree back', async () => {
    const url = alliance.house.databases.register('superuser');
    const opened = await openedPolicy(url, 'public_node', 'once_signed');
    expect(await takenAway(url, [opened], () => violationsOf(release, before))).not.toEqual([]);
  });

  it('and after the hour everything can be told', async () => {
    expect(await alliance.house.publish()).toBe('published');
    expect((await violationsOf(release, before)).length).toBeGreaterThan(4);
    expect((await site.get(`/releases/${release}`)).status).toBe(200);
  });

  it('the guard does not publish before the hour, though the api says that it is due', async () => {
    const early = await scheduledCase(alliance);
    const here = await sight();
    const api = (await captured(alliance.house, 'api')).as(alliance.releaseOfficer);
    // The window was signed; an hour before it is no hour.
    await api.run(`UPDATE release_case SET publish_at = now() - interval '1 day' WHERE id = $1`, [early.caseId]);
    await api.close();
    expect(await alliance.house.publish()).toBe('refused');
    expect(await violationsOf(early.release, here)).toEqual([]);
  });
});
