import { z } from 'zod';
import { idSchema, momentSchema, wordsSchema } from './label';

export const SCOPES = [
  'documents:read',
  'documents:write',
  'cases:read',
  'cases:write',
  'audit:read',
  'instruments:write',
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
    expiresAt: z.string(),
  })
  .meta({ id: 'Me' });

export const signedInSchema = z
  .strictObject({ session: z.string(), me: meSchema })
  .meta({ id: 'SignedIn', description: 'Whose session it is, and its secret for programs that keep no cookies' });

export const issueTokenSchema = z
  .strictObject({
    name: wordsSchema(120),
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
export type SignIn = z.output<typeof signInSchema>;
export type IssueToken = z.output<typeof issueTokenSchema>;
