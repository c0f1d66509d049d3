import fc from 'fast-check';
import { ApiProblem } from '#client';
import type { AmendCaseCommand, CaseItemInput } from '#contracts';
import { type SignedStatement, commitmentTo } from '#signing';
import type { Outgoing } from '#workflow';
import {
  type AllianceHouse,
  HOUR,
  aRequest,
  decideAs,
  frozenCase,
  openAllianceHouse,
  signedBy,
} from '../support/alliance';
import { type Captured, administrator, captured } from '../support/captured';
import { everyChange } from '../support/changes';
import { CHANGED_SOURCES } from '../support/changed-sources';
import { asking } from '../support/cluster';
import {
  type ApprovedCase,
  approvedCase,
  declareDue,
  enterWindow,
  evidenceOf,
  frozenByTheAttacker,
} from '../support/forged-evidence';
import { changedFunction, takenAway } from '../support/taken-away';

/* Any change to proposal, audience, window or procedure, or to the label of an included portion, voids the decisions made on it. */

let alliance: AllianceHouse;
let admin: Captured;
let api: Captured;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  admin = await administrator(alliance.house);
  api = await captured(alliance.house, 'api');
});
afterAll(async () => {
  await api.close();
  await admin.close();
  await alliance.house.close();
});

/** The rules by which a decision that was signed earlier is refused now; `taken` when it is not. */
async function heardAgain(caseId: string, statement: SignedStatement): Promise<string[]> {
  try {
    await alliance.originator.client.decideCase(caseId, { statement });
    return ['taken'];
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return (error.problem.reasons ?? []).map(({ rule }) => rule);
  }
}

/** What an amendment may say, each with one thing changed; the first changes nothing at all. */
function amendments(base: AmendCaseCommand): Record<string, AmendCaseCommand> {
  const later = (moment: string): string => new Date(Date.parse(moment) + HOUR).toISOString();
  const { notBefore, notAfter } = base.window;
  const withItem = (n: number, item: (before: CaseItemInput) => CaseItemInput): AmendCaseCommand => ({
    ...base,
    items: base.items.map((each, index) => (index === n ? item(each) : each)),
  });
  return {
    nothing: base,
    'the title': { ...base, title: `${base.title}, as amended` },
    'the summary': { ...base, summary: `${base.summary} As amended.` },
    'the beginning of the window': { ...base, window: { notBefore: later(notBefore), notAfter } },
    'the end of the window': { ...base, window: { notBefore, notAfter: later(notAfter) } },
    'what happens to a portion': withItem(1, ({ portion }) => ({
      portion,
      treatment: 'withhold',
      reasonCode: 'OTHER-PLANS',
    })),
    'the words in place of a portion': withItem(2, ({ portion }) => ({
      portion,
      treatment: 'substitute',
      text: 'EXERCISE Other words.',
    })),
    'the reason why a portion stays behind': withItem(3, ({ portion }) => ({
      portion,
      treatment: 'withhold',
      reasonCode: 'OTHER-PLANS',
    })),
  };
}

/** Everything that still counts of what was decided before an amendment. */
async function survivesAmending(caseId: string, change: AmendCaseCommand): Promise<string[]> {
  const { requester, originator, firstReviewer, releaseOfficer } = alliance;
  const before = await requester.client.proposal(caseId);
  const statement = await signedBy(originator, caseId);
  await decideAs(originator, caseId);
  await firstReviewer.client.returnCase(caseId, 'EXERCISE something is to be changed');
  await requester.client.amendCase(caseId, change);
  const digest = await requester.client.freezeCase(caseId);
  const { stages, state, window } = await requester.client.case(caseId);
  const heard = await heardAgain(caseId, statement);
  const scheduled = await releaseOfficer.client.scheduleCase(caseId, window.notBefore).then(
    () => true,
    () => false,
  );
  return [
    ...(digest === before.digest ? ['the digest'] : []),
    ...stages.filter(({ have }) => have > 0).map(({ stage }) => `the stage ${stage}`),
    ...(heard.includes('change_voids_approval') ? [] : [`the decision: ${heard.join(', ')}`]),
    ...(state === 'in-approval' && !scheduled ? [] : [`the state ${state}`]),
  ];
}

