import type { Change, EventTable, Position } from '#events';
import type { DatabaseModel } from '#schema';
import type { SourceRow } from '#values';

/** A source database. One object per process; connections are opened when first needed. Nothing here knows SQL Server from PostgreSQL. */
export interface Source {
  readonly kind: 'sqlserver' | 'postgresql';
  readonly catalog: CatalogReader;
  readonly preflight: Preflight;
  readonly survey: Survey;
  readonly quiesce: Quiesce;
  /** A reader with a connection of its own; several may be open at once. */
  openChunkReader(): Promise<ChunkReader>;
  /** The one reader of changes of a job. `tables` in the order that {@link TableChange.table} indexes. */
  openChangeReader(tables: readonly EventTable[]): Promise<ChangeReader>;
  /** A connection on which routines are tried; nothing that runs there stays. */
  openTrial(): SourceTrial;
  close(): Promise<void>;
}

/** What a batch answered; with an error there are no result sets. `names` and `types`: of the columns, types by the driver's names. */
export interface TrialAnswer {
  readonly sets: readonly {
    readonly names: readonly string[];
    readonly types: readonly string[];
    readonly rows: readonly (readonly unknown[])[];
  }[];
  readonly error: { readonly number: number; readonly message: string } | null;
}

/** Runs batches one after the other, each in a transaction that is rolled back whatever it did. Identity values and sequences move all the same: they are of no transaction. */
export interface SourceTrial {
  /** @throws SluiceError where the source cannot be reached; what the batch itself raises is part of the answer. */
  run(batch: string): Promise<TrialAnswer>;
  /** Runs a batch outside any transaction; the temporary tables that it makes are there for the batches and queries behind it. */
  prepare(batch: string): Promise<void>;
  /** Rows of a query, outside any transaction. */
  query(text: string): Promise<readonly (readonly unknown[])[]>;
  close(): Promise<void>;
}

export interface CatalogReader {
  /** Everything in the database that is not the system's or CDC's own. */
  readDatabase(): Promise<DatabaseModel>;
}

/** Boundaries of a chunk: key values as typed text in the order of the key columns, `null` = open. Rows with lower < key ≤ upper, in the source's own order. */
export interface ChunkBounds {
  readonly lower: readonly string[] | null;
  readonly upper: readonly string[] | null;
}

export interface RowBlock {
  readonly rows: readonly SourceRow[];
  /** About how many bytes of memory the rows hold. */
  readonly bytes: number;
}

/** All rows of a table as they stood at `position`. `end` gives the snapshot up. */
export interface PositionedRead {
  readonly position: Position;
  readonly rows: AsyncIterable<RowBlock>;
  end(): Promise<void>;
}

/** Reads tables, never changes. */
export interface ChunkReader {
  /**
   * Walks the key index on the server and yields boundaries after about `chunkRows` rows each; bounds cover every possible key: the first is open below, the
   * last above. A table without a key yields one chunk open on both sides. `after`: go on behind this boundary (resume of a plan).
   */
  plan(table: EventTable, chunkRows: number, after?: readonly string[]): AsyncIterable<ChunkBounds>;
  /**
   * Proves that reads on this connection show everything committed up to `position` (rule 3): the server has reached it, and every transaction that was open when
   * capture of the table began or when `position` was answered has ended. Waits where waiting helps. @throws SluiceError
   */
  proveSees(table: EventTable, position: Position, signal: AbortSignal): Promise<void>;
  /** Rows of a chunk in blocks of bounded size, with back-pressure: the next block is read from the server when it is asked for. */
  read(table: EventTable, bounds: ChunkBounds, signal: AbortSignal): AsyncIterable<RowBlock>;
  /** Rows of the given keys (boundary texts, in the order of the key columns), in any order; keys without a row are left out. */
  lookup(table: EventTable, keys: readonly (readonly string[])[], signal: AbortSignal): Promise<readonly SourceRow[]>;
  /**
   * For tables without a key (rule 6): all rows at one exact position. @throws SluiceError TableWithoutKey where the source has no such snapshot.
   */
  readAtPosition(table: EventTable, signal: AbortSignal): Promise<PositionedRead>;
  close(): Promise<void>;
}

export interface TableChange extends Change {
  /** Index of the table in the list given to {@link Source.openChangeReader}. */
  readonly table: number;
}

