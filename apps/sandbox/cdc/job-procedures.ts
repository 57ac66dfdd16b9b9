import type { ProcedureArgument, ProcedureContext, ProcedureResult } from '../catalog/procedure.ts';
import { BIGINT, BIT, INT, sendResult, SYSNAME, text } from '../catalog/result-set.ts';
import { SqlError } from '../session.ts';
import { BoundArguments, parameters } from './arguments.ts';
import { managerOf } from './capture-manager.ts';
import { requireCdc, requireOwner } from './enable-db.ts';

const OK: ProcedureResult = { status: 0 };
const MAX_POLLING_SECONDS = 86_400;
const MAX_RETENTION_MINUTES = 52_494_800;

type JobType = 'capture' | 'cleanup';

interface JobSettings {
  readonly maxtrans?: number;
  readonly maxscans?: number;
  readonly continuous?: boolean;
  readonly pollinginterval?: number;
  readonly retention?: number;
  readonly threshold?: number;
}

const SETTINGS = parameters(
  ['maxtrans', null],
  ['maxscans', null],
  ['continuous', null],
  ['pollinginterval', null],
  ['retention', null],
  ['threshold', null],
);

/** 22994: neither capture nor cleanup. */
function jobType(bound: BoundArguments): JobType {
  const value = (bound.text('job_type') ?? '').toLowerCase();
  if (value === 'capture' || value === 'cleanup') return value;
  throw new SqlError(22994, "The value for the parameter @job_type is not valid: it must be 'capture' or 'cleanup'.");
}

/** The settings given, checked: 22970 and 2299x. */
function settingsOf(bound: BoundArguments): JobSettings {
  const settings: Record<string, number | boolean> = {};
  for (const name of ['maxtrans', 'maxscans', 'pollinginterval', 'retention', 'threshold'] as const) {
    const value = bound.number(name);
    if (value !== null) settings[name] = value;
  }
  const continuous = bound.flag('continuous');
  if (continuous !== null) settings['continuous'] = continuous;
  const { maxtrans, maxscans, pollinginterval, retention, threshold } = settings as JobSettings;
  if (maxscans !== undefined && maxscans <= 0) {
    throw new SqlError(
      22970,
      'The value for parameter @maxscans specified for the Change Data Capture job must be greater than 0.',
    );
  }
  if (maxtrans !== undefined && maxtrans <= 0) throw outOfRange('@maxtrans must be greater than 0');
  if (pollinginterval !== undefined && (pollinginterval < 0 || pollinginterval > MAX_POLLING_SECONDS)) {
    throw outOfRange('@pollinginterval must be between 0 and 86400');
  }
  if (retention !== undefined && (retention <= 0 || retention > MAX_RETENTION_MINUTES)) {
    throw outOfRange('@retention must be between 1 and 52494800');
  }
  if (threshold !== undefined && threshold <= 0) throw outOfRange('@threshold must be greater than 0');
  return settings as JobSettings;
}

function outOfRange(rule: string): SqlError {
  return new SqlError(22992, `The value specified for the Change Data Capture job is not valid: ${rule}.`);
}

interface JobRow {
  readonly job_id: string;
  readonly job_type: JobType;
  readonly maxtrans: number | null;
  readonly maxscans: number | null;
  readonly continuous: boolean | null;
  readonly pollinginterval: string | null;
  readonly retention: string | null;
  readonly threshold: string | null;
}

const HELP_SHAPE = [
  ['job_id', { name: 'uniqueidentifier' }],
  ['job_type', text(20)],
  ['job_name', SYSNAME],
  ['maxtrans', INT],
  ['maxscans', INT],
  ['continuous', BIT],
  ['pollinginterval', BIGINT],
  ['retention', BIGINT],
  ['threshold', BIGINT],
] as const;

const asBigint = (value: string | null): bigint => BigInt(value ?? 0);

/** sys.sp_cdc_help_jobs. */
export async function helpJobs(context: ProcedureContext): Promise<ProcedureResult> {
  await requireCdc(context);
  await requireOwner(context);
  const { rows } = await context.pg.query<JobRow>('SELECT * FROM meta.cdc_jobs ORDER BY job_type');
  const { name } = context.snapshot.database;
  const lines = rows.map((row) => [
    row.job_id.toUpperCase(),
    row.job_type,
    `cdc.${name}_${row.job_type}`,
    row.maxtrans ?? 0,
    row.maxscans ?? 0,
    row.continuous ?? false,
    asBigint(row.pollinginterval),
    asBigint(row.retention),
    asBigint(row.threshold),
  ]);
  await sendResult(context.out, HELP_SHAPE, lines);
  return OK;
}

const DEFAULTS: Readonly<Record<JobType, Required<JobSettings>>> = {
  capture: { maxtrans: 500, maxscans: 10, continuous: true, pollinginterval: 5, retention: 0, threshold: 0 },
  cleanup: { maxtrans: 0, maxscans: 0, continuous: false, pollinginterval: 0, retention: 4320, threshold: 5000 },
};

