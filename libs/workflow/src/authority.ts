import type { PublicJwk } from '#signing';
import type { Instrument, InstrumentKind, InstrumentOf } from './instrument';
import type { Procedure } from './procedure';

/** A verified instrument and the keys that signed it. */
export interface VerifiedInstrument {
  readonly instrument: Instrument;
  readonly kids: readonly string[];
}

const during = (span: { from: string; until: string }, at: string): boolean => Date.parse(span.from) <= Date.parse(at) && Date.parse(at) < Date.parse(span.until);

/**
 * What the verified instruments say, as of a moment. Built by `verifyInstruments` alone.
 *
 * A revocation for compromise voids the instrument at every time; any other from its date on.
 */
export class Authority {
  private readonly byKind = new Map<InstrumentKind, Instrument[]>();
  private readonly revocations = new Map<string, InstrumentOf<'revocation'>[]>();

  constructor(private readonly verified: readonly VerifiedInstrument[]) {
    for (const { instrument } of verified) {
      this.byKind.set(instrument.kind, [...(this.byKind.get(instrument.kind) ?? []), instrument]);
    }
    for (const revocation of this.ofKind('revocation')) {
      const revoked = revocation.body.instrument;
      this.revocations.set(revoked, [...(this.revocations.get(revoked) ?? []), revocation]);
    }
  }

  all(): Instrument[] {
    return this.verified.map(({ instrument }) => instrument);
  }

  signersOf(id: string): readonly string[] {
    return this.verified.find(({ instrument }) => instrument.id === id)?.kids ?? [];
  }

  /** Whether an instrument stood at a moment. */
  stands(instrument: Instrument, at: string): boolean {
    return (this.revocations.get(instrument.id) ?? []).every(
      ({ body }) => body.reason !== 'compromise' && Date.parse(at) < Date.parse(body.from),
    );
  }

  revocationsOf(id: string): readonly InstrumentOf<'revocation'>[] {
    return this.revocations.get(id) ?? [];
  }

  /** The person's newest instrument: office, nation, roles. */
  person(id: string, at: string): InstrumentOf<'person'> | undefined {
    return this.newest(this.ofKind('person').filter((each) => each.body.person === id && this.stands(each, at)), at);
  }

  /** The public key of that name, if it was somebody's at that moment. */
  key(kid: string, at: string): InstrumentOf<'key'> | undefined {
    return this.ofKind('key').find((each) => each.body.kid === kid && during(each.body, at) && this.stands(each, at));
  }

  serviceKey(kid: string, service: 'guard', at: string): InstrumentOf<'service-key'> | undefined {
    return this.ofKind('service-key').find(
      (each) => each.body.kid === kid && each.body.service === service && during(each.body, at) && this.stands(each, at),
    );
  }

  /** Every key that was ever stated, for checking signatures; whether it counted is asked of `key`. */
  jwkOf(kid: string): PublicJwk | undefined {
    return (
      this.ofKind('key').find((each) => each.body.kid === kid)?.body.jwk ??
      this.ofKind('service-key').find((each) => each.body.kid === kid)?.body.jwk
    );
  }

  body(id: string, at: string): InstrumentOf<'body'> | undefined {
    return this.newest(this.ofKind('body').filter((each) => each.body.body === id && this.stands(each, at)), at);
  }

  holderOf(body: string, seat: string, at: string): InstrumentOf<'holder'> | undefined {
    return this.newest(
      this.ofKind('holder').filter((each) => each.body.body === body && each.body.seat === seat && during(each.body, at) && this.stands(each, at)),
      at,
    );
  }

  /** The delegations of a seat by the one who holds it at that moment. */
  delegationsOf(body: string, seat: string, at: string): InstrumentOf<'delegation'>[] {
    const holder = this.holderOf(body, seat, at)?.body.person;
    return this.ofKind('delegation').filter(
      (each) =>
        each.body.body === body &&
        each.body.seat === seat &&
        each.body.fromPerson === holder &&
        during(each.body, at) &&
        this.stands(each, at),
    );
  }

  /** A procedure in force; the newest version when none is named. */
  procedure(id: string, version?: number, at?: string): Procedure | undefined {
    return this.procedureInstrument(id, version, at)?.body.procedure;
  }

  procedureInstrument(id: string, version?: number, at?: string): InstrumentOf<'procedure'> | undefined {
    return this.ofKind('procedure')
      .filter(({ body }) => body.procedure.id === id && (version === undefined || body.procedure.version === version))
      .filter((each) => this.stands(each, at ?? each.issuedAt))
      .sort((a, b) => b.body.procedure.version - a.body.procedure.version)[0];
  }

  /** Roles that anybody holds. */
  roles(at: string): string[] {
    return [...new Set(this.people(at).flatMap((each) => each.body.roles))];
  }

  /** Everybody, each with their newest instrument. */
  people(at: string): InstrumentOf<'person'>[] {
    const ids = new Set(this.ofKind('person').map((each) => each.body.person));
    return [...ids].flatMap((id) => this.person(id, at) ?? []);
  }

  bodies(at: string): InstrumentOf<'body'>[] {
    const ids = new Set(this.ofKind('body').map((each) => each.body.body));
    return [...ids].flatMap((id) => this.body(id, at) ?? []);
  }

  ofKind<Kind extends InstrumentKind>(kind: Kind): InstrumentOf<Kind>[] {
    return (this.byKind.get(kind) ?? []) as InstrumentOf<Kind>[];
  }

  private newest<Each extends Instrument>(candidates: readonly Each[], at: string): Each | undefined {
    const issued = candidates.filter((each) => Date.parse(each.issuedAt) <= Date.parse(at));
    return [...issued].sort((a, b) => Date.parse(b.issuedAt) - Date.parse(a.issuedAt) || (a.id < b.id ? 1 : -1))[0];
  }
}
