import type { MigrationInterface, QueryRunner } from 'typeorm';
import { SEARCH } from './list-functions';

/**
 * Cases by the words of their title and summary, and by nation and capability area of the targets that they treat.
 *
 * INVARIANT (no_read_up): a case is found by its words under its own protection, and by a target only for a session that holds the
 * portion, the document and the case. A target that is hidden from somebody never makes a case appear to them.
 *
 * And words that are looked for in targets alone.
 */
export class FindCases1767225600081 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const made of [TABLES, KEEP, TRIGGERS, CASES, FILL]) await runner.query(made);
    // The function belongs to the role that answers for rights; whoever replaces it must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    await runner.query(SEARCH_OF_TARGETS);
    await runner.query('RESET ROLE');
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// A vector of words is the words, and what an index finds can be counted: no runtime role reads these tables. What may change of a
// case, and what its text stands under, is asked of the case itself. The items of a round are never rewritten, so neither are
// their targets; those of the round that the case is in count.
const TABLES = `
  CREATE TABLE sec.case_words (
    case_id uuid PRIMARY KEY,
    words tsvector NOT NULL
  );
  CREATE TABLE sec.case_target (
    case_id uuid NOT NULL,
    round int NOT NULL,
    n int NOT NULL,
    at timestamptz NOT NULL,
    nation text NOT NULL,
    area text NOT NULL,
    protection_id int NOT NULL,
    document_protection_id int NOT NULL,
    PRIMARY KEY (case_id, round, n)
  );
  GRANT SELECT, INSERT, UPDATE (words) ON sec.case_words TO imprimatur_rights;
  GRANT SELECT, INSERT ON sec.case_target TO imprimatur_rights;
  CREATE INDEX case_words_found ON sec.case_words USING gin (words);
  CREATE INDEX case_target_by_nation ON sec.case_target (nation, at DESC, case_id DESC);
  CREATE INDEX case_target_by_area ON sec.case_target (area, at DESC, case_id DESC);
  CREATE INDEX case_target_by_both ON sec.case_target (nation, area, at DESC, case_id DESC);
`;

// Of a document that may be read only whole nothing is found by the portion (074), and so no case about it either.
const KEEP = `
  CREATE FUNCTION sec.keep_case_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    INSERT INTO sec.case_words AS w (case_id, words) VALUES (NEW.id, sec.words_of(NEW.title || E'\\n' || NEW.summary))
    ON CONFLICT (case_id) DO UPDATE SET words = excluded.words;
    RETURN NULL;
  END $$;

  CREATE FUNCTION sec.keep_case_targets() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    INSERT INTO sec.case_target (case_id, round, n, at, nation, area, protection_id, document_protection_id)
    SELECT i.case_id, i.round, i.n, c.created_at, p.nation, p.area, p.protection_id, p.document_protection_id
      FROM added i JOIN public.release_case c ON c.id = i.case_id JOIN public.portion p ON p.id = i.portion_id
     WHERE p.kind = 'target' AND p.extractable;
    RETURN NULL;
  END $$;
`;

const TRIGGERS = `
  CREATE TRIGGER keep_case_words AFTER INSERT OR UPDATE OF title, summary ON release_case
    FOR EACH ROW EXECUTE FUNCTION sec.keep_case_words();
  CREATE TRIGGER keep_case_targets AFTER INSERT ON proposal_item REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION sec.keep_case_targets();
  ALTER FUNCTION sec.keep_case_words() OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.keep_case_targets() OWNER TO imprimatur_rights;
`;

// INVARIANT: answers for the session at hand alone, with keys and never with words; a row comes only if the session holds every
// protection that it stands under. What comes, and in which order, does not depend on any other row.
// The planner has no sample of a case (075) and would take what is true of most rows for rare; then it sorts all instead of walking.
const expected = (condition: string): string => `CASE WHEN ${condition} THEN true END IS NOT NULL`;
const CASE_FITS = `get_bit(held, c.protection_id) <> 0
           AND (state_asked IS NULL OR ${expected('c.state = state_asked')}) AND (document_asked IS NULL OR c.document_id = document_asked)
           AND (requester_asked IS NULL OR c.requested_by = requester_asked)
           AND (under IS NULL OR (c.protection_id IN (SELECT unnest(under))) IS TRUE)`;
const TARGET_FITS = `get_bit(held, t.protection_id) <> 0 AND get_bit(held, t.document_protection_id) <> 0
           AND (nation_asked IS NULL OR t.nation = nation_asked) AND (area_asked IS NULL OR t.area = area_asked)
           AND (from_at IS NULL OR t.at >= from_at) AND (to_at IS NULL OR t.at < to_at)
           AND (after_at IS NULL OR (t.at, t.case_id) < (after_at, after_case))`;
