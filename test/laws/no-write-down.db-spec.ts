import fc from 'fast-check';
import { ApiProblem } from '#client';
import {
  type AllianceHouse,
  PACKAGE,
  aRequest,
  openAllianceHouse,
  signedBy,
  submittedCase,
  treatments,
} from '../support/alliance';
import { aDocument } from '../support/documents';
import { aPerson } from '../support/people';
import type { Resident } from '../support/house';
import { type Mechanism, changedFunction, openedPolicy, takenAway } from '../support/taken-away';
import { captured } from '../support/captured';
import { asking } from '../support/cluster';

/*
 * Text never lands under a lower label than it came from. Whatever enters is compared with what its writer may read: as a whole, by
 * much of its words, and by the figures of a target; a case besides with the sentences and figures of its own sources. Paraphrase,
 * translation and small figures are admitted in the threat model.
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

/** The codes of the faults or reasons of a refusal, each once; nothing when it was taken. */
async function refusalOf(work: () => Promise<unknown>): Promise<string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const { code, faults = [], reasons = [] } = error.problem;
    const found = [...faults.map((fault) => fault.code), ...reasons.map((reason) => reason.rule)];
    return found.length === 0 ? [code] : [...new Set(found)];
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

  it('the subject of a document is text like any other', async () => {
    const about = (subject: string): string =>
      paper('NATO SECRET', '(NS)', 'EXERCISE Nothing to speak of.').replace(
        'exercise: true',
        `subject: ${JSON.stringify(subject)}\nexercise: true`,
      );
    expect(await refusalOf(() => alliance.planner.client.importDocument(about(TOLD)))).toEqual(['written-down']);
    expect(await refusalOf(() => alliance.planner.client.importDocument(about('EXERCISE Bridging')))).toEqual([]);
  });

  it('whoever reads more than a case covers repeats none of it in words about the case', async () => {
    const { junior } = await alliance.house.enrol({
      junior: aPerson('junior.requester').clearedTo('SECRET').inRole('requester'),
    });
    const above = 'EXERCISE The fourth corps has no bridges left, and its engineers know it.';
    const text = PACKAGE.markedAs('NATO UNCLASSIFIED').saying(`(CTS) ${above}`).text();
    const { id } = await alliance.planner.client.importDocument(text);

    /** The refusals of a return, a decision and a withdrawal, by those who read the whole of the document. */
    const wordsOn = async (requester: Resident, words: string): Promise<string[][]> => {
      const request = aRequest(await requester.client.document(id), alliance.house.clock.now());
      const caseId = await requester.client.submitCase(request);
      await requester.client.freezeCase(caseId);
      const { originator, firstReviewer, releaseOfficer } = alliance;
      const statement = await signedBy(originator, caseId);
      return [
        await refusalOf(() => originator.client.decideCase(caseId, { statement, reason: words })),
        await refusalOf(() => firstReviewer.client.returnCase(caseId, words)),
        await refusalOf(() => releaseOfficer.client.withdrawCase(caseId, words)),
      ];
    };
    // The case of somebody cleared to SECRET stands under SECRET; that of the requester, who reads all of it, under TOP SECRET.
    expect(await wordsOn(junior, `EXERCISE No: ${above.toLowerCase()}`)).toEqual(Array(3).fill(['no_write_down']));
    expect(await wordsOn(junior, 'EXERCISE No, for reasons that are known.')).toEqual([[], [], []]);
    expect(await wordsOn(alliance.requester, `EXERCISE No: ${above.toLowerCase()}`)).toEqual([[], [], []]);
  });

  describe('near copies', () => {
    /** EXERCISE. A paragraph of another document than those of which the texts below are about. */
    const SECRET =
      'EXERCISE Fuel for the northern airfields is carried by one pipeline alone; should it fail, lorries could bring a quarter ' +
      'of what two squadrons burn in a day, and the tank farm near the harbour would run dry within eleven days.';
    const RETOLD =
      'EXERCISE As is known, fuel for our northern airfields is carried by a single pipeline; should that ever fail, lorries could ' +
      'bring only a quarter of what two squadrons burn in a day, and the farm near the harbour would soon run dry.';
    const ROW = 'EXERCISE Norway is to go from 3,417 to 5,290 rounds of long-range artillery.';

    /** Cleared for less than the portion above. */
    let unread: Resident;
    let noNear: Mechanism;
    let noFigures: Mechanism;

    beforeAll(async () => {
      ({ unread } = await alliance.house.enrol({
        unread: aPerson('unread.two').clearedTo('SECRET').inRole('planner', 'requester'),
      }));
      const supplies = aDocument()
        .titled('(NU) EXERCISE Supplies')
        .saying(`(CTS) ${SECRET}`)
        .withTargets(['(CTS)', 'NOR', 'long-range artillery', 3417, 5290, 'rounds', 2032]);
      await alliance.planner.client.importDocument(supplies.text());
      const url = alliance.house.databases.main('superuser');
      const without = (part: string): Promise<Mechanism> =>
        changedFunction(url, 'sec.near_copies(jsonb,text[],jsonb)', part, `false AND ${part}`);
      noNear = await without('sec.is_near_copy(');
      noFigures = await without('CASE WHEN o.kind');
    });

    /** The refusals of a text on every way on which words enter a case, for those who may read the secret or not. */
    const onEveryWay = async (writer: Resident, words: string): Promise<Record<string, string[]>> => {
      const requester = writer === unread ? unread : alliance.requester;
      const { client } = requester;
      const { id } = await alliance.planner.client.importDocument(
        PACKAGE.underBanner('COSMIC TOP SECRET').markedAs('NATO UNCLASSIFIED').text(),
      );
      const request = aRequest(await client.document(id), alliance.house.clock.now());
      const substitutes = request.items.map((item) =>
        item.treatment === 'substitute' ? { ...item, text: words } : item,
      );
      const changed = { title: { title: words }, summary: { summary: words }, substitute: { items: substitutes } };
      const refusals: Record<string, string[]> = {};
      for (const [way, change] of Object.entries(changed))
        refusals[way] = await refusalOf(() => client.submitCase({ ...request, ...change }));
      const caseId = await client.submitCase(request);
      const { title, summary, items, window } = { ...request, summary: words };
      refusals.amend = await refusalOf(() => client.amendCase(caseId, { title, summary, items, window }));
      return refusals;
    };

    it('are refused by import, in a new version and in a subject, each with the mark of what was copied', async () => {
      const { client } = alliance.planner;
      const { id } = await client.importDocument(paper('NATO SECRET', '(NS)', 'EXERCISE A first version.'));
      for (const words of [RETOLD, ROW]) {
        const text = paper('NATO SECRET', '(NS)', words);
        const withSubject = paper('NATO SECRET', '(NS)', 'EXERCISE Nothing at all.').replace(
          'exercise: true',
          `subject: ${JSON.stringify(words.slice(0, 290))}\nexercise: true`,
        );
        expect(await refusalOf(() => client.importDocument(text))).toEqual(['written-down']);
        expect(await refusalOf(() => client.importDocument(withSubject))).toEqual(['written-down']);
        expect(await refusalOf(() => client.importVersion(id, text))).toEqual(['written-down']);
        await expect(client.importDocument(text)).rejects.toMatchObject({
          problem: { faults: [{ line: 10, reason: expect.stringContaining('stand') as string }] },
        });
        await expect(client.importDocument(text)).rejects.toMatchObject({
          problem: { faults: [{ reason: expect.stringContaining('under (CTS) elsewhere, (NS) is lower') as string }] },
        });
      }
      const row = aDocument().underBanner('NATO SECRET').titled('(NU) EXERCISE Rows');
      const target = (required: number): string =>
        row.withTargets(['(NS)', 'NOR', 'Long-Range Artillery', 3417, required, 'shots', 2035]).text();
      expect(await refusalOf(() => client.importDocument(target(5290)))).toEqual(['written-down']);
      expect(await refusalOf(() => client.importDocument(target(5291)))).toEqual([]);
      expect(await refusalOf(() => client.importDocument(paper('COSMIC TOP SECRET', '(CTS)', RETOLD)))).toEqual([]);
    });

    it('are refused in every word of a case', async () => {
      const no = ['no_write_down'];
      const all = { title: no, summary: no, substitute: no, amend: no };
      expect(await onEveryWay(alliance.requester, SECRET.slice(0, 190))).toEqual(all);
      expect(await onEveryWay(alliance.requester, RETOLD.slice(0, 190))).toEqual(all);
      expect(await onEveryWay(alliance.requester, ROW)).toEqual(all);
    });

    it('are refused in words about a case that stands lower than what they repeat', async () => {
      const { originator, firstReviewer, releaseOfficer } = alliance;
      const { junior } = await alliance.house.enrol({
        junior: aPerson('junior.three').clearedTo('SECRET').inRole('requester'),
      });
      const { id } = await alliance.planner.client.importDocument(PACKAGE.markedAs('NATO UNCLASSIFIED').text());
      const request = aRequest(await junior.client.document(id), alliance.house.clock.now());
      const caseId = await junior.client.submitCase(request);
      await junior.client.freezeCase(caseId);
      const statement = await signedBy(originator, caseId);
      for (const words of [RETOLD, ROW]) {
        expect(await refusalOf(() => originator.client.decideCase(caseId, { statement, reason: words }))).toEqual([
          'no_write_down',
        ]);
        expect(await refusalOf(() => firstReviewer.client.returnCase(caseId, words))).toEqual(['no_write_down']);
        expect(await refusalOf(() => releaseOfficer.client.withdrawCase(caseId, words))).toEqual(['no_write_down']);
      }
    });

    it('of what their writer may not read are no copies: nobody learns by trying what is hidden', async () => {
      const texts = [SECRET.slice(0, 190), RETOLD.slice(0, 190), ROW];
      for (const words of texts)
        expect(await onEveryWay(unread, words)).toEqual({ title: [], summary: [], substitute: [], amend: [] });
      for (const words of texts)
        expect(await refusalOf(() => unread.client.importDocument(paper('NATO SECRET', '(NS)', words)))).toEqual([]);
    });

    it('pass where nothing compares them', async () => {
      const url = alliance.house.databases.main('superuser');
      const { client } = alliance.planner;
      const once = (words: string) => refusalOf(() => client.importDocument(paper('NATO SECRET', '(NS)', words)));
      const retold = RETOLD.replace('harbour', 'quay');
      expect(await once(retold)).toEqual(['written-down']);
      expect(await takenAway(url, [noFigures], () => once(retold))).toEqual(['written-down']);
      expect(await takenAway(url, [noNear], () => once(retold))).toEqual([]);
      expect(await once(ROW)).toEqual(['written-down']);
      expect(await takenAway(url, [noNear], () => once(ROW))).toEqual(['written-down']);
      expect(await takenAway(url, [noFigures], () => once(ROW))).toEqual([]);
    });

    it('are looked for in what the session holds, by the database itself', async () => {
      const url = alliance.house.databases.main('superuser');
      const api = await captured(alliance.house, 'api');
      const texts = JSON.stringify([{ text: SECRET, circle: 0 }]);
      /** Whoever has taken the api over names every protection that there is. */
      const every = await asking(url, async (client) => {
        const { rows } = await client.query<{ named: unknown }>(
          `SELECT jsonb_agg(DISTINCT jsonb_build_object('circle', 0, 'protection', protection_id, 'document', document_protection_id)) AS named FROM portion`,
        );
        return JSON.stringify(rows[0]?.named);
      });
      const named = async (who: Resident): Promise<number> => {
        const as = api.as(who);
        const near = await as.run('SELECT * FROM sec.near_copies($1, ARRAY[]::text[], $2)', [texts, every]);
        return near.length + (await as.run('SELECT * FROM sec.copy_protections($1, ARRAY[]::text[])', [texts])).length;
      };
      const [all, few] = [await named(alliance.planner), await named(unread)];
      expect(all).toBeGreaterThan(few);
      for (const [signature, held] of [
        ['sec.near_copies(jsonb,text[],jsonb)', 'get_bit(held, c.protection) <> 0 AND get_bit(held, c.document) <> 0'],
        [
          'sec.copy_protections(jsonb,text[])',
          'get_bit(held, p.protection_id) <> 0 AND get_bit(held, p.document_protection_id) <> 0',
        ],
      ] as const) {
        const unheld = await changedFunction(url, signature, held, 'true');
        expect(await takenAway(url, [unheld], () => named(unread))).toBeGreaterThan(few);
      }
      await api.close();
    });
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
