import { Client } from 'pg';
import { Transactions, openDataSource } from '#database';
import { type TestDatabases, asking, openDatabases } from '../support/cluster';
import { READER_CLASSES, fillAtScale } from './fill-at-scale';

/** The policies of the labels that readers are cleared for. */
export const POLICIES = ['NATO', 'EXERCISE-NORTH', 'EXERCISE-SOUTH'];

/** Everybody is cleared for all of it; what their class is let into is what they see. */
const READERS = `
  WITH stated AS (
         INSERT INTO instrument (id, kind, statement) VALUES (gen_random_uuid(), 'enrolment', '{}') RETURNING id),
       made AS (
         INSERT INTO person (id, identity, office, nation, organisation, roles, communities, instrument_id)
         SELECT gen_random_uuid(), name, name, NULL, 'EXERCISE', '{}', ARRAY[upper(name)], stated.id FROM unnest($1::text[]) AS name, stated
         RETURNING id, identity),
       cleared AS (
         INSERT INTO clearance (id, person_id, policy, classifications, categories, valid_from, valid_until, instrument_id)
         SELECT gen_random_uuid(), made.id, policy, ARRAY['UNCLASSIFIED', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET'],
                (SELECT jsonb_agg(jsonb_build_object('tagSet', tag, 'type', kind, 'values', held))
                   FROM (VALUES ('Context', 'PERMISSIVE', '["NATO"]'::jsonb),
                                ('Releasable To', 'PERMISSIVE', (SELECT jsonb_agg('N' || n) FROM generate_series(0, 39) AS n)),
                                ('Special', 'RESTRICTIVE', (SELECT jsonb_agg('K' || n) FROM generate_series(0, 11) AS n)))
                     AS category (tag, kind, held)),
                '2020-01-01', '2120-01-01', stated.id
           FROM made, stated, unnest($2::text[]) AS policy)
  INSERT INTO sec.session (sid_hash, person_id, kind, expires_at)
  SELECT sha256(convert_to('exercise ' || identity, 'UTF8')), id, 'session', now() + interval '8 hours' FROM made`;

/** The rights of a reader as somebody has them at hand who needs no security: a bitmap, and the ids in it. */
export interface HeldRights {
  readonly bitmap: Buffer;
  readonly ids: readonly number[];
  readonly share: number;
}

/** A filled database with readers of every class, the api's store over it, and a connection that stands above row-level security. */
export class ScaleHouse {
  private constructor(
    private readonly databases: TestDatabases,
    readonly api: Transactions,
    readonly raw: Client,
  ) {}

  static open(documents: number): Promise<ScaleHouse> {
    const fill = (client: Client): Promise<void> =>
      fillAtScale(client, { documents, protections: 6_000, policies: POLICIES });
    return ScaleHouse.filled(fill, READER_CLASSES);
  }

  /** A database that somebody else fills, with readers who are each let into what is named after them. */
  static async filled(fill: (client: Client) => Promise<void>, readers: readonly string[]): Promise<ScaleHouse> {
    const databases = await openDatabases();
    await asking(databases.main('superuser'), async (client) => {
      await fill(client);
      await client.query(READERS, [readers, POLICIES]);
    });
    const api = new Transactions(await openDataSource({ url: databases.main('api'), pool: 1 }));
    const raw = new Client({ connectionString: databases.main('superuser') });
    await raw.connect();
    for (const name of readers)
      await api.asDuty((tx) => tx.rows('SELECT sec.enter($1)', [ScaleHouse.sessionOf(name).sid]));
    return new ScaleHouse(databases, api, raw);
  }

  static sessionOf(name: string): { readonly sid: string } {
    return { sid: `exercise ${name}` };
  }

  async rightsOf(name: string): Promise<HeldRights> {
    const { rows } = await this.raw.query<HeldRights>(
      `SELECT substring(s.bitmap FROM 1 FOR s.bitmap_upto / 8 + 1) AS bitmap, (SELECT coalesce(array_agg(p.id), '{}') FROM protection p WHERE get_bit(s.bitmap, p.id) <> 0) AS ids,
              (SELECT coalesce(sum(c.n) FILTER (WHERE get_bit(s.bitmap, c.protection_id) <> 0) / sum(c.n), 0)::float8
                 FROM (SELECT protection_id, documents AS n FROM sec.protection_count UNION ALL SELECT * FROM sec.case_count) AS c) AS share
         FROM sec.session s JOIN person p ON p.id = s.person_id WHERE p.identity = $1`,
      [name],
    );
    if (rows[0] === undefined) throw new Error(`nobody is ${name}`);
    return rows[0];
  }

  async close(): Promise<void> {
    await this.raw.end();
    await this.api.close();
    await this.databases.drop();
  }
}
