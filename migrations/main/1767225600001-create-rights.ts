import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Protections (label and need-to-know, interned together) and the rights of a session as a bitmap over them.
 *
 * INVARIANT: no runtime role reads or writes a bitmap. Functions owned by `imprimatur_rights`, which cannot log in,
 * compute it from clearances and protections; a session is known by the hash of its secret alone.
 */
export class CreateRights1767225600001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(COVERS);
    await runner.query(BITMAP);
    await runner.query(INTERN);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

const TABLES = `
  CREATE TABLE protection (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    label jsonb NOT NULL,
    need_to_know text[] NOT NULL CHECK (cardinality(need_to_know) > 0),
    UNIQUE (label, need_to_know),
    CHECK (label ?& ARRAY['policy', 'classification', 'categories'] AND jsonb_typeof(label -> 'categories') = 'array')
  );
  CREATE TABLE sec.session (
    sid_hash bytea PRIMARY KEY,
    id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    person_id uuid NOT NULL REFERENCES person (id),
    kind text NOT NULL CHECK (kind IN ('session', 'token')),
    name text,
    scopes text[],
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    bitmap bytea,
    bitmap_upto int,
    bitmap_until timestamptz
  );
  CREATE INDEX session_person ON sec.session (person_id);
  GRANT SELECT, INSERT, UPDATE, DELETE ON sec.session TO imprimatur_rights;
  GRANT SELECT, INSERT ON protection TO imprimatur_rights;
`;

// The access decision of ADatP-4774.1 section 3.11.4 in SQL; `libs/marking` holds it in TypeScript, and a test keeps them equal.
const COVERS = `
  CREATE FUNCTION sec.clearance_covers(policy text, classifications text[], categories jsonb, label jsonb)
  RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(label ->> 'policy' = policy AND label ->> 'classification' = ANY (classifications)
      AND NOT EXISTS (
        SELECT 1
          FROM jsonb_array_elements(label -> 'categories') AS w (wanted),
               LATERAL (SELECT coalesce(jsonb_agg(v.value), '[]') AS values
                          FROM jsonb_array_elements(categories) AS h (held), jsonb_array_elements(h.held -> 'values') AS v (value)
                         WHERE h.held ->> 'tagSet' = w.wanted ->> 'tagSet' AND h.held ->> 'type' = w.wanted ->> 'type') AS held
         WHERE CASE w.wanted ->> 'type'
                 WHEN 'INFORMATIVE' THEN false
                 WHEN 'RESTRICTIVE' THEN NOT held.values @> (w.wanted -> 'values')
                 WHEN 'PERMISSIVE' THEN NOT EXISTS (
                   SELECT 1 FROM jsonb_array_elements(w.wanted -> 'values') AS v (value)
                    WHERE held.values @> jsonb_build_array(v.value))
                 ELSE true
               END), false);
  $$;
  ALTER FUNCTION sec.clearance_covers(text, text[], jsonb, jsonb) OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.tokens_of(person uuid) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY['everyone', 'person:' || p.id, 'organisation:' || p.organisation]
           || CASE WHEN p.nation IS NULL THEN ARRAY[]::text[] ELSE ARRAY['nation:' || p.nation] END
           || (SELECT coalesce(array_agg('community:' || c), ARRAY[]::text[]) FROM unnest(p.communities) AS c)
      FROM public.person p WHERE p.id = person;
  $$;
  ALTER FUNCTION sec.tokens_of(uuid) OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.person_covers(person uuid, protection public.protection) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(protection.need_to_know && sec.tokens_of(person), false)
       AND (protection.label ->> 'policy' = 'PUBLIC' OR EXISTS (
             SELECT 1 FROM public.clearance c
              WHERE c.person_id = person AND c.withdrawn_at IS NULL AND c.valid_from <= now() AND c.valid_until > now()
                AND sec.clearance_covers(c.policy, c.classifications, c.categories, protection.label)));
  $$;
  ALTER FUNCTION sec.person_covers(uuid, public.protection) OWNER TO imprimatur_rights;
`;

