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
-- Both directions in one pass: a loop over substr() or || costs the square of the length.
CREATE OR REPLACE FUNCTION sys.bytes_text(b bytea, wide boolean) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE flat bytea;
BEGIN
  IF b IS NULL THEN RETURN NULL; END IF;
  -- Out of TOAST once, not for each byte.
  flat := b || '\x'::bytea;
  IF NOT wide THEN
    RETURN coalesce((SELECT string_agg(sys.char_of(get_byte(flat, n)), '' ORDER BY n) FROM generate_series(0, octet_length(flat) - 1) AS n), '');
  END IF;
  RETURN coalesce((SELECT string_agg(CASE
      WHEN unit BETWEEN 55296 AND 56319 AND next BETWEEN 56320 AND 57343 THEN chr(65536 + (unit - 55296) * 1024 + next - 56320)
      WHEN unit BETWEEN 56320 AND 57343 AND before BETWEEN 55296 AND 56319 THEN ''
      ELSE sys.nchar_of(unit) END, '' ORDER BY i)
    FROM (SELECT i, unit, lead(unit) OVER (ORDER BY i) AS next, lag(unit) OVER (ORDER BY i) AS before
      FROM (SELECT i, get_byte(flat, 2 * i) + get_byte(flat, 2 * i + 1) * 256 AS unit FROM generate_series(0, octet_length(flat) / 2 - 1) AS i) AS u) AS w), '');
END $$;
CREATE OR REPLACE FUNCTION sys.unit_hex(unit int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lpad(to_hex(((unit & 255) << 8) | (unit >> 8)), 4, '0') $$;
CREATE OR REPLACE FUNCTION sys.text_bytes(x text, wide boolean, style int) RETURNS bytea LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE hex text;
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF style IN (1, 2) THEN
    hex := CASE style WHEN 1 THEN substring(x COLLATE "C" from '^0[xX](([0-9A-Fa-f]{2})*)$') ELSE substring(x COLLATE "C" from '^(([0-9A-Fa-f]{2})*)$') END;
    IF hex IS NULL THEN PERFORM sys.raise(8114, 'Error converting data type varchar to varbinary.'); END IF;
    RETURN decode(hex, 'hex');
  END IF;
  IF NOT wide AND octet_length(x) = length(x) THEN RETURN convert_to(x, 'UTF8'); END IF;
  IF NOT wide THEN
    RETURN (SELECT coalesce(string_agg(sys.int_bytes(sys.ascii_of(c), 1), ''::bytea ORDER BY n), '\x') FROM string_to_table(x, NULL) WITH ORDINALITY AS q(c, n));
  END IF;
  RETURN (SELECT coalesce(decode(string_agg(CASE WHEN one < 65536 THEN sys.unit_hex(one)
      ELSE sys.unit_hex(55296 + ((one - 65536) >> 10)) || sys.unit_hex(56320 + ((one - 65536) & 1023)) END, '' ORDER BY n), 'hex'), '\x')
    FROM (SELECT n, CASE WHEN code = 1112064 THEN 0 WHEN code BETWEEN 1110016 AND 1112063 THEN code - 1110016 + 55296 ELSE code END AS one
      FROM (SELECT n, ascii(c) AS code FROM string_to_table(x, NULL) WITH ORDINALITY AS q(c, n)) AS p) AS u);
END $$;
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pgcrypto') THEN
    CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA sys;
    CREATE OR REPLACE FUNCTION sys.sha1(b bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT sys.digest(b, ''sha1'')';
  END IF;
END $$;
`;
