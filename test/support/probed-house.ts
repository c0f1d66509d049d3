import { randomUUID } from 'node:crypto';
import { publishedCase, submittedCase } from './alliance';
import { type Captured, administrator } from './captured';
import { CASE, type CaseWorld, DOCUMENT, openCaseWorld } from './case-world';
import { aDocument } from './documents';
import type { Resident } from './house';
import { aPerson } from './people';

/** A house with something in every table, and weakly cleared people who may read little or nothing of it. EXERCISE. */
export interface ProbedHouse extends CaseWorld {
  readonly admin: Captured;
  /** Cleared to SECRET; reads a title and one paragraph, and knows of no case. */
  readonly official: Resident;
  readonly stranger: Resident;
  /** A security officer: the examiner answers in this session. */
  readonly officer: Resident;
  /** Words that neither of them may read, wherever they stand. */
  readonly words: readonly string[];
  close(): Promise<void>;
}

const ATTACHED = 'EXERCISE Nutmeg, what is attached';
const ASKED = 'EXERCISE Oregano, why I ask';

const LIST = {
  name: 'EXERCISE-JUNIPER',
  title: 'EXERCISE Juniper, who may read the annex',
  readIn: 'EXERCISE Kale, what is read in',
};

/** What stands in `PACKAGE` and is hidden from both: words, and the figures of a target. */
const PACKED = ['The largest gap lies in air', 'The reserve brigades named in annex', 'now 4711', 'required 9823'];

export async function openProbedHouse(): Promise<ProbedHouse> {
  const world = await openCaseWorld();
  const { alliance } = world;
  const { official, stranger } = alliance;
  const admin = await administrator(alliance.house);
  const { officer } = await alliance.house.enrol({ officer: aPerson('security.officer').inRole('security-officer') });
  await publishedCase(alliance);
  // Under the same mark again, so that values occur more than once.
  await submittedCase(alliance);
  await ownPapers(official, world);
  await everyOtherTable(admin, world);
  // As in a house that has stood for a while: the planner has its samples.
  await admin.run('ANALYZE');
  const told = [...Object.values(CASE), DOCUMENT.brigades, DOCUMENT.escort];
  const words = [...told, ...PACKED, ATTACHED, ASKED, LIST.name, LIST.title, LIST.readIn];
  const close = async (): Promise<void> => {
    await admin.close();
    await alliance.house.close();
  };
  return { ...world, admin, official, stranger, officer, words, close };
}

/** What the official may read, so that a channel that gives nothing at all is noticed. */
async function ownPapers(official: Resident, { alliance: { house, planner } }: CaseWorld): Promise<void> {
  const text = aDocument()
    .underBanner('NATO SECRET')
    .titled('(NU) EXERCISE Lavender, for those who are cleared')
    .saying('(NS) EXERCISE Marjoram, the figure is in the annex.')
    .withTargets(['(NS)', 'NOR', 'sea lift', 12, 34, 'ships', 2031]);
  await planner.client.importDocument(text.text());
  await official.client.submitInstrument(await house.authority.person({ person: randomUUID(), identity: 'newcomer' }));
}

async function everyOtherTable(admin: Captured, { alliance, caseId }: CaseWorld): Promise<void> {
  const { planner, requester } = alliance;
  const request = randomUUID();
  await admin.run(
    `INSERT INTO guard_refusal SELECT gen_random_uuid(), id, proposal_id, now(), '[{"rule": "EXERCISE"}]' FROM release_case WHERE id = $1`,
    [caseId],
  );
  await admin.run(
    `INSERT INTO notification (id, outbox_id, person_id, kind, case_id) VALUES (gen_random_uuid(), gen_random_uuid(), $1, 'case.returned', $2)`,
    [requester.person, caseId],
  );
  const instrument = `(SELECT id FROM instrument LIMIT 1)`;
  await admin.run(
    `INSERT INTO access_list (name, kind, title, approvers, listed, read_in, longest_days, instrument_id)
     VALUES ($1, 'list', $2, ARRAY[$4::uuid], false, $3, 30, ${instrument})`,
    [LIST.name, LIST.title, LIST.readIn, planner.person],
  );
  await admin.run(
    `INSERT INTO access_entry (id, list, person_id, valid_from, valid_until, granted_by, kid, instrument_id)
     VALUES (gen_random_uuid(), $1, $2, now() - interval '1 day', now() + interval '9 days', $3, 'EXERCISE', ${instrument})`,
    [LIST.name, requester.person, planner.person],
  );
  await admin.run(
    `INSERT INTO acknowledgement (person_id, list, read_in_sha256) VALUES ($1, $2, sha256(convert_to($3, 'UTF8')))`,
    [requester.person, LIST.name, LIST.readIn],
  );
  await admin.run(
    `INSERT INTO attachment (id, document_id, protection_id, document_protection_id, name, media_type, bytes, created_at, created_by)
     SELECT gen_random_uuid(), c.document_id, c.protection_id, c.protection_id, $2, 'text/plain', convert_to($2, 'UTF8'), now(), $3
       FROM release_case c WHERE c.id = $1`,
    [caseId, ATTACHED, planner.person],
  );
  await admin.run(
    `INSERT INTO access_request (id, list, person_id, wanted_until) VALUES ($1, $2, $3, now() + interval '9 days')`,
    [request, LIST.name, requester.person],
  );
  await admin.run(
    `INSERT INTO break_glass (id, person_id, identity, document_id, until)
     SELECT $1, $2, $3, document_id, now() + interval '1 hour' FROM release_case WHERE id = $4`,
    [request, requester.person, requester.identity, caseId],
  );
  await admin.run(
    `INSERT INTO access_words (about, kind, person_id, body, protection_id)
     SELECT $1, 'purpose', $2, $3, protection_id FROM release_case WHERE id = $4`,
    [request, requester.person, ASKED, caseId],
  );
}
