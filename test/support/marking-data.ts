import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PolicySet, type SecurityPolicy, parseSpif } from '#marking';
import { type XMLFileInfo, validateXML } from 'xmllint-wasm';

const root = join(__dirname, '../..');
const shared = join(root, '../shared/data');

/** Files made by others (real policies, schemas, vectors): tests use them when they are there, and say so when they are not. */
export const sharedFile = (name: string): string => readFileSync(join(shared, name), 'utf8');

/** `it`, when the shared files are there; a skipped test that says what it needs, when they are not. */
export const withShared = existsSync(shared) ? it : it.skip;

export const NEEDS = 'needs ../shared/data (absent: skipped)';

export function policyFrom(xml: string): SecurityPolicy {
  const read = parseSpif(xml);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read.policy;
}

export const shippedPolicy = (name: string): string => readFileSync(join(root, 'policies', name), 'utf8');

/** The policies that the product ships. */
export const shippedPolicies = (): PolicySet =>
  PolicySet.of(['nato.spif.xml', 'public.spif.xml'].map((name) => policyFrom(shippedPolicy(name))));

const policySets = new Map<string, PolicySet>();

/** A policy of the shared files, as a set of its own; read once for each file of tests. */
export function sharedPolicy(name: string): PolicySet {
  const known = policySets.get(name) ?? PolicySet.of([policyFrom(sharedFile(name))]);
  policySets.set(name, known);
  return known;
}

// The schemas import three of the W3C; of those only what is written here is used.
const XML_NAMESPACE = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/XML/1998/namespace">
  <xs:attribute name="lang" type="xs:language"/><xs:attribute name="base" type="xs:anyURI"/><xs:attribute name="id" type="xs:ID"/>
  <xs:attribute name="space" type="xs:NCName"/>
  <xs:attributeGroup name="specialAttrs"><xs:attribute ref="xml:base"/><xs:attribute ref="xml:lang"/><xs:attribute ref="xml:space"/></xs:attributeGroup></xs:schema>`;
const XMIME = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/2005/05/xmlmime">
  <xs:attribute name="contentType"><xs:simpleType><xs:restriction base="xs:string"><xs:minLength value="3"/></xs:restriction></xs:simpleType></xs:attribute></xs:schema>`;
const DSIG = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="http://www.w3.org/2000/09/xmldsig#"
    targetNamespace="http://www.w3.org/2000/09/xmldsig#" elementFormDefault="qualified">
  <xs:element name="Signature"/><xs:element name="Transforms"/>
  <xs:element name="Manifest"><xs:complexType><xs:sequence><xs:element ref="Reference" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="Id" type="xs:ID"/></xs:complexType></xs:element>
  <xs:element name="Reference"><xs:complexType><xs:sequence><xs:element ref="Transforms" minOccurs="0"/><xs:element name="DigestMethod">
    <xs:complexType><xs:attribute name="Algorithm" type="xs:anyURI" use="required"/></xs:complexType></xs:element>
    <xs:element name="DigestValue" type="xs:base64Binary"/></xs:sequence>
    <xs:attribute name="Id" type="xs:ID"/><xs:attribute name="URI" type="xs:anyURI"/><xs:attribute name="Type" type="xs:anyURI"/></xs:complexType></xs:element></xs:schema>`;

const file = (fileName: string, contents: string): XMLFileInfo => ({ fileName, contents });

/** What a schema of the shared files says against a text; nothing when it is valid. */
export async function schemaFaults(schema: string, xml: string): Promise<string[]> {
  const { valid, errors } = await validateXML({
    xml: file('subject.xml', xml),
    schema: file(schema, sharedFile(schema)),
    preload: [
      file('xml.xsd', XML_NAMESPACE),
      file('xmlmime.xsd', XMIME),
      file('xmldsig-core-schema.xsd', DSIG),
      ...(schema === 'adatp-4774-label.xsd' ? [] : [file('adatp-4774-label.xsd', sharedFile('adatp-4774-label.xsd'))]),
    ],
  });
  return valid ? [] : [...errors.map((error) => error.message), ...(errors.length === 0 ? ['not valid'] : [])];
}
