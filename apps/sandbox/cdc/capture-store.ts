import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { quoteIdent, quoteLiteral } from '#pgsql';
import { columnName, tableName, USER_SCHEMA } from '../catalog/physical.ts';
import { loadCaptureInstances, type CapturedTable, type CaptureInstance } from './capture-instance.ts';
import { lsnText, parseWal, walText } from './lsn.ts';
import { AWAIT_PROGRESS } from './progress-lock.ts';
import { serverDatetime } from './server-time.ts';

const FREE_SLOT_MS = 5000;
const ANALYZE_ROWS = 2000;

/** What the capture job of a database is set to, from meta.cdc_jobs and the sandbox's knobs. */
export interface CaptureSettings {
  readonly running: boolean;
  readonly continuous: boolean;
  readonly pollingSeconds: number;
  /** Transactions of one cycle: maxtrans × maxscans. */
  readonly cycleTransactions: number;
  /** Milliseconds to wait before each commit. */
  readonly delayMs: number;
  /** Point at which the process is to die, told once; '' for none, undefined where nothing was said anew. */
  readonly dieAt: string | undefined;
  /** Seconds without a commit after which max_lsn moves on by itself. */
  readonly idleSeconds: number;
}

/** One committed transaction for cdc.lsn_time_mapping. `xid` 0: nothing was captured, it only moves max_lsn. */
export interface MappingRow {
  readonly lsn: Buffer;
  readonly commitMicros: bigint;
  readonly xid: number;
}

/** Where the job's own progress and the tables it writes are. */
export interface CaptureState {
  readonly slot: string;
  readonly publication: string;
  readonly lastCommitWal: bigint;
}

interface StateRow {
  readonly slot: string;
  readonly publication: string;
  readonly last: string;
  readonly lsn_time_mapping_id: number;
  readonly ddl_history_id: number;
}

/** A DDL statement on a captured table, as the engine told it through the log. */
export interface DdlEvent {
  readonly objectId: number;
  readonly command: string;
  /** Columns whose type changed, with their PostgreSQL type and facets after it. */
  readonly changed: readonly { readonly columnId: number; readonly pgType: string }[];
}

/** The connection on which the capture job writes: one transaction for each batch, its progress inside it. */
export class CaptureStore {
  private readonly client: pg.Client;
  /** Rows written to change tables, by object_id: at their last ANALYZE, and since. */
  private readonly sizes = new Map<number, { known: number; fresh: number }>();
  private slot = '';
  private mappingTable = '';
  private ddlTable = '';
  private open = false;
  private closing = false;
  private connected = false;
  failure: Error | undefined;

  constructor(url: string) {
    this.client = new pg.Client({ connectionString: url, application_name: 'sluice-sandbox-capture' });
    this.client.on('error', (error) => {
      this.failure = error;
    });
  }

  async connect(): Promise<CaptureState | undefined> {
    await this.client.connect();
    this.connected = true;
    await this.client.query("SET synchronous_commit = on; SET lock_timeout = '5s'");
    const { rows } = await this.client.query<StateRow>(
      'SELECT slot, publication, last_commit_lsn::text AS last, lsn_time_mapping_id, ddl_history_id FROM meta.cdc_state',
    );
    const state = rows[0];
    if (!state) return undefined;
    this.slot = state.slot;
    this.mappingTable = physical(state.lsn_time_mapping_id);
    this.ddlTable = physical(state.ddl_history_id);
    return { slot: state.slot, publication: state.publication, lastCommitWal: parseWal(state.last) };
  }

  instances(): Promise<Map<number, CapturedTable>> {
    return loadCaptureInstances(this.client);
  }

  /** Waits until what a transaction wrote can be read here: its commit comes through the log a moment earlier. */
  async waitVisible(xid: number): Promise<void> {
    await this.client.query('SELECT meta.cdc_wait_visible(ARRAY[$1::bigint])', [xid]);
  }

