import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { Actor } from '#access';
import { Refusals, record } from '#audit';
import { ProblemError } from '#contracts';
import { Clock, Transactions, type Tx } from '#database';
import { type TokenRow, issueToken, ownTokens, revokeToken } from './store/session.store';

/** Bearer tokens for integrators: stored hashed, limited to scopes, expiring. */
@Injectable()
export class Tokens {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly clock: Clock,
  ) {}

  /** A new token of the actor's own, one of twenty at most that have not expired. Its text is told once and never again. */
  async issue(
    actor: Actor,
    name: string,
    scopes: readonly string[],
    days: number,
  ): Promise<{ id: string; token: string }> {
    const token = `impr_${randomBytes(32).toString('base64url')}`;
    return this.onTheRecord(actor, { action: 'token.issue' }, async (tx) => {
      const issued = await issueToken(tx, token, name, scopes, days);
      if (issued === 'too-many') throw tooMany();
      if (issued === 'no-session') throw notInASession(actor);
      const { id } = issued;
      await record(
        tx,
        actor,
        { action: 'token.issue', outcome: 'done', thing: { kind: 'Token', id }, details: { scopes, days } },
        this.clock.now(),
      );
      return { id, token };
    });
  }

  async list(actor: Actor): Promise<TokenRow[]> {
    return this.transactions.run(actor, async (tx) => {
      const rows = await ownTokens(tx);
      const details = { found: rows.length };
      await record(tx, actor, { action: 'token.list', outcome: 'done', details }, this.clock.now());
      return rows;
    });
  }

  async revoke(actor: Actor, id: string): Promise<void> {
    await this.onTheRecord(actor, { action: 'token.revoke', thing: { kind: 'Token', id } }, async (tx) => {
      if (!(await revokeToken(tx, id))) throw new ProblemError('not-found');
      await record(
        tx,
        actor,
        { action: 'token.revoke', outcome: 'done', thing: { kind: 'Token', id } },
        this.clock.now(),
      );
    });
  }

  private onTheRecord<Result>(
    actor: Actor,
    asked: { readonly action: string; readonly thing?: { readonly kind: string; readonly id: string } },
    work: (tx: Tx) => Promise<Result>,
  ): Promise<Result> {
    return this.refusals.around(actor, asked, () => this.transactions.run(actor, work));
  }
}

const tooMany = (): ProblemError => {
  const need = 'at most 20 tokens that have not expired: revoke one first';
  return new ProblemError('refused', {
    reasons: [{ code: 'token', rule: 'tokens-are-few', need, have: '20 that have not expired' }],
  });
};

const notInASession = (actor: Actor): ProblemError =>
  new ProblemError('not-permitted', {
    reasons: [{ code: 'token', rule: 'tokens-are-made-in-a-session', need: 'a signed-in session', have: actor.kind }],
  });
