import { randomUUID } from 'node:crypto';
import { BadInput, type Operation, type Parameter, codeOf } from '../support/bad-input';

/* Every parameter of every route, asked wrongly: a problem with a stable code, and no table is asked. See api-edges for the pages of lists. */
let house: BadInput;

beforeAll(async () => {
  house = await BadInput.open();
});
afterAll(() => house.close());

const encoded = encodeURIComponent;
const HUGE = 'x'.repeat(3_000);

/** What no parameter takes, whatever its kind, and what one of its kind does not. */
function wrongValuesOf({ name, schema }: Parameter): string[] {
  const everywhere = ['', '%00', '%1b', HUGE, `1&${name}=2`, encoded('\ufeff'), encoded('[object Object]\u0000')];
  if (schema.enum !== undefined)
    return [
      ...everywhere,
      'other',
      schema.enum[0]?.toUpperCase() ?? '',
      '__proto__',
      'constructor',
      `${schema.enum[0] ?? ''}%20`,
    ];
  if (schema.type === 'integer')
    return [
      ...everywhere,
      '-1',
      '0',
      '1.5',
      '1e309',
      'NaN',
      'many',
      'null',
      '[1]',
      '9007199254740993',
      '-9223372036854775808',
    ];
  if (schema.format === 'uuid')
    return [
      ...everywhere,
      'me',
      `${randomUUID()}0`,
      `%7B${randomUUID()}%7D`,
      `${randomUUID()},${randomUUID()}`,
      encoded("' OR 1=1 --"),
    ];
  if (schema.format === 'date-time') return [...everywhere, ...WRONG_MOMENTS.map(encoded)];
  return everywhere;
}

const WRONG_MOMENTS = [
  'yesterday',
  '2026-01-01',
  '2026-02-30T00:00:00Z',
  '2026-01-01T25:00:00Z',
  '2026-01-01T00:00:00+02:00',
  '0000-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '275760-09-13T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '-1',
  '1767225600',
];

/** Every request of a list that is not answered with one of the codes. */
async function answeredOtherwise(
  asked: readonly { operation: Operation; address: string; headers?: Record<string, string> }[],
  codes: readonly string[],
): Promise<string[]> {
  const otherwise: string[] = [];
  for (let n = 0; n < asked.length; n += 4)
    otherwise.push(
      ...(
        await Promise.all(
          asked.slice(n, n + 4).map(async ({ operation: { method }, address, headers }) => {
            const json = ['POST', 'PUT'].includes(method) ? { json: {} } : {};
            const code = codeOf(
              await house.ask(address, { method, ...json, ...(headers === undefined ? {} : { headers }) }),
            );
            return codes.includes(code) ? [] : [`${method} ${address.slice(0, 160)}: ${code}`];
          }),
        )
      ).flat(),
    );
  return otherwise;
}

const queries = (of: Operation): Parameter[] => of.parameters.filter((each) => each.in === 'query');

