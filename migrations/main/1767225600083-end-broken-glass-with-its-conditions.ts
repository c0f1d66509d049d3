import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Broken glass opens nothing beyond the conditions under which it was broken: a session that is stepped up, of a person who is a
 * watch officer.
 *
 * INVARIANT (no_read_up): what is lifted counts in a signed-in session while that is stepped up, never for a token, and in no session from
 * the moment at which the role is taken away. Nothing that others rely on, a signature or a notice, rests on it.
 */
export class EndBrokenGlassWithItsConditions1767225600083 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(NO_TOKEN);
    // The functions belong to the role that answers for rights; whoever replaces them must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    for (const answered of [LIFTED, BITMAP, COVERS, HOLDER, OPEN]) await runner.query(answered);
    await runner.query('RESET ROLE');
    for (const owned of [ROLE_LOST, ALREADY_LOST]) await runner.query(owned);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// That no token is stepped up was true of whoever wrote the row; now no row says otherwise.
const NO_TOKEN = `
  ALTER TABLE sec.session ADD CONSTRAINT only_sessions_are_stepped_up CHECK (kind = 'session' OR stepped_up_until IS NULL);
`;

// The role is asked again, although its loss ends what is open: a breaking that commits beside that loss is not seen by it.
const LIFTED = `
  CREATE FUNCTION sec.lifted_of(person uuid) RETURNS TABLE (id uuid, need_to_know text[]) LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.id, l.need_to_know FROM sec.lifted l JOIN public.person p ON p.id = l.person_id
     WHERE l.person_id = person AND l.ended_at IS NULL AND l.from_at <= now() AND l.until > now() AND 'watch-officer' = ANY (p.roles);
  $$;
  REVOKE EXECUTE ON FUNCTION sec.lifted_of(uuid) FROM PUBLIC;
`;

// As before (071), and what is lifted for a session that is assured alone.
const BITMAP = `
  CREATE OR REPLACE FUNCTION sec.bitmap_of(person uuid, upto int, assured boolean) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    WITH tokens AS MATERIALIZED (SELECT sec.tokens_of(person) AS held),
         lifted AS MATERIALIZED (SELECT l.need_to_know FROM sec.lifted_of(person) AS l WHERE coalesce(assured, false)),
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
  UPDATE sec.session SET bitmap = NULL WHERE bitmap IS NOT NULL;
`;

// What a person covers without any session is what a signature is judged by, and who is told of a case: nothing is lifted there.
const COVERS = `
  CREATE FUNCTION sec.person_covers(person uuid, protection public.protection, assured boolean) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (coalesce(protection.need_to_know && sec.tokens_of(person), false)
            OR coalesce(assured AND protection.need_to_know IN (SELECT l.need_to_know FROM sec.lifted_of(person) AS l), false))
       AND (protection.label ->> 'policy' = 'PUBLIC' OR EXISTS (
             SELECT 1 FROM public.clearance c
              WHERE c.person_id = person AND c.withdrawn_at IS NULL AND c.valid_from <= now() AND c.valid_until > now()
                AND sec.clearance_covers(c.policy, c.classifications, c.categories, protection.label)));
  $$;
  REVOKE EXECUTE ON FUNCTION sec.person_covers(uuid, public.protection, boolean) FROM PUBLIC;

  CREATE OR REPLACE FUNCTION sec.person_covers(person uuid, protection public.protection) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT sec.person_covers(person, protection, false);
  $$;

  CREATE OR REPLACE FUNCTION sec.session_covers(protection public.protection) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((
      SELECT sec.person_covers(s.person_id, protection, assured)
         AND (assured OR NOT EXISTS (
               SELECT 1 FROM sec.assured_labels() AS a
                WHERE a.policy = protection.label ->> 'policy' AND a.classification = protection.label ->> 'classification'))
        FROM sec.session s, coalesce(s.stepped_up_until > now(), false) AS assured
       WHERE s.sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8')) AND s.expires_at > now()), false);
  $$;
`;

// As before (078). What is lifted is told of every session, so that a decision can say for which it counts.
const HOLDER = `
  CREATE OR REPLACE FUNCTION sec.holder_of(held sec.session) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object(
        'personId', p.id, 'office', p.office, 'nation', p.nation, 'organisation', p.organisation, 'identity', p.identity,
        'roles', to_jsonb(p.roles), 'tokens', to_jsonb(sec.tokens_of(p.id)),
        'unacknowledged', (SELECT coalesce(jsonb_agg('list:' || l.list ORDER BY l.list), '[]') FROM sec.lists_of(p.id) AS l WHERE NOT l.acknowledged),
        'lifted', (SELECT coalesce(jsonb_agg(to_jsonb(l.need_to_know) ORDER BY l.id), '[]') FROM sec.lifted_of(p.id) AS l),
        'clearances', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'policy', c.policy, 'classifications', to_jsonb(c.classifications),
            'categories', c.categories, 'from', sec.iso(c.valid_from), 'until', sec.iso(c.valid_until)) ORDER BY c.id), '[]')
          FROM public.clearance c
         WHERE c.person_id = p.id AND c.withdrawn_at IS NULL AND c.valid_from <= now() AND c.valid_until > now()),
        'kind', held.kind, 'scopes', to_jsonb(held.scopes), 'expiresAt', sec.iso(held.expires_at),
        'steppedUpUntil', sec.iso(CASE WHEN held.stepped_up_until > now() THEN held.stepped_up_until END),
        'rulesVersion', (SELECT r.version FROM sec.rules_in_force() AS r))
      FROM public.person p WHERE p.id = held.person_id;
  $$;
`;

