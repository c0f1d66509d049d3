// INVARIANT: answers for the session at hand alone, with keys; a row comes only if the session holds every protection that it stands
// under. The rows of the page are then read through row-level security like any others.
const ASKED = `
    held bytea := sec.vb() || ''::bytea;
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
export const TARGETS_ASKED = `
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
       WHERE ${LISTED_TARGET_FITS} AND (under IS NULL OR (t.protection_id IN (SELECT unnest(under))) IS TRUE)
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
             WHERE ${LISTED_TARGET_FITS} AND (under IS NULL OR (t.protection_id IN (SELECT unnest(under))) IS TRUE));
  END $$;
  GRANT EXECUTE ON FUNCTION sec.count_targets(jsonb) TO imprimatur_api;
  ALTER FUNCTION sec.count_targets(jsonb) OWNER TO imprimatur_rights;
`;

// Documents of an originator, or with a target that the session sees of a nation or in an area.
const DOCUMENT_FITS = `get_bit(held, d.protection_id) <> 0
           AND (originator_asked IS NULL OR d.originator = originator_asked)
           AND (from_at IS NULL OR d.created_at >= from_at) AND (to_at IS NULL OR d.created_at < to_at)
           AND (after_at IS NULL OR (d.created_at, d.id) < (after_at, after_document))`;
const WITH_TARGET_FITS = `${TARGET_FITS} AND (after_at IS NULL OR (t.at, t.document_id) < (after_at, after_document))
           AND (under IS NULL OR (t.document_protection_id IN (SELECT unnest(under))) IS TRUE)
           AND (originator_asked IS NULL OR EXISTS (
             SELECT FROM public.document d WHERE d.id = t.document_id AND d.originator = originator_asked))`;
export const DOCUMENTS_ASKED = `
  CREATE FUNCTION sec.documents(wanted jsonb, after_at timestamptz, after_document uuid, most int)
  RETURNS TABLE (id uuid, at timestamptz)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
  #variable_conflict use_column
  DECLARE ${ASKED}
    by_target boolean := wanted ?| ARRAY['nation', 'area'];
  BEGIN
    IF held IS NULL THEN RETURN; END IF;
    IF wanted ? 'policy' THEN
      under := (SELECT p.ids FROM sec.session_protections(wanted ->> 'policy', wanted ->> 'classification') AS p);
    END IF;
    IF by_target THEN
      mine := sec.session_targets_by();
    ELSE
      -- Under how few protections the session holds documents of the originator, and how many, is counted already.
      SELECT CASE WHEN sec.merging_is_cheaper(count(*), coalesce(sum(o.documents), 0), (SELECT sum(c.documents) FROM sec.protection_count c))
                  THEN coalesce(array_agg(o.protection_id), ARRAY[]::int[]) END INTO mine
        FROM sec.originator_count o
       WHERE o.originator = originator_asked AND get_bit(held, o.protection_id) <> 0
         AND (under IS NULL OR (o.protection_id IN (SELECT unnest(under))) IS TRUE);
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
       WHERE ${DOCUMENT_FITS} AND (under IS NULL OR (d.protection_id IN (SELECT unnest(under))) IS TRUE) ORDER BY d.created_at DESC, d.id DESC LIMIT most;
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
const HELD = `get_bit(held, w.protection_id) <> 0 AND get_bit(held, w.document_protection_id) <> 0
           AND (w.all_protections IS NULL OR sec.session_holds(w.all_protections))`;
const FITS = `(nation_asked IS NULL OR w.nation = nation_asked) AND (area_asked IS NULL OR w.area = area_asked)
           AND (originator_asked IS NULL OR w.originator = originator_asked)
           AND (from_at IS NULL OR w.at >= from_at) AND (to_at IS NULL OR w.at < to_at)
           AND (under IS NULL OR (w.protection_id IN (SELECT unnest(under))) IS TRUE)
           AND (after_at IS NULL OR ((w.at, w.document_id) <= (after_at, after_document)
                                     AND ((w.at, w.document_id) < (after_at, after_document) OR w.ordinal > after_ordinal)))`;
export const SEARCH = `
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
    -- How common the words are, as far as the newest portions tell. Rare ones are found by the index of words alone.
    share := (SELECT count(*) / ${SAMPLE}.0
                FROM (SELECT c.words FROM sec.current_words c ORDER BY c.at DESC, c.document_id DESC, c.ordinal LIMIT ${SAMPLE}) AS w
               WHERE w.words @@ query);
    IF share > 0.005 AND mine IS NOT NULL THEN
      -- Who sees little: everything that they see is looked through, whatever else there is.
      RETURN QUERY
      SELECT w.portion_id, w.version_id, w.document_id, w.at, w.ordinal
        FROM sec.current_words AS w
       WHERE w.protection_id = ANY (mine) AND ${HELD} AND (w.words @@ query) IS TRUE AND ${FITS}
       ORDER BY w.at DESC, w.document_id DESC, w.ordinal LIMIT most;
      RETURN;
    END IF;
    IF share > 0.005 AND most IS NOT NULL THEN
      everything := (SELECT sum(c.portions) FROM sec.protection_count c);
      IF most * everything < least(share * everything, ${PASSED}) * share * seen THEN
        RETURN QUERY
        SELECT w.portion_id, w.version_id, w.document_id, w.at, w.ordinal
          FROM (SELECT * FROM sec.current_words c
                 WHERE (from_at IS NULL OR c.at >= from_at) AND (to_at IS NULL OR c.at < to_at)
                   AND (after_at IS NULL OR (c.at, c.document_id) <= (after_at, after_document))
                 ORDER BY c.at DESC, c.document_id DESC, c.ordinal LIMIT ${PASSED}) AS w
         WHERE ${HELD} AND w.words @@ query AND ${FITS}
         ORDER BY w.at DESC, w.document_id DESC, w.ordinal LIMIT most;
        GET DIAGNOSTICS found = ROW_COUNT;
        IF found = most THEN RETURN; END IF;
      END IF;
    END IF;
    RETURN QUERY
    WITH visible AS MATERIALIZED (
      SELECT w.portion_id, w.version_id, w.document_id, w.at, w.ordinal
        FROM sec.current_words AS w WHERE w.words @@ query AND ${HELD} AND ${FITS})
    SELECT v.* FROM visible v ORDER BY v.at DESC, v.document_id DESC, v.ordinal OFFSET found LIMIT most - found;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.search(text, jsonb, timestamptz, uuid, int, int) TO imprimatur_api;
  ALTER FUNCTION sec.search(text, jsonb, timestamptz, uuid, int, int) OWNER TO imprimatur_rights;
`;
