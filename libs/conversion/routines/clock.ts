import { findAll, type FunctionCall, type Statement } from '#tsql';
import { nodesOf } from './body-nodes.ts';

const CLOCKS = new Set([
  'getdate',
  'getutcdate',
  'sysdatetime',
  'sysutcdatetime',
  'sysdatetimeoffset',
  'current_timestamp',
]);

const readsClock = (one: FunctionCall): boolean =>
  one.name.schema === undefined && CLOCKS.has(one.name.name.name.toLowerCase());

/**
 * Whether a routine watches time go by: it reads the clock in a loop, waits, or reads it by itself and then again. For others the time of the transaction will do, which
 * agrees with that of column defaults; for these it would stand still, where SQL Server's clock goes on with every statement.
 */
export function watchesClock(body: readonly Statement[]): boolean {
  const reads = nodesOf(body, 'call').filter(readsClock);
  if (reads.length === 0) return false;
  if (nodesOf(body, 'waitFor').length > 0) return true;
  if (nodesOf(body, 'while').some((one) => findAll(one, 'call').some(readsClock))) return true;
  const queries = [
    ...nodesOf(body, 'insert'),
    ...nodesOf(body, 'update'),
    ...nodesOf(body, 'delete'),
    ...nodesOf(body, 'merge'),
    ...nodesOf(body, 'selectSpec').filter((one) => one.from.length > 0),
  ];
  const inQueries = new Set(queries.flatMap((one) => findAll(one, 'call')));
  // What one SELECT asks twice is one moment.
  const plain = nodesOf(body, 'selectSpec').map((one) => new Set(findAll(one, 'call')));
  const moments = new Set(reads.map((one) => plain.find((calls) => calls.has(one)) ?? one));
  return moments.size > 1 && reads.some((one) => !inQueries.has(one));
}

const TIMES =
  /\(now\(\) AT TIME ZONE 'UTC'\)|'(?:[^']|'')*'|"(?:[^"]|"")*"|\blocaltimestamp(\(\d\))?|\bcurrent_timestamp\b/g;

/** The times of a statement by the clock that goes on. Within a query it is asked once, as SQL Server does. */
export function byClock(sql: string): string {
  const isQuery = /^\s*\(?(SELECT|WITH|INSERT|UPDATE|DELETE|MERGE)\b/.test(sql);
  const asked = (text: string): string => (isQuery ? `(SELECT ${text})` : text);
  return sql.replaceAll(TIMES, (whole, digits: string | undefined) => {
    if (whole.startsWith('(now')) return `(${isQuery ? 'SELECT ' : ''}clock_timestamp() AT TIME ZONE 'UTC')`;
    if (whole.startsWith('localtimestamp')) return asked(`clock_timestamp()::timestamp${digits ?? ''}`);
    return whole === 'current_timestamp' ? asked('clock_timestamp()') : whole;
  });
}
