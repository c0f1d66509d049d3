import type { DocumentView } from '#contracts';
import type { PrivateJwk } from '#signing';
import { readWorldPlan } from '../read-world';
import { clearanceBody, signInstrument } from '../sign-world';
import { Deviation, holds, same } from './deviation';
import { handedIn } from './handing-in';
import type { Play } from './play';

const DAY_MS = 24 * 3_600_000;

/** A clearance takes two officers to give and one to take, and what is taken bites on the next request. */
export async function withdrawing(play: Play, summary: DocumentView): Promise<void> {
  const { story, cast } = play;
  story.chapter('Clearance');
  const reader = await cast.as('exchange-officer');
  const registrar = await cast.as('registry-officer.one');
  const [one, two] = [cast.officerKey('registry-officer.one'), cast.officerKey('registry-officer.two')];
  const portions = async (): Promise<number> => (await cast.read(reader, summary.id)).portions.length;
  const before = await portions();
  await story.step(
    registrar,
    'grants the exchange officer a SECRET clearance, alone',
    async () => {
      const { state, fault } = await handedIn(play, (await grant(play, reader.person, [one])).statement);
      same('the answer of the registrar', 'refused', state);
      same('as much as before', before, await portions());
      return fault;
    },
    (fault) => `refused: ${fault ?? ''}`,
  );
  const clearance = await story.step(
    registrar,
    'grants it together with the second officer',
    async () => {
      const signed = await grant(play, reader.person, [one, two]);
      const { state, fault } = await handedIn(play, signed.statement);
      holds('that it is accepted', state === 'accepted', `${state}: ${fault ?? ''}`);
      return signed.clearance;
    },
    () => 'accepted: two officers have signed',
  );
  const more = await story.step(
    reader,
    'reads the summary',
    async () => {
      const now = await portions();
      holds(`more than ${String(before)} portions`, now > before, String(now));
      return now;
    },
    (now) => `${String(now)} portions instead of ${String(before)}`,
  );
  await story.step(
    registrar,
    'withdraws it, which one officer may',
    async () => {
      const issuedAt = new Date().toISOString();
      const body = { clearance, reason: 'EXERCISE The exchange ends.', from: issuedAt };
      const statement = await signInstrument(
        { kind: 'clearance-withdrawal', body, issuedAt },
        [one],
        cast.world.installation,
      );
      const { state, fault } = await handedIn(play, statement);
      holds('that it is accepted', state === 'accepted', `${state}: ${fault ?? ''}`);
    },
    () => 'accepted',
  );
  await story.step(
    reader,
    'asks again, in the same session',
    async () => {
      same('portions', before, await portions());
    },
    () => `${String(before)} portions instead of ${String(more)}: the withdrawal bites on the next request`,
  );
}

/** A SECRET clearance for a day, signed by some officers. */
async function grant({ cast }: Play, person: string, by: readonly PrivateJwk[]) {
  const held = readWorldPlan().people.find(({ identity }) => identity === 'defence-planner.deu')?.clearance;
  if (held === undefined || held === null) throw new Deviation('a SECRET clearance in the world', 'none');
  const issuedAt = new Date().toISOString();
  const span = { from: issuedAt, until: new Date(Date.now() + DAY_MS).toISOString() };
  const international = held.categories.map((each) => ({ ...each, values: ['NATO'] }));
  const body = clearanceBody(person, { ...held, categories: international }, span);
  const statement = await signInstrument({ kind: 'clearance', body, issuedAt }, by, cast.world.installation);
  return { statement, clearance: body.clearance };
}
