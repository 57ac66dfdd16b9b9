import { type EventTable, Position, tableName } from '#events';
import { SluiceError } from '#errors';
import type { ChangeReader, ChangeWindow, SchemaChangeSeen, TableChange, TableGap, WindowLimits } from '#source';
import { type CaptureInstance, instanceFor, readCaptureInstances } from './capture-instances.ts';
import { ChangePage, isLarge } from './change-page.ts';
import type { Parameter, ResultRow, SqlServerClient } from './client.ts';
import { CapturePulse } from './capture-pulse.ts';
import { changePage, COMMIT_TIMES, DDL_HISTORY, lowWatermarks } from './sql-change-page.ts';

const FIRST_PAGE_ROWS = 2000;
/** Of a table with values without a bound: a page is collected in memory whole, before bytes are counted (row A16). */
const FIRST_PAGE_ROWS_LARGE = 20;
/** What fn_cdc_get_min_lsn says to a login that may not read the instance, and of an instance that is not there. */
const NO_LSN = '0'.repeat(20);
const MAX_LSN = `SELECT sys.fn_cdc_get_max_lsn()`;
const CAPTURE_ERRORS = `SELECT TOP (1) error_number, error_message FROM sys.dm_cdc_errors WHERE entry_time > DATEADD(minute, -5, GETDATE()) ORDER BY entry_time DESC`;
const AGENT_STATE = `SELECT TOP (1) status_desc FROM sys.dm_server_services WHERE servicename LIKE N'SQL Server Agent%'`;

interface Captured {
  readonly index: number;
  readonly table: EventTable;
  readonly instance: CaptureInstance;
}

/** Reads changes of all tables of a job in one order (rule 2), from the change tables of CDC. One call at a time. */
export class SqlServerChangeReader implements ChangeReader {
  private captured: readonly Captured[] = [];
  private missing: readonly number[] = [];
  private readonly pulse: CapturePulse;

  constructor(
    private readonly client: SqlServerClient,
    private readonly tables: readonly EventTable[],
  ) {
    this.pulse = new CapturePulse(client);
  }

  /** Looks up the capture instances. @throws SluiceError CdcDisabled where the database has none */
  async open(): Promise<this> {
    const instances = await readCaptureInstances(this.client);
    const captured: Captured[] = [];
    const missing: number[] = [];
    this.tables.forEach((table, index) => {
      const instance = instanceFor(table, instances.get(tableName(table)) ?? []);
      if (instance) captured.push({ index, table, instance });
      else missing.push(index);
    });
    this.captured = captured;
    this.missing = missing;
    return this;
  }

  async head(): Promise<Position> {
    const lsn = await this.maxLsn();
    return lsn ? Position.endOfCommit(lsn) : Position.sqlServerZero;
  }

  start(table: number): Promise<Position> {
    const found = this.captured.find((one) => one.index === table);
    const name = this.tables[table] ? tableName(this.tables[table]) : String(table);
    if (!found) {
      return Promise.reject(
        new SluiceError('CaptureInstanceMissing', `Table ${name} has no capture instance with all its columns.`, {
          table: name,
        }),
      );
    }
    return Promise.resolve(Position.parse(`${found.instance.startLsn}-${'0'.repeat(20)}-${'0'.repeat(8)}-00`));
  }

  async read(from: Position, limits: WindowLimits, signal: AbortSignal): Promise<ChangeWindow> {
    const max = await this.maxLsn();
    if (!max || !Position.endOfCommit(max).isAfter(from)) return this.empty(from);
    signal.throwIfAborted();
    const end = Position.endOfCommit(max);
    const parameters = pageParameters(from, max);
    const first = await this.firstPagesOfWhatIsThere(parameters, from);
    let ceiling = end;
    const pages = first.pages;
    for (const page of pages) ceiling = page.limit(ceiling);
    if (ceiling !== end) ceiling = await this.extend(pages, from, parameters, limits, signal);
    const changes = merge(pages, ceiling);
    const { gaps, schemaChanges } = this.findings(first, from);
    const times = first.commitTimes;
    let firstMs: number | null = null;
    let lastMs: number | null = null;
    let transactions = 0;
    for (const [lsn, ms] of times) {
      if (lsn > ceiling.commitLsn || lsn < from.commitLsn) continue;
      transactions++;
      firstMs = firstMs === null ? ms : Math.min(firstMs, ms);
      lastMs = lastMs === null ? ms : Math.max(lastMs, ms);
    }
    for (const change of changes)
      (change as { commitMs: number }).commitMs = times.get(change.position.commitLsn) ?? Date.now();
    const lost = new Set(gaps.map((gap) => gap.table));
    return {
      from,
      to: ceiling,
      partial: !ceiling.text.endsWith('ff'),
      changes: lost.size === 0 ? changes : changes.filter((change) => !lost.has(change.table)),
      transactions,
      firstCommitMs: firstMs,
      lastCommitMs: lastMs,
      more: ceiling !== end,
      gaps,
      schemaChanges,
    };
  }

