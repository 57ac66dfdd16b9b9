import { SluiceError } from '#errors';
import type { Finding, Preflight } from '#source';
import { qualifiedName, quoteName, quoteString } from '#tsql';
import { type CaptureInstance, readCaptureInstances } from './capture-instances.ts';
import type { SqlServerClient } from './client.ts';
import { MARKER_TABLE } from './quiesce.ts';

type Name = { readonly schema: string; readonly name: string };
type Wanted = Name & { readonly hasKey?: boolean };

const DATABASE = `SELECT d.is_cdc_enabled, d.snapshot_isolation_state, d.collation_name, CONVERT(varchar(128), SERVERPROPERTY('ProductVersion')) FROM sys.databases AS d WHERE d.name = DB_NAME()`;
const AGENT = `SELECT TOP (1) status_desc FROM sys.dm_server_services WHERE servicename LIKE N'SQL Server Agent%'`;
const RIGHTS = `SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE'), HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DEFINITION')`;
const CAN_SELECT = `SELECT HAS_PERMS_BY_NAME(@name, 'OBJECT', 'SELECT')`;
const LOW_WATERMARK = `SELECT sys.fn_cdc_get_min_lsn(@name)`;
const CAPTURE_JOB = `EXEC sys.sp_cdc_help_jobs`;

/** What works and what lacks on the source's side, by the names that `sluice check` prints. */
export class SqlServerPreflight implements Preflight {
  constructor(private readonly client: SqlServerClient) {}

  async check(tables: readonly Wanted[]): Promise<readonly Finding[]> {
    const findings: Finding[] = [];
    const database = this.client.settings.database;
    const [row] = await this.client.query(DATABASE);
    if (!row)
      return [
        finding(
          'database',
          'error',
          database,
          `Database ${database} is not visible to this login.`,
          'Grant access to the database.',
        ),
      ];
    findings.push(finding('connection', 'ok', database, `SQL Server ${String(row[3])}, collation ${String(row[2])}.`));
    findings.push(...(await this.rights(database)));
    findings.push(...(await this.selectRights(tables)));
    findings.push(...keyFindings(tables, database, Number(row[1]) === 1));
    const enabled = Boolean(row[0]);
    findings.push(
      enabled
        ? finding('cdc-database', 'ok', database, 'Change data capture is on.')
        : finding(
            'cdc-database',
            'error',
            database,
            `Change data capture is off in ${database}.`,
            'EXEC sys.sp_cdc_enable_db, or sluice check JOB --fix.',
            true,
          ),
    );
    findings.push(await this.agent());
    if (enabled) findings.push(...(await this.captureFindings(tables)));
    return findings;
  }

  async fix(tables: readonly Name[]): Promise<readonly Finding[]> {
    const done: Finding[] = [];
    const database = this.client.settings.database;
    const [row] = await this.client.query(DATABASE);
    if (!row?.[0]) {
      await this.client.batch('EXEC sys.sp_cdc_enable_db');
      done.push(finding('cdc-database', 'ok', database, 'Change data capture was switched on.'));
    }
    await this.createMarker();
    const instances = await readCaptureInstances(this.client);
    for (const table of [...tables, MARKER_TABLE]) {
      const name = `${table.schema}.${table.name}`;
      if ((instances.get(name) ?? []).length > 0) continue;
      await this.client.batch(
        `EXEC sys.sp_cdc_enable_table @source_schema = ${quoteString(table.schema)}, @source_name = ${quoteString(table.name)}, @role_name = NULL, @capture_instance = ${quoteString(instanceName(table, instances))}, @supports_net_changes = 0`,
      );
      done.push(finding('cdc-table', 'ok', name, `Change data capture was switched on for ${name}.`));
    }
    return done;
  }

