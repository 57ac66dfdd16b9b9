import { translateExpression, type Relation, type SqlType } from '#conversion';
import { requireCollation, sandbox, typeOf } from '../profile.ts';
import { findAll, printDefinition } from '#tsql';
import type { ColumnDefinition, Constraint, DataType, Expression, Option, TableElement } from '#tsql';
import type {
  CheckModel,
  ColumnModel,
  ColumnTypeModel,
  DefaultModel,
  ForeignKeyModel,
  IndexModel,
  IndexOptions,
  KeyModel,
  ReferentialAction,
  TableModel,
} from '../../catalog/index.ts';
import { SqlError } from '../../session.ts';
import { settingsOf } from './settings.ts';
import { indexFilter } from './index-filter.ts';
import { storageOf } from './partitions.ts';
import { columnstoreModel } from './reading-indexes.ts';
import type { SessionScope } from '../session-scope.ts';

/** Where a definition was read: how its names resolve. */
export interface DefinitionSource {
  readonly scope: SessionScope;
  readonly ansiNullDefault: boolean;
  /** SET ANSI_PADDING; ON where it is not said. */
  readonly ansiPadding?: boolean;
}

const ACTION: Record<'noAction' | 'cascade' | 'setNull' | 'setDefault', ReferentialAction> = {
  noAction: 'NO_ACTION',
  cascade: 'CASCADE',
  setNull: 'SET_NULL',
  setDefault: 'SET_DEFAULT',
};

/** A whole number written as a constant, with its sign. */
export function wholeNumber(expression: Expression | undefined, otherwise: bigint): bigint {
  if (expression === undefined) return otherwise;
  if (expression.kind === 'unary' && (expression.op === '-' || expression.op === '+')) {
    const value = wholeNumber(expression.operand, 0n);
    return expression.op === '-' ? -value : value;
  }
  if (expression.kind === 'literal' && /^\d+(\.0*)?$/.test(expression.value))
    return BigInt(expression.value.replace(/\..*/, ''));
  throw new SqlError(2749, 'A whole number was expected as seed, increment or limit.');
}

/** A type as written, with the alias type behind it. */
export function columnType(source: DefinitionSource, type: DataType, collation?: string): ColumnTypeModel {
  if (type.xmlSchema)
    throw new SqlError(40515, 'xml bound to a schema collection is not supported in this version of SQL Server.');
  const resolved = typeOf(type, source.scope);
  const named = source.scope.snapshot.type(type.schema?.name, type.base);
  const alias = named !== undefined && named.userTypeId > 255 ? { userTypeId: named.userTypeId } : {};
  return { type: withCollation(source, resolved, collation), ...alias };
}

function withCollation(source: DefinitionSource, type: SqlType, collation: string | undefined): SqlType {
  if (!/char|text/.test(type.name)) return type;
  const wanted = /^database_default$/i.test(collation ?? 'database_default') ? source.scope.collation : collation;
  if (wanted !== undefined && wanted !== source.scope.collation) requireCollation(wanted);
  return { ...type, collation: wanted ?? source.scope.collation };
}

function indexOptions(options: readonly Option[]): IndexOptions {
  const found = (name: string): Expression | undefined => options.find((option) => option.name === name)?.value;
  const on = (name: string): boolean | undefined => {
    const value = found(name);
    if (value?.kind === 'keyword') return value.name === 'ON';
    // `WITH PAD_INDEX`, the old form.
    return options.some((option) => option.name === name) ? true : undefined;
  };
  const fill = found('FILLFACTOR');
  const percent = fill?.kind === 'literal' ? Number(fill.value) : undefined;
  if (percent !== undefined && (percent < 1 || percent > 100)) {
    const message = `Fillfactor ${percent} is not a valid percentage; fillfactor must be between 1 and 100.`;
    throw new SqlError(129, message, 15);
  }
  const ignore = on('IGNORE_DUP_KEY');
  const [padded, rowLocks, pageLocks] = [on('PAD_INDEX'), on('ALLOW_ROW_LOCKS'), on('ALLOW_PAGE_LOCKS')];
  if (ignore === true)
    throw new SqlError(40515, 'An index WITH (IGNORE_DUP_KEY = ON) is not supported in this version of SQL Server.');
  const settings = settingsOf(options);
  return {
    ...(settings === undefined ? {} : { settings }),
    ...(percent === undefined ? {} : { fillFactor: percent }),
    ...(ignore === undefined ? {} : { ignoreDupKey: ignore }),
    ...(padded === undefined ? {} : { padIndex: padded }),
    ...(rowLocks === undefined ? {} : { allowRowLocks: rowLocks }),
    ...(pageLocks === undefined ? {} : { allowPageLocks: pageLocks }),
  };
}

