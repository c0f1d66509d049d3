import type { MigrationInterface, QueryRunner } from 'typeorm';
import { OPEN_BREAK_GLASS, REVIEW_BREAK_GLASS } from './break-glass-functions';

/**
 * Requests to be let into an access list, and break-glass.
 *
 * The api writes neither by itself. It asks functions, which know of nobody but the session's own person; that a request was
 * granted is nowhere written, it follows from the entry that the registrar made from a signed grant.
 *
 * INVARIANT (no_read_up): break-glass lifts one need-to-know restriction of somebody whose clearance covers the document, never a
 * clearance. Its record, its alert and its open review are written by the function that lifts, so that nobody breaks glass unseen.
 */
export class AdmitOnRequest1767225600072 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const owned of [
      TABLES,
      POLICIES,
      KNOWN,
      READ_IN,
      RECORD,
      WORDS,
      REQUEST,
      SETTLE,
      OPEN_BREAK_GLASS,
      REVIEW_BREAK_GLASS,
      TOLD,
      NOTES,
    ])
      await runner.query(owned);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// A request that a later one has replaced is 'closed': it was granted, or its date has passed.
const TABLES = `
  CREATE TABLE access_request (
    id uuid PRIMARY KEY,
    list text NOT NULL REFERENCES access_list (name),
    person_id uuid NOT NULL REFERENCES person (id),
    asked_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
    wanted_until timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'refused', 'withdrawn', 'closed')),
    settled_at timestamptz,
    settled_by uuid REFERENCES person (id),
    CHECK (asked_at < wanted_until),
    CHECK ((state IN ('refused', 'withdrawn')) = (settled_by IS NOT NULL))
  );
  CREATE UNIQUE INDEX access_request_open ON access_request (person_id, list) WHERE state = 'open';
  CREATE INDEX access_request_waiting ON access_request (list, asked_at DESC, id DESC) WHERE state = 'open';
  CREATE INDEX access_request_person ON access_request (person_id, asked_at DESC, id DESC);
  CREATE INDEX access_entry_request ON access_entry (request_id);

  CREATE TABLE break_glass (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    identity text NOT NULL,
    document_id uuid NOT NULL REFERENCES document (id),
    opened_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
    until timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by uuid REFERENCES person (id),
    reviewed_at timestamptz,
    reviewed_by uuid REFERENCES person (id),
    justified boolean,
    CHECK (num_nulls(reviewed_at, reviewed_by, justified) IN (0, 3))
  );
  CREATE INDEX break_glass_newest ON break_glass (opened_at DESC, id DESC);
  CREATE INDEX break_glass_person ON break_glass (person_id, opened_at DESC, id DESC);

  -- What people wrote about a request or a breaking of glass: each text is a thing of its own, under a protection of its own.
  CREATE TABLE access_words (
    about uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('purpose', 'refusal', 'reason', 'review')),
    person_id uuid NOT NULL REFERENCES person (id),
    body text NOT NULL CHECK (octet_length(body) BETWEEN 1 AND 8000),
    protection_id int NOT NULL REFERENCES protection (id),
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (about, kind)
  );
`;

const POLICIES = `
  ALTER TABLE access_request ENABLE ROW LEVEL SECURITY;
  ALTER TABLE access_request FORCE ROW LEVEL SECURITY;
  ALTER TABLE break_glass ENABLE ROW LEVEL SECURITY;
  ALTER TABLE break_glass FORCE ROW LEVEL SECURITY;
  ALTER TABLE access_words ENABLE ROW LEVEL SECURITY;
  ALTER TABLE access_words FORCE ROW LEVEL SECURITY;

  CREATE POLICY rights_all ON access_request TO imprimatur_rights USING (true) WITH CHECK (true);
  CREATE POLICY rights_all ON break_glass TO imprimatur_rights USING (true) WITH CHECK (true);
  CREATE POLICY rights_all ON access_words TO imprimatur_rights USING (true) WITH CHECK (true);
  GRANT SELECT, INSERT, UPDATE (state, settled_at, settled_by) ON access_request TO imprimatur_rights;
  GRANT SELECT, INSERT, UPDATE (ended_at, ended_by, reviewed_at, reviewed_by, justified) ON break_glass TO imprimatur_rights;
  GRANT SELECT, INSERT ON access_words TO imprimatur_rights;
  CREATE POLICY rights_record ON audit_event FOR INSERT TO imprimatur_rights WITH CHECK (true);
  GRANT INSERT ON audit_event, outbox TO imprimatur_rights;

  CREATE POLICY held ON access_words FOR SELECT TO imprimatur_api USING (get_bit((SELECT sec.vb()), protection_id) <> 0);
  GRANT SELECT ON access_request, access_words TO imprimatur_api;
  GRANT SELECT (id, person_id, identity, opened_at, until, ended_at, ended_by, reviewed_at, reviewed_by, justified) ON break_glass TO imprimatur_api;
`;

