import { z } from 'zod';
import { type SignedStatement, verifyStatement } from '#signing';
import type { Authority } from './authority';
import { humanOf } from './instrument';
import { type Outgoing, originatorsOf, windowSchema } from './outgoing';
import { ORIGINATORS, type Procedure, type Stage } from './procedure';
import type { Refusal } from './refusal';

const moment = z.iso.datetime();

/** One person's signed verdict in a stage. It names everything it is about, so that it fits nothing else. */
export const decisionSchema = z.strictObject({
  installation: z.string().min(1),
  proposal: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  procedure: z.strictObject({ id: z.string().min(1), version: z.number().int().min(1) }),
  stage: z.string().min(1),
  body: z.string().nullable(),
  seat: z.string().nullable(),
  capacity: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('holder') }),
    z.strictObject({ kind: z.literal('delegate'), delegation: z.uuid() }),
    z.strictObject({ kind: z.literal('role') }),
  ]),
  person: z.uuid(),
  identity: z.string().min(1),
  verdict: z.enum(['approve', 'object', 'return']),
  window: windowSchema,
  at: moment,
});

export type Decision = z.output<typeof decisionSchema>;

/** What a decision is judged against. */
export interface ProposalFacts {
  readonly outgoing: Outgoing;
  readonly digest: string;
  readonly procedure: Procedure;
  readonly authority: Authority;
  /** ISO moment. */
  readonly now: string;
}

/** A decision whose signature is right. Whether it counts is another question. */
export interface SignedDecision {
  readonly decision: Decision;
  readonly kid: string;
}

/** Reads a signed decision and checks its signature against the keys that instruments have stated. */
export async function readDecision(statement: SignedStatement, authority: Authority): Promise<SignedDecision | string> {
  const verified = await verifyStatement('decision', statement, (kid) => authority.jwkOf(kid));
  if (!verified.ok) return verified.fault;
  const parsed = decisionSchema.safeParse(verified.payload);
  if (!parsed.success)
    return `it is no decision: ${parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`;
  const [kid, ...others] = verified.kids;
  if (kid === undefined || others.length > 0) return 'one key signs a decision';
  return { decision: parsed.data, kid };
}

/** Every reason why a signed decision does not count on a proposal; empty when it does. */
export function refuseDecision({ decision, kid }: SignedDecision, facts: ProposalFacts): Refusal[] {
  const { outgoing, digest, procedure } = facts;
  const stage = procedure.stages.find((each) => each.id === decision.stage);
  const checks: (Refusal | false)[] = [
    decision.installation !== outgoing.installation &&
      refusal('installation', outgoing.installation, decision.installation),
    decision.proposal !== digest && refusal('change_voids_approval', digest, decision.proposal),
    named(decision.procedure) !== named(outgoing.procedure) &&
      refusal('procedure', named(outgoing.procedure), named(decision.procedure)),
    named(procedure) !== named(outgoing.procedure) &&
      refusal('procedure', named(outgoing.procedure), `judged by ${named(procedure)}`),
    (decision.window.notBefore !== outgoing.window.notBefore ||
      decision.window.notAfter !== outgoing.window.notAfter) &&
      refusal('window', spanText(outgoing.window), spanText(decision.window)),
    Date.parse(decision.at) > Date.parse(facts.now) &&
      refusal('not-in-the-future', `at most ${facts.now}`, decision.at),
    Date.parse(decision.at) >= Date.parse(outgoing.window.notAfter) &&
      refusal('before-the-window-ends', outgoing.window.notAfter, decision.at),
    isRequester(decision, facts) && refusal('not-requester', 'somebody other than the requester', decision.person),
    stage === undefined && refusal('stage', procedure.stages.map((each) => each.id).join(' or '), decision.stage),
  ];
  return [
    ...checks.filter((check) => check !== false),
    ...keyRefusals(decision, kid, facts.authority),
    ...(stage === undefined ? [] : capacityRefusals(decision, stage, facts)),
  ];
}

/**
 * INVARIANT (distinct_humans): nobody decides on their own request, neither as the person nor as the human behind it.
 *
 * A certificate's excerpt does not carry the requester; there one human is one person already.
 */
function isRequester(decision: Decision, { outgoing, authority, now }: ProposalFacts): boolean {
  const requester = authority.person(outgoing.requestedBy.person, now);
  return (
    decision.person === outgoing.requestedBy.person ||
    (requester !== undefined && humanOf(requester.body.identity) === humanOf(decision.identity))
  );
}

function keyRefusals(decision: Decision, kid: string, authority: Authority): Refusal[] {
  const key = authority.key(kid, decision.at);
  if (key === undefined) return [refusal('key', 'a key that was valid when it signed', kid)];
  if (key.body.person === decision.person && key.body.identity === decision.identity) return [];
  return [refusal('key', 'the key of the one who decides', `a key of ${key.body.identity}`)];
}

function capacityRefusals(decision: Decision, stage: Stage, facts: ProposalFacts): Refusal[] {
  if ('role' in stage) return roleRefusals(decision, stage.role, facts.authority);
  const body = 'each' in stage ? ORIGINATORS : stage.body;
  const seats = seatsOf(stage, facts).map((seat) => seat.id);
  const { seat } = decision;
  if (decision.body !== body || seat === null || !seats.includes(seat)) {
    return [
      refusal('seat', `a seat of ${body} that this stage asks`, `${decision.body ?? 'no body'}/${seat ?? 'no seat'}`),
    ];
  }
  const { capacity } = decision;
  if (capacity.kind === 'holder') {
    const holder = facts.authority.holderOf(body, seat, decision.at);
    return holder?.body.person === decision.person
      ? []
      : [refusal('capacity', `the holder of ${body}/${seat} at ${decision.at}`, decision.person)];
  }
  if (capacity.kind === 'delegate') {
    const delegation = facts.authority
      .delegationsOf(body, seat, decision.at)
      .find((each) => each.id === capacity.delegation);
    return delegation?.body.toPerson === decision.person
      ? []
      : [refusal('capacity', `a delegation of ${body}/${seat} that stands at ${decision.at}`, capacity.delegation)];
  }
  return [refusal('capacity', 'holder or delegate of a seat', capacity.kind)];
}

function roleRefusals(decision: Decision, role: string, authority: Authority): Refusal[] {
  const roles = authority.person(decision.person, decision.at)?.body.roles ?? [];
  if (decision.capacity.kind !== 'role' || decision.body !== null || decision.seat !== null)
    return [refusal('capacity', `the role ${role}`, decision.capacity.kind)];
  return roles.includes(role) ? [] : [refusal('capacity', `the role ${role}`, roles.join(', ') || 'no role')];
}

/** The seats that a stage asks: every originator of what leaves, or every seat of its body. A role has none. */
export function seatsOf(stage: Stage, facts: ProposalFacts): { id: string; name: string }[] {
  if ('role' in stage) return [];
  const known = facts.authority.body('each' in stage ? ORIGINATORS : stage.body, facts.now)?.body.seats ?? [];
  if (!('each' in stage)) return known;
  return originatorsOf(facts.outgoing).map((id) => ({ id, name: known.find((seat) => seat.id === id)?.name ?? id }));
}

const named = (procedure: { id: string; version: number }): string => `${procedure.id} ${String(procedure.version)}`;
const spanText = (window: { notBefore: string; notAfter: string }): string =>
  `${window.notBefore} to ${window.notAfter}`;
const refusal = (rule: string, need: string, have: string): Refusal => ({ code: 'decision', rule, need, have });