// Bits are numbered as get_bit numbers them. The bitmap is padded to the next 65,536 bits, because get_bit raises an
// error past the end; crossing that border forgets every bitmap (intern_protection below).
const BITMAP = `
  CREATE FUNCTION sec.bitmap_of(person uuid, upto int) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    WITH tokens AS MATERIALIZED (SELECT sec.tokens_of(person) AS held),
         held AS MATERIALIZED (
           SELECT c.policy, c.classifications, c.categories FROM public.clearance c
            WHERE c.person_id = person AND c.withdrawn_at IS NULL AND c.valid_from <= now() AND c.valid_until > now()),
         labels AS MATERIALIZED (SELECT DISTINCT label FROM public.protection WHERE id <= upto),
         covered AS MATERIALIZED (
           SELECT label FROM labels WHERE label ->> 'policy' = 'PUBLIC' OR EXISTS (
             SELECT 1 FROM held WHERE sec.clearance_covers(held.policy, held.classifications, held.categories, labels.label))),
         bytes AS (
           SELECT p.id / 8 AS byte, bit_or(1 << (p.id % 8)) AS bits
             FROM public.protection p JOIN covered USING (label), tokens
            WHERE p.id <= upto AND p.need_to_know && tokens.held GROUP BY p.id / 8)
    SELECT decode(coalesce(string_agg(lpad(to_hex(coalesce(bytes.bits, 0)), 2, '0'), '' ORDER BY place), '')
                  || repeat('00', (upto / 65536 + 1) * 8192 - (upto / 8 + 1)), 'hex')
      FROM generate_series(0, upto / 8) AS place LEFT JOIN bytes ON bytes.byte = place;
  $$;
  ALTER FUNCTION sec.bitmap_of(uuid, int) OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.refresh(wanted bytea) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    newest int := coalesce((SELECT max(id) FROM public.protection), 0);
    holder uuid;
  BEGIN
    SELECT person_id INTO holder FROM sec.session
     WHERE sid_hash = wanted AND (bitmap IS NULL OR bitmap_upto < newest OR bitmap_until <= now());
    IF holder IS NULL THEN RETURN; END IF;
    UPDATE sec.session s
       SET bitmap = sec.bitmap_of(holder, newest), bitmap_upto = newest,
           bitmap_until = (SELECT least(s.expires_at, min(moment)) FROM (
             SELECT valid_until AS moment FROM public.clearance WHERE person_id = holder AND valid_until > now()
             UNION ALL
             SELECT valid_from FROM public.clearance WHERE person_id = holder AND valid_from > now()) AS moments)
     WHERE s.sid_hash = wanted;
  END $$;
  ALTER FUNCTION sec.refresh(bytea) OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.vb() RETURNS bytea LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    RETURN (SELECT s.bitmap FROM sec.session s
             WHERE s.sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8'))
               AND s.expires_at > now() AND s.bitmap_until > now());
  END $$;
  GRANT EXECUTE ON FUNCTION sec.vb() TO imprimatur_api;
  ALTER FUNCTION sec.vb() OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.session_person() RETURNS uuid LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    RETURN (SELECT s.person_id FROM sec.session s
             WHERE s.sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8'))
               AND s.expires_at > now());
  END $$;
  GRANT EXECUTE ON FUNCTION sec.session_person() TO imprimatur_api;
  ALTER FUNCTION sec.session_person() OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.session_has_role(wanted text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT wanted = ANY (roles) FROM public.person WHERE id = sec.session_person()), false);
  $$;
  GRANT EXECUTE ON FUNCTION sec.session_has_role(text) TO imprimatur_api;
  ALTER FUNCTION sec.session_has_role(text) OWNER TO imprimatur_rights;

  -- What is made of several portions asks each source, never their roll-up.
  CREATE FUNCTION sec.session_holds(wanted int[]) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE held bytea := sec.vb();
  BEGIN
    RETURN held IS NOT NULL AND cardinality(wanted) > 0
       AND (SELECT bool_and(get_bit(held, id) <> 0) FROM unnest(wanted) AS id);
  END $$;
  GRANT EXECUTE ON FUNCTION sec.session_holds(int[]) TO imprimatur_api;
  ALTER FUNCTION sec.session_holds(int[]) OWNER TO imprimatur_rights;

  -- Rights changed: what was computed is forgotten, and the next request computes anew.
  CREATE FUNCTION sec.forget_rights() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    IF TG_TABLE_NAME = 'person' THEN
      UPDATE sec.session SET bitmap = NULL WHERE person_id = NEW.id;
    ELSE
      UPDATE sec.session SET bitmap = NULL WHERE person_id = NEW.person_id;
    END IF;
    RETURN NULL;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.forget_rights() TO imprimatur_registrar;
  CREATE TRIGGER forget_rights AFTER INSERT OR UPDATE ON clearance FOR EACH ROW EXECUTE FUNCTION sec.forget_rights();
  CREATE TRIGGER forget_rights AFTER UPDATE ON person FOR EACH ROW EXECUTE FUNCTION sec.forget_rights();
  ALTER FUNCTION sec.forget_rights() OWNER TO imprimatur_rights;
`;

const INTERN = `
  -- The id of a protection, interned on first use. A new one enters the caller's own bitmap at once, if the caller holds it.
  CREATE FUNCTION sec.intern_protection(label jsonb, need_to_know text[]) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  #variable_conflict use_column
  DECLARE found_id int; wanted bytea;
  BEGIN
    SELECT p.id INTO found_id FROM public.protection p
     WHERE p.label = intern_protection.label AND p.need_to_know = intern_protection.need_to_know;
    IF found_id IS NULL THEN
      INSERT INTO public.protection (label, need_to_know) VALUES (intern_protection.label, intern_protection.need_to_know)
      ON CONFLICT DO NOTHING;
      SELECT p.id INTO found_id FROM public.protection p
       WHERE p.label = intern_protection.label AND p.need_to_know = intern_protection.need_to_know;
      IF found_id % 65536 = 0 THEN UPDATE sec.session SET bitmap = NULL; END IF;
    END IF;
    wanted := sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8'));
    IF wanted IS NOT NULL THEN PERFORM sec.refresh(wanted); END IF;
    RETURN found_id;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.intern_protection(jsonb, text[]) TO imprimatur_api;
  ALTER FUNCTION sec.intern_protection(jsonb, text[]) OWNER TO imprimatur_rights;

  ALTER TABLE protection ENABLE ROW LEVEL SECURITY;
  ALTER TABLE protection FORCE ROW LEVEL SECURITY;
  CREATE POLICY rights_all ON protection TO imprimatur_rights USING (true) WITH CHECK (true);
  CREATE POLICY what_the_session_holds ON protection FOR SELECT TO imprimatur_api USING (get_bit((SELECT sec.vb()), id) <> 0);
  GRANT SELECT ON protection TO imprimatur_api;
`;
