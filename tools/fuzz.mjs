/**
 * `npm run fuzz -- --minutes N --seed S`: broken statements for the T-SQL parser and broken packets for the sandbox's wire, each in a process of its own, both for
 * the whole time. `--part statements|packets` runs one of them, `--only K` one case of it. One JSON line for each fault, in its smallest form, and one for each
 * part; exit code 1 where there was a fault.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NODE, ROOT, SetupError, say } from './run.mjs';
import { setup } from './setup.mjs';

const PARTS = {
  statements: 'dist/libs/tsql/fuzz/test-main.js',
  packets: 'dist/apps/sandbox/fuzz/test-main.js',
};

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    part: { type: 'string' },
    only: { type: 'string' },
  },
});
const seconds = Number(values.minutes) * 60;
const parts = values.part === undefined ? Object.keys(PARTS) : [values.part];
if (!(seconds > 0) || !/^\d+$/.test(values.seed) || !parts.every((part) => part in PARTS)) {
  say('Usage: npm run fuzz -- [--minutes N] [--seed S] [--part statements|packets] [--only K]');
  process.exit(2);
}
try {
  await setup({ build: true, jvm: false });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(`set-up: ${error.message}`);
  process.exit(3);
}
say(`fuzz: seed ${values.seed}, ${values.minutes} minutes`);
const only = values.only === undefined ? [] : ['--only', values.only];
const children = parts.map((part) =>
  spawn(NODE, [join(ROOT, PARTS[part]), '--seconds', String(seconds), '--seed', values.seed, ...only], {
    cwd: ROOT,
    stdio: 'inherit',
  }),
);
// The terminal's Ctrl-C reaches the children by itself; a signal to this process alone is passed on.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => children.forEach((child) => child.kill('SIGTERM')));
const codes = await Promise.all(
  children.map((child) => new Promise((done) => child.once('exit', (code) => done(code ?? 1)))),
);
process.exit(Math.max(...codes));
