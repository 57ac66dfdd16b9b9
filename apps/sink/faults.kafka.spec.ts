import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { EventTable } from '#events';
import type { TablePublisher } from '#publish';
import { openPool, sinkApplicationName } from '#target-postgres';
import { freshName, until } from '#testing';
import { SpecJob, type SpecChange } from './spec-job.ts';

let job: SpecJob;
const children: ChildProcess[] = [];

beforeEach(async () => {
  job = await SpecJob.open();
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await job.close();
});

const table: Omit<EventTable, 'job'> = {
  database: 'db',
  schema: 'dbo',
  name: 'orders',
  version: 1,
  columns: [
    { id: 1, name: 'id', type: { kind: 'int', bits: 32 }, nullable: false },
    { id: 2, name: 'name', type: { kind: 'string', length: 100 }, nullable: true },
  ],
  key: [{ index: 0, fold: 'exact' }],
};
const DDL = 'create table orders (id integer primary key, name varchar(100))';

/** Inserts, updates, deletes and key changes by a seed; knows what must be in the target and how many events there were. */
class Workload {
  readonly rows = new Map<number, string>();
  inserts = 0;
  updates = 0;
  deletes = 0;
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  #random(below: number): number {
    this.#seed = (this.#seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((this.#seed / 2 ** 31) * below);
  }

  next(count: number): SpecChange[] {
    return Array.from({ length: count }, () => this.#change());
  }

  #change(): SpecChange {
    const id = this.#random(300);
    const name = `n${this.#random(1_000_000)}`;
    const known = this.rows.get(id);
    if (known === undefined) {
      this.rows.set(id, name);
      this.inserts++;
      return { op: 'c', after: [id, name] };
    }
    const kind = this.#random(4);
    if (kind === 0) {
      this.rows.delete(id);
      this.deletes++;
      return { op: 'd', before: [id, known] };
    }
    const to = this.#random(300);
    if (kind === 1 && !this.rows.has(to)) {
      this.rows.delete(id);
      this.rows.set(to, name);
      this.deletes++;
      this.inserts++;
      return { op: 'u', before: [id, known], after: [to, name] };
    }
    this.rows.set(id, name);
    this.updates++;
    return { op: 'u', before: [id, known], after: [id, name] };
  }

  expected(): unknown[][] {
    return [...this.rows].sort(([a], [b]) => a - b).map(([id, name]) => [id, name]);
  }
}

async function write(publisher: TablePublisher, workload: Workload, transactions: number): Promise<void> {
  for (let i = 0; i < transactions; i++) await job.change(publisher, workload.next(20));
}

/** The target is the source, and every event was counted once: nothing was lost, nothing was applied and counted twice. */
async function expectExact(workload: Workload): Promise<void> {
  await until(async () => (await job.behind()) === 0, { timeoutMs: 30_000, message: 'the sink did not catch up' });
  expect(await job.rows('select id, name from orders order by id')).toEqual(workload.expected());
  const { inserts, updates, deletes } = workload;
  expect((await job.control.readCounts()).get('dbo.orders')?.sink).toMatchObject({ inserts, updates, deletes });
}

/** A sink process; `failpoints` as in libs/telemetry. */
function startProcess(failpoints?: string): ChildProcess {
  const args = {
    job: job.job,
    member: freshName('member'),
    url: job.database.url,
    brokers: job.brokers,
    registryUrl: job.registryUrl,
    leaseMs: 1000,
  };
  const script = join(import.meta.dirname, 'spec-process.ts');
  const child = spawn(
    process.execPath,
    ['--experimental-transform-types', '--no-warnings', '--conditions=source', script, JSON.stringify(args)],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, ...(failpoints ? { SLUICE_FAILPOINTS: failpoints } : {}) },
    },
  );
  children.push(child);
  return child;
}

/** Passes bytes to PostgreSQL; once armed, the answer to the next commit is lost and the connection with it. */
class LosingProxy {
  losses = 0;
  isArmed = false;
  readonly #sockets = new Set<Socket>();

  private constructor(
    readonly url: string,
    readonly server: Server,
  ) {}

