import fc from 'fast-check';
import { clearancesOf, validLabels } from '../../../../test/support/label-arbitraries';
import { NEEDS, sharedFile, sharedPolicy, shippedPolicies, withShared } from '../../../../test/support/marking-data';
import type { Clearance, Label, LabelCategory } from '../label';
import { PUBLIC_LABEL } from '../label';
import { readClearance } from '../label/clearance-xml';
import { readLabel } from '../label/read-label';
import { dominates, governingLabels, permits } from './dominance';
import { LabelDictionary } from './label-dictionary';

const permissive = (tagSet: string, ...values: string[]): LabelCategory => ({ tagSet, type: 'PERMISSIVE', values });
const label = (classification: string, ...categories: LabelCategory[]): Label => ({
  policy: 'NATO',
  classification,
  categories,
});

describe('the labels of ADatP-4774 (tables 17 and 18, appendix 2) against its three clearances', () => {
  const only = permissive('Only', 'BEL', 'CAN', 'DNK', 'FRA', 'DEU', 'GBR', 'NLD', 'NOR', 'USA');
  const rows: [string, Label | undefined, 'grant' | 'deny', 'grant' | 'deny', 'grant' | 'deny'][] = [
    ['17-1 NU Rel ISAF, KFOR, RESOLUTE SUPPORT', undefined, 'grant', 'grant', 'deny'],
    ['17-2 NU', undefined, 'grant', 'deny', 'deny'],
    ['17-3 NU STAFF', undefined, 'grant', 'deny', 'deny'],
    ['17-4 NR Rel JPN, CHE, UKR', undefined, 'grant', 'deny', 'deny'],
    ['17-5 EAPC NC Rel ISAF', undefined, 'grant', 'grant', 'deny'],
    ['17-6 KFOR NC NATO, IRL, SWE, UKR Only', undefined, 'grant', 'deny', 'deny'],
    [
      '18 NR nine nations Only, Rel SWE',
      label(
        'RESTRICTED',
        permissive('Context', 'NATO', 'Releasable'),
        only,
        permissive('Releasable To', 'NATO', 'SWE'),
      ),
      'grant',
      'deny',
      'deny',
    ],
    [
      'App 2-6 EAPC NR Rel GEO, NZL',
      label(
        'RESTRICTED',
        permissive('Context', 'EAPC', 'Releasable'),
        permissive('Releasable To', 'EAPC', 'GEO', 'NZL'),
      ),
      'grant',
      'grant',
      'deny',
    ],
  ];

  withShared.each(rows)(`%s: ${NEEDS}`, (name, given, ...expected) => {
    const v79 = sharedPolicy('nato-spif-v79.xml');
    const file = readLabel(
      v79,
      given === undefined ? sharedFile(`spiffing-nato-4774-${name.slice(0, 4)}.nato.xml`) : '',
      { lenient: true },
    );
    const subject = given ?? (file.ok ? file.record.label : undefined);
    const answers = ['0', '1', '2'].map((number) => {
      const clearance = readClearance(v79, sharedFile(`adatp4774-clearance-${number}.xml`));
      if (!clearance.ok || subject === undefined) throw new Error('unreadable');
      return dominates([clearance.clearance], subject).dominates ? 'grant' : 'deny';
    });
    expect(answers).toEqual(expected);
  });
});

