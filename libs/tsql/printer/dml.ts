import type {
  BulkInsert,
  Delete,
  DmlStatement,
  Insert,
  InsertBulk,
  Merge,
  MergeWhen,
  OutputClause,
  SetClause,
  TextStatement,
  Update,
} from '../ast/index.ts';
import { printExpression } from './expressions.ts';
import { printExecute } from './execute.ts';
import { printQuery, printQueryHints, printSelectItem, printTop, printWith } from './queries.ts';
import { printSource } from './sources.ts';
import {
  commas,
  impossible,
  parens,
  printName,
  printObjectName,
  printPartitions,
  printType,
  withOptions,
  words,
} from './text.ts';

/** Prints a query or a change of data. */
export function printDml(s: DmlStatement): string {
  switch (s.kind) {
    case 'select':
      return printQuery(s.query);
    case 'insert':
      return printInsert(s);
    case 'update':
      return printUpdate(s);
    case 'delete':
      return printDelete(s);
    case 'merge':
      return printMerge(s);
    case 'truncate': {
      const partitions = s.options[0]?.partitions;
      return words(
        'TRUNCATE TABLE',
        printObjectName(s.table),
        partitions && `WITH (PARTITIONS (${printPartitions(partitions)}))`,
      );
    }
    case 'bulkInsert':
      return printBulkInsert(s);
    case 'insertBulk':
      return printInsertBulk(s);
    case 'textStatement':
      return printText(s);
    default:
      return impossible(s);
  }
}

function printOutput(clauses: readonly OutputClause[]): string {
  const print = (o: OutputClause): string =>
    words(
      'OUTPUT',
      commas(o.items, printSelectItem),
      o.into && `INTO ${printSource(o.into)}`,
      parens(o.intoColumns, printName),
    );
  return clauses.map(print).join(' ');
}

function printRows(rows: readonly (readonly Parameters<typeof printExpression>[0][])[]): string {
  return `VALUES ${commas(rows, (row) => `(${commas(row, printExpression)})`)}`;
}

function printInsert(s: Insert): string {
  const { source } = s;
  const text =
    source.kind === 'values'
      ? printRows(source.rows)
      : source.kind === 'insertQuery'
        ? printQuery(source.query)
        : source.kind === 'insertExecute'
          ? printExecute(source.execute)
          : 'DEFAULT VALUES';
  return words(
    s.with && printWith(s.with),
    'INSERT',
    s.top && printTop(s.top),
    'INTO',
    printSource(s.target),
    parens(s.columns, printName),
    printOutput(s.output),
    text,
    printQueryHints(s.options),
  );
}

function printSet(clauses: readonly SetClause[]): string {
  return commas(clauses, (c) => {
    if (c.kind === 'setMethod') return printSetMethod(c);
    const column = c.column && printExpression(c.column);
    if (c.variable === undefined) return `${column} ${c.op} ${printExpression(c.value)}`;
    if (column === undefined) return `${c.variable.name} ${c.op} ${printExpression(c.value)}`;
    return `${c.variable.name} = ${column} ${c.op} ${printExpression(c.value)}`;
  });
}

/** `column.WRITE(…)`: here the name before the method is always a column. */
function printSetMethod(c: Extract<SetClause, { kind: 'setMethod' }>): string {
  const { target, method, args } = c.call;
  return `${printExpression(target)}.${printName(method)}(${commas(args, printExpression)})`;
}

function printUpdate(s: Update): string {
  return words(
    s.with && printWith(s.with),
    'UPDATE',
    s.top && printTop(s.top),
    printSource(s.target),
    'SET',
    printSet(s.set),
    printOutput(s.output),
    s.from.length > 0 && `FROM ${commas(s.from, printSource)}`,
    s.where && `WHERE ${printExpression(s.where)}`,
    printQueryHints(s.options),
  );
}

function printDelete(s: Delete): string {
  return words(
    s.with && printWith(s.with),
    'DELETE',
    s.top && printTop(s.top),
    'FROM',
    printSource(s.target),
    printOutput(s.output),
    s.from.length > 0 && `FROM ${commas(s.from, printSource)}`,
    s.where && `WHERE ${printExpression(s.where)}`,
    printQueryHints(s.options),
  );
}

function printMerge(s: Merge): string {
  return words(
    s.with && printWith(s.with),
    'MERGE',
    s.top && printTop(s.top),
    'INTO',
    printMergeTarget(s),
    'USING',
    printSource(s.using),
    'ON',
    printExpression(s.on),
    ...s.whens.map(printWhen),
    printOutput(s.output),
    printQueryHints(s.options),
  );
}

/** The hints of a target stand before its alias. */
function printMergeTarget(s: Merge): string {
  const { target } = s;
  if (target.kind !== 'table' || target.alias === undefined) return printSource(target);
  const { alias, ...plain } = target;
  return `${printSource(plain)} AS ${printName(alias)}`;
}

function printWhen(w: MergeWhen): string {
  const match =
    w.match === 'matched'
      ? 'MATCHED'
      : w.match === 'notMatchedByTarget'
        ? 'NOT MATCHED BY TARGET'
        : 'NOT MATCHED BY SOURCE';
  return words('WHEN', match, w.condition && `AND ${printExpression(w.condition)}`, 'THEN', printAction(w));
}

function printAction(w: MergeWhen): string {
  const { action } = w;
  switch (action.kind) {
    case 'mergeDelete':
      return 'DELETE';
    case 'mergeUpdate':
      return `UPDATE SET ${printSet(action.set)}`;
    case 'mergeInsert': {
      const values =
        action.values === undefined ? 'DEFAULT VALUES' : `VALUES (${commas(action.values, printExpression)})`;
      return words('INSERT', parens(action.columns, printName), values);
    }
  }
}

function printBulkInsert(s: BulkInsert): string {
  return words('BULK INSERT', printObjectName(s.table), 'FROM', printExpression(s.from), withOptions(s.options));
}

function printInsertBulk(s: InsertBulk): string {
  const columns = parens(s.columns, (c) =>
    words(
      printName(c.name),
      printType(c.type),
      c.collation && `COLLATE ${printName(c.collation)}`,
      c.nullable === false ? 'NOT NULL' : c.nullable && 'NULL',
    ),
  );
  return words('INSERT BULK', printObjectName(s.table), columns, withOptions(s.options));
}

function printText(s: TextStatement): string {
  const args = s.args.map(printExpression);
  const column = words(s.bulk && 'BULK', printExpression(s.column));
  if (!s.withLog) return words(s.verb.toUpperCase(), column, ...args);
  return words(s.verb.toUpperCase(), column, ...args.slice(0, -1), 'WITH LOG', args.at(-1));
}
