import type { Cast } from './cast';
import type { Story } from './story';

/** What every chapter works with. */
export interface Play {
  readonly story: Story;
  readonly cast: Cast;
  readonly urls: { readonly api: string; readonly register: string };
  /** ISO moment: the auditor looks at nothing older. */
  readonly startedAt: string;
}
