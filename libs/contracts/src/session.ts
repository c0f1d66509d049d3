import { z } from 'zod';
import { idSchema, momentSchema, wordsSchema } from './label';

export const SCOPES = [
  'documents:read',
  'documents:write',
  'cases:read',
  'cases:write',
  'audit:read',
  'instruments:write',
  'access:read',
  'access:write',
  'me',
] as const;

export const healthSchema = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' });

export const signInSchema = z
  .strictObject({ username: wordsSchema(120), password: z.string().min(1).max(500) })
  .meta({ id: 'SignIn' });

export const meSchema = z
  .strictObject({
    person: idSchema,
    identity: z.string(),
    office: z.string(),
    nation: z.string().nullable(),
    organisation: z.string(),
    roles: z.array(z.string()),
    clearances: z.array(z.strictObject({ policy: z.string(), classifications: z.array(z.string()) })),
    scopes: z.array(z.string()).nullable(),
    needToKnow: z.array(z.string()),
    unacknowledged: z.array(z.string()),
    steppedUpUntil: momentSchema.nullable(),
    expiresAt: momentSchema,
  })
  .meta({ id: 'Me', description: 'Who you are, what you hold at this moment, and how sure we are that it is you' });

/** A code of the person's second factor (RFC 6238): six digits that count once. */
export const stepUpSchema = z.strictObject({ code: z.string().regex(/^\d{6}$/, 'six digits') }).meta({ id: 'StepUp' });

export const signedInSchema = z
  .strictObject({ session: z.string(), me: meSchema })
  .meta({ id: 'SignedIn', description: 'Whose session it is, and its secret for programs that keep no cookies' });

/** A token is named by a code. INVARIANT (no_write_down): a name stands under no protection, so no sentence fits into it. */
const tokenNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,40}$/, 'a code of 40 letters, digits, dots, hyphens and underscores');

export const issueTokenSchema = z
  .strictObject({
    name: tokenNameSchema,
    scopes: z.array(z.enum(SCOPES)).min(1),
    expiresInDays: z.number().int().min(1).max(366),
  })
  .meta({ id: 'IssueToken' });

export const issuedTokenSchema = z.strictObject({ id: idSchema, token: z.string() }).meta({ id: 'IssuedToken' });

export const tokenListSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        id: idSchema,
        name: z.string(),
        scopes: z.array(z.string()),
        createdAt: momentSchema,
        expiresAt: momentSchema,
      }),
    ),
  })
  .meta({ id: 'TokenList' });

export type MeView = z.output<typeof meSchema>;
export type StepUp = z.output<typeof stepUpSchema>;
export type SignIn = z.output<typeof signInSchema>;
export type IssueToken = z.output<typeof issueTokenSchema>;
