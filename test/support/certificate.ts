import { type Certificate, composeCertificate, publicationLeaf, publicationOf } from '#certificate';
import {
  type NodeAddress,
  appendLeaves,
  checkpointBody,
  consistencyProof,
  emptyFrontier,
  inclusionProof,
  leafHash,
  rootOf,
  signNote,
} from '#ledger';
import { generateKey, signStatement } from '#signing';
import { verifyInstruments } from '#workflow';
import { type TestAlliance, everyApproval } from './authority';

const PUBLISHED = '2026-06-05T15:00:05Z';

/** A log in memory, signed with a seed. */
export function aLog(name: string, seed: Uint8Array, leaves: readonly Uint8Array[]) {
  const nodes = new Map<string, Uint8Array>();
  const grown = appendLeaves(emptyFrontier(), leaves.map(leafHash));
  for (const { address, hash } of grown.completed) nodes.set(`${address.level}/${address.index}`, hash);
  const node = (address: NodeAddress) => nodes.get(`${address.level}/${address.index}`)!;
  const hex = (hashes: readonly Uint8Array[]) => hashes.map((hash) => Buffer.from(hash).toString('hex'));
  return {
    checkpoint: (size = leaves.length) => {
      const root = rootOf(appendLeaves(emptyFrontier(), leaves.slice(0, size).map(leafHash)).frontier);
      return signNote(checkpointBody({ origin: name, size, root }), name, seed);
    },
    inclusion: (index: number) => hex(inclusionProof(index, leaves.length, node)),
    consistency: (first: number) => hex(consistencyProof(first, leaves.length, node)),
  };
}

/** A leaf that stands for anything. */
export const filler = (n: number) => Buffer.from(`leaf ${String(n)}`);

/** A certificate as the guard makes it, of a small alliance. EXERCISE. */
export async function aCertificate(alliance: TestAlliance): Promise<Certificate> {
  const { authority } = alliance;
  const guard = await generateKey();
  await authority.serviceKey(guard.privateJwk);
  const evidence = {
    ...alliance.proposal,
    decisions: await everyApproval(alliance),
    instruments: authority.statements,
  };
  const verified = await verifyInstruments(authority.statements, authority.officers);
  const statement = publicationOf(evidence, verified.authority, {
    publishedAt: PUBLISHED,
    saltOf: () => 'exercise-salt',
  });
  const publication = await signStatement('publication', statement, guard.privateJwk);
  const leaves = [filler(0), filler(1), Buffer.from(publicationLeaf(publication)), filler(3), filler(4)];
  const log = aLog('exercise/public-log', authority.logSeeds.publicLog, leaves);
  return composeCertificate(evidence, verified.authority, {
    publication,
    guardKid: guard.kid,
    log: { leafIndex: 2, treeSize: leaves.length, inclusion: log.inclusion(2), checkpoint: log.checkpoint() },
  });
}
