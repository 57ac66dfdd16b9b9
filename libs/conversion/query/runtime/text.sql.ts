/** Strings: lengths in UTF-16 units, searches by the collation of the argument, storing with a check of the length. */
export const TEXT_RUNTIME = String.raw`
CREATE OR REPLACE FUNCTION sys.utf16_length(x text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN octet_length(x) = length(x) THEN length(x)
    ELSE length(x) + length(regexp_replace(x COLLATE "C", U&'[^\+010000-\+10EFFF\+10F802-\+10FFFF]', '', 'g')) END $$;
CREATE OR REPLACE FUNCTION sys.charindex(needle text, hay text, start int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN needle = '' THEN 0
    WHEN start <= 1 THEN strpos(hay, needle)
    ELSE coalesce(nullif(strpos(substr(hay, start), needle), 0) + start - 1, 0) END $$;
CREATE OR REPLACE FUNCTION sys.replace_text(x text, needle text, other text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN needle = '' THEN x || left(other, 0) ELSE replace(x, needle, other) END $$;
CREATE OR REPLACE FUNCTION sys.left_text(x text, n int) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF n < 0 THEN PERFORM sys.raise(537, 'Invalid length parameter passed to the LEFT or SUBSTRING function.'); END IF;
  RETURN left(x, n);
END $$;
CREATE OR REPLACE FUNCTION sys.right_text(x text, n int) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF n < 0 THEN PERFORM sys.raise(536, 'Invalid length parameter passed to the RIGHT function.'); END IF;
  RETURN right(x, n);
END $$;
CREATE OR REPLACE FUNCTION sys.stuff(x text, start int, count int, inserted text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN start BETWEEN 1 AND length(x) AND count >= 0
    THEN left(x, start - 1) || coalesce(inserted, '') || substr(x, least(start::bigint + count, 2147483647)::int) END $$;
CREATE OR REPLACE FUNCTION sys.write_range(size bigint, start bigint, count bigint, name text) RETURNS void LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF size IS NULL THEN PERFORM sys.raise(5302, format('Mutator ''WRITE'' on ''%s'' cannot be called on a null value.', name)); END IF;
  IF start NOT BETWEEN 0 AND size THEN PERFORM sys.raise(7116, format('Offset %s is not in the range of available LOB data.', start)); END IF;
  IF count < 0 THEN PERFORM sys.raise(7135, format('Deletion length %s is not in the range of available text, ntext, or image data.', count)); END IF;
END $$;
CREATE OR REPLACE FUNCTION sys.write_text(x text, part text, start bigint, count bigint, name text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  PERFORM sys.write_range(length(x), start, CASE WHEN start IS NOT NULL AND part IS NOT NULL THEN count END, name);
  RETURN CASE WHEN start IS NULL THEN x || coalesce(part, '') WHEN part IS NULL THEN left(x, start::int)
    WHEN count IS NULL THEN left(x, start::int) || part ELSE left(x, start::int) || part || substr(x, least(start + count, length(x))::int + 1) END;
END $$;
CREATE OR REPLACE FUNCTION sys.write_bytes(x bytea, part bytea, start bigint, count bigint, name text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  PERFORM sys.write_range(length(x), start, CASE WHEN start IS NOT NULL AND part IS NOT NULL THEN count END, name);
  RETURN CASE WHEN start IS NULL THEN x || coalesce(part, '\x') WHEN part IS NULL THEN substr(x, 1, start::int)
    WHEN count IS NULL THEN substr(x, 1, start::int) || part ELSE substr(x, 1, start::int) || part || substr(x, least(start + count, length(x))::int + 1) END;
END $$;
CREATE OR REPLACE FUNCTION sys.replicate(x text, n int, most int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN n >= 0 THEN CASE WHEN most > 0 THEN left(repeat(x, least(n, most)), most) ELSE repeat(x, n) END END $$;
CREATE OR REPLACE FUNCTION sys.nchar_of(n int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN n = 0 THEN U&'\+10F800' WHEN n BETWEEN 55296 AND 57343 THEN chr(1110016 + n - 55296)
    WHEN n BETWEEN 1 AND 65535 THEN chr(n) END $$;
CREATE OR REPLACE FUNCTION sys.char_of(n int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN n = 0 THEN U&'\+10F800' WHEN n BETWEEN 1 AND 127 OR n BETWEEN 160 AND 255 THEN chr(n)
    WHEN n IN (129, 141, 143, 144, 157) THEN chr(n)
    WHEN n BETWEEN 128 AND 159 THEN convert_from(set_byte('\x00'::bytea, 0, n), 'WIN1252') END $$;
CREATE OR REPLACE FUNCTION sys.unicode_of(x text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN x = '' THEN NULL WHEN ascii(x) = 1112064 THEN 0
    WHEN ascii(x) BETWEEN 1110016 AND 1112063 THEN ascii(x) - 1110016 + 55296
    WHEN ascii(x) > 65535 THEN 55296 + ((ascii(x) - 65536) >> 10) ELSE ascii(x) END $$;
CREATE OR REPLACE FUNCTION sys.ascii_of(x text) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF x IS NULL OR x = '' THEN RETURN NULL; END IF;
  IF ascii(x) < 128 THEN RETURN ascii(x); END IF;
  RETURN get_byte(convert_to(left(x, 1), 'WIN1252'), 0);
EXCEPTION WHEN untranslatable_character THEN RETURN 63;
END $$;
CREATE OR REPLACE FUNCTION sys.parsename(x text, part int) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE parts text[]; one text;
BEGIN
  parts := ARRAY(SELECT m[1] FROM regexp_matches(x COLLATE "C", '((?:\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*"|[^.\[\]"])+|(?<=\.)(?=\.|$)|^(?=\.))(?:\.|$)', 'g') AS m);
  IF x IS NULL OR part NOT BETWEEN 1 AND 4 OR cardinality(parts) > 4 THEN RETURN NULL; END IF;
  one := parts[cardinality(parts) + 1 - part];
  IF one COLLATE "C" LIKE '[%]' THEN RETURN replace(substr(one, 2, length(one) - 2), ']]', ']'); END IF;
  IF one COLLATE "C" LIKE '"%"' THEN RETURN replace(substr(one, 2, length(one) - 2), '""', '"'); END IF;
  RETURN nullif(one, '');
END $$;
CREATE OR REPLACE FUNCTION sys.translate_text(x text, old text, new text, sensitive boolean) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF length(old || 'x') <> length(new || 'x') THEN
    PERFORM sys.raise(9828, 'The second and third arguments of the TRANSLATE built-in function must contain an equal number of characters.');
  END IF;
  IF sensitive THEN RETURN translate(x, old, new); END IF;
  RETURN translate(x, upper(old) || lower(old), new || new);
END $$;
CREATE OR REPLACE FUNCTION sys.soundex(x text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE letters text := upper(x COLLATE "C"); code text := ''; last text := ''; digit text; one text;
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF letters COLLATE "C" !~ '^[A-Z]' THEN RETURN '0000'; END IF;
  FOR i IN 1 .. length(letters) LOOP
    one := substr(letters, i, 1);
    EXIT WHEN one COLLATE "C" !~ '[A-Z]';
    CONTINUE WHEN one IN ('H', 'W') AND i > 1;
    digit := translate(one, 'BFPVCGJKQSXZDTLMNRAEIOUYHW', '11112222222233455600000000');
    IF i = 1 THEN code := one;
    ELSIF digit <> '0' AND digit <> last THEN code := code || digit; END IF;
    last := digit;
    EXIT WHEN length(code) = 4;
  END LOOP;
  RETURN rpad(code, 4, '0');
END $$;
CREATE OR REPLACE FUNCTION sys.difference(a text, b text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sum((substr(sys.soundex(a), i, 1) = substr(sys.soundex(b), i, 1))::int)::int FROM generate_series(1, 4) AS i $$;
CREATE OR REPLACE FUNCTION sys.string_escape(x text, kind text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT replace(substr(to_json(x)::text, 2, length(to_json(x)::text) - 2), '/', '\/') $$;
CREATE OR REPLACE FUNCTION sys.fit_text(x text, n int, tab text, col text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF x IS NULL OR length(x) <= n THEN RETURN x; END IF;
  IF length(rtrim(x)) <= n THEN RETURN left(x, n); END IF;
  PERFORM sys.raise(2628, format('String or binary data would be truncated in table ''%s'', column ''%s''. Truncated value: ''%s''.', tab, col, left(x, n)));
END $$;
CREATE OR REPLACE FUNCTION sys.variant_text(v sys.sql_variant, shown boolean) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE kind text := substring((v).base COLLATE "C" from '^[a-z]+[0-9]?'); t bigint; o sys.datetimeoffset;
BEGIN
  CASE kind COLLATE "C"
    WHEN 'bit' THEN RETURN CASE WHEN (v).value::boolean THEN '1' ELSE '0' END;
    WHEN 'uniqueidentifier' THEN RETURN upper((v).value);
    WHEN 'money', 'smallmoney' THEN RETURN CASE WHEN shown THEN round((v).value::numeric, 2)::text ELSE (v).value END;
    WHEN 'real', 'float' THEN RETURN CASE WHEN shown THEN sys.float_text((v).value::float8, 0, false) ELSE (v).value END;
    WHEN 'datetime', 'smalldatetime' THEN
      IF shown THEN
        RETURN to_char((v).value::timestamp, 'Mon ') || lpad(to_char((v).value::timestamp, 'FMDD'), 2) || to_char((v).value::timestamp, ' YYYY ')
          || lpad(to_char((v).value::timestamp, 'FMHH12'), 2) || to_char((v).value::timestamp, ':MIAM');
      END IF;
    WHEN 'datetime2', 'time' THEN
      IF (v).base COLLATE "C" LIKE '%(7)' THEN
        t := (v).value::bigint;
        RETURN to_char(sys.timestamp_of_ticks(t), CASE kind WHEN 'time' THEN 'HH24:MI:SS.US' ELSE 'YYYY-MM-DD HH24:MI:SS.US' END) || t % 10;
      END IF;
    WHEN 'datetimeoffset' THEN
      o := (v).value::sys.datetimeoffset;
      RETURN to_char(sys.timestamp_of_ticks(sys.local_ticks(o)), 'YYYY-MM-DD HH24:MI:SS.US') || (o).utc % 10 || ' ' || sys.offset_text((o).off);
    WHEN 'binary', 'varbinary' THEN
      PERFORM sys.raise(40515, 'Conversion of binary values in sql_variant is not supported in this version of the sandbox.');
    ELSE NULL;
  END CASE;
  RETURN (v).value;
END $$;
CREATE OR REPLACE FUNCTION sys.variant_key(v sys.sql_variant) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN (v).base COLLATE "C" ~ '^(bit|tinyint|smallint|int|bigint|decimal|numeric|money|smallmoney|real|float)'
    THEN trim_scale(CASE (v).value WHEN 't' THEN 1 WHEN 'f' THEN 0 ELSE (v).value::numeric END)::text
    ELSE rtrim((v).value) END $$;
`;
