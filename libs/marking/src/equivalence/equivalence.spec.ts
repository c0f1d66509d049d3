import { policyFrom, shippedPolicies } from '../../../../test/support/marking-data';
import type { Label } from '../label';
import type { LabelRecord } from '../label/record';
import { rollUp } from '../decision/roll-up';
import { PolicySet } from '../policy';
import { parseMark } from '../text/parse-mark';
import { declaredEquivalents } from './declared';
import { levelOfWord, nationalAlternatives, nationalEquivalents } from './national';
import { NATIONAL_WORDS, NATIONS } from './national-words';

const NOW = '2026-06-05';
const read = (mark: string): Label => {
  const found = parseMark(shippedPolicies(), mark);
  if (!found.ok) throw new Error(found.fault);
  return found.label;
};

describe('national words', () => {
  it('are known for 32 nations, with TOP SECRET and SECRET for each today', () => {
    expect(NATIONS).toHaveLength(32);
    for (const level of ['TOP SECRET', 'SECRET'] as const)
      expect(nationalEquivalents(level, NOW).filter(({ words }) => words.length === 0)).toEqual([]);
    expect(
      nationalEquivalents('CONFIDENTIAL', NOW)
        .filter(({ words }) => words.length === 0)
        .map(({ nation }) => nation),
    ).toEqual(['FRA', 'GBR']);
    expect(
      nationalEquivalents('RESTRICTED', NOW)
        .filter(({ words }) => words.length === 0)
        .map(({ nation }) => nation),
    ).toEqual(['BEL', 'CAN', 'FRA', 'USA']);
  });

  it('mean one level for each nation, word and day', () => {
    for (const day of ['2010-01-01', '2018-01-01', NOW])
      for (const { nation, word } of NATIONAL_WORDS) {
        const levels = new Set(
          NATIONAL_WORDS.filter(
            (each) =>
              each.nation === nation &&
              each.word.toUpperCase() === word.toUpperCase() &&
              (each.from ?? '') <= day &&
              day <= (each.until ?? '9'),
          ).map(({ level }) => level),
        );
        expect(levels.size).toBeLessThanOrEqual(1);
      }
  });

  it.each([
    ['ESP', 'SECRETO', NOW, 'TOP SECRET'],
    ['PRT', 'secreto', NOW, 'SECRET'],
    ['ROU', 'Secret', NOW, 'CONFIDENTIAL'],
    ['USA', 'SECRET', NOW, 'SECRET'],
    ['ESP', 'Reservado', NOW, 'SECRET'],
    ['PRT', 'Reservado', NOW, 'RESTRICTED'],
    ['POL', 'Zastrzeżone', NOW, 'RESTRICTED'],
    ['ITA', 'riservatissimo', NOW, 'CONFIDENTIAL'],
    ['FRA', 'Confidentiel défense', '2021-06-30', 'CONFIDENTIAL'],
    ['FRA', 'Très secret', '2021-07-01T00:00:00Z', 'TOP SECRET'],
    ['BEL', 'zeer geheim', NOW, 'TOP SECRET'],
    ['DEU', 'vs-nur fur den dienstgebrauch', NOW, 'RESTRICTED'],
  ])('%s %s on %s is %s', (nation, word, day, level) => {
    expect(levelOfWord(nation, word, day)).toMatchObject({ ok: true, level });
  });

  it.each([
    [
      'FRA',
      'Confidentiel défense',
      NOW,
      'Confidentiel défense of FRA was CONFIDENTIAL until 2021-06-30, not on 2026-06-05',
    ],
    ['FRA', 'Secret', '2021-06-30', 'Secret of FRA was SECRET from 2021-07-01, not on 2021-06-30'],
    ['GBR', 'Confidential', NOW, 'Confidential of GBR was CONFIDENTIAL until 2014-04-01, not on 2026-06-05'],
    ['ESP', 'Alto secreto', NOW, 'ESP has no classification "Alto secreto"'],
    ['CAN', 'Protected B', NOW, 'CAN has no classification "Protected B"'],
    ['UKR', 'Таємно', NOW, 'UKR is no nation of NATO'],
  ])('%s %s on %s is none', (nation, word, day, fault) => {
    expect(levelOfWord(nation, word, day)).toEqual({ ok: false, fault });
  });
});

