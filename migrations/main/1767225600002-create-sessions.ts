import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Credentials, sessions and API tokens behind functions.
 *
 * The api derives argon2id(password, salt) and hands the derived key in; the table holds only its SHA-256. So the api can
 * neither read a verifier nor open a session for somebody whose password it was not given.
 */
export class CreateSessions1767225600002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CREDENTIALS);
    await runner.query(SESSIONS);
    await runner.query(TOKENS);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

const CREDENTIALS = `
  CREATE TABLE sec.password (
    username text PRIMARY KEY,
    person_id uuid NOT NULL UNIQUE REFERENCES person (id),
    salt bytea NOT NULL,
    verifier bytea NOT NULL,
    failures int NOT NULL DEFAULT 0,
    locked_until timestamptz
  );
  CREATE TABLE sec.pepper (id int PRIMARY KEY CHECK (id = 1), value bytea NOT NULL);
  INSERT INTO sec.pepper VALUES (1, sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
  GRANT SELECT, INSERT, UPDATE ON sec.password TO imprimatur_rights;
  GRANT SELECT ON sec.pepper TO imprimatur_rights;

  -- A salt for every name, also for a name that nobody has: the answer does not tell which names exist.
  CREATE FUNCTION sec.salt_of(wanted text) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT salt FROM sec.password WHERE username = wanted),
                    substring(sha256((SELECT value FROM sec.pepper) || convert_to(wanted, 'UTF8')) FROM 1 FOR 16));
  $$;
  GRANT EXECUTE ON FUNCTION sec.salt_of(text) TO imprimatur_api;
  ALTER FUNCTION sec.salt_of(text) OWNER TO imprimatur_rights;

  -- The registrar enrols; the credential is bound to a person that instruments have made.
  CREATE FUNCTION sec.enrol_password(wanted text, person uuid, new_salt bytea, derived bytea) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO sec.password (username, person_id, salt, verifier) VALUES (wanted, person, new_salt, sha256(derived))
    ON CONFLICT (username) DO UPDATE
      SET salt = excluded.salt, verifier = excluded.verifier, failures = 0, locked_until = NULL
      WHERE sec.password.person_id = excluded.person_id;
  $$;
  GRANT EXECUTE ON FUNCTION sec.enrol_password(text, uuid, bytea, bytea) TO imprimatur_registrar;
  ALTER FUNCTION sec.enrol_password(text, uuid, bytea, bytea) OWNER TO imprimatur_rights;
`;

const SESSIONS = `
  -- Opens a session if the derived key is right: true or false, and the failure is counted. Ten failures lock for a minute.
  CREATE FUNCTION sec.open_session(wanted text, derived bytea, sid text, lasts interval) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE known sec.password;
  BEGIN
    IF length(sid) < 32 OR lasts > interval '24 hours' OR lasts <= interval '0' THEN RETURN false; END IF;
    SELECT * INTO known FROM sec.password WHERE username = wanted FOR UPDATE;
    IF known.username IS NULL OR coalesce(known.locked_until > now(), false) THEN RETURN false; END IF;
    IF known.verifier IS DISTINCT FROM sha256(derived) THEN
      UPDATE sec.password
         SET failures = failures + 1,
             locked_until = CASE WHEN (failures + 1) % 10 = 0 THEN now() + interval '1 minute' END
       WHERE username = wanted;
      RETURN false;
    END IF;
    UPDATE sec.password SET failures = 0, locked_until = NULL WHERE username = wanted AND failures > 0;
    DELETE FROM sec.session WHERE person_id = known.person_id AND expires_at < now();
    INSERT INTO sec.session (sid_hash, person_id, kind, expires_at)
    VALUES (sha256(convert_to(sid, 'UTF8')), known.person_id, 'session', now() + lasts);
    RETURN true;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.open_session(text, bytea, text, interval) TO imprimatur_api;
  ALTER FUNCTION sec.open_session(text, bytea, text, interval) OWNER TO imprimatur_rights;

  -- Puts the session into the transaction and answers who it is and what they hold at this moment; NULL for nobody.
  CREATE FUNCTION sec.enter(sid text) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
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
        'clearances', (SELECT coalesce(jsonb_agg(jsonb_build_object('policy', c.policy,
            'classifications', to_jsonb(c.classifications), 'categories', c.categories) ORDER BY c.id), '[]')
          FROM public.clearance c
         WHERE c.person_id = p.id AND c.withdrawn_at IS NULL AND c.valid_from <= now() AND c.valid_until > now()),
        'kind', known.kind, 'scopes', to_jsonb(known.scopes), 'expiresAt', known.expires_at)
      FROM public.person p WHERE p.id = known.person_id);
  END $$;
  GRANT EXECUTE ON FUNCTION sec.enter(text) TO imprimatur_api;
  ALTER FUNCTION sec.enter(text) OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.end_session(sid text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    DELETE FROM sec.session WHERE sid_hash = sha256(convert_to(sid, 'UTF8')) AND kind = 'session';
    RETURN FOUND;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.end_session(text) TO imprimatur_api;
  ALTER FUNCTION sec.end_session(text) OWNER TO imprimatur_rights;
`;