  async settings(): Promise<CaptureSettings> {
    // Taken back as it is read: the process that starts after the death is not to die of it too.
    const death = await this.client.query<{ value: string }>(
      "DELETE FROM meta.cdc_knobs WHERE name = 'die' RETURNING value",
    );
    const { rows } = await this.client.query<{
      running: boolean;
      continuous: boolean;
      polling: string;
      cycle: string;
      knobs: Record<string, string>;
    }>(
      `SELECT coalesce(j.is_running, false) AND coalesce((SELECT value FROM meta.server_state WHERE name = 'agent'), 'running') = 'running' AS running,
       coalesce(j.continuous, true) AS continuous, coalesce(j.pollinginterval, 5)::text AS polling, (coalesce(j.maxtrans, 500)::bigint * coalesce(j.maxscans, 10))::text AS cycle,
       (SELECT coalesce(json_object_agg(name, value), '{}') FROM meta.cdc_knobs) AS knobs
       FROM (SELECT 1) one LEFT JOIN meta.cdc_jobs j ON j.job_type = 'capture'`,
    );
    const row = rows[0];
    const knobs = row?.knobs ?? {};
    return {
      running: row?.running ?? false,
      continuous: row?.continuous ?? true,
      pollingSeconds: Number(row?.polling ?? 5),
      cycleTransactions: Number(row?.cycle ?? 5000),
      delayMs: Number(knobs['delay'] ?? 0),
      dieAt: death.rows[0]?.value,
      idleSeconds: Number(knobs['idle'] ?? 300),
    };
  }

  /** Writes a marker into the log outside of any transaction; it comes back through the stream at its place. */
  async emitMarker(content: string): Promise<void> {
    await this.client.query("SELECT pg_logical_emit_message(false, 'sluice_cdc', $1, true)", [content]);
  }

  async begin(): Promise<void> {
    if (this.open) return;
    await this.client.query('BEGIN');
    this.open = true;
  }

  /** Stores what an instance's buffer holds and empties it. */
  async copy(instance: CaptureInstance): Promise<number> {
    const { buffer } = instance;
    if (buffer.rows === 0) return 0;
    await this.begin();
    const rows = buffer.rows;
    const target = this.client.query(copyFrom(instance.copySql));
    await pipeline(Readable.from([buffer.finish()]), target);
    buffer.clear();
    this.counted(instance.objectId).fresh += rows;
    return rows;
  }

  /** Records the statement for each capture instance and gives the change tables the new column types. */
  async applyDdl(table: CapturedTable, event: DdlEvent, at: MappingRow): Promise<void> {
    await this.waitVisible(at.xid);
    await this.begin();
    await this.client.query(
      'UPDATE meta.cdc_sessions SET schema_change_count = schema_change_count + 1 WHERE session_id = 1',
    );
    for (const instance of table.instances) {
      const changed = event.changed.flatMap((column) => {
        const index = instance.columns.findIndex((captured) => captured.source === columnName(column.columnId));
        return index < 0 ? [] : [{ ...column, ordinal: index + 1 }];
      });
      for (const column of changed) await this.retype(instance, table.objectId, column);
      await this.client.query(
        `INSERT INTO ${this.ddlTable} (c1, c2, c3, c4, c5, c6) VALUES ($1, $2, $3, $4, decode($5, 'hex'), ${serverDatetime(at.commitMicros)})`,
        [table.objectId, instance.objectId, changed.length > 0, event.command, at.lsn.toString('hex')],
      );
    }
  }

  /** Writes the mapping rows and the progress, and commits everything. */
  async commit(mappings: readonly MappingRow[], lastCommitWal: bigint, commands: number): Promise<void> {
    await this.begin();
    const last = mappings.at(-1);
    const values = mappings.map((row) => {
      const time = serverDatetime(row.commitMicros);
      const tran = row.xid === 0 ? "'\\x00'::bytea" : `'\\x${row.xid.toString(16).padStart(12, '0')}'::bytea`;
      const lsn = `'\\x${row.lsn.toString('hex')}'::bytea`;
      return `(${lsn}, ${time}, ${time}, ${tran}, ${lsn})`;
    });
    const statements: string[] = [];
    const xids = mappings.map((row) => row.xid).filter((xid) => xid > 0);
    if (xids.length > 0) statements.push(`SELECT meta.cdc_wait_visible('{${xids.join()}}')`);
    if (values.length > 0) statements.push(AWAIT_PROGRESS);
    if (values.length > 0)
      statements.push(`INSERT INTO ${this.mappingTable} (c1, c2, c3, c4, c5) VALUES ${values.join(', ')}`);
    statements.push(`UPDATE meta.cdc_state SET last_commit_lsn = '${walText(lastCommitWal)}'`);
    if (last) statements.push(sessionUpdate(last, mappings.length, commands));
    statements.push('COMMIT');
    await this.client.query(statements.join(';\n'));
    this.open = false;
  }

