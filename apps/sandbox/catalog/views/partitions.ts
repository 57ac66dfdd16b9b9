import { view } from './define.ts';

/** Partition functions and schemes. */
export const PARTITION_VIEWS = [
  view(
    -280,
    'sys.partition_functions',
    `
  name sysname! f.name
  function_id int! f.function_id
  type char(2)! 'R'
  type_desc nvarchar(60) 'RANGE'
  fanout int! meta.fanout(f.function_id)
  boundary_value_on_right bit! f.boundary_on_right
  is_system bit! false
  create_date datetime! f.create_date
  modify_date datetime! f.modify_date`,
    'FROM meta.partition_functions f',
  ),
  view(
    -281,
    'sys.partition_parameters',
    `
  function_id int! f.function_id
  parameter_id int! 1
  system_type_id tinyint! f.system_type_id
  max_length smallint! f.max_length
  precision tinyint! f.precision
  scale tinyint! f.scale
  collation_name sysname f.collation_name
  user_type_id int! f.user_type_id`,
    'FROM meta.partition_functions f',
  ),
  view(
    -282,
    'sys.partition_range_values',
    `
  function_id int! v.function_id
  boundary_id int! v.boundary_id
  parameter_id int! 1
  value sql_variant v.value`,
    'FROM meta.partition_values v',
  ),
  view(
    -300,
    'sys.destination_data_spaces',
    `
  partition_scheme_id int! s.data_space_id
  destination_id int! n
  data_space_id int! 1`,
    'FROM meta.partition_schemes s CROSS JOIN LATERAL generate_series(1, meta.fanout(s.function_id) + CASE WHEN s.next_used THEN 1 ELSE 0 END) AS n',
  ),
];
