import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Lists of targets, full-text search, and counts.
 *
 * What is in force of a document (the portions of its newest version) is kept in two derived tables: targets by the fields that
 * lists are filtered by, and words, which no runtime role can read. Both are kept by triggers and hold no sentence.
 */
export class ListAndSearch1767225600074 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const owned of [TARGETS, WORDS, COUNTS, INDEXES]) await runner.query(owned);
    for (const answered of [KEEP, WAYS, HELD, COUNT, TARGETS_ASKED, DOCUMENTS_ASKED, SEARCH])
      await runner.query(answered);
    await runner.query(TRIGGERS);
    await runner.query(FILL);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// What an index finds can be counted by whoever may ask it, hidden or not. So no runtime role reads these tables: functions answer
// of what the session holds, with keys, and the rows themselves come through row-level security.
const TARGETS = `
  CREATE TABLE sec.current_target (
    portion_id uuid PRIMARY KEY,
    version_id uuid NOT NULL,
    document_id uuid NOT NULL,
    at timestamptz NOT NULL,
    ordinal int NOT NULL,
    protection_id int NOT NULL,
    document_protection_id int NOT NULL,
    originator text NOT NULL,
    nation text NOT NULL,
    area text NOT NULL,
    due_year int NOT NULL
  );
  GRANT SELECT, INSERT, DELETE ON sec.current_target TO imprimatur_rights;
`;

// A vector of words is the words: only the role that answers for rights reads it. A document that may be read only whole has one
// row without a portion, for those who hold everything in it.
const WORDS = `
  CREATE TABLE sec.current_words (
    portion_id uuid,
    version_id uuid NOT NULL,
    document_id uuid NOT NULL,
    at timestamptz NOT NULL,
    ordinal int NOT NULL,
    protection_id int NOT NULL,
    document_protection_id int NOT NULL,
    all_protections int[],
    originator text NOT NULL,
    nation text,
    area text,
    words tsvector NOT NULL,
    PRIMARY KEY (document_id, ordinal),
    CHECK ((portion_id IS NULL) = (all_protections IS NOT NULL))
  );
  GRANT SELECT, INSERT, DELETE ON sec.current_words TO imprimatur_rights;
`;

const COUNTS = `
  ALTER TABLE sec.protection_count ADD COLUMN portions bigint NOT NULL DEFAULT 0, ADD COLUMN targets bigint NOT NULL DEFAULT 0;
  ALTER TABLE sec.session ADD COLUMN targets_by int[], ADD COLUMN portions_seen bigint;
`;

// Each list is walked in its own order, under the filter that narrows most; whatever else is asked is looked at on the way. 'lower' may
// raise an error, as the planner counts, so that the index of originators serves no comparison of a reader's own.
const INDEXES = `
  CREATE INDEX document_by_originator ON document (lower(originator), created_at DESC, id DESC);
  ALTER INDEX document_by_originator ALTER COLUMN 1 SET STATISTICS 0;
  CREATE INDEX current_target_newest ON sec.current_target (at DESC, document_id DESC, ordinal);
  CREATE INDEX current_target_by_protection ON sec.current_target (protection_id, at DESC, document_id DESC, ordinal);
  CREATE INDEX current_target_by_nation ON sec.current_target (nation, at DESC, document_id DESC, ordinal);
  CREATE INDEX current_target_by_area ON sec.current_target (area, at DESC, document_id DESC, ordinal);
  CREATE INDEX current_target_by_both ON sec.current_target (nation, area, at DESC, document_id DESC, ordinal);
  CREATE INDEX current_target_by_originator ON sec.current_target (originator, at DESC, document_id DESC, ordinal);
  CREATE INDEX current_target_by_year ON sec.current_target (due_year, at DESC, document_id DESC, ordinal);
  CREATE INDEX current_target_of_document ON sec.current_target (document_id, ordinal);
  CREATE INDEX current_words_found ON sec.current_words USING gin (words);
  CREATE INDEX current_words_newest ON sec.current_words (at DESC, document_id DESC, ordinal);
  CREATE INDEX current_words_by_protection ON sec.current_words (protection_id, at DESC, document_id DESC, ordinal);
  CREATE INDEX protection_keys_classification ON sec.protection_keys (policy, classification);
`;

