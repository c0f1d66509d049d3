import { type Certificate, type Publication, composeCertificate, publicationLeaf, publicationOf } from '#certificate';
import { type LogPlace, type NoteKey, noteKeyOf } from '#ledger';
import { type PrivateJwk, type SignedStatement, generateKey, signStatement, thumbprint } from '#signing';
import { type ApprovalEvidence, type Authority, type Officers, verifyInstruments } from '#workflow';
import { type TestAlliance, everyApproval } from './authority';
import { aLog, filler } from './certificate';

export const PUBLISHED = '2026-06-05T16:00:00.000Z';

/** What a test wants otherwise about a publication. */
export interface Publishing {
  readonly guard?: PrivateJwk;
  readonly change?: Partial<Publication>;
  readonly evidence?: ApprovalEvidence;
}

/** A release as it is published, and what it was made from. */
export interface TestPublication {
  readonly certificate: Certificate;
  readonly evidence: ApprovalEvidence;
  readonly authority: Authority;
  readonly trust: { readonly officers: Officers; readonly publicLog: readonly NoteKey[] };
}

export const saltOf = (stage: string): string => `salt of ${stage}, which in life is random`;

/** Where a publication lies in the public log of a test: third of five leaves. */
export function placeOf(publication: SignedStatement, { authority }: TestAlliance): LogPlace {
  const leaves = [filler(0), filler(1), Buffer.from(publicationLeaf(publication)), filler(3), filler(4)];
  const log = aLog(`${authority.installation}/public-log`, authority.logSeeds.publicLog, leaves);
  return { leafIndex: 2, treeSize: leaves.length, inclusion: log.inclusion(2), checkpoint: log.checkpoint() };
}

/** Publishes as the guard does, or as a hostile one would: everybody approves, the guard signs, the log takes its leaf. */
export async function publish(alliance: TestAlliance, publishing: Publishing = {}): Promise<TestPublication> {
  const registry = alliance.authority;
  const guard = publishing.guard ?? (await guardOf(alliance));
  const evidence = publishing.evidence ?? {
    ...alliance.proposal,
    decisions: await everyApproval(alliance),
    instruments: registry.statements,
  };
  const { authority } = await verifyInstruments(registry.statements, registry.officers);
  const said = publicationOf(evidence, authority, { publishedAt: PUBLISHED, saltOf });
  const publication = await signStatement('publication', { ...said, ...publishing.change }, guard);
  const log = placeOf(publication, alliance);
  const certificate = await composeCertificate(evidence, authority, { publication, guardKid: thumbprint(guard), log });
  const publicLog = [noteKeyOf(`${registry.installation}/public-log`, registry.logSeeds.publicLog)];
  return { certificate, evidence, authority, trust: { officers: registry.officers, publicLog } };
}

/** A guard whose key two officers have stated. */
export async function guardOf(alliance: TestAlliance): Promise<PrivateJwk> {
  const { privateJwk } = await generateKey();
  await alliance.authority.serviceKey(privateJwk);
  return privateJwk;
}