// Cheap by declaration, so that they are asked before any condition of a query (see migration 075).
const KNOWN = `
  CREATE FUNCTION sec.session_knows_request(wanted text, asker uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER COST 0.0001
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    RETURN coalesce(asker = sec.session_person(), false) OR sec.session_approves(wanted);
  END $$;
  CREATE FUNCTION sec.session_knows_break_glass(opener uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER COST 0.0001
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    RETURN coalesce(opener = sec.session_person(), false) OR sec.session_has_role('security-officer');
  END $$;
  GRANT EXECUTE ON FUNCTION sec.session_knows_request(text, uuid), sec.session_knows_break_glass(uuid) TO imprimatur_api;
  CREATE POLICY own_or_approved ON access_request FOR SELECT TO imprimatur_api USING (sec.session_knows_request(list, person_id));
  CREATE POLICY own_or_reviewed ON break_glass FOR SELECT TO imprimatur_api USING (sec.session_knows_break_glass(person_id));
  ALTER FUNCTION sec.session_knows_request(text, uuid) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.session_knows_break_glass(uuid) OWNER TO imprimatur_rights;

  -- Which document was opened, for its opener and for those who may know of the document.
  CREATE FUNCTION sec.break_glass_document(wanted uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.id FROM public.break_glass b JOIN public.document d ON d.id = b.document_id
     WHERE b.id = wanted AND sec.session_knows_break_glass(b.person_id)
       AND (b.person_id = sec.session_person() OR sec.session_holds(ARRAY[d.protection_id]));
  $$;
  GRANT EXECUTE ON FUNCTION sec.break_glass_document(uuid) TO imprimatur_api;
  ALTER FUNCTION sec.break_glass_document(uuid) OWNER TO imprimatur_rights;

  -- Who reviews, and is alerted.
  CREATE FUNCTION sec.security_officers() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(p.id ORDER BY p.id), ARRAY[]::uuid[]) FROM public.person p
     WHERE 'security-officer' = ANY (p.roles) AND sec.session_person() IS NOT NULL;
  $$;
  GRANT EXECUTE ON FUNCTION sec.security_officers() TO imprimatur_api;
  ALTER FUNCTION sec.security_officers() OWNER TO imprimatur_rights;

  -- One spelling of an identity, as in libs/workflow (humanOf).
  CREATE FUNCTION sec.human_of(identity text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT lower(btrim(normalize(identity, NFKC)));
  $$;
  ALTER FUNCTION sec.human_of(text) OWNER TO imprimatur_rights;
`;

// What is read in is for those who are let in, and for those who let in. That a list exists may be known to all.
const READ_IN = `
  REVOKE SELECT (read_in) ON access_list FROM imprimatur_api;
  CREATE FUNCTION sec.read_in_of(wanted text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.read_in FROM public.access_list l
     WHERE l.name = wanted AND l.withdrawn_at IS NULL
       AND (sec.session_approves(wanted) OR EXISTS (SELECT 1 FROM sec.lists_of(sec.session_person()) AS o WHERE o.list = wanted));
  $$;
  GRANT EXECUTE ON FUNCTION sec.read_in_of(text) TO imprimatur_api;
  ALTER FUNCTION sec.read_in_of(text) OWNER TO imprimatur_rights;
`;

// The record in the form that libs/audit gives it; a salt of 32 bytes from 366 random bits.
// INVARIANT (no_silent_read): what cannot be recorded is an error of its own, IMREC, and nothing is done.
const RECORD = `
  CREATE FUNCTION sec.put_on_record(author uuid, request text, did text, of_break_glass uuid, of_document uuid, details jsonb) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    made uuid := gen_random_uuid();
    moment timestamptz := date_trunc('milliseconds', clock_timestamp());
  BEGIN
    INSERT INTO public.audit_event (id, at, person_id, action, outcome, thing_kind, thing_id, document_id, request_id, record, salt)
    VALUES (made, moment, author, did, 'done', 'BreakGlass', of_break_glass, of_document, request,
      sec.canonical_json(jsonb_build_object('id', made, 'at', sec.iso(moment), 'person', author, 'duty', NULL, 'request', request,
        'action', did, 'outcome', 'done', 'thing', jsonb_build_object('kind', 'BreakGlass', 'id', of_break_glass),
        'document', of_document, 'case', NULL, 'details', details)),
      sha256(convert_to(gen_random_uuid()::text || gen_random_uuid() || gen_random_uuid(), 'UTF8')));
  EXCEPTION WHEN OTHERS THEN
    RAISE EXCEPTION 'the record cannot be written: %', SQLERRM USING ERRCODE = 'IMREC';
  END $$;
  ALTER FUNCTION sec.put_on_record(uuid, text, text, uuid, uuid, jsonb) OWNER TO imprimatur_rights;
`;

