import { z } from 'zod';

/** A label on the wire: policy, classification and categories (STANAG 4774), with its portion mark. */
export const labelSchema = z
  .strictObject({
    policy: z.string().min(1),
    classification: z.string().min(1),
    categories: z.array(
      z.strictObject({
        tagSet: z.string().min(1),
        type: z.enum(['PERMISSIVE', 'RESTRICTIVE', 'INFORMATIVE']),
        values: z.array(z.string().min(1)),
      }),
    ),
  })
  .meta({ id: 'Label' });

/** A random id, as everything that can be named has. */
export const idSchema = z.uuid();

/** Characters that no text of people holds: control characters other than line breaks and tabs, and halves of characters. */
const WORDS = /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\p{Surrogate}]*$/u;

/** Words that somebody wrote, without blanks around them. PostgreSQL cannot hold all that JSON can say. */
export const wordsSchema = (most: number) =>
  z.string().trim().min(1).max(most).regex(WORDS, 'a control character is no word');

/** A moment in UTC, ISO 8601 with Z. */
export const momentSchema = z.iso.datetime();

/** Keyset paging: an opaque cursor and a page size. Query schemas carry no `.meta({ id })`. */
export const pageQuerySchema = z.strictObject({
  cursor: z.string().min(1).max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
