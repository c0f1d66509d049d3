import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from '#signing';
import { parseCheckpoint } from './checkpoint';
import { type NoteKey, openNote } from './signed-note';
import { leafHash } from './tree';
import { verifyInclusion } from './verify';

/** A salted commitment to a record, so that the log's readers see no metadata: SHA-256 of the salt and the record, 32 bytes. */
export const leafDataOf = (recordCanonical: string, salt: Uint8Array): Uint8Array =>
  sha256(concatBytes(salt, utf8ToBytes(recordCanonical)));

export const EVENT_PROOF_FORMAT = 'imprimatur-event-proof/1';

/** The proof that a record is in the ledger; it can be checked offline, with the log's published key alone. */
export interface EventProof {
  readonly format: typeof EVENT_PROOF_FORMAT;
  readonly record: unknown;
  /** Hexadecimal. */
  readonly salt: string;
  readonly leafIndex: number;
  readonly treeSize: number;
  /** Hexadecimal. */
  readonly inclusion: readonly string[];
  /** A signed note. */
  readonly checkpoint: string;
}

/** One check: its name, whether it held, and what was found in words. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Every check of an event proof, named. Never throws: what cannot be read is a check that failed. */
export function verifyEventProof(proof: unknown, logKeys: readonly NoteKey[]): Finding[] {
  try {
    const fault = formatFault(proof);
    if (fault !== null) return [{ check: 'format', ok: false, detail: fault }];
    const known = proof as EventProof;
    const leafData = leafDataOf(canonicalJson(known.record), hexToBytes(known.salt));
    return [{ check: 'format', ok: true, detail: EVENT_PROOF_FORMAT }, ...checkLogProof(leafData, known, logKeys)];
  } catch (error) {
    // INVARIANT (fail_closed): a record too deep to read, or one that has no canonical JSON, proves nothing.
    return [{ check: 'format', ok: false, detail: error instanceof Error ? error.message : 'it cannot be read' }];
  }
}

/** A place in a log, and the signed checkpoint that covers it. */
export interface LogPlace {
  readonly leafIndex: number;
  readonly treeSize: number;
  readonly inclusion: readonly string[];
  readonly checkpoint: string;
}

/** Checks that the data is a leaf of the log under a checkpoint that one of the keys has signed. */
export function checkLogProof(leafData: Uint8Array, place: LogPlace, logKeys: readonly NoteKey[]): Finding[] {
  const note = openNote(place.checkpoint, logKeys);
  if (!note.ok) return [{ check: 'checkpoint-signature', ok: false, detail: note.fault }];
  const checkpoint = parseCheckpoint(note.body);
  const signed: Finding = { check: 'checkpoint-signature', ok: true, detail: 'signed by the key of the log' };
  if (typeof checkpoint === 'string') return [signed, { check: 'checkpoint', ok: false, detail: checkpoint }];
  const origin: Finding = {
    check: 'checkpoint-origin',
    // INVARIANT: a log signs for itself alone, though several be trusted.
    ok: note.signers.includes(checkpoint.origin),
    detail: checkpoint.origin,
  };
  const size: Finding = {
    check: 'tree-size',
    ok: checkpoint.size === place.treeSize,
    detail: `the proof speaks of ${String(place.treeSize)} leaves, the checkpoint of ${String(checkpoint.size)}`,
  };
  const inclusionFault = verifyInclusion({
    leafHash: leafHash(leafData),
    index: place.leafIndex,
    size: checkpoint.size,
    proof: place.inclusion.map((hash) => hexToBytes(hash)),
    root: checkpoint.root,
  });
  const inclusion: Finding = {
    check: 'inclusion',
    ok: inclusionFault === null,
    detail:
      inclusionFault ??
      `leaf ${String(place.leafIndex)} of ${String(checkpoint.size)}, root ${bytesToHex(checkpoint.root).slice(0, 16)}…`,
  };
  return [signed, origin, size, inclusion];
}

const isHex = (value: unknown): value is string => typeof value === 'string' && /^([0-9a-f]{2})+$/.test(value);
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function formatFault(proof: unknown): string | null {
  if (typeof proof !== 'object' || proof === null) return 'this is not an event proof';
  const { format, record, salt, leafIndex, treeSize, inclusion, checkpoint, ...rest } = proof as Record<
    string,
    unknown
  >;
  if (format !== EVENT_PROOF_FORMAT) return `the format is not ${EVENT_PROOF_FORMAT}`;
  if (Object.keys(rest).length > 0) return `it carries ${Object.keys(rest).join(', ')}, which no event proof has`;
  if (typeof record !== 'object' || record === null) return 'it carries no record';
  if (!isHex(salt) || salt.length !== 64) return 'the salt does not have 32 bytes';
  if (!isCount(leafIndex) || !isCount(treeSize)) return 'the place in the tree is not a number';
  if (!Array.isArray(inclusion) || !inclusion.every((hash) => isHex(hash) && hash.length === 64))
    return 'the proof is not a list of hashes';
  if (typeof checkpoint !== 'string') return 'it carries no checkpoint';
  return null;
}
