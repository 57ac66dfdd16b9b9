export {
  DEFAULT_VALUE_POLICY,
  type KeyFold,
  type SourceRow,
  type SourceValue,
  type ValuePolicy,
  type ValueType,
} from './value-type.ts';
