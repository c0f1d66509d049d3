import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Named access lists and assignments with dated entries, read-ins, what break-glass lifts, and the attribute rules in force.
 *
 * The registrar alone writes lists, entries and rules, after verifying the instruments that state them.
 */
export class OpenAccessLists1767225600070 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(POLICIES);
    await runner.query(FORGET);
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    await runner.query(TOKENS);
    await runner.query('RESET ROLE');
    await runner.query(READERS);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

const TABLES = `
  CREATE TABLE access_list (
    name text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('list', 'assignment')),
    title text NOT NULL,
    approvers uuid[] NOT NULL CHECK (cardinality(approvers) > 0),
    listed boolean NOT NULL,
    read_in text,
    longest_days int NOT NULL,
    instrument_id uuid NOT NULL REFERENCES instrument (id),
    withdrawn_at timestamptz
  );
  CREATE TABLE access_entry (
    id uuid PRIMARY KEY,
    list text NOT NULL REFERENCES access_list (name),
    person_id uuid NOT NULL REFERENCES person (id),
    request_id uuid,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    withdrawn_at timestamptz,
    granted_by uuid NOT NULL REFERENCES person (id),
    kid text NOT NULL,
    instrument_id uuid NOT NULL REFERENCES instrument (id),
    CHECK (valid_from < valid_until)
  );
  CREATE INDEX access_entry_person ON access_entry (person_id);
  CREATE INDEX access_entry_list ON access_entry (list);
  -- Which read-in was acknowledged: another text is acknowledged anew.
  CREATE TABLE acknowledgement (
    person_id uuid NOT NULL REFERENCES person (id),
    list text NOT NULL REFERENCES access_list (name),
    read_in_sha256 bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person_id, list, read_in_sha256)
  );
  -- What break-glass lifts: one need-to-know restriction, for one person, for a while. Never a clearance.
  CREATE TABLE sec.lifted (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    need_to_know text[] NOT NULL CHECK (cardinality(need_to_know) > 0),
    from_at timestamptz NOT NULL DEFAULT now(),
    until timestamptz NOT NULL CHECK (until <= from_at + interval '4 hours'),
    ended_at timestamptz
  );
  CREATE INDEX lifted_person ON sec.lifted (person_id);
  CREATE TABLE access_rules (
    version text PRIMARY KEY,
    body jsonb NOT NULL CHECK (octet_length(body::text) <= 262144),
    issued_at timestamptz NOT NULL,
    accepted_at timestamptz NOT NULL,
    instrument_id uuid NOT NULL REFERENCES instrument (id),
    withdrawn_at timestamptz
  );
`;

const POLICIES = `
  ALTER TABLE access_list ENABLE ROW LEVEL SECURITY;
  ALTER TABLE access_list FORCE ROW LEVEL SECURITY;
  ALTER TABLE access_entry ENABLE ROW LEVEL SECURITY;
  ALTER TABLE access_entry FORCE ROW LEVEL SECURITY;
  ALTER TABLE acknowledgement ENABLE ROW LEVEL SECURITY;
  ALTER TABLE acknowledgement FORCE ROW LEVEL SECURITY;
  ALTER TABLE access_rules ENABLE ROW LEVEL SECURITY;
  ALTER TABLE access_rules FORCE ROW LEVEL SECURITY;

  CREATE POLICY registrar_all ON access_list TO imprimatur_registrar USING (true) WITH CHECK (true);
  CREATE POLICY registrar_all ON access_entry TO imprimatur_registrar USING (true) WITH CHECK (true);
  CREATE POLICY registrar_all ON access_rules TO imprimatur_registrar USING (true) WITH CHECK (true);
  GRANT SELECT, INSERT, UPDATE (kind, title, approvers, listed, read_in, longest_days, instrument_id, withdrawn_at) ON access_list TO imprimatur_registrar;
  GRANT SELECT, INSERT, UPDATE (withdrawn_at) ON access_entry, access_rules TO imprimatur_registrar;

  CREATE POLICY rights_reads ON access_list FOR SELECT TO imprimatur_rights USING (true);
  CREATE POLICY rights_reads ON access_entry FOR SELECT TO imprimatur_rights USING (true);
  CREATE POLICY rights_reads ON access_rules FOR SELECT TO imprimatur_rights USING (true);
  CREATE POLICY rights_all ON acknowledgement TO imprimatur_rights USING (true) WITH CHECK (true);
  GRANT SELECT ON access_list, access_entry, access_rules TO imprimatur_rights;
  GRANT SELECT, INSERT ON acknowledgement TO imprimatur_rights;
  GRANT SELECT, INSERT, UPDATE (ended_at) ON sec.lifted TO imprimatur_rights;

  -- Which rules are in force is no secret: they say what roles may do, and nothing of any person or document.
  CREATE POLICY rules_are_known ON access_rules FOR SELECT TO imprimatur_api USING (true);
  GRANT SELECT ON access_rules TO imprimatur_api;

  -- Who is let into what is known to those who let in and to the person: neither api, relay nor guard needs the statements.
  DROP POLICY authority_is_known ON instrument;
  CREATE POLICY authority_is_known ON instrument FOR SELECT TO imprimatur_api, imprimatur_relay
    USING (kind NOT IN ('clearance', 'clearance-withdrawal', 'access-list', 'access-grant', 'access-withdrawal'));
  DROP POLICY guard_reads ON instrument;
  CREATE POLICY guard_reads ON instrument FOR SELECT TO imprimatur_guard
    USING (kind NOT IN ('access-list', 'access-grant', 'access-withdrawal', 'access-rules'));
`;

