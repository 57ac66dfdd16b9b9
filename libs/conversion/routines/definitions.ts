import type {
  AlterIndex,
  AlterTable,
  CreateIndex,
  CreateTable,
  Dbcc,
  DropObject,
  ObjectName,
  Statement,
  TableElement,
  UpdateStatistics,
} from '#tsql';
import { quoteIdent, quoteLiteral } from '#pgsql';
import type { Relation } from '../query/index.ts';
import type { Emitter } from './emitter.ts';
import { wholeNumber } from './errors.ts';
import { createTemporary, elementSql, temporaryName, temporaryRelation } from './temporary.ts';

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
    case 'updateStatistics':
      updateStatistics(e, node);
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

const parts = (name: ObjectName): readonly string[] =>
  [name.database, name.schema, name.name].flatMap((one) => (one ? [one.name] : []));

const isTemporary = (name: string): boolean => name.startsWith('#');

/** A name that the database has none of yet: folded as the naming policy says. */
function newName(e: Emitter, name: ObjectName): string {
  const own = e.options.naming.name('relations made', name.name.name, name.name.name.toLowerCase());
  return `${quoteIdent(e.options.schemaOf(name.schema?.name ?? 'dbo'))}.${quoteIdent(own)}`;
}

function tableOf(e: Emitter, name: ObjectName): Relation & { readonly sql: string } {
  const found = e.scope.relation(parts(name));
  if (!found?.sql || found.kind !== 'table') return e.fail(`Invalid object name '${name.name.name}'.`, name.span);
  return { ...found, sql: found.sql };
}

