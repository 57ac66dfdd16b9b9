/**
 * `npm run soak -- --minutes N --seed S`: lives of a job one after another under random faults, each checked by the oracle at its end (docs/reliability.md).
 * One line a fault; the last line is the verdict. Exit code 1 where anything was lost, doubled or given up.
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
const child = spawn(NODE, [join(ROOT, 'dist/test/harness/soak.js'), ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
});
// The terminal's Ctrl-C reaches the child by itself; a signal to this process alone is passed on.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 3)));
