/**
 * `npm run bench -- load|changes|latency|memory|sandbox|convert [options]`: sets everything up and measures; the benchmark itself is bench/main.ts.
 * One JSON line on standard output, progress on standard error.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { NODE, ROOT, SetupError, say } from './run.mjs';
import { setup } from './setup.mjs';

try {
  await setup({ build: true, jvm: true });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(`set-up: ${error.message}`);
  process.exit(3);
}
const child = spawn(NODE, [join(ROOT, 'dist/bench/main.js'), ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
});
// The terminal's Ctrl-C reaches the child by itself; a signal to this process alone is passed on.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 3)));
