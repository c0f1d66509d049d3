import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileMemory, LedgerRolledBack, Sealer, type SealerMemory } from '#audit';
import { CONNECTS, type RoleName } from '#database';
import {
  appendLeaves,
  emptyFrontier,
  leafHash,
  openNote,
  parseCheckpoint,
  parseVerifierKey,
  rootOf,
  verifyConsistency,
  verifyEventProof,
} from '#ledger';
import { captured, DENIED } from '../support/captured';
import { asking } from '../support/cluster';
import { type House, type Resident, openHouse } from '../support/house';
import { type Step, interleaved } from '../support/late-writers';
import { aPerson } from '../support/people';
import { photograph } from '../support/photograph';
import { type Mechanism, granted, noTrigger, takenAway } from '../support/taken-away';

/* Every checkpoint is a prefix of every later one; no role of a running process can update or delete a ledger row. */

let house: House;
let auditor: Resident;
let url: string;
let folder: string;

beforeAll(async () => {
  house = await openHouse();
  url = house.databases.main('superuser');
  folder = mkdtempSync(join(tmpdir(), 'imprimatur-sealer-'));
  ({ auditor } = await house.enrol({ auditor: aPerson('auditor').inRole('auditor') }));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await house.close();
});

/** Seals as the sealer's process does, with a memory beside it or with one that somebody has taken away. */
async function seal(memory: SealerMemory = new FileMemory(join(folder, 'memory.json'))): Promise<number> {
  const { installation, logSeeds } = house.authority;
  const key = { name: `${installation}/ledger`, seed: logSeeds.ledger };
  return new Sealer(await house.as('sealer'), key, memory).seal();
}

/** Lets somebody do what is recorded, so many times. */
async function happen(times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) await auditor.client.events({ limit: 1 });
}

const rowsOf = <Row>(sql: string): Promise<Row[]> =>
  asking(url, async (client) => (await client.query(sql)).rows as Row[]);

/**
 * Every two checkpoints of which the earlier is no prefix of the later, by their signed notes and the api's own proofs: those that
 * are there, and those that an auditor has kept elsewhere.
 */
async function inconsistencies(kept: readonly string[] = []): Promise<string[]> {
  const key = parseVerifierKey(house.authority.officers.logs.ledger);
  const notes = new Set([...kept, ...(await notesThere())]);
  const checkpoints = [...notes]
    .map((note) => {
      const opened = openNote(note, [key]);
      const checkpoint = opened.ok ? parseCheckpoint(opened.body) : opened.fault;
      if (typeof checkpoint === 'string') throw new Error(checkpoint);
      return checkpoint;
    })
    .sort((one, other) => one.size - other.size);
  const violations: string[] = [];
  for (const [index, earlier] of checkpoints.entries()) {
    for (const later of checkpoints.slice(index)) {
      const { proof } = await auditor.client.consistency(earlier.size, later.size);
      const fault = verifyConsistency({
        first: earlier.size,
        second: later.size,
        firstRoot: earlier.root,
        secondRoot: later.root,
        proof: proof.map((hash) => Buffer.from(hash, 'hex')),
      });
      if (fault !== null) violations.push(`${String(earlier.size)} to ${String(later.size)}: ${fault}`);
    }
  }
  return violations;
}

const notesThere = async (): Promise<string[]> =>
  (await rowsOf<{ note: string }>('SELECT note FROM ledger_checkpoint')).map(({ note }) => note);

/** Every event without exactly one leaf that commits to its record, every gap, and a root that is not that of the leaves. */
async function lost(): Promise<string[]> {
  const events = await rowsOf<{ id: string; record: string; salt: Buffer; leaf: Buffer | null; place: string | null }>(
    `SELECT e.id, e.record, e.salt, l.leaf_data AS leaf, l.leaf_index AS place FROM audit_event e LEFT JOIN ledger_leaf l ON l.event_id = e.id
      ORDER BY l.leaf_index`,
  );
  const [newest] = await rowsOf<{ size: string; root: Buffer }>(
    'SELECT tree_size AS size, root FROM ledger_checkpoint ORDER BY tree_size DESC LIMIT 1',
  );
  const commits = ({ record: said, salt, leaf }: (typeof events)[number]): boolean =>
    leaf?.equals(createHash('sha256').update(salt).update(said).digest()) === true;
  const root = rootOf(
    appendLeaves(
      emptyFrontier(),
      events.flatMap(({ leaf }) => (leaf === null ? [] : [leafHash(leaf)])),
    ).frontier,
  );
  return [
    ...events.filter((event) => !commits(event)).map(({ id }) => `event ${id} is not what was sealed`),
    ...events
      .filter(({ place }, index) => Number(place) !== index)
      .map(({ id }) => `event ${id} has a place of its own`),
    ...(newest?.root.equals(root) === true && Number(newest.size) === events.length
      ? []
      : ['the checkpoint is of another tree']),
  ];
}

