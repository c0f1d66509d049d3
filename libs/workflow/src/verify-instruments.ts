import { type PublicJwk, type SignedStatement, payloadOf, thumbprint, verifyStatement } from '#signing';
import { Authority, type VerifiedInstrument } from './authority';
import { type Instrument, type InstrumentOf, type Officers, instrumentSchema, officersNeeded } from './instrument';
import { ORIGINATORS, type Procedure, type ProcedureFacts, type Stage, lintProcedure } from './procedure';

export interface RefusedInstrument {
  /** The id that the statement claims, or its place when it claims none. */
  readonly id: string;
  readonly fault: string;
}

/**
 * Verifies statements of authority from first principles: what does not chain to the officers' keys counts for nothing.
 *
 * The order in which they are given decides nothing: they are judged in the order of their dates, and where two contradict
 * each other the earlier stands. Never throws on hostile statements. An `excerpt`, as a certificate carries it, lacks the
 * persons and bodies of the stages that are not public: whether a procedure can be satisfied is then not asked again.
 */
export async function verifyInstruments(
  statements: readonly SignedStatement[],
  officers: Officers,
  scope: 'all' | 'excerpt' = 'all',
): Promise<{ authority: Authority; refused: RefusedInstrument[] }> {
  const refused: RefusedInstrument[] = [];
  const candidates: VerifiedInstrument[] = [];
  for (const [place, statement] of statements.entries()) {
    const read = readInstrument(statement, officers.installation);
    if (typeof read === 'string') refused.push({ id: `statement ${String(place)}`, fault: read });
    else candidates.push(...(await signedByOfficers(read, statement, officers, refused)));
  }
  const officerMade = admit(candidates.sort(byDate), scope, refused);
  const delegations = await verifyDelegations(statements, officers.installation, officerMade, refused);
  return { authority: new Authority([...officerMade.all, ...delegations]), refused };
}