  /**
   * Gives PostgreSQL's planner its figures where a change table has doubled: without them it sorts the whole table for each page that
   * a reader asks for. To be called after a commit.
   */
  async analyzeGrown(): Promise<void> {
    for (const [objectId, size] of this.sizes) {
      if (size.fresh < Math.max(ANALYZE_ROWS, size.known)) continue;
      await this.client.query(`ANALYZE ${physical(objectId)}`);
      size.known += size.fresh;
      size.fresh = 0;
    }
  }

  private counted(objectId: number): { known: number; fresh: number } {
    const size = this.sizes.get(objectId) ?? { known: 0, fresh: 0 };
    this.sizes.set(objectId, size);
    return size;
  }

  async rollback(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    await this.client.query('ROLLBACK');
  }

  /** For sys.dm_cdc_errors; a lost connection loses the record too. */
  async recordError(error: unknown): Promise<void> {
    if (!this.connected || this.failure) return;
    const message = error instanceof Error ? error.message : String(error);
    await this.client.query(
      'INSERT INTO meta.cdc_errors (session_id, phase_number, error_number, error_message) VALUES (1, 7, 22864, left($1, 1024))',
      [`The call to sp_MScdc_capture_job by the Capture Job failed: ${message}`],
    );
    await this.client.query('UPDATE meta.cdc_sessions SET error_count = error_count + 1 WHERE session_id = 1');
  }

  async sessionState(phase: 'Idle' | 'Done' | 'Starting'): Promise<void> {
    await this.client.query(
      `INSERT INTO meta.cdc_sessions (session_id, start_time, scan_phase) VALUES (1, localtimestamp, ${quoteLiteral(phase)})
       ON CONFLICT (session_id) DO UPDATE SET scan_phase = excluded.scan_phase, end_time = CASE excluded.scan_phase WHEN 'Done' THEN localtimestamp END`,
    );
  }

  /** The job has done its one run; one that was made continuous meanwhile goes on. */
  async markStopped(): Promise<void> {
    await this.client.query(
      "UPDATE meta.cdc_jobs SET is_running = false WHERE job_type = 'capture' AND NOT coalesce(continuous, true)",
    );
  }

  /** Waits until the server has noticed that the stream is gone: the slot can then be read again, or the database dropped. */
  async freeSlot(): Promise<void> {
    if (this.slot === '' || this.failure || !this.connected) return;
    const text =
      'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1 AND active_pid IS NOT NULL';
    try {
      await this.rollback();
      for (const end = Date.now() + FREE_SLOT_MS; Date.now() < end;) {
        if ((await this.client.query(text, [this.slot])).rowCount === 0) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    } catch (error) {
      this.failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }

  async close(): Promise<void> {
    if (this.closing || !this.connected) return;
    this.closing = true;
    await this.client.end().catch(() => undefined);
  }

  private async retype(
    instance: CaptureInstance,
    sourceId: number,
    column: { readonly columnId: number; readonly pgType: string; readonly ordinal: number },
  ): Promise<void> {
    const target = quoteIdent(columnName(column.ordinal + 5));
    await this.client.query(
      `ALTER TABLE ${physical(instance.objectId)} ALTER COLUMN ${target} TYPE ${column.pgType} USING ${target}::${column.pgType}`,
    );
    await this.client.query(
      `UPDATE meta.columns t SET system_type_id = s.system_type_id, user_type_id = s.user_type_id, max_length = s.max_length, precision = s.precision, scale = s.scale,
       collation_name = s.collation_name FROM meta.columns s WHERE t.object_id = $1 AND t.column_id = $2 AND s.object_id = $3 AND s.column_id = $4`,
      [instance.objectId, column.ordinal + 5, sourceId, column.columnId],
    );
  }
}

function physical(objectId: number): string {
  return `${quoteIdent(USER_SCHEMA)}.${quoteIdent(tableName(objectId))}`;
}

function sessionUpdate(last: MappingRow, transactions: number, commands: number): string {
  const lsn = lsnText(last.lsn);
  const time = serverDatetime(last.commitMicros);
  return `UPDATE meta.cdc_sessions SET tran_count = tran_count + ${transactions}, command_count = command_count + ${commands}, log_record_count = log_record_count + ${commands},
    scan_phase = 'Done', current_lsn = '${lsn}', end_lsn = '${lsn}', last_commit_lsn = '${lsn}', last_commit_time = ${time}, last_commit_cdc_lsn = '${lsn}', last_commit_cdc_time = localtimestamp,
    latency = greatest(0, extract(epoch FROM localtimestamp - ${time})::int), end_time = localtimestamp, duration = extract(epoch FROM localtimestamp - start_time)::int
    WHERE session_id = 1`;
}
