import { quoteLiteral } from '#pgsql';
import { qualifiedName, quoteName, quoteString } from '#tsql';
import { type Argument, isTableArgument, type TableArgument } from './arguments.ts';
import type { TrialParameter } from './parameter.ts';
import type { Subject } from './subject.ts';
import { classOf } from './type-class.ts';

/** First column of the result set that carries return code and output parameters of a procedure. */
export const RETURNED = 'sluice returned';

/** A call at the source as one batch. Of a procedure the last result set is {@link RETURNED}, the return code, and its OUTPUT parameters. */
export function sourceCall(subject: Subject, values: readonly Argument[]): string {
  const { module, parameters, kind } = subject;
  const name = qualifiedName(module.schema, module.name);
  const texts = parameters.map((one, index) => sourceValue(one, values[index], index));
  const tables = parameters.flatMap((one, index) => sourceTable(one, values[index], index));
  const query = (text: string): string => [...tables, text].join('\n');
  if (kind === 'view') return `SELECT * FROM ${name}`;
  if (kind === 'scalar') return query(`SELECT ${name}(${texts.join(', ')})`);
  if (kind === 'table') return query(`SELECT * FROM ${name}(${texts.join(', ')})`);
  const scalar = (index: number): boolean => parameters[index]?.table === undefined;
  const declared = parameters.flatMap((one, index) =>
    scalar(index) ? [`DECLARE @sluice${index} ${one.declared}`] : [],
  );
  const set = texts.flatMap((text, index) =>
    values[index] === undefined || !scalar(index) ? [] : [`SET @sluice${index} = ${text}`],
  );
  const given = parameters.flatMap((one, index) =>
    values[index] === undefined ? [] : [`${one.name} = @sluice${index}${one.output ? ' OUTPUT' : ''}`],
  );
  const outputs = parameters.map((one, index) => (one.output ? `@sluice${index}` : 'NULL'));
  return [
    'DECLARE @sluice int',
    ...declared,
    ...set,
    ...tables,
    `EXEC @sluice = ${name} ${given.join(', ')}`,
    `SELECT ${[quoteString(RETURNED), '@sluice', ...outputs].join(', ')}`,
  ].join('\n');
}

function sourceValue(parameter: TrialParameter, value: Argument, index: number): string {
  if (value === undefined) return 'DEFAULT';
  return isTableArgument(value) ? `@sluice${index}` : sourceText(parameter, value);
}

function sourceText({ declared, base }: Pick<TrialParameter, 'declared' | 'base'>, value: string | null): string {
  if (value === null) return `CAST(NULL AS ${declared})`;
  return classOf(base) === 'binary'
    ? `CONVERT(${declared}, ${value}, 1)`
    : `CAST(${quoteString(value)} AS ${declared})`;
}

/** Statements that declare and fill a table-valued parameter. The server numbers identities itself. */
function sourceTable({ declared, table }: TrialParameter, value: Argument, index: number): string[] {
  if (!table || !isTableArgument(value)) return [];
  const declaration = `DECLARE @sluice${index} ${declared}`;
  const given = table.columns.filter((column) => !column.filled);
  if (value.rows.length === 0 || given.length === 0) return [declaration];
  const rows = value.rows.map((row) => {
    const cells = table.columns.flatMap((column, at) => (column.filled ? [] : [sourceText(column, row[at] ?? null)]));
    return `(${cells.join(', ')})`;
  });
  const names = given.map((column) => quoteName(column.name)).join(', ');
  return [declaration, `INSERT INTO @sluice${index} (${names}) VALUES ${rows.join(', ')}`];
}

/** A call in the target. Of a procedure its INOUT parameters are the row; `cursors` are those of them that name result sets to be fetched. */
export interface TargetCall {
  readonly sql: string;
  readonly cursors: readonly string[];
  /** Names of the columns that hold output parameters, by the index of the source's parameter. */
  readonly outputs: ReadonlyMap<number, string>;
  readonly returnCode?: string;
}

export function targetCall(subject: Subject, values: readonly Argument[]): TargetCall {
  const { callable } = subject;
  if (!callable) throw new Error(`BUG: ${subject.object} has no counterpart`);
  if (callable.kind === 'view') return { sql: `SELECT * FROM ${callable.sql}`, cursors: [], outputs: new Map() };
  const outputs = new Map<number, string>();
  const given = callable.parameters.flatMap((one, index) => {
    const source = subject.parameters.findIndex((other) => other.name === one.source);
    const at = source < 0 ? index : source;
    if (one.output) outputs.set(at, unquoted(one.name));
    const value = values[at];
    if (value === undefined && !one.output) return [];
    const parameter = subject.parameters[at];
    const text = isTableArgument(value)
      ? targetTable(parameter, value, one.type.typeName ?? '')
      : targetValue(value ?? null, parameter?.base ?? '');
    return [`${one.name} => ${text}`];
  });
  if (callable.kind === 'procedure') {
    const further = [...(callable.returnCode ? [callable.returnCode] : []), ...callable.cursors];
    const all = [...given, ...further.map((name) => `${name} => NULL`)];
    return {
      sql: `CALL ${callable.sql}(${all.join(', ')})`,
      cursors: callable.cursors.map(unquoted),
      outputs,
      ...(callable.returnCode ? { returnCode: unquoted(callable.returnCode) } : {}),
    };
  }
  const from = callable.kind === 'table' ? '* FROM ' : '';
  return { sql: `SELECT ${from}${callable.sql}(${given.join(', ')})`, cursors: [], outputs };
}

function targetValue(value: string | null, base: string): string {
  if (value === null) return 'NULL';
  return quoteLiteral(classOf(base) === 'binary' ? value.replace(/^0x/, '\\x') : value);
}

/** An array of the composite type that stands for a table type. */
function targetTable(parameter: TrialParameter | undefined, { rows }: TableArgument, type: string): string {
  const columns = parameter?.table?.columns ?? [];
  const texts = rows.map(
    (row) => `ROW(${row.map((cell, at) => targetValue(cell, columns[at]?.base ?? '')).join(', ')})::${type}`,
  );
  return `ARRAY[${texts.join(', ')}]::${type}[]`;
}

const unquoted = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);
