import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What whoever captures the api could still learn of rows that row-level security hides.
 *
 * INVARIANT (no_read_up): nothing that is asked of a table is worked out on a hidden row before its policy is. PostgreSQL takes
 * comparisons that raise no error ("leakproof") before a policy that costs more, and `EXPLAIN ANALYZE` tells whether the policy was
 * reached: so hidden text could be read, letter by letter. The planner's estimates told the same from its samples.
 */
export class CloseWhatProbingFound1767225600075 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const owned of [EXECUTE, HELD, FLAGS, SAME_TEXT, POLICIES_FIRST, QUESTIONS, NAMED_ROWS, SIGNED_IN, COLUMNS]) {
      await runner.query(owned);
    }
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    await runner.query(ONE_REFUSAL);
    await runner.query('RESET ROLE');
    await runner.query(SAMPLES);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// The default privileges were those of the owner alone: a function that the role for rights makes by itself was everybody's.
const EXECUTE = `
  SET LOCAL ROLE imprimatur_rights;
  ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
  DO $$
  DECLARE made record;
  BEGIN
    FOR made IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'sec'::regnamespace AND proowner = current_user::regrole LOOP
      EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', made.name);
    END LOOP;
  END $$;
  RESET ROLE;
`;

// The bitmap once more, as a list of yes and no: to look into a list costs nothing, as the planner counts, and so comes first. It is
// written with the bitmap, whoever writes that, and is handed out unpacked.
const HELD = `
  ALTER TABLE sec.session ADD COLUMN held_flags boolean[];
  CREATE FUNCTION sec.flags_of(bitmap bytea, upto int) RETURNS boolean[] LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_agg(get_bit(bitmap, id) <> 0 ORDER BY id) FROM generate_series(1, upto) AS id;
  $$;
  CREATE FUNCTION sec.keep_flags() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    NEW.held_flags := sec.flags_of(NEW.bitmap, NEW.bitmap_upto);
    RETURN NEW;
  END $$;
  CREATE TRIGGER keep_flags BEFORE INSERT OR UPDATE OF bitmap, bitmap_upto ON sec.session FOR EACH ROW EXECUTE FUNCTION sec.keep_flags();
  ALTER FUNCTION sec.flags_of(bytea, int) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.keep_flags() OWNER TO imprimatur_rights;
  SET LOCAL ROLE imprimatur_rights;
  UPDATE sec.session SET bitmap = NULL WHERE bitmap IS NOT NULL;
  RESET ROLE;
`;

const FLAGS = `
  CREATE FUNCTION sec.held() RETURNS boolean[] LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    RETURN (SELECT s.held_flags || ARRAY[]::boolean[] FROM sec.session s
             WHERE s.sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8'))
               AND s.expires_at > now() AND s.bitmap_until > now());
  END $$;
  GRANT EXECUTE ON FUNCTION sec.held() TO imprimatur_api;
  ALTER FUNCTION sec.held() OWNER TO imprimatur_rights;
`;

// An index that a reader's own comparison may use finds hidden rows before their policy hides them. 'encode' is not leakproof, so
// this one serves the function alone, which compares with what the session holds.
const SAME_TEXT = `
  DROP INDEX portion_same_text;
  CREATE INDEX portion_same_text ON portion (encode(body_digest, 'hex'));
  ALTER INDEX portion_same_text ALTER COLUMN 1 SET STATISTICS 0;
  CREATE FUNCTION sec.same_text(digests text[]) RETURNS TABLE (digest text, protection_id int, document_protection_id int)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  #variable_conflict use_column
  DECLARE held bytea := sec.vb();
  BEGIN
    IF held IS NULL THEN RETURN; END IF;
    RETURN QUERY
    SELECT DISTINCT encode(p.body_digest, 'hex'), p.protection_id, p.document_protection_id FROM public.portion p
     WHERE encode(p.body_digest, 'hex') = ANY (digests)
       AND get_bit(held, p.protection_id) <> 0 AND get_bit(held, p.document_protection_id) <> 0;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.same_text(text[]) TO imprimatur_api;
  ALTER FUNCTION sec.same_text(text[]) OWNER TO imprimatur_rights;
`;

