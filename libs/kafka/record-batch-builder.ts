import { constants, zstdCompressSync } from 'node:zlib';
import { SluiceError } from '#errors';
import { crc32c } from './crc32c.ts';
import type { HeaderBlock } from './header-block.ts';
import { copyBytes, varintSize, varlongSize, writeVarint, writeVarlong } from './varint.ts';

/** Bytes `[start, end)` of a buffer that somebody else owns. A growing writer is one, from 0 to what is written. */
export interface ByteSlice {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

export type Compression = 'none' | 'zstd';

export interface BatchLimits {
  /** A batch is full when another record would pass this; default 1 MB. */
  readonly targetBytes: number;
  /** The topic's max.message.bytes: a single record may grow its batch up to this; default 8 MB. */
  readonly maxMessageBytes: number;
  readonly compression: Compression;
}

export const DEFAULT_BATCH_LIMITS: BatchLimits = {
  targetBytes: 1_000_000,
  maxMessageBytes: 8 * 1024 * 1024,
  compression: 'none',
};

/** The producer's identity, written into a batch when it is sealed. */
export interface BatchIdentity {
  readonly producerId: bigint;
  readonly epoch: number;
  readonly sequence: number;
}

// Three bytes ahead of the batch put the checksummed part, which begins at byte 21, on a word boundary.
const BATCH = 3;
const RECORDS = BATCH + 61;
const ZSTD = 4;
const INITIAL_BYTES = 16 * 1024;
const TRANSACTIONAL = 0x10;

/**
 * One record batch (magic 2) for one partition, written record by record into one buffer that is used again after
 * {@link reset}. No object is made per record.
 */
export class RecordBatchBuilder {
  #buffer: Buffer;
  #end = RECORDS;
  #records = 0;
  #firstTimestampMs = 0;
  #maxTimestampMs = 0;
  readonly limits: BatchLimits;

  constructor(limits: Partial<BatchLimits> = {}) {
    this.limits = { ...DEFAULT_BATCH_LIMITS, ...limits };
    this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }

  /** Bytes of memory that the builder holds. */
  get bufferSize(): number {
    return this.#buffer.length;
  }

  get recordCount(): number {
    return this.#records;
  }

  /** Uncompressed bytes so far, the batch's header included. */
  get byteCount(): number {
    return this.#end - BATCH;
  }

