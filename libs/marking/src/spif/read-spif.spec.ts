import { schemaFaults, shippedPolicy as shipped, withShared } from '../../../../test/support/marking-data';
import { parseSpif } from './read-spif';
import { LARGEST_XML } from '../xml/read-xml';

const faultsOf = (xml: string): string[] => {
  const read = parseSpif(xml);
  return read.ok ? [] : read.faults.map(({ place, fault, line }) => `${line ?? '-'} ${place}: ${fault}`);
};

const HEADER =
  'schemaVersion="2.1" creationDate="20260101000000Z" originatorDN="O=EXERCISE" keyIdentifier="0" privilegeId="1.2" rbacId="1.2"';
const small = (inside: string, attributes = 'xmlns="http://www.xmlspif.org/spif"'): string => `<?xml version="1.0"?>
<SPIF ${attributes} ${HEADER}>
<securityPolicyId name="Club" id="1.2.3"/>
<securityClassifications>
<securityClassification name="Open" lacv="1" hierarchy="1"/>
<securityClassification name="Closed" lacv="2" hierarchy="2"/>
</securityClassifications>
${inside}
</SPIF>`;

const tagSet = (category: string, tag = 'tagType="restrictive"'): string =>
  small(`<securityCategoryTagSets><securityCategoryTagSet name="Sort" id="1.2.4"><securityCategoryTag name="Sort" ${tag}>
${category}
</securityCategoryTag></securityCategoryTagSet></securityCategoryTagSets>`);

describe('the shipped policies', () => {
  it('are read without a fault', () => {
    expect(faultsOf(shipped('nato.spif.xml'))).toEqual([]);
    expect(faultsOf(shipped('public.spif.xml'))).toEqual([]);
  });

  it('know the 32 members and the partners as readers, and the five levels in order', () => {
    const read = parseSpif(shipped('nato.spif.xml'));
    if (!read.ok) throw new Error('unreadable');
    const of = (name: string): string[] =>
      read.policy.tagSets.find((each) => each.name === name)?.values.map((value) => value.name) ?? [];
    const partners = ['UKR', 'JPN', 'CHE', 'IRL', 'AUT', 'GEO', 'NZL', 'AUS', 'KOR'];
    for (const list of ['Releasable To', 'Only']) {
      const nations = of(list).filter((name) => /^[A-Z]{3}$/.test(name));
      expect(nations).toHaveLength(32 + partners.length);
      expect(nations).toEqual(expect.arrayContaining([...partners, 'ALB', 'DEU', 'FIN', 'SWE', 'TUR', 'USA']));
    }
    expect(of('Context')).toEqual(expect.arrayContaining(['NATO', 'Releasable', 'EAPC', 'KFOR', 'ISAF']));
    expect([...read.policy.classifications].sort((a, b) => a.hierarchy - b.hierarchy).map(({ name }) => name)).toEqual([
      'UNCLASSIFIED',
      'RESTRICTED',
      'CONFIDENTIAL',
      'SECRET',
      'TOP SECRET',
    ]);
  });

  withShared.each(['nato.spif.xml', 'public.spif.xml'])(
    '%s is valid against the schema of SPIF 2.1: needs ../shared/data (absent: skipped)',
    async (name) => {
      expect(await schemaFaults('spif-2.1.xsd', shipped(name))).toEqual([]);
    },
  );

  withShared('the schema check itself refuses a wrong policy: needs ../shared/data (absent: skipped)', async () => {
    const wrong = shipped('nato.spif.xml').replaceAll('hierarchy="1"', 'hierarchy="one"');
    expect(await schemaFaults('spif-2.1.xsd', wrong)).not.toEqual([]);
  });
});

describe('parseSpif refuses', () => {
  it.each([
    [
      'a document type',
      `<!DOCTYPE SPIF [<!ENTITY x "y">]>\n${small('')}`,
      '1 file: a document type or an entity has no place here',
    ],
    [
      'an entity of its own',
      tagSet('<tagCategory name="A&x;" lacv="1"/>'),
      '9 tagCategory: &x; is no entity that XML knows by itself',
    ],
    [
      'a bare ampersand',
      tagSet('<tagCategory name="A & B" lacv="1"/>'),
      '9 tagCategory: & is no entity that XML knows by itself',
    ],
    ['what is not well-formed', small('<securityCategoryTagSets>'), /^\d+ file: /],
    ['another namespace', small('', 'xmlns="urn:else"'), /there is no element SPIF of the namespace/],
    [
      'a namespace only named in a comment',
      `<SPIF><!-- http://www.xmlspif.org/spif --></SPIF>`,
      /there is no element SPIF/,
    ],
    ['a file of any other kind', 'CTS', /^\S+ file: /],
    ['an empty file', '', /^\S+ file: /],
    [
      'a tag type that is not known',
      tagSet('', 'tagType="optional"'),
      '8 Sort: tagType is not one of notApplicable, restrictive, enumerated, permissive, tagType7',
    ],
    ['a value without a name', tagSet('<tagCategory lacv="1"/>'), '9 tagCategory: the attribute name is missing'],
    [
      'a rule about an unknown level',
      tagSet('<tagCategory name="A" lacv="1"><excludedClass>Half</excludedClass></tagCategory>'),
      /it names HALF, which is no classification/,
    ],
    [
      'a rule about an unknown value',
      tagSet(
        '<tagCategory name="A" lacv="1"><requiredCategory operation="all"><categoryGroup tagSetRef="Sort" tagType="restrictive" lacv="9"/></requiredCategory></tagCategory>',
      ),
      /it names no value: Sort 9/,
    ],
    [
      'an element that might be a rule',
      tagSet('<tagCategory name="A" lacv="1"><forbiddenOnSundays/></tagCategory>'),
      /SPIF 2.1 has no such element/,
    ],
    [
      'two levels of one rank',
      small('').replace('hierarchy="2"', 'hierarchy="1"'),
      /two classifications have this place in the hierarchy/,
    ],
    [
      'two levels of one name in other letters',
      small('').replace('"Closed"', '"OPEN"'),
      /two classifications have this name/,
    ],
    [
      'a rank that is no number',
      small('').replace('hierarchy="2"', 'hierarchy="high"'),
      '6 Closed: hierarchy is not a whole number',
    ],
    ['elements that nest without end', '<a>'.repeat(5000) + '</a>'.repeat(5000), /^\S+ file: /],
  ])('%s', (_what, xml, fault) => {
    const faults = faultsOf(xml);
    expect(faults).toContainEqual(typeof fault === 'string' ? fault : expect.stringMatching(fault));
  });

  it('a file that is too large, without reading it', () => {
    expect(faultsOf(' '.repeat(LARGEST_XML + 1))).toEqual(['- file: the file is larger than it may be']);
  });

  it('nothing of what is right, whatever prefix is used', () => {
    const prefixed = small('')
      .replace(/<(\/?)([sS])/g, '<$1p:$2')
      .replace('xmlns=', 'xmlns:p=');
    expect(prefixed).toContain('<p:securityPolicyId');
    expect(faultsOf(prefixed)).toEqual([]);
    expect(faultsOf(tagSet('<tagCategory name="A &amp; B &#65;" lacv="1"/>'))).toEqual([]);
  });

  it('tells every fault at once', () => {
    expect(faultsOf(tagSet('<tagCategory lacv="1"/><tagCategory name="B"/>')).length).toBeGreaterThanOrEqual(2);
  });
});
