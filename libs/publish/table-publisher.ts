import { ByteWriter, type RowEncoder } from '#avro-codec';
import { type EventTable, HEADER, Position, tableName } from '#events';
import { SluiceError } from '#errors';
import { type BatchLimits, HeaderBlock, type RecordCursor, TopicWriter, type TransactionalProducer } from '#kafka';
import type { TableChange } from '#source';
import type { SourceRow } from '#values';

/** Headers that records carry, as bytes, for copying. */
const NAMES = [HEADER.position, HEADER.schemaVersion, HEADER.unavailable, HEADER.parts, HEADER.attempt].map((name) => ({
  name,
  bytes: Buffer.from(name),
}));

/**
 * Turns rows and changes of one table into records of one topic (the table's own or a journal), inside the transaction that the caller has begun: the one place
 * that knows tombstones, key changes and headers (events.md). Not safe for two tasks at once.
 */
export class TablePublisher {
  private readonly key = new ByteWriter(256);
  private readonly otherKey = new ByteWriter(256);
  private readonly value = new ByteWriter(16 * 1024);
  private readonly writer: TopicWriter;
  private readonly changeHeaders: HeaderBlock;
  private readHeaders: HeaderBlock | null = null;
  private readMeta: { commitMs: number; tsMs: number; snapshot: 'true'; position: Position } | null = null;
  private readonly isKeyless: boolean;

  constructor(
    producer: TransactionalProducer,
    private readonly encoder: RowEncoder,
    target: { readonly topic: string; readonly partitions: number; readonly limits?: Partial<BatchLimits> },
  ) {
    this.writer = new TopicWriter(producer, target.topic, target.partitions, target.limits ?? {});
    this.isKeyless = encoder.table.key.length === 0;
    this.changeHeaders = new HeaderBlock([
      [HEADER.position, `${Position.sqlServerZero.text}-00`],
      [HEADER.schemaVersion, String(encoder.table.version)],
    ]);
  }

  get table(): EventTable {
    return this.encoder.table;
  }

  /** Before the rows of a chunk: they all carry the hold's position `s0`. */
  beginReads(s0: string): void {
    const nowMs = Date.now();
    this.readMeta = { commitMs: nowMs, tsMs: nowMs, snapshot: 'true', position: Position.parse(s0) };
    this.readHeaders = new HeaderBlock([
      [HEADER.position, `${s0}-00`],
      [HEADER.schemaVersion, String(this.table.version)],
    ]);
  }

  /** Appends rows as `r` events. @throws SluiceError ValueRejected, naming table and column */
  reads(rows: readonly SourceRow[]): void {
    const { readMeta: meta, readHeaders: headers, key, value, encoder, writer } = this;
    if (!meta) throw new SluiceError('Bug', 'BUG: reads before beginReads');
    for (const row of rows) {
      key.reset();
      value.reset();
      encoder.encodeKey(key, row);
      encoder.encodeEnvelope(value, 'r', null, row, meta);
      writer.append(meta.tsMs, key, value, headers);
    }
  }

  /** Appends a truncation to every partition, under the reserved key (rule 7); what stood before it counts no more. */
  truncate(position: Position): void {
    const nowMs = Date.now();
    this.key.reset();
    this.value.reset();
    this.encoder.encodeReservedKey(this.key);
    this.encoder.encodeEnvelope(this.value, 't', null, null, {
      commitMs: nowMs,
      tsMs: nowMs,
      snapshot: 'true',
      position,
    });
    this.changeHeaders.set(HEADER.position, `${position.text}-00`);
    for (let partition = 0; partition < this.writer.partitions; partition++) {
      this.writer.appendTo(partition, {
        timestampMs: nowMs,
        key: this.key,
        value: this.value,
        headers: this.changeHeaders,
      });
    }
  }

  /** Appends one change: an update of the key as delete, tombstone and create (rule 5). */
  change(change: TableChange): void {
    const { before, after } = change;
    if (change.op === 'u' && before && after && !this.isSameKey(before, after)) {
      this.assertComplete(after);
      this.append('d', before, null, change, 0);
      if (!this.isKeyless) this.tombstone(before, change, 1);
      this.append('c', null, after, change, 2);
      return;
    }
    this.append(change.op, before, after, change, 0);
    if (change.op === 'd' && before && !this.isKeyless) this.tombstone(before, change, 1);
  }

  /** Appends a record of a journal as it is: same key, value and headers. */
  copy(record: RecordCursor): void {
    const headers: [string, Buffer][] = [];
    for (const { name, bytes } of NAMES) {
      if (record.findHeader(bytes))
        headers.push([name, Buffer.from(record.buffer.subarray(record.headerStart, record.headerEnd))]);
    }
    const key = { buffer: record.buffer, start: record.keyStart, end: record.keyEnd };
    const value = record.valueIsNull ? null : { buffer: record.buffer, start: record.valueStart, end: record.valueEnd };
    this.writer.append(record.timestampMs, key, value, new HeaderBlock(headers));
  }

  /** Hands everything over to the producer; before its `flush` or `commit`. */
  push(): void {
    this.writer.push();
  }

  /** Forgets what was not handed over; after a fault. */
  clear(): void {
    this.writer.clear();
  }

  private append(
    op: 'c' | 'u' | 'd',
    before: SourceRow | null,
    after: SourceRow | null,
    change: TableChange,
    part: number,
  ): void {
    const { key, value, encoder, writer } = this;
    const row = after ?? before;
    if (!row) throw new SluiceError('Bug', 'BUG: a change without a row');
    key.reset();
    value.reset();
    const tsMs = Date.now();
    encoder.encodeKey(key, row);
    encoder.encodeEnvelope(value, op, before, after, {
      commitMs: change.commitMs,
      tsMs,
      snapshot: 'false',
      position: change.position,
    });
    writer.append(tsMs, key, value, this.headersOf(change, after, part));
  }

  private tombstone(row: SourceRow, change: TableChange, part: number): void {
    this.key.reset();
    this.encoder.encodeKey(this.key, row);
    this.writer.append(Date.now(), this.key, null, this.headersOf(change, null, part));
  }

  private headersOf(change: TableChange, after: SourceRow | null, part: number): HeaderBlock {
    const position = `${change.position.text}-0${part}`;
    if (after === null || !after.includes(undefined)) {
      this.changeHeaders.set(HEADER.position, position);
      return this.changeHeaders;
    }
    const names = this.table.columns.filter((_, index) => after[index] === undefined).map((column) => column.name);
    return new HeaderBlock([
      [HEADER.position, position],
      [HEADER.schemaVersion, String(this.table.version)],
      [HEADER.unavailable, JSON.stringify(names)],
    ]);
  }

  private isSameKey(before: SourceRow, after: SourceRow): boolean {
    const { key, otherKey, encoder } = this;
    key.reset();
    otherKey.reset();
    encoder.encodeKey(key, before);
    encoder.encodeKey(otherKey, after);
    return key.end === otherKey.end && key.buffer.compare(otherKey.buffer, 0, otherKey.end, 0, key.end) === 0;
  }

  /** A row under a new key must be whole (rule 8); SQL Server logs such updates as delete and insert, with all values. */
  private assertComplete(after: SourceRow): void {
    if (!after.includes(undefined)) return;
    throw new SluiceError(
      'SourceQueryFailed',
      `A key change in ${tableName(this.table)} came without its large values.`,
      { table: tableName(this.table) },
    );
  }
}
