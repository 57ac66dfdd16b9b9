/** Version of the tables of schema `meta`; a data folder of another version is refused (see database.ts). */
export const META_VERSION = 9;

/**
 * The metadata of one sandbox database: what the sys views show, one table for each. `name_key` is the name folded by the
 * database's collation: equal keys are equal names. Only the catalog writer and CDC write here.
 */
export const META_TABLES = `
CREATE SCHEMA meta;
CREATE TABLE meta.version (version int NOT NULL);
CREATE SEQUENCE meta.object_number MINVALUE 0 START 0;
CREATE SEQUENCE meta.type_number START 257;
CREATE SEQUENCE meta.principal_number START 5;
CREATE SEQUENCE meta.schema_number START 5;

-- Ids walk through all positive ints as SQL Server's do: the step has no common divisor with the prime 2^31 - 1.
CREATE FUNCTION meta.next_object_id() RETURNS int LANGUAGE sql VOLATILE AS
$$ SELECT ((581577110::bigint + 16000057::bigint * nextval('meta.object_number')) % 2147483647)::int $$;

-- All databases and logins of the server, the same rows in every database (kept equal by the registry in master).
CREATE TABLE meta.databases (
  database_id int PRIMARY KEY, name text NOT NULL, name_key text NOT NULL, collation_name text NOT NULL,
  compatibility_level smallint NOT NULL DEFAULT 160, create_date timestamp(3) NOT NULL DEFAULT localtimestamp,
  snapshot_isolation boolean NOT NULL DEFAULT false, read_committed_snapshot boolean NOT NULL DEFAULT false,
  recovery_model smallint NOT NULL DEFAULT 1, owner text NOT NULL DEFAULT 'sa',
  is_read_only boolean NOT NULL DEFAULT false, options jsonb NOT NULL DEFAULT '{}');
CREATE TABLE meta.self (database_id int NOT NULL, single boolean PRIMARY KEY DEFAULT true CHECK (single));
CREATE TABLE meta.logins (
  principal_id int PRIMARY KEY, name text NOT NULL, name_key text NOT NULL UNIQUE, type text NOT NULL DEFAULT 'S', sid bytea NOT NULL,
  is_disabled boolean NOT NULL DEFAULT false, policy_checked boolean NOT NULL DEFAULT true, default_database text NOT NULL DEFAULT 'master', server_roles text[] NOT NULL DEFAULT '{}',
  create_date timestamp(3) NOT NULL DEFAULT localtimestamp);
CREATE TABLE meta.server_state (name text PRIMARY KEY, value text NOT NULL);

CREATE TABLE meta.principals (
  principal_id int PRIMARY KEY, name text NOT NULL, name_key text NOT NULL UNIQUE, type text NOT NULL,
  default_schema_name text, owning_principal_id int, login text, sid bytea, is_fixed_role boolean NOT NULL DEFAULT false, allow_encrypted boolean NOT NULL DEFAULT false,
  create_date timestamp(3) NOT NULL DEFAULT localtimestamp, modify_date timestamp(3) NOT NULL DEFAULT localtimestamp);
CREATE TABLE meta.role_members (role_principal_id int, member_principal_id int, PRIMARY KEY (role_principal_id, member_principal_id));
CREATE TABLE meta.permissions (
  class smallint NOT NULL, major_id int NOT NULL, minor_id int NOT NULL, grantee_principal_id int NOT NULL,
  grantor_principal_id int NOT NULL DEFAULT 1, permission_name text NOT NULL, state text NOT NULL,
  PRIMARY KEY (class, major_id, minor_id, grantee_principal_id, grantor_principal_id, permission_name));
CREATE TABLE meta.schemas (
  schema_id int PRIMARY KEY, name text NOT NULL, name_key text NOT NULL UNIQUE, principal_id int NOT NULL DEFAULT 1);

CREATE TABLE meta.objects (
  object_id int PRIMARY KEY DEFAULT meta.next_object_id(), name text NOT NULL, name_key text NOT NULL, schema_id int NOT NULL,
  parent_object_id int NOT NULL DEFAULT 0, type text NOT NULL, is_ms_shipped boolean NOT NULL DEFAULT false,
  create_date timestamp(3) NOT NULL DEFAULT localtimestamp, modify_date timestamp(3) NOT NULL DEFAULT localtimestamp,
  UNIQUE (schema_id, name_key));
CREATE INDEX ON meta.objects (parent_object_id) WHERE parent_object_id <> 0;
-- settings, here and below: options that catalog views tell and that change nothing here, by their names.
CREATE TABLE meta.tables (
  object_id int PRIMARY KEY, max_column_id_used int NOT NULL, is_tracked_by_cdc boolean NOT NULL DEFAULT false,
  type_table boolean NOT NULL DEFAULT false, lock_escalation smallint NOT NULL DEFAULT 0, uses_ansi_nulls boolean NOT NULL DEFAULT true,
  settings jsonb NOT NULL DEFAULT '{}');
CREATE TABLE meta.columns (
  object_id int NOT NULL, column_id int NOT NULL, name text NOT NULL, name_key text NOT NULL, system_type_id smallint NOT NULL,
  user_type_id int NOT NULL, max_length smallint NOT NULL, precision smallint NOT NULL, scale smallint NOT NULL, collation_name text,
  is_nullable boolean NOT NULL, is_rowguidcol boolean NOT NULL DEFAULT false, is_identity boolean NOT NULL DEFAULT false,
  is_computed boolean NOT NULL DEFAULT false, is_sparse boolean NOT NULL DEFAULT false, default_object_id int NOT NULL DEFAULT 0,
  PRIMARY KEY (object_id, column_id), UNIQUE (object_id, name_key));
CREATE TABLE meta.identity_columns (
  object_id int NOT NULL, column_id int NOT NULL, seed_value numeric(38) NOT NULL, increment_value numeric(38) NOT NULL,
  is_not_for_replication boolean NOT NULL DEFAULT false, PRIMARY KEY (object_id, column_id));
CREATE TABLE meta.computed_columns (
  object_id int NOT NULL, column_id int NOT NULL, definition text NOT NULL, is_persisted boolean NOT NULL,
  PRIMARY KEY (object_id, column_id));
CREATE TABLE meta.types (
  user_type_id int PRIMARY KEY, name text NOT NULL, name_key text NOT NULL, schema_id int NOT NULL, system_type_id smallint NOT NULL,
  max_length smallint NOT NULL, precision smallint NOT NULL, scale smallint NOT NULL, collation_name text, is_nullable boolean NOT NULL,
  is_user_defined boolean NOT NULL, is_assembly_type boolean NOT NULL DEFAULT false, is_table_type boolean NOT NULL DEFAULT false,
  type_table_object_id int, UNIQUE (schema_id, name_key));

CREATE TABLE meta.indexes (
  object_id int NOT NULL, index_id int NOT NULL, name text NOT NULL, name_key text NOT NULL, type smallint NOT NULL, is_unique boolean NOT NULL,
  is_primary_key boolean NOT NULL DEFAULT false, is_unique_constraint boolean NOT NULL DEFAULT false, ignore_dup_key boolean NOT NULL DEFAULT false,
  fill_factor smallint NOT NULL DEFAULT 0, is_padded boolean NOT NULL DEFAULT false, is_disabled boolean NOT NULL DEFAULT false,
  allow_row_locks boolean NOT NULL DEFAULT true, allow_page_locks boolean NOT NULL DEFAULT true, filter_definition text,
  using_xml_index_id int, secondary_type text, settings jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (object_id, index_id), UNIQUE (object_id, name_key));
-- Of CREATE STATISTICS; those of indexes are the indexes.
CREATE TABLE meta.statistics (
  object_id int NOT NULL, stats_id int NOT NULL, name text NOT NULL, name_key text NOT NULL, column_ids int[] NOT NULL, filter_definition text, settings jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (object_id, stats_id), UNIQUE (object_id, name_key));
CREATE TABLE meta.index_columns (
  object_id int NOT NULL, index_id int NOT NULL, index_column_id int NOT NULL, column_id int NOT NULL, key_ordinal smallint NOT NULL,
  is_descending_key boolean NOT NULL, is_included_column boolean NOT NULL, PRIMARY KEY (object_id, index_id, index_column_id));
-- Partition functions: their boundaries in order. Schemes have the ids of data spaces. An index, or a heap (index_id 0), is on a scheme by one column.
CREATE TABLE meta.partition_functions (
  function_id int PRIMARY KEY DEFAULT meta.next_object_id(), name text NOT NULL, name_key text NOT NULL UNIQUE, boundary_on_right boolean NOT NULL,
  system_type_id smallint NOT NULL, user_type_id int NOT NULL, max_length smallint NOT NULL, precision smallint NOT NULL, scale smallint NOT NULL,
  collation_name text, create_date timestamp(3) NOT NULL DEFAULT localtimestamp, modify_date timestamp(3) NOT NULL DEFAULT localtimestamp);
CREATE TABLE meta.partition_values (
  function_id int NOT NULL, boundary_id int NOT NULL, value sys.sql_variant NOT NULL, stored text NOT NULL, PRIMARY KEY (function_id, boundary_id));
CREATE TABLE meta.partition_schemes (
  data_space_id int PRIMARY KEY, name text NOT NULL, name_key text NOT NULL UNIQUE, function_id int NOT NULL, next_used boolean NOT NULL);
CREATE TABLE meta.index_partitions (
  object_id int NOT NULL, index_id int NOT NULL, data_space_id int NOT NULL, column_id int NOT NULL, PRIMARY KEY (object_id, index_id));
CREATE TABLE meta.key_constraints (
  object_id int PRIMARY KEY, parent_object_id int NOT NULL, unique_index_id int NOT NULL, is_system_named boolean NOT NULL);
CREATE TABLE meta.foreign_keys (
  object_id int PRIMARY KEY, parent_object_id int NOT NULL, referenced_object_id int NOT NULL, key_index_id int NOT NULL,
  is_disabled boolean NOT NULL DEFAULT false, is_not_for_replication boolean NOT NULL DEFAULT false, is_not_trusted boolean NOT NULL DEFAULT false,
  delete_referential_action smallint NOT NULL DEFAULT 0, update_referential_action smallint NOT NULL DEFAULT 0, is_system_named boolean NOT NULL);
CREATE INDEX ON meta.foreign_keys (referenced_object_id);
CREATE TABLE meta.foreign_key_columns (
  constraint_object_id int NOT NULL, constraint_column_id int NOT NULL, parent_object_id int NOT NULL, parent_column_id int NOT NULL,
  referenced_object_id int NOT NULL, referenced_column_id int NOT NULL, PRIMARY KEY (constraint_object_id, constraint_column_id));
CREATE TABLE meta.check_constraints (
  object_id int PRIMARY KEY, parent_object_id int NOT NULL, parent_column_id int NOT NULL, definition text NOT NULL,
  is_disabled boolean NOT NULL DEFAULT false, is_not_for_replication boolean NOT NULL DEFAULT false, is_not_trusted boolean NOT NULL DEFAULT false,
  is_system_named boolean NOT NULL);
CREATE TABLE meta.default_constraints (
  object_id int PRIMARY KEY, parent_object_id int NOT NULL, parent_column_id int NOT NULL, definition text NOT NULL, is_system_named boolean NOT NULL);

CREATE TABLE meta.sequences (
  object_id int PRIMARY KEY, start_value bigint NOT NULL, increment bigint NOT NULL, minimum_value bigint NOT NULL, maximum_value bigint NOT NULL,
  is_cycling boolean NOT NULL, cache_size int, system_type_id smallint NOT NULL, user_type_id int NOT NULL, precision smallint NOT NULL, scale smallint NOT NULL);
CREATE TABLE meta.synonyms (object_id int PRIMARY KEY, base_object_name text NOT NULL);
CREATE TABLE meta.modules (
  object_id int PRIMARY KEY, definition text NOT NULL, uses_ansi_nulls boolean NOT NULL DEFAULT true,
  uses_quoted_identifier boolean NOT NULL DEFAULT true, is_schema_bound boolean NOT NULL DEFAULT false,
  execute_as_principal_id int, is_encrypted boolean NOT NULL DEFAULT false, with_check_option boolean NOT NULL DEFAULT false,
  settings jsonb NOT NULL DEFAULT '{}');
CREATE TABLE meta.parameters (
  object_id int NOT NULL, parameter_id int NOT NULL, name text NOT NULL, system_type_id smallint NOT NULL, user_type_id int NOT NULL,
  max_length smallint NOT NULL, precision smallint NOT NULL, scale smallint NOT NULL, is_output boolean NOT NULL DEFAULT false,
  has_default_value boolean NOT NULL DEFAULT false, is_readonly boolean NOT NULL DEFAULT false, PRIMARY KEY (object_id, parameter_id));
CREATE TABLE meta.triggers (
  object_id int PRIMARY KEY, parent_class smallint NOT NULL, parent_id int NOT NULL, is_disabled boolean NOT NULL DEFAULT false,
  is_instead_of boolean NOT NULL, events text[] NOT NULL, is_not_for_replication boolean NOT NULL DEFAULT false,
  made bigint GENERATED ALWAYS AS IDENTITY);
CREATE TABLE meta.dependencies (
  referencing_id int NOT NULL, ordinal int NOT NULL, referenced_database_name text, referenced_schema_name text, referenced_entity_name text NOT NULL,
  is_caller_dependent boolean NOT NULL, PRIMARY KEY (referencing_id, ordinal));
CREATE TABLE meta.extended_properties (
  class smallint NOT NULL, major_id int NOT NULL, minor_id int NOT NULL, name text NOT NULL, name_key text NOT NULL,
  base text NOT NULL DEFAULT 'nvarchar(4000)', value text, PRIMARY KEY (class, major_id, minor_id, name_key));

-- The system views themselves, for sys.all_objects and sys.all_columns.
CREATE TABLE meta.system_objects (object_id int PRIMARY KEY, schema_id int NOT NULL, name text NOT NULL, type text NOT NULL);
CREATE TABLE meta.system_columns (
  object_id int NOT NULL, column_id int NOT NULL, name text NOT NULL, system_type_id smallint NOT NULL, user_type_id int NOT NULL,
  max_length smallint NOT NULL, precision smallint NOT NULL, scale smallint NOT NULL, collation_name text, is_nullable boolean NOT NULL,
  PRIMARY KEY (object_id, column_id));

-- Change data capture: what the capture job must know; its tables for clients are made in schema cdc when it is enabled.
CREATE TABLE meta.cdc_state (
  single boolean PRIMARY KEY DEFAULT true CHECK (single), slot text NOT NULL, publication text NOT NULL,
  change_tables_id int NOT NULL, captured_columns_id int NOT NULL, index_columns_id int NOT NULL, ddl_history_id int NOT NULL,
  lsn_time_mapping_id int NOT NULL, last_commit_lsn pg_lsn NOT NULL DEFAULT '0/0');
CREATE TABLE meta.cdc_instances (
  object_id int PRIMARY KEY, name text NOT NULL, name_key text NOT NULL UNIQUE, source_object_id int NOT NULL, created_lsn pg_lsn NOT NULL,
  supports_net_changes boolean NOT NULL, role_name text, index_id int);
CREATE TABLE meta.cdc_captured (
  object_id int NOT NULL, column_ordinal int NOT NULL, column_id int NOT NULL, is_computed boolean NOT NULL, PRIMARY KEY (object_id, column_ordinal));
CREATE TABLE meta.cdc_jobs (
  job_type text PRIMARY KEY, job_id uuid NOT NULL DEFAULT gen_random_uuid(), maxtrans int, maxscans int, continuous boolean,
  pollinginterval bigint, retention bigint, threshold bigint, is_running boolean NOT NULL DEFAULT true);
CREATE TABLE meta.cdc_knobs (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE meta.cdc_errors (
  entry_time timestamp(3) NOT NULL DEFAULT localtimestamp, session_id int NOT NULL DEFAULT 0, phase_number int NOT NULL DEFAULT 0, error_number int NOT NULL,
  error_severity int NOT NULL DEFAULT 16, error_state int NOT NULL DEFAULT 1, error_message text NOT NULL, start_lsn text, begin_lsn text, sequence_value text);
CREATE TABLE meta.cdc_sessions (
  session_id int PRIMARY KEY, start_time timestamp(3), end_time timestamp(3), duration int NOT NULL DEFAULT 0, scan_phase text NOT NULL,
  error_count int NOT NULL DEFAULT 0, start_lsn text, current_lsn text, end_lsn text, tran_count bigint NOT NULL DEFAULT 0,
  last_commit_lsn text, last_commit_time timestamp(3), log_record_count bigint NOT NULL DEFAULT 0, schema_change_count int NOT NULL DEFAULT 0,
  command_count bigint NOT NULL DEFAULT 0, last_commit_cdc_lsn text, last_commit_cdc_time timestamp(3), latency int NOT NULL DEFAULT 0,
  empty_scan_count bigint NOT NULL DEFAULT 0, failed_sessions_count int NOT NULL DEFAULT 0);
`;
