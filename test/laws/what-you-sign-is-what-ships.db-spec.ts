import fc from 'fast-check';
import { certificateSchema, verifyCertificate } from '#certificate';
import { parseVerifierKey } from '#ledger';
import { sha256Hex } from '#signing';
import type { Officers } from '#workflow';
import { type AllianceHouse, openAllianceHouse, publishedCase } from '../support/alliance';
import { type Captured, administrator } from '../support/captured';
import { type TestSite, openSite } from '../support/site';
import { photograph } from '../support/photograph';
import { PublicSide } from '../support/public-side';

/* Every file in the register is byte for byte a rendition that a complete, valid, signed set of decisions names. */

const TABLES = ['public_leaf', 'public_checkpoint', 'release', 'release_file'] as const;

let alliance: AllianceHouse;
let site: TestSite;
let owner: Captured;
let release: string;
let caseId: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { officers, installation } = alliance.house.authority;
  const transactions = await alliance.house.as('register', 'register');
  site = await openSite({ transactions, officersFile: JSON.stringify(officers), installation });
  owner = await administrator(alliance.house, 'register');
  ({ release, caseId } = await publishedCase(alliance));
});
afterAll(async () => {
  await site.close();
  await owner.close();
  await alliance.house.close();
});

/** What the public gets that no complete set of signed decisions names. */
async function violationsOf(site: TestSite, release: string, officers: Officers): Promise<string[]> {
  const answer = await site.get(`/releases/${release}/certificate.json`);
  const listed = (await site.text('/')).includes(release);
  const fed = (await site.text('/feed.atom')).includes(release);
  if (answer.status !== 200) return listed || fed ? ['listed without a certificate'] : [];
  const certificate: unknown = JSON.parse(await answer.text());
  const trust = { officers, publicLog: [parseVerifierKey(officers.logs.publicLog)] };
  const failed = (await verifyCertificate(certificate, trust)).filter((finding) => !finding.ok);
  if (failed.length > 0) return failed.map(({ check, detail }) => `${check}: ${detail}`);
  const { outgoing } = certificateSchema.parse(certificate);
  const found: string[] = [];
  for (const { name, sha256 } of outgoing.renditions) {
    const file = await site.get(`/releases/${release}/files/${name}`);
    const bytes = Buffer.from(await file.arrayBuffer());
    if (file.status === 200 && sha256Hex(bytes) !== sha256) found.push(`${name} is served with other bytes`);
  }
  const page = await site.text(`/releases/${release}`);
  if (!page.includes(outgoing.title) || !page.includes(outgoing.summary)) found.push('the page says other words');
  return found;
}

const isShown = async (): Promise<boolean> => (await site.get(`/releases/${release}`)).status === 200;
const violations = (): Promise<string[]> => violationsOf(site, release, alliance.house.authority.officers);

describe('what_you_sign_is_what_ships', () => {
  it('everything that is served is named by decisions that verify', async () => {
    expect(await isShown()).toBe(true);
    expect(await violations()).toEqual([]);
  });

  it('is byte for byte what each signer read before they signed', async () => {
    const { renditions } = (await alliance.belgium.client.proposal(caseId)).outgoing;
    for (const { name } of renditions) {
      const read = Buffer.from(await alliance.belgium.client.rendition(caseId, name));
      const served = Buffer.from(await (await site.get(`/releases/${release}/files/${name}`)).arrayBuffer());
      expect(served.equals(read)).toBe(true);
    }
  });

  it('whatever somebody changes on the public side is not served', async () => {
    const columns = await owner.run<{ table: string; column: string; type: string }>(
      `SELECT table_name AS "table", column_name AS "column", data_type AS type FROM information_schema.columns
        WHERE table_schema = 'public' AND (table_name, column_name) IN
          (('release', 'published_at'), ('release', 'leaf_index'), ('release', 'certificate'),
           ('release_file', 'name'), ('release_file', 'media_type'), ('release_file', 'bytes'))`,
    );
    expect(columns).toHaveLength(6);
    const putBack = await photograph(alliance.house.databases.register('superuser'), TABLES);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...columns), fc.integer({ min: 0, max: 100_000 }), async (place, seed) => {
        const { table, column, type } = place;
        const changed = {
          'timestamp with time zone': `${column} + make_interval(secs => 1 + ${String(seed)})`,
          bigint: `${column} + 1 + ${String(seed)}`,
          bytea: `set_byte(${column}, ${String(seed)} % length(${column}), get_byte(${column}, ${String(seed)} % length(${column})) # 1)`,
          text: `overlay(${column} placing CASE substr(${column}, 1 + ${String(seed)} % length(${column}), 1) WHEN 'a' THEN 'b' ELSE 'a' END
                   from 1 + ${String(seed)} % length(${column}) for 1)`,
        }[type];
        await owner.run(`ALTER TABLE ${table} DISABLE TRIGGER ALL`);
        await owner.run(
          `UPDATE ${table} SET ${column} = ${changed ?? column} WHERE ctid = (SELECT min(ctid) FROM ${table})`,
        );
        expect(await isShown()).toBe(false);
        expect(await violations()).toEqual([]);
        await putBack();
        expect(await isShown()).toBe(true);
      }),
      { numRuns: 24 },
    );
    await owner.run('ALTER TABLE release ENABLE TRIGGER ALL');
    await owner.run('ALTER TABLE release_file ENABLE TRIGGER ALL');
  });

  describe('a release that somebody has made with officers, ministers and a guard of their own', () => {
    let forged: PublicSide;
    let forgery: string;
    beforeAll(async () => {
      forged = await PublicSide.open();
      forgery = (await forged.publish()).outgoing.release;
    });
    afterAll(() => forged.close());

    /** What a site over the forger's database gives that the true officers never stood for. */
    async function served(officers: Officers): Promise<{ status: number; violations: string[] }> {
      const { installation } = alliance.house.authority;
      const transactions = await forged.asRegister();
      const misled = await openSite({ transactions, officersFile: JSON.stringify(officers), installation });
      try {
        const { status } = await misled.get(`/releases/${forgery}`);
        return { status, violations: await violationsOf(misled, forgery, alliance.house.authority.officers) };
      } finally {
        await misled.close();
        await transactions.close();
      }
    }

    it('is not there', async () => {
      expect(await served(alliance.house.authority.officers)).toEqual({ status: 404, violations: [] });
    });

    it('taken away: the officers that the register was given', async () => {
      const { status, violations: found } = await served(forged.alliance.authority.officers);
      expect(status).toBe(200);
      expect(found).not.toEqual([]);
    });
  });
});
