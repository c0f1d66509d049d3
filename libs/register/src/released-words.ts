import { z } from 'zod';
import type { Outgoing } from '#workflow';

const targetSchema = z.strictObject({
  nation: z.string(),
  area: z.string(),
  quantityNow: z.number(),
  quantityRequired: z.number(),
  unit: z.string(),
  dueYear: z.number().int(),
});

const releasedWordsSchema = z.strictObject({
  format: z.literal('imprimatur-release/1'),
  release: z.string(),
  title: z.string(),
  summary: z.string(),
  exercise: z.boolean(),
  portions: z.array(
    z.strictObject({
      n: z.number().int(),
      kind: z.enum(['title', 'paragraph', 'target']),
      text: z.string(),
      target: targetSchema.optional(),
    }),
  ),
});

/** The words of a release, as its data rendition says them. */
export type ReleasedWords = z.output<typeof releasedWordsSchema>;

/** The rendition from which pages take the portions. */
export const DATA_RENDITION = 'release.json';

/** The words that a data rendition says, or why it cannot be shown: it must say of itself what the signed statement says. */
export function readWords(bytes: Uint8Array, outgoing: Outgoing): ReleasedWords | string {
  const parsed = releasedWordsSchema.safeParse(jsonOrNull(bytes));
  if (!parsed.success) return `${DATA_RENDITION} is no data rendition`;
  const words = parsed.data;
  const same =
    words.release === outgoing.release &&
    words.title === outgoing.title &&
    words.summary === outgoing.summary &&
    words.exercise === outgoing.exercise;
  return same ? words : `${DATA_RENDITION} says other words than the signed statement`;
}

export function jsonOrNull(text: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch {
    return null;
  }
}
