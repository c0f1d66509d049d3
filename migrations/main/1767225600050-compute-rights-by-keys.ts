import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Rights over all protections in one pass: what a label asks for is worked out when it is interned, not for every reader.
 *
 * A label's values become keys; a clearance's keys are one object, in which they are looked up. The decision is that of
 * `sec.clearance_covers`, which still decides labels of any unusual shape; tests hold both equal to `libs/marking`.
 */
export class ComputeRightsByKeys1767225600050 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(KEYS);
    await runner.query(TABLE);
    await runner.query(BITMAP);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// A key is the text of a JSON array, so that no name can run into another: ["PERMISSIVE","Only","DEU"].
const KEYS = `
  CREATE FUNCTION sec.category_keys(category jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(jsonb_build_array(category ->> 'type', category ->> 'tagSet', v.value)::text), ARRAY[]::text[])
      FROM jsonb_array_elements(category -> 'values') AS v (value);
  $$;

  -- A category that is just what the rules are written for: a known type, a named tag set, a list of values.
  CREATE FUNCTION sec.is_plain(category jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(category ->> 'type' IN ('PERMISSIVE', 'RESTRICTIVE', 'INFORMATIVE')
       AND jsonb_typeof(category -> 'tagSet') = 'string' AND jsonb_typeof(category -> 'values') = 'array', false);
  $$;

  CREATE FUNCTION sec.label_is_plain(label jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(bool_and(sec.is_plain(c.value)), true) AND count(*) FILTER (WHERE c.value ->> 'type' = 'PERMISSIVE') <= 3
      FROM jsonb_array_elements(label -> 'categories') AS c (value);
  $$;

  CREATE FUNCTION sec.restrictive_keys(label jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(k.key), ARRAY[]::text[])
      FROM jsonb_array_elements(label -> 'categories') AS c (value), unnest(sec.category_keys(c.value)) AS k (key)
     WHERE sec.label_is_plain(label) AND c.value ->> 'type' = 'RESTRICTIVE';
  $$;

  -- The keys of the first, second or third permissive category; NULL where there is none, and nothing is asked.
  CREATE FUNCTION sec.permissive_keys(label jsonb, place int) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT sec.category_keys(c.value)
      FROM jsonb_array_elements(label -> 'categories') WITH ORDINALITY AS c (value, position)
     WHERE sec.label_is_plain(label) AND c.value ->> 'type' = 'PERMISSIVE' ORDER BY c.position OFFSET place - 1 LIMIT 1;
  $$;

  -- What a clearance holds, as the keys of one object.
  CREATE FUNCTION sec.held_keys(categories jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(k.key, 1), '{}')
      FROM jsonb_array_elements(categories) AS c (value), unnest(sec.category_keys(c.value)) AS k (key)
     WHERE sec.is_plain(c.value);
  $$;
`;

// A table of its own, so that the row type of protections stays what other functions take it for. A label never changes, and a
// protection without keys is held by nobody. Only the role that answers for rights reads or writes it.
const TABLE = `
  CREATE TABLE sec.protection_keys (
    protection_id int PRIMARY KEY REFERENCES protection (id),
    need_to_know text[] NOT NULL,
    policy text NOT NULL,
    classification text,
    is_plain boolean NOT NULL,
    all_of text[] NOT NULL,
    one_of text[],
    one_of_second text[],
    one_of_third text[]
  );
  GRANT SELECT, INSERT ON sec.protection_keys TO imprimatur_rights;
  CREATE FUNCTION sec.key_protection() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    INSERT INTO sec.protection_keys VALUES (NEW.id, NEW.need_to_know, coalesce(NEW.label ->> 'policy', ''), NEW.label ->> 'classification',
      sec.label_is_plain(NEW.label), sec.restrictive_keys(NEW.label),
      sec.permissive_keys(NEW.label, 1), sec.permissive_keys(NEW.label, 2), sec.permissive_keys(NEW.label, 3));
    RETURN NULL;
  END $$;
  CREATE TRIGGER key_protection AFTER INSERT ON protection FOR EACH ROW EXECUTE FUNCTION sec.key_protection();
  ALTER FUNCTION sec.category_keys(jsonb) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.is_plain(jsonb) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.label_is_plain(jsonb) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.restrictive_keys(jsonb) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.permissive_keys(jsonb, int) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.held_keys(jsonb) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.key_protection() OWNER TO imprimatur_rights;

  SET LOCAL ROLE imprimatur_rights;
  INSERT INTO sec.protection_keys
  SELECT id, need_to_know, coalesce(label ->> 'policy', ''), label ->> 'classification', sec.label_is_plain(label), sec.restrictive_keys(label),
         sec.permissive_keys(label, 1), sec.permissive_keys(label, 2), sec.permissive_keys(label, 3)
    FROM public.protection;
  RESET ROLE;
`;

// Bits and padding are as before. One clearance passes every part by itself: its keys are never put together with another's.
const BITMAP = `
  SET LOCAL ROLE imprimatur_rights;
  CREATE OR REPLACE FUNCTION sec.bitmap_of(person uuid, upto int) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    WITH tokens AS MATERIALIZED (SELECT sec.tokens_of(person) AS held),
         held AS MATERIALIZED (
           SELECT c.policy, c.classifications, c.categories, sec.held_keys(c.categories) AS keys FROM public.clearance c
            WHERE c.person_id = person AND c.withdrawn_at IS NULL AND c.valid_from <= now() AND c.valid_until > now()),
         bytes AS (
           SELECT k.protection_id / 8 AS byte, bit_or(1 << (k.protection_id % 8)) AS bits
             FROM sec.protection_keys k, tokens
            WHERE k.protection_id <= upto AND k.need_to_know && tokens.held
              AND (k.policy = 'PUBLIC' OR EXISTS (
                SELECT 1 FROM held h
                 WHERE CASE WHEN k.is_plain THEN
                         h.policy = k.policy AND k.classification = ANY (h.classifications)
                         AND (k.one_of IS NULL OR h.keys ?| k.one_of)
                         AND (k.one_of_second IS NULL OR h.keys ?| k.one_of_second)
                         AND (k.one_of_third IS NULL OR h.keys ?| k.one_of_third)
                         AND h.keys ?& k.all_of
                       ELSE sec.clearance_covers(h.policy, h.classifications, h.categories,
                         (SELECT p.label FROM public.protection p WHERE p.id = k.protection_id)) END))
            GROUP BY k.protection_id / 8)
    SELECT decode(coalesce(string_agg(lpad(to_hex(coalesce(bytes.bits, 0)), 2, '0'), '' ORDER BY place), '')
                  || repeat('00', (upto / 65536 + 1) * 8192 - (upto / 8 + 1)), 'hex')
      FROM generate_series(0, upto / 8) AS place LEFT JOIN bytes ON bytes.byte = place;
  $$;
  RESET ROLE;
`;
