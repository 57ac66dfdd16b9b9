import type { ResultSink, TdsColumn, TdsType, TdsValue } from '../session.ts';

/** `name` and type of each column of a procedure's result set. */
export type ResultShape = readonly (readonly [string, TdsType])[];

export const INT: TdsType = { name: 'int' };
export const SMALLINT: TdsType = { name: 'smallint' };
export const BIGINT: TdsType = { name: 'bigint' };
export const BIT: TdsType = { name: 'bit' };
export const TINYINT: TdsType = { name: 'tinyint' };
export const SYSNAME: TdsType = { name: 'nvarchar', length: 128 };
export const DATETIME: TdsType = { name: 'datetime' };
export const LSN: TdsType = { name: 'binary', length: 10 };
export const text = (length: number): TdsType => ({ name: 'nvarchar', length });
export const ascii = (length: number): TdsType => ({ name: 'varchar', length });

/** Sends one result set. `rows` hold values as the seam has them. */
export async function sendResult(
  out: ResultSink,
  shape: ResultShape,
  rows: readonly (readonly TdsValue[])[],
): Promise<void> {
  out.columns(shape.map(([name, type]): TdsColumn => ({ name, type, nullable: true })));
  for (const row of rows) {
    if (!out.row(row)) await out.drained();
  }
  out.done(BigInt(rows.length), 0xc1);
}
