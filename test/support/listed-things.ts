import { type AccessRules, type Actor, type Protection, environmentOf, permits } from '#access';
import { actorOf } from './channels';
import { asking } from './cluster';
import { ask } from './http';
import type { House, Resident } from './house';

/** A portion in force as it is stored, with its document: read by the superuser, whom nothing hides it from. */
export interface StoredPortion {
  readonly id: string;
  readonly documentId: string;
  readonly createdAt: string;
  readonly ordinal: number;
  readonly kind: string;
  readonly body: string;
  readonly originator: string;
  readonly documentOriginator: string;
  readonly nation: string | null;
  readonly area: string | null;
  readonly own: Protection;
  readonly around: Protection;
}

/** Every portion of the newest versions, in the order of the lists. */
export const portionsInForce = (house: House): Promise<StoredPortion[]> =>
  asking(house.databases.main('superuser'), async (client) => {
    const { rows } = await client.query<StoredPortion>(
      `SELECT p.id, d.id AS "documentId", to_jsonb(d.created_at) #>> '{}' AS "createdAt", p.ordinal, p.kind, p.body, p.originator,
              d.originator AS "documentOriginator", p.nation, p.area,
              jsonb_build_object('label', o.label, 'needToKnow', o.need_to_know) AS own,
              jsonb_build_object('label', a.label, 'needToKnow', a.need_to_know) AS around
         FROM document d JOIN portion p ON p.version_id = (SELECT v.id FROM version v WHERE v.document_id = d.id ORDER BY v.ordinal DESC LIMIT 1)
         JOIN protection o ON o.id = p.protection_id JOIN protection a ON a.id = d.protection_id
        ORDER BY d.created_at DESC, d.id DESC, p.ordinal`,
    );
    return rows.map((row) => ({ ...row, createdAt: new Date(row.createdAt).toISOString() }));
  });

/** What a list is narrowed by, and which words are looked for. */
export interface Narrowed {
  readonly nation?: string;
  readonly area?: string;
  readonly originator?: string;
  readonly policy?: string;
  readonly classification?: string;
  readonly from?: string;
  readonly to?: string;
}

/** The plain access decision over everything that is stored: what lists, counts and searches ought to say. */
export class ExpectedLists {
  private readonly readable: readonly (StoredPortion & { readonly n: number })[];
  private readonly documents: readonly StoredPortion[];

  constructor(stored: readonly StoredPortion[], actor: Actor, rules: AccessRules) {
    const environment = environmentOf(actor, rules);
    const may = ({ documentId: id }: StoredPortion, ...protections: Protection[]): boolean =>
      permits(actor, 'read', { kind: 'Document', protections, id }, environment);
    const numbers = new Map<string, number>();
    this.readable = stored
      .filter((portion) => may(portion, portion.own, portion.around))
      .map((portion) => {
        const n = (numbers.get(portion.documentId) ?? 0) + 1;
        numbers.set(portion.documentId, n);
        return { ...portion, n };
      });
    const firsts = stored.filter(({ documentId }, at) => stored[at - 1]?.documentId !== documentId);
    this.documents = firsts.filter((portion) => may(portion, portion.around));
  }

  documentsOf(asked: Narrowed): string[] {
    const { nation, area, originator } = asked;
    return this.documents
      .filter((each) => isUnder(each.around, asked) && isWithin(each, asked))
      .filter((each) => originator === undefined || each.documentOriginator === originator)
      .filter(
        ({ documentId }) =>
          (nation === undefined && area === undefined) ||
          this.readable.some((portion) => portion.documentId === documentId && isTargetOf(portion, asked)),
      )
      .map(({ documentId }) => documentId);
  }

  targetsOf(asked: Narrowed): string[] {
    return this.readable
      .filter((each) => each.kind === 'target' && isTargetOf(each, asked))
      .filter((each) => isUnder(each.own, asked) && isWithin(each, asked) && isFrom(each, asked))
      .map(placeOf);
  }

  foundOf(word: string, asked: Narrowed): string[] {
    return this.readable
      .filter(({ body }) => new Set<string>(body.toLowerCase().match(/[\p{L}\p{N}]+/gu)).has(word))
      .filter((each) => (asked.nation === undefined && asked.area === undefined) || isTargetOf(each, asked))
      .filter((each) => isUnder(each.own, asked) && isWithin(each, asked) && isFrom(each, asked))
      .map(placeOf);
  }
}

