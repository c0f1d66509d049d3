import {
  NEEDS,
  schemaFaults,
  sharedFile,
  sharedPolicy,
  shippedPolicies,
  withShared,
} from '../../../../test/support/marking-data';
import type { Clearance, Label } from '../label';
import { clearanceClaim, clearanceFromClaim, readClearance, writeClearance } from './clearance-xml';
import { clearanceFromJson, labelFromJson, recordFromJson } from './label-json';
import { readLabel } from './read-label';
import type { LabelRecord } from './record';
import { validateRecord } from './validate-record';
import { validateClearance } from './validate-clearance';
import { writeLabel } from './write-label';

const policies = shippedPolicies();

const nato = (classification: string): Label => ({
  policy: 'NATO',
  classification,
  categories: [{ tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO'] }],
});

/** A label with everything that one can carry. */
const full: LabelRecord = {
  kind: 'originator',
  id: 'L1',
  review: '2031-06-05T00:00:00Z',
  label: {
    ...nato('TOP SECRET'),
    categories: [
      ...nato('TOP SECRET').categories,
      { tagSet: 'Only', type: 'PERMISSIVE', values: ['DEU', 'NLD'] },
      { tagSet: 'Special Category Designators', type: 'RESTRICTIVE', values: ['ATOMAL'] },
    ],
  },
  policyUri: 'urn:oid:1.3.26.1.3.1',
  privacyMark: 'CLEAR',
  originator: { type: 'rfc822Name', id: 'registry@exercise.example' },
  created: '2026-06-05T12:00:00Z',
  succession: {
    at: '2035-06-05T00:00:00Z',
    successor: { label: nato('SECRET'), policyUri: 'urn:oid:1.3.26.1.3.1', created: '2026-06-05T12:00:00Z' },
  },
  others: ['<x:note xmlns:x="urn:exercise">EXERCISE &amp; nothing else</x:note>'],
};

const written = (record: LabelRecord): string => {
  const found = writeLabel(policies, record);
  if (!found.ok) throw new Error(JSON.stringify(found.faults));
  return found.xml;
};
const read = (xml: string): LabelRecord => {
  const found = readLabel(policies, xml);
  if (!found.ok) throw new Error(JSON.stringify(found.faults));
  return found.record;
};

const xmlOf = (
  inside: string,
  more = '',
  created = '<CreationDateTime>2026-06-05T12:00:00Z</CreationDateTime>',
): string =>
  `<originatorConfidentialityLabel xmlns="urn:nato:stanag:4774:confidentialitymetadatalabel:1:0" ReviewDateTime="2030-01-01T00:00:00Z">
<ConfidentialityInformation><PolicyIdentifier>NATO</PolicyIdentifier><Classification>SECRET</Classification>
${inside}</ConfidentialityInformation>
${created}
${more}</originatorConfidentialityLabel>`;
const context = '<Category Type="PERMISSIVE" TagName="Context"><GenericValue>NATO</GenericValue></Category>';

describe('a label in STANAG 4774 XML', () => {
  it.each<[string, LabelRecord]>([
    ['with everything', full],
    [
      'of another kind',
      {
        kind: 'metadata',
        review: '2031-06-05T00:00:00Z',
        label: nato('SECRET'),
        policyUri: 'urn:oid:1.3.26.1.3.1',
        created: '2026-06-05T12:00:00+02:00',
      },
    ],
    [
      'with blanks and signs in a text',
      {
        ...full,
        originator: { type: 'directoryName', id: 'CN=<EXERCISE> & "more"' },
        others: ['<note xmlns="urn:x"> two  <b/> three </note>'],
      },
    ],
  ])('%s is written, read as it was, and the same in JSON', (_what, record) => {
    const again = read(written(record));
    expect({ ...again, others: undefined }).toEqual({ ...record, others: undefined });
    expect(again.others?.length).toBe(record.others?.length);
    expect(written(again)).toBe(written(record));
    expect(recordFromJson(JSON.parse(JSON.stringify(again)))).toEqual({ ok: true, value: again });
  });

  withShared(`as written is valid against the schema, and a spoiled one is not: ${NEEDS}`, async () => {
    expect(await schemaFaults('adatp-4774-label.xsd', written(full))).toEqual([]);
    expect(
      await schemaFaults('adatp-4774-label.xsd', written({ ...full, kind: 'alternative', succession: undefined })),
    ).toEqual([]);
    expect(
      await schemaFaults('adatp-4774-label.xsd', written(full).replace(/<slab:CreationDateTime>.*/, '')),
    ).not.toEqual([]);
  });

  withShared(`the example of the reference is read, valid, and written validly: ${NEEDS}`, async () => {
    const record = read(sharedFile('example-label.valid.xml'));
    expect(validateRecord(policies, record)).toEqual([]);
    expect(record).toMatchObject({
      id: 'L1',
      originator: { type: 'rfc822Name' },
      succession: { at: '2035-06-05T00:00:00Z' },
    });
    expect(await schemaFaults('adatp-4774-label.xsd', written(record))).toEqual([]);
  });

  it('comes in the spelling of its policy: case and white space mean nothing under NATO', () => {
    const record = read(
      xmlOf(
        '<Category Type="PERMISSIVE" TagName="context"><GenericValue> nato\n</GenericValue></Category>' +
          '<Category Type="RESTRICTIVE" TagName="SPECIAL CATEGORY DESIGNATORS"><GenericValue>Atomal</GenericValue></Category>',
      )
        .replace('>SECRET<', '>Secret<')
        .replace('>NATO</Policy', '>nato</Policy'),
    );
    expect(record.label).toEqual({
      policy: 'NATO',
      classification: 'SECRET',
      categories: [
        { tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO'] },
        { tagSet: 'Special Category Designators', type: 'RESTRICTIVE', values: ['ATOMAL'] },
      ],
    });
  });

  it.each<[string, string, string]>([
    [
      'a type in small letters',
      xmlOf(context.replace('PERMISSIVE', 'Permissive')),
      '3 Category: Type is not one of PERMISSIVE, RESTRICTIVE, INFORMATIVE: Permissive',
    ],
    [
      'an attribute in other letters',
      xmlOf(context.replace('TagName', 'tagName')),
      '3 Category: the attribute TagName is missing',
    ],
    ['smart quotes', xmlOf(context.replace('"Context"', '“Context”')), /^3 file: /.source],
    [
      'no date of creation',
      xmlOf(context, '', ''),
      '1 originatorConfidentialityLabel: the element CreationDateTime is missing',
    ],
    [
      'a misspelt date of creation',
      xmlOf(context, '', '<CreationDataTime>2026-06-05T12:00:00Z</CreationDataTime>'),
      '1 originatorConfidentialityLabel: the element CreationDateTime is missing',
    ],
    [
      'a day that no calendar has',
      xmlOf(context, '', '<CreationDateTime>2026-02-30T12:00:00Z</CreationDateTime>'),
      '4 CreationDateTime: it is no date and time',
    ],
    [
      'a successor without a date of creation',
      xmlOf(
        context,
        '<SuccessionHandling><SuccessionDateTime>2030-01-01T00:00:00Z</SuccessionDateTime><SuccessorConfidentialityLabel><ConfidentialityInformation><PolicyIdentifier>NATO</PolicyIdentifier><Classification>RESTRICTED</Classification></ConfidentialityInformation></SuccessorConfidentialityLabel></SuccessionHandling>',
      ),
      '5 SuccessorConfidentialityLabel: the element CreationDateTime is missing',
    ],
    [
      'a succession before the date of creation',
      xmlOf(context, '<CreationDateTime>2026-06-05T12:00:00Z</CreationDateTime>', '<SuccessionHandling/>'),
      '1 originatorConfidentialityLabel: CreationDateTime stands in the wrong place',
    ],
    [
      'a number as value',
      xmlOf('<Category Type="PERMISSIVE" TagName="Only"><IntegerValue>1</IntegerValue></Category>'),
      '3 IntegerValue: IntegerValue and BitStringValue shall not be used',
    ],
    [
      'an unknown element',
      xmlOf(`${context}<Caveat>none</Caveat>`),
      '3 Caveat: Caveat has no place here, or stands in the wrong one',
    ],
    [
      'no classification',
      xmlOf(context).replace('<Classification>SECRET</Classification>', ''),
      '2 ConfidentialityInformation: the element Classification is missing',
    ],
    ['an empty classification', xmlOf(context).replace('>SECRET<', '> <'), '2 Classification: it is empty'],
    [
      'an originator of no known kind',
      xmlOf(
        context,
        '',
        '<OriginatorID IDType="nickname">x</OriginatorID><CreationDateTime>2026-06-05T12:00:00Z</CreationDateTime>',
      ),
      /^4 OriginatorID: IDType is not one of rfc822Name/.source,
    ],
    [
      'another namespace',
      xmlOf(context).replace(/:1:0"/, ':2:0"'),
      '1 originatorConfidentialityLabel: it is no label of the namespace urn:nato:stanag:4774:confidentialitymetadatalabel:1:0',
    ],
    [
      'no label at all',
      '<a/>',
      '1 a: it is no label of the namespace urn:nato:stanag:4774:confidentialitymetadatalabel:1:0',
    ],
    [
      'a review on no date',
      xmlOf(context).replace('2030-01-01T00:00:00Z', 'soon'),
      '1 originatorConfidentialityLabel: ReviewDateTime is no date and time',
    ],
  ])('%s is refused, with the line', (_what, xml, expected) => {
    const found = readLabel(policies, xml);
    const told = found.ok ? [] : found.faults.map(({ place, fault, line }) => `${line ?? '-'} ${place}: ${fault}`);
    expect(told.some((each) => (expected.startsWith('^') ? new RegExp(expected).test(each) : each === expected))).toBe(
      true,
    );
  });

  it('without a date of creation is read leniently, with a warning; a URI on a classification warns', () => {
    const found = readLabel(
      policies,
      xmlOf(context, '', '').replace('<Classification>', '<Classification URI="urn:x">'),
      { lenient: true },
    );
    expect(found).toMatchObject({ ok: true, record: { created: '' } });
    if (found.ok) expect(found.warnings).toHaveLength(2);
  });

  it.each<[string, Partial<LabelRecord>, string]>([
    [
      'releases to nobody',
      { label: { ...nato('SECRET'), categories: [{ tagSet: 'Only', type: 'PERMISSIVE', values: [] }] } },
      'Only: it releases to nobody, which XML cannot say',
    ],
    ['was made on no date', { created: 'today' }, 'created: it is no date and time'],
    [
      'holds a control character',
      { originator: { type: 'jID', id: 'a\u0000b' } },
      'label: it holds a character that XML does not allow',
    ],
    ['has an identifier that is none', { id: '1 2' }, 'id: it is no identifier'],
    ['carries what is no XML', { others: ['<a>'] }, 'others: it is no XML'],
  ])('that %s is not written', (_what, change, expected) => {
    const found = writeLabel(policies, { ...full, ...change });
    expect(found.ok ? [] : found.faults.map(({ place, fault }) => `${place}: ${fault}`)).toContain(expected);
  });
});

describe('validateRecord', () => {
  it('lets a label stand whose review date has passed, and never lowers it', () => {
    const passed = { ...full, review: '2020-01-01T00:00:00Z' };
    expect(validateRecord(policies, passed, 'new', '2026-06-05T12:00:00Z')).toEqual([]);
    expect(read(written(passed)).label.classification).toBe('TOP SECRET');
  });

  it.each<[string, Partial<LabelRecord>, string]>([
    [
      'neither review nor succession',
      { review: undefined, succession: undefined },
      'review: a label without succession says when it is to be reviewed',
    ],
    ['the URI of another policy', { policyUri: 'urn:oid:1.2.3' }, 'policy: its URI is not urn:oid:1.3.26.1.3.1'],
    ['an unknown privacy mark', { privacyMark: 'HUSH' }, 'privacy mark: the policy has no HUSH'],
    [
      'a succession before it was made',
      { succession: { ...full.succession!, at: '2020-01-01T00:00:00Z' } },
      'succession: it takes place before the label was made',
    ],
    [
      'a successor that the policy forbids',
      {
        succession: {
          at: '2035-06-05T00:00:00Z',
          successor: { label: { ...nato('SECRET'), categories: [] }, created: '2026-06-05T12:00:00Z' },
        },
      },
      'successor: Context: a label of this policy names its context',
    ],
    ['an unknown policy', { label: { ...nato('SECRET'), policy: 'ACME' } }, 'policy: the policy ACME is not known'],
    [
      'administrative values on an alternative',
      {
        kind: 'alternative',
        label: {
          ...nato('UNCLASSIFIED'),
          categories: [
            ...nato('UNCLASSIFIED').categories,
            { tagSet: 'Administrative', type: 'INFORMATIVE', values: ['STAFF'] },
          ],
        },
      },
      'Administrative: only the originator marks with these',
    ],
  ])('refuses %s', (_what, change, expected) => {
    const faults = validateRecord(policies, { ...full, ...change }).map(({ place, fault }) => `${place}: ${fault}`);
    expect(faults).toContain(expected);
  });
});

describe('a clearance in STANAG 4774 XML', () => {
  const clearance: Clearance = {
    policy: 'NATO',
    classifications: ['UNCLASSIFIED', 'RESTRICTED'],
    categories: [
      { tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO', 'Releasable'] },
      { tagSet: 'Releasable To', type: 'PERMISSIVE', values: ['NATO', 'DEU'] },
    ],
  };
  const xml = (subject: Clearance): string => {
    const found = writeClearance(policies, subject);
    if (!found.ok) throw new Error(JSON.stringify(found.faults));
    return found.xml;
  };

  it('is written, read as it was, and the same in JSON and in a token', () => {
    expect(readClearance(policies, xml(clearance))).toMatchObject({
      ok: true,
      clearance,
      policyUri: 'urn:oid:1.3.26.1.3.1',
    });
    expect(clearanceFromJson(JSON.parse(JSON.stringify(clearance)))).toEqual({ ok: true, value: clearance });
    const claim = clearanceClaim(xml(clearance));
    expect(claim).toMatch(/^[\w-]+$/);
    expect(readClearance(policies, clearanceFromClaim(claim)!)).toMatchObject({ ok: true, clearance });
    expect(clearanceFromClaim('a+b=')).toBeUndefined();
  });

  withShared(`as written is valid against the schema: ${NEEDS}`, async () => {
    expect(await schemaFaults('adatp-4774-clearance.xsd', xml(clearance))).toEqual([]);
  });

  withShared.each(['0', '1', '2'])(`of the standard (%s) is read, and written validly: ${NEEDS}`, async (number) => {
    const v79 = sharedPolicy('nato-spif-v79.xml');
    const found = readClearance(v79, sharedFile(`adatp4774-clearance-${number}.xml`));
    if (!found.ok) throw new Error(JSON.stringify(found.faults));
    expect(found.clearance.classifications).toContain('SECRET');
    const again = writeClearance(v79, found.clearance);
    expect(again.ok && (await schemaFaults('adatp-4774-clearance.xsd', again.xml))).toEqual([]);
    expect(again.ok && readClearance(v79, again.xml)).toMatchObject({ clearance: found.clearance });
  });

  it.each<[string, string, string]>([
    [
      'no list',
      '<s:ClassificationList>[^]*</s:ClassificationList>',
      'ConfidentialityClearance: the element ClassificationList is missing',
    ],
    ['an empty list', '<Classification>.*?</Classification>', 'ClassificationList: it names no classification'],
    [
      'another namespace',
      'confidentialityclearance:1:0',
      'ConfidentialityClearance: it is no clearance of the namespace urn:nato:stanag:4774:confidentialityclearance:1:0',
    ],
    [
      'no policy',
      '<PolicyIdentifier>NATO</PolicyIdentifier>',
      'ConfidentialityClearance: the element PolicyIdentifier is missing',
    ],
  ])('with %s is refused', (_what, without, expected) => {
    const plain = `<s:ConfidentialityClearance xmlns:s="urn:nato:stanag:4774:confidentialityclearance:1:0" xmlns="urn:nato:stanag:4774:confidentialitymetadatalabel:1:0">
      <PolicyIdentifier>NATO</PolicyIdentifier><s:ClassificationList><Classification>SECRET</Classification></s:ClassificationList></s:ConfidentialityClearance>`;
    expect(readClearance(policies, plain).ok).toBe(true);
    const found = readClearance(policies, plain.replace(new RegExp(without), ''));
    expect(found.ok ? [] : found.faults.map(({ place, fault }) => `${place}: ${fault}`)).toContain(expected);
  });

  it('that is held in part is told by the validation, not by the reading', () => {
    const found = readClearance(policies, xml(clearance).replace('UNCLASSIFIED', 'SECRET'));
    expect(found.ok && validateClearance(policies, found.clearance).map(({ place }) => place)).toContain(
      'UNCLASSIFIED',
    );
  });
});

describe('JSON from outside', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'label: it is no object'],
    ['a list', [], 'label: it is no object'],
    ['no policy', { classification: 'SECRET', categories: [] }, 'label.policy: it is no text, or an empty one'],
    [
      'a number for a text',
      { policy: 'NATO', classification: 4, categories: [] },
      'label.classification: it is no text, or an empty one',
    ],
    [
      'a misspelt member',
      { policy: 'NATO', classification: 'SECRET', categories: [], catgories: [] },
      'label: it has no member catgories',
    ],
    [
      'an unknown type',
      { policy: 'NATO', classification: 'SECRET', categories: [{ tagSet: 'Only', type: 'ANY', values: [] }] },
      'label.categories[0].type: it is none of PERMISSIVE, RESTRICTIVE, INFORMATIVE',
    ],
    [
      'no list of values',
      { policy: 'NATO', classification: 'SECRET', categories: [{ tagSet: 'Only', type: 'PERMISSIVE' }] },
      'label.categories[0].values: it is no list',
    ],
  ])('%s is refused', (_what, value, expected) => {
    const found = labelFromJson(value);
    expect(found.ok ? [] : found.faults.map(({ place, fault }) => `${place}: ${fault}`)).toContain(expected);
  });

  it('whose labels succeed one another without end is refused in bounded depth', () => {
    let record: unknown = { label: nato('SECRET'), created: '2026-06-05T12:00:00Z' };
    for (let depth = 0; depth < 5000; depth += 1)
      record = {
        label: nato('SECRET'),
        created: '2026-06-05T12:00:00Z',
        succession: { at: '2030-01-01T00:00:00Z', successor: record },
      };
    const found = recordFromJson({ ...(record as object), kind: 'originator' });
    expect(found.ok ? [] : found.faults.map(({ fault }) => fault)).toContain('labels succeed one another without end');
  });
});
