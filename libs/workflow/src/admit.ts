import { type PublicJwk, algorithmOf, canonicalJson, thumbprint } from '#signing';
import type { VerifiedInstrument } from './authority';
import { type Instrument, type InstrumentOf, type Officers, humanOf } from './instrument';
import { ORIGINATORS, type Procedure, type ProcedureFacts, type Stage, lintProcedure } from './procedure';

export interface RefusedInstrument {
  /** The id that the statement claims, or its place when it claims none. */
  readonly id: string;
  readonly fault: string;
}

/** What has been admitted so far, with what later ones must not contradict. */
export interface Admitted {
  readonly scope: 'all' | 'excerpt';
  readonly all: VerifiedInstrument[];
  readonly ids: Map<string, Instrument>;
  /** Those that a revocation for compromise voids: they stay known, and stand in nobody's way. */
  readonly voided: ReadonlySet<string>;
  readonly identityOf: Map<string, string>;
  readonly personOf: Map<string, string>;
  readonly ownerOfKey: Map<string, string>;
  readonly bodies: Map<string, InstrumentOf<'body'>>;
  readonly clearances: Set<string>;
}

/**
 * Admits instruments whose officers have signed, in the order of their dates: what contradicts an earlier one is refused.
 *
 * INVARIANT: the order in which they are given decides nothing.
 */
export function admit(
  candidates: readonly VerifiedInstrument[],
  officers: Officers,
  scope: 'all' | 'excerpt',
  refused: RefusedInstrument[],
): Admitted {
  const admitted: Admitted = {
    scope,
    all: [],
    ids: new Map(),
    voided: new Set(candidates.flatMap(({ instrument }) => voidedBy(instrument))),
    identityOf: new Map(),
    personOf: new Map(),
    ownerOfKey: new Map(officers.officers.map((each) => [each.kid, `officer:${humanOf(each.officer)}`])),
    bodies: new Map(),
    clearances: new Set(),
  };
  for (const candidate of [...candidates].sort(byDate)) {
    const { instrument } = candidate;
    const known = admitted.ids.get(instrument.id);
    if (known !== undefined && canonicalJson(known) === canonicalJson(instrument)) continue;
    const fault = known === undefined ? contradiction(instrument, admitted) : 'another instrument has this id';
    if (fault !== null) {
      refused.push({ id: instrument.id, fault });
      continue;
    }
    admitted.ids.set(instrument.id, instrument);
    admitted.all.push(candidate);
  }
  return admitted;
}

const voidedBy = (instrument: Instrument): string[] =>
  instrument.kind === 'revocation' && instrument.body.reason === 'compromise' ? [instrument.body.instrument] : [];

/** Of one date, what others rest on comes first. */
const RANK: readonly string[] = [
  'person',
  'body',
  'key',
  'service-key',
  'holder',
  'delegation',
  'clearance',
  'procedure',
  'access-rules',
  'access-list',
  'access-grant',
  'revocation',
  'clearance-withdrawal',
  'access-withdrawal',
];

export const byDate = (a: VerifiedInstrument, b: VerifiedInstrument): number =>
  Date.parse(a.instrument.issuedAt) - Date.parse(b.instrument.issuedAt) ||
  RANK.indexOf(a.instrument.kind) - RANK.indexOf(b.instrument.kind) ||
  compare(a.instrument.id, b.instrument.id) ||
  compare(canonicalJson(a.instrument), canonicalJson(b.instrument));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Why an instrument cannot stand beside those before it; notes what it adds when it can. */
function contradiction(instrument: Instrument, admitted: Admitted): string | null {
  switch (instrument.kind) {
    case 'person':
      return admitPerson(instrument, admitted);
    case 'key':
      return admitKey(instrument, admitted);
    case 'service-key':
      return (
        keyFault(instrument.body) ??
        spanFault(instrument.body) ??
        ownKey(instrument.body.kid, `service:${instrument.body.service}`, admitted)
      );
    case 'body':
      return admitBody(instrument, admitted);
    case 'holder':
      return holderFault(instrument, admitted);
    case 'clearance':
      return admitClearance(instrument, admitted);
    case 'procedure':
      return procedureFault(instrument, admitted);
    case 'access-list':
      return instrument.body.approvers.every((each) => admitted.identityOf.has(each))
        ? null
        : 'an approver is not a known person';
    case 'access-rules':
      return rulesFault(instrument, admitted);
    case 'clearance-withdrawal':
    case 'revocation':
      return null;
    case 'delegation':
    case 'access-grant':
    case 'access-withdrawal':
      return `a ${instrument.kind} is signed by the one whose it is`;
  }
}

function admitPerson({ id, body }: InstrumentOf<'person'>, admitted: Admitted): string | null {
  const human = humanOf(body.identity);
  const otherIdentity = admitted.identityOf.get(body.person);
  if (otherIdentity !== undefined && otherIdentity !== body.identity)
    return 'the person is known under another identity';
  const otherPerson = admitted.personOf.get(human);
  // INVARIANT (distinct_humans): one human is one person here; a second record of the same human is refused.
  if (otherPerson !== undefined && otherPerson !== body.person) return 'this human is known as another person';
  admitted.identityOf.set(body.person, body.identity);
  if (!admitted.voided.has(id)) admitted.personOf.set(human, body.person);
  return null;
}

