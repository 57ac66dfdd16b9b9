import type { Relation, ResultColumn, SqlType } from '#conversion';
import { SqlError } from '../session.ts';
import type { TableDefinition } from './ddl/table-model.ts';
import {
  columnSql,
  conditionSql,
  identitySequenceSql,
  indexSql,
  isStored,
  keySqls,
  rowVersionSql,
} from './ddl/physical-table.ts';
import type { LocalConstraint, LocalTable } from './frame.ts';
import { constraintsNamed } from './named-constraints.ts';
import { parsedExpression } from './parsing.ts';
import { contextOf, type Run } from './run.ts';
import type { SessionScope } from './session-scope.ts';

/** A temporary table and the commands that make it. */
export interface MadeTable {
  readonly local: LocalTable;
  readonly sql: string[];
}

/** Where tables are that a statement makes for itself in a transaction over several databases: PostgreSQL prepares none that touched `pg_temp`. */
const SPANNING = 'stage';

/** The commands that make a temporary table of the given physical name. */
export function localTableSqls(
  physical: string,
  scope: SessionScope,
  name: string,
  definition: TableDefinition,
  schema: 'pg_temp' | typeof SPANNING = 'pg_temp',
): MadeTable {
  const table = `${schema}.${physical}`;
  const sequence = `${schema}.s${physical}`;
  const { columns } = definition;
  const relation: Relation = {
    kind: 'table',
    name,
    sql: table,
    columns: columns.map((column, index) => ({
      name: column.name,
      sql: `c${index + 1}`,
      type: column.type as SqlType,
      nullable: column.nullable,
      ...(column.identity ? { identity: column.identity, hasDefault: true } : {}),
      ...(column.default ? { hasDefault: true } : {}),
      ...(column.computed && !column.computed.persisted
        ? { expression: parsedExpression(column.computed.definition) }
        : {}),
      ...(column.computed || column.type.name === 'rowversion' ? { readOnly: true } : {}),
    })),
  };
  const identity = columns.find((column) => column.identity !== undefined)?.identity;
  const version = columns.findIndex((column) => column.type.name === 'rowversion');
  const stored = columns.flatMap((column, index) =>
    isStored(column) ? [columnSql(scope, relation, column, `c${index + 1}`, sequence)] : [],
  );
  const sql = [
    ...(identity ? [identitySequenceSql(sequence, identity, true)] : []),
    `CREATE ${schema === 'pg_temp' ? 'TEMPORARY' : 'UNLOGGED'} TABLE ${table} (${stored.join(', ')})`,
    ...(identity
      ? [
          `ALTER SEQUENCE ${sequence} OWNED BY ${table}.c${columns.findIndex((column) => column.identity !== undefined) + 1}`,
        ]
      : []),
    ...(version >= 0 ? [rowVersionSql(table, `c${version + 1}`, `${schema}.v${physical}`)] : []),
    ...definition.keys.flatMap((key, index) => keySqls(scope, relation, key, `k${physical}_${index}`)),
    ...definition.checks.map(
      (check, at) =>
        `ALTER TABLE ${table} ADD CONSTRAINT c${physical}_${at} CHECK (${conditionSql(scope, relation, check.definition)})`,
    ),
    ...definition.indexes.flatMap((index, at) =>
      index.kind !== undefined
        ? []
        : indexSql(scope, relation, {
            physical: `i${physical}_${at}`,
            unique: index.unique,
            columns: index.columns,
            ...(index.filter ? { filter: index.filter } : {}),
          }),
    ),
  ];
  const indexes = [
    ...definition.keys.map(({ clustered, columns: of }) => ({ unique: true, clustered, columns: of.map(indexColumn) })),
    ...definition.indexes.map(({ name: of, unique, clustered, columns: keys, filter }, at) => ({
      name: of,
      physical: `i${physical}_${at}`,
      unique: unique && filter === undefined,
      clustered,
      columns: filter === undefined ? keys.map(indexColumn) : [],
    })),
  ];
  const constraints = constraintsOf(physical, definition);
  return { local: { relation, physical: table, indexes, constraints, ...(identity ? { sequence } : {}) }, sql };
}

