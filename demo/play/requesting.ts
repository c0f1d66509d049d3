import { randomUUID } from 'node:crypto';
import type { DocumentView } from '#contracts';
import { answeredAlike } from './answers';
import type { Player } from './cast';
import { decide } from './cast';
import { Deviation, holds, namesRules, reasonsOf, refusal, same } from './deviation';
import type { Play } from './play';
import { FOR_THE_PUBLIC, PROCEDURE, proposed, wordsOf } from './release-plan';

/** A release is requested that takes in what belongs to the leaders, and comes to a stop for want of their consent. */
export async function requesting(play: Play, summary: DocumentView): Promise<string> {
  const { story, cast } = play;
  story.chapter('Request');
  const requester = await cast.as('requester.public-diplomacy');
  await cast.read(requester, summary.id);
  await asksForWhatIsNotTheirs(play, requester, summary);
  await writesDown(play, requester, summary);
  const caseId = await story.step(
    requester,
    'requests the release of the summary, portion by portion',
    () => requester.client.submitCase(request(summary)),
    () => {
      const items = proposed(summary, 1).items;
      const count = (treatment: string): string => String(items.filter((each) => each.treatment === treatment).length);
      return `${count('include')} included, ${count('substitute')} put in other words, ${count('withhold')} withheld`;
    },
  );
  await staysHidden(play, caseId);
  await freeze(play, requester, { caseId, summary, round: 1 });
  await consentIsLacking(play, caseId);
  return caseId;
}

const request = (summary: DocumentView) => ({
  document: summary.id,
  audience: FOR_THE_PUBLIC,
  procedure: { id: PROCEDURE },
  ...proposed(summary, 1),
});

/** The spending proposal belongs to the leaders: who is not concerned with it cannot even ask for it. */
async function asksForWhatIsNotTheirs(
  { story, cast, urls }: Play,
  requester: Player,
  summary: DocumentView,
): Promise<void> {
  const keeper = await cast.as('planner.private-office');
  await story.step(
    requester,
    'requests the release of the spending proposal, which belongs to the leaders',
    async () => {
      const listed = (await keeper.client.documents({ limit: 200 })).items;
      const proposal = listed.find(({ originator }) => originator === 'LEADERS');
      if (proposal === undefined) throw new Deviation('a proposal of the leaders', 'none');
      await refusal('not-found', requester.client.submitCase({ ...request(summary), document: proposal.id }));
      await refusal('not-found', requester.client.submitCase({ ...request(summary), document: randomUUID() }));
      const address = (id: string): string => `${urls.api}/api/documents/${id}`;
      await answeredAlike(address(proposal.id), address(randomUUID()), requester.session);
    },
    () => 'there is no such document for them',
  );
}

async function writesDown({ story }: Play, requester: Player, summary: DocumentView): Promise<void> {
  await story.step(
    requester,
    'names a figure in the public summary that stays behind',
    async () => {
      const told = { ...request(summary), summary: 'EXERCISE Germany will have 252,000 soldiers.' };
      const problem = await refusal('refused', requester.client.submitCase(told));
      namesRules(problem, 'no_write_down');
      return problem;
    },
    (problem) => `refused: ${(problem.reasons ?? []).map(({ rule, need }) => `${rule} (${need})`).join('; ')}`,
  );
}

/** A case stands as high as what it speaks of: who sees a part of the summary knows nothing of the request. */
async function staysHidden({ story, cast, urls }: Play, caseId: string): Promise<void> {
  const press = await cast.as('press-officer');
  await story.step(
    press,
    'knows of the summary, and asks for the request',
    async () => {
      same('no case in the list', [], (await press.client.cases()).items);
      const address = (id: string): string => `${urls.api}/api/cases/${id}`;
      return answeredAlike(address(caseId), address(randomUUID()), press.session);
    },
    (status) => `${String(status)}, the very answer that a random id gets`,
  );
}

/** Looks at what the audience would get, and freezes exactly that. */
export async function freeze(
  { story }: Play,
  requester: Player,
  { caseId, summary, round }: { readonly caseId: string; readonly summary: DocumentView; readonly round: 1 | 2 | 3 },
): Promise<string> {
  await story.step(
    requester,
    'looks at the preview',
    async () => {
      const preview = await requester.client.preview(caseId);
      same(
        'exactly the words that leave',
        wordsOf(summary, round),
        preview.portions.map(({ text }) => text),
      );
      return preview;
    },
    ({ portions, files }) => `${String(portions.length)} portions in ${files.map(({ name }) => name).join(', ')}`,
  );
  return story.step(
    requester,
    'freezes the proposal',
    async () => {
      const digest = await requester.client.freezeCase(caseId);
      const frozen = await requester.client.proposal(caseId);
      const shown = await requester.client.preview(caseId);
      same('the round', round, frozen.outgoing.round);
      same('the digest', digest, frozen.digest);
      same('the frozen files', frozen.outgoing.renditions.map(hashed).sort(), shown.files.map(hashed).sort());
      return digest;
    },
    (digest) => `round ${String(round)}, ${digest.slice(0, 23)}…`,
  );
}

const hashed = ({ name, sha256 }: { readonly name: string; readonly sha256: string }): string => `${name} ${sha256}`;

async function consentIsLacking(play: Play, caseId: string): Promise<void> {
  const { story, cast } = play;
  await consent(play, caseId);
  const reviewer = await cast.as('reviewer.archives');
  await story.step(
    reviewer,
    'wants to review before every originator has consented',
    async () => {
      const problem = await refusal('refused', decide(reviewer, caseId));
      namesRules(problem, 'stage:consent');
      return problem;
    },
    (problem) => `refused: ${reasonsOf(problem)}`,
  );
  const officer = await cast.as('release-officer');
  await story.step(
    officer,
    'wants to schedule it',
    async () => {
      const problem = await refusal('refused', officer.client.scheduleCase(caseId, new Date().toISOString()));
      namesRules(
        problem,
        'schedule-follows-approved-or-scheduled',
        'stage:consent',
        'stage:disclosure',
        'stage:adoption',
      );
      const consentReason = problem.reasons?.find(({ rule }) => rule === 'stage:consent')?.have ?? '';
      holds('the leaders among those missing', consentReason.includes('LEADERS'), consentReason);
      return problem;
    },
    (problem) => `refused with all its reasons: ${reasonsOf(problem)}`,
  );
  const leaders = await cast.as('originator.leaders');
  await story.step(
    leaders,
    'gives it back: the spending belongs to the summit',
    () => decide(leaders, caseId, 'return', 'EXERCISE The spending is decided in The Hague and told from there.'),
    (state) => state,
  );
}

/** The bodies that wrote what leaves, besides the leaders. */
const ORIGINATORS = ['originator.act', 'originator.ims', 'originator.is'];

/** Each of the three originators consents with a signature. */
export async function consent({ story, cast }: Play, caseId: string): Promise<void> {
  for (const originator of await cast.all(ORIGINATORS)) {
    await story.step(
      originator,
      'consents that its portions are told',
      async () => {
        same('the state', 'in-approval', await decide(originator, caseId));
        const stage = (await originator.client.case(caseId)).stages.find((each) => each.stage === 'consent');
        return stage;
      },
      (stage) => `signed; ${String(stage?.have ?? 0)} of ${String(stage?.need ?? 0)} originators`,
    );
  }
}
