import { randomUUID } from 'node:crypto';
import { shippedRules } from '#access';
import type { DocumentView, SubmitCaseCommand } from '#contracts';
import {
  type AllianceHouse,
  PACKAGE,
  aRequest,
  openAllianceHouse,
  scheduledCase,
  signedBy,
  submittedCase,
} from '../support/alliance';
import { asking } from '../support/cluster';
import { aDocument } from '../support/documents';
import { type HiddenAccess, accessSamples, hiddenAccess } from '../support/hidden-access';
import { type Answer, type Asking, ask } from '../support/http';
import type { Resident } from '../support/house';
import { aPerson } from '../support/people';
import { type Mechanism, RemovableAccess, changedFunction, openedPolicy, takenAway } from '../support/taken-away';

const access = new RemovableAccess(shippedRules);

/** What is there and hidden from whoever asks, by the name that a route's address or body gives to it. */
interface Hidden {
  readonly documents: readonly string[];
  readonly cases: readonly string[];
  readonly portion: string;
  readonly notification: string;
  readonly token: string;
  readonly instrument: string;
  /** Of the first document, and of a document that everybody may know of. */
  readonly attachment: string;
  readonly attachmentOfKnown: string;
  readonly known: string;
  readonly access: HiddenAccess;
}

let alliance: AllianceHouse;
let hidden: Hidden;
let askers: Record<'busy' | 'official' | 'stranger', Resident>;
let own: { readonly caseId: string; readonly document: DocumentView };
let statement: Awaited<ReturnType<typeof signedBy>>;
let url: string;

beforeAll(async () => {
  alliance = await openAllianceHouse({ access });
  url = alliance.house.databases.main('superuser');
  const { house, planner, requester, originator, stranger, official } = alliance;
  const residents = await house.enrol({
    // Every role, and no rights over what is hidden: only the rights stand between them and a verb.
    busy: aPerson('busy')
      .clearedTo('RESTRICTED')
      .inRole('planner', 'requester', 'disclosure-reviewer', 'release-officer'),
  });
  askers = { ...residents, official, stranger };
  const scheduled = await scheduledCase(alliance);
  const draft = await submittedCase(alliance);
  statement = await signedBy(originator, scheduled.caseId);
  const file = { name: 'EXERCISE map.txt', mark: '(CTS)', mediaType: 'text/plain', bytes: Buffer.from('EXERCISE') };
  const known = (await planner.client.importDocument(PACKAGE.markedAs('NATO UNCLASSIFIED').text())).id;
  const hiddenFromAll = await hiddenAccess(alliance);
  hidden = {
    access: hiddenFromAll,
    attachment: (await planner.client.attach(scheduled.documentId, file)).id,
    attachmentOfKnown: (await planner.client.attach(known, file)).id,
    known,
    documents: [scheduled.documentId, draft.documentId],
    cases: [scheduled.caseId, draft.caseId],
    portion: (await requester.client.document(draft.documentId)).portions[0]?.id ?? '',
    notification: await aNotificationFor(planner, draft.caseId),
    token: (await planner.client.issueToken({ name: 'EXERCISE', scopes: ['me'], expiresInDays: 1 })).id,
    instrument: await planner.client.submitInstrument(
      await house.authority.person({ person: randomUUID(), identity: 'newcomer' }),
    ),
  };
  own = await aCaseOf(residents.busy);
});
afterAll(() => alliance.house.close());

async function aNotificationFor(who: Resident, caseId: string): Promise<string> {
  const id = randomUUID();
  await asking(url, (client) =>
    client.query(
      `INSERT INTO notification (id, outbox_id, person_id, kind, case_id) VALUES ($1, $2, $3, 'case.frozen', $4)`,
      [id, randomUUID(), who.person, caseId],
    ),
  );
  return id;
}

/** A case of somebody's own: its verbs reach the check of the portions that they name. */
async function aCaseOf(who: Resident): Promise<typeof own> {
  const text = aDocument()
    .underBanner('NATO RESTRICTED')
    .titled('(NU) EXERCISE A small matter')
    .saying('(NR) EXERCISE It is nobody’s concern.')
    .text();
  const { id } = await who.client.importDocument(text);
  const document = await who.client.document(id);
  const items = document.portions.map(({ id: portion }) => ({ portion, treatment: 'include' as const }));
  const caseId = await who.client.submitCase(aRequest(document, alliance.house.clock.now(), { items }));
  return { caseId, document };
}

/** A request about a thing, by the thing's id. */
interface Sample {
  readonly ids: readonly string[];
  readonly request: (id: string) => { readonly path: string } & Asking;
}

