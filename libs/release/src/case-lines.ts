import { type AccessPolicy, type Actor, type Protection } from '#access';
import type { Tx } from '#database';
import { type PolicySet, portionMark } from '#marking';
import { DOCUMENT_COLUMNS, documentThing, protectionsOf } from '#records';
import { caseThing } from './case-of';
import { summaryOf } from './read-case';
import { CASE_COLUMNS, type CaseRules, type ListedCase } from './store/listed-case.store';
import { officesOf } from './store/office.store';

/** What the rules let the actor have of cases, and of the documents whose targets cases are found by, as SQL. */
export function rulesOfCases(access: AccessPolicy, actor: Actor): CaseRules {
  const cases = access.condition({ actor, action: 'read', subject: 'Case' }, CASE_COLUMNS);
  const behind = 1 + (typeof cases === 'object' ? cases.parameters.length : 0);
  const documents = access.condition({ actor, action: 'read', subject: 'Document' }, DOCUMENT_COLUMNS, behind);
  return { cases, documents };
}

/** A case of a page with its line. */
export interface CaseLine {
  readonly row: ListedCase;
  readonly line: ReturnType<typeof summaryOf>;
}

/** The cases of a page as their reader may have them, each in a line. */
export async function linesOf(
  tx: Tx,
  actor: Actor,
  rows: readonly ListedCase[],
  { access, policies }: { readonly access: AccessPolicy; readonly policies: PolicySet },
): Promise<CaseLine[]> {
  const protections = await protectionsOf(
    tx,
    rows.flatMap(({ protectionId, byProtectionId, byDocumentProtectionId }) =>
      [protectionId, byProtectionId, byDocumentProtectionId].filter((id) => id !== null),
    ),
  );
  const offices = await officesOf(
    tx,
    rows.map((row) => row.requestedBy),
  );
  return rows.flatMap((row) => {
    const own = protections.get(row.protectionId);
    // INVARIANT (list_equals_filter_of_check): what a reader would be refused is not in their list.
    if (own === undefined || !access.permits(actor, 'read', caseThing(row, own))) return [];
    if (!mayBeFound(row, protections, access, actor)) return [];
    return [{ row, line: summaryOf(row, portionMark(policies, own.label), offices) }];
  });
}

/** Whether the reader may read the target that the case was found by; where none was asked for, there is nothing to read. */
function mayBeFound(
  { documentId, byProtectionId, byDocumentProtectionId }: ListedCase,
  protections: ReadonlyMap<number, Protection>,
  access: AccessPolicy,
  actor: Actor,
): boolean {
  if (byProtectionId === null) return true;
  const [own, around] = [protections.get(byProtectionId), protections.get(byDocumentProtectionId ?? 0)];
  if (own === undefined || around === undefined) return false;
  return access.permits(actor, 'read', documentThing(documentId, [own, around]));
}