// The rows of versions that are now in force, and those of the versions before them. Words are looked for as they are written:
// 'simple' knows no language, so that no word is left out and none is taken for another. What stands between words is blank, or
// the parser would take it for addresses, paths and markup, and leave words out.
const KEEP = `
  CREATE FUNCTION sec.words_of(body text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT to_tsvector('pg_catalog.simple', regexp_replace(normalize(body, NFKC), '[^[:alnum:]]+', ' ', 'g'));
  $$;
  ALTER FUNCTION sec.words_of(text) OWNER TO imprimatur_rights;

  -- Whether a document may be read only whole. A database that knows nothing of it has no such document.
  CREATE FUNCTION sec.is_only_whole(document public.document) RETURNS boolean LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(to_jsonb(document) -> 'extractable' = 'false', false);
  $$;
  ALTER FUNCTION sec.is_only_whole(public.document) OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.put_in_force(versions uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    INSERT INTO sec.current_target (portion_id, version_id, document_id, at, ordinal, protection_id, document_protection_id, originator,
                                       nation, area, due_year)
    SELECT p.id, p.version_id, p.document_id, d.created_at, p.ordinal, p.protection_id, p.document_protection_id, p.originator,
           p.nation, p.area, p.due_year
      FROM public.portion p JOIN public.document d ON d.id = p.document_id
     WHERE p.version_id = ANY (versions) AND p.kind = 'target' AND NOT sec.is_only_whole(d)
    ON CONFLICT DO NOTHING;
    INSERT INTO sec.current_words (portion_id, version_id, document_id, at, ordinal, protection_id, document_protection_id, originator,
                                   nation, area, words)
    SELECT p.id, p.version_id, p.document_id, d.created_at, p.ordinal, p.protection_id, p.document_protection_id, p.originator,
           p.nation, p.area, sec.words_of(p.body)
      FROM public.portion p JOIN public.document d ON d.id = p.document_id
     WHERE p.version_id = ANY (versions) AND NOT sec.is_only_whole(d)
    ON CONFLICT DO NOTHING;
    DELETE FROM sec.current_words WHERE version_id = ANY (versions) AND portion_id IS NULL;
    INSERT INTO sec.current_words (version_id, document_id, at, ordinal, protection_id, document_protection_id, all_protections, originator, words)
    SELECT p.version_id, d.id, d.created_at, 0, d.protection_id, d.protection_id,
           array_agg(DISTINCT p.protection_id) || d.protection_id, d.originator, sec.words_of(string_agg(p.body, E'\\n\\n' ORDER BY p.ordinal))
      FROM public.portion p JOIN public.document d ON d.id = p.document_id
     WHERE p.version_id = ANY (versions) AND sec.is_only_whole(d)
     GROUP BY p.version_id, d.id, d.created_at, d.protection_id, d.originator;
  END $$;
  ALTER FUNCTION sec.put_in_force(uuid[]) OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.supersede() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    IF NOT EXISTS (SELECT FROM added WHERE ordinal > 1) THEN RETURN NULL; END IF;
    DELETE FROM sec.current_target t USING added a, public.version v
     WHERE t.document_id = a.document_id AND v.id = t.version_id AND v.ordinal < a.ordinal;
    DELETE FROM sec.current_words w USING added a, public.version v
     WHERE w.document_id = a.document_id AND v.id = w.version_id AND v.ordinal < a.ordinal;
    RETURN NULL;
  END $$;

  CREATE FUNCTION sec.come_into_force() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    PERFORM sec.put_in_force(ARRAY(
      SELECT v.id FROM public.version v
       WHERE v.id IN (SELECT version_id FROM added)
         AND NOT EXISTS (SELECT FROM public.version later WHERE later.document_id = v.document_id AND later.ordinal > v.ordinal)));
    RETURN NULL;
  END $$;

  -- How many there are under each protection decides only which way is taken.
  CREATE FUNCTION sec.count_in_force() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE sign int := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
  BEGIN
    IF TG_TABLE_NAME = 'current_target' THEN
      INSERT INTO sec.protection_count AS c (protection_id, documents, targets)
      SELECT protection_id, 0, sign * count(*) FROM changed GROUP BY protection_id ORDER BY protection_id
      ON CONFLICT (protection_id) DO UPDATE SET targets = c.targets + excluded.targets;
    ELSE
      INSERT INTO sec.protection_count AS c (protection_id, documents, portions)
      SELECT protection_id, 0, sign * count(*) FROM changed GROUP BY protection_id ORDER BY protection_id
      ON CONFLICT (protection_id) DO UPDATE SET portions = c.portions + excluded.portions;
    END IF;
    RETURN NULL;
  END $$;
`;

