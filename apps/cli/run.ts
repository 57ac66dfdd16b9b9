import { join } from 'node:path';
import { SluiceError } from '#errors';
import { sluiceHome } from '#stack';
import { sleep } from '#telemetry';
import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { checkAll, fixAll, print } from './check.ts';
import { type CommandContext, openCommandContext } from './context.ts';
import { openJob } from './job.ts';
import { Processes } from './processes.ts';
import { ProgressPrinter, readSnapshot, type Snapshot } from './progress.ts';
import { startStackFor } from './stack.ts';
import { cutOver } from './cutover.ts';
import { isEqual, printResults, validateTables } from './validate.ts';

/** How far a run goes. */
const STAGES = ['loaded', 'streaming', 'validated', 'cutover'] as const;
type Stage = (typeof STAGES)[number];

/** Offsets that the sink may be behind while it counts as streaming. */
const STREAMING_BEHIND = 2000;

export const runCommand: Command = {
  name: 'run',
  usage: 'run JOB [--until STAGE]',
  summary: 'The whole job in one process tree, with progress; goes on where it stopped',
  example: 'sluice run job.yaml --until streaming',
  options: {
    ...JOB_OPTIONS,
    until: { type: 'string', value: 'STAGE', help: `End after: ${STAGES.join(', ')}; default: until it is stopped` },
    'progress-ms': { type: 'string', value: 'MS', help: 'Time between lines of progress; default 3000' },
  },
  async run(invocation: Invocation) {
    const { out, options } = invocation;
    const until = options['until'] as Stage | undefined;
    if (until !== undefined && !STAGES.includes(until))
      throw new SluiceError('UsageInvalid', `--until takes ${STAGES.join(', ')}, not "${until}".`);
    const opened = await openJob(invocation, () => startStackFor(out));
    const context = openCommandContext(opened, out);
    const processes = new Processes(opened, join(sluiceHome(), 'jobs', opened.file.job, 'logs'));
    try {
      if (!(await prepare(context, invocation))) return 1;
      return await new JobRun(context, processes, invocation).until(until);
    } finally {
      await processes.stop();
      await context.close();
    }
  },
};

/** Checks, mends where the job file allows it, and registers the job. false: something lacks, and it was said. */
async function prepare(context: CommandContext, { out }: Invocation): Promise<boolean> {
  let findings = await checkAll(context);
  if (
    findings.some((finding) => finding.severity === 'error' && finding.fixable) &&
    context.job.changes.enableCdc === 'yes'
  ) {
    const fixed = await fixAll(context, findings);
    out.progress(`change data capture: ${fixed.length} object(s) enabled`);
    findings = await checkAll(context);
  }
  const errors = findings.filter((finding) => finding.severity === 'error');
  if (errors.length > 0) {
    print(findings, out);
    out.result({ findings });
    return false;
  }
  await context.control.install();
  const job = await context.control.openJob(context.job.source.database, withoutSecrets(context.job));
  if (job.state === 'draft' || job.state === 'stopped') await context.control.setJobState('running');
  return true;
}

function withoutSecrets(job: CommandContext['job']): object {
  return JSON.parse(JSON.stringify(job)) as object;
}

class JobRun {
  private readonly printer: ProgressPrinter;
  private readonly progressMs: number;

  constructor(
    private readonly context: CommandContext,
    private readonly processes: Processes,
    private readonly invocation: Invocation,
  ) {
    this.printer = new ProgressPrinter(invocation.out);
    this.progressMs = Number(invocation.options['progress-ms'] ?? 3000);
  }

  async until(stage: Stage | undefined): Promise<number> {
    const { control } = this.context;
    const { out, signal } = this.invocation;
    const job = await control.readJob();
    if (job?.state === 'done') {
      out.line(`Job ${job.job} is done: it was cut over.`);
      return this.report();
    }
    await this.processes.start('converter');
    await this.wait(async () => (await control.readJob())?.record['prepared'] === true);
    for (const app of ['sink', 'poller', 'snapshot'] as const) await this.processes.start(app);
    await this.wait(isLoaded);
    if (stage === 'loaded') return this.report();
    await this.wait(isStreaming);
    out.line('Streaming: every table is loaded and follows its source.');
    if (stage === 'streaming') return this.report();
    if (stage === undefined) {
      await this.wait(() => Promise.resolve(false));
      return 0;
    }
    signal.throwIfAborted();
    return this.finish(stage);
  }

  private async finish(stage: Stage): Promise<number> {
    const { context } = this;
    const { out, signal } = this.invocation;
    if (stage === 'validated') {
      const results = await validateTables(context, signal, { out });
      printResults(results, out);
      out.result({ tables: results });
      return isEqual(results) ? 0 : 1;
    }
    await cutOver(context, signal, out);
    return this.report();
  }

  /** Prints progress until the condition holds; what an app gave up with ends it. */
  private async wait(condition: (now: Snapshot) => boolean | Promise<boolean>): Promise<void> {
    const { signal } = this.invocation;
    let printedMs = Date.now();
    for (;;) {
      signal.throwIfAborted();
      this.processes.check();
      const now = await readSnapshot(this.context);
      if (await condition(now)) return;
      refuseStopped(now);
      if (Date.now() - printedMs >= this.progressMs) {
        this.printer.print(now);
        printedMs = Date.now();
      }
      await sleep(200, signal);
    }
  }

  private async report(): Promise<number> {
    const now = await readSnapshot(this.context);
    this.printer.print(now);
    this.invocation.out.result(now);
    return now.tables.some((table) => table.state === 'suspended' || table.state === 'gap') ? 1 : 0;
  }
}

function active(now: Snapshot): Snapshot['tables'] {
  return now.tables.filter((table) => table.state !== 'refused');
}

function isLoaded(now: Snapshot): boolean {
  const tables = active(now);
  return tables.length > 0 && tables.every((table) => ['catching-up', 'streaming', 'cut-over'].includes(table.state));
}

function isStreaming(now: Snapshot): boolean {
  const tables = active(now);
  return (
    tables.length > 0 &&
    tables.every(
      (table) => (table.state === 'streaming' || table.state === 'cut-over') && table.behind <= STREAMING_BEHIND,
    )
  );
}

/** A run does not wait for what will not come by itself. */
function refuseStopped(now: Snapshot): void {
  const stopped = now.tables.filter((table) => table.state === 'gap' || table.state === 'suspended');
  if (stopped[0]) {
    throw new SluiceError(
      stopped[0].state === 'gap' ? 'CdcHistoryPurged' : 'SourceSchemaChanged',
      `Table ${stopped[0].table} is ${stopped[0].state}: ${stopped[0].reason ?? ''}`,
      { tables: stopped.length },
    );
  }
}
