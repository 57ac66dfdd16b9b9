import { SluiceError } from '#errors';
import { readInt, readLong, skipVarint } from './avro-reading.ts';
import type { AvroSchema } from './contract.ts';
import { COLUMN_ID_PROPERTY, COLUMN_PROPERTY } from './schema-builder.ts';

/** How a field's bytes lie: which primitive, and the logical type over it. */
export type AvroKind = 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string';

/** A column of the writer's schema. */
export interface ReaderField {
  /** Avro's name. */
  readonly field: string;
  /** The column's true name. */
  readonly column: string;
  /** The source's column id; -1 in records that Sluice did not write. */
  readonly columnId: number;
  readonly kind: AvroKind;
  /** decimal, date, time-micros, local-timestamp-micros, uuid, …; '' for none. */
  readonly logicalType: string;
  /** Of a decimal. */
  readonly scale: number;
  readonly isNullable: boolean;
}

/**
 * A row inside the bytes that were read. Of column i the value's content is `[start[i], end[i])`: text or bytes without
 * their length, the varint of an int or long, the fixed bytes of the others; start -1 = null.
 */
export interface RowView {
  isPresent: boolean;
  readonly start: Int32Array;
  readonly end: Int32Array;
}

interface JsonRecord {
  readonly fields: readonly JsonField[];
}

type JsonField = { readonly name: string; readonly type: unknown } & Readonly<Record<string, unknown>>;

const KIND_CODE: Record<AvroKind, number> = { boolean: 0, int: 1, long: 1, float: 2, double: 3, bytes: 4, string: 4 };

/** Reads the envelopes of one writer's schema positionally, without a value of JavaScript per column. */
export class EnvelopeReader {
  readonly fields: readonly ReaderField[];
  readonly before: RowView;
  readonly after: RowView;
  /** Character code of r, c, u, d or t. */
  op = 0;
  /** `source.ts_ms`: commit time at the source. */
  commitMs = 0;
  /** `ts_ms` of the envelope, 0 where it is null. */
  tsMs = 0;
  readonly #codes: Uint8Array;
  readonly #nullable: Uint8Array;
  readonly #envelope: readonly EnvelopePart[];

  /** @param schema the writer's, as the registry has it @throws SluiceError TopicMismatch for one that is no envelope of flat rows */
  constructor(schema: AvroSchema) {
    const record = schema as unknown as JsonRecord;
    const row = rowSchema(record);
    this.fields = row.fields.map(readerField);
    this.before = newView(this.fields.length);
    this.after = newView(this.fields.length);
    this.#codes = Uint8Array.from(this.fields, (field) => KIND_CODE[field.kind]);
    this.#nullable = Uint8Array.from(this.fields, (field) => (field.isNullable ? 1 : 0));
    this.#envelope = record.fields.map((field) => envelopePart(field));
  }

  /** Field index of each column id, -1 for one that the writer did not know: its value is the target's default. */
  projection(columnIds: readonly number[]): Int32Array {
    return Int32Array.from(columnIds, (id) => this.fields.findIndex((field) => field.columnId === id));
  }

  /** Reads the envelope in `buffer[start, …)`, frame included. The views hold until the next call. */
  read(buffer: Uint8Array, start: number): void {
    let at = start + 5;
    for (const part of this.#envelope) {
      switch (part.role) {
        case 'before':
          at = this.#row(buffer, at, this.before);
          break;
        case 'after':
          at = this.#row(buffer, at, this.after);
          break;
        case 'source':
          at = this.#source(buffer, at, part);
          break;
        case 'op': {
          const size = readInt(buffer, at);
          at = skipVarint(buffer, at);
          this.op = buffer[at]!;
          at += size;
          break;
        }
        case 'ts_ms':
          if (part.isNullable && buffer[at++] === 0) this.tsMs = 0;
          else {
            this.tsMs = readLong(buffer, at);
            at = skipVarint(buffer, at);
          }
          break;
        default:
          // What follows is not needed, and nothing after it is.
          at = part.skip(buffer, at);
      }
    }
  }

  /** Reads a bare row (a key) at `at` into {@link after}. */
  readRow(buffer: Uint8Array, at: number): void {
    this.after.isPresent = true;
    this.#columns(buffer, at, this.after);
  }

