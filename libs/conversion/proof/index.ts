export { type StatementPair, triggerStatements } from './trigger-calls.ts';
export { type Argument, argumentLists, isTableArgument, type Samples, shownArguments } from './arguments.ts';
export type { TableTypeDetails } from './parameter.ts';
export { RETURNED, sourceCall, type TargetCall, targetCall } from './calls.ts';
export {
  type Cell,
  difference,
  type Leniency,
  numberCell,
  sourceSort,
  targetSort,
  timeCell,
  type TrialOutcome,
} from './outcome.ts';
export { type Subject, subjectsOf } from './subject.ts';
export { toldBy } from './told.ts';