  private async createMarker(): Promise<void> {
    await this.client.batch(`IF SCHEMA_ID(N'sluice') IS NULL EXEC (N'CREATE SCHEMA sluice')`);
    await this.client.batch(
      `IF OBJECT_ID(N'sluice.marker') IS NULL CREATE TABLE sluice.marker (id bigint IDENTITY PRIMARY KEY, [text] nvarchar(200) NOT NULL, at datetime2(3) NOT NULL DEFAULT SYSUTCDATETIME())`,
    );
  }

  private async rights(database: string): Promise<Finding[]> {
    const [row] = await this.client.query(RIGHTS);
    const of = (held: unknown, right: string, grant: string): Finding =>
      Number(held) === 1
        ? finding(`right-${right}`, 'ok', database, `The login has ${right}.`)
        : finding(`right-${right}`, 'error', database, `The login lacks ${right}.`, grant);
    const user = this.client.settings.user;
    return [
      of(row?.[0], 'VIEW SERVER STATE', `GRANT VIEW SERVER STATE TO ${quoteName(user)}`),
      of(row?.[1], 'VIEW DEFINITION', `GRANT VIEW DEFINITION TO ${quoteName(user)}`),
    ];
  }

  private async selectRights(tables: readonly Name[]): Promise<Finding[]> {
    const lacking: Finding[] = [];
    for (const table of tables) {
      const name = qualifiedName(table.schema, table.name);
      const [row] = await this.client.query(CAN_SELECT, { name });
      if (Number(row?.[0]) === 1) continue;
      lacking.push(
        finding(
          'right-SELECT',
          'error',
          `${table.schema}.${table.name}`,
          `The login may not read ${name}.`,
          `GRANT SELECT ON ${name} TO ${quoteName(this.client.settings.user)}`,
        ),
      );
    }
    return lacking;
  }

  private async agent(): Promise<Finding> {
    try {
      const [row] = await this.client.query(AGENT);
      if (!row) return finding('agent', 'warning', 'SQL Server Agent', 'The state of SQL Server Agent is not visible.');
      if (row[0] === 'Running') return finding('agent', 'ok', 'SQL Server Agent', 'SQL Server Agent runs.');
      return finding(
        'agent',
        'error',
        'SQL Server Agent',
        `SQL Server Agent is ${String(row[0])}: nothing is captured.`,
        'Start the SQL Server Agent service.',
      );
    } catch (error) {
      if (error instanceof SluiceError && error.kind === 'SourceRightMissing') {
        return finding(
          'agent',
          'warning',
          'SQL Server Agent',
          'The state of SQL Server Agent is not visible to this login.',
          'GRANT VIEW SERVER STATE',
        );
      }
      throw error;
    }
  }

  /** Row A21: whoever lacks the right to a change table would see no changes and look healthy. */
  private async changeTableRights(table: string, instances: readonly CaptureInstance[]): Promise<Finding[]> {
    const lacking: Finding[] = [];
    for (const { name } of instances) {
      const changes = qualifiedName('cdc', `${name}_CT`);
      const [row] = await this.client.query(CAN_SELECT, { name: changes });
      if (Number(row?.[0]) === 1) continue;
      const user = quoteName(this.client.settings.user);
      lacking.push(
        finding(
          'right-changes',
          'error',
          table,
          `The login may not read the changes of ${table} in ${changes}.`,
          `GRANT SELECT ON SCHEMA::cdc TO ${user}, and add it to the gating role of ${name} where there is one.`,
        ),
      );
    }
    return lacking;
  }

  /** Instances whose gating role the login is not in, or whose source it may not read: it would read nothing and look healthy (row A21). */
  private async captureRights(table: Name, instances: readonly CaptureInstance[]): Promise<Finding[]> {
    const lacking: Finding[] = [];
    const user = quoteName(this.client.settings.user);
    for (const { name, role } of instances) {
      const [row] = await this.client.query(LOW_WATERMARK, { name });
      if (Buffer.isBuffer(row?.[0]) && row[0].some((byte) => byte !== 0)) continue;
      lacking.push(
        finding(
          'right-capture',
          'error',
          `${table.schema}.${table.name}`,
          `The login may not read the capture instance ${name}${role === null ? '' : ` guarded by the role ${role}`}.`,
          role === null
            ? `GRANT SELECT ON ${qualifiedName(table.schema, table.name)} TO ${user}`
            : `ALTER ROLE ${quoteName(role)} ADD MEMBER ${user}`,
        ),
      );
    }
    return lacking;
  }

