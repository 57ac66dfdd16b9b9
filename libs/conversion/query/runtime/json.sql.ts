/** JSON text by path. Values keep the text they have in the document. */
export const JSON_RUNTIME = String.raw`
CREATE OR REPLACE FUNCTION sys.json_of(x text) RETURNS json LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF NOT (x IS JSON) THEN PERFORM sys.raise(13609, 'JSON text is not properly formatted.'); END IF;
  RETURN x::json;
END $$;
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
CREATE OR REPLACE FUNCTION sys.isjson(x text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN x IS NULL THEN NULL WHEN x IS JSON OBJECT OR x IS JSON ARRAY THEN 1 ELSE 0 END $$;
CREATE OR REPLACE FUNCTION sys.json_modify(x text, steps text[], made jsonb, append boolean, strict_mode boolean) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE doc jsonb := sys.json_of(x)::jsonb; parent text[] := steps[1 : cardinality(steps) - 1];
BEGIN
  IF doc IS NULL THEN RETURN NULL; END IF;
  IF strict_mode AND doc #> steps IS NULL THEN PERFORM sys.raise(13608, 'Property cannot be found on the specified JSON path.'); END IF;
  IF append THEN RETURN jsonb_set(doc, steps, coalesce(doc #> steps, '[]') || jsonb_build_array(made), true)::text; END IF;
  IF made IS NULL AND NOT strict_mode THEN RETURN (doc #- steps)::text; END IF;
  RETURN jsonb_set(doc, steps, coalesce(made, 'null'), true)::text;
END $$;
CREATE OR REPLACE FUNCTION sys.json_kind(j json) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE json_typeof(j) WHEN 'null' THEN 0 WHEN 'string' THEN 1 WHEN 'number' THEN 2 WHEN 'boolean' THEN 3 WHEN 'array' THEN 4 ELSE 5 END $$;
CREATE OR REPLACE FUNCTION sys.openjson(x text, steps text[], strict_mode boolean) RETURNS TABLE (key text, value text, type int, item jsonb) LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE at json := sys.json_of(x) #> steps;
BEGIN
  IF at IS NULL OR json_typeof(at) NOT IN ('object', 'array') THEN
    IF strict_mode AND x IS NOT NULL THEN PERFORM sys.raise(13608, 'Property cannot be found on the specified JSON path.'); END IF;
    RETURN;
  END IF;
  IF json_typeof(at) = 'array' THEN
    RETURN QUERY SELECT (n - 1)::text, CASE WHEN json_typeof(e) = 'null' THEN NULL ELSE e #>> '{}' END, sys.json_kind(e), e::jsonb
      FROM json_array_elements(at) WITH ORDINALITY AS r(e, n) ORDER BY n;
  ELSE
    RETURN QUERY SELECT r.k, CASE WHEN json_typeof(r.e) = 'null' THEN NULL ELSE r.e #>> '{}' END, sys.json_kind(r.e), r.e::jsonb
      FROM json_each(at) WITH ORDINALITY AS r(k, e, n) ORDER BY r.n;
  END IF;
END $$;
CREATE OR REPLACE FUNCTION sys.openjson_rows(x text, steps text[], strict_mode boolean) RETURNS SETOF jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE at jsonb := sys.json_of(x)::jsonb #> steps;
BEGIN
  IF jsonb_typeof(at) = 'array' THEN RETURN QUERY SELECT * FROM jsonb_array_elements(at);
  ELSIF jsonb_typeof(at) = 'object' THEN RETURN NEXT at; END IF;
END $$;
`;
