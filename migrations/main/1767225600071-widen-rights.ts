import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a session may see, with access lists, read-ins, break-glass and assurance in it: all of it enters the bitmap, so that
 * row-level security enforces it without the application.
 */
export class WidenRights1767225600071 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The functions belong to the role that answers for rights; whoever replaces them must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    for (const answered of [BITMAP, COVERS, REFRESH, ENTER, INTERN, CLOSED]) await runner.query(answered);
    await runner.query('RESET ROLE');
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// Bits and padding are as before. One clearance passes every part by itself: its keys are never put together with another's.
const BITMAP = `
  CREATE FUNCTION sec.bitmap_of(person uuid, upto int, assured boolean) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    WITH tokens AS MATERIALIZED (SELECT sec.tokens_of(person) AS held),
         lifted AS MATERIALIZED (
           SELECT l.need_to_know FROM sec.lifted l
            WHERE l.person_id = person AND l.ended_at IS NULL AND l.from_at <= now() AND l.until > now()),
         closed AS MATERIALIZED (SELECT a.policy, a.classification FROM sec.assured_labels() AS a WHERE NOT coalesce(assured, false)),
         held AS MATERIALIZED (
           SELECT c.policy, c.classifications, c.categories, sec.held_keys(c.categories) AS keys FROM public.clearance c
            WHERE c.person_id = person AND c.withdrawn_at IS NULL AND c.valid_from <= now() AND c.valid_until > now()),
         bytes AS (
           SELECT k.protection_id / 8 AS byte, bit_or(1 << (k.protection_id % 8)) AS bits
             FROM sec.protection_keys k, tokens
            WHERE k.protection_id <= upto
              AND (k.need_to_know && tokens.held OR k.need_to_know IN (SELECT l.need_to_know FROM lifted l))
              AND (k.policy, k.classification) NOT IN (SELECT x.policy, x.classification FROM closed x)
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

  -- The rights of a person, whatever session they are in.
  CREATE OR REPLACE FUNCTION sec.bitmap_of(person uuid, upto int) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT sec.bitmap_of(person, upto, true);
  $$;
`;

const COVERS = `
  CREATE OR REPLACE FUNCTION sec.person_covers(person uuid, protection public.protection) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT (coalesce(protection.need_to_know && sec.tokens_of(person), false) OR EXISTS (
             SELECT 1 FROM sec.lifted l
              WHERE l.person_id = person AND l.ended_at IS NULL AND l.from_at <= now() AND l.until > now()
                AND l.need_to_know = protection.need_to_know))
       AND (protection.label ->> 'policy' = 'PUBLIC' OR EXISTS (
             SELECT 1 FROM public.clearance c
              WHERE c.person_id = person AND c.withdrawn_at IS NULL AND c.valid_from <= now() AND c.valid_until > now()
                AND sec.clearance_covers(c.policy, c.classifications, c.categories, protection.label)));
  $$;

  -- What the session at hand covers: its person's rights, as far as the session is assured.
  CREATE FUNCTION sec.session_covers(protection public.protection) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((
      SELECT sec.person_covers(s.person_id, protection)
         AND (coalesce(s.stepped_up_until > now(), false) OR NOT EXISTS (
               SELECT 1 FROM sec.assured_labels() AS a
                WHERE a.policy = protection.label ->> 'policy' AND a.classification = protection.label ->> 'classification'))
        FROM sec.session s
       WHERE s.sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8')) AND s.expires_at > now()), false);
  $$;
`;

// INVARIANT: a bitmap is good until the first moment at which anything that it was made of changes by itself.
const REFRESH = `
  CREATE FUNCTION sec.next_change(person uuid) RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(moment) FROM (
      SELECT unnest(ARRAY[valid_from, valid_until]) FROM public.clearance WHERE person_id = person AND withdrawn_at IS NULL
      UNION ALL SELECT unnest(ARRAY[valid_from, valid_until]) FROM public.access_entry WHERE person_id = person AND withdrawn_at IS NULL
      UNION ALL SELECT until FROM sec.lifted WHERE person_id = person AND ended_at IS NULL) AS moments (moment)
     WHERE moment > now();
  $$;

  CREATE OR REPLACE FUNCTION sec.refresh(wanted bytea) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    newest int := coalesce((SELECT max(id) FROM public.protection), 0);
    stale sec.session;
    stepped_up boolean;
    held bytea;
  BEGIN
    SELECT * INTO stale FROM sec.session
     WHERE sid_hash = wanted AND (bitmap IS NULL OR bitmap_upto < newest OR bitmap_until <= now());
    IF stale.person_id IS NULL THEN RETURN; END IF;
    stepped_up := coalesce(stale.stepped_up_until > now(), false);
    held := sec.bitmap_of(stale.person_id, newest, stepped_up);
    UPDATE sec.session s
       SET bitmap = held, bitmap_upto = newest, merge_by = sec.merge_by(held, newest),
           bitmap_until = least(s.expires_at, CASE WHEN stepped_up THEN s.stepped_up_until END, sec.next_change(stale.person_id))
     WHERE s.sid_hash = wanted;
  END $$;
`;

