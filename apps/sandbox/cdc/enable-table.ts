import { quoteIdent } from '#pgsql';
import type { ColumnModel } from '../catalog/model.ts';
import type { ProcedureContext, ProcedureResult } from '../catalog/procedure.ts';
import type { CatalogColumn, CatalogIndex, CatalogObject } from '../catalog/snapshot.ts';
import type { CatalogWriter } from '../catalog/writer.ts';
import { SqlError } from '../session.ts';
import { managerOf } from './capture-manager.ts';
import { physicalTable, type CdcTables } from './cleanup.ts';
import { BoundArguments, parameters } from './arguments.ts';
import type { ProcedureArgument } from '../catalog/procedure.ts';
import { requireCdc, requireOwner } from './enable-db.ts';
import { AGENT_AWAY, isAgentRunning } from './job-procedures.ts';
import { commitLsn, parseWal } from './lsn.ts';
import { HOLD_PROGRESS } from './progress-lock.ts';
import { makeChangeTable } from './physical-tables.ts';
import { changeTable } from './tables.ts';

const SPEC = parameters(
  'source_schema',
  'source_name',
  ['capture_instance', null],
  ['supports_net_changes', null],
  'role_name',
  ['index_name', null],
  ['captured_column_list', null],
  ['filegroup_name', null],
  ['allow_partition_switch', true],
);

const RESERVED = new Set(['__$start_lsn', '__$end_lsn', '__$seqval', '__$operation', '__$update_mask']);
const MAX_INSTANCES = 2;
const MAX_INSTANCE_NAME = 100;

/** A capture instance as it is asked for. */
interface Plan {
  readonly name: string;
  readonly source: CatalogObject;
  readonly columns: readonly CatalogColumn[];
  readonly index: CatalogIndex | undefined;
  readonly indexName: string | undefined;
  readonly netChanges: boolean;
  readonly role: string | undefined;
  readonly filegroup: string | null;
  readonly partitionSwitch: boolean;
}

/** A table in a clustered columnstore index cannot be captured; what a server says of it is not known here. */
async function refuseColumnstore(context: ProcedureContext, source: CatalogObject): Promise<void> {
  const sql = 'SELECT 1 FROM meta.indexes WHERE object_id = $1 AND type = 5';
  const { rows } = await context.pg.query(sql, [source.id]);
  if (rows.length === 0) return;
  const message =
    'Change Data Capture of a table in a clustered columnstore index is not supported in this version of SQL Server.';
  throw new SqlError(40_515, message);
}

/** sys.sp_cdc_enable_table. */
export async function enableTable(
  context: ProcedureContext,
  args: readonly ProcedureArgument[],
): Promise<ProcedureResult> {
  const bound = new BoundArguments('sp_cdc_enable_table', SPEC, args);
  const tables = await requireCdc(context);
  await requireOwner(context);
  const plan = await planInstance(context, bound);
  await refuseColumnstore(context, plan.source);
  await context.ddl((writer) => writeInstance(context, writer, tables, plan));
  const created = await ensureJobs(context);
  const agent = await isAgentRunning(context);
  if (created.length > 0 && !agent) context.out.info(new SqlError(22022, AGENT_AWAY, 0));
  for (const job of agent ? created : []) {
    const text = `Job 'cdc.${context.snapshot.database.name}_${job}' started successfully.`;
    context.out.info(new SqlError(22803, text, 0));
  }
  managerOf(context.catalog)?.ensure(context.catalog);
  return { status: 0 };
}

function sourceTable(context: ProcedureContext, bound: BoundArguments): CatalogObject {
  const schema = required(bound, 'source_schema');
  const name = required(bound, 'source_name');
  const source = context.snapshot.object(schema, name);
  if (source?.kind !== 'U') {
    throw new SqlError(
      22931,
      `Source table '${schema}.${name}' does not exist in the current database. Ensure that the correct database context is set. Specify a valid schema and table name for the database.`,
    );
  }
  if (context.snapshot.fold(source.schema) === 'cdc') {
    throw new SqlError(22974, 'Tables contained in the cdc schema cannot be enabled for Change Data Capture.');
  }
  return source;
}

/** 22963 for NULL and the empty string. */
function required(bound: BoundArguments, name: string): string {
  const value = bound.text(name);
  if (value !== null && value !== '') return value;
  throw new SqlError(
    22963,
    `Parameter '@${name}' cannot be null or empty. Specify a value for the named parameter and retry the operation.`,
  );
}

