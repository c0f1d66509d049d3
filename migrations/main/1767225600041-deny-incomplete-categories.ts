import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A category that names no values denies, and breaks nothing.
 *
 * INVARIANT (fail_closed): for a restrictive one the comparison with what is missing is unknown, and unknown was not counted as an
 * obstacle; for a permissive one it was an error, in everybody's rights. The other computation, `dominates` in libs/marking,
 * denies such a label, and row-level security must not show more than it.
 */
export class DenyIncompleteCategories1767225600041 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The function belongs to the role that answers for rights; whoever replaces it must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    await runner.query(COVERS);
    await runner.query('UPDATE sec.session SET bitmap = NULL');
    await runner.query('RESET ROLE');
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

const COVERS = `
  CREATE OR REPLACE FUNCTION sec.clearance_covers(policy text, classifications text[], categories jsonb, label jsonb)
  RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(label ->> 'policy' = policy AND label ->> 'classification' = ANY (classifications)
      AND NOT EXISTS (
        SELECT 1
          FROM jsonb_array_elements(label -> 'categories') AS w (wanted),
               LATERAL (SELECT coalesce(jsonb_agg(v.value), '[]') AS values
                          FROM jsonb_array_elements(categories) AS h (held), jsonb_array_elements(h.held -> 'values') AS v (value)
                         WHERE h.held ->> 'tagSet' = w.wanted ->> 'tagSet' AND h.held ->> 'type' = w.wanted ->> 'type') AS held
         WHERE coalesce(CASE w.wanted ->> 'type'
                 WHEN 'INFORMATIVE' THEN false
                 WHEN 'RESTRICTIVE' THEN jsonb_typeof(w.wanted -> 'values') <> 'array' OR NOT held.values @> (w.wanted -> 'values')
                 WHEN 'PERMISSIVE' THEN NOT EXISTS (
                   SELECT 1 FROM jsonb_array_elements(CASE jsonb_typeof(w.wanted -> 'values') WHEN 'array' THEN w.wanted -> 'values' ELSE '[]' END) AS v (value)
                    WHERE held.values @> jsonb_build_array(v.value))
                 ELSE true
               END, true)), false);
  $$;
`;
