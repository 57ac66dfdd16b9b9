import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { existingJob, withJob } from './context.ts';
import { lagText, printTables } from './figures.ts';
import { isFollowed, runHolder } from './run-lease.ts';
import { readSnapshot } from './snapshot.ts';

export const statusCommand: Command = {
  name: 'status',
  usage: 'status JOB',
  summary: 'Where the job stands: state, rows, changes and lag per table, issues',
  example: 'sluice status job.yaml --json',
  options: JOB_OPTIONS,
  run(invocation: Invocation) {
    const { out } = invocation;
    return withJob(invocation, async (context) => {
      const job = await existingJob(context);
      const snapshot = await readSnapshot(context);
      const [issues, failed] = [await context.control.readIssues(), await context.control.workspace.failures()];
      const [runner, isAtWork] = [await runHolder(context), await isFollowed(context)];
      out.line(
        `Job ${job.job}: ${job.state}${runner ? `, run by ${runner.owner}` : isAtWork ? ', run as services' : ', nobody runs it now'}`,
      );
      printTables(snapshot, out);
      for (const table of snapshot.tables) if (table.reason) out.line(`  ${table.table}: ${table.reason}`);
      for (const step of failed) out.line(`  not applied (${step.phase}): ${step.object}: ${step.error}`);
      if (snapshot.captureProblem) out.line(`  capture: ${snapshot.captureProblem}`);
      if (issues.length > 0) {
        out.line(`${issues.length} conversion issue(s):`);
        for (const one of issues)
          out.line(`  ${one.code} ${one.severity.padEnd(7)} ${one.object}: ${one.message}${placeOf(one)}`);
      }
      out.line(`position ${snapshot.position || 'none yet'}, lag ${lagText(snapshot.lagMs)}`);
      out.result({ job: job.job, state: job.state, runner: runner?.owner ?? null, ...snapshot, issues, failed });
      return 0;
    });
  },
};

/** Where in the source's code an issue lies. */
function placeOf(one: { readonly line: number; readonly column: number }): string {
  return one.line > 0 ? ` (line ${one.line}, column ${one.column})` : '';
}