async function planInstance(context: ProcedureContext, bound: BoundArguments): Promise<Plan> {
  const source = sourceTable(context, bound);
  const role = bound.text('role_name');
  if (role === '') {
    throw new SqlError(
      22907,
      'Parameter @role_name cannot be empty. Specify a value for @role_name and retry the operation. Supply null as the value if no role is to be used to gate access to captured change data.',
    );
  }
  const name = bound.text('capture_instance') ?? `${source.schema}_${source.name}`.trimEnd();
  await requireFreeInstance(context, source, name);
  const columns = capturedColumns(context, source, bound.text('captured_column_list'));
  const { index, indexName } = uniqueIndex(context, source, bound.text('index_name'));
  const netChanges = bound.flag('supports_net_changes') ?? index !== undefined;
  if (netChanges && !index) {
    throw new SqlError(
      22939,
      'The parameter @supports_net_changes is set to 1, but the source table does not have a primary key defined and no alternate unique index has been specified.',
    );
  }
  if (index && !index.columns.every((key) => columns.some((column) => column.id === key.columnId))) {
    throw new SqlError(
      22943,
      'Columns used to uniquely identify a row for net change tracking must be included in the list of captured columns. Add either the primary key columns of the source table, or the columns defined for the index specified in the parameter @index_name to the list of captured columns and retry the operation.',
    );
  }
  const filegroup = bound.text('filegroup_name');
  if (filegroup !== null && filegroup.toUpperCase() !== 'PRIMARY') {
    throw new SqlError(
      22973,
      `The specified filegroup '${filegroup}' is not a valid filegroup for database '${context.snapshot.database.name}'. Specify a valid existing filegroup or create the named filegroup, and retry the operation.`,
    );
  }
  return {
    name,
    source,
    columns,
    index,
    indexName,
    netChanges,
    role: role ?? undefined,
    filegroup,
    partitionSwitch: true,
  };
}

async function requireFreeInstance(context: ProcedureContext, source: CatalogObject, name: string): Promise<void> {
  if (name.length > MAX_INSTANCE_NAME) {
    throw new SqlError(
      22927,
      `Capture instance name '${name}' exceeds the length limit of 100 characters. Specify a name that satisfies the length constraint.`,
    );
  }
  const { rows } = await context.pg.query<{ name_key: string; source_object_id: number }>(
    'SELECT name_key, source_object_id FROM meta.cdc_instances',
  );
  if (rows.some((row) => row.name_key === context.snapshot.fold(name))) {
    throw new SqlError(
      22926,
      `Could not create a capture instance because the capture instance name '${name}' already exists in the current database. Specify an explicit unique name for the parameter @capture_instance.`,
    );
  }
  if (rows.filter((row) => row.source_object_id === source.id).length >= MAX_INSTANCES) {
    throw new SqlError(
      22962,
      `Two capture instances already exist for source table '${source.schema}.${source.name}'. A table can have at most two capture instances. If the current tracking options are not appropriate, disable change tracking for the obsolete instance by using sys.sp_cdc_disable_table and retry the operation.`,
    );
  }
}

/** The names of a list like `Id, [a,b], "c"`. Throws 22965. */
export function columnList(text: string): string[] {
  const names: string[] = [];
  const item = /\s*(?:\[((?:[^\]]|\]\])*)\]|"((?:[^"]|"")*)"|([^,[\]"]+))\s*(,|$)/y;
  for (let at = 0; at < text.length; at = item.lastIndex) {
    item.lastIndex = at;
    const match = item.exec(text);
    if (!match) {
      throw new SqlError(
        22965,
        "A quoted column in the column list is not properly terminated. Verify that columns are correctly delimited and retry the operation. For more information, see 'Delimited Identifiers' in Books Online.",
      );
    }
    names.push(match[1]?.replaceAll(']]', ']') ?? match[2]?.replaceAll('""', '"') ?? (match[3] ?? '').trim());
  }
  return names;
}

function capturedColumns(
  context: ProcedureContext,
  source: CatalogObject,
  list: string | null,
): readonly CatalogColumn[] {
  const chosen = list === null ? source.columns : listedColumns(context, source, columnList(list));
  if (chosen.some((column) => RESERVED.has(column.name.toLowerCase()))) {
    throw new SqlError(
      22975,
      `Source table '${source.name}' contains one of the following reserved column names: __$start_lsn, __$end_lsn, __$seqval, __$operation, and __$update_mask. To enable Change Data Capture for this table, specify a captured column list and ensure that these columns are excluded from the list.`,
    );
  }
  return chosen;
}

/** In the order of the table, whatever the order of the list. */
function listedColumns(
  context: ProcedureContext,
  source: CatalogObject,
  names: readonly string[],
): readonly CatalogColumn[] {
  const wanted = new Set<number>();
  for (const name of names) {
    const column = context.snapshot.column(source, name);
    if (!column) {
      throw new SqlError(
        22942,
        `Columns specified in the captured column list could not be mapped to columns in source table '${source.schema}.${source.name}'. Verify that the columns specified in the parameter @captured_column_list are delimited properly and match columns in the source table.`,
      );
    }
    wanted.add(column.id);
  }
  return source.columns.filter((column) => wanted.has(column.id));
}

