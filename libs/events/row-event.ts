import type { SourceRow } from '#values';
import type { Position } from './position.ts';

/** `r` read by snapshot, `c` insert, `u` update, `d` delete, `t` truncate. */
export type Op = 'r' | 'c' | 'u' | 'd' | 't';

/**
 * One change as a source's change reader hands it over, in the source's order. `before` is null for `c`; `after` is null for `d`. A value that the source
 * did not send is `undefined` in its row (rule 8 of architecture.md). Key changes are still one `u` here: the publisher makes `d` + tombstone + `c` of them.
 */
export interface Change {
  readonly op: 'c' | 'u' | 'd';
  readonly before: SourceRow | null;
  readonly after: SourceRow | null;
  readonly position: Position;
  readonly commitMs: number;
}

/** Names of the record headers of the wire contract (events.md). */
export const HEADER = {
  position: 'sluice.position',
  schemaVersion: 'sluice.schema-version',
  unavailable: 'sluice.unavailable',
  parts: 'sluice.parts',
  incarnation: 'sluice.incarnation',
  attempt: 'sluice.attempt',
} as const;

/** Record of `<job>.windows`: see "Window record" in events.md. Offsets are decimal texts. */
export interface WindowRecord {
  readonly windowId: number;
  readonly job: string;
  readonly from: string;
  readonly to: string;
  readonly firstCommitMs: number | null;
  readonly lastCommitMs: number | null;
  readonly transactions: number;
  readonly partial: boolean;
  readonly partitions: readonly WindowPartition[];
  readonly holds: readonly WindowHold[];
  readonly journals: readonly WindowJournal[];
  readonly tsMs: number;
}

export interface WindowPartition {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: string;
  readonly lastOffset: string;
  readonly records: number;
}

/** A hold in force: `s0` is the position up to which the table had been emitted when the hold began. */
export interface WindowHold {
  readonly table: string;
  readonly hold: string;
  readonly s0: string;
}

/** How far a journal has been copied to its topic. */
export interface WindowJournal {
  readonly hold: string;
  readonly nextOffset: string;
}
