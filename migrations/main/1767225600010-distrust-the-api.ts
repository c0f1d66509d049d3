import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a captured api could still talk the others into.
 *
 * The guard's questions are answered from the portions themselves and no longer from what the api wrote about them; what was
 * taken back stays taken back; a record says of itself what its row says; and a protection is named only to who holds it.
 */
export class DistrustTheApi1767225600010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // These belong to the role that answers for rights; whoever replaces them must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    for (const answered of [WHOLE, WITHHELD, SOURCES, INTERN, HOLDS]) await runner.query(answered);
    await runner.query('RESET ROLE');
    for (const owned of [OVERTAKEN, RECORDS, HANDED_IN]) await runner.query(owned);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// INVARIANT: a version is written whole, once. A portion that joins it later would pass for one of its sources.
const WHOLE = `
  CREATE OR REPLACE FUNCTION sec.under_its_document() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE owner_protection int; written xid;
  BEGIN
    SELECT protection_id INTO owner_protection FROM public.document WHERE id = NEW.document_id;
    IF TG_TABLE_NAME = 'version' THEN
      NEW.protection_id := owner_protection;
      RETURN NEW;
    END IF;
    NEW.document_protection_id := owner_protection;
    SELECT v.xmin INTO written FROM public.version v WHERE v.id = NEW.version_id AND v.document_id = NEW.document_id;
    IF written IS NULL THEN
      RAISE EXCEPTION 'a portion belongs to a version of its document' USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF session_user = 'imprimatur_api' AND written <> pg_current_xact_id()::xid THEN
      RAISE EXCEPTION 'a version is written whole, in one transaction' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
  END $$;
`;

// Only a portion of the very version counts as shown: another text that says the same does not make a withheld one public.
const WITHHELD = `
  CREATE OR REPLACE FUNCTION sec.withheld_text_occurs(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    WITH frozen AS (SELECT p.case_id, p.round, c.version_id FROM public.proposal p JOIN public.release_case c ON c.id = p.case_id WHERE p.id = wanted),
         source AS (
           SELECT o.id, o.body, EXISTS (
                    SELECT 1 FROM public.proposal_item i
                     WHERE i.case_id = f.case_id AND i.round = f.round AND i.portion_id = o.id AND i.treatment = 'include') AS included
             FROM frozen f JOIN public.portion o ON o.version_id = f.version_id),
         shown AS (SELECT sec.plain(string_agg(body, ' ')) AS words,
                          string_agg(regexp_replace(body, '(\\d)[,. \\u00a0\\u202f](?=\\d{3}(\\D|$))', '\\1', 'g'), ' ') AS figures
                     FROM source WHERE included),
         leaving AS (SELECT sec.plain(readback) AS words,
                            regexp_replace(readback, '(\\d)[,. \\u00a0\\u202f](?=\\d{3}(\\D|$))', '\\1', 'g') AS figures
                       FROM public.rendition WHERE proposal_id = wanted),
         sentences AS (
           SELECT DISTINCT sec.plain(sentence) AS words FROM source, regexp_split_to_table(body, '[.;:!?]\\s+') AS sentence WHERE NOT included),
         numbers AS (
           SELECT DISTINCT figure[1] AS figure FROM source,
             regexp_matches(regexp_replace(body, '(\\d)[,. \\u00a0\\u202f](?=\\d{3}(\\D|$))', '\\1', 'g'), '(?<!\\d)(\\d{4,})(?!\\d)', 'g') AS figure
            WHERE NOT included)
    SELECT (SELECT count(*) FROM leaving) = 0 OR (SELECT count(*) FROM source) = 0
        OR EXISTS (SELECT 1 FROM sentences s, leaving l, shown i
                    WHERE length(s.words) >= 24 AND position(s.words IN l.words) > 0
                      AND position(s.words IN coalesce(i.words, '')) = 0)
        OR EXISTS (SELECT 1 FROM numbers n, leaving l, shown i
                    WHERE n.figure !~ '^(19|20)\\d\\d$' AND l.figures ~ ('(^|\\D)' || n.figure || '(\\D|$)')
                      AND NOT coalesce(i.figures, '') ~ ('(^|\\D)' || n.figure || '(\\D|$)'));
  $$;
`;