const TRIGGERS = `
  GRANT EXECUTE ON FUNCTION sec.supersede(), sec.come_into_force() TO imprimatur_api;
  CREATE TRIGGER supersede AFTER INSERT ON version REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION sec.supersede();
  CREATE TRIGGER come_into_force AFTER INSERT ON portion REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION sec.come_into_force();
  CREATE TRIGGER count_more AFTER INSERT ON sec.current_target REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION sec.count_in_force();
  CREATE TRIGGER count_less AFTER DELETE ON sec.current_target REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION sec.count_in_force();
  CREATE TRIGGER count_more AFTER INSERT ON sec.current_words REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION sec.count_in_force();
  CREATE TRIGGER count_less AFTER DELETE ON sec.current_words REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION sec.count_in_force();
  ALTER FUNCTION sec.supersede() OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.come_into_force() OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.count_in_force() OWNER TO imprimatur_rights;
`;

// A walk passes over what is hidden, row by row; a merge asks every protection that is held. Milliseconds, measured. Both ways ask
// row-level security for every row, so the choice decides speed alone.
const WAYS = `
  CREATE FUNCTION sec.merging_is_cheaper(protections bigint, visible numeric, everything numeric) RETURNS boolean LANGUAGE sql IMMUTABLE
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT protections = 0 OR 1.0 + 0.012 * protections < 0.0005 * least(50.0 * everything / greatest(visible, 1), everything);
  $$;
  ALTER FUNCTION sec.merging_is_cheaper(bigint, numeric, numeric) OWNER TO imprimatur_rights;

  -- Worked out with the bitmap, once for all requests that use it.
  CREATE FUNCTION sec.choose_ways() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    ids int[] := coalesce((SELECT array_agg(id) FROM generate_series(1, NEW.bitmap_upto) AS id WHERE get_bit(NEW.bitmap, id) <> 0), ARRAY[]::int[]);
    seen record;
    everything record;
  BEGIN
    SELECT coalesce(sum(c.targets), 0) AS targets, coalesce(sum(c.portions), 0) AS portions INTO everything FROM sec.protection_count c;
    SELECT coalesce(sum(c.targets), 0) AS targets, coalesce(sum(c.portions), 0) AS portions INTO seen
      FROM sec.protection_count c WHERE get_bit(NEW.bitmap, c.protection_id) <> 0;
    NEW.portions_seen := seen.portions;
    NEW.targets_by := CASE WHEN sec.merging_is_cheaper(cardinality(ids), seen.targets, everything.targets) THEN ids END;
    RETURN NEW;
  END $$;
  CREATE TRIGGER choose_ways BEFORE UPDATE OF bitmap ON sec.session FOR EACH ROW WHEN (NEW.bitmap IS NOT NULL)
    EXECUTE FUNCTION sec.choose_ways();
  ALTER FUNCTION sec.choose_ways() OWNER TO imprimatur_rights;

  -- The protections by which to merge a list of targets, for the session at hand; NULL where walking is cheaper.
  CREATE FUNCTION sec.session_targets_by() RETURNS int[] LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    RETURN (SELECT s.targets_by FROM sec.session s
             WHERE s.sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8'))
               AND s.expires_at > now() AND s.bitmap_until > now());
  END $$;
  GRANT EXECUTE ON FUNCTION sec.session_targets_by() TO imprimatur_api;
  ALTER FUNCTION sec.session_targets_by() OWNER TO imprimatur_rights;
`;

