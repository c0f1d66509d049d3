import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Finds what a text was copied from, although words were changed, moved or left out, and a target although it was put into words.
 *
 * A portion keeps fingerprints of its words and of its pairs of figures. A trigger makes them from its text: there is one
 * implementation, what stood before this migration has them as well, and a captured api cannot leave out or invent any.
 *
 * INVARIANT (absent_equals_forbidden): `sec.near_copies` compares with portions that the session holds, and with no other; it
 * answers with protections, never with words.
 */
export class FindNearCopies1767225600073 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const made of [WORDS, FIGURES, PORTIONS, RULE, ASKED]) await runner.query(made);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// Three words in a row make a shingle; of every three shingles in a row the smallest hash is kept ("winnowing", Schleimer,
// Wilkerson and Aiken 2003). So five words in a row that two texts share always share a fingerprint, and half of the shingles
// need not be kept. A number is one word, whatever separates its thousands. A text of fewer than three words has no fingerprint:
// only an exact copy of it is found.
const WORDS = `
  CREATE FUNCTION sec.as_one_number(body text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT regexp_replace(normalize(body, NFKC), '(?<!\\d)(\\d{1,3})[,. ](?=\\d{3}(?!\\d))', '\\1', 'g');
  $$;

  -- All of them, in the order of the text.
  CREATE FUNCTION sec.shingles(body text) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(hashtextextended(first || ' ' || second || ' ' || third, 0) ORDER BY place), ARRAY[]::bigint[])
      FROM (SELECT w.word AS first, lead(w.word) OVER in_order AS second, lead(w.word, 2) OVER in_order AS third, w.place
              FROM unnest(string_to_array(sec.plain(sec.as_one_number(body)), ' ')) WITH ORDINALITY AS w (word, place)
            WINDOW in_order AS (ORDER BY w.place)) AS words
     WHERE third IS NOT NULL;
  $$;

  CREATE FUNCTION sec.winnowed(shingles bigint[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT least(s.hash, s.second, s.third)), ARRAY[]::bigint[])
      FROM (SELECT u.hash, lead(u.hash) OVER in_order AS second, lead(u.hash, 2) OVER in_order AS third, u.place
              FROM unnest(shingles) WITH ORDINALITY AS u (hash, place)
            WINDOW in_order AS (ORDER BY u.place)) AS s
     WHERE s.third IS NOT NULL OR s.place = 1;
  $$;
`;

// A target is known by two figures that stand together: what is there, and what is asked for. In running text any two numbers
// count that stand next to each other, or have one between them. Years are left out; of two figures below ten nothing is made, they
// stand together by chance.
const FIGURES = `
  CREATE FUNCTION sec.figure_pair(one numeric, other numeric) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN one <> other AND greatest(one, other) >= 10
           THEN ARRAY[hashtextextended(least(one, other)::text || ' ' || greatest(one, other)::text, 1)] ELSE ARRAY[]::bigint[] END;
  $$;

  CREATE FUNCTION sec.figure_pairs(body text) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT pair.print), ARRAY[]::bigint[])
      FROM (SELECT m.found[1]::numeric AS value, lead(m.found[1]::numeric) OVER in_order AS second, lead(m.found[1]::numeric, 2) OVER in_order AS third
              FROM regexp_matches(sec.as_one_number(body), '(?<!\\d)\\d{1,18}(?!\\d)', 'g') WITH ORDINALITY AS m (found, place)
             WHERE m.found[1] !~ '^(19|20)\\d\\d$' WINDOW in_order AS (ORDER BY m.place)) AS number,
           unnest(sec.figure_pair(number.value, number.second) || sec.figure_pair(number.value, number.third)) AS pair (print);
  $$;
`;

