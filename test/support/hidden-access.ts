import { randomUUID } from 'node:crypto';
import type { AllianceHouse } from './alliance';
import { inTime } from './admission';
import { aDocument } from './documents';
import type { Asking } from './http';
import { aPerson } from './people';

/** What others have asked for and done about access, which is no business of whoever asks. */
export interface HiddenAccess {
  readonly list: string;
  readonly request: string;
  readonly breakGlass: string;
}

/** An access list that is not listed, a request for another, and a breaking of glass. EXERCISE. */
export async function hiddenAccess(alliance: AllianceHouse): Promise<HiddenAccess> {
  const { house, requester, releaseOfficer, planner } = alliance;
  const { watch } = await house.enrol({
    watch: aPerson('watch').clearedTo('TOP SECRET').inRole('watch-officer'),
    security: aPerson('security').inRole('security-officer'),
  });
  const approvers = [releaseOfficer.person];
  await house.authority.accessList({ list: 'OSPREY', approvers, listed: false, readIn: 'EXERCISE Tell nobody.' });
  await house.authority.accessList({ list: 'KESTREL', approvers });
  await house.authority.accessGrant(releaseOfficer, { list: 'OSPREY', person: planner.person });
  await house.admit();
  const words = { mark: '(NU)', text: 'EXERCISE It is asked for by one and concerns no other.' };
  const request = await requester.client.requestAccess({ list: 'KESTREL', purpose: words, until: inTime(86_400_000) });
  const staff = aDocument().titled('(NS) EXERCISE For the staff').forThose('community:NDPP-STAFF');
  const { id: document } = await planner.client.importDocument(staff.text());
  const { id: breakGlass } = await watch.client.breakGlass({ document, reason: words, hours: 1 });
  return { list: 'OSPREY', request, breakGlass };
}

interface Sample {
  readonly ids: readonly string[];
  readonly request: (id: string) => { readonly path: string } & Asking;
}

/** What is sent to each route of admission and examination that names a thing in its address. */
export function accessSamples(
  hidden: HiddenAccess,
  things: { readonly documents: readonly string[]; readonly cases: readonly string[]; readonly portion: string },
): Readonly<Record<string, Sample[]>> {
  const words = { mark: '(NU)', text: `EXERCISE ${randomUUID()}` };
  const post = (path: (id: string) => string, id: string, json?: unknown): Sample => ({
    ids: [id],
    request: (asked) => ({ path: path(asked), method: 'POST', ...(json === undefined ? {} : { json }) }),
  });
  const get = (path: (id: string) => string, ids: readonly string[]): Sample => ({
    ids,
    request: (asked) => ({ path: path(asked) }),
  });
  return {
    // A list has a name in capitals instead of an id.
    'POST /api/access-lists/{name}/acknowledgement': [
      post((name) => `/api/access-lists/${name.toUpperCase()}/acknowledgement`, hidden.list, {
        digest: '0'.repeat(64),
      }),
    ],
    'GET /api/access-requests/{id}': [get((id) => `/api/access-requests/${id}`, [hidden.request])],
    'POST /api/access-requests/{id}/refusal': [
      post((id) => `/api/access-requests/${id}/refusal`, hidden.request, { reason: words }),
    ],
    'POST /api/access-requests/{id}/withdrawal': [
      post((id) => `/api/access-requests/${id}/withdrawal`, hidden.request),
    ],
    'POST /api/break-glass/{id}/review': [
      post((id) => `/api/break-glass/${id}/review`, hidden.breakGlass, { justified: false, words }),
    ],
    'POST /api/break-glass/{id}/end': [post((id) => `/api/break-glass/${id}/end`, hidden.breakGlass)],
    'GET /api/documents/{id}/explain': [
      get((id) => `/api/documents/${id}/explain`, things.documents),
      get((id) => `/api/documents/${id}/explain?action=attach`, things.documents),
      get((id) => `/api/documents/${things.documents[0] ?? ''}/explain?portion=${id}`, [things.portion]),
    ],
    'GET /api/cases/{id}/explain': [get((id) => `/api/cases/${id}/explain?action=decide`, things.cases)],
    'GET /api/examine/documents/{id}/readers': [get((id) => `/api/examine/documents/${id}/readers`, things.documents)],
    'GET /api/examine/people/{id}/documents': [get((id) => `/api/examine/people/${id}/documents`, things.documents)],
  };
}
