import { type ErrorKind, SluiceError } from '#errors';
import type { SourceSurvey, Survey, SurveyCheck, TableFigures } from '#source';
import type { ResultRow, SqlServerClient } from './client.ts';
import { type Probe, PROBES } from './survey-probes.ts';

const SERVER = `
SELECT CONVERT(nvarchar(256), SERVERPROPERTY('ServerName')), CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion')), CONVERT(nvarchar(128), SERVERPROPERTY('Edition')),
  DATEDIFF_BIG(millisecond, '19700101', SYSUTCDATETIME()), d.is_cdc_enabled FROM sys.databases AS d WHERE d.name = DB_NAME()`;

/** Local time of the server, compared with its own clock: no zone has to be known. */
const STARTED = `SELECT DATEDIFF_BIG(millisecond, i.sqlserver_start_time, SYSDATETIME()) FROM sys.dm_os_sys_info AS i`;

const SIZES = `
SELECT s.name, o.name, SUM(CASE WHEN p.index_id < 2 THEN p.row_count ELSE 0 END),
  SUM(CASE WHEN p.index_id < 2 THEN p.used_page_count ELSE 0 END) * 8192, SUM(CASE WHEN p.index_id < 2 THEN 0 ELSE p.used_page_count END) * 8192
FROM sys.dm_db_partition_stats AS p JOIN sys.objects AS o ON o.object_id = p.object_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id
WHERE o.type = 'U' AND o.is_ms_shipped = 0 AND s.name NOT IN (N'cdc', N'sluice') GROUP BY s.name, o.name ORDER BY s.name, o.name`;

/** The same from the catalog, for a login without VIEW DATABASE STATE. */
const SIZES_BY_CATALOG = `
SELECT s.name, o.name, SUM(CASE WHEN p.index_id < 2 AND a.type = 1 THEN p.rows ELSE 0 END),
  SUM(CASE WHEN p.index_id < 2 THEN a.used_pages ELSE 0 END) * 8192, SUM(CASE WHEN p.index_id < 2 THEN 0 ELSE a.used_pages END) * 8192
FROM sys.partitions AS p JOIN sys.allocation_units AS a ON a.container_id = p.partition_id
  JOIN sys.objects AS o ON o.object_id = p.object_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id
WHERE o.type = 'U' AND o.is_ms_shipped = 0 AND s.name NOT IN (N'cdc', N'sluice') GROUP BY s.name, o.name ORDER BY s.name, o.name`;

/** Rows changed in heap or clustered index since the table's metadata came into memory: every change of a row is one there. */
const CHANGED = `
SELECT s.name, o.name, SUM(x.leaf_insert_count + x.leaf_update_count + x.leaf_delete_count + x.leaf_ghost_count)
FROM sys.dm_db_index_operational_stats(DB_ID(), NULL, NULL, NULL) AS x JOIN sys.objects AS o ON o.object_id = x.object_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id
WHERE x.index_id < 2 AND o.type = 'U' GROUP BY s.name, o.name`;

/** A right that lacks, or a view, column or function that this server does not have (an object of no such name counts as a missing capture instance). */
const ABSENT: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'SourceRightMissing',
  'SourceQueryFailed',
  'CaptureInstanceMissing',
]);

/** The server's own words, without the address before them. */
function reasonOf(fault: SluiceError): string {
  return fault.message.replace(/^SQL Server at \S+: /, '');
}

/** Reads sizes and checks by plain queries. What the login may not see, or this server does not have, is `unknown` and says so. */
export class SqlServerSurvey implements Survey {
  constructor(private readonly client: SqlServerClient) {}

  async read(): Promise<SourceSurvey> {
    const [server] = await this.client.query(SERVER);
    const nowMs = Number(server?.[3] ?? 0);
    const isCaptured = Boolean(server?.[4]);
    const started = await this.tried(STARTED);
    const upMs = 'rows' in started ? started.rows[0]?.[0] : undefined;
    const checks: SurveyCheck[] = [];
    for (const probe of PROBES) checks.push(await this.probe(probe, isCaptured));
    return {
      server: String(server?.[0] ?? this.client.settings.host),
      version: String(server?.[1] ?? ''),
      edition: String(server?.[2] ?? ''),
      countingSinceMs: upMs === undefined || upMs === null ? null : nowMs - Number(upMs),
      nowMs,
      tables: await this.figures(),
      checks,
    };
  }

  private async figures(): Promise<TableFigures[]> {
    const stated = await this.tried(SIZES);
    const sizes = 'rows' in stated ? stated.rows : await this.client.query(SIZES_BY_CATALOG);
    const changed = await this.tried(CHANGED);
    const name = (row: ResultRow): string => JSON.stringify([row[0], row[1]]);
    const counts = 'rows' in changed ? new Map(changed.rows.map((row) => [name(row), Number(row[2])])) : null;
    return sizes.map((row) => ({
      schema: String(row[0]),
      name: String(row[1]),
      rows: Number(row[2]),
      dataBytes: Number(row[3]),
      indexBytes: Number(row[4]),
      changedRows: counts === null ? null : (counts.get(name(row)) ?? 0),
    }));
  }

  private async probe(probe: Probe, isCaptured: boolean): Promise<SurveyCheck> {
    const { check } = probe;
    if (probe.needsCapture === true && !isCaptured)
      return { check, verdict: 'pass', message: 'Change data capture is not on yet.', objects: [] };
    const answer = await this.tried(probe.sql);
    if ('reason' in answer)
      return { check, verdict: 'unknown', message: `It could not be looked at: ${answer.reason}`, objects: [] };
    if (answer.rows.length === 0) return { check, verdict: 'pass', message: probe.pass, objects: [] };
    const objects = answer.rows.map((row) => String(row[0]));
    return { check, verdict: probe.verdict, message: probe.found, remedy: probe.remedy, objects };
  }

  /** Rows, or why there are none: a right that lacks, or a view that this server does not have. Other faults are thrown. */
  private async tried(sql: string): Promise<{ rows: ResultRow[] } | { reason: string }> {
    try {
      return { rows: await this.client.query(sql) };
    } catch (error) {
      if (error instanceof SluiceError && ABSENT.has(error.kind)) return { reason: reasonOf(error) };
      throw error;
    }
  }
}
