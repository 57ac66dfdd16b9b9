import { Signal, SluiceError } from '#errors';
import { failpoint } from '#telemetry';
import { isRowFault, sqlState, targetFault } from './client.ts';
import { runScript } from './copy-script.ts';
import type { CopyText } from './copy-text.ts';
import { stageKeyless } from './keyless.ts';
import { advanceStatement, type Advance, type SinkPartition } from './offsets.ts';
import { countParked, keyOf, parkedKeys, parkRow, unparkKeys } from './parked.ts';
import type { RecordBatch } from './record-batch.ts';
import { reduceBatch, type Reduction } from './reduction.ts';
import type { ApplySession } from './session.ts';
import { copyIntoTarget, stageName } from './sql/merge.ts';
import { OFFSET_MOVED } from './sql/sink-schema.ts';
import { mergeStatements, stageStates } from './staging.ts';
import type { TargetTable } from './target-table.ts';

export interface ApplierOptions {
  readonly table: TargetTable;
  readonly at: SinkPartition;
  readonly job: string;
  readonly incarnation: string;
  readonly onRowError: 'suspend-table' | 'park';
  /** Statements one at a time, with fail points between them; for fault tests. */
  readonly isStepwise: boolean;
}

/** What happened to a batch. */
export interface Applied {
  readonly path: 'position' | 'append' | 'merge' | 'replace' | 'careful';
  readonly parked: number;
}

/** More refused rows than this, in one batch or as a tenth of all, are no accident of single rows. */
const MOST_PARKED = 100;
const FOLLOWER = new SluiceError(
  'RowRejected',
  'an earlier event of the key is parked, and this one has not all its columns',
);
/** After a failed append the next so many batches are merged; doubled each time. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 256;

/**
 * Applies batches of one partition to the target, each in one transaction with the move of the offset (rule 9). Not reentrant. After a rejection nothing is known
 * of the transaction: the connection must be thrown away or rolled back, the offset row read again, and reading go on from there.
 */
export class Applier {
  readonly options: ApplierOptions;
  /** Rows of this partition are parked: later events of their keys settle them. */
  hasParked = false;
  /** A row without all its columns must be in the target: true once the table has caught up. */
  mustExist = false;
  #pause = 0;
  #parkedRows = 0;
  #seenRows = 0;
  #nextPause = FIRST_PAUSE;

  constructor(options: ApplierOptions) {
    this.options = options;
  }

  /** The buffer for the next batch's lines while `r` records may go straight into the table, else null. The batch must be applied by the same session. */
  nextAppend(session: ApplySession): CopyText | null {
    if (this.#pause > 0) {
      this.#pause--;
      return null;
    }
    if (this.hasParked) return null;
    session.append.clear();
    return session.append;
  }

  /**
   * @throws Signal reseek where the offset is not where the batch begins; SluiceError RowRejected and ValueRejected for a row under `suspend-table`,
   * TargetStatementFailed and others of the target
   */
  async apply(session: ApplySession, batch: RecordBatch, expected: number): Promise<Applied> {
    const { at, incarnation } = this.options;
    const advance: Advance = { at, incarnation, expected, next: batch.nextOffset, counts: batch.counts };
    try {
      return await this.#apply(session, batch, advanceStatement(advance));
    } catch (error) {
      if (sqlState(error) === OFFSET_MOVED)
        throw new Signal('reseek', `the offset of ${at.topic} partition ${at.partition} moved`);
      if (error instanceof Signal) throw error;
      throw targetFault(error, `applying to ${this.options.table.tableName}`, { table: this.options.table.tableName });
    }
  }