/** What is sent to each route that names a thing in its address. A route without a sample fails the test: see below. */
function samplesByRoute(): Readonly<Record<string, Sample[]>> {
  const { documents, cases, notification, token, instrument } = hidden;
  const now = alliance.house.clock.now();
  const whole = (portion: string): SubmitCaseCommand =>
    aRequest(own.document, now, { items: [{ portion, treatment: 'include' }] });
  const amendment = (portion: string): object => {
    const { title, summary, window, items } = whole(portion);
    return { title, summary, window, items };
  };
  const get = (path: (id: string) => string, ids: readonly string[]): Sample => ({
    ids,
    request: (id) => ({ path: path(id) }),
  });
  const send = (method: string, path: string, ids: readonly string[], sent: Asking = {}): Sample => ({
    ids,
    request: (id) => ({ path: path.replace('{id}', id), method, ...sent }),
  });
  const verbs = ['amend', 'freeze', 'decide', 'return', 'schedule', 'withdraw'];
  return {
    'GET /api/documents/{id}': [
      get((id) => `/api/documents/${id}`, documents),
      get((id) => `/api/documents/${id}?version=1`, documents),
      get((id) => `/api/documents/${id}?version=9`, documents),
    ],
    'POST /api/documents/{id}/versions': [
      send('POST', '/api/documents/{id}/versions', documents, { text: PACKAGE.text() }),
      send('POST', '/api/documents/{id}/versions', documents, {
        text: aDocument().underBanner('NATO RESTRICTED').titled('(NU) EXERCISE Anything').text(),
      }),
    ],
    'POST /api/documents/{id}/attachments': [
      send('POST', '/api/documents/{id}/attachments', documents, {
        text: 'EXERCISE',
        headers: { 'imprimatur-name': 'EXERCISE.md', 'imprimatur-mark': '(NR)' },
      }),
    ],
    'GET /api/documents/{id}/attachments/{attachment}': [
      get((id) => `/api/documents/${id}/attachments/${hidden.attachment}`, documents),
      get((id) => `/api/documents/${documents[0] ?? ''}/attachments/${id}`, [hidden.attachment]),
      get((id) => `/api/documents/${hidden.known}/attachments/${id}`, [hidden.attachment, hidden.attachmentOfKnown]),
    ],
    ...accessSamples(hidden.access, hidden),
    'GET /api/cases/{id}': [get((id) => `/api/cases/${id}`, cases)],
    'PUT /api/cases/{id}/proposal': [
      send('PUT', '/api/cases/{id}/proposal', cases, { json: amendment(hidden.portion) }),
      {
        ids: [hidden.portion],
        request: (id) => ({ path: `/api/cases/${own.caseId}/proposal`, method: 'PUT', json: amendment(id) }),
      },
    ],
    'POST /api/cases/{id}/freeze': [send('POST', '/api/cases/{id}/freeze', cases)],
    'POST /api/cases/{id}/decisions': [send('POST', '/api/cases/{id}/decisions', cases, { json: { statement } })],
    'POST /api/cases/{id}/return': [send('POST', '/api/cases/{id}/return', cases, { json: { reason: 'EXERCISE' } })],
    'POST /api/cases/{id}/withdraw': [
      send('POST', '/api/cases/{id}/withdraw', cases, { json: { reason: 'EXERCISE' } }),
    ],
    'POST /api/cases/{id}/schedule': [
      send('POST', '/api/cases/{id}/schedule', cases, { json: { publishAt: now.toISOString() } }),
    ],
    'GET /api/cases/{id}/proposal': [get((id) => `/api/cases/${id}/proposal`, cases)],
    'GET /api/cases/{id}/capacities': [get((id) => `/api/cases/${id}/capacities`, cases)],
    'GET /api/cases/{id}/preview': [get((id) => `/api/cases/${id}/preview`, cases)],
    'GET /api/cases/{id}/renditions/{name}': [
      get((id) => `/api/cases/${id}/renditions/release.json`, cases),
      get((id) => `/api/cases/${id}/renditions/nothing.json`, cases),
    ],
    'GET /api/cases/{id}/would-refuse': verbs.map((verb) =>
      get((id) => `/api/cases/${id}/would-refuse?verb=${verb}`, cases),
    ),
    'POST /api/notifications/{id}/read': [send('POST', '/api/notifications/{id}/read', [notification])],
    'DELETE /api/tokens/{id}': [send('DELETE', '/api/tokens/{id}', [token])],
    'GET /api/instruments/{id}': [get((id) => `/api/instruments/${id}`, [instrument])],
    // Whoever is no auditor may ask for no event at all; an auditor finds every event.
    'GET /api/audit/events/{id}/proof': [get((id) => `/api/audit/events/${id}/proof`, cases)],
    // These name a thing in what they send.
    'GET /api/cases': [get((id) => `/api/cases?document=${id}&nation=DEU&count=true`, documents)],
    'POST /api/cases/search': [
      {
        ids: documents,
        request: (id) => ({
          path: '/api/cases/search',
          method: 'POST',
          json: { words: 'EXERCISE', document: id, count: true },
        }),
      },
    ],
    'POST /api/cases': [
      {
        ids: documents,
        request: (id) => ({ path: '/api/cases', method: 'POST', json: { ...whole(hidden.portion), document: id } }),
      },
    ],
  };
}

