import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a program answered. */
export interface ProgramAnswer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where FreeTDS finds the server. */
export interface FreeTdsServer {
  readonly port: number;
  readonly password: string;
  readonly database: string;
}

/** Whether the programs of FreeTDS are on this machine; the reason why not goes to standard error. */
export function hasFreeTds(): boolean {
  const found = ['tsql', 'freebcp'].every((name) => spawnSync(name, ['-?']).error === undefined);
  if (!found) process.stderr.write('skipped: tsql and freebcp are not installed (apt-get install freetds-bin)\n');
  return found;
}

/** `tsql` and `freebcp` with a configuration of their own, so that nothing of the machine's plays a part. */
export class FreeTds {
  readonly dir = mkdtempSync(join(tmpdir(), 'sluice-freetds-'));

  constructor(private readonly server: FreeTdsServer) {
    const section = (name: string, version: string, encryption: string): string =>
      `[${name}]\nhost = 127.0.0.1\nport = ${server.port}\ntds version = ${version}\nencryption = ${encryption}\n`;
    const sections = [
      section('tds74', '7.4', 'off'),
      section('tds73', '7.3', 'off'),
      section('tds72', '7.2', 'off'),
      section('login', '7.4', 'request'),
      section('tls', '7.4', 'require'),
    ];
    writeFileSync(join(this.dir, 'freetds.conf'), `[global]\ntext size = 2147483647\n${sections.join('\n')}`);
  }

  /** Runs batches in `tsql`, each ended by GO. `as`: a section of the configuration. */
  tsql(batches: readonly string[], as = 'tds74', password = this.server.password): Promise<ProgramAnswer> {
    const input = [`USE ${this.server.database}`, ...batches].map((batch) => `${batch}\nGO\n`).join('');
    return this.run('tsql', ['-S', as, '-U', 'sa', '-P', password, '-o', 'q'], `${input}exit\n`);
  }

  /** `freebcp table out|in file`. */
  bcp(
    table: string,
    direction: 'in' | 'out',
    file: string,
    options: readonly string[],
    as = 'tds74',
  ): Promise<ProgramAnswer> {
    const { password, database } = this.server;
    const place = ['-S', as, '-U', 'sa', '-P', password, '-D', database];
    return this.run('freebcp', [table, direction, join(this.dir, file), ...place, ...options], '');
  }

  close(): Promise<void> {
    return rm(this.dir, { recursive: true, force: true });
  }

  private run(program: string, args: readonly string[], input: string): Promise<ProgramAnswer> {
    const env = { ...process.env, FREETDSCONF: join(this.dir, 'freetds.conf'), LC_ALL: 'C.UTF-8', TZ: 'UTC' };
    const child = spawn(program, args, { env, timeout: 60_000 });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => out.push(data));
    child.stderr.on('data', (data: Buffer) => err.push(data));
    // A program that refuses its arguments does not read.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) =>
        resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') }),
      );
    });
  }
}
