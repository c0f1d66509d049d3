import type { Transactions } from '#database';
import {
  appendLeaves,
  checkpointBody,
  leafHash,
  nodesForConsistency,
  consistencyProof,
  rootOf,
  signNote,
  verifyConsistency,
} from '#ledger';
import { lockTree, nodesAt, storeCheckpoint, storeLeaves, takePendingEvents } from './store/ledger.store';

/** The checkpoint key. Only the sealer has it. */
export interface SealingKey {
  readonly name: string;
  /** The Ed25519 seed, 32 bytes. */
  readonly seed: Uint8Array;
}

/** The last state that the sealer signed, kept beside its key and outside the database. */
export interface SignedState {
  readonly size: number;
  /** Hexadecimal. */
  readonly root: string;
}

/** Where the sealer remembers what it signed last. */
export interface SealerMemory {
  read(): SignedState | undefined;
  write(state: SignedState): void;
}

/** The database holds less than was signed, or something else: a backup was put back, or the ledger was altered. */
export class LedgerRolledBack extends Error {}

const AT_ONCE = 5_000;

/**
 * Seals the pending events into the ledger and signs a checkpoint over it.
 *
 * INVARIANT (only_appended): commit first, then sign, and sign only what provably continues what was signed before. The
 * sealer's own memory, not the database, says what that was.
 */
export class Sealer {
  constructor(
    private readonly transactions: Transactions,
    private readonly key: SealingKey,
    private readonly memory: SealerMemory,
  ) {}

  /** One round; answers how many events it sealed. */
  async seal(): Promise<number> {
    const sealed = await this.transactions.asDuty(async (tx) => {
      const frontier = await lockTree(tx);
      const events = await takePendingEvents(tx, AT_ONCE);
      if (events.length === 0) return 0;
      const next = appendLeaves(
        frontier,
        events.map(({ leafData }) => leafHash(leafData)),
      );
      await storeLeaves(tx, frontier.size, events, next.completed, next.frontier);
      return events.length;
    });
    await this.sign();
    return sealed;
  }

  /** Signs the committed tree, if it has grown since. Also finishes what a crash between commit and signature left. */
  async sign(): Promise<void> {
    await this.transactions.asDuty(async (tx) => {
      const frontier = await lockTree(tx);
      const { size } = frontier;
      const root = rootOf(frontier);
      const last = this.memory.read();
      if (last !== undefined && last.size === size && last.root === hex(root)) return;
      if (last !== undefined) {
        if (last.size > size)
          throw new LedgerRolledBack(`the ledger has ${String(size)} leaves, but ${String(last.size)} were signed`);
        const node = await nodesAt(tx, last.size === 0 ? [] : nodesForConsistency(last.size, size));
        const proof = last.size === 0 ? [] : consistencyProof(last.size, size, node);
        const fault =
          last.size === 0
            ? null
            : verifyConsistency({
                first: last.size,
                second: size,
                firstRoot: Buffer.from(last.root, 'hex'),
                secondRoot: root,
                proof,
              });
        if (fault !== null) throw new LedgerRolledBack(`the ledger does not continue what was signed: ${fault}`);
      }
      if (size === 0) return;
      const note = signNote(checkpointBody({ origin: this.key.name, size, root }), this.key.name, this.key.seed);
      this.memory.write({ size, root: hex(root) });
      await storeCheckpoint(tx, { size, root, note });
    });
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
