import type { LabelKind, LabelRecord } from '../label/record';

export const BINDING_NAMESPACE = 'urn:nato:stanag:4778:bindinginformation:1:0';
export const DSIG_NAMESPACE = 'http://www.w3.org/2000/09/xmldsig#';
export const XMIME_NAMESPACE = 'http://www.w3.org/2005/05/xmlmime';

/** The digests that a binding may name. New bindings use SHA-384 (ADatP-4778.2 annex A). */
export const DIGESTS = {
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  sha384: 'http://www.w3.org/2001/04/xmldsig-more#sha384',
  sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
} as const;
export type DigestAlgorithm = keyof typeof DIGESTS;

/** What a label is bound to: a file by its URI relative to the sidecar, a portion of it by a fragment (`./plan.txt#p3`). */
export interface DataReference {
  readonly uri: string;
  readonly contentType?: string;
}

/** One `MetadataBinding`: labels, and the things that they are bound to. */
export interface Binding {
  readonly labels: readonly LabelRecord[];
  readonly data: readonly DataReference[];
  /** Metadata that are no labels, as XML: kept, and nothing follows from them. */
  readonly others?: readonly string[];
}

/** The digest of a file, in base64, as it was when it was bound. */
export interface BoundDigest {
  readonly uri: string;
  readonly algorithm: DigestAlgorithm;
  readonly value: string;
}

/** The content of a detached binding (STANAG 4778), which lies beside its file as `name.ext.bdo`. */
export interface BindingInformation {
  readonly bindings: readonly Binding[];
  readonly digests: readonly BoundDigest[];
  /** Signatures that stand in it. This room does not check them; digests alone tell a change of the file, not of the sidecar. */
  readonly signatures: number;
}

/** A file to be bound: its name without any folder, its digest, its labels, and those of its portions by fragment. */
export interface BindableFile {
  readonly name: string;
  readonly contentType?: string;
  readonly digest: { readonly algorithm: DigestAlgorithm; readonly value: string };
  readonly labels: readonly LabelRecord[];
  readonly portions?: readonly { readonly fragment: string; readonly labels: readonly LabelRecord[] }[];
}

/** The name of a file's sidecar (profile `urn:nato:stanag:4778:profile:sidecar:1:2`). */
export const sidecarName = (file: string): string => `${file}.bdo`;

/** The binding of a file and its portions, in the form that is written. */
export function bindingOf(file: BindableFile): BindingInformation {
  const uri = `./${encodeURIComponent(file.name)}`;
  const data = (to: string): DataReference[] => [
    { uri: to, ...(file.contentType === undefined ? {} : { contentType: file.contentType }) },
  ];
  return {
    bindings: [
      { labels: file.labels, data: data(uri) },
      ...(file.portions ?? []).map(({ fragment, labels }) => ({
        labels,
        data: data(`${uri}#${encodeURIComponent(fragment)}`),
      })),
    ],
    digests: [{ uri, ...file.digest }],
    signatures: 0,
  };
}

/** A URI without its fragment, and the fragment. */
export function partsOf(uri: string): { file: string; fragment: string | undefined } {
  const at = uri.indexOf('#');
  return at === -1 ? { file: uri, fragment: undefined } : { file: uri.slice(0, at), fragment: uri.slice(at + 1) };
}

/** The name of the file beside the sidecar that a URI means; undefined when it means anything elsewhere. */
export function siblingOf(uri: string): string | undefined {
  const { file } = partsOf(uri);
  let name: string;
  try {
    name = decodeURIComponent(file.replace(/^\.\//, ''));
  } catch {
    return undefined;
  }
  const elsewhere = name === '' || name === '.' || name === '..' || /[/\\:\u0000]/u.test(name);
  return elsewhere ? undefined : name;
}

/**
 * The labels of a thing: its own, and of its file those of the kinds that it has none of. A portion inherits what it does not
 * say itself (ADatP-4778 section 3.5).
 */
export function labelsOf(information: BindingInformation, uri: string): LabelRecord[] {
  const own = boundTo(information, uri);
  const { file, fragment } = partsOf(uri);
  if (fragment === undefined) return own;
  const kinds = new Set<LabelKind>(own.map(({ kind }) => kind));
  return [...own, ...boundTo(information, file).filter(({ kind }) => !kinds.has(kind))];
}

const boundTo = ({ bindings }: BindingInformation, uri: string): LabelRecord[] =>
  bindings.filter(({ data }) => data.some((each) => each.uri === uri)).flatMap(({ labels }) => labels);

/** What became of a file since it was bound. */
export interface VerifiedFile {
  readonly uri: string;
  readonly outcome: 'same' | 'changed' | 'missing' | 'without digest';
}

/**
 * Whether the files of a binding are still those that were bound. `digestOf` gives the digest of a file in base64, or nothing
 * when it cannot be read. Every file that anything refers to must have a digest and be the same: `ok` says nothing less.
 */
export function verifyBinding(
  information: BindingInformation,
  digestOf: (uri: string, algorithm: DigestAlgorithm) => string | undefined,
): { readonly ok: boolean; readonly files: VerifiedFile[] } {
  const referred = information.bindings.flatMap(({ data }) => data.map(({ uri }) => partsOf(uri).file));
  const uris = [...new Set([...referred, ...information.digests.map(({ uri }) => uri)])];
  const files = uris.map((uri): VerifiedFile => {
    const digests = information.digests.filter((each) => each.uri === uri);
    if (digests.length === 0) return { uri, outcome: 'without digest' };
    const found = digests.map(({ algorithm, value }) => {
      const actual = digestOf(uri, algorithm);
      return actual === undefined ? 'missing' : actual === value ? 'same' : 'changed';
    });
    return { uri, outcome: found.find((each) => each !== 'same') ?? 'same' };
  });
  return { ok: files.length > 0 && files.every(({ outcome }) => outcome === 'same'), files };
}
