import type { Label } from '#marking';
import type { Target } from './store/document.store';

/** A portion as it was written, with its line. */
export interface MarkedPortion {
  readonly line: number;
  readonly kind: 'title' | 'paragraph' | 'target';
  readonly label: Label;
  readonly originator: string;
  readonly text: string;
  readonly target?: Target;
}
