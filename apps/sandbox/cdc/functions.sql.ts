/** The functions of CDC, in schema meta. They find the tables of schema cdc through meta.cdc_state. Repeatable. */
export const CDC_FUNCTIONS = `
CREATE OR REPLACE FUNCTION meta.cdc_get_max_lsn() RETURNS bytea LANGUAGE plpgsql STABLE AS $$
DECLARE
  mapping int;
  result bytea;
BEGIN
  SELECT lsn_time_mapping_id INTO mapping FROM meta.cdc_state;
  IF mapping IS NULL THEN RETURN NULL; END IF;
  EXECUTE format('SELECT c1 FROM u.%I ORDER BY c1 DESC LIMIT 1', 't' || mapping) INTO result;
  RETURN result;
END $$;
-- SELECT on the source, and membership in the gating role where there is one; db_owner is not asked.
CREATE OR REPLACE FUNCTION meta.cdc_may_read(instance int) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT meta.has_permission(meta.current_principal(), 0, 0, 'CONTROL') OR (meta.has_permission(meta.current_principal(), 1, i.source_object_id, 'SELECT')
     AND (i.role_name IS NULL OR EXISTS (SELECT FROM meta.principals p WHERE p.name_key = meta.fold(i.role_name) AND p.principal_id IN (SELECT meta.roles_of(meta.current_principal())))))
     FROM meta.cdc_instances i WHERE i.object_id = instance $$;
-- Zeros where the instance is unknown or not for the caller, as documented.
CREATE OR REPLACE FUNCTION meta.cdc_get_min_lsn(instance text) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
DECLARE
  zero bytea := '\\x00000000000000000000';
  tables int;
  target int;
  result bytea;
BEGIN
  SELECT change_tables_id INTO tables FROM meta.cdc_state;
  SELECT i.object_id INTO target FROM meta.cdc_instances i WHERE i.name_key = meta.fold(instance);
  IF tables IS NULL OR target IS NULL OR NOT meta.cdc_may_read(target) THEN RETURN zero; END IF;
  EXECUTE format('SELECT c5 FROM u.%I WHERE c1 = $1', 't' || tables) INTO result USING target;
  RETURN coalesce(result, zero);
END $$;
CREATE OR REPLACE FUNCTION meta.cdc_step_lsn(lsn bytea, step int) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  value numeric := 0;
  result bytea := '\\x00000000000000000000';
  at int;
BEGIN
  IF lsn IS NULL THEN RETURN NULL; END IF;
  FOR at IN 0..length(lsn) - 1 LOOP value := value * 256 + get_byte(lsn, at); END LOOP;
  value := mod(value + step + power(2::numeric, 80), power(2::numeric, 80));
  FOR at IN REVERSE 9..0 LOOP
    result := set_byte(result, at, mod(value, 256)::int);
    value := div(value, 256);
  END LOOP;
  RETURN result;
END $$;
CREATE OR REPLACE FUNCTION meta.cdc_lsn_to_time(lsn bytea) RETURNS timestamp(3) LANGUAGE plpgsql STABLE AS $$
DECLARE
  mapping int;
  result timestamp(3);
BEGIN
  SELECT lsn_time_mapping_id INTO mapping FROM meta.cdc_state;
  IF mapping IS NULL THEN RETURN NULL; END IF;
  EXECUTE format('SELECT c3 FROM u.%I WHERE c1 = $1', 't' || mapping) INTO result USING lsn;
  RETURN result;
END $$;
CREATE OR REPLACE FUNCTION meta.cdc_time_to_lsn(relation text, moment timestamp) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
DECLARE
  mapping int;
  result bytea;
  comparison text := CASE lower(relation) WHEN 'largest less than' THEN '<' WHEN 'largest less than or equal' THEN '<='
    WHEN 'smallest greater than' THEN '>' WHEN 'smallest greater than or equal' THEN '>=' END;
BEGIN
  SELECT lsn_time_mapping_id INTO mapping FROM meta.cdc_state;
  IF mapping IS NULL OR comparison IS NULL OR moment IS NULL THEN RETURN NULL; END IF;
  EXECUTE format('SELECT c1 FROM u.%I WHERE c3 %s $1 ORDER BY c1 %s LIMIT 1', 't' || mapping, comparison,
    CASE WHEN comparison LIKE '<%' THEN 'DESC' ELSE 'ASC' END) INTO result USING moment;
  RETURN result;
END $$;
CREATE OR REPLACE FUNCTION meta.cdc_is_bit_set(ordinal int, mask bytea) RETURNS boolean LANGUAGE sql IMMUTABLE AS
  $$ SELECT CASE WHEN ordinal IS NULL OR mask IS NULL THEN NULL WHEN ordinal < 1 OR (ordinal - 1) / 8 >= length(mask) THEN false
     ELSE (get_byte(mask, length(mask) - 1 - (ordinal - 1) / 8) >> ((ordinal - 1) % 8)) & 1 = 1 END $$;
CREATE OR REPLACE FUNCTION meta.cdc_get_column_ordinal(instance text, column_name text) RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT c.column_id - 5 FROM meta.cdc_instances i JOIN meta.columns c ON c.object_id = i.object_id
     WHERE i.name_key = meta.fold(instance) AND c.name_key = meta.fold(column_name) AND c.column_id > 5
       AND c.column_id - 5 IN (SELECT x.column_ordinal FROM meta.cdc_captured x WHERE x.object_id = i.object_id) $$;
CREATE OR REPLACE FUNCTION meta.cdc_has_column_changed(instance text, column_name text, mask bytea) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT meta.cdc_is_bit_set(meta.cdc_get_column_ordinal(instance, column_name), mask) $$;
-- True, or error 313 where the range lies outside of what the instance holds.
CREATE OR REPLACE FUNCTION meta.cdc_check_range(instance text, low bytea, high bytea, row_filter text, filters text[], function_name text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  min_lsn bytea := meta.cdc_get_min_lsn(instance);
  max_lsn bytea := meta.cdc_get_max_lsn();
BEGIN
  -- Without support for net changes there is no such function.
  IF function_name ILIKE 'fn\\_cdc\\_get\\_net\\_%' AND NOT EXISTS (SELECT FROM meta.cdc_instances i WHERE i.name_key = meta.fold(instance) AND i.supports_net_changes) THEN
    RAISE EXCEPTION USING ERRCODE = 'TSQL0', DETAIL = '208', MESSAGE = 'Invalid object name ''cdc.' || function_name || '''.';
  END IF;
  IF low IS NULL OR high IS NULL OR max_lsn IS NULL OR low < min_lsn OR low > high OR high > max_lsn OR min_lsn = '\\x00000000000000000000'
    OR NOT coalesce(lower(rtrim(row_filter)) = ANY (filters), false) THEN
    RAISE EXCEPTION USING ERRCODE = 'TSQL0', DETAIL = '313',
      MESSAGE = 'An insufficient number of arguments were supplied for the procedure or function cdc.' || function_name || ' ... .';
  END IF;
  RETURN true;
END $$;
-- The log tells of a commit a moment before other sessions see it: waits until they do, so that nobody finds a change in a
-- change table and not yet in the source. The upper half of the 64-bit ids is that of the snapshot.
CREATE OR REPLACE FUNCTION meta.cdc_wait_visible(xids bigint[]) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  newest bigint;
  hidden boolean;
BEGIN
  FOR attempt IN 1..20000 LOOP
    newest := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    SELECT bool_or(NOT pg_visible_in_snapshot(f.full_id::text::xid8, pg_current_snapshot())) INTO hidden
      FROM (SELECT CASE WHEN c.id > newest + 2147483648 THEN c.id - 4294967296 ELSE c.id END AS full_id
            FROM (SELECT ((newest >> 32) << 32) + x AS id FROM unnest(xids) x) c) f;
    IF NOT coalesce(hidden, false) THEN RETURN; END IF;
    PERFORM pg_sleep(0.0005);
  END LOOP;
  RAISE EXCEPTION 'a committed transaction does not become visible';
END $$;
CREATE OR REPLACE FUNCTION meta.cdc_or_masks(masks bytea[]) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  result bytea := masks[1];
  mask bytea;
  at int;
BEGIN
  FOREACH mask IN ARRAY masks LOOP
    FOR at IN 0..least(length(result), length(mask)) - 1 LOOP
      result := set_byte(result, at, get_byte(result, at) | get_byte(mask, at));
    END LOOP;
  END LOOP;
  RETURN result;
END $$;
`;
