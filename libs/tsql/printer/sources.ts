import type {
  FunctionCall,
  Aliased,
  OpenRowset,
  Option,
  RowsetColumn,
  SystemTime,
  TableFunction,
  TableHint,
  TableRef,
  TableSource,
} from '../ast/index.ts';
import { printDml } from './dml.ts';
import { printExpression, printLiteral, printMethod } from './expressions.ts';
import { printQuery } from './queries.ts';
import { commas, impossible, parens, printName, printObjectName, printOption, printType, words } from './text.ts';

/** Prints `AS alias (columns)`, or nothing. */
function printAlias(source: Aliased): string {
  return words(source.alias && `AS ${printName(source.alias)}`, parens(source.columns, printName));
}

/** Prints one source of a FROM with its joins. */
export function printSource(source: TableSource): string {
  switch (source.kind) {
    case 'table':
      return printTable(source);
    case 'tableVariable':
      return words(source.name, printAlias(source), printHints(source.hints));
    case 'tableFunction':
      return printFunction(source);
    case 'derivedTable':
      return words(`(${printQuery(source.query)})`, printAlias(source));
    case 'valuesTable':
      return words(`(VALUES ${commas(source.rows, (row) => `(${commas(row, printExpression)})`)})`, printAlias(source));
    case 'dmlTable':
      return words(`(${printDml(source.statement)})`, printAlias(source));
    case 'join':
      return printJoins(source);
    case 'pivot': {
      const inner = words(
        printExpression(source.aggregate),
        'FOR',
        printExpression(source.column),
        `IN (${commas(source.values, printName)})`,
      );
      return words(printLeft(source.source), `PIVOT (${inner})`, printAlias(source));
    }
    case 'unpivot': {
      const inner = words(
        printName(source.value),
        'FOR',
        printName(source.column),
        `IN (${commas(source.values, printExpression)})`,
      );
      return words(printLeft(source.source), `UNPIVOT (${inner})`, printAlias(source));
    }
    case 'openRowset':
      return printOpenRowset(source);
    case 'fullTextTable': {
      const columns =
        source.searched.length === 1
          ? commas(source.searched, printExpression)
          : parens(source.searched, printExpression);
      const searched =
        source.property === undefined ? columns : `PROPERTY(${columns}, ${printExpression(source.property)})`;
      const args = [printObjectName(source.table), searched, printExpression(source.condition)];
      if (source.language !== undefined) args.push(`LANGUAGE ${printExpression(source.language)}`);
      if (source.top !== undefined) args.push(printExpression(source.top));
      return words(`${source.fn.toUpperCase()}(${args.join(', ')})`, printAlias(source));
    }
    case 'changeTable': {
      const table = printObjectName(source.table);
      const version = source.version && `CHANGES ${table}, ${printExpression(source.version)}`;
      const key = `VERSION ${table}, ${parens(source.keyColumns, printName)}, ${parens(source.keyValues, printExpression)}`;
      return words(`CHANGETABLE(${version ?? key}${source.forceSeek ? ', FORCESEEK' : ''})`, printAlias(source));
    }
    default:
      return impossible(source);
  }
}

/** The left side of a join needs no parentheses: joins read from left to right. */
function printLeft(source: TableSource): string {
  return printSource(source);
}

/** The right side of CROSS JOIN or APPLY does, when it is a join itself; that of a join with ON ends there, and would only nest deeper than it was read. */
function printRight(source: TableSource, hasOn: boolean): string {
  const text = printSource(source);
  if (hasOn) return text;
  return source.kind === 'join' || source.kind === 'pivot' || source.kind === 'unpivot' ? `(${text})` : text;
}

/** Prints a chain of joins in a loop, since its tree is as deep as it is long. */
function printJoins(source: TableSource): string {
  const parts: string[] = [];
  let node = source;
  while (node.kind === 'join') {
    const right = printRight(node.right, node.on !== undefined);
    const on = node.on && `ON ${printExpression(node.on)}`;
    parts.push(words(joinWords(node), right, on));
    node = node.left;
  }
  parts.push(printSource(node));
  return parts.toReversed().join(' ');
}

function joinWords(join: Extract<TableSource, { kind: 'join' }>): string {
  switch (join.type) {
    case 'cross':
      return 'CROSS JOIN';
    case 'crossApply':
      return 'CROSS APPLY';
    case 'outerApply':
      return 'OUTER APPLY';
    default:
      return words(join.type.toUpperCase(), join.hint?.toUpperCase(), 'JOIN');
  }
}

