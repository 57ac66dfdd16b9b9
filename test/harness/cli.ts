import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { guard, productRoot, unguard } from '#stack';

/** What a run of the command line left. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliRun {
  readonly pid: number;
  readonly done: Promise<CliResult>;
  signal(name: NodeJS.Signals): void;
  /** What it has written to standard error so far. */
  stderr(): string;
  stdout(): string;
}

/** Starts `sluice …` as a user would. It dies with this process. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string | undefined>>): CliRun {
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', join(productRoot(), 'dist/apps/cli/main.js'), ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, NODE_OPTIONS: undefined, ...env } },
  );
  const pid = child.pid ?? 0;
  guard(pid);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const done = new Promise<CliResult>((resolve) => {
    child.once('close', (code) => {
      unguard(pid);
      resolve({ code, stdout, stderr });
    });
  });
  return { pid, done, signal: (name) => void child.kill(name), stderr: () => stderr, stdout: () => stdout };
}
