import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A person holds at most 20 tokens that have not expired, however many are asked for at once, and a token is named by a code: a name
 * stands under no protection, so no sentence fits into it.
 */
export class BoundTokens1767225600087 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The function belongs to the role that answers for rights; whoever replaces it must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    await runner.query(ISSUE);
    await runner.query('RESET ROLE');
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

const ISSUE = `
  -- A token of the session's own person; only a signed-in person may make one, never a token another token.
  CREATE OR REPLACE FUNCTION sec.issue_token(token text, label text, allowed text[], lasts interval) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE holder sec.session; made uuid := gen_random_uuid();
  BEGIN
    SELECT * INTO holder FROM sec.session
     WHERE sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8'))
       AND expires_at > now() AND kind = 'session';
    IF holder.person_id IS NULL OR length(token) < 32 OR cardinality(allowed) IS NOT DISTINCT FROM 0
       OR allowed IS NULL OR lasts > interval '366 days' OR lasts <= interval '0'
       OR label IS NULL OR label !~ '^[A-Za-z0-9._-]{1,40}$' THEN RETURN NULL; END IF;
    -- Others of the same person wait here, and are counted afterwards.
    PERFORM sec.take_turn();
    IF (SELECT count(*) FROM sec.session s WHERE s.person_id = holder.person_id AND s.kind = 'token' AND s.expires_at > now()) >= 20 THEN
      RAISE EXCEPTION 'twenty tokens of one person have not expired' USING ERRCODE = 'IMTOK';
    END IF;
    INSERT INTO sec.session (sid_hash, id, person_id, kind, name, scopes, expires_at)
    VALUES (sha256(convert_to(token, 'UTF8')), made, holder.person_id, 'token', label, allowed, now() + lasts);
    RETURN made;
  END $$;
`;
