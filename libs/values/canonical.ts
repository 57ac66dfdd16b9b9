import { canonicalDecimal } from './decimal.ts';
import { canonicalFloat } from './float.ts';
import { canonicalInteger } from './integer.ts';
import { trimBlanks } from './key-fold.ts';
import type { ValuePlace } from './rejection.ts';
import {
  instantText,
  parseDate,
  dateText,
  parseTimeMicros,
  parseTimestampMicros,
  timeText,
  timestampText,
} from './temporal.ts';
import { cleanText } from './text.ts';
import { canonicalUuid } from './uuid.ts';
import { DEFAULT_VALUE_POLICY, type SourceValue, type ValuePolicy, type ValueType } from './value-type.ts';

/**
 * One text per value, made from the source form under the declared policy: what the target must hold. Validation compares it with
 * {@link canonicalFromTarget} of the same type (rule 13 of architecture.md). null = SQL NULL.
 * @throws SluiceError ValueRejected
 */
export function canonicalFromSource(
  type: ValueType,
  value: Exclude<SourceValue, undefined>,
  policy: ValuePolicy = DEFAULT_VALUE_POLICY,
  place?: ValuePlace,
): string | null {
  if (value === null) return null;
  switch (type.kind) {
    case 'boolean':
      return value ? 'true' : 'false';
    case 'int':
    case 'long':
      return canonicalInteger(value as string, place);
    case 'bytes':
      return (value as Buffer).toString('hex');
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return canonicalTemporal(type, value as string, policy, place);
    case 'string':
    case 'xml':
    case 'json':
    case 'text':
      return canonicalText(type, cleanText(value as string, policy.nul, place));
    default:
      return canonicalPlain(type, String(Object.is(value, -0) ? '-0' : value), place);
  }
}

/**
 * The same text from what PostgreSQL prints for a value (`column::text`, or the text protocol) with DateStyle ISO, extra_float_digits 1 and bytea_output hex,
 * in any time zone. null = SQL NULL.
 */
export function canonicalFromTarget(type: ValueType, text: string | null, place?: ValuePlace): string | null {
  if (text === null) return null;
  switch (type.kind) {
    case 'boolean':
      return text.startsWith('t') ? 'true' : 'false';
    case 'bytes':
      return text.slice(2);
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return canonicalTemporal(type, text, DEFAULT_VALUE_POLICY, place);
    case 'string':
    case 'xml':
    case 'json':
    case 'text':
      return canonicalText(type, text);
    default:
      return canonicalPlain(type, text, place);
  }
}

function canonicalPlain(type: ValueType, text: string, place?: ValuePlace): string {
  switch (type.kind) {
    case 'decimal':
      return canonicalDecimal(text, place);
    case 'float':
      return canonicalFloat(text, true, place);
    case 'double':
      return canonicalFloat(text, false, place);
    case 'uuid':
      return canonicalUuid(text, place);
    case 'date':
      return dateText(parseDate(text, place));
    default:
      return canonicalInteger(text, place);
  }
}

type Temporal = Extract<ValueType, { kind: 'time' | 'timestamp' | 'timestamptz' }>;

function canonicalTemporal(type: Temporal, text: string, policy: ValuePolicy, place?: ValuePlace): string {
  const rule = { digit7: policy.digit7, ...(place ? { place } : {}) };
  if (type.kind === 'time') return timeText(parseTimeMicros(text, rule));
  if (type.kind === 'timestamp') return timestampText(parseTimestampMicros(text, rule));
  return instantText(text, rule);
}

/** char(n) is padded with blanks on both sides to lengths that may differ; an XML declaration is not part of the stored document. */
function canonicalText(type: ValueType, text: string): string {
  if (type.kind === 'string' && type.fixed) return trimBlanks(text);
  if (type.kind === 'xml') return text.replace(/^<\?xml[^>]*\?>/, '');
  return text;
}
