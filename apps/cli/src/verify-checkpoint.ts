import { checkpointSchema, consistencySchema } from '#contracts';
import { type Checkpoint, type Finding, type NoteKey, openNote, parseCheckpoint, verifyConsistency } from '#ledger';
import { issuesOf } from './answer';
import { jsonOf } from './files';

/** Every check of a checkpoint: that a key of the log has signed it, and what it says. */
export function verifyCheckpointOf(bytes: Uint8Array, keys: readonly NoteKey[]): Finding[] {
  return read(bytes, keys, 'checkpoint').findings;
}

/** Every check that between two checkpoints a log only grew (RFC 6962 section 2.1.2). */
export function verifyConsistencyOf(
  given: { readonly first: Uint8Array; readonly second: Uint8Array; readonly between: Uint8Array },
  keys: readonly NoteKey[],
): Finding[] {
  const [older, newer] = [read(given.first, keys, 'older'), read(given.second, keys, 'newer')];
  const findings = [...older.findings, ...newer.findings];
  if (older.checkpoint === undefined || newer.checkpoint === undefined) return findings;
  return [...findings, ...growth(older.checkpoint, newer.checkpoint, given.between)];
}

function growth(first: Checkpoint, second: Checkpoint, proof: Uint8Array): Finding[] {
  const sameLog = finding('same-log', first.origin === second.origin, `${first.origin}, ${second.origin}`);
  const json = jsonOf(proof);
  if (!json.ok) return [sameLog, finding('proof-format', false, json.fault)];
  const parsed = consistencySchema.safeParse(json.value);
  if (!parsed.success) return [sameLog, finding('proof-format', false, issuesOf(parsed.error))];
  const hashes = parsed.data.proof.map(hashOf);
  const sizes = parsed.data.first === first.size && parsed.data.second === second.size;
  const said = `the proof is from ${String(parsed.data.first)} to ${String(parsed.data.second)} leaves`;
  if (hashes.includes(undefined)) return [sameLog, finding('proof-format', false, 'it is not a list of hashes')];
  const fault = verifyConsistency({
    first: first.size,
    second: second.size,
    firstRoot: first.root,
    secondRoot: second.root,
    proof: hashes.filter((hash) => hash !== undefined),
  });
  return [
    sameLog,
    finding('sizes', sizes, `${said}, the checkpoints from ${String(first.size)} to ${String(second.size)}`),
    finding('only-appended', fault === null, fault ?? `${String(second.size - first.size)} leaves were appended`),
  ];
}

/** A checkpoint as a signed note, or inside the JSON that the api answers. */
function read(
  bytes: Uint8Array,
  keys: readonly NoteKey[],
  name: string,
): { findings: Finding[]; checkpoint?: Checkpoint } {
  const signature = `${name}-signature`;
  const json = jsonOf(bytes);
  const wrapped = json.ok ? checkpointSchema.safeParse(json.value).data : undefined;
  if (!json.ok && json.fault !== 'it is not JSON') return { findings: [finding(signature, false, json.fault)] };
  const text = wrapped?.checkpoint ?? new TextDecoder().decode(bytes);
  const note = openNote(text, keys);
  if (!note.ok) return { findings: [finding(signature, false, note.fault)] };
  const checkpoint = parseCheckpoint(note.body);
  const signed = finding(signature, true, 'signed by the key of the log');
  if (typeof checkpoint === 'string') return { findings: [signed, finding(name, false, checkpoint)] };
  // A key that signed for another log says nothing about this one.
  const known = keys.some((key) => key.name === checkpoint.origin && openNote(text, [key]).ok);
  const root = Buffer.from(checkpoint.root).toString('hex');
  const said = `${checkpoint.origin}, ${String(checkpoint.size)} leaves, root ${root}`;
  return {
    findings: [signed, finding(`${name}-origin`, known, said)],
    ...(known ? { checkpoint } : {}),
  };
}

const hashOf = (text: string): Uint8Array | undefined =>
  /^[0-9a-f]{64}$/.test(text) ? Uint8Array.from(Buffer.from(text, 'hex')) : undefined;

const finding = (check: string, ok: boolean, detail: string): Finding => ({ check, ok, detail });
