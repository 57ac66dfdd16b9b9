import { rejectValue, type ValueCounters, type ValuePlace, type ValuePolicy } from '#values';
import { readBigLong, readInt, readLong, type ReaderField } from '#avro-codec';
import { writeDateText, writeMicrosOfDay, writeTimestampText } from './copy-temporal.ts';
import { writeBigLong, writeDecimalBytes, writeInteger } from './copy-number.ts';

/** How one field of a record becomes a field of a COPY line. */
export interface CopyField {
  readonly code: number;
  /** Of a decimal. */
  readonly scale: number;
  readonly place: ValuePlace;
}

const CODE = {
  boolean: 0,
  integer: 1,
  decimal: 2,
  float: 3,
  double: 4,
  text: 5,
  bytea: 6,
  date: 7,
  time: 8,
  timestamp: 9,
  millis: 10,
} as const;

/** Chooses the writer for a field of the topic's schema. */
export function copyField(field: ReaderField, place: ValuePlace): CopyField {
  return { code: codeOf(field), scale: field.scale, place };
}

function codeOf({ kind, logicalType }: ReaderField): number {
  switch (kind) {
    case 'int':
    case 'long':
      if (logicalType === 'date') return CODE.date;
      if (logicalType === 'time-micros') return CODE.time;
      if (logicalType === 'local-timestamp-millis' || logicalType === 'timestamp-millis') return CODE.millis;
      return logicalType.endsWith('timestamp-micros') ? CODE.timestamp : CODE.integer;
    case 'bytes':
      return logicalType === 'decimal' ? CODE.decimal : CODE.bytea;
    case 'string':
      return CODE.text;
    default:
      return CODE[kind];
  }
}

const TAB = 9;
const NEWLINE = 10;
const BACKSLASH = 92;
const SCRATCH = new DataView(new ArrayBuffer(8));
/** Letter behind the backslash of the control characters that COPY does not take as they are, else 0. */
const LETTER = new Uint8Array(14);
LETTER[TAB] = 116;
LETTER[NEWLINE] = 110;
LETTER[13] = 114;
/** What ends a native copy of text. */
const SPECIAL = [0, TAB, NEWLINE, 13, BACKSLASH];

/**
 * Writes values of Avro records as fields of COPY's text format into one growing buffer, from the bytes that were read, without a JavaScript value in between
 * where that is possible. Not for use by several batches at once.
 */
export class CopyText {
  buffer: Buffer;
  end = 0;
  readonly #policy: ValuePolicy['nul'];
  readonly #counters: ValueCounters | undefined;
  /** Escapes at most double a text (hex of bytea too), U+FFFD for U+0000 trebles it. */
  readonly #growth: number;
  #searched: Buffer | null = null;
  #searchedFrom = 0;
  readonly #found = new Float64Array(SPECIAL.length);

  constructor(options: { nul: ValuePolicy['nul']; counters?: ValueCounters; initialBytes?: number }) {
    this.#policy = options.nul;
    this.#counters = options.counters;
    this.#growth = options.nul === 'replace' ? 3 : 2;
    this.buffer = Buffer.allocUnsafe(options.initialBytes ?? 64 * 1024);
  }

  /** What was written so far, as a view that the next {@link clear} makes invalid. */
  view(): Buffer {
    return this.buffer.subarray(0, this.end);
  }

  /** Starts anew; a buffer that one large batch has grown beyond `keepBytes` is given back. */
  clear(keepBytes = 32 * 1024 * 1024): void {
    this.end = 0;
    if (this.buffer.length > keepBytes) this.buffer = Buffer.allocUnsafe(64 * 1024);
  }