  async #apply(session: ApplySession, batch: RecordBatch, advance: string): Promise<Applied> {
    if (batch.rowCount === 0) {
      await this.#transaction(session, [advance], []);
      return { path: 'position', parked: 0 };
    }
    if (batch.isAppendable && (await this.#tryAppend(session, batch, advance))) return { path: 'append', parked: 0 };
    await session.openStage(this.options.table);
    if (this.options.table.key.length === 0) return this.#applyKeyless(session, batch, advance);
    const states = reduceBatch(batch);
    if (!this.hasParked) {
      if (await this.#tryMerge(session, batch, states, advance, false)) return { path: 'merge', parked: 0 };
      if (this.#canReplace(batch) && (await this.#tryMerge(session, batch, states, advance, true))) {
        return { path: 'replace', parked: 0 };
      }
    }
    return { path: 'careful', parked: await this.#applyCarefully(session, batch, states, advance) };
  }

  /** Rows that must be new are copied into the table itself. False: one was not new; nothing was changed. */
  async #tryAppend(session: ApplySession, batch: RecordBatch, advance: string): Promise<boolean> {
    const copy = copyIntoTarget(this.options.table, batch.plan.columns);
    try {
      await this.#transaction(session, [advance, copy], [session.append.view()]);
      this.#nextPause = FIRST_PAUSE;
      return true;
    } catch (error) {
      if (!isRowFault(error)) throw error;
      await session.client.query('rollback');
      this.#pause = this.#nextPause;
      this.#nextPause = Math.min(this.#nextPause * 2, LONGEST_PAUSE);
      return false;
    }
  }

  /** False: a row fault; nothing was changed. */
  async #tryMerge(
    session: ApplySession,
    batch: RecordBatch,
    states: Reduction,
    advance: string,
    replace: boolean,
  ): Promise<boolean> {
    try {
      session.stage.clear();
      const staged = stageStates(session.stage, batch, states, 0, states.last.length);
      const statements = mergeStatements(batch, staged, { replace, mustExist: this.mustExist });
      await this.#transaction(session, [advance, ...statements], [session.stage.view()]);
      return true;
    } catch (error) {
      if (!isRowFault(error)) throw error;
      await session.client.query('rollback');
      return false;
    }
  }

  async #applyKeyless(session: ApplySession, batch: RecordBatch, advance: string): Promise<Applied> {
    session.stage.clear();
    const statements = stageKeyless(session.stage, batch);
    await this.#transaction(session, [advance, ...statements], [session.stage.view()]);
    return { path: 'merge', parked: 0 };
  }

