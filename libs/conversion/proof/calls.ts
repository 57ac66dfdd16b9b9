import { quoteLiteral } from '#pgsql';
import { qualifiedName, quoteString } from '#tsql';
import { type Argument, classOf, typeText } from './arguments.ts';
import type { Subject } from './subject.ts';

/** First column of the result set that carries return code and output parameters of a procedure. */
export const RETURNED = 'sluice returned';

/** A call at the source as one batch. Of a procedure the last result set is {@link RETURNED}, the return code, and its OUTPUT parameters. */
export function sourceCall(subject: Subject, values: readonly Argument[]): string {
  const { module, parameters, kind } = subject;
  const name = qualifiedName(module.schema, module.name);
  const texts = parameters.map((one, index) => sourceValue(values[index], typeText(one), one.type.base));
  if (kind === 'view') return `SELECT * FROM ${name}`;
  if (kind === 'scalar') return `SELECT ${name}(${texts.join(', ')})`;
  if (kind === 'table') return `SELECT * FROM ${name}(${texts.join(', ')})`;
  const declared = parameters.map((one, index) => `DECLARE @sluice${index} ${typeText(one)}`);
  const set = texts.flatMap((text, index) => (values[index] === undefined ? [] : [`SET @sluice${index} = ${text}`]));
  const given = parameters.flatMap((one, index) =>
    values[index] === undefined ? [] : [`${one.name} = @sluice${index}${one.output ? ' OUTPUT' : ''}`],
  );
  const outputs = parameters.map((one, index) => (one.output ? `@sluice${index}` : 'NULL'));
  return [
    'DECLARE @sluice int',
    ...declared,
    ...set,
    `EXEC @sluice = ${name} ${given.join(', ')}`,
    `SELECT ${[quoteString(RETURNED), '@sluice', ...outputs].join(', ')}`,
  ].join('\n');
}

function sourceValue(value: Argument, type: string, base: string): string {
  if (value === undefined) return 'DEFAULT';
  if (value === null) return `CAST(NULL AS ${type})`;
  return classOf(base) === 'binary' ? `CONVERT(${type}, ${value}, 1)` : `CAST(${quoteString(value)} AS ${type})`;
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
    return [`${one.name} => ${targetValue(value, subject.parameters[at]?.type.base ?? '')}`];
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

function targetValue(value: Argument, base: string): string {
  if (value === undefined || value === null) return 'NULL';
  return quoteLiteral(classOf(base) === 'binary' ? value.replace(/^0x/, '\\x') : value);
}

const unquoted = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);
