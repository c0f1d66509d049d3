import type { PublishedLeaves, ReleaseHead } from '#register';
import { type Moment, momentOf } from './moments';
import { releaseHref } from './release-view';

export interface LogView {
  readonly treeSize: number;
  readonly origin: string;
  readonly root: string;
  readonly note: string | null;
  readonly entries: readonly LogEntryView[];
  readonly older: string | null;
  readonly isNewest: boolean;
  readonly publicUrl: string;
}

interface LogEntryView {
  readonly index: number;
  readonly hash: string;
  readonly href: string;
  /** The release that was published with this entry; null when none is shown. */
  readonly release: {
    readonly href: string;
    readonly title: string;
    readonly exercise: boolean;
    readonly published: Moment;
  } | null;
}

/** The entries of the log, the newest first, each with the release that it announced. */
export function logView(
  { state, leaves }: PublishedLeaves,
  heads: readonly ReleaseHead[],
  page: { readonly first: number; readonly isNewest: boolean; readonly publicUrl: string },
): LogView {
  const byLeaf = new Map(heads.map((head) => [head.leafIndex, head]));
  const [origin = '', , root = ''] = (state?.note ?? '').split('\n');
  return {
    treeSize: state?.treeSize ?? 0,
    origin,
    root,
    note: state?.note ?? null,
    entries: leaves
      .map(({ index, hash }) => ({
        index,
        hash: Buffer.from(hash).toString('hex'),
        href: `/log/leaves?first=${String(index)}`,
        release: announced(byLeaf.get(index)),
      }))
      .reverse(),
    older: page.first > 0 ? `/log?before=${String(page.first)}` : null,
    isNewest: page.isNewest,
    publicUrl: page.publicUrl,
  };
}

const announced = (head: ReleaseHead | undefined): LogEntryView['release'] =>
  head === undefined
    ? null
    : {
        href: releaseHref(head.id),
        title: head.title,
        exercise: head.exercise,
        published: momentOf(head.publishedAt),
      };
