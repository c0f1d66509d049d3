import fc from 'fast-check';
import { ApiProblem } from '#client';
import {
  type AllianceHouse,
  PACKAGE,
  aRequest,
  openAllianceHouse,
  submittedCase,
  treatments,
} from '../support/alliance';
import { aDocument } from '../support/documents';
import { aPerson } from '../support/people';
import type { Resident } from '../support/house';
import { openedPolicy, takenAway } from '../support/taken-away';
import { captured } from '../support/captured';

/*
 * Text never lands under a lower label than it came from. Import compares whole portions, and a case sentences and figures;
 * paraphrase, translation and small figures are admitted in the threat model.
 */

const TOLD = 'EXERCISE The bridging battalions of the fourth corps are two years late, and nobody may know it.';

let alliance: AllianceHouse;
/** Cleared for everything, but in no community. */
let writer: Resident;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  ({ writer } = await alliance.house.enrol({ writer: aPerson('writer').clearedTo('TOP SECRET').inRole('planner') }));
  const top = aDocument().titled('(NU) EXERCISE A paper').saying(`(CTS) ${TOLD}`);
  await alliance.planner.client.importDocument(top.text());
  const forStaff = aDocument()
    .underBanner('NATO SECRET')
    .forThose('community:NDPP-STAFF')
    .titled('(NU) EXERCISE For the staff');
  await alliance.planner.client.importDocument(
    forStaff.saying('(NS) EXERCISE Only the planning staff has heard of this shortfall.').text(),
  );
});
afterAll(() => alliance.house.close());

/** The codes of the faults or reasons of a refusal; nothing when it was taken. */
async function refusalOf(work: () => Promise<unknown>): Promise<string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const { code, faults = [], reasons = [] } = error.problem;
    const found = [...faults.map((fault) => fault.code), ...reasons.map((reason) => reason.rule)];
    return found.length === 0 ? [code] : found;
  }
}

const paper = (banner: string, mark: string, text: string, ...needToKnow: string[]): string =>
  aDocument()
    .underBanner(banner)
    .forThose(...(needToKnow.length === 0 ? ['everyone'] : needToKnow))
    .titled('(NU) EXERCISE Another paper')
    .saying(`${mark} ${text}`)
    .text();

/** The same text as another hand would type it. */
const retyped = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  (text) => text.replaceAll(' ', '  '),
  (text) => text.replaceAll(' ', '\n'),
  (text) => text.replaceAll(' ', '\u00a0'),
  (text) => text.replaceAll('fi', '\ufb01').replaceAll('two', '\uff54\uff57\uff4f'),
);
const lower = fc.constantFrom(
  ['NATO SECRET', '(NS)'],
  ['NATO RESTRICTED', '(NR)'],
  ['NATO UNCLASSIFIED', '(NU)'],
  ['NATO SECRET', '(PUBLIC)'],
);

