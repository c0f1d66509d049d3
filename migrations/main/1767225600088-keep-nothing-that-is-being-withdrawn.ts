import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Rights are worked out before a withdrawal or after it, and never beside it.
 *
 * INVARIANT (no_read_up): what is withdrawn opens nothing from the moment at which the withdrawal is committed. A withdrawal that is not
 * committed is seen by nobody: a session of which nothing was remembered kept the right that was being withdrawn, for as long as it
 * lasted. Rows of sessions cannot be locked against that: the session may begin while the withdrawal is under way.
 */
export class KeepNothingThatIsBeingWithdrawn1767225600088 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE sec.rights_gate ()');
    await runner.query('ALTER TABLE sec.rights_gate OWNER TO imprimatur_rights');
    // The functions belong to the role that answers for rights; whoever replaces them must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    for (const answered of [FORGET_RIGHTS, FORGET_ACCESS, REFRESH]) await runner.query(answered);
    await runner.query('UPDATE sec.session SET bitmap = NULL');
    await runner.query('RESET ROLE');
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// The gate holds no row. Those who change rights pass it together (ROW EXCLUSIVE), and so do those who work rights out (SHARE); the ones
// wait until the others have committed.
const FORGET_RIGHTS = `
  CREATE OR REPLACE FUNCTION sec.forget_rights() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    LOCK TABLE sec.rights_gate IN ROW EXCLUSIVE MODE;
    IF TG_TABLE_NAME = 'person' THEN
      UPDATE sec.session SET bitmap = NULL WHERE person_id = NEW.id;
    ELSE
      UPDATE sec.session SET bitmap = NULL WHERE person_id = NEW.person_id;
    END IF;
    RETURN NULL;
  END $$;
`;

// What is acknowledged or lifted in a session only adds to it, and need not be waited for.
const FORGET_ACCESS = `
  CREATE OR REPLACE FUNCTION sec.forget_access() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    IF NOT (TG_OP = 'INSERT' AND TG_TABLE_NAME IN ('acknowledgement', 'lifted')) THEN
      LOCK TABLE sec.rights_gate IN ROW EXCLUSIVE MODE;
    END IF;
    IF TG_TABLE_NAME = 'access_rules' THEN
      UPDATE sec.session SET bitmap = NULL;
    ELSIF TG_TABLE_NAME = 'access_list' THEN
      UPDATE sec.session SET bitmap = NULL WHERE person_id IN (SELECT e.person_id FROM public.access_entry e WHERE e.list = NEW.name);
    ELSE
      UPDATE sec.session SET bitmap = NULL WHERE person_id = NEW.person_id;
    END IF;
    RETURN NULL;
  END $$;
`;

// INVARIANT: the gate is passed before anything is read that rights follow from.
const REFRESH = `
  CREATE OR REPLACE FUNCTION sec.refresh(wanted bytea) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    newest int := coalesce((SELECT max(id) FROM public.protection), 0);
    stale sec.session;
    stepped_up boolean;
    held bytea;
  BEGIN
    IF NOT EXISTS (SELECT FROM sec.session s WHERE s.sid_hash = wanted AND s.expires_at > now()
                      AND (s.bitmap IS NULL OR s.bitmap_upto < newest OR s.bitmap_until <= now())) THEN
      RETURN;
    END IF;
    LOCK TABLE sec.rights_gate IN SHARE MODE;
    SELECT * INTO stale FROM sec.session
     WHERE sid_hash = wanted AND expires_at > now() AND (bitmap IS NULL OR bitmap_upto < newest OR bitmap_until <= now()) FOR UPDATE;
    IF stale.person_id IS NULL THEN RETURN; END IF;
    stepped_up := coalesce(stale.stepped_up_until > now(), false);
    held := sec.bitmap_of(stale.person_id, newest, stepped_up);
    UPDATE sec.session s
       SET bitmap = held, bitmap_upto = newest, merge_by = sec.merge_by(held, newest), holder = sec.holder_of(stale),
           bitmap_until = least(s.expires_at, CASE WHEN stepped_up THEN s.stepped_up_until END, sec.next_change(stale.person_id))
     WHERE s.sid_hash = wanted;
  END $$;
`;