  static async open(target: string): Promise<LosingProxy> {
    const to = new URL(target);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(target);
    url.port = String((server.address() as AddressInfo).port);
    const proxy = new LosingProxy(url.href, server);
    server.on('connection', (client) => proxy.#pass(client, connect(Number(to.port), to.hostname)));
    return proxy;
  }

  #pass(client: Socket, server: Socket): void {
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
    }
    let isLosing = false;
    client.on('data', (bytes) => {
      if (this.isArmed && bytes.includes('sluice.advance_sink') && bytes.includes('commit')) {
        this.isArmed = false;
        isLosing = true;
      }
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (!isLosing) return void client.write(bytes);
      // The server has said COMMIT: it is durable, but nobody will hear of it.
      if (!bytes.includes('COMMIT')) return;
      this.losses++;
      client.destroy();
      server.destroy();
    });
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
  }
}

describe('faults of the sink', () => {
  test('a lost answer to a commit is neither a loss nor a second effect', async () => {
    const publisher = await job.addTable(table, DDL, 2);
    const proxy = await LosingProxy.open(job.database.url);
    const member = freshName('member');
    job.start({
      member,
      pool: openPool({ url: proxy.url, applicationName: sinkApplicationName(member), maxConnections: 5 }),
      batchRows: 50,
    });
    const workload = new Workload(11);
    for (let i = 0; i < 8; i++) {
      proxy.isArmed = true;
      await write(publisher, workload, 5);
      await until(() => !proxy.isArmed);
    }
    await expectExact(workload);
    expect(proxy.losses).toBe(8);
    proxy.close();
  });

  test('sessions that the server ends, at any moment, are opened again', async () => {
    const publisher = await job.addTable(table, DDL, 2);
    job.start({ batchRows: 50, leaseMs: 900 });
    const workload = new Workload(31);
    for (let i = 0; i < 10; i++) {
      await write(publisher, workload, 3);
      await job.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      );
    }
    await expectExact(workload);
  });

  test.each(['sink.after-copy', 'sink.before-commit', 'sink.after-commit'])(
    'a sink killed at %s goes on from the stored offset',
    async (point) => {
      const publisher = await job.addTable(table, DDL, 2);
      const workload = new Workload(23);
      await write(publisher, workload, 20);
      const killed = startProcess(`${point}:4`);
      const [, signal] = (await once(killed, 'exit')) as [number | null, string];
      expect(signal).toBe('SIGKILL');
      await write(publisher, workload, 20);
      startProcess();
      await expectExact(workload);
    },
  );

  test('sinks killed at random moments, again and again, lose nothing and double nothing', async () => {
    const publisher = await job.addTable(table, DDL, 3);
    const workload = new Workload(5);
    for (let i = 0; i < 4; i++) {
      const child = startProcess();
      await once(child.stdout!, 'data');
      const offsets = async (): Promise<number> =>
        Number((await job.rows('select coalesce(sum(next_offset), 0) from sluice.sink_offsets'))[0]?.[0]);
      const before = i === 0 ? 0 : await offsets();
      const writing = write(publisher, workload, 25);
      await until(async () => (await offsets()) > before + i * 17);
      child.kill('SIGKILL');
      await writing;
    }
    startProcess();
    await expectExact(workload);
  });

  test('D5: of two sinks on one table one is frozen past its lease in the middle of a transaction and wakes again', async () => {
    const publisher = await job.addTable(table, DDL, 2);
    const workload = new Workload(42);
    await write(publisher, workload, 10);
    const frozen = startProcess('sink.after-copy:3=freeze');
    await once(frozen.stdout!, 'data');
    await until(
      async () => (await job.rows(`select 1 from pg_stat_activity where state = 'idle in transaction'`)).length > 0,
    );
    startProcess();
    await write(publisher, workload, 10);
    await until(async () => (await job.behind()) === 0, {
      timeoutMs: 30_000,
      message: 'the second sink did not take over',
    });
    frozen.kill('SIGCONT');
    await write(publisher, workload, 10);
    await expectExact(workload);
  });
});
