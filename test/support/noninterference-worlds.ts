import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import { type AllianceHouse, openAllianceHouse } from './alliance';
import { type Answer, ask } from './http';
import type { HouseOptions } from './house';
import { KeptRows } from './kept-rows';
import { OPEN_ACTS } from './noninterference-acts';
import { type Ground, LISTS, OWN_LIST, READERS, READ_IN, type Reader, nothingHidden } from './noninterference-ground';
import { HIDDEN_ACTS } from './noninterference-hidden-acts';
import { type Exchange, Memory, type Request, type Told, nextPage } from './noninterference-memory';
import { isToldByOffice, wordIn } from './noninterference-offices';
import { TRACE } from './noninterference-trace';
import { Fate } from './one-fate';
import { aPerson } from './people';

/** What is said of a request that both worlds answer with an error of their own: it compares nothing. */
export const OUT_OF_ORDER = 'the house is out of order';

const LONGEST_WALK = 6;

/** What happens next: something that all may see, something that no reader may, or requests of one reader. */
export type Event =
  | { readonly kind: 'open' | 'hidden'; readonly act: string; readonly lot: number }
  | { readonly kind: 'ask'; readonly route: string; readonly reader: Reader; readonly lot: number };

/** An event as it came about in the world with more in it: with its requests as they were made. */
type Happened = Acted | Asked;
type Acted = Exclude<Event, { kind: 'ask' }> & { readonly second: number };
type Asked = Request & { readonly kind: 'asked'; readonly second: number };

export interface Compared {
  readonly requests: number;
  readonly routes: ReadonlySet<string>;
  /** Those of the routes that gave something at least once: where everything is refused, little is compared. */
  readonly given: ReadonlySet<string>;
  /** Those that told an office of others at least once: they are not compared, but must say no word. */
  readonly toldByOffice: ReadonlySet<string>;
  /** Every request that the two worlds answered differently. */
  readonly differences: readonly string[];
}

/** With what every world begins: documents under several marks, a case, and somebody who was told of it. */
const FIRST: readonly (readonly [string, number])[] = [
  ...[0, 1, 2, 3].map((lot) => ['a document comes in', lot] as const),
  ['a case is opened', 1],
  ['a case is frozen', 0],
  ['a reader is told of a case', 0],
  ['somebody asks a reader to be let in', 0],
];

type Seen = Pick<Ground, 'documents' | 'cases' | 'notifications' | 'requests'>;

const NOTHING_YET: Seen = { documents: [], cases: [], notifications: [], requests: [] };

/** Two worlds in one house: one database whose rows are put back in between. */
export class Worlds {
  private begun: { readonly rows: KeptRows; readonly seen: Seen } | undefined;

  private constructor(
    readonly alliance: AllianceHouse,
    private readonly people: Pick<Ground, 'readers' | 'colleague' | 'keeper'>,
    private readonly sql: Client,
    private readonly fate: Fate,
    private readonly empty: KeptRows,
  ) {}

