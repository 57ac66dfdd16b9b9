import type { Assessment } from '../model.ts';

/** The assessment of any number of databases. */
export interface AssessmentReport {
  /** ISO 8601, UTC. */
  readonly made: string;
  readonly databases: readonly Assessment[];
  /** Databases that did not answer. */
  readonly failed: readonly { readonly place: string; readonly reason: string }[];
}