function createTable(e: Emitter, node: CreateTable): void {
  const source = node.name.name.name;
  if (source.startsWith('##'))
    e.once('SL1002', 'A global temporary table is seen by its own session alone.', node.span);
  if (isTemporary(source))
    return createTemporary(e, { source, name: temporaryName(e, source), elements: node.elements, span: node.span });
  const known = e.scope.relation(parts(node.name));
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

function dropObject(e: Emitter, node: DropObject): void {
  for (const one of node.names) {
    const name = one.name.name;
    if (node.type !== 'table' && node.type !== 'view')
      return e.fail(`DROP ${node.type.toUpperCase()} is not converted within a routine.`, node.span);
    const sql = isTemporary(name)
      ? quoteIdent(temporaryName(e, name))
      : (e.scope.relation(parts(one))?.sql ?? newName(e, one));
    e.line(`DROP ${node.type.toUpperCase()} ${node.ifExists || isTemporary(name) ? 'IF EXISTS ' : ''}${sql};`);
  }
}

function createIndex(e: Emitter, node: CreateIndex): void {
  if (node.type !== 'rowstore')
    return e.fail(`CREATE ${node.type.toUpperCase()} INDEX is not converted within a routine.`, node.span);
  const relation = tableOf(e, node.table);
  const column = (name: string): string =>
    relation.columns.find((other) => other.name.toLowerCase() === name.toLowerCase())?.sql ??
    e.fail(`Invalid column name '${name}'.`, node.span);
  const columns = node.columns.map((one) => `${column(one.name.name)}${one.direction === 'desc' ? ' DESC' : ''}`);
  const include = node.include.length > 0 ? ` INCLUDE (${node.include.map((one) => column(one.name)).join(', ')})` : '';
  if (node.where) e.fail('CREATE INDEX with WHERE is not converted within a routine.', node.span);
  const name = isTemporary(node.table.name.name)
    ? ''
    : `IF NOT EXISTS ${quoteIdent(e.options.naming.name('indexes made', node.name.name, `${relation.sql} ${node.name.name}`.toLowerCase()))} `;
  e.line(`CREATE ${node.unique ? 'UNIQUE ' : ''}INDEX ${name}ON ${relation.sql} (${columns.join(', ')})${include};`);
}

function alterTable(e: Emitter, node: AlterTable): void {
  const relation = tableOf(e, node.name);
  const { action } = node;
  const alter = (what: string): void => e.line(`ALTER TABLE ${relation.sql} ${what};`);
  switch (action.kind) {
    case 'addElements':
      return addElements(e, node, relation, action.elements);
    case 'dropElements':
      for (const one of action.items) {
        const column = relation.columns.find((other) => other.name.toLowerCase() === one.name?.name.toLowerCase());
        if (one.type !== 'column' || !column)
          return e.fail('ALTER TABLE … DROP of this is not converted within a routine.', node.span);
        alter(`DROP COLUMN ${one.ifExists ? 'IF EXISTS ' : ''}${column.sql}`);
      }
      return;
    case 'alterColumn': {
      const column = relation.columns.find((one) => one.name.toLowerCase() === action.column.name.toLowerCase());
      if (!column || !action.type) return e.fail('This ALTER COLUMN is not converted within a routine.', node.span);
      const { sql } = e.type(action.type);
      alter(
        `ALTER COLUMN ${column.sql} TYPE ${sql}, ALTER COLUMN ${column.sql} ${action.nullable === false ? 'SET' : 'DROP'} NOT NULL`,
      );
      return;
    }
    case 'toggleTriggers':
      if (action.names.length > 0) e.fail('ENABLE and DISABLE of single triggers are not converted.', node.span);
      return alter(`${action.enable ? 'ENABLE' : 'DISABLE'} TRIGGER USER`);
    case 'rebuildTable':
      return e.line(`REINDEX TABLE ${relation.sql};`);
    default:
      return e.fail('This ALTER TABLE is not converted within a routine.', node.span);
  }
}

function addElements(e: Emitter, node: AlterTable, relation: Relation, elements: readonly TableElement[]): void {
  const source = node.name.name.name;
  const added = temporaryRelation(e, { source, name: source, elements });
  const fresh = added.columns.filter(
    (one) => !relation.columns.some((other) => other.name.toLowerCase() === one.name.toLowerCase()),
  );
  const grown = { ...relation, columns: [...relation.columns, ...fresh] };
  const lines = elements.flatMap((one) => elementSql(e, one, grown));
  if (lines.length !== elements.length)
    e.fail('ALTER TABLE … ADD of this constraint is not converted within a routine.', node.span);
  const adds = elements.map((one, index) =>
    one.kind === 'columnDefinition' ? `ADD COLUMN ${lines[index] ?? ''}` : `ADD ${lines[index] ?? ''}`,
  );
  const sql = `ALTER TABLE ${relation.sql ?? ''} ${adds.join(', ')}`;
  if (elements.every((one) => one.kind === 'columnDefinition'))
    e.pieces.push({ kind: 'ddl', sql, line: node.span.line });
  e.line(`${sql};`);
  if (isTemporary(source)) e.scope.local.set(source.toLowerCase(), grown);
  else e.scope.made(node.name.schema?.name ?? 'dbo', source, grown);
}

function toggleTrigger(e: Emitter, node: Extract<Statement, { kind: 'toggleTrigger' }>): void {
  if (node.scope !== 'object' || !node.target || node.names.length > 0)
    return e.fail('ENABLE and DISABLE of single triggers are not converted.', node.span);
  e.line(`ALTER TABLE ${tableOf(e, node.target).sql} ${node.enable ? 'ENABLE' : 'DISABLE'} TRIGGER USER;`);
}

function alterIndex(e: Emitter, node: AlterIndex): void {
  if (node.action !== 'rebuild' && node.action !== 'reorganize')
    return e.fail(`ALTER INDEX … ${node.action.toUpperCase()} is not converted within a routine.`, node.span);
  e.line(`REINDEX TABLE ${tableOf(e, node.table).sql};`);
}

function updateStatistics(e: Emitter, node: UpdateStatistics): void {
  e.line(`ANALYZE ${tableOf(e, node.table).sql};`);
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