  /**
   * Appends a record. False: the batch is full and the record was not taken; seal this one and start another.
   * @throws SluiceError RecordTooLarge for a record that no batch of the topic can hold
   */
  append(timestampMs: number, key: ByteSlice | null, value: ByteSlice | null, headers: HeaderBlock | null): boolean {
    const keySize = key === null ? -1 : key.end - key.start;
    const valueSize = value === null ? -1 : value.end - value.start;
    if (this.#records === 0) this.#firstTimestampMs = timestampMs;
    const delta = timestampMs - this.#firstTimestampMs;
    const headerSize = headers === null ? 1 : headers.size + varintSize(headers.count);
    const size =
      1 +
      (delta >= -0x4000_0000 && delta < 0x4000_0000 ? varintSize(delta) : varlongSize(delta)) +
      varintSize(this.#records) +
      varintSize(keySize) +
      Math.max(0, keySize) +
      varintSize(valueSize) +
      Math.max(0, valueSize) +
      headerSize;
    const end = this.#end + varintSize(size) + size;
    if (end - BATCH > this.limits.targetBytes) {
      if (this.#records > 0) return false;
      if (end - BATCH > this.limits.maxMessageBytes) throw this.#tooLarge(end - BATCH);
    }
    if (end > this.#buffer.length) this.#grow(end);
    this.#write(size, delta, key, value, headers);
    if (this.#records++ === 0 || timestampMs > this.#maxTimestampMs) this.#maxTimestampMs = timestampMs;
    return true;
  }

  #write(
    size: number,
    delta: number,
    key: ByteSlice | null,
    value: ByteSlice | null,
    headers: HeaderBlock | null,
  ): void {
    const buffer = this.#buffer;
    let at = writeVarint(buffer, this.#end, size);
    buffer[at++] = 0;
    at =
      delta >= -0x4000_0000 && delta < 0x4000_0000 ? writeVarint(buffer, at, delta) : writeVarlong(buffer, at, delta);
    at = writeVarint(buffer, at, this.#records);
    at = writeSlice(buffer, at, key);
    at = writeSlice(buffer, at, value);
    if (headers === null) buffer[at++] = 0;
    else {
      at = writeVarint(buffer, at, headers.count);
      at = copyBytes(headers.buffer, 0, headers.size, buffer, at);
    }
    this.#end = at;
  }

  /**
   * The batch's bytes, ready for the wire. They are a view of the builder's buffer (of another one when compressed) and
   * stay as they are until {@link reset}. Sealing again, with another identity, is allowed.
   */
  seal(identity: BatchIdentity): Buffer {
    const { buffer, end } = this.#compressed();
    buffer.fill(0, BATCH, BATCH + 8);
    buffer.writeInt32BE(end - BATCH - 12, BATCH + 8);
    buffer.writeInt32BE(-1, BATCH + 12);
    buffer[BATCH + 16] = 2;
    const codec = this.limits.compression === 'zstd' ? ZSTD : 0;
    buffer.writeInt16BE(TRANSACTIONAL | codec, BATCH + 21);
    buffer.writeInt32BE(this.#records - 1, BATCH + 23);
    buffer.writeBigInt64BE(BigInt(this.#firstTimestampMs), BATCH + 27);
    buffer.writeBigInt64BE(BigInt(this.#maxTimestampMs), BATCH + 35);
    buffer.writeBigInt64BE(identity.producerId, BATCH + 43);
    buffer.writeInt16BE(identity.epoch, BATCH + 51);
    buffer.writeInt32BE(identity.sequence, BATCH + 53);
    buffer.writeInt32BE(this.#records, BATCH + 57);
    buffer.writeUInt32BE(crc32c(buffer, BATCH + 21, end), BATCH + 17);
    return buffer.subarray(BATCH, end);
  }

  /** Empties the builder; its buffer is used again, unless one huge record made it grow far beyond the target. */
  reset(): void {
    this.#end = RECORDS;
    this.#records = 0;
    if (this.#buffer.length > this.limits.targetBytes * 2 + RECORDS)
      this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }

  #compressed(): { buffer: Buffer; end: number } {
    if (this.limits.compression === 'none') return { buffer: this.#buffer, end: this.#end };
    const packed = zstdCompressSync(this.#buffer.subarray(RECORDS, this.#end), {
      params: { [constants.ZSTD_c_compressionLevel]: 1 },
    });
    const buffer = Buffer.allocUnsafeSlow(RECORDS + packed.length);
    packed.copy(buffer, RECORDS);
    return { buffer, end: buffer.length };
  }

  #grow(end: number): void {
    const cap = this.limits.targetBytes + BATCH;
    const wanted = Math.max(end, Math.min(this.#buffer.length * 2, Math.max(cap, end)));
    const grown = Buffer.allocUnsafeSlow(wanted);
    this.#buffer.copy(grown, RECORDS, RECORDS, this.#end);
    this.#buffer = grown;
  }

  #tooLarge(bytes: number): SluiceError {
    const limit = this.limits.maxMessageBytes;
    return new SluiceError('RecordTooLarge', `a record of ${bytes} bytes passes the limit of ${limit}`, {
      bytes,
      limit,
    });
  }
}

function writeSlice(buffer: Buffer, at: number, slice: ByteSlice | null): number {
  if (slice === null) {
    buffer[at] = 1;
    return at + 1;
  }
  return copyBytes(slice.buffer, slice.start, slice.end, buffer, writeVarint(buffer, at, slice.end - slice.start));
}
