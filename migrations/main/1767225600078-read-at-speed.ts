import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What every request asks of the database, without working the same out twice.
 *
 * INVARIANT: what is kept is forgotten with the bitmap: who the session is and what they hold follows from the same facts, and
 * each of them, when it changes, takes the bitmap away (`forget_rights`, `forget_access`, `step_up`) or bounds its time.
 */
export class ReadAtSpeed1767225600078 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sec.session ADD COLUMN holder jsonb');
    // The functions belong to the role that answers for rights; whoever replaces them must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    for (const answered of [BITMAP, HOLDER, REFRESH, ENTER]) await runner.query(answered);
    await runner.query('UPDATE sec.session SET bitmap = NULL WHERE bitmap IS NOT NULL');
    await runner.query('RESET ROLE');
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// The row holds the bitmap compressed, and get_bit would unpack all of it again for every row that is asked about. Appending
// nothing unpacks it once.
const BITMAP = `
  CREATE OR REPLACE FUNCTION sec.vb() RETURNS bytea LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    RETURN (SELECT s.bitmap || ''::bytea FROM sec.session s
             WHERE s.sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8'))
               AND s.expires_at > now() AND s.bitmap_until > now());
  END $$;
`;

const HOLDER = `
  CREATE FUNCTION sec.holder_of(held sec.session) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object(
        'personId', p.id, 'office', p.office, 'nation', p.nation, 'organisation', p.organisation, 'identity', p.identity,
        'roles', to_jsonb(p.roles), 'tokens', to_jsonb(sec.tokens_of(p.id)),
        'unacknowledged', (SELECT coalesce(jsonb_agg('list:' || l.list ORDER BY l.list), '[]') FROM sec.lists_of(p.id) AS l WHERE NOT l.acknowledged),
        'lifted', (SELECT coalesce(jsonb_agg(to_jsonb(l.need_to_know) ORDER BY l.id), '[]') FROM sec.lifted l
                    WHERE l.person_id = p.id AND l.ended_at IS NULL AND l.from_at <= now() AND l.until > now()),
        'clearances', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'policy', c.policy, 'classifications', to_jsonb(c.classifications),
            'categories', c.categories, 'from', sec.iso(c.valid_from), 'until', sec.iso(c.valid_until)) ORDER BY c.id), '[]')
          FROM public.clearance c
         WHERE c.person_id = p.id AND c.withdrawn_at IS NULL AND c.valid_from <= now() AND c.valid_until > now()),
        'kind', held.kind, 'scopes', to_jsonb(held.scopes), 'expiresAt', sec.iso(held.expires_at),
        'steppedUpUntil', sec.iso(CASE WHEN held.stepped_up_until > now() THEN held.stepped_up_until END),
        'rulesVersion', (SELECT r.version FROM sec.rules_in_force() AS r))
      FROM public.person p WHERE p.id = held.person_id;
  $$;
  REVOKE EXECUTE ON FUNCTION sec.holder_of(sec.session) FROM PUBLIC;
`;

// INVARIANT: the session's row is locked before its rights are worked out. Whoever takes a right away at the same moment waits to
// forget what is kept here, or was there first and is seen; otherwise what is already withdrawn could be kept after it was forgotten.
const REFRESH = `
  CREATE OR REPLACE FUNCTION sec.refresh(wanted bytea) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    newest int := coalesce((SELECT max(id) FROM public.protection), 0);
    stale sec.session;
    stepped_up boolean;
    held bytea;
  BEGIN
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

const ENTER = `
  CREATE OR REPLACE FUNCTION sec.enter(sid text) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    wanted bytea := sha256(convert_to(sid, 'UTF8'));
    known jsonb := (SELECT s.holder FROM sec.session s
                     WHERE s.sid_hash = wanted AND s.expires_at > now() AND s.bitmap IS NOT NULL AND s.bitmap_until > now()
                       AND s.bitmap_upto >= (SELECT coalesce(max(id), 0) FROM public.protection));
  BEGIN
    IF known IS NULL THEN
      PERFORM sec.refresh(wanted);
      known := (SELECT s.holder FROM sec.session s WHERE s.sid_hash = wanted AND s.expires_at > now() AND s.bitmap IS NOT NULL);
      IF known IS NULL THEN RETURN NULL; END IF;
    END IF;
    PERFORM set_config('app.sid', sid, true);
    RETURN known || jsonb_build_object('enteredAt', sec.iso(now()));
  END $$;
`;