  /** SQL Server forgets by its own cleanup job; nothing to acknowledge. */
  async ack(): Promise<void> {}

  async captureProblem(): Promise<string | null> {
    const [agent] = await this.client.query(AGENT_STATE);
    if (agent && agent[0] !== 'Running') return `SQL Server Agent is ${String(agent[0])}`;
    const [error] = await this.client.query(CAPTURE_ERRORS);
    if (error) return `capture job error ${String(error[0])}: ${String(error[1])}`;
    return this.pulse.look(await this.maxLsn());
  }

  captureLagMs(): number {
    return this.pulse.lagMs;
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  private async maxLsn(): Promise<string | null> {
    const [row] = await this.client.query(MAX_LSN);
    return row && Buffer.isBuffer(row[0]) ? row[0].toString('hex') : null;
  }

  private empty(from: Position): ChangeWindow {
    const gaps = this.missing.map((table) => ({ table, reason: 'no capture instance' }));
    return {
      from,
      to: from,
      partial: false,
      changes: [],
      transactions: 0,
      firstCommitMs: null,
      lastCommitMs: null,
      more: false,
      gaps,
      schemaChanges: [],
    };
  }

  /** A capture instance may be dropped while we read: then its table is missing from here on, and the others go on (row A3). */
  private async firstPagesOfWhatIsThere(parameters: Record<string, Parameter>, from: Position): Promise<FirstPages> {
    try {
      return await this.firstPages(parameters, from);
    } catch (error) {
      if (!(error instanceof SluiceError) || error.kind !== 'CaptureInstanceMissing') throw error;
      const before = this.missing.length;
      await this.open();
      if (this.missing.length === before) throw error;
      return this.firstPages(parameters, from);
    }
  }

  /** Everything in one round trip: low watermarks, a page of each table, commit times, DDL, low watermarks again (row A1: before and after). */
  private async firstPages(parameters: Record<string, Parameter>, from: Position): Promise<FirstPages> {
    const instances = this.captured.map((one) => one.instance);
    if (instances.length === 0) return { before: [], after: [], pages: [], commitTimes: new Map(), ddl: [] };
    const inside = !from.text.endsWith('ff');
    const text = [
      lowWatermarks(instances),
      ...this.captured.map((one) => changePage(one.table, one.instance, firstPageRows(one.table), inside)),
      COMMIT_TIMES,
      DDL_HISTORY,
      lowWatermarks(instances),
    ].join(';\n');
    const sets = await this.client.queryAll(text, parameters);
    const count = this.captured.length;
    const pages = this.captured.map((one, i) => {
      const rows = sets[1 + i] ?? [];
      return new ChangePage(one.index, one.table, one.instance, rows, rows.length >= firstPageRows(one.table));
    });
    return {
      before: watermarks(sets[0]?.[0]),
      after: watermarks(sets[count + 3]?.[0]),
      pages,
      commitTimes: new Map((sets[count + 1] ?? []).map((row) => [(row[0] as Buffer).toString('hex'), Number(row[1])])),
      ddl: sets[count + 2] ?? [],
    };
  }

  /**
   * More than a page of some table is waiting: fill the window up to its limits. Tables that were not full are complete up to `max` already; the others are
   * read on, each up to the lowest ceiling found so far, within the limits of rows and bytes (row A16).
   */
  private async extend(
    pages: ChangePage[],
    from: Position,
    parameters: Record<string, Parameter>,
    limits: WindowLimits,
    signal: AbortSignal,
  ): Promise<Position> {
    let ceiling = Position.endOfCommit((parameters['max'] as Buffer).toString('hex'));
    const inside = !from.text.endsWith('ff');
    const full = pages.filter((page) => page.full);
    const share = {
      rows: Math.max(FIRST_PAGE_ROWS, Math.floor(limits.rows / full.length)),
      bytes: Math.floor(limits.bytes / full.length),
    };
    for (const page of full) {
      const one = this.captured.find((candidate) => candidate.index === page.tableIndex);
      if (!one) continue;
      const text = changePage(one.table, one.instance, share.rows, inside);
      const bound = { ...parameters, max: Buffer.from(ceiling.commitLsn, 'hex') };
      let rows = 0;
      let bytes = 0;
      let cut = false;
      page.restart();
      for await (const block of this.client.stream(text, bound, { blockRows: 1000, blockBytes: 1 << 20 }, signal)) {
        page.append(block.rows);
        rows += block.rows.length;
        bytes += block.bytes;
        if (bytes > share.bytes && rows > 2) {
          cut = true;
          break;
        }
      }
      page.full = cut || rows >= share.rows;
      ceiling = page.limit(ceiling);
    }
    return ceiling;
  }

  private findings(first: FirstPages, from: Position): { gaps: TableGap[]; schemaChanges: SchemaChangeSeen[] } {
    const gaps: TableGap[] = this.missing.map((table) => ({ table, reason: 'no capture instance' }));
    this.captured.forEach((one, i) => {
      const low = [first.before[i], first.after[i]].reduce<string>((a, b) => ((b ?? '') > a ? (b ?? '') : a), '');
      if (low === NO_LSN) throw notAllowed(one);
      // Cleanup moves the start of the instance itself, so the start that was read at opening says nothing. Before its hold a table may start later: the poller leaves
      // it alone then.
      if (low > from.commitLsn) {
        gaps.push({
          table: one.index,
          reason: `the history of ${one.instance.name} begins at ${low}, behind ${from.commitLsn}: cleanup passed it, or capture was switched on anew`,
        });
      }
    });
    const schemaChanges = first.ddl.flatMap((row) => {
      const found = this.captured.find((one) => one.instance.sourceObjectId === Number(row[0]));
      return found
        ? [
            {
              table: found.index,
              position: Position.endOfCommit((row[2] as Buffer).toString('hex')),
              ddl: String(row[1]),
            },
          ]
        : [];
    });
    return { gaps, schemaChanges };
  }
}

/** The function hides the history from logins outside the role: without it a gap would not be seen, and an empty answer looks healthy (row A21). */
function notAllowed({ table, instance }: Captured): SluiceError {
  const name = tableName(table);
  const remedy = instance.role === null ? '' : `: it is not in the role ${instance.role}`;
  return new SluiceError(
    'SourceRightMissing',
    `The login may not read the capture instance ${instance.name} of ${name}${remedy}.`,
    { table: name, role: instance.role },
  );
}

interface FirstPages {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly pages: ChangePage[];
  readonly commitTimes: ReadonlyMap<string, number>;
  readonly ddl: readonly ResultRow[];
}

function firstPageRows(table: EventTable): number {
  return table.columns.some((column) => isLarge(column.type)) ? FIRST_PAGE_ROWS_LARGE : FIRST_PAGE_ROWS;
}

function watermarks(row: ResultRow | undefined): string[] {
  return (row ?? []).map((value) => (Buffer.isBuffer(value) ? value.toString('hex') : ''));
}

function pageParameters(from: Position, max: string): Record<string, Parameter> {
  const [lsn = '', sequence = '', command = '', operation = ''] = from.text.split('-');
  const parameters: Record<string, Parameter> = { l: Buffer.from(lsn, 'hex'), max: Buffer.from(max, 'hex') };
  if (!from.text.endsWith('ff')) {
    Object.assign(parameters, {
      s: Buffer.from(sequence, 'hex'),
      c: Number.parseInt(command, 16),
      o: Number.parseInt(operation, 16),
    });
  }
  return parameters;
}

/** k-way merge by position of what stands at or below the ceiling. */
function merge(pages: readonly ChangePage[], ceiling: Position): TableChange[] {
  const lists = pages.map((page) => page.changesUpTo(ceiling)).filter((list) => list.length > 0);
  if (lists.length === 0) return [];
  if (lists.length === 1) return lists[0] ?? [];
  return lists.flat().toSorted((a, b) => a.position.compare(b.position));
}
