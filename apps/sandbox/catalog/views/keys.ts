import { view } from './define.ts';

const CONSTRAINT = `
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

const ACTION = "WHEN 0 THEN 'NO_ACTION' WHEN 1 THEN 'CASCADE' WHEN 2 THEN 'SET_NULL' WHEN 3 THEN 'SET_DEFAULT' END";

/** A heap has a row of its own in sys.indexes, with index_id 0. */
const HEAPS = `SELECT t.object_id, NULL::text AS name, 0 AS index_id, 0::smallint AS type, false AS is_unique, false AS ignore_dup_key, false AS is_primary_key,
  false AS is_unique_constraint, 0::smallint AS fill_factor, false AS is_padded, false AS is_disabled, true AS allow_row_locks, true AS allow_page_locks, NULL::text AS filter_definition, t.settings
  FROM meta.tables t WHERE NOT EXISTS (SELECT FROM meta.indexes x WHERE x.object_id = t.object_id AND x.index_id = 1)`;

/** Every index and heap: `index_id` 0 heap, 1 clustered, others from 2. */
export const ALL_INDEXES = `(SELECT object_id, name, index_id, type, is_unique, ignore_dup_key, is_primary_key, is_unique_constraint, fill_factor, is_padded, is_disabled,
  allow_row_locks, allow_page_locks, filter_definition, CASE index_id WHEN 1 THEN coalesce((SELECT t.settings FROM meta.tables t WHERE t.object_id = o.object_id), '{}') || o.settings ELSE o.settings END AS settings
  FROM meta.indexes o UNION ALL ${HEAPS})`;

/** Where an index or a heap is: on a partition scheme by a column, else on the default filegroup. */
const PLACES = `${ALL_INDEXES} i LEFT JOIN meta.index_partitions p USING (object_id, index_id) LEFT JOIN meta.partition_schemes s USING (data_space_id)`;

/** Every partition of every index and heap; what is not partitioned has one. */
const ALL_PARTITIONS = `FROM ${PLACES} CROSS JOIN LATERAL generate_series(1, CASE WHEN s.function_id IS NULL THEN 1 ELSE meta.fanout(s.function_id) END) AS n WHERE i.type NOT IN (3, 4)`;

/** Of a partition: what was said of it, else of all. */
const COMPRESSION =
  "coalesce(i.settings->>('DATA_COMPRESSION ' || n), i.settings->>'DATA_COMPRESSION', CASE WHEN i.type IN (5, 6) THEN 'COLUMNSTORE' ELSE 'NONE' END)";
const XML_COMPRESSION = "coalesce(i.settings->>('XML_COMPRESSION ' || n), i.settings->>'XML_COMPRESSION', 'OFF')";

/** The columns of indexes, those of a clustered columnstore (all that the table has), and those by which an index that does not have them is partitioned. */
const INDEX_COLUMNS = `(SELECT c.object_id, c.index_id, c.index_column_id, c.column_id, c.key_ordinal, CASE WHEN p.column_id = c.column_id THEN 1 ELSE 0 END AS partition_ordinal,
  c.is_descending_key, c.is_included_column FROM meta.index_columns c LEFT JOIN meta.index_partitions p USING (object_id, index_id)
  UNION ALL SELECT p.object_id, p.index_id, 1 + coalesce((SELECT max(c.index_column_id) FROM meta.index_columns c WHERE c.object_id = p.object_id AND c.index_id = p.index_id), 0),
  p.column_id, 0, 1, false, false FROM meta.index_partitions p
  WHERE NOT EXISTS (SELECT FROM meta.index_columns c WHERE c.object_id = p.object_id AND c.index_id = p.index_id AND c.column_id = p.column_id)
    AND NOT EXISTS (SELECT FROM meta.indexes x WHERE x.object_id = p.object_id AND x.index_id = p.index_id AND x.type = 5)
  UNION ALL SELECT c.object_id, x.index_id, row_number() OVER (PARTITION BY c.object_id ORDER BY c.column_id)::int, c.column_id, 0, CASE WHEN p.column_id = c.column_id THEN 1 ELSE 0 END, false, true
  FROM meta.columns c JOIN meta.indexes x ON x.object_id = c.object_id AND x.type = 5 LEFT JOIN meta.index_partitions p ON p.object_id = x.object_id AND p.index_id = x.index_id)`;

/** Indexes, keys and constraints. */
export const KEY_VIEWS = [
  view(
    -140,
    'sys.indexes',
    `
  object_id int! i.object_id
  name sysname i.name
  index_id int! i.index_id
  type tinyint! i.type
  type_desc nvarchar(60) CASE i.type WHEN 0 THEN 'HEAP' WHEN 1 THEN 'CLUSTERED' WHEN 2 THEN 'NONCLUSTERED' WHEN 3 THEN 'XML' WHEN 4 THEN 'SPATIAL' WHEN 5 THEN 'CLUSTERED COLUMNSTORE' WHEN 6 THEN 'NONCLUSTERED COLUMNSTORE' END
  is_unique bit i.is_unique
  data_space_id int coalesce(p.data_space_id, 1)
  ignore_dup_key bit i.ignore_dup_key
  is_primary_key bit i.is_primary_key
  is_unique_constraint bit i.is_unique_constraint
  fill_factor tinyint! i.fill_factor
  is_padded bit i.is_padded
  is_disabled bit i.is_disabled
  is_hypothetical bit false
  is_ignored_in_optimization bit false
  allow_row_locks bit i.allow_row_locks
  allow_page_locks bit i.allow_page_locks
  has_filter bit i.filter_definition IS NOT NULL
  filter_definition nvarchar(max) i.filter_definition
  compression_delay int CASE WHEN i.type IN (5, 6) THEN coalesce(substring(i.settings->>'COMPRESSION_DELAY' FROM '\\d+')::int, 0) END
  suppress_dup_key_messages bit false
  auto_created bit false
  optimize_for_sequential_key bit coalesce(i.settings->>'OPTIMIZE_FOR_SEQUENTIAL_KEY', 'OFF') = 'ON'`,
    `FROM ${PLACES}`,
  ),
  view(
    -141,
    'sys.index_columns',
    `
  object_id int! c.object_id
  index_id int! c.index_id
  index_column_id int! c.index_column_id
  column_id int! c.column_id
  key_ordinal tinyint! c.key_ordinal
  partition_ordinal tinyint! c.partition_ordinal
  is_descending_key bit c.is_descending_key
  is_included_column bit c.is_included_column
  column_store_order_ordinal tinyint! 0`,
    `FROM ${INDEX_COLUMNS} c`,
  ),
  view(
    -142,
    'sys.key_constraints',
    `${CONSTRAINT}
  unique_index_id int k.unique_index_id
  is_system_named bit! k.is_system_named
  is_enforced bit true`,
    'FROM meta.objects o JOIN meta.key_constraints k USING (object_id)',
  ),
  view(
    -143,
    'sys.foreign_keys',
    `${CONSTRAINT}
  referenced_object_id int f.referenced_object_id
  key_index_id int f.key_index_id
  is_disabled bit! f.is_disabled
  is_not_for_replication bit! f.is_not_for_replication
  is_not_trusted bit! f.is_not_trusted
  delete_referential_action tinyint f.delete_referential_action
  delete_referential_action_desc nvarchar(60) CASE f.delete_referential_action ${ACTION}
  update_referential_action tinyint f.update_referential_action
  update_referential_action_desc nvarchar(60) CASE f.update_referential_action ${ACTION}
  is_system_named bit! f.is_system_named`,
    'FROM meta.objects o JOIN meta.foreign_keys f USING (object_id)',
  ),
  view(
    -144,
    'sys.foreign_key_columns',
    `
  constraint_object_id int! f.constraint_object_id
  constraint_column_id int! f.constraint_column_id
  parent_object_id int! f.parent_object_id
  parent_column_id int! f.parent_column_id
  referenced_object_id int! f.referenced_object_id
  referenced_column_id int! f.referenced_column_id`,
    'FROM meta.foreign_key_columns f',
  ),
  view(
    -145,
    'sys.check_constraints',
    `${CONSTRAINT}
  is_disabled bit! k.is_disabled
  is_not_for_replication bit! k.is_not_for_replication
  is_not_trusted bit! k.is_not_trusted
  parent_column_id int! k.parent_column_id
  definition nvarchar(max) k.definition
  uses_database_collation bit true
  is_system_named bit! k.is_system_named`,
    'FROM meta.objects o JOIN meta.check_constraints k USING (object_id)',
  ),
  view(
    -146,
    'sys.default_constraints',
    `${CONSTRAINT}
  parent_column_id int! k.parent_column_id
  definition nvarchar(max) k.definition
  is_system_named bit! k.is_system_named`,
    'FROM meta.objects o JOIN meta.default_constraints k USING (object_id)',
  ),
  view(
    -147,
    'sys.stats',
    `
  object_id int! i.object_id
  name sysname i.name
  stats_id int! i.index_id
  auto_created bit false
  user_created bit i.made
  no_recompute bit false
  has_filter bit i.filter_definition IS NOT NULL
  filter_definition nvarchar(max) i.filter_definition
  is_temporary bit false
  is_incremental bit coalesce(i.settings->>'INCREMENTAL', i.settings->>'STATISTICS_INCREMENTAL', 'OFF') = 'ON'
  has_persisted_sample bit coalesce(i.settings->>'PERSIST_SAMPLE_PERCENT', 'OFF') = 'ON'
  stats_generation_method int! 0
  stats_generation_method_desc varchar(80)! 'Sort based statistics'
  auto_drop bit coalesce(i.settings->>'AUTO_DROP', 'OFF') = 'ON'`,
    `FROM (SELECT object_id, name, index_id, filter_definition, settings, false AS made FROM meta.indexes
     UNION ALL SELECT object_id, name, stats_id, filter_definition, settings, true FROM meta.statistics) i`,
  ),
  view(
    -148,
    'sys.partitions',
    `
  partition_id bigint! meta.partition_id(i.object_id, i.index_id, n)
  object_id int! i.object_id
  index_id int! i.index_id
  partition_number int! n
  hobt_id bigint! meta.partition_id(i.object_id, i.index_id, n)
  rows bigint meta.partition_rows(i.object_id, s.function_id, p.column_id, n)
  filestream_filegroup_id smallint! 0
  data_compression tinyint! CASE ${COMPRESSION} WHEN 'ROW' THEN 1 WHEN 'PAGE' THEN 2 WHEN 'COLUMNSTORE' THEN 3 WHEN 'COLUMNSTORE_ARCHIVE' THEN 4 ELSE 0 END
  data_compression_desc nvarchar(60) ${COMPRESSION}
  xml_compression bit ${XML_COMPRESSION} = 'ON'
  xml_compression_desc varchar(3) ${XML_COMPRESSION}`,
    ALL_PARTITIONS,
  ),
  view(
    -149,
    'sys.dm_db_partition_stats',
    `
  partition_id bigint meta.partition_id(i.object_id, i.index_id, n)
  object_id int! i.object_id
  index_id int! i.index_id
  partition_number int! n
  in_row_data_page_count bigint meta.page_count(i.object_id, i.index_id)
  in_row_used_page_count bigint meta.page_count(i.object_id, i.index_id)
  in_row_reserved_page_count bigint meta.page_count(i.object_id, i.index_id)
  lob_used_page_count bigint 0
  lob_reserved_page_count bigint 0
  row_overflow_used_page_count bigint 0
  row_overflow_reserved_page_count bigint 0
  used_page_count bigint meta.page_count(i.object_id, i.index_id)
  reserved_page_count bigint meta.page_count(i.object_id, i.index_id)
  row_count bigint meta.partition_rows(i.object_id, s.function_id, p.column_id, n)`,
    ALL_PARTITIONS,
  ),
  view(
    -150,
    'sys.allocation_units',
    `
  allocation_unit_id bigint! meta.partition_id(i.object_id, i.index_id, n)
  type tinyint! 1
  type_desc nvarchar(60) 'IN_ROW_DATA'
  container_id bigint! meta.partition_id(i.object_id, i.index_id, n)
  data_space_id int 1
  total_pages bigint! meta.page_count(i.object_id, i.index_id)
  used_pages bigint! meta.page_count(i.object_id, i.index_id)
  data_pages bigint! meta.page_count(i.object_id, i.index_id)`,
    ALL_PARTITIONS,
  ),
  view(
    -151,
    'sys.data_spaces',
    `
  name sysname! d.name
  data_space_id int! d.data_space_id
  type char(2)! d.type
  type_desc nvarchar(60) CASE d.type WHEN 'FG' THEN 'ROWS_FILEGROUP' ELSE 'PARTITION_SCHEME' END
  is_default bit d.type = 'FG'
  is_system bit false`,
    "FROM (SELECT 'PRIMARY' AS name, 1 AS data_space_id, 'FG' AS type UNION ALL SELECT name, data_space_id, 'PS' FROM meta.partition_schemes) d",
  ),
  view(
    -152,
    'sys.filegroups',
    `
  name sysname! 'PRIMARY'
  data_space_id int! 1
  type char(2)! 'FG'
  type_desc nvarchar(60) 'ROWS_FILEGROUP'
  is_default bit true
  is_system bit false
  filegroup_guid uniqueidentifier NULL::uuid
  log_filegroup_id int NULL::int
  is_read_only bit false
  is_autogrow_all_files bit! false`,
    'FROM meta.self',
  ),
  view(
    -153,
    'sys.xml_indexes',
    `
  object_id int! i.object_id
  name sysname i.name
  index_id int! i.index_id
  type tinyint! i.type
  type_desc nvarchar(60) 'XML'
  is_unique bit false
  data_space_id int 1
  ignore_dup_key bit false
  is_primary_key bit false
  is_unique_constraint bit false
  fill_factor tinyint! i.fill_factor
  is_padded bit i.is_padded
  is_disabled bit i.is_disabled
  is_hypothetical bit false
  allow_row_locks bit i.allow_row_locks
  allow_page_locks bit i.allow_page_locks
  using_xml_index_id int i.using_xml_index_id
  secondary_type char(1) i.secondary_type
  secondary_type_desc nvarchar(60) CASE i.secondary_type WHEN 'P' THEN 'PATH' WHEN 'V' THEN 'VALUE' WHEN 'R' THEN 'PROPERTY' END
  has_filter bit false
  filter_definition nvarchar(max) NULL::text
  xml_index_type tinyint CASE WHEN i.using_xml_index_id IS NULL THEN 0 ELSE 1 END
  xml_index_type_description nvarchar(60) CASE WHEN i.using_xml_index_id IS NULL THEN 'PRIMARY_XML' ELSE 'SECONDARY_XML' END
  path_id int NULL::int`,
    'FROM meta.indexes i WHERE i.type = 3',
  ),
  view(
    -154,
    'sys.periods',
    `
  name sysname NULL::text
  period_type tinyint NULL::smallint
  period_type_desc nvarchar(60) NULL::text
  object_id int! t.object_id
  start_column_id int! 0
  end_column_id int! 0`,
    'FROM meta.tables t WHERE false',
  ),
  view(
    -155,
    'sys.partition_schemes',
    `
  name sysname! s.name
  data_space_id int! s.data_space_id
  type char(2)! 'PS'
  type_desc nvarchar(60) 'PARTITION_SCHEME'
  is_default bit false
  is_system bit false
  function_id int! s.function_id`,
    'FROM meta.partition_schemes s',
  ),
  view(
    -156,
    'sys.change_tracking_databases',
    `
  database_id int! database_id
  is_auto_cleanup_on bit false
  retention_period int 2
  retention_period_units tinyint 3
  retention_period_units_desc nvarchar(60) 'DAYS'
  max_cleanup_version bigint NULL::bigint`,
    'FROM meta.self WHERE false',
  ),
  view(
    -157,
    'sys.change_tracking_tables',
    `
  object_id int! object_id
  is_track_columns_updated_on bit false
  min_valid_version bigint NULL::bigint
  begin_version bigint NULL::bigint
  cleanup_version bigint NULL::bigint`,
    'FROM meta.tables WHERE false',
  ),
];