// Every policy that asks the bitmap asks the list of flags instead. What is not in the list is NULL, and so is what is not held; "IS NOT
// NULL" is expected to be true of nearly all rows, as "<> 0" was, and leaves the plans as they are.
const POLICIES_FIRST = `
  DO $$
  DECLARE stands record;
  BEGIN
    FOR stands IN
      SELECT polname, polrelid::regclass AS of_table, pg_get_expr(polqual, polrelid) AS qual FROM pg_policy
       WHERE pg_get_expr(polqual, polrelid) LIKE '%get_bit(( SELECT sec.vb()%'
    LOOP
      EXECUTE format('ALTER POLICY %I ON %s USING (%s)', stands.polname, stands.of_table, regexp_replace(stands.qual,
        '\\(get_bit\\(\\( SELECT sec[.]vb\\(\\) AS vb\\), \\((\\w+)\\)::bigint\\) <> 0\\)',
        '(CASE WHEN ((SELECT sec.held()))[\\1] THEN true END IS NOT NULL)', 'g'));
    END LOOP;
  END $$;
  SET LOCAL ROLE imprimatur_rights;
  DO $$
  DECLARE asked record;
  BEGIN
    FOR asked IN
      SELECT DISTINCT p.oid::regprocedure AS name FROM pg_depend d JOIN pg_proc p ON p.oid = d.refobjid
       WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = 'pg_proc'::regclass AND p.pronargs > 0 AND p.proowner = current_user::regrole
    LOOP
      EXECUTE format('ALTER FUNCTION %s COST 0.0001', asked.name);
    END LOOP;
  END $$;
  RESET ROLE;
`;

// The lists that the session knows of are looked up once, like the flags. Other questions are functions that count as nearly free.
const QUESTIONS = `
  CREATE FUNCTION sec.session_lists() RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(l.name, true), '{}') FROM public.access_list l, sec.session_person() AS me
     WHERE me IS NOT NULL AND l.withdrawn_at IS NULL
       AND (l.listed OR me = ANY (l.approvers) OR EXISTS (
             SELECT 1 FROM public.access_entry e
              WHERE e.list = l.name AND e.person_id = me AND e.withdrawn_at IS NULL AND e.valid_until > now()));
  $$;
  CREATE FUNCTION sec.session_knows_entry(wanted text, person uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER COST 0.0001
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    RETURN coalesce(person = sec.session_person(), false) OR sec.session_approves(wanted);
  END $$;
  CREATE FUNCTION sec.session_knows_case(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER COST 0.0001
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    RETURN coalesce((SELECT get_bit(sec.vb(), c.protection_id) <> 0 FROM public.release_case c WHERE c.id = wanted), false);
  END $$;
  GRANT EXECUTE ON FUNCTION sec.session_lists(), sec.session_knows_entry(text, uuid), sec.session_knows_case(uuid) TO imprimatur_api;
  ALTER POLICY known_lists ON access_list USING (((SELECT sec.session_lists()))[name] IS NOT NULL);
  ALTER POLICY own_or_approved ON access_entry USING (sec.session_knows_entry(list, person_id));
  -- As it stood, it became one of the planner's equalities, and those come last.
  ALTER POLICY own ON acknowledgement USING (CASE WHEN person_id = (SELECT sec.session_person()) THEN true END IS NOT NULL);
  ALTER POLICY known_with_its_case ON publication USING (sec.session_knows_case(case_id));
  ALTER POLICY known_with_its_case ON guard_refusal USING (sec.session_knows_case(case_id));
  ALTER FUNCTION sec.session_lists() OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.session_knows_entry(text, uuid) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.session_knows_case(uuid) OWNER TO imprimatur_rights;
`;