// The protections of one policy or classification that the session holds, and by which of two ways to list what stands under them.
const HELD = `
  CREATE FUNCTION sec.session_protections(wanted_policy text, wanted_classification text)
  RETURNS TABLE (ids int[], merge_documents boolean, merge_targets boolean) LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE held bytea := sec.vb(); found int[];
  BEGIN
    found := coalesce((SELECT array_agg(k.protection_id ORDER BY k.protection_id) FROM sec.protection_keys k
                        WHERE k.policy = wanted_policy AND (wanted_classification IS NULL OR k.classification = wanted_classification)
                          AND get_bit(held, k.protection_id) <> 0), ARRAY[]::int[]);
    RETURN QUERY
    SELECT found, sec.merging_is_cheaper(cardinality(found), sum(c.documents) FILTER (WHERE c.protection_id = ANY (found)), sum(c.documents)),
           sec.merging_is_cheaper(cardinality(found), sum(c.targets) FILTER (WHERE c.protection_id = ANY (found)), sum(c.targets))
      FROM sec.protection_count c;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.session_protections(text, text) TO imprimatur_api;
  ALTER FUNCTION sec.session_protections(text, text) OWNER TO imprimatur_rights;
`;

// Exact, from the counters: how many documents the session may know of, all or under some of its protections.
const COUNT = `
  CREATE FUNCTION sec.session_documents(under int[]) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE held bytea := sec.vb();
  BEGIN
    RETURN (SELECT coalesce(sum(c.documents), 0) FROM sec.protection_count c
             WHERE get_bit(held, c.protection_id) <> 0 AND (under IS NULL OR c.protection_id = ANY (under)));
  END $$;
  GRANT EXECUTE ON FUNCTION sec.session_documents(int[]) TO imprimatur_api;
  ALTER FUNCTION sec.session_documents(int[]) OWNER TO imprimatur_rights;
`;

// INVARIANT: answers for the session at hand alone, with keys; a row comes only if the session holds every protection that it stands
// under. The rows of the page are then read through row-level security like any others.
const ASKED = `
    held bytea := sec.vb();
    nation_asked text := wanted ->> 'nation';
    area_asked text := wanted ->> 'area';
    originator_asked text := wanted ->> 'originator';
    from_at timestamptz := wanted ->> 'from';
    to_at timestamptz := wanted ->> 'to';
    under int[];
    mine int[];`;
const TARGET_FITS = `get_bit(held, t.protection_id) <> 0 AND get_bit(held, t.document_protection_id) <> 0
           AND (nation_asked IS NULL OR t.nation = nation_asked) AND (area_asked IS NULL OR t.area = area_asked)
           AND (from_at IS NULL OR t.at >= from_at) AND (to_at IS NULL OR t.at < to_at)`;
const LISTED_TARGET_FITS = `${TARGET_FITS}
           AND (originator_asked IS NULL OR t.originator = originator_asked)
           AND (year_asked IS NULL OR t.due_year = year_asked) AND (document_asked IS NULL OR t.document_id = document_asked)
           AND (after_at IS NULL OR ((t.at, t.document_id) <= (after_at, after_document)
                                     AND ((t.at, t.document_id) < (after_at, after_document) OR t.ordinal > after_ordinal)))`;