describe('no_write_down', () => {
  it('text that its writer reads under a higher label is refused under a lower one, however it is typed', async () => {
    await fc.assert(
      fc.asyncProperty(lower, retyped, async ([banner = '', mark = ''], retype) => {
        const text = paper(banner, mark, retype(TOLD));
        expect(await refusalOf(() => alliance.planner.client.importDocument(text))).toEqual(['written-down']);
      }),
      { numRuns: 25 },
    );
  });

  it('and taken under the label that it stands under, or by somebody who has never read it', async () => {
    expect(
      await refusalOf(() => alliance.planner.client.importDocument(paper('COSMIC TOP SECRET', '(CTS)', TOLD))),
    ).toEqual([]);
    const { unread } = await alliance.house.enrol({ unread: aPerson('unread').clearedTo('SECRET').inRole('planner') });
    expect(await refusalOf(() => unread.client.importDocument(paper('NATO SECRET', '(NS)', TOLD)))).toEqual([]);
  });

  it('a stricter need-to-know is not left behind either', async () => {
    const text = paper('NATO SECRET', '(NS)', 'EXERCISE Only the planning staff has heard of this shortfall.');
    expect(await refusalOf(() => alliance.planner.client.importDocument(text))).toEqual(['written-down']);
    expect(await refusalOf(() => writer.client.importDocument(text))).toEqual([]);
  });

  it('a new version is no way around', async () => {
    const first = paper('NATO SECRET', '(NS)', 'EXERCISE The first version says nothing that matters.');
    const { id } = await alliance.planner.client.importDocument(first);
    const next = paper('NATO SECRET', '(NS)', TOLD);
    expect(await refusalOf(() => alliance.planner.client.importVersion(id, next))).toContain('written-down');
  });

  it('nobody marks above their own clearance, nor for a need-to-know that they do not hold', async () => {
    const { junior } = await alliance.house.enrol({
      junior: aPerson('junior').clearedTo('RESTRICTED').inRole('planner'),
    });
    const above = paper('COSMIC TOP SECRET', '(CTS)', 'EXERCISE Something that is far too high for its writer.');
    expect(await refusalOf(() => junior.client.importDocument(above))).toContain('above-own-clearance');
    const beyond = paper('NATO RESTRICTED', '(NR)', 'EXERCISE For somebody else alone.', 'nation:FRA');
    expect(await refusalOf(() => junior.client.importDocument(beyond))).toEqual(['need-to-know']);
  });

  it('a case repeats no sentence and no figure of what stays behind, in no word of its own', async () => {
    const { id } = await alliance.planner.client.importDocument(PACKAGE.text());
    const document = await alliance.requester.client.document(id);
    const request = aRequest(document, alliance.house.clock.now());
    const kept = 'EXERCISE The reserve brigades named in annex seven will not be ready before the winter.';
    for (const words of [
      kept,
      kept.toUpperCase(),
      'EXERCISE Germany needs 9,823 of them.',
      'EXERCISE 4711 are there.',
    ]) {
      const substitutes = treatments(document).map((item) =>
        item.treatment === 'substitute' ? { ...item, text: words } : item,
      );
      for (const changes of [{ title: words }, { summary: words }, { items: substitutes }]) {
        expect(await refusalOf(() => alliance.requester.client.submitCase({ ...request, ...changes }))).toEqual([
          'no_write_down',
        ]);
      }
    }
  });

  it('what is written about a case stands no lower than the case', async () => {
    const { caseId } = await submittedCase(alliance);
    const { client } = alliance.requester;
    await client.freezeCase(caseId);
    const reason = 'EXERCISE The reserve brigades must stay out of it.';
    await alliance.firstReviewer.client.returnCase(caseId, reason);
    // Rights are computed when a session enters; a new protection is not in them before.
    for (const who of [alliance.belgium, alliance.official]) await who.client.me();
    const api = await captured(alliance.house, 'api');
    const remarks = (who: Resident) =>
      api.as(who).run<{ body: string }>('SELECT body FROM case_remark WHERE body = $1', [reason]);
    expect(await remarks(alliance.belgium)).toHaveLength(1);
    // Cleared to SECRET, for whom the document itself may be known.
    expect(await remarks(alliance.official)).toHaveLength(0);
    const opened = await openedPolicy(alliance.house.databases.main('superuser'), 'case_remark', 'held');
    const leaked = await takenAway(alliance.house.databases.main('superuser'), [opened], () =>
      remarks(alliance.official),
    );
    expect(leaked).toHaveLength(1);
    await api.close();
  });

  it('the database, too, takes no portion under what its writer does not hold', async () => {
    const { junior } = await alliance.house.enrol({
      junior: aPerson('junior.two').clearedTo('RESTRICTED').inRole('planner'),
    });
    const { id } = await junior.client.importDocument(
      paper('NATO RESTRICTED', '(NR)', 'EXERCISE A paper of one’s own.'),
    );
    const api = await captured(alliance.house, 'api');
    const above = `INSERT INTO document (id, protection_id, originator, exercise, created_at, created_by)
      SELECT gen_random_uuid(), $1, 'ACT', true, now(), $2`;
    const holdings = await api
      .as(alliance.planner)
      .run<{ id: number }>(`SELECT id FROM protection WHERE label ->> 'classification' = 'TOP SECRET'`);
    const write = () => api.as(junior).attempt(above, [holdings[0]?.id, junior.person]);
    expect(await write()).toBe('42501');
    const url = alliance.house.databases.main('superuser');
    expect(await takenAway(url, [await openedPolicy(url, 'document', 'no_marking_above_own')], write)).toBe('done');
    await api.close();
    expect(id).toBeDefined();
  });
});