  #row(buffer: Uint8Array, at: number, view: RowView): number {
    view.isPresent = buffer[at] !== 0;
    return view.isPresent ? this.#columns(buffer, at + 1, view) : at + 1;
  }

  #columns(buffer: Uint8Array, from: number, view: RowView): number {
    let at = from;
    const { start, end } = view;
    const codes = this.#codes;
    const nullable = this.#nullable;
    for (let i = 0; i < codes.length; i++) {
      if (nullable[i] === 1 && buffer[at++] === 0) {
        start[i] = -1;
        end[i] = -1;
        continue;
      }
      switch (codes[i]) {
        case 0:
          start[i] = at++;
          break;
        case 1:
          start[i] = at;
          while (buffer[at]! > 0x7f) at++;
          at++;
          break;
        case 2:
          start[i] = at;
          at += 4;
          break;
        case 3:
          start[i] = at;
          at += 8;
          break;
        default: {
          const first = buffer[at]!;
          let size = first >> 1;
          if (first > 0x7f) {
            size = readInt(buffer, at);
            at = skipVarint(buffer, at);
          } else at++;
          start[i] = at;
          at += size;
        }
      }
      end[i] = at;
    }
    return at;
  }

  #source(buffer: Uint8Array, from: number, part: EnvelopePart): number {
    let at = from;
    for (const field of part.fields) {
      if (field.name === 'ts_ms') this.commitMs = readLong(buffer, at);
      at = field.skip(buffer, at);
    }
    return at;
  }
}

type Skip = (buffer: Uint8Array, at: number) => number;

interface EnvelopePart {
  readonly role: string;
  readonly isNullable: boolean;
  readonly skip: Skip;
  readonly fields: readonly { readonly name: string; readonly skip: Skip }[];
}

function envelopePart(field: JsonField): EnvelopePart {
  const isSource = field.name === 'source';
  const fields = isSource ? (field.type as JsonRecord).fields : [];
  return {
    role: field.name,
    isNullable: Array.isArray(field.type),
    skip: field.name === 'before' || field.name === 'after' ? (_, at) => at : skipOf(field.type),
    fields: fields.map(({ name, type }) => ({ name, skip: skipOf(type) })),
  };
}

/** A function that steps over a value of a type; named references are not needed behind the rows. */
function skipOf(type: unknown): Skip {
  if (Array.isArray(type)) {
    const branches = type.map(skipOf);
    return (buffer, at) => branches[readInt(buffer, at)]!(buffer, skipVarint(buffer, at));
  }
  const name = typeof type === 'string' ? type : (type as { type: unknown }).type;
  switch (name) {
    case 'null':
      return (_, at) => at;
    case 'boolean':
      return (_, at) => at + 1;
    case 'int':
    case 'long':
      return skipVarint;
    case 'float':
      return (_, at) => at + 4;
    case 'double':
      return (_, at) => at + 8;
    case 'string':
    case 'bytes':
      return (buffer, at) => skipVarint(buffer, at) + readInt(buffer, at);
    case 'record': {
      const skips = (type as JsonRecord).fields.map((field) => skipOf(field.type));
      return (buffer, at) => skips.reduce((place, skip) => skip(buffer, place), at);
    }
    default:
      throw notFlat(String(name));
  }
}

function rowSchema(envelope: JsonRecord): JsonRecord {
  for (const field of envelope.fields ?? []) {
    const branches = Array.isArray(field.type) ? field.type : [];
    const row = branches.find((branch) => typeof branch === 'object');
    if ((field.name === 'before' || field.name === 'after') && row !== undefined) return row as JsonRecord;
  }
  throw notFlat('a record without before and after');
}

function readerField(field: JsonField): ReaderField {
  const isNullable = Array.isArray(field.type);
  const type = isNullable ? (field.type as unknown[]).find((branch) => branch !== 'null') : field.type;
  const object = (typeof type === 'object' ? type : { type }) as Readonly<Record<string, unknown>>;
  const kind = object['type'] as AvroKind;
  if (KIND_CODE[kind] === undefined) throw notFlat(String(kind));
  if (isNullable && ((field.type as unknown[])[0] !== 'null' || (field.type as unknown[]).length !== 2))
    throw notFlat('union');
  return {
    field: field.name,
    column: typeof field[COLUMN_PROPERTY] === 'string' ? field[COLUMN_PROPERTY] : field.name,
    columnId: typeof field[COLUMN_ID_PROPERTY] === 'number' ? field[COLUMN_ID_PROPERTY] : -1,
    kind,
    logicalType: typeof object['logicalType'] === 'string' ? object['logicalType'] : '',
    scale: typeof object['scale'] === 'number' ? object['scale'] : 0,
    isNullable,
  };
}

function newView(size: number): RowView {
  return { isPresent: false, start: new Int32Array(size), end: new Int32Array(size) };
}

function notFlat(found: string): SluiceError {
  return new SluiceError('TopicMismatch', `the schema of the topic is no envelope of flat rows: ${found}`, { found });
}
