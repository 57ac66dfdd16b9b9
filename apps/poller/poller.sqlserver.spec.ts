import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { recordCodec } from '#avro-codec';
import { topics, type WindowRecord } from '#events';
import { journalTopicSpec, publisherFactory } from '#runtime';
import type { ChangeReader, ChangeWindow, Source } from '#source';
import { blindToItsLease, over, SourceDatabase, SourceJob, until } from '#testing';
import { Poller, type PollerOptions } from './poller.ts';

const TABLES = ['dbo.a', 'dbo.b', 'dbo.c'];

interface Running {
  stop(): Promise<void>;
  readonly ended: Promise<void>;
}

describe('the poller', () => {
  let database: SourceDatabase;
  let source: Source;
  let job: SourceJob;
  let running: Running[] = [];
  let gate: Gate;

  beforeAll(async () => {
    database = await SourceDatabase.create();
    for (const name of TABLES) await database.run(`CREATE TABLE ${name} (id int PRIMARY KEY, n int)`);
    await database.capture(...TABLES);
    source = await database.source();
  });

  afterAll(() => database.drop());

  beforeEach(async () => {
    for (const name of TABLES) await database.run(`DELETE FROM ${name}`);
    await source.quiesce.writeMarker(`clean ${Date.now()}`);
    gate = new Gate();
    job = await SourceJob.open(database, TABLES);
  });

  afterEach(async () => {
    gate.open();
    await Promise.all(running.splice(0).map((one) => one.stop()));
    running = [];
    await job.close();
  });

  async function start(more: Partial<PollerOptions> = {}): Promise<Running> {
    const { context, control, name } = job;
    const topic = topics.windows(name);
    const [key, value] = await Promise.all([
      recordCodec(context.registry, 'window-key', `${topic}-key`),
      recordCodec(context.registry, 'window', `${topic}-value`),
    ]);
    const poller = new Poller({
      job: name,
      owner: `poller-${Math.random()}`,
      source,
      control,
      kafka: context.kafka,
      windows: {
        key: (record: WindowRecord) => key.encode({ job: record.job, windowId: record.windowId }),
        encode: (record) => value.encode(record),
        decode: (bytes) => value.decode(bytes),
      },
      openPublisher: publisherFactory(context),
      ensureJournals: async (names) =>
        void (await context.kafka.ensureTopics(names.map((one) => journalTopicSpec(context.job.topics, one)))),
      pollMs: 20,
      heartbeatMs: 500,
      windowRows: 50_000,
      windowBytes: 16 << 20,
      leaseMs: 1500,
      log: context.log,
      ...more,
    });
    const end = new AbortController();
    const ended = poller.run(end.signal);
    // A test that expects the fault awaits `ended` itself.
    ended.catch(() => undefined);
    const one = {
      ended,
      stop: async () => {
        end.abort();
        await ended.catch(() => undefined);
      },
    };
    running.push(one);
    return one;
  }

  /** Ids of the table's topic with what happened to them. */
  async function seen(name: string): Promise<string[]> {
    const records = await job.records((await job.table(name)).topic);
    return records
      .filter((record) => record.op !== null)
      .map((record) => `${record.op} ${record.row?.[0]} ${record.row?.[1]}`);
  }

  const untilSeen = (name: string, count: number): Promise<string[]> =>
    until(async () => {
      const found = await seen(name);
      return found.length >= count ? found : null;
    });

  /** Tables that stream without ever having been loaded: the poller's part alone. */
  async function streamAll(): Promise<void> {
    for (const name of TABLES) await job.control.setTableState(name, 'streaming');
  }

  async function leads(): Promise<void> {
    await until(async () => (await job.windows()).length > 0);
  }

  /** Each window begins where the one before ended. */
  async function expectOneChain(): Promise<void> {
    const windows = await job.windows();
    for (const [at, window] of windows.entries()) {
      if (at === 0) continue;
      expect(Number(window.windowId)).toBe(Number(windows[at - 1]!.windowId) + 1);
      expect(window.from).toBe(windows[at - 1]!.to);
    }
  }

  test('rule 2: a poller that starts again goes on where the windows topic ends, each event once and in order', async () => {
    await streamAll();
    const first = await start();
    await leads();
    await database.run(`INSERT INTO dbo.a VALUES (1, 1); UPDATE dbo.a SET n = 2 WHERE id = 1`);
    await untilSeen('dbo.a', 2);
    await first.stop();
    await database.run(
      `BEGIN TRANSACTION; UPDATE dbo.a SET n = 3; INSERT INTO dbo.b VALUES (1, 1); UPDATE dbo.a SET id = 9; COMMIT`,
    );
    await start();
    // A key that changed is a delete and a create.
    expect(await untilSeen('dbo.a', 5)).toEqual(['c 1 1', 'u 1 2', 'u 1 3', 'd 1 3', 'c 9 3']);
    expect(await seen('dbo.b')).toEqual(['c 1 1']);
    await expectOneChain();
    const counted = (await job.windows()).flatMap((window) => window.partitions);
    const { topic } = await job.table('dbo.a');
    const records = (await job.records(topic)).length;
    expect(counted.filter((one) => one.topic === topic).reduce((sum, one) => sum + Number(one.records), 0)).toBe(
      records,
    );
  });

  test('rule 2: an empty windows topic of a job that has run is a fault, and nothing is written', async () => {
    await streamAll();
    await job.control.setJobRecord({ windows: true });
    const poller = await start();
    await expect(poller.ended).rejects.toMatchObject({ kind: 'WindowsTopicEmpty' });
    expect(await job.windows()).toEqual([]);
  });

  test('rule 1: a poller that was frozen past its lease with a window in hand is fenced and writes nothing', async () => {
    await streamAll();
    // Frozen: it believes that its lease holds, and has read a window that it has not written.
    await start({ source: gated(source, gate), control: blindToItsLease(job.control) });
    await leads();
    gate.close();
    await database.run(`INSERT INTO dbo.a VALUES (1, 1), (2, 2)`);
    await gate.reached;
    await start();
    await untilSeen('dbo.a', 2);
    const before = (await job.windows()).length;
    gate.open();
    await database.run(`INSERT INTO dbo.a VALUES (3, 3)`);
    expect(await untilSeen('dbo.a', 3)).toEqual(['c 1 1', 'c 2 2', 'c 3 3']);
    await until(async () => (await job.windows()).length > before + 2);
    await expectOneChain();
    expect(await seen('dbo.a')).toEqual(['c 1 1', 'c 2 2', 'c 3 3']);
  });

  test('rule 3: changes of a held table wait in its journal, are copied in order on release, and then stream', async () => {
    await job.control.setTableState('dbo.b', 'streaming');
    await start();
    const held = await hold('dbo.a');
    const before = held.s0 ?? '';
    await database.run(
      `INSERT INTO dbo.a VALUES (1, 1), (2, 2); UPDATE dbo.a SET n = 5 WHERE id = 1; INSERT INTO dbo.b VALUES (7, 7)`,
    );
    await untilSeen('dbo.b', 1);
    await database.run(`DELETE FROM dbo.a WHERE id = 2`);
    const journal = topics.journal(job.name, held.hold ?? '');
    // Three changes, a delete and its tombstone.
    await until(async () => (await job.records(journal)).length === 5);
    expect(await seen('dbo.a')).toEqual([]);
    const inForce = (await job.windows()).at(-1)?.holds;
    expect(inForce).toEqual([{ table: 'dbo.a', hold: held.hold, s0: before }]);

    await job.control.setTableState('dbo.a', 'loaded');
    await job.control.requests.ask('release', held.hold ?? '', { table: 'dbo.a' });
    await database.run(`INSERT INTO dbo.a VALUES (3, 3)`);
    await until(async () => (await job.table('dbo.a')).state === 'streaming');
    await database.run(`INSERT INTO dbo.a VALUES (4, 4)`);
    const events = await untilSeen('dbo.a', 6);
    expect(events).toEqual(['c 1 1', 'c 2 2', 'u 1 5', 'd 2 2', 'c 3 3', 'c 4 4']);
    const positions = (await job.records((await job.table('dbo.a')).topic)).map((record) => record.position);
    expect(positions).toEqual(positions.toSorted());
    expect(positions.every((position) => position > before)).toBe(true);
    expect((await job.windows()).at(-1)?.holds).toEqual([]);
    await until(async () => (await job.context.kafka.topics([journal])).length === 0);
    await expectOneChain();
  });

  test('rule 3: a hold survives the poller, its journal goes on and its answer is the same', async () => {
    const first = await start();
    const held = await hold('dbo.a');
    await database.run(`INSERT INTO dbo.a VALUES (1, 1)`);
    const journal = topics.journal(job.name, held.hold ?? '');
    await until(async () => (await job.records(journal)).length === 1);
    await first.stop();
    await database.run(`INSERT INTO dbo.a VALUES (2, 2)`);
    await start();
    await until(async () => (await job.records(journal)).length === 2);
    expect((await job.windows()).at(-1)?.holds).toEqual([{ table: 'dbo.a', hold: held.hold, s0: held.s0 }]);
    await job.control.setTableState('dbo.a', 'loaded');
    await job.control.requests.ask('release', held.hold ?? '', { table: 'dbo.a' });
    expect(await untilSeen('dbo.a', 2)).toEqual(['c 1 1', 'c 2 2']);
  });

  test('a table that is not yet held emits nothing', async () => {
    await job.control.setTableState('dbo.b', 'streaming');
    await start();
    await leads();
    await database.run(`INSERT INTO dbo.a VALUES (1, 1); INSERT INTO dbo.b VALUES (1, 1)`);
    await untilSeen('dbo.b', 1);
    expect(await seen('dbo.a')).toEqual([]);
  });

  test('A1 a table whose history is cleaned up while the poller is down becomes a gap, emits nothing, and the others go on', async () => {
    await streamAll();
    const first = await start();
    await leads();
    await first.stop();
    await database.run(`INSERT INTO dbo.a VALUES (1, 1)`);
    const end = await source.quiesce.writeMarker('cleaned');
    await database.run(
      `EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'dbo_a', @low_water_mark = 0x${end.commitLsn}`,
    );
    await database.run(`INSERT INTO dbo.a VALUES (2, 2); INSERT INTO dbo.b VALUES (1, 1)`);
    await start();
    expect(await untilSeen('dbo.b', 1)).toEqual(['c 1 1']);
    await database.run(`INSERT INTO dbo.a VALUES (3, 3); INSERT INTO dbo.b VALUES (2, 2)`);
    await untilSeen('dbo.b', 2);
    const table = await job.table('dbo.a');
    expect([table.state, table.reason]).toEqual(['gap', expect.stringContaining('dbo_a')]);
    expect(await seen('dbo.a')).toEqual([]);
    expect((await job.table('dbo.b')).state).toBe('streaming');
  });

  test('A4 a stopped Agent is told by the poller while it runs', async () => {
    await streamAll();
    await start({ heartbeatMs: 50 });
    await leads();
    await database.run(`EXEC sys.sp_sandbox_cdc 'agent', 'stopped'`);
    const problem = async (): Promise<unknown> => (await job.control.readProgress()).get('capture')?.facts['problem'];
    expect(await until(problem)).toMatch(/Agent/);
    await database.run(`EXEC sys.sp_sandbox_cdc 'agent', 'running'`);
    await until(async () => (await problem()) === null);
  });

  test('A3 a capture instance that is dropped while the poller runs stops its table, and the others go on', async () => {
    await streamAll();
    await start();
    await leads();
    await database.run(
      `EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name = N'c', @capture_instance = N'dbo_c'`,
    );
    await database.run(`INSERT INTO dbo.b VALUES (1, 1)`);
    await untilSeen('dbo.b', 1);
    await until(async () => (await job.table('dbo.c')).state === 'gap');
    expect((await job.table('dbo.a')).state).toBe('streaming');
  });

  /** Asks for a hold as the snapshot does, and waits for the answer. */
  async function hold(name: string): Promise<Awaited<ReturnType<SourceJob['table']>>> {
    const { hold: asked } = await job.table(name);
    await job.control.requests.ask('hold', asked ?? '', { table: name });
    return until(async () => {
      const table = await job.table(name);
      return table.s0 === null ? null : table;
    });
  }
});

/** Stops a reader between reading and writing. */
class Gate {
  private closed: Promise<void> | null = null;
  private unlock: () => void = () => undefined;
  private arrive: () => void = () => undefined;
  /** Somebody stands before the closed gate. */
  readonly reached = new Promise<void>((resolve) => (this.arrive = resolve));

  close(): void {
    this.closed = new Promise((resolve) => (this.unlock = resolve));
  }

  open(): void {
    this.closed = null;
    this.unlock();
  }

  async pass(window: ChangeWindow): Promise<void> {
    if (!this.closed || window.changes.length === 0) return;
    this.arrive();
    await this.closed;
  }
}

function gated(source: Source, gate: Gate): Source {
  const openChangeReader: Source['openChangeReader'] = async (tables) => {
    const reader = await source.openChangeReader(tables);
    const read: ChangeReader['read'] = async (...args) => {
      const window = await reader.read(...args);
      await gate.pass(window);
      return window;
    };
    return over(reader, { read });
  };
  return over(source, { openChangeReader });
}
