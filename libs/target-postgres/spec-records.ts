import {
  ByteWriter,
  envelopeSchema,
  keySchema,
  contractSchema,
  ReaderCache,
  RowEncoder,
  type AvroSchema,
  type SchemaRegistry,
} from '#avro-codec';
import { HEADER, Position, type EventTable, type Op } from '#events';
import { HeaderBlock, RecordBatchBuilder, RecordCursor, type FetchedBatch } from '#kafka';
import type { SourceRow } from '#values';

/** An event as a spec writes it down. `d` may be followed by a tombstone with the same key; `tombstone` stands alone. */
export interface SpecEvent {
  readonly op: Op | 'tombstone';
  readonly before?: SourceRow;
  readonly after?: SourceRow;
  readonly unavailable?: readonly string[];
  readonly version?: number;
}

const POSITION = Position.endOfCommit('0000000000000000000a');

/** Makes what a fetch of one partition gives, from events of one table; for specs. */
export class SpecRecords {
  readonly readers: ReaderCache;
  readonly #encoder: RowEncoder;
  #offset = 0;

  constructor(
    readonly table: EventTable,
    ids: { key: number; value: number; reservedKey: number } = { key: 1, value: 2, reservedKey: 3 },
    known: Map<number, AvroSchema> = new Map(),
  ) {
    known
      .set(ids.key, keySchema(table))
      .set(ids.value, envelopeSchema(table))
      .set(ids.reservedKey, contractSchema('reserved-key'));
    const registry = { getById: (id: number) => Promise.resolve(known.get(id)!) };
    this.readers = new ReaderCache(registry as unknown as SchemaRegistry);
    this.#encoder = new RowEncoder({ table, ids, connector: 'sqlserver', version: 'spec' });
  }

  async load(): Promise<this> {
    await Promise.all([this.readers.loadKey(1), this.readers.loadEnvelope(2), this.readers.loadKey(3)]);
    return this;
  }

  get nextOffset(): number {
    return this.#offset;
  }

  /** The events behind all earlier ones, as one fetched batch. */
  fetch(events: readonly SpecEvent[], partition = 0): FetchedBatch {
    const builder = new RecordBatchBuilder({ targetBytes: 64_000_000, maxMessageBytes: 64_000_000 });
    for (const event of events) this.#append(builder, event);
    const bytes = Buffer.from(builder.seal({ producerId: 1n, epoch: 0, sequence: 0 }));
    const fetchOffset = this.#offset;
    bytes.writeBigInt64BE(BigInt(fetchOffset), 0);
    this.#offset += events.length;
    const topic = 'spec';
    const records = new RecordCursor({
      topic,
      partition,
      records: bytes,
      fromOffset: fetchOffset,
      aborted: [],
      checkCrc: false,
    });
    const end = this.#offset;
    return {
      topic,
      partition,
      fetchOffset,
      nextOffset: end,
      lastStableOffset: end,
      highWatermark: end,
      byteCount: bytes.length,
      records,
    };
  }

  #append(builder: RecordBatchBuilder, { op, before, after, unavailable, version = 1 }: SpecEvent): void {
    const key = new ByteWriter();
    if (op === 't') this.#encoder.encodeReservedKey(key);
    else this.#encoder.encodeKey(key, (op === 'd' || op === 'tombstone' ? before : after)!);
    const value = new ByteWriter();
    const meta = { commitMs: 1, tsMs: 2, snapshot: 'false' as const, position: POSITION };
    if (op !== 'tombstone') this.#encoder.encodeEnvelope(value, op, before ?? null, after ?? null, meta);
    const headers = new HeaderBlock([
      [HEADER.position, POSITION.text],
      [HEADER.schemaVersion, String(version)],
      ...(unavailable ? [[HEADER.unavailable, JSON.stringify(unavailable)] as const] : []),
    ]);
    if (!builder.append(1, key, op === 'tombstone' ? null : value, headers)) throw new Error('the batch is full');
  }
}
