import { Algorithm, Version, hashRaw } from '@node-rs/argon2';

/** argon2id with the second recommended option of RFC 9106 halved in lanes: 64 MiB, three passes. Changing it voids every password. */
const PARAMETERS = {
  algorithm: 2 satisfies Algorithm.Argon2id,
  version: 1 satisfies Version.V0x13,
  memoryCost: 65_536,
  timeCost: 3,
  parallelism: 1,
  outputLen: 32,
} as const;

export const SALT_BYTES = 16;

/** The key that a password and its salt stand for. The database keeps only the hash of it. */
export async function derivedKey(password: string, salt: Buffer): Promise<Buffer> {
  return hashRaw(password, { ...PARAMETERS, salt });
}
