import { type AllianceHouse, aRequest, openAllianceHouse, signedBy } from './alliance';
import type { Harvest } from './channels';
import { aDocument } from './documents';
import type { House, HouseOptions, Resident } from './house';
import { ask } from './http';
import { inSession } from './in-session';
import { aPerson } from './people';

/** What somebody may not receive of a case and its document, and what they may. */
interface CaseReader {
  readonly who: Resident;
  readonly hidden: readonly string[];
  readonly seen: readonly string[];
}

/** A case that was returned with a remark, over a document that says more than its requester may read. EXERCISE. */
export interface CaseWorld {
  readonly alliance: AllianceHouse;
  readonly caseId: string;
  readonly readers: Readonly<Record<string, CaseReader>>;
}

export const DOCUMENT = {
  title: 'EXERCISE Anemone, the package in one line',
  gap: 'EXERCISE Bluebell, the gap in the northern air defence',
  brigades: 'EXERCISE Chicory, the reserve brigades are late by one winter',
  escort: 'EXERCISE Dogwood, the escort of the special convoy is halved',
} as const;

export const CASE = {
  title: 'EXERCISE Elder, what the spokesman will say',
  summary: 'EXERCISE Foxglove, the summary for the public',
  substitute: 'EXERCISE Gentian, in words for everybody',
  objection: 'EXERCISE Hyssop, the originator finds the second line too plain',
  remark: 'EXERCISE Iris, the reviewer wants another first line',
} as const;

/** Imported by a planner who reads all of it, requested by somebody who reads all but the special category. */
export async function openCaseWorld(options?: HouseOptions): Promise<CaseWorld> {
  const alliance = await openAllianceHouse({ level: 'COSMIC TOP SECRET ATOMAL', ...options });
  try {
    return await comeTrue(alliance);
  } catch (error) {
    await alliance.house.close();
    throw error;
  }
}

async function comeTrue(alliance: AllianceHouse): Promise<CaseWorld> {
  const { house, requester, originator, firstReviewer, official, stranger, auditor, belgium } = alliance;
  const { nuclear } = await house.enrol({
    nuclear: aPerson('nuclear').clearedTo('TOP SECRET', 'ATOMAL').inRole('planner'),
  });
  const text = aDocument()
    .underBanner('COSMIC TOP SECRET ATOMAL')
    .markedAs('NATO UNCLASSIFIED')
    .titled(`(NU) ${DOCUMENT.title}`)
    .saying(`(NS) ${DOCUMENT.gap}`, `(CTS) ${DOCUMENT.brigades}`, `(CTS-A) ${DOCUMENT.escort}`);
  const { id } = await nuclear.client.importDocument(text.text());
  const document = await requester.client.document(id);
  const [title, gap, brigades] = document.portions.map((portion) => portion.id);
  const caseId = await requester.client.submitCase(
    aRequest(document, house.clock.now(), {
      title: CASE.title,
      summary: CASE.summary,
      items: [
        { portion: title ?? '', treatment: 'include' },
        { portion: gap ?? '', treatment: 'substitute', text: CASE.substitute },
        { portion: brigades ?? '', treatment: 'withhold', reasonCode: 'MILITARY-PLANS' },
      ],
    }),
  );
  await requester.client.freezeCase(caseId);
  await decideWithReason(originator, caseId, CASE.objection);
  await firstReviewer.client.returnCase(caseId, CASE.remark);

  const words = Object.values(CASE);
  const { title: head, gap: second, brigades: third, escort } = DOCUMENT;
  return {
    alliance,
    caseId,
    readers: {
      belgium: { who: belgium, hidden: [escort], seen: [...words, head, second, third] },
      requester: { who: requester, hidden: [escort], seen: [...words, head, second, third] },
      official: { who: official, hidden: [...words, third, escort], seen: [head, second] },
      stranger: { who: stranger, hidden: [...words, head, second, third, escort], seen: [] },
      // An auditor finds who did what, never the words.
      auditor: { who: auditor, hidden: [...words, head, second, third, escort], seen: [] },
    },
  };
}

async function decideWithReason(who: Resident, caseId: string, reason: string): Promise<void> {
  await who.client.decideCase(caseId, { statement: await signedBy(who, caseId), reason });
}

const PARTS = [
  '',
  '/proposal',
  '/capacities',
  '/preview',
  '/renditions/release.json',
  '/renditions/release.html',
  '/renditions/release.pdf',
  '/renditions/targets.csv',
  '/would-refuse?verb=decide',
  '/would-refuse?verb=return',
] as const;

/** Every table in which words of a case, or about one, are stored, and what of it is text. */
const WORDS: Readonly<Record<string, string>> = {
  release_case: 'title, summary, audience::text',
  proposal_item: 'substitute, reason_code, originator',
  proposal: 'outgoing::text, closed_commitment',
  proposal_closed: 'closed::text, salt',
  rendition: `readback, encode(bytes, 'escape') AS bytes`,
  decision: 'reason, statement::text',
  case_remark: 'body',
  publication: 'release, stage_salts::text',
  guard_refusal: 'findings::text',
  notification: 'kind, case_id',
  audit_event: 'record',
  instrument: 'statement::text',
  instrument_submission: 'statement::text',
  outbox: 'payload::text',
};

/** The tables whose policy `held` alone stands between their words and a reader. */
export const HELD_TABLES = [
  'release_case',
  'proposal',
  'proposal_closed',
  'rendition',
  'decision',
  'case_remark',
] as const;

/** Everything about a case that can be asked for over HTTP. */
export async function caseOverHttp(house: House, { sid }: Pick<Resident, 'sid'>, caseId: string): Promise<Harvest[]> {
  const paths = ['/api/cases?limit=200', '/api/notifications', ...PARTS.map((part) => `/api/cases/${caseId}${part}`)];
  const harvests: Harvest[] = [];
  for (const path of paths) {
    const { status, headers, body } = await ask(house.url, path, { as: sid });
    harvests.push({
      channel: `GET ${path.replace(caseId, ':id')}`,
      ids: undefined,
      said: [String(status), JSON.stringify(headers), body].join('\n'),
    });
  }
  const json = { words: 'EXERCISE', limit: 200 };
  const { status, headers, body } = await ask(house.url, '/api/cases/search', { method: 'POST', as: sid, json });
  const said = [String(status), JSON.stringify(headers), body].join('\n');
  return [...harvests, { channel: 'POST /api/cases/search', ids: undefined, said }];
}

/** Everything about every case that the api's database role can ask for in somebody's session. */
export async function casesOverSql(house: House, { sid }: Pick<Resident, 'sid'>): Promise<Harvest[]> {
  return inSession(house, sid, async (sql) => {
    const harvests: Harvest[] = [];
    for (const [table, columns] of Object.entries(WORDS)) {
      const { rows, refused } = await sql.attempt(`SELECT ${columns} FROM ${table}`);
      // As the values stand: JSON would put escapes into the text that is looked for.
      const values = rows.flatMap((row) => Object.values(row).map(String));
      harvests.push({ channel: table, ids: undefined, said: [...values, refused ?? ''].join('\n') });
    }
    return harvests;
  });
}
