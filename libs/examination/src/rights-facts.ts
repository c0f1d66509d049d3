import type { HeldClearance } from '#access';

/** What the officers stated about a person, and when the registrar took it. */
export interface PersonStatement {
  readonly id: string;
  readonly issuedAt: Date;
  readonly acceptedAt: Date;
  readonly body: {
    readonly person: string;
    readonly identity: string;
    readonly office: string;
    readonly nation: string | null;
    readonly organisation: string;
    readonly roles: readonly string[];
    readonly communities: readonly string[];
  };
}

/** What the officers stated about an access list: which text is read in, by its SHA-256, if any is. */
export interface ListStatement {
  readonly id: string;
  readonly issuedAt: Date;
  readonly acceptedAt: Date;
  readonly body: { readonly list: string; readonly readInSha256: string | null };
}

export interface Revocation {
  readonly issuedAt: Date;
  readonly acceptedAt: Date;
  readonly body: { readonly instrument: string; readonly reason: string; readonly from: string };
}

/** Something that a person holds from a date to a date, unless it was taken away before. */
export interface Dated {
  readonly personId: string;
  readonly from: Date;
  readonly until: Date;
  readonly withdrawnAt: Date | null;
  /** When it came to stand there. */
  readonly acceptedAt: Date;
}

export interface DatedClearance extends Dated, Pick<HeldClearance, 'policy' | 'classifications' | 'categories'> {
  readonly id: string;
}

export interface DatedEntry extends Dated {
  readonly list: string;
}

export interface DatedLifting extends Dated {
  readonly needToKnow: readonly string[];
}

export interface Acknowledgement {
  readonly personId: string;
  readonly list: string;
  readonly readInSha256: string;
  readonly at: Date;
}

/** Rules that two officers activated. */
export interface ActivatedRules {
  readonly version: string;
  readonly body: unknown;
  readonly issuedAt: Date;
  readonly acceptedAt: Date;
  readonly withdrawnAt: Date | null;
}

/** Everything that anybody's rights are made of, with its dates, and so at any moment that has come. Never text. */
export interface RightsFacts {
  readonly people: readonly PersonStatement[];
  readonly lists: readonly ListStatement[];
  readonly revocations: readonly Revocation[];
  readonly clearances: readonly DatedClearance[];
  readonly entries: readonly DatedEntry[];
  readonly liftings: readonly DatedLifting[];
  readonly acknowledgements: readonly Acknowledgement[];
  readonly rules: readonly ActivatedRules[];
}

type FactsOfPerson = Pick<RightsFacts, 'people' | 'clearances' | 'entries' | 'liftings' | 'acknowledgements'>;

const ordered = new WeakMap<RightsFacts, (personId: string) => FactsOfPerson>();

/** What concerns one person. All of it is put in order once, when the first is asked about. */
export function factsOf(facts: RightsFacts, personId: string): FactsOfPerson {
  const known = ordered.get(facts) ?? order(facts);
  ordered.set(facts, known);
  return known(personId);
}

function order(facts: RightsFacts): (personId: string) => FactsOfPerson {
  const people = byPerson(facts.people, ({ body }) => body.person);
  const clearances = byPerson(facts.clearances);
  const entries = byPerson(facts.entries);
  const liftings = byPerson(facts.liftings);
  const acknowledgements = byPerson(facts.acknowledgements);
  return (personId) => ({
    people: people(personId),
    clearances: clearances(personId),
    entries: entries(personId),
    liftings: liftings(personId),
    acknowledgements: acknowledgements(personId),
  });
}

function byPerson<Fact extends { readonly personId: string }>(facts: readonly Fact[]): (id: string) => readonly Fact[];
function byPerson<Fact>(facts: readonly Fact[], personOf: (fact: Fact) => string): (id: string) => readonly Fact[];
function byPerson(
  facts: readonly unknown[],
  personOf: (fact: never) => string = ({ personId }: { readonly personId: string }) => personId,
): (id: string) => readonly unknown[] {
  const found = new Map<string, unknown[]>();
  for (const fact of facts) {
    const person = personOf(fact as never);
    const known = found.get(person);
    if (known === undefined) found.set(person, [fact]);
    else known.push(fact);
  }
  return (id) => found.get(id) ?? [];
}
