import { NEEDS, sharedPolicy, shippedPolicies, withShared } from '../../../../test/support/marking-data';
import { type Label, PUBLIC_LABEL } from '../label';
import { writeLabel } from '../label/write-label';
import { banner, portionMark } from '../text/mark';
import { parseMark } from '../text/parse-mark';
import { explainRollUp, raisedBanner, rollUp } from './roll-up';

const policies = shippedPolicies();
const read = (mark: string): Label => {
  const found = parseMark(policies, mark);
  if (!found.ok) throw new Error(`${mark}: ${found.fault}`);
  return found.label;
};
const rolled = (...marks: string[]): string => {
  const found = rollUp(policies, marks.map(read));
  return found.ok ? portionMark(policies, found.label) : found.reasons.join('; ');
};

describe('rollUp (ADatP-4774.1 section 4.4)', () => {
  it.each<[string, string[], string]>([
    ['rule 4: the highest classification', ['(NU)', '(NS)', '(NR)'], '(NS)'],
    ['rules 5, 6: what all parts allow', ['(NS REL UKR JPN)', '(NS REL UKR CHE)'], '(NS REL UKR)'],
    ['a part without a list is not released', ['(NS REL UKR)', '(NS)'], '(NS)'],
    [
      'a list that one part has is kept, narrower than the standard',
      ['(NS ONLY DEU NLD)', '(NS)'],
      '(NS ONLY DEU NLD)',
    ],
    ['lists that have nobody in common', ['(NS ONLY DEU)', '(NS ONLY FRA)'], '(NS NOBODY)'],
    ['contexts that have nobody in common', ['(KFOR NS)', '(NS)'], '(NS NOBODY)'],
    ['rule 7: every designator', ['(CTS-A)', '(CTS-B)', '(NS-CRYPTO)'], '(CTS-A-B-CRYPTO)'],
    ['rule 8: every informative value', ['(NU STAFF)', '(NU MEDICAL)'], '(NU MEDICAL STAFF)'],
    ['rule 9: informative values go where they must not stand', ['(NU STAFF)', '(NR)'], '(NR)'],
    ['PUBLIC asks nothing', ['(PUBLIC)', '(NR)'], '(NR)'],
    ['PUBLIC alone', ['(PUBLIC)', '(PUBLIC)'], '(PUBLIC)'],
    ['one part', ['(KFOR NC ONLY IRL SWE)'], '(KFOR NC ONLY IRL SWE)'],
    ['rule 9: a result that the policy forbids has no label', ['(KFOR NS)', '(CTS)'], '(CTS NOBODY)'],
  ])('%s: %j is %s', (_what, marks, expected) => {
    expect(rolled(...marks)).toBe(expected);
  });

  it('has no label for nothing, for two policies and for what is not known', () => {
    expect(rollUp(policies, [])).toEqual({ ok: false, reasons: ['there is nothing to roll up'] });
    const acme = { policy: 'ACME', classification: 'INTERNAL', categories: [] };
    expect(rollUp(policies, [read('(NS)'), acme])).toMatchObject({
      ok: false,
      reasons: ['ACME and NATO have no common label'],
    });
    expect(rollUp(policies, [acme])).toMatchObject({ ok: false, reasons: ['the policy ACME is not known'] });
    expect(rollUp(policies, [{ ...read('(NS)'), classification: 'HUSH' }])).toMatchObject({
      ok: false,
      reasons: ['NATO has no HUSH'],
    });
  });

  it('that releases to nobody prints so, and cannot be written as XML', () => {
    const found = rollUp(policies, [read('(NS ONLY DEU)'), read('(NS ONLY FRA)')]);
    if (!found.ok) throw new Error('no label');
    expect(found.nobody).toBe(true);
    expect(banner(policies, found.label)).toBe('NATO SECRET NOBODY');
    expect(writeLabel(policies, { kind: 'originator', label: found.label, created: '2026-06-05T12:00:00Z' })).toEqual({
      ok: false,
      faults: [{ place: 'Only', fault: 'it releases to nobody, which XML cannot say' }],
    });
  });

  withShared(`drops administrative values above UNCLASSIFIED also where the SPIF no longer says so: ${NEEDS}`, () => {
    const v88 = sharedPolicy('nato-spif-v88.xml');
    const context = { tagSet: 'Context', type: 'PERMISSIVE' as const, values: ['NATO'] };
    const staff = { tagSet: 'Administrative', type: 'INFORMATIVE' as const, values: ['STAFF'] };
    expect(
      rollUp(v88, [
        { policy: 'NATO', classification: 'UNCLASSIFIED', categories: [context, staff] },
        { policy: 'NATO', classification: 'SECRET', categories: [context] },
      ]),
    ).toEqual({ ok: true, label: { policy: 'NATO', classification: 'SECRET', categories: [context] } });
  });

  it('explains itself', () => {
    expect(
      explainRollUp(policies, ['(PUBLIC)', '(NU STAFF)', '(NS REL UKR)', '(NC-CRYPTO REL UKR JPN)'].map(read)),
    ).toEqual([
      'parts that are PUBLIC ask nothing',
      'SECRET is the highest of UNCLASSIFIED, SECRET, CONFIDENTIAL',
      'Context: what all parts that carry it allow: NATO',
      'Special Category Designators: everything that a part carries: CRYPTO',
      'Administrative/STAFF must not stand on SECRET',
    ]);
  });
});

describe('a banner that is raised above its parts', () => {
  const parts = ['(NR)', '(NS REL UKR)'].map(read);
  it('needs a reason', () => {
    expect(raisedBanner(policies, parts, read('(CTS)'), 'together they show the whole plan')).toEqual({
      ok: true,
      label: read('(CTS)'),
    });
    expect(raisedBanner(policies, parts, read('(CTS)'), ' ')).toMatchObject({ ok: false });
  });
  it.each(['(NR)', '(NS REL UKR)', '(PUBLIC)', '(NU)'])('is never lowered to %s', (mark) => {
    expect(raisedBanner(policies, parts, read(mark), 'EXERCISE')).toEqual({
      ok: false,
      reasons: ['the banner is not at least what its parts add up to'],
    });
  });
  it('cannot be above parts that nobody can hold together', () => {
    expect(
      raisedBanner(policies, ['(NS ONLY DEU)', '(NS ONLY FRA)'].map(read), read('(CTS)'), 'EXERCISE'),
    ).toMatchObject({ ok: false });
  });
  it('is a label of the policy', () => {
    expect(raisedBanner(policies, [PUBLIC_LABEL], { ...read('(CTS)'), categories: [] }, 'EXERCISE')).toMatchObject({
      ok: false,
    });
  });
});
