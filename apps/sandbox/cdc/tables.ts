import type { ColumnModel, TableModel } from '../catalog/model.ts';
import type { TdsType } from '../session.ts';

const LSN: TdsType = { name: 'binary', length: 10 };
const SYSNAME: TdsType = { name: 'nvarchar', length: 128 };
const INT: TdsType = { name: 'int' };
const BIT: TdsType = { name: 'bit' };
const DATETIME: TdsType = { name: 'datetime' };

const column = (name: string, type: TdsType, nullable = true): ColumnModel => ({
  name,
  type,
  nullable,
  ...(type === SYSNAME ? { userTypeId: 256 } : {}),
});

/** The tables that sys.sp_cdc_enable_db makes, column for column. Their order here is that of meta.cdc_state. */
export const CDC_TABLES: Readonly<
  Record<'change_tables' | 'captured_columns' | 'index_columns' | 'ddl_history' | 'lsn_time_mapping', TableModel>
> = {
  change_tables: {
    schema: 'cdc',
    name: 'change_tables',
    columns: [
      column('object_id', INT, false),
      column('version', INT),
      column('source_object_id', INT),
      column('capture_instance', SYSNAME, false),
      column('start_lsn', LSN),
      column('end_lsn', LSN),
      column('supports_net_changes', BIT),
      column('has_drop_pending', BIT),
      column('role_name', SYSNAME),
      column('index_name', SYSNAME),
      column('filegroup_name', SYSNAME),
      column('create_date', DATETIME),
      column('partition_switch', BIT, false),
    ],
    keys: [{ name: 'change_tables_clustered_idx', kind: 'PK', clustered: true, columns: [{ name: 'object_id' }] }],
  },
  captured_columns: {
    schema: 'cdc',
    name: 'captured_columns',
    columns: [
      column('object_id', INT, false),
      column('column_name', SYSNAME, false),
      column('column_id', INT),
      column('column_type', SYSNAME, false),
      column('column_ordinal', INT, false),
      column('is_computed', BIT),
      column('masking_function', { name: 'nvarchar', length: 4000 }),
    ],
    indexes: [
      {
        name: 'captured_columns_clustered_idx',
        unique: true,
        clustered: true,
        columns: [{ name: 'object_id' }, { name: 'column_ordinal' }],
      },
    ],
  },
  index_columns: {
    schema: 'cdc',
    name: 'index_columns',
    columns: [
      column('object_id', INT, false),
      column('column_name', SYSNAME, false),
      column('index_ordinal', { name: 'tinyint' }, false),
      column('column_id', INT, false),
    ],
    indexes: [
      {
        name: 'index_columns_clustered_idx',
        unique: true,
        clustered: true,
        columns: [{ name: 'object_id' }, { name: 'index_ordinal' }],
      },
    ],
  },
  ddl_history: {
    schema: 'cdc',
    name: 'ddl_history',
    columns: [
      column('source_object_id', INT),
      column('object_id', INT, false),
      column('required_column_update', BIT),
      column('ddl_command', { name: 'nvarchar', length: -1 }),
      column('ddl_lsn', LSN, false),
      column('ddl_time', DATETIME),
    ],
    indexes: [
      {
        name: 'ddl_history_clustered_idx',
        unique: false,
        clustered: true,
        columns: [{ name: 'object_id' }, { name: 'ddl_lsn' }],
      },
    ],
  },
  lsn_time_mapping: {
    schema: 'cdc',
    name: 'lsn_time_mapping',
    columns: [
      column('start_lsn', LSN, false),
      column('tran_begin_time', DATETIME),
      column('tran_end_time', DATETIME),
      column('tran_id', { name: 'varbinary', length: 10 }),
      column('tran_begin_lsn', LSN),
    ],
    keys: [{ name: 'lsn_time_mapping_clustered_idx', kind: 'PK', clustered: true, columns: [{ name: 'start_lsn' }] }],
    indexes: [
      {
        name: 'lsn_time_mapping_nonunique_idx',
        unique: false,
        clustered: false,
        columns: [{ name: 'tran_end_time' }],
      },
    ],
  },
};

/** A change table: five columns of its own, the captured ones, and __$command_id. */
export function changeTable(instance: string, captured: readonly ColumnModel[]): TableModel {
  return {
    schema: 'cdc',
    name: `${instance}_CT`,
    columns: [
      column('__$start_lsn', LSN, false),
      column('__$end_lsn', LSN),
      column('__$seqval', LSN, false),
      column('__$operation', INT, false),
      column('__$update_mask', { name: 'varbinary', length: 128 }),
      ...captured,
      column('__$command_id', INT),
    ],
    indexes: [
      {
        name: `${instance}_CT_clustered_idx`,
        unique: true,
        clustered: true,
        columns: ['__$start_lsn', '__$command_id', '__$seqval', '__$operation'].map((name) => ({ name })),
      },
    ],
  };
}
