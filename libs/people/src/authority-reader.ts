import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import type { SignedStatement } from '#signing';
import { type Authority, verifyInstruments } from '#workflow';
import { acceptedMark, acceptedStatements } from './store/instrument.store';
import { TrustAnchor } from './trust-anchor';

/** The authority as its instruments say, verified by this process itself; verified anew only when one was added. */
@Injectable()
export class AuthorityReader {
  private known:
    | { readonly mark: string; readonly authority: Authority; readonly statements: readonly SignedStatement[] }
    | undefined;

  constructor(private readonly anchor: TrustAnchor) {}

  async current(tx: Tx): Promise<Authority> {
    return (await this.read(tx)).authority;
  }

  /** The statements themselves as well: what a certificate takes its excerpt from. */
  async read(tx: Tx): Promise<{ authority: Authority; statements: readonly SignedStatement[] }> {
    const mark = await acceptedMark(tx);
    if (this.known?.mark !== mark) {
      const statements = await acceptedStatements(tx);
      const { authority } = await verifyInstruments(statements, this.anchor.officers);
      this.known = { mark, authority, statements };
    }
    return this.known;
  }
}
