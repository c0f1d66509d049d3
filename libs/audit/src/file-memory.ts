import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { SealerMemory, SignedState } from './seal';

const stateSchema = z.strictObject({ size: z.number().int().min(0), root: z.string().regex(/^[0-9a-f]{64}$/) });

/** The sealer's memory in a file of its own. Written whole and renamed, so that a crash leaves the old or the new state. */
export class FileMemory implements SealerMemory {
  constructor(private readonly file: string) {}

  read(): SignedState | undefined {
    return existsSync(this.file) ? stateSchema.parse(JSON.parse(readFileSync(this.file, 'utf8'))) : undefined;
  }

  write(state: SignedState): void {
    writeFileSync(`${this.file}.new`, JSON.stringify(state), { mode: 0o600, flush: true });
    renameSync(`${this.file}.new`, this.file);
  }
}
