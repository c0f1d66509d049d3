import { randomBytes, randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccessPolicy, type AccessRules, Installation, shippedRules } from '#access';
import { Sealer, type SignedState } from '#audit';
import { ApiClient } from '#client';
import {
  Cursors,
  ExaminerTransactions,
  type RoleName,
  SeparateTransactions,
  Transactions,
  openDataSource,
} from '#database';
import { type PolicySet, parseMark } from '#marking';
import { AuthorityReader, Registrar, TrustAnchor } from '#people';
import { readPolicies } from '#process';
import { Guard } from '#publishing';
import { type PrivateJwk, generateKey } from '#signing';
import { createApi } from '../../apps/api/src/application';
import { type Enrolled, type TestAuthority, anAuthority } from './authority';
import { TestClock } from './clock';
import { type TestDatabases, asking, openDatabases } from './cluster';
import type { PersonBuilder, PersonPlan } from './people';

/** Somebody who lives in the house: their key, their session, and a client that acts as them. */
export interface Resident extends Enrolled {
  readonly plan: PersonPlan;
  readonly clearanceIds: readonly string[];
  readonly sid: string;
  readonly client: ApiClient;
}

export interface HouseOptions {
  readonly rules?: AccessRules;
  /** The access decision itself; that over the rules, unless a test takes it out. */
  readonly access?: AccessPolicy;
  /** The highest label that the installation holds. */
  readonly level?: string;
}

/**
 * The whole house in one process: real PostgreSQL with its roles, the real api over HTTP, and the duties of registrar,
 * sealer and guard, each with its own database role, done when a test says so.
 */
export class House {
  /** Passport keeps its strategies for the whole process: with two houses open, both would ask the second for sessions. */
  private static isOneOpen = false;

  private sealed: SignedState | undefined;

  private constructor(
    readonly databases: TestDatabases,
    readonly authority: TestAuthority,
    private readonly parts: HouseParts,
    readonly app: NestFastifyApplication,
    readonly url: string,
  ) {}

  static async open(options: HouseOptions = {}): Promise<House> {
    if (House.isOneOpen) throw new Error('a house is open already; close it first');
    House.isOneOpen = true;
    const databases = await openDatabases();
    const authority = await anAuthority();
    const parts = new HouseParts(databases, authority, (await generateKey()).privateJwk);
    await authority.serviceKey(parts.guardKey);
    const { policies, anchor, clock } = parts;
    const app = await createApi({
      transactions: await parts.open('api'),
      separate: parts.keep(new SeparateTransactions(await openDataSource({ url: databases.main('api'), pool: 3 }))),
      examiner: parts.keep(
        new ExaminerTransactions(await openDataSource({ url: databases.main('examiner'), pool: 2 })),
      ),
      policies,
      anchor,
      clock,
      access: options.access ?? new AccessPolicy(options.rules ?? shippedRules),
      installation: new Installation(authority.installation, levelOf(policies, options.level ?? 'COSMIC TOP SECRET')),
      cursors: new Cursors(randomBytes(32)),
    });
    await app.listen(0, '127.0.0.1');
    return new House(databases, authority, parts, app, await app.getUrl());
  }

  get clock(): TestClock {
    return this.parts.clock;
  }

  get policies(): PolicySet {
    return this.parts.policies;
  }

  get anchor(): TrustAnchor {
    return this.parts.anchor;
  }

  get guardKey(): PrivateJwk {
    return this.parts.guardKey;
  }

  /** Connections as a runtime role, closed with the house. */
  async as(role: RoleName, side: 'main' | 'register' = 'main'): Promise<Transactions> {
    return this.parts.open(role, side);
  }

  /** Makes people: their instruments are signed by two officers and admitted by the registrar, and each has a session. */
  async enrol<Name extends string>(people: Readonly<Record<Name, PersonBuilder>>): Promise<Record<Name, Resident>> {
    const stated: [Name, Omit<Resident, 'sid' | 'client'>][] = [];
    for (const [name, { plan }] of Object.entries<PersonBuilder>(people)) {
      stated.push([name as Name, await this.state(plan)]);
    }
    await this.admit();
    const residents: [Name, Resident][] = [];
    for (const [name, who] of stated) {
      const sid = await this.openSession(who.person);
      residents.push([name, { ...who, sid, client: new ApiClient(this.url, sid) }]);
    }
    return Object.fromEntries(residents) as Record<Name, Resident>;
  }

