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
    WITH number AS MATERIALIZED (
      SELECT m.found[1]::numeric AS value, row_number() OVER (ORDER BY m.place) AS place
        FROM regexp_matches(sec.as_one_number(body), '(?<!\\d)\\d{1,18}(?!\\d)', 'g') WITH ORDINALITY AS m (found, place)
       WHERE m.found[1] !~ '^(19|20)\\d\\d$')
    SELECT coalesce(array_agg(DISTINCT pair), ARRAY[]::bigint[])
      FROM number a JOIN number b ON b.place BETWEEN a.place + 1 AND a.place + 2,
           unnest(sec.figure_pair(a.value, b.value)) AS pair;
  $$;
`;

// The words of a target row are those of its form, so its figures alone are its fingerprint.
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

  CREATE INDEX portion_fingerprints ON portion USING gin (fingerprints);
  CREATE INDEX portion_figures ON portion USING gin (figures);
  GRANT EXECUTE ON FUNCTION sec.take_fingerprints() TO imprimatur_api;
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

// `written` is a list of {text, own, nation, area}: the text about to be written, what it may repeat although others may not, and of a
// target its fields; `given` is what the readers of all of them get anyway. The answer names by its number (from 0) each text that a
// held portion has much of, and under what that portion stands.
//
// The conditions on the bits come first: of a portion that the session does not hold nothing is unpacked, joined or counted. What
// remains is that the index passes over its row; like every index that row-level security stands behind, it takes its time.
const ASKED = `
  CREATE FUNCTION sec.near_copies(written jsonb, given text[]) RETURNS TABLE (n int, how text, protection_id int, document_protection_id int)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  #variable_conflict use_column
  DECLARE held bytea := sec.vb();
  BEGIN
    IF held IS NULL THEN RETURN; END IF;
    RETURN QUERY
    WITH asked AS MATERIALIZED (
           SELECT (w.place - 1)::int AS n, w.item ->> 'text' AS body, w.item ->> 'nation' AS nation, w.item ->> 'area' AS area,
                  sec.shingles(w.item ->> 'text') AS shingles, sec.shingles(w.item ->> 'own') AS own
             FROM jsonb_array_elements(written) WITH ORDINALITY AS w (item, place)),
         known AS MATERIALIZED (SELECT DISTINCT u.print FROM unnest(given) AS g (body), unnest(sec.shingles(g.body)) AS u (print)),
         shingle AS MATERIALIZED (
           SELECT a.n, u.print, min(u.place) AS place FROM asked a, unnest(a.shingles) WITH ORDINALITY AS u (print, place)
            WHERE a.nation IS NULL AND NOT u.print = ANY (a.own) AND NOT EXISTS (SELECT FROM known k WHERE k.print = u.print)
            GROUP BY a.n, u.print),
         source AS MATERIALIZED (
           SELECT p.id, p.protection_id, p.document_protection_id, p.fingerprints FROM public.portion p
            WHERE p.fingerprints && (SELECT array_agg(DISTINCT s.print) FROM shingle s)
              AND get_bit(held, p.protection_id) <> 0 AND get_bit(held, p.document_protection_id) <> 0),
         shared AS (
           SELECT s.n, o.id, s.place - lag(s.place, 4) OVER (PARTITION BY s.n, o.id ORDER BY s.place) AS span
             FROM source o, unnest(o.fingerprints) AS f (print) JOIN shingle s ON s.print = f.print),
         counted AS (SELECT s.n, s.id, count(*) AS shared, bool_or(s.span < 22) AS in_a_run FROM shared s GROUP BY s.n, s.id HAVING count(*) >= 2),
         near AS (
           SELECT c.n, o.protection_id, o.document_protection_id
             FROM counted c JOIN source o ON o.id = c.id JOIN asked a ON a.n = c.n
            WHERE sec.is_near_copy(c.shared, c.in_a_run, cardinality(o.fingerprints), cardinality(sec.winnowed(a.shingles)))),
         known_pair AS MATERIALIZED (SELECT DISTINCT u.print FROM unnest(given) AS g (body), unnest(sec.figure_pairs(g.body)) AS u (print)),
         pair AS MATERIALIZED (
           SELECT a.n, u.print FROM asked a, unnest(sec.figure_pairs(a.body)) AS u (print)
            WHERE NOT EXISTS (SELECT FROM known_pair k WHERE k.print = u.print)),
         figured AS MATERIALIZED (
           SELECT p.kind, p.body, p.nation, p.area, p.protection_id, p.document_protection_id, p.figures FROM public.portion p
            WHERE p.figures && (SELECT array_agg(DISTINCT s.print) FROM pair s)
              AND get_bit(held, p.protection_id) <> 0 AND get_bit(held, p.document_protection_id) <> 0),
         target AS (
           SELECT a.n, o.protection_id, o.document_protection_id
             FROM figured o, unnest(o.figures) AS f (print) JOIN pair s ON s.print = f.print JOIN asked a ON a.n = s.n
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
  ALTER FUNCTION sec.speaks_of(text, text) OWNER TO imprimatur_rights;
  GRANT EXECUTE ON FUNCTION sec.near_copies(jsonb, text[]) TO imprimatur_api;
  ALTER FUNCTION sec.near_copies(jsonb, text[]) OWNER TO imprimatur_rights;
`;
