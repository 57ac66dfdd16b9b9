import type { Phase } from '#conversion';
import { SluiceError } from '#errors';
import type { WorkspaceRow } from '#target-postgres';
import { applyPatiently, type ObjectOutcome, planApply } from '#workspace';
import type { TargetContext } from './context.ts';
import type { TakenIn } from './convert-target.ts';
import type { Output } from './output.ts';

/** The phases by the names that people use, in the order in which they are applied. */
const PHASES = {
  'pre-data': 'before',
  'post-data': 'after',
  cutover: 'cutover',
  code: 'code',
} as const satisfies Record<string, Phase>;

/** Phases that a `--phase` names; all without one. @throws SluiceError UsageInvalid */
export function phasesOf(name: unknown): readonly Phase[] {
  if (name === undefined) return Object.values(PHASES);
  if (typeof name === 'string' && name in PHASES) return [PHASES[name as keyof typeof PHASES]];
  throw new SluiceError('UsageInvalid', `--phase is one of ${Object.keys(PHASES).join(', ')}, not "${String(name)}".`);
}

/** Applies the workspace's objects of these phases in order, or plans to. `isDone`: everything is in the target as it should be. */
export async function applyRows(
  target: TargetContext,
  taken: TakenIn,
  options: {
    readonly phases: readonly Phase[];
    readonly isDry: boolean;
    readonly out: Output;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly objects: readonly ObjectOutcome[]; readonly isDone: boolean }> {
  const { phases, isDry, out, signal } = options;
  const { control, who } = target;
  await refusePipeline(target, taken, phases);
  const rows = phases.flatMap((phase) => taken.rows.filter((row) => row.phase === phase && !row.gone));
  const objects = isDry ? await planApply(control, rows, taken.isInstalled) : [];
  if (!isDry) {
    const said = new Progress(rows.length, out);
    for (const row of rows) {
      const done = await applyPatiently(control, row.path, who, signal);
      objects.push(done);
      said.step(row);
    }
  }
  printOutcomes(objects, isDry, out);
  for (const row of taken.rows)
    if (row.gone) out.line(`orphaned  ${row.path}: the source has it no more, the target still does`);
  return { objects, isDone: !objects.some((one) => one.outcome === 'failed' || one.outcome === 'conflict') };
}

/** A job that moves rows applies tables, indexes and constraints at their time: what comes in between would break its load. */
async function refusePipeline(
  { control, job }: TargetContext,
  { isInstalled }: TakenIn,
  phases: readonly Phase[],
): Promise<void> {
  if (!isInstalled || phases.every((phase) => phase === 'code')) return;
  const row = await control.readJob();
  if (!row || row.state === 'done' || (await control.readTables()).length === 0) return;
  throw new SluiceError(
    'UsageInvalid',
    `Job ${job.job} moves rows (${row.state}): it applies tables, indexes and constraints itself. --phase code may be applied by hand.`,
  );
}

/** What became of the objects: each that needs a look, then how many there are of each kind. */
export function printOutcomes(objects: readonly ObjectOutcome[], isDry: boolean, out: Output): void {
  for (const { path, outcome, error, dropped } of objects) {
    const isQuiet = outcome === 'unchanged' || (outcome === 'applied' && !isDry);
    if (!isQuiet || error !== null)
      out.line(`${outcome.padEnd(9)} ${path}${error === null ? '' : `: ${error.replaceAll(/\s*\n\s*/g, ' ')}`}`);
    for (const other of dropped) out.line(`  with it  ${other}`);
  }
  const counts = Map.groupBy(objects, (one) => one.outcome);
  const list = [...counts].map(([outcome, of]) => `${of.length} ${outcome}`).join(', ');
  out.line(isDry ? `Dry run, nothing was changed. It would be: ${list || 'nothing'}.` : `${list || 'nothing to do'}.`);
}

/** A line every few seconds. */
class Progress {
  private done = 0;
  private last = Date.now();

  constructor(
    private readonly total: number,
    private readonly out: Output,
  ) {}

  step(row: WorkspaceRow): void {
    this.done++;
    if (Date.now() - this.last < 5000) return;
    this.last = Date.now();
    this.out.progress(`${this.done} of ${this.total} objects, ${row.path}`);
  }
}