const TARGETS_ASKED = `
  CREATE FUNCTION sec.targets(wanted jsonb, after_at timestamptz, after_document uuid, after_ordinal int, most int)
  RETURNS TABLE (portion_id uuid, version_id uuid, document_id uuid, at timestamptz, ordinal int)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
  #variable_conflict use_column
  DECLARE ${ASKED}
    year_asked int := wanted ->> 'dueYear';
    document_asked uuid := wanted ->> 'document';
  BEGIN
    IF held IS NULL THEN RETURN; END IF;
    IF wanted ? 'policy' THEN
      SELECT p.ids, CASE WHEN p.merge_targets THEN p.ids END INTO under, mine
        FROM sec.session_protections(wanted ->> 'policy', wanted ->> 'classification') AS p;
    ELSE
      mine := sec.session_targets_by();
    END IF;
    IF mine IS NULL OR document_asked IS NOT NULL THEN
      RETURN QUERY
      SELECT t.portion_id, t.version_id, t.document_id, t.at, t.ordinal FROM sec.current_target t
       WHERE ${LISTED_TARGET_FITS} AND (under IS NULL OR (t.protection_id + 0) = ANY (under))
       ORDER BY t.at DESC, t.document_id DESC, t.ordinal LIMIT most;
      RETURN;
    END IF;
    RETURN QUERY
    SELECT k.* FROM unnest(mine) AS one (id) CROSS JOIN LATERAL (
        SELECT t.portion_id, t.version_id, t.document_id, t.at, t.ordinal FROM sec.current_target t
         WHERE t.protection_id = one.id AND ${LISTED_TARGET_FITS}
         ORDER BY t.at DESC, t.document_id DESC, t.ordinal LIMIT most) AS k
     ORDER BY k.at DESC, k.document_id DESC, k.ordinal LIMIT most;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.targets(jsonb, timestamptz, uuid, int, int) TO imprimatur_api;
  ALTER FUNCTION sec.targets(jsonb, timestamptz, uuid, int, int) OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.count_targets(wanted jsonb) RETURNS bigint
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
  DECLARE ${ASKED}
    year_asked int := wanted ->> 'dueYear';
    document_asked uuid := wanted ->> 'document';
    after_at timestamptz;
    after_document uuid;
    after_ordinal int;
  BEGIN
    IF wanted ? 'policy' THEN
      under := (SELECT p.ids FROM sec.session_protections(wanted ->> 'policy', wanted ->> 'classification') AS p);
    END IF;
    RETURN (SELECT count(*) FROM sec.current_target t
             WHERE ${LISTED_TARGET_FITS} AND (under IS NULL OR (t.protection_id + 0) = ANY (under)));
  END $$;
  GRANT EXECUTE ON FUNCTION sec.count_targets(jsonb) TO imprimatur_api;
  ALTER FUNCTION sec.count_targets(jsonb) OWNER TO imprimatur_rights;
`;

// Documents of an originator, or with a target that the session sees of a nation or in an area.
const DOCUMENT_FITS = `get_bit(held, d.protection_id) <> 0
           AND (originator_asked IS NULL OR (lower(d.originator) = lower(originator_asked) AND d.originator = originator_asked))
           AND (from_at IS NULL OR d.created_at >= from_at) AND (to_at IS NULL OR d.created_at < to_at)
           AND (after_at IS NULL OR (d.created_at, d.id) < (after_at, after_document))`;
const WITH_TARGET_FITS = `${TARGET_FITS} AND (after_at IS NULL OR (t.at, t.document_id) < (after_at, after_document))
           AND (under IS NULL OR (t.document_protection_id + 0) = ANY (under))
           AND (originator_asked IS NULL OR EXISTS (
             SELECT FROM public.document d WHERE d.id = t.document_id AND d.originator = originator_asked))`;
