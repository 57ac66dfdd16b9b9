import { quoteLiteral } from '#pgsql';
import { PERMISSION_FUNCTIONS } from './permissions.sql.ts';

const TYPE_DESCRIPTIONS: Readonly<Record<string, string>> = {
  U: 'USER_TABLE',
  S: 'SYSTEM_TABLE',
  V: 'VIEW',
  P: 'SQL_STORED_PROCEDURE',
  FN: 'SQL_SCALAR_FUNCTION',
  IF: 'SQL_INLINE_TABLE_VALUED_FUNCTION',
  TF: 'SQL_TABLE_VALUED_FUNCTION',
  TR: 'SQL_TRIGGER',
  SN: 'SYNONYM',
  SO: 'SEQUENCE_OBJECT',
  TT: 'TYPE_TABLE',
  PK: 'PRIMARY_KEY_CONSTRAINT',
  UQ: 'UNIQUE_CONSTRAINT',
  F: 'FOREIGN_KEY_CONSTRAINT',
  C: 'CHECK_CONSTRAINT',
  D: 'DEFAULT_CONSTRAINT',
};

/** sys.database_permissions.type by permission_name. */
const PERMISSION_CODES: Readonly<Record<string, string>> = {
  SELECT: 'SL',
  INSERT: 'IN',
  UPDATE: 'UP',
  DELETE: 'DL',
  EXECUTE: 'EX',
  REFERENCES: 'RF',
  CONTROL: 'CL',
  ALTER: 'AL',
  CONNECT: 'CO',
  'VIEW DEFINITION': 'VW',
  'VIEW DATABASE STATE': 'VWDS',
  'VIEW CHANGE TRACKING': 'VWCT',
  'TAKE OWNERSHIP': 'TO',
};

function mapping(entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries)
    .map(([from, to]) => `WHEN ${quoteLiteral(from)} THEN ${quoteLiteral(to)}`)
    .join(' ');
}

/** The expression that folds a name so that equal names of a database with this collation become the same text. */
function foldExpression(collation: string): string {
  const name = collation.toUpperCase();
  const isExact = name.includes('_CS') || /_BIN2?(_|$)/.test(name);
  const lower = isExact ? 'name' : 'lower(name COLLATE pg_c_utf8)';
  if (!name.includes('_AI')) return lower;
  return `regexp_replace(normalize(${lower}, NFD), '[\\u0300-\\u036f]', '', 'g')`;
}

