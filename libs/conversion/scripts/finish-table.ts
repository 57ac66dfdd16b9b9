import { type ColumnModel, type ForeignKeyModel, type TableModel, valueTypeOf } from '#schema';
import { type ComputedTypes, resolvedType, typedColumn } from './finish-columns.ts';
import { indexModel, keyModel } from './finish-index.ts';
import { namedType } from './declared-type.ts';
import type { DraftColumn, DraftDatabase, DraftForeignKey, DraftTable } from './draft.ts';
import { reportAt, type Session } from './session.ts';

/** A table with everything that hangs on it. */
export function finishTable(
  session: Session,
  database: DraftDatabase,
  computed: ComputedTypes,
  table: DraftTable,
): TableModel {
  const indexes = table.indexes.toSorted((a, b) => a.id - b.id);
  const primary = indexes.find((index) => index.role === 'primary');
  const keys = primary ? [primary] : indexes.filter((index) => index.unique && index.filter === undefined);
  const inKey = new Set(keys.flatMap((index) => index.columns.map((one) => one.column)));
  const { schema, name, comment, fullText, temporal } = table;
  const scheme = table.partitioned && database.partitionSchemes.get(database.fold(table.partitioned.scheme));
  if (table.partitioned && scheme === undefined)
    reportAt(
      session,
      'SL1082',
      `${schema}.${name}`,
      `The scripts do not have the partition scheme ${table.partitioned.scheme}.`,
      table.place,
    );
  return {
    objectId: table.id,
    schema,
    name,
    columns: table.columns.map((column) => columnModel(session, database, computed, table, column, inKey.has(column))),
    ...(primary ? { primaryKey: keyModel(primary) } : {}),
    uniques: indexes.filter((index) => index.role === 'unique').map(keyModel),
    indexes: indexes.filter((index) => index.role === 'index').map(indexModel),
    foreignKeys: table.foreignKeys.flatMap((key) => foreignKeyModel(session, database, table, key)),
    checks: table.checks.map(({ id: _, comment: text, ...check }) => ({
      ...check,
      ...(text === undefined ? {} : { comment: text }),
    })),
    estimatedRows: 0,
    estimatedBytes: 0,
    features: [...table.features],
    ...(temporal ? { temporal } : {}),
    ...(table.partitioned && scheme !== undefined
      ? { partitioned: { function: scheme, column: table.partitioned.column } }
      : {}),
    ...(fullText ? { fullText } : {}),
    ...(comment === undefined ? {} : { comment }),
  };
}

function columnModel(
  session: Session,
  database: DraftDatabase,
  computed: ComputedTypes,
  table: DraftTable,
  column: DraftColumn,
  inKey: boolean,
): ColumnModel {
  const { sourceType, nullable } = typedColumn(session, database, computed, table, column);
  const value = valueTypeOf(sourceType, inKey) ?? { kind: 'text', of: 'sql_variant' };
  const byType = column.declared && namedType(database, column.declared.type);
  const rule = ruleOf(database, column.rule ?? byType?.rule);
  return {
    id: column.id,
    name: column.name,
    sourceType,
    value,
    nullable,
    ...(column.identity ? { identity: { ...column.identity, lastValue: null } } : {}),
    ...(column.computed
      ? { computed: { definition: column.computed.definition, persisted: column.computed.persisted } }
      : {}),
    ...defaultOf(database, column, byType?.default),
    ...(rule ? { rule } : {}),
    ...(column.rowguidcol ? { rowguidcol: true } : {}),
    ...(column.sparse ? { sparse: true } : {}),
    ...(column.columnSet ? { columnSet: true } : {}),
    ...(column.filestream ? { filestream: true } : {}),
    ...(column.maskedBy === undefined ? {} : { maskedBy: column.maskedBy }),
    ...(column.encrypted ? { encrypted: true } : {}),
    ...(column.generatedAlways ? { generatedAlways: column.generatedAlways } : {}),
    ...(column.hidden ? { hidden: true } : {}),
    ...xmlSchemaOf(column),
    ...(column.comment === undefined ? {} : { comment: column.comment }),
  };
}

