import type { ProcedureArgument, ProcedureContext, ProcedureResult, SystemProcedure } from '../catalog/procedure.ts';
import { BIT, DATETIME, INT, LSN, sendResult, SYSNAME, text } from '../catalog/result-set.ts';
import { SqlError, type TdsValue } from '../session.ts';
import { BoundArguments, parameters } from './arguments.ts';
import { cleanupInstance, physicalTable, type CdcTables } from './cleanup.ts';
import { disableDb, enableDb, requireCdc, requireOwner } from './enable-db.ts';
import { disableTable, enableTable } from './enable-table.ts';
import { addJob, changeJob, dropJob, helpJobs, startJob, stopJob } from './job-procedures.ts';
import { sandboxKnobs } from './sandbox-knobs.ts';

const OK: ProcedureResult = { status: 0 };

const HELP_SHAPE = [
  ['source_schema', SYSNAME],
  ['source_table', SYSNAME],
  ['capture_instance', SYSNAME],
  ['object_id', INT],
  ['source_object_id', INT],
  ['start_lsn', LSN],
  ['end_lsn', LSN],
  ['supports_net_changes', BIT],
  ['has_drop_pending', BIT],
  ['role_name', SYSNAME],
  ['index_name', SYSNAME],
  ['filegroup_name', SYSNAME],
  ['create_date', DATETIME],
  ['index_column_list', text(-1)],
  ['captured_column_list', text(-1)],
] as const;

interface HelpRow {
  readonly values: (string | number | boolean | null)[];
  readonly start_lsn: Buffer | null;
  readonly object_id: number;
  readonly source_object_id: number;
  readonly create_date: string;
}

const quoteList = (table: string, name: string, order: string): string =>
  `(SELECT string_agg('[' || replace(x.${name}, ']', ']]') || ']', ', ' ORDER BY x.${order}) FROM ${table} x WHERE x.c1 = t.c1)`;

/** sys.sp_cdc_help_change_data_capture: only instances that the caller may read. */
async function helpChangeDataCapture(
  context: ProcedureContext,
  args: readonly ProcedureArgument[],
): Promise<ProcedureResult> {
  const spec = parameters(['source_schema', null], ['source_name', null]);
  const bound = new BoundArguments('sp_cdc_help_change_data_capture', spec, args);
  const tables = await requireCdc(context);
  const [schema, name] = [bound.text('source_schema'), bound.text('source_name')];
  if ((schema === null) !== (name === null)) {
    throw new SqlError(
      22972,
      'When calling stored procedure [sys].sp_cdc_help_change_data capture, if either @source_schema or @source_name is non-null and non-empty, the other parameter must also be non-null and non-empty.',
    );
  }
  const source = schema === null || name === null ? undefined : context.snapshot.object(schema, name);
  if (schema !== null && source?.kind !== 'U') throw notThere();
  const { rows } = await context.pg.query<HelpRow>(
    `SELECT json_build_array(s.name, o.name, t.c4) AS names, t.c1 AS object_id, t.c3 AS source_object_id, t.c5 AS start_lsn,
     json_build_array(s.name, o.name, t.c4, t.c7, t.c8, t.c9, t.c10, t.c11, ${quoteList(physicalTable(tables.index_columns_id), 'c2', 'c3')},
     ${quoteList(physicalTable(tables.captured_columns_id), 'c2', 'c5')}) AS values, to_char(t.c12, 'YYYY-MM-DD HH24:MI:SS.MS') AS create_date
     FROM ${physicalTable(tables.change_tables_id)} t LEFT JOIN meta.objects o ON o.object_id = t.c3 LEFT JOIN meta.schemas s ON s.schema_id = o.schema_id
     WHERE ($1::int IS NULL OR t.c3 = $1) AND meta.cdc_may_read(t.c1) ORDER BY t.c1`,
    [source?.id ?? null],
  );
  const lines = rows.map((row): TdsValue[] => {
    const [schemaName, tableName, instance, net, drop, role, index, filegroup, indexColumns, captured] =
      row.values as TdsValue[];
    return [
      schemaName ?? null,
      tableName ?? null,
      instance ?? null,
      row.object_id,
      row.source_object_id,
      row.start_lsn,
      null,
      net ?? null,
      drop ?? null,
      role ?? null,
      index ?? null,
      filegroup ?? null,
      row.create_date,
      indexColumns ?? null,
      captured ?? null,
    ];
  });
  await sendResult(context.out, HELP_SHAPE, lines);
  return OK;
}

