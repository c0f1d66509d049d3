import type { ReleaseHead, ReleasedWords, VerifiedRelease } from '#register';
import { type Moment, momentOf } from './moments';
import { adoptedBy } from './stage-words';

/** A release in a list. */
export interface EntryView {
  readonly href: string;
  readonly title: string;
  readonly summary: string;
  readonly exercise: boolean;
  readonly published: Moment;
  readonly files: readonly FileView[];
}

export interface ListView {
  readonly entries: readonly EntryView[];
  /** Where the older ones are. */
  readonly older: string | null;
  readonly isNewest: boolean;
}

export interface FileView {
  readonly name: string;
  readonly href: string;
  /** `PDF`, `CSV` and so on. */
  readonly short: string;
  readonly words: string;
  readonly size: string;
  readonly sha256: string;
}

export interface ReleaseView extends EntryView {
  readonly id: string;
  readonly certificateHref: string;
  readonly certificateFile: string;
  readonly adoptedBy: readonly string[];
  readonly requestedBy: string;
  readonly procedure: string;
  readonly windowOpens: Moment;
  readonly windowCloses: Moment;
  readonly logIndex: number;
  readonly portions: readonly { readonly kind: 'title' | 'paragraph'; readonly text: string }[];
  readonly targets: readonly TargetView[];
}

type TargetView = NonNullable<ReleasedWords['portions'][number]['target']>;

export const releaseHref = (id: string): string => `/releases/${id}`;
export const certificateHref = (id: string): string => `/releases/${id}/certificate`;
export const certificateFile = (id: string): string => `/releases/${id}/certificate.json`;
const fileHref = (id: string, name: string): string => `/releases/${id}/files/${name}`;

export const entryView = (head: ReleaseHead): EntryView => ({
  href: releaseHref(head.id),
  title: head.title,
  summary: head.summary,
  exercise: head.exercise,
  published: momentOf(head.publishedAt),
  files: filesOf(head),
});

export function releaseView(release: VerifiedRelease): ReleaseView {
  const { outgoing, log } = release.certificate;
  return {
    ...entryView(release),
    id: release.id,
    certificateHref: certificateHref(release.id),
    certificateFile: certificateFile(release.id),
    adoptedBy: adoptedBy(release.stages),
    requestedBy: outgoing.requestedBy.office,
    procedure: procedureName(outgoing.procedure),
    windowOpens: momentOf(outgoing.window.notBefore),
    windowCloses: momentOf(outgoing.window.notAfter),
    logIndex: log.leafIndex,
    portions: release.words.portions.flatMap(({ kind, text }) => (kind === 'target' ? [] : [{ kind, text }])),
    targets: release.words.portions.flatMap(({ target }) => target ?? []),
  };
}

export const procedureName = ({ id, version }: { readonly id: string; readonly version: number }): string =>
  `${id}, version ${String(version)}`;

const WORDS: Readonly<Record<string, readonly [short: string, words: string]>> = {
  'text/html; charset=utf-8': ['HTML', 'Page for reading'],
  'application/pdf': ['PDF', 'Document for printing'],
  'text/csv': ['CSV', 'Table of the targets'],
  'application/json': ['JSON', 'Data for programs'],
};

export const filesOf = ({ id, renditions }: Pick<ReleaseHead, 'id' | 'renditions'>): FileView[] =>
  renditions.map(({ name, mediaType, bytes, sha256 }) => {
    const [short, words] = WORDS[mediaType] ?? [mediaType, 'File'];
    return { name, href: fileHref(id, name), short, words, size: sizeOf(bytes), sha256 };
  });

const sizeOf = (bytes: number): string =>
  bytes < 1_000 ? `${String(bytes)} bytes` : `${(bytes / 1_000).toFixed(bytes < 100_000 ? 1 : 0)} kB`;
