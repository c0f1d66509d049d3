import { parseSpif } from './read-spif';

const HEADER =
  'schemaVersion="2.1" creationDate="20260101000000Z" originatorDN="O=EXERCISE" keyIdentifier="0" privilegeId="1.2" rbacId="1.2"';

/** A policy of one line for each element, so that the line in a fault can be counted. */
const club = (change: Partial<Record<'levels' | 'sort' | 'friends' | 'end', string>>): string =>
  `<SPIF xmlns="http://www.xmlspif.org/spif" ${HEADER}><securityPolicyId name="Club" id="1.2.3"/><securityClassifications>
<securityClassification name="Open" lacv="1" hierarchy="1"/>
${change.levels ?? '<securityClassification name="Closed" lacv="2" hierarchy="2"/>'}
</securityClassifications><securityCategoryTagSets><securityCategoryTagSet name="Sort" id="1.2.4"><securityCategoryTag tagType="restrictive">
<tagCategory name="Tea" lacv="1"/>
${change.sort ?? '<tagCategory name="Coffee" lacv="2"/>'}
</securityCategoryTag></securityCategoryTagSet><securityCategoryTagSet name="Friends" id="1.2.5">
${change.friends ?? '<securityCategoryTag tagType="enumerated" enumType="permissive"><tagCategory name="Ann" lacv="1"/></securityCategoryTag>'}
</securityCategoryTagSet></securityCategoryTagSets>
${change.end ?? ''}
</SPIF>`;

const value = (inside: string, attributes = 'name="Coffee" lacv="2"'): { sort: string } => ({
  sort: `<tagCategory ${attributes}>${inside}</tagCategory>`,
});
const tag = (attributes: string, values = '<tagCategory name="Ann" lacv="1"/>'): { friends: string } => ({
  friends: `<securityCategoryTag ${attributes}>${values}</securityCategoryTag>`,
});
const group = (attributes: string): { sort: string } =>
  value(`<requiredCategory operation="all"><categoryGroup ${attributes}/></requiredCategory>`);

