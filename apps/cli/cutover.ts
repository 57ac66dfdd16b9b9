import { quoteQualified } from '#pgsql';
import { SluiceError } from '#errors';
import { failpoint, sleep } from '#telemetry';
import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { type CommandContext, existingJob, withJob } from './context.ts';
import type { Output } from './output.ts';
import { settle } from './settle.ts';
import { isEqual, printResults, validateTables } from './validate.ts';

/** How long writers may take to stand still before cutover refuses. */
const QUIESCE_MS = 30_000;

export const cutoverCommand: Command = {
  name: 'cutover',
  usage: 'cutover JOB [--yes]',
  summary: 'Stop following and hand over: every step shown; refuses while anything is unproven',
  example: 'sluice cutover job.yaml --yes',
  options: { ...JOB_OPTIONS, yes: { type: 'boolean', help: 'The writers of the source are stopped: go ahead' } },
  run(invocation: Invocation) {
    const { out, options, signal } = invocation;
    return withJob(invocation, async (context) => {
      const job = await existingJob(context);
      if (job.state === 'done') {
        out.line(`Job ${job.job} was cut over already.`);
        out.result({ done: true });
        return 0;
      }
      if (options['yes'] !== true) {
        out.line('Stop every writer of the source first, then run this again with --yes.');
        out.result({ done: false, reason: 'not confirmed' });
        return 1;
      }
      await cutOver(context, signal, out);
      out.result({ done: true });
      return 0;
    });
  },
};

/** The steps of rule 14. Nothing before the last step hinders going on with the source. @throws SluiceError CutoverRefused with all reasons */
export async function cutOver(context: CommandContext, signal: AbortSignal, out: Output): Promise<void> {
  const { control } = context;
  const steps: { step: string; facts: string; atMs: number }[] = [];
  const done = (step: string, facts: string): void => {
    steps.push({ step, facts, atMs: Date.now() });
    out.line(`  ✓ ${step}: ${facts}`);
    failpoint('cli.cutover-step');
  };
  await refuseUnready(context);
  await control.setJobState('cutting-over');
  try {
    await waitForStandstill(context, signal);
    done('writers stand still', 'no open writing transaction in the source');
    const marker = await settle(context, signal, 'cutover');
    done('marker followed', `position ${marker.text} is applied in every partition, 0 changes pending`);
    const results = await validateTables(context, signal, { out });
    if (!isEqual(results)) {
      printResults(results, out);
      throw new SluiceError('ValidationDiffers', 'Source and target differ; see the keys above.');
    }
    done(
      'final validation',
      `${results.reduce((sum, one) => sum + one.rows, 0).toLocaleString('en-US')} rows of ${results.length} tables equal`,
    );
    for (const [phase, what] of [
      ['after', 'indexes'],
      ['cutover', 'unique keys, checks and foreign keys validated'],
      ['code', 'views'],
    ] as const) {
      await askConverter(context, phase, {}, signal);
      done(what, 'applied');
    }
    await askConverter(context, 'counters', await reachedCounters(context), signal);
    done('sequences and identities', 'set past the source’s');
    for (const table of await control.readTables()) {
      await control.pool.query(`analyze ${quoteQualified({ schema: table.targetSchema, name: table.targetName })}`);
    }
    done('statistics', 'refreshed');
    if (
      (await context.source.quiesce.openWriters()).length > 0 ||
      (await context.source.quiesce.hasForeignCommitAfter(marker))
    ) {
      throw new SluiceError(
        'CutoverRefused',
        'The source was written to after the marker: its writers are not stopped.',
      );
    }
    done('source unchanged', 'no commit since the marker');
  } catch (error) {
    await control.setJobState('running', {
      lastCutover: { steps, refused: error instanceof Error ? error.message : String(error) },
    });
    throw error;
  }
  for (const table of await control.readTables())
    await control.setTableState(table.tableName, 'cut-over', { from: ['streaming'] });
  await control.setJobState('done', { cutover: { steps } });
  out.line('  ✓ promoted: the target is the database now.');
}

async function refuseUnready({ control, job }: CommandContext): Promise<void> {
  const row = await control.readJob();
  if (row?.state === 'done') throw new SluiceError('CutoverRefused', `Job ${job.job} was cut over already.`);
  const reasons = (await control.readTables())
    .filter((table) => table.state !== 'streaming')
    .map((table) => `${table.tableName} is ${table.state}${table.reason ? ` (${table.reason})` : ''}`);
  const parked = await control.countParked();
  if (parked > 0) reasons.push(`${parked} rows are parked`);
  if (reasons.length > 0) throw new SluiceError('CutoverRefused', `Not ready: ${reasons.join('; ')}.`);
}

async function waitForStandstill({ source }: CommandContext, signal: AbortSignal): Promise<void> {
  for (const end = Date.now() + QUIESCE_MS; ; await sleep(200, signal)) {
    signal.throwIfAborted();
    const writers = await source.quiesce.openWriters();
    if (writers.length === 0) return;
    if (Date.now() > end)
      throw new SluiceError('CutoverRefused', `The source still has open writers: ${writers.slice(0, 5).join('; ')}.`);
  }
}

/** The converter owns DDL: asks it and waits. @throws SluiceError CutoverRefused with its message */
async function askConverter(
  { control }: CommandContext,
  phase: string,
  args: Record<string, unknown>,
  signal: AbortSignal,
): Promise<void> {
  const subject = `cutover ${phase} ${Date.now()}`;
  await control.requests.ask('ddl', subject, { phase, ...args });
  for (;;) {
    signal.throwIfAborted();
    const answer = await control.requests.answerTo('ddl', subject);
    if (answer) {
      if (typeof answer['failed'] === 'string') throw new SluiceError('CutoverRefused', answer['failed']);
      return;
    }
    await sleep(100, signal);
  }
}

/** What sequences and identities of the source have reached, by object. */
async function reachedCounters({ source }: CommandContext): Promise<{ positions: Record<string, string> }> {
  const database = await source.catalog.readDatabase();
  const positions: Record<string, string> = {};
  for (const sequence of database.sequences) positions[`${sequence.schema}.${sequence.name}`] = sequence.current;
  for (const table of database.tables) {
    for (const column of table.columns) {
      if (column.identity?.lastValue)
        positions[`${table.schema}.${table.name}.${column.name}`] = column.identity.lastValue;
    }
  }
  return { positions };
}
