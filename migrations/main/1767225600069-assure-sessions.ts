import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Session assurance: what the rules list as such is open to a session only while it is stepped up with a second factor.
 *
 * The code is checked here and not in the api: whoever captures the api can step up no session, because the secret is nowhere
 * that it can read. A session that is not stepped up has no bit for such things: for it they do not exist.
 */
export class AssureSessions1767225600069 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    for (const owned of [HMAC, STEP_UP, ENROL]) await runner.query(owned);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

const TABLES = `
  ALTER TABLE sec.session ADD COLUMN stepped_up_until timestamptz;
  CREATE TABLE sec.second_factor (
    person_id uuid PRIMARY KEY REFERENCES person (id),
    secret bytea NOT NULL CHECK (length(secret) BETWEEN 20 AND 64),
    last_step bigint NOT NULL DEFAULT 0,
    failures int NOT NULL DEFAULT 0,
    locked_until timestamptz
  );
  GRANT SELECT, INSERT, UPDATE ON sec.second_factor TO imprimatur_rights;
`;

// HMAC (RFC 2104) over SHA-256, for keys of 64 bytes at most; RFC 4231 has the vectors that the tests use.
const HMAC = `
  CREATE FUNCTION sec.hmac_sha256(secret bytea, message bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    padded bytea := secret || decode(repeat('00', 64 - length(secret)), 'hex');
    inner_pad bytea := padded;
    outer_pad bytea := padded;
  BEGIN
    FOR place IN 0..63 LOOP
      inner_pad := set_byte(inner_pad, place, get_byte(padded, place) # 54);
      outer_pad := set_byte(outer_pad, place, get_byte(padded, place) # 92);
    END LOOP;
    RETURN sha256(outer_pad || sha256(inner_pad || message));
  END $$;
  ALTER FUNCTION sec.hmac_sha256(bytea, bytea) OWNER TO imprimatur_rights;

  -- The six digits of a step of 30 seconds (RFC 4226 section 5.3, RFC 6238 with HMAC-SHA-256).
  CREATE FUNCTION sec.one_time_code(secret bytea, step bigint) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    mac bytea := sec.hmac_sha256(secret, int8send(step));
    place int := get_byte(mac, 31) & 15;
    number bigint;
  BEGIN
    number := ((get_byte(mac, place) & 127)::bigint << 24) | (get_byte(mac, place + 1) << 16)
            | (get_byte(mac, place + 2) << 8) | get_byte(mac, place + 3);
    RETURN lpad((number % 1000000)::text, 6, '0');
  END $$;
  ALTER FUNCTION sec.one_time_code(bytea, bigint) OWNER TO imprimatur_rights;
`;

// A code counts once, in its own step or one beside it. Ten failures lock for a minute, and the failure is counted although it is
// refused: the caller commits it.
const STEP_UP = `
  CREATE FUNCTION sec.step_up(code text) RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    held sec.session;
    factor sec.second_factor;
    this_step bigint := floor(extract(epoch FROM now()) / 30);
    used bigint;
    lasts_until timestamptz;
  BEGIN
    SELECT * INTO held FROM sec.session
     WHERE sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8'))
       AND expires_at > now() AND kind = 'session';
    IF held.person_id IS NULL THEN RETURN NULL; END IF;
    SELECT * INTO factor FROM sec.second_factor WHERE person_id = held.person_id FOR UPDATE;
    IF factor.person_id IS NULL OR coalesce(factor.locked_until > now(), false) THEN RETURN NULL; END IF;
    SELECT step INTO used FROM generate_series(this_step - 1, this_step + 1) AS step
     WHERE step > factor.last_step AND sec.one_time_code(factor.secret, step) = code ORDER BY step LIMIT 1;
    IF used IS NULL THEN
      UPDATE sec.second_factor
         SET failures = failures + 1, locked_until = CASE WHEN (failures + 1) % 10 = 0 THEN now() + interval '1 minute' END
       WHERE person_id = held.person_id;
      RETURN NULL;
    END IF;
    UPDATE sec.second_factor SET last_step = used, failures = 0, locked_until = NULL WHERE person_id = held.person_id;
    lasts_until := least(held.expires_at, now() + interval '1 hour');
    UPDATE sec.session SET stepped_up_until = lasts_until, bitmap = NULL WHERE sid_hash = held.sid_hash;
    RETURN lasts_until;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.step_up(text) TO imprimatur_api;
  ALTER FUNCTION sec.step_up(text) OWNER TO imprimatur_rights;
`;

// As with a password: a new secret is given when the old one is not to be trusted, and nothing that it opened stays open.
const ENROL = `
  CREATE FUNCTION sec.enrol_second_factor(person uuid, new_secret bytea) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    INSERT INTO sec.second_factor (person_id, secret) VALUES (person, new_secret)
    ON CONFLICT (person_id) DO UPDATE SET secret = excluded.secret, last_step = 0, failures = 0, locked_until = NULL;
    DELETE FROM sec.session WHERE person_id = person;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.enrol_second_factor(uuid, bytea) TO imprimatur_registrar;
  ALTER FUNCTION sec.enrol_second_factor(uuid, bytea) OWNER TO imprimatur_rights;
`;
