import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Guessing the codes of a second factor: every code is paid for before it is judged, pauses double, somebody is told, and it ends.
 *
 * INVARIANT: a code is offered in one transaction and judged in a later one. What is offered counts as a failure until it is found to be
 * right, and whoever rolls the judgement back has learnt of one code that was counted. So nobody tries codes uncounted, the api included.
 */
export class BoundGuessingOfCodes1767225600084 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COLUMNS);
    // The functions belong to the role that answers for rights; whoever replaces them must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    for (const answered of [ALERT, OFFER, STEP_UP, ENROL, TOLD]) await runner.query(answered);
    await runner.query('RESET ROLE');
    await runner.query(NOTES);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// 'failures' are the codes that were offered since the last right one; those of a day are not forgotten with a right one, so that nobody
// guesses unnoticed in the shade of a person who steps up often. A factor that has ended opens nothing: it is enrolled anew.
const COLUMNS = `
  ALTER TABLE sec.second_factor ADD COLUMN day_failures int NOT NULL DEFAULT 0, ADD COLUMN day_from timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN alerted_at timestamptz, ADD COLUMN ended_at timestamptz;
  ALTER TABLE sec.session ADD COLUMN offered_code text CHECK (length(offered_code) <= 7), ADD COLUMN offered_at timestamptz,
    ADD COLUMN offered_in xid8;
`;

// The record in the form that libs/audit gives it (see migration 072), in the name of the one in whose sessions the codes were tried.
const ALERT = `
  CREATE FUNCTION sec.alert_of_guessing(person uuid, did text, how text, codes int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    made uuid := gen_random_uuid();
    moment timestamptz := date_trunc('milliseconds', clock_timestamp());
  BEGIN
    INSERT INTO public.audit_event (id, at, person_id, action, outcome, thing_kind, thing_id, record, salt)
    VALUES (made, moment, person, 'session.' || did, how, 'Person', person,
      sec.canonical_json(jsonb_build_object('id', made, 'at', sec.iso(moment), 'person', person, 'duty', NULL, 'request', NULL,
        'action', 'session.' || did, 'outcome', how, 'thing', jsonb_build_object('kind', 'Person', 'id', person),
        'document', NULL, 'case', NULL, 'details', jsonb_build_object('codes', codes))),
      sha256(convert_to(gen_random_uuid()::text || gen_random_uuid() || gen_random_uuid(), 'UTF8')));
    UPDATE sec.second_factor SET alerted_at = now() WHERE person_id = person;
    INSERT INTO public.outbox (id, topic, payload) VALUES (gen_random_uuid(), 'access.' || did, jsonb_build_object('about', person));
  EXCEPTION WHEN OTHERS THEN
    RAISE EXCEPTION 'the record cannot be written: %', SQLERRM USING ERRCODE = 'IMREC';
  END $$;
  REVOKE EXECUTE ON FUNCTION sec.alert_of_guessing(uuid, text, text, int) FROM PUBLIC;
`;

// Somebody is told when thirty have failed since a right one or within a day, and once a day while it goes on.
// During a pause nothing is taken, and so nothing is judged: the right code is refused as any other, and nobody is told which it was.
const OFFER = `
  CREATE FUNCTION sec.offer_code(code text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    sid bytea := sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8'));
    factor sec.second_factor;
    offered int;
    in_a_day int;
  BEGIN
    SELECT f.* INTO factor FROM sec.second_factor f JOIN sec.session s ON s.person_id = f.person_id
     WHERE s.sid_hash = sid AND s.expires_at > now() AND s.kind = 'session' FOR UPDATE OF f;
    IF factor.person_id IS NULL OR factor.ended_at IS NOT NULL OR coalesce(factor.locked_until > now(), false) THEN RETURN; END IF;
    offered := factor.failures + 1;
    in_a_day := 1 + CASE WHEN factor.day_from > now() - interval '1 day' THEN factor.day_failures ELSE 0 END;
    UPDATE sec.second_factor
       SET failures = offered, day_failures = in_a_day, day_from = CASE WHEN in_a_day = 1 THEN now() ELSE day_from END,
           locked_until = CASE WHEN offered % 10 = 0 THEN now() + interval '1 minute' * 2 ^ (offered / 10 - 1) END
     WHERE person_id = factor.person_id;
    IF offered >= 100 THEN
      UPDATE sec.second_factor SET ended_at = now() WHERE person_id = factor.person_id;
      DELETE FROM sec.session WHERE person_id = factor.person_id;
      PERFORM sec.alert_of_guessing(factor.person_id, 'codes-ended', 'done', offered);
      RETURN;
    END IF;
    IF (offered >= 30 OR in_a_day > 30) AND coalesce(factor.alerted_at <= now() - interval '1 day', true) THEN
      PERFORM sec.alert_of_guessing(factor.person_id, 'codes-guessed', 'refused', greatest(offered, in_a_day));
    END IF;
    UPDATE sec.session SET offered_code = left(code, 7), offered_at = now(), offered_in = pg_current_xact_id() WHERE sid_hash = sid;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.offer_code(text) TO imprimatur_api;
`;

