import { type Tx, leaveInOutbox } from '#database';
import type { Authority, Instrument, InstrumentOf } from '#workflow';
import { insertEntry, insertRules, putAccessList, takeBackAccess, withdrawEntry } from './store/access-list.store';
import { insertClearance, putPerson, takeBack, withdrawClearance } from './store/instrument.store';

/**
 * Lets an instrument that stands take effect in the tables, which are only its index.
 *
 * INVARIANT: taking away never waits, and does not wait in vain either: what is handed in after its own end does not begin.
 */
export async function takeEffect(tx: Tx, instrument: Instrument, authority: Authority, now: Date): Promise<void> {
  switch (instrument.kind) {
    case 'person':
      // An older statement that comes late must not bring back what a newer one has taken.
      if (authority.person(instrument.body.person, now.toISOString())?.id !== instrument.id) return;
      await putPerson(tx, instrument);
      if (isRevoked(instrument, authority)) await takeBack(tx, instrument.id, now);
      return;
    case 'clearance':
      await insertClearance(tx, instrument);
      if (isRevoked(instrument, authority) || isWithdrawn(instrument, authority))
        await withdrawClearance(tx, instrument.body.clearance, now);
      return;
    case 'clearance-withdrawal':
      await withdrawClearance(tx, instrument.body.clearance, now);
      return;
    case 'access-list':
      if (authority.accessList(instrument.body.list, now.toISOString())?.id === instrument.id)
        await putAccessList(tx, instrument);
      return;
    case 'access-grant':
      await letIn(tx, instrument, authority, now);
      return;
    case 'access-withdrawal':
      if ((await withdrawEntry(tx, instrument.body, now)) > 0)
        await leaveInOutbox(tx, { topic: 'access.ended', payload: { about: instrument.body.grant } });
      return;
    case 'access-rules':
      await insertRules(tx, instrument, now);
      if (isRevoked(instrument, authority)) await takeBackAccess(tx, { instrument: instrument.id, kid: null }, now);
      return;
    case 'revocation': {
      const { instrument: revoked, reason } = instrument.body;
      await takeBack(tx, revoked, now);
      const key = authority.ofKind('key').find(({ id }) => id === revoked);
      // A key that was compromised voids what it signed: nobody knows who let these people in.
      const kid = reason === 'compromise' ? (key?.body.kid ?? null) : null;
      await takeBackAccess(tx, { instrument: revoked, kid }, now);
      return;
    }
    default:
      // The index of keys, seats and procedures is the list of instruments itself.
      return;
  }
}

async function letIn(tx: Tx, instrument: InstrumentOf<'access-grant'>, authority: Authority, now: Date): Promise<void> {
  const kid = authority.signersOf(instrument.id)[0] ?? '';
  const approver = authority.key(kid, instrument.issuedAt)?.body.person;
  // The key was compromised before the grant was handed in: it gives nothing, and nobody is named as having given it.
  if (approver === undefined) return;
  await insertEntry(tx, instrument, { approver, kid });
  const withdrawn = authority
    .ofKind('access-withdrawal')
    .some(({ body }) => body.grant === instrument.body.grant && body.list === instrument.body.list);
  if (withdrawn || isRevoked(instrument, authority)) await withdrawEntry(tx, instrument.body, now);
  else await leaveInOutbox(tx, { topic: 'access.granted', payload: { about: instrument.body.grant } });
}

const isRevoked = (instrument: Instrument, authority: Authority): boolean =>
  authority.revocationsOf(instrument.id).length > 0;

const isWithdrawn = ({ body }: InstrumentOf<'clearance'>, authority: Authority): boolean =>
  authority.ofKind('clearance-withdrawal').some((each) => each.body.clearance === body.clearance);
