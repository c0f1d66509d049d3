import { fromBase64, toBase64 } from './base64';

const ROOT_LENGTH = 32;

/** The state of a log: its origin, how many leaves, the root over them (C2SP tlog-checkpoint). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  readonly extension?: readonly string[];
}

/** The text of a checkpoint, ready to be signed as a note. Throws when it would state no checkpoint. */
export function checkpointBody(checkpoint: Checkpoint): string {
  if (!Number.isSafeInteger(checkpoint.size) || checkpoint.size < 0 || checkpoint.root.length !== ROOT_LENGTH)
    throw new Error('a checkpoint has a size and a root');
  const lines = [
    checkpoint.origin,
    String(checkpoint.size),
    toBase64(checkpoint.root),
    ...(checkpoint.extension ?? []),
  ];
  if (lines.some((line) => line === '' || line.includes('\n'))) throw new Error('a checkpoint has no empty line');
  return `${lines.join('\n')}\n`;
}

/** The checkpoint that a text states, or the fault in words. */
export function parseCheckpoint(body: string): Checkpoint | string {
  if (!body.endsWith('\n')) return 'the checkpoint does not end with a newline';
  const [origin, size, root, ...extension] = body.slice(0, -1).split('\n');
  if (origin === undefined || origin === '') return 'the checkpoint names no origin';
  if (size === undefined || !/^(0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size)))
    return 'the checkpoint names no size';
  const bytes = root === undefined ? undefined : fromBase64(root);
  if (bytes?.length !== ROOT_LENGTH) return 'the checkpoint names no root';
  if (extension.includes('')) return 'the checkpoint has an empty line';
  return { origin, size: Number(size), root: bytes, ...(extension.length === 0 ? {} : { extension }) };
}
