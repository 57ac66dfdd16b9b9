import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { SluiceError } from '#errors';
import { crc32c } from './crc32c.ts';
import type { AbortedTransaction } from './protocol.ts';
import { readInt64 } from './wire.ts';

const HEADER_SIZE = 61;
const CONTROL = 0x20;
const TRANSACTIONAL = 0x10;

/** What a cursor is to walk over. */
export interface RecordSource {
  readonly topic: string;
  readonly partition: number;
  /** Record batches as the broker sent them; the last may be cut. */
  readonly records: Buffer;
  /** Records below it are passed over: a batch may begin before the offset asked for. */
  readonly fromOffset: number;
  /** Transactions that were aborted, in any order. */
  readonly aborted: readonly AbortedTransaction[];
  readonly checkCrc: boolean;
}

/** Where one batch lies, and whether its records count. */
interface BatchFrame {
  readonly start: number;
  readonly end: number;
  readonly baseOffset: number;
  readonly firstTimestampMs: number;
  readonly codec: number;
  readonly recordCount: number;
}

/**
 * Walks over the committed records of what was fetched from one partition, without an object per record: after `next()`
 * gives true the fields describe the record, until the next call. Control records and those of aborted transactions are
 * left out; {@link nextOffset} stands behind them.
 */
export class RecordCursor {
  /** Holds key, value and headers of the present record; changes from batch to batch. Valid as long as the cursor is held. */
  buffer: Buffer;
  offset = -1;
  timestampMs = 0;
  keyStart = 0;
  /** Below `keyStart`: the key is null. */
  keyEnd = -1;
  valueStart = 0;
  /** Below `valueStart`: the value is null (a tombstone). */
  valueEnd = -1;
  headerCount = 0;
  /** Of the last {@link findHeader}. */
  headerStart = 0;
  headerEnd = 0;
  /** Where to fetch on: behind the last whole batch. */
  readonly nextOffset: number;
  /** Largest number of records that the cursor may give; compaction can leave fewer. */
  readonly recordLimit: number;

  readonly #source: RecordSource;
  readonly #frames: BatchFrame[] = [];
  #frame = 0;
  #at = 0;
  #left = 0;
  #baseOffset = 0;
  #firstTimestampMs = 0;
  #headersAt = 0;

  /** @throws SluiceError KafkaTransactionFailed for a batch whose checksum is wrong */
  constructor(source: RecordSource) {
    this.#source = source;
    this.buffer = source.records;
    this.nextOffset = this.#scan();
    this.recordLimit = this.#frames.reduce((sum, frame) => sum + frame.recordCount, 0);
  }

  /** Goes to the next record. False at the end. */
  next(): boolean {
    for (;;) {
      if (this.#left === 0) {
        if (this.#frame === this.#frames.length) return false;
        this.#open(this.#frames[this.#frame++]!);
        continue;
      }
      this.#left--;
      this.#read();
      if (this.offset >= this.#source.fromOffset) return true;
    }
  }

  get keyIsNull(): boolean {
    return this.keyEnd < this.keyStart;
  }

  get valueIsNull(): boolean {
    return this.valueEnd < this.valueStart;
  }

  /** The key's bytes as a view, null for none. */
  key(): Buffer | null {
    return this.keyEnd < this.keyStart ? null : this.buffer.subarray(this.keyStart, this.keyEnd);
  }

  /** The value's bytes as a view, null for a tombstone. */
  value(): Buffer | null {
    return this.valueEnd < this.valueStart ? null : this.buffer.subarray(this.valueStart, this.valueEnd);
  }

  /** Sets {@link headerStart} and {@link headerEnd} to the value of the record's first header of that name (its bytes). */
  findHeader(name: Buffer): boolean {
    let at = this.#headersAt;
    for (let i = 0; i < this.headerCount; i++) {
      const nameSize = this.#varint(at);
      const nameAt = this.#after;
      const valueSize = this.#varint(nameAt + nameSize);
      const valueAt = this.#after;
      if (nameSize === name.length && sameBytes(this.buffer, nameAt, name)) {
        this.headerStart = valueAt;
        this.headerEnd = valueAt + Math.max(0, valueSize);
        return true;
      }
      at = valueAt + Math.max(0, valueSize);
    }
    return false;
  }

  /** The text of a header, null where the record has none of that name. */
  header(name: Buffer): string | null {
    return this.findHeader(name) ? this.buffer.toString('utf8', this.headerStart, this.headerEnd) : null;
  }

  #after = 0;

  /** Zigzag varint at `at`; the place behind it is left in `#after`. */
  #varint(at: number): number {
    const buffer = this.buffer;
    let byte = buffer[at++]!;
    let zigzag = byte & 0x7f;
    for (let shift = 7; byte > 0x7f; shift += 7) {
      byte = buffer[at++]!;
      zigzag |= (byte & 0x7f) << shift;
    }
    this.#after = at;
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  #read(): void {
    const buffer = this.buffer;
    const size = this.#varint(this.#at);
    let at = this.#after + 1;
    const end = this.#after + size;
    if (buffer[at]! < 0x80) {
      const zigzag = buffer[at++]!;
      this.timestampMs = this.#firstTimestampMs + ((zigzag >>> 1) ^ -(zigzag & 1));
    } else at = this.#longTimestamp(at);
    this.offset = this.#baseOffset + this.#varint(at);
    const keySize = this.#varint(this.#after);
    this.keyStart = this.#after;
    this.keyEnd = this.keyStart + keySize;
    const valueSize = this.#varint(keySize < 0 ? this.keyStart : this.keyEnd);
    this.valueStart = this.#after;
    this.valueEnd = this.valueStart + valueSize;
    this.headerCount = this.#varint(valueSize < 0 ? this.valueStart : this.valueEnd);
    this.#headersAt = this.#after;
    this.#at = end;
  }

  #longTimestamp(from: number): number {
    let at = from;
    let zigzag = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.buffer[at++]!;
      zigzag += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    this.timestampMs = this.#firstTimestampMs + (zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2);
    return at;
  }

