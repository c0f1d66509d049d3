import { randomUUID } from 'node:crypto';
import type { DocumentView } from '#contracts';
import { readWorldPlan } from '../read-world';
import { answeredAlike, rawAnswer } from './answers';
import type { Player } from './cast';
import { holds, same } from './deviation';
import type { Play } from './play';

/** What the later chapters build on: the planner's own view of everything. */
export interface Library {
  readonly summary: DocumentView;
  /** The national packages, by nation. */
  readonly packages: ReadonlyMap<string, DocumentView>;
}

const SUMMARY = 'EXERCISE New capability targets of the alliance';
const PACKAGE = 'EXERCISE Capability target package 2025: ';

/** Three readers see three cuts of one document, and nobody finds what is not theirs. */
export async function reading(play: Play): Promise<Library> {
  const { story, cast } = play;
  story.chapter('Reading');
  await story.step(
    { office: `All ${String(cast.world.people.length)} people` },
    'sign in, each with a password and a code of their own',
    () => cast.all(cast.world.people.map(({ identity }) => identity)),
    (players) => `${String(players.length)} sessions; without the code nothing that is top secret would be shown`,
  );
  const planner = await cast.as('planner.act');
  const library = await story.step(
    planner,
    'reads the alliance summary and every national package',
    () => openLibrary(play, planner),
    ({ summary, packages }) =>
      `${String(summary.portions.length)} portions, ${summary.banner}; ${String(packages.size)} packages`,
  );
  const official = await cast.as('defence-planner.deu');
  const press = await cast.as('press-officer');
  const secret = await readsLess(play, official, { whole: library.summary, banner: 'NATO SECRET' });
  await readsLess(play, press, { whole: secret, banner: 'NATO RESTRICTED' });
  await findsNothing(play, library.summary);
  await findsOwnPackageOnly(play, official, library);
  return library;
}

async function openLibrary({ cast }: Play, planner: Player): Promise<Library> {
  const ids = new Map<string, string>();
  for (const { title, id } of (await planner.client.documents({ limit: 200 })).items)
    if (title !== null) ids.set(title, id);
  const idOf = (title: string): string => {
    const id = ids.get(title);
    holds(`a document ${title}`, id !== undefined, `${String(ids.size)} others`);
    return id ?? '';
  };
  const summary = await cast.read(planner, idOf(SUMMARY));
  same('the banner', 'COSMIC TOP SECRET', summary.banner);
  const packages = new Map<string, DocumentView>();
  for (const nation of readWorldPlan().nations)
    packages.set(nation.id, await cast.read(planner, idOf(PACKAGE + nation.name)));
  return { summary, packages };
}

/** A reader of a lower clearance gets fewer portions of the same document, and of the others not a word. */
async function readsLess(
  { story, cast, urls }: Play,
  reader: Player,
  than: { readonly whole: DocumentView; readonly banner: string },
): Promise<DocumentView> {
  const { whole, banner } = than;
  return story.step(
    reader,
    'reads the same summary',
    async () => {
      const cut = await cast.read(reader, whole.id);
      const texts = new Set(cut.portions.map(({ text }) => text));
      const hidden = whole.portions.filter(({ text }) => !texts.has(text));
      const raw = await rawAnswer(`${urls.api}/api/documents/${whole.id}`, reader.session);
      cast.reads.push({ person: reader.person, document: whole.id });
      same('the banner of the cut', banner, cut.banner);
      same(
        'numbers without gaps',
        cut.portions.map((_portion, index) => index + 1),
        cut.portions.map(({ n }) => n),
      );
      holds('fewer portions', hidden.length > 0 && cut.portions.length > 0, String(cut.portions.length));
      const leaked = hidden.filter(({ text, id }) => raw.body.includes(text) || raw.body.includes(id));
      same(
        'no word of what is above the reader',
        [],
        leaked.map(({ id }) => id),
      );
      return cut;
    },
    (cut) => `another cut: ${String(cut.portions.length)} portions, ${cut.banner}`,
  );
}

/** Clearance without need-to-know is nothing. */
async function findsNothing({ story, cast, urls }: Play, summary: DocumentView): Promise<void> {
  const stranger = await cast.as('duty-officer.shape');
  await story.step(
    stranger,
    'is cleared for all of it and concerned with none',
    async () => {
      same('an empty list', [], (await stranger.client.documents()).items);
      const address = (id: string): string => `${urls.api}/api/documents/${id}`;
      same('the status', 404, await answeredAlike(address(summary.id), address(randomUUID()), stranger.session));
    },
    () => 'finds nothing; the summary is answered as an id that nobody ever gave out',
  );
}

async function findsOwnPackageOnly(
  { story, cast, urls }: Play,
  official: Player,
  { summary, packages }: Library,
): Promise<void> {
  const [own, other] = [packages.get('DEU'), packages.get('FRA')];
  await story.step(
    official,
    'lists all documents there are',
    async () => {
      const listed = (await official.client.documents({ limit: 200 })).items.map(({ id }) => id);
      same('the summary and the own package', [summary.id, own?.id].sort(), listed.sort());
      const cut = await cast.read(official, own?.id ?? '');
      holds('a part of the package', cut.portions.length < (own?.portions.length ?? 0), String(cut.portions.length));
      return cut;
    },
    (cut) =>
      `the summary and the package of Germany, of which ${String(cut.portions.length)} portions are theirs to read`,
  );
  await story.step(
    official,
    'asks for the package of France by its id',
    async () => {
      const address = (id: string): string => `${urls.api}/api/documents/${id}`;
      return answeredAlike(address(other?.id ?? ''), address(randomUUID()), official.session);
    },
    (status) => `${String(status)}, the very answer that a random id gets`,
  );
}
