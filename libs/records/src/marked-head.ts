import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { LineFault } from './line-fault';

/** A mark in the head, with its line. */
export interface HeadMark {
  readonly text: string;
  readonly line: number;
}

/** What stands between the two lines of dashes at the top of a marked document. */
export interface Head {
  readonly banner: HeadMark | undefined;
  /** The document's own mark: under it stands that the document exists. */
  readonly mark: HeadMark | undefined;
  readonly originator: string | undefined;
  readonly needToKnow: readonly string[] | undefined;
  readonly exercise: boolean;
  readonly subject: string | undefined;
  /** Whether the document may be read in cuts, or only whole. */
  readonly reading: 'whole' | 'cut';
}

const headSchema = z.strictObject({
  banner: z.string().min(1).optional(),
  mark: z.string().min(1).optional(),
  originator: z.string().min(1).optional(),
  'need-to-know': z.array(z.string()).max(50).optional(),
  exercise: z.boolean().default(false),
  subject: z.string().max(300).optional(),
  reading: z.enum(['whole', 'cut']).default('cut'),
});

const EMPTY: Head = {
  banner: undefined,
  mark: undefined,
  originator: undefined,
  needToKnow: undefined,
  exercise: false,
  subject: undefined,
  reading: 'cut',
};
const LONGEST_HEAD = 60;
/** Room for fifty need-to-know tokens and more; what reads YAML takes more time than in proportion to it. */
const MOST_CHARACTERS = 8_000;

/** Reads the head; `next` is the index of the first line after it. */
export function readHead(lines: readonly string[], faults: LineFault[]): { head: Head; next: number } {
  const end = lines.slice(0, LONGEST_HEAD).findIndex((line, index) => index > 0 && line.trim() === '---');
  if (lines[0]?.trim() !== '---' || end < 0) {
    faults.push({ line: 1, code: 'no-head', reason: 'the document begins with a head between two lines of ---' });
    return { head: EMPTY, next: 0 };
  }
  const yaml = readYaml(lines.slice(1, end).join('\n'));
  if ('fault' in yaml) {
    faults.push({ line: yaml.line + 1, code: 'head', reason: yaml.fault });
    return { head: EMPTY, next: end + 1 };
  }
  const parsed = headSchema.safeParse(yaml.value ?? {});
  if (!parsed.success) {
    for (const issue of parsed.error.issues)
      faults.push({ line: 1, code: 'head', reason: `${issue.path.join('.')}: ${issue.message}` });
    return { head: EMPTY, next: end + 1 };
  }
  const { banner, mark, originator, exercise, subject, reading } = parsed.data;
  const written = (key: string, text: string | undefined): HeadMark | undefined =>
    text === undefined
      ? undefined
      : { text, line: Math.max(lines.slice(0, end).findIndex((line) => line.startsWith(`${key}:`)) + 1, 1) };
  return {
    head: {
      banner: written('banner', banner),
      mark: written('mark', mark),
      originator,
      needToKnow: parsed.data['need-to-know'],
      exercise,
      subject,
      reading,
    },
    next: end + 1,
  };
}

/** The value that a YAML text states; aliases and whatever else could make it grow are faults. */
function readYaml(text: string): { readonly value: unknown } | { readonly line: number; readonly fault: string } {
  if (text.length > MOST_CHARACTERS)
    return { line: 0, fault: `the head is longer than ${String(MOST_CHARACTERS)} characters` };
  try {
    const yaml = parseDocument(text, { schema: 'core', uniqueKeys: true, logLevel: 'error' });
    const problem = yaml.errors[0] ?? yaml.warnings[0];
    if (problem === undefined) return { value: yaml.toJS({ maxAliasCount: 0 }) };
    return {
      line: problem.linePos?.[0].line ?? 0,
      fault: problem.message.split('\n')[0] ?? 'it cannot be read',
    };
  } catch (error) {
    return { line: 0, fault: error instanceof Error ? error.message : 'it cannot be read' };
  }
}
