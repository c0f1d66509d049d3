import { documentSchema } from '#contracts';
import { type AllianceHouse, PACKAGE, openAllianceHouse } from '../support/alliance';
import type { House } from '../support/house';
import { ask } from '../support/http';
import { codeOf } from '../support/refusal';

/* Before the road: what import refuses, and how a right is taken away. */
let alliance: AllianceHouse;
let house: House;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  ({ house } = alliance);
});

afterAll(async () => house.close());

/** The package; that it exists is no secret, so that everybody cleared for anything sees some of it. */
const KNOWN_PACKAGE = PACKAGE.text().replace('exercise: true', 'mark: NATO UNCLASSIFIED\nexercise: true');

it('refuses a faulty package as a whole, with line and reason of every fault', async () => {
  const faulty = [
    '---',
    'banner: NATO SECRET',
    'originator: ACT',
    'need-to-know: [everyone]',
    'exercise: true',
    '---',
    '',
    '# (NU) EXERCISE New capability targets',
    '',
    'EXERCISE A paragraph without a mark.',
    '',
    '(CTSS) EXERCISE A paragraph with a wrong mark.',
    '',
    '(CTS) EXERCISE A paragraph above the banner.',
    '',
    '(NU)',
    '',
    '# (NU) EXERCISE A second title',
    '',
    '| Mark | Nation | Capability area | Now | Required | Unit | Due |',
    '|---|---|---|---|---|---|---|',
    '| (NS) | Germany | air defence | many | 12 | systems | 1932 |',
    '| (NS) | DEU | air defence | 10 |',
    '',
  ].join('\n');
  const error = await alliance.planner.client.importDocument(faulty).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ problem: { code: 'import-refused', status: 422 } });
  const { faults } = (error as { problem: { faults: { line: number; code: string; reason: string }[] } }).problem;
  expect(faults.map(({ line, code }) => `${String(line)} ${code}`)).toEqual([
    '2 banner-below-content',
    '10 unmarked',
    '12 wrong-mark',
    '16 empty',
    '18 second-title',
    '22 nation',
    '22 quantity',
    '22 due-year',
    '23 table-row',
  ]);
  expect(faults.every(({ reason }) => reason.length > 0)).toBe(true);
  expect((await alliance.planner.client.documents()).items).toEqual([]);
});

it('refuses a package above its author, or in the name of a community that its author is not of', async () => {
  const above = await alliance.official.client.importDocument(KNOWN_PACKAGE).catch((thrown: unknown) => thrown);
  expect(above).toMatchObject({ problem: { code: 'not-permitted' } });
  const foreign = PACKAGE.forThose('community:NUCLEAR-STAFF').text();
  expect(await alliance.planner.client.importDocument(foreign).catch((thrown: unknown) => thrown)).toMatchObject({
    problem: { faults: [{ code: 'need-to-know' }] },
  });
});

it('withdraws a clearance through a signed instrument: the very next request knows of it', async () => {
  const { id: documentId } = await alliance.planner.client.importDocument(KNOWN_PACKAGE);
  const read = () => ask(house.url, `/api/documents/${documentId}`, { as: alliance.official.sid });
  expect(documentSchema.parse(JSON.parse((await read()).body)).portions).toHaveLength(3);
  const [clearance] = alliance.official.clearanceIds;
  const withdrawal = await house.authority.state(
    'clearance-withdrawal',
    { clearance, reason: 'EXERCISE left the service', from: '2026-01-01T00:00:00Z' },
    { by: [house.authority.officerKeys[0]!.key] },
  );
  const id = await alliance.planner.client.submitInstrument(withdrawal);
  expect((await read()).status).toBe(200);
  expect(await house.settle()).toBe(1);
  expect((await read()).status).toBe(404);
  expect(await alliance.planner.client.instrumentState(id)).toMatchObject({ state: 'accepted' });
  expect(await codeOf(alliance.official.client.instrumentState(id))).toBe('not-found');
});