describe('an access decision', () => {
  const clearance: Clearance = {
    policy: 'NATO',
    classifications: ['UNCLASSIFIED', 'SECRET'],
    categories: [
      permissive('Context', 'NATO'),
      permissive('Only', 'DEU'),
      { tagSet: 'Special Category Designators', type: 'RESTRICTIVE', values: ['CRYPTO'] },
    ],
  };
  const told = (clearances: Clearance[], subject: Label): string[] =>
    dominates(clearances, subject)
      .checks.filter(({ outcome }) => !outcome)
      .map(({ rule, need, have }) => `${rule}: needs ${need}, has ${have}`);

  it('asks for the classification itself: a list is a set, and a gap in it is a gap', () => {
    expect(permits([clearance], label('RESTRICTED', permissive('Context', 'NATO')))).toBe(false);
    expect(permits([clearance], label('SECRET', permissive('Context', 'NATO')))).toBe(true);
  });

  it('tells every part that fails, with what the label needs and what the clearance has', () => {
    const subject = label('TOP SECRET', permissive('Only', 'FRA', 'NLD'), {
      tagSet: 'Special Category Designators',
      type: 'RESTRICTIVE',
      values: ['ATOMAL', 'CRYPTO'],
    });
    expect(told([clearance], subject)).toEqual([
      'classification: needs TOP SECRET, has UNCLASSIFIED, SECRET',
      'permissive: needs Only: one of FRA, NLD, has Only: DEU',
      'restrictive: needs Special Category Designators: all of ATOMAL, CRYPTO, has Special Category Designators: CRYPTO',
    ]);
  });

  it('never puts two clearances together, and tells of the one that came nearest', () => {
    const other = { ...clearance, classifications: ['TOP SECRET'], categories: [permissive('Only', 'FRA')] };
    const foreign = { ...clearance, policy: 'ACME' };
    expect(told([foreign, other, clearance], label('TOP SECRET', permissive('Context', 'NATO')))).toEqual([
      'permissive: needs Context: one of NATO, has Context: none',
    ]);
    expect(told([], label('SECRET'))).toEqual(['policy: needs NATO, has no clearance']);
  });

  it('reads what is held under another type as not held', () => {
    const informed = {
      ...clearance,
      categories: [{ tagSet: 'Context', type: 'INFORMATIVE' as const, values: ['NATO'] }],
    };
    expect(permits([informed], label('SECRET', permissive('Context', 'NATO')))).toBe(false);
  });

  it('denies a kind of category that it does not know, and a list that names nobody', () => {
    const strange = { tagSet: 'Only', type: 'SPECIAL', values: ['DEU'] } as unknown as LabelCategory;
    expect(dominates([clearance], label('SECRET', strange)).dominates).toBe(false);
    const dictionary = new LabelDictionary();
    expect(dictionary.reader([clearance])(dictionary.intern(label('SECRET', strange)))).toBe(false);
    expect(permits([clearance], label('SECRET', permissive('Only')))).toBe(false);
  });

  it('lets everyone read what is PUBLIC', () => {
    expect(permits([], PUBLIC_LABEL)).toBe(true);
    expect(dominates([], PUBLIC_LABEL).dominates).toBe(true);
  });

  it('is the same with reasons, without, and prepared, for generated labels and clearances', () => {
    const policies = shippedPolicies();
    const nato = policies.get('NATO')!;
    const dictionary = new LabelDictionary();
    let granted = 0;
    fc.assert(
      fc.property(validLabels(policies), fc.array(clearancesOf(nato), { maxLength: 3 }), (subject, clearances) => {
        const { dominates: answer, checks } = dominates(clearances, subject);
        expect(permits(clearances, subject)).toBe(answer);
        expect(dictionary.reader(clearances)(dictionary.intern(subject))).toBe(answer);
        const late = dictionary.reader(clearances);
        expect(late(dictionary.intern({ ...subject, classification: `NEW ${subject.classification}` }))).toBe(
          subject.policy === 'PUBLIC',
        );
        expect(checks.every(({ outcome }) => outcome)).toBe(answer);
        granted += answer ? 1 : 0;
      }),
      { numRuns: 500 },
    );
    expect(granted).toBeGreaterThan(50);
  });
});

describe('governingLabels (ADatP-4774.1 section 4.2)', () => {
  const nato: Clearance = { policy: 'NATO', classifications: ['SECRET'], categories: [] };
  const acme: Clearance = { policy: 'ACME', classifications: ['INTERNAL'], categories: [] };
  const original = label('SECRET');
  const alternative: Label = { policy: 'ACME', classification: 'INTERNAL', categories: [] };

  it('takes the originator where a clearance is of its policy, whatever the alternatives say', () => {
    expect(governingLabels([acme, nato], original, [alternative])).toEqual([original]);
  });
  it('takes the declared alternative of the policy that is held', () => {
    expect(governingLabels([acme], original, [alternative])).toEqual([alternative]);
  });
  it('takes the originator, and so denies, where no alternative fits', () => {
    expect(governingLabels([acme], original, [])).toEqual([original]);
  });
  it('never takes PUBLIC as the alternative of what is not', () => {
    expect(governingLabels([acme], original, [PUBLIC_LABEL])).toEqual([original]);
  });
  it('asks all alternatives of one policy that contradict each other', () => {
    const stricter = { ...alternative, classification: 'CONFIDENTIAL' };
    expect(governingLabels([acme], original, [alternative, stricter])).toEqual([alternative, stricter]);
  });
});
