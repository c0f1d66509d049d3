import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What came too late or stayed too long: protections that two people name at the same moment, sessions that outlive the
 * password that opened them, notes about cases that their reader may no longer know of, and words with unseen letters in them.
 */
export class CloseLateGaps1767225600060 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TURNS);
    // The functions belong to the role that answers for rights; whoever replaces them must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    for (const replaced of [INTERN, ENROL, PLAIN]) await runner.query(replaced);
    await runner.query(KNOWS_LETTERS);
    await runner.query('RESET ROLE');
    await runner.query(NOTES);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

const TURNS = `
  CREATE TABLE sec.interning (id int PRIMARY KEY CHECK (id = 1), turns bigint NOT NULL);
  INSERT INTO sec.interning VALUES (1, 0);
  GRANT SELECT, UPDATE ON sec.interning TO imprimatur_rights;
`;

// INVARIANT: new protections commit in the order of their numbers. A session remembers up to which number its rights were worked
// out; a lower number that came into sight later would stay unseen. Whoever has worked out a bitmap that is too short for the
// new number works it out again, whichever numbers were used up on the way.
const INTERN = `
  CREATE OR REPLACE FUNCTION sec.intern_protection(label jsonb, need_to_know text[]) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  #variable_conflict use_column
  DECLARE
    found_id int;
    named public.protection := jsonb_populate_record(NULL::public.protection, jsonb_build_object(
      'label', intern_protection.label, 'need_to_know', to_jsonb(intern_protection.need_to_know)));
  BEGIN
    IF NOT sec.person_covers(sec.session_person(), named) THEN
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

// A new password is given when the old one is not to be trusted any more. Nothing that it opened stays open.
const ENROL = `
  CREATE OR REPLACE FUNCTION sec.enrol_password(wanted text, person uuid, new_salt bytea, derived bytea) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    INSERT INTO sec.password (username, person_id, salt, verifier) VALUES (wanted, person, new_salt, sha256(derived))
    ON CONFLICT (username) DO UPDATE
      SET salt = excluded.salt, verifier = excluded.verifier, failures = 0, locked_until = NULL
      WHERE sec.password.person_id = excluded.person_id;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the username belongs to another person' USING ERRCODE = 'unique_violation';
    END IF;
    DELETE FROM sec.session WHERE person_id = person;
  END $$;
`;

// Besides what has no width: selectors of variants, joiners of graphemes, fillers and tags. They are drawn as nothing, and some
// of them count as letters.
const PLAIN = `
  CREATE OR REPLACE FUNCTION sec.plain(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT btrim(regexp_replace(lower(regexp_replace(normalize($1, NFKC),
      '[\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\U000e0000-\\U000e0fff]', '', 'g')),
      '[^[:alnum:]]+', ' ', 'g'));
  $$;
`;

// INVARIANT (fail_closed): in a locale that knows ASCII alone, a withheld sentence in another alphabet would be no words at all.
const KNOWS_LETTERS = `
  DO $$ BEGIN
    IF sec.plain('\u00c4 \u0416 \u03a3') IS DISTINCT FROM '\u00e4 \u0436 \u03c3' THEN
      RAISE EXCEPTION 'this database does not know letters beyond ASCII: create it with the encoding UTF8 and a locale such as C.UTF-8';
    END IF;
  END $$;
`;

// INVARIANT (absent_equals_forbidden): a note about a case is there for those who may know of the case, at this moment.
const NOTES = `
  DROP POLICY own ON notification;
  DROP POLICY own_read ON notification;
  CREATE POLICY own ON notification FOR SELECT TO imprimatur_api
    USING (person_id = (SELECT sec.session_person())
           AND (case_id IS NULL OR EXISTS (SELECT 1 FROM release_case c WHERE c.id = case_id)));
  CREATE POLICY own_read ON notification FOR UPDATE TO imprimatur_api
    USING (person_id = (SELECT sec.session_person())
           AND (case_id IS NULL OR EXISTS (SELECT 1 FROM release_case c WHERE c.id = case_id)))
    WITH CHECK (person_id = (SELECT sec.session_person()));
`;
