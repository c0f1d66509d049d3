import { z } from 'zod';

/** Every problem that the API answers with: a stable code, its HTTP status and its title (RFC 9457). */
export const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request cannot be understood' },
  'not-signed-in': { status: 401, title: 'Sign in or present a valid token' },
  'wrong-credentials': { status: 401, title: 'The name or the password is not right' },
  'wrong-code': { status: 403, title: 'The code is not right, was used before, or comes after too many others' },
  'outside-scope': { status: 403, title: 'The token was not made for this' },
  'not-permitted': { status: 403, title: 'You may not do this' },
  'not-found': { status: 404, title: 'There is nothing here for you' },
  'method-not-allowed': { status: 405, title: 'The method does not fit this address' },
  conflict: { status: 409, title: 'It does not fit what is there now' },
  'too-large': { status: 413, title: 'It is too large' },
  'unsupported-media-type': { status: 415, title: 'The media type is not one that is read here' },
  refused: { status: 422, title: 'It was refused' },
  'import-refused': { status: 422, title: 'The document was refused as a whole; nothing is stored' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'internal-error': { status: 500, title: 'Something broke; nothing was done' },
  'record-unavailable': { status: 503, title: 'The access record cannot be written, so nothing is given' },
  unavailable: { status: 503, title: 'Not available at this moment' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One reason of a refusal: the rule that failed, what it needs and what there is. */
export const reasonSchema = z
  .strictObject({
    code: z.string(),
    rule: z.string(),
    need: z.string(),
    have: z.string(),
  })
  .meta({ id: 'Reason', description: 'One failed check: its rule, what it needs and what there is' });

/** problem+json: the stable `code` and every reason that the caller may know. */
export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string().optional(),
    requestId: z.string(),
    reasons: z.array(reasonSchema).optional(),
    faults: z.array(z.strictObject({ line: z.number().int(), code: z.string(), reason: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details with every reason that the caller may know' });

export type Reason = z.infer<typeof reasonSchema>;
export type Problem = z.infer<typeof problemSchema>;

/** An expected refusal on its way to the edge, where one filter prints it. Never thrown by pure code. */
export class ProblemError extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly extra: {
      readonly detail?: string;
      readonly reasons?: readonly Reason[];
      readonly faults?: Problem['faults'];
    } = {},
    options?: ErrorOptions,
  ) {
    super(extra.detail ?? PROBLEMS[code].title, options);
  }
}
