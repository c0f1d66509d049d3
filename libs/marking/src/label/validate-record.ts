import type { PolicySet, SecurityPolicy } from '../policy';
import { ADMINISTRATIVE, hasContext } from '../nato-form';
import { valuesOf } from '../label';
import { momentOf } from '../xml/date-time';
import type { BaseRecord, LabelRecord } from './record';
import { type LabelFault, type LabelUse, validateLabel } from './validate-label';

/**
 * Everything that keeps a label, as it is put on something, from being used: what `validateLabel` says of it and of its
 * successor, and what ADatP-4774 says beyond its schema. `at` is the moment of use, an `xs:dateTime`.
 *
 * A review date must stand where no succession does (appendix 1); that it has passed is no fault, and neither is a passed
 * succession: nothing is downgraded by the calendar.
 */
export function validateRecord(
  policies: PolicySet,
  record: LabelRecord,
  use: LabelUse = 'new',
  at?: string,
): LabelFault[] {
  const policy = policies.get(record.label.policy);
  return [
    ...baseFaults(policies, record, use, at),
    ...(record.review === undefined && record.succession === undefined
      ? [{ place: 'review', fault: 'a label without succession says when it is to be reviewed' }]
      : []),
    // An equivalent under another policy is somebody else's; the administrative values are the originator's own.
    ...(policy !== undefined &&
    hasContext(policy) &&
    record.kind === 'alternative' &&
    valuesOf(record.label, ADMINISTRATIVE).length > 0
      ? [{ place: ADMINISTRATIVE, fault: 'only the originator marks with these' }]
      : []),
  ];
}

function baseFaults(policies: PolicySet, record: BaseRecord, use: LabelUse, at: string | undefined): LabelFault[] {
  const policy = policies.get(record.label.policy);
  const { succession } = record;
  return [
    ...validateLabel(policies, record.label, use, at),
    ...(policy === undefined ? [] : [...uriFaults(policy, record.policyUri), ...privacyFaults(policy, record, use)]),
    ...(succession === undefined
      ? []
      : [
          ...(momentOf(succession.at) < momentOf(record.created)
            ? [{ place: 'succession', fault: 'it takes place before the label was made' }]
            : []),
          // A successor is used later, when more may be obsolete: it has to be right, not new.
          ...baseFaults(policies, succession.successor, 'existing', at).map((each) => ({
            ...each,
            place: `successor: ${each.place}`,
          })),
        ]),
  ];
}

/** A URI names the same policy as the name: of two that differ nobody knows which was meant. */
function uriFaults(policy: SecurityPolicy, uri: string | undefined): LabelFault[] {
  if (uri === undefined || uri === `urn:oid:${policy.id}`) return [];
  return [{ place: 'policy', fault: `its URI is not urn:oid:${policy.id}` }];
}

/** A privacy mark is one of the policy's; NATO's one is CLEAR (ADatP-4774, legacy). It decides nothing. */
function privacyFaults(policy: SecurityPolicy, { privacyMark }: BaseRecord, use: LabelUse): LabelFault[] {
  if (privacyMark === undefined || (hasContext(policy) && privacyMark.toUpperCase() === 'CLEAR')) return [];
  const known = policy.privacyMarks?.find(({ name }) => name === privacyMark);
  if (known === undefined) return [{ place: 'privacy mark', fault: `the policy has no ${privacyMark}` }];
  return known.obsolete && use === 'new' ? [{ place: 'privacy mark', fault: `${privacyMark} is obsolete` }] : [];
}
