/** Numbers from and to text, as CAST and CONVERT read and write them. */
export const NUMBER_RUNTIME = String.raw`
CREATE OR REPLACE FUNCTION sys.parse_number(x text, kind text, quiet boolean) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF x IS NULL OR x COLLATE "C" ~ (CASE WHEN kind ~ 'int' THEN '^\s*[+-]?\d[\d,]*\s*$' WHEN kind IN ('float', 'real') THEN '^\s*[+-]?(\d[\d,]*(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$'
    ELSE '^\s*[+-]?(\d[\d,]*(\.\d*)?|\.\d+)\s*$' END) THEN RETURN replace(trim(x), ',', ''); END IF;
  IF NOT quiet THEN PERFORM sys.raise(9819, format('Error converting string value ''%s'' into data type %s using culture ''''.', x, kind)); END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION sys.percentile_cont(x float8[], share float8, downwards boolean) RETURNS float8 LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF share < 0 OR share > 1 THEN PERFORM sys.raise(10738, 'Invalid value for percentile_cont or percentile_disc.'); END IF;
  IF downwards THEN RETURN (SELECT percentile_cont(share) WITHIN GROUP (ORDER BY v DESC) FROM unnest(x) AS v); END IF;
  RETURN (SELECT percentile_cont(share) WITHIN GROUP (ORDER BY v) FROM unnest(x) AS v);
END $$;
CREATE OR REPLACE FUNCTION sys.percentile_disc(x anyarray, share float8, downwards boolean) RETURNS anyelement LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF share < 0 OR share > 1 THEN PERFORM sys.raise(10738, 'Invalid value for percentile_cont or percentile_disc.'); END IF;
  IF downwards THEN RETURN (SELECT percentile_disc(share) WITHIN GROUP (ORDER BY v DESC) FROM unnest(x) AS v); END IF;
  RETURN (SELECT percentile_disc(share) WITHIN GROUP (ORDER BY v) FROM unnest(x) AS v);
END $$;
CREATE OR REPLACE FUNCTION sys.text_int(x text, kind text, quiet boolean) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE n numeric; low numeric; high numeric;
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF x COLLATE "C" ~ '^\s*$' THEN RETURN 0; END IF;
  IF x COLLATE "C" !~ '^\s*[+-]?\s*[0-9]+\s*$' THEN
    IF quiet THEN RETURN NULL; END IF;
    IF kind = 'bigint' THEN PERFORM sys.raise(8114, 'Error converting data type varchar to bigint.'); END IF;
    PERFORM sys.raise(245, format('Conversion failed when converting the varchar value ''%s'' to data type %s.', x, kind));
  END IF;
  n := regexp_replace(x COLLATE "C", '\s', '', 'g')::numeric;
  SELECT l, h INTO low, high FROM (VALUES ('tinyint', 0, 255), ('smallint', -32768, 32767), ('int', -2147483648, 2147483647),
    ('bigint', -9223372036854775808, 9223372036854775807)) AS r(k, l, h) WHERE k = kind;
  IF n BETWEEN low AND high THEN RETURN n; END IF;
  IF quiet THEN RETURN NULL; END IF;
  IF kind = 'int' THEN PERFORM sys.raise(248, format('The conversion of the varchar value ''%s'' overflowed an int column.', x)); END IF;
  IF kind = 'bigint' THEN PERFORM sys.raise(8115, 'Arithmetic overflow error converting expression to data type bigint.'); END IF;
  PERFORM sys.raise(244, format('The conversion of the varchar value ''%s'' overflowed an %s column. Use a larger integer column.', x,
    CASE kind WHEN 'tinyint' THEN 'INT1' ELSE 'INT2' END));
END $$;
CREATE OR REPLACE FUNCTION sys.to_tinyint(n numeric) RETURNS smallint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF n IS NULL OR n BETWEEN 0 AND 255 THEN RETURN n; END IF;
  PERFORM sys.raise(220, format('Arithmetic overflow error for data type tinyint, value = %s.', n));
END $$;
CREATE OR REPLACE FUNCTION sys.to_smallint(n bigint) RETURNS smallint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF n IS NULL OR n BETWEEN -32768 AND 32767 THEN RETURN n; END IF;
  PERFORM sys.raise(220, format('Arithmetic overflow error for data type smallint, value = %s.', n));
END $$;
CREATE OR REPLACE FUNCTION sys.float_int(x float8, kind text) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF kind = 'bigint' THEN
    IF x >= -9223372036854775808::float8 AND x < 9223372036854775808::float8 THEN RETURN x::bigint; END IF;
    PERFORM sys.raise(8115, 'Arithmetic overflow error converting expression to data type bigint.');
  END IF;
  IF x BETWEEN (CASE kind WHEN 'int' THEN -2147483648 WHEN 'smallint' THEN -32768 ELSE 0 END)
    AND (CASE kind WHEN 'int' THEN 2147483647 WHEN 'smallint' THEN 32767 ELSE 255 END) THEN RETURN x::bigint; END IF;
  PERFORM sys.raise(232, format('Arithmetic overflow error for type %s, value = %s.', kind, to_char(x, 'FM999999999999999999999999999999999999990.000000')));
END $$;
CREATE OR REPLACE FUNCTION sys.float_real(x float8) RETURNS real LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF x IS NULL OR abs(x) <= 3.4028235e38::float8 THEN RETURN x::real; END IF;
  PERFORM sys.raise(232, format('Arithmetic overflow error for type real, value = %s.', to_char(x, 'FM999999999999999999999999999999999999999999999990.000000')));
END $$;
CREATE OR REPLACE FUNCTION sys.money_range(n numeric, kind text) RETURNS numeric LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF n IS NULL OR n BETWEEN (CASE kind WHEN 'money' THEN -922337203685477.5808 ELSE -214748.3648 END)
    AND (CASE kind WHEN 'money' THEN 922337203685477.5807 ELSE 214748.3647 END) THEN RETURN n; END IF;
  PERFORM sys.raise(8115, format('Arithmetic overflow error converting expression to data type %s.', kind));
END $$;
CREATE OR REPLACE FUNCTION sys.tinyint_result(n int) RETURNS smallint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF n IS NULL OR n BETWEEN 0 AND 255 THEN RETURN n; END IF;
  PERFORM sys.raise(8115, 'Arithmetic overflow error converting expression to data type tinyint.');
END $$;
CREATE OR REPLACE FUNCTION sys.text_decimal(x text, p int, s int, quiet boolean) RETURNS numeric LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE n numeric;
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF x COLLATE "C" !~ '^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)\s*$' THEN
    IF quiet THEN RETURN NULL; END IF;
    PERFORM sys.raise(8114, 'Error converting data type varchar to numeric.');
  END IF;
  n := round(regexp_replace(x COLLATE "C", '\s', '', 'g')::numeric, s);
  IF abs(n) < power(10::numeric, p - s) THEN RETURN n; END IF;
  IF quiet THEN RETURN NULL; END IF;
  PERFORM sys.raise(8115, 'Arithmetic overflow error converting varchar to data type numeric.');
END $$;
CREATE OR REPLACE FUNCTION sys.text_money(x text, kind text, quiet boolean) RETURNS numeric LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE n numeric; plain text := regexp_replace(x COLLATE "C", '[,\s]', '', 'g');
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF plain = '' THEN RETURN 0.0000; END IF;
  IF plain COLLATE "C" ~ '^\(.*\)$' THEN plain := '-' || substr(plain, 2, length(plain) - 2); END IF;
  plain := regexp_replace(plain COLLATE "C", '^([+-]?)[$£¤¥€]([+-]?)', '\1\2');
  IF plain COLLATE "C" !~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$' THEN
    IF quiet THEN RETURN NULL; END IF;
    PERFORM sys.raise(235, 'Cannot convert a char value to money. The char value has incorrect syntax.');
  END IF;
  n := round(plain::numeric, 4);
  IF (n BETWEEN CASE kind WHEN 'money' THEN -922337203685477.5808 ELSE -214748.3648 END
           AND CASE kind WHEN 'money' THEN 922337203685477.5807 ELSE 214748.3647 END) THEN RETURN n; END IF;
  IF quiet THEN RETURN NULL; END IF;
  PERFORM sys.raise(293, 'Cannot convert char value to ' || kind || '. The char value has incorrect syntax.');
END $$;
CREATE OR REPLACE FUNCTION sys.text_float(x text, kind text, quiet boolean) RETURNS float8 LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF x COLLATE "C" ~ '^\s*$' THEN RETURN 0; END IF;
  IF x COLLATE "C" ~* '^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([ed][+-]?[0-9]*)?\s*$' THEN
    RETURN regexp_replace(replace(lower(btrim(x) COLLATE "C"), 'd', 'e'), 'e[+-]?$', '')::float8;
  END IF;
  IF quiet THEN RETURN NULL; END IF;
  PERFORM sys.raise(8114, format('Error converting data type varchar to %s.', kind));
END $$;
CREATE OR REPLACE FUNCTION sys.text_bit(x text, quiet boolean) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF lower(btrim(x) COLLATE "C") = 'true' THEN RETURN true; END IF;
  IF lower(btrim(x) COLLATE "C") = 'false' OR btrim(x) = '' THEN RETURN false; END IF;
  IF x COLLATE "C" ~ '^\s*[+-]?[0-9]+\s*$' THEN RETURN x::numeric <> 0; END IF;
  IF quiet THEN RETURN NULL; END IF;
  PERFORM sys.raise(245, format('Conversion failed when converting the varchar value ''%s'' to data type bit.', x));
END $$;
CREATE OR REPLACE FUNCTION sys.text_guid(x text, quiet boolean) RETURNS uuid LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE plain text := substring(x COLLATE "C" from '^\s*(?:\{([0-9A-Fa-f-]{36})\}|([0-9A-Fa-f-]{36}))');
BEGIN
  plain := coalesce(plain, substring(x COLLATE "C" from '^\s*([0-9A-Fa-f-]{36})'));
  IF x IS NULL THEN RETURN NULL; END IF;
  IF plain COLLATE "C" ~ '^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$' THEN RETURN plain::uuid; END IF;
  IF quiet THEN RETURN NULL; END IF;
  PERFORM sys.raise(8169, 'Conversion failed when converting from a character string to uniqueidentifier.');
END $$;
CREATE OR REPLACE FUNCTION sys.number_text(x text, n int, source text, target text, quiet boolean) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF x IS NULL OR length(x) <= n THEN RETURN x; END IF;
  IF source IN ('int', 'smallint', 'tinyint') AND target IN ('char', 'varchar') THEN RETURN '*'; END IF;
  IF quiet THEN RETURN NULL; END IF;
  IF source COLLATE "C" LIKE '%money' THEN PERFORM sys.raise(234, 'There is insufficient result space to convert a money value to ' || target || '.'); END IF;
  IF source = 'uniqueidentifier' THEN PERFORM sys.raise(8170, 'Insufficient result space to convert uniqueidentifier value to char.'); END IF;
  PERFORM sys.raise(8115, format('Arithmetic overflow error converting %s to data type %s.', regexp_replace(CASE WHEN source IN ('int','smallint','tinyint','bigint') THEN 'expression' ELSE source END, '\(.*', ''), target));
END $$;
CREATE OR REPLACE FUNCTION sys.float_text(x float8, style int, short boolean) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE digits int := CASE style WHEN 0 THEN 6 WHEN 1 THEN 8 WHEN 2 THEN 16 ELSE CASE WHEN short THEN 9 ELSE 17 END END;
  text_form text; exponent int; mantissa text;
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF style = 0 AND x = 0 THEN RETURN '0'; END IF;
  text_form := btrim(to_char(x, '9.' || repeat('9', digits - 1) || 'EEEE'));
  exponent := split_part(text_form, 'e', 2)::int;
  mantissa := split_part(text_form, 'e', 1);
  IF style <> 0 THEN RETURN mantissa || 'e' || CASE WHEN exponent < 0 THEN '-' ELSE '+' END || lpad(abs(exponent)::text, 3, '0'); END IF;
  IF exponent BETWEEN -4 AND 5 THEN RETURN trim_scale((mantissa || 'e' || exponent)::numeric)::text; END IF;
  RETURN trim_scale(mantissa::numeric)::text || 'e' || CASE WHEN exponent < 0 THEN '-' ELSE '+' END || lpad(abs(exponent)::text, 3, '0');
END $$;
CREATE OR REPLACE FUNCTION sys.round_float(x float8, places int, cut boolean) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN abs(x) >= 1e15 AND places >= 0 THEN x WHEN cut THEN trunc(x::numeric, places)::float8 ELSE round(x::numeric, places)::float8 END $$;
CREATE OR REPLACE FUNCTION sys.str(x float8, size int, places int) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE made text; whole int;
BEGIN
  IF x IS NULL OR size IS NULL OR places IS NULL OR size < 0 THEN RETURN NULL; END IF;
  whole := length(trunc(x::numeric)::text) + CASE WHEN x < 0 AND x > -1 THEN 1 ELSE 0 END;
  IF whole > size THEN RETURN repeat('*', size); END IF;
  made := round(x::numeric, greatest(0, least(places, 16, size - whole - 1)))::text;
  IF length(made) > size THEN RETURN repeat('*', size); END IF;
  RETURN lpad(made, size);
END $$;
CREATE OR REPLACE FUNCTION sys.isnumeric(x text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN x COLLATE "C" ~* '^\s*[+-]?\s*[$£€¥]?\s*[+-]?([0-9][0-9,]*\.?[0-9]*|\.[0-9]+)\s*$'
    OR x COLLATE "C" ~* '^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([ed][+-]?[0-9]+)?\s*$' OR x COLLATE "C" ~ '^\s*[+\-$.,]\s*$' THEN 1 ELSE 0 END $$;
CREATE OR REPLACE FUNCTION sys.null_eliminated() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('sbx.null_eliminated', true) IS DISTINCT FROM statement_timestamp()::text THEN
    PERFORM set_config('sbx.null_eliminated', statement_timestamp()::text, false);
    RAISE NOTICE USING ERRCODE = '01003', MESSAGE = 'null value eliminated in set function';
  END IF;
  RETURN false;
END $$;
`;
