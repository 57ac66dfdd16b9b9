import { SluiceError } from '#errors';
import {
  valueTypeOf,
  type CheckModel,
  type ColumnModel,
  type DatabaseModel,
  type ForeignKeyModel,
  type IndexModel,
  type KeyModel,
  type ModuleModel,
  type ReferentialAction,
  type SequenceModel,
  type SourceType,
  type TableModel,
  type TableTypeModel,
} from '#schema';
import type { CatalogReader } from '#source';
import { type CatalogExtras, readExtras } from './catalog-extras.ts';
import type { ResultRow, SqlServerClient } from './client.ts';
import * as sql from './sql-catalog.ts';
import * as extrasSql from './sql-catalog-extras.ts';

/** Reads the whole catalog in one pass of plain queries, then puts the model together in memory: time and memory are linear in the number of objects. */
export class SqlServerCatalogReader implements CatalogReader {
  constructor(private readonly client: SqlServerClient) {}

  async readDatabase(): Promise<DatabaseModel> {
    const [server] = await this.client.query(sql.SERVER);
    const schemas = await this.client.query(sql.SCHEMAS);
    const extras = await readExtras(this.client, sourceType);
    const tables = await this.readTables(extras);
    const sequences = await this.client.query(sql.SEQUENCES);
    const aliases = await this.client.query(sql.ALIAS_TYPES);
    const tableTypes = tableTypesOf(await this.client.query(sql.TABLE_TYPES));
    const modules = await this.client.query(sql.MODULES);
    const viewIndexes = await this.readViewIndexes();
    const synonyms = await this.client.query(sql.SYNONYMS);
    return {
      name: text(server?.[0]),
      kind: 'sqlserver',
      version: text(server?.[1]),
      collation: text(server?.[2]),
      schemas: schemas.map((row) => ({
        name: text(row[0]),
        ...commented(row[1]),
        ...(row[2] === null || text(row[2]) === 'dbo' ? {} : { owner: text(row[2]) }),
      })),
      tables,
      sequences: sequences.map(sequenceOf),
      aliasTypes: aliases.map((row) => ({
        schema: text(row[0]),
        name: text(row[1]),
        base: sourceType(row.slice(2, 7)),
        nullable: Boolean(row[7]),
      })),
      ...(tableTypes.length > 0 ? { tableTypes } : {}),
      modules: modules.map((row) => {
        const indexes = viewIndexes.get(Number(row[10]));
        return { ...moduleOf(row), ...(indexes ? { indexes } : {}) };
      }),
      synonyms: synonyms.map((row) => ({ schema: text(row[0]), name: text(row[1]), baseObject: text(row[2]) })),
      ...extras.database,
    };
  }

  /** By the object id of the view. */
  private async readViewIndexes(): Promise<Map<number, IndexModel[]>> {
    const found = grouped(await this.client.query(extrasSql.VIEW_INDEXES));
    if (found.size === 0) return new Map();
    const columns = groupedBy(
      await this.client.query(sql.INDEX_COLUMNS),
      (row) => `${Number(row[0])}.${Number(row[1])}`,
    );
    return new Map(
      [...found].map(([id, rows]) => [
        id,
        rows.map((row) => indexOf(row, columns.get(`${id}.${Number(row[1])}`) ?? []).index),
      ]),
    );
  }

  /** What lacks is for the preflight to say: the catalog can be read without it. */
  private async sizes(): Promise<Awaited<ReturnType<SqlServerClient['query']>>> {
    try {
      return await this.client.query(sql.SIZES);
    } catch (error) {
      if (!(error instanceof SluiceError) || error.kind !== 'SourceRightMissing') throw error;
      return this.client.query(sql.ROW_COUNTS);
    }
  }

