import { view } from './define.ts';

const OBJECT = `
  name sysname! o.name
  object_id int! o.object_id
  principal_id int NULL::int
  schema_id int! o.schema_id
  parent_object_id int! o.parent_object_id
  type char(2) rpad(o.type, 2)
  type_desc nvarchar(60) meta.type_desc(o.type)
  create_date datetime! o.create_date
  modify_date datetime! o.modify_date
  is_ms_shipped bit! o.is_ms_shipped
  is_published bit! false
  is_schema_published bit! false`;

const COLUMN = `
  object_id int! c.object_id
  name sysname c.name
  column_id int! c.column_id
  system_type_id tinyint! c.system_type_id
  user_type_id int! c.user_type_id
  max_length smallint! c.max_length
  precision tinyint! c.precision
  scale tinyint! c.scale
  collation_name sysname c.collation_name
  is_nullable bit c.is_nullable
  is_ansi_padded bit! c.system_type_id IN (165,167,173,175,231,239)
  is_rowguidcol bit! c.is_rowguidcol
  is_identity bit! c.is_identity
  is_computed bit! c.is_computed
  is_filestream bit! false
  is_replicated bit false
  is_non_sql_subscribed bit false
  is_merge_published bit false
  is_dts_replicated bit false
  is_xml_document bit! false
  xml_collection_id int! 0
  default_object_id int! c.default_object_id
  rule_object_id int! 0
  is_sparse bit c.is_sparse
  is_column_set bit false
  generated_always_type tinyint 0
  generated_always_type_desc nvarchar(60) 'NOT_APPLICABLE'
  encryption_type int NULL::int
  encryption_type_desc nvarchar(64) NULL::text
  encryption_algorithm_name sysname NULL::text
  column_encryption_key_id int NULL::int
  column_encryption_key_database_name sysname NULL::text
  is_hidden bit false
  is_masked bit! false
  graph_type int NULL::int
  graph_type_desc nvarchar(60) NULL::text
  is_data_deletion_filter_column bit! false
  ledger_view_column_type tinyint NULL::smallint
  ledger_view_column_type_desc nvarchar(60) NULL::text
  is_dropped_ledger_column bit! false`;

const TABLE = `${OBJECT}
  lob_data_space_id int! 0
  filestream_data_space_id int NULL::int
  max_column_id_used int! t.max_column_id_used
  lock_on_bulk_load bit! false
  uses_ansi_nulls bit t.uses_ansi_nulls
  is_replicated bit false
  has_replication_filter bit false
  is_merge_published bit false
  is_sync_tran_subscribed bit false
  has_unchecked_assembly_data bit! false
  text_in_row_limit int 0
  large_value_types_out_of_row bit false
  is_tracked_by_cdc bit t.is_tracked_by_cdc
  lock_escalation tinyint t.lock_escalation
  lock_escalation_desc nvarchar(60) CASE t.lock_escalation WHEN 0 THEN 'TABLE' WHEN 1 THEN 'DISABLE' ELSE 'AUTO' END
  is_filetable bit false
  is_memory_optimized bit false
  durability tinyint 0
  durability_desc nvarchar(60) 'SCHEMA_AND_DATA'
  temporal_type tinyint 0
  temporal_type_desc nvarchar(60) 'NON_TEMPORAL_TABLE'
  history_table_id int NULL::int
  is_remote_data_archive_enabled bit false
  is_external bit! false
  history_retention_period int NULL::int
  history_retention_period_unit int NULL::int
  history_retention_period_unit_desc nvarchar(10) NULL::text
  is_node bit false
  is_edge bit false
  data_retention_period int -1
  data_retention_period_unit int -1
  data_retention_period_unit_desc nvarchar(10) 'INFINITE'
  ledger_type tinyint 0
  ledger_type_desc nvarchar(60) 'NON_LEDGER_TABLE'
  ledger_view_id int NULL::int
  is_dropped_ledger_table bit false`;