  #open(frame: BatchFrame): void {
    this.#baseOffset = frame.baseOffset;
    this.#firstTimestampMs = frame.firstTimestampMs;
    this.#left = frame.recordCount;
    if (frame.codec === 0) {
      this.buffer = this.#source.records;
      this.#at = frame.start + HEADER_SIZE;
    } else {
      const packed = this.#source.records.subarray(frame.start + HEADER_SIZE, frame.end);
      this.buffer = this.#unpack(frame.codec, packed);
      this.#at = 0;
    }
  }

  #unpack(codec: number, packed: Buffer): Buffer {
    if (codec === 1) return gunzipSync(packed);
    if (codec === 4) return zstdDecompressSync(packed);
    const name = ['none', 'gzip', 'snappy', 'lz4', 'zstd'][codec] ?? String(codec);
    const { topic, partition } = this.#source;
    throw new SluiceError('TopicMismatch', `topic ${topic} is compressed with ${name}, which Sluice cannot read`, {
      topic,
      partition,
      codec: name,
    });
  }

  /** Finds the batches and drops what is not committed. Gives the offset behind the last whole batch. */
  #scan(): number {
    const { records, aborted, fromOffset } = this.#source;
    const queue = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
    const aborting = new Set<bigint>();
    let nextAborted = 0;
    let nextOffset = fromOffset;
    for (let start = 0; start + HEADER_SIZE <= records.length;) {
      const end = start + 12 + records.readInt32BE(start + 8);
      if (end > records.length) break;
      const baseOffset = readInt64(records, start);
      const lastOffset = baseOffset + records.readInt32BE(start + 23);
      this.#check(start, end, baseOffset);
      while (nextAborted < queue.length && queue[nextAborted]!.firstOffset <= lastOffset) {
        aborting.add(queue[nextAborted++]!.producerId);
      }
      if (this.#counts(start, aborting) && lastOffset >= fromOffset)
        this.#frames.push(this.#frameAt(start, end, baseOffset));
      nextOffset = Math.max(nextOffset, lastOffset + 1);
      start = end;
    }
    return nextOffset;
  }

  #counts(start: number, aborting: Set<bigint>): boolean {
    const { records } = this.#source;
    const attributes = records.readInt16BE(start + 21);
    if ((attributes & TRANSACTIONAL) === 0) return (attributes & CONTROL) === 0;
    const producerId = records.readBigInt64BE(start + 43);
    if ((attributes & CONTROL) !== 0) {
      // Its record says how the producer's transaction ended: the key's second int16 is 0 for aborted.
      if (isAbortMarker(records, start + HEADER_SIZE)) aborting.delete(producerId);
      return false;
    }
    return !aborting.has(producerId);
  }

  #frameAt(start: number, end: number, baseOffset: number): BatchFrame {
    const { records } = this.#source;
    return {
      start,
      end,
      baseOffset,
      firstTimestampMs: readInt64(records, start + 27),
      codec: records.readInt16BE(start + 21) & 7,
      recordCount: records.readInt32BE(start + 57),
    };
  }

  #check(start: number, end: number, offset: number): void {
    const { records, topic, partition, checkCrc } = this.#source;
    const magic = records[start + 16];
    const isIntact =
      magic === 2 && (!checkCrc || crc32c(records, start + 21, end) === records.readUInt32BE(start + 17));
    if (isIntact) return;
    throw new SluiceError('KafkaTransactionFailed', `a record batch of ${topic} arrived damaged`, {
      topic,
      partition,
      offset,
      magic,
    });
  }
}

/** The marker's record: length, attributes, two deltas, key length, then version and type as int16. Each of the first five is one byte. */
function isAbortMarker(records: Buffer, at: number): boolean {
  return records.readInt16BE(at + 7) === 0;
}

function sameBytes(buffer: Buffer, at: number, name: Buffer): boolean {
  for (let i = 0; i < name.length; i++) if (buffer[at + i] !== name[i]) return false;
  return true;
}
