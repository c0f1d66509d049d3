import { randomUUID } from 'node:crypto';
import { shippedRules } from '#access';
import { type AllianceHouse, PACKAGE, aRequest, approveAll, frozenCase, signedBy, submittedCase } from './alliance';
import { asking } from './cluster';
import type { Asking } from './http';
import type { Resident } from './house';
import { aPerson } from './people';

/** A request, and the record that it must leave. */
export interface RecordedRequest extends Asking {
  readonly who: Resident;
  readonly path: string;
  readonly action: string;
}

type ByName = Readonly<Record<string, RecordedRequest>>;

/** Requests of every kind, each made by somebody who may make it or is refused for one reason. */
export interface RecordedRequests {
  /** Reads that give something, by their route. */
  readonly reads: ByName;
  /** Reads and changes that are refused. */
  readonly refusals: ByName;
  /** What changes something, by its route. In this order each can be done. */
  readonly changes: ByName;
}

/** Prepares what the requests are about: documents, and cases in the states that their verbs ask for. */
export async function recordedRequests(alliance: AllianceHouse): Promise<RecordedRequests> {
  const { requester, releaseOfficer, planner, auditor, firstReviewer, originator, stranger } = alliance;
  const draft = await submittedCase(alliance);
  const frozen = await frozenCase(alliance);
  const approved = await frozenCase(alliance);
  await approveAll(alliance, approved.caseId);
  await alliance.house.seal();
  const document = await requester.client.document(draft.documentId);
  const [event] = (await auditor.client.events()).items.filter(({ sealed }) => sealed);
  const notification = await aNotificationFor(alliance, planner, draft.caseId);
  const { window, title, summary, items } = aRequest(document, alliance.house.clock.now());
  const at = (part: string): string => `/api/cases/${frozen.caseId}${part}`;

  const asked = await anAccessRequest(alliance);
  const annex = { name: 'annex.txt', mark: 'CTS', mediaType: 'text/plain', bytes: Buffer.from('EXERCISE An annex.') };
  const attached = await planner.client.attach(draft.documentId, annex);
  const { officer } = await alliance.house.enrol({ officer: aPerson('security').inRole('security-officer') });
  const aRead = (await auditor.client.events({ person: requester.person, action: 'document.read' })).items[0];
  const reads = {
    'GET /api/access-lists': { who: planner, path: '/api/access-lists', action: 'access.lists' },
    'GET /api/access-requests': { who: requester, path: '/api/access-requests', action: 'access.requests' },
    'GET /api/access-requests/{id}': { who: requester, path: `/api/access-requests/${asked}`, action: 'access.asked' },
    'GET /api/break-glass': { who: planner, path: '/api/break-glass', action: 'glass.list' },
    'GET /api/documents': { who: planner, path: '/api/documents', action: 'document.list' },
    'GET /api/documents/{id}': { who: planner, path: `/api/documents/${draft.documentId}`, action: 'document.read' },
    'GET /api/targets': { who: planner, path: '/api/targets', action: 'target.list' },
    'GET /api/documents/{id}/attachments/{attachment}': {
      who: planner,
      path: `/api/documents/${draft.documentId}/attachments/${attached.id}`,
      action: 'document.attachment',
    },
    'GET /api/documents/{id}/explain': {
      who: planner,
      path: `/api/documents/${draft.documentId}/explain`,
      action: 'document.explain',
    },
    'GET /api/cases/{id}/explain': { who: requester, path: at('/explain'), action: 'case.explain' },
    'GET /api/examine/decision': {
      who: officer,
      path: `/api/examine/decision?person=${planner.person}&document=${draft.documentId}`,
      action: 'rights.explain',
    },
    'GET /api/examine/documents/{id}/readers': {
      who: officer,
      path: `/api/examine/documents/${draft.documentId}/readers`,
      action: 'rights.readers',
    },
    'GET /api/examine/people/{id}/documents': {
      who: officer,
      path: `/api/examine/people/${planner.person}/documents`,
      action: 'rights.readable',
    },
    'GET /api/cases': { who: requester, path: '/api/cases', action: 'case.list' },
    'GET /api/cases/{id}': { who: requester, path: at(''), action: 'case.read' },
    'GET /api/cases/{id}/proposal': { who: requester, path: at('/proposal'), action: 'case.read' },
    'GET /api/cases/{id}/capacities': { who: requester, path: at('/capacities'), action: 'case.read' },
    'GET /api/cases/{id}/preview': { who: requester, path: at('/preview'), action: 'case.preview' },
    'GET /api/cases/{id}/renditions/{name}': {
      who: requester,
      path: at('/renditions/release.json'),
      action: 'case.preview',
    },
    'GET /api/cases/{id}/would-refuse': { who: requester, path: at('/would-refuse?verb=decide'), action: 'case.read' },
    'GET /api/notifications': { who: planner, path: '/api/notifications', action: 'notification.list' },
    'GET /api/audit/events': { who: auditor, path: '/api/audit/events', action: 'audit.search' },
    'GET /api/audit/events/{id}/proof': {
      who: auditor,
      path: `/api/audit/events/${event?.id ?? ''}/proof`,
      action: 'audit.prove',
    },
  };
  const nothing = randomUUID();
  const refusals = {
    'a hidden document': { who: stranger, path: `/api/documents/${draft.documentId}`, action: 'document.read' },
    'a hidden request': { who: planner, path: `/api/access-requests/${asked}`, action: 'access.asked' },
    'breaking glass without the role': {
      who: planner,
      method: 'POST',
      path: '/api/break-glass',
      json: { document: draft.documentId, reason: WORDS, hours: 1 },
      action: 'glass.open',
    },
    'why of a hidden document': {
      who: stranger,
      path: `/api/documents/${draft.documentId}/explain`,
      action: 'document.explain',
    },
    'the rights of others for no security officer': {
      who: planner,
      path: `/api/examine/documents/${draft.documentId}/readers`,
      action: 'rights.readers',
    },
    'no document': { who: planner, path: `/api/documents/${nothing}`, action: 'document.read' },
    'a hidden case': { who: stranger, path: at(''), action: 'case.read' },
    'a hidden rendition': { who: stranger, path: at('/renditions/release.json'), action: 'case.preview' },
    'a verb that is not permitted': { who: planner, method: 'POST', path: at('/freeze'), action: 'case.freeze' },
    'an import that is faulty': {
      who: planner,
      method: 'POST',
      path: '/api/documents',
      text: 'EXERCISE unmarked',
      action: 'document.refused',
    },
    'the record for no auditor': { who: planner, path: '/api/audit/events', action: 'audit.search' },
  };
  const changes = {
    'POST /api/access-requests': {
      who: planner,
      method: 'POST',
      path: '/api/access-requests',
      json: { list: LIST, purpose: WORDS, until: new Date(Date.now() + 3_600_000).toISOString() },
      action: 'access.request',
    },
    'POST /api/access-requests/{id}/refusal': {
      who: releaseOfficer,
      method: 'POST',
      path: `/api/access-requests/${asked}/refusal`,
      json: { reason: WORDS },
      action: 'access.refuse',
    },
    // These ask, and what they ask about is in their body.
    'POST /api/examine/what-if': {
      who: officer,
      method: 'POST',
      path: '/api/examine/what-if',
      json: { document: draft.documentId, needToKnow: ['nation:DEU'] },
      action: 'rights.what-if',
    },
    'POST /api/examine/replays': {
      who: officer,
      method: 'POST',
      path: '/api/examine/replays',
      json: { event: aRead?.id ?? '' },
      action: 'rights.replay',
    },
    'POST /api/search': {
      who: planner,
      method: 'POST',
      path: '/api/search',
      json: { words: 'EXERCISE' },
      action: 'document.search',
    },
    'POST /api/cases/search': {
      who: requester,
      method: 'POST',
      path: '/api/cases/search',
      json: { words: 'EXERCISE', nation: 'DEU' },
      action: 'case.search',
    },
    'POST /api/rules/preview': {
      who: officer,
      method: 'POST',
      path: '/api/rules/preview',
      json: { rules: shippedRules },
      action: 'rules.preview',
    },
    'POST /api/documents': {
      who: planner,
      method: 'POST',
      path: '/api/documents',
      text: PACKAGE.text(),
      action: 'document.import',
    },
    'POST /api/cases': {
      who: requester,
      method: 'POST',
      path: '/api/cases',
      json: aRequest(document, alliance.house.clock.now()),
      action: 'case.submit',
    },
    'POST /api/notifications/{id}/read': {
      who: planner,
      method: 'POST',
      path: `/api/notifications/${notification}/read`,
      action: 'notification.read',
    },
    'POST /api/tokens': {
      who: planner,
      method: 'POST',
      path: '/api/tokens',
      json: { name: 'EXERCISE', scopes: ['me'], expiresInDays: 1 },
      action: 'token.issue',
    },
    'POST /api/cases/{id}/decisions': {
      who: originator,
      method: 'POST',
      path: at('/decisions'),
      json: { statement: await signedBy(originator, frozen.caseId) },
      action: 'case.decide',
    },
    'POST /api/cases/{id}/return': {
      who: firstReviewer,
      method: 'POST',
      path: at('/return'),
      json: { reason: 'EXERCISE' },
      action: 'case.return',
    },
    'PUT /api/cases/{id}/proposal': {
      who: requester,
      method: 'PUT',
      path: `/api/cases/${draft.caseId}/proposal`,
      json: { title, summary, window, items },
      action: 'case.amend',
    },
    'POST /api/cases/{id}/freeze': {
      who: requester,
      method: 'POST',
      path: `/api/cases/${draft.caseId}/freeze`,
      action: 'case.freeze',
    },
    'POST /api/cases/{id}/schedule': {
      who: releaseOfficer,
      method: 'POST',
      path: `/api/cases/${approved.caseId}/schedule`,
      json: { publishAt: window.notBefore },
      action: 'case.schedule',
    },
    'POST /api/cases/{id}/withdraw': {
      who: requester,
      method: 'POST',
      path: at('/withdraw'),
      json: { reason: 'EXERCISE' },
      action: 'case.withdraw',
    },
    // The last, because the cases above speak of the version before.
    'POST /api/documents/{id}/versions': {
      who: planner,
      method: 'POST',
      path: `/api/documents/${draft.documentId}/versions`,
      text: PACKAGE.text(),
      action: 'document.version',
    },
  };
  return { reads, refusals, changes };
}

const LIST = 'KESTREL';
const WORDS = { text: 'EXERCISE To draft the winter plan.', mark: 'NR' };

/** A request of the requester's for a list that the release officer approves. */
async function anAccessRequest({ house, requester, releaseOfficer }: AllianceHouse): Promise<string> {
  await house.authority.accessList({ list: LIST, approvers: [releaseOfficer.person] });
  await house.admit();
  const until = new Date(Date.now() + 3_600_000).toISOString();
  return requester.client.requestAccess({ list: LIST, purpose: WORDS, until });
}

async function aNotificationFor({ house }: AllianceHouse, who: Resident, caseId: string): Promise<string> {
  const id = randomUUID();
  await asking(house.databases.main('superuser'), (client) =>
    client.query(
      `INSERT INTO notification (id, outbox_id, person_id, kind, case_id) VALUES ($1, $2, $3, 'case.frozen', $4)`,
      [id, randomUUID(), who.person, caseId],
    ),
  );
  return id;
}
