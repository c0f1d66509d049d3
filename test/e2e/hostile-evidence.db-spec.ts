import { randomUUID } from 'node:crypto';
import { type Outgoing } from '#workflow';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { type Captured, administrator, captured } from '../support/captured';
import {
  type ApprovedCase,
  approvedCase,
  declareDue,
  enterWindow,
  evidenceOf,
  frozenByTheAttacker,
  refusedFor,
} from '../support/forged-evidence';

/*
 * A captured api writes whatever it may, or has written it at the freeze, and says that the case is due. The guard believes no
 * row: it names what is wrong. Each attack is tried on the same approved case, whose rows are put back afterwards.
 */
let alliance: AllianceHouse;
let admin: Captured;
let api: Captured;
let approved: ApprovedCase;
let another: ApprovedCase;
let putBack: () => Promise<void>;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  admin = await administrator(alliance.house);
  api = await captured(alliance.house, 'api');
  approved = await approvedCase(admin, alliance);
  another = await approvedCase(admin, alliance);
  enterWindow(alliance);
  putBack = await evidenceOf(alliance);
});

afterEach(async () => putBack());

afterAll(async () => {
  await api.close();
  await admin.close();
  await alliance.house.close();
});

/** What the guard finds wrong when the attacker says that the case is due. */
const found = async (): Promise<string[]> => {
  await declareDue(api, alliance, approved.caseId);
  return refusedFor(admin, alliance, approved.caseId);
};

const outcome = async (): Promise<string> => {
  await declareDue(api, alliance, approved.caseId);
  return alliance.house.publish();
};

const change = (sql: string, ...parameters: unknown[]): Promise<unknown> =>
  api.as(alliance.requester).run(`UPDATE release_case SET ${sql} WHERE id = $1`, [approved.caseId, ...parameters]);

const NOBODY_COUNTS = ['decision', 'stage:adoption', 'stage:consent', 'stage:disclosure'];
const WITHHELD = 'EXERCISE The reserve brigades named in annex seven will not be ready before the winter.';

it('publishes the case as it is: what is refused below is refused for its one fault', async () => {
  expect(await outcome()).toBe('published');
});

describe('columns that a captured api may change', () => {
  it('a proposal of another case, none, or one that is not there', async () => {
    await declareDue(api, alliance, approved.caseId, { proposalId: another.proposalId });
    expect(await refusedFor(admin, alliance, approved.caseId)).toEqual(['proposal']);
    await change('proposal_id = NULL');
    expect(await found()).toEqual(['proposal']);
    await declareDue(api, alliance, approved.caseId, { proposalId: randomUUID() });
    expect(await refusedFor(admin, alliance, approved.caseId)).toEqual(['proposal']);
  });

  it('an hour outside of the window that was signed, whatever window the row states', async () => {
    await change(`window_not_before = '2020-01-01', window_not_after = '2200-01-01'`);
    await declareDue(api, alliance, approved.caseId, { publishAt: '2020-06-05T15:00:00Z' });
    expect(await refusedFor(admin, alliance, approved.caseId)).toEqual(['hour']);
  });

  it.each(['-infinity', 'infinity'])('an hour that is none, %s, never comes', async (publishAt) => {
    await declareDue(api, alliance, approved.caseId, { publishAt });
    expect(await alliance.house.publish()).toBe('idle');
  });

  it('the words and the round of the row, which nobody signed and nobody ships', async () => {
    await change(`title = 'other words', summary = 'other words', round = 7`);
    expect(await outcome()).toBe('published');
    const register = await administrator(alliance.house, 'register');
    const [row] = await register.run<{ certificate: string }>('SELECT certificate FROM release');
    await register.close();
    expect(JSON.parse(row!.certificate)).toMatchObject({ outgoing: { title: approved.outgoing.title } });
  });

  it('a published case that is declared due once more', async () => {
    expect(await outcome()).toBe('published');
    expect(await outcome()).toBe('idle');
    expect(await admin.run('SELECT count(*)::int AS n FROM publication')).toEqual([{ n: 1 }]);
  });
});

describe('what was taken back, and is declared due again', () => {
  const overtaken = ['not-overtaken'];

  it('a return', async () => {
    await alliance.firstReviewer.client.returnCase(approved.caseId, 'EXERCISE not yet');
    expect(await found()).toEqual(overtaken);
  });

  it('a withdrawal', async () => {
    await alliance.requester.client.withdrawCase(approved.caseId, 'EXERCISE never');
    expect(await found()).toEqual(overtaken);
  });

  it('an earlier round that everybody had approved', async () => {
    await alliance.firstReviewer.client.returnCase(approved.caseId, 'EXERCISE other words');
    // The remark of the first round alone must not be what stops it.
    await admin.run('DELETE FROM case_remark WHERE case_id = $1', [approved.caseId]);
    const { items } = await alliance.requester.client.case(approved.caseId);
    await alliance.requester.client.amendCase(approved.caseId, {
      title: 'EXERCISE In other words',
      summary: 'EXERCISE Less than before.',
      window: approved.outgoing.window,
      items: items.map(({ portion }, n) =>
        n === 1 ? { portion, treatment: 'include' } : { portion, treatment: 'withhold', reasonCode: 'MILITARY-PLANS' },
      ),
    });
    await declareDue(api, alliance, approved.caseId, { proposalId: approved.proposalId });
    expect(await refusedFor(admin, alliance, approved.caseId)).toEqual(overtaken);
  });

  it('what the guard refused once, although its fault is gone', async () => {
    await declareDue(api, alliance, approved.caseId, { publishAt: '2020-06-05T15:00:00Z' });
    expect(await refusedFor(admin, alliance, approved.caseId)).toEqual(['hour']);
    expect(await found()).toEqual(overtaken);
  });
});

