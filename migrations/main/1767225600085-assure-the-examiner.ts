import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who examines the rights of others is told of labels up to the highest, and that what stands under them exists: that asks for a
 * session that is stepped up, as reading it does.
 *
 * INVARIANT (absent_equals_forbidden): for a session that is not stepped up what is top secret does not exist, whatever its
 * person's office. A password that was stolen from a security officer opens nothing of it.
 */
export class AssureTheExaminer1767225600085 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The function belongs to the role that answers for rights; whoever replaces it must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    await runner.query(EXAMINES);
    await runner.query('RESET ROLE');
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

const EXAMINES = `
  CREATE OR REPLACE FUNCTION sec.session_examines() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((
      SELECT s.kind = 'session' AND s.stepped_up_until > now() AND 'security-officer' = ANY (p.roles)
        FROM sec.session s JOIN public.person p ON p.id = s.person_id
       WHERE s.sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8')) AND s.expires_at > now()), false);
  $$;
`;