const TOKENS = `
  -- A token of the session's own person; only a signed-in person may make one, never a token another token.
  CREATE FUNCTION sec.issue_token(token text, label text, allowed text[], lasts interval) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE holder sec.session; made uuid := gen_random_uuid();
  BEGIN
    SELECT * INTO holder FROM sec.session
     WHERE sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8'))
       AND expires_at > now() AND kind = 'session';
    IF holder.person_id IS NULL OR length(token) < 32 OR cardinality(allowed) IS NOT DISTINCT FROM 0
       OR allowed IS NULL OR lasts > interval '366 days' OR lasts <= interval '0' THEN RETURN NULL; END IF;
    INSERT INTO sec.session (sid_hash, id, person_id, kind, name, scopes, expires_at)
    VALUES (sha256(convert_to(token, 'UTF8')), made, holder.person_id, 'token', label, allowed, now() + lasts);
    RETURN made;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.issue_token(text, text, text[], interval) TO imprimatur_api;
  ALTER FUNCTION sec.issue_token(text, text, text[], interval) OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.my_tokens() RETURNS TABLE (id uuid, name text, scopes text[], created_at timestamptz, expires_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.id, s.name, s.scopes, s.created_at, s.expires_at FROM sec.session s
     WHERE s.person_id = sec.session_person() AND s.kind = 'token' AND s.expires_at > now() ORDER BY s.created_at, s.id;
  $$;
  GRANT EXECUTE ON FUNCTION sec.my_tokens() TO imprimatur_api;
  ALTER FUNCTION sec.my_tokens() OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.revoke_token(wanted uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    DELETE FROM sec.session WHERE id = wanted AND kind = 'token' AND person_id = sec.session_person();
    RETURN FOUND;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.revoke_token(uuid) TO imprimatur_api;
  ALTER FUNCTION sec.revoke_token(uuid) OWNER TO imprimatur_rights;

  CREATE POLICY api_hands_in ON instrument_submission FOR INSERT TO imprimatur_api
    WITH CHECK (state = 'pending' AND submitted_by = sec.session_person());

  -- What became of a statement that the session's person handed in.
  CREATE POLICY rights_reads ON instrument_submission FOR SELECT TO imprimatur_rights USING (true);
  GRANT SELECT ON instrument_submission TO imprimatur_rights;
  CREATE FUNCTION sec.my_submission(wanted uuid) RETURNS TABLE (id uuid, state text, fault text, submitted_at timestamptz, settled_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.id, s.state, s.fault, s.submitted_at, s.settled_at FROM public.instrument_submission s
     WHERE s.id = wanted AND s.submitted_by = sec.session_person();
  $$;
  GRANT EXECUTE ON FUNCTION sec.my_submission(uuid) TO imprimatur_api;
  ALTER FUNCTION sec.my_submission(uuid) OWNER TO imprimatur_rights;
`;
