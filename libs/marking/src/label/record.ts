import type { Label } from '../label';

/**
 * What a label is to the thing that it lies on (ADatP-4774 appendix 1): the originator's own, an equivalent under another
 * policy, that of the metadata themselves, or of the older form that does not say.
 */
export type LabelKind = 'originator' | 'alternative' | 'metadata' | 'legacy';

/** The kinds of name that an originator can have (ADatP-4774 table 9). */
export const ORIGINATOR_TYPES = [
  'rfc822Name',
  'dNSName',
  'directoryName',
  'uniformResourceIdentifier',
  'iPAddress',
  'x400Address',
  'userPrincipalName',
  'jID',
] as const;

export interface LabelOriginator {
  readonly type: (typeof ORIGINATOR_TYPES)[number];
  readonly id: string;
}

/** Which label takes over, and when. `others` may hold the label's history (ADatP-4774 section 4.3). */
export interface Succession {
  readonly at: string;
  readonly successor: BaseRecord;
  readonly others?: readonly string[];
}

/** A label as it is put on something: who made it, when, and what comes after it. Dates are `xs:dateTime`. */
export interface BaseRecord {
  readonly label: Label;
  /** `urn:oid:` and the policy's identifier. */
  readonly policyUri?: string;
  /** Legacy; decides nothing. */
  readonly privacyMark?: string;
  readonly originator?: LabelOriginator;
  readonly created: string;
  readonly succession?: Succession;
  /** Elements of others, as XML: kept where they stood and written again, and nothing follows from them. */
  readonly others?: readonly string[];
  readonly informationOthers?: readonly string[];
}

/**
 * A confidentiality metadata label (STANAG 4774). Plain JSON: this is the one form in which the API and the database carry it.
 *
 * Nothing here lowers anything: a passed review date leaves the label as it is, and a passed succession date opens a task
 * (law `labels_only_fall_by_decision`).
 */
export interface LabelRecord extends BaseRecord {
  readonly kind: LabelKind;
  readonly id?: string;
  readonly review?: string;
}
