import type { OpenAPIObject } from '@nestjs/swagger';
import { openApiOf } from '../../apps/api/src/openapi';
import { type House, openHouse } from '../support/house';
import { ask } from '../support/http';

/* The OpenAPI document says what the api does, whole: whoever has it needs no other description. */
let house: House;
let document: OpenAPIObject;

interface Operation {
  readonly route: string;
  readonly parameters: { in: string; name: string; schema?: object }[];
  readonly body: Record<string, { schema?: object }> | undefined;
  readonly responses: Record<string, { description: string; content?: Record<string, { schema?: object }> }>;
  readonly security: Record<string, string[]>[] | undefined;
}

beforeAll(async () => {
  house = await openHouse();
  document = JSON.parse((await ask(house.url, '/api/openapi.json')).body) as OpenAPIObject;
});

afterAll(async () => house.close());

const operations = (): Operation[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Record<string, unknown>>).map(([method, operation]) => ({
      route: `${method.toUpperCase()} ${path}`,
      parameters: (operation['parameters'] ?? []) as Operation['parameters'],
      body: (operation['requestBody'] as { content: Operation['body'] } | undefined)?.content,
      responses: operation['responses'] as Operation['responses'],
      security: operation['security'] as Operation['security'],
    })),
  );

const PUBLIC = ['GET /api/health', 'POST /api/session'];

it('is OpenAPI 3.1, with every route of every controller', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(
    operations()
      .map(({ route }) => route)
      .sort(),
  ).toEqual([
    'DELETE /api/session',
    'DELETE /api/tokens/{id}',
    'GET /api/access-lists',
    'GET /api/access-requests',
    'GET /api/access-requests/{id}',
    'GET /api/audit/checkpoint',
    'GET /api/audit/consistency',
    'GET /api/audit/events',
    'GET /api/audit/events/{id}/proof',
    'GET /api/break-glass',
    'GET /api/cases',
    'GET /api/cases/{id}',
    'GET /api/cases/{id}/capacities',
    'GET /api/cases/{id}/explain',
    'GET /api/cases/{id}/preview',
    'GET /api/cases/{id}/proposal',
    'GET /api/cases/{id}/renditions/{name}',
    'GET /api/cases/{id}/would-refuse',
    'GET /api/documents',
    'GET /api/documents/{id}',
    'GET /api/documents/{id}/attachments/{attachment}',
    'GET /api/documents/{id}/explain',
    'GET /api/examine/decision',
    'GET /api/examine/documents/{id}/readers',
    'GET /api/examine/people/{id}/documents',
    'GET /api/health',
    'GET /api/instruments/{id}',
    'GET /api/me',
    'GET /api/notifications',
    'GET /api/rules',
    'GET /api/targets',
    'GET /api/tokens',
    'POST /api/access-lists/{name}/acknowledgement',
    'POST /api/access-requests',
    'POST /api/access-requests/{id}/refusal',
    'POST /api/access-requests/{id}/withdrawal',
    'POST /api/break-glass',
    'POST /api/break-glass/{id}/end',
    'POST /api/break-glass/{id}/review',
    'POST /api/cases',
    'POST /api/cases/search',
    'POST /api/cases/{id}/decisions',
    'POST /api/cases/{id}/freeze',
    'POST /api/cases/{id}/return',
    'POST /api/cases/{id}/schedule',
    'POST /api/cases/{id}/withdraw',
    'POST /api/documents',
    'POST /api/documents/{id}/attachments',
    'POST /api/documents/{id}/versions',
    'POST /api/examine/replays',
    'POST /api/examine/what-if',
    'POST /api/instruments',
    'POST /api/notifications/{id}/read',
    'POST /api/rules/check',
    'POST /api/rules/preview',
    'POST /api/search',
    'POST /api/session',
    'POST /api/session/step-up',
    'POST /api/tokens',
    'PUT /api/cases/{id}/proposal',
  ]);
});

it('says of each what it answers: a schema, or that there is nothing to say', () => {
  for (const { route, responses } of operations()) {
    const [success, ...others] = Object.keys(responses).filter((status) => status.startsWith('2'));
    expect([route, others]).toEqual([route, []]);
    const schemas = Object.values(responses[success!]!.content ?? {}).map(({ schema }) => schema);
    expect([route, success === '204' ? 0 : 1]).toEqual([route, Math.min(schemas.length, 1)]);
    expect(schemas.every((schema) => schema !== undefined && Object.keys(schema).length > 0)).toBe(true);
    expect([route, responses[success!]!.description.length > 0 || success === '204']).toEqual([route, true]);
  }
});

it('says of each that it may be refused, with a problem', () => {
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  for (const { route, responses } of operations()) {
    expect([route, responses['default']?.content]).toEqual([route, problem]);
    for (const [status, { content }] of Object.entries(responses))
      if (/^[45]/.test(status)) expect([route, status, content]).toEqual([route, status, problem]);
  }
});

const NARROWED = ['nation', 'area', 'originator', 'policy', 'classification', 'from', 'to'];

