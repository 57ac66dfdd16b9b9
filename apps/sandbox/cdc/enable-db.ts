import { quoteIdent, quoteLiteral } from '#pgsql';
import type { ProcedureContext, ProcedureResult } from '../catalog/procedure.ts';
import { SqlError } from '../session.ts';
import { cdcTables, physicalTable, type CdcTables } from './cleanup.ts';
import { managerOf } from './capture-manager.ts';
import { makePhysicalTable } from './physical-tables.ts';
import { CDC_TABLES } from './tables.ts';

const DONE: ProcedureResult = { status: 0 };

/** 22901 where CDC is off. */
export async function requireCdc(context: ProcedureContext): Promise<CdcTables> {
  const tables = await cdcTables(context.pg);
  if (tables) return tables;
  throw new SqlError(
    22901,
    `The database '${context.snapshot.database.name}' is not enabled for Change Data Capture. Ensure that the correct database context is set and retry the operation. To report on the databases enabled for Change Data Capture, query the is_cdc_enabled column in the sys.databases catalog view.`,
  );
}

/** 22904 for everyone but db_owner. */
export async function requireOwner(context: ProcedureContext): Promise<void> {
  const { rows } = await context.pg.query<{ owner: boolean }>(
    'SELECT EXISTS (SELECT FROM meta.roles_of(meta.current_principal()) r(id) WHERE r.id IN (1, 16384)) AS owner',
  );
  if (!rows[0]?.owner) {
    throw new SqlError(
      22904,
      'Caller is not authorized to initiate the requested action. DBO privileges are required.',
    );
  }
}

async function requireSysadmin(context: ProcedureContext): Promise<void> {
  const { rows } = await context.pg.query<{ admin: boolean }>('SELECT meta.is_sysadmin(meta.current_login()) AS admin');
  if (rows[0]?.admin) return;
  throw new SqlError(
    22902,
    'Caller is not authorized to initiate the requested action. sysadmin privileges are required.',
  );
}

function requireNoTransaction(context: ProcedureContext, procedure: string): void {
  if (context.transactionCount === 0) return;
  throw new SqlError(15002, `The procedure '${procedure}' cannot be executed within a transaction.`);
}

/** sys.sp_cdc_enable_db: schema cdc with its tables, then publication and slot, then the jobs. */
export async function enableDb(context: ProcedureContext): Promise<ProcedureResult> {
  await requireSysadmin(context);
  requireNoTransaction(context, 'sys.sp_cdc_enable_db');
  const { database } = context.snapshot;
  if (await cdcTables(context.pg)) {
    context.out.info(
      new SqlError(
        22905,
        `Database '${database.name}' is already enabled for Change Data Capture. Ensure that the correct database context is set, and retry the operation. To report on the databases enabled for Change Data Capture, query the is_cdc_enabled column in the sys.databases catalog view.`,
        10,
      ),
    );
    return DONE;
  }
  const slot = `sluice_cdc_${database.id}`;
  await requireLogicalWal(context);
  if (context.snapshot.schema('cdc')) {
    throw new SqlError(
      22906,
      `The database '${database.name}' cannot be enabled for Change Data Capture because a database user named 'cdc' or a schema named 'cdc' already exists in the current database. These objects are required exclusively by Change Data Capture. Drop or rename the user or schema and retry the operation.`,
    );
  }
  await context.ddl(async (writer) => {
    await context.pg.query(`DROP PUBLICATION IF EXISTS ${quoteIdent(slot)}`);
    // Without its generated columns a table with REPLICA IDENTITY FULL could not be updated any more.
    await context.pg.query(`CREATE PUBLICATION ${quoteIdent(slot)} WITH (publish_generated_columns = stored)`);
    await writer.createPrincipal({ name: 'cdc', type: 'S', defaultSchema: 'cdc' });
    await writer.createSchema('cdc', 'cdc');
    const ids: Record<string, number> = {};
    for (const [name, model] of Object.entries(CDC_TABLES)) {
      const made = await writer.createTable(model);
      await makePhysicalTable(context.pg, model, made, database.collation);
      ids[name] = made.objectId;
    }
    await context.pg.query('DELETE FROM meta.cdc_sessions');
    await context.pg.query('DELETE FROM meta.cdc_errors');
    await context.pg.query(
      `INSERT INTO meta.cdc_state (slot, publication, change_tables_id, captured_columns_id, index_columns_id, ddl_history_id, lsn_time_mapping_id)
       VALUES ($1, $1, $2, $3, $4, $5, $6)`,
      [
        slot,
        ids['change_tables'],
        ids['captured_columns'],
        ids['index_columns'],
        ids['ddl_history'],
        ids['lsn_time_mapping'],
      ],
    );
  });
  // A slot is made outside of transactions, and after the publication that its reader names.
  await context.outside(async (pg) => {
    await pg.query(`SELECT pg_create_logical_replication_slot(${quoteLiteral(slot)}, 'pgoutput')`);
  });
  managerOf(context.catalog)?.ensure(context.catalog);
  return DONE;
}

