import { z } from 'zod';

const ALPHABET = /^[A-Za-z0-9_-]+$/;

/**
 * Whether a text is the one base64url spelling of its bytes.
 *
 * Decoders overlook the unused bits of the last letter: without this a byte of a signature could be changed unnoticed.
 */
function isOneSpelling(text: string): boolean {
  const last = text.at(-1) ?? '';
  if (!ALPHABET.test(text) || text.length % 4 === 1) return false;
  if (text.length % 4 === 2) return 'AQgw'.includes(last);
  return text.length % 4 === 0 || 'AEIMQUYcgkosw048'.includes(last);
}

const base64url = z.string().min(1).max(6_000_000).refine(isOneSpelling, 'it is not base64url');

/** A signed statement as it comes from outside: its form alone, no signature verified. */
export const statementSchema = z.strictObject({
  payload: base64url,
  signatures: z
    .array(z.strictObject({ protected: base64url, signature: base64url }))
    .min(1)
    .max(16),
});
