export { applyObject, applyPatiently, type ObjectOutcome, type Outcome } from './apply.ts';
export { applyPhase } from './phases.ts';
export { planApply, planRollBack } from './plan.ts';
export { appliedPaths, rollBackObject } from './roll-back.ts';
export { type Scratch, type ScratchServer, withScratch } from './scratch.ts';
export { type Verification, verifyObjects } from './verify.ts';