const notThere = (): SqlError => new SqlError(22981, 'Object does not exist or access is denied.');

/** A capture instance that the caller may read: 22981 where he may not. */
async function readableInstance(context: ProcedureContext, name: string): Promise<number> {
  const id = await instanceId(context, name);
  const { rows } = await context.pg.query<{ may: boolean }>('SELECT meta.cdc_may_read($1) AS may', [id]);
  if (!rows[0]?.may) throw notThere();
  return id;
}

async function instanceId(context: ProcedureContext, name: string): Promise<number> {
  const { rows } = await context.pg.query<{ object_id: number }>(
    'SELECT object_id FROM meta.cdc_instances WHERE name_key = $1',
    [context.snapshot.fold(name)],
  );
  if (rows[0]) return rows[0].object_id;
  throw new SqlError(
    22920,
    `The named capture instance ${name} does not exist for database ${context.snapshot.database.name}.`,
  );
}

const NUMERIC = 'm.system_type_id IN (48, 52, 56, 127, 60, 122, 106, 108)';
const FLOATING = 'm.system_type_id IN (59, 62)';

/** sys.sp_cdc_get_captured_columns. */
async function getCapturedColumns(
  context: ProcedureContext,
  args: readonly ProcedureArgument[],
): Promise<ProcedureResult> {
  const bound = new BoundArguments('sp_cdc_get_captured_columns', parameters('capture_instance'), args);
  const tables = await requireCdc(context);
  const id = await readableInstance(context, bound.text('capture_instance') ?? '');
  const { rows } = await context.pg.query<{ line: TdsValue[] }>(
    `SELECT json_build_array(s.name, o.name, i.name, c.c2, c.c3, c.c5, c.c4, 
     CASE WHEN m.system_type_id NOT IN (34, 165, 173) THEN meta.char_length(m.system_type_id, m.max_length) END, CASE WHEN ${NUMERIC} OR ${FLOATING} THEN m.precision END,
     CASE WHEN ${NUMERIC} THEN 10 WHEN ${FLOATING} THEN 2 END, CASE WHEN ${NUMERIC} THEN m.scale END,
     CASE WHEN m.system_type_id IN (41, 42, 43) THEN m.scale WHEN m.system_type_id = 61 THEN 3 WHEN m.system_type_id IN (40, 58) THEN 0 END) AS line
     FROM ${physicalTable(tables.captured_columns_id)} c JOIN meta.cdc_instances i ON i.object_id = c.c1 JOIN meta.objects o ON o.object_id = i.source_object_id
     JOIN meta.schemas s USING (schema_id) JOIN meta.columns m ON m.object_id = c.c1 AND m.column_id = c.c5 + 5 WHERE c.c1 = $1 ORDER BY c.c5`,
    [id],
  );
  const shape = [
    ['source_schema', SYSNAME],
    ['source_table', SYSNAME],
    ['capture_instance', SYSNAME],
    ['column_name', SYSNAME],
    ['column_id', INT],
    ['ordinal_position', INT],
    ['data_type', SYSNAME],
    ['character_maximum_length', INT],
    ['numeric_precision', { name: 'tinyint' }],
    ['numeric_precision_radix', { name: 'smallint' }],
    ['numeric_scale', INT],
    ['datetime_precision', { name: 'smallint' }],
  ] as const;
  await sendResult(
    context.out,
    shape,
    rows.map((row) => row.line),
  );
  return OK;
}