describe('alternatives offered beside a NATO label', () => {
  const record = (mark: string): LabelRecord => ({
    kind: 'originator',
    label: read(mark),
    created: '2026-06-05T12:00:00Z',
    review: '2030-01-01T00:00:00Z',
  });

  it('carry the nation, its word and the dates of the label', () => {
    expect(nationalAlternatives(record('(NS REL UKR)'), NOW, ['DEU'])).toEqual([
      {
        nation: 'DEU',
        ok: true,
        record: {
          kind: 'alternative',
          label: { policy: 'DEU', classification: 'GEHEIM', categories: [] },
          created: '2026-06-05T12:00:00Z',
          review: '2030-01-01T00:00:00Z',
        },
      },
    ]);
  });

  it.each([
    ['(CTS-A)', 'DEU', 'nobody knows what Special Category Designators (ATOMAL) is under another policy'],
    ['(NS ONLY DEU NLD)', 'DEU', 'nobody knows what Only (DEU, NLD) is under another policy'],
    ['(KFOR NS)', 'DEU', 'nobody knows what KFOR is under another policy'],
    ['(NU)', 'DEU', 'UNCLASSIFIED has no national equivalent'],
    ['(NC)', 'FRA', 'FRA has none: Confidentiel défense ended on 2021-06-30'],
    ['(NR)', 'USA', 'USA has none: there is no such level'],
    ['(NS)', 'UKR', 'UKR is no nation of NATO'],
    ['(PUBLIC)', 'DEU', 'only NATO labels have these equivalents'],
  ])('of %s for %s there is none', (mark, nation, fault) => {
    expect(nationalAlternatives(record(mark), NOW, [nation])).toEqual([{ nation, ok: false, fault }]);
  });
});

