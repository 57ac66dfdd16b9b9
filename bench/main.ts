/**
 * `npm run bench -- load|changes|latency|memory|sandbox|convert`: Sluice from SQL Server (the sandbox) to PostgreSQL through Kafka, as a user runs it. Progress on standard error;
 * one JSON line on standard output. docs/performance.md says how it measures.
 */
import { benchChanges } from './changes.ts';
import { benchConvert } from './convert.ts';
import { benchLatency } from './latency.ts';
import { benchLoad } from './load.ts';
import { benchMemory } from './memory.ts';
import { type BenchOptions, type Mode, readOptions } from './options.ts';
import { benchSandbox } from './sandbox.ts';

const RUNS: Readonly<Record<Mode, (options: BenchOptions, say: (line: string) => void) => Promise<object>>> = {
  load: benchLoad,
  changes: benchChanges,
  latency: benchLatency,
  memory: benchMemory,
  sandbox: benchSandbox,
  convert: benchConvert,
};

const say = (line: string): void => void process.stderr.write(`bench: ${line}\n`);
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => process.exit(130));

try {
  const options = readOptions(process.argv.slice(2));
  const result = await RUNS[options.mode](options, say);
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...result })}\n`);
  process.exit(0);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(3);
}