const DOCUMENTS_ASKED = `
  CREATE FUNCTION sec.documents(wanted jsonb, after_at timestamptz, after_document uuid, most int)
  RETURNS TABLE (id uuid, at timestamptz)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
  #variable_conflict use_column
  DECLARE ${ASKED}
    by_target boolean := wanted ?| ARRAY['nation', 'area'];
  BEGIN
    IF held IS NULL THEN RETURN; END IF;
    IF wanted ? 'policy' THEN
      SELECT p.ids, CASE WHEN p.merge_documents AND NOT by_target THEN p.ids END INTO under, mine
        FROM sec.session_protections(wanted ->> 'policy', wanted ->> 'classification') AS p;
    ELSE
      mine := CASE WHEN by_target THEN sec.session_targets_by() ELSE sec.session_merge_by() END;
    END IF;
    IF by_target AND mine IS NULL THEN
      RETURN QUERY
      SELECT DISTINCT ON (t.at, t.document_id) t.document_id, t.at FROM sec.current_target t
       WHERE ${WITH_TARGET_FITS} ORDER BY t.at DESC, t.document_id DESC LIMIT most;
    ELSIF by_target THEN
      RETURN QUERY
      SELECT DISTINCT k.* FROM unnest(mine) AS one (id) CROSS JOIN LATERAL (
          SELECT DISTINCT ON (t.at, t.document_id) t.document_id, t.at FROM sec.current_target t
           WHERE t.protection_id = one.id AND ${WITH_TARGET_FITS} ORDER BY t.at DESC, t.document_id DESC LIMIT most) AS k
       ORDER BY k.at DESC, k.document_id DESC LIMIT most;
    ELSIF mine IS NULL THEN
      RETURN QUERY
      SELECT d.id, d.created_at FROM public.document d
       WHERE ${DOCUMENT_FITS} AND (under IS NULL OR (d.protection_id + 0) = ANY (under)) ORDER BY d.created_at DESC, d.id DESC LIMIT most;
    ELSE
      RETURN QUERY
      SELECT k.* FROM unnest(mine) AS one (id) CROSS JOIN LATERAL (
          SELECT d.id, d.created_at FROM public.document d
           WHERE d.protection_id = one.id AND ${DOCUMENT_FITS} ORDER BY d.created_at DESC, d.id DESC LIMIT most) AS k
       ORDER BY k.created_at DESC, k.id DESC LIMIT most;
    END IF;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.documents(jsonb, timestamptz, uuid, int) TO imprimatur_api;
  ALTER FUNCTION sec.documents(jsonb, timestamptz, uuid, int) OWNER TO imprimatur_rights;
`;

// INVARIANT: answers for the session at hand alone, with ids and never with words; a row comes only if the session holds every
// protection that it stands under. What comes, and in which order, does not depend on any other row. What depends on others is
// how long it takes: the words of hidden portions are found and passed over. A walk therefore gives up after a while, and
// then the index of words answers, whose work grows with the hits alone.
const PASSED = '100000';
const SAMPLE = '300';
const FITS = `get_bit(held, w.protection_id) <> 0 AND get_bit(held, w.document_protection_id) <> 0
           AND (w.all_protections IS NULL OR sec.session_holds(w.all_protections))
           AND w.words @@ query
           AND (nation_asked IS NULL OR w.nation = nation_asked) AND (area_asked IS NULL OR w.area = area_asked)
           AND (originator_asked IS NULL OR w.originator = originator_asked)
           AND (under IS NULL OR w.protection_id = ANY (under))
           AND (after_at IS NULL OR ((w.at, w.document_id) <= (after_at, after_document)
                                     AND ((w.at, w.document_id) < (after_at, after_document) OR w.ordinal > after_ordinal)))`;
