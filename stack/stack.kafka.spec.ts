import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { SluiceError } from '#errors';
import { until } from '#testing';
import { down, freePort, productRoot, startProcess, startStack, status, up, withLock, type Stack } from './index.ts';

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'sluice-stack-spec-'));
  // Else PostgreSQL's data, where root runs this, would lie elsewhere.
  chmodSync(made, 0o755);
  folders.push(made);
  return made;
};
const quiet = (): void => undefined;

/** True while the process exists; one that has ended but was not yet collected counts as gone. */
const exists = (pid: number): boolean => {
  const seen = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return seen !== '' && !seen.startsWith('Z');
};

const query = async (url: string, text: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};

const topicsOf = async (stack: Stack): Promise<string[]> => {
  const admin = adminOf(stack);
  try {
    return await admin.listTopics();
  } finally {
    await admin.disconnect();
  }
};

const adminOf = (stack: Stack) =>
  new Kafka({ brokers: [...stack.kafka.brokers], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50 } }).admin();

const register = async (stack: Stack, subject: string): Promise<number> => {
  const schema = JSON.stringify({ type: 'record', name: 'Probe', fields: [], doc: subject });
  const answer = await fetch(`${stack.registry.url}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema }),
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { id: number }).id;
};

afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

describe('the embedded stack', () => {
  const dir = folder();
  let stack: Stack;

  beforeAll(async () => {
    ({ stack } = await up({ dir, detached: false, durable: false, log: quiet }));
  });

  afterAll(async () => {
    const pids = Object.values(stack.pids);
    await stack.stop();
    expect(pids.filter(exists)).toEqual([]);
  });

  test('PostgreSQL 18 answers, with logical decoding on', async () => {
    const rows = await query(stack.postgres.url, `select current_setting('server_version_num')::int / 10000 as v`);
    expect(rows).toEqual([{ v: 18 }]);
    expect(await query(stack.postgres.url, 'show wal_level')).toEqual([{ wal_level: 'logical' }]);
  });

  test('passwords stand only in files that nobody else reads', () => {
    for (const file of ['stack.json', 'postgres.password']) expect(statSync(join(dir, file)).mode & 0o077).toBe(0);
    expect(readFileSync(join(dir, 'logs', 'postgres.log'), 'utf8')).not.toContain(stack.postgres.password);
  });

  test('a second up finds the servers of the first', async () => {
    const again = await up({ dir, log: quiet });
    expect(again.found).toBe(true);
    expect(again.stack.pids).toEqual(stack.pids);
    expect(again.stack.postgres).toEqual(stack.postgres);
    const seen = await status({ dir });
    expect(seen.running).toBe(true);
    expect(seen.endpoints['kafka']).toEqual(stack.kafka);
  });

  test('starting over a running stack is refused', async () => {
    await expect(startStack({ dir, log: quiet })).rejects.toThrow(/already runs/);
  });

  test('servers that are killed and restarted keep port and data', async () => {
    const admin = adminOf(stack);
    await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 3 }] });
    await admin.disconnect();
    const id = await register(stack, 'kept-value');
    await query(stack.postgres.url, 'create table kept as select 42 as n');
    const before = stack.pids;

    for (const service of ['kafka', 'registry', 'postgres'] as const) await stack.restart(service);

    expect(Object.values(stack.pids)).not.toEqual(expect.arrayContaining(Object.values(before)));
    expect(await topicsOf(stack)).toContain('kept');
    expect(await query(stack.postgres.url, 'select n from kept')).toEqual([{ n: 42 }]);
    const answer = await fetch(`${stack.registry.url}/schemas/ids/${id}`);
    expect(answer.status).toBe(200);
    expect((await status({ dir })).running).toBe(true);
  }, 90_000);

  test('the registry goes on by itself after Kafka was killed and restarted', async () => {
    await stack.kill('kafka');
    await stack.restart('kafka');
    const id = await register(stack, 'after-kafka-value');
    expect(id).toBeGreaterThan(0);
  }, 90_000);

  test('a frozen server does not answer, and goes on when thawed', async () => {
    stack.freeze('postgres');
    const client = new pg.Client({ connectionString: stack.postgres.url, connectionTimeoutMillis: 300 });
    await expect(client.connect()).rejects.toThrow();
    stack.thaw('postgres');
    expect(await query(stack.postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('up starts again what of a running stack has died', async () => {
    await stack.kill('registry');
    const { stack: mended, found } = await up({ dir, log: quiet });
    expect(found).toBe(true);
    expect(mended.pids['kafka']).toBe(stack.pids['kafka']);
    expect((await fetch(`${mended.registry.url}/subjects`)).status).toBe(200);
    stack = mended;
  }, 90_000);
});

describe('the end of a stack', () => {
  const script = (dir: string, detached: boolean): string => `
    const { startStack } = await import('#stack');
    const stack = await startStack(${JSON.stringify({
      dir,
      detached,
      ephemeral: !detached,
      durable: false,
      services: ['postgres'],
    }).replace(/\}$/, ', log: () => undefined }')});
    console.log(JSON.stringify(stack.pids));
    ${detached ? '' : 'setInterval(() => undefined, 1000);'}`;

  /** Another process, of the build, with a stack of its own; fulfilled with its servers when they answer. */
  const runElsewhere = async (dir: string, detached: boolean) => {
    const child = spawn(process.execPath, ['--input-type=module', '--no-warnings', '-e', script(dir, detached)], {
      cwd: productRoot(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until(() => output.endsWith('}\n'), { message: 'the other process did not start its servers' });
    return { child, pids: Object.values(JSON.parse(output) as Record<string, number>) };
  };

  test('when the process that started it is killed, nothing is left running and nothing on disk', async () => {
    const dir = folder();
    const { child, pids } = await runElsewhere(dir, false);
    expect(pids.filter(exists)).toEqual(pids);
    child.kill('SIGKILL');
    await until(() => !pids.some(exists) && !existsSync(dir), { message: 'servers or files outlived their parent' });
  });

  test('a detached stack outlives the process that started it, until down', async () => {
    const dir = folder();
    const { child, pids } = await runElsewhere(dir, true);
    await until(() => child.exitCode !== null, { message: 'the servers kept their starter alive' });
    expect(pids.filter(exists)).toEqual(pids);
    expect(await down({ dir, log: quiet })).toEqual(['postgres']);
    expect(pids.filter(exists)).toEqual([]);
    expect(await down({ dir, log: quiet })).toEqual([]);
    expect((await status({ dir })).running).toBe(false);
  });

  test('data and port stay from one run to the next', async () => {
    const dir = folder();
    const first = await startStack({ dir, services: ['postgres'], durable: false, log: quiet });
    await query(first.postgres.url, 'create table kept as select 7 as n');
    await first.stop();
    const second = await startStack({ dir, services: ['postgres'], durable: false, log: quiet });
    try {
      expect(second.postgres.url).toBe(first.postgres.url);
      expect(await query(second.postgres.url, 'select n from kept')).toEqual([{ n: 7 }]);
    } finally {
      await second.stop();
    }
  });

  test('a state file of servers long gone does not stop a new start', async () => {
    const dir = folder();
    const stale = { pid: process.pid, startedAt: 'another time', logFile: '' };
    const endpoints = { postgres: {} };
    const state = {
      version: 1,
      detached: true,
      ephemeral: false,
      durable: false,
      ports: {},
      services: { postgres: stale },
      endpoints,
    };
    writeFileSync(join(dir, 'stack.json'), JSON.stringify(state));
    const { stack, found } = await up({
      dir,
      services: ['postgres'],
      detached: false,
      ephemeral: true,
      durable: false,
      log: quiet,
    });
    expect(found).toBe(false);
    await stack.stop();
    expect(existsSync(dir)).toBe(false);
  });
});

describe('faults of a start', () => {
  let closeServer: (() => void) | undefined;
  afterEach(() => closeServer?.());

  test('a fixed port that is taken is named', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    closeServer = () => server.close();
    await until(() => server.listening);
    const start = startStack({ dir: folder(), services: ['postgres'], ports: { postgres: port }, log: quiet });
    await expect(start).rejects.toThrow(`port ${port}, wanted for postgres, is already in use`);
  });

  test('a server that does not start is quoted, with the path of its log, and nothing stays', async () => {
    const dir = folder();
    const start = startStack({ dir, services: ['postgres'], postgresSettings: { work_mem: 'plenty' }, log: quiet });
    const fault = await start.catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(SluiceError);
    expect((fault as SluiceError).kind).toBe('StackFailed');
    expect((fault as SluiceError).message).toContain(join(dir, 'logs', 'postgres.log'));
    expect((fault as SluiceError).message).toMatch(/invalid value for parameter "work_mem"/);
    expect((await status({ dir })).running).toBe(false);
  });

  test('a program that is not there is a fault with its name', async () => {
    const start = startProcess({
      name: 'ghost',
      command: '/no/such/program',
      args: [],
      logFile: join(folder(), 'ghost.log'),
    });
    await expect(start).rejects.toThrow('ghost cannot be started');
  });

  test('a program that is never ready is ended', async () => {
    let pid = 0;
    const start = startProcess({
      name: 'sleeper',
      command: 'sleep',
      args: ['60'],
      logFile: join(folder(), 'sleeper.log'),
      readyTimeoutMs: 200,
      ready: async (started) => {
        pid = started.pid;
        return false;
      },
    });
    await expect(start).rejects.toThrow('sleeper was not ready within 0.2 s');
    expect(exists(pid)).toBe(false);
  });
});

describe('locks', () => {
  test('only one holder at a time, also after a holder that died', async () => {
    const lock = join(folder(), 'a.lock');
    writeFileSync(lock, JSON.stringify({ pid: process.pid, startedAt: 'before' }));
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all([1, 2, 3].map(() => withLock(lock, work)));
    expect(most).toBe(1);
    expect(existsSync(lock)).toBe(false);
  });
});