  private async readTables(extras: CatalogExtras): Promise<TableModel[]> {
    const rows = await this.client.query(sql.TABLES);
    const sizes = new Map((await this.sizes()).map((row) => [Number(row[0]), row]));
    const columns = grouped(await this.client.query(sql.COLUMNS));
    const identities = keyed(await this.client.query(sql.IDENTITIES));
    const computed = keyed(await this.client.query(sql.COMPUTED));
    const defaults = keyed(await this.client.query(sql.DEFAULTS));
    const checks = grouped(await this.client.query(sql.CHECKS));
    const indexes = grouped(await this.client.query(sql.INDEXES));
    const indexColumns = groupedBy(
      await this.client.query(sql.INDEX_COLUMNS),
      (row) => `${Number(row[0])}.${Number(row[1])}`,
    );
    const foreignKeys = groupedBy(await this.client.query(sql.FOREIGN_KEYS), (row) => Number(row[1]));
    const foreignColumns = grouped(await this.client.query(sql.FOREIGN_KEY_COLUMNS));
    return rows.map((row) => {
      const objectId = Number(row[0]);
      const keys = (indexes.get(objectId) ?? []).map((index) =>
        indexOf(index, indexColumns.get(`${objectId}.${Number(index[1])}`) ?? []),
      );
      const primaryKey = keys.find((key) => key.role === 'primary')?.index;
      const inKey = new Set(keyColumnNames(keys));
      return {
        objectId,
        schema: text(row[1]),
        name: text(row[2]),
        columns: (columns.get(objectId) ?? []).map((column) => {
          const place = `${objectId}.${Number(column[1])}`;
          const made = columnOf(
            column,
            { identity: identities.get(place), computed: computed.get(place), default: defaults.get(place) },
            inKey.has(text(column[2])),
          );
          return { ...made, ...extras.columns.get(place) };
        }),
        ...(primaryKey ? { primaryKey: keyOf(primaryKey) } : {}),
        uniques: keys.filter((key) => key.role === 'unique').map((key) => keyOf(key.index)),
        indexes: keys.filter((key) => key.role === 'index').map((key) => key.index),
        foreignKeys: (foreignKeys.get(objectId) ?? []).map((key) =>
          foreignKeyOf(key, foreignColumns.get(Number(key[0])) ?? []),
        ),
        checks: (checks.get(objectId) ?? []).map(checkOf),
        estimatedRows: Number(sizes.get(objectId)?.[1] ?? 0),
        estimatedBytes: Number(sizes.get(objectId)?.[2] ?? 0),
        features: features(row),
        ...commented(row[3]),
        ...extras.tables.get(objectId),
      };
    });
  }
}

type Role = 'primary' | 'unique' | 'index';

/** Columns whose values make a row's key: of the primary key, else of the first unique index over NOT NULL columns as the job may choose it. */
function keyColumnNames(keys: readonly { role: Role; index: IndexModel }[]): string[] {
  const primary = keys.find((key) => key.role === 'primary');
  if (primary) return primary.index.columns.map((column) => column.column);
  return keys
    .filter((key) => key.index.unique && key.index.filter === undefined)
    .flatMap((key) => key.index.columns.map((column) => column.column));
}

function indexOf(row: ResultRow, columns: readonly ResultRow[]): { role: Role; index: IndexModel } {
  const index: IndexModel = {
    name: text(row[2]),
    type: text(row[3]),
    unique: Boolean(row[4]),
    disabled: Boolean(row[7]),
    clustered: text(row[3]) === 'CLUSTERED',
    systemNamed: Boolean(row[9]),
    columns: columns
      .filter((column) => !column[4])
      .map((column) => ({ column: text(column[2]), descending: Boolean(column[3]) })),
    included: columns.filter((column) => Boolean(column[4])).map((column) => text(column[2])),
    ...(row[8] === null || row[8] === undefined ? {} : { filter: text(row[8]) }),
    ...commented(row[10]),
  };
  return { role: row[5] ? 'primary' : row[6] ? 'unique' : 'index', index };
}

function keyOf(index: IndexModel): KeyModel {
  const { name, columns, clustered, systemNamed, disabled, comment } = index;
  return {
    name,
    columns,
    clustered,
    systemNamed,
    ...(disabled ? { disabled } : {}),
    ...(comment === undefined ? {} : { comment }),
  };
}

/** Rows of columns, those of one type behind each other. */
function tableTypesOf(rows: readonly ResultRow[]): readonly TableTypeModel[] {
  const types = new Map<string, { schema: string; name: string; columns: TableTypeModel['columns'][number][] }>();
  for (const row of rows) {
    const [schema, name] = [text(row[0]), text(row[1])];
    const key = JSON.stringify([schema, name]);
    const type = types.get(key) ?? { schema, name, columns: [] };
    types.set(key, type);
    type.columns.push({ name: text(row[2]), sourceType: sourceType(row.slice(3, 8)), nullable: Boolean(row[8]) });
  }
  return [...types.values()];
}