const placeOf = ({ documentId, n }: { readonly documentId: string; readonly n: number }): string =>
  `${documentId}:${String(n)}`;

const isUnder = ({ label }: Protection, { policy, classification }: Narrowed): boolean =>
  (policy === undefined || label.policy === policy) &&
  (classification === undefined || label.classification === classification);

const isWithin = ({ createdAt }: StoredPortion, { from, to }: Narrowed): boolean =>
  (from === undefined || createdAt >= from) && (to === undefined || createdAt < to);

const isFrom = (portion: StoredPortion, { originator }: Narrowed): boolean =>
  originator === undefined || portion.originator === originator;

const isTargetOf = (portion: StoredPortion, { nation, area }: Narrowed): boolean =>
  portion.kind === 'target' &&
  (nation === undefined || portion.nation === nation) &&
  (area === undefined || portion.area === area);

interface ListPage {
  readonly items: readonly { readonly id?: string; readonly document?: string; readonly n?: number }[];
  readonly next: string | null;
  readonly count?: number;
}

/** A whole list over HTTP, page by page, and what it counts. */
export async function wholeList(
  house: House,
  { sid }: Pick<Resident, 'sid'>,
  list: 'documents' | 'targets' | 'search',
  asked: Narrowed & { readonly words?: string },
): Promise<{ keys: string[]; count: number }> {
  const keys: string[] = [];
  let count: number | undefined;
  let cursor: string | undefined;
  do {
    const page = await pageOf(house, sid, list, {
      ...asked,
      limit: 6,
      count: count === undefined,
      ...(cursor === undefined ? {} : { cursor }),
    });
    keys.push(...page.items.map(({ id, document, n }) => id ?? `${document ?? ''}:${String(n)}`));
    count ??= page.count ?? -1;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return { keys, count };
}

async function pageOf(
  house: House,
  sid: string,
  list: string,
  asked: Readonly<Record<string, unknown>>,
): Promise<ListPage> {
  const query = new URLSearchParams(
    Object.entries(asked).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const { status, body } =
    list === 'search'
      ? await ask(house.url, '/api/search', { method: 'POST', as: sid, json: asked })
      : await ask(house.url, `/api/${list}?${query.toString()}`, { as: sid });
  if (status !== 200) throw new Error(`${list} answered ${String(status)}: ${body}`);
  return JSON.parse(body) as ListPage;
}

/** Which lists are compared. It ends when `atMost` differences are found. */
export interface ListQuestions {
  readonly filters: readonly Narrowed[];
  readonly words: readonly string[];
  readonly atMost?: number;
}

/** Wherever a list, its count or a search is not what the plain decision says, for every person, filter and word. */
export async function listsDiffer(
  { house, people }: { readonly house: House; readonly people: Readonly<Record<string, Pick<Resident, 'sid'>>> },
  rules: AccessRules,
  { filters, words, atMost = Infinity }: ListQuestions,
): Promise<string[]> {
  const stored = await portionsInForce(house);
  const violations: string[] = [];
  for (const [name, person] of Object.entries(people)) {
    const expected = new ExpectedLists(stored, await actorOf(house, person.sid), rules);
    const compare = async (
      list: 'documents' | 'targets' | 'search',
      asked: Narrowed & { words?: string },
      keys: string[],
    ): Promise<void> => {
      if (violations.length >= atMost) return;
      const whole = await wholeList(house, person, list, asked);
      if (JSON.stringify(whole) === JSON.stringify({ keys, count: keys.length })) return;
      violations.push(
        `${name}: ${list} ${JSON.stringify(asked)}: ${JSON.stringify(whole)}, not ${JSON.stringify(keys)}`,
      );
    };
    for (const asked of filters) {
      await compare('documents', asked, expected.documentsOf(asked));
      await compare('targets', asked, expected.targetsOf(asked));
    }
    for (const word of words)
      for (const asked of filters.slice(0, 3))
        await compare('search', { ...asked, words: word }, expected.foundOf(word, asked));
  }
  return violations;
}
