import { z } from 'zod';

const count = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})$/)
  .transform(Number);

/** Leaves of the public log are asked for by the place of the first one. */
export const publicLeavesQuerySchema = z.object({ first: count.default(0) });

/** A proof that the log only grew is asked for by two of its sizes; the answer is as for the ledger. */
export const publicConsistencyQuerySchema = z
  .object({ first: count, second: count })
  .refine(({ first, second }) => first >= 1 && first <= second, 'the first is no prefix of the second');

/** Leaves of the public log, in order. The hash of a leaf is SHA-256 of a zero byte and its text (RFC 6962). */
export const publicLeavesSchema = z
  .strictObject({
    treeSize: z.number().int().min(0),
    leaves: z.array(z.strictObject({ index: z.number().int().min(0), leaf: z.string() })),
  })
  .meta({
    id: 'PublicLeaves',
    description: 'Who has them all up to `treeSize` can compute the root of the checkpoint',
  });

export type PublicLeaves = z.output<typeof publicLeavesSchema>;
