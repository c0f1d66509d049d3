import { randomUUID } from 'node:crypto';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Client } from 'pg';
import { problemSchema } from '#contracts';
import { type AllianceHouse, frozenCase, openAllianceHouse } from './alliance';
import type { Resident } from './house';
import { type Answer, type Asking, ask } from './http';
import { aPerson } from './people';

type JsonSchema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: JsonSchema & { readonly type?: string; readonly format?: string; readonly enum?: readonly string[] };
}

/** A route as the OpenAPI document describes it. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** The media types of its body; none where it takes none. */
  readonly takes: readonly string[];
  readonly body: JsonSchema | undefined;
}

/** A house with one document and one frozen case, and somebody in every role to whom nothing is refused for who they are. EXERCISE. */
export class BadInput {
  readonly anybody: Resident;
  readonly other: Resident;

  private constructor(
    readonly alliance: AllianceHouse,
    people: Readonly<Record<'anybody' | 'other', Resident>>,
    readonly operations: readonly Operation[],
    readonly schemas: Readonly<Record<string, JsonSchema>>,
    private readonly ids: Readonly<Record<string, string>>,
  ) {
    this.anybody = people.anybody;
    this.other = people.other;
  }

  static async open(): Promise<BadInput> {
    const alliance = await openAllianceHouse();
    const everything = (identity: string) =>
      aPerson(identity)
        .clearedTo('TOP SECRET')
        .inRole('planner', 'requester', 'disclosure-reviewer', 'release-officer', 'auditor', 'security-officer');
    const { anybody, other } = await alliance.house.enrol({
      anybody: everything('anybody'),
      other: everything('other'),
    });
    const { documentId, caseId } = await frozenCase(alliance);
    // What they hold is worked out once, so that nothing but the session is looked up from now on.
    for (const { client } of [anybody, other]) await client.me();
    const described = JSON.parse((await ask(alliance.house.url, '/api/openapi.json')).body) as OpenAPIObject;
    const schemas = (described.components?.schemas ?? {}) as Record<string, JsonSchema>;
    const ids = { documents: documentId, cases: caseId, people: alliance.planner.person };
    return new BadInput(alliance, { anybody, other }, operationsOf(described), schemas, ids);
  }

  get url(): string {
    return this.alliance.house.url;
  }

  close(): Promise<void> {
    return this.alliance.house.close();
  }

  /** The address of an operation with things that are there, and every query parameter that it asks for. */
  addressOf({ path, parameters }: Operation, query: Readonly<Record<string, string>> = {}): string {
    const kind = path.split('/').findLast((part) => part in this.ids);
    const id = kind === undefined ? randomUUID() : (this.ids[kind] ?? '');
    const filled = path
      .replace('{id}', id)
      .replace('{name}', path.includes('renditions') ? 'release.json' : 'NOBODY')
      .replace(/\{\w+\}/g, () => randomUUID());
    const asked = {
      ...Object.fromEntries(
        parameters.filter((each) => each.in === 'query' && each.required).map((each) => [each.name, sampleOf(each)]),
      ),
      ...query,
    };
    const text = Object.entries(asked).map(([name, value]) => `${name}=${value}`);
    return text.length === 0 ? filled : `${filled}?${text.join('&')}`;
  }

  /** Asks; a request that gets no answer within ten seconds waits for a table. */
  async ask(path: string, asking: Asking = {}): Promise<Answer> {
    const waits = new Promise<never>((_resolve, reject) => {
      setTimeout(() => {
        reject(new Error(`${asking.method ?? 'GET'} ${path.slice(0, 200)} waits for a table`));
      }, 10_000).unref();
    });
    return Promise.race([ask(this.url, path, { as: this.anybody.sid, ...asking }), waits]);
  }

  /** Whatever is asked meanwhile must be answered without any table of content: all of them are locked. Answers what is stored too much. */
  async withoutTables<Result>(work: () => Promise<Result>): Promise<Result> {
    const holder = new Client({ connectionString: this.alliance.house.databases.main('superuser') });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      const { rows } = await holder.query<{ name: string }>(
        `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace IN ('public'::regnamespace, 'sec'::regnamespace)
            AND NOT relname = ANY ($1)`,
        [ASKED_BY_EVERY_SESSION],
      );
      await holder.query(`LOCK TABLE ${rows.map(({ name }) => name).join(', ')} IN ACCESS EXCLUSIVE MODE`);
      return await work();
    } finally {
      await holder.query('ROLLBACK');
      await holder.end();
    }
  }
}

/** To know who asks: the session, the person, and what they hold. */
const ASKED_BY_EVERY_SESSION = [
  'session',
  'person',
  'clearance',
  'access_list',
  'access_entry',
  'acknowledgement',
  'access_rules',
  'lifted',
  'protection',
];

function operationsOf(document: OpenAPIObject): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(
      item as Record<
        string,
        { parameters?: Parameter[]; requestBody?: { content: Record<string, { schema?: JsonSchema }> } }
      >,
    ).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      takes: Object.keys(requestBody?.content ?? {}),
      body: requestBody?.content['application/json']?.schema,
    })),
  );
}

/** A value that a parameter takes. */
export function sampleOf({ name, schema }: Parameter): string {
  if (schema.enum !== undefined) return schema.enum[0] ?? '';
  if (schema.type === 'integer') return '1';
  if (schema.format === 'uuid') return randomUUID();
  if (schema.format === 'date-time') return '2026-01-01T00:00:00Z';
  return name;
}

/** The status and code of a problem, which must be one in form and headers; what is not has its own name. */
export function codeOf({ status, headers, body }: Answer): string {
  if (status < 400) return String(status);
  if (!(headers['content-type'] ?? '').startsWith('application/problem+json'))
    return `${String(status)} without a problem: ${body.slice(0, 200)}`;
  const problem = problemSchema.safeParse(JSON.parse(body));
  return problem.success && problem.data.status === status
    ? `${String(status)} ${problem.data.code}`
    : `${String(status)} not a problem: ${body.slice(0, 200)}`;
}
