/** Dates and times from text, by style and by the session's date format. */
export const DATE_TEXT_RUNTIME = String.raw`
CREATE OR REPLACE FUNCTION sys.date_ticks(y int, m int, d int) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN y BETWEEN 1 AND 9999 AND m BETWEEN 1 AND 12 AND d BETWEEN 1 AND 31
    THEN CASE WHEN d <= extract(day from make_date(y, m, 1) + interval '1 month - 1 day')
      THEN (make_date(y, m, d) - date '0001-01-01')::bigint * 864000000000 END END $$;
CREATE OR REPLACE FUNCTION sys.full_year(y text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN length(y) > 2 THEN y::int WHEN y::int < 50 THEN 2000 + y::int ELSE 1900 + y::int END $$;
CREATE OR REPLACE FUNCTION sys.parse_date(x text, kind text, style int, ord text) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE p text[]; mon int; form text := ord; s text := btrim(x) COLLATE "C"; months constant text := 'jan feb mar apr may jun jul aug sep oct nov dec';
BEGIN
  IF s = '' THEN RETURN sys.date_ticks(1900, 1, 1); END IF;
  IF style IN (1, 101, 10, 110) THEN form := 'mdy'; ELSIF style IN (3, 103, 4, 104, 5, 105) THEN form := 'dmy';
  ELSIF style IN (2, 102, 11, 111, 20, 120, 21, 121, 23, 25, 126, 127) THEN form := 'ymd'; END IF;
  p := regexp_match(s COLLATE "C", '^(\d{4})(\d{2})(\d{2})$');
  IF p IS NOT NULL THEN RETURN sys.date_ticks(p[1]::int, p[2]::int, p[3]::int); END IF;
  p := regexp_match(s COLLATE "C", '^(\d{2})(\d{2})(\d{2})$');
  IF p IS NOT NULL THEN RETURN sys.date_ticks(sys.full_year(p[1]), p[2]::int, p[3]::int); END IF;
  p := regexp_match(s COLLATE "C", '^(\d{4})$');
  IF p IS NOT NULL THEN RETURN sys.date_ticks(p[1]::int, 1, 1); END IF;
  p := regexp_match(s COLLATE "C", '^(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})$');
  IF p IS NOT NULL THEN
    -- The old types read yyyy-dd-mm where the session's order is dmy.
    IF strpos(ord, 'd') < strpos(ord, 'm') AND style = 0 AND kind IN ('datetime', 'smalldatetime') THEN RETURN sys.date_ticks(p[1]::int, p[3]::int, p[2]::int); END IF;
    RETURN sys.date_ticks(p[1]::int, p[2]::int, p[3]::int);
  END IF;
  p := regexp_match(s COLLATE "C", '^(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d{2})$');
  IF p IS NOT NULL THEN
    IF length(p[3]) = 2 THEN
      RETURN sys.date_ticks(sys.full_year(p[strpos(form, 'y')]), p[strpos(form, 'm')]::int, p[strpos(form, 'd')]::int);
    END IF;
    IF strpos(form, 'd') < strpos(form, 'm') THEN RETURN sys.date_ticks(sys.full_year(p[3]), p[2]::int, p[1]::int); END IF;
    RETURN sys.date_ticks(sys.full_year(p[3]), p[1]::int, p[2]::int);
  END IF;
  s := lower(s COLLATE "C");
  mon := (strpos(months COLLATE "C", substring(s COLLATE "C" from '[a-z]{3}')) + 3) / 4;
  IF coalesce(mon, 0) = 0 OR s COLLATE "C" !~ '(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sep(tember)?|oct(ober)?|nov(ember)?|dec(ember)?)([^a-z]|$)' THEN RETURN NULL; END IF;
  p := regexp_match(s COLLATE "C", '^[a-z]+[\s.,-]*(\d{1,2})[\s,.-]+(\d{4}|\d{2})$');
  IF p IS NOT NULL THEN RETURN sys.date_ticks(sys.full_year(p[2]), mon, p[1]::int); END IF;
  p := regexp_match(s COLLATE "C", '^(\d{1,2})[\s.,-]*[a-z]+[\s,.-]*(\d{4}|\d{2})$');
  IF p IS NOT NULL THEN RETURN sys.date_ticks(sys.full_year(p[2]), mon, p[1]::int); END IF;
  p := regexp_match(s COLLATE "C", '^(\d{4})[\s,-]*[a-z]+[\s,-]*(\d{1,2})$');
  IF p IS NOT NULL THEN RETURN sys.date_ticks(p[1]::int, mon, p[2]::int); END IF;
  p := regexp_match(s COLLATE "C", '^[a-z]+[\s,-]*(\d{4})$|^(\d{4})[\s,-]*[a-z]+$');
  IF p IS NOT NULL THEN RETURN sys.date_ticks(coalesce(p[1], p[2])::int, mon, 1); END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION sys.parse_time(x text, kind text) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE p text[]; h int; fraction bigint := 0;
BEGIN
  p := regexp_match(lower(x COLLATE "C"), '^\s*(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:([.:])(\d{1,9}))?)?)?\s*(am|pm)?\s*$');
  IF p IS NULL OR (p[2] IS NULL AND p[6] IS NULL) THEN RETURN NULL; END IF;
  IF kind IN ('datetime', 'smalldatetime') AND length(p[5]) > 3 THEN RETURN NULL; END IF;
  h := p[1]::int;
  IF p[6] IS NOT NULL THEN
    IF h NOT BETWEEN 0 AND 23 OR (h = 0 AND p[6] = 'pm') OR (h > 12 AND p[6] = 'am') THEN RETURN NULL; END IF;
    IF p[6] = 'pm' AND h < 12 THEN h := h + 12; ELSIF p[6] = 'am' AND h = 12 THEN h := 0; END IF;
  END IF;
  IF h > 23 OR p[2]::int > 59 OR p[3]::int > 59 THEN RETURN NULL; END IF;
  IF p[4] = ':' THEN fraction := p[5]::bigint * 10000;
  ELSIF p[5] IS NOT NULL THEN fraction := round(rpad(p[5], 9, '0')::bigint / 100.0); END IF;
  RETURN (h * 3600 + coalesce(p[2]::int, 0) * 60 + coalesce(p[3]::int, 0))::bigint * 10000000 + fraction;
END $$;
CREATE OR REPLACE FUNCTION sys.parse_moment(x text, kind text, style int, ord text) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE s text := btrim(x) COLLATE "C"; p text[]; zone text; minutes int; has_zone boolean := false; day bigint; tod bigint := 0; cut int; form text := ord;
BEGIN
  p := regexp_match(s COLLATE "C", '^(.*\d)\s*(?:([+-])(\d{1,2}):(\d{2})|([Zz]))$');
  IF p IS NOT NULL AND s COLLATE "C" ~ ':' THEN
    s := p[1];
    minutes := CASE WHEN p[5] IS NOT NULL THEN 0 ELSE (p[2] || (p[3]::int * 60 + p[4]::int))::int END;
    has_zone := true;
    IF abs(minutes) > 840 OR kind IN ('datetime', 'smalldatetime') AND p[5] IS NULL THEN RETURN NULL; END IF;
  END IF;
  p := regexp_match(s COLLATE "C", '^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}.*)$');
  IF p IS NOT NULL THEN form := 'ymd'; s := p[1] || ' ' || p[2]; style := 126; END IF;
  p := regexp_match(lower(s COLLATE "C"), '^(.*?)\s*((?<![\d])\d{1,2}(?::\d{1,2}(?::\d{1,2}(?:[.:]\d{1,9})?)?)?\s*(?:am|pm)|(?<![\d:])\d{1,2}:\d{1,2}(?::\d{1,2}(?:[.:]\d{1,9})?)?)$');
  IF p IS NOT NULL THEN
    tod := sys.parse_time(p[2], kind);
    IF tod IS NULL THEN RETURN NULL; END IF;
    s := p[1];
  END IF;
  day := sys.parse_date(s, kind, style, form);
  IF day IS NULL THEN RETURN NULL; END IF;
  RETURN ARRAY[day + tod, coalesce(minutes, 0)];
END $$;
CREATE OR REPLACE FUNCTION sys.text_ticks(x text, kind text, style int, ord text, quiet boolean) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE t bigint;
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  t := (sys.parse_moment(x, kind, style, ord))[1];
  IF t IS NOT NULL AND NOT (kind = 'datetime' AND t < 552877920000000000) AND NOT (kind = 'smalldatetime' AND (t < 599266080000000000 OR t > 655889183699989999)) THEN RETURN t; END IF;
  IF quiet THEN RETURN NULL; END IF;
  IF kind = 'smalldatetime' AND t IS NULL THEN
    PERFORM sys.raise(295, 'Conversion failed when converting character string to smalldatetime data type.');
  END IF;
  IF kind IN ('datetime', 'smalldatetime') AND (t IS NOT NULL OR x COLLATE "C" ~ '^\s*(\d{4}-?\d{2}-?\d{2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4})') THEN
    PERFORM sys.raise(242, format('The conversion of a varchar data type to a %s data type resulted in an out-of-range value.', kind));
  END IF;
  PERFORM sys.raise(241, 'Conversion failed when converting date and/or time from character string.');
END $$;
CREATE OR REPLACE FUNCTION sys.text_offset(x text, kind text, style int, ord text, quiet boolean) RETURNS sys.datetimeoffset LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE t bigint[];
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  t := sys.parse_moment(x, kind, style, ord);
  IF t IS NOT NULL THEN RETURN sys.offset_of_local(t[1], t[2]::int); END IF;
  IF quiet THEN RETURN NULL; END IF;
  PERFORM sys.raise(241, 'Conversion failed when converting date and/or time from character string.');
END $$;
CREATE OR REPLACE FUNCTION sys.isdate(x text, ord text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN btrim(x) = '' THEN 0 WHEN sys.text_ticks(x, 'datetime', 0, ord, true) IS NULL THEN 0 ELSE 1 END $$;
`;