  /** Replacing a row would lose columns that events do not fill, and an identity that only inserts may set. */
  #canReplace(batch: RecordBatch): boolean {
    return batch.plan.columns.length === this.options.table.allColumns;
  }

  /** One transaction in one round trip; one COPY with the data may be among the statements. */
  async #transaction(session: ApplySession, statements: readonly string[], data: readonly Buffer[]): Promise<void> {
    if (!this.options.isStepwise) {
      failpoint('sink.before-apply');
      await runScript(session.client, ['begin', ...statements, 'commit'].join(';\n'), data);
      failpoint('sink.after-commit');
      return;
    }
    await session.client.query('begin');
    for (const statement of statements) {
      await runScript(session.client, statement, statement.startsWith('copy ') ? data : []);
      failpoint(statement.startsWith('copy ') ? 'sink.after-copy' : 'sink.after-statement');
    }
    failpoint('sink.before-commit');
    await session.client.query('commit');
    failpoint('sink.after-commit');
  }

  /** Halves the batch until the rows that the target refuses stand alone. All in one transaction with the offset. Returns how many were parked. */
  async #applyCarefully(
    session: ApplySession,
    batch: RecordBatch,
    states: Reduction,
    advance: string,
  ): Promise<number> {
    await session.client.query('begin');
    try {
      await session.client.query(advance);
      const { ready, waiting } = await this.#splitFollowers(session, batch, states);
      for (const index of waiting) await this.#park(session, batch, index, FOLLOWER);
      const parked = waiting.length + (await this.#applyRange(session, batch, ready, 0, ready.last.length));
      this.#breakCircuit(parked, states.last.length);
      const stillParked = parked > 0 || (await countParked(session.client, this.options.at)) > 0;
      await session.client.query('commit');
      this.hasParked = stillParked;
      return parked;
    } catch (error) {
      await session.client.query('rollback').catch(() => undefined);
      throw error;
    }
  }

  async #applyRange(
    session: ApplySession,
    batch: RecordBatch,
    states: Reduction,
    from: number,
    to: number,
  ): Promise<number> {
    const fault = await this.#tryRange(session, batch, states, from, to);
    if (fault === null) return 0;
    if (to - from > 1) {
      const middle = (from + to) >> 1;
      const first = await this.#applyRange(session, batch, states, from, middle);
      const parked = first + (await this.#applyRange(session, batch, states, middle, to));
      if (parked > MOST_PARKED) {
        throw new SluiceError(
          'TargetStatementFailed',
          `more than ${MOST_PARKED} rows of one batch were refused, the last: ${fault.message}`,
          fault.facts,
        );
      }
      return parked;
    }
    const index = states.last[from]!;
    const { at } = this.options;
    if (this.options.onRowError === 'suspend-table') {
      const facts = { ...fault.facts, topic: at.topic, partition: at.partition, offset: batch.offsets[index]! };
      throw new SluiceError(fault.kind, fault.message, facts, { cause: fault.cause });
    }
    await this.#park(session, batch, index, fault);
    return 1;
  }

  /** Rows that are refused again and again are a fault of the table: somebody should look before the rest is parked as well (row D9). */
  #breakCircuit(parked: number, seen: number): void {
    this.#parkedRows += parked;
    this.#seenRows += seen;
    if (this.#parkedRows <= MOST_PARKED || this.#parkedRows * 10 <= this.#seenRows) return;
    const facts = { parked: this.#parkedRows, seen: this.#seenRows };
    throw new SluiceError('TargetStatementFailed', `${this.#parkedRows} of ${this.#seenRows} rows were refused`, facts);
  }

  /** Rows without all their columns wait behind a parked row of their key: what they lack is in it. */
  async #splitFollowers(
    session: ApplySession,
    batch: RecordBatch,
    states: Reduction,
  ): Promise<{ ready: Reduction; waiting: readonly number[] }> {
    const partial = this.hasParked ? states.last.filter((index) => states.merged.get(index)?.missing.length) : [];
    if (partial.length === 0) return { ready: states, waiting: [] };
    const keys = await parkedKeys(
      session.client,
      this.options.at,
      partial.map((index) => keyOf(batch, index)),
    );
    const waiting = partial.filter((index) => keys.has(keyOf(batch, index).toString('latin1')));
    const ready = { last: states.last.filter((index) => !waiting.includes(index)), merged: states.merged };
    return { ready, waiting };
  }

  async #park(session: ApplySession, batch: RecordBatch, index: number, error: SluiceError): Promise<void> {
    const { at, job, table } = this.options;
    await parkRow(session.client, { at, job, tableName: table.tableName, batch, index, error });
  }

  /** Null: the states were applied. */
  async #tryRange(
    session: ApplySession,
    batch: RecordBatch,
    states: Reduction,
    from: number,
    to: number,
  ): Promise<SluiceError | null> {
    const replace = this.#canReplace(batch);
    await session.client.query('savepoint part');
    try {
      session.stage.clear();
      const staged = stageStates(session.stage, batch, states, from, to);
      const statements = mergeStatements(batch, staged, { replace, mustExist: this.mustExist && !this.hasParked });
      await runScript(session.client, statements.join(';\n'), [session.stage.view()]);
      await session.client.query(`delete from ${stageName(this.options.table)}`);
      if (this.hasParked) {
        await unparkKeys(
          session.client,
          this.options.at,
          states.last
            .slice(from, to)
            .filter((i) => !batch.missing.has(i))
            .map((i) => keyOf(batch, i)),
        );
      }
      await session.client.query('release savepoint part');
      return null;
    } catch (error) {
      if (!isRowFault(error)) throw error;
      await session.client.query('rollback to savepoint part');
      return targetFault(error, `applying to ${this.options.table.tableName}`, { table: this.options.table.tableName });
    }
  }
}
