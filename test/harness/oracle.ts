import { compareDirectly } from './direct-comparison.ts';
import { checkPositions } from './positions.ts';
import type { TestJob } from './test-job.ts';

/** What the oracle saw. Empty faults: the target equals the source, and the topics hold each change exactly once. */
export interface OracleReport {
  readonly faults: readonly string[];
  /** For a line in a record of soaks. */
  readonly rows: number;
  readonly changes: number;
}

interface ValidateAnswer {
  readonly tables?: readonly {
    readonly table: string;
    readonly rows: number;
    readonly differing: number;
    readonly unsettled: number;
  }[];
}

/**
 * The workload stands still. Three independent looks: `sluice validate` (which waits for the sink), a comparison of its own of every table, and the positions in
 * every topic against the source's change tables.
 */
export async function checkOracle(job: TestJob): Promise<OracleReport> {
  await job.untilStates('streaming', 'cut-over');
  const tables = (await job.tables()).filter((table) => table.state !== 'refused');
  // After cutover there is no poller any more to settle with: that one validated by itself.
  const validated = tables.some((table) => table.state === 'streaming') ? await validate(job, tables.length) : [];
  const compared = await compareDirectly(job, tables);
  const positions = await checkPositions(job, tables);
  return {
    faults: [...validated, ...compared.faults, ...positions.faults],
    rows: compared.rows,
    changes: positions.changes,
  };
}

async function validate(job: TestJob, tableCount: number): Promise<string[]> {
  const faults: string[] = [];
  const validated = await job.runCli('validate', job.jobFile, '--json');
  const answer = (validated.stdout === '' ? {} : JSON.parse(validated.stdout)) as ValidateAnswer;
  if (validated.code !== 0) {
    const differing = (answer.tables ?? []).filter((table) => table.differing + table.unsettled > 0);
    faults.push(
      `sluice validate: exit code ${validated.code}: ${JSON.stringify(differing).slice(0, 2000)} ${validated.stderr.slice(-2000)}`,
    );
  }
  if ((answer.tables ?? []).length !== tableCount)
    faults.push(`sluice validate looked at ${(answer.tables ?? []).length} of ${tableCount} tables`);
  return faults;
}
