import { type AccessRules, shippedRules } from '#access';
import type { DocumentView, SubmitCaseCommand } from '#contracts';
import { PACKAGE, aRequest, type signedBy } from './alliance';
import { aDocument } from './documents';
import { type HiddenAccess, accessSamples } from './hidden-access';
import type { Asking } from './http';

/** What is there and hidden from whoever asks, by the name that a route's address or body gives to it. */
export interface Hidden {
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

/** What an asker has asked for, so that verbs of theirs reach the check of what they name. */
export interface Own {
  readonly caseId: string;
  readonly document: DocumentView;
}
/** What a request is made up from. */
interface Asked {
  readonly hidden: Hidden;
  readonly own: Own;
  readonly statement: Awaited<ReturnType<typeof signedBy>>;
  readonly now: Date;
}

/** A request about a thing, by the thing's id. */
export interface Sample {
  readonly ids: readonly string[];
  readonly request: (id: string) => { readonly path: string } & Asking;
}

/** What is sent to each route that names a thing in its address. A route without a sample fails the test. */
export function samplesByRoute({ hidden, own, statement, now }: Asked): Readonly<Record<string, Sample[]>> {
  const { documents, cases, notification, token, instrument } = hidden;
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

/** The rules that are shipped, and two that keep what is named from those in a role: of a reader's rights they take nothing. */
export const keepingRules = ({ documents, known, cases }: Hidden): AccessRules => ({
  ...shippedRules,
  version: 'exercise-kept',
  rules: [
    ...shippedRules.rules,
    keeping('Document', 'planner', [...documents, known]),
    keeping('Case', 'release-officer', cases),
  ],
});

const keeping = (subject: 'Document' | 'Case', role: string, ids: readonly string[]): AccessRules['rules'][number] => ({
  id: `exercise-keeps-${subject.toLowerCase()}`,
  roles: [role],
  action: 'read',
  subject,
  inverted: true,
  conditions: { id: { $in: [...ids] } },
});
