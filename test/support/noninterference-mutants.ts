import { ProblemError } from '#contracts';
import type { Tx } from '#database';
import { digestOf } from '#signing';
import { Examiner } from '../../libs/examination/src/examiner';
import { whileBroken } from './breakable';
import {
  type Mutant,
  changed,
  cuts,
  hidden,
  inDatabase,
  open,
  opened,
  saying,
  withoutDecision,
} from './noninterference-mutant';
import { type Mechanism, changedFunction, openedPolicy, takenAway } from './taken-away';

const HELD_CASES = 'sec.session_cases(text, text)';
const CASES_FOUND = 'sec.cases(text, jsonb, timestamptz, uuid, integer)';

/** Rights that come with an office: of everything, to whoever holds it. */
const heldByOffice = (role: string): Mutant['without'] =>
  changed(
    'sec.bitmap_of(uuid, integer, boolean)',
    "(k.policy = 'PUBLIC' OR EXISTS (",
    `(EXISTS (SELECT FROM public.person o WHERE o.id = person AND '${role}' = ANY (o.roles)) OR k.policy = 'PUBLIC' OR EXISTS (`,
  );

const SAYS_MORE: Mechanism = {
  take: `
    CREATE FUNCTION exercise.say_more() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      NEW.record := jsonb_set(NEW.record::jsonb, '{details,title}',
        to_jsonb((SELECT string_agg(body, ' ') FROM public.portion WHERE kind = 'title')))::text;
      RETURN NEW;
    END $$;
    CREATE TRIGGER say_more BEFORE INSERT ON public.audit_event FOR EACH ROW EXECUTE FUNCTION exercise.say_more()`,
  giveBack: 'DROP TRIGGER say_more ON public.audit_event; DROP FUNCTION exercise.say_more()',
};

