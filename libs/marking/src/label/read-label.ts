import type { Label } from '../label';
import type { PolicySet } from '../policy';
import { isDateTime } from '../xml/date-time';
import { type XmlElement, readXml } from '../xml/read-xml';
import { writeElement } from '../xml/write-xml';
import { type FileFault, firstOf } from '../xml/xml-text';
import { type BaseRecord, type LabelKind, type LabelOriginator, type LabelRecord, ORIGINATOR_TYPES } from './record';
import { inPolicySpelling } from './spelling';
import { LABEL_NAMESPACE, Parts, readCategory } from './xml-parts';

export type ReadLabel =
  | { readonly ok: true; readonly record: LabelRecord; readonly warnings: FileFault[] }
  | { readonly ok: false; readonly faults: FileFault[] };

/** A larger label is not read (bytes). */
export const LARGEST_LABEL = 512 * 1024;

const KINDS: Readonly<Record<string, LabelKind>> = {
  originatorConfidentialityLabel: 'originator',
  alternativeConfidentialityLabel: 'alternative',
  metadataConfidentialityLabel: 'metadata',
  ConfidentialityLabel: 'legacy',
};

/** `lenient`: a label without its date of creation, as others have published them, is read with a warning. */
export interface ReadLabelOptions {
  readonly lenient?: boolean;
}

/**
 * Reads a confidentiality label from STANAG 4774 XML (ADatP-4774 appendix 1), or says everything that is wrong, with the line.
 *
 * Values come in the policy's own spelling. Whether the policy allows them is for `validateRecord`.
 */
export function readLabel(policies: PolicySet, xml: string | Uint8Array, options: ReadLabelOptions = {}): ReadLabel {
  const read = readXml(xml, LARGEST_LABEL);
  return read.ok ? labelFromElement(policies, read.root, options) : read;
}

/** Whether an element is a confidentiality label by its name and namespace. */
export const isLabelElement = (element: XmlElement): boolean =>
  element.namespace === LABEL_NAMESPACE && Object.hasOwn(KINDS, element.name);

/** The label that an element is: the root of a file of its own, or the metadata in a binding. */
export function labelFromElement(policies: PolicySet, root: XmlElement, options: ReadLabelOptions = {}): ReadLabel {
  const kind = Object.hasOwn(KINDS, root.name) ? KINDS[root.name] : undefined;
  if (kind === undefined || root.namespace !== LABEL_NAMESPACE)
    return {
      ok: false,
      faults: [{ place: root.name, fault: `it is no label of the namespace ${LABEL_NAMESPACE}`, line: root.line }],
    };
  const reader = new LabelReader(policies, options);
  const base = reader.base(root);
  const [id, review] = [root.attributes.get('Id'), root.attributes.get('ReviewDateTime')?.trim()];
  if (review !== undefined && !isDateTime(review)) reader.say(root, 'ReviewDateTime is no date and time');
  if (id !== undefined && !/^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(id.trim())) reader.say(root, 'Id is no identifier');
  if (reader.faults.length > 0) return { ok: false, faults: firstOf(reader.faults) };
  return {
    ok: true,
    record: {
      kind,
      ...(id === undefined ? {} : { id: id.trim() }),
      ...(review === undefined ? {} : { review }),
      ...base,
    },
    warnings: reader.warnings,
  };
}

class LabelReader {
  readonly faults: FileFault[] = [];
  readonly warnings: FileFault[] = [];

  constructor(
    private readonly policies: PolicySet,
    private readonly options: ReadLabelOptions,
  ) {}

  say(element: XmlElement, fault: string): void {
    this.faults.push({ place: element.name, fault, line: element.line });
  }

  /** ConfidentialityLabelBaseType: the part that a successor has too. */
  base(element: XmlElement): BaseRecord {
    const parts = new Parts(element, this.faults, this.warnings);
    const information = parts.take('ConfidentialityInformation', LABEL_NAMESPACE, true);
    const said = information === undefined ? NOTHING : this.information(information);
    const originator = this.originator(parts.take('OriginatorID'), parts);
    const created = this.created(parts);
    const succession = this.succession(parts.take('SuccessionHandling'));
    const others = parts.takeOthers(true).map(writeElement);
    return {
      ...said,
      ...(originator === undefined ? {} : { originator }),
      created,
      ...(succession === undefined ? {} : { succession }),
      ...(others.length === 0 ? {} : { others }),
    };
  }

  private information(element: XmlElement): Omit<BaseRecord, 'created'> {
    const parts = new Parts(element, this.faults, this.warnings);
    const policy = parts.take('PolicyIdentifier', LABEL_NAMESPACE, true);
    const classification = parts.take('Classification', LABEL_NAMESPACE, true);
    if (classification?.attributes.has('URI') === true)
      parts.warn('the attribute URI shall not be used', classification);
    const mark = parts.take('PrivacyMark');
    const categories = parts.takeAll('Category').map((each) => readCategory(each, parts));
    const uri = policy?.attributes.get('URI')?.trim();
    const informationOthers = parts.takeOthers(true).map(writeElement);
    const label = { policy: parts.text(policy), classification: parts.text(classification), categories };
    return {
      label: inPolicySpelling(this.policies, label),
      ...(uri === undefined ? {} : { policyUri: uri }),
      ...(mark === undefined ? {} : { privacyMark: parts.text(mark) }),
      ...(informationOthers.length === 0 ? {} : { informationOthers }),
    };
  }

  private originator(element: XmlElement | undefined, parts: Parts): LabelOriginator | undefined {
    if (element === undefined) return undefined;
    const written = element.attributes.get('IDType');
    const type = ORIGINATOR_TYPES.find((each) => each === written);
    const id = parts.text(element);
    if (type !== undefined) return { type, id };
    this.say(element, `IDType is not one of ${ORIGINATOR_TYPES.join(', ')}`);
    return undefined;
  }

  private created(parts: Parts): string {
    const element = parts.take('CreationDateTime', LABEL_NAMESPACE, this.options.lenient !== true);
    if (element === undefined) {
      if (this.options.lenient === true) parts.warn('it does not say when it was created');
      return '';
    }
    return this.dateTime(element, parts);
  }

  private dateTime(element: XmlElement | undefined, parts: Parts): string {
    const text = parts.text(element);
    if (element !== undefined && !isDateTime(text)) this.say(element, 'it is no date and time');
    return text;
  }

  private succession(element: XmlElement | undefined): BaseRecord['succession'] {
    if (element === undefined) return undefined;
    const parts = new Parts(element, this.faults, this.warnings);
    const at = this.dateTime(parts.take('SuccessionDateTime', LABEL_NAMESPACE, true), parts);
    const successor = parts.take('SuccessorConfidentialityLabel', LABEL_NAMESPACE, true);
    const others = parts.takeRest().map(writeElement);
    if (successor === undefined) return undefined;
    return { at, successor: this.base(successor), ...(others.length === 0 ? {} : { others }) };
  }
}

const NOTHING: { label: Label } = { label: { policy: '', classification: '', categories: [] } };