/** What CREATE TABLE, a table type or a table variable declares. */
export interface TableDefinition {
  readonly columns: ColumnModel[];
  readonly keys: KeyModel[];
  readonly checks: CheckModel[];
  readonly foreignKeys: ForeignKeyModel[];
  readonly indexes: IndexModel[];
}

function keyModel(
  constraint: Extract<Constraint, { kind: 'primaryKey' | 'unique' }>,
  column: string | undefined,
  clusteredTaken: boolean,
): KeyModel {
  const written = constraint.columns.map((c) => ({
    name: c.name.name,
    ...(c.direction === 'desc' ? { descending: true } : {}),
  }));
  return {
    ...(constraint.name ? { name: constraint.name.name } : {}),
    kind: constraint.kind === 'primaryKey' ? 'PK' : 'UQ',
    clustered: constraint.clustered ?? (constraint.kind === 'primaryKey' && !clusteredTaken),
    columns: written.length > 0 ? written : [{ name: column ?? '' }],
    options: indexOptions(constraint.options),
    ...storageOf(constraint.on),
  };
}

function foreignKeyModel(constraint: Extract<Constraint, { kind: 'foreignKey' }>, column?: string): ForeignKeyModel {
  const { referencedTable, onDelete, onUpdate } = constraint;
  return {
    ...(constraint.name ? { name: constraint.name.name } : {}),
    columns: constraint.columns.length > 0 ? constraint.columns.map((c) => c.name) : [column ?? ''],
    referencedSchema: referencedTable.schema?.name ?? 'dbo',
    referencedTable: referencedTable.name.name,
    referencedColumns: constraint.referencedColumns.map((c) => c.name),
    ...(onDelete ? { onDelete: ACTION[onDelete] } : {}),
    ...(onUpdate ? { onUpdate: ACTION[onUpdate] } : {}),
    ...(constraint.notForReplication ? { notForReplication: true } : {}),
  };
}

function checkModel(constraint: Extract<Constraint, { kind: 'check' }>, column?: string): CheckModel {
  return {
    ...(constraint.name ? { name: constraint.name.name } : {}),
    definition: printDefinition(constraint.condition),
    ...(column === undefined ? {} : { column }),
    ...(constraint.notForReplication ? { notForReplication: true } : {}),
  };
}

/** A DEFAULT constraint as the catalog keeps it. */
export function defaultModel(constraint: Extract<Constraint, { kind: 'defaultConstraint' }>): DefaultModel {
  return {
    ...(constraint.name ? { name: constraint.name.name } : {}),
    definition: printDefinition(constraint.expression),
  };
}

function inlineIndex(
  index: Extract<TableElement, { kind: 'inlineIndex' }>,
  table: string,
  column?: string,
): IndexModel {
  const filter = index.where && indexFilter(index.where, index.name.name, table);
  if (index.columnstore) return columnstoreModel(index, filter);
  return {
    name: index.name.name,
    unique: index.unique,
    clustered: index.clustered ?? false,
    columns:
      index.columns.length > 0
        ? index.columns.map((c) => ({ name: c.name.name, descending: c.direction === 'desc' }))
        : [{ name: column ?? '' }],
    included: index.include.map((c) => c.name),
    ...(filter ? { filter } : {}),
    options: indexOptions(index.options),
    ...storageOf(index.on),
  };
}

/** Arithmetic over columns may overflow to NULL: what it computes counts as nullable, unless ISNULL stands around it. */
function mayOverflow(expression: Expression): boolean {
  if (expression.kind === 'call' && /^isnull$/i.test(expression.name.name.name)) return false;
  return findAll(expression, 'binary').some((node) => /^[-+*/%]$/.test(node.op));
}

/** SET ANSI_PADDING OFF would cut blanks and zeros off what such a column is given. */
function refuseUnpadded(source: DefinitionSource, type: SqlType, nullable: boolean | undefined): void {
  const isFixed = type.name === 'char' || type.name === 'binary';
  const isCut = type.name === 'varchar' || type.name === 'varbinary' || (isFixed && nullable !== false);
  if (source.ansiPadding !== false || !isCut) return;
  throw new SqlError(
    40515,
    `A column of type ${type.name} made with SET ANSI_PADDING OFF is not supported in this version of SQL Server.`,
  );
}

