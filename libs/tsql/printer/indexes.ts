import type {
  AlterIndex,
  CreateIndex,
  CreateStatistics,
  DropIndex,
  TableStatement,
  UpdateStatistics,
} from '../ast/index.ts';
import { printExpression } from './expressions.ts';
import { printClause } from './server.ts';
import {
  clusteredWord,
  printAlterTable,
  printCreateTable,
  printIndexColumn,
  printRebuild,
  printStorage,
} from './tables.ts';
import {
  commas,
  impossible,
  parens,
  printName,
  printObjectName,
  printOptions,
  printType,
  withOptions,
  words,
} from './text.ts';

/** Prints a statement on tables, indexes, statistics or partitions. */
export function printTableStatement(s: TableStatement): string {
  switch (s.kind) {
    case 'createTable':
      return printCreateTable(s);
    case 'alterTable':
      return printAlterTable(s);
    case 'createIndex':
      return printCreateIndex(s);
    case 'alterIndex':
      return printAlterIndex(s);
    case 'dropIndex':
      return printDropIndex(s);
    case 'createStatistics':
    case 'updateStatistics':
      return printStatistics(s);
    case 'createPartitionFunction':
      return `CREATE PARTITION FUNCTION ${printName(s.name)} (${printType(s.type)}) AS RANGE ${s.range.toUpperCase()} FOR VALUES (${commas(s.values, printExpression)})`;
    case 'alterPartitionFunction':
      return words(
        `ALTER PARTITION FUNCTION ${printName(s.name)}()`,
        s.action.toUpperCase(),
        'RANGE',
        s.value && `(${printExpression(s.value)})`,
      );
    case 'createPartitionScheme':
      return words(
        `CREATE PARTITION SCHEME ${printName(s.name)} AS PARTITION ${printName(s.function)}`,
        s.all && 'ALL',
        `TO (${commas(s.filegroups, printName)})`,
      );
    case 'alterPartitionScheme':
      return words(`ALTER PARTITION SCHEME ${printName(s.name)} NEXT USED`, s.filegroup && printName(s.filegroup));
    default:
      return impossible(s);
  }
}

function printCreateIndex(i: CreateIndex): string {
  const { xml } = i;
  const using =
    xml?.using &&
    words(
      `USING XML INDEX ${printName(xml.using)}`,
      xml.for && `FOR ${xml.for.toUpperCase()}`,
      xml.path && `FOR (${printName(xml.path)})`,
    );
  return words(
    'CREATE',
    i.unique && 'UNIQUE',
    clusteredWord(i.clustered),
    xml?.primary && 'PRIMARY',
    i.type !== 'rowstore' && i.type.toUpperCase(),
    'INDEX',
    printName(i.name),
    'ON',
    printObjectName(i.table),
    parens(i.columns, printIndexColumn),
    using,
    i.tessellation !== undefined && `USING ${i.tessellation}`,
    i.include.length > 0 && `INCLUDE ${parens(i.include, printName)}`,
    i.order.length > 0 && `ORDER ${parens(i.order, printIndexColumn)}`,
    i.where && `WHERE ${printExpression(i.where)}`,
    withOptions(i.options),
    i.on && printStorage(i.on),
    i.filestreamOn && `FILESTREAM_ON ${printName(i.filestreamOn)}`,
  );
}

function printAlterIndex(i: AlterIndex): string {
  const options = i.action === 'set' ? `(${printOptions(i.options)})` : withOptions(i.options);
  const name = i.name === undefined ? 'ALL' : printName(i.name);
  if (i.paths !== undefined)
    return words('ALTER INDEX', name, 'ON', printObjectName(i.table), ...i.paths.map(printClause));
  return words(
    'ALTER INDEX',
    name,
    'ON',
    printObjectName(i.table),
    i.action.toUpperCase(),
    printRebuild(i.partition),
    options,
  );
}

function printDropIndex(s: DropIndex): string {
  const items = commas(s.items, (i) =>
    words(printName(i.name), 'ON', printObjectName(i.table), withOptions(i.options)),
  );
  return words('DROP INDEX', s.ifExists && 'IF EXISTS', items);
}

/** The options of statistics have no equals sign when their value is a count: `SAMPLE 50 PERCENT`. */
function printStatistics(s: CreateStatistics | UpdateStatistics): string {
  const options = commas(s.options, (o) => {
    const text = printOptions([o]);
    return o.name === 'SAMPLE' ? text.replace(' =', '') : text;
  });
  const tail = s.options.length > 0 && `WITH ${options}`;
  if (s.kind === 'updateStatistics')
    return words('UPDATE STATISTICS', printObjectName(s.table), parens(s.names, printName), tail);
  const where = s.where && `WHERE ${printExpression(s.where)}`;
  return words(
    'CREATE STATISTICS',
    printName(s.name),
    'ON',
    printObjectName(s.table),
    parens(s.columns, printName),
    where,
    tail,
  );
}