const WORDS = `
  -- Keeps others of the same person waiting: what is counted next stays counted until this one ends. It is taken before anything
  -- else is locked, so that no two wait for each other.
  CREATE TABLE sec.person_turn (person_id uuid PRIMARY KEY REFERENCES person (id), turns bigint NOT NULL);
  GRANT SELECT, INSERT, UPDATE ON sec.person_turn TO imprimatur_rights;
  CREATE FUNCTION sec.take_turn() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    INSERT INTO sec.person_turn AS t (person_id, turns)
    SELECT p.id, 1 FROM public.person p WHERE p.id = sec.session_person()
    ON CONFLICT (person_id) DO UPDATE SET turns = t.turns + 1;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.take_turn() TO imprimatur_api;
  ALTER FUNCTION sec.take_turn() OWNER TO imprimatur_rights;

  -- INVARIANT (no_write_down): nobody puts words under what they do not hold.
  CREATE FUNCTION sec.put_words(subject uuid, what text, words text, under int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE named public.protection;
  BEGIN
    SELECT * INTO named FROM public.protection p WHERE p.id = under;
    IF named.id IS NULL OR NOT sec.session_covers(named) THEN
      RAISE EXCEPTION 'nobody writes under a protection that they do not hold' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.access_words (about, kind, person_id, body, protection_id) VALUES (subject, what, sec.session_person(), words, under);
  END $$;
  ALTER FUNCTION sec.put_words(uuid, text, text, int) OWNER TO imprimatur_rights;
`;

const REQUEST = `
  CREATE FUNCTION sec.request_access(wanted text, wanted_until timestamptz, purpose text, under int) RETURNS jsonb
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    asker uuid := sec.session_person();
    asked public.access_list;
    made uuid := gen_random_uuid();
  BEGIN
    IF asker IS NULL THEN RETURN '{"outcome": "absent"}'; END IF;
    PERFORM sec.take_turn();
    SELECT * INTO asked FROM public.access_list l
     WHERE l.name = wanted AND l.withdrawn_at IS NULL
       AND (l.listed OR asker = ANY (l.approvers) OR EXISTS (
             SELECT 1 FROM public.access_entry e
              WHERE e.list = l.name AND e.person_id = asker AND e.withdrawn_at IS NULL AND e.valid_until > now()));
    IF asked.name IS NULL THEN RETURN '{"outcome": "absent"}'; END IF;
    IF array_remove(asked.approvers, asker) = ARRAY[]::uuid[] THEN RETURN '{"outcome": "no-approver"}'; END IF;
    IF coalesce(wanted_until <= now() OR wanted_until > now() + make_interval(days => asked.longest_days), true) THEN
      RETURN jsonb_build_object('outcome', 'too-long', 'longestDays', asked.longest_days);
    END IF;
    UPDATE public.access_request r SET state = 'closed', settled_at = now()
     WHERE r.person_id = asker AND r.state = 'open' AND (r.wanted_until <= now() OR EXISTS (
             SELECT 1 FROM public.access_entry e WHERE e.request_id = r.id AND e.person_id = r.person_id AND e.list = r.list));
    IF EXISTS (SELECT 1 FROM public.access_request r WHERE r.person_id = asker AND r.list = wanted AND r.state = 'open') THEN
      RETURN '{"outcome": "asked-already"}';
    END IF;
    IF (SELECT count(*) FILTER (WHERE r.state = 'open') >= 20 OR count(*) FILTER (WHERE r.asked_at > now() - interval '1 day') >= 50
          FROM public.access_request r WHERE r.person_id = asker) THEN
      RETURN '{"outcome": "too-many"}';
    END IF;
    INSERT INTO public.access_request (id, list, person_id, wanted_until) VALUES (made, wanted, asker, request_access.wanted_until);
    PERFORM sec.put_words(made, 'purpose', purpose, under);
    INSERT INTO public.outbox (id, topic, payload) VALUES (gen_random_uuid(), 'access.requested', jsonb_build_object('about', made));
    RETURN jsonb_build_object('outcome', 'done', 'id', made);
  END $$;
  GRANT EXECUTE ON FUNCTION sec.request_access(text, timestamptz, text, int) TO imprimatur_api;
  ALTER FUNCTION sec.request_access(text, timestamptz, text, int) OWNER TO imprimatur_rights;
`;

