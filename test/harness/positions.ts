import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlainDecoder } from '#avro-codec';
import { topics } from '#events';
import type { JobContext } from '#runtime';
import { connect } from '#samples';
import type { JobTable } from '#target-postgres';
import type { TestJob } from './test-job.ts';

const LISTED = 5;
const POSITION = Buffer.from('sluice.position');
const DELETE = 1;
const INSERT = 2;
const AFTER = 4;

/** A record of a change in a topic: its position, and which part of a change it is. */
interface Found {
  readonly position: string;
  readonly part: number;
  readonly isTombstone: boolean;
  readonly partition: number;
  readonly offset: number;
}

/**
 * The positions in each table's topic, read committed, are exactly the rows of the source's change table after S0, once each; and within a partition they
 * only grow. Deletes count with their tombstone, key changes with their three parts.
 */
export async function checkPositions(
  job: TestJob,
  tables: readonly JobTable[],
): Promise<{ faults: string[]; changes: number }> {
  const context = job.openContext();
  try {
    const captured = await readChangeTables(job);
    const faults: string[] = [];
    let changes = 0;
    for (const table of tables) {
      if (table.state === 'refused') continue;
      const from = (await context.control.chunks.readPosition(table.tableName)) ?? table.s0 ?? '';
      const all = captured.get(table.tableName);
      if (!all) {
        faults.push(`${table.tableName}: no change table`);
        continue;
      }
      const expected = all.filter((position) => position > from);
      const found = await readTopic(context, table);
      changes += expected.length;
      faults.push(...compare(table, expected, found, from));
    }
    if (faults.length > 0) await writeWindows(job, context);
    return { faults, changes };
  } finally {
    await context.close();
  }
}

/** Positions of operations 1, 2 and 4, by source table, in order. */
async function readChangeTables(job: TestJob): Promise<Map<string, string[]>> {
  const pool = await connect(job.source, 1);
  try {
    const instances = await pool.request()
      .query(`SELECT t.capture_instance AS instance, s.name AS [schema], o.name AS name
      FROM cdc.change_tables AS t JOIN sys.objects AS o ON o.object_id = t.source_object_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id`);
    const found = new Map<string, string[]>();
    for (const { instance, schema, name } of instances.recordset as {
      instance: string;
      schema: string;
      name: string;
    }[]) {
      const rows = await pool
        .request()
        .query(
          `SELECT __$start_lsn AS l, __$seqval AS s, __$command_id AS c, __$operation AS o FROM cdc.[${instance.replaceAll(']', ']]')}_CT] WHERE __$operation IN (1, 2, 4)`,
        );
      const positions = (rows.recordset as { l: Buffer; s: Buffer; c: number; o: number }[]).map(
        ({ l, s, c, o }) =>
          `${l.toString('hex')}-${s.toString('hex')}-${c.toString(16).padStart(8, '0')}-${o.toString(16).padStart(2, '0')}`,
      );
      found.set(`${schema}.${name}`, positions.sort());
    }
    return found;
  } finally {
    await pool.close();
  }
}

/** The poller's own account of what it sent, beside the logs, for whoever looks for the cause of a fault. */
async function writeWindows(job: TestJob, context: JobContext): Promise<void> {
  const decoder = new PlainDecoder(context.registry);
  const topic = topics.windows(job.name);
  const [range] = await context.kafka.offsets([{ topic, partition: 0 }], { committed: false });
  const fetcher = context.kafka.fetcher({ maxWaitMs: 200 });
  const lines: string[] = [];
  try {
    fetcher.seek(topic, 0, range?.earliest ?? 0);
    for (let at = range?.earliest ?? 0; at < (range?.end ?? 0);) {
      for (const batch of (await fetcher.fetch()).batches) {
        while (batch.records.next()) {
          const value = batch.records.value();
          if (value) lines.push(JSON.stringify([batch.records.offset, await decoder.decode(value)]));
        }
        at = batch.nextOffset;
      }
    }
  } finally {
    await fetcher.close();
  }
  writeFileSync(join(job.logDir, 'windows.jsonl'), lines.join('\n'));
}

