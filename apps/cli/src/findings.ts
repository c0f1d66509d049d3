import type { Finding } from '#ledger';
import type { Answer } from './answer';
import type { CliIo } from './cli-io';
import { neutral } from './neutral';

/**
 * Prints every check in a line, and what follows from all of them. Answers yes only when every one holds.
 *
 * INVARIANT (fail_closed): no check at all is a no. Notes are printed only when every check holds: what was not verified is
 * not repeated as if it were.
 */
export function printFindings(
  io: CliIo,
  findings: readonly Finding[],
  { json, notes = [] }: { readonly json?: boolean; readonly notes?: readonly string[] } = {},
): Answer {
  const failed = findings.filter((finding) => !finding.ok);
  const ok = findings.length > 0 && failed.length === 0;
  if (json === true) {
    io.out(JSON.stringify({ ok, findings }, null, 2));
    return ok ? 0 : 1;
  }
  for (const { check, ok: held, detail } of findings)
    io.out(`${held ? 'ok  ' : 'FAIL'} ${neutral(check)}  ${neutral(detail)}`);
  if (ok) for (const note of notes) io.out(note);
  io.out(ok ? 'verified' : `NOT verified: ${failed.map(({ check }) => neutral(check)).join(', ')}`);
  return ok ? 0 : 1;
}
