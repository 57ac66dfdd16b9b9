import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { settingsWithPrefix } from '#config';
import { productRoot, type RunningProcess, sluiceHome, type Stack, startProcess, startStack } from '#stack';
import { connect, installOrders, type SampleServer, Workload } from './index.ts';

/** What `npm run demo` shows: a live database moves while an application writes to it, is proven equal, and is cut over. */
const { values: args } = parseArgs({
  options: {
    keep: { type: 'boolean' },
    rows: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
});
const dir = join(sluiceHome(), 'demo');
const job = join(dir, 'orders.yaml');
const started = Date.now();
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort());

process.exitCode = await main();
process.exit();

async function main(): Promise<number> {
  let stack: Stack | undefined;
  const processes: RunningProcess[] = [];
  let workload: Workload | undefined;
  try {
    await rm(dir, { recursive: true, force: true });
    await mkdir(dir, { recursive: true });
    title('1  The stack: Kafka, schema registry, PostgreSQL, and the SQL Server sandbox');
    stack = await startStack({ dir: join(dir, 'stack'), durable: false, log: say });
    const password = `Demo-${randomBytes(9).toString('base64url')}`;
    const { server, sandbox } = await startSandbox(stack, password);
    processes.push(sandbox);
    await createTarget(stack);
    title(`2  The source: an order-keeping database with about ${Number(args.rows).toLocaleString('en-US')} rows`);
    await installOrders(server, { rows: Number(args.rows), seed: Number(args.seed), onProgress: say });
    await writeFile(job, jobFile(server, stack));
    const environment = { SOURCE_PASSWORD: password, TARGET_PASSWORD: stack.postgres.password };
    title('3  sluice check --fix: what lacks is named, and mended where it may be');
    await sluice(['check', job, '--fix'], environment);
    await speedUpCapture(server);
    title('4  An application begins to write; sluice run converts, loads and follows');
    workload = new Workload(server, { seed: Number(args.seed), transactionsPerSecond: 60, connections: 3 });
    workload.start();
    const run = await background(['run', job, '--progress-ms', '2000'], environment);
    processes.push(run);
    await untilStreaming(run);
    title('5  sluice validate: every row compared while the application writes');
    await sluice(['validate', job], environment);
    title('6  The operator stops the application; sluice cutover');
    await workload.stop();
    say(`the application made ${workload.counts.transactions} transactions (${workload.counts.failed} failed)`);
    await sluice(['cutover', job, '--yes'], environment);
    await closingTable(environment, stack);
    if (args.keep) await keep(stack, server, environment);
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 130;
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
    process.stderr.write(`demo: logs are in ${dir}\n`);
    return 3;
  } finally {
    await workload?.stop().catch(() => undefined);
    for (const one of processes.toReversed()) await one.stop();
    await stack?.stop();
  }
}

function title(text: string): void {
  const seconds = Math.round((Date.now() - started) / 1000);
  process.stdout.write(`\n── ${text}  (${seconds} s)\n`);
}

function say(line: string): void {
  process.stdout.write(`   ${line}\n`);
}

async function startSandbox(
  stack: Stack,
  password: string,
): Promise<{ server: SampleServer; sandbox: RunningProcess }> {
  const sandbox = await startProcess({
    name: 'sandbox',
    command: process.execPath,
    args: [
      join(productRoot(), 'dist/apps/sandbox/main.js'),
      '--postgres-url',
      stack.postgres.url,
      '--data-dir',
      join(dir, 'sandbox'),
    ],
    env: { SLUICE_SANDBOX_SA_PASSWORD: password },
    logFile: join(dir, 'logs/sandbox.log'),
    ready: async (process) => /"ready":true/.test(process.output()),
  });
  const port = Number(/"port":(\d+)/.exec(sandbox.output())?.[1]);
  say(`the sandbox, a stand-in for SQL Server, listens on 127.0.0.1:${port}`);
  return { server: { host: '127.0.0.1', port, user: 'sa', password, database: 'Orders' }, sandbox };
}

async function createTarget(stack: Stack): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: stack.postgres.url });
  await client.connect();
  await client.query('create database orders');
  await client.end();
}

function jobFile(server: SampleServer, stack: Stack): string {
  const { host, port, user } = stack.postgres;
  return `# Written by npm run demo; \`node bin/sluice.js help\` says what can be done with it.
job: demo
source:
  kind: sqlserver
  host: ${server.host}
  port: ${server.port}
  database: ${server.database}
  user: ${server.user}
  password: \${env:SOURCE_PASSWORD}
  trustServerCertificate: true
target:
  url: postgresql://${user}@${host}:${port}/orders
  password: \${env:TARGET_PASSWORD}
kafka:
  brokers: [${stack.kafka.brokers.join(', ')}]
  registry: { url: "${stack.registry.url}" }
load: { workers: 2, chunkRows: 20000 }
changes: { pollMs: 50, heartbeatMs: 2000 }
`;
}

/** SQL Server's capture job looks every five seconds; a demo is in more of a hurry. */
async function speedUpCapture(server: SampleServer): Promise<void> {
  const pool = await connect(server, 1);
  try {
    await pool.request().batch(`EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 0`);
    await pool.request().batch(`EXEC sys.sp_cdc_stop_job @job_type = N'capture'`);
    await pool.request().batch(`EXEC sys.sp_cdc_start_job @job_type = N'capture'`);
  } finally {
    await pool.close();
  }
}

