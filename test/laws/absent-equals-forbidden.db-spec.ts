import { randomUUID } from 'node:crypto';
import { shippedRules } from '#access';
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
import { hiddenAccess } from '../support/hidden-access';
import { type Answer, ask } from '../support/http';
import type { Resident } from '../support/house';
import { type Hidden, type Own, type Sample, keepingRules, samplesByRoute } from '../support/named-things';
import { aPerson } from '../support/people';
import { type Mechanism, RemovableAccess, changedFunction, openedPolicy, takenAway } from '../support/taken-away';

const access = new RemovableAccess(shippedRules);

let alliance: AllianceHouse;
let hidden: Hidden;
let askers: Record<'busy' | 'official' | 'stranger', Resident>;
/** Cleared for everything; an inverted rule of the version in force keeps the documents, or the documents and cases, from them. */
let kept: Record<'keptFromAll' | 'keptFromDocuments', Resident>;
const owns = new Map<Resident, Own>();
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
    keptFromAll: aPerson('kept.from.all')
      .clearedTo('TOP SECRET')
      .inRole('planner', 'requester', 'disclosure-reviewer', 'release-officer'),
    keptFromDocuments: aPerson('kept.from.documents').clearedTo('TOP SECRET').inRole('planner', 'requester'),
  });
  const { busy, ...keptByRules } = residents;
  [askers, kept] = [{ busy, official, stranger }, keptByRules];
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
  for (const who of Object.values(residents)) owns.set(who, await aCaseOf(who));
  await house.authority.accessRules({ version: 'exercise-kept', rules: keepingRules(hidden) });
  await house.admit();
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
async function aCaseOf(who: Resident): Promise<Own> {
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

function samplesFor(who: Resident): Readonly<Record<string, Sample[]>> {
  const own = owns.get(who) ?? owns.get(askers.busy);
  if (own === undefined) throw new Error('nobody has asked for anything');
  return samplesByRoute({ hidden, own, statement, now: alliance.house.clock.now() });
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
    violations.push(...(await violationsOf(Object.values(samplesFor(who)).flat(), who)));
  return violations;
};

/** Whoever is kept from documents alone knows of the cases about them; not of their portions, nor by their targets. */
const ABOUT_DOCUMENTS = /documents|^GET \/api\/cases$|^POST \/api\/cases$/;

async function everythingKept(): Promise<string[]> {
  const { keptFromAll, keptFromDocuments } = kept;
  const [all, some] = [samplesFor(keptFromAll), Object.entries(samplesFor(keptFromDocuments))];
  return [
    ...(await violationsOf(Object.values(all).flat(), keptFromAll)),
    ...(await violationsOf(
      some.flatMap(([route, samples]) => (ABOUT_DOCUMENTS.test(route) ? samples : [])),
      keptFromDocuments,
    )),
  ];
}

describe('absent_equals_forbidden', () => {
  it('every route that names a thing in its address is asked about one', async () => {
    const described = JSON.parse((await ask(alliance.house.url, '/api/openapi.json')).body) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const routes = Object.entries(described.paths).flatMap(([path, methods]) =>
      path.includes('{') ? Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`) : [],
    );
    expect(routes.length).toBeGreaterThan(10);
    expect(Object.keys(samplesFor(askers.busy))).toEqual(expect.arrayContaining(routes));
  });

  it('what is hidden and what does not exist have one answer: status, headers and body', async () => {
    expect(await everything()).toEqual([]);
  });

  it('what the rules alone keep from somebody, and what does not exist, have one answer', async () => {
    const { keptFromAll, keptFromDocuments } = kept;
    for (const { client } of [keptFromAll, keptFromDocuments]) expect((await client.documents()).items).not.toEqual([]);
    expect(await everythingKept()).toEqual([]);
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

    it('the rules: what they kept from somebody answers', async () => {
      const found = (await access.without(everythingKept)).join('\n');
      for (const [who, path] of [
        ['kept.from.all', '/api/documents/'],
        ['kept.from.all', '/api/cases/'],
        ['kept.from.all', '/attachments/'],
        ['kept.from.documents', '/api/documents/'],
        ['kept.from.documents', '/api/cases?document='],
      ])
        expect(found).toMatch(new RegExp(`${who ?? ''}, \\w+ \\S*${(path ?? '').replace('?', '\\?')}`));
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
      const samples = samplesFor(askers.busy)[route] ?? [];
      expect(await takenAway(url, await mechanisms(), () => violationsOf(samples, askers.busy))).not.toEqual([]);
    });
  });
});
