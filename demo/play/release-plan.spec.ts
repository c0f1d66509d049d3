import type { DocumentView } from '#contracts';
import { readPolicies } from '#process';
import { parseMarkedText } from '#records';
import { readDocuments } from '../read-world';
import { itemsOf, proposed, wordsOf } from './release-plan';

/** The summary as somebody sees it who is cleared for all of it. */
function theSummary(): DocumentView {
  const text = readDocuments().find(({ file }) => file.endsWith('alliance-summary.md'))?.text ?? '';
  const parsed = parseMarkedText(text, readPolicies('policies'));
  if (!parsed.ok) throw new Error('the summary is faulty');
  const portions = parsed.document.portions.map(({ kind, originator, text: words }, index) => ({
    n: index + 1,
    id: `portion-${String(index + 1)}`,
    kind,
    mark: '',
    label: { policy: 'NATO', classification: 'TOP SECRET', categories: [] },
    originator,
    text: words,
  }));
  const kept = { extractable: true, attachments: [] };
  return { id: '', mark: '', banner: '', originator: 'ACT', exercise: true, version: 1, date: '', portions, ...kept };
}

const summary = theSummary();

describe('what the demo proposes to release', () => {
  it.each([1, 2, 3] as const)('treats every portion of the summary once in round %i', (round) => {
    expect(itemsOf(summary, round).map(({ portion }) => portion)).toEqual(summary.portions.map(({ id }) => id));
  });

  it('takes out the leaders’ portion after the first round and the date after the second', () => {
    const gone = (from: 1 | 2, to: 2 | 3): string[] =>
      wordsOf(summary, from).filter((words) => !wordsOf(summary, to).includes(words));
    expect(gone(1, 2)).toEqual([expect.stringContaining('3.5 %')]);
    expect(gone(2, 3)).toEqual([expect.stringContaining('spring of 2028')]);
  });

  it('tells no target and no figure of the growth of Germany’s forces', () => {
    const told = wordsOf(summary, 3).join(' ');
    expect(told).not.toMatch(/252|70,000|NATO ·/);
    expect(told).toContain('high five-digit');
  });

  it('refuses a summary with a portion that it does not know', () => {
    const [first] = summary.portions;
    const strange = { ...summary, portions: [{ ...first!, text: 'EXERCISE Something new.' }] };
    expect(() => itemsOf(strange, 1)).toThrow('one plan for each portion');
  });

  it('opens its window at once', () => {
    expect(Date.parse(proposed(summary, 1).window.notBefore)).toBeLessThanOrEqual(Date.now());
  });
});
