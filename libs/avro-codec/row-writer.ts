import { tableName, type EventTable } from '#events';
import {
  cleanText,
  parseFloating,
  parseLong,
  rejectValue,
  type DigitRule,
  type SourceRow,
  type SourceValue,
  type ValueCounters,
  type ValuePlace,
  type ValuePolicy,
  type ValueType,
} from '#values';
import type { ByteWriter } from './byte-writer.ts';
import { writeDecimal } from './decimal-writer.ts';
import { isSentAsText } from './schema-builder.ts';
import { writeDate, writeTime, writeTimestamp, writeTimestamptz } from './temporal-writer.ts';

/** How one column is written: a small number to switch on, and what its writer needs. */
interface ColumnPlan {
  readonly code: number;
  readonly scale: number;
  readonly bits: number;
  readonly place: ValuePlace;
  readonly rule: DigitRule;
}

const CODE: Record<ValueType['kind'], number> = {
  boolean: 0,
  int: 1,
  long: 2,
  decimal: 3,
  float: 4,
  double: 5,
  string: 6,
  bytes: 7,
  uuid: 8,
  date: 9,
  time: 10,
  timestamp: 11,
  timestamptz: 12,
  xml: 6,
  json: 6,
  text: 6,
};

/** Writes rows of one table version as Avro, straight from source values (see `SourceValue` in '#values'). */
export class RowWriter {
  readonly #plans: ColumnPlan[];
  readonly #policy: ValuePolicy;
  readonly #counters: ValueCounters | undefined;

  constructor(table: EventTable, policy: ValuePolicy, counters?: ValueCounters) {
    this.#policy = policy;
    this.#counters = counters;
    this.#plans = table.columns.map(({ name, type }) => {
      const place = { table: tableName(table), column: name };
      return {
        code: isSentAsText(type, policy.digit7) ? CODE.text : CODE[type.kind],
        scale: type.kind === 'decimal' ? type.scale : 0,
        bits: type.kind === 'int' ? type.bits : 0,
        place,
        rule: { digit7: policy.digit7, place, ...(counters === undefined ? {} : { counters }) },
      };
    });
  }

  /**
   * Writes every column as a nullable union, in order; `undefined` (not sent) like null: the header names those.
   * @throws SluiceError ValueRejected; what was written of the row then stands behind the writer's old end
   */
  writeRow(out: ByteWriter, row: SourceRow): void {
    const plans = this.#plans;
    for (let i = 0; i < plans.length; i++) {
      const value = row[i];
      if (value === null || value === undefined) out.byte(0);
      else {
        out.byte(2);
        this.#write(out, plans[i]!, value);
      }
    }
  }

  /** Writes one value without the union's branch. */
  writeValue(out: ByteWriter, column: number, value: Exclude<SourceValue, null | undefined>): void {
    this.#write(out, this.#plans[column]!, value);
  }

  #write(out: ByteWriter, plan: ColumnPlan, value: Exclude<SourceValue, null | undefined>): void {
    switch (plan.code) {
      case 0:
        return out.byte(value ? 1 : 0);
      case 1:
        return writeInt(out, plan, value);
      case 2:
        return writeLong(out, plan, value);
      case 3:
        return writeDecimal(out, typeof value === 'string' ? value : String(value), plan.scale, plan.place);
      case 4:
      case 5:
        return writeFloating(out, plan, value);
      case 6:
        return this.#text(out, plan, value as string);
      case 7:
        return out.bytes(value as Buffer);
      case 8:
        return writeUuid(out, value as string, plan.place);
      case 9:
        return writeDate(out, value as string, plan.rule);
      case 10:
        return writeTime(out, value as string, plan.rule);
      case 11:
        return writeTimestamp(out, value as string, plan.rule);
      default:
        return writeTimestamptz(out, value as string, plan.rule);
    }
  }

  #text(out: ByteWriter, plan: ColumnPlan, value: string): void {
    const isStorable = value.isWellFormed() && !value.includes('\u0000');
    out.text(isStorable ? value : cleanText(value, this.#policy.nul, plan.place, this.#counters));
  }
}

function writeInt(out: ByteWriter, { bits, place }: ColumnPlan, value: SourceValue): void {
  const int = typeof value === 'number' ? value : Number(value);
  const limit = bits === 32 ? 0x7fff_ffff : 0x7fff;
  if (!Number.isInteger(int) || int > limit || int < -limit - 1) rejectValue(place, 'not an integer of its width');
  out.long(int);
}

function writeLong(out: ByteWriter, { place }: ColumnPlan, value: SourceValue): void {
  if (typeof value === 'string' && value.length <= 15) {
    const small = smallInteger(value);
    if (!Number.isNaN(small)) return out.long(small);
  } else if (typeof value === 'number' && Math.abs(value) < 2 ** 51 && Number.isInteger(value)) return out.long(value);
  out.bigLong(parseLong(value as string, place));
}

/** The number of a plain text of at most fifteen characters, else NaN. */
function smallInteger(text: string): number {
  const isNegative = text.charCodeAt(0) === 45;
  let value = 0;
  if (text.length === (isNegative ? 1 : 0)) return Number.NaN;
  for (let i = isNegative ? 1 : 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return isNegative ? 0 - value : value;
}

const SCRATCH = new DataView(new ArrayBuffer(8));

function writeFloating(out: ByteWriter, { code, place }: ColumnPlan, value: SourceValue): void {
  const number = typeof value === 'number' ? value : parseFloating(String(value), place);
  const size = code === 4 ? 4 : 8;
  if (code === 4) SCRATCH.setFloat32(0, number, true);
  else SCRATCH.setFloat64(0, number, true);
  out.ensure(8);
  for (let i = 0; i < size; i++) out.buffer[out.end++] = SCRATCH.getUint8(i);
}

/** Lower-case 36-character form. */
function writeUuid(out: ByteWriter, text: string, place: ValuePlace): void {
  if (text.length !== 36) rejectValue(place, 'not a uuid');
  out.ensure(40);
  const buffer = out.buffer;
  let at = out.end;
  // 36, zigzag.
  buffer[at++] = 72;
  for (let i = 0; i < 36; i++) {
    let code = text.charCodeAt(i);
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (code !== 45) rejectValue(place, 'not a uuid');
    } else if (code >= 65 && code <= 70) code += 32;
    else if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) rejectValue(place, 'not a uuid');
    buffer[at++] = code;
  }
  out.end = at;
}
