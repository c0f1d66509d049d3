import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The questions that the guard may ask about text it never reads, by proposal id alone: it cannot try words of its own.
 */
export class CreateGuardQuestions1767225600007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(NORMAL);
    await runner.query(WITHHELD);
    await runner.query(SOURCES);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// Case, white space and punctuation do not hide a copied sentence.
const NORMAL = `
  CREATE FUNCTION sec.plain(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT btrim(regexp_replace(lower(normalize($1, NFKC)), '[^[:alnum:]]+', ' ', 'g'));
  $$;
  ALTER FUNCTION sec.plain(text) OWNER TO imprimatur_rights;
`;

// Withheld is every portion of the version that the proposal does not include, known to the requester or not. A sentence of
// 24 characters or more, or a figure of four digits or more that no included portion holds, must not occur in what leaves.
const WITHHELD = `
  CREATE FUNCTION sec.withheld_text_occurs(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    WITH frozen AS (SELECT p.case_id, p.round, c.version_id FROM public.proposal p JOIN public.release_case c ON c.id = p.case_id WHERE p.id = wanted),
         included AS (
           SELECT i.portion_id FROM public.proposal_item i JOIN frozen f ON f.case_id = i.case_id AND f.round = i.round
            WHERE i.treatment = 'include'),
         shown AS (SELECT sec.plain(string_agg(body, ' ')) AS words,
                          string_agg(regexp_replace(body, '(\\d)[,. \\u00a0\\u202f](?=\\d{3}(\\D|$))', '\\1', 'g'), ' ') AS figures
                     FROM public.portion WHERE id IN (SELECT portion_id FROM included)),
         withheld AS (
           SELECT body FROM public.portion, frozen
            WHERE portion.version_id = frozen.version_id AND portion.id NOT IN (SELECT portion_id FROM included)),
         leaving AS (SELECT sec.plain(readback) AS words,
                            regexp_replace(readback, '(\\d)[,. \\u00a0\\u202f](?=\\d{3}(\\D|$))', '\\1', 'g') AS figures
                       FROM public.rendition WHERE proposal_id = wanted),
         sentences AS (
           SELECT DISTINCT sec.plain(sentence) AS words FROM withheld, regexp_split_to_table(body, '[.;:!?]\\s+') AS sentence),
         numbers AS (
           SELECT DISTINCT figure[1] AS figure FROM withheld,
             regexp_matches(regexp_replace(body, '(\\d)[,. \\u00a0\\u202f](?=\\d{3}(\\D|$))', '\\1', 'g'), '(?<!\\d)(\\d{4,})(?!\\d)', 'g') AS figure)
    SELECT (SELECT count(*) FROM leaving) = 0
        OR EXISTS (SELECT 1 FROM sentences s, leaving l, shown i
                    WHERE length(s.words) >= 24 AND position(s.words IN l.words) > 0
                      AND position(s.words IN coalesce(i.words, '')) = 0)
        OR EXISTS (SELECT 1 FROM numbers n, leaving l, shown i
                    WHERE n.figure !~ '^(19|20)\\d\\d$' AND l.figures ~ ('(^|\\D)' || n.figure || '(\\D|$)')
                      AND NOT coalesce(i.figures, '') ~ ('(^|\\D)' || n.figure || '(\\D|$)'));
  $$;
  GRANT EXECUTE ON FUNCTION sec.withheld_text_occurs(uuid) TO imprimatur_guard;
  ALTER FUNCTION sec.withheld_text_occurs(uuid) OWNER TO imprimatur_rights;
`;

// The items of the outgoing part are those stored, each with the originator that its portion names, from the case's one version.
const SOURCES = `
  CREATE FUNCTION sec.sources_match(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    WITH frozen AS (
           SELECT p.outgoing, p.case_id, p.round, c.version_id
             FROM public.proposal p JOIN public.release_case c ON c.id = p.case_id WHERE p.id = wanted),
         said AS (
           SELECT (item ->> 'n')::int AS n, item ->> 'treatment' AS treatment, item ->> 'originator' AS originator
             FROM frozen, jsonb_array_elements(outgoing -> 'items') AS item),
         held AS (
           SELECT i.n, i.treatment, o.originator FROM frozen f
             JOIN public.proposal_item i ON i.case_id = f.case_id AND i.round = f.round AND i.treatment <> 'withhold'
             JOIN public.portion o ON o.id = i.portion_id AND o.version_id = f.version_id)
    SELECT EXISTS (SELECT 1 FROM said)
       AND NOT EXISTS ((TABLE said EXCEPT ALL TABLE held) UNION ALL (TABLE held EXCEPT ALL TABLE said));
  $$;
  GRANT EXECUTE ON FUNCTION sec.sources_match(uuid) TO imprimatur_guard;
  ALTER FUNCTION sec.sources_match(uuid) OWNER TO imprimatur_rights;

  -- Whether a person's rights at this moment cover every source of a proposal: "cleared for what they judge", asked again at the end.
  CREATE FUNCTION sec.person_covers_proposal(person uuid, wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(bool_and(sec.person_covers(person, n)), false)
      FROM public.proposal p
      JOIN public.protection n ON n.id = ANY (p.source_protections || p.protection_id) WHERE p.id = wanted;
  $$;
  GRANT EXECUTE ON FUNCTION sec.person_covers_proposal(uuid, uuid) TO imprimatur_guard, imprimatur_relay;
  ALTER FUNCTION sec.person_covers_proposal(uuid, uuid) OWNER TO imprimatur_rights;

  -- Whether a person may know of a case at all: asked before they are told of it.
  CREATE FUNCTION sec.person_covers_case(person uuid, wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(bool_and(sec.person_covers(person, n)), false)
      FROM public.release_case c JOIN public.protection n ON n.id = c.protection_id WHERE c.id = wanted;
  $$;
  GRANT EXECUTE ON FUNCTION sec.person_covers_case(uuid, uuid) TO imprimatur_relay;
  ALTER FUNCTION sec.person_covers_case(uuid, uuid) OWNER TO imprimatur_rights;
`;
