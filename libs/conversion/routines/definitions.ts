import type {
  AlterDatabase,
  AlterIndex,
  CreateIndex,
  CreateSchema,
  CreateStatistics,
  CreateTable,
  Dbcc,
  Sequence,
  Statement,
  UpdateStatistics,
} from '#tsql';
import { quoteIdent, quoteLiteral } from '#pgsql';
import { translatePredicate } from '../query/index.ts';
import { alterTable, toggleTrigger } from './alter-table.ts';
import { columnOf, isTemporary, nameParts, newName, ownName, sequenceName, tableOf } from './definition-names.ts';
import { dropIndex, dropObject, madeIndex } from './drops.ts';
import type { Emitter } from './emitter.ts';
import { wholeNumber } from './errors.ts';
import { createTemporary, elementSql, temporaryName, temporaryRelation } from './temporary.ts';
import { createView } from './view-making.ts';

/** Definitions and maintenance within a routine: tables that stay, their columns and indexes, identities. */
export function define(e: Emitter, node: Statement): boolean {
  switch (node.kind) {
    case 'createTable':
      createTable(e, node);
      return true;
    case 'dropObject':
      dropObject(e, node);
      return true;
    case 'createIndex':
      createIndex(e, node);
      return true;
    case 'alterTable':
      alterTable(e, node);
      return true;
    case 'alterIndex':
      alterIndex(e, node);
      return true;
    case 'dropIndex':
      dropIndex(e, node);
      return true;
    case 'updateStatistics':
      updateStatistics(e, node);
      return true;
    case 'createStatistics':
      createStatistics(e, node);
      return true;
    case 'sequence':
      sequence(e, node);
      return true;
    case 'createView':
      createView(e, node);
      return true;
    case 'createSchema':
      createSchema(e, node);
      return true;
    case 'alterDatabase':
      alterDatabase(e, node);
      return true;
    case 'dbcc':
      dbcc(e, node);
      return true;
    case 'toggleTrigger':
      toggleTrigger(e, node);
      return true;
    case 'checkpoint':
      e.line('-- CHECKPOINT: PostgreSQL writes its pages by itself');
      return true;
    case 'kill':
      if (node.what !== 'session' || node.statusOnly) return false;
      e.line(`PERFORM pg_terminate_backend(${e.value(node.target, { name: 'int' })});`);
      return true;
    default:
      return false;
  }
}

function createTable(e: Emitter, node: CreateTable): void {
  const source = node.name.name.name;
  if (source.startsWith('##'))
    e.once('SL1002', 'A global temporary table is seen by its own session alone.', node.span);
  if (isTemporary(source))
    return createTemporary(e, { source, name: temporaryName(e, source), elements: node.elements, span: node.span });
  const known = e.scope.relation(nameParts(node.name));
  const sql = known?.sql ?? newName(e, node.name);
  const relation = { ...temporaryRelation(e, { source, name: source, elements: node.elements }), sql };
  if (!known) e.scope.made(node.name.schema?.name ?? 'dbo', source, relation);
  e.facts.writes = true;
  const lines = node.elements.flatMap((one) => elementSql(e, one, relation));
  e.pieces.push({ kind: 'ddl', sql: `CREATE TABLE IF NOT EXISTS ${sql} (${lines.join(', ')})`, line: node.span.line });
  e.line(`CREATE TABLE ${sql} (`);
  for (const [index, one] of lines.entries()) e.line(`  ${one}${index < lines.length - 1 ? ',' : ''}`);
  e.line(');');
}

