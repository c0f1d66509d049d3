import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessPolicy, Installation, shippedRules } from '#access';
import { Sealer, type SignedState } from '#audit';
import { ApiClient } from '#client';
import {
  Cursors,
  ExaminerTransactions,
  type RoleName,
  SeparateTransactions,
  Transactions,
  openDataSource,
  systemClock,
} from '#database';
import { noteKeyOf, noteVerifierKey } from '#ledger';
import { parseMark } from '#marking';
import { AuthorityReader, Registrar, TrustAnchor, enrolSecondFactorOf } from '#people';
import { type Repeating, readPolicies, repeating } from '#process';
import { Guard } from '#publishing';
import { trustFrom } from '#register';
import { generateKey } from '#signing';
import { createApi } from '../apps/api/src/application';
import { createRegister } from '../apps/register/src/application';
import { type TestDatabases, openDatabases } from '../test/support/cluster';
import { type DemoWorld, admitPeople, importDocuments, prepareWorld } from './create-world';
import { playStory } from './play/play-story';
import { type Step, StoryBroken } from './play/story';
import { readDocuments } from './read-world';
import { stepUp } from './step-up';

const NAME = 'exercise';
const seeds = { ledger: randomBytes(32), publicLog: randomBytes(32) };
const logName = (log: string): string => `${NAME}/${log}`;

/** The house in this process, founded on the demo world: every part with its own database role. */
class DemoHouse {
  private readonly undo: (() => Promise<unknown>)[] = [];
  readonly faults: Error[] = [];
  urls = { api: '', register: '' };

  constructor(
    readonly world: DemoWorld,
    private readonly databases: TestDatabases,
  ) {}

  async as(role: RoleName, side: 'main' | 'register' = 'main'): Promise<Transactions> {
    const transactions = new Transactions(await openDataSource({ url: this.databases[side](role), pool: 5 }));
    this.undo.push(() => transactions.close());
    return transactions;
  }

  async open(guardKey: Awaited<ReturnType<typeof generateKey>>['privateJwk']): Promise<void> {
    const policies = readPolicies('policies');
    const officersFile = readFileSync(this.world.officersFile, 'utf8');
    const anchor = TrustAnchor.fromFile(this.world.officersFile, NAME);
    const highest = parseMark(policies, 'COSMIC TOP SECRET');
    if (!highest.ok) throw new Error(highest.fault);
    const separate = new SeparateTransactions(await openDataSource({ url: this.databases.main('api'), pool: 3 }));
    this.undo.push(() => separate.close());
    const examiner = new ExaminerTransactions(await openDataSource({ url: this.databases.main('examiner'), pool: 2 }));
    this.undo.push(() => examiner.close());
    const api = await createApi({
      transactions: await this.as('api'),
      separate,
      examiner,
      policies,
      anchor,
      clock: systemClock,
      access: new AccessPolicy(shippedRules),
      installation: new Installation(NAME, highest.label),
      cursors: new Cursors(randomBytes(32)),
    });
    await api.listen(0, '127.0.0.1');
    this.undo.push(() => api.close());
    const register = await createRegister({
      transactions: await this.as('register', 'register'),
      trust: trustFrom(officersFile, NAME),
      officersFile,
      installation: NAME,
      publicUrl: 'http://register.example',
      onFault: (id, faults) => this.faults.push(new Error(`${id}: ${faults.join('; ')}`)),
    });
    this.urls = { api: await api.getUrl(), register: await register.listen({ host: '127.0.0.1', port: 0 }) };
    this.undo.push(() => register.close());
    let last: SignedState | undefined;
    const memory = {
      read: () => last,
      write: (state: SignedState) => {
        last = state;
      },
    };
    const sealer = new Sealer(await this.as('sealer'), { name: logName('ledger'), seed: seeds.ledger }, memory);
    const registrar = new Registrar(await this.as('registrar'), anchor, policies, systemClock);
    const restricted = await this.as('guard');
    const guard = new Guard(
      {
        restricted,
        register: await this.as('guard', 'register'),
        anchor,
        authority: new AuthorityReader(anchor),
        clock: systemClock,
      },
      { own: guardKey, log: { name: logName('public-log'), seed: seeds.publicLog } },
    );
    for (const round of [() => sealer.seal(), () => registrar.settle(), () => guard.round()]) this.repeat(round);
  }

  async close(): Promise<void> {
    for (const undo of this.undo.reverse()) await undo();
    await this.databases.drop();
  }

  private repeat(round: () => Promise<unknown>): void {
    const duty: Repeating = repeating(100, round, (error) => this.faults.push(error));
    this.undo.push(() => duty.stop());
  }
}

/** What an import that was killed after its first document leaves behind. */
async function importTheFirst({ world, urls }: DemoHouse): Promise<void> {
  const [first] = readDocuments();
  const author = world.people.find(({ identity }) => identity === first?.importedBy)!;
  const client = await new ApiClient(urls.api).signIn(author.username, author.password);
  await stepUp(client, author.secondFactor);
  await client.importDocument(first!.text);
  await client.signOut();
}

/** Lets the codes of this half minute count once more, so that nobody waits for the next: the same second factor, given anew. */
async function forgetCodes(house: DemoHouse): Promise<void> {
  const registrar = await house.as('registrar');
  for (const { person, username, secondFactor } of house.world.people)
    await enrolSecondFactorOf(registrar, { personId: person, label: username }, secondFactor);
}

describe('the demo', () => {
  let parent: string;
  let house: DemoHouse;
  const imported: number[] = [];

  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), 'imprimatur-demo-'));
    const guard = await generateKey();
    const world = await prepareWorld(join(parent, 'world'), {
      name: NAME,
      guardKey: guard.publicJwk,
      ledgerKey: noteVerifierKey(noteKeyOf(logName('ledger'), seeds.ledger)),
      publicLogKey: noteVerifierKey(noteKeyOf(logName('public-log'), seeds.publicLog)),
    });
    house = new DemoHouse(world, await openDatabases());
    const registrar = await house.as('registrar');
    await admitPeople(world, registrar);
    await house.open(guard.privateJwk);
    await importTheFirst(house);
    for (let run = 0; run < 2; run += 1) {
      await forgetCodes(house);
      imported.push((await importDocuments(world, house.urls.api)).imported);
    }
  }, 60_000);

  afterAll(async () => {
    await house.close();
    rmSync(parent, { recursive: true });
  }, 30_000);

  it('imports every document once, also when it was interrupted and is begun again', () => {
    expect(imported).toEqual([readDocuments().length - 1, 0]);
  });

  it('admits its people a second time without a fault', async () => {
    await expect(admitPeople(house.world, await house.as('registrar'))).resolves.toBeUndefined();
  });

  it('plays the whole story', async () => {
    const steps: Step[] = [];
    const { release } = await playStory(house.world, house.urls, (step) => steps.push(step));
    expect(steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(steps.length).toBeGreaterThan(50);
    expect((await fetch(`${house.urls.register}/releases/${release}`)).status).toBe(200);
    expect(house.faults).toEqual([]);
  }, 120_000);

  it('tells the step at which the house does something else, and stops', async () => {
    const told: Step[] = [];
    const stranger = { ...house.world, people: house.world.people.map((each) => ({ ...each, password: 'wrong' })) };
    await expect(playStory(stranger, house.urls, (step) => told.push(step))).rejects.toThrow(StoryBroken);
    expect(told.map(({ ok }) => ok)).toEqual([false]);
    expect(told[0]?.outcome).toMatch(/^expected [a-z.-]+ to sign in/);
  });
});
