import type { Tx } from '#database';

export type WordsKind = 'purpose' | 'refusal' | 'reason' | 'review';

/** What somebody wrote about a request or a breaking of glass. */
export interface WordsRow {
  readonly about: string;
  readonly kind: WordsKind;
  readonly text: string;
  readonly protectionId: number;
}

/** Those of the words about these things that the session may read. */
export async function wordsAbout(tx: Tx, ids: readonly string[]): Promise<WordsRow[]> {
  return tx.rows<WordsRow>(
    `SELECT about, kind, body AS text, protection_id AS "protectionId" FROM access_words WHERE about = ANY($1::uuid[])`,
    [[...ids]],
  );
}
