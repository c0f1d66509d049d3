import type { Tx } from '#database';

/** The protections of one policy or classification that the session holds, and which way to take through them. */
export interface HeldUnder {
  readonly ids: readonly number[];
  readonly mergeDocuments: boolean;
  readonly mergeTargets: boolean;
}

/** What the session holds of a policy, or of one of its classifications. Undefined where no policy is asked for. */
export async function heldUnder(
  tx: Tx,
  { policy, classification }: { readonly policy?: string | undefined; readonly classification?: string | undefined },
): Promise<HeldUnder | undefined> {
  if (policy === undefined) return undefined;
  const row = await tx.row<HeldUnder>(
    `SELECT ids, merge_documents AS "mergeDocuments", merge_targets AS "mergeTargets" FROM sec.session_protections($1, $2)`,
    [policy, classification ?? null],
  );
  return row ?? { ids: [], mergeDocuments: true, mergeTargets: true };
}
