import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The examiner: who may read what, and why, is worked out by a role that sees labels and rights and never text.
 *
 * INVARIANT (no_read_up): the role has no privilege on a column that holds words, and its policies answer only while the session of
 * a security officer is entered: a signed-in session, never a token. By itself it sees nothing.
 */
export class AdmitTheExaminer1767225600076 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const owned of [EXAMINES, RIGHTS, THINGS, STATED, DECISIONS]) await runner.query(owned);
    // The function belongs to the role that answers for rights; whoever replaces it must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    await runner.query(ENTER);
    await runner.query('RESET ROLE');
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

const EXAMINES = `
  GRANT USAGE ON SCHEMA sec TO imprimatur_examiner;
  CREATE FUNCTION sec.session_examines() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((
      SELECT s.kind = 'session' AND 'security-officer' = ANY (p.roles) FROM sec.session s JOIN public.person p ON p.id = s.person_id
       WHERE s.sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8')) AND s.expires_at > now()), false);
  $$;
  GRANT EXECUTE ON FUNCTION sec.session_examines() TO imprimatur_examiner;
  ALTER FUNCTION sec.session_examines() OWNER TO imprimatur_rights;
`;

// What is read in on a list is text: the examiner gets its digest (STATED), to see which one was acknowledged.
const RIGHTS = `
  CREATE POLICY examined ON person FOR SELECT TO imprimatur_examiner USING ((SELECT sec.session_examines()));
  CREATE POLICY examined ON clearance FOR SELECT TO imprimatur_examiner USING ((SELECT sec.session_examines()));
  CREATE POLICY examined ON access_list FOR SELECT TO imprimatur_examiner USING ((SELECT sec.session_examines()));
  CREATE POLICY examined ON access_entry FOR SELECT TO imprimatur_examiner USING ((SELECT sec.session_examines()));
  CREATE POLICY examined ON acknowledgement FOR SELECT TO imprimatur_examiner USING ((SELECT sec.session_examines()));
  CREATE POLICY examined ON access_rules FOR SELECT TO imprimatur_examiner USING ((SELECT sec.session_examines()));

  GRANT SELECT (id, identity, office, nation, organisation, roles, communities) ON person TO imprimatur_examiner;
  GRANT SELECT (id, person_id, policy, classifications, categories, valid_from, valid_until, withdrawn_at) ON clearance TO imprimatur_examiner;
  GRANT SELECT (name, kind, approvers, listed, longest_days, withdrawn_at) ON access_list TO imprimatur_examiner;
  GRANT SELECT (id, list, person_id, valid_from, valid_until, withdrawn_at, granted_by) ON access_entry TO imprimatur_examiner;
  GRANT SELECT ON acknowledgement TO imprimatur_examiner;
  GRANT SELECT (version, body, issued_at, accepted_at, withdrawn_at) ON access_rules TO imprimatur_examiner;
`;

// Labels, originators and dates. No subject, no title, no body, no figure, and nothing that is made of them: digests, prints, words.
const THINGS = `
  CREATE POLICY examined ON protection FOR SELECT TO imprimatur_examiner USING ((SELECT sec.session_examines()));
  CREATE POLICY examined ON document FOR SELECT TO imprimatur_examiner USING ((SELECT sec.session_examines()));
  CREATE POLICY examined ON version FOR SELECT TO imprimatur_examiner USING ((SELECT sec.session_examines()));
  CREATE POLICY examined ON portion FOR SELECT TO imprimatur_examiner USING ((SELECT sec.session_examines()));
  CREATE POLICY examined ON release_case FOR SELECT TO imprimatur_examiner USING ((SELECT sec.session_examines()));

  GRANT SELECT ON protection TO imprimatur_examiner;
  GRANT SELECT (id, protection_id, originator, created_at) ON document TO imprimatur_examiner;
  GRANT SELECT (id, document_id, ordinal, created_at) ON version TO imprimatur_examiner;
  GRANT SELECT (id, version_id, document_id, ordinal, kind, protection_id, document_protection_id, originator) ON portion TO imprimatur_examiner;
  GRANT SELECT (id, protection_id, document_id, state, requested_by, created_at) ON release_case TO imprimatur_examiner;
`;