/** Everything in which an answer about what is hidden differs from the answer about what does not exist. */
async function violationsOf(samples: readonly Sample[], who: Resident): Promise<string[]> {
  const violations: string[] = [];
  for (const { ids, request } of samples) {
    for (const id of ids) {
      const absent = randomUUID();
      const [about, nothing] = [request(id), request(absent)];
      const told = shapeOf(await ask(alliance.house.url, about.path, { ...about, as: who.sid }), id);
      const expected = shapeOf(await ask(alliance.house.url, nothing.path, { ...nothing, as: who.sid }), absent);
      // A request that is not understood is asked of nothing at all.
      if (expected.status === 400 || expected.status >= 500) violations.push(`${about.path}: ${expected.body}`);
      if (JSON.stringify(told) !== JSON.stringify(expected))
        violations.push(`${who.identity}, ${about.method ?? 'GET'} ${about.path}: ${JSON.stringify([told, expected])}`);
    }
  }
  return violations;
}

const PER_REQUEST = ['date', 'x-request-id', 'connection', 'keep-alive'];

/** An answer without what belongs to the one request: its moment, its id, and the id that was asked for. */
function shapeOf({ status, headers, body }: Answer, id: string): { status: number; headers: object; body: string } {
  const kept = Object.entries(headers).filter(([name]) => !PER_REQUEST.includes(name));
  return {
    status,
    headers: Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))),
    body: body.replaceAll(id, '(asked)').replace(/"requestId":"[^"]*"/, '"requestId":"(request)"'),
  };
}

const everything = async (): Promise<string[]> => {
  const violations: string[] = [];
  for (const who of Object.values(askers))
    violations.push(...(await violationsOf(Object.values(samplesByRoute()).flat(), who)));
  return violations;
};

describe('absent_equals_forbidden', () => {
  it('every route that names a thing in its address is asked about one', async () => {
    const described = JSON.parse((await ask(alliance.house.url, '/api/openapi.json')).body) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const routes = Object.entries(described.paths).flatMap(([path, methods]) =>
      path.includes('{') ? Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`) : [],
    );
    expect(routes.length).toBeGreaterThan(10);
    expect(Object.keys(samplesByRoute())).toEqual(expect.arrayContaining(routes));
  });

  it('what is hidden and what does not exist have one answer: status, headers and body', async () => {
    expect(await everything()).toEqual([]);
  });

  describe('taken away', () => {
    const opened = (): Promise<Mechanism[]> =>
      Promise.all([
        ...['document', 'version', 'portion', 'attachment', 'release_case', 'proposal'].map((table) =>
          openedPolicy(url, table, 'held'),
        ),
        openedPolicy(url, 'protection', 'what_the_session_holds'),
      ]);

    it('row-level security and the decision of the process: hidden things answer', async () => {
      const found = await access.without(async () => takenAway(url, await opened(), everything));
      for (const path of ['/api/documents/', '/attachments/', '/api/cases/']) expect(found.join('\n')).toContain(path);
    });

    it.each<[string, () => Promise<Mechanism[]>, string]>([
      [
        'whose notification it is',
        () => Promise.all(['own', 'own_read'].map((policy) => openedPolicy(url, 'notification', policy))),
        'POST /api/notifications/{id}/read',
      ],
      [
        'whose instrument it is',
        async () => [
          await changedFunction(url, 'sec.my_submission(uuid)', 's.submitted_by = sec.session_person()', 'true'),
        ],
        'GET /api/instruments/{id}',
      ],
      [
        'whose token it is',
        async () => [await changedFunction(url, 'sec.revoke_token(uuid)', 'person_id = sec.session_person()', 'true')],
        'DELETE /api/tokens/{id}',
      ],
    ])('%s', async (_name, mechanisms, route) => {
      const samples = samplesByRoute()[route] ?? [];
      expect(await takenAway(url, await mechanisms(), () => violationsOf(samples, askers.busy))).not.toEqual([]);
    });
  });
});
