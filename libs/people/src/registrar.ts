import { record } from '#audit';
import type { Clock, Transactions, Tx } from '#database';
import { type PolicySet, validateClearance } from '#marking';
import { type SignedStatement, canonicalJson, statementId } from '#signing';
import {
  type Authority,
  type Instrument,
  type RefusedInstrument,
  type SelfSigned,
  isSelfSigned,
  readInstrument,
  verifyInstruments,
} from '#workflow';
import { rulesFault } from './rules-in-force';
import {
  acceptedStatements,
  insertInstrument,
  leadRegistrars,
  settleSubmission,
  takePending,
} from './store/instrument.store';
import { takeEffect } from './take-effect';
import type { TrustAnchor } from './trust-anchor';

const AT_ONCE = 500;

/** How many one person may ever make. A delegation a week for five years; an approver lets more people in. */
const MOST: Readonly<Record<SelfSigned['kind'], number>> = {
  delegation: 250,
  'access-grant': 2_000,
  'access-withdrawal': 2_000,
};

/** The classes of SQLSTATE that speak of the values themselves, and not of the database: data, and what must be unique. */
const OF_THE_STATEMENT: readonly string[] = ['22', '23'];

/**
 * The registrar: the only one who writes persons, clearances, keys and seats, after verifying the instruments.
 *
 * Everything is verified from first principles, new statements together with all that were accepted, each time.
 */
export class Registrar {
  constructor(
    private readonly transactions: Transactions,
    private readonly anchor: TrustAnchor,
    private readonly policies: PolicySet,
    private readonly clock: Clock,
  ) {}

  /** Settles what was handed in through the api; answers how many. One transaction: all of it or nothing. */
  async settle(): Promise<number> {
    return this.transactions.asDuty(async (tx) => {
      await leadRegistrars(tx);
      const pending = await takePending(tx, AT_ONCE);
      if (pending.length > 0) await this.judge(tx, pending);
      return pending.length;
    });
  }

  /**
   * Takes statements that come by hand, not through the api: those that make the first persons of an installation. Answers
   * what was refused. What stands already, word for word, is passed over, so that the same file may be given again.
   */
  async admit(statements: readonly SignedStatement[]): Promise<RefusedInstrument[]> {
    return this.transactions.asDuty(async (tx) => {
      await leadRegistrars(tx);
      const standing = new Set((await acceptedStatements(tx)).map(statementId));
      const submissions: Submission[] = [];
      const unreadable: RefusedInstrument[] = [];
      for (const [place, statement] of statements.entries()) {
        const instrument = readInstrument(statement, this.anchor.officers.installation);
        if (typeof instrument === 'string')
          unreadable.push({ id: `statement ${String(place + 1)}`, fault: instrument });
        else if (!standing.has(statementId(statement))) submissions.push({ id: instrument.id, statement });
      }
      return [...unreadable, ...(await this.judge(tx, submissions))];
    });
  }

  /** Verifies submissions together with all that stands, and lets those that stand take effect in the order of their dates. */
  private async judge(tx: Tx, submissions: readonly Submission[]): Promise<RefusedInstrument[]> {
    const accepted = await acceptedStatements(tx);
    const { authority: before } = await this.verify(accepted);
    const known = new Set(before.all().map((instrument) => instrument.id));
    const faults = new Map(submissions.flatMap((each) => this.ownFault(each, known)));
    const judged = submissions.filter(({ id }) => !faults.has(id));
    const { authority, refused } = await this.verify([...accepted, ...judged.map(({ statement }) => statement)]);
    for (const { id, fault } of [...refused, ...(await this.unsettling(accepted, judged, known, authority))])
      if (!known.has(id)) faults.set(id, fault);
    const found: RefusedInstrument[] = [];
    const own = ownInstruments(before);
    for (const submission of inOrder(submissions, authority)) {
      const fault = await this.settleOne(tx, submission, { faults, authority, own });
      if (fault !== null) found.push({ id: submission.id, fault });
    }
    return found;
  }

  private verify(statements: readonly SignedStatement[]): ReturnType<typeof verifyInstruments> {
    return verifyInstruments(statements, this.anchor.officers);
  }

  /** What is wrong with a submission by itself. INVARIANT: a row is judged by what its own statement says, or it would speak for another. */
  private ownFault({ id, statement }: Submission, known: ReadonlySet<string>): [string, string][] {
    const instrument = readInstrument(statement, this.anchor.officers.installation);
    if (typeof instrument === 'string') return [[id, instrument]];
    if (instrument.id !== id) return [[id, 'it was handed in under another id']];
    return known.has(id) ? [[id, 'an instrument of this id stands already']] : [];
  }

  /**
   * The submissions that would make fall what stands already: an older statement that comes late. INVARIANT: what was accepted
   * stays in order, or the guard, which verifies everything anew, would find fault with it and publish nothing more.
   */
  private async unsettling(
    accepted: readonly SignedStatement[],
    submissions: readonly Submission[],
    known: ReadonlySet<string>,
    authority: Authority,
  ): Promise<RefusedInstrument[]> {
    if (standsIn(authority, known)) return [];
    const found: RefusedInstrument[] = [];
    const kept = [...accepted];
    let standing = known;
    for (const { id, statement } of submissions) {
      const { authority: after } = await this.verify([...kept, statement]);
      if (standsIn(after, standing) || takesAway(statement, this.anchor.officers.installation)) {
        kept.push(statement);
        standing = new Set([...standing].filter((each) => standsIn(after, new Set([each]))));
      } else found.push({ id, fault: 'it contradicts what stands already' });
    }
    return found;
  }