function constraintsOf(physical: string, { keys, checks, indexes }: TableDefinition): Map<string, LocalConstraint> {
  const found = new Map<string, LocalConstraint>();
  keys.forEach(({ kind, name = '' }, at) => {
    const constraint = { kind: kind === 'PK' ? 'PRIMARY KEY' : 'UNIQUE KEY', name } as const;
    found.set(`k${physical}_${at}`, constraint).set(`xx${physical.slice(1)}_${at}`, constraint);
    found.set(`x${physical}_${at}`, constraint);
  });
  checks.forEach(({ name = '', column }, at) => {
    found.set(`c${physical}_${at}`, { kind: 'CHECK', name, ...(column === undefined ? {} : { column }) });
  });
  indexes.forEach(({ name }, at) => found.set(`i${physical}_${at}`, { kind: 'index', name }));
  return found;
}

const indexColumn = (column: { readonly name: string; readonly descending?: boolean }) => ({
  name: column.name,
  descending: column.descending ?? false,
});

/** CREATE TABLE #t: lives as long as the session where its batch made it, else as the procedure or text that did. */
export async function createTemporary(run: Run, name: string, definition: TableDefinition): Promise<LocalTable> {
  const key = name.toLowerCase();
  const owner = run.frame.ofSession ? run.session.root : run.frame;
  if (owner.tables.has(key))
    throw new SqlError(2714, `There is already an object named '${name}' in the database.`, 16, 6);
  return makeLocal(run, name, definition, owner);
}

/** Makes a temporary table that `owner` drops when it ends. */
export async function makeLocal(
  run: Run,
  name: string,
  definition: TableDefinition,
  owner = run.frame,
): Promise<LocalTable> {
  const { scope } = await contextOf(run);
  const catalogName = run.session.server.temporaryName(name);
  const named = constraintsNamed(catalogName, definition);
  const { session } = run;
  const isOwn = !name.startsWith('#') && (!name.startsWith('@') || name.startsWith('@sbx'));
  const spans = isOwn && session.tx.spans;
  const number = session.nextPhysicalName();
  const physical = spans ? `${number}_${session.tx.descriptor}` : number;
  const made = localTableSqls(physical, scope, name, named, spans ? SPANNING : 'pg_temp');
  const { sql } = made;
  const local = { ...made.local, databaseId: run.session.catalogDatabase.id };
  await session.atomic((pg) => pg.query(sql.join(';\n')), spans ? 'staged' : 'temporary');
  const key = name.toLowerCase();
  const columns = definition.columns.flatMap((column, index) => (column.computed ? [] : [`c${index + 1}`]));
  const variable = name.startsWith('@') && !name.startsWith('@sbx');
  run.session.locals.add({ owner, key, name, catalogName, definition: named, local, sql, variable, columns });
  owner.tables.set(key, local);
  owner.temporary.push(local.physical);
  return local;
}

/** The definition of a table that takes the rows of a result. */
export function definitionOfResult(columns: readonly ResultColumn[]): TableDefinition {
  return {
    columns: columns.map((column) => ({ name: column.name, type: column.type, nullable: true })),
    keys: [],
    checks: [],
    foreignKeys: [],
    indexes: [],
  };
}

/** Does something on the connection that a temporary table is on. */
export function inPlaceOf<T>(run: Run, { databaseId }: LocalTable, work: () => Promise<T>): Promise<T> {
  const { session } = run;
  const place = session.server.all.find((database) => database.id === databaseId);
  return place === undefined ? work() : session.within(place, work);
}

/** DROP TABLE #t. */
export async function dropTemporary(run: Run, name: string): Promise<boolean> {
  const key = name.toLowerCase();
  for (let frame: Run['frame'] | undefined = run.frame; frame !== undefined; frame = frame.parent) {
    const local = frame.tables.get(key);
    if (local === undefined) continue;
    await inPlaceOf(run, local, () => run.session.query(`DROP TABLE ${local.physical}`, [], { writes: true }));
    if (run.session.tx.depth > 0) run.session.locals.drop(local.physical);
    else run.session.locals.forget([local.physical]);
    frame.tables.delete(key);
    const at = frame.temporary.indexOf(local.physical);
    if (at >= 0) frame.temporary.splice(at, 1);
    return true;
  }
  return false;
}
