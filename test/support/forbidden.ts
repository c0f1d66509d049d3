import { type Captured, DENIED } from './captured';

/** Statements that read text of documents and cases. */
export const TEXT = [
  'SELECT body FROM portion',
  'SELECT subject FROM document',
  'SELECT title FROM release_case',
  'SELECT summary FROM release_case',
  'SELECT closed FROM proposal_closed',
  'SELECT substitute FROM proposal_item',
  'SELECT body FROM case_remark',
  'SELECT reason FROM decision',
  'SELECT record FROM audit_event',
];

/** Statements that read rights and secrets. */
export const SECRETS = ['SELECT * FROM clearance', 'SELECT * FROM sec.session', 'SELECT * FROM sec.password'];

/** Statements that change what is only appended. */
export const APPENDED = [
  'UPDATE ledger_leaf SET leaf_data = leaf_data',
  'DELETE FROM ledger_leaf',
  'DELETE FROM audit_event',
];

/** Tries each statement; every one must be denied, and the one that is not is named. */
export async function deniedEach(part: Captured, statements: readonly string[]): Promise<void> {
  for (const sql of statements) expect([sql, await part.attempt(sql)]).toEqual([sql, DENIED]);
}
