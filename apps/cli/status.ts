import { SluiceError } from '#errors';
import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { openCommandContext } from './context.ts';
import { openJob } from './job.ts';
import { readSnapshot } from './progress.ts';

export const statusCommand: Command = {
  name: 'status',
  usage: 'status JOB',
  summary: 'Where the job stands: state, rows, changes and lag per table, issues',
  example: 'sluice status job.yaml --json',
  options: JOB_OPTIONS,
  async run(invocation: Invocation) {
    const { out } = invocation;
    const context = openCommandContext(await openJob(invocation), out);
    try {
      const job = await context.control.readJob();
      if (!job)
        throw new SluiceError(
          'UsageInvalid',
          `There is no job ${context.job.job} in this target yet: start it with \`sluice run\`.`,
        );
      const snapshot = await readSnapshot(context);
      const [issues, failed] = [await context.control.readIssues(), await context.control.failedSteps()];
      out.line(`Job ${job.job}: ${job.state}`);
      out.table(
        ['table', 'state', 'chunks', 'loaded', 'inserts', 'updates', 'deletes', 'behind'],
        snapshot.tables.map((table) => [
          table.table,
          table.state,
          `${table.chunks.done}/${table.chunks.total}`,
          table.applied.reads,
          table.applied.inserts,
          table.applied.updates,
          table.applied.deletes,
          table.behind,
        ]),
      );
      for (const table of snapshot.tables) if (table.reason) out.line(`  ${table.table}: ${table.reason}`);
      for (const step of failed) out.line(`  not applied (${step.phase}): ${step.object}: ${step.error}`);
      out.line(`${issues.length} conversion issues; position ${snapshot.position}`);
      out.result({ job: job.job, state: job.state, ...snapshot, issues, failed });
      return 0;
    } finally {
      await context.close();
    }
  },
};
