import type { LabelCategory } from '../label';
import { type PolicySet, classificationOf, entriesOf, tagSetOf } from '../policy';
import { isDateTime } from '../xml/date-time';
import { type XmlElement, readXml } from '../xml/read-xml';
import { writeXml, xmlElement } from '../xml/write-xml';
import { FORBIDDEN } from '../xml/xml-text';
import type { BaseRecord, LabelKind, LabelRecord } from './record';
import type { LabelFault } from './validate-label';
import { LABEL_NAMESPACE } from './xml-parts';

export type WrittenXml =
  { readonly ok: true; readonly xml: string } | { readonly ok: false; readonly faults: LabelFault[] };

const SLAB = [LABEL_NAMESPACE, 'slab'] as const;
const ROOTS: Readonly<Record<LabelKind, string>> = {
  originator: 'originatorConfidentialityLabel',
  alternative: 'alternativeConfidentialityLabel',
  metadata: 'metadataConfidentialityLabel',
  legacy: 'ConfidentialityLabel',
};

/**
 * The label as STANAG 4774 XML, with the object identifiers that the policy knows.
 *
 * Refused are a label that releases to nobody, which XML cannot say (a category without a value reads as one that was left
 * out), and what XML or the schema does not allow. Whether the policy allows the label is for `validateRecord`.
 */
export function writeLabel(policies: PolicySet, record: LabelRecord): WrittenXml {
  const faults = unwritable(record);
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, xml: writeXml(labelElement(policies, record)) };
}

/** The label as an element, for a binding. The caller has asked `unwritable`. */
export function labelElement(policies: PolicySet, record: LabelRecord): XmlElement {
  const attributes = { Id: record.id, ReviewDateTime: record.review };
  return xmlElement(SLAB, ROOTS[record.kind], attributes, base(policies, record));
}

/** What keeps a label from being written as XML. */
export function unwritable(record: BaseRecord & { readonly id?: string; readonly review?: string }): LabelFault[] {
  const { label, created, review, succession, originator } = record;
  const texts = [
    label.policy,
    label.classification,
    record.privacyMark ?? '',
    originator?.id ?? '',
    record.policyUri ?? '',
  ];
  const values = label.categories.flatMap((category) => [category.tagSet, ...category.values]);
  return [
    ...label.categories
      .filter(({ type, values: of }) => type === 'PERMISSIVE' && of.length === 0)
      .map(({ tagSet }) => ({ place: tagSet, fault: 'it releases to nobody, which XML cannot say' })),
    ...[label.policy, label.classification, ...values]
      .filter((text) => text.trim() === '')
      .map(() => ({ place: 'label', fault: 'a name or a value is empty' })),
    ...[...texts, ...values]
      .filter((text) => FORBIDDEN.test(text))
      .map(() => ({
        place: 'label',
        fault: 'it holds a character that XML does not allow',
      })),
    ...(isDateTime(created) ? [] : [{ place: 'created', fault: 'it is no date and time' }]),
    ...(review === undefined || isDateTime(review) ? [] : [{ place: 'review', fault: 'it is no date and time' }]),
    ...(record.id === undefined || /^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(record.id)
      ? []
      : [{ place: 'id', fault: 'it is no identifier' }]),
    ...(succession === undefined || isDateTime(succession.at)
      ? []
      : [{ place: 'succession', fault: 'it is no date and time' }]),
    ...(succession === undefined
      ? []
      : unwritable(succession.successor).map((each) => ({ ...each, place: `successor: ${each.place}` }))),
    ...[...(record.others ?? []), ...(record.informationOthers ?? []), ...(succession?.others ?? [])]
      .filter((xml) => !readXml(xml).ok)
      .map(() => ({ place: 'others', fault: 'it is no XML' })),
  ];
}

function base(policies: PolicySet, record: BaseRecord): XmlElement[] {
  const { originator, succession } = record;
  return [
    information(policies, record),
    ...(originator === undefined
      ? []
      : [xmlElement(SLAB, 'OriginatorID', { IDType: originator.type }, [originator.id])]),
    xmlElement(SLAB, 'CreationDateTime', {}, [record.created]),
    ...(succession === undefined
      ? []
      : [
          xmlElement(SLAB, 'SuccessionHandling', {}, [
            xmlElement(SLAB, 'SuccessionDateTime', {}, [succession.at]),
            xmlElement(SLAB, 'SuccessorConfidentialityLabel', {}, base(policies, succession.successor)),
            ...elements(succession.others),
          ]),
        ]),
    ...elements(record.others),
  ];
}

const elements = (others: readonly string[] = []): XmlElement[] =>
  others.flatMap((xml) => {
    const read = readXml(xml);
    return read.ok ? [read.root] : [];
  });

function information(policies: PolicySet, record: BaseRecord): XmlElement {
  const { label, policyUri, privacyMark } = record;
  const policy = policies.get(label.policy);
  const uri = policyUri ?? (policy === undefined ? undefined : `urn:oid:${policy.id}`);
  return xmlElement(SLAB, 'ConfidentialityInformation', {}, [
    policyElement(policies, label.policy, uri),
    classificationElement(policies, label.policy, label.classification),
    ...(privacyMark === undefined ? [] : [xmlElement(SLAB, 'PrivacyMark', {}, [privacyMark])]),
    ...label.categories.map((category) => categoryElement(policies, label.policy, category)),
    ...elements(record.informationOthers),
  ]);
}

/** `PolicyIdentifier`, in the policy's own spelling. */
export function policyElement(policies: PolicySet, name: string, uri: string | undefined): XmlElement {
  return xmlElement(SLAB, 'PolicyIdentifier', { URI: uri }, [policies.get(name)?.spelling ?? name]);
}

/** `Classification`, in the policy's own spelling; its URI shall not be used. */
export function classificationElement(policies: PolicySet, policyName: string, name: string): XmlElement {
  const policy = policies.get(policyName);
  const known = policy === undefined ? undefined : classificationOf(policy, name);
  return xmlElement(SLAB, 'Classification', {}, [known?.spelling ?? name]);
}

/** `Category`, with the identifier of its tag set where the policy knows it. */
export function categoryElement(policies: PolicySet, policyName: string, category: LabelCategory): XmlElement {
  const policy = policies.get(policyName);
  const tagSet = policy === undefined ? undefined : tagSetOf(policy, category.tagSet, category.type);
  const spelled = (value: string): string =>
    (tagSet === undefined ? undefined : entriesOf(tagSet, value).find((each) => each.name === value)?.spelling) ??
    value;
  return xmlElement(
    SLAB,
    'Category',
    { Type: category.type, TagName: category.tagSet, URI: tagSet === undefined ? undefined : `urn:oid:${tagSet.id}` },
    category.values.map((value) => xmlElement(SLAB, 'GenericValue', {}, [spelled(value)])),
  );
}
