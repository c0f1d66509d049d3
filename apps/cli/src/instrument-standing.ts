import { type SignedStatement, canonicalJson, verifyStatement } from '#signing';
import { type Authority, type Instrument, type Officers, humanOf, officersNeeded, verifyInstruments } from '#workflow';
import { neutral } from './neutral';

/** What an instrument is worth: who signed it, whether it stands at a moment, and why not. */
export interface InstrumentStanding {
  readonly signedBy: readonly string[];
  readonly stands: boolean;
  readonly why: string;
}

/**
 * Judges statements together with others that they rest on, by the officers' keys alone, as of a moment (ISO, with Z).
 *
 * An instrument that lacks what it rests on does not stand: a key without its person, a holder without the body.
 */
export async function standingsOf(
  statements: readonly { readonly statement: SignedStatement; readonly instrument: Instrument }[],
  besides: readonly SignedStatement[],
  { officers, now }: { readonly officers: Officers; readonly now: string },
): Promise<InstrumentStanding[]> {
  const all = [...statements.map(({ statement }) => statement), ...besides];
  const { authority, refused } = await verifyInstruments(all, officers);
  const faults = new Map(refused.map(({ id, fault }) => [id, fault]));
  return Promise.all(
    statements.map(async ({ statement, instrument }) => {
      const signers = await signersOf(statement, officers, authority);
      const fault =
        installationFault(instrument, officers) ??
        signers.fault ??
        quorumFault(instrument, signers.humans) ??
        faults.get(instrument.id) ??
        standingFault(instrument, authority, now);
      return { signedBy: signers.names, stands: fault === null, why: neutral(fault ?? 'it stands') };
    }),
  );
}

const installationFault = (instrument: Instrument, { installation }: Officers): string | null =>
  instrument.installation === installation
    ? null
    : `it is for the installation ${instrument.installation}, the officers speak for ${installation}`;

async function signersOf(
  statement: SignedStatement,
  officers: Officers,
  authority: Authority,
): Promise<{ names: string[]; humans: Set<string>; fault: string | null }> {
  if (statement.signatures.length === 0) return { names: [], humans: new Set(), fault: 'nobody has signed it yet' };
  const officerOf = new Map(officers.officers.map((each) => [each.kid, each]));
  const verified = await verifyStatement(
    'instrument',
    statement,
    (kid) => officerOf.get(kid)?.jwk ?? authority.jwkOf(kid),
  );
  if (!verified.ok) return { names: [], humans: new Set(), fault: verified.fault };
  const names = verified.kids.map((kid) => {
    const officer = officerOf.get(kid)?.officer;
    const known = officer === undefined ? identityOf(kid, authority) : `the officer ${officer}`;
    return neutral(`${known}, key ${kid}`);
  });
  const humans = verified.kids.flatMap((kid) => officerOf.get(kid)?.officer ?? []).map(humanOf);
  return { names, humans: new Set(humans), fault: null };
}

const identityOf = (kid: string, authority: Authority): string =>
  authority.ofKind('key').find(({ body }) => body.kid === kid)?.body.identity ?? 'a service';

function quorumFault({ kind }: Instrument, humans: ReadonlySet<string>): string | null {
  const missing = officersNeeded(kind) - humans.size;
  return missing > 0 ? `${String(missing)} more registry officer${missing === 1 ? '' : 's'} must sign it` : null;
}

function standingFault(instrument: Instrument, authority: Authority, now: string): string | null {
  const known = authority.all().find(({ id }) => id === instrument.id);
  if (known === undefined) return 'it does not stand';
  if (canonicalJson(known) !== canonicalJson(instrument)) return 'another instrument has this id';
  if (authority.stands(instrument, now)) return null;
  return Date.parse(instrument.issuedAt) > Date.parse(now) ? 'it is dated in the future' : 'it was revoked';
}