/** How many events the late writers of this test have committed. */
const exercises = async (): Promise<number> =>
  (await rowsOf(`SELECT 1 FROM audit_event WHERE action = 'exercise'`)).length;

const TABLES = [
  'audit_event',
  'audit_pending',
  'ledger_leaf',
  'ledger_node',
  'ledger_checkpoint',
  'ledger_tree',
] as const;
const WAYS: readonly ((table: string) => string)[] = [
  (table) => `UPDATE ${table} SET ${COLUMNS[table] ?? ''} = ${COLUMNS[table] ?? ''}`,
  (table) => `DELETE FROM ${table}`,
  (table) => `TRUNCATE ${table} CASCADE`,
  (table) => `ALTER TABLE ${table} ADD COLUMN more int`,
  (table) => `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
  (table) => `DROP TABLE ${table} CASCADE`,
  (table) => `CREATE RULE never AS ON INSERT TO ${table} DO INSTEAD NOTHING`,
  (table) => `CREATE TRIGGER other BEFORE INSERT ON ${table} EXECUTE FUNCTION sec.event_is_pending()`,
  (table) => `SET LOCAL session_replication_role = replica; DELETE FROM ${table}`,
  (table) => `SET LOCAL ROLE imprimatur_owner; DELETE FROM ${table}`,
  (table) => `SET LOCAL ROLE imprimatur_rights; DELETE FROM ${table}`,
];
const COLUMNS: Readonly<Record<string, string>> = {
  audit_event: 'record',
  audit_pending: 'leaf_data',
  ledger_leaf: 'leaf_data',
  ledger_node: 'hash',
  ledger_checkpoint: 'note',
  ledger_tree: 'size',
};

/** What the sealer does to its own work: it takes what it has sealed from the pending, and remembers where the tree ends. */
const ITS_WORK = ['sealer: DELETE FROM audit_pending', 'sealer: UPDATE ledger_tree SET size = size'];

/** What the role of a running process can do to rows that are only to be added. */
async function changeable(roles: readonly RoleName[] = CONNECTS.main): Promise<string[]> {
  const done: string[] = [];
  for (const role of roles) {
    const process = await captured(house, role);
    for (const statement of TABLES.flatMap((table) => WAYS.map((way) => way(table)))) {
      const state = await process.attempt(
        `DO $try$ BEGIN ${statement}; RAISE EXCEPTION 'undone' USING ERRCODE = '22000'; END $try$`,
      );
      if (state !== DENIED) done.push(`${role}: ${statement}`);
    }
    await process.close();
  }
  return done.filter((each) => !ITS_WORK.includes(each));
}

describe('only_appended', () => {
  it('every checkpoint is a prefix of every later one, and every event is one leaf', async () => {
    for (const more of [1, 2, 1, 5, 3]) {
      await happen(more);
      await seal();
    }
    expect(await inconsistencies()).toEqual([]);
    await seal();
    expect(await lost()).toEqual([]);
  });

  it('each event is proved offline', async () => {
    const [event] = (await auditor.client.events()).items.filter(({ sealed }) => sealed);
    const proof = await auditor.client.eventProof(event?.id ?? '');
    const findings = verifyEventProof(proof, [parseVerifierKey(house.authority.officers.logs.ledger)]);
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(findings.length).toBeGreaterThan(3);
  });

  it('no running process can change or delete what is recorded', async () => {
    expect(await changeable()).toEqual([]);
  });

  it('and the register does not even reach it', async () => {
    await expect(captured(house, 'register')).rejects.toMatchObject({ code: DENIED });
  });

  it('whoever commits late, in whatever order, is sealed once, and none is lost', async () => {
    const step = fc.oneof<fc.Arbitrary<Step>[]>(
      fc.constant('open'),
      fc.nat(5).map((which) => ({ commit: which })),
      fc.nat(5).map((which) => ({ abandon: which })),
      fc.constant('seal'),
      fc.constant('seal twice at once'),
    );
    const before = await exercises();
    let committed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 16 }), async (steps) => {
        committed += await interleaved(house, auditor, seal, ['open', ...steps]);
        while ((await seal()) > 0);
        expect(await lost()).toEqual([]);
      }),
      { numRuns: 6 },
    );
    expect((await exercises()) - before).toBe(committed);
  });

  describe('an older database that is put back', () => {
    it.each([
      ['shorter than what was signed', 0],
      ['grown again, past what was signed', 4],
    ])('is not signed: %s', async (_name, more) => {
      const { newest, signed } = await rolledBack(more);
      await expect(seal()).rejects.toThrow(LedgerRolledBack);
      await newest();
      expect(await inconsistencies(signed)).toEqual([]);
    });

    it('taken away: the memory of the sealer', async () => {
      const { newest, signed } = await rolledBack(4);
      await seal({ read: () => undefined, write: () => undefined });
      expect(await inconsistencies(signed)).not.toEqual([]);
      await newest();
      expect(await inconsistencies(signed)).toEqual([]);
    });
  });

  describe('taken away', () => {
    it('the trigger that makes an event pending: an event is lost', async () => {
      const silent = noTrigger('audit_event', 'b_pending');
      await takenAway(url, [silent], () => happen(1));
      await seal();
      expect(await lost()).not.toEqual([]);
      await asking(url, (client) =>
        client.query(
          'INSERT INTO audit_pending SELECT id, leaf_data FROM audit_event e WHERE NOT EXISTS (SELECT 1 FROM ledger_leaf WHERE event_id = e.id) ON CONFLICT DO NOTHING',
        ),
      );
      while ((await seal()) > 0);
      expect(await lost()).toEqual([]);
    });

    it.each<[string, Mechanism, RoleName]>([
      ['no UPDATE of a leaf', granted('UPDATE', 'ledger_leaf', 'imprimatur_api'), 'api'],
      ['no DELETE of a leaf', granted('DELETE', 'ledger_leaf', 'imprimatur_sealer'), 'sealer'],
      ['no DELETE of an event', granted('DELETE', 'audit_event', 'imprimatur_relay'), 'relay'],
      ['no TRUNCATE of the checkpoints', granted('TRUNCATE', 'ledger_checkpoint', 'imprimatur_guard'), 'guard'],
    ])('%s', async (_name, mechanism, role) => {
      expect(await takenAway(url, [mechanism], () => changeable([role]))).not.toEqual([]);
    });

    it.each([
      [
        'a record',
        `UPDATE audit_event SET record = record || ' ' WHERE id = (SELECT event_id FROM ledger_leaf WHERE leaf_index = 2)`,
      ],
      ['a leaf', `UPDATE ledger_leaf SET leaf_data = sha256('EXERCISE') WHERE leaf_index = 2`],
      [
        'an event and its leaf',
        `WITH gone AS (DELETE FROM ledger_leaf WHERE leaf_index = 2 RETURNING event_id) DELETE FROM audit_event WHERE id IN (SELECT event_id FROM gone)`,
      ],
    ])('the superuser’s good will: %s is changed', async (_name, change) => {
      const putBack = await photograph(url, TABLES);
      await asking(url, (client) => client.query(change));
      expect(await lost()).not.toEqual([]);
      await putBack();
    });
  });
});

/**
 * Puts back the ledger as it was before its last checkpoints, and lets more events be sealed there by a sealer that knows nothing
 * of them. `newest` puts the newest state there again; `signed` are the checkpoints that were out by then.
 */
async function rolledBack(more: number): Promise<{ newest: () => Promise<void>; signed: string[] }> {
  const older = await photograph(url, TABLES);
  await happen(2);
  await seal();
  const [newest, signed] = [await photograph(url, TABLES), await notesThere()];
  await older();
  await happen(more);
  return { newest, signed };
}
