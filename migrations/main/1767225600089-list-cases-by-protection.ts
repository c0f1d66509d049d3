import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Pages of cases that cost no more for whoever sees few of them: a merge of the newest of each protection that the session holds, as
 * for documents (020, 074), and a search that walks down the dates or takes what the indexes find, whichever is less.
 *
 * INVARIANT (no_read_up): which way is taken decides speed alone. A row comes only if the session holds what it stands under,
 * and the rows of the page then come through row-level security.
 */
export class ListCasesByProtection1767225600089 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const owned of [COUNTS, KEYS]) await runner.query(owned);
    // The functions belong to the role that answers for rights; whoever replaces them must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    for (const answered of [KEEP, FILL]) await runner.query(answered);
    await runner.query('RESET ROLE');
    for (const answered of [COUNT, HELD, WAYS]) await runner.query(answered);
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    await runner.query(CASES);
    await runner.query('RESET ROLE');
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// Nobody changes what a case stands under, and no case is ever deleted: the counts only grow. The count's row is locked until the
// request commits. Only those who hold the protection wait for each other.
const COUNTS = `
  CREATE INDEX release_case_by_protection ON release_case (protection_id, created_at DESC, id DESC);
  CREATE TABLE sec.case_count (protection_id int PRIMARY KEY REFERENCES protection (id), cases bigint NOT NULL);
  GRANT SELECT, INSERT, UPDATE (cases) ON sec.case_count TO imprimatur_rights;
`;

// What never changes of a case stands beside its words, so that a search looks at no hidden case and a list narrowed by document or
// requester walks an index that no runtime role may ask.
const KEYS = `
  TRUNCATE sec.case_words;
  ALTER TABLE sec.case_words ADD COLUMN at timestamptz NOT NULL, ADD COLUMN protection_id int NOT NULL,
    ADD COLUMN document_id uuid NOT NULL, ADD COLUMN requested_by uuid NOT NULL;
  CREATE INDEX case_words_newest ON sec.case_words (at DESC, case_id DESC);
  CREATE INDEX case_words_by_protection ON sec.case_words (protection_id, at DESC, case_id DESC);
  CREATE INDEX case_words_by_document ON sec.case_words (document_id, at DESC, case_id DESC);
  CREATE INDEX case_words_by_requester ON sec.case_words (requested_by, at DESC, case_id DESC);
  TRUNCATE sec.case_target;
  ALTER TABLE sec.case_target ADD COLUMN case_protection_id int NOT NULL;
  CREATE INDEX case_target_by_protection ON sec.case_target (case_protection_id, at DESC, case_id DESC);
`;

const KEEP = `
  CREATE OR REPLACE FUNCTION sec.keep_case_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    INSERT INTO sec.case_words AS w (case_id, at, protection_id, document_id, requested_by, words)
    VALUES (NEW.id, NEW.created_at, NEW.protection_id, NEW.document_id, NEW.requested_by, sec.words_of(NEW.title || E'\\n' || NEW.summary))
    ON CONFLICT (case_id) DO UPDATE SET words = excluded.words;
    RETURN NULL;
  END $$;

  CREATE OR REPLACE FUNCTION sec.keep_case_targets() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    INSERT INTO sec.case_target (case_id, round, n, at, nation, area, protection_id, document_protection_id, case_protection_id)
    SELECT i.case_id, i.round, i.n, c.created_at, p.nation, p.area, p.protection_id, p.document_protection_id, c.protection_id
      FROM added i JOIN public.release_case c ON c.id = i.case_id JOIN public.portion p ON p.id = i.portion_id
     WHERE p.kind = 'target' AND p.extractable;
    RETURN NULL;
  END $$;
`;

// What was there before this migration; the triggers keep what comes after it.
const FILL = `
  INSERT INTO sec.case_words (case_id, at, protection_id, document_id, requested_by, words)
  SELECT id, created_at, protection_id, document_id, requested_by, sec.words_of(title || E'\\n' || summary) FROM public.release_case;
  INSERT INTO sec.case_target (case_id, round, n, at, nation, area, protection_id, document_protection_id, case_protection_id)
  SELECT i.case_id, i.round, i.n, c.created_at, p.nation, p.area, p.protection_id, p.document_protection_id, c.protection_id
    FROM public.proposal_item i JOIN public.release_case c ON c.id = i.case_id JOIN public.portion p ON p.id = i.portion_id
   WHERE p.kind = 'target' AND p.extractable;
  INSERT INTO sec.case_count SELECT protection_id, count(*) FROM public.release_case GROUP BY protection_id;
`;

