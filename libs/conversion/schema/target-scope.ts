import { quoteIdent } from '#pgsql';
import type { DatabaseModel, SourceType } from '#schema';
import { unquote } from '#tsql';
import {
  type FunctionHandler,
  type FunctionInvocation,
  NEWEST_SERVER,
  type NameParts,
  type Relation,
  type RelationColumn,
  type Scope,
  type SqlType,
  type SqlTypeName,
  type VariableBinding,
} from '../query/index.ts';
import { serverValue } from '../routines/session-values.ts';
import { catalogView, masterView } from '../routines/catalog-views.ts';
import { searchConfiguration } from './search-configuration.ts';
import { RoutineCatalog } from '../routines/catalog.ts';
import { TableParts } from '../routines/table-parts.ts';
import { SourceNames } from './source-names.ts';
import type { Callable, ConvertedTable, ReadColumn } from './target-model.ts';

/** A table type in the target: a composite type, of which parameters are arrays. */
export interface TargetTableType {
  /** Qualified and quoted. */
  readonly sql: string;
  readonly columns: readonly RelationColumn[];
}

/** Resolves the source's names to the target's objects, for expressions and views. */
export class TargetScope implements Scope {
  readonly database: string;
  readonly collation: string;
  private readonly relations = new Map<string, Relation>();
  private readonly sequences = new Map<string, { sql: string; type: SqlType }>();
  private readonly aliases = new Map<string, SqlType>();
  private names: ReadonlySet<string> | undefined;
  private readonly tableTypes = new Map<string, TargetTableType>();
  private readonly views = new Set<string>();
  private readonly synonyms = new Map<string, string>();
  private readonly keys = new Map<string, readonly string[]>();
  private readonly columnIds = new Map<string, ReadonlyMap<string, number>>();
  private readonly source: SourceNames;
  /** Extensions that what was converted so far needs. */
  readonly extensions = new Set<string>();
  /** The routines converted so far. */
  readonly routines = new RoutineCatalog();
  /** What hangs on the tables. */
  readonly parts = new TableParts();

  constructor(
    database: DatabaseModel,
    /** Major version of the target's PostgreSQL. */
    readonly serverVersion: number = NEWEST_SERVER,
    /** Whether texts that the source compares without case are compared by lower(). */
    readonly foldCase: boolean = true,
    /** Whether such columns have a collation without case. */
    readonly caselessColumns: boolean = false,
  ) {
    this.database = database.name;
    this.collation = database.collation;
    this.source = new SourceNames(database);
    for (const alias of database.aliasTypes) this.aliases.set(alias.name.toLowerCase(), sqlTypeOf(alias.base));
  }

  addTable(table: ConvertedTable): void {
    this.relations.set(keyOf(table.source.schema, table.source.name), relationOf(table));
    this.keys.set(keyOf(table.source.schema, table.source.name), table.key);
    this.columnIds.set(
      keyOf(table.source.schema, table.source.name),
      new Map(table.source.columns.map((one) => [one.name, one.id])),
    );
  }

  /** The numbers of a table's columns in the source, by their source names; empty of views. */
  columnIdsOf(schema: string, name: string): ReadonlyMap<string, number> {
    return this.columnIds.get(keyOf(schema, name)) ?? new Map<string, number>();
  }

  /** What FOR SYSTEM_TIME reads of a table that is known already. */
  addVersions(table: ConvertedTable, versions: NonNullable<Relation['versions']>): void {
    const key = keyOf(table.source.schema, table.source.name);
    const relation = this.relations.get(key);
    if (relation) this.relations.set(key, { ...relation, versions });
  }

  addView(schema: string, name: string, relation: Relation): void {
    this.views.add(keyOf(schema, name));
    this.names = undefined;
    this.relations.set(keyOf(schema, name), relation);
  }

  /** Views and routines converted so far, by source name in lower case. */
  callables(): ReadonlyMap<string, Callable> {
    const views = [...this.views].map((key): [string, Callable] => [
      key,
      { kind: 'view', sql: this.relations.get(key)?.sql ?? '' },
    ]);
    return new Map([...this.routines.all(), ...views]);
  }

  addTableType(schema: string, name: string, type: TargetTableType): void {
    this.tableTypes.set(keyOf(schema, name), type);
  }

  /** The type of a table-valued parameter. */
  tableType(schema: string | undefined, name: string): TargetTableType | undefined {
    return this.tableTypes.get(keyOf(schema ?? 'dbo', name));
  }

  isView(schema: string, name: string): boolean {
    return this.views.has(keyOf(schema, name));
  }

  /** Source names of the columns of a table's key; empty = it has none, or is a view. */
  keyOf(schema: string, name: string): readonly string[] {
    return this.keys.get(keyOf(schema, name)) ?? [];
  }

  addSequence(schema: string, name: string, sql: string, type: SqlType): void {
    this.sequences.set(keyOf(schema, name), { sql, type });
  }

  /** Names that stand for a table, a view or a routine of this database: code that uses them gets what they stand for. */
  addSynonym(of: { readonly schema: string; readonly name: string }, base: { schema: string; name: string }): void {
    this.synonyms.set(keyOf(of.schema, of.name), keyOf(base.schema, base.name));
    this.routines.addSynonym(of, base);
  }

