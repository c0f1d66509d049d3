import { z } from 'zod';
import { digestOf } from '#signing';

const moment = z.iso.datetime();
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** A label as statements and the wire carry it (STANAG 4774). */
export const labelSchema = z.strictObject({
  policy: z.string().min(1),
  classification: z.string().min(1),
  categories: z.array(
    z.strictObject({
      tagSet: z.string().min(1),
      type: z.enum(['PERMISSIVE', 'RESTRICTIVE', 'INFORMATIVE']),
      values: z.array(z.string().min(1)),
    }),
  ),
});

export const windowSchema = z.strictObject({ notBefore: moment, notAfter: moment });

const distinct = (values: readonly (string | number)[]): boolean => new Set(values).size === values.length;

/** The frozen outgoing part: what every signer reads in full. Nothing in it is restricted only. */
export const outgoingSchema = z.strictObject({
  format: z.literal('imprimatur-outgoing/1'),
  installation: z.string().min(1),
  /** The public id of the release: random, derived from nothing restricted. */
  release: z.string().regex(/^r-[0-9a-f]{20}$/),
  round: z.number().int().min(1),
  title: z.string().min(1),
  summary: z.string().min(1),
  audience: labelSchema,
  requestedBy: z.strictObject({ person: z.uuid(), office: z.string().min(1) }),
  procedure: z.strictObject({ id: z.string().min(1), version: z.number().int().min(1) }),
  window: windowSchema.refine(
    (window) => Date.parse(window.notBefore) < Date.parse(window.notAfter),
    'the window ends before it begins',
  ),
  /** What leaves, item by item. `source` commits to the exact portion, version, words and label, and reveals none of them. */
  items: z
    .array(
      z.strictObject({
        n: z.number().int().min(1),
        treatment: z.enum(['include', 'substitute']),
        originator: z.string().min(1),
        source: digest,
      }),
    )
    .refine((items) => distinct(items.map((item) => item.n)), 'two items have one number'),
  renditions: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z][a-z0-9.-]{0,79}$/),
        mediaType: z.string().min(1),
        bytes: z.number().int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1)
    .refine((files) => distinct(files.map((file) => file.name)), 'two renditions have one name'),
  /** What the certificate will disclose, in a sentence. */
  certificateNames: z.string().min(1),
  exercise: z.boolean(),
});

export type Outgoing = z.output<typeof outgoingSchema>;

/** The digest that everyone signs: outgoing part and the commitment to the closed part. */
export const proposalDigest = (outgoing: Outgoing, closedCommitment: string): string =>
  digestOf({ outgoing, closed: closedCommitment });

/** The originators whose consent the outgoing part needs, each once. */
export const originatorsOf = (outgoing: Outgoing): string[] =>
  [...new Set(outgoing.items.map((item) => item.originator))].sort();
