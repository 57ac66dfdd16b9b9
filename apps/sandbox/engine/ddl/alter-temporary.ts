import { translateExpression, type RelationColumn, type SqlType } from '#conversion';
import type { AddElements, AlterColumn, AlterTable, ColumnDefinition, Constraint, DropElements } from '#tsql';
import { notCreated, type CatalogObject, type ColumnModel } from '../../catalog/index.ts';
import { SqlError } from '../../session.ts';
import type { LocalTable } from '../frame.ts';
import type { LocalEntry } from '../local-tables.ts';
import { constraintsNamed } from '../named-constraints.ts';
import { sandbox } from '../profile.ts';
import { localTable, type Run } from '../run.ts';
import type { CatalogChange } from '../temporary-catalog.ts';
import { inPlaceOf, localTableSqls } from '../temporary-table.ts';
import { sourceOf } from './create-table.ts';
import {
  addConstraint,
  columnModel,
  columnType,
  defaultModel,
  type DefinitionSource,
  type TableDefinition,
} from './table-model.ts';

const sameName = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();

/** A temporary table on its way to another definition. */
interface Change {
  readonly source: DefinitionSource;
  readonly entry: LocalEntry;
  definition: TableDefinition;
  /** For each column of the definition: the one whose values it takes, in PostgreSQL; `null` for NULL, undefined for its default. */
  values: (string | null | undefined)[];
  /** What the catalog of tempdb is told, in order. */
  readonly told: CatalogChange[];
}

/** ALTER TABLE of a `#` table: it is made anew with its rows, or stays as it was. */
export async function alterTemporary(run: Run, statement: AlterTable): Promise<void> {
  const { action } = statement;
  const name = statement.name.name.name;
  const local = localTable(run, name);
  const entry = local && run.session.locals.entryOf(local);
  if (local === undefined || entry === undefined) {
    throw new SqlError(
      4902,
      `Cannot find the object "${name}" because it does not exist or you do not have permissions.`,
      16,
      13,
    );
  }
  const change: Change = {
    source: await sourceOf(run),
    entry,
    definition: { ...entry.definition },
    values: entry.definition.columns.map((column, at) => (column.computed ? undefined : `c${at + 1}`)),
    told: [],
  };
  switch (action.kind) {
    case 'addElements':
      await addElements(run, change, action, local);
      break;
    case 'alterColumn':
      alterColumn(change, action, local);
      break;
    case 'dropElements':
      dropElements(change, action);
      break;
    case 'rebuildTable':
      return;
    default:
      throw new SqlError(
        40515,
        `ALTER TABLE ${action.kind} of a temporary table is not supported in this version of SQL Server.`,
      );
  }
  await replace(run, change, local);
}

async function addElements(run: Run, change: Change, action: AddElements, local: LocalTable): Promise<void> {
  if (action.check === false) {
    throw new SqlError(40515, 'WITH NOCHECK of a temporary table is not supported in this version of SQL Server.');
  }
  for (const element of action.elements) {
    if (element.kind === 'columnDefinition') await addColumn(run, change, element, local);
    else if (element.kind === 'inlineIndex' || element.kind === 'period') {
      throw new SqlError(40515, 'ALTER TABLE ADD INDEX or PERIOD is not supported in this version of SQL Server.');
    } else addTableConstraint(change, element);
  }
}

async function addColumn(run: Run, change: Change, element: ColumnDefinition, local: LocalTable): Promise<void> {
  const { definition, entry } = change;
  const column = columnModel(change.source, element, local.relation);
  if (definition.columns.some((one) => sameName(one.name, column.name))) {
    throw new SqlError(
      2705,
      `Column names in each table must be unique. Column name '${column.name}' in table '${entry.name}' is specified more than once.`,
      16,
      4,
    );
  }
  const mayBeNull = column.nullable && column.identity === undefined && column.type.name !== 'rowversion';
  const isFilled = column.default !== undefined || column.identity !== undefined || column.computed !== undefined;
  if (!mayBeNull && !isFilled && column.type.name !== 'rowversion' && (await hasRows(run, local))) {
    throw new SqlError(
      4901,
      `ALTER TABLE only allows columns to be added that can contain nulls, or have a DEFAULT definition specified, or the column being added is an identity or timestamp column, or alternatively if none of the previous conditions are satisfied the table must be empty to allow addition of this column. Column '${column.name}' cannot be added to non-empty table '${entry.name}' because it does not satisfy these conditions.`,
    );
  }
  const withValues = element.constraints.some((one) => one.kind === 'defaultConstraint' && one.withValues);
  change.definition = { ...definition, columns: [...definition.columns, column] };
  // A nullable column gets its default only for rows to come.
  change.values.push(mayBeNull && column.default !== undefined && !withValues ? null : undefined);
  change.told.push(async (writer, id) => void (await writer.addColumn(id, bare(column))));
  for (const constraint of element.constraints) {
    if (constraint.kind !== 'defaultConstraint') addTableConstraint(change, constraint, column.name);
  }
}

