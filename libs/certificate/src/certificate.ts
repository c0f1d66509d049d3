import { z } from 'zod';
import { canonicalJson, commitmentTo, digestOf, type SignedStatement } from '#signing';
import { outgoingSchema, statementSchema } from '#workflow';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** What the guard signs when it publishes. Stages that are not public appear as standing and commitment alone. */
export const publicationSchema = z.strictObject({
  installation: z.string().min(1),
  release: z.string().min(1),
  proposal: digest,
  publishedAt: z.iso.datetime(),
  stages: z.array(z.strictObject({ stage: z.string().min(1), state: z.literal('complete'), decisions: digest })).min(1),
});

export type Publication = z.output<typeof publicationSchema>;

/** The public proof that comes with a release. It says only what the outgoing part said it would say. */
export const certificateSchema = z.strictObject({
  format: z.literal('imprimatur-certificate/1'),
  outgoing: outgoingSchema,
  closedCommitment: digest,
  /** The signed decisions of the public stages. */
  decisions: z.array(statementSchema).min(1).max(10_000),
  /** The instruments that gave those signers, the procedure and the guard their authority, and what revokes any of them. */
  instruments: z.array(statementSchema).min(1).max(10_000),
  publication: statementSchema,
  log: z.strictObject({
    leafIndex: z.number().int().min(0),
    treeSize: z.number().int().min(1),
    inclusion: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
    checkpoint: z.string().min(1),
  }),
});

export type Certificate = z.output<typeof certificateSchema>;

/** The text of a release's leaf in the public log. */
export const publicationLeaf = (publication: SignedStatement): string => canonicalJson({ publication });

/**
 * What a statement of publication says of the decisions of one stage, in whatever order they are given.
 *
 * Of a public stage anybody can work it out again, and the certificate's check does. The decisions of another stage are
 * committed to with a random salt, which stays with those who may open it.
 */
export function decisionsCommitment(decisions: readonly SignedStatement[], salt: string | null): string {
  const ordered = decisions.map((each) => canonicalJson(each)).sort();
  return salt === null ? digestOf(ordered) : commitmentTo(ordered, salt);
}
