import { SqlError, type EnvChange, type ResultSink, type TdsColumn, type TdsValue } from '../session.ts';

/** Values that the rows of one cursor may hold in memory. */
export const MAX_VALUES = 10_000_000;

/** 701: what the rows of a cursor need in memory is more than there is for one. */
export const tooMany = (): SqlError =>
  new SqlError(701, 'There is insufficient system memory in resource pool to keep the rows of this cursor.', 17, 123);

/** The one result set of a statement that a cursor is to be opened over. */
export interface CapturedRows {
  readonly columns: readonly TdsColumn[];
  readonly rows: readonly (readonly TdsValue[])[];
}

/**
 * Keeps the result set of a statement instead of sending it. A statement that does anything else than answer with one result set has no cursor: from
 * then on everything passes on to the client, led by the information 16954, as SQL Server runs such a statement directly.
 */
export class CursorCapture implements ResultSink {
  private columnsSeen: readonly TdsColumn[] | undefined;
  private readonly rows: (readonly TdsValue[])[] = [];
  private rowCount: bigint | undefined;
  private ended = false;
  private direct = false;
  private failed = false;

  /** `allowDirect`: a statement without a cursor runs directly; else it fails with 16937. */
  constructor(
    private readonly out: ResultSink,
    private readonly allowDirect: boolean,
  ) {}

  /** The rows for the cursor; undefined where the statement ran directly. Ask after it has ended. */
  get captured(): CapturedRows | undefined {
    if (this.direct || this.failed || this.columnsSeen === undefined) return undefined;
    return { columns: this.columnsSeen, rows: this.rows };
  }

  columns(columns: readonly TdsColumn[]): void {
    if (this.columnsSeen !== undefined) this.goDirect();
    if (this.direct) this.out.columns(columns);
    else this.columnsSeen = columns;
  }

  row(values: readonly TdsValue[]): boolean {
    if (this.direct) return this.out.row(values);
    this.rows.push(values);
    if (this.rows.length * values.length > MAX_VALUES) {
      throw tooMany();
    }
    // Now and then a turn of the event loop, so that a cancel is heard.
    return this.rows.length % 4096 !== 0;
  }

  async drained(): Promise<void> {
    if (this.direct) return this.out.drained();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  done(rowCount: bigint | undefined, command?: number, inProcedure?: boolean): void {
    if (!this.direct && this.columnsSeen !== undefined && !this.ended) {
      this.ended = true;
      this.rowCount = rowCount;
      return;
    }
    if (!this.failed) this.goDirect();
    this.out.done(rowCount, command, inProcedure);
  }

  /** Sends what was kept, in the order in which it came, and all that follows. */
  goDirect(): void {
    if (this.direct) return;
    if (!this.allowDirect)
      throw new SqlError(
        16_937,
        'A server cursor cannot be opened on the given statement or statements. Use a default result set or client cursor.',
      );
    this.direct = true;
    this.out.info(new SqlError(16_954, 'Executing SQL directly; no cursor.', 10));
    if (this.columnsSeen === undefined) return;
    this.out.columns(this.columnsSeen);
    for (const row of this.rows.splice(0)) this.out.row(row);
    if (this.ended) this.out.done(this.rowCount, 0xc1);
  }

  info(message: SqlError): void {
    this.out.info(message);
  }

  error(error: SqlError): void {
    this.failed = true;
    this.out.error(error);
  }

  returnStatus(): void {
    // The status is that of the procedure that opens the cursor.
  }

  returnValue(): void {
    // The values of the statement's own parameters are told by who runs it.
  }

  envChange(change: EnvChange): void {
    this.out.envChange(change);
  }
}