// INVARIANT (absent_equals_forbidden): foreign keys look past row-level security, so a row names only rows that its writer may see:
// what is hidden is refused as what is absent is.
// And who is said to have frozen or decided is the one who did: nobody uses up the one decision of another.
const NAMED_ROWS = `
  CREATE FUNCTION sec.session_identity() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT identity FROM public.person WHERE id = sec.session_person();
  $$;
  GRANT EXECUTE ON FUNCTION sec.session_identity() TO imprimatur_api;
  DO $$
  DECLARE named record;
  BEGIN
    FOR named IN
      SELECT * FROM (VALUES
        ('release_case', 'own_request', 'EXISTS (SELECT 1 FROM document d WHERE d.id = release_case.document_id)
           AND EXISTS (SELECT 1 FROM version v WHERE v.id = release_case.version_id)'),
        ('proposal_item', 'held_write', 'EXISTS (SELECT 1 FROM release_case c WHERE c.id = proposal_item.case_id)
           AND EXISTS (SELECT 1 FROM portion p WHERE p.id = proposal_item.portion_id)'),
        ('proposal', 'held_write', 'EXISTS (SELECT 1 FROM release_case c WHERE c.id = proposal.case_id)
           AND frozen_by = (SELECT sec.session_person())'),
        ('proposal_closed', 'held_write', 'EXISTS (SELECT 1 FROM proposal p WHERE p.id = proposal_closed.proposal_id)'),
        ('rendition', 'held_write', 'EXISTS (SELECT 1 FROM proposal p WHERE p.id = rendition.proposal_id)'),
        ('decision', 'own_decision', 'EXISTS (SELECT 1 FROM release_case c WHERE c.id = decision.case_id)
           AND EXISTS (SELECT 1 FROM proposal p WHERE p.id = decision.proposal_id) AND identity = (SELECT sec.session_identity())'),
        ('case_remark', 'own_remark', 'EXISTS (SELECT 1 FROM release_case c WHERE c.id = case_remark.case_id)')
      ) AS wanted (of_table, policy, seen)
      JOIN pg_policies p ON p.schemaname = 'public' AND p.tablename = wanted.of_table AND p.policyname = wanted.policy
    LOOP
      EXECUTE format('ALTER POLICY %I ON %I WITH CHECK ((%s) AND %s)', named.policy, named.of_table, named.with_check, named.seen);
    END LOOP;
  END $$;
  ALTER FUNCTION sec.session_identity() OWNER TO imprimatur_rights;
`;

// A version that the writer may not know of, one that is written already and none at all: one refusal, in the same words.
const ONE_REFUSAL = `
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
    IF session_user = 'imprimatur_api' AND written IS DISTINCT FROM pg_current_xact_id()::xid THEN
      RAISE EXCEPTION 'a portion belongs to a version of its document that is written with it' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF written IS NULL THEN
      RAISE EXCEPTION 'a portion belongs to a version of its document' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
  END $$;
`;

// Statements of persons name roles and communities: they are for those who are signed in, and not for whoever holds the connection.
const SIGNED_IN = `
  CREATE POLICY known_in_a_session ON instrument FOR SELECT TO imprimatur_api
    USING ((SELECT sec.session_person()) IS NOT NULL
           AND kind NOT IN ('clearance', 'clearance-withdrawal', 'access-list', 'access-grant', 'access-withdrawal'));
  ALTER POLICY authority_is_known ON instrument TO imprimatur_relay;
  CREATE POLICY known_in_a_session ON person FOR SELECT TO imprimatur_api USING ((SELECT sec.session_person()) IS NOT NULL);
  ALTER POLICY offices_are_known ON person TO imprimatur_relay;
`;

// Who holds a document's protection need not hold all its portions; with the hash of the whole file they could try what they lack.
const COLUMNS = `
  REVOKE SELECT ON version FROM imprimatur_api;
  GRANT SELECT (id, document_id, ordinal, protection_id, created_at, created_by) ON version TO imprimatur_api;
`;

// No sample is taken of what could be guessed with a comparison. What an index finds may be counted by it anyway (see the threat
// model); arrays and JSON have no comparison that looks past a policy.
const SAMPLES = `
  DO $$
  DECLARE sampled record;
  BEGIN
    FOR sampled IN
      SELECT c.relname AS of_table, a.attname AS named
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relrowsecurity AND a.attnum > 0 AND NOT a.attisdropped
         AND t.typcategory <> 'A' AND t.typname NOT IN ('json', 'jsonb', 'tsvector')
         AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))
    LOOP
      EXECUTE format('ALTER TABLE public.%I ALTER COLUMN %I SET STATISTICS 0', sampled.of_table, sampled.named);
      IF current_setting('server_version_num')::int >= 180000 THEN
        EXECUTE format('SELECT pg_clear_attribute_stats(%L, %L, %L, false)', 'public', sampled.of_table, sampled.named);
      END IF;
    END LOOP;
  END $$;
`;
