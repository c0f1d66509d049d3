import type { Tx } from '#database';
import type { CompletedNode, NodeAddress, TreeFrontier } from '#ledger';

/** The tree of the ledger, locked until the transaction ends. Who holds the lock leads; only the sealer's role can take it. */
export async function lockTree(tx: Tx): Promise<TreeFrontier> {
  const row = await tx.row<{ size: string; nodes: Buffer[] }>(
    'SELECT size, nodes FROM ledger_tree WHERE id = 1 FOR UPDATE',
  );
  if (row === undefined) throw new Error('the ledger has no tree');
  return { size: Number(row.size), nodes: row.nodes.map((node) => new Uint8Array(node)) };
}

/** Takes pending commitments: a set, not a cursor, so that a late commit is found whenever it comes. */
export async function takePendingEvents(tx: Tx, most: number): Promise<{ id: string; leafData: Buffer }[]> {
  return tx.rows('SELECT id, leaf_data AS "leafData" FROM audit_pending ORDER BY id LIMIT $1', [most]);
}

export async function storeLeaves(
  tx: Tx,
  first: number,
  events: readonly { id: string; leafData: Buffer }[],
  completed: readonly CompletedNode[],
  frontier: TreeFrontier,
): Promise<void> {
  const leaves = events.map(({ id, leafData }, index) => ({
    leaf_index: first + index,
    event_id: id,
    data: leafData.toString('hex'),
  }));
  await tx.change(
    `INSERT INTO ledger_leaf (leaf_index, event_id, leaf_data)
     SELECT leaf_index, event_id, decode(data, 'hex') FROM jsonb_to_recordset($1::jsonb) AS l (leaf_index bigint, event_id uuid, data text)`,
    [JSON.stringify(leaves)],
  );
  const nodes = completed.map(({ address, hash }) => ({
    level: address.level,
    idx: address.index,
    data: Buffer.from(hash).toString('hex'),
  }));
  await tx.change(
    `INSERT INTO ledger_node (level, idx, hash)
     SELECT level, idx, decode(data, 'hex') FROM jsonb_to_recordset($1::jsonb) AS n (level int, idx bigint, data text)`,
    [JSON.stringify(nodes)],
  );
  await tx.change('DELETE FROM audit_pending WHERE id = ANY($1::uuid[])', [events.map(({ id }) => id)]);
  await tx.change('UPDATE ledger_tree SET size = $1, nodes = $2 WHERE id = 1', [
    frontier.size,
    frontier.nodes.map((node) => Buffer.from(node)),
  ]);
}

export async function storeCheckpoint(
  tx: Tx,
  checkpoint: { readonly size: number; readonly root: Uint8Array; readonly note: string },
): Promise<void> {
  await tx.change('INSERT INTO ledger_checkpoint (tree_size, root, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    checkpoint.size,
    Buffer.from(checkpoint.root),
    checkpoint.note,
  ]);
}

export interface CheckpointRow {
  readonly treeSize: number;
  readonly note: string;
}

/** The newest checkpoint, or the newest that covers a leaf. */
export async function newestCheckpoint(tx: Tx): Promise<CheckpointRow | undefined> {
  const row = await tx.row<{ treeSize: string; note: string }>(
    'SELECT tree_size AS "treeSize", note FROM ledger_checkpoint ORDER BY tree_size DESC LIMIT 1',
  );
  return row === undefined ? undefined : { treeSize: Number(row.treeSize), note: row.note };
}

/** The hashes of perfect subtrees, as a function that throws when one is missing. */
export async function nodesAt(
  tx: Tx,
  addresses: readonly NodeAddress[],
): Promise<(address: NodeAddress) => Uint8Array> {
  const rows = await tx.rows<{ level: number; idx: string; hash: Buffer }>(
    `SELECT n.level, n.idx, n.hash FROM ledger_node n
       JOIN jsonb_to_recordset($1::jsonb) AS wanted (level int, index bigint) ON wanted.level = n.level AND wanted.index = n.idx`,
    [JSON.stringify(addresses)],
  );
  const known = new Map(rows.map((row) => [`${String(row.level)}/${row.idx}`, new Uint8Array(row.hash)]));
  return (address) => {
    const hash = known.get(`${String(address.level)}/${String(address.index)}`);
    if (hash === undefined) throw new Error(`the ledger lacks node ${String(address.level)}/${String(address.index)}`);
    return hash;
  };
}