  /** Makes sure that a row of so many bytes and fields fits; numbers and times need at most 48 bytes a field. */
  ensureRow(bytes: number, fields: number): void {
    const need = bytes * this.#growth + fields * 48 + 64;
    if (this.end + need <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.end + need));
    this.buffer.copy(grown, 0, 0, this.end);
    this.buffer = grown;
  }

  /** Ends the line. */
  newline(): void {
    this.buffer[this.end++] = NEWLINE;
  }

  tab(): void {
    this.buffer[this.end++] = TAB;
  }

  /** A plain ASCII field of a few bytes that needs no escape. */
  plain(text: string): void {
    this.end += this.buffer.write(text, this.end, 'latin1');
  }

  /** SQL NULL. */
  null(): void {
    this.buffer[this.end++] = BACKSLASH;
    this.buffer[this.end++] = 78;
  }

  /**
   * One value, whose content is `source[start, end)` as the codec's views say; start -1 = NULL. Room must have been made sure.
   * @throws SluiceError ValueRejected for U+0000 under `reject`
   */
  value(field: CopyField, source: Buffer, start: number, end: number): void {
    if (start < 0) return this.null();
    switch (field.code) {
      case CODE.boolean:
        this.buffer[this.end++] = source[start] === 0 ? 102 : 116;
        return;
      case CODE.integer:
        return this.#integer(source, start);
      case CODE.decimal:
        this.end = writeDecimalBytes(this.buffer, this.end, source, start, end - start, field.scale);
        return;
      case CODE.float:
      case CODE.double:
        return this.#floating(source, start, field.code === CODE.float ? 4 : 8);
      case CODE.text:
        return this.#text(source, start, end, field);
      case CODE.bytea:
        return this.#bytea(source, start, end);
      case CODE.date:
        this.end = writeDateText(this.buffer, this.end, readInt(source, start));
        return;
      case CODE.time:
        this.end = writeMicrosOfDay(this.buffer, this.end, readLong(source, start));
        return;
      default:
        return this.#timestamp(source, start, field.code === CODE.millis ? 1000 : 1);
    }
  }

  #integer(source: Buffer, start: number): void {
    const value = readLong(source, start);
    this.end = Number.isNaN(value)
      ? writeBigLong(this.buffer, this.end, readBigLong(source, start))
      : writeInteger(this.buffer, this.end, value);
  }

  #timestamp(source: Buffer, start: number, unit: number): void {
    const value = readLong(source, start) * unit;
    const exact = Number.isSafeInteger(value) ? value : readBigLong(source, start) * BigInt(unit);
    this.end = writeTimestampText(this.buffer, this.end, exact);
  }

  #floating(source: Buffer, start: number, size: 4 | 8): void {
    for (let i = 0; i < size; i++) SCRATCH.setUint8(i, source[start + i]!);
    const value = size === 4 ? SCRATCH.getFloat32(0, true) : SCRATCH.getFloat64(0, true);
    this.end += this.buffer.write(Object.is(value, -0) ? '-0' : String(value), this.end, 'latin1');
  }

  #bytea(source: Buffer, start: number, end: number): void {
    this.buffer[this.end++] = BACKSLASH;
    this.buffer[this.end++] = BACKSLASH;
    this.buffer[this.end++] = 120;
    this.end += this.buffer.write(source.toString('hex', start, end), this.end, 'latin1');
  }

  #text(source: Buffer, start: number, end: number, field: CopyField): void {
    if (end - start > 512) this.#longText(source, start, end, field);
    else this.#stretch(source, start, end, field);
  }

  /**
   * Byte by byte while escapes are frequent; where a stretch had none, what lies before the next is found and copied by native code, ten times as fast.
   */
  #longText(source: Buffer, start: number, end: number, field: CopyField): void {
    for (let at = start; at < end;) {
      const stop = Math.min(at + 256, end);
      const escapes = this.#stretch(source, at, stop, field);
      at = stop;
      if (escapes > 0 || at === end) continue;
      const until = Math.min(this.#nextSpecial(source, at), end);
      this.end += source.copy(this.buffer, this.end, at, until);
      at = until;
    }
  }

  /** Returns how many bytes had to be escaped. */
  #stretch(source: Buffer, start: number, end: number, field: CopyField): number {
    const out = this.buffer;
    let to = this.end;
    let escapes = 0;
    for (let at = start; at < end; at++) {
      const byte = source[at]!;
      if (byte > 13 && byte !== BACKSLASH) {
        out[to++] = byte;
        continue;
      }
      this.end = to;
      this.#special(byte, field);
      to = this.end;
      escapes++;
    }
    this.end = to;
    return escapes;
  }

  /** The first byte from `at` on that needs an escape; places found before are kept, since values of one buffer come in order. */
  #nextSpecial(source: Buffer, at: number): number {
    if (source !== this.#searched || at < this.#searchedFrom) this.#found.fill(-1);
    this.#searched = source;
    this.#searchedFrom = at;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < SPECIAL.length; i++) {
      let place = this.#found[i]!;
      if (place < at) {
        place = source.indexOf(SPECIAL[i]!, at);
        if (place < 0) place = Number.POSITIVE_INFINITY;
        this.#found[i] = place;
      }
      if (place < least) least = place;
    }
    return least;
  }

  #special(byte: number, field: CopyField): void {
    if (byte === 0) return this.#nul(field);
    const letter = byte === BACKSLASH ? BACKSLASH : LETTER[byte]!;
    if (letter !== 0) this.buffer[this.end++] = BACKSLASH;
    this.buffer[this.end++] = letter === 0 ? byte : letter;
  }

  #nul(field: CopyField): void {
    if (this.#policy === 'reject') rejectValue(field.place, 'text holds U+0000, which the target cannot store');
    if (this.#counters) this.#counters.textAltered++;
    if (this.#policy === 'replace') this.end += this.buffer.write('\uFFFD', this.end);
  }
}
