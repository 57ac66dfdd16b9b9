import { once } from 'node:events';
import { createWriteStream, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { ConversionTarget } from './conversion-target.ts';
import { loadAverage, round } from './costs.ts';
import { type CommandRun, runCommand } from './command-run.ts';
import type { BenchOptions, ConversionStep } from './options.ts';
import { madeScript } from './script-maker.ts';
import { benchFolder } from './source-place.ts';

type Say = (line: string) => void;

/** One command over the script of so many objects, as a user runs it. */
interface Run extends CommandRun {
  readonly step: ConversionStep;
  readonly objects: number;
}

/**
 * `sluice convert` of made scripts of several sizes, so that growth beyond the linear is seen: written as files, verified, applied, applied again and rolled back, and the same statements given
 * to PostgreSQL by a client that does nothing else. The largest script has the long procedure; PostgreSQL is one of its own, with the settings that it has when nobody sets any.
 */
export async function benchConvert(options: BenchOptions, say: Say): Promise<object> {
  const dir = await benchFolder(options);
  const before = loadAverage();
  const runs: Run[] = [];
  const needsTarget = options.steps.some((step) => step !== 'files');
  const target = needsTarget ? await ConversionTarget.start(dir, options, say) : null;
  try {
    const largest = Math.max(...options.sizes);
    for (const objects of options.sizes) {
      const script = join(dir, `${objects}.sql`);
      const megabytes = await writeScript(script, objects, objects === largest ? options.procedureLines : 0);
      say(`${objects} objects, ${megabytes} MB`);
      for (const step of options.steps) {
        const run = { step, objects, ...(await runStep(step, script, target, options)) };
        say(JSON.stringify(run));
        runs.push(run);
      }
    }
    return {
      bench: 'convert',
      procedureLines: options.procedureLines,
      loadBefore: before,
      runs,
      loadAfter: loadAverage(),
    };
  } finally {
    await target?.stop();
    if (options.keep) say(`kept: ${dir}`);
    else await rm(dir, { recursive: true, force: true });
  }
}

/** In MB. */
async function writeScript(path: string, objects: number, procedureLines: number): Promise<number> {
  const out = createWriteStream(path);
  for (const piece of madeScript(objects, procedureLines)) if (!out.write(piece)) await once(out, 'drain');
  out.end();
  await finished(out);
  return round(statSync(path).size / 1e6, 1);
}

function runStep(
  step: ConversionStep,
  script: string,
  target: ConversionTarget | null,
  options: BenchOptions,
): Promise<CommandRun> {
  if (step === 'files' || target === null) {
    const args = ['convert', '--scripts', script, '--out', script.replace(/\.sql$/, '')];
    return runCommand(args, options.profile, []);
  }
  return step === 'plain' ? target.runPlain(script) : target.runCommand(step, script);
}
