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
    await runner.query(COLUMNS);
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

// The columns are worked out under whoever inserts or, here, rewrites the table; only then do the functions change hands.
const COLUMNS = `
  ALTER TABLE protection
    ADD COLUMN policy text GENERATED ALWAYS AS (label ->> 'policy') STORED,
    ADD COLUMN classification text GENERATED ALWAYS AS (label ->> 'classification') STORED,
    ADD COLUMN is_plain boolean GENERATED ALWAYS AS (sec.label_is_plain(label)) STORED,
    ADD COLUMN all_of text[] GENERATED ALWAYS AS (sec.restrictive_keys(label)) STORED,
    ADD COLUMN one_of text[] GENERATED ALWAYS AS (sec.permissive_keys(label, 1)) STORED,
    ADD COLUMN one_of_second text[] GENERATED ALWAYS AS (sec.permissive_keys(label, 2)) STORED,
    ADD COLUMN one_of_third text[] GENERATED ALWAYS AS (sec.permissive_keys(label, 3)) STORED;
  ALTER FUNCTION sec.category_keys(jsonb) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.is_plain(jsonb) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.label_is_plain(jsonb) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.restrictive_keys(jsonb) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.permissive_keys(jsonb, int) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.held_keys(jsonb) OWNER TO imprimatur_rights;
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
           SELECT p.id / 8 AS byte, bit_or(1 << (p.id % 8)) AS bits
             FROM public.protection p, tokens
            WHERE p.id <= upto AND p.need_to_know && tokens.held
              AND (p.policy = 'PUBLIC' OR EXISTS (
                SELECT 1 FROM held h
                 WHERE CASE WHEN p.is_plain THEN
                         h.policy = p.policy AND p.classification = ANY (h.classifications)
                         AND (p.one_of IS NULL OR h.keys ?| p.one_of)
                         AND (p.one_of_second IS NULL OR h.keys ?| p.one_of_second)
                         AND (p.one_of_third IS NULL OR h.keys ?| p.one_of_third)
                         AND h.keys ?& p.all_of
                       ELSE sec.clearance_covers(h.policy, h.classifications, h.categories, p.label) END))
            GROUP BY p.id / 8)
    SELECT decode(coalesce(string_agg(lpad(to_hex(coalesce(bytes.bits, 0)), 2, '0'), '' ORDER BY place), '')
                  || repeat('00', (upto / 65536 + 1) * 8192 - (upto / 8 + 1)), 'hex')
      FROM generate_series(0, upto / 8) AS place LEFT JOIN bytes ON bytes.byte = place;
  $$;
  RESET ROLE;
`;
