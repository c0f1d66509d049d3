import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Label, PUBLIC_LABEL } from '../label';
import { banner, portionMark } from './mark';
import { LONGEST_MARK, parseMark } from './parse-mark';
import { PolicySet } from '../policy';
import { parseSpif } from '../spif/read-spif';

const policies = PolicySet.of(
  ['nato.spif.xml', 'public.spif.xml'].map((name) => {
    const read = parseSpif(readFileSync(join(__dirname, '../../../../policies', name), 'utf8'));
    if (!read.ok) throw new Error(name);
    return read.policy;
  }),
);

const nato = (classification: string, more: Record<string, string[]> = {}): Label => ({
  policy: 'NATO',
  classification,
  categories: Object.entries({ Context: ['NATO'], ...more })
    .map(([tagSet, values]) => ({
      tagSet,
      type:
        ({ 'Special Category Designators': 'RESTRICTIVE', Administrative: 'INFORMATIVE' } as const)[tagSet] ??
        ('PERMISSIVE' as const),
      values,
    }))
    .sort((a, b) => (a.tagSet < b.tagSet ? -1 : 1)),
});
const released = (owner: string, ...to: string[]): Record<string, string[]> => ({
  Context: [owner, 'Releasable'],
  'Releasable To': [owner, ...to].sort(),
});
const special = (...values: string[]): Record<string, string[]> => ({ 'Special Category Designators': values });

