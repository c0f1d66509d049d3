import type { LabelFault } from '../label/validate-label';
import { type WrittenXml, labelElement, unwritable } from '../label/write-label';
import type { PolicySet } from '../policy';
import { type XmlElement, readXml } from '../xml/read-xml';
import { writeXml, xmlElement } from '../xml/write-xml';
import {
  type Binding,
  type BindingInformation,
  BINDING_NAMESPACE,
  DIGESTS,
  DSIG_NAMESPACE,
  XMIME_NAMESPACE,
} from './binding';

const MB = [BINDING_NAMESPACE, 'mb'] as const;
const DS = [DSIG_NAMESPACE, 'ds'] as const;

/**
 * A detached binding as STANAG 4778 XML: one `Metadata` for each label, a reference for each thing, and the digests of the files
 * in a `ds:Manifest` at its end, where the schema leaves room for others. Signatures are not written.
 */
export function writeBinding(policies: PolicySet, information: BindingInformation): WrittenXml {
  const faults: LabelFault[] = [
    ...information.bindings.flatMap(({ labels, data }, index) => [
      ...labels.flatMap((label) =>
        unwritable(label).map((each) => ({ ...each, place: `binding ${index + 1}: ${each.place}` })),
      ),
      ...(labels.length === 0 ? [{ place: `binding ${index + 1}`, fault: 'it binds no label' }] : []),
      ...(data.length === 0 ? [{ place: `binding ${index + 1}`, fault: 'it binds to nothing' }] : []),
      ...(data.some(({ contentType }) => contentType !== undefined && contentType.length < 3)
        ? [{ place: `binding ${index + 1}`, fault: 'a content type is too short' }]
        : []),
    ]),
    ...(information.bindings.length === 0 ? [{ place: 'binding', fault: 'there is none' }] : []),
  ];
  if (faults.length > 0) return { ok: false, faults };
  const bindings = information.bindings.map((binding) => bindingElement(policies, binding));
  const manifest = information.digests.map(({ uri, algorithm, value }) =>
    xmlElement(DS, 'Reference', { URI: uri }, [
      xmlElement(DS, 'DigestMethod', { Algorithm: DIGESTS[algorithm] }),
      xmlElement(DS, 'DigestValue', {}, [value]),
    ]),
  );
  return {
    ok: true,
    xml: writeXml(
      xmlElement(MB, 'BindingInformation', {}, [
        xmlElement(MB, 'MetadataBindingContainer', {}, bindings),
        ...(manifest.length === 0 ? [] : [xmlElement(DS, 'Manifest', {}, manifest)]),
      ]),
    ),
  };
}

function bindingElement(policies: PolicySet, { labels, data, others = [] }: Binding): XmlElement {
  const metadata = [
    ...labels.map((label) => labelElement(policies, label)),
    ...others.flatMap((xml) => {
      const read = readXml(xml);
      return read.ok ? [read.root] : [];
    }),
  ];
  return xmlElement(MB, 'MetadataBinding', {}, [
    ...metadata.map((each) => xmlElement(MB, 'Metadata', {}, [each])),
    ...data.map(({ uri, contentType }) =>
      xmlElement(MB, 'DataReference', { URI: uri, [`{${XMIME_NAMESPACE}}contentType`]: contentType }),
    ),
  ]);
}
