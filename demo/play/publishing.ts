import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { readAsOutsider } from '#outsider';
import { answeredAlike, rawAnswer } from './answers';
import { Deviation, holds, namesRules, reasonsOf, refusal, same } from './deviation';
import { figuresKept, figuresOf, figuresToldIn, withheldIn } from './secrets';
import type { Library } from './reading';
import type { Play } from './play';
import { GROWTH_OF_GERMANY, wordsOf } from './release-plan';

/** What is public afterwards. */
export interface Published {
  readonly release: string;
  readonly files: readonly { readonly name: string; readonly mediaType: string; readonly bytes: Buffer }[];
}

export const PUBLIC = { office: 'Anybody' };

/** How long before its hour the release is scheduled: time enough to look in vain. */
const AHEAD_MS = 5_000;
const PATIENCE_MS = 30_000;

/** Nothing is to be seen before the hour; then exactly what was signed, and nothing of what stays behind. */
export async function publishing(play: Play, caseId: string, library: Library): Promise<Published> {
  const { story } = play;
  story.chapter('The hour');
  const { release, publishAt } = await schedule(play, caseId);
  await nothingEarly(play, release, publishAt);
  await theHourComes(play, caseId, { release, publishAt });
  const files = await readsThePage(play, caseId, release);
  await searchesInVain(play, { release, files }, library);
  return { release, files };
}

async function schedule({ story, cast }: Play, caseId: string): Promise<{ release: string; publishAt: string }> {
  const officer = await cast.as('release-officer');
  await story.step(
    officer,
    'schedules it for tomorrow, outside the window that was signed',
    async () => {
      const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString();
      const problem = await refusal('refused', officer.client.scheduleCase(caseId, tomorrow));
      namesRules(problem, 'within-the-window');
      return problem;
    },
    (problem) => `refused: ${reasonsOf(problem)}`,
  );
  return story.step(
    officer,
    'schedules it within the window',
    async () => {
      const publishAt = new Date(Date.now() + AHEAD_MS).toISOString();
      await officer.client.scheduleCase(caseId, publishAt);
      const { state, release } = await officer.client.case(caseId);
      same('the state', 'scheduled', state);
      return { release, publishAt };
    },
    ({ publishAt }) => `for ${publishAt}, in a few seconds`,
  );
}

const randomRelease = (): string => `r-${randomBytes(10).toString('hex')}`;

async function nothingEarly({ story, urls }: Play, release: string, publishAt: string): Promise<void> {
  await story.step(
    PUBLIC,
    'asks the register for the release before its hour',
    async () => {
      const other = randomRelease();
      for (const path of ['', '/certificate', '/certificate.json', '/files/release.html', '/files/release.json']) {
        const address = (id: string): string => `${urls.register}/releases/${id}${path}`;
        same('the status', 404, await answeredAlike(address(release), address(other)));
      }
      for (const path of ['/', '/feed.atom', '/log', '/log/leaves?first=0'])
        holds(`nothing of it in ${path}`, !(await rawAnswer(urls.register + path)).body.includes(release), 'its id');
      holds('all of this before the hour', Date.now() < Date.parse(publishAt), 'that the hour has come');
    },
    () => '404, byte for byte what a random id gets; not in the list, the feed or the log',
  );
}

async function theHourComes(
  { story, cast, urls }: Play,
  caseId: string,
  { release, publishAt }: { readonly release: string; readonly publishAt: string },
): Promise<void> {
  const officer = await cast.as('release-officer');
  await story.step(
    { office: 'Guard' },
    'verifies everything anew and publishes at the hour',
    async () => {
      const until = Date.parse(publishAt) + PATIENCE_MS;
      for (;;) {
        const { status } = await rawAnswer(`${urls.register}/releases/${release}`);
        const { published, guardRefusal } = await officer.client.case(caseId);
        if (guardRefusal !== null)
          throw new Deviation('a release', `a refusal: ${JSON.stringify(guardRefusal.findings)}`);
        if (status === 200 && published !== null) {
          holds('not before its hour', published.publishedAt >= publishAt, published.publishedAt);
          return published.publishedAt;
        }
        if (Date.now() > until) throw new Deviation('a release at its hour', `status ${String(status)}`);
        await pause(200);
      }
    },
    (publishedAt) => `public since ${publishedAt}`,
  );
}

/** What the press reported beforehand and the ministers let be told. */
const FACTS = [
  '5 June 2025',
  'about 30 % above',
  'about 30 % of what they ask for is missing',
  'large land manoeuvre formations',
  'logistics',
  'long-range weapons',
  'air and missile defence',
  '182,000',
  GROWTH_OF_GERMANY,
  'new air defence systems',
];

async function readsThePage({ story, cast, urls }: Play, caseId: string, release: string): Promise<Published['files']> {
  const page = `${urls.register}/releases/${release}`;
  await story.step(
    PUBLIC,
    'reads the release',
    async () => {
      const words = plainText((await rawAnswer(page)).body);
      same(
        'the facts',
        [],
        FACTS.filter((fact) => !words.includes(fact)),
      );
      holds(
        'it in the feed',
        (await rawAnswer(`${urls.register}/feed.atom`)).body.includes(release),
        'a feed without it',
      );
      holds('it in the list', (await rawAnswer(`${urls.register}/`)).body.includes(release), 'a list without it');
    },
    () => `${page} has the facts; the list and the feed name it`,
  );
  const requester = await cast.as('requester.public-diplomacy');
  return story.step(
    PUBLIC,
    'fetches every file',
    async () => {
      const { outgoing } = await requester.client.proposal(caseId);
      const files: { name: string; mediaType: string; bytes: Buffer }[] = [];
      for (const { name, mediaType } of outgoing.renditions) {
        const bytes = Buffer.from(await (await fetch(`${page}/files/${name}`)).arrayBuffer());
        const signed = Buffer.from(await requester.client.rendition(caseId, name));
        holds(`${name} as it was signed`, bytes.equals(signed), `${String(bytes.length)} other bytes`);
        files.push({ name, mediaType, bytes });
      }
      return files;
    },
    (files) => `${files.map(({ name }) => name).join(', ')}: byte for byte what was signed`,
  );
}

async function searchesInVain({ story, urls }: Play, { release, files }: Published, library: Library): Promise<void> {
  const everything = [library.summary, ...library.packages.values()];
  await story.step(
    PUBLIC,
    'searches all of it for national figures and for what was withheld',
    async () => {
      const read = await Promise.all(files.map(({ mediaType, bytes }) => readAsOutsider(mediaType, bytes)));
      // What may be told is what was proposed, never what the files say.
      const words = wordsOf(library.summary, 3);
      const figures = figuresOf(everything);
      const certificate = (await rawAnswer(`${urls.register}/releases/${release}/certificate.json`)).body;
      const page = plainText((await rawAnswer(`${urls.register}/releases/${release}`)).body);
      // The page tells the sizes of the files as well; they are no figures of anybody.
      for (const text of [...read, page.replace(/\d+ bytes/g, '')].map((each) => each.replaceAll(release, '')))
        same('no figure but those that may be told', [], figuresToldIn(text, figures, words));
      const withheld = withheldIn([...read, page, certificate], everything, words);
      same('no withheld sentence', [], withheld.found);
      return { figures: figuresKept(figures, words).length, sentences: withheld.searched };
    },
    ({ figures, sentences }) =>
      `none of ${String(figures)} figures and ${String(sentences)} sentences that stay behind is there`,
  );
}

const plainText = (html: string): string =>
  html
    .replace(/<style>.*?<\/style>/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');