/** One for each mechanism. Whichever is missing, somebody can tell the two worlds apart. */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'the filter of the list of documents: cursors and counts go over what is hidden': {
    routes: ['GET /api/documents'],
    without: inDatabase(opened(['document', 'held'])),
  },
  'the filter of the list of cases: cursors and counts go over what is hidden': {
    routes: ['GET /api/cases'],
    without: inDatabase(opened(['release_case', 'held'])),
  },
  'need-to-know in the rights of a session': {
    routes: ['GET /api/documents'],
    without: changed('sec.bitmap_of(uuid, integer, boolean)', 'k.need_to_know && tokens.held', 'true'),
  },
  'clearance in the rights of a session': {
    routes: ['GET /api/documents'],
    without: changed('sec.bitmap_of(uuid, integer, boolean)', "(k.policy = 'PUBLIC' OR EXISTS (", '(true OR EXISTS ('),
  },
  'assurance in the rights of a session': {
    routes: ['GET /api/documents'],
    without: changed('sec.bitmap_of(uuid, integer, boolean)', 'WHERE NOT coalesce(assured, false)', 'WHERE false'),
  },
  'row-level security and decision over portions': {
    routes: ['GET /api/documents/{id}'],
    without: withoutDecision(opened(['portion', 'held'], ['protection', 'what_the_session_holds'])),
  },
  'row-level security and decision over cases: absent is not hidden': {
    routes: ['GET /api/cases/{id}'],
    without: withoutDecision(opened(['release_case', 'held'], ['protection', 'what_the_session_holds'])),
  },
  'the order, by the number of a protection': {
    routes: ['GET /api/documents'],
    events: [hidden('a hidden document', 1), open('a document comes in', 0), open('a document comes in', 2)],
    without: saying(/ORDER BY d\.created_at DESC, d\.id DESC\s*$/, 'ORDER BY d.protection_id DESC, d.id DESC'),
  },
  'the numbering of a cut': {
    routes: ['GET /api/documents/{id}'],
    without: cuts((cut) => ({ portions: cut.portions.map((portion) => ({ ...portion, n: portion.ordinal })) })),
  },
  'the version of a cut': {
    routes: ['GET /api/documents/{id}'],
    without: cuts((_cut, { versions }) => ({ version: versions.length })),
  },
  'the date of a cut': {
    routes: ['GET /api/documents/{id}'],
    without: cuts((cut, { versions }) => ({ date: versions.at(-1)?.createdAt ?? cut.date })),
  },
  'the ETag of a cut, over every version': {
    routes: ['GET /api/documents/{id}'],
    without: cuts((cut, { versions }) => ({ digest: digestOf([cut.digest, versions.map(({ id }) => id)]) })),
  },
  'the ETag of a cut, over the numbers of its protections': {
    routes: ['GET /api/documents/{id}'],
    events: [hidden('a hidden document', 1), open('a document comes in', 1), open('a document comes in', 2)],
    without: cuts((cut) => ({ digest: digestOf([cut.digest, cut.portions.map(({ protectionId }) => protectionId)]) })),
  },
  'the version that a case is about': {
    routes: ['GET /api/documents/{id}', 'POST /api/cases'],
    without: async (_house, check) => {
      const source = jest.requireActual<typeof import('../../libs/records/src/case-source')>(
        '../../libs/records/src/case-source',
      );
      const loadCurrentSource = async (tx: Tx, id: string): Promise<unknown> => {
        const newest = await tx.row<{ id: string }>(
          'SELECT id FROM version WHERE document_id = $1 ORDER BY ordinal DESC LIMIT 1',
          [id],
        );
        return newest === undefined ? undefined : source.loadCaseSource(tx, id, newest.id);
      };
      return whileBroken({ loadCurrentSource }, check);
    },
  },
  'the one answer for what is hidden and what is absent': {
    routes: ['GET /api/cases/{id}'],
    without: async ({ url }, check) => {
      const { requireCase } = jest.requireActual<typeof import('../../libs/release/src/case-of')>(
        '../../libs/release/src/case-of',
      );
      const blunt: typeof requireCase = async (tx, actor, asked, access) => {
        const there = await tx.row('SELECT 1 FROM release_case WHERE id = $1', [asked.id]);
        return requireCase(tx, actor, asked, access).catch((error: unknown) => {
          throw there === undefined ? error : new ProblemError('not-permitted');
        });
      };
      return takenAway(url, await opened(['release_case', 'held'])(url), () =>
        whileBroken({ requireCase: blunt }, check),
      );
    },
  },
  'a conflict with what is hidden': {
    routes: ['POST /api/documents'],
    events: [0, 1].map((lot) => hidden('a hidden document', lot)),
    without: inDatabase(async () => [
      { take: 'CREATE UNIQUE INDEX same_words ON portion (body_digest)', giveBack: 'DROP INDEX same_words' },
    ]),
  },
  'the comparison of new text with what its writer reads, and with nothing else': {
    routes: ['POST /api/documents'],
    without: inDatabase(async (url) => [
      await changedFunction(
        url,
        'sec.same_text(text[])',
        'AND get_bit(held, p.protection_id) <> 0 AND get_bit(held, p.document_protection_id) <> 0',
        '',
      ),
      ...(await opened(['protection', 'what_the_session_holds'])(url)),
    ]),
  },
  'what stays where the writer of a version does not see it': {
    routes: ['POST /api/documents/{id}/versions'],
    events: [
      open('a document comes in', 1),
      hidden('a hidden document', 1),
      hidden('a hidden portion in a document that is seen', 0),
    ],
    without: async (_house, check) => {
      const store = jest.requireActual<typeof import('../../libs/records/src/store/document.store')>(
        '../../libs/records/src/store/document.store',
      );
      const findDocument: typeof store.findDocument = async (tx, id) => {
        const found = await store.findDocument(tx, id);
        return found === undefined ? undefined : { ...found, extractable: false };
      };
      return whileBroken({ findDocument }, check);
    },
  },
  'the numbering of targets': {
    routes: ['GET /api/targets'],
    without: saying(/\(row_number\(\) OVER \(PARTITION BY p\.version_id ORDER BY p\.ordinal\)\)::int/, 'p.ordinal'),
  },
  'the filter of the list of targets': {
    routes: ['GET /api/targets'],
    without: changed(
      'sec.targets(jsonb, timestamptz, uuid, integer, integer)',
      'get_bit(held, t.protection_id) <> 0 AND get_bit(held, t.document_protection_id) <> 0',
      'true',
    ),
  },
  'the count of documents': {
    routes: ['GET /api/documents'],
    without: changed('sec.session_documents(integer[])', 'get_bit(held, c.protection_id) <> 0', 'held IS NOT NULL'),
  },
  'the words that are searched': {
    routes: ['POST /api/search'],
    without: changed(
      'sec.search(text, jsonb, timestamptz, uuid, integer, integer)',
      'get_bit(held, w.protection_id) <> 0 AND get_bit(held, w.document_protection_id) <> 0',
      'true',
    ),
  },
  'the targets by which cases are found': {
    routes: ['GET /api/cases'],
    without: changed(CASES_FOUND, 'get_bit(held, t.protection_id) <> 0', 'true'),
  },
  'the words of cases that are searched': {
    routes: ['POST /api/cases/search'],
    events: [
      open('a document comes in', 0),
      open('a case is opened', 0),
      hidden('a hidden document', 0),
      ...[0, 1, 2].map((lot) => hidden('a hidden case', lot)),
    ],
    // Who holds nothing that is asked for is told so before; then the case itself is looked at.
    without: inDatabase(async (url) => [
      await changedFunction(url, HELD_CASES, 'held[n.protection_id]', 'true'),
      await changedFunction(url, CASES_FOUND, 'get_bit(held, w.protection_id) <> 0', 'true'),
    ]),
  },
  'the count of cases': {
    routes: ['GET /api/cases'],
    without: changed(HELD_CASES, 'held[n.protection_id]', 'true'),
  },
  'row-level security and decision over attachments': {
    routes: ['GET /api/documents/{id}/attachments/{attachment}', 'GET /api/documents/{id}'],
    without: withoutDecision(opened(['attachment', 'held'], ['protection', 'what_the_session_holds'])),
  },
  'a record of refusals that does not look for the thing': {
    routes: ['GET /api/documents/{id}'],
    without: inDatabase(async () => [
      {
        take: 'ALTER TABLE audit_event ADD CONSTRAINT there FOREIGN KEY (document_id) REFERENCES document (id) NOT VALID',
        giveBack: 'ALTER TABLE audit_event DROP CONSTRAINT there',
      },
    ]),
  },
  'whose notification it is': {
    routes: ['GET /api/notifications'],
    without: inDatabase(async (url) => {
      const { giveBack } = await openedPolicy(url, 'notification', 'own');
      const take = 'ALTER POLICY own ON notification USING (sec.session_knows_subject(case_id, about))';
      return [{ take, giveBack }];
    }),
  },
  'who may know what a notification is about': {
    routes: ['GET /api/notifications'],
    without: changed('sec.session_knows_subject(uuid, uuid)', 'of_case IS NULL OR', 'true OR'),
  },
  'whose token it is, in the list': {
    routes: ['GET /api/tokens'],
    without: changed('sec.my_tokens()', 's.person_id = sec.session_person() AND', ''),
  },
  'whose token it is, when it is revoked': {
    routes: ['DELETE /api/tokens/{id}'],
    without: changed('sec.revoke_token(uuid)', 'AND person_id = sec.session_person()', ''),
  },
  'whose statement it is': {
    routes: ['GET /api/instruments/{id}'],
    without: changed('sec.my_submission(uuid)', 's.submitted_by = sec.session_person()', 'true'),
  },
  'who may search the record': {
    routes: ['GET /api/audit/events'],
    without: withoutDecision(opened(['audit_event', 'auditors_read'])),
  },
  'who may see the size of the record': {
    routes: ['GET /api/audit/checkpoint'],
    without: withoutDecision(opened()),
  },
  'that an auditor holds nothing by office': {
    routes: ['GET /api/documents'],
    by: 'auditor',
    without: heldByOffice('auditor'),
  },
  'that a security officer holds nothing by office': {
    routes: ['GET /api/documents'],
    by: 'officer',
    without: heldByOffice('security-officer'),
  },
  'that an auditor is told ids and no words': {
    routes: ['GET /api/audit/events'],
    by: 'auditor',
    without: inDatabase(async () => [SAYS_MORE]),
  },
  'that who examines is stepped up': {
    routes: ['GET /api/examine/documents/{id}/readers'],
    by: 'unassuredOfficer',
    without: async ({ url }, check) => {
      const required: unknown = Reflect.get(Examiner.prototype, 'require');
      Reflect.set(Examiner.prototype, 'require', () => undefined);
      const examines = await changedFunction(
        url,
        'sec.session_examines()',
        's.stepped_up_until > exercise.now()',
        'true',
      );
      return takenAway(url, [examines], check).finally(() => Reflect.set(Examiner.prototype, 'require', required));
    },
  },
  'who may know of a list': {
    routes: ['GET /api/access-lists'],
    without: inDatabase(opened(['access_list', 'known_lists'])),
  },
  'who may know of a request for access': {
    routes: ['GET /api/access-requests', 'GET /api/access-requests/{id}'],
    without: inDatabase(opened(['access_request', 'own_or_approved'])),
  },
  'who may know of a breaking of glass': {
    routes: ['GET /api/break-glass'],
    without: inDatabase(opened(['break_glass', 'own_or_reviewed'])),
  },
  'break-glass for those who are cleared alone': {
    routes: ['POST /api/break-glass'],
    without: changed('sec.break_glass(uuid, text, int, int, text)', 'OR NOT coalesce(', 'OR false AND NOT coalesce('),
  },
};