function uniqueIndex(
  context: ProcedureContext,
  source: CatalogObject,
  name: string | null,
): { index: CatalogIndex | undefined; indexName: string | undefined } {
  if (name === null) {
    const primary = source.indexes.find((index) => index.primaryKey);
    return { index: primary, indexName: primary?.name };
  }
  const index = source.indexes.find(
    (candidate) => context.snapshot.fold(candidate.name) === context.snapshot.fold(name),
  );
  const table = `${source.schema}.${source.name}`;
  if (!index)
    throw new SqlError(
      22928,
      `Index name '${name}' is not an index for table '${table}'. Specify a valid index name for the table.`,
    );
  if (!index.unique) {
    throw new SqlError(
      22929,
      `Index '${name}' must be either a primary key or a unique index for table '${table}'. Specify an index that meets at least one of these requirements.`,
    );
  }
  return { index, indexName: index.name };
}

/** Rowversion becomes binary(8); identity, computed and defaults do not come along; every column may be NULL. */
function capturedModel(column: CatalogColumn): ColumnModel {
  const type = column.type.name === 'rowversion' ? ({ name: 'binary', length: 8 } as const) : column.type;
  return { name: column.name, type, nullable: true };
}

async function writeInstance(
  context: ProcedureContext,
  writer: CatalogWriter,
  tables: CdcTables,
  plan: Plan,
): Promise<void> {
  const { pg } = context;
  const { source } = plan;
  // Waits for every transaction that has written the table: what commits later is captured, what committed before is not.
  await pg.query(`ALTER TABLE ${physicalTable(source.id)} REPLICA IDENTITY FULL`);
  if (!source.trackedByCdc) {
    await pg.query(`ALTER PUBLICATION ${quoteIdent(tables.publication)} ADD TABLE ${physicalTable(source.id)}`);
    await pg.query('UPDATE meta.tables SET is_tracked_by_cdc = true WHERE object_id = $1', [source.id]);
  }
  const model = changeTable(plan.name, plan.columns.map(capturedModel));
  const made = await writer.createTable(model);
  await makeChangeTable(pg, model, made, context.snapshot.database.collation);
  if (plan.role !== undefined) await gate(context, writer, plan.role);
  await writeColumns(context, tables, made.objectId, plan);
  // A reader that has already gone past the start when the instance appears would not take it for a new one: until the instance is committed
  // max_lsn stays where it is.
  await pg.query(HOLD_PROGRESS);
  const wal = await pg.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
  const startWal = wal.rows[0]?.lsn ?? '0/0';
  await pg.query(
    `INSERT INTO meta.cdc_instances (object_id, name, name_key, source_object_id, created_lsn, supports_net_changes, role_name, index_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      made.objectId,
      plan.name,
      context.snapshot.fold(plan.name),
      source.id,
      startWal,
      plan.netChanges,
      plan.role ?? null,
      plan.index?.id ?? null,
    ],
  );
  await pg.query(
    `INSERT INTO ${physicalTable(tables.change_tables_id)} (c1, c2, c3, c4, c5, c7, c8, c9, c10, c11, c12, c13)
     VALUES ($1, 0, $2, $3, $4, $5, false, $6, $7, $8, localtimestamp, $9)`,
    [
      made.objectId,
      source.id,
      plan.name,
      commitLsn(parseWal(startWal)),
      plan.netChanges,
      plan.role ?? null,
      plan.indexName ?? null,
      plan.filegroup,
      plan.partitionSwitch,
    ],
  );
  await pg.query('SELECT pg_logical_emit_message(true, \'sluice_cdc\', \'{"kind":"reload"}\')');
}

async function writeColumns(context: ProcedureContext, tables: CdcTables, objectId: number, plan: Plan): Promise<void> {
  const { pg, snapshot } = context;
  for (const [at, column] of plan.columns.entries()) {
    const computed = column.computed !== undefined;
    const type = snapshot.typeById(column.userTypeId)?.type.name ?? column.type.name;
    await pg.query('INSERT INTO meta.cdc_captured VALUES ($1, $2, $3, $4)', [objectId, at + 1, column.id, computed]);
    await pg.query(
      `INSERT INTO ${physicalTable(tables.captured_columns_id)} (c1, c2, c3, c4, c5, c6) VALUES ($1, $2, $3, $4, $5, $6)`,
      [objectId, column.name, column.id, type === 'rowversion' ? 'timestamp' : type, at + 1, computed],
    );
  }
  for (const [at, key] of (plan.index?.columns ?? []).entries()) {
    const column = plan.source.columns.find((candidate) => candidate.id === key.columnId);
    await pg.query(`INSERT INTO ${physicalTable(tables.index_columns_id)} (c1, c2, c3, c4) VALUES ($1, $2, $3, $4)`, [
      objectId,
      column?.name ?? '',
      at + 1,
      key.columnId,
    ]);
  }
}

/** The role whose members may read the changes through the functions; made where it is missing. */
async function gate(context: ProcedureContext, writer: CatalogWriter, role: string): Promise<void> {
  const { rows } = await context.pg.query('SELECT 1 FROM meta.principals WHERE name_key = $1', [
    context.snapshot.fold(role),
  ]);
  if (rows.length === 0) await writer.createPrincipal({ name: role, type: 'R' });
}

/** The first table brings both jobs; answers those that are new. */
async function ensureJobs(context: ProcedureContext): Promise<string[]> {
  const { rows } = await context.pg.query<{ job_type: string }>(
    `INSERT INTO meta.cdc_jobs (job_type, maxtrans, maxscans, continuous, pollinginterval, retention, threshold)
     SELECT * FROM (VALUES ('capture', 500, 10, true, 5::bigint, 0::bigint, 0::bigint), ('cleanup', 0, 0, false, 0::bigint, 4320::bigint, 5000::bigint)) v
     WHERE NOT EXISTS (SELECT FROM meta.cdc_jobs) RETURNING job_type`,
  );
  return rows.map((row) => row.job_type);
}

const DISABLE_SPEC = parameters('source_schema', 'source_name', 'capture_instance');

/** sys.sp_cdc_disable_table: one instance, or `all` of them. */
export async function disableTable(
  context: ProcedureContext,
  args: readonly ProcedureArgument[],
): Promise<ProcedureResult> {
  const bound = new BoundArguments('sp_cdc_disable_table', DISABLE_SPEC, args);
  const tables = await requireCdc(context);
  await requireOwner(context);
  const source = sourceTable(context, bound);
  const wanted = required(bound, 'capture_instance');
  const { rows } = await context.pg.query<{ object_id: number; name: string; name_key: string }>(
    'SELECT object_id, name, name_key FROM meta.cdc_instances WHERE source_object_id = $1 ORDER BY object_id',
    [source.id],
  );
  const all = wanted.toLowerCase() === 'all';
  const chosen = all ? rows : rows.filter((row) => row.name_key === context.snapshot.fold(wanted));
  if (chosen.length === 0) {
    throw new SqlError(
      22960,
      `Change data capture instance '${wanted}' has not been enabled for the source table '${source.schema}.${source.name}'. Use sys.sp_cdc_help_change_data_capture to verify the capture instance name and retry the operation.`,
    );
  }
  await context.ddl(async (writer) => {
    for (const { object_id } of chosen) await dropInstance(context.pg, writer, tables, object_id);
    if (chosen.length === rows.length) await untrack(context.pg, tables, source.id);
    await context.pg.query('SELECT pg_logical_emit_message(true, \'sluice_cdc\', \'{"kind":"reload"}\')');
    // With the last table the jobs go too.
    await context.pg.query('DELETE FROM meta.cdc_jobs WHERE NOT EXISTS (SELECT FROM meta.cdc_instances)');
  });
  managerOf(context.catalog)?.ensure(context.catalog);
  return { status: 0 };
}

/** Removes everything of one capture instance but the tracking of its source. */
export async function dropInstance(
  pg: ProcedureContext['pg'],
  writer: CatalogWriter,
  tables: CdcTables,
  objectId: number,
): Promise<void> {
  await pg.query(`DELETE FROM ${physicalTable(tables.change_tables_id)} WHERE c1 = $1`, [objectId]);
  await pg.query(`DELETE FROM ${physicalTable(tables.captured_columns_id)} WHERE c1 = $1`, [objectId]);
  await pg.query(`DELETE FROM ${physicalTable(tables.index_columns_id)} WHERE c1 = $1`, [objectId]);
  await pg.query(`DELETE FROM ${physicalTable(tables.ddl_history_id)} WHERE c2 = $1`, [objectId]);
  await pg.query('DELETE FROM meta.cdc_captured WHERE object_id = $1', [objectId]);
  await pg.query('DELETE FROM meta.cdc_instances WHERE object_id = $1', [objectId]);
  await writer.dropObject(objectId);
  await pg.query(`DROP TABLE IF EXISTS ${physicalTable(objectId)}`);
}

async function untrack(pg: ProcedureContext['pg'], tables: CdcTables, sourceId: number): Promise<void> {
  await pg.query(`ALTER PUBLICATION ${quoteIdent(tables.publication)} DROP TABLE ${physicalTable(sourceId)}`);
  await pg.query(`ALTER TABLE ${physicalTable(sourceId)} REPLICA IDENTITY DEFAULT`);
  await pg.query('UPDATE meta.tables SET is_tracked_by_cdc = false WHERE object_id = $1', [sourceId]);
}
