import { rejectValue, type ValueCounters, type ValuePlace, type ValuePolicy, type ValueType } from '#values';
import { writeDateText, writeMicrosOfDay, writeTimestampText } from './copy-temporal.ts';
import { writeBigLong, writeDecimalBytes, writeInteger } from './copy-number.ts';

/** One field of an Avro record that is to become a field of a COPY line. */
export interface CopyField {
  readonly type: ValueType;
  /** The Avro type is a union with null, null first. */
  readonly nullable: boolean;
  /** false: the field is read over, the target has no such column. */
  readonly wanted: boolean;
  readonly place: ValuePlace;
}

/** How a field's bytes lie in Avro; what differs only in the target's type shares a code. */
const WIRE: Record<ValueType['kind'], number> = {
  boolean: 0,
  int: 1,
  long: 2,
  decimal: 3,
  float: 4,
  double: 5,
  string: 6,
  bytes: 7,
  uuid: 6,
  date: 8,
  time: 9,
  timestamp: 10,
  timestamptz: 6,
  xml: 6,
  json: 6,
  text: 6,
};

const TAB = 9;
const NEWLINE = 10;
const BACKSLASH = 92;
const SCRATCH = new DataView(new ArrayBuffer(8));
/** COPY's letter for the control characters it has one for, else 0. */
const LETTER = new Uint8Array(14);
LETTER[8] = 98;
LETTER[TAB] = 116;
LETTER[NEWLINE] = 110;
LETTER[11] = 118;
LETTER[12] = 102;
LETTER[13] = 114;

/**
 * Turns Avro records of one layout into lines of COPY's text format, appended to one growing buffer, without a JavaScript value in between where that is
 * possible. Not for use by several batches at once.
 */
export class CopyText {
  buffer: Buffer;
  end = 0;
  readonly #policy: ValuePolicy['nul'];
  readonly #counters: ValueCounters | undefined;
  /** Escapes at most double a text (hex of bytea too), U+FFFD for U+0000 trebles it; numbers and times need at most 48 bytes a field. */
  readonly #growth: number;
  #in: Buffer = Buffer.alloc(0);
  /** Place of the next byte to read. */
  #at = 0;

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

  /** Appends plain ASCII that needs no escape. */
  raw(text: string): void {
    this.#room(text.length);
    this.end += this.buffer.write(text, this.end, 'latin1');
  }

  /** Appends a field with SQL NULL or a separator, for lines that are put together by the caller. */
  byte(code: number): void {
    this.#room(1);
    this.buffer[this.end++] = code;
  }

  /** Appends `source` from `start` to `end` as bytes that need no escape. */
  bytes(source: Buffer, start: number, end: number): void {
    this.#room(end - start);
    this.end += source.copy(this.buffer, this.end, start, end);
  }