const VIEW = `${OBJECT}
  is_replicated bit false
  has_replication_filter bit false
  has_opaque_metadata bit! false
  has_unchecked_assembly_data bit! false
  with_check_option bit! coalesce((SELECT m.with_check_option FROM meta.modules m WHERE m.object_id = o.object_id), false)
  is_date_correlation_view bit! false
  is_tracked_by_cdc bit false
  has_snapshot bit false
  ledger_view_type tinyint 0
  ledger_view_type_desc nvarchar(60) 'NON_LEDGER_VIEW'
  is_dropped_ledger_view bit false`;

const TYPE = `
  name sysname! t.name
  system_type_id tinyint! t.system_type_id
  user_type_id int! t.user_type_id
  schema_id int! t.schema_id
  principal_id int NULL::int
  max_length smallint! t.max_length
  precision tinyint! t.precision
  scale tinyint! t.scale
  collation_name sysname t.collation_name
  is_nullable bit t.is_nullable
  is_user_defined bit! t.is_user_defined
  is_assembly_type bit! t.is_assembly_type
  default_object_id int! 0
  rule_object_id int! 0
  is_table_type bit! t.is_table_type`;

const ALL_OBJECTS = `(SELECT object_id, name, schema_id, parent_object_id, type, is_ms_shipped, create_date, modify_date FROM meta.objects
  UNION ALL SELECT object_id, name, schema_id, 0, type, true, meta.release_date(), meta.release_date() FROM meta.system_objects) o`;

const SYSTEM_OBJECTS = `(SELECT object_id, name, schema_id, 0 AS parent_object_id, type, true AS is_ms_shipped, meta.release_date() AS create_date,
  meta.release_date() AS modify_date FROM meta.system_objects) o`;

const SYSTEM_COLUMNS = `SELECT object_id, name, column_id, system_type_id, user_type_id, max_length, precision, scale, collation_name, is_nullable,
  false AS is_rowguidcol, false AS is_identity, false AS is_computed, false AS is_sparse, 0 AS default_object_id FROM meta.system_columns`;

const USER_COLUMNS = `SELECT object_id, name, column_id, system_type_id, user_type_id, max_length, precision, scale, collation_name, is_nullable,
  is_rowguidcol, is_identity, is_computed, is_sparse, default_object_id FROM meta.columns`;

const MODULE = `
  object_id int! m.object_id
  definition nvarchar(max) m.definition
  uses_ansi_nulls bit m.uses_ansi_nulls
  uses_quoted_identifier bit m.uses_quoted_identifier
  is_schema_bound bit m.is_schema_bound
  uses_database_collation bit false
  is_recompiled bit m.settings ? 'RECOMPILE'
  null_on_null_input bit m.settings ? 'RETURNS NULL ON NULL INPUT'
  execute_as_principal_id int m.execute_as_principal_id
  uses_native_compilation bit false
  inline_type bit false
  is_inlineable bit false`;

const PARAMETER = `
  object_id int! p.object_id
  name sysname p.name
  parameter_id int! p.parameter_id
  system_type_id tinyint! p.system_type_id
  user_type_id int! p.user_type_id
  max_length smallint! p.max_length
  precision tinyint! p.precision
  scale tinyint! p.scale
  is_output bit! p.is_output
  is_cursor_ref bit! false
  has_default_value bit! p.has_default_value
  is_xml_document bit! false
  default_value sql_variant NULL::sys.sql_variant
  xml_collection_id int! 0
  is_readonly bit! p.is_readonly
  is_nullable bit true
  encryption_type int NULL::int
  encryption_type_desc nvarchar(64) NULL::text
  encryption_algorithm_name sysname NULL::text
  column_encryption_key_id int NULL::int
  column_encryption_key_database_name sysname NULL::text`;

const PROCEDURE = `${OBJECT}
  is_auto_executed bit! false
  is_execution_replicated bit false
  is_repl_serializable_only bit false
  skips_repl_constraints bit false`;

