import { BINARY_RUNTIME } from './runtime/binary.sql.ts';
import { DATETIME_RUNTIME } from './runtime/datetime.sql.ts';
import { DATE_TEXT_RUNTIME } from './runtime/date-text.sql.ts';
import { FORMAT_RUNTIME } from './runtime/format.sql.ts';
import { HIERARCHY_RUNTIME } from './runtime/hierarchy.sql.ts';
import { JSON_RUNTIME } from './runtime/json.sql.ts';
import { NUMBER_RUNTIME } from './runtime/number.sql.ts';
import { PATTERN_RUNTIME } from './runtime/pattern.sql.ts';
import { SPATIAL_RUNTIME } from './runtime/spatial.sql.ts';
import { TIME_ZONE_RUNTIME } from './runtime/time-zone.sql.ts';
import { TEXT_RUNTIME } from './runtime/text.sql.ts';
import { XML_RUNTIME } from './runtime/xml.sql.ts';

/** Schema, collations and types that everything else needs. Errors are raised with SQLSTATE TSQL0 and SQL Server's number in DETAIL. */
const FOUNDATION = String.raw`
CREATE SCHEMA IF NOT EXISTS sys;
CREATE COLLATION IF NOT EXISTS sys.ci_as (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE COLLATION IF NOT EXISTS sys.ci_ai (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
CREATE COLLATION IF NOT EXISTS sys.cs_ai (provider = icu, locale = 'und-u-kc-true-ks-level1', deterministic = false);
CREATE COLLATION IF NOT EXISTS sys.cs_as (provider = icu, locale = 'und');
DO $$ BEGIN
  IF to_regtype('sys.datetimeoffset') IS NULL THEN CREATE TYPE sys.datetimeoffset AS (utc bigint, off smallint); END IF;
  IF to_regtype('sys.sql_variant') IS NULL THEN CREATE TYPE sys.sql_variant AS (base text, value text); END IF;
END $$;
CREATE OR REPLACE FUNCTION sys.raise(number int, message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING ERRCODE = 'TSQL0', MESSAGE = message, DETAIL = number::text; END $$;
CREATE OR REPLACE FUNCTION sys.next_level(level int, most int) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF level >= most THEN
    PERFORM sys.raise(530, format('The statement terminated. The maximum recursion %s has been exhausted before statement completion.', most));
  END IF;
  RETURN level + 1;
END $$;
`;

/**
 * The functions, types and collations of schema `sys` that translated SQL calls in a sandbox database. Repeatable: run it when a
 * database is made, and again after an upgrade.
 */
export const RUNTIME_SQL: string = [
  FOUNDATION,
  TEXT_RUNTIME,
  PATTERN_RUNTIME,
  NUMBER_RUNTIME,
  DATETIME_RUNTIME,
  TIME_ZONE_RUNTIME,
  DATE_TEXT_RUNTIME,
  BINARY_RUNTIME,
  FORMAT_RUNTIME,
  JSON_RUNTIME,
  HIERARCHY_RUNTIME,
  SPATIAL_RUNTIME,
  XML_RUNTIME,
].join('\n');
