import type { AmendCaseCommand, CaseItemInput, DocumentView } from '#contracts';
import { Deviation } from './deviation';

type Treatment =
  | { readonly treatment: 'include' }
  | { readonly treatment: 'withhold'; readonly reasonCode: string }
  | { readonly treatment: 'substitute'; readonly text: string };

const include: Treatment = { treatment: 'include' };
const withhold = (reasonCode: string): Treatment => ({ treatment: 'withhold', reasonCode });

/** The rounds of the case: what the leaders own goes out after the first, what a minister objects to after the second. */
export type Round = 1 | 2 | 3;

export const GROWTH_OF_GERMANY = 'In the coming years the forces of Germany gain soldiers in a high five-digit number.';

/** What becomes of each portion of the alliance summary, known by some of its words, in a round. */
const PLAN: readonly (readonly [says: string, treatment: (round: Round) => Treatment])[] = [
  ['New capability targets of the alliance', () => include],
  ['take up the new capability targets in Brussels', () => include],
  ['Four areas come before all others', () => include],
  ['about 30 % above', () => include],
  ['about 30 % of what they ask for is missing', () => include],
  ['around 182,000 active soldiers', () => include],
  ['70,000 more than it has', () => ({ treatment: 'substitute', text: GROWTH_OF_GERMANY })],
  ['has to invest considerably', () => include],
  ['in the spring of 2028', (round) => (round < 3 ? include : withhold('MILITARY-PLANS'))],
  ['north-eastern flank', () => withhold('MILITARY-PLANS')],
  ['The leaders will be asked in The Hague', (round) => (round < 2 ? include : withhold('NOT-OURS'))],
  ['passed on to that nation', () => withhold('HANDLING')],
  ['receives targets of its own', () => include],
  ['NATO ·', () => withhold('CAPABILITY-FIGURES')],
];

/** How each portion of the summary is treated in a round. Every portion has one treatment, and only one. */
export function itemsOf(summary: DocumentView, round: Round): CaseItemInput[] {
  return summary.portions.map(({ id, text }): CaseItemInput => {
    const [found, ...others] = PLAN.filter(([says]) => text.includes(says));
    if (found === undefined || others.length > 0)
      throw new Deviation('one plan for each portion', JSON.stringify(text));
    return { portion: id, ...found[1](round) };
  });
}

/** The words of everything that leaves in a round, in order: what the preview must show. */
export function wordsOf(summary: DocumentView, round: Round): string[] {
  return itemsOf(summary, round).flatMap((item) => {
    if (item.treatment === 'substitute') return [item.text];
    const portion = summary.portions.find(({ id }) => id === item.portion);
    return item.treatment === 'include' && portion !== undefined ? [portion.text] : [];
  });
}

const HOUR_MS = 3_600_000;

/** What the case proposes in a round. Its window is open from now on, for an hour. */
export function proposed(summary: DocumentView, round: Round): AmendCaseCommand {
  const now = Date.now();
  return {
    title: 'EXERCISE Defence ministers adopt new capability targets',
    summary:
      'EXERCISE What may be told of the targets that the defence ministers of the 32 allies adopted in Brussels.',
    window: { notBefore: new Date(now).toISOString(), notAfter: new Date(now + HOUR_MS).toISOString() },
    items: itemsOf(summary, round),
  };
}

export const PROCEDURE = 'public-release';
export const FOR_THE_PUBLIC = { policy: 'PUBLIC', classification: 'UNMARKED', categories: [] };
