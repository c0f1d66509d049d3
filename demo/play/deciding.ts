import { createHash } from 'node:crypto';
import type { DocumentView } from '#contracts';
import type { SignedStatement } from '#signing';
import { MINISTERS, readWorldPlan } from '../read-world';
import { type Player, decide, signAs, signIn } from './cast';
import { namesRules, reasonsOf, refusal, same } from './deviation';
import type { Play } from './play';
import { proposed } from './release-plan';
import { consent, freeze } from './requesting';

/** The case as the later chapters find it: approved, with the signature of the first round that came to nothing. */
interface Deciding {
  readonly caseId: string;
  readonly summary: DocumentView;
}

/** A minister objects, the proposal is changed, everybody decides anew, and all 32 adopt. */
export async function deciding(play: Play, { caseId, summary }: Deciding): Promise<void> {
  const { story, cast } = play;
  const requester = await cast.as('requester.public-diplomacy');
  story.chapter('Second round');
  await amend(play, requester, { caseId, summary, round: 2 });
  await consent(play, caseId);
  await review(play, caseId);
  const old = await objection(play, caseId);
  story.chapter('Third round');
  await amend(play, requester, { caseId, summary, round: 3 });
  await oldSignatureIsVoid(play, caseId, old);
  await consent(play, caseId);
  await review(play, caseId);
  await adoption(play, caseId);
}

async function amend(
  play: Play,
  requester: Player,
  { caseId, summary, round }: Deciding & { readonly round: 2 | 3 },
): Promise<void> {
  await play.story.step(
    requester,
    round === 2 ? 'takes out what belongs to the leaders' : 'takes out what the minister objected to',
    async () => {
      await requester.client.amendCase(caseId, proposed(summary, round));
      const { state, decisions, round: now } = await requester.client.case(caseId);
      same('a new round without a decision', ['draft', round, 0], [state, now, decisions.length]);
    },
    () => `round ${String(round)}; earlier decisions count no more`,
  );
  await freeze(play, requester, { caseId, summary, round });
}

/** Two reviewers, neither of whom may be the requester. */
async function review({ story, cast }: Play, caseId: string): Promise<void> {
  const requester = await cast.as('requester.public-diplomacy');
  await story.step(
    requester,
    'wants to review their own request',
    async () => {
      const proposal = await requester.client.proposal(caseId);
      const as = { stage: 'disclosure', body: null, seat: null, capacity: { kind: 'role' as const } };
      const statement = await signIn(requester, proposal, as, 'approve');
      return refusal('not-permitted', requester.client.decideCase(caseId, { statement }));
    },
    (problem) => `refused: ${reasonsOf(problem)}`,
  );
  const reviewers = await cast.all(['reviewer.archives', 'reviewer.office-of-security']);
  for (const [index, reviewer] of reviewers.entries()) {
    await story.step(
      reviewer,
      'reviews what leaves and what stays behind',
      async () => {
        const { closed } = await reviewer.client.proposal(caseId);
        same('the closed part is open to the reviewer', true, closed !== null);
        return decide(reviewer, caseId);
      },
      () => `signed; ${String(index + 1)} of 2 reviewers`,
    );
  }
}

/** The ministers of the nations; for Iceland its permanent representative, to whom the minister has delegated. */
function ministers(): { nation: string; identity: string }[] {
  const { people, nations } = readWorldPlan();
  return nations.map(({ id }) => {
    const speaks = ({ seats }: { seats: readonly { body: string; seat: string }[] }): boolean =>
      seats.some(({ body, seat }) => body === MINISTERS && seat === id);
    const person = people.find((each) => speaks({ seats: each.delegations })) ?? people.find(speaks);
    return { nation: id, identity: person?.identity ?? '' };
  });
}

const EARLY = ['BEL', 'DEU', 'FRA', 'POL'];
const OBJECTS = 'EST';

/** Some ministers have adopted when one objects. Answers the signature of one who had. */
async function objection({ story, cast }: Play, caseId: string): Promise<{ by: Player; statement: SignedStatement }> {
  const early = ministers().filter(({ nation }) => EARLY.includes(nation));
  const signatures: { by: Player; statement: SignedStatement }[] = [];
  for (const by of await cast.all(early.map(({ identity }) => identity))) {
    await story.step(
      by,
      'adopts',
      async () => {
        const statement = await signAs(by, caseId, 'approve');
        signatures.push({ by, statement });
        return by.client.decideCase(caseId, { statement });
      },
      () => `signed; ${String(signatures.length)} of 32 ministers`,
    );
  }
  const [minister] = await cast.all(
    ministers()
      .filter(({ nation }) => nation === OBJECTS)
      .map((each) => each.identity),
  );
  const [first] = signatures;
  if (minister === undefined || first === undefined) throw new Error('the demo world lacks ministers');
  await story.step(
    minister,
    'objects: the date of the first new systems must not be told',
    async () => {
      const state = await decide(
        minister,
        caseId,
        'object',
        'EXERCISE The date tells for how long the gap stays open.',
      );
      same('the state', 'objected', state);
    },
    () => 'objected; one objection stops all',
  );
  return first;
}

async function oldSignatureIsVoid(
  { story }: Play,
  caseId: string,
  { by, statement }: { readonly by: Player; readonly statement: SignedStatement },
): Promise<void> {
  await story.step(
    by,
    'hands in the signature of the round before',
    async () => {
      const problem = await refusal('refused', by.client.decideCase(caseId, { statement }));
      namesRules(problem, 'change_voids_approval');
      return problem;
    },
    () => 'refused: change_voids_approval, it names another digest',
  );
}

/** 31 are not enough; all 32 are. Each reads the bytes before signing them. */
async function adoption({ story, cast }: Play, caseId: string): Promise<void> {
  const all = ministers();
  const last = all.find(({ nation }) => nation === 'ISL');
  const others = await cast.all(all.filter((each) => each !== last).map(({ identity }) => identity));
  await story.step(
    { office: `${String(others.length)} ministers` },
    'read the frozen bytes and adopt them, each with a signature',
    async () => {
      for (const minister of others) same('the state', 'in-approval', await readAndAdopt(minister, caseId));
    },
    () => `signed; ${String(others.length)} of 32`,
  );
  const officer = await cast.as('release-officer');
  await story.step(
    officer,
    'wants to schedule it with 31 of 32',
    async () => {
      const problem = await refusal('refused', officer.client.scheduleCase(caseId, new Date().toISOString()));
      namesRules(problem, 'stage:adoption');
      return problem;
    },
    (problem) => `refused: ${reasonsOf(problem)}`,
  );
  const delegate = await cast.as(last?.identity ?? '');
  await story.step(
    delegate,
    'adopts for the minister, who has delegated the seat',
    async () => {
      same('the state', 'approved', await readAndAdopt(delegate, caseId));
    },
    () => 'signed; 32 of 32, approved',
  );
}

async function readAndAdopt(minister: Player, caseId: string): Promise<string> {
  const { outgoing } = await minister.client.proposal(caseId);
  for (const { name, sha256 } of outgoing.renditions.filter((file) => file.name === 'release.json')) {
    const bytes = await minister.client.rendition(caseId, name);
    same(`the bytes of ${name}`, sha256, createHash('sha256').update(bytes).digest('hex'));
  }
  return decide(minister, caseId);
}