const COUNT = `
  CREATE FUNCTION sec.count_cases() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    INSERT INTO sec.case_count AS c (protection_id, cases)
    SELECT protection_id, count(*) FROM added GROUP BY protection_id ORDER BY protection_id
    ON CONFLICT (protection_id) DO UPDATE SET cases = c.cases + excluded.cases;
    RETURN NULL;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.count_cases() TO imprimatur_api;
  CREATE TRIGGER count_cases AFTER INSERT ON release_case REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION sec.count_cases();
  ALTER FUNCTION sec.count_cases() OWNER TO imprimatur_rights;
`;

// There are few protections with cases, so they are looked up when a list is asked for: what was counted a moment ago is among them.
const HELD = `
  CREATE FUNCTION sec.session_cases(wanted_policy text, wanted_classification text)
  RETURNS TABLE (ids int[], merging boolean, cases bigint) LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    held boolean[] := sec.held();
    found record;
  BEGIN
    SELECT coalesce(array_agg(n.protection_id), ARRAY[]::int[]) AS ids, coalesce(sum(n.cases), 0) AS cases INTO found
      FROM sec.case_count n
     WHERE held[n.protection_id]
       AND (wanted_policy IS NULL OR EXISTS (
             SELECT FROM sec.protection_keys k WHERE k.protection_id = n.protection_id AND k.policy = wanted_policy
                AND (wanted_classification IS NULL OR k.classification = wanted_classification)));
    RETURN QUERY SELECT found.ids, sec.merging_is_cheaper(cardinality(found.ids), found.cases, (SELECT coalesce(sum(n.cases), 0) FROM sec.case_count n)),
                        found.cases::bigint;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.session_cases(text, text) TO imprimatur_api;
  ALTER FUNCTION sec.session_cases(text, text) OWNER TO imprimatur_rights;
`;

// Rows of a walk that are expected until so many are found, against what the indexes of words and of protections find together, in no
// order and all of it. A row that an index finds lies anywhere, and costs about four of those that lie side by side.
const WAYS = `
  CREATE FUNCTION sec.walking_finds_words(share numeric, visible numeric, everything numeric, most numeric)
  RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(most * everything / greatest(share * visible, 0.001) < least(4 * visible, 4 * share * everything,
             0.1 * (visible + share * everything) + 4 * share * visible), false);
  $$;
  ALTER FUNCTION sec.walking_finds_words(numeric, numeric, numeric, numeric) OWNER TO imprimatur_rights;
`;

// INVARIANT: answers for the session at hand alone, with keys and never with words; a row comes only if the session holds every
// protection that it stands under. What comes, and in which order, does not depend on any other row.
// The planner has no sample of a case (075) and would take what is true of most rows for rare; then it sorts all instead of walking.
const SAMPLE = '300';
const expected = (condition: string): string => `CASE WHEN ${condition} THEN true END IS NOT NULL`;
const KEYS_FIT = `(document_asked IS NULL OR w.document_id = document_asked) AND (requester_asked IS NULL OR w.requested_by = requester_asked)
           AND (from_at IS NULL OR w.at >= from_at) AND (to_at IS NULL OR w.at < to_at)
           AND (after_at IS NULL OR (w.at, w.case_id) < (after_at, after_case))`;
const HELD_KEY =
  'get_bit(held, w.protection_id) <> 0 AND (under IS NULL OR (w.protection_id IN (SELECT unnest(under))) IS TRUE)';
const STANDS = `(state_asked IS NULL OR ${expected('c.state = state_asked')})`;
const CASE_FITS = `get_bit(held, c.protection_id) <> 0
           AND ${STANDS} AND (document_asked IS NULL OR c.document_id = document_asked)
           AND (requester_asked IS NULL OR c.requested_by = requester_asked)
           AND (under IS NULL OR (c.protection_id IN (SELECT unnest(under))) IS TRUE)`;
