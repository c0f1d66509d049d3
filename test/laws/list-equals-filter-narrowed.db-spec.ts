import fc from 'fast-check';
import { AccessPolicy, type AccessRules, shippedRules } from '#access';
import { ApiProblem } from '#client';
import { aDocument } from '../support/documents';
import { type House, type Resident, openHouse } from '../support/house';
import { type Narrowed, listsDiffer } from '../support/listed-things';
import { type Level, type PersonBuilder, aPerson } from '../support/people';
import { changedFunction, takenAway } from '../support/taken-away';

/*
 * SQL filter and plain access decision agree: for lists that are narrowed, their counts, and searches; for generated people and
 * documents, under rules that deny more than lattice and need-to-know do.
 */

const COMMUNITIES = ['ALPHA', 'BRAVO', 'CHARLIE'];
const NATIONS = ['DEU', 'NOR', 'POL'];
const WORDS = ['juniper', 'kestrel', 'larkspur', 'exercise'];
const AREAS = ['land', 'air and missile defence'];
const MARKS = ['NU', 'NR', 'NC', 'NS', 'CTS'];
const LONG = {
  NU: 'NATO UNCLASSIFIED',
  NR: 'NATO RESTRICTED',
  NC: 'NATO CONFIDENTIAL',
  NS: 'NATO SECRET',
  CTS: 'COSMIC TOP SECRET',
};
const LEVELS: readonly Level[] = ['UNCLASSIFIED', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET', 'TOP SECRET'];

const mark = fc.constantFrom(...MARKS);
const word = fc.constantFrom(...WORDS.slice(0, 3));
const tokens = fc.subarray(
  [...COMMUNITIES.map((each) => `community:${each}`), ...NATIONS.map((each) => `nation:${each}`)],
  { minLength: 1, maxLength: 2 },
);
const documents = fc.array(
  fc.record({
    of: fc.constantFrom<keyof typeof LONG>('NU', 'NR', 'NS'),
    forThose: fc.oneof(fc.constant(['everyone']), tokens),
    originator: fc.constantFrom('ACT', 'IS'),
    paragraphs: fc.array(fc.tuple(mark, word), { minLength: 1, maxLength: 3 }),
    targets: fc.array(fc.tuple(mark, fc.constantFrom(...NATIONS), fc.constantFrom(...AREAS)), { maxLength: 3 }),
  }),
  { minLength: 14, maxLength: 14 },
);
const readers = fc.array(
  fc.record({
    level: fc.constantFrom(...LEVELS),
    nation: fc.constantFrom(...NATIONS),
    communities: fc.subarray(COMMUNITIES),
  }),
  { minLength: 5, maxLength: 5 },
);

/** Rules that the test may put in the place of others, of the same name. */
class ReplaceableAccess extends AccessPolicy {
  private inner = new AccessPolicy(shippedRules);
  private taken: 'condition' | undefined;

  replace(rules: AccessRules): void {
    this.inner = new AccessPolicy(rules);
  }

  async without<Result>(taken: 'condition', check: () => Promise<Result>): Promise<Result> {
    this.taken = taken;
    try {
      return await check();
    } finally {
      this.taken = undefined;
    }
  }

  override decide(...asked: Parameters<AccessPolicy['decide']>): ReturnType<AccessPolicy['decide']> {
    return this.inner.decide(...asked);
  }

  override permits(...asked: Parameters<AccessPolicy['permits']>): boolean {
    return this.inner.permits(...asked);
  }

  override condition(...asked: Parameters<AccessPolicy['condition']>): ReturnType<AccessPolicy['condition']> {
    return this.taken === 'condition' ? 'everything' : this.inner.condition(...asked);
  }
}

const access = new ReplaceableAccess(shippedRules);
let house: House;
let people: Record<string, Resident>;
let denied: AccessRules;

beforeAll(async () => {
  house = await openHouse({ access });
  const seed = 4774;
  const [who] = fc.sample(readers, { numRuns: 1, seed });
  const [what] = fc.sample(documents, { numRuns: 1, seed });
  const plans: Record<string, PersonBuilder> = {
    planner: aPerson('planner')
      .from('DEU')
      .clearedTo('TOP SECRET')
      .inRole('planner')
      .inCommunity(...COMMUNITIES),
    stranger: aPerson('stranger'),
  };
  for (const [n, { level, nation, communities }] of (who ?? []).entries())
    plans[`reader ${String(n)}`] = aPerson(`reader.${String(n)}`)
      .from(nation)
      .clearedTo(level)
      .inCommunity(...communities);
  people = await house.enrol(plans);
  const ids: string[] = [];
  for (const [n, { of, forThose, originator, paragraphs, targets }] of (what ?? []).entries()) {
    house.clock.advance(60_000);
    const text = aDocument()
      .markedAs(LONG[of])
      .forThose(
        ...new Set(
          ['nation:DEU', ...forThose].filter((each) => each !== 'nation:DEU' || !forThose.includes('everyone')),
        ),
      )
      .from(originator)
      .titled(`(${of}) EXERCISE Number ${String(n)}`)
      .saying(...paragraphs.map(([each, about]) => `(${each}) EXERCISE ${about}`));
    const whole =
      targets.length === 0
        ? text
        : text.withTargets(
            ...targets.map(([each, nation, area]) => [`(${each})`, nation, area, n, n + 1, 'units', 2031] as const),
          );
    ids.push((await imported(whole.text())).id);
  }
  denied = {
    ...shippedRules,
    rules: [
      ...shippedRules.rules,
      {
        id: 'not-every-other',
        roles: ['*'],
        action: 'read',
        subject: 'Document',
        inverted: true,
        conditions: { id: { $in: ids.filter((_id, n) => n % 2 === 1) } },
      },
    ],
  };
}, 60_000);
afterAll(() => house.close());

/** Brings a document in; says why, where that is refused. */
const imported = (text: string): Promise<{ id: string }> =>
  people['planner']!.client.importDocument(text).catch((error: unknown) => {
    throw new Error(error instanceof ApiProblem ? JSON.stringify(error.problem) : String(error));
  });

const FILTERS: Narrowed[] = [
  {},
  { nation: 'NOR' },
  { policy: 'NATO', classification: 'SECRET' },
  { area: 'land' },
  { nation: 'DEU', area: 'land' },
  { originator: 'IS' },
  { policy: 'NATO' },
  { policy: 'NATO', classification: 'RESTRICTED', nation: 'POL' },
];

/** Every difference, or the first one that is found where a mechanism was taken away. */
const differences = (rules: AccessRules, atMost?: number): Promise<string[]> =>
  listsDiffer({ house, people }, rules, {
    filters: FILTERS,
    words: WORDS,
    ...(atMost === undefined ? {} : { atMost }),
  });

describe('list_equals_filter_of_check, narrowed, counted and searched', () => {
  it('agrees under the rules that are shipped', async () => {
    expect(await differences(shippedRules)).toEqual([]);
  });

  it('agrees under rules that deny more, page by page and in every count', async () => {
    access.replace(denied);
    try {
      expect(await differences(denied)).toEqual([]);
    } finally {
      access.replace(shippedRules);
    }
  });

  it('walks no whole list for a page, also under rules that deny more', async () => {
    const url = house.databases.main('superuser');
    const bounded = (signature: string) =>
      changedFunction(
        url,
        signature,
        'IF held IS NULL',
        `IF most IS NULL THEN RAISE EXCEPTION 'the whole list'; END IF; IF held IS NULL`,
      );
    const functions = [
      await bounded('sec.targets(jsonb,timestamptz,uuid,int,int)'),
      await bounded('sec.documents(jsonb,timestamptz,uuid,int)'),
      await bounded('sec.search(text,jsonb,timestamptz,uuid,int,int)'),
    ];
    access.replace(denied);
    try {
      await takenAway(url, functions, async () => {
        const { client } = people['planner']!;
        expect((await client.documents({ originator: 'ACT', limit: 2 })).items).toHaveLength(2);
        expect((await client.targets({ limit: 2 })).items).toHaveLength(2);
        expect((await client.search({ words: 'exercise', limit: 2 })).items).toHaveLength(2);
        // A count is of the whole list.
        await expect(client.documents({ originator: 'ACT', limit: 2, count: true })).rejects.toThrow();
      });
    } finally {
      access.replace(shippedRules);
    }
  });

  it('taken away: the rules in SQL', async () => {
    access.replace(denied);
    try {
      expect(await access.without('condition', () => differences(denied, 1))).not.toEqual([]);
    } finally {
      access.replace(shippedRules);
    }
  });

  it('taken away: the rules in both places', async () => {
    expect(await differences(denied, 1)).not.toEqual([]);
  });

  const BITS = 'get_bit(held, w.protection_id) <> 0 AND get_bit(held, w.document_protection_id) <> 0';
  it.each([
    [
      'what the session holds, of targets',
      'sec.targets(jsonb,timestamptz,uuid,int,int)',
      'get_bit(held, t.protection_id) <> 0',
      'true',
    ],
    [
      'what the session holds, of counted targets',
      'sec.count_targets(jsonb)',
      'get_bit(held, t.protection_id) <> 0',
      'true',
    ],
    [
      'what the session holds, of documents with targets',
      'sec.documents(jsonb,timestamptz,uuid,int)',
      'get_bit(held, t.protection_id) <> 0',
      'true',
    ],
    ['what the session holds, of words', 'sec.search(text,jsonb,timestamptz,uuid,int,int)', BITS, 'true'],
    [
      'what the session holds, of counted documents',
      'sec.session_documents(int[])',
      'get_bit(held, c.protection_id) <> 0',
      'true',
    ],
    [
      'the order',
      'sec.targets(jsonb,timestamptz,uuid,int,int)',
      't.document_id DESC, t.ordinal',
      't.document_id DESC, t.ordinal DESC',
    ],
  ])('taken away: %s', async (_what, signature, part, replacement) => {
    const url = house.databases.main('superuser');
    const changed = await changedFunction(url, signature, part, replacement);
    expect(await takenAway(url, [changed], () => differences(shippedRules, 1))).not.toEqual([]);
  });
});
