export { applyObject, applyPatiently, type ObjectOutcome, type Outcome } from './apply.ts';
export { applyPhase } from './phases.ts';
export { appliedPaths, rollBackObject } from './roll-back.ts';
