/**
 * hierarchyid in its CLR serialization (MS-SSCLRT 2.2.3): each step is a prefix that names a range, the step's offset in it (with fixed bits between), and a
 * bit that is 1 at the end of a level and 0 before a dot.
 */
export const HIERARCHY_RUNTIME = String.raw`
CREATE OR REPLACE FUNCTION sys.hierarchyid_ranges() RETURNS TABLE (prefix text, pattern text, low bigint, high bigint) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  VALUES ('01', 'xx', 0::bigint, 3::bigint), ('100', 'xx', 4, 7), ('101', 'xxx', 8, 15), ('110', 'xx0x1xxx', 16, 79),
    ('1110', 'xxx0xxx0x1xxx', 80, 1103), ('11110', 'xxxxx0xxx0x1xxx', 1104, 5199),
    ('111110', 'xxxxxxxxxxxxxxxxxxx0xxxxxx0xxx0x1xxx', 5200, 4294972495),
    ('111111', 'xxxxxxxxxxxxxx0xxxxxxxxxxxxxxxxxxxxx0xxxxxx0xxx0x1xxx', 4294972496, 281479271683151),
    ('00111', 'xxx', -8, -1), ('0010', 'xx0x1xxx', -72, -9), ('000110', 'xxxxx0xxx0x1xxx', -4168, -73),
    ('000101', 'xxxxxxxxxxxxxxxxxxx0xxxxxx0xxx0x1xxx', -4294971464, -4169),
    ('000100', 'xxxxxxxxxxxxxx0xxxxxxxxxxxxxxxxxxxxx0xxxxxx0xxx0x1xxx', -281479271682120, -4294971465) $$;
CREATE OR REPLACE FUNCTION sys.hierarchyid_parse(x text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE bits text := ''; level text; step text; r record; n bigint; digits text; out text; i int; last boolean; steps text[];
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF x COLLATE "C" !~ '^/(-?\d+(\.-?\d+)*/)*$' THEN
    PERFORM sys.raise(6522, 'The input string is not a valid string representation of a SqlHierarchyId node.');
  END IF;
  FOREACH level IN ARRAY string_to_array(btrim(x, '/'), '/') LOOP
    steps := string_to_array(level, '.');
    FOR i IN 1 .. cardinality(steps) LOOP
      last := i = cardinality(steps);
      n := steps[i]::bigint + CASE WHEN last THEN 0 ELSE 1 END;
      SELECT * INTO r FROM sys.hierarchyid_ranges() AS q WHERE n BETWEEN q.low AND q.high;
      IF r IS NULL THEN PERFORM sys.raise(6522, 'A step of the hierarchyid is out of range.'); END IF;
      digits := right((n - r.low)::bit(64)::text, length(replace(translate(r.pattern, '01', ''), ' ', '')));
      out := '';
      FOREACH step IN ARRAY string_to_array(r.pattern, NULL) LOOP
        IF step = 'x' THEN out := out || left(digits, 1); digits := substr(digits, 2); ELSE out := out || step; END IF;
      END LOOP;
      bits := bits || r.prefix || out || CASE WHEN last THEN '1' ELSE '0' END;
    END LOOP;
  END LOOP;
  bits := rpad(bits, (length(bits) + 7) / 8 * 8, '0');
  RETURN coalesce(decode((SELECT string_agg(lpad(to_hex(substr(bits, 8 * k + 1, 8)::bit(8)::int), 2, '0'), '' ORDER BY k)
    FROM generate_series(0, length(bits) / 8 - 1) AS k), 'hex'), '\x');
END $$;
CREATE OR REPLACE FUNCTION sys.hierarchyid_text(b bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE bits text := ''; out text := '/'; r record; raw text; digits text; i int; n bigint;
BEGIN
  IF b IS NULL THEN RETURN NULL; END IF;
  FOR i IN 0 .. octet_length(b) - 1 LOOP bits := bits || get_byte(b, i)::bit(8)::text; END LOOP;
  WHILE bits LIKE '%1%' COLLATE "C" LOOP
    SELECT * INTO r FROM sys.hierarchyid_ranges() AS q WHERE left(bits, length(q.prefix)) = q.prefix COLLATE "C";
    IF r IS NULL THEN PERFORM sys.raise(6522, 'The bytes are not those of a hierarchyid.'); END IF;
    raw := substr(bits, length(r.prefix) + 1, length(r.pattern));
    digits := '';
    FOR i IN 1 .. length(r.pattern) LOOP
      IF substr(r.pattern, i, 1) = 'x' THEN digits := digits || substr(raw, i, 1); END IF;
    END LOOP;
    n := r.low + lpad(digits, 64, '0')::bit(64)::bigint;
    bits := substr(bits, length(r.prefix) + length(r.pattern) + 1);
    out := out || CASE WHEN left(bits, 1) = '1' THEN n::text || '/' ELSE (n - 1)::text || '.' END;
    bits := substr(bits, 2);
  END LOOP;
  RETURN out;
END $$;
CREATE OR REPLACE FUNCTION sys.hierarchyid_level(b bytea) RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (length(t) - length(replace(t, '/', '')) - 1)::smallint FROM (SELECT sys.hierarchyid_text(b) AS t) AS q $$;
CREATE OR REPLACE FUNCTION sys.hierarchyid_ancestor(b bytea, n int) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN n BETWEEN 0 AND sys.hierarchyid_level(b)
    THEN sys.hierarchyid_parse(regexp_replace(sys.hierarchyid_text(b), '([^/]+/){' || n || '}$', '')) END $$;
CREATE OR REPLACE FUNCTION sys.hierarchyid_is_descendant(b bytea, parent bytea) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT starts_with(sys.hierarchyid_text(b), sys.hierarchyid_text(parent)) $$;
`;
