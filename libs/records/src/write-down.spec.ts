import fc from 'fast-check';
import { join } from 'node:path';
import type { Protection } from '#access';
import { type Label, dominates, parseMark, validateClearance } from '#marking';
import { readPolicies } from '#process';
import { natoClearance } from '../../../test/support/people';
import { type KnownCopy, bodyDigest, writtenDown } from './write-down';

const policies = readPolicies(join(__dirname, '../../../policies'));

function labelOf(mark: string): Label {
  const parsed = parseMark(policies, mark);
  if (!parsed.ok) throw new Error(parsed.fault);
  return parsed.label;
}

/** EXERCISE. */
const TEXT = 'EXERCISE: the targets are about 30 % above the present ones.';

describe('no_write_down', () => {
  const copyUnder = (mark: string, needToKnow = ['everyone'], document?: Protection): KnownCopy => {
    const protection = { label: labelOf(mark), needToKnow };
    return { n: 0, how: 'same', protection, documentProtection: document ?? protection };
  };
  const told = (mark: string, copies: readonly KnownCopy[], needToKnow = ['everyone'], text = TEXT): string[] =>
    writtenDown([{ text, under: { label: labelOf(mark), needToKnow } }], copies, policies).map(({ how }) => how);

  it.each<[string, string, string[]]>([
    ['(CTS)', '(CTS)', []],
    ['(CTS)', '(NS)', ['same']],
    ['(CTS)', '(PUBLIC)', ['same']],
    ['(NS)', '(CTS)', []],
    ['(PUBLIC)', '(NU)', []],
    ['(PUBLIC)', '(PUBLIC)', []],
    ['(NU)', '(PUBLIC)', ['same']],
    ['(NS)', '(NS REL UKR)', ['same']],
    ['(NS REL UKR)', '(NS)', []],
    ['(NS ONLY DEU)', '(NS)', ['same']],
    ['(NS ONLY DEU)', '(NS ONLY DEU NLD)', ['same']],
    ['(NS ONLY DEU NLD)', '(NS ONLY DEU)', []],
    ['(NS ONLY DEU)', '(NS ONLY NLD)', ['same']],
    ['(CTS-A)', '(CTS)', ['same']],
    ['(CTS)', '(CTS-A)', []],
    ['(CTS-A)', '(CTS-B)', ['same']],
  ])('what stands under %s, written under %s', (stands, written, codes) => {
    expect(told(written, [copyUnder(stands)])).toEqual(codes);
  });

  it.each<[string, string[], string[], string[]]>([
    ['for everyone', ['community:NDPP'], ['everyone'], ['same']],
    ['for the same', ['community:NDPP'], ['community:NDPP'], []],
    ['for fewer', ['community:NDPP', 'nation:DEU'], ['nation:DEU'], []],
    ['for others as well', ['nation:DEU'], ['nation:DEU', 'nation:NLD'], ['same']],
    ['for others', ['nation:DEU'], ['nation:NLD'], ['same']],
    ['for fewer than everyone', ['everyone'], ['nation:DEU'], []],
    ['for somebody, where nobody was meant', [], ['nation:DEU'], ['same']],
    ['for nobody', ['nation:DEU'], [], []],
  ])('what few need to know, written %s', (_name, stands, written, codes) => {
    expect(told('(NS)', [copyUnder('(NS)', stands)], written)).toEqual(codes);
  });

  it('counts the need-to-know of the whole document as well', () => {
    const document = { label: labelOf('(NS)'), needToKnow: ['community:NDPP'] };
    expect(told('(NS)', [copyUnder('(NS)', ['everyone'], document)])).toEqual(['same']);
    expect(told('(NS)', [copyUnder('(NS)', ['everyone'], document)], ['community:NDPP'])).toEqual([]);
  });

  it('does not count the banner of the other document: a portion is as secret as its own mark', () => {
    const document = { label: labelOf('(CTS)'), needToKnow: ['everyone'] };
    expect(told('(NU)', [copyUnder('(NU)', ['everyone'], document)])).toEqual([]);
  });

  it('is not deceived by case, white space or compatible letters', () => {
    for (const text of [
      TEXT.toUpperCase(),
      TEXT.replaceAll(' ', '\u00a0\n '),
      ` ${TEXT} `,
      TEXT.replace('ex', 'ｅx'),
      TEXT.replace('30', '３０'),
    ])
      expect([text, bodyDigest(text)]).toEqual([text, bodyDigest(TEXT)]);
    expect(bodyDigest(`${TEXT} And more.`)).not.toBe(bodyDigest(TEXT));
  });

  it('lets headings and names recur: what has fewer than 20 characters is nobody’s secret', () => {
    const heading = (text: string): string[] => told('(NU)', [copyUnder('(CTS)')], ['everyone'], text);
    expect(heading('x'.repeat(19))).toEqual([]);
    expect(heading('x'.repeat(20))).toEqual(['same']);
    expect(heading(`${'x'.repeat(19)}      `)).toEqual([]);
    expect(told('(NU)', [{ ...copyUnder('(CTS)'), how: 'figures' }], ['everyone'], 'x')).toEqual(['figures']);
  });

  it('is told once a text, with the first thing that it is a copy of', () => {
    const copies = [copyUnder('(NU)'), copyUnder('(CTS)'), copyUnder('(CTS-A)'), { ...copyUnder('(NS)'), n: 1 }];
    const under = (mark: string) => ({ text: TEXT, under: { label: labelOf(mark), needToKnow: ['everyone'] } });
    expect(writtenDown([under('(NS)'), under('(NU)'), under('(PUBLIC)')], copies, policies)).toEqual([
      { n: 0, how: 'same', from: { label: labelOf('(CTS)'), needToKnow: ['everyone'] } },
      { n: 1, how: 'same', from: { label: labelOf('(NS)'), needToKnow: ['everyone'] } },
    ]);
  });

  it.each<[string, string[], string[], boolean]>([
    ['for a circle beside it', ['nation:DEU', 'community:NDPP'], ['nation:NLD', 'community:NDPP'], false],
    ['for everyone', ['nation:DEU'], ['everyone'], true],
    ['for a wider circle', ['nation:DEU'], ['nation:DEU', 'nation:NLD'], true],
    ['for somebody, where nobody was meant', [], ['nation:DEU'], true],
  ])('a form filled in for others is no near copy of the first, but one %s is', (_name, stands, written, refused) => {
    const copy = copyUnder('(NS)', stands);
    expect(told('(NS)', [{ ...copy, how: 'near' }], written)).toEqual(refused ? ['near'] : []);
    // The text itself, the figures of a target, and a lower label never.
    expect(told('(NS)', [copy], written)).toEqual(['same']);
    expect(told('(NS)', [{ ...copy, how: 'figures' }], written)).toEqual(['figures']);
    expect(told('(NR)', [{ ...copy, how: 'near' }], written)).toEqual(['near']);
  });

  it('what it lets pass, nobody may read who could not read the text where it stood', () => {
    const marks = [
      '(PUBLIC)',
      '(NU)',
      '(NR)',
      '(NS)',
      '(CTS)',
      '(CTS-A)',
      '(CTS-A-B)',
      '(NS REL UKR)',
      '(NR REL UKR)',
      '(NS ONLY DEU)',
      '(NS ONLY DEU NLD)',
      '(NU STAFF)',
    ];
    const known = ['everyone', 'nation:DEU', 'nation:NLD', 'community:NDPP'];
    const protection = fc.record({
      label: fc.constantFrom(...marks).map(labelOf),
      needToKnow: fc.subarray(known),
    });
    const levels = ['UNCLASSIFIED', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET', 'TOP SECRET'] as const;
    const reader = fc.record({
      level: fc.constantFrom(...levels),
      nation: fc.constantFrom('DEU', 'NLD', 'UKR'),
      designators: fc.subarray(['ATOMAL', 'BOHEMIA']),
      partner: fc.boolean(),
      holds: fc.subarray(known.slice(1)),
    });
    let lowered = 0;
    fc.assert(
      fc.property(protection, protection, protection, reader, (now, then, document, who) => {
        const copy: KnownCopy = {
          n: 0,
          how: 'same',
          protection: then,
          documentProtection: { ...document, label: then.label },
        };
        if (writtenDown([{ text: TEXT, under: now }], [copy], policies).length > 0) {
          lowered += 1;
          return;
        }
        const clearance = natoClearance(who.level, {
          ...(who.partner ? { context: 'Releasable' } : {}),
          releasedTo: who.partner ? [who.nation] : ['NATO', who.nation],
          designators: who.designators,
        });
        expect(validateClearance(policies, clearance)).toEqual([]);
        const tokens = ['everyone', ...who.holds];
        const reads = ({ label, needToKnow }: Protection): boolean =>
          dominates([clearance], label).dominates && needToKnow.some((token) => tokens.includes(token));
        if (reads(now)) expect(reads(then) && reads(copy.documentProtection)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
    expect(lowered).toBeGreaterThan(100);
  });
});
