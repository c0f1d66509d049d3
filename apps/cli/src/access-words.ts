import type { AccessListView, AccessRequestView, BreakGlassView } from '#contracts';
import { indented, neutral } from './neutral';

const MARGIN = ' '.repeat(14);

/** A text behind its mark, or that it is not for this reader. */
const marked = (name: string, words: { readonly mark: string; readonly text: string } | null): string[] =>
  words === null
    ? [`${name.padEnd(14)}not for you to read`]
    : [neutral(`${name.padEnd(14)}${words.mark}`), indented(`${words.mark} ${words.text}`, MARGIN)];

const STANDING: Readonly<Record<AccessListView['standing']['state'], string>> = {
  none: 'not on it',
  asked: 'asked to be let in',
  'not-yet': 'on it later',
  'not-acknowledged': 'on it once you acknowledge what is read in',
  member: 'on it',
};

/** An access list: who approves, where one stands, and what is read in there. */
export function listInWords({ name, kind, title, approvers, longestDays, standing, readIn }: AccessListView): string[] {
  const { state, from, until, request } = standing;
  const span = from === null || until === null ? '' : `, from ${from} until ${until}`;
  return [
    neutral(`${name}  ${kind}: ${title}`),
    ...approvers.map(({ office }) => neutral(`approver      ${office}`)),
    `at most       ${String(longestDays)} days`,
    `you are       ${STANDING[state]}${span}`,
    ...(request === null ? [] : [`your request  ${request}`]),
    ...(readIn === null ? [] : [`read in       ${readIn.digest}`, indented(readIn.text, MARGIN)]),
  ];
}

/** A request, what it is for and what became of it. */
export function requestInWords(request: AccessRequestView): string[] {
  const { id, list, state, awaitsYou, requester, askedAt, wantedUntil, purpose, settled, refusal, granted } = request;
  return [
    `${id}  ${list}, ${state}${awaitsYou ? ', waits for you' : ''}`,
    neutral(`asked by      ${requester.office}, ${askedAt}`),
    `until         ${wantedUntil}`,
    ...marked('purpose', purpose),
    ...(settled === null ? [] : [neutral(`${state.padEnd(14)}by ${settled.by.office}, ${settled.at}`)]),
    ...(state === 'refused' ? marked('because', refusal) : []),
    ...(granted === null
      ? []
      : [
          neutral(`granted       by ${granted.by.office}, from ${granted.from} until ${granted.until}`),
          `grant         ${granted.grant}${granted.withdrawnAt === null ? '' : `, withdrawn ${granted.withdrawnAt}`}`,
        ]),
  ];
}

/** What was opened in an emergency, why, and what the review says. */
export function breakGlassInWords(view: BreakGlassView): string[] {
  const { id, openedBy, document, openedAt, until, ended, reason, review, awaitsYourReview } = view;
  return [
    `${id}  ${review === null ? `no review yet${awaitsYourReview ? ', waits for yours' : ''}` : review.justified ? 'justified' : 'not justified'}`,
    neutral(`opened by     ${openedBy.office}, ${openedAt}`),
    `document      ${document ?? 'not for you to know'}`,
    `until         ${until}`,
    ...(ended === null
      ? []
      : [neutral(`ended         ${ended.at}, ${ended.by === null ? 'with the role' : `by ${ended.by.office}`}`)]),
    ...marked('reason', reason),
    ...(review === null
      ? []
      : [neutral(`reviewed by   ${review.by.office}, ${review.at}`), ...marked('words', review.words)]),
  ];
}
