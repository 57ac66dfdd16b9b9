export { POLICY, type ErrorKind, type Policy, type PolicyAction } from './policy.ts';
export { SluiceError, Signal, bug, isRetryable, oneLine } from './sluice-error.ts';
