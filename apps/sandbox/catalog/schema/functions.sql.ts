import { TEMPORARIES_SETTING } from '../session-row.ts';

/**
 * T-SQL's metadata functions as PostgreSQL functions of schema `meta` (prefix f_). Repeatable. What SQL Server answers with NULL
 * (unknown names, unknown properties) is NULL here. Numbers come from the documentation of each function.
 */
export const METADATA_FUNCTIONS = `
-- The parts of a one- to four-part name, quotes undone, the object's own name first.
CREATE OR REPLACE FUNCTION meta.f_parts(qualified text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
  parts text[] := '{}';
  part text COLLATE "C";
  rest text COLLATE "C" := ltrim(qualified);
BEGIN
  LOOP
    IF rest LIKE '[%' THEN
      part := substring(rest FROM '^\\[((?:[^\\]]|\\]\\])*)\\]');
      IF part IS NULL THEN RETURN NULL; END IF;
      rest := substr(rest, length(part) + 3);
      part := replace(part, ']]', ']');
    ELSIF rest LIKE '"%' THEN
      part := substring(rest FROM '^"((?:[^"]|"")*)"');
      IF part IS NULL THEN RETURN NULL; END IF;
      rest := substr(rest, length(part) + 3);
      part := replace(part, '""', '"');
    ELSE
      part := substring(rest FROM '^[^.]*');
      rest := substr(rest, length(part) + 1);
      part := rtrim(part);
    END IF;
    parts := array_prepend(part, parts);
    rest := ltrim(rest);
    EXIT WHEN rest = '';
    IF rest NOT LIKE '.%' THEN RETURN NULL; END IF;
    rest := ltrim(substr(rest, 2));
  END LOOP;
  RETURN parts;
END $$;

CREATE OR REPLACE FUNCTION meta.f_object_id(qualified text, kind text DEFAULT NULL) RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE
  parts text[] := meta.f_parts(qualified);
  hit int;
BEGIN
  IF parts IS NULL OR cardinality(parts) > 4 THEN RETURN NULL; END IF;
  IF coalesce(parts[3], '') <> '' AND meta.fold(parts[3]) <> meta.fold(meta.current_name()) THEN
    IF EXISTS (SELECT FROM meta.databases d WHERE d.name_key = meta.fold(parts[3]) AND d.database_id NOT IN (3, 4)) THEN
      PERFORM sys.raise(40515, format('The name ''%s'' of another database in this function is not supported in this version of SQL Server.', qualified));
    END IF;
    RETURN NULL;
  END IF;
  IF parts[1] LIKE '#%' AND meta.current_name() = 'tempdb' THEN
    hit := (coalesce(nullif(current_setting('${TEMPORARIES_SETTING}', true), ''), '{}')::jsonb ->> lower(parts[1]))::int;
    IF hit IS NOT NULL THEN RETURN hit; END IF;
  END IF;
  SELECT o.object_id INTO hit FROM meta.objects o JOIN meta.schemas s USING (schema_id)
    WHERE o.name_key = meta.fold(parts[1]) AND s.name_key = meta.fold(coalesce(nullif(parts[2], ''), 'dbo'))
      AND (kind IS NULL OR rtrim(upper(kind)) = o.type) AND o.type <> 'TT';
  IF hit IS NOT NULL THEN RETURN CASE WHEN meta.sees_object(hit) THEN hit END; END IF;
  SELECT o.object_id INTO hit FROM meta.system_objects o JOIN meta.schemas s USING (schema_id)
    WHERE lower(o.name) = lower(parts[1]) AND (kind IS NULL OR rtrim(upper(kind)) = o.type)
      AND (coalesce(parts[2], '') = '' OR s.name_key = meta.fold(parts[2]) OR (lower(parts[2]) = 'dbo' AND o.name LIKE 'sys%'))
      AND (coalesce(parts[2], '') <> '' OR o.schema_id = 4);
  RETURN hit;
END $$;
CREATE OR REPLACE FUNCTION meta.is_own_database(id int) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF id IS NULL OR id = (SELECT s.database_id FROM meta.self s) THEN RETURN true; END IF;
  IF EXISTS (SELECT FROM meta.databases d WHERE d.database_id = id AND id NOT IN (3, 4)) THEN
    PERFORM sys.raise(40515, format('The name of an object of database %s, which is not the current one, is not supported in this version of SQL Server.', id));
  END IF;
  RETURN false;
END $$;
CREATE OR REPLACE FUNCTION meta.f_object_name(id int, database_id int DEFAULT NULL) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT coalesce((SELECT o.name FROM meta.objects o WHERE o.object_id = id AND meta.sees_object(id)), (SELECT o.name FROM meta.system_objects o WHERE o.object_id = id))
     WHERE meta.is_own_database(database_id) $$;
CREATE OR REPLACE FUNCTION meta.f_object_schema_name(id int, database_id int DEFAULT NULL) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT s.name FROM (SELECT object_id, schema_id FROM meta.objects UNION ALL SELECT object_id, schema_id FROM meta.system_objects) o
     JOIN meta.schemas s USING (schema_id) WHERE o.object_id = id
     AND meta.is_own_database(database_id) $$;
CREATE OR REPLACE FUNCTION meta.f_object_definition(id int) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT coalesce((SELECT definition FROM meta.modules WHERE object_id = id AND NOT is_encrypted), (SELECT definition FROM meta.check_constraints WHERE object_id = id),
     (SELECT definition FROM meta.default_constraints WHERE object_id = id))
     WHERE meta.sees_all() OR id = ANY (meta.defined_objects()) $$;
CREATE OR REPLACE FUNCTION meta.f_schema_id(schema_name text DEFAULT 'dbo') RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT schema_id FROM meta.schemas WHERE name_key = meta.fold(schema_name) $$;
CREATE OR REPLACE FUNCTION meta.f_schema_name(id int DEFAULT 1) RETURNS text LANGUAGE sql STABLE AS $$ SELECT name FROM meta.schemas WHERE schema_id = id $$;
CREATE OR REPLACE FUNCTION meta.f_db_id(database_name text DEFAULT meta.current_name()) RETURNS smallint LANGUAGE sql STABLE AS
  $$ SELECT database_id::smallint FROM meta.databases WHERE name_key = meta.fold(database_name) $$;
CREATE OR REPLACE FUNCTION meta.f_db_name(id int DEFAULT NULL) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT name FROM meta.databases WHERE database_id = coalesce(nullif(id, 0), (SELECT s.database_id FROM meta.self s)) $$;
CREATE OR REPLACE FUNCTION meta.f_type_id(qualified text) RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT t.user_type_id FROM meta.types t JOIN meta.schemas s USING (schema_id), meta.f_parts(qualified) p(parts)
     WHERE t.name_key = meta.fold(CASE lower(parts[1]) WHEN 'rowversion' THEN 'timestamp' ELSE parts[1] END)
       AND (s.name_key = meta.fold(parts[2]) OR (parts[2] IS NULL AND s.schema_id IN (1, 4))) ORDER BY s.schema_id DESC LIMIT 1 $$;
CREATE OR REPLACE FUNCTION meta.f_type_name(id int) RETURNS text LANGUAGE sql STABLE AS $$ SELECT name FROM meta.types WHERE user_type_id = id $$;
CREATE OR REPLACE FUNCTION meta.f_typeproperty(type_name text, property text) RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT CASE lower(property) WHEN 'precision' THEN CASE WHEN t.precision = 0 THEN t.max_length ELSE t.precision END WHEN 'scale' THEN t.scale
     WHEN 'allowsnull' THEN t.is_nullable::int WHEN 'ownerid' THEN t.schema_id WHEN 'usesansitrim' THEN 1 END
     FROM meta.types t WHERE t.user_type_id = meta.f_type_id(type_name) $$;
CREATE OR REPLACE FUNCTION meta.f_col_name(id int, column_no int) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT coalesce((SELECT c.name FROM meta.columns c WHERE c.object_id = id AND c.column_id = column_no),
     (SELECT c.name FROM meta.system_columns c WHERE c.object_id = id AND c.column_id = column_no)) $$;
CREATE OR REPLACE FUNCTION meta.f_col_length(qualified text, column_name text) RETURNS smallint LANGUAGE sql STABLE AS
  $$ SELECT coalesce((SELECT c.max_length FROM meta.columns c WHERE c.object_id = meta.f_object_id(qualified) AND c.name_key = meta.fold(column_name)),
     (SELECT c.max_length FROM meta.system_columns c WHERE c.object_id = meta.f_object_id(qualified) AND meta.fold(c.name) = meta.fold(column_name))) $$;
CREATE OR REPLACE FUNCTION meta.f_columnproperty(id int, column_name text, property text) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT CASE lower(property)
    WHEN 'allowsnull' THEN c.is_nullable::int WHEN 'columnid' THEN c.column_id WHEN 'iscomputed' THEN c.is_computed::int WHEN 'isidentity' THEN c.is_identity::int
    WHEN 'isrowguidcol' THEN c.is_rowguidcol::int WHEN 'issparse' THEN c.is_sparse::int WHEN 'ishidden' THEN 0 WHEN 'generatedalwaystype' THEN 0
    WHEN 'isidnotforrepl' THEN coalesce((SELECT i.is_not_for_replication::int FROM meta.identity_columns i WHERE i.object_id = c.object_id AND i.column_id = c.column_id), 0)
    WHEN 'precision' THEN CASE WHEN c.system_type_id IN (231, 239) AND c.max_length > 0 THEN c.max_length / 2 WHEN c.precision = 0 THEN c.max_length ELSE c.precision END
    WHEN 'scale' THEN CASE WHEN c.precision = 0 THEN NULL ELSE c.scale END
    WHEN 'charmaxlen' THEN meta.char_length(c.system_type_id, c.max_length) WHEN 'usesansitrim' THEN CASE WHEN c.system_type_id IN (165,167,173,175,231,239) THEN 1 ELSE NULL END
    WHEN 'isdeterministic' THEN CASE WHEN c.is_computed THEN 1 END WHEN 'isprecise' THEN CASE WHEN c.is_computed THEN 1 END
    WHEN 'isindexable' THEN CASE WHEN c.system_type_id IN (34, 35, 99, 241) OR c.max_length = -1 THEN 0 ELSE 1 END WHEN 'isfulltextindexed' THEN 0 WHEN 'isxmlindexable' THEN 0
    WHEN 'iscolumnset' THEN 0 WHEN 'isoutparam' THEN 0 END
  FROM meta.columns c WHERE c.object_id = id AND c.name_key = meta.fold(column_name) $$;
CREATE OR REPLACE FUNCTION meta.f_objectproperty(id int, property text) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT CASE lower(property)
    WHEN 'istable' THEN (o.type IN ('U', 'S'))::int WHEN 'isusertable' THEN (o.type = 'U')::int WHEN 'issystemtable' THEN (o.type = 'S')::int
    WHEN 'isview' THEN (o.type = 'V')::int WHEN 'isprocedure' THEN (o.type = 'P')::int WHEN 'istrigger' THEN (o.type = 'TR')::int
    WHEN 'isscalarfunction' THEN (o.type = 'FN')::int WHEN 'isinlinefunction' THEN (o.type = 'IF')::int WHEN 'istablefunction' THEN (o.type IN ('IF', 'TF'))::int
    WHEN 'isprimarykey' THEN (o.type = 'PK')::int WHEN 'isuniquecnst' THEN (o.type = 'UQ')::int WHEN 'isforeignkey' THEN (o.type = 'F')::int
    WHEN 'ischeckcnst' THEN (o.type = 'C')::int WHEN 'isdefaultcnst' THEN (o.type = 'D')::int WHEN 'isdefault' THEN 0 WHEN 'isrule' THEN 0
    WHEN 'isconstraint' THEN (o.type IN ('PK', 'UQ', 'F', 'C', 'D'))::int WHEN 'isexecuted' THEN (o.type IN ('P', 'V', 'FN', 'IF', 'TF', 'TR'))::int
    WHEN 'ismsshipped' THEN o.is_ms_shipped::int WHEN 'ownerid' THEN (SELECT s.principal_id FROM meta.schemas s WHERE s.schema_id = o.schema_id) WHEN 'schemaid' THEN o.schema_id
    WHEN 'isdisabled' THEN coalesce((SELECT f.is_disabled::int FROM meta.foreign_keys f WHERE f.object_id = id), (SELECT c.is_disabled::int FROM meta.check_constraints c WHERE c.object_id = id), 0)
    WHEN 'cnstisdisabled' THEN coalesce((SELECT f.is_disabled::int FROM meta.foreign_keys f WHERE f.object_id = id), (SELECT c.is_disabled::int FROM meta.check_constraints c WHERE c.object_id = id), 0)
    WHEN 'cnstisnottrusted' THEN coalesce((SELECT f.is_not_trusted::int FROM meta.foreign_keys f WHERE f.object_id = id), (SELECT c.is_not_trusted::int FROM meta.check_constraints c WHERE c.object_id = id), 0)
    WHEN 'tablehasidentity' THEN EXISTS (SELECT FROM meta.identity_columns x WHERE x.object_id = id)::int
    WHEN 'tablehasprimarykey' THEN EXISTS (SELECT FROM meta.indexes x WHERE x.object_id = id AND x.is_primary_key)::int
    WHEN 'tablehasclustindex' THEN EXISTS (SELECT FROM meta.indexes x WHERE x.object_id = id AND x.index_id = 1)::int
    WHEN 'tablehasindex' THEN EXISTS (SELECT FROM meta.indexes x WHERE x.object_id = id)::int
    WHEN 'tablehasnonclustindex' THEN EXISTS (SELECT FROM meta.indexes x WHERE x.object_id = id AND x.index_id > 1)::int
    WHEN 'tablehasuniquecnst' THEN EXISTS (SELECT FROM meta.indexes x WHERE x.object_id = id AND x.is_unique_constraint)::int
    WHEN 'tablehasforeignkey' THEN EXISTS (SELECT FROM meta.foreign_keys x WHERE x.parent_object_id = id)::int
    WHEN 'tablehasforeignref' THEN EXISTS (SELECT FROM meta.foreign_keys x WHERE x.referenced_object_id = id)::int
    WHEN 'tablehascheckcnst' THEN EXISTS (SELECT FROM meta.check_constraints x WHERE x.parent_object_id = id)::int
    WHEN 'tablehasdefaultcnst' THEN EXISTS (SELECT FROM meta.default_constraints x WHERE x.parent_object_id = id)::int
    WHEN 'tablehasrowguidcol' THEN EXISTS (SELECT FROM meta.columns x WHERE x.object_id = id AND x.is_rowguidcol)::int
    WHEN 'tablehastimestamp' THEN EXISTS (SELECT FROM meta.columns x WHERE x.object_id = id AND x.system_type_id = 189)::int
    WHEN 'tablehastextimage' THEN EXISTS (SELECT FROM meta.columns x WHERE x.object_id = id AND x.system_type_id IN (34, 35, 99))::int
    WHEN 'tableisfake' THEN 0 WHEN 'tabletemporaltype' THEN 0 WHEN 'ownertype' THEN NULL WHEN 'isindexed' THEN EXISTS (SELECT FROM meta.indexes x WHERE x.object_id = id)::int
    WHEN 'isansinullson' THEN coalesce((SELECT m.uses_ansi_nulls::int FROM meta.modules m WHERE m.object_id = id), (SELECT t.uses_ansi_nulls::int FROM meta.tables t WHERE t.object_id = id), 1)
    WHEN 'isdeterministic' THEN CASE WHEN o.type IN ('FN', 'IF', 'TF') THEN (SELECT (m.settings ? 'DETERMINISTIC')::int FROM meta.modules m WHERE m.object_id = id) END WHEN 'isquotedidenton' THEN coalesce((SELECT m.uses_quoted_identifier::int FROM meta.modules m WHERE m.object_id = id), 1)
    WHEN 'isencrypted' THEN coalesce((SELECT m.is_encrypted::int FROM meta.modules m WHERE m.object_id = id), 0) WHEN 'isschemabound' THEN coalesce((SELECT m.is_schema_bound::int FROM meta.modules m WHERE m.object_id = id), 0)
    WHEN 'execisansinullson' THEN (SELECT m.uses_ansi_nulls::int FROM meta.modules m WHERE m.object_id = id) WHEN 'execisquotedidenton' THEN (SELECT m.uses_quoted_identifier::int FROM meta.modules m WHERE m.object_id = id)
    WHEN 'exectriggerdisabled' THEN (SELECT t.is_disabled::int FROM meta.triggers t WHERE t.object_id = id) WHEN 'execistriggerdisabled' THEN (SELECT t.is_disabled::int FROM meta.triggers t WHERE t.object_id = id)
    WHEN 'tableisfulltextkey' THEN 0 WHEN 'issystemnamed' THEN NULL END
  FROM (SELECT object_id, type, schema_id, is_ms_shipped FROM meta.objects UNION ALL SELECT object_id, type, schema_id, true FROM meta.system_objects) o WHERE o.object_id = id $$;
CREATE OR REPLACE FUNCTION meta.f_objectpropertyex(id int, property text) RETURNS sys.sql_variant LANGUAGE sql STABLE AS $$
  SELECT CASE lower(property) WHEN 'basetype' THEN (SELECT meta.variant('char(2)', rpad(o.type, 2)) FROM meta.objects o WHERE o.object_id = id)
    WHEN 'cardinality' THEN (SELECT meta.variant('bigint', meta.row_count(id)::text) FROM meta.tables t WHERE t.object_id = id)
    ELSE meta.variant('int', meta.f_objectproperty(id, property)::text) END $$;
CREATE OR REPLACE FUNCTION meta.f_indexproperty(id int, index_name text, property text) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT CASE lower(property) WHEN 'isclustered' THEN (i.index_id = 1)::int WHEN 'isunique' THEN i.is_unique::int WHEN 'indexid' THEN i.index_id
    WHEN 'isdisabled' THEN i.is_disabled::int WHEN 'indexfillfactor' THEN i.fill_factor WHEN 'ispadindex' THEN i.is_padded::int WHEN 'isautostatistics' THEN 0 WHEN 'isstatistics' THEN 0
    WHEN 'ishypothetical' THEN 0 WHEN 'isfulltextkey' THEN 0 WHEN 'iscolumnstore' THEN 0 WHEN 'indexdepth' THEN 1
    WHEN 'isrowlockdisallowed' THEN (NOT i.allow_row_locks)::int WHEN 'ispagelockdisallowed' THEN (NOT i.allow_page_locks)::int END
  FROM meta.indexes i WHERE i.object_id = id AND i.name_key = meta.fold(index_name) $$;
CREATE OR REPLACE FUNCTION meta.f_indexkey_property(id int, index_no int, key_no int, property text) RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT CASE lower(property) WHEN 'columnid' THEN c.column_id WHEN 'isdescending' THEN c.is_descending_key::int END
     FROM meta.index_columns c WHERE c.object_id = id AND c.index_id = index_no AND c.key_ordinal = key_no $$;
CREATE OR REPLACE FUNCTION meta.f_index_col(qualified text, index_no int, key_no int) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT x.name FROM meta.index_columns c JOIN meta.columns x USING (object_id, column_id)
     WHERE c.object_id = meta.f_object_id(qualified) AND c.index_id = index_no AND c.key_ordinal = key_no $$;

CREATE OR REPLACE FUNCTION meta.f_serverproperty(property text) RETURNS sys.sql_variant LANGUAGE sql STABLE AS $$
  SELECT CASE lower(property)
    WHEN 'productversion' THEN meta.variant('nvarchar(128)', '16.0.1000.6') WHEN 'productmajorversion' THEN meta.variant('nvarchar(128)', '16')
    WHEN 'productminorversion' THEN meta.variant('nvarchar(128)', '0') WHEN 'productbuild' THEN meta.variant('nvarchar(128)', '1000')
    WHEN 'productlevel' THEN meta.variant('nvarchar(128)', 'RTM') WHEN 'productupdatelevel' THEN NULL
    WHEN 'edition' THEN meta.variant('nvarchar(128)', 'Developer Edition (64-bit)') WHEN 'editionid' THEN meta.variant('bigint', '-2117995310') WHEN 'engineedition' THEN meta.variant('int', '3')
    WHEN 'servername' THEN meta.variant('nvarchar(128)', coalesce((SELECT s.value FROM meta.server_state s WHERE s.name = 'servername'), 'SLUICE-SANDBOX')) WHEN 'machinename' THEN meta.variant('nvarchar(128)', 'SLUICE-SANDBOX') WHEN 'instancename' THEN NULL
    WHEN 'computernamephysicalnetbios' THEN meta.variant('nvarchar(128)', 'SLUICE-SANDBOX')
    WHEN 'collation' THEN meta.variant('nvarchar(128)', coalesce((SELECT d.collation_name FROM meta.databases d WHERE d.database_id = 1), 'SQL_Latin1_General_CP1_CI_AS'))
    WHEN 'isclustered' THEN meta.variant('int', '0') WHEN 'ishadrenabled' THEN meta.variant('int', '0') WHEN 'isintegratedsecurityonly' THEN meta.variant('int', '0')
    WHEN 'issingleuser' THEN meta.variant('int', '0') WHEN 'isfulltextinstalled' THEN meta.variant('int', '0') WHEN 'isxtpsupported' THEN meta.variant('int', '0')
    WHEN 'ispolybaseinstalled' THEN meta.variant('int', '0') WHEN 'isadvancedanalyticsinstalled' THEN meta.variant('int', '0') WHEN 'islocaldb' THEN meta.variant('int', '0')
    WHEN 'processid' THEN meta.variant('int', pg_backend_pid()::text) WHEN 'sqlcharset' THEN meta.variant('tinyint', '1') WHEN 'sqlcharsetname' THEN meta.variant('nvarchar(128)', 'iso_1')
    WHEN 'sqlsortorder' THEN meta.variant('tinyint', '52') WHEN 'sqlsortordername' THEN meta.variant('nvarchar(128)', 'nocase_iso') WHEN 'lcid' THEN meta.variant('int', '1033')
    WHEN 'comparisonstyle' THEN meta.variant('int', '196609') WHEN 'licensetype' THEN meta.variant('nvarchar(128)', 'DISABLED') WHEN 'buildclrversion' THEN meta.variant('nvarchar(128)', 'v4.0.30319')
    WHEN 'resourceversion' THEN meta.variant('nvarchar(128)', '16.00.1000') WHEN 'filestreamconfiguredlevel' THEN meta.variant('int', '0') WHEN 'filestreameffectivelevel' THEN meta.variant('int', '0')
  END $$;
CREATE OR REPLACE FUNCTION meta.db_flag(options jsonb, name text, otherwise text) RETURNS sys.sql_variant LANGUAGE sql IMMUTABLE AS
  $$ SELECT meta.variant('int', coalesce((options ->> name)::boolean::int::text, otherwise)) $$;
CREATE OR REPLACE FUNCTION meta.f_databasepropertyex(database_name text, property text) RETURNS sys.sql_variant LANGUAGE sql STABLE AS $$
  SELECT CASE lower(property)
    WHEN 'status' THEN meta.variant('nvarchar(128)', 'ONLINE') WHEN 'updateability' THEN meta.variant('nvarchar(128)', CASE WHEN d.is_read_only THEN 'READ_ONLY' ELSE 'READ_WRITE' END)
    WHEN 'useraccess' THEN meta.variant('nvarchar(128)', CASE coalesce(d.options ->> 'user_access', '0') WHEN '0' THEN 'MULTI_USER' ELSE 'SINGLE_USER' END) WHEN 'recovery' THEN meta.variant('nvarchar(128)', CASE d.recovery_model WHEN 1 THEN 'FULL' WHEN 2 THEN 'BULK_LOGGED' ELSE 'SIMPLE' END)
    WHEN 'collation' THEN meta.variant('nvarchar(128)', d.collation_name) WHEN 'version' THEN meta.variant('int', '957') WHEN 'issnapshotisolationallowed' THEN meta.variant('int', d.snapshot_isolation::int::text)
    WHEN 'isreadcommittedsnapshoton' THEN meta.variant('int', d.read_committed_snapshot::int::text) WHEN 'ispublished' THEN meta.variant('int', '0') WHEN 'isfulltextenabled' THEN meta.variant('int', '0')
    WHEN 'isautoclose' THEN meta.db_flag(d.options, 'is_auto_close_on', '0') WHEN 'isautoshrink' THEN meta.db_flag(d.options, 'is_auto_shrink_on', '0')
    WHEN 'isautocreatestatistics' THEN meta.db_flag(d.options, 'is_auto_create_stats_on', '1') WHEN 'isautoupdatestatistics' THEN meta.db_flag(d.options, 'is_auto_update_stats_on', '1')
    WHEN 'isansinulldefault' THEN meta.db_flag(d.options, 'is_ansi_null_default_on', '0') WHEN 'isansinullsenabled' THEN meta.db_flag(d.options, 'is_ansi_nulls_on', '0')
    WHEN 'isansipaddingenabled' THEN meta.db_flag(d.options, 'is_ansi_padding_on', '0') WHEN 'isansiwarningsenabled' THEN meta.db_flag(d.options, 'is_ansi_warnings_on', '0')
    WHEN 'isarithmeticabortenabled' THEN meta.db_flag(d.options, 'is_arithabort_on', '0') WHEN 'isnullconcat' THEN meta.db_flag(d.options, 'is_concat_null_yields_null_on', '0')
    WHEN 'isnumericroundabortenabled' THEN meta.db_flag(d.options, 'is_numeric_roundabort_on', '0') WHEN 'isquotedidentifiersenabled' THEN meta.db_flag(d.options, 'is_quoted_identifier_on', '0')
    WHEN 'isparameterizationforced' THEN meta.db_flag(d.options, 'is_parameterization_forced', '0')
    WHEN 'istornpagedetectionenabled' THEN meta.variant('int', CASE d.options ->> 'page_verify_option' WHEN '1' THEN '1' ELSE '0' END)
    WHEN 'isclosecursorsoncommitenabled' THEN meta.variant('int', '0') WHEN 'islocalcursorsdefault' THEN meta.variant('int', '0') WHEN 'isrecursivetriggersenabled' THEN meta.variant('int', '0')
    WHEN 'ismergepublished' THEN meta.variant('int', '0') WHEN 'issubscribed' THEN meta.variant('int', '0') WHEN 'issyncwithbackup' THEN meta.variant('int', '0')
    WHEN 'isinstandby' THEN meta.variant('int', '0') WHEN 'sqlsortorder' THEN meta.variant('tinyint', '52')
    WHEN 'comparisonstyle' THEN meta.variant('int', '196609') WHEN 'lcid' THEN meta.variant('int', '1033') WHEN 'edition' THEN meta.variant('nvarchar(64)', 'Developer')
    WHEN 'compatibilitylevel' THEN meta.variant('int', d.compatibility_level::text) END
  FROM meta.databases d WHERE d.name_key = meta.fold(database_name) $$;

CREATE OR REPLACE FUNCTION meta.f_user_name(id int DEFAULT NULL) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT name FROM meta.principals WHERE principal_id = coalesce(id, meta.current_principal()) $$;
CREATE OR REPLACE FUNCTION meta.f_user_id(principal text DEFAULT NULL) RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT CASE WHEN principal IS NULL THEN meta.current_principal() ELSE (SELECT principal_id FROM meta.principals WHERE name_key = meta.fold(principal)) END $$;
CREATE OR REPLACE FUNCTION meta.f_suser_sname(sid bytea DEFAULT NULL) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT CASE WHEN $1 IS NULL THEN meta.current_login() ELSE (SELECT name FROM meta.logins l WHERE l.sid = $1) END $$;
CREATE OR REPLACE FUNCTION meta.f_original_login() RETURNS text LANGUAGE sql STABLE AS $$ SELECT meta.original_login() $$;
CREATE OR REPLACE FUNCTION meta.f_suser_name(id int DEFAULT NULL) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT CASE WHEN id IS NULL THEN meta.current_login() ELSE (SELECT name FROM meta.logins WHERE principal_id = id) END $$;
CREATE OR REPLACE FUNCTION meta.f_suser_id(login text DEFAULT meta.current_login()) RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT principal_id FROM meta.logins WHERE name_key = meta.fold(login) $$;
CREATE OR REPLACE FUNCTION meta.f_suser_sid(login text DEFAULT meta.current_login()) RETURNS bytea LANGUAGE sql STABLE AS
  $$ SELECT sid FROM meta.logins WHERE name_key = meta.fold(login) $$;
CREATE OR REPLACE FUNCTION meta.f_is_srvrolemember(role text, login text DEFAULT meta.current_login()) RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT CASE WHEN lower(role) = 'public' THEN 1
     WHEN lower(role) NOT IN ('sysadmin', 'serveradmin', 'securityadmin', 'processadmin', 'setupadmin', 'bulkadmin', 'diskadmin', 'dbcreator') THEN NULL
     WHEN meta.is_sysadmin(login) THEN 1 ELSE coalesce((SELECT (lower(role) = ANY (l.server_roles))::int FROM meta.logins l WHERE l.name_key = meta.fold(login)), 0) END $$;
CREATE OR REPLACE FUNCTION meta.f_is_rolemember(role text, principal text DEFAULT NULL) RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT CASE WHEN r.principal_id IS NULL OR m.principal_id IS NULL THEN NULL WHEN m.principal_id = 1 AND r.is_fixed_role AND lower(r.name) NOT LIKE 'db_deny%' THEN 1
     ELSE (r.principal_id IN (SELECT meta.roles_of(m.principal_id)))::int END
     FROM (SELECT 1) one LEFT JOIN meta.principals r ON r.name_key = meta.fold(role) AND r.type = 'R'
     LEFT JOIN meta.principals m ON m.principal_id = CASE WHEN principal IS NULL THEN meta.current_principal() ELSE (SELECT p.principal_id FROM meta.principals p WHERE p.name_key = meta.fold(principal)) END $$;
CREATE OR REPLACE FUNCTION meta.f_has_perms_by_name(securable text, class text, permission text) RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE
  target int;
  me int := meta.current_principal();
BEGIN
  IF class IS NULL AND securable IS NULL OR upper(class) = 'SERVER' THEN
    RETURN (coalesce(current_setting('sbx.principal', true), '') = '' AND meta.has_server_permission(meta.current_login(), permission))::int;
  END IF;
  IF upper(class) = 'DATABASE' THEN
    IF securable IS NOT NULL AND meta.f_db_id((meta.f_parts(securable))[1]) IS NULL THEN RETURN NULL; END IF;
    RETURN coalesce(meta.has_permission(me, 0, 0, permission), false)::int;
  ELSIF upper(class) = 'SCHEMA' THEN
    target := meta.f_schema_id((meta.f_parts(securable))[1]);
    IF target IS NULL THEN RETURN NULL; END IF;
    RETURN coalesce(meta.has_permission(me, 3, target, permission), false)::int;
  ELSIF upper(class) IN ('OBJECT', 'TABLE', 'VIEW', 'PROCEDURE') THEN
    target := meta.f_object_id(securable);
    IF target IS NULL THEN RETURN NULL; END IF;
    RETURN coalesce(meta.has_permission(me, 1, target, permission), false)::int;
  END IF;
  RETURN meta.is_sysadmin(meta.current_login())::int;
END $$;
CREATE OR REPLACE FUNCTION meta.f_ident_current(qualified text) RETURNS numeric LANGUAGE sql STABLE AS
  $$ SELECT coalesce(meta.counter_value(i.object_id)::numeric, i.seed_value) FROM meta.identity_columns i WHERE i.object_id = meta.f_object_id(qualified) $$;
CREATE OR REPLACE FUNCTION meta.f_ident_seed(qualified text) RETURNS numeric LANGUAGE sql STABLE AS
  $$ SELECT i.seed_value FROM meta.identity_columns i WHERE i.object_id = meta.f_object_id(qualified) $$;
CREATE OR REPLACE FUNCTION meta.f_ident_incr(qualified text) RETURNS numeric LANGUAGE sql STABLE AS
  $$ SELECT i.increment_value FROM meta.identity_columns i WHERE i.object_id = meta.f_object_id(qualified) $$;
CREATE OR REPLACE FUNCTION meta.f_connectionproperty(property text) RETURNS sys.sql_variant LANGUAGE sql STABLE AS
  $$ SELECT CASE lower(property) WHEN 'net_transport' THEN meta.variant('nvarchar(40)', 'TCP') WHEN 'protocol_type' THEN meta.variant('nvarchar(40)', 'TSQL')
     WHEN 'auth_scheme' THEN meta.variant('nvarchar(40)', 'SQL') WHEN 'client_net_address' THEN meta.variant('varchar(48)', '127.0.0.1')
     WHEN 'local_net_address' THEN meta.variant('varchar(48)', '127.0.0.1') WHEN 'physical_net_transport' THEN meta.variant('nvarchar(40)', 'TCP') END $$;
CREATE OR REPLACE FUNCTION meta.f_host_name() RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('sbx.host', true), '') $$;
CREATE OR REPLACE FUNCTION meta.f_app_name() RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT substring(current_setting('application_name') FROM '^sbx/[0-9]+/[^/]*/(.*)$') $$;

-- The rows of fn_listextendedproperty: a NULL name, type or level name stands as SQL Server documents it ('default' comes as NULL).
CREATE OR REPLACE FUNCTION meta.f_listextendedproperty(property text, type0 text, name0 text, type1 text, name1 text, type2 text, name2 text)
RETURNS TABLE (objtype text, objname text, name text, value sys.sql_variant) LANGUAGE sql STABLE AS $$
  SELECT x.objtype, x.objname, e.name, meta.variant(e.base, e.value) FROM meta.extended_properties e JOIN (
    SELECT 0 AS class, 0 AS major_id, 0 AS minor_id, NULL::text AS objtype, NULL::text AS objname WHERE type0 IS NULL
    UNION ALL SELECT 3, s.schema_id, 0, 'SCHEMA', s.name FROM meta.schemas s WHERE upper(type0) = 'SCHEMA' AND type1 IS NULL AND (name0 IS NULL OR s.name_key = meta.fold(name0))
    UNION ALL SELECT 1, o.object_id, 0, upper(type1), o.name FROM meta.objects o JOIN meta.schemas s USING (schema_id)
      WHERE upper(type0) = 'SCHEMA' AND s.name_key = meta.fold(name0) AND type2 IS NULL AND (name1 IS NULL OR o.name_key = meta.fold(name1))
        AND o.type = ANY (CASE upper(type1) WHEN 'TABLE' THEN '{U}' WHEN 'VIEW' THEN '{V}' WHEN 'PROCEDURE' THEN '{P}' WHEN 'FUNCTION' THEN '{FN,IF,TF}' WHEN 'SYNONYM' THEN '{SN}' WHEN 'SEQUENCE' THEN '{SO}' ELSE '{}' END::text[])
    UNION ALL SELECT 1, c.object_id, c.column_id, 'COLUMN', c.name FROM meta.columns c JOIN meta.objects o USING (object_id) JOIN meta.schemas s USING (schema_id)
      WHERE upper(type0) = 'SCHEMA' AND s.name_key = meta.fold(name0) AND o.name_key = meta.fold(name1) AND upper(type2) = 'COLUMN' AND (name2 IS NULL OR c.name_key = meta.fold(name2))
    UNION ALL SELECT 1, k.object_id, 0, upper(type2), k.name FROM meta.objects k JOIN meta.objects o ON o.object_id = k.parent_object_id JOIN meta.schemas s ON s.schema_id = o.schema_id
      WHERE upper(type0) = 'SCHEMA' AND s.name_key = meta.fold(name0) AND o.name_key = meta.fold(name1) AND upper(type2) IN ('CONSTRAINT', 'TRIGGER') AND (name2 IS NULL OR k.name_key = meta.fold(name2))
        AND (k.type = 'TR') = (upper(type2) = 'TRIGGER')
    UNION ALL SELECT 7, i.object_id, i.index_id, 'INDEX', i.name FROM meta.indexes i JOIN meta.objects o USING (object_id) JOIN meta.schemas s USING (schema_id)
      WHERE upper(type0) = 'SCHEMA' AND s.name_key = meta.fold(name0) AND o.name_key = meta.fold(name1) AND upper(type2) = 'INDEX' AND (name2 IS NULL OR i.name_key = meta.fold(name2))
  ) x USING (class, major_id, minor_id) WHERE property IS NULL OR e.name_key = meta.fold(property) $$;
`;
