import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A username that belongs to another person is refused aloud: without a word, the one who enrols would believe it was set. */
export class RefuseTakenUsernames1767225600030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The function belongs to the role that answers for rights; whoever replaces it must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    await runner.query(ENROL);
    await runner.query('RESET ROLE');
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

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
  END $$;
`;
