import type { Tx } from '#database';
import type { NodeAddress, TreeFrontier } from '#ledger';

/** The tree of the public log, locked until the transaction ends: leaves get dense places, one at a time. */
export async function lockPublicTree(tx: Tx): Promise<TreeFrontier> {
  const row = await tx.row<{ size: number; nodes: Buffer[] }>(
    'SELECT size::int AS size, nodes FROM public_tree WHERE id = 1 FOR UPDATE',
  );
  if (row === undefined) throw new Error('the public log has no tree');
  return { size: row.size, nodes: row.nodes.map((node) => new Uint8Array(node)) };
}

export async function findLeaf(tx: Tx, release: string): Promise<{ index: number; leaf: string } | undefined> {
  return tx.row('SELECT leaf_index::int AS index, leaf FROM public_leaf WHERE release = $1', [release]);
}

export async function storeLeaf(
  tx: Tx,
  leaf: { readonly index: number; readonly release: string; readonly text: string },
  completed: readonly { readonly address: NodeAddress; readonly hash: Uint8Array }[],
  frontier: TreeFrontier,
): Promise<void> {
  await tx.change('INSERT INTO public_leaf (leaf_index, release, leaf) VALUES ($1, $2, $3)', [
    leaf.index,
    leaf.release,
    leaf.text,
  ]);
  for (const { address, hash } of completed) {
    await tx.change('INSERT INTO public_node (level, idx, hash) VALUES ($1, $2, $3)', [
      address.level,
      address.index,
      Buffer.from(hash),
    ]);
  }
  await tx.change('UPDATE public_tree SET size = $1, nodes = $2 WHERE id = 1', [
    frontier.size,
    frontier.nodes.map((node) => Buffer.from(node)),
  ]);
}

/** The hashes at the addresses, by `level/index`. */
export async function nodesAt(tx: Tx, addresses: readonly NodeAddress[]): Promise<Map<string, Uint8Array>> {
  const rows = await tx.rows<{ level: number; idx: string; hash: Buffer }>(
    `SELECT n.level, n.idx, n.hash FROM public_node n
       JOIN jsonb_to_recordset($1::jsonb) AS wanted (level int, index bigint) ON wanted.level = n.level AND wanted.index = n.idx`,
    [JSON.stringify(addresses)],
  );
  return new Map(rows.map((row) => [`${String(row.level)}/${row.idx}`, new Uint8Array(row.hash)]));
}

/** The newest checkpoint that is out. */
export async function newestCheckpoint(tx: Tx): Promise<{ treeSize: number; note: string } | undefined> {
  return tx.row('SELECT tree_size::int AS "treeSize", note FROM public_checkpoint ORDER BY tree_size DESC LIMIT 1');
}

export async function leavesFrom(tx: Tx, first: number, limit: number): Promise<{ index: number; leaf: string }[]> {
  return tx.rows(
    'SELECT leaf_index::int AS index, leaf FROM public_leaf WHERE leaf_index >= $1 ORDER BY leaf_index LIMIT $2',
    [first, limit],
  );
}
