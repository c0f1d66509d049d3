import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DOCUMENTS_ASKED, SEARCH, TARGETS_ASKED } from './list-functions';

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
  CREATE TABLE sec.originator_count (
    originator text NOT NULL, protection_id int NOT NULL, documents bigint NOT NULL, PRIMARY KEY (originator, protection_id));
  GRANT SELECT, INSERT, UPDATE ON sec.originator_count TO imprimatur_rights;
`;

// Each list is walked in its own order, under the filter that narrows most; whatever else is asked is looked at on the way.
const INDEXES = `
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

  SET LOCAL ROLE imprimatur_rights;
  CREATE OR REPLACE FUNCTION sec.count_documents() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    INSERT INTO sec.protection_count AS c (protection_id, documents)
    SELECT protection_id, count(*) FROM added GROUP BY protection_id ORDER BY protection_id
    ON CONFLICT (protection_id) DO UPDATE SET documents = c.documents + excluded.documents;
    INSERT INTO sec.originator_count AS c (originator, protection_id, documents)
    SELECT originator, protection_id, count(*) FROM added GROUP BY originator, protection_id ORDER BY originator, protection_id
    ON CONFLICT (originator, protection_id) DO UPDATE SET documents = c.documents + excluded.documents;
    RETURN NULL;
  END $$;
  RESET ROLE;

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
    SELECT protections = 0 OR 1.0 + 0.02 * protections < 0.0009 * least(50.0 * everything / greatest(visible, 1), everything);
  $$;
  ALTER FUNCTION sec.merging_is_cheaper(bigint, numeric, numeric) OWNER TO imprimatur_rights;

  SET LOCAL ROLE imprimatur_rights;
  CREATE OR REPLACE FUNCTION sec.merge_by(held bytea, upto int) RETURNS int[] LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    ids int[] := coalesce((SELECT array_agg(id) FROM generate_series(1, upto) AS id WHERE get_bit(held, id) <> 0), ARRAY[]::int[]);
    visible bigint := (SELECT coalesce(sum(documents), 0) FROM sec.protection_count WHERE get_bit(held, protection_id) <> 0);
  BEGIN
    RETURN CASE WHEN sec.merging_is_cheaper(cardinality(ids), visible, (SELECT coalesce(sum(documents), 0) FROM sec.protection_count)) THEN ids END;
  END $$;
  RESET ROLE;

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
  DECLARE
    held bytea := sec.vb() || ''::bytea;
    found record;
    everything record;
  BEGIN
    SELECT coalesce(array_agg(k.protection_id), ARRAY[]::int[]) AS ids, coalesce(sum(c.documents), 0) AS documents,
           coalesce(sum(c.targets), 0) AS targets INTO found
      FROM sec.protection_keys k LEFT JOIN sec.protection_count c ON c.protection_id = k.protection_id
     WHERE k.policy = wanted_policy AND (wanted_classification IS NULL OR k.classification = wanted_classification)
       AND get_bit(held, k.protection_id) <> 0;
    SELECT coalesce(sum(c.documents), 0) AS documents, coalesce(sum(c.targets), 0) AS targets INTO everything FROM sec.protection_count c;
    RETURN QUERY SELECT found.ids, sec.merging_is_cheaper(cardinality(found.ids), found.documents, everything.documents),
                        sec.merging_is_cheaper(cardinality(found.ids), found.targets, everything.targets);
  END $$;
  GRANT EXECUTE ON FUNCTION sec.session_protections(text, text) TO imprimatur_api;
  ALTER FUNCTION sec.session_protections(text, text) OWNER TO imprimatur_rights;
`;

// Exact, from the counters: how many documents the session may know of, all or under some of its protections.
const COUNT = `
  CREATE FUNCTION sec.session_documents(under int[]) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE held bytea := sec.vb() || ''::bytea;
  BEGIN
    RETURN (SELECT coalesce(sum(c.documents), 0) FROM sec.protection_count c
             WHERE get_bit(held, c.protection_id) <> 0 AND (under IS NULL OR c.protection_id = ANY (under)));
  END $$;
  GRANT EXECUTE ON FUNCTION sec.session_documents(int[]) TO imprimatur_api;
  ALTER FUNCTION sec.session_documents(int[]) OWNER TO imprimatur_rights;
`;

// What was there before this migration; the triggers keep what comes after it.
const FILL = `
  SET LOCAL ROLE imprimatur_rights;
  INSERT INTO sec.originator_count SELECT originator, protection_id, count(*) FROM public.document GROUP BY originator, protection_id;
  SELECT sec.put_in_force(ARRAY(SELECT DISTINCT ON (document_id) id FROM public.version ORDER BY document_id, ordinal DESC));
  UPDATE sec.session SET bitmap = NULL WHERE bitmap IS NOT NULL;
  RESET ROLE;
`;