// As before (072): the session at hand, which is stepped up, is asked whether it covers the document already.
const OPEN = `
  CREATE OR REPLACE FUNCTION sec.break_glass(wanted uuid, reason text, under int, hours int, request text) RETURNS jsonb
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    opener public.person;
    closed public.protection;
    made uuid := gen_random_uuid();
  BEGIN
    SELECT p.* INTO opener FROM sec.session s JOIN public.person p ON p.id = s.person_id
     WHERE s.sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8'))
       AND s.expires_at > now() AND s.kind = 'session' AND s.stepped_up_until > now() AND 'watch-officer' = ANY (p.roles);
    IF opener.id IS NULL OR coalesce(hours NOT BETWEEN 1 AND 4 OR length(request) > 100, true) THEN RETURN '{"outcome": "not-permitted"}'; END IF;
    PERFORM sec.take_turn();
    IF NOT EXISTS (SELECT 1 FROM public.person p
                    WHERE 'security-officer' = ANY (p.roles) AND sec.human_of(p.identity) <> sec.human_of(opener.identity)) THEN
      RETURN '{"outcome": "nobody-reviews"}';
    END IF;
    IF (SELECT count(*) FROM public.break_glass b WHERE b.person_id = opener.id AND b.reviewed_at IS NULL) >= 3 THEN
      RETURN '{"outcome": "too-many"}';
    END IF;
    SELECT p.* INTO closed FROM public.document d JOIN public.protection p ON p.id = d.protection_id WHERE d.id = wanted;
    IF closed.id IS NULL OR NOT coalesce(closed.label ->> 'policy' = 'PUBLIC' OR EXISTS (
         SELECT 1 FROM public.clearance c
          WHERE c.person_id = opener.id AND c.withdrawn_at IS NULL AND c.valid_from <= now() AND c.valid_until > now()
            AND sec.clearance_covers(c.policy, c.classifications, c.categories, closed.label)), false) THEN
      RETURN '{"outcome": "absent"}';
    END IF;
    IF sec.session_covers(closed) THEN RETURN '{"outcome": "held"}'; END IF;
    INSERT INTO public.break_glass (id, person_id, identity, document_id, until)
    VALUES (made, opener.id, opener.identity, wanted, now() + make_interval(hours => hours));
    PERFORM sec.put_words(made, 'reason', reason, under);
    INSERT INTO sec.lifted (id, person_id, need_to_know, until)
    VALUES (made, opener.id, closed.need_to_know, now() + make_interval(hours => hours));
    PERFORM sec.put_on_record(opener.id, request, 'glass.open', made, wanted, jsonb_build_object('hours', hours));
    INSERT INTO public.outbox (id, topic, payload) VALUES (gen_random_uuid(), 'access.break-glass', jsonb_build_object('about', made));
    RETURN jsonb_build_object('outcome', 'done', 'id', made, 'until', sec.iso(now() + make_interval(hours => hours)));
  END $$;
`;

// Ended by nobody's hand. Its review stays open: that it was opened is answered for all the same.
const ROLE_LOST = `
  CREATE FUNCTION sec.end_glass_of(person uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    PERFORM sec.end_lifting(l.id, NULL) FROM sec.lifted l WHERE l.person_id = person AND l.ended_at IS NULL AND l.until > now();
  END $$;
  CREATE FUNCTION sec.end_glass_with_the_role() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    PERFORM sec.end_glass_of(NEW.id);
    RETURN NULL;
  END $$;
  CREATE TRIGGER end_glass_with_the_role AFTER UPDATE ON person FOR EACH ROW
    WHEN (('watch-officer' = ANY (NEW.roles)) IS NOT TRUE) EXECUTE FUNCTION sec.end_glass_with_the_role();
  ALTER FUNCTION sec.end_glass_of(uuid) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.end_glass_with_the_role() OWNER TO imprimatur_rights;
`;

const ALREADY_LOST = `
  SET LOCAL ROLE imprimatur_rights;
  SELECT sec.end_glass_of(p.id) FROM public.person p WHERE ('watch-officer' = ANY (p.roles)) IS NOT TRUE;
  RESET ROLE;
`;