/** What does not depend on the database's collation. */
const HELPERS = `
CREATE OR REPLACE FUNCTION meta.release_date() RETURNS timestamp(3) LANGUAGE sql IMMUTABLE AS $$ SELECT timestamp '2022-10-08 06:30:55.317' $$;
CREATE OR REPLACE FUNCTION meta.type_desc(kind text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT CASE kind ${mapping(TYPE_DESCRIPTIONS)} END $$;
CREATE OR REPLACE FUNCTION meta.permission_code(permission text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT rpad(CASE permission ${mapping(PERMISSION_CODES)} ELSE left(permission, 4) END, 4) $$;
CREATE OR REPLACE FUNCTION meta.current_name() RETURNS text LANGUAGE sql STABLE AS $$ SELECT d.name FROM meta.self JOIN meta.databases d USING (database_id) $$;
CREATE OR REPLACE FUNCTION meta.base_type_name(system_id smallint, user_id int) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT t.name FROM meta.types t WHERE NOT t.is_user_defined AND t.user_type_id <> 256
     AND t.user_type_id = CASE WHEN system_id = 240 THEN user_id ELSE system_id::int END $$;
CREATE OR REPLACE FUNCTION meta.char_length(system_id smallint, bytes smallint) RETURNS int LANGUAGE sql IMMUTABLE AS
  $$ SELECT CASE WHEN system_id IN (35, 34) THEN 2147483647 WHEN system_id = 99 THEN 1073741823 WHEN system_id = 241 THEN -1
     WHEN system_id IN (231, 239) AND bytes > 0 THEN bytes / 2 WHEN system_id IN (165, 167, 173, 175, 231, 239) THEN bytes END $$;
CREATE OR REPLACE FUNCTION meta.octet_length(system_id smallint, bytes smallint) RETURNS int LANGUAGE sql IMMUTABLE AS
  $$ SELECT CASE WHEN system_id IN (35, 34) THEN 2147483647 WHEN system_id = 99 THEN 2147483646 WHEN system_id = 241 THEN -1
     WHEN system_id IN (165, 167, 173, 175, 231, 239) THEN bytes END $$;
CREATE OR REPLACE FUNCTION meta.object_id_of(schema_name text, object_name text) RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT o.object_id FROM meta.objects o JOIN meta.schemas s USING (schema_id)
     WHERE s.name_key = meta.fold(coalesce(schema_name, 'dbo')) AND o.name_key = meta.fold(object_name) $$;
CREATE OR REPLACE FUNCTION meta.variant(base text, value text) RETURNS sys.sql_variant LANGUAGE sql IMMUTABLE AS
  $$ SELECT CASE WHEN value IS NOT NULL THEN ROW(base, value)::sys.sql_variant END $$;
CREATE OR REPLACE FUNCTION meta.bigint_variant(value numeric, system_id smallint, digits smallint) RETURNS sys.sql_variant LANGUAGE sql IMMUTABLE AS
  $$ SELECT meta.variant(CASE system_id WHEN 48 THEN 'tinyint' WHEN 52 THEN 'smallint' WHEN 56 THEN 'int' WHEN 127 THEN 'bigint'
     WHEN 106 THEN 'decimal(' || digits || ',0)' ELSE 'numeric(' || digits || ',0)' END, value::text) $$;
CREATE OR REPLACE FUNCTION meta.offset_now(instant timestamptz) RETURNS sys.datetimeoffset LANGUAGE sql STABLE AS
  $$ SELECT ROW((extract(epoch FROM instant) * 10000000)::bigint + 621355968000000000,
     (extract(epoch FROM (instant AT TIME ZONE current_setting('TimeZone')) - (instant AT TIME ZONE 'UTC')) / 60)::smallint)::sys.datetimeoffset $$;

-- The last value a counter gave; NULL before its first.
CREATE OR REPLACE FUNCTION meta.counter_value(object_id int) RETURNS bigint LANGUAGE sql STABLE AS
  $$ SELECT pg_sequence_last_value(to_regclass('u.s' || object_id)) $$;
CREATE OR REPLACE FUNCTION meta.partition_id(object_id int, index_id int) RETURNS bigint LANGUAGE sql IMMUTABLE AS
  $$ SELECT 72057594037927936 + object_id::bigint * 1024 + index_id $$;
-- Small tables are counted, large ones estimated.
CREATE OR REPLACE FUNCTION meta.row_count(object_id int) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  relation regclass := to_regclass('u.t' || object_id);
  counted bigint;
BEGIN
  IF relation IS NULL THEN RETURN 0; END IF;
  SELECT greatest(pg_stat_get_live_tuples(relation), 0) INTO counted;
  IF pg_relation_size(relation) > 4194304 AND counted > 0 THEN RETURN counted; END IF;
  EXECUTE format('SELECT count(*) FROM %s', relation) INTO counted;
  RETURN counted;
END $$;
-- The partitions of a function: one more than its boundaries.
CREATE OR REPLACE FUNCTION meta.fanout(function_id int) RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT 1 + count(*)::int FROM meta.partition_values v WHERE v.function_id = $1 $$;
CREATE OR REPLACE FUNCTION meta.partition_rows(object_id int, function_id int, column_id int, number int) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  counted bigint;
BEGIN
  IF function_id IS NULL THEN RETURN meta.row_count(object_id); END IF;
  EXECUTE format('SELECT count(*) FROM u.t%s WHERE u.pf%s(c%s) = %s', object_id, function_id, column_id, number) INTO counted;
  RETURN counted;
END $$;
CREATE OR REPLACE FUNCTION meta.partition_id(object_id int, index_id int, number int) RETURNS bigint LANGUAGE sql IMMUTABLE AS
  $$ SELECT meta.partition_id(object_id, index_id) + (number - 1) * 4398046511104 $$;
CREATE OR REPLACE FUNCTION meta.page_count(object_id int, index_id int) RETURNS bigint LANGUAGE sql STABLE AS
  $$ SELECT coalesce(pg_total_relation_size(to_regclass(CASE WHEN index_id < 2 THEN 'u.t' || object_id ELSE 'u.i' || object_id || '_' || index_id END)) / 8192, 0) $$;

CREATE OR REPLACE FUNCTION meta.cdc_enabled(database_id int) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT EXISTS (SELECT FROM pg_replication_slots s WHERE s.database = 'sbx_' || database_id AND s.slot_name LIKE 'sluice_cdc_%') $$;
CREATE OR REPLACE FUNCTION meta.cdc_lags(database_id int) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT EXISTS (SELECT FROM pg_replication_slots s WHERE s.database = 'sbx_' || database_id AND s.slot_name LIKE 'sluice_cdc_%'
     AND s.confirmed_flush_lsn < pg_current_wal_lsn() - 1048576) $$;
CREATE OR REPLACE FUNCTION meta.log_used() RETURNS bigint LANGUAGE sql STABLE AS
  $$ SELECT coalesce((SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), s.confirmed_flush_lsn)) FROM pg_replication_slots s
     WHERE s.database = current_database()), 0)::bigint + 8388608 $$;
`;

/** Functions the system views are written with. Repeatable. */
export function helperFunctions(collation: string): string {
  return `CREATE OR REPLACE FUNCTION meta.fold(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT ${foldExpression(collation)} $$;
${HELPERS}${PERMISSION_FUNCTIONS}`;
}