  /**
   * Appends the wanted fields of the record at `start`, separated by tabs, without a newline. Returns the place behind the record. When it throws, the
   * caller sets `end` back. @throws SluiceError ValueRejected for U+0000 under `reject`
   */
  record(fields: readonly CopyField[], codes: Uint8Array, source: Buffer, start: number, limit: number): number {
    this.#room((limit - start) * this.#growth + fields.length * 48);
    this.#in = source;
    this.#at = start;
    let isFirst = true;
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i]!;
      // Bit 7: a union with null. Bit 6: not wanted.
      if ((code & 0x80) !== 0 && this.#in[this.#at++] === 0) {
        if ((code & 0x40) !== 0) continue;
        if (!isFirst) this.buffer[this.end++] = TAB;
        isFirst = false;
        this.buffer[this.end++] = BACKSLASH;
        this.buffer[this.end++] = 78;
        continue;
      }
      if ((code & 0x40) !== 0) {
        this.#at = skipValue(code & 0x3f, source, this.#at);
        continue;
      }
      if (!isFirst) this.buffer[this.end++] = TAB;
      isFirst = false;
      this.#value(code & 0x3f, fields[i]!);
    }
    return this.#at;
  }

  /** Appends one value of a field, whose union branch was read already; `start` is the place of the value. Returns the place behind it. */
  value(field: CopyField, code: number, source: Buffer, start: number, limit: number): number {
    this.#room((limit - start) * this.#growth + 48);
    this.#in = source;
    this.#at = start;
    this.#value(code & 0x3f, field);
    return this.#at;
  }

  #value(code: number, field: CopyField): void {
    switch (code) {
      case 0:
        this.buffer[this.end++] = this.#in[this.#at++] === 0 ? 102 : 116;
        return;
      case 1:
      case 2:
        return this.#integer();
      case 3:
        return this.#decimal(field);
      case 4:
      case 5:
        return this.#floating(code === 4 ? 4 : 8);
      case 6:
        return this.#text(field);
      case 7:
        return this.#bytea();
      case 8:
        this.end = writeDateText(this.buffer, this.end, this.#varint());
        return;
      case 9:
        this.end = writeMicrosOfDay(this.buffer, this.end, this.#varint());
        return;
      default:
        return this.#timestamp();
    }
  }

  #integer(): void {
    const value = this.#varint();
    this.end = Number.isSafeInteger(value)
      ? writeInteger(this.buffer, this.end, value)
      : writeBigLong(this.buffer, this.end, bigVarint(this.#in, this.#at));
  }

  #timestamp(): void {
    const value = this.#varint();
    this.end = writeTimestampText(
      this.buffer,
      this.end,
      Number.isSafeInteger(value) ? value : bigVarint(this.#in, this.#at),
    );
  }

  #decimal(field: CopyField): void {
    const size = this.#varint();
    const scale = field.type.kind === 'decimal' ? field.type.scale : 0;
    this.end = writeDecimalBytes(this.buffer, this.end, this.#in, this.#at, size, scale);
    this.#at += size;
  }

  #floating(size: 4 | 8): void {
    for (let i = 0; i < size; i++) SCRATCH.setUint8(i, this.#in[this.#at + i]!);
    this.#at += size;
    const value = size === 4 ? SCRATCH.getFloat32(0, true) : SCRATCH.getFloat64(0, true);
    this.end += this.buffer.write(Object.is(value, -0) ? '-0' : String(value), this.end, 'latin1');
  }

  #bytea(): void {
    const size = this.#varint();
    this.buffer[this.end++] = BACKSLASH;
    this.buffer[this.end++] = BACKSLASH;
    this.buffer[this.end++] = 120;
    this.end += this.buffer.write(this.#in.toString('hex', this.#at, this.#at + size), this.end, 'latin1');
    this.#at += size;
  }

  #text(field: CopyField): void {
    const size = this.#varint();
    const until = this.#at + size;
    if (size > 64) this.#longText(until, field);
    else this.#shortText(until, field);
    this.#at = until;
  }

  #shortText(until: number, field: CopyField): void {
    const source = this.#in;
    const out = this.buffer;
    let end = this.end;
    for (let at = this.#at; at < until; at++) {
      const byte = source[at]!;
      if (byte > 13 && byte !== BACKSLASH) out[end++] = byte;
      else {
        this.end = end;
        this.#special(byte, field);
        end = this.end;
      }
    }
    this.end = end;
  }

  /** Looks for bytes that need an escape and copies what lies between in one go. */
  #longText(until: number, field: CopyField): void {
    const source = this.#in;
    let from = this.#at;
    for (let at = from; at < until; at++) {
      const byte = source[at]!;
      if (byte > 13 && byte !== BACKSLASH) continue;
      if (at > from) this.end += source.copy(this.buffer, this.end, from, at);
      this.#special(byte, field);
      from = at + 1;
    }
    if (until > from) this.end += source.copy(this.buffer, this.end, from, until);
  }

  #special(byte: number, field: CopyField): void {
    if (byte === 0) return this.#nul(field);
    const letter = byte === BACKSLASH ? BACKSLASH : LETTER[byte]!;
    if (letter === 0) {
      this.buffer[this.end++] = byte;
      return;
    }
    this.buffer[this.end++] = BACKSLASH;
    this.buffer[this.end++] = letter;
  }

  #nul(field: CopyField): void {
    if (this.#policy === 'reject') rejectValue(field.place, 'text holds U+0000, which the target cannot store');
    if (this.#counters) this.#counters.textAltered++;
    if (this.#policy === 'strip') return;
    this.end += this.buffer.write('\uFFFD', this.end);
  }

  /** A zigzag varint; beyond 2^53 the number is not exact and not safe: read it again with {@link bigVarint}, which looks back from `#at`. */
  #varint(): number {
    const source = this.#in;
    let byte = source[this.#at++]!;
    let value = byte & 0x7f;
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    byte = source[this.#at++]!;
    value |= (byte & 0x7f) << 7;
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    byte = source[this.#at++]!;
    value |= (byte & 0x7f) << 14;
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    byte = source[this.#at++]!;
    value |= (byte & 0x7f) << 21;
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    let factor = 268_435_456;
    do {
      byte = source[this.#at++]!;
      value += (byte & 0x7f) * factor;
      factor *= 128;
    } while (byte >= 0x80);
    // Above 2^53 the zigzag form is not exact: such a value is made unsafe on purpose, whatever its half is.
    if (value > Number.MAX_SAFE_INTEGER) return Number.POSITIVE_INFINITY;
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #room(bytes: number): void {
    if (this.end + bytes <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.end + bytes));
    this.buffer.copy(grown, 0, 0, this.end);
    this.buffer = grown;
  }
}

/** The codes that {@link CopyText.record} takes, one for each field. */
export function copyCodes(fields: readonly CopyField[]): Uint8Array {
  return Uint8Array.from(fields, ({ type, nullable, wanted }) => {
    return WIRE[type.kind] | (nullable ? 0x80 : 0) | (wanted ? 0 : 0x40);
  });
}

/** Passes over the fields of a record. Returns the place behind it. */
export function skipRecord(codes: Uint8Array, source: Buffer, start: number): number {
  let at = start;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if ((code & 0x80) !== 0 && source[at++] === 0) continue;
    at = skipValue(code & 0x3f, source, at);
  }
  return at;
}

/** Passes over one value. */
export function skipValue(code: number, source: Buffer, start: number): number {
  switch (code) {
    case 0:
      return start + 1;
    case 4:
      return start + 4;
    case 5:
      return start + 8;
    case 3:
    case 6:
    case 7:
      return skipSized(source, start);
    default: {
      let at = start;
      while (source[at++]! >= 0x80);
      return at;
    }
  }
}

function skipSized(source: Buffer, start: number): number {
  let at = start;
  let byte = source[at++]!;
  let zigzag = byte & 0x7f;
  for (let shift = 7; byte >= 0x80; shift += 7) {
    byte = source[at++]!;
    zigzag |= (byte & 0x7f) << shift;
  }
  return at + (zigzag >>> 1);
}

/** The zigzag varint that ends before `end`, exact. */
function bigVarint(source: Buffer, end: number): bigint {
  let start = end - 1;
  while (start > 0 && end - start < 10 && source[start - 1]! >= 0x80) start--;
  let zigzag = 0n;
  for (let at = end - 1; at >= start; at--) zigzag = (zigzag << 7n) | BigInt(source[at]! & 0x7f);
  return (zigzag >> 1n) ^ -(zigzag & 1n);
}