// What the api calls the sources of a proposal is only added to what they are: who judges must hold the portions themselves.
const SOURCES = `
  CREATE OR REPLACE FUNCTION sec.sources_match(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    WITH frozen AS (
           SELECT p.outgoing, p.case_id, p.round, c.version_id
             FROM public.proposal p JOIN public.release_case c ON c.id = p.case_id WHERE p.id = wanted),
         said AS (
           SELECT (item ->> 'n')::numeric AS n, item ->> 'treatment' AS treatment, item ->> 'originator' AS originator
             FROM frozen, jsonb_array_elements(outgoing -> 'items') AS item),
         held AS (
           SELECT i.n::numeric AS n, i.treatment, CASE WHEN o.version_id = f.version_id THEN o.originator END AS originator FROM frozen f
             JOIN public.proposal_item i ON i.case_id = f.case_id AND i.round = f.round AND i.treatment <> 'withhold'
             JOIN public.portion o ON o.id = i.portion_id)
    SELECT EXISTS (SELECT 1 FROM said)
       AND NOT EXISTS ((TABLE said EXCEPT ALL TABLE held) UNION ALL (TABLE held EXCEPT ALL TABLE said));
  $$;

  CREATE OR REPLACE FUNCTION sec.person_covers_proposal(person uuid, wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    WITH frozen AS (
           SELECT p.case_id, p.round, c.version_id, c.protection_id, p.source_protections || p.protection_id AS said
             FROM public.proposal p JOIN public.release_case c ON c.id = p.case_id WHERE p.id = wanted),
         asked AS (
           SELECT unnest(f.said || f.protection_id) AS id FROM frozen f
           UNION SELECT d.protection_id FROM frozen f JOIN public.version v ON v.id = f.version_id JOIN public.document d ON d.id = v.document_id
           UNION SELECT unnest(ARRAY[o.protection_id, o.document_protection_id]) FROM frozen f
             JOIN public.proposal_item i ON i.case_id = f.case_id AND i.round = f.round AND i.treatment <> 'withhold'
             JOIN public.portion o ON o.id = i.portion_id)
    SELECT coalesce(bool_and(n.id IS NOT NULL AND sec.person_covers(person, n)), false)
      FROM asked LEFT JOIN public.protection n ON n.id = asked.id;
  $$;
`;

// Returning, withdrawing and amending leave rows that nobody can take away again. They outlive whatever the state says.
const OVERTAKEN = `
  CREATE POLICY rights_reads ON case_remark FOR SELECT TO imprimatur_rights USING (true);
  GRANT SELECT (case_id, round, kind) ON case_remark TO imprimatur_rights;
  CREATE POLICY rights_reads ON guard_refusal FOR SELECT TO imprimatur_rights USING (true);
  GRANT SELECT (proposal_id) ON guard_refusal TO imprimatur_rights;

  CREATE FUNCTION sec.overtaken_by(wanted uuid) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((
      SELECT array_remove(ARRAY[
          CASE WHEN EXISTS (SELECT 1 FROM public.proposal_item i WHERE i.case_id = p.case_id AND i.round > p.round)
                 OR EXISTS (SELECT 1 FROM public.proposal o WHERE o.case_id = p.case_id AND o.round > p.round) THEN 'a later round' END,
          CASE WHEN EXISTS (SELECT 1 FROM public.case_remark r WHERE r.case_id = p.case_id AND r.round >= p.round AND r.kind = 'return') THEN 'a return' END,
          CASE WHEN EXISTS (SELECT 1 FROM public.case_remark r WHERE r.case_id = p.case_id AND r.round >= p.round AND r.kind = 'withdraw') THEN 'a withdrawal' END,
          CASE WHEN EXISTS (SELECT 1 FROM public.guard_refusal g WHERE g.proposal_id = p.id) THEN 'a refusal of the guard' END], NULL)
        FROM public.proposal p WHERE p.id = wanted), ARRAY['nothing is known of it']);
  $$;
  GRANT EXECUTE ON FUNCTION sec.overtaken_by(uuid) TO imprimatur_guard;
  ALTER FUNCTION sec.overtaken_by(uuid) OWNER TO imprimatur_rights;
`;

