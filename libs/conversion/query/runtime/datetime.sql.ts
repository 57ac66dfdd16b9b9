/** Dates and times in 100 ns ticks since 0001-01-01, and what they share with PostgreSQL's own timestamps. */
export const DATETIME_RUNTIME = String.raw`
CREATE OR REPLACE FUNCTION sys.ticks_of_timestamp(x timestamp) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (extract(epoch from x) * 10000000)::bigint + 621355968000000000 $$;
CREATE OR REPLACE FUNCTION sys.ticks_of_datetime(x timestamp) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT floor(extract(epoch from x))::bigint * 10000000 + 621355968000000000
    + round(round(mod(extract(milliseconds from x), 1000) * 0.3) * 100000 / 3)::bigint $$;
CREATE OR REPLACE FUNCTION sys.timestamp_of_ticks(t bigint) RETURNS timestamp LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT timestamp '0001-01-01' + (t / 864000000000)::int * interval '1 day' + ((t % 864000000000) / 10) * interval '1 microsecond' $$;
CREATE OR REPLACE FUNCTION sys.round_ticks(t bigint, scale int) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN scale >= 7 OR t IS NULL THEN t ELSE least((t + (10 ^ (7 - scale))::bigint / 2) / (10 ^ (7 - scale))::bigint * (10 ^ (7 - scale))::bigint,
    3155378975999999999 / (10 ^ (7 - scale))::bigint * (10 ^ (7 - scale))::bigint) END $$;
CREATE OR REPLACE FUNCTION sys.datetime_of_ticks(t bigint) RETURNS timestamp LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE day bigint := t / 864000000000; third bigint := round((t % 864000000000) * 3 / 100000.0);
BEGIN
  IF t < 552877920000000000 OR day * 864000000000 + third * 100000 / 3 >= 3155378976000000000 THEN
    PERFORM sys.raise(242, 'The conversion of a varchar data type to a datetime data type resulted in an out-of-range value.');
  END IF;
  RETURN timestamp '0001-01-01' + day::int * interval '1 day' + round(third * 10 / 3.0)::bigint * interval '1 millisecond';
END $$;
CREATE OR REPLACE FUNCTION sys.datetime_round(x timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT date_trunc('second', x) + round(round(mod(extract(milliseconds from x), 1000) * 0.3) * 10 / 3)::int * interval '1 millisecond' $$;
CREATE OR REPLACE FUNCTION sys.smalldatetime_of_ticks(t bigint) RETURNS timestamp LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  -- 29.998 s and less are rounded down.
  IF t < 599266080000000000 OR t > 655889183699989999 THEN
    PERFORM sys.raise(242, 'The conversion of a varchar data type to a smalldatetime data type resulted in an out-of-range value.');
  END IF;
  RETURN sys.timestamp_of_ticks((t + 300010000) / 600000000 * 600000000);
END $$;
CREATE OR REPLACE FUNCTION sys.datetime_of_days(n numeric, kind text) RETURNS timestamp LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE t numeric := round(n * 864000000000) + 599266080000000000;
BEGIN
  IF n IS NULL THEN RETURN NULL; END IF;
  IF t < 552877920000000000 OR t >= 3155378976000000000 OR (kind = 'smalldatetime' AND (n < 0 OR t > 655889183699989999)) THEN
    PERFORM sys.raise(8115, format('Arithmetic overflow error converting expression to data type %s.', kind));
  END IF;
  RETURN CASE kind WHEN 'datetime' THEN sys.datetime_of_ticks(t::bigint) ELSE sys.smalldatetime_of_ticks(t::bigint) END;
END $$;
CREATE OR REPLACE FUNCTION sys.checked_ticks(t bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF t < 0 OR t > 3155378975999999999 THEN PERFORM sys.raise(517, 'Adding a value to a ''datetime2'' column caused an overflow.'); END IF;
  RETURN t;
END $$;
CREATE OR REPLACE FUNCTION sys.checked_stamp(x timestamp, kind text) RETURNS timestamp LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF x < (CASE kind WHEN 'datetime' THEN timestamp '1753-01-01' WHEN 'smalldatetime' THEN timestamp '1900-01-01' ELSE timestamp '0001-01-01' END)
    OR x >= (CASE kind WHEN 'smalldatetime' THEN timestamp '2079-06-07' ELSE timestamp '10000-01-01' END) THEN
    PERFORM sys.raise(517, format('Adding a value to a ''%s'' column caused an overflow.', kind));
  END IF;
  RETURN x;
END $$;
CREATE OR REPLACE FUNCTION sys.difference_int(x numeric) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF x IS NULL OR x BETWEEN -2147483648 AND 2147483647 THEN RETURN x; END IF;
  PERFORM sys.raise(535, 'The datediff function resulted in an overflow. The number of dateparts separating two date/time instances is too large. Try to use datediff with a less precise datepart.');
END $$;
CREATE OR REPLACE FUNCTION sys.parts_hold(kind text, VARIADIC p int[]) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE dated boolean := kind NOT LIKE 'time%'; i int := CASE WHEN kind LIKE 'time%' THEN 0 ELSE 3 END; scale int;
BEGIN
  IF array_position(p, NULL) IS NOT NULL THEN RETURN false; END IF;
  IF dated AND (p[1] NOT BETWEEN (CASE kind WHEN 'datetime' THEN 1753 WHEN 'smalldatetime' THEN 1900 ELSE 1 END)
      AND (CASE kind WHEN 'smalldatetime' THEN 2079 ELSE 9999 END) OR sys.date_ticks(p[1], p[2], p[3]) IS NULL)
    OR cardinality(p) > i AND (p[i + 1] NOT BETWEEN 0 AND 23 OR p[i + 2] NOT BETWEEN 0 AND 59)
    OR cardinality(p) > i + 2 AND p[i + 3] NOT BETWEEN 0 AND 59
    OR kind = 'datetime' AND p[7] NOT BETWEEN 0 AND 999
    OR kind IN ('time', 'datetime2', 'datetimeoffset') AND p[i + 4] NOT BETWEEN 0 AND 10 ^ p[cardinality(p)] - 1 THEN
    PERFORM sys.raise(289, format('Cannot construct data type %s, some of the arguments have values which are not valid.', kind));
  END IF;
  RETURN true;
END $$;
CREATE OR REPLACE FUNCTION sys.ticks_add_months(t bigint, n int) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sys.checked_ticks(sys.ticks_of_timestamp(sys.timestamp_of_ticks(t) + n * interval '1 month') + t % 10) $$;
CREATE OR REPLACE FUNCTION sys.bucket_ticks(t bigint, width bigint, origin bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF width <= 0 THEN PERFORM sys.raise(9834, 'Invalid bucket width value passed to date_bucket function. Only positive values are allowed.'); END IF;
  RETURN origin + floor((t - origin)::numeric / width)::bigint * width;
END $$;
CREATE OR REPLACE FUNCTION sys.bucket_months(t bigint, width int, origin bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE start timestamp := sys.timestamp_of_ticks(origin); at timestamp := sys.timestamp_of_ticks(t); n int; made bigint;
BEGIN
  IF width <= 0 THEN PERFORM sys.raise(9834, 'Invalid bucket width value passed to date_bucket function. Only positive values are allowed.'); END IF;
  n := floor(((extract(year from at) - extract(year from start)) * 12 + extract(month from at) - extract(month from start)) / width) + 1;
  LOOP
    made := sys.ticks_of_timestamp(start + n * width * interval '1 month');
    EXIT WHEN made <= t OR made IS NULL;
    n := n - 1;
  END LOOP;
  RETURN made;
END $$;
CREATE OR REPLACE FUNCTION sys.offset_of_local(t bigint, minutes int) RETURNS sys.datetimeoffset LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF t IS NULL OR minutes IS NULL THEN RETURN NULL; END IF;
  IF abs(minutes) > 840 THEN PERFORM sys.raise(9812, 'The timezone provided to builtin function todatetimeoffset is invalid.'); END IF;
  RETURN ROW(sys.checked_ticks(t - minutes::bigint * 600000000), minutes::smallint)::sys.datetimeoffset;
END $$;
CREATE OR REPLACE FUNCTION sys.local_ticks(x sys.datetimeoffset) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (x).utc + (x).off::bigint * 600000000 $$;
CREATE OR REPLACE FUNCTION sys.round_offset(x sys.datetimeoffset, scale int) RETURNS sys.datetimeoffset LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN (x).utc IS NULL THEN NULL ELSE ROW(sys.round_ticks((x).utc, scale), (x).off)::sys.datetimeoffset END $$;
CREATE OR REPLACE FUNCTION sys.offset_add(x sys.datetimeoffset, ticks bigint) RETURNS sys.datetimeoffset LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN (x).utc IS NULL OR ticks IS NULL THEN NULL ELSE ROW(sys.checked_ticks((x).utc + ticks), (x).off)::sys.datetimeoffset END $$;
CREATE OR REPLACE FUNCTION sys.offset_add_months(x sys.datetimeoffset, n int) RETURNS sys.datetimeoffset LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sys.offset_of_local(sys.ticks_add_months(sys.local_ticks(x), n), (x).off::int) $$;
CREATE OR REPLACE FUNCTION sys.switch_offset(x sys.datetimeoffset, minutes int) RETURNS sys.datetimeoffset LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sys.offset_of_local((x).utc + minutes::bigint * 600000000, minutes) $$;
CREATE OR REPLACE FUNCTION sys.offset_text(minutes smallint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN minutes < 0 THEN '-' ELSE '+' END || lpad((abs(minutes) / 60)::text, 2, '0') || ':' || lpad((abs(minutes) % 60)::text, 2, '0') $$;
CREATE OR REPLACE FUNCTION sys.offset_minutes(x text) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE parts text[] := regexp_match(x COLLATE "C", '^([+-])(\d{2}):(\d{2})$');
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF parts IS NULL THEN PERFORM sys.raise(9812, 'The timezone provided to builtin function todatetimeoffset is invalid.'); END IF;
  RETURN (parts[1] || (parts[2]::int * 60 + parts[3]::int))::int;
END $$;
`;