it('says of each what it takes: a body where there is one, every parameter of path and query', () => {
  const bodies = operations().filter(({ body }) => body !== undefined);
  expect(bodies.map(({ route }) => route).sort()).toEqual([
    'POST /api/access-lists/{name}/acknowledgement',
    'POST /api/access-requests',
    'POST /api/access-requests/{id}/refusal',
    'POST /api/break-glass',
    'POST /api/break-glass/{id}/review',
    'POST /api/cases',
    'POST /api/cases/search',
    'POST /api/cases/{id}/decisions',
    'POST /api/cases/{id}/return',
    'POST /api/cases/{id}/schedule',
    'POST /api/cases/{id}/withdraw',
    'POST /api/documents',
    'POST /api/documents/{id}/attachments',
    'POST /api/documents/{id}/versions',
    'POST /api/examine/replays',
    'POST /api/examine/what-if',
    'POST /api/instruments',
    'POST /api/rules/check',
    'POST /api/rules/preview',
    'POST /api/search',
    'POST /api/session',
    'POST /api/session/step-up',
    'POST /api/tokens',
    'PUT /api/cases/{id}/proposal',
  ]);
  for (const { route, body } of bodies)
    for (const { schema } of Object.values(body!))
      expect([route, Object.keys(schema ?? {}).length > 0]).toEqual([route, true]);
  const inQuery = operations()
    .map(
      ({ route, parameters }) =>
        [route, parameters.filter((each) => each.in === 'query').map(({ name }) => name)] as const,
    )
    .filter(([, names]) => names.length > 0);
  expect(Object.fromEntries(inQuery)).toEqual({
    'GET /api/access-lists': ['after', 'limit'],
    'GET /api/access-requests': ['cursor', 'limit'],
    'GET /api/break-glass': ['cursor', 'limit'],
    'GET /api/audit/consistency': ['first', 'second'],
    'GET /api/audit/events': [
      'cursor',
      'limit',
      'person',
      'document',
      'case',
      'action',
      'outcome',
      'from',
      'to',
      'count',
    ],
    'GET /api/cases': [
      'cursor',
      'limit',
      'state',
      'document',
      'requestedBy',
      'nation',
      'area',
      'policy',
      'classification',
      'from',
      'to',
      'count',
    ],
    'GET /api/cases/{id}/would-refuse': ['verb'],
    'GET /api/documents': ['cursor', 'limit', ...NARROWED, 'count'],
    'GET /api/targets': ['cursor', 'limit', ...NARROWED, 'document', 'dueYear', 'count'],
    'GET /api/documents/{id}': ['version'],
    'GET /api/documents/{id}/explain': ['action', 'portion'],
    'GET /api/cases/{id}/explain': ['action'],
    'GET /api/examine/decision': ['person', 'document', 'portion', 'case', 'action', 'at', 'steppedUp'],
    'GET /api/examine/documents/{id}/readers': ['cursor', 'limit', 'at', 'steppedUp', 'verdict'],
    'GET /api/examine/people/{id}/documents': ['cursor', 'limit', 'at', 'steppedUp', 'count'],
  });
  for (const { route, parameters } of operations()) {
    const inPath = parameters.filter((each) => each.in === 'path').map(({ name }) => `{${name}}`);
    expect([route, inPath]).toEqual([route, route.match(/\{\w+\}/g) ?? []]);
    for (const { schema } of parameters) expect([route, schema]).not.toEqual([route, undefined]);
  }
});

it('names no schema that it does not hold', () => {
  const named = JSON.stringify(document).match(/#\/components\/schemas\/(\w+)/g) ?? [];
  const held = Object.keys(document.components?.schemas ?? {});
  expect(held).toContain('Problem');
  for (const reference of new Set(named)) expect(held).toContain(reference.split('/').at(-1));
});

it('says who may ask, and the api keeps to it: whoever is not signed in hears 401 from every route but the public ones', async () => {
  for (const { route, security } of operations()) {
    const [method = '', path = ''] = route.split(' ');
    const address = path.replace('{id}', crypto.randomUUID()).replace('{name}', 'release.html');
    const answer = await ask(house.url, address, { method });
    if (PUBLIC.includes(route)) {
      expect([route, security, answer.status === 401]).toEqual([route, undefined, false]);
    } else {
      expect([route, answer.status]).toEqual([route, 401]);
      expect(security?.map((each) => Object.keys(each)[0])).toEqual(['session-cookie', 'api-token']);
      expect(security?.[1]?.['api-token']).toHaveLength(1);
    }
  }
});

it('is what the process itself would write', () => {
  expect(JSON.parse(JSON.stringify(openApiOf(house.app)))).toEqual(document);
});

it('can be browsed: the page and everything that it loads come from the api alone', async () => {
  const page = await ask(house.url, '/api/docs');
  expect(page.status).toBe(200);
  expect(page.headers['content-type']).toContain('text/html');
  const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)]
    .map(([, address]) => address!)
    .filter((each) => !each.startsWith('#'));
  expect(loaded.length).toBeGreaterThan(2);
  for (const address of loaded) {
    const url = new URL(address, `${house.url}/api/docs`);
    expect(url.origin).toBe(new URL(house.url).origin);
    const asset = await fetch(url);
    expect([address, asset.status]).toEqual([address, 200]);
    expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(0);
  }
  // What the content security policy forbids would not run: no script stands in the page itself.
  expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>\s*\S/);
});
