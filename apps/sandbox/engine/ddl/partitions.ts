import {
  translateExpression,
  translateQuery,
  type FunctionHandler,
  type Relation,
  type RelationColumn,
  type SqlType,
} from '#conversion';
import { quoteLiteral } from '#pgsql';
import {
  parseExpression,
  type AlterPartitionFunction,
  type AlterPartitionScheme,
  type CreatePartitionFunction,
  type CreatePartitionScheme,
  type DropObject,
  type Expression,
  type StorageTarget,
} from '#tsql';
import type { CatalogPartitionFunction, PartitionTarget, PgQuerier } from '../../catalog/index.ts';
import { SqlError } from '../../session.ts';
import { evaluate } from '../evaluate.ts';
import { Frame } from '../frame.ts';
import { parsedBatch } from '../parsing.ts';
import { sandbox, typeOf } from '../profile.ts';
import { bind, contextOf, type Run } from '../run.ts';
import type { SessionScope } from '../session-scope.ts';
import { isCharacter } from '../storage-type.ts';
import { columnTypeSql } from './physical-table.ts';

interface Boundary {
  readonly value: string;
  readonly stored: string;
}

const MOST_PARTITIONS = 15_000;
const UNFIT = /^(text|ntext|image|xml|rowversion|timestamp|sql_variant|geography|geometry|hierarchyid|table)$/;

/** Where an index or a table is put by ON. */
export const storageOf = (on: StorageTarget | undefined): { readonly on?: PartitionTarget } =>
  on === undefined ? {} : { on: { name: on.name.name, columns: on.columns.map((one) => one.name) } };

/** CREATE PARTITION FUNCTION: its boundaries are sorted, none may stand there twice. */
export async function createPartitionFunction(run: Run, statement: CreatePartitionFunction): Promise<void> {
  const { scope } = await contextOf(run);
  const type = withCollation(typeOf(statement.type, scope), scope.collation);
  const isMax = type.length === -1;
  const alias = scope.snapshot.type(statement.type.schema?.name, statement.type.base);
  if (UNFIT.test(type.name) || isMax || (alias !== undefined && alias.userTypeId > 256))
    throw new SqlError(7704, `The type '${statement.type.base}' is not valid for this operation.`);
  if (statement.values.length >= MOST_PARTITIONS) {
    const message = `CREATE/ALTER partition function failed as only a maximum of ${MOST_PARTITIONS} partitions can be created.`;
    throw new SqlError(7719, message);
  }
  const values: Boundary[] = [];
  for (const [at, one] of statement.values.entries()) values.push(await boundaryOf(run, one, type, at + 1));
  const { order, twice } = await sorted(run, type, values);
  if (twice !== undefined) {
    const message = `Duplicate range boundary values are not allowed in partition function boundary values list. Partition boundary values at ordinal ${twice[0]} and ${twice[1]} are equal.`;
    throw new SqlError(7708, message);
  }
  const boundaries = order.map((at) => values[at] as Boundary);
  const name = statement.name.name;
  const right = statement.range === 'right';
  await run.session.ddl(async (writer, pg) => {
    const id = await writer.createPartitionFunction({ name, type: type as never, right, boundaries });
    await makeFunction(pg, scope, { id, name, type: type as never, right, fanout: boundaries.length + 1 }, boundaries);
  });
  if (order.some((at, index) => at !== index)) {
    const message = `Warning: Range value list for partition function '${name}' is not sorted by value. Mapping of partitions to filegroups during CREATE PARTITION SCHEME will use the sorted boundary values if the function '${name}' is referenced in CREATE PARTITION SCHEME.`;
    run.out.info(new SqlError(7709, message, 10));
  }
}

const withCollation = (type: SqlType, collation: string): SqlType =>
  isCharacter(type) ? { ...type, collation: type.collation ?? collation } : type;

async function boundaryOf(run: Run, expression: Expression, type: SqlType, ordinal: number): Promise<Boundary> {
  let stored: string | null;
  try {
    stored = await evaluate(run, expression, type);
  } catch (error) {
    if (error instanceof SqlError && error.number === 40_515) throw error;
    throw new SqlError(
      7705,
      `Could not implicitly convert range values type specified at ordinal ${ordinal} to partition function parameter type.`,
    );
  }
  if (stored === null) {
    throw new SqlError(40_515, 'NULL as a boundary of partitions is not supported in this version of SQL Server.');
  }
  const frame = run.frame.scratch(type, stored);
  const value = await evaluate({ ...run, frame }, frame.scratchExpression, { name: 'sql_variant' });
  return { value: value ?? '', stored };
}