function createIndex(e: Emitter, node: CreateIndex): void {
  if (node.type === 'columnstore' || node.type === 'xml') {
    e.once('SL1032', `The ${node.type} index ${node.name.name} is left out.`, node.span);
    return e.line(`-- CREATE ${node.type.toUpperCase()} INDEX ${node.name.name}: the answers are the same without`);
  }
  if (node.type !== 'rowstore')
    return e.fail(`CREATE ${node.type.toUpperCase()} INDEX is not converted within a routine.`, node.span);
  const relation = tableOf(e, node.table);
  const columns = node.columns.map(
    (one) => `${columnOf(e, relation, one.name)}${one.direction === 'desc' ? ' DESC' : ''}`,
  );
  const included = node.include.map((one) => columnOf(e, relation, one));
  const include = included.length > 0 ? ` INCLUDE (${included.join(', ')})` : '';
  const condition = node.where;
  const where = condition
    ? ` WHERE ${e.translated(condition.span, (context) => translatePredicate(condition, context, { table: relation })).sql}`
    : '';
  const known = e.scope.parts.find(ownName(node.table), node.name.name);
  const own = known?.kind === 'index' ? known.sql : quoteIdent(madeIndex(e, relation.sql, node.name.name));
  const name = isTemporary(node.table.name.name) ? '' : `IF NOT EXISTS ${own} `;
  const unique = node.unique ? 'UNIQUE ' : '';
  e.laid(
    `CREATE ${unique}INDEX ${name}ON ${relation.sql} (${columns.join(', ')})${include}${node.unique ? ' NULLS NOT DISTINCT' : ''}${where};`,
  );
}

function alterIndex(e: Emitter, node: AlterIndex): void {
  if (node.action === 'set') return e.line('-- ALTER INDEX … SET: of SQL Server alone');
  if (node.action !== 'rebuild' && node.action !== 'reorganize')
    return e.fail(`ALTER INDEX … ${node.action.toUpperCase()} is not converted within a routine.`, node.span);
  const relation = tableOf(e, node.table);
  const part = node.name && e.scope.parts.find(ownName(node.table), node.name.name);
  if (part?.kind === 'absentIndex') return e.line(`-- ALTER INDEX ${part.name}: the target has none`);
  e.line(part?.qualified ? `REINDEX INDEX ${part.qualified};` : `REINDEX TABLE ${relation.sql};`);
}

function updateStatistics(e: Emitter, node: UpdateStatistics): void {
  e.line(`ANALYZE ${tableOf(e, node.table).sql};`);
}

/** Statistics of one column are PostgreSQL's own matter. */
function createStatistics(e: Emitter, node: CreateStatistics): void {
  const relation = tableOf(e, node.table);
  const columns = node.columns.map((one) => columnOf(e, relation, one));
  if (columns.length < 2 || isTemporary(node.table.name.name))
    return e.line(`-- CREATE STATISTICS ${node.name.name}: PostgreSQL keeps those of each column by itself`);
  e.line(
    `CREATE STATISTICS IF NOT EXISTS ${quoteIdent(madeIndex(e, relation.sql, node.name.name))} ON ${columns.join(', ')} FROM ${relation.sql};`,
  );
}

/** A sequence that is made, or set to another place: of values that are only known when it runs by setval. */
function sequence(e: Emitter, node: Sequence): void {
  const sql = sequenceName(e, node.name);
  const number = (what: Sequence['start']): string =>
    String(wholeNumber(what) ?? e.fail('A property of a sequence that is no constant.', node.span));
  const parts: string[] = [];
  if (node.start) parts.push(`START WITH ${number(node.start)}`);
  if (node.increment) parts.push(`INCREMENT BY ${number(node.increment)}`);
  for (const one of ['minValue', 'maxValue'] as const) {
    const value = node[one];
    const word = one.toUpperCase();
    if (value !== undefined) parts.push(value === null ? `NO ${word}` : `${word} ${number(value)}`);
  }
  if (node.cycle !== undefined) parts.push(node.cycle ? 'CYCLE' : 'NO CYCLE');
  const { restart } = node;
  if (restart === true) parts.push('RESTART');
  else if (restart && wholeNumber(restart) !== undefined) parts.push(`RESTART WITH ${number(restart)}`);
  e.facts.writes = true;
  if (node.mode === 'create') {
    const type = node.type ? ` AS ${e.type(node.type).sql}` : '';
    return e.line(`CREATE SEQUENCE ${sql}${type}${parts.map((one) => ` ${one}`).join('')};`);
  }
  if (parts.length > 0) e.line(`ALTER SEQUENCE ${sql} ${parts.join(' ')};`);
  if (restart && restart !== true && wholeNumber(restart) === undefined)
    e.line(`PERFORM setval(${quoteLiteral(sql)}, ${e.value(restart, { name: 'bigint' })}, false);`);
}

function createSchema(e: Emitter, node: CreateSchema): void {
  if (!node.name || node.elements.length > 0)
    return e.fail('This CREATE SCHEMA is not converted within a routine.', node.span);
  e.line(`CREATE SCHEMA ${quoteIdent(e.options.schemaOf(node.name.name))};`);
}