const TARGET_FITS = `get_bit(held, t.protection_id) <> 0 AND get_bit(held, t.document_protection_id) <> 0
           AND (few IS NULL OR t.case_protection_id = ANY (few))
           AND (nation_asked IS NULL OR t.nation = nation_asked) AND (area_asked IS NULL OR t.area = area_asked)
           AND (from_at IS NULL OR t.at >= from_at) AND (to_at IS NULL OR t.at < to_at)
           AND (after_at IS NULL OR (t.at, t.case_id) < (after_at, after_case))`;
const CASES = `
  CREATE OR REPLACE FUNCTION sec.cases(words text, wanted jsonb, after_at timestamptz, after_case uuid, most int)
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
    by_key boolean := document_asked IS NOT NULL OR requester_asked IS NOT NULL;
    under int[];
    mine int[];
    few int[];
    visible bigint;
  BEGIN
    -- What names no word that must occur would be found by reading everything.
    IF held IS NULL OR querytree(query) IN ('', 'T') OR (query IS NULL AND NOT by_target AND NOT by_key) THEN RETURN; END IF;
    SELECT s.ids, CASE WHEN s.merging THEN s.ids END, s.cases INTO mine, few, visible
      FROM sec.session_cases(wanted ->> 'policy', wanted ->> 'classification') AS s;
    IF visible = 0 THEN RETURN; END IF;
    IF wanted ? 'policy' THEN under := mine; END IF;
    IF by_target AND query IS NULL THEN
      RETURN QUERY
      SELECT DISTINCT ON (t.at, t.case_id) t.case_id, t.at, t.protection_id, t.document_protection_id
        FROM sec.case_target t JOIN public.release_case c ON c.id = t.case_id AND ${expected('c.round = t.round')}
       WHERE ${TARGET_FITS} AND ${CASE_FITS} ORDER BY t.at DESC, t.case_id DESC LIMIT most;
      RETURN;
    ELSIF by_target THEN
      RETURN QUERY
      SELECT DISTINCT ON (t.at, t.case_id) t.case_id, t.at, t.protection_id, t.document_protection_id
        FROM sec.case_target t JOIN public.release_case c ON c.id = t.case_id AND ${expected('c.round = t.round')}
        JOIN sec.case_words w ON w.case_id = t.case_id
       WHERE w.words @@ query AND ${TARGET_FITS} AND ${CASE_FITS} ORDER BY t.at DESC, t.case_id DESC LIMIT most;
      RETURN;
    END IF;
    -- How common the words are, as far as the newest cases tell.
    IF by_key OR (SELECT sec.walking_finds_words(greatest(count(*) FILTER (WHERE w.words @@ query), 1)::numeric / greatest(count(*), 1),
                                                 visible, (SELECT sum(n.cases) FROM sec.case_count n), most)
                    FROM (SELECT n.words FROM sec.case_words n ORDER BY n.at DESC, n.case_id DESC LIMIT ${SAMPLE}) AS w) THEN
      RETURN QUERY
      SELECT w.case_id, w.at, NULL::int, NULL::int FROM sec.case_words w JOIN public.release_case c ON c.id = w.case_id
       WHERE ${HELD_KEY} AND (query IS NULL OR (w.words @@ query) IS TRUE) AND ${KEYS_FIT} AND ${STANDS}
       ORDER BY w.at DESC, w.case_id DESC LIMIT most;
    ELSE
      -- So few are read sooner than the index of words is asked.
      RETURN QUERY
      WITH found AS MATERIALIZED (
        SELECT w.case_id, w.at FROM sec.case_words w JOIN public.release_case c ON c.id = w.case_id
         WHERE (visible < 100 OR w.words @@ query) AND (w.words @@ query) IS TRUE AND w.protection_id = ANY (mine) AND ${HELD_KEY} AND ${KEYS_FIT} AND ${STANDS})
      SELECT f.case_id, f.at, NULL::int, NULL::int FROM found f ORDER BY f.at DESC, f.case_id DESC LIMIT most;
    END IF;
  END $$;
`;
