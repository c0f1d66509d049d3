import { z } from 'zod';
import { type SignedStatement, payloadOf } from '#signing';
import { type Instrument, instrumentSchema } from '#workflow';
import { CannotTell, issuesOf, messageOf } from './answer';
import type { CliIo } from './cli-io';
import { parsedAs } from './files';

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/, 'it is not base64url');

/** A statement as it lies in a file; one that nobody has signed yet has no signature. */
const fileStatementSchema = z.strictObject({
  payload: base64url,
  signatures: z.array(z.strictObject({ protected: base64url, signature: base64url })).max(16),
});

const fileSchema = z.union([fileStatementSchema, z.array(fileStatementSchema).min(1).max(10_000)], {
  error: 'it is neither a signed statement nor a list of them',
});

/** The statements of a file, which holds one or a list of them, and how to write them back in the same form. */
export function readStatements(
  io: CliIo,
  path: string,
): { statements: SignedStatement[]; inSameForm: (statements: readonly SignedStatement[]) => unknown } {
  const read = parsedAs(path, io.readFile(path), fileSchema);
  return Array.isArray(read)
    ? { statements: read, inSameForm: (statements) => statements }
    : { statements: [read], inSameForm: ([statement]) => statement };
}

/** The instrument that a statement states, whoever signed it. Throws when it is none: nobody signs what cannot be read. */
export function instrumentIn(path: string, statement: SignedStatement): Instrument {
  const parsed = instrumentSchema.safeParse(payloadIn(path, statement));
  if (!parsed.success) throw new CannotTell(`${path}: it is no instrument: ${issuesOf(parsed.error)}`);
  return parsed.data;
}

function payloadIn(path: string, statement: SignedStatement): unknown {
  try {
    return payloadOf(statement);
  } catch (error) {
    throw new CannotTell(`${path}: ${messageOf(error)}`, { cause: error });
  }
}