  static async open(options: HouseOptions = {}): Promise<Worlds> {
    const alliance = await openAllianceHouse(options);
    const { house, stranger } = alliance;
    const roles = ['planner', 'requester', 'disclosure-reviewer', 'release-officer', 'watch-officer'];
    const { busy, clerk, cleared, auditor, officer, guarded, colleague, keeper } = await house.enrol({
      auditor: aPerson('reader.auditor').clearedTo('RESTRICTED').inRole('auditor'),
      officer: aPerson('reader.officer').clearedTo('RESTRICTED').inRole('security-officer'),
      guarded: aPerson('reader.guarded').clearedTo('TOP SECRET').inRole('security-officer'),
      cleared: aPerson('reader.cleared')
        .from('NOR')
        .clearedTo('TOP SECRET')
        .inRole(...roles),
      busy: aPerson('reader.busy')
        .from('DEU')
        .clearedTo('SECRET')
        .inRole(...roles),
      clerk: aPerson('reader.clerk')
        .from('NOR')
        .clearedTo('RESTRICTED')
        .inRole(...roles),
      colleague: aPerson('colleague').from('BEL').clearedTo('SECRET').inRole('planner', 'requester'),
      keeper: aPerson('keeper')
        .clearedTo('TOP SECRET')
        .inRole('planner', 'requester', 'security-officer')
        .inCommunity('NDPP-STAFF'),
    });
    const approvers = [keeper.person, colleague.person];
    const [air, sea] = LISTS;
    await house.authority.accessList({ list: air, approvers });
    await house.authority.accessList({ list: sea, approvers, readIn: READ_IN });
    await house.authority.accessList({ list: OWN_LIST, approvers: [busy.person, keeper.person] });
    await house.authority.accessGrant(keeper, { list: sea, person: clerk.person });
    await house.admit();
    // What is top secret is hidden from whoever has not shown a second factor in this session.
    const unassured = { ...cleared, sid: await house.openSession(cleared.person, { steppedUp: false }) };
    const unassuredOfficer = { ...guarded, sid: await house.openSession(guarded.person, { steppedUp: false }) };
    const url = house.databases.main('superuser');
    const fate = await Fate.over(url);
    const sql = new Client({ connectionString: url });
    await sql.connect();
    await sql.query(`INSERT INTO sec.second_factor (person_id, secret) VALUES ($1, decode(repeat('00', 32), 'hex'))`, [
      busy.person,
    ]);
    const readers = { busy, clerk, unassured, stranger, auditor, officer, unassuredOfficer };
    const people = { readers, colleague, keeper };
    const worlds = new Worlds(alliance, people, sql, fate, await KeptRows.of(url, 'kept_empty'));
    await worlds.begin(url);
    return worlds;
  }

  /** Something to see, once for all worlds: they begin with it. */
  private async begin(url: string): Promise<void> {
    const ground = this.groundOf(NOTHING_YET);
    for (const [n, [act, lot]] of FIRST.entries()) await this.act(ground, { kind: 'open', act, lot, second: n + 1 });
    const { documents, cases, notifications, requests } = ground;
    this.begun = { rows: await KeptRows.of(url, 'kept_begun'), seen: { documents, cases, notifications, requests } };
  }

  async close(): Promise<void> {
    await this.fate.end();
    await this.empty.end();
    await this.begun?.rows.end();
    await this.sql.end();
    await this.alliance.house.close();
  }

  /** Lets the events happen in a world with the hidden acts and in one without, and compares every answer whole. */
  async compare(events: readonly Event[], from: 'empty' | 'begun' = 'begun'): Promise<Compared> {
    const { script, exchanges } = await this.withHidden(await this.newWorld(from), events);
    const plain = await this.withoutHidden(await this.newWorld(from), script);
    const differences = exchanges.flatMap((exchange, n) => differenceOf(exchange, plain[n]));
    return {
      requests: exchanges.length,
      routes: new Set(exchanges.map(({ route }) => route)),
      given: routesThatGave(exchanges.filter(({ reader, route }) => !isToldByOffice(reader, route))),
      toldByOffice: routesThatGave(exchanges.filter(({ reader, route }) => isToldByOffice(reader, route))),
      differences,
    };
  }

  private async withHidden(
    ground: Ground,
    events: readonly Event[],
  ): Promise<{ script: Happened[]; exchanges: Exchange[] }> {
    const script: Happened[] = [];
    const exchanges: Exchange[] = [];
    const memory = new Memory();
    for (const event of events) {
      if (event.kind !== 'ask') {
        const happened = { ...event, second: FIRST.length + script.length + 1 };
        script.push(happened);
        await this.act(ground, happened);
        continue;
      }
      const known = memory.knownTo(event.reader, ground, script.length);
      const samples = (await TRACE[event.route]?.(known)) ?? [];
      const chosen = event.lot < 0 ? samples : samples.slice(event.lot % samples.length).slice(0, 1);
      const asks = [...chosen];
      for (const each of asks) {
        const request = { route: event.route, reader: event.reader, ask: each };
        const happened = { kind: 'asked' as const, ...request, second: FIRST.length + script.length + 1 };
        script.push(happened);
        const answer = await this.answerTo(happened);
        exchanges.push({ ...request, answer });
        memory.learn(request, answer);
        const next = nextPage(each, answer);
        if (next !== undefined && asks.length < chosen.length + LONGEST_WALK) asks.push(next);
      }
    }
    return { script, exchanges };
  }

