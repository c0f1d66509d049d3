import type { Tx } from '#database';
import type { Target } from './document.store';

/** Under what a readable portion stands that a text is like. */
export interface CopyRow {
  readonly protectionId: number;
  readonly documentProtectionId: number;
}

/** Readable portions whose text has one of the digests: what a writer might be copying from. */
export async function sameText(tx: Tx, digests: readonly string[]): Promise<(CopyRow & { readonly digest: string })[]> {
  return tx.rows(
    `SELECT digest, protection_id AS "protectionId", document_protection_id AS "documentProtectionId" FROM sec.same_text($1::text[])`,
    [digests],
  );
}

/** A text to be compared, and the number of the protection under which it is about to stand. */
export interface ComparedText {
  readonly text: string;
  readonly own?: string;
  readonly target?: Target;
  readonly circle: number;
}

const asked = (texts: readonly ComparedText[]): string =>
  JSON.stringify(
    texts.map(({ text, own = '', target, circle }) => ({
      text,
      own,
      nation: target?.nation ?? null,
      area: target?.area ?? null,
      circle,
    })),
  );

/** Under what readable portions stand that have anything in common with one of the texts. */
export async function protectionsAlike(
  tx: Tx,
  texts: readonly ComparedText[],
  given: readonly string[],
): Promise<CopyRow[]> {
  return tx.rows(
    `SELECT protection_id AS "protectionId", document_protection_id AS "documentProtectionId" FROM sec.copy_protections($1, $2::text[])`,
    [asked(texts), given],
  );
}

/**
 * Readable portions under the protections that are named for the texts of a circle, which a text is nearly the same as, or has its
 * figures from; `n` is the number of the text, from 0.
 */
export async function nearCopies(
  tx: Tx,
  texts: readonly ComparedText[],
  given: readonly string[],
  against: readonly (CopyRow & { readonly circle: number })[],
): Promise<(CopyRow & { readonly n: number; readonly how: 'near' | 'figures' })[]> {
  const named = against.map(({ circle, protectionId, documentProtectionId }) => ({
    circle,
    protection: protectionId,
    document: documentProtectionId,
  }));
  return tx.rows(
    `SELECT n, how, protection_id AS "protectionId", document_protection_id AS "documentProtectionId"
       FROM sec.near_copies($1, $2::text[], $3)`,
    [asked(texts), given, JSON.stringify(named)],
  );
}