/** Options of a database that tend SQL Server's own files, logs and plans, and change no answer. */
const DATABASE_OPTIONS =
  /^(RECOVERY|AUTO_\w+|PAGE_VERIFY|PARAMETERIZATION|TARGET_RECOVERY_TIME|DELAYED_DURABILITY|QUERY_STORE|COMPATIBILITY_LEVEL|MEMORY_OPTIMIZED_ELEVATE_TO_SNAPSHOT|ALLOW_SNAPSHOT_ISOLATION|READ_COMMITTED_SNAPSHOT|TRUSTWORTHY|ENABLE_BROKER|DISABLE_BROKER|MIXED_PAGE_ALLOCATION|ACCELERATED_DATABASE_RECOVERY)$/i;

function alterDatabase(e: Emitter, node: AlterDatabase): void {
  const isStorage = ['addFile', 'removeFile', 'modifyFile', 'filegroup', 'scopedConfiguration'].includes(node.action);
  if (!isStorage && !(node.action === 'set' && node.options.every((one) => DATABASE_OPTIONS.test(one.name))))
    return e.fail('ALTER DATABASE is not converted within a routine.', node.span);
  const what = node.action === 'set' ? `SET ${node.options.map((one) => one.name).join(', ')}` : node.words.join(' ');
  e.line(`-- ALTER DATABASE … ${what}: of SQL Server alone`.replaceAll(/\s+/g, ' '));
}

/** What tends SQL Server's own memory and files. */
const OWN_MATTERS =
  /^(FREEPROCCACHE|DROPCLEANBUFFERS|FREESYSTEMCACHE|FREESESSIONCACHE|SHRINKFILE|SHRINKDATABASE|UPDATEUSAGE|TRACEON|TRACEOFF|FLUSHPROCINDB)$/i;

function dbcc(e: Emitter, node: Dbcc): void {
  const command = node.command.toUpperCase();
  if (OWN_MATTERS.test(command)) return e.line(`-- DBCC ${command}: of SQL Server alone`);
  if (command === 'DBREINDEX' || command === 'INDEXDEFRAG') return reindexed(e, node);
  if (command !== 'CHECKIDENT') return e.fail(`DBCC ${command} is not converted within a routine.`, node.span);
  const [table, verb, value] = node.args;
  const relation = e.scope.relation(nameOf(table));
  const column = relation?.columns.find((one) => one.identity);
  if (!relation?.sql || !column) return e.fail('DBCC CHECKIDENT of a table without an identity.', node.span);
  const sequence = `pg_get_serial_sequence(${quoteLiteral(relation.sql)}, ${quoteLiteral(column.sql.replaceAll('"', ''))})`;
  if (verb && /^NORESEED$/i.test(wordOf(verb))) return e.line('-- DBCC CHECKIDENT … NORESEED changes nothing');
  const known = wholeNumber(value);
  const next = known === undefined ? undefined : String(known + 1);
  const start = value
    ? (next ?? `${e.value(value, { name: 'bigint' })} + 1`)
    : `(SELECT coalesce(max(${column.sql}), 0) + 1 FROM ${relation.sql})`;
  e.line(`PERFORM setval(${sequence}, ${start}, false);`);
}

/** A table as DBCC names it: by a string or by its name. */
function nameOf(node: Dbcc['args'][number] | undefined): readonly string[] {
  if (node?.kind === 'literal') return node.value.replaceAll(/[[\]"]/g, '').split('.');
  return node?.kind === 'column' ? node.parts.flatMap((one) => (one ? [one.name] : [])) : [];
}

/** DBCC DBREINDEX: all indexes of a table are built anew. */
function reindexed(e: Emitter, node: Dbcc): void {
  const relation = e.scope.relation(nameOf(node.args[0]));
  if (relation?.kind !== 'table' || relation.sql === undefined || relation.partitioned)
    return e.fail(`DBCC ${node.command.toUpperCase()} of this table is not converted.`, node.span);
  e.line(`REINDEX TABLE ${relation.sql};`);
}

const wordOf = (node: Dbcc['args'][number]): string =>
  node.kind === 'column' ? (node.parts.at(-1)?.name ?? '') : node.kind === 'keyword' ? node.name : '';
