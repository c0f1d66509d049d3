import { createHash } from 'node:crypto';
import { NEEDS, schemaFaults, shippedPolicies, withShared } from '../../../../test/support/marking-data';
import type { LabelRecord } from '../label/record';
import { parseMark } from '../text/parse-mark';
import { type BindableFile, bindingOf, labelsOf, siblingOf, sidecarName, verifyBinding } from './binding';
import { readBinding } from './read-binding';
import { writeBinding } from './write-binding';

const policies = shippedPolicies();
const record = (mark: string, kind: LabelRecord['kind'] = 'originator'): LabelRecord => {
  const read = parseMark(policies, mark);
  if (!read.ok) throw new Error(read.fault);
  return {
    kind,
    label: read.label,
    policyUri: 'urn:oid:1.3.26.1.3.1',
    created: '2026-06-05T12:00:00Z',
    review: '2031-06-05T00:00:00Z',
  };
};
const sha384 = (text: string): string => createHash('sha384').update(text).digest('base64');

const file: BindableFile = {
  name: 'EXERCISE plan.txt',
  contentType: 'text/plain',
  digest: { algorithm: 'sha384', value: sha384('the plan') },
  labels: [record('(CTS)'), record('(NS)', 'metadata')],
  portions: [
    { fragment: 'p1', labels: [record('(NR REL UKR)')] },
    { fragment: 'p2', labels: [record('(NS)', 'alternative')] },
  ],
};
const written = (): string => {
  const found = writeBinding(policies, bindingOf(file));
  if (!found.ok) throw new Error(JSON.stringify(found.faults));
  return found.xml;
};
const read = (xml: string): ReturnType<typeof readBinding> => readBinding(policies, xml);

describe('a detached binding', () => {
  it('lies beside its file, is written and read as it was', () => {
    expect(sidecarName(file.name)).toBe('EXERCISE plan.txt.bdo');
    expect(read(written())).toEqual({ ok: true, information: bindingOf(file), warnings: [] });
  });

  withShared(`is valid against the schemas of 4778 and 4774: ${NEEDS}`, async () => {
    expect(await schemaFaults('adatp-4778-binding.xsd', written())).toEqual([]);
    expect(await schemaFaults('adatp-4778-binding.xsd', written().replace(/<mb:DataReference[^>]*>/g, ''))).not.toEqual(
      [],
    );
  });

  it('gives a portion its own labels, and of its file those of the kinds that it has none of', () => {
    const information = bindingOf(file);
    const marks = (uri: string): string[] =>
      labelsOf(information, uri).map(({ kind, label }) => `${kind} ${label.classification}`);
    const uri = './EXERCISE%20plan.txt';
    expect(marks(uri)).toEqual(['originator TOP SECRET', 'metadata SECRET']);
    expect(marks(`${uri}#p1`)).toEqual(['originator RESTRICTED', 'metadata SECRET']);
    expect(marks(`${uri}#p2`)).toEqual(['alternative SECRET', 'originator TOP SECRET', 'metadata SECRET']);
    expect(marks(`${uri}#p9`)).toEqual(['originator TOP SECRET', 'metadata SECRET']);
  });

  it('tells whether its file is the one that was bound', () => {
    const information = bindingOf(file);
    const outcome = (digest: string | undefined): unknown => verifyBinding(information, () => digest);
    expect(outcome(sha384('the plan'))).toEqual({
      ok: true,
      files: [{ uri: './EXERCISE%20plan.txt', outcome: 'same' }],
    });
    expect(outcome(sha384('another plan'))).toMatchObject({ ok: false, files: [{ outcome: 'changed' }] });
    expect(outcome(undefined)).toMatchObject({ ok: false, files: [{ outcome: 'missing' }] });
    expect(verifyBinding({ ...information, digests: [] }, () => sha384('the plan'))).toMatchObject({
      ok: false,
      files: [{ outcome: 'without digest' }],
    });
    expect(verifyBinding({ bindings: [], digests: [], signatures: 0 }, () => '')).toMatchObject({ ok: false });
  });

  it.each<[string, (xml: string) => string, string]>([
    ['no label', (xml) => xml.replace(/<mb:Metadata>[^]*?<\/mb:Metadata>/g, ''), 'the element Metadata is missing'],
    [
      'nothing that it is bound to',
      (xml) => xml.replace(/<mb:DataReference[^>]*>/g, ''),
      'the element DataReference is missing',
    ],
    [
      'data inside',
      (xml) => xml.replace(/<mb:DataReference[^>]*>/, '<mb:Data><a xmlns=""/></mb:Data>'),
      'data inside the binding are not read',
    ],
    [
      'metadata elsewhere',
      (xml) => xml.replace('<mb:DataReference', '<mb:MetadataReference URI="x"/><mb:DataReference'),
      'metadata behind a reference are not read',
    ],
    [
      'a transform',
      (xml) =>
        xml.replace(
          /(<mb:DataReference[^>]*)\/>/,
          '$1><ds:Transforms xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/></mb:DataReference>',
        ),
      'a reference that a transform narrows is not read',
    ],
    [
      'a broken label',
      (xml) => xml.replace('<slab:Classification>', '<slab:Classification><x/>'),
      'elements stand where a text belongs',
    ],
    [
      'an unknown digest',
      (xml) => xml.replace('xmldsig-more#sha384', 'xmldsig-more#md5'),
      'its digest is of no known algorithm',
    ],
    ['two originators of one thing', (xml) => xml.replace('#p1', ''), 'two originator labels on ./EXERCISE%20plan.txt'],
    [
      'another namespace',
      (xml) => xml.replaceAll('bindinginformation:1:0', 'bindinginformation:2:0'),
      'it is no binding of the namespace urn:nato:stanag:4778:bindinginformation:1:0',
    ],
  ])('with %s is refused', (_what, spoil, expected) => {
    const found = read(spoil(written()));
    expect(found.ok ? [] : found.faults.map(({ fault }) => fault)).toContain(expected);
  });

  it('says that signatures are not checked', () => {
    const signed = written().replace(
      '<mb:MetadataBindingContainer>',
      '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/><mb:MetadataBindingContainer>',
    );
    expect(read(signed)).toMatchObject({
      ok: true,
      information: { signatures: 1 },
      warnings: [{ fault: 'its signatures are not checked' }],
    });
  });

  it('is not written without labels, without things, or with a label that releases to nobody', () => {
    expect(writeBinding(policies, { bindings: [], digests: [], signatures: 0 }).ok).toBe(false);
    expect(writeBinding(policies, bindingOf({ ...file, labels: [] })).ok).toBe(false);
    const nobody = {
      ...record('(NS)'),
      label: { ...record('(NS)').label, categories: [{ tagSet: 'Only', type: 'PERMISSIVE' as const, values: [] }] },
    };
    expect(writeBinding(policies, bindingOf({ ...file, labels: [nobody] })).ok).toBe(false);
  });
});

describe('the file that a reference means', () => {
  it.each([
    ['./plan.txt', 'plan.txt'],
    ['plan.txt#p3', 'plan.txt'],
    ['./EXERCISE%20plan.txt', 'EXERCISE plan.txt'],
    ['..', undefined],
    ['./..%2Fpasswd', undefined],
    ['/etc/passwd', undefined],
    ['https://example.org/x', undefined],
    ['./a%00b', undefined],
    ['./%', undefined],
    ['', undefined],
    ['.', undefined],
  ])('%s is %s: never one elsewhere', (uri, name) => {
    expect(siblingOf(uri)).toBe(name);
  });
});
