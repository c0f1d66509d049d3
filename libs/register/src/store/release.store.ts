import type { Tx } from '#database';

/** A release as it lies on the public side, before anything of it is believed. */
export interface StoredRelease {
  readonly id: string;
  readonly publishedAt: Date;
  readonly leafIndex: number;
  readonly certificate: string;
}

export interface StoredFile {
  readonly name: string;
  readonly mediaType: string;
  readonly sha256: string;
  readonly bytes: Buffer;
}

const COLUMNS = `id, published_at AS "publishedAt", leaf_index::int AS "leafIndex", certificate`;

export async function findRelease(tx: Tx, id: string): Promise<StoredRelease | undefined> {
  return tx.row<StoredRelease>(`SELECT ${COLUMNS} FROM release WHERE id = $1`, [id]);
}

/** The newest releases before a key, one more than asked. */
export async function newestReleases(
  tx: Tx,
  before: { at: string; id: string } | undefined,
  limit: number,
): Promise<StoredRelease[]> {
  return tx.rows<StoredRelease>(
    `SELECT ${COLUMNS} FROM release
      WHERE $1::timestamptz IS NULL OR (published_at, id) < ($1::timestamptz, $2)
      ORDER BY published_at DESC, id DESC LIMIT $3`,
    [before?.at ?? null, before?.id ?? null, limit + 1],
  );
}

export async function filesOf(tx: Tx, id: string): Promise<StoredFile[]> {
  return tx.rows<StoredFile>(
    'SELECT name, media_type AS "mediaType", sha256, bytes FROM release_file WHERE release_id = $1 ORDER BY name',
    [id],
  );
}

/** Shows a release, its files and the checkpoint that covers it: one transaction, all or nothing, once. */
export async function showRelease(
  tx: Tx,
  release: StoredRelease,
  files: readonly StoredFile[],
  checkpoint: { readonly treeSize: number; readonly root: Uint8Array; readonly note: string },
): Promise<void> {
  await tx.change('INSERT INTO public_checkpoint (tree_size, root, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    checkpoint.treeSize,
    Buffer.from(checkpoint.root),
    checkpoint.note,
  ]);
  await tx.change('INSERT INTO release (id, published_at, leaf_index, certificate) VALUES ($1, $2, $3, $4)', [
    release.id,
    release.publishedAt,
    release.leafIndex,
    release.certificate,
  ]);
  for (const file of files) {
    await tx.change(
      'INSERT INTO release_file (release_id, name, media_type, sha256, bytes) VALUES ($1, $2, $3, $4, $5)',
      [release.id, file.name, file.mediaType, file.sha256, file.bytes],
    );
  }
}