/** Changes with from < position ≤ to, in order. */
export interface ChangeWindow {
  readonly from: Position;
  readonly to: Position;
  /** The window ends inside a transaction, because of the memory bound. */
  readonly partial: boolean;
  readonly changes: readonly TableChange[];
  /** Commits seen, also of tables that are not captured where the source can tell. */
  readonly transactions: number;
  readonly firstCommitMs: number | null;
  readonly lastCommitMs: number | null;
  /** There is more behind `to` already: ask again at once. */
  readonly more: boolean;
  /** Tables whose history was lost up to here: their changes are not in this window and must not be emitted (row A1). */
  readonly gaps: readonly TableGap[];
  /** Schema changes seen at `to`: the window ends before the first change in the new shape (rule 2). */
  readonly schemaChanges: readonly SchemaChangeSeen[];
}

export interface TableGap {
  readonly table: number;
  readonly reason: string;
}

export interface SchemaChangeSeen {
  readonly table: number;
  readonly position: Position;
  readonly ddl: string;
}

export interface WindowLimits {
  readonly rows: number;
  readonly bytes: number;
}

export interface ChangeReader {
  /** The newest position that the source can show now. Everything committed before the call is not necessarily below it (row A5). */
  head(): Promise<Position>;
  /** The position at which capture of a table began: changes from there on can be read. */
  start(table: number): Promise<Position>;
  /** Reads the next window after `from`. Never skips; asked again with the same `from` it repeats. An empty window is a valid answer (`to` may still advance). */
  read(from: Position, limits: WindowLimits, signal: AbortSignal): Promise<ChangeWindow>;
  /** The source may forget everything up to `upTo`. Call only with the `to` of a committed window. */
  ack(upTo: Position): Promise<void>;
  /** Health of the capture itself (row A4): null = fine, else what is wrong. */
  captureProblem(): Promise<string | null>;
  /** How long a commit is known to wait for the capture, ms; 0 = nothing is known to wait. As {@link captureProblem} last found it, growing with time. */
  captureLagMs(): number;
  close(): Promise<void>;
}

export interface Finding {
  /** Stable name of the check, e.g. `cdc-enabled`. */
  readonly check: string;
  readonly severity: 'ok' | 'warning' | 'error';
  /** The object meant: database, table, login. */
  readonly object: string;
  readonly message: string;
  readonly remedy?: string;
  /** Whether {@link Preflight.fix} can mend it. */
  readonly fixable: boolean;
}

/** What works and what lacks, before anything is touched. `hasKey` false: the job has no key for the table's rows. */
export interface Preflight {
  check(
    tables: readonly { readonly schema: string; readonly name: string; readonly hasKey?: boolean }[],
  ): Promise<readonly Finding[]>;
  /** Mends what it may (enable CDC for the database and the tables, create the marker table); returns what it did. */
  fix(tables: readonly { readonly schema: string; readonly name: string }[]): Promise<readonly Finding[]>;
}

/** `unknown`: it could not be looked at, `message` says why. `not-needed`: others check it, and it cannot go wrong here; `message` says why. */
export type CheckVerdict = 'pass' | 'warning' | 'fail' | 'unknown' | 'not-needed';

/** A pre-migration check with its answer. `fail` blocks a migration with changes. */
export interface SurveyCheck {
  /** Stable name; where AWS DMS has the check, its name there without `sqlserver-`. */
  readonly check: string;
  readonly verdict: CheckVerdict;
  readonly message: string;
  /** What to do; of warnings and failures. */
  readonly remedy?: string;
  /** The objects meant, in the source's names. */
  readonly objects: readonly string[];
}

/** Size and movement of a table, from statistics; nothing is counted. */
export interface TableFigures {
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
  /** Heap or clustered index with its large values. */
  readonly dataBytes: number;
  readonly indexBytes: number;
  /** Rows inserted, updated and deleted since {@link SourceSurvey.countingSinceMs}; null = the source does not say. */
  readonly changedRows: number | null;
}

/** What an assessment reads of a source beside its catalog. */
export interface SourceSurvey {
  readonly server: string;
  readonly version: string;
  readonly edition: string;
  /** Since when changes are counted, ms since 1970; null = not known. */
  readonly countingSinceMs: number | null;
  /** The source's own time, ms since 1970. */
  readonly nowMs: number;
  readonly tables: readonly TableFigures[];
  readonly checks: readonly SurveyCheck[];
}

/** Looks at what may stand in the way of a migration; changes nothing, reads no rows of tables. */
export interface Survey {
  read(): Promise<SourceSurvey>;
}

/** What cutover needs of a source (rule 14). */
export interface Quiesce {
  /** Commits a marker and returns the position of its change. */
  writeMarker(text: string): Promise<Position>;
  /** Sessions with open writing or prepared transactions, in words; empty = none. */
  openWriters(): Promise<readonly string[]>;
  /** True if a change of any captured table or other commit stands behind `position`. */
  hasForeignCommitAfter(position: Position): Promise<boolean>;
}