/** A column as the catalog of tempdb takes it: alias types are another database's. */
function bare({ userTypeId: _, ...column }: ColumnModel): ColumnModel {
  return column;
}

const hasRows = async (run: Run, local: LocalTable): Promise<boolean> => {
  const { rows } = await inPlaceOf(run, local, () =>
    run.session.query(`SELECT 1 FROM ${local.physical} LIMIT 1`, [], { writes: false }),
  );
  return rows.length > 0;
};

function columnNamed({ definition, entry }: Change, name: string, clause: 'DROP' | 'ALTER'): number {
  const at = definition.columns.findIndex((one) => sameName(one.name, name));
  if (at >= 0) return at;
  throw new SqlError(
    4924,
    `ALTER TABLE ${clause} COLUMN failed because column '${name}' does not exist in table '${entry.name}'.`,
  );
}

function addTableConstraint(change: Change, constraint: Constraint, column?: string): void {
  const { definition, entry } = change;
  if (constraint.kind === 'defaultConstraint') return addDefault(change, constraint);
  const into: TableDefinition = {
    ...definition,
    keys: [...definition.keys],
    checks: [...definition.checks],
    foreignKeys: [],
    indexes: [...definition.indexes],
  };
  addConstraint(into, constraint, column);
  const named = constraintsNamed(entry.catalogName, into);
  const [key] = named.keys.slice(definition.keys.length);
  const [check] = named.checks.slice(definition.checks.length);
  if (key?.kind === 'PK')
    checkPrimary(
      change,
      key.columns.map((one) => one.name),
    );
  change.definition = named;
  if (key !== undefined) change.told.push(async (writer, id) => void (await writer.addKey(id, key)));
  if (check !== undefined) change.told.push(async (writer, id) => void (await writer.addCheck(id, check)));
}

function checkPrimary({ definition, entry }: Change, names: readonly string[]): void {
  if (definition.keys.some((one) => one.kind === 'PK'))
    throw notCreated(new SqlError(1779, `Table '${entry.name}' already has a primary key defined on it.`, 16, 0));
  const nullable = definition.columns.some((one) => one.nullable && names.some((name) => sameName(one.name, name)));
  if (nullable)
    throw new SqlError(8111, `Cannot define PRIMARY KEY constraint on nullable column in table '${entry.name}'.`);
}

function addDefault(change: Change, constraint: Extract<Constraint, { kind: 'defaultConstraint' }>): void {
  const { definition, entry } = change;
  const name = constraint.column?.name ?? '';
  const at = definition.columns.findIndex((one) => sameName(one.name, name));
  const column = definition.columns[at];
  if (column === undefined) {
    throw new SqlError(
      1752,
      `Column '${name}' in table '${entry.name}' is invalid for creating a default constraint.`,
      16,
      0,
    );
  }
  if (column.default !== undefined) throw new SqlError(1781, 'Column already has a DEFAULT bound to it.');
  const model = defaultModel(constraint);
  const changed = { ...definition, columns: definition.columns.with(at, { ...column, default: model }) };
  change.definition = constraintsNamed(entry.catalogName, changed);
  const made = change.definition.columns[at]?.default ?? model;
  change.told.push(async (writer, id) => void (await writer.addDefault(id, column.name, made)));
}

function alterColumn(change: Change, action: AlterColumn, local: LocalTable): void {
  const { definition, source } = change;
  const name = action.column.name;
  const at = columnNamed(change, name, 'ALTER');
  const column = definition.columns[at] as ColumnModel;
  if (action.type === undefined) {
    throw new SqlError(40515, `ALTER COLUMN ${action.property ?? ''} is not supported in this version of SQL Server.`);
  }
  if (column.computed || column.type.name === 'rowversion')
    throw new SqlError(
      4928,
      `Cannot alter column '${name}' because it is '${column.computed ? 'COMPUTED' : 'timestamp'}'.`,
    );
  const user = usersOf(change, column.name).find((one) => one.kind !== 'default');
  if (user !== undefined) throw accessed('ALTER', column.name, user);
  const typed = columnType(source, action.type, action.collation?.name);
  const nullable = column.identity ? false : (action.nullable ?? source.ansiNullDefault);
  change.definition = { ...definition, columns: definition.columns.with(at, { ...column, ...typed, nullable }) };
  const value = translateExpression(
    { kind: 'column', parts: [action.column], span: action.column.span },
    { profile: sandbox, scope: source.scope },
    { table: local.relation, type: typed.type as SqlType, convert: 'store' },
  );
  change.values[at] = value.sql;
  change.told.push(async (writer, id, snapshot) => {
    const known = columnOf(snapshot.objectById(id), column.name);
    if (known !== undefined) await writer.alterColumn(id, known, { type: typed.type, nullable });
  });
}

