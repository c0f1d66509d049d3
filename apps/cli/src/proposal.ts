import type { ApiClient } from '#client';
import type { ProposalView } from '#contracts';
import { sha256Hex } from '#signing';
import { proposalDigest } from '#workflow';
import { No } from './answer';
import { neutral } from './neutral';

/** A file of the proposal, byte for byte what the outgoing part names. */
export interface CheckedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A frozen proposal whose parts agree with each other, by this process's own reckoning. */
export interface CheckedProposal {
  readonly proposal: ProposalView;
  readonly digest: string;
  readonly files: readonly CheckedFile[];
}

/**
 * Fetches a frozen proposal and believes nothing of it: computes the digest from the outgoing part, downloads every rendition
 * and compares its bytes with the hash that the outgoing part names. Throws with everything that does not fit.
 *
 * INVARIANT (what_you_sign_is_what_ships): what is signed is the digest that comes out of here.
 */
export async function checkedProposal(client: ApiClient, caseId: string): Promise<CheckedProposal> {
  const proposal = await client.proposal(caseId);
  const { outgoing, closedCommitment } = proposal;
  const digest = proposalDigest(outgoing, closedCommitment);
  const faults: string[] = [];
  if (digest !== proposal.digest)
    faults.push(`the server names the digest ${proposal.digest}, the outgoing part has ${digest}`);
  const files: CheckedFile[] = [];
  for (const { name, bytes: length, sha256 } of outgoing.renditions) {
    const bytes = await client.rendition(caseId, name);
    files.push({ name, bytes });
    const found = sha256Hex(bytes);
    if (bytes.length !== length || found !== sha256)
      faults.push(`${name} has ${String(bytes.length)} bytes, sha256 ${found}; named are ${String(length)}, ${sha256}`);
  }
  if (faults.length > 0)
    throw new No(neutral(`nothing was signed, the server contradicts itself: ${faults.join('; ')}`));
  return { proposal, digest, files };
}
