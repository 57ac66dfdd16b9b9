/**
 * `npm test [-- <jest arguments>]`: sets everything up, runs the gate, starts one stack that all suites share, runs jest, and
 * ends what it started, on Ctrl-C too. The last line is `N passed, N failed`. `--no-check` leaves the gate out.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, SetupError, say, since } from './run.mjs';
import { setup } from './setup.mjs';

const began = Date.now();
const args = process.argv.slice(2).filter((arg) => arg !== '--no-check');
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupt.abort());

const { passed, failed } = await main();
say(`test: ${since(began)} in all`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = interrupt.signal.aborted ? 130 : failed > 0 || passed === 0 ? 1 : 0;

async function main() {
  const nothing = { passed: 0, failed: 1 };
  try {
    await setup({ build: true, jvm: true });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`set-up: ${error.message}`);
    return nothing;
  }
  if (!process.argv.includes('--no-check')) {
    const { check } = await import('./check.mjs');
    if (!(await check())) return nothing;
  }
  if (interrupt.signal.aborted) return nothing;
  const { startStack, guard, sweepAtExit } = await import(pathToFileURL(join(ROOT, 'dist', 'stack', 'index.js')).href);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  // Where root runs this, PostgreSQL's own user has to get in. What is secret in there has its own mode.
  chmodSync(folder, 0o755);
  sweepAtExit(folder);
  let stack;
  try {
    stack = await sharedServers(startStack, folder);
    return await runJest(stack.env, folder, guard);
  } catch (error) {
    if (error.name !== 'SluiceError') throw error;
    say(`test: ${error.message}`);
    return nothing;
  } finally {
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Servers that the environment names are used as they are; else one stack for the whole run, gone at its end. */
async function sharedServers(startStack, folder) {
  const names = ['TEST_KAFKA_BROKERS', 'TEST_REGISTRY_URL', 'TEST_PG_URL'];
  if (names.every((name) => process.env[name])) return { env: {}, stop: async () => undefined };
  const stack = await startStack({
    dir: join(folder, 'stack'),
    ephemeral: true,
    durable: false,
    // Off UTC on purpose: what forgets a time zone is seen.
    postgresSettings: { timezone: 'Asia/Kathmandu' },
    log: (line) => say(`test: ${line}`),
  });
  const env = {
    TEST_KAFKA_BROKERS: stack.kafka.brokers.join(','),
    TEST_REGISTRY_URL: stack.registry.url,
    TEST_PG_URL: stack.postgres.url,
  };
  return { env, stop: () => stack.stop() };
}

async function runJest(servers, folder, guard) {
  const resultFile = join(folder, 'results.json');
  // What interrupted tests leave lies in here and goes with it.
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary, { mode: 0o755 });
  const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  const flags = ['--experimental-vm-modules', '--no-warnings', jest, '--json', `--outputFile=${resultFile}`, ...args];
  const child = spawn(process.execPath, flags, {
    cwd: ROOT,
    // Its JSON also goes to standard output, where we want only the last line.
    stdio: ['ignore', 'ignore', 'inherit'],
    // In a group of its own, so that its workers can be ended with it.
    detached: true,
    env: { ...process.env, ...servers, TMPDIR: temporary, TZ: process.env.TZ ?? 'Asia/Kathmandu', NODE_ENV: 'test' },
  });
  guard(child.pid);
  interrupt.signal.addEventListener('abort', () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
  });
  await new Promise((done) => child.once('exit', done));
  if (!existsSync(resultFile)) return { passed: 0, failed: 1 };
  const results = JSON.parse(readFileSync(resultFile, 'utf8'));
  if (results.numPendingTests > 0) say(`test: ${results.numPendingTests} skipped`);
  return { passed: results.numPassedTests, failed: results.numFailedTests + results.numRuntimeErrorTestSuites };
}
