import { schemaIdOf, type EnvelopeReader, type KeyReader, type ReaderCache } from '#avro-codec';
import { HEADER } from '#events';
import type { FetchedBatch, RecordCursor } from '#kafka';
import { isRowFault } from './client.ts';
import type { CopyText } from './copy-text.ts';
import type { AppliedCounts } from './offsets.ts';
import { RowPlan } from './row-plan.ts';
import type { TargetTable } from './target-table.ts';

const UNAVAILABLE = Buffer.from(HEADER.unavailable);
const VERSION = Buffer.from(HEADER.schemaVersion);
const POSITION = Buffer.from(HEADER.position);

/** Character codes of the operations; 0 stands for a tombstone. */
export const OP = { tombstone: 0, read: 114, create: 99, update: 117, delete: 100, truncate: 116 } as const;

/** Why gathering stopped before the records were used up; see {@link RecordBatch.gather}. */
export type GatherStop =
  | { readonly reason: 'empty' | 'full' | 'other-schema' }
  | { readonly reason: 'unknown-schema'; readonly id: number; readonly ofKey: boolean }
  | { readonly reason: 'newer-version'; readonly version: number }
  | { readonly reason: 'truncate'; readonly position: string };

/** What was fetched from one partition and how far it was taken. The record under the cursor may still wait to be taken. */
export class RecordFeed {
  readonly cursor: RecordCursor;
  isWaiting = false;

  constructor(
    readonly fetched: FetchedBatch,
    /** Records below it were applied already. */
    readonly fromOffset: number,
  ) {
    this.cursor = fetched.records;
  }

  /** Goes to the next record that counts, or stays at the one that waits. */
  advance(): boolean {
    if (this.isWaiting) return true;
    while (this.cursor.next()) {
      if (this.cursor.offset < this.fromOffset) continue;
      this.isWaiting = true;
      return true;
    }
    return false;
  }

  /** Offset of the record under the cursor. */
  get offset(): number {
    return this.cursor.offset;
  }
}

/** Plans of one table, made once for each pair of writer's schemas. Emptied when the target's shape changes. */
export class PlanCache {
  #plans: RowPlan[] = [];

  constructor(readonly table: TargetTable) {}

  plan(reader: EnvelopeReader | undefined, keyReader: KeyReader | undefined): RowPlan {
    const known = this.#plans.find((plan) => plan.reader === reader && plan.keyReader === keyReader);
    if (known) return known;
    const made = new RowPlan(this.table, reader, keyReader);
    this.#plans.push(made);
    return made;
  }
}

export interface BatchOptions {
  readonly readers: ReaderCache;
  /** Plans made before, by writer's schema. */
  readonly plans: PlanCache;
  readonly rows: number;
  readonly bytes: number;
  /** Newest version of the table that the target has (rule 11). */
  readonly version: number;
  readonly fromOffset: number;
  /** Writes rows down at once while only `r` records come; the lines are what COPY into the table itself takes. */
  readonly append: CopyText | null;
}

/**
 * Records of one partition in order, bounded in rows and bytes, all of one writer's schema. Keeps places, not copies: what was fetched stays in memory as
 * long as the batch.
 */
export class RecordBatch {
  #plan: RowPlan | null = null;
  nextOffset: number;
  byteCount = 0;
  /** All records are `r`, and their lines stand in `append`. */
  isAppendable: boolean;
  readonly counts: AppliedCounts = { reads: 0, inserts: 0, updates: 0, deletes: 0, bytes: 0 };
  readonly buffers: Buffer[] = [];
  readonly keyStarts: number[] = [];
  readonly keyEnds: number[] = [];
  readonly valueStarts: number[] = [];
  readonly valueEnds: number[] = [];
  readonly ops: number[] = [];
  readonly offsets: number[] = [];
  /** Columns (by index of the plan) that a record does not carry. */
  readonly missing = new Map<number, readonly number[]>();
  #valueSchema = -1;
  #keySchema = -1;
  readonly #options: BatchOptions;

  constructor(options: BatchOptions) {
    this.#options = options;
    this.nextOffset = options.fromOffset;
    this.isAppendable = options.append !== null;
  }

