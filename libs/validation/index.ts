export {
  Validator,
  type Difference,
  type DifferenceKind,
  type TableResult,
  type ValidatorOptions,
} from './validator.ts';
export { KeySet } from './key-set.ts';