const CASES = `
  CREATE FUNCTION sec.cases(words text, wanted jsonb, after_at timestamptz, after_case uuid, most int)
  RETURNS TABLE (case_id uuid, at timestamptz, by_protection_id int, by_document_protection_id int)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
  #variable_conflict use_column
  DECLARE
    held bytea := sec.vb() || ''::bytea;
    query tsquery := sec.search_query(words);
    nation_asked text := wanted ->> 'nation';
    area_asked text := wanted ->> 'area';
    state_asked text := wanted ->> 'state';
    document_asked uuid := wanted ->> 'document';
    requester_asked uuid := wanted ->> 'requestedBy';
    from_at timestamptz := wanted ->> 'from';
    to_at timestamptz := wanted ->> 'to';
    by_target boolean := nation_asked IS NOT NULL OR area_asked IS NOT NULL;
    under int[];
  BEGIN
    -- What names no word that must occur would be found by reading everything.
    IF held IS NULL OR querytree(query) IN ('', 'T') OR (query IS NULL AND NOT by_target) THEN RETURN; END IF;
    IF wanted ? 'policy' THEN
      under := (SELECT p.ids FROM sec.session_protections(wanted ->> 'policy', wanted ->> 'classification') AS p);
    END IF;
    IF NOT by_target THEN
      RETURN QUERY
      SELECT c.id, c.created_at, NULL::int, NULL::int
        FROM sec.case_words w JOIN public.release_case c ON c.id = w.case_id
       WHERE w.words @@ query AND ${CASE_FITS}
         AND (from_at IS NULL OR c.created_at >= from_at) AND (to_at IS NULL OR c.created_at < to_at)
         AND (after_at IS NULL OR (c.created_at, c.id) < (after_at, after_case))
       ORDER BY c.created_at DESC, c.id DESC LIMIT most;
    ELSIF query IS NULL THEN
      RETURN QUERY
      SELECT DISTINCT ON (t.at, t.case_id) t.case_id, t.at, t.protection_id, t.document_protection_id
        FROM sec.case_target t JOIN public.release_case c ON c.id = t.case_id AND ${expected('c.round = t.round')}
       WHERE ${TARGET_FITS} AND ${CASE_FITS} ORDER BY t.at DESC, t.case_id DESC LIMIT most;
    ELSE
      RETURN QUERY
      SELECT DISTINCT ON (t.at, t.case_id) t.case_id, t.at, t.protection_id, t.document_protection_id
        FROM sec.case_target t JOIN public.release_case c ON c.id = t.case_id AND ${expected('c.round = t.round')}
        JOIN sec.case_words w ON w.case_id = t.case_id
       WHERE w.words @@ query AND ${TARGET_FITS} AND ${CASE_FITS} ORDER BY t.at DESC, t.case_id DESC LIMIT most;
    END IF;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.cases(text, jsonb, timestamptz, uuid, int) TO imprimatur_api;
  ALTER FUNCTION sec.cases(text, jsonb, timestamptz, uuid, int) OWNER TO imprimatur_rights;
`;

// What was there before this migration; the triggers keep what comes after it.
const FILL = `
  SET LOCAL ROLE imprimatur_rights;
  INSERT INTO sec.case_words (case_id, words) SELECT id, sec.words_of(title || E'\\n' || summary) FROM public.release_case;
  INSERT INTO sec.case_target (case_id, round, n, at, nation, area, protection_id, document_protection_id)
  SELECT i.case_id, i.round, i.n, c.created_at, p.nation, p.area, p.protection_id, p.document_protection_id
    FROM public.proposal_item i JOIN public.release_case c ON c.id = i.case_id JOIN public.portion p ON p.id = i.portion_id
   WHERE p.kind = 'target' AND p.extractable;
  RESET ROLE;
`;

// The search of documents as it stands (074), and in targets alone where that is asked: they are the portions with a nation.
const SEARCH_OF_TARGETS = SEARCH.slice(SEARCH.indexOf('CREATE FUNCTION sec.search(words'))
  .replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION')
  .replace(
    '    seen numeric;',
    `    targets_only boolean := coalesce(wanted ->> 'kind' = 'target', false);\n    seen numeric;`,
  )
  .replaceAll('(nation_asked IS NULL OR w.nation', '(NOT targets_only OR w.nation IS NOT NULL) AND $&');
