/** LIKE and PATINDEX with patterns that are known only at execution, and with character classes. */
export const PATTERN_RUNTIME = String.raw`
CREATE OR REPLACE FUNCTION sys.like_regex(pattern text, escape text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE out text := ''; i int := 1; one text; stop int; body text;
BEGIN
  IF pattern IS NULL THEN RETURN NULL; END IF;
  WHILE i <= length(pattern) LOOP
    one := substr(pattern, i, 1);
    IF one = escape COLLATE "C" AND i < length(pattern) THEN
      i := i + 1;
      out := out || regexp_replace(substr(pattern, i, 1) COLLATE "C", '([^A-Za-z0-9 \u0080-\U0010ffff])', '\\\1');
    ELSIF one = '%' COLLATE "C" THEN out := out || '.*';
    ELSIF one = '_' COLLATE "C" THEN out := out || '.';
    ELSIF one = '[' COLLATE "C" THEN
      stop := strpos(substr(pattern, i + 1) COLLATE "C", ']');
      IF stop = 0 THEN RETURN '(?!)'; END IF;
      body := substr(pattern, i + 1, stop - 1);
      out := out || CASE WHEN body = '' THEN '(?!)' WHEN body = '^' THEN '.'
        ELSE '[' || left('^', (left(body, 1) = '^' COLLATE "C")::int)
          || regexp_replace(substr(body, 1 + (left(body, 1) = '^' COLLATE "C")::int) COLLATE "C", '([\[\]\\])', '\\\1', 'g') || ']' END;
      i := i + stop;
    ELSE out := out || regexp_replace(one COLLATE "C", '([^A-Za-z0-9 \u0080-\U0010ffff])', '\\\1'); END IF;
    i := i + 1;
  END LOOP;
  RETURN out;
END $$;
CREATE OR REPLACE FUNCTION sys.like_match(x text, pattern text, escape text, sensitive boolean, wide boolean) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE regex text; subject text;
BEGIN
  IF x IS NULL OR pattern IS NULL THEN RETURN NULL; END IF;
  IF length(escape) <> 1 THEN
    PERFORM sys.raise(506, format('The invalid escape character "%s" was specified in a LIKE predicate.', escape));
  END IF;
  regex := '^' || sys.like_regex(pattern, escape) || '$';
  subject := CASE WHEN wide OR pattern COLLATE "C" ~ '[ %]$' COLLATE "C" THEN x ELSE rtrim(x) END;
  IF sensitive THEN RETURN subject COLLATE "und-x-icu" ~ regex; END IF;
  RETURN subject COLLATE "und-x-icu" ~* regex;
END $$;
CREATE OR REPLACE FUNCTION sys.patindex(pattern text, x text, flags text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT regexp_instr(x COLLATE "und-x-icu", regex, 1, 1, 0, flags) FROM (
    SELECT CASE WHEN left(pattern, 1) = '%' COLLATE "C" THEN '' ELSE '^' END
    || sys.like_regex(regexp_replace(pattern COLLATE "C", '^%+|(?<=.)%+$', '', 'g'), NULL)
    || CASE WHEN length(pattern) > 1 AND right(pattern, 1) = '%' COLLATE "C" THEN '' ELSE '$' END AS regex) AS q $$;
`;
