import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { LineFault } from './line-fault';

/** What stands between the two lines of dashes at the top of a marked document. */
export interface Head {
  readonly banner: { readonly text: string; readonly line: number } | undefined;
  readonly originator: string | undefined;
  readonly needToKnow: readonly string[] | undefined;
  readonly exercise: boolean;
  readonly subject: string | undefined;
}

const headSchema = z.strictObject({
  banner: z.string().min(1).optional(),
  originator: z.string().min(1).optional(),
  'need-to-know': z.array(z.string()).max(50).optional(),
  exercise: z.boolean().default(false),
  subject: z.string().max(300).optional(),
});

const EMPTY: Head = {
  banner: undefined,
  originator: undefined,
  needToKnow: undefined,
  exercise: false,
  subject: undefined,
};
const LONGEST_HEAD = 60;

/** Reads the head; `next` is the index of the first line after it. */
export function readHead(lines: readonly string[], faults: LineFault[]): { head: Head; next: number } {
  const end = lines.slice(0, LONGEST_HEAD).findIndex((line, index) => index > 0 && line.trim() === '---');
  if (lines[0]?.trim() !== '---' || end < 0) {
    faults.push({ line: 1, code: 'no-head', reason: 'the document begins with a head between two lines of ---' });
    return { head: EMPTY, next: 0 };
  }
  const yaml = parseDocument(lines.slice(1, end).join('\n'), { schema: 'core', uniqueKeys: true });
  const problem = yaml.errors[0];
  if (problem !== undefined) {
    faults.push({
      line: (problem.linePos?.[0].line ?? 1) + 1,
      code: 'head',
      reason: problem.message.split('\n')[0] ?? 'it cannot be read',
    });
    return { head: EMPTY, next: end + 1 };
  }
  const parsed = headSchema.safeParse(yaml.toJS({ maxAliasCount: 0 }) ?? {});
  if (!parsed.success) {
    for (const issue of parsed.error.issues)
      faults.push({ line: 1, code: 'head', reason: `${issue.path.join('.')}: ${issue.message}` });
    return { head: EMPTY, next: end + 1 };
  }
  const { banner, originator, exercise, subject } = parsed.data;
  const bannerLine = lines.findIndex((line) => line.startsWith('banner:')) + 1;
  return {
    head: {
      banner: banner === undefined ? undefined : { text: banner, line: bannerLine },
      originator,
      needToKnow: parsed.data['need-to-know'],
      exercise,
      subject,
    },
    next: end + 1,
  };
}
