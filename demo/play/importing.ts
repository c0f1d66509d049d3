import type { DocumentView } from '#contracts';
import { Deviation, holds, refusal, same } from './deviation';
import type { Play } from './play';

const HEAD = [
  '---',
  'banner: NATO SECRET',
  'originator: ACT',
  'need-to-know: ["community:NDPP"]',
  'exercise: true',
  '---',
];

/** Four faults in four lines. EXERCISE. */
const FAULTY = [
  ...HEAD,
  '',
  '# (NU) EXERCISE A note with faults',
  '',
  'This paragraph carries no mark.',
  '',
  '(NZ) EXERCISE This one carries a mark that no policy knows.',
  '',
  '(CTS) EXERCISE This one stands above the banner.',
  '',
  '| Mark | Nation | Capability area | Now | Required | Unit | Due |',
  '|---|---|---|---|---|---|---|',
  '| (NS) | DEU | Logistics | many | 12 | companies | 2032 |',
  '',
].join('\n');

/** What is not marked as it must be is refused as a whole; what is secret elsewhere does not come in under a lower mark. */
export async function importing({ story, cast }: Play, summary: DocumentView): Promise<void> {
  story.chapter('Import');
  const planner = await cast.as('planner.act');
  const count = async (): Promise<number> => (await planner.client.documents({ limit: 200 })).items.length;
  const before = await count();
  await story.step(
    planner,
    'imports a document with four faults',
    async () => {
      const { faults } = await refusal('import-refused', planner.client.importDocument(FAULTY));
      same(
        'the faulty lines',
        [2, 10, 12, 18],
        (faults ?? []).map(({ line }) => line),
      );
      same('nothing stored', before, await count());
      return faults ?? [];
    },
    (faults) => `refused as a whole: ${faults.map(({ line, code }) => `line ${String(line)} ${code}`).join(', ')}`,
  );
  const secret = summary.portions.find(({ mark, kind }) => mark === '(CTS)' && kind === 'paragraph');
  await story.step(
    planner,
    'copies a top-secret sentence into a paper marked SECRET',
    async () => {
      if (secret === undefined) throw new Deviation('a top-secret sentence in the summary', 'none');
      const copied = [...HEAD, '', '# (NU) EXERCISE A copy', '', `(NS) ${secret.text}`, ''].join('\n');
      const { faults } = await refusal('import-refused', planner.client.importDocument(copied));
      same(
        'the fault',
        [[10, 'written-down']],
        (faults ?? []).map(({ line, code }) => [line, code]),
      );
      return faults ?? [];
    },
    (faults) => `refused: ${faults.map(({ reason }) => reason).join('; ')}`,
  );
  const press = await cast.as('press-officer');
  await story.step(
    press,
    'imports a paper, which is not their office',
    async () => {
      const paper = [...HEAD, '', '# (NU) EXERCISE A paper', ''].join('\n').replace('NATO SECRET', 'NATO UNCLASSIFIED');
      const { reasons } = await refusal('not-permitted', press.client.importDocument(paper));
      holds('a reason', (reasons ?? []).length > 0, 'none');
      return reasons ?? [];
    },
    (reasons) => `refused: needs ${reasons.map(({ need }) => need).join('; ')}`,
  );
}
