import type { Authority } from './authority';
import type { InstrumentOf } from './instrument';

const DAY = 86_400_000;

/**
 * Why a grant of access gives nothing, by an authority's word; null when it gives.
 *
 * INVARIANT: access is given by an approver whom two officers have named for this very list, to somebody else, and for no longer
 * than the list allows.
 */
export function grantFault(
  { body, issuedAt }: InstrumentOf<'access-grant'>,
  kids: readonly string[],
  authority: Authority,
): string | null {
  const list = authority.accessList(body.list, issuedAt);
  const fault = approverFault(list, kids, issuedAt, authority);
  if (fault !== null) return fault;
  if (authority.person(body.person, issuedAt) === undefined) return 'the one who is let in is not a known person';
  if (signerOf(kids, issuedAt, authority) === body.person) return 'nobody lets themselves in';
  const [from, until] = [Date.parse(body.from), Date.parse(body.until)];
  if (from >= until) return 'it ends before it begins';
  // INVARIANT: a grant begins now or later, never in the past: what was read before was read without it.
  if (from < Date.parse(issuedAt)) return 'it begins before it was issued';
  const longest = list?.body.longestDays ?? 0;
  return until - from > longest * DAY ? `the list lets nobody in for longer than ${String(longest)} days` : null;
}

/** Why a withdrawal of access takes nothing away; null when it does. Any approver of the list may take away what another gave. */
export function withdrawalFault(
  { body, issuedAt }: InstrumentOf<'access-withdrawal'>,
  kids: readonly string[],
  authority: Authority,
): string | null {
  return approverFault(authority.accessList(body.list, issuedAt), kids, issuedAt, authority);
}

function approverFault(
  list: InstrumentOf<'access-list'> | undefined,
  kids: readonly string[],
  at: string,
  authority: Authority,
): string | null {
  if (kids.length !== 1) return 'one key signs for an access list';
  if (list === undefined) return 'there is no such access list';
  const signer = signerOf(kids, at, authority);
  return signer !== undefined && list.body.approvers.includes(signer)
    ? null
    : 'it is not signed by a key of an approver of the list';
}

const signerOf = (kids: readonly string[], at: string, authority: Authority): string | undefined =>
  authority.key(kids[0] ?? '', at)?.body.person;
