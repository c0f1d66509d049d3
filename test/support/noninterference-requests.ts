import type { CaseView, DocumentView, ProposalView } from '#contracts';
import { signDecision } from '#workflow';
import { aRequest } from './alliance';
import { aDocument } from './documents';
import type { Asking } from './http';
import { type Ground, type Reader, THE_SAME_WORDS, wordsOf } from './noninterference-ground';

/** One request, whole: it is asked in both worlds as it stands here. */
export type Ask = Asking & { readonly path: string };

/** What somebody has been told so far, and what they try their luck with. */
export interface Known {
  readonly ground: Ground;
  readonly reader: Reader;
  /** Ids that name nothing in either world. */
  readonly nothing: string;
  /** The newest answer to each address, as JSON where it is. */
  readonly answers: ReadonlyMap<string, { readonly status: number; readonly json: unknown; readonly etag: string }>;
  /** Ids that this reader's own writes were answered with, by route. */
  readonly made: (route: string) => readonly string[];
  /** How many requests were made: for words that are new. */
  readonly turn: number;
}

/** What is asked of one route. */
export type Samples = (known: Known) => readonly Ask[] | Promise<readonly Ask[]>;

export const get = (path: string, headers: Readonly<Record<string, string>> = {}): Ask => ({ path, headers });
export const send = (method: string, path: string, sent: Asking = {}): Ask => ({ method, path, ...sent });

/** Some of what is there to be seen, what is hidden and what is not there at all. */
export const documents = ({ ground, nothing, made }: Known): string[] => [
  ...new Set([
    ...ground.documents.slice(-1).map(({ id }) => id),
    ...ground.touched.slice(-2),
    ...made('POST /api/documents').slice(-1),
    ...ground.hidden.documents.slice(-1),
    nothing,
  ]),
];
export const cases = ({ ground, nothing, made }: Known): string[] => [
  ...ground.cases.slice(-2),
  ...made('POST /api/cases').slice(-1),
  ...ground.hidden.cases.slice(-1),
  nothing,
];

export const lists = (path: string): Ask[] => [
  get(path),
  get(`${path}?limit=2`),
  get(`${path}?count=true&limit=1`),
  get(`${path}?limit=0`),
  get(`${path}?cursor=e30.e30`),
  get(`${path}?unknown=1`),
];

export const viewOf = ({ answers }: Known, id: string): DocumentView | undefined => {
  const answer = answers.get(`/api/documents/${id}`);
  return answer?.status === 200 ? (answer.json as DocumentView) : undefined;
};

export const attach = (id: string, mark: string, text: string): Ask =>
  send('POST', `/api/documents/${id}/attachments`, {
    text,
    headers: { 'imprimatur-name': encodeURIComponent(`${text.slice(0, 20)}.md`), 'imprimatur-mark': mark },
  });

/** A document in the words of its reader, of which some stand somewhere under a mark that they do not hold. */
export const written = ({ turn, reader }: Known, n: number): string =>
  aDocument()
    .underBanner('NATO RESTRICTED')
    .titled(`(NU) ${wordsOf(`title ${reader} ${String(turn)} ${String(n)}`)}`)
    .saying(
      `(NR) ${THE_SAME_WORDS[n % THE_SAME_WORDS.length] ?? ''}`,
      `(NU) ${wordsOf(`own ${reader} ${String(turn)} ${String(n)}`)}`,
    )
    .text();

/** What a document says, as its reader would hand it in again with a sentence of their own. */
export const nextVersion = (known: Known, id: string): string =>
  `${known.ground.documents.find((each) => each.id === id)?.text ?? written(known, 1)}\n(NU) ${wordsOf(`more ${String(known.turn)}`)}\n`;

export function itemsOf(view: DocumentView, turn: number): ReturnType<typeof aRequest>['items'] {
  return view.portions.map(({ id }, n) =>
    (n + turn) % 3 === 1
      ? { portion: id, treatment: 'withhold', reasonCode: 'PLANS' }
      : { portion: id, treatment: 'include' },
  );
}

