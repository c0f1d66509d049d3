import { type PrivateJwk, type SignedStatement, signStatement } from '#signing';
import type { SpeakingAs } from './capacities';
import type { Decision } from './decision';
import { type Outgoing, proposalDigest } from './outgoing';

/** The human who signs, as their instrument names them. */
export interface Signer {
  readonly person: string;
  readonly identity: string;
  readonly key: PrivateJwk;
}

/** What is said of a proposal, in which capacity, and when (ISO moment). */
export interface Verdict {
  readonly as: SpeakingAs;
  readonly verdict: Decision['verdict'];
  readonly at: string;
}

/**
 * Signs a decision on exactly this outgoing part. The digest is computed here, from what the signer has before them, and
 * never taken from anybody's word. Runs where the private key is, and that is never a server.
 */
export async function signDecision(
  proposal: { readonly outgoing: Outgoing; readonly closedCommitment: string },
  { person, identity, key }: Signer,
  { as, verdict, at }: Verdict,
): Promise<SignedStatement> {
  const { outgoing, closedCommitment } = proposal;
  const decision: Decision = {
    installation: outgoing.installation,
    proposal: proposalDigest(outgoing, closedCommitment),
    procedure: outgoing.procedure,
    ...as,
    person,
    identity,
    verdict,
    window: outgoing.window,
    at,
  };
  return signStatement('decision', decision, key);
}
