import type pg from 'pg';
import { DatabaseCatalog } from '../catalog/cache.ts';
import { loadSnapshot } from '../catalog/loader.ts';
import type { PgQuerier, TableModel } from '../catalog/model.ts';
import { catalogWriter } from '../catalog/pg-catalog-writer.ts';
import type { ProcedureArgument, ProcedureContext, SystemProcedure } from '../catalog/procedure.ts';
import { startTestDatabase, type TestDatabase } from '../catalog/test-database.ts';
import type { ResultSink, TdsColumn, TdsValue } from '../session.ts';
import { CaptureManager } from './capture-manager.ts';
import type { DiePoint } from './capture-job.ts';
import { makePhysicalTable } from './physical-tables.ts';

/** What a procedure sent. */
export interface Sent {
  readonly columns: TdsColumn[];
  readonly rows: (readonly TdsValue[])[];
  readonly infos: string[];
}

/** CDC on a PostgreSQL database without an engine: procedures are called as the engine would call them. */
export class CdcHarness {
  readonly catalog = new DatabaseCatalog(loadSnapshot);
  readonly died: DiePoint[] = [];
  readonly logged: string[] = [];
  manager: CaptureManager;

  private constructor(
    readonly db: TestDatabase,
    readonly client: pg.Client,
    private readonly outside: pg.Client,
  ) {
    this.manager = this.newManager();
  }

  static async start(): Promise<CdcHarness> {
    const db = await startTestDatabase();
    await db.client.query("SET application_name = 'sbx/51/sa/test'");
    const harness = new CdcHarness(db, db.client, await db.connect());
    await harness.manager.opened({ url: db.url, catalog: harness.catalog });
    return harness;
  }

  /** As after a restart of the process. */
  async restart(): Promise<void> {
    await this.manager.close();
    this.manager = this.newManager();
    await this.manager.opened({ url: this.db.url, catalog: this.catalog });
  }

  async close(): Promise<void> {
    await this.manager.close();
    await this.db.close();
  }

  async createTable(model: TableModel): Promise<number> {
    const writer = await catalogWriter(this.client as PgQuerier);
    const made = await writer.createTable(model);
    await makePhysicalTable(this.client as PgQuerier, model, made, 'SQL_Latin1_General_CP1_CI_AS');
    this.catalog.bump();
    return made.objectId;
  }

  async call(procedure: SystemProcedure, args: Readonly<Record<string, TdsValue>> = {}): Promise<Sent> {
    const sent: Sent = { columns: [], rows: [], infos: [] };
    const list = Object.entries(args).map(([name, value]): ProcedureArgument => ({
      name: `@${name}`,
      type: { name: 'nvarchar', length: 4000 },
      value,
      output: false,
    }));
    await procedure(await this.context(sent), list);
    return sent;
  }

  /** Rows of a table of schema cdc by the names of its columns. */
  async read(name: string, order = ''): Promise<Record<string, unknown>[]> {
    const snapshot = await this.catalog.own(this.client as PgQuerier);
    const object = snapshot.object('cdc', name);
    if (!object) throw new RangeError(`no table cdc.${name}`);
    const list = object.columns.map((column) => `"${column.physical}" AS "${column.name}"`).join(', ');
    return (await this.client.query(`SELECT ${list} FROM u.${object.physical} ${order}`)).rows as Record<
      string,
      unknown
    >[];
  }

  /** Waits until `probe` answers true; fails after `timeoutMs`. */
  async until(probe: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
    for (const end = Date.now() + timeoutMs; !(await probe());) {
      if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms in vain: ${this.logged.join('; ')}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async knob(name: string, value: string): Promise<void> {
    await this.client.query(
      'INSERT INTO meta.cdc_knobs VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      [name, value],
    );
    this.manager.ensure(this.catalog);
  }

  private newManager(): CaptureManager {
    return new CaptureManager({
      log: (message) => this.logged.push(message),
      die: (point) => {
        this.died.push(point);
        throw new Error(`killed at ${point}`);
      },
    });
  }

  private async context(sent: Sent): Promise<ProcedureContext> {
    const querier = this.client as PgQuerier;
    return {
      pg: querier,
      outside: (work) => work(this.outside as PgQuerier),
      ddl: async (work) => {
        await this.client.query('BEGIN');
        try {
          const result = await work(await catalogWriter(querier));
          await this.client.query('COMMIT');
          return result;
        } catch (error) {
          await this.client.query('ROLLBACK');
          throw error;
        } finally {
          this.catalog.bump();
        }
      },
      catalog: this.catalog,
      snapshot: await this.catalog.own(querier),
      physicalDatabase: this.db.name,
      user: 'dbo',
      login: 'sa',
      spid: 51,
      transactionCount: 0,
      out: sinkInto(sent),
      batch: () => Promise.reject(new Error('no engine here')),
      describe: () => Promise.resolve(undefined),
      describeParameters: () => Promise.resolve([]),
      signal: new AbortController().signal,
    };
  }
}

function sinkInto(sent: Sent): ResultSink {
  return {
    columns: (columns) => void sent.columns.push(...columns),
    row: (values) => sent.rows.push(values) > 0,
    drained: () => Promise.resolve(),
    done: () => undefined,
    info: (message) => void sent.infos.push(message.message),
    error: (error) => {
      throw error;
    },
    returnStatus: () => undefined,
    returnValue: () => undefined,
    envChange: () => undefined,
  };
}
