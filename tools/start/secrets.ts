import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ROLES } from '#database';
import { noteKeyOf, noteVerifierKey } from '#ledger';
import { type PublicJwk, generateKey, publicPart, thumbprint } from '#signing';
import type { DataFolder } from './data-folder';
import { madeOnce, writeJson } from './lasting-file';

const secret = z.string().min(16);
const seed = z.string().regex(/^[0-9a-f]{64}$/);
const logKeySchema = z.strictObject({ name: z.string().min(1), seed });

const secretsSchema = z.strictObject({ owner: secret, roles: z.record(z.enum(ROLES), secret) });

/** What an older release left: it knew fewer roles. */
const keptSecretsSchema = z.strictObject({ owner: secret, roles: z.partialRecord(z.enum(ROLES), secret) });

const apiKeySchema = z.strictObject({ cursorSecret: seed });
const guardKeySchema = z.strictObject({
  jwk: z.strictObject({ kty: z.string(), crv: z.string(), x: z.string(), y: z.string().optional(), d: z.string() }),
  log: logKeySchema,
});

export type Secrets = z.output<typeof secretsSchema>;
type KeptSecrets = z.output<typeof keptSecretsSchema>;

/** What the world may know of this installation's keys: it goes into the officers' file and into the guard's service key. */
export interface PublicKeys {
  readonly guard: PublicJwk;
  readonly ledger: string;
  readonly publicLog: string;
}

/** The databases' passwords, one for each role. Made once; a role that has come since gets its own, and the others keep theirs. */
export async function databaseSecrets(folder: DataFolder): Promise<Secrets> {
  const password = (): string => randomBytes(32).toString('base64url');
  const kept = await madeOnce<KeptSecrets>(folder.secrets, keptSecretsSchema, () => ({ owner: password(), roles: {} }));
  const roles = Object.fromEntries(ROLES.map((role) => [role, kept.roles[role] ?? password()])) as Secrets['roles'];
  const secrets = secretsSchema.parse({ ...kept, roles });
  if (ROLES.some((role) => kept.roles[role] === undefined)) writeJson(folder.secrets, secrets);
  return secrets;
}

/** The key file of each process that has one, made once; answers the public halves and leaves them in a file of their own. */
export async function processKeys(folder: DataFolder, installation: string): Promise<PublicKeys> {
  const fresh = (): string => randomBytes(32).toString('hex');
  await madeOnce(folder.key('api'), apiKeySchema, () => ({ cursorSecret: fresh() }));
  const sealer = await madeOnce(folder.key('sealer'), logKeySchema, () => ({
    name: `${installation}/ledger`,
    seed: fresh(),
  }));
  const guard = await madeOnce(folder.key('guard'), guardKeySchema, async () => ({
    jwk: (await generateKey()).privateJwk,
    log: { name: `${installation}/public-log`, seed: fresh() },
  }));
  for (const { name } of [sealer, guard.log]) {
    if (name.startsWith(`${installation}/`)) continue;
    throw new Error(
      `the keys in ${folder.path} are of ${name}: set IMPRIMATUR_INSTALLATION or IMPRIMATUR_DATA as before`,
    );
  }
  const keys = { guard: publicPart(guard.jwk), ledger: verifierKey(sealer), publicLog: verifierKey(guard.log) };
  const service = { service: 'guard', kid: thumbprint(keys.guard), jwk: keys.guard };
  writeJson(folder.publicKeys, { guard: service, ledger: keys.ledger, publicLog: keys.publicLog });
  return keys;
}

const verifierKey = ({ name, seed: hex }: z.output<typeof logKeySchema>): string =>
  noteVerifierKey(noteKeyOf(name, Buffer.from(hex, 'hex')));