// The words of a target row are those of its form, so its figures alone are its fingerprint. The view is read by the functions below
// alone: what else has words will join it.
const PORTIONS = `
  ALTER TABLE portion ADD COLUMN fingerprints bigint[] NOT NULL DEFAULT '{}', ADD COLUMN figures bigint[] NOT NULL DEFAULT '{}';

  CREATE FUNCTION sec.take_fingerprints() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    IF NEW.kind = 'target' THEN
      NEW.fingerprints := '{}';
      NEW.figures := sec.figure_pair(NEW.quantity_now, NEW.quantity_required);
    ELSE
      NEW.fingerprints := sec.winnowed(sec.shingles(NEW.body));
      NEW.figures := sec.figure_pairs(NEW.body);
    END IF;
    RETURN NEW;
  END $$;

  -- The owner is under row-level security as well, and has no policy: for this one statement it stands beside it.
  ALTER TABLE portion NO FORCE ROW LEVEL SECURITY;
  SET LOCAL ROLE imprimatur_rights;
  GRANT EXECUTE ON FUNCTION sec.plain(text) TO SESSION_USER;
  RESET ROLE;
  UPDATE portion SET
    fingerprints = CASE WHEN kind = 'target' THEN '{}' ELSE sec.winnowed(sec.shingles(body)) END,
    figures = CASE WHEN kind = 'target' THEN sec.figure_pair(quantity_now, quantity_required) ELSE sec.figure_pairs(body) END;
  SET LOCAL ROLE imprimatur_rights;
  REVOKE EXECUTE ON FUNCTION sec.plain(text) FROM SESSION_USER;
  RESET ROLE;
  ALTER TABLE portion FORCE ROW LEVEL SECURITY;

  CREATE INDEX portion_fingerprints ON portion USING gin (fingerprints) WITH (fastupdate = off);
  CREATE INDEX portion_figures ON portion USING gin (figures) WITH (fastupdate = off);
  GRANT EXECUTE ON FUNCTION sec.take_fingerprints() TO imprimatur_api;
  CREATE VIEW sec.comparable AS
    SELECT id, kind, body, nation, area, protection_id, document_protection_id, fingerprints, figures FROM public.portion;
  ALTER VIEW sec.comparable OWNER TO imprimatur_rights;
  CREATE TRIGGER take_fingerprints BEFORE INSERT ON portion FOR EACH ROW EXECUTE FUNCTION sec.take_fingerprints();
  ALTER FUNCTION sec.as_one_number(text) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.shingles(text) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.winnowed(bigint[]) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.figure_pair(numeric, numeric) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.figure_pairs(text) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.take_fingerprints() OWNER TO imprimatur_rights;
`;

// When two texts are near copies. Measured over a thousand paragraphs about one field (each about 35 words) with random edits: a
// paragraph of 30 to 60 words with 8 words changed is found in 998 of 1,000 cases, a sentence of 15 to 25 words with three in
// 995, one of 11 to 14 with two in 9 of 10; a sentence of 8 words lifted out is always found, embedded in another paragraph from
// 12 words on. Of a million pairs of different paragraphs below one in ten thousand is taken for a copy, most of them rightly.
//   a run: five fingerprints within 24 words of the new text, so about twelve words in a row, whatever else is around them;
//   a part: three that are a third of all that the source has, or a third of those of the text;
//   a short text: two that are six tenths. A name or a heading of a few words that both have is less than that.
const RULE = `
  CREATE FUNCTION sec.is_near_copy(shared bigint, in_a_run boolean, of_source int, of_text int) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(in_a_run, false)
        OR (shared >= 3 AND 10 * shared >= 3 * least(of_source, of_text))
        OR (shared >= 2 AND 10 * shared >= 6 * least(of_source, of_text));
  $$;
  ALTER FUNCTION sec.is_near_copy(bigint, boolean, int, int) OWNER TO imprimatur_rights;
`;