/** Requests of a case over what the reader sees, and over what they should not have heard of. */
export function requests(known: Known): object[] {
  const { ground, nothing, turn } = known;
  const now = ground.alliance.house.clock.now();
  const seen = documents(known).flatMap((id) => viewOf(known, id) ?? []);
  return seen.slice(-2).flatMap((view) => {
    const whole = aRequest(view, now, { items: itemsOf(view, turn), title: wordsOf(`request ${String(turn)}`) });
    const hidden = ground.hidden.portions.slice(-1).map((portion) => ({ portion, treatment: 'include' as const }));
    return [
      whole,
      { ...whole, items: [...whole.items, ...hidden, { portion: nothing, treatment: 'include' }] },
      ...[...ground.hidden.documents.slice(-1), nothing].map((document) => ({ ...whole, document })),
      { ...whole, summary: `${whole.summary} ${THE_SAME_WORDS[turn % 4] ?? ''}` },
      { ...whole, procedure: { id: 'no-such-procedure' } },
    ];
  });
}

/** A case as it stands, with other treatments and a new title; and what belongs to another case. */
export function amendments(known: Known, id: string): Asking[] {
  const answer = known.answers.get(`/api/cases/${id}`);
  const stands = answer?.status === 200 ? (answer.json as CaseView) : undefined;
  const own = stands?.items.map(({ portion }) => ({ portion, treatment: 'include' as const })) ?? [];
  const [other] = requests(known) as Record<string, unknown>[];
  const title = wordsOf(`amended ${String(known.turn)}`);
  return [
    ...(stands === undefined ? [] : [{ title, summary: stands.summary, window: stands.window, items: own }]),
    ...(other === undefined
      ? []
      : [{ title, summary: other['summary'], window: other['window'], items: other['items'] }]),
  ].map((json) => ({ json }));
}

export const ofCases =
  (method: string, part: string, sent: (known: Known, id: string) => readonly Asking[] = () => [{}]): Samples =>
  (known) =>
    cases(known).flatMap((id) => sent(known, id).map((each) => send(method, `/api/cases/${id}${part}`, each)));

/** A decision that the reader signs on what they were shown. */
export async function decisions(known: Known): Promise<Ask[]> {
  const asked: Ask[] = [];
  for (const id of cases(known)) {
    const proposal = known.answers.get(`/api/cases/${id}/proposal`);
    const capacities = known.answers.get(`/api/cases/${id}/capacities`);
    const [as] = (capacities?.json as { items?: Parameters<typeof signDecision>[2]['as'][] } | undefined)?.items ?? [];
    const who = known.ground.readers[known.reader];
    if (proposal?.status === 200 && as !== undefined) {
      const at = new Date().toISOString();
      const statement = await signDecision(proposal.json as ProposalView, who, { as, verdict: 'approve', at });
      const json = { statement, reason: wordsOf(`reason ${String(known.turn)}`) };
      asked.push(send('POST', `/api/cases/${id}/decisions`, { json }));
    }
    const statement = { payload: 'e30', signatures: [{ protected: 'e30', signature: 'AA' }] };
    asked.push(send('POST', `/api/cases/${id}/decisions`, { json: { statement } }));
  }
  return asked;
}

export const wordsOn = ({ turn }: Known, mark = '(NR)'): { text: string; mark: string } => ({
  text: turn % 2 === 0 ? wordsOf(`words ${String(turn)}`) : (THE_SAME_WORDS[turn % 4] ?? ''),
  mark,
});

export const requestFor = (known: Known, list: string, mark: string): object => ({
  list,
  purpose: wordsOn(known, mark),
  until: new Date(known.ground.alliance.house.clock.now().getTime() + 5 * 86_400_000).toISOString(),
});

export const ofRequests =
  (method: string, part: string, json?: (known: Known) => object): Samples =>
  (known) =>
    [
      ...known.ground.requests.slice(-1),
      ...known.made('POST /api/access-requests').slice(-1),
      ...known.ground.hidden.requests.slice(-2),
      known.nothing,
    ].map((id) => send(method, `/api/access-requests/${id}${part}`, json === undefined ? {} : { json: json(known) }));

export const ofBreaking =
  (part: string, json?: (known: Known) => object): Samples =>
  (known) =>
    [...known.made('POST /api/break-glass').slice(-1), ...known.ground.hidden.breakings.slice(-1), known.nothing].map(
      (id) => send('POST', `/api/break-glass/${id}${part}`, json === undefined ? {} : { json: json(known) }),
    );

export const own = ({ ground, reader }: Known): { person: string } => ground.readers[reader];