function xmlSchemaOf(column: DraftColumn): Pick<ColumnModel, 'xmlSchema'> {
  const schema = column.declared?.type.xmlSchema;
  return schema ? { xmlSchema: { schema: schema.schema?.name ?? 'dbo', name: schema.name.name } } : {};
}

function defaultOf(
  database: DraftDatabase,
  column: DraftColumn,
  ofType: { readonly schema: string; readonly name: string } | undefined,
): Pick<ColumnModel, 'default'> {
  if (column.default) {
    const { name, definition, systemNamed, bound } = column.default;
    return { default: { name, definition, systemNamed, ...(bound === true ? { bound } : {}) } };
  }
  const bound = ofType && database.objects.get(ofType.schema, ofType.name);
  if (bound?.kind !== 'default') return {};
  return { default: { name: bound.name, definition: bound.definition, systemNamed: false, bound: true } };
}

function ruleOf(
  database: DraftDatabase,
  name: { readonly schema: string; readonly name: string } | undefined,
): ColumnModel['rule'] {
  const rule = name && database.objects.get(name.schema, name.name);
  return rule?.kind === 'rule' ? { schema: rule.schema, name: rule.name, condition: rule.definition } : undefined;
}

/** A foreign key; one to a table or columns that are not there is an issue instead. */
function foreignKeyModel(
  session: Session,
  database: DraftDatabase,
  table: DraftTable,
  key: DraftForeignKey,
): ForeignKeyModel[] {
  const { references } = key;
  const target = 'kind' in references ? references : database.table(references.schema, references.name);
  const fault = (message: string): [] => {
    reportAt(session, 'SL1082', `${table.schema}.${table.name}.${key.name}`, message, key.place);
    return [];
  };
  if (!target || database.objects.get(target.schema, target.name) !== target)
    return fault(
      `Foreign key ${key.name} refers to ${references.schema}.${references.name}, which the scripts do not have.`,
    );
  const primary = target.indexes.find((index) => index.role === 'primary');
  const columns =
    key.referencedColumns.length > 0
      ? key.referencedColumns.map((name) => database.column(target, name)?.name)
      : (primary?.columns.map((one) => one.column.name) ?? []);
  if (columns.length !== key.columns.length || columns.includes(undefined))
    return fault(
      `Foreign key ${key.name} refers to columns of ${target.schema}.${target.name} that are not a key of it.`,
    );
  const misfit = key.columns.findIndex(({ name }, at) => !fits(database, [table, name], [target, columns[at] ?? '']));
  if (misfit >= 0)
    return fault(
      `Foreign key ${key.name} refers from ${key.columns[misfit]?.name} to ${columns[misfit]} of ${target.schema}.${target.name}, which is of quite another type: no server has such a key.`,
    );
  return [
    {
      name: key.name,
      columns: key.columns.map((column) => column.name),
      references: { schema: target.schema, name: target.name },
      referencedColumns: columns.filter((name) => name !== undefined),
      onDelete: key.onDelete,
      onUpdate: key.onUpdate,
      disabled: key.disabled,
      trusted: key.trusted,
      systemNamed: key.systemNamed,
      ...(key.comment === undefined ? {} : { comment: key.comment }),
    },
  ];
}

const NUMBERS = new Set(['boolean', 'int', 'long', 'decimal', 'float', 'double']);

/** Whether a column can refer to another; types that the scripts do not have are given the benefit of the doubt. */
function fits(database: DraftDatabase, ...sides: readonly (readonly [DraftTable, string])[]): boolean {
  const kinds = sides.map(([table, name]) => {
    const column = database.column(table, name);
    const type = column && resolvedType(database, column);
    const kind = type && valueTypeOf(type, false)?.kind;
    return kind !== undefined && NUMBERS.has(kind) ? 'number' : kind;
  });
  return kinds.includes(undefined) || kinds.includes('text') || new Set(kinds).size === 1;
}