describe('a mark', () => {
  it.each<[string, string, Label]>([
    ['(NU)', 'NATO UNCLASSIFIED', nato('UNCLASSIFIED')],
    ['(NR)', 'NATO RESTRICTED', nato('RESTRICTED')],
    ['(NC)', 'NATO CONFIDENTIAL', nato('CONFIDENTIAL')],
    ['(NS)', 'NATO SECRET', nato('SECRET')],
    ['(CTS)', 'COSMIC TOP SECRET', nato('TOP SECRET')],
    ['(CTS-A)', 'COSMIC TOP SECRET ATOMAL', nato('TOP SECRET', special('ATOMAL'))],
    ['(CTS-A-B)', 'COSMIC TOP SECRET ATOMAL BOHEMIA', nato('TOP SECRET', special('ATOMAL', 'BOHEMIA'))],
    ['(NS-CRYPTO)', 'NATO SECRET CRYPTO', nato('SECRET', special('CRYPTO'))],
    ['(NS REL UKR)', 'NATO SECRET Releasable to Ukraine', nato('SECRET', released('NATO', 'UKR'))],
    [
      '(NR REL CHE JPN UKR)',
      'NATO RESTRICTED Releasable to Japan, Switzerland, Ukraine',
      nato('RESTRICTED', released('NATO', 'CHE', 'JPN', 'UKR')),
    ],
    ['(NS ONLY DEU NLD)', 'NATO SECRET Germany, Netherlands Only', nato('SECRET', { Only: ['DEU', 'NLD'] })],
    [
      '(KFOR NC ONLY IRL NATO SWE UKR)',
      'NATO/KFOR CONFIDENTIAL Ireland, NATO, Sweden, Ukraine Only',
      nato('CONFIDENTIAL', { Context: ['KFOR'], Only: ['IRL', 'NATO', 'SWE', 'UKR'] }),
    ],
    ['(EAPC NC REL ISAF)', 'NATO/EAPC CONFIDENTIAL Releasable to ISAF', nato('CONFIDENTIAL', released('EAPC', 'ISAF'))],
    [
      '(NR REL SWE ONLY DNK NOR)',
      'NATO RESTRICTED Denmark, Norway Only Releasable to Sweden',
      nato('RESTRICTED', { ...released('NATO', 'SWE'), Only: ['DNK', 'NOR'] }),
    ],
    ['(NU STAFF)', 'NATO UNCLASSIFIED - STAFF', nato('UNCLASSIFIED', { Administrative: ['STAFF'] })],
    ['(PUBLIC)', 'PUBLIC', PUBLIC_LABEL],
  ])('%s is %s, printed and read', (portion, line, label) => {
    expect(portionMark(policies, label)).toBe(portion);
    expect(banner(policies, label)).toBe(line);
    expect(parseMark(policies, portion)).toEqual({ ok: true, label });
    expect(parseMark(policies, line)).toEqual({ ok: true, label });
  });

  it.each([
    ['cts', '(CTS)'],
    ['  ( cts )  ', '(CTS)'],
    ['nr  rel   jpn  ukr', '(NR REL JPN UKR)'],
    ['(NR REL TO JPN, UKR)', '(NR REL JPN UKR)'],
    ['NATO SECRET Releasable to Ukraine', '(NS REL UKR)'],
    ['NATO SECRET Releasable to UKR', '(NS REL UKR)'],
    ['nato secret releasable to republic of korea, new zealand', '(NS REL KOR NZL)'],
    ['NATO SECRET Türkiye, GERMANY Only', '(NS ONLY DEU TUR)'],
    ['COSMIC TRÈS SECRET', '(CTS)'],
    ['NATO DIFFUSION RESTREINTE', '(NR)'],
    ['NATO UNCLASSIFIED – STAFF', '(NU STAFF)'],
    ['CTS ATOMAL', '(CTS-A)'],
    ['NS REL NATO UKR', '(NS REL UKR)'],
    ['UNMARKED', '(PUBLIC)'],
  ])('%j is read as %s', (text, mark) => {
    const read = parseMark(policies, text);
    expect(read).toMatchObject({ ok: true });
    if (read.ok) expect(portionMark(policies, read.label)).toBe(mark);
  });

  it.each([
    ['(CST)', '(CTS)'],
    ['(CTZ)', '(CTS)'],
    ['(SN)', '(NS)'],
    ['(SN REL UKR)', '(NS REL UKR)'],
    ['(TS)', '(CTS)'],
    ['SECRET', 'NATO SECRET'],
    ['NATO TOP SECRET', 'COSMIC TOP SECRET'],
    ['NATO SECRTE Releasable to Ukraine', 'NATO SECRET Releasable to Ukraine'],
    ['(NS REL UKX)', '(NS REL UKR)'],
    ['(NS REL JPN UKX)', '(NS REL JPN UKR)'],
    ['(PUBLCI)', '(PUBLIC)'],
    ['(CTS', '(CTS)'],
  ])('%s is refused, and %s was meant', (text, meant) => {
    expect(parseMark(policies, text)).toMatchObject({ ok: false, meant });
  });

  it.each([
    ['', 'there is no mark'],
    ['()', 'there is no mark'],
    ['(a)', '"(a)" is no mark'],
    ['(see annex)', '"(see annex)" is no mark'],
    ['(NS REL)', 'Releasable To: nobody is named'],
    ['(NS REL Atlantis)', 'Releasable To: "ATLANTIS" is not known'],
    ['(NS ONLY)', 'Only: nobody is named'],
    ['(NS REL UKR REL JPN)', '"REL JPN" is not understood'],
    ['(NS A)', '"A" is not understood'],
    ['(NS-)', '"-" is not understood'],
    ['(NS REL UKR) (CTS)', 'Releasable To: "UKR) (CTS" is not known'],
    ['(NS-B)', 'Special Category Designators/BOHEMIA: it must not stand on SECRET'],
    ['(NR-A)', 'Special Category Designators/ATOMAL: it must not stand on RESTRICTED'],
    ['(NS STAFF)', 'Administrative/STAFF: it must not stand on SECRET'],
    ['(PUBLIC REL UKR)', '"REL UKR" is not understood'],
    ['x'.repeat(LONGEST_MARK + 1), 'the mark is too long'],
  ])('%s is refused: %s', (text, fault) => {
    const read = parseMark(policies, text);
    expect(read.ok).toBe(false);
    if (!read.ok) expect(read.fault).toBe(fault);
  });

  it('of what nobody may read says so, and cannot be read back', () => {
    const nobody = nato('SECRET', { Only: [] });
    expect(portionMark(policies, nobody)).toBe('(NS NOBODY)');
    expect(parseMark(policies, '(NS NOBODY)').ok).toBe(false);
  });
});
