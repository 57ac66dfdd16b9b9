import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { productRoot } from '#stack';
import { loadAverage, round } from './costs.ts';
import type { BenchOptions } from './options.ts';
import { madeScript } from './script-maker.ts';

type Say = (line: string) => void;

/** One conversion of a script of so many objects, as a user runs it. */
interface Run {
  readonly objects: number;
  readonly megabytes: number;
  readonly seconds: number;
  /** Of all its threads: what is left of the seconds where others use the machine. */
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
  readonly tables: number;
  readonly statements: number;
  readonly issues: number;
}

/** `sluice convert --scripts FILE --out DIR` of made scripts: a quarter, a half and all of the objects, so that growth beyond the linear is seen. The last has the long procedure. */
export async function benchConvert(options: BenchOptions, say: Say): Promise<object> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-bench-convert-'));
  try {
    const before = loadAverage();
    const runs: Run[] = [];
    for (const [share, lines] of [
      [4, 0],
      [2, 0],
      [1, options.procedureLines],
    ] as const) {
      const run = await convertOnce(dir, Math.ceil(options.objects / share), lines, options.profile);
      say(JSON.stringify(run));
      runs.push(run);
    }
    return {
      bench: 'convert',
      procedureLines: options.procedureLines,
      loadBefore: before,
      runs,
      loadAfter: loadAverage(),
    };
  } finally {
    if (options.keep) say(`kept: ${dir}`);
    else await rm(dir, { recursive: true, force: true });
  }
}

async function convertOnce(dir: string, objects: number, lines: number, profile: string): Promise<Run> {
  const path = join(dir, `${objects}.sql`);
  const out = createWriteStream(path);
  for (const piece of madeScript(objects, lines)) if (!out.write(piece)) await once(out, 'drain');
  out.end();
  await finished(out);
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...(profile === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
      join(productRoot(), 'dist/apps/cli/main.js'),
      ...['convert', '--scripts', path, '--out', join(dir, String(objects)), '--json'],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, NODE_OPTIONS: undefined } },
  );
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  let code: number | null | undefined;
  child.once('close', (ended) => (code = ended ?? -1));
  let peak = 0;
  let cpu = 0;
  while (code === undefined) {
    peak = Math.max(peak, peakOf(child.pid ?? 0));
    cpu = Math.max(cpu, cpuOf(child.pid ?? 0));
    await pause(50);
  }
  const seconds = (performance.now() - began) / 1000;
  if (code !== 0) throw new Error(`sluice convert ended with ${code}`);
  const report = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
    tables: number;
    statements: unknown[];
    issues: unknown[];
  };
  return {
    objects,
    megabytes: round(statSync(path).size / 1e6, 1),
    seconds: round(seconds, 1),
    cpuSeconds: round(cpu, 1),
    peakRssMb: Math.round(peak),
    tables: report.tables,
    statements: report.statements.length,
    issues: report.issues.length,
  };
}

/** A file of the system about a process; '' where the process has ended, or the system has no such files. */
function factsOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

/** The most memory that a process had so far, in MB; 0 where the system does not tell. */
function peakOf(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(factsOf(pid, 'status'))?.[1] ?? 0) / 1024;
}

/** User and system time so far, in seconds; the kernel counts in hundredths. */
function cpuOf(pid: number): number {
  const fields = factsOf(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}
