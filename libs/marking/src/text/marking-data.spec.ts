import fc from 'fast-check';
import { validLabels } from '../../../../test/support/label-arbitraries';
import { NEEDS, sharedFile, sharedPolicy, shippedPolicies, withShared } from '../../../../test/support/marking-data';
import { type Label, PUBLIC_LABEL, normalLabel } from '../label';
import { readLabel } from '../label/read-label';
import { PolicySet } from '../policy';
import { banner, marking } from './mark';
import { parseMark } from './parse-mark';
import { folded } from './vocabulary';

const policies = shippedPolicies();
const nato = (classification: string, more: Record<string, string[]> = {}): Label => ({
  policy: 'NATO',
  classification,
  categories: Object.entries({ Context: ['NATO'], ...more }).map(([tagSet, values]) => ({
    tagSet,
    type:
      ({ 'Special Category Designators': 'RESTRICTIVE', Administrative: 'INFORMATIVE' } as const)[tagSet] ??
      ('PERMISSIVE' as const),
    values,
  })),
});
const released = (...to: string[]): Record<string, string[]> => ({
  Context: ['NATO', 'Releasable'],
  'Releasable To': ['NATO', ...to],
});

describe('a mark in French', () => {
  it.each<[Label, string]>([
    [nato('TOP SECRET'), 'COSMIC TRÈS SECRET'],
    [nato('CONFIDENTIAL'), 'NATO CONFIDENTIEL'],
    [nato('RESTRICTED', released('JPN', 'CHE')), 'NATO DIFFUSION RESTREINTE Communicable à Japon, Suisse'],
    [nato('SECRET', { Only: ['DEU', 'NLD'] }), 'NATO SECRET Allemagne, Pays-Bas Seulement'],
    [nato('RESTRICTED', { Context: ['KFOR'] }), 'NATO/KFOR DIFFUSION RESTREINTE'],
    [nato('UNCLASSIFIED', { Administrative: ['STAFF'] }), 'NATO SANS CLASSIFICATION - STAFF'],
    [PUBLIC_LABEL, 'PUBLIC'],
  ])('%j is %s', (label, text) => {
    expect(banner(policies, label, 'fr')).toBe(text);
    expect(banner(policies, label, 'fr-CA')).toBe(text);
    expect(parseMark(policies, text)).toEqual({ ok: true, label: normalLabel(label) });
  });

  it('that a language does not have is in English', () => {
    expect(banner(policies, nato('SECRET', released('UKR')), 'de')).toBe('NATO SECRET Releasable to Ukraine');
  });
});

describe('a mark spelled out', () => {
  it.each<[Label, string]>([
    [
      nato('TOP SECRET', { 'Special Category Designators': ['ATOMAL', 'BOHEMIA'] }),
      'COSMIC TOP SECRET; Special Category Designators: ATOMAL, BOHEMIA',
    ],
    [nato('SECRET', { ...released('UKR'), Only: ['DEU'] }), 'NATO SECRET; Only: Germany; Releasable To: Ukraine'],
  ])('%j is %s', (label, text) => {
    expect(marking(policies, label, { form: 'full' })).toBe(text);
    expect(parseMark(policies, text)).toEqual({ ok: true, label: normalLabel(label) });
  });
});

describe('what people type', () => {
  it.each([
    ['NATO RESTRICTED Releasable to Japan and Ukraine', 'NATO RESTRICTED Releasable to Japan, Ukraine'],
    ['nato diffusion restreinte communicable a japon et ukraine', 'NATO RESTRICTED Releasable to Japan, Ukraine'],
    ['nato restricted; releasable to: japan; only: germany', 'NATO RESTRICTED Germany Only Releasable to Japan'],
    ['COSMIC TOP SECRET - ATOMAL', 'COSMIC TOP SECRET ATOMAL'],
    ['NATO UNCLASSIFIED STAFF, MEDICAL', 'NATO UNCLASSIFIED - MEDICAL, STAFF'],
  ])('%s is read as %s', (text, printed) => {
    const read = parseMark(policies, text);
    expect(read.ok ? banner(policies, read.label) : read).toBe(printed);
  });

  it.each([
    ['NATO SECRET Ukraine', 'a nation that nothing says it is released to'],
    ['NATO SECRET "for the eyes of nobody"', 'a text where the policy takes none'],
  ])('%s is refused: %s', (text) => {
    expect(parseMark(policies, text).ok).toBe(false);
  });

  it('reads an obsolete value on what exists, and not on what is new', () => {
    const changed = shippedPolicies().get('NATO')!;
    const policy = {
      ...changed,
      tagSets: changed.tagSets.map((tagSet) => ({
        ...tagSet,
        values: tagSet.values.map((value) => (value.name === 'BOHEMIA' ? { ...value, obsolete: true } : value)),
      })),
    };
    const set = PolicySet.of([policy]);
    expect(parseMark(set, '(CTS-B)')).toMatchObject({
      ok: false,
      fault: 'Special Category Designators/BOHEMIA: the value is obsolete',
    });
    expect(parseMark(set, '(CTS-B)', { use: 'existing' })).toMatchObject({ ok: true });
  });
});

const roundTrip = (set: PolicySet, runs: number): void => {
  fc.assert(
    fc.property(
      validLabels(set),
      fc.constantFrom('portion', 'banner', 'full'),
      fc.constantFrom('en', 'fr'),
      (label, form, language) => {
        const printed = marking(set, label, { form, language });
        const read = parseMark(set, printed);
        expect(read).toEqual({ ok: true, label: normalLabel(label) });
        if (read.ok) expect(marking(set, read.label, { form, language })).toBe(printed);
      },
    ),
    { numRuns: runs },
  );
};

describe('parse(print(label)) is the label, for every valid label and in every form and language', () => {
  it('under the policies that the product ships', () => {
    roundTrip(policies, 200);
  });

  withShared.each(['nato-spif-v79.xml', 'nato-spif-v88.xml', 'public-spif-v1.xml', 'acme-spif.xml'])(
    `under %s: ${NEEDS}`,
    (name) => {
      roundTrip(sharedPolicy(name), 100);
    },
  );
});

describe('the marks that another implementation (spiffing) makes of the labels of ADatP-4774 table 17, under NATO v79', () => {
  const expected = [
    ['17-1', 'en', 'NATO UNCLASSIFIED Releasable to ISAF, KFOR, RESOLUTE SUPPORT'],
    ['17-1', 'fr', 'NATO SANS CLASSIFICATION Communicable a ISAF, KFOR, RESOLUTE SUPPORT'],
    ['17-2', 'en', 'NATO UNCLASSIFIED'],
    ['17-3', 'en', 'NATO UNCLASSIFIED - STAFF'],
    ['17-4', 'en', 'NATO RESTRICTED Releasable to Japan, Switzerland, Ukraine'],
    ['17-6', 'en', 'NATO/KFOR CONFIDENTIAL Ireland, Sweden, Ukraine, NATO ONLY'],
  ] as const;
  // It lists values as the policy does, we by their words: the order says nothing.
  const ordered = (text: string): string[] => folded(text).replaceAll(',', '').split(' ').sort();

  withShared.each(expected)(`%s in %s is %s: ${NEEDS}`, (number, language, text) => {
    const v79 = sharedPolicy('nato-spif-v79.xml');
    expect(sharedFile('spiffing-tests.xml')).toContain(text);
    const read = readLabel(v79, sharedFile(`spiffing-nato-4774-${number}.nato.xml`), { lenient: true });
    if (!read.ok) throw new Error(JSON.stringify(read.faults));
    expect(ordered(banner(v79, read.record.label, language))).toEqual(ordered(text));
  });
});
