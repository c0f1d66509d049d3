import { type NoteKey, parseVerifierKey } from '#ledger';
import { type Officers, officersSchema } from '#workflow';

/** What the register believes: the officers' keys and the public log's. Published beforehand, by another way. */
export interface RegisterTrust {
  readonly officers: Officers;
  readonly publicLog: readonly NoteKey[];
}

/** The trust that an officers' file states. Throws, in one line, when it is none or names another installation. */
export function trustFrom(officersFile: string, installation: string): RegisterTrust {
  const parsed = officersSchema.safeParse(JSON.parse(officersFile));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`the officers' file is not valid: ${faults.join('; ')}`);
  }
  const officers = parsed.data;
  if (officers.installation !== installation)
    throw new Error(`the officers' file names the installation ${officers.installation}, not ${installation}`);
  return { officers, publicLog: [parseVerifierKey(officers.logs.publicLog)] };
}
