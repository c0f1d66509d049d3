import { shippedRules } from '#access';
import { oneTimeCode } from '#people';
import { sha256Hex } from '#signing';
import {
  FACTOR,
  HIDDEN_AREA,
  HIDDEN_LIST,
  HIDDEN_NATION,
  LISTS,
  READ_IN,
  THE_SAME_WORDS,
  wordsOf,
} from './noninterference-ground';
import {
  type Samples,
  amendments,
  attach,
  cases,
  decisions,
  documents,
  get,
  lists,
  nextVersion,
  ofBreaking,
  ofCases,
  ofRequests,
  own,
  requestFor,
  requests,
  send,
  viewOf,
  wordsOn,
  written,
} from './noninterference-requests';

/** What is asked of every route. A route that is missing here fails the test. */
export const TRACE: Readonly<Record<string, Samples>> = {
  'GET /api/health': () => [get('/api/health')],
  'GET /api/me': () => [get('/api/me'), get('/api/me?unknown=1')],
  'GET /api/documents': () => lists('/api/documents'),
  'GET /api/documents/{id}': (known) =>
    documents(known).flatMap((id) => [
      get(`/api/documents/${id}`),
      ...[1, 2].map((version) => get(`/api/documents/${id}?version=${String(version)}`)),
      get(`/api/documents/${id}`, {
        'if-none-match': known.answers.get(`/api/documents/${id}`)?.etag || '"0000"',
      }),
    ]),
  'POST /api/documents': (known) => [
    ...[0, 1].map((n) => send('POST', '/api/documents', { text: written(known, known.turn + n) })),
    send('POST', '/api/documents', { text: 'EXERCISE unmarked' }),
    send('POST', '/api/documents', { text: written(known, 0).replace('(NU)', '(CTS)') }),
    send('POST', '/api/documents', { json: {} }),
  ],
  'POST /api/documents/{id}/attachments': (known) =>
    documents(known).flatMap((id) => [
      attach(id, '(NR)', wordsOf(`file ${String(known.turn)}`)),
      attach(id, '(NR)', THE_SAME_WORDS[known.turn % 4] ?? ''),
    ]),
  'GET /api/documents/{id}/attachments/{attachment}': ({ ground, nothing, made }) =>
    [...ground.attachments.slice(-2), ...ground.hidden.attachments.slice(-3)]
      .map(([id, attachment]) => `/api/documents/${id}/attachments/${attachment}`)
      .concat(
        made('POST /api/documents/{id}/attachments')
          .slice(-1)
          .map((id) => `/api/documents/${nothing}/attachments/${id}`),
        ground.documents.slice(-1).map(({ id }) => `/api/documents/${id}/attachments/${nothing}`),
      )
      .map((path) => get(path)),
  'GET /api/targets': () => [
    ...lists('/api/targets'),
    get('/api/targets?nation=DEU&limit=2'),
    get('/api/targets?nation=XYZ'),
  ],
  'POST /api/search': ({ turn }) =>
    [
      'EXERCISE',
      'harbour',
      THE_SAME_WORDS[turn % 4]?.split(' ').slice(1, 4).join(' ') ?? '',
      '"copper meadow"',
    ].flatMap((words) => [
      send('POST', '/api/search', { json: { words, limit: 3 } }),
      send('POST', '/api/search', { json: { words, count: true, limit: 1 } }),
      send('POST', '/api/search', { json: { words, kind: 'target', count: true } }),
    ]),
  'GET /api/documents/{id}/explain': (known) => [
    ...documents(known).flatMap((id) =>
      ['', '?action=import', '?action=attach'].map((asked) => get(`/api/documents/${id}/explain${asked}`)),
    ),
    ...known.ground.touched
      .slice(-1)
      .flatMap((id) =>
        [viewOf(known, id)?.portions[0]?.id, ...known.ground.hidden.portions.slice(-1), known.nothing].map((portion) =>
          get(`/api/documents/${id}/explain?portion=${portion ?? known.nothing}`),
        ),
      ),
  ],
  'GET /api/cases/{id}/explain': (known) =>
    cases(known).flatMap((id) => [get(`/api/cases/${id}/explain`), get(`/api/cases/${id}/explain?action=freeze`)]),
  // Those who examine, and audit, are told of others (`noninterference-offices.ts`).
  'GET /api/examine/decision': (known) =>
    documents(known)
      .slice(-2)
      .map((id) => get(`/api/examine/decision?person=${own(known).person}&document=${id}`)),
  'GET /api/examine/documents/{id}/readers': (known) =>
    documents(known)
      .slice(-2)
      .map((id) => get(`/api/examine/documents/${id}/readers`)),
  'GET /api/examine/people/{id}/documents': (known) => [get(`/api/examine/people/${own(known).person}/documents`)],
  'POST /api/examine/what-if': (known) =>
    documents(known)
      .slice(-2)
      .map((document) => send('POST', '/api/examine/what-if', { json: { document, mark: '(NU)' } })),
  'POST /api/examine/replays': ({ nothing }) => [send('POST', '/api/examine/replays', { json: { event: nothing } })],
  'GET /api/rules': () => [get('/api/rules')],
  'POST /api/rules/check': () => [send('POST', '/api/rules/check', { json: { rules: shippedRules, worlds: [] } })],
  'POST /api/rules/preview': () => [send('POST', '/api/rules/preview', { json: { rules: shippedRules } })],
  'GET /api/cases': () => [
    ...lists('/api/cases'),
    ...['nation=DEU', `nation=${HIDDEN_NATION}`, `area=${HIDDEN_AREA}&nation=${HIDDEN_NATION}`].flatMap((narrowed) => [
      get(`/api/cases?${narrowed}&limit=2`),
      get(`/api/cases?${narrowed}&count=true&limit=1`),
    ]),
  ],
  'POST /api/cases/search': ({ turn }) =>
    ['EXERCISE', 'ministers targets', '-ministers', wordsOf(`request ${String(turn)}`)].flatMap((words) => [
      send('POST', '/api/cases/search', { json: { words, limit: 2 } }),
      send('POST', '/api/cases/search', { json: { words, count: true, limit: 1 } }),
      send('POST', '/api/cases/search', { json: { words, count: true, nation: HIDDEN_NATION } }),
    ]),
  'POST /api/cases': (known) => [
    ...requests(known).map((json) => send('POST', '/api/cases', { json })),
    send('POST', '/api/cases', { json: { title: 'EXERCISE' } }),
  ],
  'GET /api/cases/{id}': ofCases('GET', ''),
  'PUT /api/cases/{id}/proposal': ofCases('PUT', '/proposal', amendments),
  'GET /api/cases/{id}/preview': ofCases('GET', '/preview'),
  'GET /api/cases/{id}/would-refuse': (known) =>
    cases(known).flatMap((id) => ['amend', 'decide'].map((verb) => get(`/api/cases/${id}/would-refuse?verb=${verb}`))),
  'POST /api/cases/{id}/freeze': ofCases('POST', '/freeze'),
  'GET /api/cases/{id}/proposal': ofCases('GET', '/proposal'),
  'GET /api/cases/{id}/capacities': ofCases('GET', '/capacities'),
  'GET /api/cases/{id}/renditions/{name}': (known) =>
    cases(known).flatMap((id) => ['release.json', 'nothing'].map((name) => get(`/api/cases/${id}/renditions/${name}`))),
  'POST /api/cases/{id}/decisions': decisions,
  'POST /api/cases/{id}/schedule': ofCases('POST', '/schedule', ({ ground }) => [
    { json: { publishAt: new Date(ground.alliance.house.clock.now().getTime() + 2 * 3_600_000).toISOString() } },
  ]),
  'POST /api/cases/{id}/return': ofCases('POST', '/return', ({ turn }) => [
    { json: { reason: THE_SAME_WORDS[turn % 4] ?? '' } },
    { json: { reason: 'EXERCISE' } },
  ]),
  'POST /api/cases/{id}/withdraw': ofCases('POST', '/withdraw', () => [{ json: { reason: 'EXERCISE' } }]),
  // After the cases: who has written a version has other portions before them than they were shown.
  'POST /api/documents/{id}/versions': (known) =>
    documents(known).flatMap((id) => [
      send('POST', `/api/documents/${id}/versions`, { text: nextVersion(known, id) }),
      send('POST', `/api/documents/${id}/versions`, { text: written(known, known.turn) }),
    ]),
  'GET /api/notifications': () => [get('/api/notifications')],
  'POST /api/notifications/{id}/read': ({ ground, nothing }) =>
    [...ground.notifications.slice(-2), ...ground.hidden.notifications.slice(-5), nothing].map((id) =>
      send('POST', `/api/notifications/${id}/read`),
    ),
  'POST /api/tokens': ({ turn }) => [
    send('POST', '/api/tokens', { json: { name: `EXERCISE-${String(turn)}`, scopes: ['me'], expiresInDays: 1 } }),
    send('POST', '/api/tokens', { json: { name: 'EXERCISE', scopes: [], expiresInDays: 1 } }),
  ],
  'GET /api/tokens': () => [get('/api/tokens')],
  'DELETE /api/tokens/{id}': ({ ground, nothing, made }) =>
    [...made('POST /api/tokens').slice(-1), ...ground.hidden.tokens.slice(-1), nothing].map((id) =>
      send('DELETE', `/api/tokens/${id}`),
    ),
  'POST /api/instruments': async ({ ground, turn }) => {
    const { authority } = ground.alliance.house;
    const statement = await authority.person({ person: ground.keeper.person, identity: `person.${String(turn)}` });
    authority.statements.pop();
    return [
      send('POST', '/api/instruments', { json: statement }),
      send('POST', '/api/instruments', { json: statement }),
      send('POST', '/api/instruments', { json: {} }),
    ];
  },
  'GET /api/instruments/{id}': ({ ground, nothing, made }) =>
    [...made('POST /api/instruments').slice(-1), ...ground.hidden.instruments.slice(-1), nothing].map((id) =>
      get(`/api/instruments/${id}`),
    ),
  'GET /api/audit/events': (known) => [
    ...lists('/api/audit/events').slice(0, 2),
    get(`/api/audit/events?person=${own(known).person}`),
  ],
  'GET /api/audit/events/{id}/proof': async ({ ground, nothing }) => {
    const { rows } = await ground.sql.query<{ id: string }>('SELECT event_id AS id FROM ledger_leaf LIMIT 1');
    return [...rows.map(({ id }) => id), nothing].map((id) => get(`/api/audit/events/${id}/proof`));
  },
  'GET /api/audit/checkpoint': () => [get('/api/audit/checkpoint')],
  'GET /api/audit/consistency': () => [get('/api/audit/consistency?first=1&second=2')],
  'POST /api/session': () => [
    send('POST', '/api/session', { json: { username: 'nobody', password: 'EXERCISE' } }),
    send('POST', '/api/session', { json: {} }),
  ],
  'POST /api/session/step-up': () => [
    send('POST', '/api/session/step-up', { json: { code: '000000' } }),
    send('POST', '/api/session/step-up', { json: { code: oneTimeCode(FACTOR, new Date()) } }),
    send('POST', '/api/session/step-up', { json: { code: 'none' } }),
  ],
  'GET /api/access-lists': () => [
    get('/api/access-lists'),
    get('/api/access-lists?limit=1'),
    get('/api/access-lists?after=A'),
  ],
  'POST /api/access-lists/{name}/acknowledgement': () =>
    [...LISTS, HIDDEN_LIST, 'NO-SUCH-LIST'].map((name) =>
      send('POST', `/api/access-lists/${name}/acknowledgement`, { json: { digest: sha256Hex(Buffer.from(READ_IN)) } }),
    ),
  'POST /api/access-requests': (known) =>
    [...LISTS, HIDDEN_LIST, 'NO-SUCH-LIST'].flatMap((list) =>
      ['(NR)', '(NS)'].map((mark) => send('POST', '/api/access-requests', { json: requestFor(known, list, mark) })),
    ),
  'GET /api/access-requests': () => lists('/api/access-requests'),
  'GET /api/access-requests/{id}': ofRequests('GET', ''),
  'POST /api/access-requests/{id}/refusal': ofRequests('POST', '/refusal', (known) => ({ reason: wordsOn(known) })),
  'POST /api/access-requests/{id}/withdrawal': ofRequests('POST', '/withdrawal'),
  'POST /api/break-glass': (known) =>
    // What is hidden by need-to-know alone is what the breaking of glass shows: that is its purpose, and an exception.
    [
      ...known.ground.documents.slice(-1).map(({ id }) => id),
      ...known.ground.hidden.documents.slice(-1),
      known.nothing,
    ].map((document) => send('POST', '/api/break-glass', { json: { document, reason: wordsOn(known), hours: 1 } })),
  'GET /api/break-glass': () => lists('/api/break-glass'),
  'POST /api/break-glass/{id}/review': ofBreaking('/review', (known) => ({ justified: true, words: wordsOn(known) })),
  'POST /api/break-glass/{id}/end': ofBreaking('/end'),
  // The last: whoever has signed out asks no more.
  'DELETE /api/session': () => [send('DELETE', '/api/session'), get('/api/me')],
};