// Rights changed: what was computed is forgotten, and the next request computes anew.
const FORGET = `
  CREATE FUNCTION sec.forget_access() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    IF TG_TABLE_NAME = 'access_rules' THEN
      UPDATE sec.session SET bitmap = NULL WHERE bitmap IS NOT NULL;
    ELSIF TG_TABLE_NAME = 'access_list' THEN
      UPDATE sec.session SET bitmap = NULL WHERE person_id IN (SELECT e.person_id FROM public.access_entry e WHERE e.list = NEW.name);
    ELSE
      UPDATE sec.session SET bitmap = NULL WHERE person_id = NEW.person_id;
    END IF;
    RETURN NULL;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.forget_access() TO imprimatur_registrar, imprimatur_rights;
  CREATE TRIGGER forget_access AFTER INSERT OR UPDATE ON access_list FOR EACH ROW EXECUTE FUNCTION sec.forget_access();
  CREATE TRIGGER forget_access AFTER INSERT OR UPDATE ON access_entry FOR EACH ROW EXECUTE FUNCTION sec.forget_access();
  CREATE TRIGGER forget_access AFTER INSERT OR UPDATE ON access_rules FOR EACH ROW EXECUTE FUNCTION sec.forget_access();
  CREATE TRIGGER forget_access AFTER INSERT ON acknowledgement FOR EACH ROW EXECUTE FUNCTION sec.forget_access();
  CREATE TRIGGER forget_access AFTER INSERT OR UPDATE ON sec.lifted FOR EACH ROW EXECUTE FUNCTION sec.forget_access();
  ALTER FUNCTION sec.forget_access() OWNER TO imprimatur_rights;
`;