  private async withoutHidden(ground: Ground, script: readonly Happened[]): Promise<Exchange[]> {
    const exchanges: Exchange[] = [];
    for (const happened of script) {
      if (happened.kind === 'asked') exchanges.push({ ...happened, answer: await this.answerTo(happened) });
      else if (happened.kind === 'open') await this.act(ground, happened);
    }
    return exchanges;
  }

  private async newWorld(from: 'empty' | 'begun'): Promise<Ground> {
    const { begun } = this;
    if (begun === undefined) throw new Error('the worlds have not begun');
    await (from === 'empty' ? this.empty : begun.rows).restore();
    return this.groundOf(from === 'empty' ? NOTHING_YET : begun.seen);
  }

  private groundOf(seen: Seen): Ground {
    return {
      alliance: this.alliance,
      ...this.people,
      sql: this.sql,
      documents: seen.documents.map((document) => ({ ...document })),
      cases: [...seen.cases],
      notifications: [...seen.notifications],
      requests: [...seen.requests],
      touched: [],
      attachments: [],
      sealer: { signed: undefined },
      hidden: nothingHidden(),
    };
  }

  private async act(ground: Ground, happened: Acted): Promise<void> {
    await this.fate.takeStep(`${happened.kind} ${String(happened.second)}`, happened.second);
    const act = (happened.kind === 'open' ? OPEN_ACTS : HIDDEN_ACTS)[happened.act];
    if (act === undefined) throw new Error(`nobody knows how to do this: ${happened.act}`);
    await act(ground, happened.lot);
  }

  private async answerTo({ ask: asked, reader, second }: Asked): Promise<Told> {
    await this.fate.takeStep(`asked ${String(second)}`, second);
    const { sid } = this.people.readers[reader];
    return told(await ask(this.alliance.house.url, asked.path, { ...asked, as: sid }));
  }
}

const told = ({ status, headers, body }: Answer): Told => {
  return { status, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'date')), body };
};

const routesThatGave = (exchanges: readonly Exchange[]): Set<string> =>
  new Set(exchanges.flatMap(({ route, answer }) => (answer.status < 400 ? [route] : [])));

function differenceOf({ route, reader, ask: asked, answer }: Exchange, other: Exchange | undefined): string[] {
  const place = `${reader}, ${route}, ${asked.path}`;
  if (isToldByOffice(reader, route)) {
    const word = wordIn(answer);
    if (word !== undefined) return [`${place}: the word ${word} of a text: ${answer.body}`];
    return answer.status < 500 ? [] : [`${place}: ${OUT_OF_ORDER}: ${answer.body}`];
  }
  if (other !== undefined && isDeepStrictEqual(answer, other.answer))
    return answer.status < 500 ? [] : [`${place}: ${OUT_OF_ORDER}: ${answer.body}`];
  return [`${place}: ${firstDifference(JSON.stringify(answer), JSON.stringify(other?.answer))}`];
}

function firstDifference(one: string, other: string): string {
  let place = 0;
  while (place < one.length && one[place] === other[place]) place += 1;
  const around = (text: string): string => text.slice(Math.max(place - 60, 0), place + 120);
  return `with what is hidden …${around(one)}… without it …${around(other)}…`;
}

/** How many of a route's requests each reader makes. */
const HOW_MANY: Readonly<Record<Reader, number>> = {
  busy: Infinity,
  clerk: 3,
  unassured: 2,
  stranger: 1,
  auditor: 1,
  officer: 1,
  unassuredOfficer: 1,
};

/**
 * Everything once: the busiest reader asks each route whatever there is to ask, an office what it is told, the others some of it;
 * those of `routes`, or all. `by` asks whatever there is to ask as well.
 */
export const everything = (routes: readonly string[] = Object.keys(TRACE), by?: Reader): Event[] =>
  Object.keys(TRACE)
    .filter((route) => routes.includes(route))
    .flatMap((route, n) =>
      READERS.flatMap((reader): Event[] => {
        const most = reader === by || isToldByOffice(reader, route) ? Infinity : HOW_MANY[reader];
        const lots = most === Infinity ? [-1] : Array.from({ length: most }, (_none, more) => n + more);
        return lots.map((lot) => ({ kind: 'ask', route, reader, lot }));
      }),
    );
