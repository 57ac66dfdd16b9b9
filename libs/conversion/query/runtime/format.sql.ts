/**
 * FORMAT: .NET's standard and custom formats for numbers and dates in four cultures. What a format does not fit gives NULL, as the function does; what is
 * not built here is error 40515.
 */
export const FORMAT_RUNTIME = String.raw`
CREATE OR REPLACE FUNCTION sys.culture_of(name text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE known jsonb := '{
  "en-us": {"point": ".", "group": ",", "money": "$n", "minus": "($n)", "date": "/", "d": "M/d/yyyy", "D": "dddd, MMMM d, yyyy", "t": "h:mm tt", "T": "h:mm:ss tt", "M": "MMMM d"},
  "en-gb": {"point": ".", "group": ",", "money": "£n", "minus": "-£n", "date": "/", "d": "dd/MM/yyyy", "D": "dd MMMM yyyy", "t": "HH:mm", "T": "HH:mm:ss"},
  "de-de": {"point": ",", "group": ".", "money": "n €", "minus": "-n €", "date": ".", "d": "dd.MM.yyyy", "D": "dddd, d. MMMM yyyy", "t": "HH:mm", "T": "HH:mm:ss",
    "months": ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
    "days": ["Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"]},
  "fr-fr": {"point": ",", "group": " ", "money": "n €", "minus": "-n €", "date": "/", "d": "dd/MM/yyyy", "D": "dddd d MMMM yyyy", "t": "HH:mm", "T": "HH:mm:ss",
    "months": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
    "days": ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"]}}';
BEGIN
  IF known ? lower(name) THEN RETURN (known -> lower(name)) || jsonb_build_object('english', lower(name) LIKE 'en-%'); END IF;
  IF name COLLATE "C" !~ '^[A-Za-z]{2,3}(-[A-Za-z]{2,4})*$' THEN
    PERFORM sys.raise(9818, format('The culture parameter ''%s'' provided in the function call is not supported.', name));
  END IF;
  PERFORM sys.raise(40515, format('FORMAT with the culture %s is not supported in this version of the sandbox.', name));
END $$;
CREATE OR REPLACE FUNCTION sys.group_digits(digits text, mark text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT reverse(regexp_replace(reverse(digits), '(\d{3})(?=\d)', '\1' || reverse(mark), 'g')) $$;
CREATE OR REPLACE FUNCTION sys.number_text(n numeric, places int, culture jsonb, grouped boolean) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE parts text[] := string_to_array(abs(round(n, places))::text, '.');
BEGIN
  RETURN CASE WHEN grouped THEN sys.group_digits(parts[1], culture ->> 'group') ELSE parts[1] END
    || CASE WHEN places > 0 THEN (culture ->> 'point') || rpad(coalesce(parts[2], ''), places, '0') ELSE '' END;
END $$;
CREATE OR REPLACE FUNCTION sys.format_number(n numeric, whole boolean, width int, format text, culture_name text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE culture jsonb := sys.culture_of(culture_name); parts text[] COLLATE "C" := regexp_match(format COLLATE "C", '^([A-Za-z])(\d{0,2})$');
  kind text COLLATE "C" := upper(parts[1]); places int := coalesce(nullif(parts[2], '')::int, CASE WHEN upper(parts[1]) IN ('D', 'X') THEN 1 ELSE 2 END); made text; sign text;
BEGIN
  IF n IS NULL OR format IS NULL THEN RETURN NULL; END IF;
  IF parts IS NULL THEN RETURN sys.format_custom(n, format, culture); END IF;
  sign := CASE WHEN round(n, CASE WHEN kind = 'P' THEN places + 2 ELSE places END) < 0 THEN '-' ELSE '' END;
  CASE kind
    WHEN 'N' THEN RETURN sign || sys.number_text(n, places, culture, true);
    WHEN 'F' THEN RETURN sign || sys.number_text(n, places, culture, false);
    WHEN 'P' THEN RETURN sign || sys.number_text(n * 100, places, culture, true) || ' %';
    WHEN 'C' THEN RETURN replace(culture ->> CASE WHEN sign = '' THEN 'money' ELSE 'minus' END, 'n', sys.number_text(n, places, culture, true));
    WHEN 'D' THEN
      IF NOT whole THEN RETURN NULL; END IF;
      RETURN CASE WHEN n < 0 THEN '-' ELSE '' END || lpad(abs(n)::text, greatest(places, length(abs(n)::text)), '0');
    WHEN 'X' THEN
      IF NOT whole THEN RETURN NULL; END IF;
      made := to_hex(n::bigint);
      IF n < 0 THEN made := right(made, width * 2); END IF;
      made := lpad(made, greatest(places, length(made)), '0');
      RETURN CASE WHEN parts[1] = 'X' THEN upper(made) ELSE made END;
    WHEN 'G' THEN
      IF whole AND parts[2] = '' THEN RETURN n::text; END IF;
      PERFORM sys.raise(40515, format('FORMAT with the format ''%s'' is not supported in this version of the sandbox.', format));
    WHEN 'E' THEN
      PERFORM sys.raise(40515, format('FORMAT with the format ''%s'' is not supported in this version of the sandbox.', format));
    ELSE RETURN NULL;
  END CASE;
END $$;
CREATE OR REPLACE FUNCTION sys.format_custom(n numeric, format text, culture jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE tokens text[] := '{}'; sections jsonb := '[]'; token text COLLATE "C"; rest text COLLATE "C" := format; section text[] COLLATE "C"; made text := ''; chosen int; signed boolean;
  behind boolean := false; before int := 0; after int := 0; least_before int := 0; least_after int := 0; grouped boolean := false; scale int := 0; commas int := 0;
  value numeric; whole text; fraction text; place int := 0; digit int; sign text := '';
BEGIN
  -- Tokens: literals in quotes or behind a backslash, and single characters.
  WHILE rest <> '' LOOP
    token := substring(rest COLLATE "C" from '^(''[^'']*''|"[^"]*"|\\.|[\s\S])');
    rest := substr(rest, length(token) + 1);
    IF token = ';' THEN sections := sections || jsonb_build_array(to_jsonb(tokens)); tokens := '{}'; ELSE tokens := tokens || token; END IF;
  END LOOP;
  sections := sections || jsonb_build_array(to_jsonb(tokens));
  chosen := CASE WHEN n < 0 AND jsonb_array_length(sections) > 1 AND jsonb_array_length(sections -> 1) > 0 THEN 1
    WHEN n = 0 AND jsonb_array_length(sections) > 2 AND jsonb_array_length(sections -> 2) > 0 THEN 2 ELSE 0 END;
  signed := chosen = 0;
  section := ARRAY(SELECT jsonb_array_elements_text(sections -> chosen));
  FOREACH token IN ARRAY section LOOP
    IF token IN ('0', '#') THEN
      IF behind THEN
        after := after + 1;
        IF token = '0' THEN least_after := after; END IF;
      ELSE
        IF commas > 0 AND before > 0 THEN grouped := true; END IF;
        commas := 0;
        before := before + 1;
        IF token = '0' AND least_before = 0 THEN least_before := before; END IF;
      END IF;
    ELSIF token = ',' AND NOT behind THEN commas := commas + 1;
    ELSIF token = '.' THEN
      IF NOT behind THEN scale := scale - 3 * commas; commas := 0; END IF;
      behind := true;
    ELSIF token = '%' THEN scale := scale + 2;
    ELSIF token = '‰' THEN scale := scale + 3;
    ELSIF token IN ('E', 'e') AND array_to_string(section, '') COLLATE "C" ~ '[Ee][+-]?0' THEN
      PERFORM sys.raise(40515, format('FORMAT with the format ''%s'' is not supported in this version of the sandbox.', format));
    END IF;
  END LOOP;
  IF NOT behind THEN scale := scale - 3 * commas; END IF;
  least_before := CASE WHEN least_before = 0 THEN 0 ELSE before - least_before + 1 END;
  value := round(abs(n) * (10::numeric ^ scale), after);
  IF signed AND n < 0 AND value <> 0 THEN sign := '-'; END IF;
  whole := trunc(value)::text;
  IF whole = '0' THEN whole := ''; END IF;
  whole := lpad(whole, greatest(least_before, length(whole)), '0');
  fraction := CASE WHEN after > 0 THEN rpad(coalesce(split_part(round(value, after)::text, '.', 2), ''), after, '0') ELSE '' END;
  WHILE length(fraction) > least_after AND right(fraction, 1) = '0' LOOP fraction := left(fraction, -1); END LOOP;
  behind := false;
  digit := 0;
  FOREACH token IN ARRAY section LOOP
    IF token IN ('0', '#') AND NOT behind THEN
      place := place + 1;
      -- The first place takes all digits that have none of their own.
      WHILE length(whole) - digit > before - place LOOP
        digit := digit + 1;
        made := made || substr(whole, digit, 1);
        IF grouped AND (length(whole) - digit) % 3 = 0 AND digit < length(whole) THEN made := made || (culture ->> 'group'); END IF;
      END LOOP;
    ELSIF token IN ('0', '#') THEN
      after := after - 1;
      IF fraction <> '' THEN made := made || left(fraction, 1); fraction := substr(fraction, 2); END IF;
    ELSIF token = '.' THEN
      IF NOT behind AND fraction <> '' THEN made := made || (culture ->> 'point'); END IF;
      behind := true;
    ELSIF token = ',' THEN NULL;
    ELSE made := made || CASE WHEN token ~ '^\\.' THEN substr(token, 2) WHEN length(token) > 1 THEN substr(token, 2, length(token) - 2) ELSE token END;
    END IF;
  END LOOP;
  RETURN sign || made;
END $$;
CREATE OR REPLACE FUNCTION sys.format_date(ticks bigint, minutes int, format text, culture_name text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE culture jsonb := sys.culture_of(culture_name); english boolean := culture -> 'english'; at timestamp := sys.timestamp_of_ticks(ticks); rest text COLLATE "C" := format;
  token text COLLATE "C"; letter text COLLATE "C" := format; made text := ''; part text; fraction text := lpad((ticks % 10000000)::text, 7, '0'); month int := extract(month from at); day int := extract(dow from at);
BEGIN
  IF ticks IS NULL OR format IS NULL THEN RETURN NULL; END IF;
  IF length(format) = 1 THEN
    rest := CASE letter
      WHEN 'd' THEN culture ->> 'd' WHEN 'D' THEN culture ->> 'D' WHEN 't' THEN culture ->> 't' WHEN 'T' THEN culture ->> 'T'
      WHEN 'f' THEN (culture ->> 'D') || ' ' || (culture ->> 't') WHEN 'F' THEN (culture ->> 'D') || ' ' || (culture ->> 'T')
      WHEN 'g' THEN (culture ->> 'd') || ' ' || (culture ->> 't') WHEN 'G' THEN (culture ->> 'd') || ' ' || (culture ->> 'T')
      WHEN 'm' THEN culture ->> 'M' WHEN 'M' THEN culture ->> 'M' WHEN 'y' THEN 'MMMM yyyy' WHEN 'Y' THEN 'MMMM yyyy'
      WHEN 's' THEN 'yyyy''-''MM''-''dd''T''HH'':''mm'':''ss' WHEN 'u' THEN 'yyyy''-''MM''-''dd HH'':''mm'':''ss''Z'''
      WHEN 'o' THEN 'yyyy''-''MM''-''dd''T''HH'':''mm'':''ss''.''fffffff' WHEN 'O' THEN 'yyyy''-''MM''-''dd''T''HH'':''mm'':''ss''.''fffffff' END;
    IF rest IS NULL AND letter IN ('m', 'M', 'r', 'R', 'U') OR minutes IS NOT NULL AND letter IN ('o', 'O', 'u') THEN
      PERFORM sys.raise(40515, format('FORMAT with the format ''%s'' is not supported in this version of the sandbox.', format));
    END IF;
    IF rest IS NULL THEN RETURN NULL; END IF;
  END IF;
  WHILE rest <> '' LOOP
    token := substring(rest COLLATE "C" from '^(''[^'']*''|"[^"]*"|\\.|d+|M+|y+|h+|H+|m+|s+|t+|f+|F+|z+|K|%|[\s\S])');
    rest := substr(rest, length(token) + 1);
    part := CASE
      WHEN token ~ '^[''"]' AND length(token) > 1 THEN substr(token, 2, length(token) - 2)
      WHEN token ~ '^\\.' THEN substr(token, 2)
      WHEN token = '%' THEN ''
      WHEN token = '/' THEN culture ->> 'date'
      WHEN token = 'd' THEN to_char(at, 'FMDD') WHEN token = 'dd' THEN to_char(at, 'DD')
      WHEN token = 'ddd' AND english THEN to_char(at, 'Dy')
      WHEN token ~ '^dddd+$' THEN CASE WHEN english THEN to_char(at, 'FMDay') ELSE culture -> 'days' ->> day END
      WHEN token = 'M' THEN month::text WHEN token = 'MM' THEN to_char(at, 'MM')
      WHEN token = 'MMM' AND english THEN to_char(at, 'Mon')
      WHEN token ~ '^MMMM+$' THEN CASE WHEN english THEN to_char(at, 'FMMonth') ELSE culture -> 'months' ->> (month - 1) END
      WHEN token = 'y' THEN (extract(year from at)::int % 100)::text WHEN token = 'yy' THEN to_char(at, 'YY')
      WHEN token ~ '^yyy+$' THEN lpad(extract(year from at)::text, length(token), '0')
      WHEN token = 'h' THEN to_char(at, 'FMHH12') WHEN token ~ '^hh+$' THEN to_char(at, 'HH12')
      WHEN token = 'H' THEN to_char(at, 'FMHH24') WHEN token ~ '^HH+$' THEN to_char(at, 'HH24')
      WHEN token = 'm' THEN to_char(at, 'FMMI') WHEN token ~ '^mm+$' THEN to_char(at, 'MI')
      WHEN token = 's' THEN to_char(at, 'FMSS') WHEN token ~ '^ss+$' THEN to_char(at, 'SS')
      WHEN token ~ '^t+$' THEN CASE WHEN english THEN CASE WHEN token = 't' THEN left(to_char(at, 'AM'), 1) ELSE to_char(at, 'AM') END ELSE '' END
      WHEN token ~ '^f{1,7}$' THEN left(fraction, length(token))
      WHEN token ~ '^F{1,7}$' THEN rtrim(left(fraction, length(token)), '0')
      WHEN token = 'zzz' AND minutes IS NOT NULL THEN sys.offset_text(minutes::smallint)
      WHEN token = 'K' AND minutes IS NOT NULL THEN sys.offset_text(minutes::smallint)
      WHEN token = 'K' THEN ''
      WHEN token !~ '^[A-Za-z]' OR token IN ('T', 'Z') THEN token
      WHEN token ~ '^[dMfFzgtU]' THEN NULL
      ELSE token END;
    IF part IS NULL THEN
      PERFORM sys.raise(40515, format('FORMAT with the format ''%s'' is not supported in this version of the sandbox.', format));
    END IF;
    made := made || part;
  END LOOP;
  RETURN made;
END $$;
`;
