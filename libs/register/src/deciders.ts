import type { Certificate } from '#certificate';
import { type Authority, type Decision, type Procedure, type Stage, readDecision, verifyInstruments } from '#workflow';
import { publicationIn } from './judge-release';
import type { RegisterTrust } from './trust';

/** Somebody who decided in a public stage, as the instruments name them: by office, never by a name of our own. */
export interface Decider {
  readonly office: string;
  readonly nation: string | null;
  readonly seat: { readonly id: string; readonly name: string } | null;
  readonly capacity: Decision['capacity']['kind'];
  /** ISO moment of the signature, by the signer's word. */
  readonly at: string;
  /** The thumbprint of the key that signed. */
  readonly kid: string;
}

/** One stage of the procedure: what it asks, and who decided where that is public. */
export interface DecidedStage {
  readonly stage: Stage;
  /** The body's name, where the stage asks one that the certificate carries. */
  readonly bodyName: string | null;
  /** What the guard committed to of its decisions. */
  readonly commitment: string;
  readonly deciders: readonly Decider[];
}

/** Who decided on a release, stage by stage. Only of a certificate that has passed every check. */
export async function decidedStages(certificate: Certificate, trust: RegisterTrust): Promise<DecidedStage[]> {
  const { authority } = await verifyInstruments(certificate.instruments, trust.officers, 'excerpt');
  const publication = publicationIn(certificate);
  const { id, version } = certificate.outgoing.procedure;
  const procedure = authority.procedure(id, version, publication?.publishedAt);
  if (publication === undefined || procedure === undefined)
    throw new Error('a certificate that was verified states no procedure');
  const decisions = await decisionsOf(certificate, authority);
  return procedure.stages.map((stage) => ({
    stage,
    bodyName: 'body' in stage ? (authority.body(stage.body, publication.publishedAt)?.body.name ?? null) : null,
    commitment: publication.stages.find((each) => each.stage === stage.id)?.decisions ?? '',
    deciders: decisions
      .filter(({ decision }) => decision.stage === stage.id)
      .map(({ decision, kid }) => deciderOf(decision, kid, authority))
      .sort(bySeat),
  }));
}

/** Whether a stage's decisions are in the certificate. */
export const isPublic = (stage: Procedure['stages'][number]): boolean => stage.public === true;

async function decisionsOf(
  certificate: Certificate,
  authority: Authority,
): Promise<{ decision: Decision; kid: string }[]> {
  const read = await Promise.all(certificate.decisions.map((statement) => readDecision(statement, authority)));
  return read.filter((each) => typeof each !== 'string');
}

function deciderOf(decision: Decision, kid: string, authority: Authority): Decider {
  const person = authority.person(decision.person, decision.at)?.body;
  const seats = decision.body === null ? [] : (authority.body(decision.body, decision.at)?.body.seats ?? []);
  return {
    office: person?.office ?? decision.identity,
    nation: person?.nation ?? null,
    seat: decision.seat === null ? null : (seats.find((seat) => seat.id === decision.seat) ?? null),
    capacity: decision.capacity.kind,
    at: decision.at,
    kid,
  };
}

const bySeat = (a: Decider, b: Decider): number =>
  (a.seat?.name ?? a.office).localeCompare(b.seat?.name ?? b.office, 'en');