function cli(command: readonly string[]): string[] {
  return [join(productRoot(), 'dist/apps/cli/main.js'), ...command];
}

/** Runs a command of sluice and shows what it says. Throws where it does not exit with 0. */
async function sluice(command: readonly string[], env: Record<string, string>): Promise<string> {
  const { spawn } = await import('node:child_process');
  say(`$ sluice ${command.map((word) => (word === job ? 'orders.yaml' : word)).join(' ')}`);
  const isJson = command.includes('--json');
  const child = spawn(process.execPath, cli(command), {
    env: { ...settingsWithPrefix(''), ...env },
    stdio: ['ignore', 'pipe', isJson ? 'ignore' : 'inherit'],
    signal: stop.signal,
  });
  let output = '';
  child.stdout?.on('data', (data: Buffer) => {
    output += data.toString();
    if (!isJson) process.stdout.write(data.toString().replaceAll(/^/gm, '   ').replace(/ {3}$/, ''));
  });
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('exit', resolve));
  if (code !== 0) throw new Error(`sluice ${command[0]} ended with exit code ${code}`);
  return output;
}

async function background(command: readonly string[], env: Record<string, string>): Promise<RunningProcess> {
  say(`$ sluice ${command.map((word) => (word === job ? 'orders.yaml' : word)).join(' ')} &`);
  return startProcess({
    name: 'sluice-run',
    command: process.execPath,
    args: cli(command),
    env,
    logFile: join(dir, 'logs/run.log'),
    endSignal: 'TERM',
  });
}

interface Status {
  readonly tables: readonly {
    table: string;
    state: string;
    behind: number;
    read: number;
    applied: { reads: number; inserts: number; updates: number; deletes: number };
  }[];
}

/** Shows the run's own progress until it says that every table follows its source. */
async function untilStreaming(run: RunningProcess): Promise<void> {
  let shown = 0;
  for (;;) {
    stop.signal.throwIfAborted();
    const output = run.output();
    const end = output.lastIndexOf('\n') + 1;
    if (end > shown) process.stdout.write(output.slice(shown, end).replaceAll(/^(?=.)/gm, '   '));
    shown = Math.max(shown, end);
    if (output.includes('Streaming: every table')) return;
    if (!run.alive) throw new Error('sluice run ended');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function closingTable(env: Record<string, string>, stack: Stack): Promise<void> {
  title('Done');
  const { spawnSync } = await import('node:child_process');
  const answer = spawnSync(process.execPath, cli(['status', job, '--json']), {
    env: { ...settingsWithPrefix(''), ...env },
    encoding: 'utf8',
  });
  const status = JSON.parse(answer.stdout) as Status;
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: stack.postgres.url.replace(/\/[^/]*$/, '/orders') });
  await client.connect();
  const found = await client.query<{ table_name: string; rows_compared: string; differing: string; unsettled: string }>(
    `select distinct on (table_name) table_name, rows_compared, differing, unsettled from sluice.validations where job = 'demo' order by table_name, id desc`,
  );
  await client.end();
  const validated = new Map(found.rows.map((row) => [row.table_name, row]));
  const rows = status.tables.map((table) => {
    const result = validated.get(table.table);
    const { inserts, updates, deletes } = table.applied;
    return [
      short(table.table),
      Number(result?.rows_compared ?? 0),
      inserts,
      updates,
      deletes,
      Number(result?.differing ?? 0) + Number(result?.unsettled ?? 0),
    ] as const;
  });
  print(['table', 'rows', 'inserts', 'updates', 'deletes', 'differences'], rows);
  say('');
  say(
    `topics     Kafka at ${stack.kafka.brokers.join(', ')}, registry at ${stack.registry.url}: demo.Orders.<schema>.<table>, demo.windows`,
  );
  say(
    `target     database orders of PostgreSQL at ${stack.postgres.host}:${stack.postgres.port}; the job's record is in its schema sluice`,
  );
  say(`job file   ${job}`);
  say(`logs       ${join(dir, 'logs')}, ${join(sluiceHome(), 'jobs/demo/logs')}`);
}

function short(name: string): string {
  return name.length > 44 ? `${name.slice(0, 43)}…` : name;
}

function print(headers: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const cells = [
    headers,
    ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US') : cell))),
  ];
  const widths = headers.map((_, column) => Math.max(...cells.map((row) => [...(row[column] ?? '')].length)));
  for (const [line, row] of cells.entries()) {
    say(
      row
        .map((cell, column) =>
          column === 0
            ? cell.padEnd((widths[column] ?? 0) + cell.length - [...cell].length)
            : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    );
    if (line === 0) say(widths.map((width) => '─'.repeat(width)).join('  '));
  }
}

async function keep(stack: Stack, server: SampleServer, env: Record<string, string>): Promise<void> {
  say('');
  say('--keep: everything goes on running until Ctrl-C. To look around, in another terminal:');
  say(`  export SOURCE_PASSWORD='${env['SOURCE_PASSWORD']}' TARGET_PASSWORD='${env['TARGET_PASSWORD']}'`);
  say(`  node bin/sluice.js status ${job}`);
  say(`  psql "${stack.postgres.url.replace(/\/[^/]*$/, '/orders')}"`);
  say(`  a SQL Server client at ${server.host},${server.port} as sa`);
  await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }));
}