  relation(parts: readonly (string | null)[]): Relation | undefined {
    const [name = '', schema, database] = parts.toReversed();
    if (database?.toLowerCase() === 'master') return masterView(schema ?? undefined, name ?? '');
    const key = keyOf(schema ?? 'dbo', name ?? '');
    return this.relations.get(this.synonyms.get(key) ?? key) ?? catalogView(schema ?? undefined, name ?? '');
  }

  tableVariable(): undefined {
    return undefined;
  }

  tableFunction(parts: NameParts, call: FunctionInvocation): Relation | undefined {
    return this.routines.table(parts, call);
  }

  /** What the server tells of itself may be asked in views and constraints too. */
  variable(name: string): VariableBinding | undefined {
    return serverValue(name);
  }

  dataType(_schema: string | undefined, name: string): SqlType | undefined {
    return this.aliases.get(name.toLowerCase());
  }

  sequence(parts: readonly (string | null)[]): { sql: string; type: SqlType } | undefined {
    const [name = '', schema] = parts.toReversed();
    return this.sequences.get(keyOf(schema ?? 'dbo', name ?? ''));
  }

  function(name: string): FunctionHandler | undefined {
    return this.routines.scalar(name);
  }

  /** Whether the source has nothing of that name, and nothing in it that could make it. */
  isNowhere(name: string): boolean {
    return this.source.isNowhere(name);
  }

  /** The same of a procedure. */
  hasNoProcedure(name: string): boolean {
    return this.source.hasNoProcedure(name);
  }

  needs(extension: string): void {
    this.extensions.add(extension);
  }

  /** Names of all columns, as they stand in the target without quotes. */
  columnNames(): ReadonlySet<string> {
    this.names ??= new Set(
      [...this.relations.values()].flatMap((one) => one.columns.map((column) => unquote(column.sql))),
    );
    return this.names;
  }
}

/** Blanks at the end of a name do not count. */
function keyOf(schema: string, name: string): string {
  return `${schema}.${name.trimEnd()}`.toLowerCase();
}

/** A converted table as something to select from. */
export function relationOf(table: ConvertedTable): Relation {
  const key = table.key.flatMap((name) => table.columns.find((one) => one.source.name === name) ?? []);
  return {
    kind: 'table',
    schema: table.source.schema,
    name: table.source.name,
    sql: `${quoteIdent(table.schema)}.${quoteIdent(table.name)}`,
    key: key.map((one) => quoteIdent(one.name)),
    ...(table.partitioned ? { partitioned: true } : {}),
    columns: [...table.columns.map((column) => columnOf(table, column)), ...(table.readColumns ?? []).map(readColumnOf)]
      .toSorted((a, b) => a.id - b.id)
      .map((one) => one.column),
  };
}

function columnOf(
  table: ConvertedTable,
  column: ConvertedTable['columns'][number],
): { id: number; column: RelationColumn } {
  const { source } = column;
  return {
    id: source.id,
    column: {
      name: source.name,
      sql: quoteIdent(column.name),
      type: sqlTypeOf(source.sourceType),
      nullable: column.nullable,
      ...(source.identity === undefined ? {} : { identity: true as const }),
      pgType: column.type,
      ...(column.generated || source.generatedAlways ? { readOnly: true } : {}),
      ...(source.generatedAlways ? { stamped: true } : {}),
      ...(source.hidden ? { hidden: true } : {}),
      ...(column.collation === undefined ? {} : { caseless: true }),
      ...searchOf(table, source.name),
    },
  };
}

/** By what a column with a full-text index is searched. */
function searchOf(table: ConvertedTable, name: string): { searchBy?: string } {
  const found = table.source.fullText?.columns.find((one) => one.name === name && one.typeColumn === undefined);
  return found ? { searchBy: searchConfiguration(found.language) } : {};
}

function readColumnOf({ source, name, expression }: ReadColumn): { id: number; column: RelationColumn } {
  const type = sqlTypeOf(source.sourceType);
  return {
    id: source.id,
    column: { name: source.name, sql: quoteIdent(name), type, nullable: source.nullable, expression, readOnly: true },
  };
}

const LENGTHS = new Set(['char', 'varchar', 'nchar', 'nvarchar', 'binary', 'varbinary']);
const SCALES = new Set(['decimal', 'numeric', 'time', 'datetime2', 'datetimeoffset']);

/** A source type in the translator's words: with what the type is declared with, and nothing of what the catalog tells besides. */
export function sqlTypeOf(type: SourceType): SqlType {
  const name = type.name === 'sysname' ? 'nvarchar' : type.name === 'timestamp' ? 'rowversion' : type.name;
  const isDecimal = name === 'decimal' || name === 'numeric';
  return {
    name: name as SqlTypeName,
    ...(LENGTHS.has(name) && type.length !== undefined ? { length: type.length } : {}),
    ...(isDecimal && type.precision !== undefined ? { precision: type.precision } : {}),
    ...(SCALES.has(name) && type.scale !== undefined ? { scale: type.scale } : {}),
    ...(type.collation === undefined ? {} : { collation: type.collation }),
  };
}
