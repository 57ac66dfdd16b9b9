import { join } from 'node:path';
import { isRetryable, oneLine, SluiceError } from '#errors';
import { sluiceHome } from '#stack';
import { sleep } from '#telemetry';
import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { checkAll, fixAll, print } from './check.ts';
import { type CommandContext, withJob } from './context.ts';
import { explain } from './fault.ts';
import type { OpenedJob } from './job.ts';
import { Processes } from './processes.ts';
import { ProgressPrinter } from './progress.ts';
import { RunLease } from './run-lease.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';
import { printTables } from './figures.ts';
import { cutOver } from './cutover.ts';
import { isEqual, printResults, validateTables } from './validate.ts';

/** How far a run goes. */
const STAGES = ['loaded', 'streaming', 'validated', 'cutover'] as const;
type Stage = (typeof STAGES)[number];

/** Offsets that the sink may be behind while it counts as streaming. */
const STREAMING_BEHIND = 2000;
/** Time between two looks at the job. */
const LOOK_MS = 200;

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
  run(invocation: Invocation) {
    const { options } = invocation;
    const until = options['until'] as Stage | undefined;
    if (until !== undefined && !STAGES.includes(until))
      throw new SluiceError('UsageInvalid', `--until takes ${STAGES.join(', ')}, not "${until}"`);
    const progressMs = Number(options['progress-ms'] ?? 3000);
    if (!(progressMs >= 100)) throw new SluiceError('UsageInvalid', '--progress-ms takes a number from 100 on');
    return withJob(invocation, (context, opened) => runJob(context, opened, { invocation, until, progressMs }), {
      startsStack: true,
    });
  },
};

interface RunOptions {
  readonly invocation: Invocation;
  readonly until: Stage | undefined;
  readonly progressMs: number;
}

async function runJob(context: CommandContext, opened: OpenedJob, options: RunOptions): Promise<number> {
  const { out, signal } = options.invocation;
  if (!(await prepare(context, options.invocation))) return 1;
  const lease = await RunLease.take(context, out, signal);
  const processes = new Processes(opened, join(sluiceHome(), 'jobs', opened.file.job, 'logs'));
  try {
    const job = await context.control.readJob();
    if (job?.state === 'draft' || job?.state === 'stopped') await context.control.setJobState('running');
    return await new JobRun(context, { processes, lease }, options).run();
  } finally {
    await processes.stop();
    await lease.release();
  }
}

/** Checks, mends where the job file allows it, and registers the job. false: something lacks, and it was said. @throws the fault of a server that does not answer */
async function prepare(context: CommandContext, { out }: Invocation): Promise<boolean> {
  let findings = await checkAll(context);
  const errors = (): typeof findings => findings.filter((finding) => finding.severity === 'error');
  if (context.job.changes.enableCdc === 'yes' && errors().length > 0 && errors().every((finding) => finding.fixable)) {
    const fixed = await fixAll(context, findings);
    out.progress(`Change data capture was switched on for ${fixed.length} object(s).`);
    findings = await checkAll(context);
  }
  const faults = findings.flatMap((finding) => finding.fault ?? []);
  for (const fault of faults.slice(1)) out.progress(`sluice: ${oneLine(fault)}`);
  if (faults[0]) throw faults[0];
  if (errors().length > 0) {
    print(errors(), out);
    out.line(
      errors().every((finding) => finding.fixable)
        ? 'Nothing was begun. `sluice check JOB --fix` mends this, or set changes.enableCdc: yes in the job file.'
        : 'Nothing was begun. Mend what is named, then run this again.',
    );
    out.result({ findings: errors() });
    return false;
  }
  await context.control.install();
  await context.control.openJob(context.job.source.database, withoutSecrets(context.job));
  return true;
}

function withoutSecrets(job: CommandContext['job']): object {
  return JSON.parse(JSON.stringify(job)) as object;
}

class JobRun {
  private readonly printer: ProgressPrinter;
  private readonly processes: Processes;
  private silentMs = 0;
  /** Tables whose stop was said. */
  private readonly stopped = new Set<string>();

  constructor(
    private readonly context: CommandContext,
    private readonly held: { readonly processes: Processes; readonly lease: RunLease },
    private readonly options: RunOptions,
  ) {
    this.processes = held.processes;
    this.printer = new ProgressPrinter(options.invocation.out);
  }

