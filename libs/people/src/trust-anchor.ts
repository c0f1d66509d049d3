import { readFileSync } from 'node:fs';
import { type Officers, officersSchema } from '#workflow';

/** The officers' public keys: what every authority chains to. Read once, at start, from a file that no other process can write. */
export class TrustAnchor {
  constructor(readonly officers: Officers) {}

  /** Throws, in one line, when the file is not there or does not name this installation. */
  static fromFile(file: string, installation: string): TrustAnchor {
    const officers = officersSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    if (officers.installation !== installation)
      throw new Error(`${file} names the installation ${officers.installation}, not ${installation}`);
    return new TrustAnchor(officers);
  }
}
