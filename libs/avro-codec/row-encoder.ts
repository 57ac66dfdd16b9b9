import { tableName, type EventTable, type KeyColumn, type Op, type Position } from '#events';
import {
  canonicalKeyValue,
  DEFAULT_VALUE_POLICY,
  rejectValue,
  type SourceRow,
  type ValueCounters,
  type ValuePlace,
  type ValuePolicy,
  type ValueType,
} from '#values';
import { ByteWriter } from './byte-writer.ts';
import { frame } from './framing.ts';
import { RowWriter } from './row-writer.ts';
import { keyColumns } from './schema-builder.ts';

/** Ids that the registry gave the schemas of a table version. */
export interface TableSchemaIds {
  readonly key: number;
  readonly value: number;
  readonly reservedKey: number;
}

/** What an encoder is made for. */
export interface RowEncoderOptions {
  readonly table: EventTable;
  readonly ids: TableSchemaIds;
  readonly connector: 'sqlserver' | 'postgresql';
  /** Sluice's version, for the source block. */
  readonly version: string;
  readonly policy?: ValuePolicy;
  readonly counters?: ValueCounters;
}

/**
 * Everything of an event but its rows. An object must not change once it was used: what is made from it is kept as long as
 * the same object comes again (one for a whole chunk, a new one for each change).
 */
export interface EventMeta {
  /** Commit time at the source, or of the read; ms. */
  readonly commitMs: number;
  /** Time of writing, ms. */
  readonly tsMs: number;
  readonly snapshot: 'true' | 'last' | 'false';
  /** Of an `r` event: the hold's position. */
  readonly position: Position;
  readonly transaction?: { readonly id: string; readonly totalOrder: number; readonly collectionOrder: number };
}

interface KeyPlan extends KeyColumn {
  readonly type: ValueType;
  readonly isNullable: boolean;
  readonly place: ValuePlace;
}

const OP_CODE: Record<Op, number> = { r: 114, c: 99, u: 117, d: 100, t: 116 };

/**
 * Writes keys and envelopes of one table version in Confluent's framing, from rows of source values, into the caller's
 * buffer. No object is made per value. One an asynchronous task: it keeps what it prepared for the last meta.
 */
export class RowEncoder {
  readonly table: EventTable;
  readonly #rows: RowWriter;
  readonly #keys: readonly KeyPlan[];
  readonly #connector: 'sqlserver' | 'postgresql';
  readonly #valueFrame: Buffer;
  readonly #keyFrame: Buffer;
  readonly #sourceHead: Buffer;
  readonly #sourceNames: Buffer;
  readonly #reservedKey: Buffer;
  readonly #tail = new ByteWriter(512);
  #tailOf: EventMeta | undefined;
  #opAt = 0;

