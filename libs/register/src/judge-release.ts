import { createHash } from 'node:crypto';
import {
  type Certificate,
  type Publication,
  certificateSchema,
  publicationSchema,
  verifyCertificate,
} from '#certificate';
import { PUBLIC_LABEL, canonicalLabel } from '#marking';
import { canonicalJson, payloadOf } from '#signing';
import type { Finding } from '#workflow';
import { DATA_RENDITION, type ReleasedWords, jsonOrNull, readWords } from './released-words';
import type { ReleasePrint, StoredFile, StoredRelease } from './store/release.store';
import type { RegisterTrust } from './trust';

/** A release judged whole: every check of its certificate and, when nothing failed, what it says. */
export interface JudgedRelease {
  readonly findings: readonly Finding[];
  /** Why it is not shown; empty when it is. */
  readonly faults: readonly string[];
  readonly content: { readonly certificate: Certificate; readonly words: ReleasedWords } | undefined;
}

/**
 * Judges a stored release: its certificate from first principles, each file against the signed hashes, and the row that
 * orders it in lists against what the guard signed.
 *
 * INVARIANT (what_you_sign_is_what_ships): one fault, and nothing of it is shown.
 */
export async function judgeRelease(
  stored: StoredRelease,
  files: readonly StoredFile[],
  trust: RegisterTrust,
): Promise<JudgedRelease> {
  const claimed = files.map(({ name, bytes }) => ({ name, bytes }));
  const findings = await verifyCertificate(jsonOrNull(stored.certificate), trust, claimed);
  const failed = findings.filter((finding) => !finding.ok).map(({ check, detail }) => `${check}: ${detail}`);
  const parsed = certificateSchema.safeParse(jsonOrNull(stored.certificate));
  if (!parsed.success)
    return { findings, faults: failed.length > 0 ? failed : ['format: not a certificate'], content: undefined };
  const certificate = parsed.data;
  const faults = [...failed, ...rowFaults(stored, certificate), ...fileFaults(files, certificate)];
  const data = files.find((file) => file.name === DATA_RENDITION);
  const words = data === undefined ? `there is no ${DATA_RENDITION}` : readWords(data.bytes, certificate.outgoing);
  if (typeof words === 'string') return { findings, faults: [...faults, `words: ${words}`], content: undefined };
  return { findings, faults, content: faults.length > 0 ? undefined : { certificate, words } };
}

function rowFaults(stored: StoredRelease, certificate: Certificate): string[] {
  const publishedAt = publicationIn(certificate)?.publishedAt;
  return [
    // Two spellings of one certificate could be read in two ways: a name that stands twice, to begin with.
    ...(canonicalJson(certificate) === stored.certificate ? [] : ['certificate: not in its one form']),
    ...(certificate.outgoing.release === stored.id ? [] : ['release: the certificate speaks of another release']),
    ...(publishedAt === stored.publishedAt.toISOString()
      ? []
      : ['published: the row says another moment than the guard signed']),
    ...(canonicalLabel(certificate.outgoing.audience) === canonicalLabel(PUBLIC_LABEL)
      ? []
      : ['audience: it was approved for others than the public']),
    ...(certificate.log.leafIndex === stored.leafIndex ? [] : ['leaf: the row says another place in the log']),
  ];
}

function fileFaults(files: readonly StoredFile[], certificate: Certificate): string[] {
  const named = certificate.outgoing.renditions;
  const same =
    named.length === files.length &&
    named.every((file) => files.find((each) => each.name === file.name)?.mediaType === file.mediaType);
  return same ? [] : ['files: not exactly those that were signed'];
}

/** The statement of publication that a certificate carries; its signature is judged elsewhere. */
export function publicationIn(certificate: Certificate): Publication | undefined {
  try {
    return publicationSchema.safeParse(payloadOf(certificate.publication)).data;
  } catch {
    return undefined;
  }
}

/** The print of what was loaded: the same that the database computes over the same bytes. */
export const printFrom = (stored: StoredRelease, files: readonly StoredFile[]): ReleasePrint => ({
  id: stored.id,
  publishedAt: stored.publishedAt,
  leafIndex: stored.leafIndex,
  certificateSha256: sha256Of(stored.certificate),
  files: files.map(({ name, mediaType, bytes }) => [name, mediaType, sha256Of(bytes)]),
});

/** Node's own hash: files are hashed each time that they are served. */
export const sha256Of = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