  /** The plan of the batch's records; of a batch of tombstones alone, one of key columns. */
  get plan(): RowPlan {
    return (this.#plan ??= this.#options.plans.plan(undefined, this.#options.readers.key(this.#keySchema)));
  }

  get rowCount(): number {
    return this.ops.length;
  }

  /**
   * Takes records until there are no more or something has to be done first: load a schema and call again with the same feed; or apply this batch
   * and go on with a new one.
   */
  gather(feed: RecordFeed): GatherStop {
    const { cursor } = feed;
    while (feed.advance()) {
      if (this.rowCount >= this.#options.rows || this.byteCount >= this.#options.bytes) return { reason: 'full' };
      const stop = this.#take(cursor);
      if (stop) return stop;
      feed.isWaiting = false;
      this.nextOffset = cursor.offset + 1;
    }
    this.nextOffset = Math.max(this.nextOffset, feed.fetched.nextOffset);
    return { reason: 'empty' };
  }

  #take(cursor: RecordCursor): GatherStop | undefined {
    const { buffer, valueIsNull } = cursor;
    if (!valueIsNull) {
      const id = schemaIdOf(buffer, cursor.valueStart);
      if (id !== this.#valueSchema) {
        const stop = this.#openSchema(cursor, id);
        if (stop) return stop;
      }
    }
    const isKeyed = this.#options.plans.table.key.length > 0;
    if (isKeyed && !cursor.keyIsNull) {
      const id = schemaIdOf(buffer, cursor.keyStart);
      if (id !== this.#keySchema) {
        const stop = this.#openKey(id);
        if (stop) return stop;
      }
    }
    return this.#add(cursor);
  }

  #openSchema(cursor: RecordCursor, id: number): GatherStop | undefined {
    const reader = this.#options.readers.envelope(id);
    if (!reader) return { reason: 'unknown-schema', id, ofKey: false };
    const version = Number(cursor.header(VERSION) ?? 0);
    if (version > this.#options.version) return { reason: 'newer-version', version };
    if (this.#plan && this.#plan.reader !== reader) return { reason: 'other-schema' };
    this.#valueSchema = id;
    return undefined;
  }

  #openKey(id: number): GatherStop | undefined {
    const reader = this.#options.readers.key(id);
    if (!reader) return { reason: 'unknown-schema', id, ofKey: true };
    // A `t` has the reserved key; it stops the batch below.
    if (!reader.isRowKey) return undefined;
    if (this.#plan?.keyReader && this.#plan.keyReader !== reader) return { reason: 'other-schema' };
    this.#keySchema = id;
    return undefined;
  }

  #add(cursor: RecordCursor): GatherStop | undefined {
    const { buffer, valueIsNull } = cursor;
    const { readers, plans, append } = this.#options;
    const { table } = plans;
    let op: number = OP.tombstone;
    const reader = valueIsNull ? undefined : readers.envelope(this.#valueSchema);
    if (reader) {
      reader.read(buffer, cursor.valueStart);
      op = reader.op;
      if (op === OP.truncate) return { reason: 'truncate', position: cursor.header(POSITION) ?? '' };
      if (!this.#plan) {
        const key = table.key.length > 0 ? readers.key(this.#keySchema) : undefined;
        this.#plan = plans.plan(reader, key);
      }
    } else if (table.key.length === 0) {
      // A table without a key has no tombstones; a record without a value says nothing.
      return undefined;
    }
    const index = this.ops.length;
    this.buffers.push(buffer);
    this.keyStarts.push(cursor.keyStart);
    this.keyEnds.push(cursor.keyEnd);
    this.valueStarts.push(cursor.valueStart);
    this.valueEnds.push(cursor.valueEnd);
    this.ops.push(op);
    this.offsets.push(cursor.offset);
    this.#count(op, cursor);
    if (reader && cursor.findHeader(UNAVAILABLE)) this.#markMissing(index, cursor);
    if (this.isAppendable) this.#append(op, cursor, append!);
    return undefined;
  }

  #append(op: number, cursor: RecordCursor, append: CopyText): void {
    const plan = this.#plan;
    if (op !== OP.read || !plan?.reader?.after.isPresent || this.missing.size > 0) {
      this.isAppendable = false;
      return;
    }
    const end = append.end;
    try {
      append.ensureRow(cursor.valueEnd - cursor.valueStart, plan.columns.length);
      plan.writeRow(append, cursor.buffer, plan.reader.after);
      append.newline();
    } catch (error) {
      if (!isRowFault(error)) throw error;
      // A value that the policy rejects: the careful way finds it again and names the row.
      append.end = end;
      this.isAppendable = false;
    }
  }

  #markMissing(index: number, cursor: RecordCursor): void {
    const names = JSON.parse(cursor.buffer.toString('utf8', cursor.headerStart, cursor.headerEnd)) as string[];
    const columns = names.map((name) => this.#plan!.columnOf(name)).filter((column) => column >= 0);
    if (columns.length > 0) this.missing.set(index, columns);
  }

  #count(op: number, cursor: RecordCursor): void {
    const { counts } = this;
    if (op === OP.read) counts.reads++;
    else if (op === OP.create) counts.inserts++;
    else if (op === OP.update) counts.updates++;
    else if (op === OP.delete) counts.deletes++;
    const bytes = Math.max(0, cursor.valueEnd - cursor.valueStart) + Math.max(0, cursor.keyEnd - cursor.keyStart);
    counts.bytes += bytes;
    this.byteCount += bytes;
  }
}