const SEARCH = `
  CREATE FUNCTION sec.search_query(words text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT websearch_to_tsquery('pg_catalog.simple', regexp_replace(
      regexp_replace(normalize(words, NFKC), '(?<=[[:alnum:]])-', ' ', 'g'), '[^[:alnum:]"-]+', ' ', 'g'));
  $$;
  GRANT EXECUTE ON FUNCTION sec.search_query(text) TO imprimatur_api;
  ALTER FUNCTION sec.search_query(text) OWNER TO imprimatur_rights;

  CREATE FUNCTION sec.search(words text, wanted jsonb, after_at timestamptz, after_document uuid, after_ordinal int, most int)
  RETURNS TABLE (portion_id uuid, version_id uuid, document_id uuid, at timestamptz, ordinal int)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
  #variable_conflict use_column
  DECLARE ${ASKED}
    query tsquery := sec.search_query(words);
    seen numeric;
    everything numeric;
    share numeric;
    found bigint := 0;
  BEGIN
    -- What names no word that must occur would be found by reading everything.
    IF held IS NULL OR querytree(query) IN ('', 'T') THEN RETURN; END IF;
    IF wanted ? 'policy' THEN
      under := (SELECT p.ids FROM sec.session_protections(wanted ->> 'policy', wanted ->> 'classification') AS p);
    END IF;
    SELECT s.merge_by, s.portions_seen INTO mine, seen FROM sec.session s
     WHERE s.sid_hash = sha256(convert_to(current_setting('app.sid', true), 'UTF8'));
    IF mine IS NULL AND most IS NOT NULL THEN
      -- How common the words are, as far as the newest portions tell.
      share := (SELECT count(*) / ${SAMPLE}.0
                  FROM (SELECT c.words FROM sec.current_words c ORDER BY c.at DESC, c.document_id DESC, c.ordinal LIMIT ${SAMPLE}) AS w
                 WHERE w.words @@ query);
      everything := CASE WHEN share > 0.005 THEN (SELECT sum(c.portions) FROM sec.protection_count c) END;
      IF most * everything < least(share * everything, ${PASSED}) * share * seen THEN
        RETURN QUERY
        SELECT w.portion_id, w.version_id, w.document_id, w.at, w.ordinal
          FROM (SELECT * FROM sec.current_words c
                 WHERE (from_at IS NULL OR c.at >= from_at) AND (to_at IS NULL OR c.at < to_at)
                   AND (after_at IS NULL OR (c.at, c.document_id) <= (after_at, after_document))
                 ORDER BY c.at DESC, c.document_id DESC, c.ordinal LIMIT ${PASSED}) AS w
         WHERE ${FITS}
         ORDER BY w.at DESC, w.document_id DESC, w.ordinal LIMIT most;
        GET DIAGNOSTICS found = ROW_COUNT;
        IF found = most THEN RETURN; END IF;
      END IF;
    END IF;
    RETURN QUERY
    WITH visible AS MATERIALIZED (
      SELECT w.portion_id, w.version_id, w.document_id, w.at, w.ordinal
        FROM sec.current_words AS w
       WHERE ${FITS}
         AND (mine IS NULL OR w.protection_id = ANY (mine))
         AND (from_at IS NULL OR w.at >= from_at) AND (to_at IS NULL OR w.at < to_at))
    SELECT v.* FROM visible v ORDER BY v.at DESC, v.document_id DESC, v.ordinal OFFSET found LIMIT most - found;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.search(text, jsonb, timestamptz, uuid, int, int) TO imprimatur_api;
  ALTER FUNCTION sec.search(text, jsonb, timestamptz, uuid, int, int) OWNER TO imprimatur_rights;
`;

// What was there before this migration; the triggers keep what comes after it.
const FILL = `
  SET LOCAL ROLE imprimatur_rights;
  SELECT sec.put_in_force(ARRAY(SELECT DISTINCT ON (document_id) id FROM public.version ORDER BY document_id, ordinal DESC));
  UPDATE sec.session SET bitmap = NULL WHERE bitmap IS NOT NULL;
  RESET ROLE;
`;