  async run(): Promise<number> {
    const { control } = this.context;
    const { until: stage, invocation } = this.options;
    const { out, signal } = invocation;
    const job = await control.readJob();
    if (job?.state === 'done') {
      out.line(`Job ${job.job} is done: it was cut over.`);
      return this.report();
    }
    await this.processes.start('converter');
    await this.wait(async () => (await control.readJob())?.record['prepared'] === true);
    for (const app of ['sink', 'poller', 'snapshot'] as const) await this.processes.start(app);
    await this.wait((now) => isLoaded(now, this.goesOn));
    if (stage === 'loaded') return this.report();
    await this.wait((now) => isStreaming(now, this.goesOn));
    this.printer.clear();
    out.line(
      this.stopped.size === 0
        ? 'Streaming: every table is loaded and follows its source.'
        : `Streaming: every table but ${[...this.stopped].join(', ')} follows its source.`,
    );
    if (stage === 'streaming') return this.report();
    if (stage === undefined) {
      await this.wait(async () => (await control.readJob())?.state === 'done');
      out.line('The job was cut over.');
      return this.report();
    }
    signal.throwIfAborted();
    return this.finish(stage);
  }

  private async finish(stage: Stage): Promise<number> {
    const { context } = this;
    const { out, signal } = this.options.invocation;
    if (stage === 'validated') {
      const results = await validateTables(context, signal, { out });
      printResults(results, out);
      out.result({ tables: results });
      return isEqual(results) ? 0 : 1;
    }
    await cutOver(context, signal, out);
    return this.report();
  }

  /** Shows progress until the condition holds; what an app gave up with ends it, a server that does not answer for a while does not. */
  private async wait(condition: (now: Snapshot) => boolean | Promise<boolean>): Promise<void> {
    const { signal } = this.options.invocation;
    let printedMs = Date.now();
    for (;;) {
      signal.throwIfAborted();
      this.processes.check();
      this.held.lease.check();
      const seen = await this.look(condition);
      if (seen?.isMet) return;
      if (seen) {
        const { now } = seen;
        if (this.goesOn) this.sayStopped(now);
        else refuseStopped(now);
        if (Date.now() - printedMs >= this.options.progressMs) {
          this.printer.print(now);
          printedMs = Date.now();
        }
      }
      await sleep(LOOK_MS, signal);
    }
  }

  /** A run without an end goes on with the other tables (row A1); one that was asked to reach a stage ends, because it never will. */
  private get goesOn(): boolean {
    return this.options.until === undefined;
  }

  private sayStopped(now: Snapshot): void {
    for (const { table, state, reason } of now.tables) {
      if (state !== 'gap' && state !== 'suspended') this.stopped.delete(table);
      else if (!this.stopped.has(table)) {
        this.stopped.add(table);
        this.printer.say(`Table ${table} is ${state}: ${reason ?? 'no reason given'}`);
      }
    }
  }

  /** null: a server does not answer now, and it was said. */
  private async look(
    condition: (now: Snapshot) => boolean | Promise<boolean>,
  ): Promise<{ now: Snapshot; isMet: boolean } | null> {
    try {
      const now = await readSnapshot(this.context);
      const isMet = await condition(now);
      if (this.silentMs > 0) this.printer.say('The servers answer again.');
      this.silentMs = 0;
      return { now, isMet };
    } catch (error) {
      if (!isRetryable(error)) throw error;
      const told = explain(error, this.context.job);
      if (this.silentMs === 0) this.printer.say(`Waiting: ${told instanceof Error ? told.message : String(told)}`);
      this.silentMs ||= Date.now();
      return null;
    }
  }

  private async report(): Promise<number> {
    const now = await readSnapshot(this.context);
    const { out } = this.options.invocation;
    this.printer.clear();
    printTables(now, out);
    for (const table of now.tables) if (table.reason) out.line(`  ${table.table}: ${table.reason}`);
    await this.reportConversion();
    out.result(now);
    return now.tables.some((table) => table.state === 'suspended' || table.state === 'gap') ? 1 : 0;
  }

  /** What was not converted is said at the end of a run, not only on request. */
  private async reportConversion(): Promise<void> {
    const { control, job } = this.context;
    const { out } = this.options.invocation;
    const [issues, failed] = [await control.readIssues(), await control.workspace.failures()];
    for (const step of failed) out.line(`  not applied (${step.phase}): ${step.object}: ${step.error}`);
    const open = issues.filter((one) => one.severity === 'manual' || one.severity === 'decision');
    for (const one of open) out.line(`  ${one.code} ${one.object}: ${one.message}`);
    if (issues.length > open.length)
      out.line(`  Notes on the conversion of ${job.job}: ${issues.length - open.length}, see \`sluice status\`.`);
  }
}

/** Tables that are waited for. */
function active(now: Snapshot, withoutStopped: boolean): Snapshot['tables'] {
  return now.tables.filter(
    ({ state }) => state !== 'refused' && !(withoutStopped && (state === 'gap' || state === 'suspended')),
  );
}

function isLoaded(now: Snapshot, withoutStopped: boolean): boolean {
  return (
    now.tables.length > 0 &&
    active(now, withoutStopped).every((table) => ['catching-up', 'streaming', 'cut-over'].includes(table.state))
  );
}

function isStreaming(now: Snapshot, withoutStopped: boolean): boolean {
  return (
    now.tables.length > 0 &&
    active(now, withoutStopped).every(
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