  /** Accepts one submission and lets it take effect, or answers why not. */
  private async settleOne(tx: Tx, { id, statement }: Submission, facts: Judged): Promise<string | null> {
    const now = this.clock.now();
    const instrument = readInstrument(statement, this.anchor.officers.installation);
    const fault =
      typeof instrument === 'string'
        ? instrument
        : (this.faultOf(id, instrument, facts, now) ??
          (await this.accept(tx, instrument, { statement, authority: facts.authority, now })));
    if (fault === null) return null;
    await settleSubmission(tx, id, 'refused', fault, now);
    await recordSettled(tx, { action: 'instrument.refuse', outcome: 'refused', id }, now);
    return fault;
  }

  /** Lets an instrument take effect. One that the database does not take is refused by itself and holds no other up. */
  private async accept(
    tx: Tx,
    instrument: Instrument,
    facts: { readonly statement: SignedStatement; readonly authority: Authority; readonly now: Date },
  ): Promise<string | null> {
    const { id, kind } = instrument;
    const { statement, authority, now } = facts;
    try {
      await tx.attempt(async () => {
        await insertInstrument(tx, id, kind, statement, now);
        await takeEffect(tx, instrument, authority, now);
        await settleSubmission(tx, id, 'accepted', null, now);
        await recordSettled(tx, { action: 'instrument.accept', outcome: 'done', id, kind }, now);
      });
      return null;
    } catch (error) {
      const code = (error as { driverError?: { code?: string } }).driverError?.code ?? '';
      if (!OF_THE_STATEMENT.some((each) => code.startsWith(each))) throw error;
      return `the database does not take it (${code})`;
    }
  }

  private faultOf(id: string, instrument: Instrument, { faults, authority, own }: Judged, now: Date): string | null {
    const fault = faults.get(id);
    if (fault !== undefined) return fault;
    const stands = authority.all().find((each) => each.id === id);
    if (stands === undefined || canonicalJson(stands) !== canonicalJson(instrument)) return 'it does not stand';
    // INVARIANT: nothing counts before the moment at which it was issued.
    if (Date.parse(instrument.issuedAt) > now.getTime()) return 'it is dated in the future';
    if (isSelfSigned(instrument)) return countOwn(instrument, authority, own);
    return this.contentFault(instrument);
  }

  private contentFault(instrument: Instrument): string | null {
    switch (instrument.kind) {
      case 'clearance': {
        const faults = validateClearance(this.policies, instrument.body);
        return faults.length === 0 ? null : faults.map(({ place, fault }) => `${place}: ${fault}`).join('; ');
      }
      case 'access-rules':
        return rulesFault(instrument.body);
      default:
        return null;
    }
  }
}

/** A statement, and the id under which it was handed in. */
interface Submission {
  readonly id: string;
  readonly statement: SignedStatement;
}

/** What the submissions are judged against. */
interface Judged {
  readonly faults: ReadonlyMap<string, string>;
  readonly authority: Authority;
  /** How many instruments of each kind that no officer signs each person has made so far. */
  readonly own: Map<string, number>;
}

/** Who made it: the person whose key signed, in whose name it speaks. */
const makerOf = (instrument: SelfSigned, authority: Authority): string =>
  authority.key(authority.signersOf(instrument.id)[0] ?? '', instrument.issuedAt)?.body.person ?? '';

function ownInstruments(authority: Authority): Map<string, number> {
  const made = new Map<string, number>();
  for (const instrument of authority.all())
    if (isSelfSigned(instrument)) {
      const name = `${instrument.kind} ${makerOf(instrument, authority)}`;
      made.set(name, (made.get(name) ?? 0) + 1);
    }
  return made;
}

/**
 * No officer signs these, and everything that was accepted is verified anew: without an end to them one holder of a seat or one
 * approver could make all publication as slow as they like.
 */
function countOwn(instrument: SelfSigned, authority: Authority, made: Map<string, number>): string | null {
  const name = `${instrument.kind} ${makerOf(instrument, authority)}`;
  const count = (made.get(name) ?? 0) + 1;
  const most = MOST[instrument.kind];
  if (count > most) return `nobody makes more than ${String(most)} instruments of the kind ${instrument.kind}`;
  made.set(name, count);
  return null;
}

/** Taking away never waits, whatever else falls with it. */
function takesAway(statement: SignedStatement, installation: string): boolean {
  const instrument = readInstrument(statement, installation);
  return (
    typeof instrument !== 'string' &&
    ['revocation', 'clearance-withdrawal', 'access-withdrawal'].includes(instrument.kind)
  );
}

const standsIn = (authority: Authority, ids: ReadonlySet<string>): boolean => {
  const standing = new Set(authority.all().map((instrument) => instrument.id));
  return [...ids].every((id) => standing.has(id));
};

/** In the order of their dates: a person before their clearance. What does not stand comes last. */
function inOrder(submissions: readonly Submission[], authority: Authority): Submission[] {
  const place = new Map(authority.all().map((instrument, index) => [instrument.id, index]));
  return [...submissions].sort((a, b) => (place.get(a.id) ?? Infinity) - (place.get(b.id) ?? Infinity));
}

async function recordSettled(
  tx: Tx,
  settled: {
    readonly action: string;
    readonly outcome: 'done' | 'refused';
    readonly id: string;
    readonly kind?: string;
  },
  now: Date,
): Promise<void> {
  const { action, outcome, id, kind } = settled;
  const details: Record<string, string> = kind === undefined ? {} : { kind };
  await record(tx, { duty: 'registrar' }, { action, outcome, thing: { kind: 'Instrument', id }, details }, now);
}
