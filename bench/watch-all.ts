import type { Cost, Costs } from './costs.ts';
import { APPS, type JobRun } from './job-run.ts';
import type { Place } from './place.ts';

/** Everything that the source needs by itself: shown, but no cost of Sluice. */
const SOURCE = new Set(['sandbox', 'sandboxPostgres']);

/** All processes of a run, by part; those of the job as soon as there is one. */
export function watchAll(costs: Costs, place: Place, job: { run?: JobRun }): void {
  for (const app of [...APPS, 'cli']) costs.watch(app, () => job.run?.pidsOf(app) ?? []);
  costs.watch('kafka', place.stack.pids['kafka']!);
  costs.watch('registry', place.stack.pids['registry']!);
  costs.watchTree('target', place.stack.pids['postgres']!);
  costs.watch('sandbox', place.sandbox.pid);
  costs.watchTree('sandboxPostgres', place.storage.pids['postgres']!);
}

/** CPU seconds of Sluice's processes, the broker, the registry and the target. */
export function sluiceCpuSeconds(parts: Readonly<Record<string, Cost>>): number {
  return Object.entries(parts).reduce((sum, [part, { cpuSeconds }]) => (SOURCE.has(part) ? sum : sum + cpuSeconds), 0);
}
