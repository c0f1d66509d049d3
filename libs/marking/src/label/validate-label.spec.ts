import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clearance, Label, LabelCategory } from '../label';
import { PolicySet } from '../policy';
import { parseSpif } from '../spif/read-spif';
import { validateLabel } from './validate-label';
import { validateClearance } from './validate-clearance';

function policy(xml: string): PolicySet {
  const read = parseSpif(xml);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return PolicySet.of([read.policy]);
}

const nato = policy(readFileSync(join(__dirname, '../../../../policies/nato.spif.xml'), 'utf8'));

const permissive = (tagSet: string, ...values: string[]): LabelCategory => ({ tagSet, type: 'PERMISSIVE', values });
const CONTEXT = permissive('Context', 'NATO');
const label = (classification: string, ...categories: LabelCategory[]): Label => ({
  policy: 'NATO',
  classification,
  categories,
});
const faults = (subject: Label, under = nato): string[] =>
  validateLabel(under, subject).map(({ place, fault }) => `${place}: ${fault}`);

describe('validateLabel', () => {
  it.each<[string, Label]>([
    ['a plain level in its context', label('SECRET', CONTEXT)],
    [
      'a release list that repeats the context',
      label('SECRET', permissive('Context', 'NATO', 'Releasable'), permissive('Releasable To', 'NATO', 'UKR')),
    ],
    ['another context', label('CONFIDENTIAL', permissive('Context', 'KFOR'), permissive('Only', 'NATO', 'IRL'))],
    [
      'a designator where it may stand',
      label('TOP SECRET', CONTEXT, {
        tagSet: 'Special Category Designators',
        type: 'RESTRICTIVE',
        values: ['BOHEMIA'],
      }),
    ],
  ])('takes %s', (_what, subject) => {
    expect(faults(subject)).toEqual([]);
  });

  it.each<[string, Label, string]>([
    ['an unknown policy', { ...label('SECRET', CONTEXT), policy: 'ACME' }, 'policy: the policy ACME is not known'],
    ['an unknown level', label('HUSH', CONTEXT), 'classification: NATO has no HUSH'],
    ['no context', label('SECRET'), 'Context: a label of this policy names its context'],
    [
      'nothing but Releasable as context',
      label('SECRET', permissive('Context', 'Releasable')),
      'Context: a label of this policy names its context',
    ],
    [
      'two contexts',
      label('SECRET', permissive('Context', 'NATO', 'KFOR')),
      'Context: a label has one context, not KFOR, NATO',
    ],
    [
      'a release list without Releasable',
      label('SECRET', CONTEXT, permissive('Releasable To', 'NATO', 'UKR')),
      'Context: a release list without Releasable in the context',
    ],
    [
      'Releasable without a list',
      label('SECRET', permissive('Context', 'NATO', 'Releasable')),
      'Context: Releasable without a list of whom to',
    ],
    [
      'a list that does not repeat the context',
      label('SECRET', permissive('Context', 'NATO', 'Releasable'), permissive('Releasable To', 'UKR')),
      'Releasable To: the list does not repeat NATO',
    ],
    [
      'a list of the context alone',
      label('SECRET', permissive('Context', 'NATO', 'Releasable'), permissive('Releasable To', 'NATO')),
      'Releasable To: the list names nobody but the context itself',
    ],
    [
      'an unknown tag set',
      label('SECRET', CONTEXT, permissive('Friends', 'UKR')),
      'Friends: the policy has no such tag set',
    ],
    ['an unknown value', label('SECRET', CONTEXT, permissive('Only', 'ATL')), 'Only/ATL: the policy has no such value'],
    [
      'a value in other letters',
      label('SECRET', permissive('Context', 'nato')),
      'Context/nato: the policy has no such value',
    ],
    [
      'a designator disguised as informative',
      label('TOP SECRET', CONTEXT, { tagSet: 'Special Category Designators', type: 'INFORMATIVE', values: ['ATOMAL'] }),
      'Special Category Designators: it is RESTRICTIVE, not INFORMATIVE',
    ],
    ['a category without a value', label('SECRET', CONTEXT, permissive('Only')), 'Only: it carries no value'],
    [
      'a tag set that stands twice',
      label('SECRET', CONTEXT, permissive('Only', 'DEU'), permissive('Only', 'FRA')),
      'Only: it stands twice',
    ],
    [
      'a designator below its level',
      label('RESTRICTED', CONTEXT, { tagSet: 'Special Category Designators', type: 'RESTRICTIVE', values: ['ATOMAL'] }),
      'Special Category Designators/ATOMAL: it must not stand on RESTRICTED',
    ],
    [
      'a foreign context at TOP SECRET',
      label('TOP SECRET', permissive('Context', 'KFOR')),
      'Context/KFOR: it must not stand on TOP SECRET',
    ],
  ])('refuses %s', (_what, subject, fault) => {
    expect(faults(subject)).toContain(fault);
  });
});

