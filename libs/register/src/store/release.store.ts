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

/**
 * What lies there as a release, without its bytes: their hashes, computed by the database over the very bytes at this
 * moment. It tells whether something changed since it was verified; nothing is served on its word.
 */
export interface ReleasePrint {
  readonly id: string;
  readonly publishedAt: Date;
  readonly leafIndex: number;
  readonly certificateSha256: string;
  /** By name: the name, the media type and the hash of each file. */
  readonly files: readonly (readonly [name: string, mediaType: string, sha256: string])[];
}

const COLUMNS = `id, published_at AS "publishedAt", leaf_index::int AS "leafIndex", certificate`;

const PRINT = `id, published_at AS "publishedAt", leaf_index::int AS "leafIndex",
  encode(sha256(convert_to(certificate, 'UTF8')), 'hex') AS "certificateSha256",
  (SELECT coalesce(jsonb_agg(jsonb_build_array(f.name, f.media_type, encode(sha256(f.bytes), 'hex'))
                             ORDER BY f.name COLLATE "C"), '[]')
     FROM release_file f WHERE f.release_id = release.id) AS files`;

export async function findRelease(tx: Tx, id: string): Promise<StoredRelease | undefined> {
  return tx.row<StoredRelease>(`SELECT ${COLUMNS} FROM release WHERE id = $1`, [id]);
}

export async function findPrint(tx: Tx, id: string): Promise<ReleasePrint | undefined> {
  return tx.row<ReleasePrint>(`SELECT ${PRINT} FROM release WHERE id = $1`, [id]);
}

/** The newest releases before a key, one more than asked. */
export async function newestPrints(
  tx: Tx,
  before: { at: string; id: string } | undefined,
  limit: number,
): Promise<ReleasePrint[]> {
  return tx.rows<ReleasePrint>(
    `SELECT ${PRINT} FROM release
      WHERE $1::timestamptz IS NULL OR (published_at, id) < ($1::timestamptz, $2)
      ORDER BY published_at DESC, id DESC LIMIT $3`,
    [before?.at ?? null, before?.id ?? null, limit + 1],
  );
}

/** The releases whose leaves have these places in the public log. */
export async function printsAtLeaves(tx: Tx, leafIndices: readonly number[]): Promise<ReleasePrint[]> {
  return tx.rows<ReleasePrint>(`SELECT ${PRINT} FROM release WHERE leaf_index = ANY ($1::bigint[])`, [leafIndices]);
}

export async function filesOf(tx: Tx, id: string): Promise<StoredFile[]> {
  return tx.rows<StoredFile>(
    'SELECT name, media_type AS "mediaType", sha256, bytes FROM release_file WHERE release_id = $1 ORDER BY name COLLATE "C"',
    [id],
  );
}

export async function fileOf(tx: Tx, id: string, name: string): Promise<Buffer | undefined> {
  const row = await tx.row<{ bytes: Buffer }>('SELECT bytes FROM release_file WHERE release_id = $1 AND name = $2', [
    id,
    name,
  ]);
  return row?.bytes;
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
