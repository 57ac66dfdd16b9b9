/**
 * FORMATMESSAGE as a function of PostgreSQL: the format of RAISERROR, whose directives take the arguments in their order. Numbers are 32 bits wide, a
 * missing argument is `(null)`.
 */
export const FORMAT_MESSAGE = `
CREATE OR REPLACE FUNCTION sys.formatmessage(format text, args text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  made text := ''; rest text := format; m text[]; at int := 1;
  flags text; wide int; exact int; kind text; v text; n numeric;
BEGIN
  IF format IS NULL THEN RETURN NULL; END IF;
  LOOP
    m := regexp_match(rest, '^([^%]*)%([-+0# ]*)([*]|[0-9]+)?(?:[.]([*]|[0-9]+))?(?:h|l|I64|ll)?([diouxXs%])(.*)$');
    EXIT WHEN m IS NULL;
    made := made || m[1]; rest := m[6]; flags := m[2]; kind := m[5];
    IF kind = '%' THEN made := made || '%'; CONTINUE; END IF;
    IF m[3] = '*' THEN wide := coalesce(args[at], '0')::int; at := at + 1; ELSE wide := coalesce(m[3], '0')::int; END IF;
    IF m[4] = '*' THEN exact := coalesce(args[at], '0')::int; at := at + 1; ELSE exact := m[4]::int; END IF;
    v := args[at]; at := at + 1;
    IF v IS NULL THEN v := '(null)';
    ELSIF kind = 's' THEN v := left(v, coalesce(exact, length(v)));
    ELSIF v ~ '^[-]?[0-9]+$' THEN
      n := v::numeric;
      IF kind IN ('d', 'i') THEN
        IF n >= 0 AND position('+' IN flags) > 0 THEN v := '+' || v;
        ELSIF n >= 0 AND position(' ' IN flags) > 0 THEN v := ' ' || v; END IF;
      ELSE
        n := mod(mod(n, 4294967296) + 4294967296, 4294967296);
        v := CASE kind WHEN 'u' THEN n::text WHEN 'o' THEN to_oct(n::bigint) WHEN 'x' THEN to_hex(n::bigint) ELSE upper(to_hex(n::bigint)) END;
        IF position('#' IN flags) > 0 AND kind <> 'u' THEN v := CASE kind WHEN 'o' THEN '0' WHEN 'x' THEN '0x' ELSE '0X' END || v; END IF;
      END IF;
    END IF;
    IF length(v) < wide THEN
      v := CASE
        WHEN position('-' IN flags) > 0 THEN rpad(v, wide)
        WHEN position('0' IN flags) = 0 OR kind = 's' THEN lpad(v, wide)
        WHEN v ~ '^[-+]' THEN left(v, 1) || lpad(substr(v, 2), wide - 1, '0')
        ELSE lpad(v, wide, '0') END;
    END IF;
    made := made || v;
  END LOOP;
  RETURN left(made || rest, 2047);
END $$;
`;