  private async captureFindings(tables: readonly Name[]): Promise<Finding[]> {
    const findings: Finding[] = [];
    const user = quoteName(this.client.settings.user);
    const jobs = await ifAllowed(async () => (await this.client.batch(CAPTURE_JOB))[0] ?? []);
    if (jobs === undefined) {
      findings.push(
        finding(
          'capture-job',
          'warning',
          this.client.settings.database,
          'Whether there is a capture job is not visible to this login: only db_owner sees it.',
          `ALTER ROLE db_owner ADD MEMBER ${user}, or look with EXEC sys.sp_cdc_help_jobs as its owner.`,
        ),
      );
    } else if (!jobs.some((row) => row[1] === 'capture')) {
      findings.push(
        finding(
          'capture-job',
          'error',
          this.client.settings.database,
          'There is no capture job.',
          "EXEC sys.sp_cdc_add_job @job_type = N'capture'",
        ),
      );
    }
    const instances = await ifAllowed(() => readCaptureInstances(this.client));
    if (instances === undefined) {
      const lacking = 'The login may not read the change tables of schema cdc.';
      findings.push(
        finding(
          'right-changes',
          'error',
          this.client.settings.database,
          lacking,
          `GRANT SELECT ON SCHEMA::cdc TO ${user}`,
        ),
      );
      return findings;
    }
    for (const table of [...tables, MARKER_TABLE]) {
      const name = `${table.schema}.${table.name}`;
      const found = instances.get(name) ?? [];
      findings.push(...(await this.changeTableRights(name, found)));
      findings.push(
        found.length > 0
          ? finding('cdc-table', 'ok', name, `Captured by ${found.map((one) => one.name).join(', ')}.`)
          : finding(
              'cdc-table',
              'error',
              name,
              `${name} is not captured.`,
              'EXEC sys.sp_cdc_enable_table, or sluice check JOB --fix.',
              true,
            ),
      );
      findings.push(...(await this.captureRights(table, found)));
    }
    return findings;
  }
}

/** What was read, or undefined where the login lacks the right to it. */
async function ifAllowed<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SluiceError && error.kind === 'SourceRightMissing') return undefined;
    throw error;
  }
}

/** Rule 6: a table without a key is read at one exact position, which needs snapshot isolation. */
function keyFindings(tables: readonly Wanted[], database: string, hasSnapshots: boolean): Finding[] {
  return tables
    .filter((table) => table.hasKey === false)
    .map((table) => {
      const name = `${table.schema}.${table.name}`;
      const rest = 'add a primary key, name a unique index under tables: key, or exclude the table';
      return hasSnapshots
        ? finding(
            'table-key',
            'warning',
            name,
            `${name} has no key: rows are matched whole.`,
            `To be quicker, ${rest}.`,
          )
        : finding(
            'table-key',
            'error',
            name,
            `${name} has no key, and ${database} does not allow snapshot isolation.`,
            `ALTER DATABASE ${quoteName(database)} SET ALLOW_SNAPSHOT_ISOLATION ON; or ${rest}.`,
          );
    });
}

/** schema_table as SQL Server names it, shortened to 100 characters, made unique. */
function instanceName(table: Name, instances: ReadonlyMap<string, readonly CaptureInstance[]>): string {
  const taken = new Set([...instances.values()].flat().map((one) => one.name.toLowerCase()));
  const base = `${table.schema}_${table.name}`.slice(0, 90);
  let name = base;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${base}_${n}`;
  return name;
}

function finding(
  check: string,
  severity: Finding['severity'],
  object: string,
  message: string,
  remedy?: string,
  fixable = false,
): Finding {
  return { check, severity, object, message, ...(remedy ? { remedy } : {}), fixable };
}
