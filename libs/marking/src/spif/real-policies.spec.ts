import { NEEDS, schemaFaults, sharedFile, withShared } from '../../../../test/support/marking-data';
import type { SecurityPolicy, TagSet } from '../policy';
import { type XmlElement, readXml } from '../xml/read-xml';
import { writeXml } from '../xml/write-xml';
import { parseSpif } from './read-spif';

const files = ['nato-spif-v79.xml', 'nato-spif-v88.xml', 'public-spif-v1.xml', 'acme-spif.xml'];

const read = (name: string): Extract<ReturnType<typeof parseSpif>, { ok: true }> => {
  const found = parseSpif(sharedFile(name));
  if (!found.ok) throw new Error(JSON.stringify(found.faults));
  return found;
};
const tagSet = (policy: SecurityPolicy, name: string): TagSet => policy.tagSets.find((each) => each.name === name)!;

/** Everything of an element but its line and its prefix, in which nothing is said. */
const said = ({ name, namespace, attributes, content }: XmlElement): unknown => ({
  name,
  namespace,
  attributes: Object.fromEntries(attributes),
  content: content.map((child) => (typeof child === 'string' ? child : said(child))),
});

describe('the policies of others', () => {
  withShared.each(files)(`%s is read, and written again without a loss: ${NEEDS}`, (name) => {
    const first = read(name);
    const again = parseSpif(writeXml(first.document));
    if (!again.ok) throw new Error(JSON.stringify(again.faults));
    expect(said(again.document)).toEqual(said(first.document));
    expect(again.policy).toEqual(first.policy);
  });

  withShared.each(files.slice(0, 3))(`%s as written here is valid against the schema: ${NEEDS}`, async (name) => {
    expect(await schemaFaults('spif-2.1.xsd', writeXml(read(name).document))).toEqual([]);
  });

  withShared(`v88 has a value twice, a name with a line feed and a text that its user writes: ${NEEDS}`, () => {
    const { policy, warnings } = read('nato-spif-v88.xml');
    const context = tagSet(policy, 'Context').values.filter(({ name }) => name === 'NATO');
    expect(context.map(({ lacv }) => lacv)).toEqual(['1001', '1001']);
    expect(context.map(({ markings }) => markings[0]?.phrase)).toEqual(['NATO', 'COSMIC']);
    const force = tagSet(policy, 'Releasable To').values.find(({ name }) => name === 'NATO Response Force');
    expect(force).toMatchObject({ spelling: 'NATO Response Force\n', lacv: '2013' });
    expect(tagSet(policy, 'Limited')).toMatchObject({
      type: 'INFORMATIVE',
      values: [{ userInput: { kind: 'string' } }],
    });
    expect(policy.file).toMatchObject({ version: 88, schemaVersion: '2.1', created: '20210506100000' });
    expect(policy.defaultPolicy).toEqual({ name: 'NATO', id: '1.3.26.1.3.1' });
    expect(policy.memberships?.find(({ community }) => community === 'KFOR')?.members).toContain('CHE');
    const told = warnings.map(({ place, fault }) => `${place}: ${fault}`);
    expect(told).toContain('Context/NATO: the value has a second entry');
    expect(told).toContain('Releasable To/NATO: another value has the same lacv');
    expect(told).toContain('Only/NATO Response Force: its name has white space at an end or doubled');
  });

  withShared(`v79 has rules that v88 has not, and what it retired: ${NEEDS}`, () => {
    const { policy, warnings } = read('nato-spif-v79.xml');
    const special = tagSet(policy, 'Additional Sensitivity');
    expect(special.values.find(({ name }) => name === 'ATOMAL')?.excludedClasses).toEqual([
      'UNCLASSIFIED',
      'RESTRICTED',
    ]);
    expect(special.values.filter(({ obsolete }) => obsolete).map(({ name }) => name)).toEqual([
      'SIOP ESI',
      'EXCLUSIVE',
      'INTELLIGENCE',
      'LOGISTICS',
      'OPERATIONS',
    ]);
    expect(tagSet(policy, 'Only').qualifiers).toContainEqual({
      kind: 'suffix',
      text: ' SEULEMENT',
      language: 'fr',
      place: 'pageTopBottom',
    });
    expect(tagSet(read('nato-spif-v88.xml').policy, 'Special Category Designators').values[0]?.excludedClasses).toEqual(
      [],
    );
    expect(warnings).toEqual([]);
  });

  withShared(`PUBLIC is of schema 1.0 and marks nothing: ${NEEDS}`, () => {
    const { policy } = read('public-spif-v1.xml');
    expect(policy.file?.schemaVersion).toBe('1.0');
    expect(policy.classifications).toMatchObject([
      { name: 'UNMARKED', lacv: '0', markings: [{ codes: ['noMarkingDisplay'] }] },
    ]);
    expect(tagSet(policy, 'In Confidence').tag7Encoding).toBe('bitSetAttributes');
  });

  withShared(`ACME has elements without a namespace, read as they were meant and told: ${NEEDS}`, () => {
    const { policy, warnings } = read('acme-spif.xml');
    expect(warnings.map(({ fault }) => fault)).toEqual(
      Array(2).fill("equivalentSecCategoryTag has no namespace; read as SPIF's"),
    );
    expect(warnings[0]?.line).toBe(46);
    expect(tagSet(policy, 'Releasable To').values[0]?.equivalents).toEqual([
      {
        policy: 'MOCK',
        tagSetId: '1.3.6.1.4.1.31778.121.1',
        type: 'PERMISSIVE',
        lacv: '1000',
        applied: 'both',
        discard: false,
      },
    ]);
    expect(policy.classifications[1]?.equivalents).toMatchObject([{ policy: 'MOCK', lacv: '3', applied: 'both' }]);
    expect(policy.equivalentPolicies).toMatchObject([{ name: 'MOCK', documentReference: 'MOCK Security Policy.spif' }]);
  });

  withShared(`the writer keeps a line feed in an attribute: ${NEEDS}`, () => {
    const written = writeXml(read('nato-spif-v88.xml').document);
    const again = readXml(written);
    expect(written).toContain('name="NATO Response Force&#10;"');
    expect(again.ok).toBe(true);
  });
});