/** sys.sp_cdc_get_ddl_history. */
async function getDdlHistory(context: ProcedureContext, args: readonly ProcedureArgument[]): Promise<ProcedureResult> {
  const bound = new BoundArguments('sp_cdc_get_ddl_history', parameters('capture_instance'), args);
  const tables = await requireCdc(context);
  const id = await readableInstance(context, bound.text('capture_instance') ?? '');
  const { rows } = await context.pg.query<{
    schema: string;
    table: string;
    instance: string;
    required: boolean;
    command: string;
    lsn: Buffer;
    time: string;
  }>(
    `SELECT s.name AS schema, o.name AS table, i.name AS instance, d.c3 AS required, d.c4 AS command, d.c5 AS lsn, to_char(d.c6, 'YYYY-MM-DD HH24:MI:SS.MS') AS time
     FROM ${physicalTable(tables.ddl_history_id)} d JOIN meta.cdc_instances i ON i.object_id = d.c2 JOIN meta.objects o ON o.object_id = d.c1
     JOIN meta.schemas s USING (schema_id) WHERE d.c2 = $1 ORDER BY d.c5`,
    [id],
  );
  const shape = [
    ['source_schema', SYSNAME],
    ['source_table', SYSNAME],
    ['capture_instance', SYSNAME],
    ['required_column_update', BIT],
    ['ddl_command', text(-1)],
    ['ddl_lsn', LSN],
    ['ddl_time', DATETIME],
  ] as const;
  const lines = rows.map((row) => [row.schema, row.table, row.instance, row.required, row.command, row.lsn, row.time]);
  await sendResult(context.out, shape, lines);
  return OK;
}

/** sys.sp_cdc_cleanup_change_table. */
async function cleanupChangeTable(
  context: ProcedureContext,
  args: readonly ProcedureArgument[],
): Promise<ProcedureResult> {
  const spec = parameters('capture_instance', 'low_water_mark', ['threshold', 5000], ['fcleanupfailed', null]);
  const bound = new BoundArguments('sp_cdc_cleanup_change_table', spec, args);
  const tables = await requireCdc(context);
  await requireOwner(context);
  const id = await instanceId(context, bound.text('capture_instance') ?? '');
  const low = await lowWaterMark(context, tables, bound.binary('low_water_mark'));
  await cleanupInstance(context.pg, tables, id, { low, threshold: bound.number('threshold') ?? 5000 });
  return { status: 0, outputs: { '@fcleanupfailed': { type: BIT, value: false } } };
}

/** The smallest LSN of the commits with the time of the one named; 22964 where it is none. */
async function lowWaterMark(
  context: ProcedureContext,
  tables: CdcTables,
  wanted: Buffer | null,
): Promise<Buffer | undefined> {
  if (!wanted) return undefined;
  const mapping = physicalTable(tables.lsn_time_mapping_id);
  const { rows } = await context.pg.query<{ low: Buffer | null }>(
    `SELECT min(c1) AS low FROM ${mapping} WHERE c3 = (SELECT c3 FROM ${mapping} WHERE c1 = $1)`,
    [wanted],
  );
  const low = rows[0]?.low;
  if (low) return low;
  throw new SqlError(
    22964,
    `LSN 0x${wanted.toString('hex').toUpperCase()}, specified as the new low end point for change table cleanup must represent the start_lsn value of a current entry in the cdc.lsn_time_mapping table. Choose an LSN value that satisfies this requirement.`,
  );
}

/** The capture job alone reads the log here. */
async function scan(context: ProcedureContext): Promise<ProcedureResult> {
  await requireCdc(context);
  await requireOwner(context);
  throw new SqlError(
    40515,
    'sys.sp_cdc_scan is not supported in this version of SQL Server: the capture job scans the log.',
  );
}

/** CDC's procedures by their lower-case names, without schema. */
export const CDC_PROCEDURES: Readonly<Record<string, SystemProcedure>> = {
  sp_cdc_enable_db: enableDb,
  sp_cdc_disable_db: disableDb,
  sp_cdc_enable_table: enableTable,
  sp_cdc_disable_table: disableTable,
  sp_cdc_help_change_data_capture: helpChangeDataCapture,
  sp_cdc_get_captured_columns: getCapturedColumns,
  sp_cdc_get_ddl_history: getDdlHistory,
  sp_cdc_cleanup_change_table: cleanupChangeTable,
  sp_cdc_help_jobs: helpJobs,
  sp_cdc_add_job: addJob,
  sp_cdc_change_job: changeJob,
  sp_cdc_drop_job: dropJob,
  sp_cdc_start_job: startJob,
  sp_cdc_stop_job: stopJob,
  sp_cdc_scan: scan,
  sp_sandbox_cdc: sandboxKnobs,
};
