/** Small helpers of the scripts in this folder: plain node, nothing that has to be installed first. */
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The product's folder. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The node of the `node` package, once `npm ci` has run. */
export const NODE = join(ROOT, 'node_modules', 'node', 'bin', 'node');

/** A line about what is being done. On standard error: standard output belongs to results. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** `1.2 s` since a time of Date.now(). */
export function since(began) {
  return `${((Date.now() - began) / 1000).toFixed(1)} s`;
}

/** A fault of the set-up that a person can mend; its message says how. */
export class SetupError extends Error {}

/** Runs a program in the product's folder. Its output is kept; fulfilled with `{ code, output }`, code 127 where it is missing. */
export function run(command, args, options = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => done({ code: error.code === 'ENOENT' ? 127 : 126, output: error.message }));
    child.once('close', (code) => done({ code: code ?? 1, output }));
  });
}

/** The path of a program of node_modules, run by our node: `tool('oxlint')` → [node, [script]]. */
export function runTool(script, args) {
  return run(process.execPath, [join(ROOT, 'node_modules', script), ...args]);
}