/** Objects, columns, types and modules. */
export const OBJECT_VIEWS = [
  view(
    -100,
    'sys.schemas',
    `
  name sysname! s.name
  schema_id int! s.schema_id
  principal_id int s.principal_id`,
    'FROM meta.schemas s',
  ),
  view(-101, 'sys.objects', OBJECT, 'FROM meta.objects o'),
  view(-102, 'sys.all_objects', OBJECT, `FROM ${ALL_OBJECTS}`),
  view(-103, 'sys.system_objects', OBJECT, `FROM ${SYSTEM_OBJECTS}`),
  view(-104, 'sys.tables', TABLE, "FROM meta.objects o JOIN meta.tables t USING (object_id) WHERE o.type = 'U'"),
  view(-105, 'sys.views', VIEW, "FROM meta.objects o WHERE o.type = 'V'"),
  view(-106, 'sys.all_views', VIEW, `FROM ${ALL_OBJECTS} WHERE o.type = 'V'`),
  view(-107, 'sys.system_views', VIEW, `FROM ${SYSTEM_OBJECTS} WHERE o.type = 'V'`),
  view(-108, 'sys.columns', COLUMN, 'FROM meta.columns c'),
  view(-109, 'sys.all_columns', COLUMN, `FROM (${USER_COLUMNS} UNION ALL ${SYSTEM_COLUMNS}) c`),
  view(-110, 'sys.system_columns', COLUMN, `FROM (${SYSTEM_COLUMNS}) c`),
  view(-111, 'sys.types', TYPE, 'FROM meta.types t'),
  view(
    -112,
    'sys.table_types',
    `${TYPE}
  type_table_object_id int! t.type_table_object_id
  is_memory_optimized bit false`,
    'FROM meta.types t WHERE t.is_table_type',
  ),
  view(-113, 'sys.procedures', PROCEDURE, "FROM meta.objects o WHERE o.type = 'P'"),
  view(
    -114,
    'sys.triggers',
    `
  name sysname! o.name
  object_id int! o.object_id
  parent_class tinyint! t.parent_class
  parent_class_desc nvarchar(60) CASE t.parent_class WHEN 0 THEN 'DATABASE' ELSE 'OBJECT_OR_COLUMN' END
  parent_id int! t.parent_id
  type char(2)! rpad(o.type, 2)
  type_desc nvarchar(60) meta.type_desc(o.type)
  create_date datetime! o.create_date
  modify_date datetime! o.modify_date
  is_ms_shipped bit! o.is_ms_shipped
  is_disabled bit! t.is_disabled
  is_not_for_replication bit! t.is_not_for_replication
  is_instead_of_trigger bit! t.is_instead_of`,
    'FROM meta.objects o JOIN meta.triggers t USING (object_id)',
  ),
  view(
    -115,
    'sys.trigger_events',
    `
  object_id int! t.object_id
  type int! CASE upper(e.name) WHEN 'INSERT' THEN 1 WHEN 'UPDATE' THEN 2 WHEN 'DELETE' THEN 3 ELSE 0 END
  type_desc nvarchar(128)! upper(e.name)
  is_first bit (e.name || ' FIRST') = ANY (t.events)
  is_last bit (e.name || ' LAST') = ANY (t.events)
  event_group_type int NULL::int
  event_group_type_desc nvarchar(128) NULL::text
  is_trigger_event bit true`,
    'FROM meta.triggers t CROSS JOIN LATERAL (SELECT n FROM unnest(t.events) AS n WHERE strpos(n, chr(32)) = 0) e(name)',
  ),
  view(-116, 'sys.parameters', PARAMETER, 'FROM meta.parameters p'),
  view(-117, 'sys.all_parameters', PARAMETER, 'FROM meta.parameters p'),
  view(-118, 'sys.sql_modules', MODULE, 'FROM meta.modules m'),
  view(-119, 'sys.all_sql_modules', MODULE, 'FROM meta.modules m'),
  view(
    -120,
    'sys.sql_expression_dependencies',
    `
  referencing_id int! d.referencing_id
  referencing_minor_id int! 0
  referencing_class tinyint 1
  referencing_class_desc nvarchar(60) 'OBJECT_OR_COLUMN'
  is_schema_bound_reference bit! m.is_schema_bound
  referenced_class tinyint 1
  referenced_class_desc nvarchar(60) 'OBJECT_OR_COLUMN'
  referenced_server_name sysname NULL::text
  referenced_database_name sysname d.referenced_database_name
  referenced_schema_name sysname d.referenced_schema_name
  referenced_entity_name sysname! d.referenced_entity_name
  referenced_id int CASE WHEN d.referenced_database_name IS NULL AND NOT d.is_caller_dependent THEN meta.object_id_of(d.referenced_schema_name, d.referenced_entity_name) END
  referenced_minor_id int! 0
  is_caller_dependent bit! d.is_caller_dependent
  is_ambiguous bit! false`,
    'FROM meta.dependencies d LEFT JOIN meta.modules m ON m.object_id = d.referencing_id',
  ),
  view(
    -121,
    'sys.extended_properties',
    `
  class tinyint! e.class
  class_desc nvarchar(60) CASE e.class WHEN 0 THEN 'DATABASE' WHEN 1 THEN 'OBJECT_OR_COLUMN' WHEN 2 THEN 'PARAMETER' WHEN 3 THEN 'SCHEMA' WHEN 4 THEN 'DATABASE_PRINCIPAL' WHEN 6 THEN 'TYPE' WHEN 7 THEN 'INDEX' END
  major_id int! e.major_id
  minor_id int! e.minor_id
  name sysname! e.name
  value sql_variant CASE WHEN e.value IS NOT NULL THEN ROW(e.base, e.value)::sys.sql_variant END`,
    'FROM meta.extended_properties e',
  ),
  view(
    -122,
    'sys.synonyms',
    `${OBJECT}
  base_object_name nvarchar(1035) s.base_object_name`,
    'FROM meta.objects o JOIN meta.synonyms s USING (object_id)',
  ),
  view(
    -123,
    'sys.sequences',
    `${OBJECT}
  start_value sql_variant! meta.bigint_variant(s.start_value, s.system_type_id, s.precision)
  increment sql_variant! meta.bigint_variant(s.increment, s.system_type_id, s.precision)
  minimum_value sql_variant meta.bigint_variant(s.minimum_value, s.system_type_id, s.precision)
  maximum_value sql_variant meta.bigint_variant(s.maximum_value, s.system_type_id, s.precision)
  is_cycling bit s.is_cycling
  is_cached bit s.cache_size IS DISTINCT FROM 0
  cache_size int s.cache_size
  system_type_id tinyint! s.system_type_id
  user_type_id int! s.user_type_id
  precision tinyint! s.precision
  scale tinyint s.scale
  current_value sql_variant! meta.bigint_variant(coalesce(meta.counter_value(o.object_id), s.start_value), s.system_type_id, s.precision)
  is_exhausted bit! NOT s.is_cycling AND coalesce(CASE WHEN s.increment > 0 THEN meta.counter_value(o.object_id)::numeric + s.increment > s.maximum_value ELSE meta.counter_value(o.object_id)::numeric + s.increment < s.minimum_value END, false)
  last_used_value sql_variant meta.bigint_variant(meta.counter_value(o.object_id), s.system_type_id, s.precision)`,
    'FROM meta.objects o JOIN meta.sequences s USING (object_id)',
  ),
  view(
    -124,
    'sys.identity_columns',
    `${COLUMN}
  seed_value sql_variant meta.bigint_variant(i.seed_value, c.system_type_id, c.precision)
  increment_value sql_variant meta.bigint_variant(i.increment_value, c.system_type_id, c.precision)
  last_value sql_variant meta.bigint_variant(meta.counter_value(c.object_id), c.system_type_id, c.precision)
  is_not_for_replication bit i.is_not_for_replication`,
    'FROM meta.columns c JOIN meta.identity_columns i USING (object_id, column_id)',
  ),
  view(
    -125,
    'sys.computed_columns',
    `${COLUMN}
  definition nvarchar(max) x.definition
  uses_database_collation bit! true
  is_persisted bit! x.is_persisted`,
    'FROM meta.columns c JOIN meta.computed_columns x USING (object_id, column_id)',
  ),
  view(
    -126,
    'sys.masked_columns',
    `
  object_id int! c.object_id
  name sysname c.name
  column_id int! c.column_id
  is_masked bit! false
  masking_function nvarchar(4000) NULL::text`,
    'FROM meta.columns c WHERE false',
  ),
  view(-127, 'sys.system_sql_modules', MODULE, 'FROM meta.modules m WHERE false'),
];
