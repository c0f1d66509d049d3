import { type Label, normalLabel } from '../label';
import type { PolicySet } from '../policy';
import { type LabelUse, validateLabel } from '../label/validate-label';
import { nearMisses } from './near-miss';
import { banner, portionMark } from './mark';
import { MarkReading } from './mark-reading';
import { folded } from './vocabulary';

export type ParsedMark =
  | { readonly ok: true; readonly label: Label }
  | { readonly ok: false; readonly fault: string; readonly meant?: string };

/** A longer text is no mark (characters). */
export const LONGEST_MARK = 4000;

/** Whether the mark is being put on something, or was (obsolete values are read then); and the moment, for values with dates. */
export interface ParseMarkOptions {
  readonly use?: LabelUse;
  readonly at?: string;
}

/**
 * The label that a mark stands for, in portion, banner or full form, in English or French, with or without parentheses, in any
 * case and with doubled blanks. A near miss is refused, with what was probably meant; a mark that the policy forbids is
 * refused with the reason. `parseMark(banner(label))` is the label, for every label that its policy allows.
 */
export function parseMark(policies: PolicySet, text: string, options: ParseMarkOptions = {}): ParsedMark {
  if (text.length > LONGEST_MARK) return { ok: false, fault: 'the mark is too long' };
  const bare = text.trim();
  const written = writtenMark(bare.startsWith('(') && bare.endsWith(')') ? bare.slice(1, -1) : bare);
  if (written.words === '') return { ok: false, fault: 'there is no mark' };
  const read = understand(policies, written, options);
  if ('label' in read) return { ok: true, label: read.label };
  const meant = suggestion(policies, written, read.rest);
  return {
    ok: false,
    fault: read.fault ?? `${JSON.stringify(bare)} is no mark`,
    ...(meant === undefined ? {} : { meant }),
  };
}

/** A mark as it is compared, with the texts that stood in quotation marks (`"0"`, `"1"`) kept as they were. */
interface WrittenMark {
  readonly words: string;
  readonly texts: readonly string[];
}

function writtenMark(bare: string): WrittenMark {
  const texts: string[] = [];
  const marked = bare.replace(/"((?:[^"]|"")*)"/g, (_quoted, text: string) => {
    texts.push(text.replaceAll('""', '"'));
    return ` "${texts.length - 1}" `;
  });
  return { words: folded(marked), texts };
}

type Understanding = { readonly label: Label } | { readonly fault?: string; readonly rest: string };

/** By the first policy that understands the mark; else why the first that knew its level did not. */
function understand(policies: PolicySet, { words, texts }: WrittenMark, { use, at }: ParseMarkOptions): Understanding {
  let first: Understanding | undefined;
  for (const policy of policies.all()) {
    const reading = new MarkReading(policy, words, texts);
    const label = reading.label();
    if (label === undefined) continue;
    const faults = typeof label === 'string' ? [] : validateLabel(policies, label, use, at);
    if (typeof label !== 'string' && faults.length === 0) return { label: normalLabel(label) };
    first ??=
      typeof label === 'string'
        ? { fault: label, rest: reading.rest }
        : { fault: faults.map(({ place, fault }) => `${place}: ${fault}`).join('; '), rest: '' };
  }
  return first ?? { rest: words };
}

/** The first near miss that is a whole, valid mark, written as this product writes it. */
function suggestion(policies: PolicySet, { words, texts }: WrittenMark, rest: string): string | undefined {
  for (const { words: corrected, form } of nearMisses(policies, words, rest)) {
    const read = understand(policies, { words: corrected, texts }, {});
    if ('label' in read) return form === 'portion' ? portionMark(policies, read.label) : banner(policies, read.label);
  }
  return undefined;
}
