import fc from 'fast-check';
import { shippedPolicies, shippedPolicy } from '../../../test/support/marking-data';
import { readBinding } from './binding/read-binding';
import { bindingOf } from './binding/binding';
import { writeBinding } from './binding/write-binding';
import { readClearance, writeClearance } from './label/clearance-xml';
import { clearanceFromJson, labelFromJson, recordFromJson } from './label/label-json';
import { readLabel } from './label/read-label';
import { validateLabel } from './label/validate-label';
import { writeLabel } from './label/write-label';
import { banner } from './text/mark';
import { parseMark } from './text/parse-mark';
import { parseSpif } from './spif/read-spif';
import { LARGEST_XML, readXml } from './xml/read-xml';
import { writeXml } from './xml/write-xml';

const policies = shippedPolicies();
const SLAB = 'urn:nato:stanag:4774:confidentialitymetadatalabel:1:0';

/** The first fault of a text or of bytes. */
const faultOf = (input: string | Uint8Array): string => {
  const read = readXml(input);
  return read.ok ? 'ok' : read.faults[0]!.fault;
};
/** A file as large as one may be, of one thing again and again. */
const full = (unit: string, before = '<a>', after = '</a>'): string =>
  before + unit.repeat((LARGEST_XML - before.length - after.length) / unit.length) + after;

const HUNDRED_MB = 100 * 1024 * 1024;