function columnOf(
  row: ResultRow,
  parts: { identity?: ResultRow | undefined; computed?: ResultRow | undefined; default?: ResultRow | undefined },
  inKey: boolean,
): ColumnModel {
  const type = sourceType(row.slice(3, 8));
  const alias = row[12] && type.name !== 'sysname' ? { alias: { schema: text(row[13]), name: text(row[14]) } } : {};
  const { identity, computed } = parts;
  return {
    id: Number(row[1]),
    name: text(row[2]),
    sourceType: { ...type, ...alias },
    value: valueTypeOf(type, inKey) ?? { kind: 'text', of: 'sql_variant' },
    nullable: Boolean(row[8]),
    ...(identity
      ? {
          identity: {
            seed: text(identity[2]),
            increment: text(identity[3]),
            lastValue: identity[4] === null ? null : text(identity[4]),
          },
        }
      : {}),
    ...(computed ? { computed: { definition: text(computed[2]), persisted: Boolean(computed[3]) } } : {}),
    ...(parts.default
      ? {
          default: {
            name: text(parts.default[2]),
            definition: text(parts.default[3]),
            systemNamed: Boolean(parts.default[4]),
          },
        }
      : {}),
    ...(row[11] ? { rowguidcol: true } : {}),
    ...commented(row[15]),
  };
}

/** From (name, max_length, precision, scale, collation): lengths of n-types in characters. */
function sourceType(row: ResultRow): SourceType {
  const name = text(row[0]);
  const bytes = Number(row[1]);
  const length = bytes > 0 && (name === 'nchar' || name === 'nvarchar' || name === 'sysname') ? bytes / 2 : bytes;
  return {
    name,
    length,
    precision: Number(row[2]),
    scale: Number(row[3]),
    ...(row[4] === null || row[4] === undefined ? {} : { collation: text(row[4]) }),
  };
}

function foreignKeyOf(row: ResultRow, columns: readonly ResultRow[]): ForeignKeyModel {
  return {
    name: text(row[2]),
    columns: columns.map((column) => text(column[1])),
    references: { schema: text(row[3]), name: text(row[4]) },
    referencedColumns: columns.map((column) => text(column[2])),
    onDelete: action(row[5]),
    onUpdate: action(row[6]),
    disabled: Boolean(row[7]),
    trusted: !row[8],
    systemNamed: Boolean(row[9]),
    ...commented(row[10]),
  };
}

function action(value: unknown): ReferentialAction {
  return text(value).replaceAll('_', ' ') as ReferentialAction;
}

function checkOf(row: ResultRow): CheckModel {
  return {
    name: text(row[1]),
    definition: text(row[2]),
    disabled: Boolean(row[3]),
    trusted: !row[4],
    systemNamed: Boolean(row[5]),
    ...commented(row[6]),
  };
}

function sequenceOf(row: ResultRow): SequenceModel {
  return {
    schema: text(row[0]),
    name: text(row[1]),
    type: { name: text(row[2]), precision: Number(row[3]), scale: Number(row[4]) },
    start: text(row[5]),
    increment: text(row[6]),
    minimum: text(row[7]),
    maximum: text(row[8]),
    cycle: Boolean(row[9]),
    cache: row[10] ? (row[11] === null ? 50 : Number(row[11])) : null,
    current: text(row[12]),
    ...commented(row[13]),
  };
}

const MODULE_KINDS: Readonly<Record<string, ModuleModel['kind']>> = {
  V: 'view',
  P: 'procedure',
  FN: 'scalar-function',
  IF: 'inline-function',
  TF: 'table-function',
  TR: 'trigger',
};

function moduleOf(row: ResultRow): ModuleModel {
  return {
    schema: text(row[0]),
    name: text(row[1]),
    kind: MODULE_KINDS[text(row[2])] ?? 'other',
    definition: row[3] === null || row[3] === undefined ? null : text(row[3]),
    usesAnsiNulls: row[4] !== false,
    usesQuotedIdentifier: row[5] !== false,
    ...(row[7] === null || row[7] === undefined ? {} : { parent: { schema: text(row[6]), name: text(row[7]) } }),
    ...(row[8] === null || row[8] === undefined ? {} : { disabled: Boolean(row[8]) }),
    ...commented(row[9]),
  };
}

function features(row: ResultRow): string[] {
  return [
    row[5] ? 'memory-optimized' : '',
    row[6] ? 'external' : '',
    row[7] ? 'a FileTable' : '',
    Number(row[4]) === 0 && row[8] ? 'stretched to Azure' : '',
  ].filter((name) => name !== '');
}

function commented(value: unknown): { comment?: string } {
  return value === null || value === undefined ? {} : { comment: text(value) };
}

function text(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}

function grouped(rows: readonly ResultRow[]): Map<number, ResultRow[]> {
  return groupedBy(rows, (row) => Number(row[0]));
}

function groupedBy<K>(rows: readonly ResultRow[], key: (row: ResultRow) => K): Map<K, ResultRow[]> {
  return Map.groupBy(rows, key);
}

/** By `object.column`. */
function keyed(rows: readonly ResultRow[]): Map<string, ResultRow> {
  return new Map(rows.map((row) => [`${Number(row[0])}.${Number(row[1])}`, row]));
}
