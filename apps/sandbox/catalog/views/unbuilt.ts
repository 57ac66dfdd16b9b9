import { view } from './define.ts';

/** A view of what the sandbox cannot hold: clients may ask for it, and are told that there is none. */
const none = (objectId: number, name: string, lines: string) =>
  view(objectId, name, lines, 'FROM meta.self WHERE false');

/** `name type` of columns, each NULL. */
const columns = (text: string): string =>
  text
    .split(',')
    .map((one) => one.trim().split(' '))
    .map(([name = '', type = '']) => `${name} ${type} NULL::${PHYSICAL[type.replace(/!$/, '')] ?? 'text'}`)
    .join('\n');

const PHYSICAL: Readonly<Record<string, string>> = {
  int: 'int',
  'int!': 'int',
  tinyint: 'smallint',
  smallint: 'smallint',
  bit: 'boolean',
  datetime: 'timestamp(3)',
  uniqueidentifier: 'uuid',
  'varbinary(85)': 'bytea',
};

const MODULE_OBJECT =
  'name sysname!, object_id int!, principal_id int, schema_id int!, parent_object_id int!, type char(2), type_desc nvarchar(60), create_date datetime!, modify_date datetime!, is_ms_shipped bit!, is_published bit!, is_schema_published bit!';

/** Full-text indexes, row-level security, CLR, Service Broker, keys and what else the sandbox refuses to make. */
export const UNBUILT_VIEWS = [
  none(
    -283,
    'sys.fulltext_indexes',
    columns(
      'object_id int!, unique_index_id int!, fulltext_catalog_id int, is_enabled bit!, change_tracking_state char(1), change_tracking_state_desc nvarchar(60), has_crawl_completed bit!',
    ),
  ),
  none(
    -284,
    'sys.fulltext_index_columns',
    columns('object_id int!, column_id int!, type_column_id int, language_id int!, statistical_semantics int!'),
  ),
  none(
    -285,
    'sys.security_policies',
    columns(`${MODULE_OBJECT}, is_enabled bit!, is_not_for_replication bit!, is_schema_bound bit`),
  ),
  none(
    -286,
    'sys.security_predicates',
    columns(
      'object_id int!, security_predicate_id int!, target_object_id int!, predicate_definition nvarchar(4000), predicate_type int, predicate_type_desc nvarchar(60), operation int, operation_desc nvarchar(60)',
    ),
  ),
  none(
    -287,
    'sys.assemblies',
    columns(
      'name sysname!, principal_id int!, assembly_id int!, clr_name nvarchar(4000), permission_set tinyint, permission_set_desc nvarchar(60), is_visible bit!, create_date datetime!, modify_date datetime!, is_user_defined bit!',
    ),
  ),
  none(
    -288,
    'sys.assembly_types',
    columns(
      'name sysname!, system_type_id tinyint!, user_type_id int!, schema_id int!, is_user_defined bit!, is_assembly_type bit!, assembly_id int!, assembly_class sysname, is_table_type bit!',
    ),
  ),
  none(
    -289,
    'sys.xml_schema_collections',
    columns(
      'xml_collection_id int!, schema_id int!, principal_id int, name sysname!, create_date datetime!, modify_date datetime!',
    ),
  ),
  none(
    -290,
    'sys.service_queues',
    columns(`${MODULE_OBJECT}, max_readers smallint, is_activation_enabled bit!, is_receive_enabled bit!`),
  ),
  none(-291, 'sys.services', columns('name sysname!, service_id int!, principal_id int, service_queue_id int!')),
  none(
    -292,
    'sys.certificates',
    columns(
      'name sysname!, certificate_id int!, principal_id int, subject nvarchar(4000), expiry_date datetime, start_date datetime',
    ),
  ),
  none(
    -293,
    'sys.symmetric_keys',
    columns(
      'name sysname!, principal_id int, symmetric_key_id int!, key_length int!, create_date datetime!, modify_date datetime!',
    ),
  ),
  none(
    -294,
    'sys.external_data_sources',
    columns('data_source_id int!, name sysname!, location nvarchar(4000)!, type_desc nvarchar(255), type tinyint!'),
  ),
  none(
    -295,
    'sys.event_notifications',
    columns(
      'name sysname!, object_id int!, parent_class tinyint!, parent_id int!, create_date datetime!, modify_date datetime!, service_name nvarchar(256), principal_id int',
    ),
  ),
  none(
    -296,
    'sys.plan_guides',
    columns(
      'plan_guide_id int!, name sysname!, create_date datetime!, modify_date datetime!, is_disabled bit!, query_text nvarchar(4000), scope_type tinyint!, scope_type_desc nvarchar(60)',
    ),
  ),
  none(
    -297,
    'sys.database_audit_specifications',
    columns(
      'database_specification_id int!, name sysname!, create_date datetime!, modify_date datetime!, is_state_enabled bit',
    ),
  ),
  // msdb's: there is no agent and no mail.
  none(
    -298,
    'dbo.sysjobs',
    columns('job_id uniqueidentifier!, name sysname!, enabled tinyint!, description nvarchar(512)'),
  ),
  none(
    -299,
    'dbo.sysjobsteps',
    columns(
      'job_id uniqueidentifier!, step_id int!, step_name sysname!, subsystem nvarchar(40)!, command nvarchar(max), database_name sysname',
    ),
  ),
  none(-279, 'dbo.sysmail_profile', columns('profile_id int!, name sysname!, description nvarchar(256)')),
];
