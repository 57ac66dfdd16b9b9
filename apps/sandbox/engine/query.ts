import { translateQuery, type ResultColumn, type TranslatedQuery } from '#conversion';
import type { Select } from '#tsql';
import type { ResultSink, TdsColumn, TdsType, TdsValue } from '../session.ts';
import { identityOf } from './identity-column.ts';
import type { PgValue } from './large-bind.ts';
import type { LargeRowReader } from './large-rows.ts';
import { holdsLocks, lockingOf } from './locking.ts';
import { LongRows } from './long-values.ts';
import type { PgRow } from './pg-link.ts';
import { bind, translated, type Run } from './run.ts';
import { selectInto } from './select-into.ts';
import { decoderFor, type Decoder } from './storage-type.ts';
import { checkIndexHints, checkSnapshotAllowed, holding, lockTables } from './table-locks.ts';

/** curCmd of a SELECT's DONE. */
export const SELECT = 0xc1;

/** Column metadata of a result. */
export function columnsOf(columns: readonly ResultColumn[]): TdsColumn[] {
  return columns.map((column) => ({
    name: column.name,
    type: column.type as TdsType,
    nullable: column.nullable,
    ...(column.identity ? { identity: true } : {}),
  }));
}

/** Turns rows as PostgreSQL wrote them into rows of the seam. */
export function rowDecoder(columns: readonly ResultColumn[]): (row: PgRow) => TdsValue[] {
  const decoders: Decoder[] = columns.map((column) => decoderFor(column.type as TdsType));
  const width = decoders.length;
  return (row) => {
    const values = new Array<TdsValue>(width);
    for (let i = 0; i < width; i += 1) {
      const text = row[i];
      values[i] = text === null || text === undefined ? null : (decoders[i] as Decoder)(text);
    }
    return values;
  };
}

const MOST_TEXT = 2_147_483_647;

/** SET TEXTSIZE: no more than so many bytes of a value of a (max) type, text, ntext or image are sent. In characters for the n-types. */
function textLimits(bytes: number, columns: readonly ResultColumn[]): readonly (number | undefined)[] {
  return columns.map(({ type }) => {
    const isLong = bytes < MOST_TEXT && (type.length === -1 || /^(?:text|ntext|image)$/.test(type.name));
    return isLong ? (type.name.startsWith('n') ? bytes >> 1 : bytes) : undefined;
  });
}

function cutTo(
  limits: readonly (number | undefined)[],
  decode: (row: PgRow) => TdsValue[],
): (row: PgRow) => TdsValue[] {
  if (limits.every((limit) => limit === undefined)) return decode;
  return (row) =>
    decode(row).map((value, at) => {
      const limit = limits[at];
      if (limit === undefined) return value;
      if (typeof value === 'string') return value.slice(0, limit);
      return Buffer.isBuffer(value) ? value.subarray(0, limit) : value;
    });
}

/** What reads the rows of a result for the client: those with long values, which some clients' sinks take in parts, as they come. */
export function longRowsFor(
  out: ResultSink,
  columns: readonly ResultColumn[],
  limits: readonly (number | undefined)[] = [],
): (() => LargeRowReader) | undefined {
  if (out.openRow === undefined) return undefined;
  const rows = new LongRows(columns, limits);
  return rows.some ? () => rows.open(out) : undefined;
}

/** Sends a result set as it is read; resolves with the number of rows. */
export async function streamRows(
  run: Run,
  query: { readonly sql: string; readonly columns: readonly ResultColumn[] },
  values: readonly PgValue[],
  writes: boolean,
): Promise<number> {
  const { session, out, signal } = run;
  const limits = textLimits(session.options.textSize, query.columns);
  const decode = cutTo(limits, rowDecoder(query.columns));
  out.columns(columnsOf(query.columns));
  let count = 0;
  const openLong = longRowsFor(out, query.columns, limits);
  await session.query(query.sql, values, {
    writes,
    signal,
    onRow: (row) => {
      count += 1;
      return out.row(decode(row));
    },
    onLargeRow:
      openLong &&
      (() => {
        count += 1;
        return openLong();
      }),
    drained: () => out.drained(),
  });
  return count;
}

/** Ends a statement with its count, unless SET NOCOUNT ON. */
export function finish(run: Run, count: number, command: number, out: ResultSink = run.out): void {
  run.session.rowCount = count;
  run.session.warnings.tell(run.session.options, out);
  out.done(run.session.options.noCount ? undefined : BigInt(count), command);
}

/** SELECT in all its forms: to the client, into variables, into a table. */
export async function runSelect(caller: Run, asWritten: Select): Promise<void> {
  const numbered = identityOf(asWritten, caller.text);
  const statement = numbered?.statement ?? asWritten;
  const run: Run = { ...caller, locking: lockingOf(caller, statement) };
  const query = await translated(run, statement, (node, context) => translateQuery(node.query, context));
  if (run.session.options.formatOnly) {
    if (!query.assigns) run.out.columns(columnsOf(query.columns));
    finish(run, 0, SELECT);
    return;
  }
  checkSnapshotAllowed(run, query.sql);
  await checkIndexHints(run, statement);
  await holding(run, () => selected(run, query, numbered?.identity));
}

type Numbered = NonNullable<ReturnType<typeof identityOf>>['identity'] | undefined;

async function selected(run: Run, query: TranslatedQuery, identity: Numbered): Promise<void> {
  await lockTables(run, query.sql);
  if (query.into !== undefined) {
    finish(run, await selectInto(run, query, query.into, identity), SELECT);
    return;
  }
  const values = await bind(run, query.parameters);
  if (query.assigns) {
    run.session.rowCount = await assignFrom(run, query, values);
    return;
  }
  finish(run, await streamRows(run, query, values, writes(query) || holdsLocks(run)), SELECT);
}

const writes = (query: TranslatedQuery): boolean => query.sql.includes('nextval(');

async function assignFrom(run: Run, query: TranslatedQuery, values: readonly PgValue[]): Promise<number> {
  let last: PgRow | undefined;
  let count = 0;
  await run.session.query(query.sql, values, {
    writes: writes(query) || holdsLocks(run),
    signal: run.signal,
    onRow: (row) => {
      last = row;
      count += 1;
      return true;
    },
  });
  if (last !== undefined) assignRow(run, query.columns, last);
  return count;
}

/** Sets the variables that the columns of a row are for. */
export function assignRow(run: Run, columns: readonly ResultColumn[], row: PgRow): void {
  columns.forEach((column, index) => {
    const slot = column.assignTo === undefined ? undefined : run.frame.variable(column.assignTo);
    if (slot !== undefined) slot.value = row[index] ?? null;
  });
}