// INVARIANT: what is sealed is the text of the record, so the text says what the row says, and names no duty but the writer's own.
const RECORDS = `
  CREATE OR REPLACE FUNCTION sec.commit_to_event() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    said jsonb := NEW.record::jsonb;
    own_duty text := CASE current_user
      WHEN 'imprimatur_relay' THEN 'worker' WHEN 'imprimatur_registrar' THEN 'registrar' WHEN 'imprimatur_guard' THEN 'guard' END;
    of_the_house boolean := current_user IN ('imprimatur_api', 'imprimatur_relay', 'imprimatur_registrar', 'imprimatur_guard');
  BEGIN
    IF of_the_house AND (
         (said ->> 'id', (said ->> 'at')::timestamptz, said ->> 'person', said ->> 'request', said ->> 'action', said ->> 'outcome')
           IS DISTINCT FROM (NEW.id::text, NEW.at, NEW.person_id::text, NEW.request_id, NEW.action, NEW.outcome)
      OR (said #>> '{thing,kind}', said #>> '{thing,id}', said ->> 'document', said ->> 'case')
           IS DISTINCT FROM (NEW.thing_kind, NEW.thing_id::text, NEW.document_id::text, NEW.case_id::text)) THEN
      RAISE EXCEPTION 'a record says what its row says' USING ERRCODE = 'check_violation';
    END IF;
    IF of_the_house AND (said ->> 'duty' IS DISTINCT FROM own_duty
      OR (own_duty IS NOT NULL AND NEW.person_id IS NOT NULL)
      OR (own_duty IS NULL AND NEW.person_id IS NULL AND NEW.outcome <> 'refused')) THEN
      RAISE EXCEPTION 'a record is made in the name of the one who writes it' USING ERRCODE = 'insufficient_privilege';
    END IF;
    NEW.leaf_data := sha256(NEW.salt || convert_to(NEW.record, 'UTF8'));
    RETURN NEW;
  END $$;
`;

// Only who holds a protection may name it: whether another exists is not to be learnt from its number.
const INTERN = `
  CREATE OR REPLACE FUNCTION sec.intern_protection(label jsonb, need_to_know text[]) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  #variable_conflict use_column
  DECLARE found_id int;
  BEGIN
    IF NOT sec.person_covers(sec.session_person(), ROW(0, intern_protection.label, intern_protection.need_to_know)::public.protection) THEN
      RAISE EXCEPTION 'nobody names a protection that they do not hold' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT p.id INTO found_id FROM public.protection p
     WHERE p.label = intern_protection.label AND p.need_to_know = intern_protection.need_to_know;
    IF found_id IS NULL THEN
      INSERT INTO public.protection (label, need_to_know) VALUES (intern_protection.label, intern_protection.need_to_know)
      ON CONFLICT DO NOTHING;
      SELECT p.id INTO found_id FROM public.protection p
       WHERE p.label = intern_protection.label AND p.need_to_know = intern_protection.need_to_know;
      IF found_id % 65536 = 0 THEN UPDATE sec.session SET bitmap = NULL; END IF;
    END IF;
    PERFORM sec.refresh(sha256(convert_to(current_setting('app.sid', true), 'UTF8')));
    RETURN found_id;
  END $$;
`;

// A gap in the list is a no.
const HOLDS = `
  CREATE OR REPLACE FUNCTION sec.session_holds(wanted int[]) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE held bytea := sec.vb();
  BEGIN
    RETURN held IS NOT NULL AND coalesce(cardinality(wanted) > 0, false)
       AND coalesce((SELECT bool_and(coalesce(get_bit(held, id) <> 0, false)) FROM unnest(wanted) AS id), false);
  END $$;
`;

// A statement is handed in as it comes: what became of it is the registrar's to write. Who somebody is never changes. A job names
// its topic and ids, no words.
const HANDED_IN = `
  DROP POLICY api_hands_in ON instrument_submission;
  CREATE POLICY api_hands_in ON instrument_submission FOR INSERT TO imprimatur_api
    WITH CHECK (state = 'pending' AND submitted_by = sec.session_person()
                AND fault IS NULL AND settled_at IS NULL AND submitted_at = now());
  REVOKE UPDATE ON person FROM imprimatur_registrar;
  GRANT UPDATE (office, nation, organisation, roles, communities, instrument_id) ON person TO imprimatur_registrar;
  ALTER TABLE outbox ADD CONSTRAINT ids_only
    CHECK (topic ~ '^[a-z]{1,40}[.][a-z-]{1,40}$' AND jsonb_typeof(payload) = 'object' AND octet_length(payload::text) <= 1000);
`;
