import { randomUUID } from 'node:crypto';
import { ApiProblem } from '#client';
import { type SpeakingAs, signDecision } from '#workflow';
import { type AllianceHouse, MINISTERS, decideAs, frozenCase, openAllianceHouse } from '../support/alliance';
import { type Captured, administrator, captured } from '../support/captured';
import {
  type ApprovedCase,
  DECISION,
  approvedCase,
  declareDue,
  enterWindow,
  evidenceOf,
  refusedFor,
} from '../support/forged-evidence';
import type { Resident } from '../support/house';
import { aPerson } from '../support/people';
import { takenAway } from '../support/taken-away';

/* One person counts once on a proposal, whatever hats and delegations they hold; nobody decides on their own request. */

let alliance: AllianceHouse;
let admin: Captured;
let api: Captured;

/** Norway's seat, as the delegations of the minister let others speak for it. */
const forNorway = new Map<Resident, SpeakingAs>();
let deputy: Resident;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { house, norway } = alliance;
  const enrolled = await house.enrol({
    deputy: aPerson('deputy.nor').from('NOR').clearedTo('TOP SECRET').inRole('requester'),
  });
  deputy = enrolled.deputy;
  for (const who of [deputy, alliance.firstReviewer, alliance.belgium, alliance.originator, alliance.requester]) {
    const id = randomUUID();
    await house.authority.delegation(norway, { body: MINISTERS, seat: 'NOR', toPerson: who.person }, { id });
    const capacity = { kind: 'delegate' as const, delegation: id };
    forNorway.set(who, { stage: 'adoption', body: MINISTERS, seat: 'NOR', capacity });
  }
  await house.admit();
  admin = await administrator(house);
  api = await captured(house, 'api');
});
afterAll(async () => {
  await api.close();
  await admin.close();
  await alliance.house.close();
});

/** The rules by which a decision is refused; nothing when it is taken. */
async function refusalOf(work: () => Promise<unknown>): Promise<string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const { code, reasons = [] } = error.problem;
    return reasons.length === 0 ? [code] : reasons.map((reason) => reason.rule);
  }
}

async function speakForNorway(who: Resident, caseId: string): Promise<string> {
  const proposal = await who.client.proposal(caseId);
  const as = forNorway.get(who)!;
  const statement = await signDecision(proposal, who, { as, verdict: 'approve', at: new Date().toISOString() });
  return who.client.decideCase(caseId, { statement });
}

/** A case in which everybody but Norway has approved. */
async function almostApproved(): Promise<string> {
  const { caseId } = await frozenCase(alliance);
  const { originator, firstReviewer, secondReviewer, belgium, germany } = alliance;
  for (const who of [originator, firstReviewer, secondReviewer, belgium, germany]) await decideAs(who, caseId);
  return caseId;
}

describe('distinct_humans', () => {
  describe('at the api', () => {
    it('a reviewer is not two reviewers', async () => {
      const { caseId } = await frozenCase(alliance);
      await decideAs(alliance.originator, caseId);
      await decideAs(alliance.firstReviewer, caseId);
      const { client } = alliance.firstReviewer;
      const [as] = await client.capacities(caseId);
      const again = await signDecision(await client.proposal(caseId), alliance.firstReviewer, {
        as: as!,
        verdict: 'approve',
        at: new Date(Date.now() + 1).toISOString(),
      });
      expect(await refusalOf(() => client.decideCase(caseId, { statement: again }))).toContain('distinct_humans');
    });

    it('a reviewer, a minister and an originator do not speak for another seat as well', async () => {
      const caseId = await almostApproved();
      for (const who of [alliance.firstReviewer, alliance.belgium, alliance.originator]) {
        expect(await refusalOf(() => speakForNorway(who, caseId))).toContain('distinct_humans');
      }
      expect(await speakForNorway(deputy, caseId)).toBe('approved');
    });

    it('nobody decides on their own request, by a role or by a delegation', async () => {
      const caseId = await almostApproved();
      expect(await refusalOf(() => speakForNorway(alliance.requester, caseId))).not.toEqual([]);
      expect((await alliance.norway.client.case(caseId)).state).toBe('in-approval');
    });
  });

  describe('at the registrar', () => {
    it.each(['minister.bel', 'MINISTER.BEL', ' minister.bel ', 'ｍｉｎｉｓｔｅｒ.bel'])(
      'a second record of one human is refused, written as %j',
      async (identity) => {
        const { house } = alliance;
        const statement = await house.authority.person({ person: randomUUID(), identity });
        house.authority.statements.pop();
        const id = await alliance.planner.client.submitInstrument(statement);
        await house.settle();
        const { state, fault } = await alliance.planner.client.instrumentState(id);
        expect(state).toBe('refused');
        // Of two statements of one date either may be the one that is judged later.
        expect(fault).toMatch(/^(this human is known as another person|it contradicts what stands already)$/);
      },
    );
  });

  describe('at the guard, whatever the database says', () => {
    let approved: ApprovedCase;
    let putBack: () => Promise<void>;
    beforeAll(async () => {
      approved = await approvedCase(admin, alliance);
      enterWindow(alliance);
      putBack = await evidenceOf(alliance);
    });
    afterEach(() => putBack());

    /** Norway's own approval is gone, and somebody else speaks for it by a delegation that stands. */
    async function insteadOfNorway(who: Resident): Promise<void> {
      const { norway, requester } = alliance;
      await admin.run('DELETE FROM decision WHERE identity = $1', [norway.identity]);
      const as = forNorway.get(who)!;
      const statement = await signDecision(approved, who, { as, verdict: 'approve', at: new Date().toISOString() });
      const row = [randomUUID(), approved.caseId, approved.proposalId, as.stage, who.person, `${who.identity} again`];
      await admin.run(DECISION, [...row, JSON.stringify(statement)]);
      await declareDue(api.as(requester), alliance, approved.caseId);
    }

    it('a deputy who has not decided yet counts: what is refused below is refused for the human alone', async () => {
      await insteadOfNorway(deputy);
      expect(await alliance.house.publish()).toBe('published');
    });

    it.each(['firstReviewer', 'belgium', 'originator', 'requester'] as const)(
      'the %s, who has decided or has asked, does not',
      async (name) => {
        await insteadOfNorway(alliance[name]);
        expect(await refusedFor(admin, alliance, approved.caseId)).toEqual(['decision', 'stage:adoption']);
      },
    );
  });

  describe('in the database', () => {
    /** Whether the api's own role can store two decisions of one human on one proposal. */
    async function storedTwice(): Promise<boolean> {
      const approved = await approvedCase(admin, alliance);
      const { belgium } = alliance;
      const row = [randomUUID(), approved.caseId, approved.proposalId, 'adoption', belgium.person, belgium.identity];
      return (await api.as(belgium).attempt(DECISION, [...row, '{}'])) === 'done';
    }

    it('one proposal holds one decision of one identity', async () => {
      expect(await storedTwice()).toBe(false);
    });

    it('taken away: the unique key of a decision', async () => {
      const key = {
        take: 'ALTER TABLE decision DROP CONSTRAINT decision_proposal_id_identity_key',
        giveBack:
          'ALTER TABLE decision ADD CONSTRAINT decision_proposal_id_identity_key UNIQUE (proposal_id, identity) NOT DEFERRABLE',
      };
      const url = alliance.house.databases.main('superuser');
      const twice = await takenAway(
        url,
        [{ take: key.take, giveBack: `DELETE FROM decision WHERE statement = '{}'; ${key.giveBack}` }],
        storedTwice,
      );
      expect(twice).toBe(true);
    });
  });
});