const columnOf = (object: CatalogObject | undefined, name: string): number | undefined =>
  object?.columns.find((one) => sameName(one.name, name))?.id;

interface User {
  readonly kind: 'default' | 'object' | 'index' | 'column';
  readonly name: string;
}

/** Whether a definition names a column, in brackets or without. */
function mentions(definition: string, name: string): boolean {
  const word = name.replaceAll(/[^\w]/g, String.raw`\$&`);
  return new RegExp(String.raw`(^|[^\w@#$])\[?${word}\]?([^\w@#$]|$)`, 'i').test(definition);
}

/** What hangs on a column. */
function usersOf({ definition }: Change, name: string): User[] {
  const has = (columns: readonly { readonly name: string }[]): boolean =>
    columns.some((one) => sameName(one.name, name));
  const column = definition.columns.find((one) => sameName(one.name, name));
  return [
    ...(column?.default ? [{ kind: 'default' as const, name: column.default.name ?? '' }] : []),
    ...definition.checks
      .filter((one) => mentions(one.definition, name))
      .map((one) => ({ kind: 'object' as const, name: one.name ?? '' })),
    ...definition.keys
      .filter((one) => has(one.columns))
      .map((one) => ({ kind: 'object' as const, name: one.name ?? '' })),
    ...definition.indexes
      .filter((one) => has(one.columns) || (one.included ?? []).some((each) => sameName(each, name)))
      .map((one) => ({ kind: 'index' as const, name: one.name })),
    ...definition.columns
      .filter((one) => one.computed && mentions(one.computed.definition, name))
      .map((one) => ({ kind: 'column' as const, name: one.name })),
  ];
}

function accessed(clause: string, column: string, user: User): SqlError {
  const kind = user.kind === 'default' ? 'object' : user.kind;
  const failed = `ALTER TABLE ${clause} COLUMN ${column} failed because one or more objects access this column.`;
  return new SqlError(4922, failed, 16, 9).after(
    new SqlError(5074, `The ${kind} '${user.name}' is dependent on column '${column}'.`),
  );
}

function dropElements(change: Change, action: DropElements): void {
  for (const item of action.items) {
    const name = item.name?.name ?? '';
    if (item.type === 'column') {
      if (item.ifExists && !change.definition.columns.some((one) => sameName(one.name, name))) continue;
      dropColumn(change, name);
    } else if (item.type === 'constraint') {
      if (!dropConstraint(change, name) && !item.ifExists)
        throw new SqlError(3727, 'Could not drop constraint. See previous errors.').after(
          new SqlError(3728, `'${name}' is not a constraint.`),
        );
    } else {
      throw new SqlError(
        40515,
        `ALTER TABLE DROP ${item.type.toUpperCase()} is not supported in this version of SQL Server.`,
      );
    }
  }
}

function dropColumn(change: Change, name: string): void {
  const at = columnNamed(change, name, 'DROP');
  const [user] = usersOf(change, name);
  if (user !== undefined) throw accessed('DROP', name, user);
  change.definition = { ...change.definition, columns: change.definition.columns.toSpliced(at, 1) };
  change.values = change.values.toSpliced(at, 1);
  change.told.push(async (writer, id, snapshot) => {
    const known = columnOf(snapshot.objectById(id), name);
    if (known !== undefined) await writer.dropColumn(id, known);
  });
}

function dropConstraint(change: Change, name: string): boolean {
  const { definition } = change;
  const keys = definition.keys.filter((one) => !sameName(one.name, name));
  const checks = definition.checks.filter((one) => !sameName(one.name, name));
  const columns = definition.columns.map(({ default: value, ...column }) =>
    value === undefined || sameName(value.name, name) ? column : { ...column, default: value },
  );
  const isDefault = definition.columns.some((one) => one.default && sameName(one.default.name, name));
  if (keys.length === definition.keys.length && checks.length === definition.checks.length && !isDefault) return false;
  change.definition = { ...definition, keys, checks, columns };
  change.told.push(async (writer, id, snapshot) => {
    const found = [...snapshot.objects()].find((one) => one.parentId === id && sameName(one.name, name));
    if (found !== undefined) await writer.dropConstraint(found.id);
  });
  return true;
}

