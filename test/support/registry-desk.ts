import { randomUUID } from 'node:crypto';
import type { PrivateJwk, SignedStatement } from '#signing';
import { VALID } from './authority';
import { Captured, administrator, captured } from './captured';
import type { House, Resident } from './house';

/** A statement of authority as anybody could write it, with whatever keys. */
export interface Stated {
  readonly kind: string;
  readonly body: unknown;
  readonly by: readonly PrivateJwk[];
  readonly issuedAt?: string;
}

/** What became of a statement that was handed in. */
export interface Settled {
  readonly state: string;
  readonly fault: string | null;
}

/** Where statements are handed in past the api's own checks, as a captured api can, and where one sees what became of them. */
export class RegistryDesk {
  private constructor(
    private readonly house: House,
    private readonly api: Captured,
    readonly admin: Captured,
  ) {}

  static async open(house: House): Promise<RegistryDesk> {
    return new RegistryDesk(house, await captured(house, 'api'), await administrator(house));
  }

  async close(): Promise<void> {
    for (const each of [this.api, this.admin]) await each.close();
  }

  /** Puts a row where statements wait, in somebody's live session. */
  async handIn(statement: unknown, who: Resident, id: string = randomUUID()): Promise<string> {
    await this.api
      .as(who)
      .run('INSERT INTO instrument_submission (id, statement, submitted_by) VALUES ($1, $2, $3)', [
        id,
        JSON.stringify(statement),
        who.person,
      ]);
    return id;
  }

  /** What the registrar makes of it now. */
  async settled(id: string): Promise<Settled> {
    await this.house.settle();
    const [row] = await this.admin.run<Settled>('SELECT state, fault FROM instrument_submission WHERE id = $1', [id]);
    if (row === undefined) throw new Error('nothing was handed in under this id');
    return row;
  }

  /** What stands: the instruments, the clearances, and everybody as the registrar wrote them. */
  standing(): Promise<object[]> {
    return this.admin.run(
      `SELECT (SELECT count(*) FROM instrument) AS instruments,
              (SELECT count(*) FROM clearance WHERE withdrawn_at IS NULL) AS clearances,
              (SELECT jsonb_agg(to_jsonb(p) ORDER BY p.id) FROM person p) AS people`,
    );
  }

  /** Makes a statement of which the authority's own list does not hear. */
  async state(id: string, { kind, body, by, issuedAt }: Stated): Promise<SignedStatement> {
    const { authority } = this.house;
    const before = authority.statements.length;
    const making = issuedAt === undefined ? { id, by } : { id, by, issuedAt };
    const statement = await authority.state(kind as 'key', body, making);
    authority.statements.length = before;
    return statement;
  }

  officer(n: number): PrivateJwk {
    const officer = this.house.authority.officerKeys[n];
    if (officer === undefined) throw new Error('there are not so many officers');
    return officer.key;
  }
}

/** A clearance for everything, as an instrument says it. */
export const clearanceFor = (person: string) => ({
  clearance: randomUUID(),
  person,
  policy: 'NATO',
  classifications: ['UNCLASSIFIED', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET', 'TOP SECRET'],
  categories: [{ tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO'] }],
  ...VALID,
});