// A code counts once, in the step in which it was offered or one beside it. It is judged for that moment, whenever that is: who could
// wait with one offer would have another chance with each step.
const STEP_UP = `
  CREATE OR REPLACE FUNCTION sec.step_up(code text) RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    held sec.session;
    factor sec.second_factor;
    its_step bigint;
    used bigint;
    lasts_until timestamptz;
  BEGIN
    SELECT * INTO held FROM sec.session
     WHERE sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8'))
       AND expires_at > now() AND kind = 'session'
       AND offered_code = code AND offered_at > now() - interval '1 minute' AND offered_in <> pg_current_xact_id();
    IF held.person_id IS NULL THEN RETURN NULL; END IF;
    SELECT * INTO factor FROM sec.second_factor WHERE person_id = held.person_id FOR UPDATE;
    IF factor.person_id IS NULL OR factor.ended_at IS NOT NULL THEN RETURN NULL; END IF;
    its_step := floor(extract(epoch FROM held.offered_at) / 30);
    SELECT step INTO used FROM generate_series(its_step - 1, its_step + 1) AS step
     WHERE step > factor.last_step AND sec.one_time_code(factor.secret, step) = code ORDER BY step LIMIT 1;
    UPDATE sec.session SET offered_code = NULL, offered_at = NULL, offered_in = NULL WHERE sid_hash = held.sid_hash;
    IF used IS NULL THEN RETURN NULL; END IF;
    UPDATE sec.second_factor SET last_step = used, failures = 0, locked_until = NULL, day_failures = greatest(day_failures - 1, 0)
     WHERE person_id = held.person_id;
    lasts_until := least(held.expires_at, now() + interval '1 hour');
    UPDATE sec.session SET stepped_up_until = lasts_until, bitmap = NULL WHERE sid_hash = held.sid_hash;
    RETURN lasts_until;
  END $$;
`;

// As before (069), and what has ended begins anew. That somebody was told stays known, and they are told of the next thirty.
const ENROL = `
  CREATE OR REPLACE FUNCTION sec.enrol_second_factor(person uuid, new_secret bytea) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    INSERT INTO sec.second_factor AS f (person_id, secret) VALUES (person, new_secret)
    ON CONFLICT (person_id) DO UPDATE
      SET secret = excluded.secret, last_step = 0, failures = 0, locked_until = NULL, day_failures = 0, ended_at = NULL,
          alerted_at = f.alerted_at - interval '1 day';
    DELETE FROM sec.session WHERE person_id = person;
  END $$;
`;

// As before (072), and every security officer of codes that are guessed.
const TOLD = `
  CREATE OR REPLACE FUNCTION sec.told_of_access(topic text, wanted uuid) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.id FROM public.access_request r JOIN public.access_list l ON l.name = r.list, unnest(l.approvers) AS a (id)
     WHERE r.id = wanted AND topic IN ('access.requested', 'access.withdrawn') AND a.id <> r.person_id
    UNION SELECT r.person_id FROM public.access_request r WHERE r.id = wanted AND topic = 'access.refused'
    UNION SELECT e.person_id FROM public.access_entry e WHERE e.id = wanted AND topic IN ('access.granted', 'access.ended')
    UNION SELECT p.id FROM public.break_glass b, public.person p
     WHERE b.id = wanted AND topic = 'access.break-glass' AND 'security-officer' = ANY (p.roles) AND p.id <> b.person_id
    UNION SELECT b.person_id FROM public.break_glass b WHERE b.id = wanted AND topic = 'access.reviewed'
    UNION SELECT p.id FROM sec.second_factor f, public.person p
     WHERE f.person_id = wanted AND f.alerted_at IS NOT NULL AND 'security-officer' = ANY (p.roles)
       AND topic IN ('access.codes-guessed', 'access.codes-ended');
  $$;
`;

// Such a note is about a person, and is there for whoever is a security officer at this moment.
const NOTES = `
  CREATE OR REPLACE FUNCTION sec.session_knows_subject(of_case uuid, of_access uuid) RETURNS boolean LANGUAGE plpgsql STABLE COST 0.0001
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    RETURN (of_case IS NULL OR EXISTS (SELECT 1 FROM public.release_case c WHERE c.id = of_case))
       AND (of_access IS NULL OR EXISTS (SELECT 1 FROM public.access_request r WHERE r.id = of_access)
            OR EXISTS (SELECT 1 FROM public.access_entry e WHERE e.id = of_access)
            OR EXISTS (SELECT 1 FROM public.break_glass b WHERE b.id = of_access)
            OR EXISTS (SELECT 1 FROM public.person p WHERE p.id = of_access AND sec.session_has_role('security-officer')));
  END $$;
`;
