import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { productRoot } from '#stack';
import { Costs, round } from './costs.ts';

/** What a command took. CPU seconds are of all threads: what is left of the seconds where others use the machine. */
export interface CommandRun {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
  /** Objects of the target that the command told of, an index or a foreign key being one of its own. */
  readonly inTarget?: number;
  readonly postgresCpuSeconds?: number;
  /** All its processes' own memory and the shared memory once. */
  readonly postgresPeakMb?: number;
}

/** What a command says of how much it did. */
const DONE = /^(\d+)(?: of \d+ objects verified| applied| unchanged| dropped)/m;

/** Runs `sluice` with these words to its end. `postgres`: the process of a server whose costs are asked too. @throws Error where it fails */
export async function runCommand(
  args: readonly string[],
  profile: string,
  postgres: readonly number[],
): Promise<CommandRun> {
  const child = spawn(
    process.execPath,
    [
      ...(profile === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
      ...[join(productRoot(), 'dist/apps/cli/main.js'), ...args],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: undefined } },
  );
  const [said, told]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => told.push(chunk));
  const costs = watch(child.pid ?? 0, postgres);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new Error(
      `sluice ${args.join(' ')} ended with ${code}: ${Buffer.concat(told).toString('utf8').slice(-2000)}`,
    );
  const count = DONE.exec(Buffer.concat(said).toString('utf8'))?.[1];
  return { ...figuresOf(costs), ...(count === undefined || args.includes('--out') ? {} : { inTarget: Number(count) }) };
}

/** Watches a process and perhaps a server from now on. */
export function watch(pid: number, postgres: readonly number[]): Costs {
  const costs = new Costs();
  costs.watch('command', pid);
  for (const one of postgres) costs.watchTree('postgres', one);
  costs.start();
  return costs;
}

/** Ends a watch and gives what it saw. */
export function figuresOf(costs: Costs): CommandRun {
  const { seconds, parts } = costs.stop();
  const { command, postgres } = parts;
  return {
    seconds: round(seconds, 1),
    cpuSeconds: round(command?.cpuSeconds ?? 0, 1),
    peakRssMb: command?.peakRssMb ?? 0,
    ...(postgres ? { postgresCpuSeconds: round(postgres.cpuSeconds, 1), postgresPeakMb: postgres.peakRssMb } : {}),
  };
}
