import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { AccessPolicy, type Actor } from '#access';
import { Refusals, record } from '#audit';
import { ProblemError } from '#contracts';
import { Clock, Transactions } from '#database';
import { derivedKey } from './password';
import { learnRules } from './rules-in-force';
import { endSession, enterSession, offerCode, openSession, saltOf, stepUp } from './store/session.store';

/** How long a session lasts, in hours, whatever happens in it. */
export const SESSION_HOURS = 8;

/** Opens, enters and ends sessions. Sessions live in the database, so that what is withdrawn bites on the next request. */
@Injectable()
export class Sessions {
  /** The versions of the rules whose text was seen as it was signed. */
  private readonly learnt = new Set<string>();

  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly access: AccessPolicy,
    private readonly clock: Clock,
  ) {}

  /** The secret of a new session. A wrong name and a wrong password are one refusal, after the same work. */
  async open(username: string, password: string, requestId: string): Promise<{ sid: string; actor: Actor }> {
    const salt = await this.transactions.asDuty((tx) => saltOf(tx, username));
    const derived = await derivedKey(password, salt);
    const sid = randomBytes(32).toString('base64url');
    // A transaction of its own: a failure must be counted although it is refused.
    const opened = await this.transactions.asDuty((tx) => openSession(tx, username, derived, sid, SESSION_HOURS));
    const actor = opened ? await this.enter(sid, requestId) : undefined;
    if (actor === undefined) {
      await this.refusals.record({ requestId }, { action: 'session.refused' });
      throw new ProblemError('wrong-credentials');
    }
    await this.transactions.run(actor, (tx) =>
      record(tx, actor, { action: 'session.open', outcome: 'done' }, this.clock.now()),
    );
    return { sid, actor };
  }

  /** Whose session or token it is, with what they hold at this moment; undefined for nobody. */
  async enter(sid: string, requestId: string): Promise<Actor | undefined> {
    if (sid.length < 32 || sid.length > 200) return undefined;
    const entered = await this.transactions.once((statement) => enterSession(statement, sid));
    if (entered === undefined) return undefined;
    const rulesVersion = entered.rulesVersion ?? this.access.shippedVersion;
    if (entered.rulesVersion !== null && !this.learnt.has(entered.rulesVersion)) {
      await this.transactions.run({ sid }, (tx) => learnRules(tx, this.access, rulesVersion));
      if (this.access.knows(rulesVersion)) this.learnt.add(rulesVersion);
    }
    return { ...entered, rulesVersion, sid, requestId };
  }

  /**
   * Steps the session up with a code of the person's second factor: from now on it may be shown what the rules list under
   * `assurance`. The code is checked in the database, where no api can look.
   */
  async stepUp(actor: Actor, code: string): Promise<Actor> {
    // Two transactions: a code is counted before it is judged, and stays counted whatever becomes of the judgement.
    await this.transactions.run(actor, (tx) => offerCode(tx, code));
    const until = await this.transactions.run(actor, (tx) => stepUp(tx, code));
    const assured = await this.enter(actor.sid, actor.requestId);
    if (until === undefined || assured === undefined) {
      // So many wrong codes end the session: then it is nobody's any more.
      await this.refusals.record(assured ?? { requestId: actor.requestId }, { action: 'session.step-up' });
      throw new ProblemError('wrong-code');
    }
    await this.transactions.run(actor, (tx) =>
      record(tx, actor, { action: 'session.step-up', outcome: 'done' }, this.clock.now()),
    );
    return assured;
  }

  /** Ends the session at hand. A token is no session: it is revoked by its id. */
  async close(actor: Actor): Promise<void> {
    const asked = { action: 'session.close' };
    await this.refusals.around(actor, asked, () =>
      this.transactions.run(actor, async (tx) => {
        await record(tx, actor, { ...asked, outcome: 'done' }, this.clock.now());
        if (await endSession(tx, actor.sid)) return;
        const reason = { code: 'session', rule: 'a-session-is-ended', need: 'a signed-in session' };
        throw new ProblemError('not-permitted', { reasons: [{ ...reason, have: `a ${actor.kind}` }] });
      }),
    );
  }
}