function admitKey({ body }: InstrumentOf<'key'>, admitted: Admitted): string | null {
  if (admitted.identityOf.get(body.person) !== body.identity)
    return 'the key is for a person who is not known under that identity';
  const officer = `officer:${humanOf(body.identity)}`;
  const owner = admitted.ownerOfKey.get(body.kid) === officer ? officer : body.person;
  return keyFault(body) ?? spanFault(body) ?? ownKey(body.kid, owner, admitted);
}

function keyFault(body: { readonly kid: string; readonly jwk: PublicJwk }): string | null {
  if (algorithmOf(body.jwk) === undefined) return 'the key is neither Ed25519 nor P-256';
  return thumbprint(body.jwk) === body.kid ? null : 'the kid is not the thumbprint of the key';
}

function ownKey(kid: string, owner: string, admitted: Admitted): string | null {
  const other = admitted.ownerOfKey.get(kid);
  if (other !== undefined && other !== owner) return 'the key belongs to somebody else';
  admitted.ownerOfKey.set(kid, owner);
  return null;
}

function admitBody(instrument: InstrumentOf<'body'>, admitted: Admitted): string | null {
  const { seats, body } = instrument.body;
  if (new Set(seats.map((seat) => seat.id)).size !== seats.length) return 'two seats have one name';
  const known = admitted.bodies.get(body);
  // A voided body stands in the way of no other, but still lets a procedure be what it was when it came into force: a revocation
  // puts no instrument of others in doubt.
  if (!admitted.voided.has(instrument.id) || known === undefined || admitted.voided.has(known.id))
    admitted.bodies.set(body, instrument);
  return null;
}

function holderFault({ body }: InstrumentOf<'holder'>, admitted: Admitted): string | null {
  if (!admitted.identityOf.has(body.person)) return 'the holder is not a known person';
  const stated = admitted.all.some(
    ({ instrument }) =>
      instrument.kind === 'body' &&
      instrument.body.body === body.body &&
      instrument.body.seats.some((seat) => seat.id === body.seat),
  );
  return stated ? spanFault(body) : `the body ${body.body} has no seat ${body.seat}`;
}

function admitClearance({ body }: InstrumentOf<'clearance'>, admitted: Admitted): string | null {
  if (!admitted.identityOf.has(body.person)) return 'the person is not known';
  if (admitted.clearances.has(body.clearance)) return 'another clearance has this id';
  const fault = spanFault(body);
  if (fault === null) admitted.clearances.add(body.clearance);
  return fault;
}

function rulesFault({ body }: InstrumentOf<'access-rules'>, admitted: Admitted): string | null {
  const twin = admitted.all.some(
    ({ instrument }) => instrument.kind === 'access-rules' && instrument.body.version === body.version,
  );
  return twin ? 'this version of the rules exists; a change is a new version' : null;
}

function procedureFault({ body }: InstrumentOf<'procedure'>, admitted: Admitted): string | null {
  const { id, version } = body.procedure;
  const twin = admitted.all.some(
    ({ instrument }) =>
      instrument.kind === 'procedure' &&
      instrument.body.procedure.id === id &&
      instrument.body.procedure.version === version,
  );
  if (twin) return 'this version of the procedure exists; a change is a new version';
  const roles = admitted.all.flatMap(({ instrument }) => (instrument.kind === 'person' ? instrument.body.roles : []));
  const bodies = [...admitted.bodies.values()].map((each) => ({
    id: each.body.body,
    seats: each.body.seats.map((seat) => seat.id),
  }));
  const faults = lintProcedure(body.procedure, admitted.scope === 'all' ? { bodies, roles } : namedBy(body.procedure));
  return faults.length === 0
    ? null
    : faults.map((fault) => `${fault.rule}: needs ${fault.need}, has ${fault.have}`).join('; ');
}

/** A world in which everything that the procedure names exists: what remains of the lint is the procedure's own form. */
function namedBy(procedure: Procedure): ProcedureFacts {
  const seats = (stage: Stage): string[] =>
    Array.from(
      { length: typeof stage.rule === 'object' ? Math.min(Math.max(stage.rule.atLeast, 1), 200) : 1 },
      (_unused, n) => String(n),
    );
  return {
    bodies: [
      { id: ORIGINATORS, seats: ['any'] },
      ...procedure.stages.flatMap((stage) => ('body' in stage ? [{ id: stage.body, seats: seats(stage) }] : [])),
    ],
    roles: procedure.stages.flatMap((stage) => ('role' in stage ? [stage.role] : [])),
  };
}

export const spanFault = (span: { from: string; until: string }): string | null =>
  Date.parse(span.from) < Date.parse(span.until) ? null : 'it ends before it begins';