describe('a SPIF that contradicts itself is refused, with place and line', () => {
  it('and the one that all these are made of is not', () => {
    expect(parseSpif(club({}))).toMatchObject({ ok: true, warnings: [] });
  });

  it.each<[string, Parameters<typeof club>[0], string]>([
    [
      'two names',
      { levels: '<securityClassification name="OPEN" lacv="2" hierarchy="2"/>' },
      '3 OPEN: two classifications have this name',
    ],
    [
      'two lacv, in other figures',
      { levels: '<securityClassification name="Closed" lacv="01" hierarchy="2"/>' },
      '3 Closed: two classifications have this lacv',
    ],
    [
      'two ranks',
      { levels: '<securityClassification name="Closed" lacv="2" hierarchy="1"/>' },
      '3 Closed: two classifications have this place in the hierarchy',
    ],
    [
      'two colours',
      {
        levels:
          '<securityClassification name="Closed" color="red" lacv="2" hierarchy="2"/>\n<securityClassification name="Shut" color="red" lacv="3" hierarchy="3"/>',
      },
      '4 Shut: two classifications have this colour',
    ],
    [
      'two tag sets of one name',
      {
        friends:
          '<securityCategoryTag tagType="tagType7"/></securityCategoryTagSet><securityCategoryTagSet name="Sort" id="1.2.6"><securityCategoryTag tagType="tagType7"/>',
      },
      '8 Sort: two tag sets have this name',
    ],
    [
      'two tag sets of one id',
      {
        friends:
          '<securityCategoryTag tagType="tagType7"/></securityCategoryTagSet><securityCategoryTagSet name="More" id="1.2.4"><securityCategoryTag tagType="tagType7"/>',
      },
      '8 More: two tag sets have this id',
    ],
    [
      'two tags of one type in a tag set',
      {
        friends:
          '<securityCategoryTag tagType="permissive"/><securityCategoryTag tagType="enumerated" enumType="permissive"/>',
      },
      '8 securityCategoryTag: Friends has two tags of one type',
    ],
    [
      'a tag type that nothing follows from',
      tag('tagType="notApplicable"'),
      '8 Friends: the tag type notApplicable of Friends is not one that decides or informs',
    ],
    [
      'an enumeration of nothing',
      tag('tagType="enumerated"'),
      '8 Friends: the tag type enumerated of Friends is not one that decides or informs',
    ],
    [
      'two types',
      tag('tagType="restrictive" enumType="permissive"'),
      '8 Friends: it is restrictive, and has the enumType of another',
    ],
    [
      'an encoding of another type',
      tag('tagType="permissive" tag7Encoding="bitSetAttributes"'),
      '8 Friends: it is permissive, and has a tag7Encoding',
    ],
    [
      'more asked for than allowed',
      tag(
        'tagType="permissive" minSelection="2" maxSelection="1"',
        '<tagCategory name="Ann" lacv="1"/><tagCategory name="Bob" lacv="2"/>',
      ),
      '8 Friends: it asks for more values than it allows',
    ],
    [
      'one allowed, and more',
      tag('tagType="permissive" singleSelection="true" maxSelection="2"'),
      '8 Friends: it allows one value, and more',
    ],
    [
      'nothing allowed',
      tag('tagType="permissive" maxSelection="0"'),
      '8 Friends: a limit of selection is below what can be chosen',
    ],
    [
      'more asked for than there is',
      tag('tagType="permissive" minSelection="2"'),
      '8 Friends: it asks for more values than it has',
    ],
    [
      'an excluded class that is none',
      value('<excludedClass>Half</excludedClass>'),
      '6 Sort/Coffee: it names HALF, which is no classification',
    ],
    [
      'a class excluded twice',
      value('<excludedClass>Open</excludedClass><excludedClass>OPEN</excludedClass>'),
      '6 Sort/Coffee: it excludes a classification twice',
    ],
    [
      'every class excluded',
      value('<excludedClass>Open</excludedClass><excludedClass>Closed</excludedClass>'),
      '6 Sort/Coffee: it excludes every classification',
    ],
    [
      'a required class that is none',
      value('', 'name="Coffee" lacv="2" requiredClass="Half"'),
      '6 Sort/Coffee: it names HALF, which is no classification',
    ],
    [
      'a required class that is excluded',
      value('<excludedClass>Open</excludedClass>', 'name="Coffee" lacv="2" requiredClass="Open"'),
      '6 Sort/Coffee: it needs OPEN and excludes it',
    ],
    [
      'a group of no tag set',
      group('tagSetRef="Foes" tagType="permissive" lacv="1"'),
      '6 Sort/Coffee: it names no tag set: Foes',
    ],
    [
      'a group of no value',
      group('tagSetRef="Friends" tagType="permissive" lacv="7"'),
      '6 Sort/Coffee: it names no value: Friends 7',
    ],
    [
      'a group of another type',
      group('tagSetRef="Friends" tagType="restrictive" lacv="1"'),
      '6 Sort/Coffee: Friends is not of the type that the group names',
    ],
    [
      'a group of neither one nor all',
      group('tagSetRef="Friends" tagType="permissive"'),
      '6 Sort/Coffee: a group names one value or all, and one of the two',
    ],
    [
      'a group of one and all',
      group('tagSetRef="Friends" tagType="permissive" lacv="1" all="true"'),
      '6 Sort/Coffee: a group names one value or all, and one of the two',
    ],
    [
      'a rule of a classification about no tag set',
      {
        levels:
          '<securityClassification name="Closed" lacv="2" hierarchy="2"><requiredCategory><categoryGroup tagSetRef="Foes" tagType="permissive" lacv="1"/></requiredCategory></securityClassification>',
      },
      '3 Closed: it names no tag set: Foes',
    ],
    [
      'a value that excludes itself',
      value('<excludedCategory tagSetRef="Sort" tagType="restrictive" lacv="2"/>'),
      '6 Sort/Coffee: it excludes itself',
    ],
    [
      'a date format without a date',
      value('', 'name="Coffee" lacv="2" dateFormat="YYYY"'),
      '6 Sort/Coffee: it has a date format, and its user writes no date',
    ],
    [
      'an end before the beginning',
      value('', 'name="Coffee" lacv="2" notBefore="2026-02-01T00:00:00Z" notAfter="2026-01-01T00:00:00Z"'),
      '6 Sort/Coffee: it ends before it begins',
    ],
    [
      'an equivalence with a policy that is not declared',
      {
        levels:
          '<securityClassification name="Closed" lacv="2" hierarchy="2"><equivalentClassification policyRef="Den" lacv="1" applied="both"/></securityClassification>',
      },
      '3 Closed: it names no equivalent policy: Den',
    ],
    [
      'an equivalent value of a policy that is not declared',
      value('<equivalentSecCategoryTag policyRef="Den" tagSetId="1.2" tagType="restrictive" lacv="1" applied="both"/>'),
      '6 Sort/Coffee: it names no equivalent policy: Den',
    ],
    [
      'one equivalent policy twice',
      {
        end: '<equivalentPolicies><equivalentPolicy name="Den" id="1.9"/><equivalentPolicy name="Den" id="1.8"/></equivalentPolicies>',
      },
      '10 Den: two equivalent policies have this name',
    ],
    [
      'two equivalent policies of one id',
      {
        end: '<equivalentPolicies><equivalentPolicy name="Den" id="1.9"/><equivalentPolicy name="Lair" id="1.9"/></equivalentPolicies>',
      },
      '10 Lair: two equivalent policies have this id',
    ],
  ])('%s', (_what, change, expected) => {
    const read = parseSpif(club(change));
    const told = read.ok ? [] : read.faults.map(({ place, fault, line }) => `${line ?? '-'} ${place}: ${fault}`);
    expect(told).toEqual([expected]);
  });
});

