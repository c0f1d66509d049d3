import { z } from 'zod';
import { labelSchema as statedLabelSchema } from '#workflow';

/** A label on the wire: policy, classification and categories (STANAG 4774), with its portion mark. */
export const labelSchema = statedLabelSchema.meta({ id: 'Label' });

/** A random id, as everything that can be named has. One spelling: PostgreSQL and the records write ids in small letters. */
export const idSchema = z.uuid().toLowerCase();

/**
 * Characters that no text of people holds: control characters other than line breaks and tabs, halves of characters, and what
 * nobody sees (no width, directions, fillers, tags). With the last a text would look like another, or hide that it is a copy.
 */
const WORDS =
  /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\p{Surrogate}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]*$/u;

/** Words that somebody wrote, without blanks around them. PostgreSQL cannot hold all that JSON can say. */
export const wordsSchema = (most: number) =>
  z.string().trim().min(1).max(most).regex(WORDS, 'a character that nobody sees is no word');

/** A moment in UTC, ISO 8601 with Z, from the year 1: no calendar of the database has a year 0. */
export const momentSchema = z.iso.datetime().refine((moment) => !moment.startsWith('0000'), 'there is no year 0');

/** `true` asks for the exact number of all that is visible, beside the page. It may cost more than the page. */
export const countedSchema = z.enum(['true', 'false']).transform((said) => said === 'true');

/** Keyset paging: an opaque cursor and a page size. Query schemas carry no `.meta({ id })`. */
export const pageQuerySchema = z.strictObject({
  cursor: z.string().min(1).max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
