import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { type DocumentBuilder, aDocument } from '../support/documents';
import type { Resident } from '../support/house';
import { aPerson } from '../support/people';
import { noTrigger, takenAway } from '../support/taken-away';

let alliance: AllianceHouse;
/** Writes documents as the planner does, and reads nothing that is top secret. */
let clerk: Resident;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const residents = await alliance.house.enrol({
    clerk: aPerson('clerk').from('DEU').clearedTo('SECRET').inRole('planner'),
  });
  clerk = residents.clerk;
});
afterAll(() => alliance.house.close());

const WHOLE = aDocument()
  .markedAs('NATO RESTRICTED')
  .titled('(NU) EXERCISE Ports')
  .saying(
    '(CTS) EXERCISE The first hidden paragraph names the quays.',
    '(CTS) EXERCISE The second hidden paragraph names the pilots.',
    '(NR) EXERCISE Dredging goes on until the spring.',
    '(CTS) EXERCISE The last hidden paragraph names the mines.',
  );
const SEEN = aDocument()
  .underBanner('NATO RESTRICTED')
  .markedAs('NATO RESTRICTED')
  .titled('(NU) EXERCISE Ports, again')
  .saying('(NR) EXERCISE Dredging has ended.', '(NR) EXERCISE A second basin is planned.');

const textsOf = async (who: Resident, id: string): Promise<string[]> =>
  (await who.client.document(id)).portions.map(({ text }) => text);

const handedIn = async (builder: DocumentBuilder): Promise<string> =>
  (await alliance.planner.client.importDocument(builder.text())).id;

describe('a new version by somebody who sees a part', () => {
  it('takes the place of what they saw; what they did not see stays where it stood', async () => {
    const id = await handedIn(WHOLE);
    expect(await clerk.client.importVersion(id, SEEN.text())).toEqual({ id, portions: 3 });
    expect(await textsOf(alliance.planner, id)).toEqual([
      'EXERCISE Ports, again',
      'EXERCISE The first hidden paragraph names the quays.',
      'EXERCISE The second hidden paragraph names the pilots.',
      'EXERCISE Dredging has ended.',
      'EXERCISE The last hidden paragraph names the mines.',
      'EXERCISE A second basin is planned.',
    ]);
    const cut = await clerk.client.document(id);
    expect([cut.version, ...cut.portions.map(({ n, text }) => `${String(n)} ${text}`)]).toEqual([
      2,
      '1 EXERCISE Ports, again',
      '2 EXERCISE Dredging has ended.',
      '3 EXERCISE A second basin is planned.',
    ]);
  });

  it('keeps it through one version after another, until somebody who sees it takes it out', async () => {
    const id = await handedIn(WHOLE);
    await clerk.client.importVersion(id, SEEN.text());
    await clerk.client.importVersion(id, SEEN.saying('(NR) EXERCISE A third basin as well.').text());
    expect(await textsOf(alliance.planner, id)).toHaveLength(7);
    await alliance.planner.client.importVersion(id, SEEN.text());
    expect(await textsOf(alliance.planner, id)).toEqual(await textsOf(clerk, id));
  });

  it('comes in however much there is that its writer does not see', async () => {
    const many = Array.from({ length: 4_200 }, (_unused, n) => `(CTS) EXERCISE ${String(n)}`);
    const id = await handedIn(
      aDocument()
        .markedAs('NATO RESTRICTED')
        .titled('(NU) EXERCISE Ports')
        .saying(...many, '(NR) EXERCISE Dredging goes on.'),
    );
    expect(await clerk.client.importVersion(id, SEEN.text())).toEqual({ id, portions: 3 });
    expect(await textsOf(clerk, id)).toHaveLength(3);
    expect(await textsOf(alliance.planner, id)).toHaveLength(4_203);
  });

  it('is found by its words afterwards as before, by those who may', async () => {
    const id = await handedIn(WHOLE);
    await clerk.client.importVersion(id, SEEN.text());
    const found = async (who: Resident): Promise<string[]> =>
      (await who.client.search({ words: 'pilots' })).items.map(({ document }) => document);
    expect(await found(alliance.planner)).toContain(id);
    expect(await found(clerk)).toEqual([]);
  });

  it('loses what its writer did not see where the database does not keep it', async () => {
    const id = await handedIn(WHOLE);
    const url = alliance.house.databases.main('superuser');
    await takenAway(url, [noTrigger('version', 'unseen_stays')], () => clerk.client.importVersion(id, SEEN.text()));
    expect(await textsOf(alliance.planner, id)).toEqual(await textsOf(clerk, id));
  });
});
