import { randomUUID } from 'node:crypto';
import type { DocumentView } from '#contracts';
import type { InstrumentBody } from '#workflow';
import { signInstrument } from '../sign-world';
import { readKey } from '../world-folder';
import type { Player } from './cast';
import { holds, refusal, same } from './deviation';
import { examining, replaying } from './examining';
import { handedIn } from './handing-in';
import type { Play } from './play';

const LIST = 'AIR-2031';
const ANNEX = 'EXERCISE Air and missile defence of the northern region: annex for the working group';
const MINUTES = 60_000;

/** Need-to-know is asked for and given by name; in an emergency it is lifted, on the record, and somebody answers for it. */
export async function admitting(play: Play): Promise<void> {
  play.story.chapter('Need-to-know');
  const annex = await annexOf(await play.cast.as('planner.act'));
  const grant = await letsIn(play, annex);
  await examining(play, annex);
  await breaksGlass(play, annex);
  await takesBack(play, annex, grant);
  await replaying(play, annex);
}

async function annexOf(planner: Player): Promise<DocumentView> {
  const { items } = await planner.client.documents({ limit: 200 });
  const found = items.find(({ title }) => title === ANNEX);
  holds('the annex of the working group', found !== undefined, 'none');
  return planner.client.document(found?.id ?? '');
}

/** An official asks, an approver signs, the official acknowledges what is read in, and reads. */
async function letsIn(play: Play, annex: DocumentView): Promise<string> {
  const { story, cast } = play;
  const official = await cast.as('defence-planner.deu');
  const approver = await cast.as('originator.act');
  const request = await story.step(
    official,
    'asks to be let into the working group, and says what for',
    async () => {
      await refusal('not-found', official.client.document(annex.id));
      const purpose = { mark: '(NU)', text: 'EXERCISE Compares the plan of Germany with that of the region.' };
      return official.client.requestAccess({ list: LIST, purpose, until: inMinutes(30) });
    },
    () => 'asked; the annex still does not exist for them',
  );
  const grant = await story.step(
    approver,
    'lets them in with a signature of their own',
    async () => {
      const waiting = (await approver.client.accessRequests()).items.find(({ id }) => id === request);
      holds('that the request awaits them', waiting?.awaitsYou === true, 'it does not');
      const body = { grant: randomUUID(), list: LIST, person: official.person, request, ...spanOf(30) };
      same(
        'the answer of the registrar',
        'accepted',
        (await handedIn(play, await signed(play, approver, 'access-grant', body))).state,
      );
      return body.grant;
    },
    () => 'accepted: one of the approvers whom two officers have named',
  );
  await story.step(
    official,
    'acknowledges what is read in, and reads the annex in the same session',
    async () => {
      await acknowledged(official);
      return cast.read(official, annex.id);
    },
    (view) => `${String(view.portions.length)} portions, ${view.banner}`,
  );
  return grant;
}

/** Whoever was let in before has acknowledged it already. */
async function acknowledged({ client }: Player): Promise<void> {
  const list = (await client.accessLists()).items.find(({ name }) => name === LIST);
  if (list?.standing.state === 'not-acknowledged' && list.readIn !== null)
    await client.acknowledge(LIST, list.readIn.digest);
}

async function breaksGlass(play: Play, annex: DocumentView): Promise<void> {
  const { story, cast } = play;
  const duty = await cast.as('duty-officer.shape');
  const security = await cast.as('security-officer');
  const opened = await story.step(
    duty,
    'is concerned with none of it, and breaks the glass in an emergency',
    async () => {
      await refusal('not-found', duty.client.document(annex.id));
      const reason = {
        mark: '(NU)',
        text: 'EXERCISE An alarm in the north; nobody of the working group can be reached.',
      };
      const { id } = await duty.client.breakGlass({ document: annex.id, reason, hours: 1 });
      await cast.read(duty, annex.id);
      return id;
    },
    () => 'reads it for an hour at most: cleared for it, and on the record',
  );
  await story.step(
    security,
    'was alerted, and finds that it was not justified',
    async () => {
      const review = (await security.client.brokenGlass()).items.find(({ id }) => id === opened);
      holds('that it awaits a review', review?.awaitsYourReview === true, 'it does not');
      const words = { mark: '(NU)', text: 'EXERCISE The chair of the working group was on call.' };
      await security.client.reviewBreakGlass(opened, { justified: false, words });
      await refusal('not-found', duty.client.document(annex.id));
    },
    () => 'it ends at once: the next request finds nothing',
  );
}

async function takesBack(play: Play, annex: DocumentView, grant: string): Promise<void> {
  const { story, cast } = play;
  const approver = await cast.as('originator.ims');
  const official = await cast.as('defence-planner.deu');
  await story.step(
    approver,
    'takes back what the other approver gave',
    async () => {
      const body = { grant, list: LIST, reason: 'EXERCISE The comparison is done.', from: new Date().toISOString() };
      same(
        'the answer of the registrar',
        'accepted',
        (await handedIn(play, await signed(play, approver, 'access-withdrawal', body))).state,
      );
      await refusal('not-found', official.client.document(annex.id));
    },
    () => 'accepted; the open session of the official finds nothing from the next request on',
  );
}

const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * MINUTES).toISOString();

const spanOf = (minutes: number): { from: string; until: string } => ({
  from: inMinutes(0),
  until: inMinutes(minutes),
});

/** Signed with the approver's own key: no officer is asked. */
async function signed<Kind extends 'access-grant' | 'access-withdrawal'>(
  { cast }: Play,
  approver: Player,
  kind: Kind,
  body: InstrumentBody<Kind>,
) {
  if (approver.keyFile === undefined) throw new Error(`${approver.identity} has no key`);
  // Nothing is granted for the time before it was signed.
  const issuedAt = body.from;
  return signInstrument({ kind, body, issuedAt }, [readKey(approver.keyFile)], cast.world.installation);
}
