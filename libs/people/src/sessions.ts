import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { AccessPolicy, type Actor, Remembered } from '#access';
import { Refusals, record } from '#audit';
import { ProblemError } from '#contracts';
import { Clock, type Entrance, Transactions, type Tx } from '#database';
import { derivedKey } from './password';
import { learnRules } from './rules-in-force';
import {
  type EnteredSession,
  type SessionHolder,
  endSession,
  enterSession,
  offerCode,
  openSession,
  saltOf,
  stepUp,
} from './store/session.store';

/** How long a session lasts, in hours, whatever happens in it. */
export const SESSION_HOURS = 8;

/** Opens, enters and ends sessions. Sessions live in the database, so that what is withdrawn bites on the next request. */
@Injectable()
export class Sessions {
  /** The versions of the rules whose text was seen as it was signed. */
  private readonly learnt = new Set<string>();
  private readonly holders = new Remembered<string, SessionHolder>();

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
    if (!isSecret(sid)) return undefined;
    const entered = await this.transactions.once((statement) => enterSession(statement, sid));
    if (entered === undefined) return undefined;
    const actor = this.actorOf(entered, sid, requestId);
    if (this.isNews(entered)) await this.transactions.run(actor, (tx) => this.learn(tx, actor));
    return actor;
  }

  /**
   * The way in of whoever holds the secret: entering goes along with the first question of the work, in one transaction. Who holds it
   * is `not-signed-in` for nobody.
   */
  entranceOf(sid: string, requestId: string): Entrance<Actor> {
    return {
      within: async (work) => {
        if (!isSecret(sid)) throw new ProblemError('not-signed-in');
        return this.transactions.entering(
          (statement) => enterSession(statement, sid),
          (tx, entered) => {
            const entering = this.known(tx, entered, sid, requestId);
            // Work that fails by itself need not have asked who it is.
            entering.catch(() => undefined);
            return work(tx, entering);
          },
        );
      },
    };
  }

  /** The way in of somebody who has entered already. */
  entranceFor(actor: Actor): Entrance<Actor> {
    return { within: (work) => this.transactions.run(actor, (tx) => work(tx, Promise.resolve(actor))) };
  }

  private async known(
    tx: Tx,
    entered: Promise<EnteredSession | undefined>,
    sid: string,
    requestId: string,
  ): Promise<Actor> {
    const session = await entered;
    if (session === undefined) throw new ProblemError('not-signed-in');
    const actor = this.actorOf(session, sid, requestId);
    if (this.isNews(session)) await this.learn(tx, actor);
    return actor;
  }

  private actorOf({ holder, enteredAt }: EnteredSession, sid: string, requestId: string): Actor {
    const held = this.heldBy(holder);
    return { ...held, rulesVersion: held.rulesVersion ?? this.access.shippedVersion, sid, requestId, enteredAt };
  }

  /** As long as the database tells the same of somebody they are the same objects, so that what was worked out about them is found. */
  private heldBy(holder: string): SessionHolder {
    return this.holders.of(holder, () => JSON.parse(holder, frozen) as SessionHolder);
  }

  /** Whether officers have put rules into force whose text was not seen yet. */
  private isNews({ holder }: EnteredSession): boolean {
    const { rulesVersion } = this.heldBy(holder);
    return rulesVersion !== null && !this.learnt.has(rulesVersion);
  }

  private async learn(tx: Tx, { rulesVersion }: Actor): Promise<void> {
    await learnRules(tx, this.access, rulesVersion);
    if (this.access.knows(rulesVersion)) this.learnt.add(rulesVersion);
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

/** Whether it can be the secret of a session at all: what cannot is not asked of the database. */
const isSecret = (sid: string): boolean => sid.length >= 32 && sid.length <= 200;

/** INVARIANT: what requests share cannot be changed by one of them. */
const frozen = (_name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null ? Object.freeze(value) : value;