/** sys.sp_cdc_add_job. */
export async function addJob(context: ProcedureContext, args: readonly ProcedureArgument[]): Promise<ProcedureResult> {
  const spec = [
    ...parameters('job_type', ['start_job', true]),
    ...SETTINGS,
    ...parameters(['check_for_logreader', false]),
  ];
  const bound = new BoundArguments('sp_cdc_add_job', spec, args);
  await requireCdc(context);
  await requireOwner(context);
  const type = jobType(bound);
  const { rows } = await context.pg.query('SELECT 1 FROM meta.cdc_jobs WHERE job_type = $1', [type]);
  if (rows.length > 0) {
    throw new SqlError(
      14261,
      `The specified @name ('cdc.${context.snapshot.database.name}_${type}') already exists.`,
      16,
    );
  }
  const values = { ...DEFAULTS[type], ...settingsOf(bound) };
  await context.pg.query(
    `INSERT INTO meta.cdc_jobs (job_type, maxtrans, maxscans, continuous, pollinginterval, retention, threshold, is_running) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      type,
      values.maxtrans,
      values.maxscans,
      values.continuous,
      values.pollinginterval,
      values.retention,
      values.threshold,
      bound.flag('start_job') ?? true,
    ],
  );
  managerOf(context.catalog)?.ensure(context.catalog);
  return OK;
}

/** 22015-like: there is no such job. */
async function requireJob(context: ProcedureContext, type: JobType): Promise<{ readonly running: boolean }> {
  const { rows } = await context.pg.query<{ running: boolean }>(
    'SELECT is_running AS running FROM meta.cdc_jobs WHERE job_type = $1',
    [type],
  );
  if (rows[0]) return rows[0];
  throw new SqlError(
    14262,
    `The specified @job_name ('cdc.${context.snapshot.database.name}_${type}') does not exist.`,
  );
}

/** sys.sp_cdc_change_job. In SQL Server changes wait for a restart of the job; here they count at once. */
export async function changeJob(
  context: ProcedureContext,
  args: readonly ProcedureArgument[],
): Promise<ProcedureResult> {
  const bound = new BoundArguments('sp_cdc_change_job', [...parameters(['job_type', 'capture']), ...SETTINGS], args);
  await requireCdc(context);
  await requireOwner(context);
  const type = jobType(bound);
  await requireJob(context, type);
  const values = settingsOf(bound);
  await context.pg.query(
    `UPDATE meta.cdc_jobs SET maxtrans = coalesce($2, maxtrans), maxscans = coalesce($3, maxscans), continuous = coalesce($4, continuous),
     pollinginterval = coalesce($5, pollinginterval), retention = coalesce($6, retention), threshold = coalesce($7, threshold) WHERE job_type = $1`,
    [
      type,
      values.maxtrans ?? null,
      values.maxscans ?? null,
      values.continuous ?? null,
      values.pollinginterval ?? null,
      values.retention ?? null,
      values.threshold ?? null,
    ],
  );
  managerOf(context.catalog)?.ensure(context.catalog);
  return OK;
}

/** sys.sp_cdc_drop_job. */
export async function dropJob(context: ProcedureContext, args: readonly ProcedureArgument[]): Promise<ProcedureResult> {
  const bound = new BoundArguments('sp_cdc_drop_job', parameters('job_type'), args);
  await requireCdc(context);
  await requireOwner(context);
  const type = jobType(bound);
  await requireJob(context, type);
  await context.pg.query('DELETE FROM meta.cdc_jobs WHERE job_type = $1', [type]);
  managerOf(context.catalog)?.ensure(context.catalog);
  return OK;
}

/** 22022 while SQL Server Agent is stopped. */
async function requireAgent(context: ProcedureContext): Promise<void> {
  if (await isAgentRunning(context)) return;
  throw new SqlError(22022, AGENT_AWAY);
}

/** What is said where the Agent would have to be told of a job. */
export const AGENT_AWAY = 'SQLServerAgent is not currently running so it cannot be notified of this action.';

/** Whether SQL Server Agent runs; sys.sp_sandbox_cdc stops it. */
export async function isAgentRunning(context: ProcedureContext): Promise<boolean> {
  const { rows } = await context.pg.query<{ value: string }>(
    "SELECT value FROM meta.server_state WHERE name = 'agent'",
  );
  return (rows[0]?.value ?? 'running') === 'running';
}

async function setRunning(context: ProcedureContext, type: JobType, running: boolean): Promise<void> {
  await context.pg.query('UPDATE meta.cdc_jobs SET is_running = $2 WHERE job_type = $1', [type, running]);
  managerOf(context.catalog)?.ensure(context.catalog);
}

/** sys.sp_cdc_start_job. */
export async function startJob(
  context: ProcedureContext,
  args: readonly ProcedureArgument[],
): Promise<ProcedureResult> {
  const bound = new BoundArguments('sp_cdc_start_job', parameters(['job_type', 'capture']), args);
  await requireCdc(context);
  await requireOwner(context);
  const type = jobType(bound);
  const { running } = await requireJob(context, type);
  await requireAgent(context);
  const name = `cdc.${context.snapshot.database.name}_${type}`;
  if (running && type === 'capture') {
    throw new SqlError(
      22022,
      `SQLServerAgent Error: Request to run job ${name} refused because the job is already running from a request by User sa.`,
    );
  }
  await setRunning(context, type, true);
  context.out.info(new SqlError(0, `Job '${name}' started successfully.`, 0));
  return OK;
}

/** sys.sp_cdc_stop_job. */
export async function stopJob(context: ProcedureContext, args: readonly ProcedureArgument[]): Promise<ProcedureResult> {
  const bound = new BoundArguments('sp_cdc_stop_job', parameters(['job_type', 'capture']), args);
  await requireCdc(context);
  await requireOwner(context);
  const type = jobType(bound);
  const { running } = await requireJob(context, type);
  await requireAgent(context);
  const name = `cdc.${context.snapshot.database.name}_${type}`;
  if (!running) {
    throw new SqlError(
      22022,
      `SQLServerAgent Error: Request to stop job ${name} (from User sa) refused because the job is not currently running.`,
    );
  }
  await setRunning(context, type, false);
  context.out.info(new SqlError(0, `Job '${name}' stopped successfully.`, 0));
  return OK;
}
