import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who enters is told as it is remembered, in JSON and unread, with the moment beside it: neither is put together and taken apart again
 * for each request. It answers what 078 answered.
 */
export class EnterInPlainWords1767225600090 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION sec.enter(text)');
    await runner.query(ENTER);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

const ENTER = `
  CREATE FUNCTION sec.enter(sid text, OUT holder text, OUT entered_at text) LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE wanted bytea := sha256(convert_to(sid, 'UTF8'));
  BEGIN
    holder := (SELECT s.holder FROM sec.session s
                WHERE s.sid_hash = wanted AND s.expires_at > now() AND s.bitmap IS NOT NULL AND s.bitmap_until > now()
                  AND s.bitmap_upto >= (SELECT coalesce(max(id), 0) FROM public.protection));
    IF holder IS NULL THEN
      PERFORM sec.refresh(wanted);
      holder := (SELECT s.holder FROM sec.session s WHERE s.sid_hash = wanted AND s.expires_at > now() AND s.bitmap IS NOT NULL);
      IF holder IS NULL THEN RETURN; END IF;
    END IF;
    PERFORM set_config('app.sid', sid, true);
    entered_at := to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  END $$;
  GRANT EXECUTE ON FUNCTION sec.enter(text) TO imprimatur_api;
  ALTER FUNCTION sec.enter(text) OWNER TO imprimatur_rights;
`;