/** The order of boundaries, and the ordinals of two that are equal. */
async function sorted(
  run: Run,
  type: SqlType,
  values: readonly Boundary[],
): Promise<{ order: number[]; twice: readonly [number, number] | undefined }> {
  if (values.length === 0) return { order: [], twice: undefined };
  const frame = new Frame(run.frame.procedure, 0, run.frame.level, run.frame);
  values.forEach((one, at) => frame.variables.set(`@b${at}`, { type, value: one.stored }));
  const list = values.map((_, at) => `(${at}, @b${at})`).join(', ');
  const text = `SELECT n, LAG(n) OVER (ORDER BY v, n), CASE WHEN v = LAG(v) OVER (ORDER BY v, n) THEN 1 ELSE 0 END FROM (VALUES ${list}) AS x (n, v) ORDER BY v, n`;
  const rows = await rowsOf({ ...run, frame }, text);
  const same = rows.find((row) => row[2] === '1');
  return {
    order: rows.map((row) => Number(row[0])),
    twice: same && [Number(same[1]) + 1, Number(same[0]) + 1],
  };
}

async function rowsOf(run: Run, text: string): Promise<readonly (readonly (string | null)[])[]> {
  const [statement] = parsedBatch(text, true).statements;
  if (statement?.kind !== 'select') throw new RangeError('not a query');
  const query = translateQuery(statement.query, await contextOf(run));
  const values = await bind(run, query.parameters);
  return (await run.session.query(query.sql, values, { writes: false, signal: run.signal })).rows;
}

/** The PostgreSQL function that tells the partition of a value. It compares as T-SQL does, boundary by boundary from the middle. */
async function makeFunction(
  pg: PgQuerier,
  scope: SessionScope,
  fn: CatalogPartitionFunction,
  boundaries: readonly Boundary[],
): Promise<void> {
  const type = fn.type as SqlType;
  const collation = isCharacter(type) ? sandbox.collation(type.collation ?? scope.collation) : undefined;
  const collate = collation === undefined ? '' : ` COLLATE ${collation}`;
  const column = (name: string, sql: string): RelationColumn => ({
    name,
    sql: `(${sql}${collate})`,
    type,
    nullable: false,
  });
  const bounds = boundaries.map(({ stored }, at) =>
    column(`b${at}`, `${quoteLiteral(stored)}::${sandbox.typeSql(type)}`),
  );
  const table: Relation = { kind: 'table', name: 'x', sql: 'x', columns: [column('v', '$1'), ...bounds] };
  const search = (from: number, to: number): string => {
    if (from === to) return String(from + 1);
    const middle = (from + to) >> 1;
    const test = `v ${fn.right ? '<' : '<='} b${middle}`;
    return `CASE WHEN ${test} THEN ${search(from, middle)} ELSE ${search(middle + 1, to)} END`;
  };
  const { expression } = parseExpression(search(0, boundaries.length));
  if (expression === undefined) throw new RangeError('the partitions cannot be told apart');
  const body = translateExpression(expression, { profile: sandbox, scope }, { table, type: { name: 'int' } });
  await pg.query(
    `CREATE OR REPLACE FUNCTION u.pf${fn.id}(${columnTypeSql(type, scope.collation).replace(/ COLLATE .*$/, '')}) RETURNS int LANGUAGE sql IMMUTABLE AS $pf$ SELECT CASE WHEN $1 IS NULL THEN 1 ELSE ${body.sql} END $pf$`,
  );
}

function known(scope: SessionScope, name: string): CatalogPartitionFunction {
  const found = scope.snapshot.partitionFunction(name);
  if (found !== undefined) return found;
  throw new SqlError(1921, `Invalid object name '${name}' specified.`);
}

/** ALTER PARTITION FUNCTION … SPLIT RANGE, MERGE RANGE. */
export async function alterPartitionFunction(run: Run, statement: AlterPartitionFunction): Promise<void> {
  const { scope } = await contextOf(run);
  const fn = known(scope, statement.name.name);
  const split = statement.action === 'split';
  if (statement.value === undefined) throw new SqlError(7714, 'Partition range value is missing.');
  const type = fn.type as SqlType;
  const added = await boundaryOf(run, statement.value, type, 1);
  const { rows } = await run.session.link.client.query<Boundary>(
    'SELECT value::text AS value, stored FROM meta.partition_values WHERE function_id = $1 ORDER BY boundary_id',
    [fn.id],
  );
  const { place, same } = await placeAmong(run, fn, rows, added);
  if (split && same !== undefined) {
    const message = `Duplicate range boundary values are not allowed in partition function boundary values list. The boundary value being added is already present at ordinal ${same + 1} of the boundary value list.`;
    throw new SqlError(7721, message);
  }
  if (!split && same === undefined) throw new SqlError(7715, 'The specified partition range value could not be found.');
  const boundaries = split ? rows.toSpliced(place, 0, added) : rows.toSpliced(same ?? 0, 1);
  await run.session.ddl(async (writer, pg) => {
    await writer.setBoundaries(fn.id, boundaries, split);
    await makeFunction(pg, scope, fn, boundaries);
  });
}