describe('the rules that a SPIF carries', () => {
  const club =
    policy(`<SPIF xmlns="http://www.xmlspif.org/spif" schemaVersion="2.1" creationDate="20260101000000Z" originatorDN="O=EXERCISE"
    keyIdentifier="0" privilegeId="1.2" rbacId="1.2"><securityPolicyId name="Club" id="1.2.3"/>
    <securityClassifications>
      <securityClassification name="Open" lacv="1" hierarchy="1"/>
      <securityClassification name="Closed" lacv="2" hierarchy="2"/>
      <securityClassification name="Old" lacv="3" hierarchy="3" obsolete="true"/>
    </securityClassifications>
    <securityCategoryTagSets><securityCategoryTagSet name="Sort" id="1.2.4"><securityCategoryTag name="Sort" tagType="restrictive" maxSelection="2">
      <tagCategory name="Tea" lacv="1"><excludedCategory tagSetRef="Sort" tagType="restrictive" lacv="2"/></tagCategory>
      <tagCategory name="Coffee" lacv="2"/>
      <tagCategory name="Cake" lacv="3" requiredClass="Closed"/>
      <tagCategory name="Cup" lacv="4"><requiredCategory operation="onlyOne">
        <categoryGroup tagSetRef="Sort" tagType="restrictive" lacv="1"/><categoryGroup tagSetRef="Sort" tagType="restrictive" lacv="2"/></requiredCategory></tagCategory>
      <tagCategory name="Twin" lacv="5"><excludedClass>Open</excludedClass></tagCategory>
      <tagCategory name="Twin" lacv="5"><excludedClass>Closed</excludedClass></tagCategory>
      <tagCategory name="Stale" lacv="6" obsolete="true"/>
    </securityCategoryTag></securityCategoryTagSet></securityCategoryTagSets></SPIF>`);
  const sort = (classification: string, ...values: string[]): Label => ({
    policy: 'CLUB',
    classification,
    categories: values.length === 0 ? [] : [{ tagSet: 'Sort', type: 'RESTRICTIVE', values }],
  });

  it.each<[Label, string[]]>([
    [sort('OPEN'), []],
    [sort('OPEN', 'Tea'), []],
    [sort('OPEN', 'Tea', 'Coffee'), ['Sort/Tea: it excludes Sort/Coffee']],
    [sort('OPEN', 'Cake'), ['Sort/Cake: it must not stand on OPEN']],
    [sort('CLOSED', 'Cake'), []],
    [sort('OPEN', 'Cup'), ['Sort/Cup: it needs exactly one of Sort/Tea, Sort/Coffee']],
    [sort('OPEN', 'Cup', 'Tea'), []],
    [sort('OPEN', 'Twin'), []],
    [sort('CLOSED', 'Twin'), []],
    [sort('OPEN', 'Coffee', 'Cup', 'Twin'), ['Sort: it takes at most 2 value']],
    [sort('OLD'), ['classification: OLD is obsolete']],
    [sort('OPEN', 'Stale'), ['Sort/Stale: the value is obsolete']],
  ])('%j: %j', (subject, expected) => {
    expect(faults(subject, club)).toEqual(expected);
  });

  it('lets what is obsolete stand where it already stood', () => {
    expect(validateLabel(club, sort('OLD', 'Stale'), 'existing')).toEqual([]);
  });
});

describe('validateClearance', () => {
  const clearance: Clearance = {
    policy: 'NATO',
    classifications: ['UNCLASSIFIED', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET'],
    categories: [
      permissive('Context', 'NATO', 'Releasable'),
      permissive('Releasable To', 'NATO', 'DEU'),
      permissive('Only', 'DEU'),
    ],
  };

  it('takes a level with those below it and a context that it may also be released to', () => {
    expect(validateClearance(nato, clearance)).toEqual([]);
  });

  it.each<[string, Clearance, string]>([
    ['a gap in the levels', { ...clearance, classifications: ['UNCLASSIFIED', 'SECRET'] }, 'RESTRICTED'],
    ['no level', { ...clearance, classifications: [] }, 'classifications'],
    ['an unknown level', { ...clearance, classifications: [...clearance.classifications, 'HUSH'] }, 'HUSH'],
    ['an unknown policy', { ...clearance, policy: 'ACME' }, 'policy'],
    [
      'an unknown value',
      { ...clearance, categories: [...clearance.categories, permissive('Only', 'ATL')] },
      'Only/ATL',
    ],
    ['a context alone', { ...clearance, categories: [permissive('Context', 'NATO')] }, 'Releasable To'],
  ])('refuses %s', (_what, subject, place) => {
    expect(validateClearance(nato, subject).map((fault) => fault.place)).toContain(place);
  });
});