describe('equivalents that a policy declares', () => {
  const HEADER =
    'schemaVersion="2.1" creationDate="20260101000000Z" originatorDN="O=EXERCISE" keyIdentifier="0" privilegeId="1.2" rbacId="1.2"';
  const equivalent = (lacv: string, applied = 'both', action = ''): string =>
    `<equivalentSecCategoryTag policyRef="Den" tagSetId="1.9.1" tagType="permissive" lacv="${lacv}" applied="${applied}" ${action}/>`;
  const club =
    policyFrom(`<SPIF xmlns="http://www.xmlspif.org/spif" ${HEADER}><securityPolicyId name="Club" id="1.2.3"/>
    <securityClassifications>
      <securityClassification name="Open" lacv="1" hierarchy="1"/>
      <securityClassification name="Closed" lacv="2" hierarchy="2"><equivalentClassification policyRef="Den" lacv="7" applied="both"/>
        <equivalentClassification policyRef="Lair" lacv="1" applied="both"/></securityClassification>
      <securityClassification name="Shut" lacv="3" hierarchy="3"><equivalentClassification policyRef="Den" lacv="7" applied="encrypt"/></securityClassification>
    </securityClassifications>
    <securityCategoryTagSets><securityCategoryTagSet name="Friends" id="1.2.4"><securityCategoryTag tagType="permissive">
      <tagCategory name="Ann" lacv="1">${equivalent('10')}</tagCategory><tagCategory name="Bob" lacv="2">${equivalent('20')}</tagCategory>
      <tagCategory name="Cat" lacv="3"/><tagCategory name="Dog" lacv="4">${equivalent('0', 'both', 'action="discard"')}</tagCategory>
    </securityCategoryTag></securityCategoryTagSet><securityCategoryTagSet name="Notes" id="1.2.5"><securityCategoryTag tagType="tagType7">
      <tagCategory name="Soon" lacv="1"/></securityCategoryTag></securityCategoryTagSet></securityCategoryTagSets>
    <equivalentPolicies><equivalentPolicy name="Den" id="1.9"/><equivalentPolicy name="Lair" id="1.8"/></equivalentPolicies></SPIF>`);
  const den = policyFrom(
    `<SPIF xmlns="http://www.xmlspif.org/spif" ${HEADER}><securityPolicyId name="Den" id="1.9"/>
    <securityClassifications><securityClassification name="Hush" lacv="07" hierarchy="1"/></securityClassifications>
    <securityCategoryTagSets><securityCategoryTagSet name="Readers" id="1.9.1"><securityCategoryTag tagType="permissive">
      <tagCategory name="Anna" lacv="10"/><tagCategory name="Bert" lacv="20"><excludedClass>Hush</excludedClass><excludedClass>Hush2</excludedClass></tagCategory>
    </securityCategoryTag></securityCategoryTagSet></securityCategoryTagSets></SPIF>`
      .replace('<excludedClass>Hush2</excludedClass>', '')
      .replace(
        '</securityClassifications>',
        '<securityClassification name="Loud" lacv="1" hierarchy="0"/></securityClassifications>',
      ),
  );
  const policies = PolicySet.of([club, den]);
  const closed = (classification: string, friends: string[], notes: string[] = []): Label => ({
    policy: 'CLUB',
    classification,
    categories: [
      ...(friends.length === 0 ? [] : [{ tagSet: 'Friends', type: 'PERMISSIVE' as const, values: friends }]),
      ...(notes.length === 0 ? [] : [{ tagSet: 'Notes', type: 'INFORMATIVE' as const, values: notes }]),
    ],
  });
  const inDen = (label: Label, direction: 'encrypt' | 'decrypt' = 'encrypt'): unknown =>
    declaredEquivalents(policies, label, direction).find(({ policy }) => policy === 'DEN');

  it('carry values over by lacv, and leave out what informs or is discarded', () => {
    const label = {
      policy: 'DEN',
      classification: 'HUSH',
      categories: [{ tagSet: 'Readers', type: 'PERMISSIVE', values: ['Anna'] }],
    };
    expect(inDen(closed('CLOSED', ['Ann', 'Dog'], ['Soon']))).toEqual({ policy: 'DEN', ok: true, label });
  });

  it('are none where a value that decides has no counterpart, or the other policy forbids the result', () => {
    expect(inDen(closed('CLOSED', ['Ann', 'Cat']))).toEqual({
      policy: 'DEN',
      ok: false,
      reasons: ['Friends/Cat has no counterpart in DEN'],
    });
    expect(inDen(closed('CLOSED', ['Bob']))).toEqual({
      policy: 'DEN',
      ok: false,
      reasons: ['Readers/Bert: it must not stand on HUSH'],
    });
  });

  it('hold in their direction, and only under policies that are known', () => {
    expect(inDen(closed('SHUT', ['Ann']), 'encrypt')).toMatchObject({ ok: true });
    expect(inDen(closed('SHUT', ['Ann']), 'decrypt')).toBeUndefined();
    expect(declaredEquivalents(policies, closed('CLOSED', []), 'encrypt')[1]).toEqual({
      policy: 'LAIR',
      ok: false,
      reasons: ['the policy LAIR is not known'],
    });
    expect(declaredEquivalents(policies, closed('OPEN', []), 'encrypt')).toEqual([]);
  });

  it('let parts of two policies be rolled up into one', () => {
    const hush: Label = { policy: 'DEN', classification: 'HUSH', categories: [] };
    expect(rollUp(policies, [closed('CLOSED', ['Ann']), hush]).ok).toBe(false);
    expect(rollUp(policies, [closed('CLOSED', ['Ann']), hush], 'DEN')).toMatchObject({
      ok: true,
      label: { policy: 'DEN', classification: 'HUSH' },
    });
    expect(rollUp(policies, [closed('OPEN', []), hush], 'DEN')).toEqual({
      ok: false,
      reasons: ['CLUB declares no equivalent of OPEN in DEN'],
    });
  });
});
