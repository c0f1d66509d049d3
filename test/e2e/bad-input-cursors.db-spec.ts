import { randomBytes } from 'node:crypto';
import { aRequest } from '../support/alliance';
import { BadInput, type Operation, codeOf } from '../support/bad-input';
import { aDocument } from '../support/documents';
import type { Resident } from '../support/house';

/* Cursors of nobody, of somebody else, of another list and of another question: refused before any table is asked. */
let house: BadInput;

beforeAll(async () => {
  house = await BadInput.open();
  const { anybody, other } = house;
  for (const n of [1, 2, 3]) {
    const text = aDocument()
      .titled(`(NU) EXERCISE Paper ${String(n)}`)
      .saying(`(NU) EXERCISE The paper of day ${String(n)} speaks of nothing.`)
      .withTargets(['(NU)', 'BEL', 'sea lift', 10 + n, 30 + n, 'ships', 2030 + n]);
    const { id } = await anybody.client.importDocument(text.text());
    const view = await anybody.client.document(id);
    const items = view.portions.map((portion) => ({ portion: portion.id, treatment: 'include' as const }));
    const title = `EXERCISE The paper of day ${String(n)}`;
    await anybody.client.submitCase(aRequest(view, house.alliance.house.clock.now(), { items, title }));
  }
  // What somebody did is on the record of both.
  for (const { client } of [anybody, other]) await client.documents();
});
afterAll(() => house.close());

/** A list: how it is asked for a page after a cursor, and for one that is asked otherwise. */
interface List {
  readonly name: string;
  page(who: Resident, cursor?: string, otherwise?: boolean): Promise<{ code: string; next: string | null }>;
}

/** Every route that takes a cursor, and the searches, which take it in their body. */
function lists(): List[] {
  const byAddress = house.operations.filter(({ parameters }) => parameters.some(({ name }) => name === 'cursor'));
  return [...byAddress.map(addressed), ...SEARCHES];
}

/** A filter of each list that leaves its pages as they are. */
const OTHERWISE: Readonly<Record<string, string>> = {
  '/api/documents': 'from=2001-01-01T00:00:00Z',
  '/api/targets': 'from=2001-01-01T00:00:00Z',
  '/api/cases': 'from=2001-01-01T00:00:00Z',
  '/api/audit/events': 'from=2001-01-01T00:00:00Z',
};

const addressed = (operation: Operation): List => ({
  name: operation.path,
  page: async (who, cursor, otherwise = false) => {
    const filter = otherwise ? `&${OTHERWISE[operation.path] ?? 'limit=2'}` : '';
    const asked = {
      limit: otherwise && filter === '&limit=2' ? '2' : '1',
      ...(cursor === undefined ? {} : { cursor: encodeURIComponent(cursor) }),
    };
    const address = house.addressOf(operation, asked);
    const answer = await house.ask(`${address}${filter === '&limit=2' ? '' : filter}`, { as: who.sid });
    return { code: codeOf(answer), next: nextOf(answer.body) };
  },
});

const searched = (path: string): List => ({
  name: `POST ${path}`,
  page: async (who, cursor, otherwise = false) => {
    const json = {
      words: otherwise ? 'EXERCISE paper' : 'paper',
      limit: 1,
      ...(cursor === undefined ? {} : { cursor }),
    };
    const answer = await house.ask(path, { method: 'POST', json, as: who.sid });
    return { code: codeOf(answer), next: nextOf(answer.body) };
  },
});
const SEARCHES = ['/api/search', '/api/cases/search'].map(searched);

const nextOf = (body: string): string | null => (JSON.parse(body) as { next?: string | null }).next ?? null;

/** The cursors of lists that have a second page, by the list's name. */
async function cursorsOf(who: Resident): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const list of lists()) {
    const { next } = await list.page(who);
    if (next !== null) found.set(list.name, next);
  }
  return found;
}

/** What is made of a cursor by somebody who tries. */
function tampered(cursor: string): string[] {
  const [body = '', tag = ''] = cursor.split('.');
  const flipped = (text: string, at: number): string =>
    `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
  return [
    body,
    `.${tag}`,
    `${body}.`,
    cursor.slice(0, -1),
    cursor.slice(1),
    `${cursor}.`,
    `${cursor}A`,
    `${cursor}.${tag}`,
    `${tag}.${body}`,
    `${flipped(body, 3)}.${tag}`,
    `${body}.${flipped(tag, 3)}`,
    `${body}=.${tag}`,
    `${body.toUpperCase()}.${tag}`,
    `${Buffer.from('["9999-12-31T23:59:59Z","ffffffff-ffff-4fff-bfff-ffffffffffff"]').toString('base64url')}.${tag}`,
    `${Buffer.from('{"at":null}').toString('base64url')}.${randomBytes(32).toString('base64url')}`,
    'null',
    '__proto__',
    '0',
    'x'.repeat(500),
  ];
}

describe('bad input: cursors', () => {
  it('every list that has more than a page gives a cursor, and takes it back', async () => {
    const cursors = await cursorsOf(house.anybody);
    for (const name of [
      '/api/documents',
      '/api/targets',
      '/api/cases',
      '/api/audit/events',
      'POST /api/search',
      'POST /api/cases/search',
    ])
      expect([...cursors.keys()]).toContain(name);
    for (const list of lists()) {
      const cursor = cursors.get(list.name);
      if (cursor !== undefined)
        expect([list.name, (await list.page(house.anybody, cursor)).code]).toEqual([list.name, '200']);
    }
  });

  it('a cursor of another list, of another person or of another question is refused, without a table', async () => {
    const own = await cursorsOf(house.anybody);
    const others = await cursorsOf(house.other);
    await house.withoutTables(async () => {
      for (const list of lists()) {
        const foreign = [...own].filter(([name]) => name !== list.name).map(([, cursor]) => cursor);
        for (const cursor of [...foreign, others.get(list.name)])
          if (cursor !== undefined)
            expect([list.name, (await list.page(house.anybody, cursor)).code]).toEqual([list.name, '400 bad-request']);
        const cursor = own.get(list.name);
        if (cursor !== undefined && (SEARCHES.includes(list) || OTHERWISE[list.name] !== undefined))
          expect([list.name, (await list.page(house.anybody, cursor, true)).code]).toEqual([
            list.name,
            '400 bad-request',
          ]);
      }
    });
  }, 60_000);

  it('a cursor that was changed, cut or made up is refused, without a table', async () => {
    const own = await cursorsOf(house.anybody);
    const any = [...own.values()][0]!;
    await house.withoutTables(async () => {
      for (const list of lists())
        for (const cursor of tampered(own.get(list.name) ?? any))
          expect([list.name, cursor, (await list.page(house.anybody, cursor)).code]).toEqual([
            list.name,
            cursor,
            '400 bad-request',
          ]);
    });
  }, 60_000);

  it('a cursor without end is too large', async () => {
    for (const list of lists()) {
      const { code } = await list.page(house.anybody, 'x'.repeat(100_000));
      expect([list.name, code]).toEqual([list.name, '413 too-large']);
    }
    for (const search of SEARCHES)
      expect(await search.page(house.anybody, 'x'.repeat(600))).toMatchObject({ code: '400 bad-request' });
  });
});