describe('change_voids_approval', () => {
  it('what is amended is another proposal: no decision on the one before counts, whatever was changed', async () => {
    const { caseId, documentId } = await frozenCase(alliance);
    const document = await alliance.requester.client.document(documentId);
    const { title, summary, window, items } = aRequest(document, alliance.house.clock.now());
    const survived: Record<string, string[]> = {};
    for (const [what, change] of Object.entries(amendments({ title, summary, window, items })))
      survived[what] = await survivesAmending(caseId, change);
    expect(Object.entries(survived).filter(([, left]) => left.length > 0)).toEqual([]);
  });

  it('taken away: without an amendment the decisions stand', async () => {
    const { caseId } = await frozenCase(alliance);
    const statement = await signedBy(alliance.originator, caseId);
    expect(await heardAgain(caseId, statement)).toEqual(['taken']);
    expect((await alliance.requester.client.case(caseId)).stages[0]).toMatchObject({ state: 'complete' });
  });

  it('audience and procedure cannot be amended at all', async () => {
    const { caseId, documentId } = await frozenCase(alliance);
    const document = await alliance.requester.client.document(documentId);
    const { title, summary, window, items, ...others } = aRequest(document, alliance.house.clock.now());
    for (const [name, value] of Object.entries({ audience: others.audience, procedure: others.procedure })) {
      const command = { title, summary, window, items, [name]: value } as AmendCaseCommand;
      await expect(alliance.requester.client.amendCase(caseId, command)).rejects.toMatchObject({
        problem: { code: 'bad-request' },
      });
    }
  });

  describe('of rows that are changed behind everybody’s back', () => {
    let approved: ApprovedCase;
    let putBack: () => Promise<void>;
    beforeAll(async () => {
      approved = await approvedCase(admin, alliance);
      enterWindow(alliance);
      putBack = await evidenceOf(alliance);
    });
    afterEach(() => putBack());

    /** What still counts after a change: the stages as the api shows them, and whether the guard publishes. */
    async function survives(
      change: () => Promise<unknown>,
      undo = async (): Promise<unknown> => undefined,
    ): Promise<string[]> {
      await change();
      const { stages } = await alliance.requester.client.case(approved.caseId);
      await declareDue(api, alliance, approved.caseId);
      const outcome = await alliance.house.publish();
      await putBack();
      await undo();
      return [
        ...stages.filter(({ state }) => state === 'complete').map(({ stage }) => `the stage ${stage}`),
        ...(outcome === 'refused' ? [] : [outcome]),
      ];
    }

    const inOutgoing = (outgoing: unknown): Promise<unknown> =>
      admin.run('UPDATE proposal SET outgoing = $2 WHERE id = $1', [approved.proposalId, JSON.stringify(outgoing)]);

    it('taken away: unchanged, it is published', async () => {
      const all = ['the stage consent', 'the stage disclosure', 'the stage adoption', 'published'];
      expect(await survives(() => inOutgoing(approved.outgoing))).toEqual(all);
    });

    it('every single field of the outgoing part voids every decision', async () => {
      const changes = everyChange(approved.outgoing);
      const paths = changes.map(({ path }) => path);
      for (const field of [
        '/title',
        '/audience/policy',
        '/window/notBefore',
        '/window/notAfter',
        '/procedure/version',
        '/items/0/source',
      ])
        expect(paths).toContain(field);
      const survived: string[] = [];
      for (const { path, value } of changes) {
        const left = await survives(() => inOutgoing(value));
        if (left.length > 0) survived.push(`${path}: ${left.join(', ')}`);
      }
      expect(survived).toEqual([]);
    });

    it('taken away: the signatures, renewed under the changed outgoing part, are what counts', async () => {
      const changes: Partial<Outgoing> = { title: 'EXERCISE Everybody signs this instead' };
      expect(await survives(() => frozenByTheAttacker(admin, alliance, approved, { changes }))).toContain('published');
    });

    const survivesIn = (sql: string, undo = 'SELECT $1::text'): Promise<string[]> =>
      survives(
        () => admin.run(sql, [approved.caseId]),
        () => admin.run(undo, [approved.caseId]),
      );

    it('the guard refuses when a source was changed: its label, its words, or what is said of it', async () => {
      const published: string[] = [];
      for (const [what, sql, undo] of CHANGED_SOURCES)
        if ((await survivesIn(sql, undo)).includes('published')) published.push(what);
      expect(published).toEqual([]);
    });

    it('taken away: the commitment to the sources', async () => {
      const blind = await changedFunction(
        alliance.house.databases.main('superuser'),
        'sec.sources_match(uuid)',
        'SELECT EXISTS (SELECT 1 FROM said)',
        'SELECT true OR EXISTS (SELECT 1 FROM said)',
      );
      const published: string[] = [];
      await takenAway(alliance.house.databases.main('superuser'), [blind], async () => {
        for (const [what, sql, undo] of CHANGED_SOURCES)
          if ((await survivesIn(sql, undo)).includes('published')) published.push(what);
      });
      // A portion that is not included any more is withheld, and then the search for withheld text stops it as well.
      const stopped = CHANGED_SOURCES.map(([what]) => what).filter((what) => !published.includes(what));
      expect(stopped).toEqual(['which portion an item names', 'the treatment of an item']);
    });
  });

  it('the database computes commitments as everybody else does', async () => {
    const text = fc.string({ unit: 'grapheme' }).filter((each) => !each.includes('\u0000'));
    const name = fc.string({ unit: fc.constantFrom('a', 'b', 'Z', '0', '9', '_', '-'), minLength: 1 });
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(name, tie('value')),
      ),
    }));
    const samples = fc.sample(fc.tuple(value, text), 200).map(([sample, salt]) => ({ value: sample, salt }));
    const computed = await asking(alliance.house.databases.main('superuser'), async (client) => {
      const { rows } = await client.query<{ commitment: string }>(
        `SELECT sec.commitment_to(sample -> 'value', sample ->> 'salt') AS commitment FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS s (sample, n) ORDER BY n`,
        [JSON.stringify(samples)],
      );
      return rows.map((row) => row.commitment);
    });
    expect(computed).toEqual(samples.map(({ value: sample, salt }) => commitmentTo(sample, salt)));
  });
});
