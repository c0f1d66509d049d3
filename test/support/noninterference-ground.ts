import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import type { SignedState } from '#audit';
import type { AllianceHouse } from './alliance';
import { ask } from './http';
import type { Resident } from './house';

/**
 * Those who ask: their rights end below what is hidden. The first three hold every role that lets a verb come so far; the last three
 * hold an office that is told of others.
 */
export const READERS = ['busy', 'clerk', 'unassured', 'stranger', 'auditor', 'officer', 'unassuredOfficer'] as const;
export type Reader = (typeof READERS)[number];

/** Everybody of both worlds, and what has happened in one of them so far. */
export interface Ground {
  readonly alliance: AllianceHouse;
  readonly readers: Readonly<Record<Reader, Resident>>;
  /** Sees what the readers see, and acts where they can see it. */
  readonly colleague: Resident;
  /** Sees everything, and acts where no reader can see it. */
  readonly keeper: Resident;
  /** The database itself, past everything. */
  readonly sql: Client;
  /** What may be known: documents, with the text of each as it last came in, and cases. */
  readonly documents: { id: string; text: string }[];
  /** Those of them in which something was hidden, the last one last. */
  readonly touched: string[];
  readonly cases: string[];
  readonly notifications: string[];
  /** Requests for access that a reader may settle. */
  readonly requests: string[];
  /** Attachments, each behind its document. */
  readonly attachments: (readonly [string, string])[];
  /** What the sealer of this world remembers. */
  readonly sealer: { signed: SignedState | undefined };
  /** What must not be known, in the world that has it. */
  readonly hidden: Record<(typeof HIDDEN_KINDS)[number], string[]> & { attachments: (readonly [string, string])[] };
}

/** Access lists that everybody may know of, and one that only its members may. */
export const LISTS = ['AIR-2031', 'SEA-2031'] as const;
/** A list that one of the readers lets in to. */
export const OWN_LIST = 'OWN-2031';
export const HIDDEN_LIST = 'DARK-2031';
/** What is said in the targets alone that nobody may know of. */
export const HIDDEN_NATION = 'XYZ';
export const HIDDEN_AREA = 'submarines';
/** The second factor of the busiest reader, in base32: thirty-two zeros. */
export const FACTOR = 'A'.repeat(52);
export const READ_IN = 'EXERCISE What is on this list is told to nobody who is not on it.';

const HIDDEN_KINDS = [
  'documents',
  'staffDocuments',
  'portions',
  'cases',
  'notifications',
  'tokens',
  'instruments',
  'requests',
  'breakings',
] as const;

export const nothingHidden = (): Ground['hidden'] =>
  Object.fromEntries([...HIDDEN_KINDS, 'attachments'].map((kind) => [kind, []])) as unknown as Ground['hidden'];

/** What somebody else does; `lot` chooses which of its forms it takes. */
export type Act = (ground: Ground, lot: number) => Promise<void>;

/** Whatever is written in these worlds is made of these words. */
export const VOCABULARY =
  'harbour ridge lantern copper meadow signal timber velvet orchard granite compass saddle ember willow marble anchor thistle cobalt ferry walnut beacon gravel linen quarry amber sparrow kettle pewter juniper canyon'.split(
    ' ',
  );

/** Words that no other seed gives, so that no text is like another by chance. */
export function wordsOf(seed: string, count = 14): string {
  const digest = createHash('sha512').update(seed).digest();
  const words = Array.from({ length: count }, (_none, n) => VOCABULARY[digest.readUInt8(n) % VOCABULARY.length] ?? '');
  return `EXERCISE ${words.join(' ')} ${digest.toString('hex').slice(0, 8).replaceAll(/\d/g, 'q')}.`;
}

/** What a reader will write one day, and somebody has written before under a mark that the reader does not hold. */
export const THE_SAME_WORDS = Array.from({ length: 4 }, (_none, n) => wordsOf(`the same words ${String(n)}`, 20));
/** Half of them stand under a high mark, half under a low one for a small circle: neither may be copied from the other. */
export const HIGH_WORDS = THE_SAME_WORDS.slice(0, 2);
export const STAFF_WORDS = THE_SAME_WORDS.slice(2);

/** One of them, as the lot falls. */
export const at = <Item>(items: readonly Item[], lot: number): Item => {
  const item = items[lot % items.length];
  if (item === undefined) throw new Error('there is nothing to choose from');
  return item;
};

/** Attaches a file; answers its document and itself. */
export async function attached(
  { alliance }: Ground,
  who: Resident,
  documentId: string,
  mark: string,
  text: string,
): Promise<readonly [string, string]> {
  const headers = { 'imprimatur-name': 'EXERCISE.md', 'imprimatur-mark': mark };
  const path = `/api/documents/${documentId}/attachments`;
  const answer = await ask(alliance.house.url, path, { method: 'POST', as: who.sid, text, headers });
  if (answer.status !== 201) throw new Error(`nothing was attached: ${answer.body}`);
  return [documentId, (JSON.parse(answer.body) as { id: string }).id];
}

/** Tells a person of a case; answers the notification. */
export async function tellPerson({ sql }: Ground, person: string, caseId: string, lot: number): Promise<string> {
  const { rows } = await sql.query<{ id: string }>(
    `INSERT INTO notification (id, outbox_id, person_id, kind, case_id)
     VALUES (exercise.uuid(), exercise.uuid(), $1, $2, $3) RETURNING id`,
    [person, lot % 2 === 0 ? 'case.frozen' : 'case.returned', caseId],
  );
  return rows[0]?.id ?? '';
}