describe('a hostile file is refused, with a clear reason', () => {
  it.each<[string, string | Uint8Array, string]>([
    [
      'entities that expand without end',
      `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(10)}"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>`,
      'a document type or an entity has no place here',
    ],
    [
      'an external entity',
      '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
      'a document type or an entity has no place here',
    ],
    [
      'an external document type',
      '<!doctype a SYSTEM "http://example.org/a.dtd"><a/>',
      'a document type or an entity has no place here',
    ],
    ['an entity that nobody declared', '<a>&b;</a>', '&b; is no entity that XML knows by itself'],
    ['a reference to no character', '<a>&#0;</a>', '&#0; is no entity that XML knows by itself'],
    ['a reference to half a character', '<a b="&#xD800;"/>', '&#xD800; is no entity that XML knows by itself'],
    ['deep nesting', '<a>'.repeat(60) + '</a>'.repeat(60), 'Maximum nested tags exceeded'],
    ['nesting without end', '<a>'.repeat(500_000), 'elements nest more than 40 deep'],
    ['nesting that is only opened', '<a>'.repeat(5000), 'elements nest more than 40 deep'],
    ['a hundred megabytes', new Uint8Array(HUNDRED_MB), 'the file is larger than it may be'],
    ['a hundred megabytes of text', 'x'.repeat(HUNDRED_MB), 'the file is larger than it may be'],
    ['a million elements', full('<b/>'), 'it has more than 100000 tags, attributes or references'],
    ['nothing but opening signs', full('<', '<a>', ''), 'it has more than 100000 tags, attributes or references'],
    ['a million attributes', full(' b=""', '<a', '/>'), 'it has more than 100000 tags, attributes or references'],
    ['a million references', full('&amp;'), 'it has more than 100000 tags, attributes or references'],
    ['a quotation mark that never ends', full('x', '<a b="', ''), "Attributes for 'a' have open quote."],
    ['a comment that never ends', full('-', '<a><!', ''), "Unclosed tag 'a'."],
    ['bytes that are not UTF-8', Uint8Array.from([0x3c, 0x61, 0xff, 0x3e]), 'the bytes are not UTF-8'],
    [
      'Latin-1 that says so',
      Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a/>'),
      'the file says it is ISO-8859-1, and reads as UTF-8',
    ],
    [
      'UTF-16 that says it is UTF-8',
      Buffer.from('\uFEFF<?xml version="1.0" encoding="UTF-8"?><a/>', 'utf16le'),
      'the file says it is UTF-8, and reads as UTF-16LE',
    ],
    ['half of UTF-16', Uint8Array.from([0xff, 0xfe, 0x3c, 0x00, 0x61]), 'the bytes are not UTF-16LE'],
    ['a zero byte', '<a>\u0000</a>', 'it holds a character that XML does not allow'],
    ['half a character', '<a>\uD800</a>', 'it holds a character that XML does not allow'],
    ['two roots', '<a/><b/>', 'a file has one element at its root, and nothing beside it'],
    ['a prefix that is bound to nothing', '<x:a/>', 'the prefix is not bound to a namespace'],
    ['two prefixes', '<a xmlns:x="u"><x:y:z/></a>', 'it is no name with one prefix'],
    ['an attribute twice', '<a b="1" b="2"/>', "Attribute 'b' is repeated."],
    ['an attribute twice under two prefixes', '<a xmlns:x="u" xmlns:y="u" x:b="1" y:b="2"/>', 'y:b stands twice'],
    ['a tag in an attribute', '<a b="<c/>"/>', '< stands in b'],
    ['nothing', '', 'Start tag expected.'],
  ])('%s', (_what, input, expected) => {
    expect(faultOf(input)).toBe(expected);
  });

  it.each<[string, string | Uint8Array]>([
    ['UTF-8 with a byte order mark', Buffer.from('\uFEFF<a>é</a>')],
    ['UTF-16 with a byte order mark', Buffer.from('\uFEFF<?xml version="1.0" encoding="UTF-16"?><a>é</a>', 'utf16le')],
    ['UTF-16 without one', Buffer.from('<a>é</a>', 'utf16le')],
    ['a text', '<a>é</a>'],
  ])('and %s is read', (_what, input) => {
    expect(readXml(input)).toMatchObject({ ok: true, root: { name: 'a', content: ['é'] } });
  });

  it('names that JavaScript knows are names like others', () => {
    for (const name of ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString'])
      for (const xml of [`<a><${name}/></a>`, `<a ${name}="x"/>`]) {
        const read = readXml(xml);
        // Refused or kept: never dropped, and never a rule passed over.
        if (read.ok) expect(writeXml(read.root)).toContain(name);
        expect(({} as { x?: string }).x).toBeUndefined();
      }
    expect(
      parseSpif(
        shippedPolicy('nato.spif.xml').replace(
          '<spif:securityCategoryTagSets>',
          '<spif:constructor/><spif:securityCategoryTagSets>',
        ),
      ).ok,
    ).toBe(false);
  });

  it('faults without end are answered with the first of them', () => {
    const read = parseSpif(`<SPIF xmlns="http://www.xmlspif.org/spif">${'<x/>'.repeat(50_000)}</SPIF>`);
    expect(read.ok ? [] : read.faults).toHaveLength(201);
    expect(read.ok ? '' : read.faults.at(-1)!.fault).toMatch(/^\d+ more faults$/);
  });

  it('a label in another namespace, or in none, is no label', () => {
    const label = (namespace: string): string => `<originatorConfidentialityLabel xmlns="${namespace}"/>`;
    for (const namespace of ['', 'urn:nato:stanag:4774', SLAB.toUpperCase()])
      expect(readLabel(policies, label(namespace)).ok).toBe(false);
  });
});

/** Texts near to what is read: a valid one with pieces cut out, doubled, swapped, or replaced. */
const nearTo = (...seeds: string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.array(
        fc.record({
          at: fc.double({ min: 0, max: 1, noNaN: true }),
          cut: fc.constantFrom(0, 0, 0, 1, 5, 30),
          put: fc.oneof(
            fc.constantFrom(
              'x',
              'SECRET',
              '<b/>',
              '<',
              '>',
              '"',
              '&',
              '&#0;',
              ']]>',
              '<![CDATA[',
              '<!--',
              'xmlns=""',
              '/',
              ' ',
              '\u0000',
              '</',
              '<?x?>',
              '﻿',
              '-',
              '(',
              ',',
            ),
            fc.string({ maxLength: 8, unit: 'binary' }),
          ),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    )
    .map(([seed, edits]) =>
      edits.reduce((text, { at, cut, put }) => {
        const place = Math.floor(at * text.length);
        return text.slice(0, place) + put + text.slice(place + cut);
      }, seed),
    );

describe('whatever is put in, the parsers answer: a fixed budget of generated texts', () => {
  const read = parseMark(policies, '(NS REL UKR)');
  const label = read.ok ? read.label : undefined!;
  const record = {
    kind: 'originator' as const,
    label,
    created: '2026-06-05T12:00:00Z',
    review: '2031-06-05T00:00:00Z',
  };
  const labelXml = writeLabel(policies, record);
  const clearanceXml = writeClearance(policies, {
    policy: 'NATO',
    classifications: ['SECRET'],
    categories: label.categories,
  });
  const bindingXml = writeBinding(
    policies,
    bindingOf({ name: 'a.txt', digest: { algorithm: 'sha384', value: 'AAAA' }, labels: [record] }),
  );
  const seeds = [labelXml, clearanceXml, bindingXml].map((written) => (written.ok ? written.xml : ''));
  const publicSpif = shippedPolicy('public.spif.xml');

  it('of XML: what is read is written and read again as it was', () => {
    let readable = 0;
    fc.assert(
      fc.property(nearTo(...seeds, publicSpif), (xml) => {
        const found = readXml(xml);
        if (!found.ok) {
          expect(found.faults.length).toBeGreaterThan(0);
          return;
        }
        readable += 1;
        const once = writeXml(found.root);
        const again = readXml(once);
        expect(again.ok && writeXml(again.root)).toBe(once);
      }),
      { numRuns: 1500 },
    );
    expect(readable).toBeGreaterThan(20);
  });

  it('of labels, clearances, bindings and policies: an answer with reasons, never an exception', () => {
    fc.assert(
      fc.property(nearTo(...seeds, publicSpif), (xml) => {
        for (const found of [
          readLabel(policies, xml),
          readClearance(policies, xml),
          readBinding(policies, xml),
          parseSpif(xml),
        ])
          if (!found.ok) expect(found.faults.every(({ fault }) => fault !== '')).toBe(true);
      }),
      { numRuns: 800 },
    );
  });

  it('of bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(typeof readXml(bytes).ok).toBe('boolean');
        expect(typeof parseSpif(bytes).ok).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });

  it('of marks: a label that its policy allows, or a fault; what it says was meant is a mark', () => {
    fc.assert(
      fc.property(
        nearTo(
          '(NS REL UKR JPN)',
          'COSMIC TOP SECRET ATOMAL',
          'NATO/KFOR CONFIDENTIAL Ireland, Sweden Only',
          '(CTS-A-B)',
        ),
        (text) => {
          const found = parseMark(policies, text);
          if (found.ok) {
            expect(validateLabel(policies, found.label)).toEqual([]);
            expect(parseMark(policies, banner(policies, found.label))).toEqual(found);
          } else if (found.meant !== undefined) expect(parseMark(policies, found.meant).ok).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('of JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const found of [labelFromJson(value), clearanceFromJson(value), recordFromJson(value)])
          if (!found.ok) expect(found.faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
