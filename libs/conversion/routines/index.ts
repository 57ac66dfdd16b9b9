export { plainNames } from './plain-names.ts';
export type { RoutineContext } from './body.ts';
export { NotConverted } from './not-converted.ts';
export { type Fitness, RoutineConversion, type RoutineStatements } from './routines.ts';
export type { ConvertedRoutine, PlannedPiece, RoutineSource } from './routine-model.ts';
export { makeItsTables, planRoutine, type Unplanned } from './plan-check.ts';
export { asksWhatChanges, type CalledFunction, FunctionReach, functionsCalled } from './function-reach.ts';
export type { TablePart } from './table-parts.ts';
