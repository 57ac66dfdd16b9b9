export {
  DEFAULT_VALUE_POLICY,
  type KeyFold,
  type SourceRow,
  type SourceValue,
  type ValuePolicy,
  type ValueType,
} from './value-type.ts';
export { canonicalFromSource, canonicalFromTarget } from './canonical.ts';
export { canonicalDecimal, decimalBytes, decimalText, decimalUnscaled, unscaledFromBytes } from './decimal.ts';
export { canonicalFloat, parseFloating } from './float.ts';
export { canonicalInteger, parseLong } from './integer.ts';
export { canonicalKeyValue, foldText, trimBlanks } from './key-fold.ts';
export { foldExpression, pgTypeOf } from './pg-type.ts';
export { ValueCounters, rejectValue, type ValuePlace } from './rejection.ts';
export {
  MICROS_PER_DAY,
  civilFromDays,
  dateText,
  daysFromCivil,
  instantText,
  joinMicros,
  parseDate,
  parseTimeMicros,
  parseTimestampMicros,
  timeText,
  timestampText,
  timestamptzIso,
  type DigitRule,
} from './temporal.ts';
export { cleanText, isStorableText } from './text.ts';
export { canonicalUuid } from './uuid.ts';
