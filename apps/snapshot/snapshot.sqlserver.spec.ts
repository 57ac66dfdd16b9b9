import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SluiceError } from '#errors';
import { publisherFactory } from '#runtime';
import type { ChunkReader, Source } from '#source';
import { blindToItsLease, over, SourceDatabase, SourceJob, until } from '#testing';
import { Snapshot, type SnapshotOptions } from './snapshot.ts';

const TABLES = ['dbo.t', 'dbo.heap'];

interface Running {
  stop(): Promise<void>;
  readonly ended: Promise<void>;
}

describe('the snapshot', () => {
  let database: SourceDatabase;
  let source: Source;
  let job: SourceJob;
  let running: Running[] = [];
  /** What a test that fails half-way would leave closed or open. */
  let undo: (() => unknown)[] = [];

  beforeAll(async () => {
    database = await SourceDatabase.create();
    await database.run(`ALTER DATABASE ${database.settings.database} SET ALLOW_SNAPSHOT_ISOLATION ON`);
    await database.run(`CREATE TABLE dbo.t (id int PRIMARY KEY, n int); CREATE TABLE dbo.heap (a int)`);
    const numbers = Array.from({ length: 400 }, (_, n) => `(${n}, ${n})`).join(', ');
    await database.run(`INSERT INTO dbo.t VALUES ${numbers}; INSERT INTO dbo.heap VALUES (1), (1), (2)`);
    await database.capture(...TABLES);
    source = await database.source();
  });

  afterAll(() => database.drop());

  beforeEach(async () => {
    job = await SourceJob.open(database, TABLES);
  });

  afterEach(async () => {
    await Promise.allSettled(undo.splice(0).map((step) => step()));
    undo = [];
    await Promise.all(running.splice(0).map((one) => one.stop()));
    running = [];
    await job.close();
  });

  function start(more: Partial<SnapshotOptions> = {}): Running {
    const snapshot = new Snapshot({
      job: job.name,
      owner: `snapshot-${Math.random()}`,
      source,
      control: job.control,
      kafka: job.context.kafka,
      openPublisher: publisherFactory(job.context),
      slots: 1,
      slotsHere: 1,
      chunkRows: 40,
      inFlightBytes: 1 << 20,
      largestFirst: false,
      maxRowsPerSecond: 0,
      leaseMs: 1500,
      log: job.context.log,
      ...more,
    });
    const end = new AbortController();
    const ended = snapshot.run(end.signal);
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

  /** What the poller does when it is asked to hold: answers with a position. */
  async function answerHold(name: string): Promise<string> {
    const position = await source.quiesce.writeMarker(`hold ${name}`);
    const { hold } = await job.table(name);
    await until(async () => (await job.control.requests.open(['hold'])).some((request) => request.subject === hold));
    await job.control.setHeld(name, hold ?? '', position.text);
    return position.text;
  }

  const untilState = (name: string, state: string): Promise<true> =>
    until(async () => (await job.table(name)).state === state, { message: `${name} ${state}` });

  /** Until when the coordinator has its lease, ms. */
  async function coordinatorLease(): Promise<number> {
    const { rows } = await job.context.pool.query<{ until: Date }>(
      `select until from sluice.leases where job = $1 and name = 'snapshot-coordinator'`,
      [job.name],
    );
    return rows[0]?.until.getTime() ?? 0;
  }

  /** Reads in the topic, in order. */
  async function reads(name: string): Promise<number[]> {
    const records = await job.records((await job.table(name)).topic);
    return records.filter((record) => record.op === 'r').map((record) => Number(record.row?.[0]));
  }

  const ascending = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

  test('B6 rule 3: a table is asked to be held, read in chunks once each at S0, and released', async () => {
    start({ slots: 2, slotsHere: 2 });
    const s0 = await answerHold('dbo.t');
    await untilState('dbo.t', 'catching-up');
    expect((await reads('dbo.t')).toSorted((a, b) => a - b)).toEqual(ascending(400));
    const table = await job.table('dbo.t');
    const records = await job.records(table.topic);
    expect(new Set(records.map((record) => record.position))).toEqual(new Set([`${s0}-00`]));
    const released = await job.control.requests.open(['release']);
    expect(released.map((request) => request.subject)).toEqual([table.hold]);
    expect((await job.control.chunks.progress()).get('dbo.t')).toEqual({ done: 11, total: 11 });
    expect((await job.control.readCounts()).get('dbo.t')?.snapshot.reads).toBe(400);
  });

  test('A5 rule 3: nothing is read before every transaction that was open at S0 has ended', async () => {
    const session = await database.session();
    undo.push(() => session.close());
    const open = session.transaction();
    await open.begin();
    await open.request().query(`UPDATE dbo.t SET n = 1000 WHERE id = 7`);
    start();
    await answerHold('dbo.t');
    // Time to do it wrong: the coordinator prolongs its lease twice meanwhile.
    for (const before of [await coordinatorLease(), null]) {
      const known = before ?? (await coordinatorLease());
      await until(async () => (await coordinatorLease()) > known);
    }
    expect((await job.table('dbo.t')).state).toBe('held');
    expect(await reads('dbo.t')).toEqual([]);
    await open.commit();
    await untilState('dbo.t', 'catching-up');
    const records = await job.records((await job.table('dbo.t')).topic);
    expect(records.find((record) => record.row?.[0] === 7)?.row).toEqual([7, 1000]);
    await database.run(`UPDATE dbo.t SET n = 7 WHERE id = 7`);
  });

  test('B6 a load that was stopped reads only the chunks that were under way again', async () => {
    const gate = new Gate(4);
    undo.push(() => gate.open());
    const first = start({ source: gated(source, gate) });
    await answerHold('dbo.t');
    await gate.reached;
    const stopping = first.stop();
    gate.open();
    await stopping;
    const done = (await job.control.chunks.progress()).get('dbo.t')?.done ?? 0;
    expect(done).toBeGreaterThanOrEqual(3);
    expect(await reads('dbo.t')).toHaveLength(done * 40);
    start();
    await untilState('dbo.t', 'catching-up');
    expect((await reads('dbo.t')).toSorted((a, b) => a - b)).toEqual(ascending(400));
  });

  test('rule 1: a slot that was frozen in the middle of a chunk commits nothing after its chunk was taken back', async () => {
    const gate = new Gate(3);
    undo.push(() => gate.open());
    // Frozen: it believes that its lease holds, and has read a chunk that it has not written.
    start({ source: gated(source, gate), control: blindToItsLease(job.control) });
    await answerHold('dbo.t');
    await gate.reached;
    start();
    await untilState('dbo.t', 'catching-up');
    expect((await reads('dbo.t')).toSorted((a, b) => a - b)).toEqual(ascending(400));
    gate.open();
    // The zombie finds out and begins again: it asks for a lease that the living one has, and a chunk that there is not.
    await until(async () => gate.passed);
    await job.control.setTableState('dbo.heap', 'prepared');
    await answerHold('dbo.heap');
    await untilState('dbo.heap', 'catching-up');
    expect((await reads('dbo.t')).toSorted((a, b) => a - b)).toEqual(ascending(400));
    expect((await job.control.readCounts()).get('dbo.t')?.snapshot.reads).toBe(400);
  });

  test('rule 1: what a frozen slot stumbles over when it wakes up stops no table', async () => {
    const gate = new Gate(3, () => new SluiceError('TypeNotSupported', 'what this one read is no row any more'));
    undo.push(() => gate.open());
    const { leases } = job.control;
    const renew: typeof leases.renew = (...args) => (gate.passed ? leases.renew(...args) : Promise.resolve(true));
    start({ source: gated(source, gate), control: over(job.control, { leases: over(leases, { renew }) }) });
    await answerHold('dbo.t');
    await gate.reached;
    start();
    await untilState('dbo.t', 'catching-up');
    gate.open();
    await until(async () => gate.passed);
    await job.control.setTableState('dbo.heap', 'prepared');
    await answerHold('dbo.heap');
    await untilState('dbo.heap', 'catching-up');
    expect((await job.table('dbo.t')).state).toBe('catching-up');
    expect((await reads('dbo.t')).toSorted((a, b) => a - b)).toEqual(ascending(400));
  });

  test('B9 rule 6: a table without a key is read at one exact position, behind a truncation, with multiplicity', async () => {
    start();
    await answerHold('dbo.heap');
    await untilState('dbo.heap', 'catching-up');
    const position = await job.control.chunks.readPosition('dbo.heap');
    const records = await job.records((await job.table('dbo.heap')).topic);
    expect(records.map((record) => [record.op, record.row])).toEqual([
      ['t', null],
      ['r', [1]],
      ['r', [1]],
      ['r', [2]],
    ]);
    expect(new Set(records.map((record) => record.position))).toEqual(new Set([`${position}-00`]));
  });

  test('B9 rule 6: what is written while a table without a key is read is in the rows or behind the position, never both', async () => {
    start();
    await answerHold('dbo.heap');
    let written = 3;
    while ((await job.table('dbo.heap')).state !== 'catching-up') {
      await database.run(`INSERT INTO dbo.heap VALUES (${written})`);
      written++;
    }
    await source.quiesce.writeMarker('written');
    const position = (await job.control.chunks.readPosition('dbo.heap'))?.slice(0, 20) ?? '';
    const behind = await database.run(
      `SELECT a FROM cdc.dbo_heap_CT WHERE __$start_lsn > 0x${position} AND __$operation = 2`,
    );
    const read = await reads('dbo.heap');
    expect([...read, ...behind.map((row) => Number(row[0]))].toSorted((a, b) => a - b)).toEqual([
      1,
      1,
      2,
      ...ascending(written).slice(3),
    ]);
    await database.run(`DELETE FROM dbo.heap WHERE a > 2`);
  });
});

/** Stops a reader of chunks in its n-th chunk, before its rows are written. */
class Gate {
  private arrive: () => void = () => undefined;
  private unlock: () => void = () => undefined;
  private readonly unlocked = new Promise<void>((resolve) => (this.unlock = resolve));
  readonly reached = new Promise<void>((resolve) => (this.arrive = resolve));
  private chunks = 0;
  passed = false;

  /** `fault`: what the stopped reader throws when it goes on. */
  constructor(
    private readonly at: number,
    private readonly fault?: () => Error,
  ) {}

  open(): void {
    this.unlock();
  }

  async pass(): Promise<void> {
    this.chunks++;
    if (this.chunks !== this.at) return;
    this.arrive();
    await this.unlocked;
    this.passed = true;
    if (this.fault) throw this.fault();
  }
}

function gated(source: Source, gate: Gate): Source {
  const openChunkReader: Source['openChunkReader'] = async () => {
    const reader = await source.openChunkReader();
    const read: ChunkReader['read'] = async function* (table, bounds, signal) {
      for await (const block of reader.read(table, bounds, signal)) {
        await gate.pass();
        yield block;
      }
    };
    return over(reader, { read });
  };
  return over(source, { openChunkReader });
}
