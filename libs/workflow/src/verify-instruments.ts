import { type SignedStatement, canonicalJson, payloadOf, verifyStatement } from '#signing';
import { type Admitted, type RefusedInstrument, admit, byDate, spanFault } from './admit';
import { grantFault, withdrawalFault } from './access-list';
import { Authority, type VerifiedInstrument, delegationFault } from './authority';
import {
  type Instrument,
  type Officers,
  type SelfSigned,
  humanOf,
  instrumentSchema,
  isSelfSigned,
  officersNeeded,
} from './instrument';
import { unsupportedRules } from './procedure';

/**
 * Verifies statements of authority from first principles: what does not chain to the officers' keys counts for nothing.
 *
 * The order in which they are given decides nothing: they are judged in the order of their dates, and where two contradict
 * each other the earlier stands. What a revocation takes back is not refused, it only no longer stands: a revocation never
 * puts the instruments of others in doubt. Never throws on hostile statements.
 *
 * An `excerpt`, as a certificate carries it, lacks the persons and bodies of the stages that are not public: whether a
 * procedure can be satisfied is then not asked again.
 */
export async function verifyInstruments(
  statements: readonly SignedStatement[],
  officers: Officers,
  scope: 'all' | 'excerpt' = 'all',
): Promise<{ authority: Authority; refused: RefusedInstrument[] }> {
  const refused: RefusedInstrument[] = [];
  const candidates: VerifiedInstrument[] = [];
  const selfSigned: Read[] = [];
  for (const [place, statement] of statements.entries()) {
    const instrument = readInstrument(statement, officers.installation);
    if (typeof instrument === 'string') refused.push({ id: `statement ${String(place)}`, fault: instrument });
    else if (isSelfSigned(instrument)) selfSigned.push({ instrument, statement });
    else candidates.push(...(await signedByOfficers(instrument, statement, officers, refused)));
  }
  const admitted = admit(candidates, officers, scope, refused);
  const others = await admitSelfSigned(selfSigned, admitted, refused);
  return { authority: new Authority([...admitted.all, ...others].sort(byDate)), refused };
}

interface Read {
  readonly instrument: SelfSigned;
  readonly statement: SignedStatement;
}

/** The instrument that a statement claims to be, unverified; or why it is none. */
export function readInstrument(statement: SignedStatement, installation: string): Instrument | string {
  try {
    const payload = payloadOf(statement);
    const parsed = instrumentSchema.safeParse(payload);
    if (!parsed.success) {
      const unsupported = unsupportedRules((payload as { body?: { procedure?: unknown } } | null)?.body?.procedure);
      const faults = unsupported.map((each) => `${each.need} is needed, not ${each.have}`);
      return `it is no instrument: ${[...faults, ...parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)].join('; ')}`;
    }
    return parsed.data.installation === installation
      ? parsed.data
      : `it is for the installation ${parsed.data.installation}`;
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be read';
  }
}

async function signedByOfficers(
  instrument: Instrument,
  statement: SignedStatement,
  officers: Officers,
  refused: RefusedInstrument[],
): Promise<VerifiedInstrument[]> {
  const byKid = new Map(officers.officers.map((each) => [each.kid, each]));
  const verified = await verifyStatement('instrument', statement, (kid) => byKid.get(kid)?.jwk);
  if (!verified.ok) {
    refused.push({ id: instrument.id, fault: verified.fault });
    return [];
  }
  // INVARIANT: two officers are two humans, not two keys of one.
  const humans = new Set(verified.kids.map((kid) => humanOf(byKid.get(kid)?.officer ?? '')));
  const needed = officersNeeded(instrument.kind);
  if (humans.size < needed) {
    refused.push({
      id: instrument.id,
      fault: `${String(needed)} officers must sign a ${instrument.kind}, ${String(humans.size)} did`,
    });
    return [];
  }
  return [{ instrument, kids: verified.kids }];
}

/**
 * What no officer signs comes last: it chains to keys, holders and access lists that officers have stated.
 *
 * It is judged as if nothing had been revoked. What a revocation takes from it, whoever asks for what stands takes: else a
 * revocation would turn an instrument that was once in order into a forgery.
 */
async function admitSelfSigned(
  read: readonly Read[],
  admitted: Admitted,
  refused: RefusedInstrument[],
): Promise<VerifiedInstrument[]> {
  const unrevoked = new Authority(admitted.all.filter(({ instrument }) => instrument.kind !== 'revocation'));
  const signed: VerifiedInstrument[] = [];
  for (const { instrument, statement } of read) {
    const verified = await verifyStatement('instrument', statement, (kid) => unrevoked.jwkOf(kid));
    const fault = verified.ok ? ownFault(instrument, verified.kids, unrevoked) : verified.fault;
    if (fault === null && verified.ok) signed.push({ instrument, kids: verified.kids });
    else refused.push({ id: instrument.id, fault: fault ?? 'it is not signed' });
  }
  return withOwnIds(signed.sort(byDate), admitted, refused);
}

function ownFault(instrument: SelfSigned, kids: readonly string[], authority: Authority): string | null {
  switch (instrument.kind) {
    case 'delegation':
      return delegationFault(instrument, kids, authority) ?? spanFault(instrument.body);
    case 'access-grant':
      return grantFault(instrument, kids, authority);
    case 'access-withdrawal':
      return withdrawalFault(instrument, kids, authority);
  }
}

function withOwnIds(
  candidates: readonly VerifiedInstrument[],
  admitted: Admitted,
  refused: RefusedInstrument[],
): VerifiedInstrument[] {
  const accepted = new Map<string, VerifiedInstrument>();
  for (const each of candidates) {
    const { id } = each.instrument;
    const twin = accepted.get(id)?.instrument ?? admitted.ids.get(id);
    if (twin === undefined) accepted.set(id, each);
    else if (canonicalJson(twin) !== canonicalJson(each.instrument))
      refused.push({ id, fault: 'another instrument has this id' });
  }
  return [...accepted.values()];
}