describe('a proposal that a captured api froze, under which everybody signed', () => {
  it.each<[string, Partial<Outgoing>, string[]]>([
    [
      'for another audience',
      { audience: { policy: 'NATO', classification: 'RESTRICTED', categories: [] } },
      ['audience'],
    ],
    ['as another release', { release: 'r-00000000000000000000' }, ['release']],
    ['as another round', { round: 2 }, ['round']],
    ['of another installation', { installation: 'elsewhere' }, ['installation']],
    ['without an item', { items: [] }, ['decision', 'sources', 'stage:consent']],
    ['under a procedure of their own', { procedure: { id: 'one-suffices', version: 1 } }, ['procedure']],
    [
      'with a window that has passed',
      { window: { notBefore: '2026-01-01T00:00:00Z', notAfter: '2026-01-02T00:00:00Z' } },
      [...NOBODY_COUNTS, 'hour', 'window'],
    ],
  ])('%s', async (_what, changes, checks) => {
    await frozenByTheAttacker(admin, alliance, approved, { changes });
    expect(await found()).toEqual([...checks].sort());
  });

  it('in the name of somebody who did not ask for it', async () => {
    const requestedBy = { person: alliance.official.person, office: alliance.official.office };
    await frozenByTheAttacker(admin, alliance, approved, { changes: { requestedBy } });
    expect(await found()).toEqual(['requested-by']);
  });

  it('with items that are not those of the case', async () => {
    const [first, ...others] = approved.outgoing.items;
    const forged: Outgoing['items'][] = [
      others,
      [...approved.outgoing.items, { ...first!, n: 3_000_000_000 }],
      [{ ...first!, treatment: 'substitute' }, ...others],
    ];
    for (const items of forged) {
      await frozenByTheAttacker(admin, alliance, approved, { changes: { items } });
      expect(await found()).toEqual(['sources']);
      await putBack();
    }
  });

  it('with a withheld sentence, or a withheld figure, in a file', async () => {
    const hidden = [
      WITHHELD,
      WITHHELD.toUpperCase().replaceAll(' ', '  '),
      WITHHELD.replace('brigades', 'bri\u00adgades').replace('winter', 'w\u200bint\u2060er'),
      'By 2032 there are 9,823 of them.',
    ];
    for (const words of hidden) {
      await frozenByTheAttacker(admin, alliance, approved, { words });
      expect(await found()).toEqual(['withheld-text']);
      await putBack();
    }
    await frozenByTheAttacker(admin, alliance, approved, { words: 'EXERCISE Nothing of it.' });
    expect(await outcome()).toBe('published');
  });

  it('with a withheld sentence that a portion elsewhere says as well, named as one more item', async () => {
    await frozenByTheAttacker(admin, alliance, approved, { words: WITHHELD });
    const elsewhere = randomUUID();
    await api.as(alliance.planner).together(async (statement) => {
      const document = `INSERT INTO document SELECT $1, protection_id, 'ACT', NULL, true, now(), $2 FROM document WHERE id = $3`;
      await statement(document, [elsewhere, alliance.planner.person, approved.documentId]);
      const version = `INSERT INTO version SELECT $1, $1, 1, protection_id, '', now(), $2 FROM document WHERE id = $1`;
      await statement(version, [elsewhere, alliance.planner.person]);
      const portion = `INSERT INTO portion (id, version_id, document_id, ordinal, kind, protection_id, document_protection_id, originator, body, body_digest)
        SELECT $1, $1, $1, 1, 'title', protection_id, protection_id, 'ACT', $2, '' FROM document WHERE id = $1`;
      await statement(portion, [elsewhere, WITHHELD]);
      const item = `INSERT INTO proposal_item SELECT $1, 1, 99, $2, 'include', NULL, NULL, 'ACT', protection_id, protection_id FROM document WHERE id = $2`;
      await statement(item, [approved.caseId, elsewhere]);
    });
    expect(await found()).toEqual(['sources', 'withheld-text']);
  });

  it('in which nothing can be read at all', async () => {
    for (const outgoing of ['{}', 'null', '[]', '"text"', '{"format": "imprimatur-outgoing/1"}']) {
      await admin.run('UPDATE proposal SET outgoing = $2 WHERE id = $1', [approved.proposalId, outgoing]);
      expect(await found()).toEqual(['evidence-format']);
      await putBack();
    }
  });

  it('and declares less protected than it is: whoever judged it must hold the portions themselves', async () => {
    const [low] = await admin.run<{ id: number }>(
      `SELECT id FROM protection WHERE label ->> 'classification' = 'UNCLASSIFIED' LIMIT 1`,
    );
    for (const sql of [
      'UPDATE proposal SET source_protections = ARRAY[$1::int], protection_id = $1',
      'UPDATE release_case SET protection_id = $1',
      'UPDATE document SET protection_id = $1',
      'UPDATE portion SET document_protection_id = $1',
    ])
      await admin.run(sql, [low!.id]);
    await admin.run(`UPDATE clearance SET classifications = '{UNCLASSIFIED}' WHERE person_id = $1`, [
      alliance.belgium.person,
    ]);
    expect(await found()).toEqual(['cleared-for-what-they-judge']);
  });
});
