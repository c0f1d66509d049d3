/**
 * What can be asked of what: every action that a use case asks about, by the kind of thing that it is asked of.
 *
 * Rules may name nothing else, so that a misspelt rule is refused and not silently without effect.
 * - `Document`: `import` a new one or a new version; `attach` a file; `search` words in what one may read.
 * - `Case`: the verbs of a release; `search` words in the cases that one may read.
 * - `AuditEvent`: `search` and `prove` for auditors; `replay` a recorded decision.
 * - `AccessList`: `request` to be let in; `acknowledge` a read-in of one's own.
 * - `Rules`: `read`; `preview` what another version would change, and try one on worlds. They are activated by an instrument.
 * - `BreakGlass`: `open` it for a document, `review` it afterwards. Attributes: `openedBy`, `identity`.
 * - `Person`: `explain` why they may or may not. Attribute: `id`.
 * - `Rights`: `examine` who can read what, what someone can read, what another label would change.
 */
export const VOCABULARY = {
  Document: ['read', 'search', 'import', 'attach'],
  Portion: ['read'],
  Case: ['read', 'search', 'submit', 'amend', 'freeze', 'withdraw', 'return', 'decide', 'schedule'],
  AuditEvent: ['search', 'prove', 'replay'],
  Instrument: ['submit'],
  AccessList: ['request', 'acknowledge'],
  Rules: ['read', 'preview'],
  BreakGlass: ['open', 'review'],
  Person: ['explain'],
  Rights: ['examine'],
} as const;

/** A kind of thing. */
export type Subject = keyof typeof VOCABULARY;

/** INVARIANT: these carry text, and so always a protection. The other kinds say ids, names and rights only. */
const WITH_TEXT: readonly Subject[] = ['Document', 'Portion', 'Case'];

/** INVARIANT (fail_closed): a kind that nobody knows is taken to carry text. */
export const carriesText = (kind: string): boolean =>
  !Object.hasOwn(VOCABULARY, kind) || WITH_TEXT.includes(kind as Subject);

/** The attributes of an actor that a rule may name as `${actor.…}`: one value, or a list of them. Never a secret. */
export const ACTOR_VALUES = ['personId', 'identity', 'kind', 'office', 'nation', 'organisation', 'enteredAt'] as const;
export const ACTOR_LISTS = ['roles', 'tokens'] as const;