/** One column; computed ones get their type from their expression over `relation`. */
export function columnModel(source: DefinitionSource, column: ColumnDefinition, relation: Relation): ColumnModel {
  const name = column.name.name;
  const fallback = column.constraints.find((c) => c.kind === 'defaultConstraint');
  const flags = {
    ...(fallback ? { default: defaultModel(fallback) } : {}),
    ...(column.rowguidcol ? { rowGuid: true } : {}),
    ...(column.sparse ? { sparse: true } : {}),
  };
  if (column.computed !== undefined) {
    const { expression, persisted } = column.computed;
    const value = translateExpression(expression, { profile: sandbox, scope: source.scope }, { table: relation });
    const computed = { definition: printDefinition(expression), persisted };
    return {
      name,
      type: withCollation(source, value.type, value.type.collation),
      nullable: column.nullable ?? (value.nullable || mayOverflow(expression)),
      computed,
      ...flags,
    };
  }
  const typed =
    column.type === undefined
      ? { type: { name: 'rowversion' } as SqlType }
      : columnType(source, column.type, column.collation?.name);
  refuseUnpadded(source, typed.type, column.nullable);
  const alias = typed.userTypeId === undefined ? undefined : source.scope.snapshot.typeById(typed.userTypeId);
  const primary = column.constraints.some((c) => c.kind === 'primaryKey');
  const byType = alias?.nullable ?? source.ansiNullDefault;
  const never = primary || column.identity !== undefined || typed.type.name === 'rowversion';
  const identity = column.identity && {
    seed: wholeNumber(column.identity.seed, 1n),
    increment: wholeNumber(column.identity.increment, 1n),
    ...(column.identity.notForReplication ? { notForReplication: true } : {}),
  };
  return {
    name,
    ...typed,
    nullable: never ? false : (column.nullable ?? byType),
    ...(identity ? { identity } : {}),
    ...flags,
  };
}

function addConstraint(into: TableDefinition, constraint: Constraint, column?: string): void {
  switch (constraint.kind) {
    case 'primaryKey':
    case 'unique':
      into.keys.push(
        keyModel(constraint, column, into.keys.some((k) => k.clustered) || into.indexes.some((i) => i.clustered)),
      );
      return;
    case 'foreignKey':
      into.foreignKeys.push(foreignKeyModel(constraint, column));
      return;
    case 'check':
      into.checks.push(checkModel(constraint, column));
      return;
    case 'defaultConstraint':
      return;
    default:
      throw new SqlError(40515, 'CONNECTION constraints are not supported in this version of SQL Server.');
  }
}

/** A relation of columns that are being defined, so that expressions over them can be translated. */
export function draftRelation(
  name: string,
  columns: readonly ColumnModel[],
  physical: (index: number) => string,
): Relation {
  return {
    kind: 'table',
    schema: 'dbo',
    name,
    sql: name,
    columns: columns.map((column, index) => ({
      name: column.name,
      sql: physical(index),
      type: column.type as SqlType,
      nullable: column.nullable,
    })),
  };
}

/** Reads the elements of a table. Columns named in a primary key become NOT NULL. */
export function tableDefinition(
  source: DefinitionSource,
  name: string,
  elements: readonly TableElement[],
): TableDefinition {
  const into: TableDefinition = { columns: [], keys: [], checks: [], foreignKeys: [], indexes: [] };
  const definitions = elements.filter((element) => element.kind === 'columnDefinition');
  const plain = definitions.filter((column) => column.computed === undefined);
  const empty = draftRelation(name, [], String);
  const models = new Map(plain.map((column) => [column, columnModel(source, column, empty)]));
  const relation = draftRelation(name, [...models.values()], (index) => `c${index + 1}`);
  for (const column of definitions) into.columns.push(models.get(column) ?? columnModel(source, column, relation));
  for (const element of elements) {
    if (element.kind === 'columnDefinition') {
      for (const constraint of element.constraints) addConstraint(into, constraint, element.name.name);
      if (element.index) into.indexes.push(inlineIndex(element.index, name, element.name.name));
    } else if (element.kind === 'inlineIndex') into.indexes.push(inlineIndex(element, name));
    else if (element.kind === 'period')
      throw new SqlError(40515, 'PERIOD FOR SYSTEM_TIME is not supported in this version of SQL Server.');
    else addConstraint(into, element);
  }
  return { ...into, columns: notNullKeys(source, into) };
}

function notNullKeys(source: DefinitionSource, definition: TableDefinition): ColumnModel[] {
  const fold = (name: string): string => source.scope.snapshot.fold(name);
  const primary = new Set(
    definition.keys.filter((key) => key.kind === 'PK').flatMap((key) => key.columns.map((c) => fold(c.name))),
  );
  return definition.columns.map((column) => (primary.has(fold(column.name)) ? { ...column, nullable: false } : column));
}

/** The whole model of CREATE TABLE. */
export function tableModel(
  source: DefinitionSource,
  schema: string,
  name: string,
  elements: readonly TableElement[],
): TableModel {
  return { schema, name, ...tableDefinition(source, name, elements) };
}

export { addConstraint, indexOptions };