describe('bad input: addresses', () => {
  it('there are routes with parameters, of every kind', () => {
    const all = house.operations.flatMap(queries);
    expect(house.operations.length).toBeGreaterThan(40);
    for (const kind of ['integer', 'uuid', 'date-time'])
      expect(all.some(({ schema }) => schema.type === kind || schema.format === kind)).toBe(true);
    expect(all.some(({ schema }) => schema.enum !== undefined)).toBe(true);
  });

  it('a parameter that is not one: every route that takes any refuses others', async () => {
    const names = ['surprise=1', 'limit[]=1', 'limit[$gt]=1', 'cursor.toString=1'];
    const asked = house.operations
      .filter((of) => queries(of).length > 0)
      .flatMap((operation) =>
        names.map((name) => {
          const address = house.addressOf(operation);
          return { operation, address: `${address}${address.includes('?') ? '&' : '?'}${name}` };
        }),
      );
    expect(await house.withoutTables(() => answeredOtherwise(asked, ['400 bad-request']))).toEqual([]);
  }, 60_000);

  it('a prototype is no parameter: it changes nothing, here or for anybody after', async () => {
    const page = JSON.parse((await house.ask('/api/documents?limit=1')).body) as object;
    for (const name of [
      '__proto__=1',
      '__proto__[limit]=1',
      '__proto__.limit=1',
      'constructor=1',
      'prototype=1',
      'constructor[limit]=1',
    ]) {
      const answer = await house.ask(`/api/documents?limit=1&${name}`);
      if (answer.status === 200) expect(JSON.parse(answer.body)).toEqual(page);
      else expect(codeOf(answer)).toBe('400 bad-request');
    }
    expect(({} as Record<string, unknown>)['limit']).toBeUndefined();
  });

  it('every parameter with values that are none of its kind', async () => {
    const asked = house.operations.flatMap((operation) =>
      queries(operation).flatMap((parameter) =>
        wrongValuesOf(parameter).map((value) => ({
          operation,
          address: house.addressOf(operation, { [parameter.name]: value }),
        })),
      ),
    );
    expect(asked.length).toBeGreaterThan(500);
    expect(await house.withoutTables(() => answeredOtherwise(asked, ['400 bad-request']))).toEqual([]);
  }, 60_000);

  it('free words that would mean something elsewhere are words', async () => {
    const words = ['%', '_', '*', '$1', '\\', "'", '"', '--', "'; DROP TABLE x;", '{"$ne":null}', '(', ':*', '\u00c5'];
    const free = house.operations.flatMap((operation) =>
      queries(operation)
        .filter(
          ({ name, schema }) => ['nation', 'area', 'originator', 'policy'].includes(name) && schema.type === 'string',
        )
        .flatMap(({ name }) =>
          words.map((word) => ({ operation, address: house.addressOf(operation, { [name]: encoded(word) }) })),
        ),
    );
    expect(free.length).toBeGreaterThan(50);
    expect(await answeredOtherwise(free, ['200'])).toEqual([]);
  }, 60_000);

  it('the first and the last moment that are moments', async () => {
    const moments = ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'];
    const asked = house.operations.flatMap((operation) =>
      queries(operation)
        .filter(({ schema }) => schema.format === 'date-time')
        .flatMap(({ name }) =>
          moments.map((moment) => ({ operation, address: house.addressOf(operation, { [name]: moment }) })),
        ),
    );
    expect(asked.length).toBeGreaterThan(5);
    expect(await answeredOtherwise(asked, ['200', '400 bad-request', '404 not-found', '422 refused'])).toEqual([]);
  }, 60_000);

  it('ids that are none, or that are encoded twice, and addresses with a slash too many', async () => {
    const ids = [
      '%2500',
      '%252e%252e',
      encoded(encoded(randomUUID())).replaceAll('-', '%252d'),
      randomUUID().replaceAll('-', ''),
      `${randomUUID()}%20`,
      'null',
      '0',
      '-1',
    ];
    const withId = house.operations.filter(
      ({ path, parameters }) =>
        path.includes('{') && parameters.some(({ in: place, schema }) => place === 'path' && schema.format === 'uuid'),
    );
    const wrong = withId.flatMap((operation) =>
      ids.map((id) => ({
        operation,
        address: house.addressOf({ ...operation, path: operation.path.replace('{id}', id) }),
      })),
    );
    expect(
      await house.withoutTables(() => answeredOtherwise(wrong, ['400 bad-request', '415 unsupported-media-type'])),
    ).toEqual([]);
    const slashes = house.operations.map((operation) => ({
      operation,
      address: `${house.addressOf({ ...operation, parameters: [] })}/`,
    }));
    expect(await house.withoutTables(() => answeredOtherwise(slashes, ['404 not-found']))).toEqual([]);
  }, 60_000);

  it('an address of a megabyte, ten thousand ids and headers without end are too large, and say so', async () => {
    const ids = Array.from({ length: 10_000 }, () => randomUUID()).join(',');
    for (const path of [
      `/api/documents?nation=${'x'.repeat(1_000_000)}`,
      `/api/cases?document=${ids}`,
      `/api/cases?nation=${ids}`,
      `/api/documents/${'x'.repeat(100_000)}`,
    ])
      expect(codeOf(await house.ask(path))).toBe('413 too-large');
    expect(codeOf(await house.ask('/api/me', { headers: { 'x-words': 'x'.repeat(100_000) } }))).toBe('413 too-large');
  });
});

describe('bad input: methods', () => {
  it('HEAD answers as GET does, without a body; OPTIONS and TRACE are not done anywhere', async () => {
    for (const operation of house.operations) {
      const address = house.addressOf(operation);
      const options = codeOf(await house.ask(address, { method: 'OPTIONS' }));
      expect([operation.path, options]).toEqual([operation.path, '405 method-not-allowed']);
      if (operation.method !== 'GET') continue;
      const [head, get] = [await house.ask(address, { method: 'HEAD' }), await house.ask(address)];
      expect([operation.path, head.status, head.body]).toEqual([operation.path, get.status, '']);
      expect(head.headers['content-type']).toBe(get.headers['content-type']);
    }
  }, 60_000);
});
