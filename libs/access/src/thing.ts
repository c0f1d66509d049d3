import type { Protection } from './protection';
import type { Subject } from './vocabulary';

/** What is acted upon: its kind, every protection it stands under, and the attributes that rules may ask about. */
export interface Thing {
  readonly kind: Subject;
  readonly protections: readonly Protection[];
  readonly [attribute: string]: unknown;
}