/** Records of changes (not of reads) in the topic up to its end now. */
async function readTopic(context: JobContext, table: JobTable): Promise<Found[]> {
  const { kafka, registry } = context;
  const decoder = new PlainDecoder(registry);
  const partitions = Array.from({ length: table.partitions }, (_, partition) => ({ topic: table.topic, partition }));
  // The high watermark: what a transaction under way holds is waited for.
  const ends = await kafka.offsets(partitions, { committed: false });
  const fetcher = kafka.fetcher({ maxWaitMs: 200 });
  const found: Found[] = [];
  const left = new Map(ends.filter((range) => range.end > range.earliest).map((range) => [range.partition, range.end]));
  for (const range of ends) if (left.has(range.partition)) fetcher.seek(table.topic, range.partition, range.earliest);
  const deadline = Date.now() + 120_000;
  try {
    while (left.size > 0) {
      if (Date.now() > deadline) throw new Error(`${table.topic} could not be read to its end`);
      const { batches, faults } = await fetcher.fetch();
      if (faults[0]) throw faults[0].error;
      for (const { partition, records, nextOffset } of batches) {
        while (records.next()) {
          const position = records.header(POSITION) ?? '';
          const value = records.value();
          if (value !== null && !(await isChange(decoder, value))) continue;
          found.push({
            position: position.slice(0, -3),
            part: Number(position.slice(-2)),
            isTombstone: value === null,
            partition,
            offset: records.offset,
          });
        }
        if (nextOffset >= (left.get(partition) ?? 0)) {
          left.delete(partition);
          fetcher.remove(table.topic, partition);
        }
      }
    }
  } finally {
    await fetcher.close();
  }
  return found;
}

async function isChange(decoder: PlainDecoder, value: Buffer): Promise<boolean> {
  const event = (await decoder.decode(value)) as { op: string };
  return event.op === 'c' || event.op === 'u' || event.op === 'd';
}

function compare(table: JobTable, expected: readonly string[], found: readonly Found[], from: string): string[] {
  const faults: string[] = [];
  const say = (what: string, positions: readonly string[]): void => {
    if (positions.length > 0)
      faults.push(
        `${table.tableName}: ${positions.length} ${what} (S0 ${from}): ${positions.slice(0, LISTED).join(', ')}`,
      );
  };
  const byPosition = Map.groupBy(found, (record) => record.position);
  const wanted = new Set(expected);
  say(
    'positions of the change table are missing in the topic',
    expected.filter((position) => !byPosition.has(position)),
  );
  say(
    'positions in the topic are not in the change table after S0',
    [...byPosition.keys()].filter((position) => !wanted.has(position)),
  );
  const isKeyless = table.eventTable.key.length === 0;
  say(
    'positions have wrong parts',
    [...byPosition]
      .filter(([position, records]) => !isWhole(position, records, isKeyless))
      .map(
        ([position, records]) =>
          `${position} parts ${records.map((record) => `${record.part}@${record.partition}:${record.offset}`).join('+')}`,
      ),
  );
  say('records stand before an earlier change of their partition', outOfOrder(found));
  return faults;
}

/** An insert is one record; a delete has its tombstone; an update is one record, or delete, tombstone and create of a changed key. */
function isWhole(position: string, records: readonly Found[], isKeyless: boolean): boolean {
  const parts = records
    .map((record) => `${record.part}${record.isTombstone ? 't' : ''}`)
    .toSorted()
    .join(' ');
  switch (Number.parseInt(position.slice(-2), 16)) {
    case INSERT:
      return parts === '0';
    case DELETE:
      return parts === (isKeyless ? '0' : '0 1t');
    case AFTER:
      return parts === '0' || parts === (isKeyless ? '0 2' : '0 1t 2');
    default:
      return false;
  }
}

function outOfOrder(found: readonly Found[]): string[] {
  const last = new Map<number, string>();
  const wrong: string[] = [];
  for (const { partition, offset, position, part } of found.toSorted((a, b) => a.offset - b.offset)) {
    const place = `${position}-${part}`;
    const before = last.get(partition);
    if (before !== undefined && place <= before) wrong.push(`${place} at ${partition}:${offset} after ${before}`);
    last.set(partition, place);
  }
  return wrong;
}