// What was stated about persons and lists, and when the registrar took it: without it nobody could say who somebody was last year. Of
// clearances and grants the moment alone: what they say is in their tables.
const STATED = `
  CREATE POLICY rights_reads ON instrument FOR SELECT TO imprimatur_rights USING (true);
  GRANT SELECT ON instrument TO imprimatur_rights;

  CREATE FUNCTION sec.stated_rights() RETURNS TABLE (id uuid, kind text, issued_at timestamptz, accepted_at timestamptz, body jsonb)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.id, i.kind, (said.payload ->> 'issuedAt')::timestamptz, i.accepted_at,
           CASE i.kind
             WHEN 'access-list' THEN jsonb_build_object('list', said.payload #> '{body,list}',
               'readInSha256', encode(sha256(convert_to(said.payload #>> '{body,readIn}', 'UTF8')), 'hex'))
             WHEN 'clearance' THEN jsonb_build_object('clearance', said.payload #> '{body,clearance}')
             WHEN 'access-grant' THEN jsonb_build_object('grant', said.payload #> '{body,grant}')
             ELSE said.payload -> 'body' END
      FROM public.instrument i,
           LATERAL (SELECT convert_from(decode(rpad(plain, (length(plain) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb AS payload
                      FROM translate(i.statement ->> 'payload', '-_', '+/') AS plain) AS said
     WHERE i.kind IN ('person', 'access-list', 'revocation', 'clearance', 'access-grant') AND sec.session_examines();
  $$;
  GRANT EXECUTE ON FUNCTION sec.stated_rights() TO imprimatur_examiner;
  ALTER FUNCTION sec.stated_rights() OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.examined_liftings() RETURNS TABLE (person_id uuid, need_to_know text[], from_at timestamptz, until timestamptz, ended_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.person_id, l.need_to_know, l.from_at, l.until, l.ended_at FROM sec.lifted l WHERE sec.session_examines() ORDER BY l.id;
  $$;
  GRANT EXECUTE ON FUNCTION sec.examined_liftings() TO imprimatur_examiner;
  ALTER FUNCTION sec.examined_liftings() OWNER TO imprimatur_rights;
`;

// A record of something that was given keeps what the decision was made from; the record itself holds its digest, which the ledger
// fixes. Who reads records does not learn it: roles, tokens and labels are for the examiner.
const DECISIONS = `
  ALTER TABLE audit_event ADD COLUMN decision jsonb CHECK (jsonb_typeof(decision) = 'object');
  REVOKE SELECT ON audit_event FROM imprimatur_api;
  GRANT SELECT (id, at, person_id, action, outcome, thing_kind, thing_id, document_id, case_id, request_id, record, salt, leaf_data)
    ON audit_event TO imprimatur_api;
  CREATE POLICY decisions_examined ON audit_event FOR SELECT TO imprimatur_examiner
    USING (decision IS NOT NULL AND (SELECT sec.session_examines()));
  GRANT SELECT (id, at, person_id, action, outcome, thing_kind, thing_id, document_id, case_id, record, salt, leaf_data, decision)
    ON audit_event TO imprimatur_examiner;
  GRANT SELECT (leaf_index, event_id, leaf_data) ON ledger_leaf TO imprimatur_examiner;
`;

// As before, and each clearance with the id by which a record names it.
const ENTER = `
  CREATE OR REPLACE FUNCTION sec.enter(sid text) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
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
        'unacknowledged', (SELECT coalesce(jsonb_agg('list:' || l.list ORDER BY l.list), '[]') FROM sec.lists_of(p.id) AS l WHERE NOT l.acknowledged),
        'lifted', (SELECT coalesce(jsonb_agg(to_jsonb(l.need_to_know) ORDER BY l.id), '[]') FROM sec.lifted l
                    WHERE l.person_id = p.id AND l.ended_at IS NULL AND l.from_at <= now() AND l.until > now()),
        'clearances', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'policy', c.policy, 'classifications', to_jsonb(c.classifications),
            'categories', c.categories, 'from', sec.iso(c.valid_from), 'until', sec.iso(c.valid_until)) ORDER BY c.id), '[]')
          FROM public.clearance c
         WHERE c.person_id = p.id AND c.withdrawn_at IS NULL AND c.valid_from <= now() AND c.valid_until > now()),
        'kind', known.kind, 'scopes', to_jsonb(known.scopes), 'expiresAt', sec.iso(known.expires_at),
        'steppedUpUntil', sec.iso(CASE WHEN known.stepped_up_until > now() THEN known.stepped_up_until END),
        'enteredAt', sec.iso(now()), 'rulesVersion', (SELECT r.version FROM sec.rules_in_force() AS r))
      FROM public.person p WHERE p.id = known.person_id);
  END $$;
`;
