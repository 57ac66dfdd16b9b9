/** JSON text by path. Values keep the text they have in the document. */
export const JSON_RUNTIME = String.raw`
CREATE OR REPLACE FUNCTION sys.json_of(x text) RETURNS json LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF NOT (x IS JSON) THEN PERFORM sys.raise(13609, 'JSON text is not properly formatted.'); END IF;
  RETURN x::json;
END $$;
CREATE OR REPLACE FUNCTION sys.json_steps(path text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE body text := regexp_replace(path COLLATE "C", '^\s*(append\s+)?((strict|lax)\s+)?', '', 'i');
BEGIN
  -- The steps of a path that is only known when it runs.
  IF body COLLATE "C" !~ '^\$(\.("([^"\\]|\\.)*"|[^.["]+)|\[\d+\])*\s*$' THEN PERFORM sys.raise(13607, 'JSON path is not properly formatted.'); END IF;
  RETURN ARRAY(SELECT coalesce(regexp_replace(m[1] COLLATE "C", '\\(.)', '\1', 'g'), trim(m[2]), m[3])
    FROM regexp_matches(body COLLATE "C", '\.(?:"((?:[^"\\]|\\.)*)"|([^.["]+))|\[(\d+)\]', 'g') AS m);
END $$;
CREATE OR REPLACE FUNCTION sys.json_mode(path text, mode text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT path COLLATE "C" ~* ('^\s*' || CASE mode WHEN 'strict' THEN '(append\s+)?' ELSE '' END || mode || '\s') $$;
CREATE OR REPLACE FUNCTION sys.json_value(x text, steps text[], strict_mode boolean) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE at json := sys.json_of(x) #> steps; made text;
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF at IS NULL THEN
    IF strict_mode THEN PERFORM sys.raise(13608, 'Property cannot be found on the specified JSON path.'); END IF;
    RETURN NULL;
  END IF;
  IF json_typeof(at) IN ('object', 'array') THEN
    IF strict_mode THEN PERFORM sys.raise(13623, 'Scalar value cannot be found in the specified JSON path.'); END IF;
    RETURN NULL;
  END IF;
  made := at #>> '{}';
  IF length(made) > 4000 THEN
    IF strict_mode THEN PERFORM sys.raise(13625, 'String value in the specified JSON path would be truncated.'); END IF;
    RETURN NULL;
  END IF;
  RETURN made;
END $$;
CREATE OR REPLACE FUNCTION sys.json_query(x text, steps text[], strict_mode boolean) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE at json := sys.json_of(x) #> steps;
BEGIN
  IF at IS NOT NULL AND json_typeof(at) IN ('object', 'array') THEN RETURN at::text; END IF;
  IF strict_mode AND x IS NOT NULL THEN
    PERFORM sys.raise(CASE WHEN at IS NULL THEN 13608 ELSE 13624 END, 'Object or array cannot be found in the specified JSON path.');
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION sys.json_path_exists(x text, steps text[]) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF NOT (x IS JSON) THEN RETURN 0; END IF;
  RETURN (x::json #> steps IS NOT NULL)::int;
END $$;
CREATE OR REPLACE FUNCTION sys.isjson(x text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN x IS NULL THEN NULL WHEN x IS JSON OBJECT OR x IS JSON ARRAY THEN 1 ELSE 0 END $$;
CREATE OR REPLACE FUNCTION sys.json_end(x text, at int) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE depth int := 0; i int := at; token text;
BEGIN
  -- The position behind the value that begins at a position.
  LOOP
    token := substring(substr(x, i) COLLATE "C" from '^(\s+|"(?:[^"\\]|\\.)*"|[][{}:,]|[^][{}:,"\s]+)');
    i := i + length(token);
    IF token IN ('{', '[') THEN depth := depth + 1; ELSIF token IN ('}', ']') THEN depth := depth - 1; END IF;
    EXIT WHEN depth = 0 AND token COLLATE "C" !~ '^\s+$';
  END LOOP;
  RETURN i;
END $$;
CREATE OR REPLACE FUNCTION sys.json_modify(x text, steps text[], made text, append boolean, strict_mode boolean) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE doc json := sys.json_of(x); step text; i int := 1; j int; n int; comma int; name text; found boolean; first boolean;
  parent json := doc; last int := cardinality(steps); array_at boolean;
BEGIN
  IF doc IS NULL THEN RETURN NULL; END IF;
  IF strict_mode AND doc #> steps IS NULL THEN PERFORM sys.raise(13608, 'Property cannot be found on the specified JSON path.'); END IF;
  i := 1 + length(substring(x COLLATE "C" from '^\s*'));
  FOR level IN 1 .. coalesce(last, 0) LOOP
    step := steps[level];
    array_at := json_typeof(parent) = 'array';
    IF json_typeof(parent) NOT IN ('object', 'array') THEN RETURN x; END IF;
    parent := parent -> step;
    IF array_at THEN parent := (doc #> steps[1 : level]); END IF;
    i := i + 1; n := 0; found := false; first := true; comma := 0;
    LOOP
      i := i + length(substring(substr(x, i) COLLATE "C" from '^\s*'));
      EXIT WHEN substr(x, i, 1) IN ('}', ']');
      IF substr(x, i, 1) = ',' THEN comma := i; i := i + 1; first := false; CONTINUE; END IF;
      j := i;
      IF array_at THEN
        name := n::text;
      ELSE
        j := sys.json_end(x, i);
        name := substr(x, i, j - i)::json #>> '{}';
        j := j + length(substring(substr(x, j) COLLATE "C" from '^\s*:\s*'));
      END IF;
      IF name = step COLLATE "C" THEN found := true; EXIT; END IF;
      i := sys.json_end(x, j); n := n + 1;
    END LOOP;
    IF NOT found THEN
      IF level < last OR made IS NULL AND NOT strict_mode OR array_at AND NOT append THEN RETURN x; END IF;
      IF append THEN made := '[' || coalesce(made, 'null') || ']'; END IF;
      RETURN substr(x, 1, i - 1) || CASE WHEN n > 0 THEN ',' ELSE '' END
        || CASE WHEN array_at THEN '' ELSE to_json(step)::text || ':' END || coalesce(made, 'null') || substr(x, i);
    END IF;
    EXIT WHEN level = last;
    i := j;
  END LOOP;
  IF coalesce(last, 0) = 0 THEN j := i; END IF;
  n := sys.json_end(x, j);
  IF append THEN
    IF json_typeof(doc #> steps) <> 'array' THEN PERFORM sys.raise(13621, 'Array cannot be found in the specified JSON path.'); END IF;
    RETURN substr(x, 1, n - 2) || CASE WHEN json_array_length(doc #> steps) > 0 THEN ',' ELSE '' END || coalesce(made, 'null') || substr(x, n - 1);
  END IF;
  IF made IS NULL AND NOT strict_mode AND NOT array_at THEN
    -- With the comma before it, or the one behind the first.
    IF comma > 0 THEN RETURN substr(x, 1, comma - 1) || substr(x, n); END IF;
    RETURN substr(x, 1, i - 1) || regexp_replace(substr(x, n) COLLATE "C", '^\s*,\s*', '');
  END IF;
  RETURN substr(x, 1, j - 1) || coalesce(made, 'null') || substr(x, n);
END $$;
CREATE OR REPLACE FUNCTION sys.json_kind(j json) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE json_typeof(j) WHEN 'null' THEN 0 WHEN 'string' THEN 1 WHEN 'number' THEN 2 WHEN 'boolean' THEN 3 WHEN 'array' THEN 4 ELSE 5 END $$;
DO $$ BEGIN
  -- Made with other result types before.
  IF to_regprocedure('sys.json_modify(text, text[], jsonb, boolean, boolean)') IS NOT NULL THEN
    DROP FUNCTION sys.json_modify(text, text[], jsonb, boolean, boolean);
    DROP FUNCTION sys.openjson(text, text[], boolean);
    DROP FUNCTION sys.openjson_rows(text, text[], boolean);
  END IF;
END $$;
CREATE OR REPLACE FUNCTION sys.openjson(x text, steps text[], strict_mode boolean) RETURNS TABLE (key text, value text, type int, item json) LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE at json := sys.json_of(x) #> steps;
BEGIN
  IF at IS NULL OR json_typeof(at) NOT IN ('object', 'array') THEN
    IF strict_mode AND x IS NOT NULL THEN PERFORM sys.raise(13608, 'Property cannot be found on the specified JSON path.'); END IF;
    RETURN;
  END IF;
  IF json_typeof(at) = 'array' THEN
    RETURN QUERY SELECT (n - 1)::text, CASE WHEN json_typeof(e) = 'null' THEN NULL ELSE e #>> '{}' END, sys.json_kind(e), e
      FROM json_array_elements(at) WITH ORDINALITY AS r(e, n) ORDER BY n;
  ELSE
    RETURN QUERY SELECT r.k, CASE WHEN json_typeof(r.e) = 'null' THEN NULL ELSE r.e #>> '{}' END, sys.json_kind(r.e), r.e
      FROM json_each(at) WITH ORDINALITY AS r(k, e, n) ORDER BY r.n;
  END IF;
END $$;
CREATE OR REPLACE FUNCTION sys.openjson_rows(x text, steps text[], strict_mode boolean) RETURNS SETOF json LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE at json := sys.json_of(x) #> steps;
BEGIN
  IF json_typeof(at) = 'array' THEN RETURN QUERY SELECT * FROM json_array_elements(at);
  ELSIF json_typeof(at) = 'object' THEN RETURN NEXT at; END IF;
END $$;
`;