// Refused by an approver who is not the one who asks, or taken back by the one who asked. Nobody settles a request as granted.
const SETTLE = `
  CREATE FUNCTION sec.settle_request(wanted uuid, verdict text, words text, under int) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE settler uuid := sec.session_person(); settled public.access_request;
  BEGIN
    SELECT * INTO settled FROM public.access_request WHERE id = wanted FOR UPDATE;
    IF settled.id IS NULL OR settler IS NULL OR NOT sec.session_knows_request(settled.list, settled.person_id) THEN RETURN 'absent'; END IF;
    IF verdict IS NULL OR verdict NOT IN ('refused', 'withdrawn') OR (verdict = 'withdrawn') <> (settled.person_id = settler) THEN
      RETURN 'not-permitted';
    END IF;
    IF settled.state <> 'open' OR settled.wanted_until <= now() OR EXISTS (
         SELECT 1 FROM public.access_entry e
          WHERE e.request_id = settled.id AND e.person_id = settled.person_id AND e.list = settled.list) THEN
      RETURN 'settled-already';
    END IF;
    UPDATE public.access_request SET state = verdict, settled_at = now(), settled_by = settler WHERE id = wanted;
    IF verdict = 'refused' THEN PERFORM sec.put_words(wanted, 'refusal', words, under); END IF;
    INSERT INTO public.outbox (id, topic, payload) VALUES (gen_random_uuid(), 'access.' || verdict, jsonb_build_object('about', wanted));
    RETURN 'done';
  END $$;
  GRANT EXECUTE ON FUNCTION sec.settle_request(uuid, text, text, int) TO imprimatur_api;
  ALTER FUNCTION sec.settle_request(uuid, text, text, int) OWNER TO imprimatur_rights;
`;

// Whom a job about access concerns; the relay sees neither lists nor requests, and hears ids alone.
const TOLD = `
  CREATE FUNCTION sec.told_of_access(topic text, wanted uuid) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.id FROM public.access_request r JOIN public.access_list l ON l.name = r.list, unnest(l.approvers) AS a (id)
     WHERE r.id = wanted AND topic IN ('access.requested', 'access.withdrawn') AND a.id <> r.person_id
    UNION SELECT r.person_id FROM public.access_request r WHERE r.id = wanted AND topic = 'access.refused'
    UNION SELECT e.person_id FROM public.access_entry e WHERE e.id = wanted AND topic IN ('access.granted', 'access.ended')
    UNION SELECT p.id FROM public.break_glass b, public.person p
     WHERE b.id = wanted AND topic = 'access.break-glass' AND 'security-officer' = ANY (p.roles) AND p.id <> b.person_id
    UNION SELECT b.person_id FROM public.break_glass b WHERE b.id = wanted AND topic = 'access.reviewed';
  $$;
  GRANT EXECUTE ON FUNCTION sec.told_of_access(text, uuid) TO imprimatur_relay;
  ALTER FUNCTION sec.told_of_access(text, uuid) OWNER TO imprimatur_rights;
`;

// INVARIANT (absent_equals_forbidden): a note is there for those who may know of what it is about, at this moment.
const NOTES = `
  ALTER TABLE notification ADD COLUMN about uuid;
  DROP POLICY own ON notification;
  DROP POLICY own_read ON notification;
  CREATE FUNCTION sec.session_knows_subject(of_case uuid, of_access uuid) RETURNS boolean LANGUAGE plpgsql STABLE COST 0.0001
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    RETURN (of_case IS NULL OR EXISTS (SELECT 1 FROM public.release_case c WHERE c.id = of_case))
       AND (of_access IS NULL OR EXISTS (SELECT 1 FROM public.access_request r WHERE r.id = of_access)
            OR EXISTS (SELECT 1 FROM public.access_entry e WHERE e.id = of_access)
            OR EXISTS (SELECT 1 FROM public.break_glass b WHERE b.id = of_access));
  END $$;
  GRANT EXECUTE ON FUNCTION sec.session_knows_subject(uuid, uuid) TO imprimatur_api;
  CREATE POLICY own ON notification FOR SELECT TO imprimatur_api USING (person_id = (SELECT sec.session_person()) AND sec.session_knows_subject(case_id, about));
  CREATE POLICY own_read ON notification FOR UPDATE TO imprimatur_api USING (person_id = (SELECT sec.session_person()) AND sec.session_knows_subject(case_id, about))
    WITH CHECK (person_id = (SELECT sec.session_person()));
`;