  constructor(options: RowEncoderOptions) {
    const { table, ids, policy = DEFAULT_VALUE_POLICY, counters } = options;
    this.table = table;
    this.#rows = new RowWriter(table, policy, counters);
    this.#keys = keyColumns(table).map((key) => {
      const { name, type, nullable } = table.columns[key.index]!;
      return { ...key, type, isNullable: nullable, place: { table: tableName(table), column: name } };
    });
    this.#connector = options.connector;
    this.#valueFrame = frame(ids.value);
    this.#keyFrame = frame(ids.key);
    this.#sourceHead = written((out) =>
      [options.version, options.connector, table.job].forEach((text) => out.text(text)),
    );
    this.#sourceNames = written((out) => {
      out.text(table.database);
      nullableText(out, table.schema);
      nullableText(out, table.name);
    });
    this.#reservedKey = written((out) => {
      out.raw(frame(ids.reservedKey));
      out.text('truncate');
    });
  }

  /** Appends the canonical key of a row (rule 5 of architecture.md). @throws SluiceError ValueRejected */
  encodeKey(out: ByteWriter, row: SourceRow): void {
    out.raw(this.#keyFrame);
    for (const { index, fold, type, isNullable, place } of this.#keys) {
      const value = row[index];
      // A whole number is its own canonical form; everything else goes through the one function that decides.
      const isPlain = (type.kind === 'int' || type.kind === 'long') && Number.isSafeInteger(value);
      const canonical = isPlain ? (value as number) : canonicalKeyValue(type, fold, value, place);
      if (canonical === null) {
        if (!isNullable) rejectValue(place, 'NULL in a key column');
        out.byte(0);
      } else {
        if (isNullable) out.byte(2);
        this.#rows.writeValue(out, index, canonical);
      }
    }
  }

  /** Appends the key of a `t` event: its schema is another one, so that no row's key equals it. */
  encodeReservedKey(out: ByteWriter): void {
    out.raw(this.#reservedKey);
  }

  /**
   * Appends an envelope. On an error `out.end` is where it was.
   * @throws SluiceError ValueRejected, naming the column
   */
  encodeEnvelope(out: ByteWriter, op: Op, before: SourceRow | null, after: SourceRow | null, meta: EventMeta): void {
    const end = out.end;
    try {
      out.raw(this.#valueFrame);
      this.#row(out, before);
      this.#row(out, after);
      if (meta !== this.#tailOf) this.#prepare(meta);
      this.#tail.buffer[this.#opAt] = OP_CODE[op];
      out.ensure(this.#tail.end);
      this.#tail.buffer.copy(out.buffer, out.end, 0, this.#tail.end);
      out.end += this.#tail.end;
    } catch (error) {
      out.end = end;
      throw error;
    }
  }

  #row(out: ByteWriter, row: SourceRow | null): void {
    if (row === null) return out.byte(0);
    out.byte(2);
    this.#rows.writeRow(out, row);
  }

  /** Source block, op, ts_ms and transaction: all that follows the rows. */
  #prepare(meta: EventMeta): void {
    const out = this.#tail;
    out.reset();
    out.raw(this.#sourceHead);
    out.long(meta.commitMs);
    nullableText(out, meta.snapshot);
    out.raw(this.#sourceNames);
    if (this.#connector === 'sqlserver') sqlServerPlace(out, meta.position);
    else postgresPlace(out, meta.position);
    out.byte(2);
    this.#opAt = out.end;
    out.byte(0);
    out.byte(2);
    out.long(meta.tsMs);
    transactionBlock(out, meta.transaction);
    this.#tailOf = meta;
  }
}

/** change_lsn, commit_lsn, event_serial_no, then the two of PostgreSQL as null. */
function sqlServerPlace(out: ByteWriter, position: Position): void {
  const text = position.text;
  nullableText(out, lsnText(text, 21));
  nullableText(out, lsnText(text, 0));
  out.byte(2);
  out.long(Number.parseInt(text.slice(42, 50), 16));
  out.byte(0);
  out.byte(0);
}

/** Twenty hex digits as Debezium writes an LSN: `00000027:00000758:0005`. */
function lsnText(text: string, at: number): string {
  return `${text.slice(at, at + 8)}:${text.slice(at + 8, at + 16)}:${text.slice(at + 16, at + 20)}`;
}

/** Those of SQL Server as null, txId unknown, lsn. */
function postgresPlace(out: ByteWriter, position: Position): void {
  for (let i = 0; i < 4; i++) out.byte(0);
  out.byte(2);
  out.bigLong(BigInt.asIntN(64, BigInt(`0x${position.commitLsn}`)));
}

function transactionBlock(out: ByteWriter, transaction: EventMeta['transaction']): void {
  if (transaction === undefined) return out.byte(0);
  out.byte(2);
  out.text(transaction.id);
  out.long(transaction.totalOrder);
  out.long(transaction.collectionOrder);
}

function nullableText(out: ByteWriter, text: string): void {
  out.byte(2);
  out.text(text);
}

function written(write: (out: ByteWriter) => void): Buffer {
  const out = new ByteWriter(256);
  write(out);
  return out.take();
}
