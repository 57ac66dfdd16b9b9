import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { productRoot, sluiceHome, withLock } from '#stack';

const FOLDER = join(productRoot(), 'test', 'interop', 'python');

/** A Python that has the packages of python/requirements.txt. */
export interface Python {
  /** Runs a program of python/ with its arguments as one JSON object; resolves with what it printed, a JSON value a line. */
  run(program: string, options: Readonly<Record<string, unknown>>): Promise<unknown[]>;
}

/** Packages from PyPI in `.sluice/python/<hash of the list>`, downloaded once; undefined, with the reason on standard error, where that cannot be. */
export async function python(): Promise<Python | undefined> {
  const list = join(FOLDER, 'requirements.txt');
  const version = createHash('sha256').update(readFileSync(list)).digest('hex').slice(0, 12);
  const parent = join(sluiceHome(), 'python');
  const folder = join(parent, version);
  try {
    await withLock(join(parent, 'download.lock'), async () => {
      if (existsSync(folder)) return;
      const partial = `${folder}.part-${randomUUID()}`;
      await mkdir(partial, { recursive: true });
      const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--root-user-action=ignore'];
      try {
        await command(['-m', 'pip', 'install', ...quiet, '--target', partial, '-r', list], {}, 180_000);
        await rename(partial, folder);
      } finally {
        await rm(partial, { recursive: true, force: true });
      }
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`skipped: python3 with python-tds and pymssql is not to be had (${reason.slice(0, 300)})\n`);
    return undefined;
  }
  return {
    run: async (program, options) => {
      const output = await command([join(FOLDER, program), JSON.stringify(options)], { PYTHONPATH: folder }, 120_000);
      return output
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown);
    },
  };
}

function command(args: readonly string[], env: Readonly<Record<string, string>>, timeout: number): Promise<string> {
  const child = spawn('python3', args, { env: { ...process.env, PYTHONUTF8: '1', ...env }, timeout });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => out.push(data));
  child.stderr.on('data', (data: Buffer) => err.push(data));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString('utf8'));
      else reject(new Error(`python3 ended with ${String(code)}: ${Buffer.concat(err).toString('utf8').slice(-3000)}`));
    });
  });
}
