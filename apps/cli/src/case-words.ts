import type { z } from 'zod';
import type { CaseView, caseListSchema } from '#contracts';
import { indented, neutral } from './neutral';

type CaseSummary = z.output<typeof caseListSchema>['items'][number];

/** A case in a line, its title behind its mark. */
export const caseInLine = ({ id, state, round, mark, title }: CaseSummary): string =>
  neutral(`${id}  ${state.padEnd(11)}  round ${String(round)}  ${mark} ${title}`);

/** A case as its reader may see it: every text behind its mark, and the mark of the case above and below. */
export function caseInWords(view: CaseView): string[] {
  const { mark, requestedBy, window, procedure, published, guardRefusal } = view;
  const lines = [
    `case          ${view.id}, ${view.state}, round ${String(view.round)}`,
    `document      ${view.document}`,
    `release       ${view.release}`,
    `title         ${mark} ${view.title}`,
    `requested by  ${requestedBy.office}`,
    `procedure     ${procedure.id}, version ${String(procedure.version)}`,
    `window        not before ${window.notBefore}, not after ${window.notAfter}`,
    ...(view.publishAt === null ? [] : [`scheduled     ${view.publishAt}`]),
    ...(published === null ? [] : [`published     ${published.publishedAt} as ${published.release}`]),
    ...(guardRefusal === null ? [] : [`guard refused ${guardRefusal.at}: ${JSON.stringify(guardRefusal.findings)}`]),
    `summary       ${mark}`,
  ].map(neutral);
  return [
    neutral(mark),
    ...lines,
    indented(view.summary, ' '.repeat(14)),
    ...stagesInWords(view),
    ...itemsInWords(view),
    ...decisionsInWords(view),
    neutral(mark),
  ];
}

const stagesInWords = ({ stages }: CaseView): string[] =>
  stages.map(({ stage, state, have, need, missing }) =>
    neutral(
      `stage         ${stage}: ${state}, ${String(have)} of ${String(need)}${missing.length === 0 ? '' : `; missing: ${missing.join(', ')}`}`,
    ),
  );

const itemsInWords = ({ items }: CaseView): string[] =>
  items.flatMap(({ n, treatment, reasonCode, mark, originator, text }) => [
    neutral(
      `item ${String(n).padEnd(8)} ${mark} ${treatment}${reasonCode === null ? '' : ` (${reasonCode})`}, from ${originator}`,
    ),
    ...(text === null ? [] : [indented(`${mark} ${text}`, ' '.repeat(14))]),
  ]);

const decisionsInWords = ({ decisions, mark }: CaseView): string[] =>
  decisions.flatMap(({ at, stage, seat, office, verdict, reason }) => [
    neutral(`decision      ${at} ${verdict} in ${stage}${seat === null ? '' : ` for ${seat}`}, ${office}`),
    ...(reason === null ? [] : [indented(`${mark} ${reason}`, ' '.repeat(14))]),
  ]);