function printTable(t: TableRef): string {
  const sample =
    t.sample &&
    words(
      `TABLESAMPLE (${words(printExpression(t.sample.value), t.sample.unit?.toUpperCase())})`,
      t.sample.repeatable && `REPEATABLE (${printExpression(t.sample.repeatable)})`,
    );
  return words(
    printObjectName(t.name),
    t.systemTime && printSystemTime(t.systemTime),
    t.forPath && 'FOR PATH',
    printAlias(t),
    sample,
    printHints(t.hints),
  );
}

function printSystemTime(s: SystemTime): string {
  const from = s.from && printExpression(s.from);
  const to = s.to && printExpression(s.to);
  switch (s.type) {
    case 'all':
      return 'FOR SYSTEM_TIME ALL';
    case 'asOf':
      return `FOR SYSTEM_TIME AS OF ${from}`;
    case 'fromTo':
      return `FOR SYSTEM_TIME FROM ${from} TO ${to}`;
    case 'between':
      return `FOR SYSTEM_TIME BETWEEN ${from} AND ${to}`;
    case 'containedIn':
      return `FOR SYSTEM_TIME CONTAINED IN (${from}, ${to})`;
  }
}

/** Prints `WITH (hints)`, or nothing. */
export function printHints(hints: readonly TableHint[]): string {
  return hints.length === 0 ? '' : `WITH (${commas(hints, printHint)})`;
}

/** Prints one table hint. */
export function printHint(hint: TableHint): string {
  if (hint.name === 'SPATIAL_WINDOW_MAX_CELLS') return `${hint.name} = ${commas(hint.args, printExpression)}`;
  const [first, ...rest] = hint.args;
  if (hint.name === 'FORCESEEK' && first?.kind === 'literal')
    return `FORCESEEK (${printExpression(first)} ${parens(rest, printExpression)})`;
  return hint.name + parens(hint.args, printExpression);
}

function printCallOf(f: TableFunction, call: FunctionCall): string {
  if (f.searched === undefined) return printExpression(call);
  const [table, ...rest] = call.args.map(printExpression);
  return `${printObjectName(call.name)}(${[table, parens(f.searched, printExpression), ...rest].join(', ')})`;
}

function printFunction(f: TableFunction): string {
  const call = f.call.kind === 'call' ? printCallOf(f, f.call) : printMethod(f.call);
  const schema = f.schema && printColumns(f.schema);
  const table = f.schemaTable && `WITH ${printObjectName(f.schemaTable)}`;
  return words(call, schema, table, printAlias(f), printHints(f.hints));
}

function printColumns(columns: readonly RowsetColumn[]): string {
  const print = (c: RowsetColumn): string =>
    words(
      printName(c.name),
      printType(c.type),
      c.collation && `COLLATE ${printName(c.collation)}`,
      c.path && printLiteral(c.path),
      c.asJson && 'AS JSON',
    );
  return `WITH (${commas(columns, print)})`;
}

/** The word UNIQUE stands behind the columns of ORDER. */
function printBulkOption(o: Option): string {
  return o.name === 'ORDER UNIQUE' ? `${printOption({ ...o, name: 'ORDER' })} UNIQUE` : printOption(o);
}

function printOpenRowset(o: OpenRowset): string {
  const fn = o.fn.toUpperCase();
  const args = o.args.map(printExpression);
  const object = o.object && printObjectName(o.object);
  const schema = o.schema && printColumns(o.schema);
  if (o.fn === 'opendatasource') return words(`${fn}(${args.join(', ')}).${object}`, printAlias(o));
  if (o.fn === 'predict') {
    const data = words(`DATA = ${object}`, o.objectAlias && `AS ${printName(o.objectAlias)}`);
    const inner = [`MODEL = ${args.join(', ')}`, data, ...o.options.map(printOption)].join(', ');
    return words(`PREDICT(${inner})`, schema, printAlias(o));
  }
  if (o.bulk)
    return words(`${fn}(BULK ${[...args, ...o.options.map(printBulkOption)].join(', ')})`, schema, printAlias(o));
  return words(`${fn}(${[...args, ...(object === undefined ? [] : [object])].join(', ')})`, schema, printAlias(o));
}