describe('a SPIF that breaks the schema is refused, with the line', () => {
  it.each<[string, string, string]>([
    [
      'a header without a date',
      club({}).replace(/ creationDate="[^"]*"/, ''),
      '1 SPIF: the attribute creationDate is missing',
    ],
    [
      'an unknown schema',
      club({}).replace('schemaVersion="2.1"', 'schemaVersion="3.0"'),
      '1 SPIF: schemaVersion is not one of 1.0, 2.0, 2.1',
    ],
    [
      'an identifier that is none',
      club({}).replace('id="1.2.3"', 'id="club"'),
      '1 Club: id is not an object identifier',
    ],
    [
      'an unknown attribute',
      club(value('', 'name="Coffee" lacv="2" strength="9"')),
      '6 Coffee: SPIF 2.1 has no such attribute: strength',
    ],
    [
      'an unknown colour',
      club({ levels: '<securityClassification name="Closed" color="mauve" lacv="2" hierarchy="2"/>' }),
      '3 Closed: color is not a colour of the web or #RRGGBB',
    ],
    [
      'an unknown marking code',
      club(value('<markingData phrase="x"><code>cover</code></markingData>')),
      /^6 code: the text of code is not one of pageTop/.source,
    ],
    [
      'marking data without a code',
      club(value('<markingData phrase="x"/>')),
      '6 markingData: the element code is missing',
    ],
    [
      'elements out of order',
      club(value('<excludedClass>Open</excludedClass><markingData phrase="x"><code>subject</code></markingData>')),
      '6 markingData: markingData stands in the wrong place, or too often',
    ],
    [
      'an element where it has no place',
      club(value('<privacyMark name="x"/>')),
      '6 x: privacyMark has no place in tagCategory',
    ],
    [
      'no classification',
      club({}).replace(/<securityClassifications>[^]*<\/securityClassifications>/, ''),
      '1 SPIF: the element securityClassifications is missing',
    ],
    ['text between elements', club(value('strong')), '6 Coffee: text stands in tagCategory'],
    [
      'a phrase that is too long',
      club(value(`<markingData phrase="${'x'.repeat(257)}"><code>subject</code></markingData>`)),
      '6 markingData: phrase is not a phrase of up to 256 characters',
    ],
    [
      'a date that is none',
      club(value('', 'name="Coffee" lacv="2" notBefore="yesterday"')),
      '6 Coffee: notBefore is not a date and time',
    ],
  ])('%s', (_what, xml, expected) => {
    const read = parseSpif(xml);
    const told = read.ok ? [] : read.faults.map(({ place, fault, line }) => `${line ?? '-'} ${place}: ${fault}`);
    expect(told.length).toBeGreaterThan(0);
    expect(told[0]).toMatch(expected.startsWith('^') ? new RegExp(expected) : expected);
  });
});