async function requireLogicalWal(context: ProcedureContext): Promise<void> {
  const { rows } = await context.pg.query<{ wal_level: string }>('SHOW wal_level');
  if (rows[0]?.wal_level === 'logical') return;
  throw new SqlError(
    22908,
    "Could not create the Change Data Capture objects: the sandbox's PostgreSQL must run with wal_level = logical.",
  );
}

/** sys.sp_cdc_disable_db: jobs, slot, publication, tables, schema and user go; without CDC it does nothing. */
export async function disableDb(context: ProcedureContext): Promise<ProcedureResult> {
  await requireSysadmin(context);
  requireNoTransaction(context, 'sys.sp_cdc_disable_db');
  const tables = await cdcTables(context.pg);
  if (!tables) return DONE;
  await managerOf(context.catalog)?.stop(context.catalog);
  await context.outside(async (pg) => dropSlot(pg, tables.slot));
  await context.ddl(async (writer) => {
    const pg = context.pg;
    const sources = await pg.query<{ object_id: number }>('SELECT object_id FROM meta.tables WHERE is_tracked_by_cdc');
    for (const { object_id } of sources.rows) {
      await pg.query(`ALTER TABLE ${physicalTable(object_id)} REPLICA IDENTITY DEFAULT`);
    }
    await pg.query('UPDATE meta.tables SET is_tracked_by_cdc = false WHERE is_tracked_by_cdc');
    await pg.query(`DROP PUBLICATION IF EXISTS ${quoteIdent(tables.publication)}`);
    const owned = await pg.query<{ object_id: number; type: string }>(
      "SELECT o.object_id, o.type FROM meta.objects o JOIN meta.schemas s USING (schema_id) WHERE s.name = 'cdc' AND o.parent_object_id = 0",
    );
    for (const { object_id, type } of owned.rows) {
      await writer.dropObject(object_id);
      if (type === 'U') await pg.query(`DROP TABLE IF EXISTS ${physicalTable(object_id)}`);
    }
    for (const table of ['cdc_state', 'cdc_instances', 'cdc_captured', 'cdc_jobs', 'cdc_sessions', 'cdc_errors']) {
      await pg.query(`DELETE FROM meta.${table}`);
    }
    await writer.dropSchema('cdc');
    await writer.dropPrincipal('cdc');
  });
  return DONE;
}

async function dropSlot(pg: ProcedureContext['pg'], slot: string): Promise<void> {
  await pg.query(
    'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1 AND active_pid IS NOT NULL',
    [slot],
  );
  for (;;) {
    const { rows } = await pg.query<{ active: boolean }>(
      'SELECT active FROM pg_replication_slots WHERE slot_name = $1',
      [slot],
    );
    if (!rows[0]) return;
    if (!rows[0].active) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await pg.query('SELECT pg_drop_replication_slot($1)', [slot]);
}