const TOKENS = `
  CREATE FUNCTION sec.iso(moment timestamptz) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  $$;

  -- The lists that a person is on at this moment, and whether what is read in there is acknowledged.
  CREATE FUNCTION sec.lists_of(person uuid) RETURNS TABLE (list text, acknowledged boolean) LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT l.name, l.read_in IS NULL OR EXISTS (
             SELECT 1 FROM public.acknowledgement a
              WHERE a.person_id = person AND a.list = l.name AND a.read_in_sha256 = sha256(convert_to(l.read_in, 'UTF8')))
      FROM public.access_entry e JOIN public.access_list l ON l.name = e.list
     WHERE e.person_id = person AND e.withdrawn_at IS NULL AND e.valid_from <= now() AND e.valid_until > now() AND l.withdrawn_at IS NULL;
  $$;

  CREATE OR REPLACE FUNCTION sec.tokens_of(person uuid) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY['everyone', 'person:' || p.id, 'organisation:' || p.organisation]
           || CASE WHEN p.nation IS NULL THEN ARRAY[]::text[] ELSE ARRAY['nation:' || p.nation] END
           || (SELECT coalesce(array_agg('community:' || c), ARRAY[]::text[]) FROM unnest(p.communities) AS c)
           || (SELECT coalesce(array_agg('list:' || l.list ORDER BY l.list), ARRAY[]::text[]) FROM sec.lists_of(person) AS l WHERE l.acknowledged)
      FROM public.person p WHERE p.id = person;
  $$;

  -- The version and the text of the rules in force; no row before any was activated: then those that the product ships with are.
  CREATE FUNCTION sec.rules_in_force() RETURNS SETOF public.access_rules LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT * FROM public.access_rules WHERE withdrawn_at IS NULL ORDER BY issued_at DESC, version DESC LIMIT 1;
  $$;

  -- The labels that ask for a session that is stepped up. INVARIANT (fail_closed): rules that say nothing of it say what is shipped.
  CREATE FUNCTION sec.assured_labels() RETURNS TABLE (policy text, classification text) LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.value ->> 'policy', c.value
      FROM jsonb_array_elements(coalesce((SELECT r.body -> 'assurance' FROM sec.rules_in_force() AS r),
             '[{"policy": "NATO", "classifications": ["TOP SECRET"]}]')) AS a (value),
           jsonb_array_elements_text(a.value -> 'classifications') AS c (value);
  $$;

  REVOKE EXECUTE ON FUNCTION sec.iso(timestamptz), sec.lists_of(uuid), sec.rules_in_force(), sec.assured_labels() FROM PUBLIC;
`;

// A list that is not listed is known to those who are on it and to those who let in; who is on it, to these and to each themselves.
const READERS = `
  CREATE FUNCTION sec.session_approves(list text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT sec.session_person() = ANY (l.approvers) FROM public.access_list l WHERE l.name = list AND l.withdrawn_at IS NULL), false);
  $$;
  GRANT EXECUTE ON FUNCTION sec.session_approves(text) TO imprimatur_api;
  ALTER FUNCTION sec.session_approves(text) OWNER TO imprimatur_rights;

  CREATE POLICY own_or_approved ON access_entry FOR SELECT TO imprimatur_api
    USING (person_id = (SELECT sec.session_person()) OR sec.session_approves(list));
  CREATE POLICY known_lists ON access_list FOR SELECT TO imprimatur_api
    USING (withdrawn_at IS NULL AND (SELECT sec.session_person()) IS NOT NULL
           AND (listed OR (SELECT sec.session_person()) = ANY (approvers)
                OR EXISTS (SELECT 1 FROM access_entry e WHERE e.list = name AND e.person_id = (SELECT sec.session_person())
                              AND e.withdrawn_at IS NULL AND e.valid_until > now())));
  CREATE POLICY own ON acknowledgement FOR SELECT TO imprimatur_api USING (person_id = (SELECT sec.session_person()));
  GRANT SELECT (id, list, person_id, request_id, valid_from, valid_until, withdrawn_at, granted_by) ON access_entry TO imprimatur_api;
  GRANT SELECT (name, kind, title, approvers, listed, read_in, longest_days) ON access_list TO imprimatur_api;
  GRANT SELECT ON acknowledgement TO imprimatur_api;

  -- The session's own person acknowledges what is read in; only in a session, never with a token.
  CREATE FUNCTION sec.acknowledge(wanted text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE holder uuid; words text;
  BEGIN
    SELECT person_id INTO holder FROM sec.session
     WHERE sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8'))
       AND expires_at > now() AND kind = 'session';
    IF holder IS NULL OR NOT EXISTS (SELECT 1 FROM sec.lists_of(holder) AS l WHERE l.list = wanted) THEN RETURN false; END IF;
    SELECT l.read_in INTO words FROM public.access_list l WHERE l.name = wanted;
    IF words IS NULL THEN RETURN false; END IF;
    INSERT INTO public.acknowledgement (person_id, list, read_in_sha256)
    VALUES (holder, wanted, sha256(convert_to(words, 'UTF8'))) ON CONFLICT DO NOTHING;
    RETURN true;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.acknowledge(text) TO imprimatur_api;
  ALTER FUNCTION sec.acknowledge(text) OWNER TO imprimatur_rights;
`;
