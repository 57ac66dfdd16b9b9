/** Sets everything up, builds, and runs a program of dist/ with this process's arguments: how benchmarks, demo and soak begin. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { NODE, ROOT, SetupError, say } from './run.mjs';
import { setup } from './setup.mjs';

/** Ends this process with the program's exit code; 3 where the set-up fails. */
export async function runBuilt(program) {
  try {
    await setup({ build: true, jvm: true });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`set-up: ${error.message}`);
    process.exit(3);
  }
  const child = spawn(NODE, [join(ROOT, program), ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' });
  // The terminal's Ctrl-C reaches the child by itself; a signal to this process alone is passed on.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 3)));
}