/** Before which boundary a value belongs, and which one it is equal to. */
async function placeAmong(
  run: Run,
  fn: CatalogPartitionFunction,
  boundaries: readonly Boundary[],
  value: Boundary,
): Promise<{ place: number; same: number | undefined }> {
  const type = fn.type as SqlType;
  const sql = `SELECT u.pf${fn.id}($1::${sandbox.typeSql(type)})`;
  const { rows } = await run.session.query(sql, [value.stored], { writes: false, signal: run.signal });
  const place = Number(rows[0]?.[0]) - 1;
  // Of equal values the boundary stands before where it is a RIGHT one, else behind.
  const near = fn.right ? place - 1 : place;
  const other = boundaries[near];
  if (other === undefined) return { place, same: undefined };
  const frame = new Frame(run.frame.procedure, 0, run.frame.level, run.frame);
  frame.variables.set('@a', { type, value: other.stored });
  frame.variables.set('@b', { type, value: value.stored });
  const [row] = await rowsOf({ ...run, frame }, 'SELECT CASE WHEN @a = @b THEN 1 ELSE 0 END');
  return { place, same: row?.[0] === '1' ? near : undefined };
}

/** CREATE PARTITION SCHEME; there is no filegroup but the first (1921). */
export async function createPartitionScheme(run: Run, statement: CreatePartitionScheme): Promise<void> {
  statement.filegroups.forEach(({ name }) => requireFilegroup(name));
  const filegroups = statement.all ? ('all' as const) : statement.filegroups.length;
  if (statement.all && statement.filegroups.length > 1) {
    const message =
      'Only a single filegroup can be specified while creating partition scheme using option ALL to specify all the filegroups.';
    throw new SqlError(7723, message);
  }
  const { name } = statement.name;
  await run.session.ddl((writer) =>
    writer.createPartitionScheme({ name, function: statement.function.name, filegroups }),
  );
}

function requireFilegroup(name: string): void {
  if (!/^(primary|default)$/i.test(name)) throw new SqlError(1921, `Invalid filegroup '${name}' specified.`);
}

/** ALTER PARTITION SCHEME … NEXT USED. */
export async function alterPartitionScheme(run: Run, statement: AlterPartitionScheme): Promise<void> {
  if (statement.filegroup !== undefined) requireFilegroup(statement.filegroup.name);
  await run.session.ddl((writer) => writer.setNextUsed(statement.name.name, statement.filegroup !== undefined));
}

/** DROP PARTITION FUNCTION and DROP PARTITION SCHEME. */
export async function dropPartitioning(run: Run, statement: DropObject, name: string): Promise<void> {
  await run.session.ddl(async (writer, pg) => {
    if (statement.type === 'partition scheme') return writer.dropPartitionScheme(name);
    const id = await writer.dropPartitionFunction(name);
    await pg.query(
      `DO $do$ BEGIN EXECUTE (SELECT format('DROP FUNCTION %s', p.oid::regprocedure) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'u' AND p.proname = 'pf${id}'); END $do$`,
    );
  });
}

/** `$PARTITION.f(value)`: the number of the partition. */
export function partitionNumber(scope: SessionScope, name: string): FunctionHandler {
  const fn = known(scope, name);
  return (call) => {
    const [value] = call.args;
    if (value === undefined || call.args.length > 1) {
      return call.fail(174, `The ${fn.name} function requires 1 argument(s).`);
    }
    const { sql } = call.convert(value, fn.type as SqlType);
    return { sql: `u.pf${fn.id}(${sql})`, type: { name: 'int' }, nullable: false };
  };
}

/** `WITH (PARTITIONS (1, 3 TO 5))` of a table as a condition over it; 7728 and 7722 for numbers that cannot be, 7729 for a table that is not partitioned. */
export async function partitionCondition(
  run: Run,
  table: { readonly id: number; readonly name: string },
  ranges: readonly { readonly from: Expression; readonly to?: Expression }[],
): Promise<string> {
  const { rows } = await run.session.link.client.query<{
    function_id: number;
    column_id: number;
    name: string;
    fanout: number;
  }>(
    `SELECT s.function_id, p.column_id, f.name, meta.fanout(s.function_id) AS fanout FROM meta.index_partitions p JOIN meta.partition_schemes s USING (data_space_id)
     JOIN meta.partition_functions f USING (function_id) WHERE p.object_id = $1 AND p.index_id IN (0, 1)`,
    [table.id],
  );
  const [place] = rows;
  if (place === undefined) {
    const message = `Cannot specify partition number in the truncate table statement as the table '${table.name}' is not partitioned.`;
    throw new SqlError(7729, message);
  }
  const numbers: string[] = [];
  for (const { from, to } of ranges) {
    const first = await numberOf(run, from, place);
    const last = to === undefined ? first : await numberOf(run, to, place);
    if (first > last)
      throw new SqlError(
        7728,
        `Invalid partition range: ${first} TO ${last}. Lower bound must not be greater than upper bound.`,
      );
    numbers.push(`BETWEEN ${first} AND ${last}`);
  }
  const number = `u.pf${place.function_id}(c${place.column_id})`;
  return numbers.map((range) => `${number} ${range}`).join(' OR ');
}

async function numberOf(
  run: Run,
  expression: Expression,
  { name, fanout }: { name: string; fanout: number },
): Promise<number> {
  const number = Number(await evaluate(run, expression, { name: 'int' }));
  if (number >= 1 && number <= fanout) return number;
  const message = `Invalid partition number ${number} specified for partition function '${name}', partition number can range from 1 to ${fanout}.`;
  throw new SqlError(7722, message);
}
