import { record } from '#audit';
import type { Clock, Transactions, Tx } from '#database';
import { type PolicySet, validateClearance } from '#marking';
import type { SignedStatement } from '#signing';
import { type Authority, type Instrument, readInstrument, verifyInstruments } from '#workflow';
import {
  acceptedStatements,
  insertClearance,
  insertInstrument,
  putPerson,
  settleSubmission,
  takeBack,
  takePending,
  withdrawClearance,
} from './store/instrument.store';
import type { TrustAnchor } from './trust-anchor';

const AT_ONCE = 500;

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

  /** Settles what is pending; answers how many. One transaction: all of it or nothing. */
  async settle(): Promise<number> {
    return this.transactions.asDuty(async (tx) => {
      const pending = await takePending(tx, AT_ONCE);
      if (pending.length === 0) return 0;
      const accepted = await acceptedStatements(tx);
      const before = await verifyInstruments(accepted, this.anchor.officers);
      const together = await verifyInstruments(
        [...accepted, ...pending.map(({ statement }) => statement)],
        this.anchor.officers,
      );
      const faults = new Map(together.refused.map(({ id, fault }) => [id, fault]));
      const known = new Set(before.authority.all().map((instrument) => instrument.id));
      const ordered = this.inOrder(pending, together.authority);
      for (const { id, statement } of ordered) {
        await this.settleOne(tx, { id, statement, known, fault: faults.get(id), authority: together.authority });
      }
      return pending.length;
    });
  }

  /** In the order of their dates: a person before their clearance. */
  private inOrder(
    pending: readonly { id: string; statement: SignedStatement }[],
    authority: Authority,
  ): { id: string; statement: SignedStatement }[] {
    const place = new Map(authority.all().map((instrument, index) => [instrument.id, index]));
    return [...pending].sort((a, b) => (place.get(a.id) ?? Infinity) - (place.get(b.id) ?? Infinity));
  }

  private async settleOne(
    tx: Tx,
    submission: {
      id: string;
      statement: SignedStatement;
      known: Set<string>;
      fault: string | undefined;
      authority: Authority;
    },
  ): Promise<void> {
    const { id, statement } = submission;
    const now = this.clock.now();
    const instrument = readInstrument(statement, this.anchor.officers.installation);
    const fault =
      typeof instrument === 'string'
        ? instrument
        : (submission.fault ??
          (submission.known.has(id) ? 'an instrument of this id stands already' : null) ??
          (submission.authority.all().some((each) => each.id === id) ? null : 'it does not stand') ??
          this.labelFault(instrument));
    if (fault !== null || typeof instrument === 'string') {
      await settleSubmission(tx, id, 'refused', fault, now);
      await record(
        tx,
        { duty: 'registrar' },
        { action: 'instrument.refuse', outcome: 'refused', thing: { kind: 'Instrument', id } },
        now,
      );
      return;
    }
    await insertInstrument(tx, id, instrument.kind, statement, now);
    await this.takeEffect(tx, instrument, now);
    await settleSubmission(tx, id, 'accepted', null, now);
    await record(
      tx,
      { duty: 'registrar' },
      {
        action: 'instrument.accept',
        outcome: 'done',
        thing: { kind: 'Instrument', id },
        details: { kind: instrument.kind },
      },
      now,
    );
    submission.known.add(id);
  }

  private labelFault(instrument: Instrument): string | null {
    if (instrument.kind !== 'clearance') return null;
    const faults = validateClearance(this.policies, instrument.body);
    return faults.length === 0 ? null : faults.map(({ place, fault }) => `${place}: ${fault}`).join('; ');
  }

  private async takeEffect(tx: Tx, instrument: Instrument, now: Date): Promise<void> {
    switch (instrument.kind) {
      case 'person':
        await putPerson(tx, instrument);
        return;
      case 'clearance':
        await insertClearance(tx, instrument);
        return;
      case 'clearance-withdrawal':
        await withdrawClearance(tx, instrument.body.clearance, now);
        return;
      case 'revocation':
        await takeBack(tx, instrument.body.instrument, now);
        return;
      default:
        // The index of keys, seats and procedures is the list of instruments itself.
        return;
    }
  }
}