/** Makes the table anew, moves its rows and its identity, and puts it in the place of the old one. */
async function replace(run: Run, change: Change, old: LocalTable): Promise<void> {
  const { session } = run;
  const { entry, definition, values } = change;
  if (definition.columns.length === 0)
    throw new SqlError(
      4923,
      `ALTER TABLE DROP COLUMN failed because '${definition.columns[0]?.name ?? entry.name}' is the only data column in table '${entry.name}'. A table must have at least one data column.`,
    );
  const physical = session.nextPhysicalName();
  const made = localTableSqls(physical, change.source.scope, entry.name, definition);
  const local = { ...made.local, ...(old.databaseId === undefined ? {} : { databaseId: old.databaseId }) };
  const taken = values.flatMap((value, at) =>
    value === undefined ? [] : [{ column: `c${at + 1}`, value: value ?? 'NULL' }],
  );
  const sql = [...made.sql, ...copySqls(change, { physical, old, moved: taken }), `DROP TABLE ${old.physical}`];
  try {
    await inPlaceOf(run, old, () => session.atomic((pg) => pg.query(sql.join(';\n'))));
  } catch (error) {
    throw conflict(error, change, local.constraints, local.relation.columns);
  }
  const { owner, key, variable } = entry;
  const columns = definition.columns.flatMap((column, at) => (column.computed ? [] : [`c${at + 1}`]));
  const next: LocalEntry = { ...entry, definition, local, sql: made.sql, columns, variable };
  if (session.tx.depth > 0) session.locals.drop(old.physical);
  else session.locals.forget([old.physical]);
  session.locals.add(next);
  owner.tables.set(key, local);
  const at = owner.temporary.indexOf(old.physical);
  owner.temporary.splice(at < 0 ? owner.temporary.length : at, at < 0 ? 0 : 1, local.physical);
  await session.server.temporaryReplaced(entry, next, async (writer, id, snapshot) => {
    for (const tell of change.told) await tell(writer, id, snapshot);
  });
}

/** Rows keep their row versions, and the counter of an identity goes on where it was. */
function copySqls(
  { entry, definition }: Change,
  to: { physical: string; old: LocalTable; moved: readonly { column: string; value: string }[] },
): string[] {
  const { physical, old, moved } = to;
  const isCounted = (columns: readonly ColumnModel[]): boolean => columns.some((one) => one.identity);
  const isVersioned = (columns: readonly ColumnModel[]): boolean =>
    columns.some((one) => one.type.name === 'rowversion');
  const keepsVersions = isVersioned(entry.definition.columns) && isVersioned(definition.columns);
  const trigger = (word: string): string[] =>
    keepsVersions ? [`ALTER TABLE pg_temp.${physical} ${word} TRIGGER sbx_rowversion`] : [];
  const columns = moved.map((one) => one.column).join(', ');
  const rows = `SELECT ${moved.map((one) => one.value).join(', ')} FROM ${old.physical}`;
  const counter =
    old.sequence !== undefined && isCounted(definition.columns)
      ? [`SELECT setval('pg_temp.s${physical}', last_value, is_called) FROM ${old.sequence}`]
      : [];
  return [
    ...trigger('DISABLE'),
    `INSERT INTO pg_temp.${physical} (${columns}) ${rows}`,
    ...trigger('ENABLE'),
    ...counter,
  ];
}

/** What keeps the rows from the new definition. */
function conflict(
  error: unknown,
  { entry }: Change,
  constraints: LocalTable['constraints'],
  columns: readonly RelationColumn[],
): unknown {
  const { code, constraint = '', column } = error as { code?: string; constraint?: string; column?: string };
  const meant = constraints.get(constraint);
  if (code === '23505' && meant !== undefined) {
    const message = `The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the object name 'dbo.${entry.catalogName}' and the index name '${meant.name}'.`;
    return new SqlError(1750, 'Could not create constraint or index. See previous errors.', 16, 0).after(
      new SqlError(1505, message),
    );
  }
  if (code === '23514' && meant !== undefined) {
    const of = meant.column === undefined ? '' : `, column '${meant.column}'`;
    const message = `The ALTER TABLE statement conflicted with the CHECK constraint "${meant.name}". The conflict occurred in database "tempdb", table "dbo.${entry.catalogName}"${of}.`;
    return new SqlError(547, message, 16, 0);
  }
  if (code !== '23502') return error;
  const name = columns.find((one) => one.sql === column)?.name ?? '';
  return new SqlError(
    515,
    `Cannot insert the value NULL into column '${name}', table 'tempdb.dbo.${entry.catalogName}'; column does not allow nulls. UPDATE fails.`,
    16,
    2,
  );
}