// `written` is a list of {text, own, nation, area, circle}: the text about to be written, what it may repeat although others may not, of
// a target its fields, and the number of the protection under which it is about to stand; `given` is what the readers of all texts get
// anyway. Asked in two steps, so that what stands no higher than a text costs nothing more: the first names the protections of
// whatever has a fingerprint of any text, the second compares with those protections that the asker has named for a circle.
//
// Each fingerprint is looked up in the index by itself: there are many in a text, and PostgreSQL compares two long lists one by one.
//
// The conditions on the bits come first: of a portion that the session does not hold nothing is unpacked, joined or counted. What
// remains is that the index passes over its row; like every index that row-level security stands behind, it takes its time.
const ASKED = `
  CREATE FUNCTION sec.asked_shingles(written jsonb, given text[]) RETURNS TABLE (n int, print bigint, place bigint) LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp AS $$
    WITH known AS MATERIALIZED (SELECT DISTINCT u.print FROM unnest(given) AS g (body), unnest(sec.shingles(g.body)) AS u (print))
    SELECT (w.place - 1)::int, u.print, min(u.place)
      FROM jsonb_array_elements(written) WITH ORDINALITY AS w (item, place),
           LATERAL (SELECT sec.shingles(w.item ->> 'own') AS prints) AS own,
           unnest(sec.shingles(w.item ->> 'text')) WITH ORDINALITY AS u (print, place)
     WHERE w.item ->> 'nation' IS NULL AND NOT u.print = ANY (own.prints) AND NOT EXISTS (SELECT FROM known k WHERE k.print = u.print)
     GROUP BY w.place, u.print;
  $$;

  CREATE FUNCTION sec.asked_pairs(written jsonb, given text[]) RETURNS TABLE (n int, print bigint) LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp AS $$
    WITH known AS MATERIALIZED (SELECT DISTINCT u.print FROM unnest(given) AS g (body), unnest(sec.figure_pairs(g.body)) AS u (print))
    SELECT (w.place - 1)::int, u.print
      FROM jsonb_array_elements(written) WITH ORDINALITY AS w (item, place), unnest(sec.figure_pairs(w.item ->> 'text')) AS u (print)
     WHERE NOT EXISTS (SELECT FROM known k WHERE k.print = u.print);
  $$;

  CREATE FUNCTION sec.copy_protections(written jsonb, given text[]) RETURNS TABLE (protection_id int, document_protection_id int)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  #variable_conflict use_column
  DECLARE
    held bytea := sec.vb() || ''::bytea;
    prints bigint[];
    pairs bigint[];
  BEGIN
    IF held IS NULL THEN RETURN; END IF;
    prints := (SELECT array_agg(DISTINCT s.print) FROM sec.asked_shingles(written, given) AS s);
    pairs := (SELECT array_agg(DISTINCT s.print) FROM sec.asked_pairs(written, given) AS s);
    RETURN QUERY
    SELECT p.protection_id, p.document_protection_id FROM unnest(prints) AS u (print) JOIN sec.comparable p ON p.fingerprints @> ARRAY[u.print]
     WHERE get_bit(held, p.protection_id) <> 0 AND get_bit(held, p.document_protection_id) <> 0
     UNION
    SELECT p.protection_id, p.document_protection_id FROM unnest(pairs) AS u (print) JOIN sec.comparable p ON p.figures @> ARRAY[u.print]
     WHERE get_bit(held, p.protection_id) <> 0 AND get_bit(held, p.document_protection_id) <> 0;
  END $$;

  CREATE FUNCTION sec.near_copies(written jsonb, given text[], against jsonb)
  RETURNS TABLE (n int, how text, protection_id int, document_protection_id int)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  #variable_conflict use_column
  DECLARE
    held bytea := sec.vb() || ''::bytea;
    prints bigint[];
    pairs bigint[];
  BEGIN
    IF held IS NULL THEN RETURN; END IF;
    prints := (SELECT array_agg(DISTINCT s.print) FROM sec.asked_shingles(written, given) AS s);
    pairs := (SELECT array_agg(DISTINCT s.print) FROM sec.asked_pairs(written, given) AS s);
    RETURN QUERY
    WITH asked AS MATERIALIZED (
           SELECT (w.place - 1)::int AS n, w.item ->> 'text' AS body, w.item ->> 'nation' AS nation, w.item ->> 'area' AS area,
                  (w.item ->> 'circle')::int AS circle, cardinality(sec.winnowed(sec.shingles(w.item ->> 'text'))) AS prints
             FROM jsonb_array_elements(written) WITH ORDINALITY AS w (item, place)),
         compared AS MATERIALIZED (
           SELECT DISTINCT c.circle, c.protection, c.document
             FROM jsonb_to_recordset(against) AS c (circle int, protection int, document int)
            WHERE get_bit(held, c.protection) <> 0 AND get_bit(held, c.document) <> 0),
         shingle AS MATERIALIZED (SELECT s.n, a.circle, s.print, s.place FROM sec.asked_shingles(written, given) AS s JOIN asked a ON a.n = s.n),
         hit AS MATERIALIZED (
           SELECT p.id, p.protection_id, p.document_protection_id, cardinality(p.fingerprints) AS prints, u.print
             FROM unnest(prints) AS u (print) JOIN sec.comparable p ON p.fingerprints @> ARRAY[u.print]
            WHERE (p.protection_id, p.document_protection_id) IN (SELECT c.protection, c.document FROM compared c)),
         shared AS (
           SELECT s.n, h.id, h.protection_id, h.document_protection_id, h.prints,
                  s.place - lag(s.place, 4) OVER (PARTITION BY s.n, h.id ORDER BY s.place) AS span
             FROM hit h JOIN compared c ON c.protection = h.protection_id AND c.document = h.document_protection_id
             JOIN shingle s ON s.print = h.print AND s.circle = c.circle),
         counted AS (
           SELECT s.n, s.protection_id, s.document_protection_id, s.prints, count(*) AS shared, bool_or(s.span < 22) AS in_a_run
             FROM shared s GROUP BY s.n, s.id, s.protection_id, s.document_protection_id, s.prints HAVING count(*) >= 2),
         near AS (
           SELECT c.n, c.protection_id, c.document_protection_id FROM counted c JOIN asked a ON a.n = c.n
            WHERE sec.is_near_copy(c.shared, c.in_a_run, c.prints, a.prints)),
         pair AS MATERIALIZED (SELECT s.n, s.print FROM sec.asked_pairs(written, given) AS s),
         target AS (
           SELECT a.n, o.protection_id, o.document_protection_id
             FROM unnest(pairs) AS u (print) JOIN sec.comparable o ON o.figures @> ARRAY[u.print]
             JOIN pair s ON s.print = u.print JOIN asked a ON a.n = s.n
             JOIN compared c ON c.circle = a.circle AND c.protection = o.protection_id AND c.document = o.document_protection_id
            WHERE CASE WHEN o.kind = 'target' AND a.nation IS NOT NULL THEN o.nation = a.nation AND sec.plain(o.area) = sec.plain(a.area)
                       WHEN o.kind = 'target' THEN sec.speaks_of(a.body, o.area)
                       WHEN a.nation IS NOT NULL THEN sec.speaks_of(o.body, a.area) END)
    SELECT DISTINCT found.n, found.how, found.protection_id, found.document_protection_id
      FROM (SELECT near.*, 'near' AS how FROM near UNION ALL SELECT target.*, 'figures' FROM target) AS found;
  END $$;

  CREATE FUNCTION sec.speaks_of(body text, area text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT sec.plain(area) <> '' AND position(' ' || sec.plain(area) || ' ' IN ' ' || sec.plain(body) || ' ') > 0;
  $$;
  GRANT EXECUTE ON FUNCTION sec.copy_protections(jsonb, text[]), sec.near_copies(jsonb, text[], jsonb) TO imprimatur_api;
  ALTER FUNCTION sec.asked_shingles(jsonb, text[]) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.asked_pairs(jsonb, text[]) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.speaks_of(text, text) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.copy_protections(jsonb, text[]) OWNER TO imprimatur_rights;
  ALTER FUNCTION sec.near_copies(jsonb, text[], jsonb) OWNER TO imprimatur_rights;
`;
