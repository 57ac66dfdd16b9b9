/** Bytes of numbers, strings and GUIDs, and the order of GUIDs. */
export const BINARY_RUNTIME = String.raw`
CREATE OR REPLACE FUNCTION sys.int_bytes(n bigint, width int) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT substring(int8send(n) from 9 - width) $$;
CREATE OR REPLACE FUNCTION sys.bytes_int(b bytea, width int) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN b = '\x' THEN 0 ELSE (SELECT CASE WHEN width IN (2, 4) AND v >= 1::bigint << (8 * width - 1) THEN v - (1::bigint << (8 * width)) ELSE v END
    FROM (SELECT ('x' || lpad(right(encode(b, 'hex'), 2 * width), 16, '0'))::bit(64)::bigint AS v) AS q) END $$;
CREATE OR REPLACE FUNCTION sys.bit_place(b bytea, at int, name text) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF at < 0 OR at >= 8 * octet_length(b) THEN
    PERFORM sys.raise(8115, format('Arithmetic overflow error converting expression to the bit offset of %s.', name));
  END IF;
  RETURN 8 * (octet_length(b) - 1 - at / 8) + at % 8;
END $$;
CREATE OR REPLACE FUNCTION sys.get_bit(b bytea, at int) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT pg_catalog.get_bit(b, sys.bit_place(b, at, 'GET_BIT')) = 1 $$;
CREATE OR REPLACE FUNCTION sys.set_bit(b bytea, at int, flag boolean) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT pg_catalog.set_bit(b, sys.bit_place(b, at, 'SET_BIT'), flag::int) $$;
CREATE OR REPLACE FUNCTION sys.guid_bytes(g uuid) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT substring(u from 4 for 1) || substring(u from 3 for 1) || substring(u from 2 for 1) || substring(u from 1 for 1)
    || substring(u from 6 for 1) || substring(u from 5 for 1) || substring(u from 8 for 1) || substring(u from 7 for 1) || substring(u from 9)
  FROM (SELECT uuid_send(g) AS u) AS q $$;
CREATE OR REPLACE FUNCTION sys.bytes_guid(b bytea) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT encode(substring(u from 4 for 1) || substring(u from 3 for 1) || substring(u from 2 for 1) || substring(u from 1 for 1)
    || substring(u from 6 for 1) || substring(u from 5 for 1) || substring(u from 8 for 1) || substring(u from 7 for 1) || substring(u from 9 for 8), 'hex')::uuid
  FROM (SELECT b || decode(repeat('00', greatest(0, 16 - octet_length(b))), 'hex') AS u) AS q $$;
CREATE OR REPLACE FUNCTION sys.guid_order(g uuid) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT substring(uuid_send(g) from 11) || substring(uuid_send(g) from 9 for 2) || reverse(substring(uuid_send(g) from 7 for 2))
    || reverse(substring(uuid_send(g) from 5 for 2)) || reverse(substring(uuid_send(g) from 1 for 4)) $$;
CREATE OR REPLACE FUNCTION sys.guid_unorder(b bytea) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT encode(reverse(substring(b from 13 for 4)) || reverse(substring(b from 11 for 2)) || reverse(substring(b from 9 for 2))
    || substring(b from 7 for 2) || substring(b from 1 for 6), 'hex')::uuid $$;
CREATE OR REPLACE FUNCTION sys.size_bytes(b bytea, n int, fixed boolean, number boolean) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN octet_length(b) > n THEN CASE WHEN number THEN substring(b from octet_length(b) - n + 1) ELSE substring(b from 1 for n) END
    WHEN fixed AND number THEN decode(repeat('00', n - octet_length(b)), 'hex') || b
    WHEN fixed THEN b || decode(repeat('00', n - octet_length(b)), 'hex') ELSE b END $$;
CREATE OR REPLACE FUNCTION sys.fit_bytes(b bytea, n int, fixed boolean, tab text, col text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF octet_length(b) > n THEN
    PERFORM sys.raise(2628, format('String or binary data would be truncated in table ''%s'', column ''%s''. Truncated value: ''''.', tab, col));
  END IF;
  RETURN sys.size_bytes(b, n, fixed, false);
END $$;
CREATE OR REPLACE FUNCTION sys.bytes_text(b bytea, wide boolean) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE out text := ''; unit int; next int; i int := 0;
BEGIN
  IF b IS NULL THEN RETURN NULL; END IF;
  IF NOT wide THEN RETURN coalesce((SELECT string_agg(sys.char_of(get_byte(b, n)), '' ORDER BY n) FROM generate_series(0, octet_length(b) - 1) AS n), ''); END IF;
  WHILE i + 1 < octet_length(b) LOOP
    unit := get_byte(b, i) + get_byte(b, i + 1) * 256;
    i := i + 2;
    IF unit BETWEEN 55296 AND 56319 AND i + 1 < octet_length(b) THEN
      next := get_byte(b, i) + get_byte(b, i + 1) * 256;
      IF next BETWEEN 56320 AND 57343 THEN
        out := out || chr(65536 + (unit - 55296) * 1024 + next - 56320);
        i := i + 2;
        CONTINUE;
      END IF;
    END IF;
    out := out || sys.nchar_of(unit);
  END LOOP;
  RETURN out;
END $$;
CREATE OR REPLACE FUNCTION sys.text_bytes(x text, wide boolean, style int) RETURNS bytea LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE out bytea := '\x'; one int; hex text;
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF style IN (1, 2) THEN
    hex := CASE style WHEN 1 THEN substring(x COLLATE "C" from '^0[xX](([0-9A-Fa-f]{2})*)$') ELSE substring(x COLLATE "C" from '^(([0-9A-Fa-f]{2})*)$') END;
    IF hex IS NULL THEN PERFORM sys.raise(8114, 'Error converting data type varchar to varbinary.'); END IF;
    RETURN decode(hex, 'hex');
  END IF;
  IF NOT wide AND octet_length(x) = length(x) THEN RETURN convert_to(x, 'UTF8'); END IF;
  FOR i IN 1 .. length(x) LOOP
    one := ascii(substr(x, i, 1));
    IF NOT wide THEN out := out || sys.int_bytes(sys.ascii_of(substr(x, i, 1)), 1); CONTINUE; END IF;
    IF one = 1112064 THEN one := 0; ELSIF one BETWEEN 1110016 AND 1112063 THEN one := one - 1110016 + 55296; END IF;
    IF one > 65535 THEN
      out := out || reverse(sys.int_bytes(55296 + ((one - 65536) >> 10), 2));
      one := 56320 + ((one - 65536) & 1023);
    END IF;
    out := out || reverse(sys.int_bytes(one, 2));
  END LOOP;
  RETURN out;
END $$;
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pgcrypto') THEN
    CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA sys;
    CREATE OR REPLACE FUNCTION sys.sha1(b bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT sys.digest(b, ''sha1'')';
  END IF;
END $$;
`;
