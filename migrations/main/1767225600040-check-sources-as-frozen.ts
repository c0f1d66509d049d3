import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The guard asks whether the sources of a proposal are still those that were frozen: each portion's words, version, label and
 * need-to-know against the commitment that everybody signed, and the closed part against its own.
 *
 * INVARIANT (change_voids_approval): a portion that was relabelled or reworded after the freeze, whoever did it, does not leave.
 */
export class CheckSourcesAsFrozen1767225600040 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(OPENED);
    // The functions belong to the role that answers for rights; whoever replaces them must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    await runner.query(COMMITMENT);
    await runner.query(SOURCES);
    await runner.query('RESET ROLE');
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

const OPENED = `
  CREATE POLICY rights_reads ON proposal_closed FOR SELECT TO imprimatur_rights USING (true);
  GRANT SELECT ON proposal_closed TO imprimatur_rights;
`;

// RFC 8785 for what a frozen proposal is made of: no fractions, and names of members in ASCII. libs/signing holds the whole of
// it, and a test of the law keeps the two equal. "C" sorts such names by code unit, as the standard asks.
const COMMITMENT = `
  CREATE FUNCTION sec.canonical_json(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    RETURN CASE jsonb_typeof(value)
      WHEN 'object' THEN '{' || coalesce((
        SELECT string_agg(to_jsonb(m.name)::text || ':' || sec.canonical_json(m.member), ',' ORDER BY m.name COLLATE "C")
          FROM jsonb_each(value) AS m (name, member)), '') || '}'
      WHEN 'array' THEN '[' || coalesce((
        SELECT string_agg(sec.canonical_json(m.member), ',' ORDER BY m.place)
          FROM jsonb_array_elements(value) WITH ORDINALITY AS m (member, place)), '') || ']'
      ELSE value::text END;
  END $$;

  CREATE FUNCTION sec.commitment_to(value jsonb, salt text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'sha256:' || encode(sha256(convert_to(salt, 'UTF8') || decode('00', 'hex') || convert_to(sec.canonical_json(value), 'UTF8')), 'hex');
  $$;
  REVOKE EXECUTE ON FUNCTION sec.canonical_json(jsonb), sec.commitment_to(jsonb, text) FROM PUBLIC;
`;

// What is said of each item, and what the database holds for it; what is said to stay behind, and what the case keeps back.
const SOURCES = `
  CREATE OR REPLACE FUNCTION sec.sources_match(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    WITH frozen AS (
           SELECT p.outgoing, p.closed_commitment, p.case_id, p.round, c.version_id, k.salt, k.closed
             FROM public.proposal p JOIN public.release_case c ON c.id = p.case_id
             JOIN public.proposal_closed k ON k.proposal_id = p.id WHERE p.id = wanted),
         said AS (
           SELECT (item ->> 'n')::numeric AS n, item ->> 'treatment' AS treatment, item ->> 'originator' AS originator, item ->> 'source' AS source
             FROM frozen, jsonb_array_elements(outgoing -> 'items') AS item),
         held AS (
           SELECT i.n::numeric AS n, i.treatment, CASE WHEN o.version_id = f.version_id THEN o.originator END AS originator,
                  sec.commitment_to(jsonb_build_object(
                    'portion', o.id, 'version', o.version_id, 'text', encode(sha256(convert_to(o.body, 'UTF8')), 'hex'),
                    'label', s.label, 'needToKnow', to_jsonb(s.need_to_know)), f.salt || '/' || i.n) AS source
             FROM frozen f
             JOIN public.proposal_item i ON i.case_id = f.case_id AND i.round = f.round AND i.treatment <> 'withhold'
             JOIN public.portion o ON o.id = i.portion_id
             JOIN public.protection s ON s.id = o.protection_id),
         said_behind AS (
           SELECT (item ->> 'n')::numeric AS n, item ->> 'treatment' AS treatment, item ->> 'reasonCode' AS reason, item ->> 'portion' AS portion
             FROM frozen, jsonb_array_elements(closed -> 'items') AS item),
         kept_behind AS (
           SELECT i.n::numeric AS n, i.treatment, i.reason_code AS reason, i.portion_id::text AS portion
             FROM frozen f JOIN public.proposal_item i ON i.case_id = f.case_id AND i.round = f.round AND i.treatment <> 'include')
    SELECT EXISTS (SELECT 1 FROM said)
       AND coalesce((SELECT closed_commitment = sec.commitment_to(closed, salt) FROM frozen), false)
       AND NOT EXISTS ((TABLE said EXCEPT ALL TABLE held) UNION ALL (TABLE held EXCEPT ALL TABLE said))
       AND NOT EXISTS ((TABLE said_behind EXCEPT ALL TABLE kept_behind) UNION ALL (TABLE kept_behind EXCEPT ALL TABLE said_behind));
  $$;
`;
