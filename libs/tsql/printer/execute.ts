import type { Execute, ExecuteArgument, ResultSetDefinition } from '../ast/index.ts';
import { printExpression } from './expressions.ts';
import { commas, printName, printObjectName, printType, words } from './text.ts';

/** Prints EXEC; without the word where it was left out. */
export function printExecute(e: Execute): string {
  const args = commas(e.args, printArgument);
  const options = printOptions(e);
  const at = e.at && words('AT', e.atDataSource && 'DATA_SOURCE', printName(e.at));
  if (e.strings !== undefined) {
    const inside = [...e.strings.map(printExpression), ...(e.args.length > 0 ? [args] : [])].join(', ');
    const as = e.as && `AS ${e.as.type.toUpperCase()} = ${printExpression(e.as.name)}`;
    return words(`EXEC (${inside})`, as, at, options);
  }
  const procedure = e.procedure?.kind === 'variable' ? e.procedure.name : e.procedure && printObjectName(e.procedure);
  const name = (procedure ?? '') + (e.number === undefined ? '' : `;${e.number}`);
  return words(!e.implicit && 'EXEC', e.result && `${e.result.name} =`, name, args, at, options);
}

function printArgument(a: ExecuteArgument): string {
  return words(a.name !== undefined && `${a.name} =`, printExpression(a.value), a.output && 'OUTPUT');
}

function printOptions(e: Execute): string {
  const list = e.recompile ? ['RECOMPILE'] : [];
  if (e.resultSets !== undefined) list.push(`RESULT SETS ${printResultSets(e.resultSets)}`);
  return list.length === 0 ? '' : `WITH ${list.join(', ')}`;
}

function printResultSets(sets: NonNullable<Execute['resultSets']>): string {
  return typeof sets === 'string' ? sets.toUpperCase() : `(${commas(sets, printResultSet)})`;
}

function printResultSet(set: ResultSetDefinition): string {
  if (set.as !== undefined)
    return set.as.type === 'forXml'
      ? 'AS FOR XML'
      : words('AS', set.as.type.toUpperCase(), set.as.name && printObjectName(set.as.name));
  const columns = commas(set.columns, (c) =>
    words(
      printName(c.name),
      printType(c.type),
      c.collation && `COLLATE ${printName(c.collation)}`,
      c.nullable === false ? 'NOT NULL' : c.nullable && 'NULL',
    ),
  );
  return `(${columns})`;
}