/** The instrument that a statement claims to be, unverified; or why it is none. */
export function readInstrument(statement: SignedStatement, installation: string): Instrument | string {
  try {
    const parsed = instrumentSchema.safeParse(payloadOf(statement));
    if (!parsed.success) return `it is no instrument: ${parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`;
    return parsed.data.installation === installation ? parsed.data : `it is for the installation ${parsed.data.installation}`;
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
  if (instrument.kind === 'delegation') return [];
  const byKid = new Map(officers.officers.map((each) => [each.kid, each]));
  const verified = await verifyStatement('instrument', statement, (kid) => byKid.get(kid)?.jwk);
  if (!verified.ok) {
    refused.push({ id: instrument.id, fault: verified.fault });
    return [];
  }
  // INVARIANT: two officers are two humans, not two keys of one.
  const humans = new Set(verified.kids.map((kid) => byKid.get(kid)?.officer));
  const needed = officersNeeded(instrument.kind);
  if (humans.size < needed) {
    refused.push({ id: instrument.id, fault: `${String(needed)} officers must sign a ${instrument.kind}, ${String(humans.size)} did` });
    return [];
  }
  return [{ instrument, kids: verified.kids }];
}

const byDate = (a: VerifiedInstrument, b: VerifiedInstrument): number =>
  Date.parse(a.instrument.issuedAt) - Date.parse(b.instrument.issuedAt) ||
  RANK.indexOf(a.instrument.kind) - RANK.indexOf(b.instrument.kind) ||
  (a.instrument.id < b.instrument.id ? -1 : 1);

/** Of one date, what others rest on comes first. */
const RANK: readonly string[] = ['person', 'body', 'key', 'service-key', 'holder', 'clearance', 'procedure', 'revocation', 'clearance-withdrawal'];

/** What has been admitted so far, with what later ones must not contradict. */
interface Admitted {
  readonly scope: 'all' | 'excerpt';
  readonly all: VerifiedInstrument[];
  readonly ids: Map<string, Instrument>;
  readonly identityOf: Map<string, string>;
  readonly personOf: Map<string, string>;
  readonly ownerOfKey: Map<string, string>;
  readonly bodies: Map<string, InstrumentOf<'body'>>;
  readonly clearances: Set<string>;
}

function admit(candidates: readonly VerifiedInstrument[], scope: 'all' | 'excerpt', refused: RefusedInstrument[]): Admitted {
  const admitted: Admitted = {
    scope,
    all: [],
    ids: new Map(),
    identityOf: new Map(),
    personOf: new Map(),
    ownerOfKey: new Map(),
    bodies: new Map(),
    clearances: new Set(),
  };
  for (const candidate of candidates) {
    const { instrument } = candidate;
    const known = admitted.ids.get(instrument.id);
    if (known !== undefined) {
      if (JSON.stringify(known) !== JSON.stringify(instrument)) refused.push({ id: instrument.id, fault: 'another instrument has this id' });
      continue;
    }
    const fault = contradiction(instrument, admitted);
    if (fault !== null) {
      refused.push({ id: instrument.id, fault });
      continue;
    }
    admitted.ids.set(instrument.id, instrument);
    admitted.all.push(candidate);
  }
  return admitted;
}

/** Why an instrument cannot stand beside those before it; notes what it adds when it can. */
function contradiction(instrument: Instrument, admitted: Admitted): string | null {
  switch (instrument.kind) {
    case 'person':
      return admitPerson(instrument, admitted);
    case 'key':
      return admitKey(instrument, admitted);
    case 'service-key':
      return keyFault(instrument.body) ?? ownKey(instrument.body.kid, `service:${instrument.body.service}`, admitted);
    case 'body':
      admitted.bodies.set(instrument.body.body, instrument);
      return repeated(instrument.body.seats.map((seat) => seat.id)) ? 'two seats have one name' : null;
    case 'holder':
      return admitHolder(instrument, admitted);
    case 'clearance':
      if (!admitted.identityOf.has(instrument.body.person)) return 'the person is not known';
      if (admitted.clearances.has(instrument.body.clearance)) return 'another clearance has this id';
      admitted.clearances.add(instrument.body.clearance);
      return spanFault(instrument.body);
    case 'procedure':
      return procedureFault(instrument, admitted);
    case 'clearance-withdrawal':
    case 'revocation':
      return null;
    case 'delegation':
      return 'a delegation is signed by the one who delegates';
  }
}

function admitPerson({ body }: InstrumentOf<'person'>, admitted: Admitted): string | null {
  const otherIdentity = admitted.identityOf.get(body.person);
  if (otherIdentity !== undefined && otherIdentity !== body.identity) return 'the person is known under another identity';
  const otherPerson = admitted.personOf.get(body.identity);
  // INVARIANT (distinct_humans): one human is one person here; a second record of the same human is refused.
  if (otherPerson !== undefined && otherPerson !== body.person) return 'this human is known as another person';
  admitted.identityOf.set(body.person, body.identity);
  admitted.personOf.set(body.identity, body.person);
  return null;
}

function admitKey({ body }: InstrumentOf<'key'>, admitted: Admitted): string | null {
  if (admitted.identityOf.get(body.person) !== body.identity) return 'the key is for a person who is not known under that identity';
  return keyFault(body) ?? spanFault(body) ?? ownKey(body.kid, body.person, admitted);
}

const keyFault = (body: { readonly kid: string; readonly jwk: PublicJwk }): string | null =>
  thumbprint(body.jwk) === body.kid ? null : 'the kid is not the thumbprint of the key';

function ownKey(kid: string, owner: string, admitted: Admitted): string | null {
  const other = admitted.ownerOfKey.get(kid);
  if (other !== undefined && other !== owner) return 'the key belongs to somebody else';
  admitted.ownerOfKey.set(kid, owner);
  return null;
}

function admitHolder({ body }: InstrumentOf<'holder'>, admitted: Admitted): string | null {
  if (!admitted.identityOf.has(body.person)) return 'the holder is not a known person';
  const seats = admitted.bodies.get(body.body)?.body.seats ?? [];
  return seats.some((seat) => seat.id === body.seat) ? spanFault(body) : `the body ${body.body} has no seat ${body.seat}`;
}

function procedureFault({ body }: InstrumentOf<'procedure'>, admitted: Admitted): string | null {
  const twin = admitted.all.some(
    ({ instrument }) =>
      instrument.kind === 'procedure' && instrument.body.procedure.id === body.procedure.id && instrument.body.procedure.version === body.procedure.version,
  );
  if (twin) return 'this version of the procedure exists; a change is a new version';
  const roles = admitted.all.flatMap(({ instrument }) => (instrument.kind === 'person' ? instrument.body.roles : []));
  const bodies = [...admitted.bodies.values()].map((each) => ({ id: each.body.body, seats: each.body.seats.map((seat) => seat.id) }));
  const facts = admitted.scope === 'all' ? { bodies, roles } : namedBy(body.procedure);
  const faults = lintProcedure(body.procedure, facts);
  return faults.length === 0 ? null : faults.map((fault) => `${fault.rule}: needs ${fault.need}, has ${fault.have}`).join('; ');
}

/** A world in which everything that the procedure names exists: what remains of the lint is the procedure's own form. */
function namedBy(procedure: Procedure): ProcedureFacts {
  const seats = (stage: Stage): string[] => Array.from({ length: typeof stage.rule === 'object' ? stage.rule.atLeast : 1 }, (_unused, n) => String(n));
  return {
    bodies: [{ id: ORIGINATORS, seats: ['any'] }, ...procedure.stages.flatMap((stage) => ('body' in stage ? [{ id: stage.body, seats: seats(stage) }] : []))],
    roles: procedure.stages.flatMap((stage) => ('role' in stage ? [stage.role] : [])),
  };
}

const spanFault = (span: { from: string; until: string }): string | null => (Date.parse(span.from) < Date.parse(span.until) ? null : 'it ends before it begins');

const repeated = (values: readonly string[]): boolean => new Set(values).size !== values.length;

/** Delegations come last: they chain to keys and holders that officers have stated. */
async function verifyDelegations(
  statements: readonly SignedStatement[],
  installation: string,
  admitted: Admitted,
  refused: RefusedInstrument[],
): Promise<VerifiedInstrument[]> {
  const authority = new Authority(admitted.all);
  const accepted: VerifiedInstrument[] = [];
  for (const statement of statements) {
    const instrument = readInstrument(statement, installation);
    if (typeof instrument === 'string' || instrument.kind !== 'delegation') continue;
    if (accepted.some((each) => each.instrument.id === instrument.id)) continue;
    const verified = await verifyStatement('instrument', statement, (kid) => authority.jwkOf(kid));
    const fault = !verified.ok ? verified.fault : admitted.ids.has(instrument.id) ? 'another instrument has this id' : delegationFault(instrument, verified.kids, authority);
    if (fault !== null || !verified.ok) refused.push({ id: instrument.id, fault: fault ?? 'it is not signed' });
    else accepted.push({ instrument, kids: verified.kids });
  }
  return accepted;
}

function delegationFault(delegation: InstrumentOf<'delegation'>, kids: readonly string[], authority: Authority): string | null {
  const { body, issuedAt } = delegation;
  if (kids.length !== 1) return 'one key signs a delegation';
  if (authority.key(kids[0] ?? '', issuedAt)?.body.person !== body.fromPerson) return 'it is not signed by a key of the one who delegates';
  // INVARIANT: only the holder delegates; a delegate hands nothing on.
  if (authority.holderOf(body.body, body.seat, issuedAt)?.body.person !== body.fromPerson) return 'the one who delegates did not hold the seat';
  if (authority.person(body.toPerson, issuedAt) === undefined) return 'the delegate is not a known person';
  return body.fromPerson === body.toPerson ? 'nobody delegates to themselves' : spanFault(body);
}
