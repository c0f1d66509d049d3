// The functions of migration 072 by which glass is broken, and what was opened is reviewed and ended.

// INVARIANT (absent_equals_forbidden): a document that clearance does not cover and none at all are one answer, and what is asked
// before the document does not depend on it.
export const OPEN_BREAK_GLASS = `
  CREATE FUNCTION sec.break_glass(wanted uuid, reason text, under int, hours int, request text) RETURNS jsonb
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
    IF sec.person_covers(opener.id, closed) THEN RETURN '{"outcome": "held"}'; END IF;
    INSERT INTO public.break_glass (id, person_id, identity, document_id, until)
    VALUES (made, opener.id, opener.identity, wanted, now() + make_interval(hours => hours));
    PERFORM sec.put_words(made, 'reason', reason, under);
    INSERT INTO sec.lifted (id, person_id, need_to_know, until)
    VALUES (made, opener.id, closed.need_to_know, now() + make_interval(hours => hours));
    PERFORM sec.put_on_record(opener.id, request, 'glass.open', made, wanted, jsonb_build_object('hours', hours));
    INSERT INTO public.outbox (id, topic, payload) VALUES (gen_random_uuid(), 'access.break-glass', jsonb_build_object('about', made));
    RETURN jsonb_build_object('outcome', 'done', 'id', made, 'until', sec.iso(now() + make_interval(hours => hours)));
  END $$;
  GRANT EXECUTE ON FUNCTION sec.break_glass(uuid, text, int, int, text) TO imprimatur_api;
  ALTER FUNCTION sec.break_glass(uuid, text, int, int, text) OWNER TO imprimatur_rights;
`;

// INVARIANT (distinct_humans): nobody reviews what they opened themselves, whatever office they hold besides.
export const REVIEW_BREAK_GLASS = `
  CREATE FUNCTION sec.end_lifting(wanted uuid, by_whom uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    UPDATE sec.lifted SET ended_at = now() WHERE id = wanted AND ended_at IS NULL AND until > now();
    UPDATE public.break_glass SET ended_at = now(), ended_by = by_whom WHERE id = wanted AND ended_at IS NULL AND until > now();
    RETURN FOUND;
  END $$;
  ALTER FUNCTION sec.end_lifting(uuid, uuid) OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.end_break_glass(wanted uuid, request text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE opened public.break_glass;
  BEGIN
    SELECT * INTO opened FROM public.break_glass WHERE id = wanted FOR UPDATE;
    IF opened.id IS NULL OR NOT sec.session_knows_break_glass(opened.person_id) THEN RETURN 'absent'; END IF;
    IF NOT sec.end_lifting(wanted, sec.session_person()) THEN RETURN 'ended-already'; END IF;
    PERFORM sec.put_on_record(sec.session_person(), request, 'glass.end', wanted, opened.document_id, '{}');
    RETURN 'done';
  END $$;
  GRANT EXECUTE ON FUNCTION sec.end_break_glass(uuid, text) TO imprimatur_api;
  ALTER FUNCTION sec.end_break_glass(uuid, text) OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.review_break_glass(wanted uuid, is_justified boolean, words text, under int, request text) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE opened public.break_glass; reviewer public.person;
  BEGIN
    SELECT * INTO opened FROM public.break_glass WHERE id = wanted FOR UPDATE;
    IF opened.id IS NULL OR NOT sec.session_knows_break_glass(opened.person_id) THEN RETURN 'absent'; END IF;
    SELECT p.* INTO reviewer FROM sec.session s JOIN public.person p ON p.id = s.person_id
     WHERE s.sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8'))
       AND s.expires_at > now() AND s.kind = 'session' AND 'security-officer' = ANY (p.roles);
    IF reviewer.id IS NULL OR is_justified IS NULL OR reviewer.id = opened.person_id
       OR sec.human_of(reviewer.identity) = sec.human_of(opened.identity) THEN RETURN 'not-permitted'; END IF;
    IF opened.reviewed_at IS NOT NULL THEN RETURN 'reviewed-already'; END IF;
    UPDATE public.break_glass SET reviewed_at = now(), reviewed_by = reviewer.id, justified = is_justified WHERE id = wanted;
    PERFORM sec.put_words(wanted, 'review', words, under);
    IF NOT is_justified THEN PERFORM sec.end_lifting(wanted, reviewer.id); END IF;
    PERFORM sec.put_on_record(reviewer.id, request, 'glass.review', wanted, opened.document_id, jsonb_build_object('justified', is_justified));
    INSERT INTO public.outbox (id, topic, payload) VALUES (gen_random_uuid(), 'access.reviewed', jsonb_build_object('about', wanted));
    RETURN 'done';
  END $$;
  GRANT EXECUTE ON FUNCTION sec.review_break_glass(uuid, boolean, text, int, text) TO imprimatur_api;
  ALTER FUNCTION sec.review_break_glass(uuid, boolean, text, int, text) OWNER TO imprimatur_rights;
`;
