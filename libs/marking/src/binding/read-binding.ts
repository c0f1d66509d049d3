import { isLabelElement, labelFromElement } from '../label/read-label';
import type { LabelRecord } from '../label/record';
import { Parts } from '../label/xml-parts';
import type { PolicySet } from '../policy';
import { type XmlElement, childrenOf, readXml } from '../xml/read-xml';
import { writeElement } from '../xml/write-xml';
import { type FileFault, firstOf } from '../xml/xml-text';
import {
  type Binding,
  type BindingInformation,
  type BoundDigest,
  BINDING_NAMESPACE,
  type DataReference,
  DIGESTS,
  type DigestAlgorithm,
  DSIG_NAMESPACE,
  XMIME_NAMESPACE,
} from './binding';

export type ReadBinding =
  | { readonly ok: true; readonly information: BindingInformation; readonly warnings: FileFault[] }
  | { readonly ok: false; readonly faults: FileFault[] };

/**
 * Reads a detached binding from STANAG 4778 XML, or says everything that is wrong, with the line.
 *
 * What is encapsulated (`Data`), metadata behind a reference, and references that a transform narrows are refused: their labels
 * would be taken for those of something else. Two labels of one kind on one thing are refused too, but for alternatives.
 */
export function readBinding(policies: PolicySet, xml: string | Uint8Array): ReadBinding {
  const read = readXml(xml);
  if (!read.ok) return read;
  const { root } = read;
  if (root.name !== 'BindingInformation' || root.namespace !== BINDING_NAMESPACE)
    return {
      ok: false,
      faults: [{ place: root.name, fault: `it is no binding of the namespace ${BINDING_NAMESPACE}`, line: root.line }],
    };
  const reader = new BindingReader(policies);
  const information = reader.information(root);
  return reader.faults.length > 0
    ? { ok: false, faults: firstOf(reader.faults) }
    : { ok: true, information, warnings: reader.warnings };
}

class BindingReader {
  readonly faults: FileFault[] = [];
  readonly warnings: FileFault[] = [];

  constructor(private readonly policies: PolicySet) {}

  information(root: XmlElement): BindingInformation {
    const parts = new Parts(root, this.faults, this.warnings);
    const signatures = parts.takeAll('Signature', DSIG_NAMESPACE);
    if (signatures.length > 0) parts.warn('its signatures are not checked');
    const containers = parts.takeAll('MetadataBindingContainer', BINDING_NAMESPACE);
    if (containers.length === 0) parts.say('the element MetadataBindingContainer is missing');
    const bindings = containers.flatMap((each) => this.container(each));
    const digests = parts.takeOthers(true).flatMap((each) => this.manifest(each));
    return { bindings, digests, signatures: signatures.length };
  }

  private container(element: XmlElement): Binding[] {
    const parts = new Parts(element, this.faults, this.warnings);
    const found = parts.takeAll('MetadataBinding', BINDING_NAMESPACE);
    if (found.length === 0) parts.say('the element MetadataBinding is missing');
    parts.takeOthers(true);
    const bindings = found.map((each) => this.binding(each));
    this.refuseTwo(found, bindings);
    return bindings;
  }

  private binding(element: XmlElement): Binding {
    const parts = new Parts(element, this.faults, this.warnings);
    const metadata = parts.takeAll('Metadata', BINDING_NAMESPACE);
    const reference = parts.take('MetadataReference', BINDING_NAMESPACE);
    if (reference !== undefined) parts.say('metadata behind a reference are not read', reference);
    if (metadata.length === 0 && reference === undefined) parts.say('the element Metadata is missing');
    const [labels, others]: [LabelRecord[], string[]] = [[], []];
    for (const each of metadata) this.metadata(each, labels, others);
    const references = parts.takeAll('DataReference', BINDING_NAMESPACE);
    const encapsulated = parts.take('Data', BINDING_NAMESPACE);
    if (encapsulated !== undefined) parts.say('data inside the binding are not read', encapsulated);
    else if (references.length === 0) parts.say('the element DataReference is missing');
    parts.takeOthers(false);
    return {
      labels,
      data: references.map((each) => this.reference(each)),
      ...(others.length === 0 ? {} : { others }),
    };
  }

  private metadata(element: XmlElement, labels: LabelRecord[], others: string[]): void {
    const [child, ...more] = childrenOf(element);
    if (child === undefined || more.length > 0) {
      this.say(element, 'it holds one element');
      return;
    }
    if (!isLabelElement(child)) {
      others.push(writeElement(child));
      return;
    }
    const read = labelFromElement(this.policies, child);
    if (read.ok) {
      labels.push(read.record);
      this.warnings.push(...read.warnings);
    } else this.faults.push(...read.faults);
  }

  private reference(element: XmlElement): DataReference {
    const uri = element.attributes.get('URI');
    if (uri === undefined) this.say(element, 'the attribute URI is missing');
    if (childrenOf(element).length > 0) this.say(element, 'a reference that a transform narrows is not read');
    const contentType = element.attributes.get(`{${XMIME_NAMESPACE}}contentType`);
    return { uri: uri ?? '', ...(contentType === undefined ? {} : { contentType }) };
  }

  private manifest(element: XmlElement): BoundDigest[] {
    if (element.name !== 'Manifest' || element.namespace !== DSIG_NAMESPACE) return [];
    return childrenOf(element, 'Reference').flatMap((each): BoundDigest[] => {
      const parts = new Parts(each, this.faults, this.warnings);
      const method = parts.take('DigestMethod', DSIG_NAMESPACE, true);
      const value = parts.text(parts.take('DigestValue', DSIG_NAMESPACE, true)).replaceAll(' ', '');
      parts.takeOthers(false);
      const algorithm = (Object.keys(DIGESTS) as DigestAlgorithm[]).find(
        (name) => DIGESTS[name] === method?.attributes.get('Algorithm'),
      );
      if (algorithm === undefined) this.say(each, 'its digest is of no known algorithm');
      if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value)) this.say(each, 'its digest is not base64');
      return algorithm === undefined ? [] : [{ uri: each.attributes.get('URI') ?? '', algorithm, value }];
    });
  }

  private refuseTwo(elements: readonly XmlElement[], bindings: readonly Binding[]): void {
    const seen = new Set<string>();
    bindings.forEach(({ labels, data }, index) => {
      const element = elements[index];
      for (const { kind } of labels.filter((each) => each.kind !== 'alternative'))
        for (const { uri } of data) {
          const key = JSON.stringify([kind, uri]);
          if (seen.has(key) && element !== undefined) this.say(element, `two ${kind} labels on ${uri || 'one thing'}`);
          seen.add(key);
        }
    });
  }

  private say(element: XmlElement, fault: string): void {
    this.faults.push({ place: element.name, fault, line: element.line });
  }
}
