import { PlainDecoder, type Plain } from '#avro-codec';
import { HEADER } from '#events';
import type { KafkaClient } from '#kafka';
import type { JobContext } from '#runtime';
import type { JobTable } from '#target-postgres';

export type Row = Readonly<Record<string, Plain>>;

/** One event of a table as its writer gave it; tombstones are not events. */
export interface RawEvent {
  /** `schema.table` at the source. */
  readonly table: string;
  readonly op: string;
  readonly key: Row;
  readonly before: Row | null;
  readonly after: Row | null;
  /** 20 hexadecimal digits: of the transaction, or of the snapshot. */
  readonly commitLsn: string;
  /** The change within the transaction; null for reads. */
  readonly changeLsn: string | null;
  /** Columns whose value the source did not send, where the writer says so beside the row. */
  readonly unavailable: readonly string[];
}

/** What a topic holds, committed, up to its end now; by partition in order. */
async function readAll(
  kafka: KafkaClient,
  topic: string,
  partitions: number,
  each: (record: {
    key: Buffer | null;
    value: Buffer | null;
    header: (name: Buffer) => string | null;
  }) => Promise<void>,
): Promise<void> {
  const ranges = await kafka.offsets(
    Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
    { committed: false },
  );
  const fetcher = kafka.fetcher({ maxWaitMs: 200 });
  const left = new Map(ranges.filter((one) => one.end > one.earliest).map((one) => [one.partition, one.end]));
  for (const range of ranges) if (left.has(range.partition)) fetcher.seek(topic, range.partition, range.earliest);
  const deadline = Date.now() + 60_000;
  try {
    while (left.size > 0) {
      if (Date.now() > deadline) throw new Error(`${topic} could not be read to its end`);
      const { batches, faults } = await fetcher.fetch();
      if (faults[0]) throw faults[0].error;
      for (const { partition, records, nextOffset } of batches) {
        while (records.next()) {
          await each({ key: records.key(), value: records.value(), header: (name) => records.header(name) });
        }
        if (nextOffset >= (left.get(partition) ?? 0)) {
          left.delete(partition);
          fetcher.remove(topic, partition);
        }
      }
    }
  } finally {
    await fetcher.close();
  }
}

const hex = (lsn: unknown): string => String(lsn ?? '').replaceAll(':', '');

/** Ours: the topics of all tables. */
export async function readSluice(context: JobContext, tables: readonly JobTable[]): Promise<RawEvent[]> {
  const decoder = new PlainDecoder(context.registry);
  const unavailable = Buffer.from(HEADER.unavailable);
  const events: RawEvent[] = [];
  for (const table of tables) {
    await readAll(context.kafka, table.topic, table.partitions, async ({ key, value, header }) => {
      if (value === null) return;
      const event = (await decoder.decode(value)) as unknown as Envelope;
      events.push({
        table: table.tableName,
        op: event.op,
        key: key === null ? {} : ((await decoder.decode(key)) as Row),
        before: event.before,
        after: event.after,
        commitLsn: hex(event.source.commit_lsn),
        changeLsn: event.op === 'r' ? null : hex(event.source.change_lsn),
        unavailable: JSON.parse(header(unavailable) ?? '[]') as string[],
      });
    });
  }
  return events;
}

interface Envelope {
  readonly op: string;
  readonly before: Row | null;
  readonly after: Row | null;
  readonly source: {
    readonly schema: string;
    readonly table: string;
    readonly commit_lsn: string | null;
    readonly change_lsn: string | null;
  };
}

/** Debezium's: the one topic of all tables. A delete without the tombstone behind it is a fault of the reader's assumptions. */
export async function readDebezium(kafka: KafkaClient, topic: string): Promise<RawEvent[]> {
  const events: RawEvent[] = [];
  let deleted: string | null = null;
  await readAll(kafka, topic, 1, async ({ key, value }) => {
    const keyText = key?.toString() ?? null;
    if (deleted !== null && (value !== null || keyText !== deleted)) throw new Error(`no tombstone behind ${deleted}`);
    deleted = null;
    if (value === null) return;
    const event = exactJson(value.toString()) as unknown as Envelope;
    if (event.op === 'd') deleted = keyText;
    events.push({
      table: `${event.source.schema}.${event.source.table}`,
      op: event.op,
      key: keyText === null ? {} : (exactJson(keyText) as Row),
      before: event.before,
      after: event.after,
      commitLsn: hex(event.source.commit_lsn),
      changeLsn: event.op === 'r' ? null : hex(event.source.change_lsn),
      unavailable: [],
    });
  });
  return events;
}

/** Integers that a JavaScript number cannot hold stay as their digits. */
function exactJson(text: string): Plain {
  return JSON.parse(text, (_name: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && /^-?\d{16,}$/.test(context?.source ?? '') ? context?.source : value,
  ) as Plain;
}
