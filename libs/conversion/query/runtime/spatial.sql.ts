/** Spatial values as text with their SRID: what is read and written, without any geometry. */
export const SPATIAL_RUNTIME = String.raw`
CREATE OR REPLACE FUNCTION sys.spatial_parse(x text, srid int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 'SRID=' || srid || ';' || regexp_replace(upper(btrim(x) COLLATE "C"), '^([A-Z]+)\s*\(', '\1 (') $$;
CREATE OR REPLACE FUNCTION sys.spatial_point(x float8, y float8, srid int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 'SRID=' || srid || ';POINT (' || x::text || ' ' || y::text || ')' $$;
CREATE OR REPLACE FUNCTION sys.spatial_text(x text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT substr(x, strpos(x COLLATE "C", ';') + 1) $$;
CREATE OR REPLACE FUNCTION sys.spatial_srid(x text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT substring(x COLLATE "C" from '^SRID=(\d+);')::int $$;
CREATE OR REPLACE FUNCTION sys.spatial_long(x text) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT substring(x COLLATE "C" from 'POINT \(([^ ]+) ')::float8 $$;
CREATE OR REPLACE FUNCTION sys.spatial_lat(x text) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT substring(x COLLATE "C" from 'POINT \([^ ]+ ([^ )]+)')::float8 $$;
`;