  private async state(plan: PersonPlan): Promise<Omit<Resident, 'sid' | 'client'>> {
    const { identity, office, nation, organisation, roles, communities } = plan;
    const enrolled = await this.authority.enrol(identity, {
      office,
      nation,
      organisation,
      roles: [...roles],
      communities: [...communities],
    });
    const clearanceIds: string[] = [];
    for (const { policy, classifications, categories } of plan.clearances) {
      const clearance = randomUUID();
      clearanceIds.push(clearance);
      await this.authority.clearance({
        clearance,
        person: enrolled.person,
        policy,
        classifications: [...classifications],
        categories: categories.map((each) => ({ ...each, values: [...each.values] })),
      });
    }
    for (const { body, seat } of plan.seats) await this.authority.holder({ body, seat, person: enrolled.person });
    return { ...enrolled, plan, clearanceIds };
  }

  /** Lets the registrar take everything that the officers have signed so far. Throws when something is refused. */
  async admit(): Promise<void> {
    const refused = await (await this.parts.registrar()).admit(this.authority.statements);
    if (refused.length > 0) throw new Error(`the registrar refused: ${JSON.stringify(refused)}`);
  }

  /** A session of a person without asking for a password or a code: the owner of the database puts it there, stepped up. */
  async openSession(person: string, { steppedUp = true }: { readonly steppedUp?: boolean } = {}): Promise<string> {
    const sid = randomBytes(32).toString('base64url');
    await asking(this.databases.main('superuser'), (client) =>
      client.query(
        `INSERT INTO sec.session (sid_hash, person_id, kind, expires_at, stepped_up_until)
         VALUES (sha256(convert_to($1, 'UTF8')), $2, 'session', now() + interval '8 hours', CASE WHEN $3 THEN now() + interval '8 hours' END)`,
        [sid, person, steppedUp],
      ),
    );
    return sid;
  }

  /** Settles what was handed in through the api. */
  async settle(): Promise<number> {
    return (await this.parts.registrar()).settle();
  }

  /** Seals what is pending; answers how many events. */
  async seal(): Promise<number> {
    const { authority } = this;
    const memory = {
      read: () => this.sealed,
      write: (state: SignedState) => {
        this.sealed = state;
      },
    };
    const key = { name: `${authority.installation}/ledger`, seed: authority.logSeeds.ledger };
    return new Sealer(await this.parts.open('sealer'), key, memory).seal();
  }

  /** One round of a guard that has just started. */
  async publish(): Promise<'published' | 'refused' | 'idle'> {
    return (await this.guard()).round();
  }

  /** A guard for more rounds than one; with other keys than the officers have named, if a test wants that. */
  async guard({
    own = this.guardKey,
    logSeed = this.authority.logSeeds.publicLog,
  }: { readonly own?: PrivateJwk; readonly logSeed?: Uint8Array } = {}): Promise<Guard> {
    const { anchor, clock } = this.parts;
    const restricted = await this.parts.open('guard');
    const register = await this.parts.open('guard', 'register');
    const log = { name: `${this.authority.installation}/public-log`, seed: logSeed };
    return new Guard({ restricted, register, anchor, clock, authority: new AuthorityReader(anchor) }, { own, log });
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.parts.close();
    await this.databases.drop();
    House.isOneOpen = false;
  }
}

/** What the house is made of besides its api. */
class HouseParts {
  readonly clock = new TestClock();
  readonly policies = readPolicies('policies');
  readonly anchor: TrustAnchor;
  private readonly opened = new Map<string, Transactions>();
  private readonly kept: Transactions[] = [];

  private registering: Registrar | undefined;

  constructor(
    private readonly databases: TestDatabases,
    authority: TestAuthority,
    readonly guardKey: PrivateJwk,
  ) {
    this.anchor = new TrustAnchor(authority.officers);
  }

  async registrar(): Promise<Registrar> {
    this.registering ??= new Registrar(await this.open('registrar'), this.anchor, this.policies, this.clock);
    return this.registering;
  }

  async open(role: RoleName, side: 'main' | 'register' = 'main'): Promise<Transactions> {
    const name = `${role} ${side}`;
    const known = this.opened.get(name);
    if (known !== undefined) return known;
    const url = side === 'main' ? this.databases.main(role) : this.databases.register(role);
    const transactions = new Transactions(await openDataSource({ url, pool: 5, applicationName: role }));
    this.opened.set(name, transactions);
    return transactions;
  }

  keep<Kept extends Transactions>(transactions: Kept): Kept {
    this.kept.push(transactions);
    return transactions;
  }

  async close(): Promise<void> {
    for (const transactions of [...this.opened.values(), ...this.kept]) await transactions.close();
  }
}

function levelOf(policies: PolicySet, text: string): Installation['highest'] {
  const parsed = parseMark(policies, text);
  if (!parsed.ok) throw new Error(parsed.fault);
  return parsed.label;
}

/** Opens a house. Close it when the test file ends. */
export const openHouse = (options?: HouseOptions): Promise<House> => House.open(options);