const ENTER = `
  CREATE OR REPLACE FUNCTION sec.enter(sid text) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE known sec.session; wanted bytea := sha256(convert_to(sid, 'UTF8'));
  BEGIN
    SELECT * INTO known FROM sec.session WHERE sid_hash = wanted AND expires_at > now();
    IF known.sid_hash IS NULL THEN RETURN NULL; END IF;
    PERFORM sec.refresh(wanted);
    PERFORM set_config('app.sid', sid, true);
    RETURN (SELECT jsonb_build_object(
        'personId', p.id, 'office', p.office, 'nation', p.nation, 'organisation', p.organisation, 'identity', p.identity,
        'roles', to_jsonb(p.roles), 'tokens', to_jsonb(sec.tokens_of(p.id)),
        'unacknowledged', (SELECT coalesce(jsonb_agg('list:' || l.list ORDER BY l.list), '[]') FROM sec.lists_of(p.id) AS l WHERE NOT l.acknowledged),
        'lifted', (SELECT coalesce(jsonb_agg(to_jsonb(l.need_to_know) ORDER BY l.id), '[]') FROM sec.lifted l
                    WHERE l.person_id = p.id AND l.ended_at IS NULL AND l.from_at <= now() AND l.until > now()),
        'clearances', (SELECT coalesce(jsonb_agg(jsonb_build_object('policy', c.policy, 'classifications', to_jsonb(c.classifications),
            'categories', c.categories, 'from', sec.iso(c.valid_from), 'until', sec.iso(c.valid_until)) ORDER BY c.id), '[]')
          FROM public.clearance c
         WHERE c.person_id = p.id AND c.withdrawn_at IS NULL AND c.valid_from <= now() AND c.valid_until > now()),
        'kind', known.kind, 'scopes', to_jsonb(known.scopes), 'expiresAt', sec.iso(known.expires_at),
        'steppedUpUntil', sec.iso(CASE WHEN known.stepped_up_until > now() THEN known.stepped_up_until END),
        'enteredAt', sec.iso(now()), 'rulesVersion', (SELECT r.version FROM sec.rules_in_force() AS r))
      FROM public.person p WHERE p.id = known.person_id);
  END $$;
`;

const INTERN = `
  CREATE OR REPLACE FUNCTION sec.intern_protection(label jsonb, need_to_know text[]) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  #variable_conflict use_column
  DECLARE
    found_id int;
    named public.protection := jsonb_populate_record(NULL::public.protection, jsonb_build_object(
      'label', intern_protection.label, 'need_to_know', to_jsonb(intern_protection.need_to_know)));
  BEGIN
    IF NOT sec.session_covers(named) THEN
      RAISE EXCEPTION 'nobody names a protection that they do not hold' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT p.id INTO found_id FROM public.protection p
     WHERE p.label = intern_protection.label AND p.need_to_know = intern_protection.need_to_know;
    IF found_id IS NULL THEN
      UPDATE sec.interning SET turns = turns + 1 WHERE id = 1;
      INSERT INTO public.protection (label, need_to_know) VALUES (intern_protection.label, intern_protection.need_to_know)
      ON CONFLICT DO NOTHING;
      SELECT p.id INTO found_id FROM public.protection p
       WHERE p.label = intern_protection.label AND p.need_to_know = intern_protection.need_to_know;
      UPDATE sec.session SET bitmap = NULL WHERE bitmap IS NOT NULL AND bitmap_upto / 65536 < found_id / 65536;
    END IF;
    PERFORM sec.refresh(sha256(convert_to(current_setting('app.sid', true), 'UTF8')));
    RETURN found_id;
  END $$;
`;

// What the role that answers for rights makes is open to everybody until it says otherwise.
const CLOSED = `
  REVOKE EXECUTE ON FUNCTION sec.bitmap_of(uuid, int, boolean), sec.session_covers(public.protection), sec.next_change(uuid) FROM PUBLIC;
`;
