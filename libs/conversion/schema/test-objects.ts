import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';
import { DEFAULT_CONVERT } from '#jobs';
import type { ColumnModel, DatabaseModel, ModuleModel, SourceType, TableModel } from '#schema';
import { valueTypeOf } from '#schema';
import { freshDatabase, type FreshDatabase } from '#testing';
import { DEFAULT_VALUE_POLICY } from '#values';
import { convertDatabase } from './convert-database.ts';
import type { ConversionSettings } from './schema-context.ts';
import type { Conversion } from './target-model.ts';

/** Test support: models of objects, made in PostgreSQL. */
export const SETTINGS = {
  target: { naming: 'snake_case', schemas: { dbo: 'public' }, version: 18 },
  tables: [],
  values: DEFAULT_VALUE_POLICY,
  convert: { ...DEFAULT_CONVERT, principals: 'roles' },
} as unknown as ConversionSettings;

let nextId = 1;

/** `name type` with what stands behind it; NOT NULL unless `nullable`. */
export function column(name: string, sourceType: SourceType, extra: Partial<ColumnModel> = {}): ColumnModel {
  const value = valueTypeOf(sourceType, false);
  if (!value) throw new Error(`no values of ${sourceType.name}`);
  return { id: nextId++, name, sourceType, value, nullable: false, ...extra };
}

export const INT: SourceType = { name: 'int' };
export const text = (length: number): SourceType => ({ name: 'nvarchar', length });
export const key = (name: string, ...columns: string[]): NonNullable<TableModel['primaryKey']> => ({
  name,
  columns: columns.map((one) => ({ column: one, descending: false })),
  clustered: true,
  systemNamed: false,
});

export function table(name: string, columns: readonly ColumnModel[], extra: Partial<TableModel> = {}): TableModel {
  return {
    objectId: nextId++,
    schema: 'dbo',
    name,
    columns,
    primaryKey: key(`PK_${name}`, columns[0]?.name ?? ''),
    uniques: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    estimatedRows: 0,
    estimatedBytes: 0,
    features: [],
    ...extra,
  };
}

export function database(extra: Partial<DatabaseModel>): DatabaseModel {
  return {
    name: 'D',
    kind: 'sqlserver',
    version: '16',
    collation: 'SQL_Latin1_General_CP1_CI_AS',
    schemas: [{ name: 'dbo' }],
    tables: [],
    sequences: [],
    aliasTypes: [],
    modules: [],
    synonyms: [],
    ...extra,
  };
}

export const module = (
  kind: ModuleModel['kind'],
  name: string,
  definition: string,
  extra: Partial<ModuleModel> = {},
): ModuleModel => ({
  schema: 'dbo',
  name,
  kind,
  definition,
  usesAnsiNulls: true,
  usesQuotedIdentifier: true,
  ...extra,
});

/** A model in PostgreSQL; `between` runs once the tables are there, before what is made at cutover. */
export class Target {
  private constructor(
    readonly conversion: Conversion,
    private readonly fresh: FreshDatabase,
    readonly client: pg.Client,
  ) {}

  static async make(model: DatabaseModel, between: readonly string[] = [], settings = SETTINGS): Promise<Target> {
    const conversion = convertDatabase(model, settings);
    const fresh = await freshDatabase();
    const client = new pg.Client({
      connectionString: fresh.url,
      types: { getTypeParser: () => (value: unknown) => value },
    });
    await client.connect();
    const made = new Target(conversion, fresh, client);
    for (const step of conversion.steps.filter((one) => one.phase === 'before')) await client.query(step.sql);
    for (const sql of between) await client.query(sql);
    for (const step of conversion.steps.filter((one) => one.phase !== 'before')) await client.query(step.sql);
    return made;
  }

  /** Rows as `a|b`, or the error's state. */
  async run(sql: string): Promise<string[]> {
    try {
      const result = await this.client.query<(string | null)[]>({ text: sql, rowMode: 'array' });
      return result.rows.map((row) => row.map((one) => one ?? 'NULL').join('|'));
    } catch (error) {
      return [`!${(error as pg.DatabaseError).code ?? ''}`];
    }
  }

  issues(): string[] {
    return this.conversion.issues.map((one) => `${one.code} ${one.object}`);
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.fresh.drop();
  }
}

/** Makes a target for the tests of a group. */
export function given(
  model: () => DatabaseModel,
  between: readonly string[] = [],
  settings = SETTINGS,
): { readonly target: Target } {
  const held: { target?: Target } = {};
  beforeAll(async () => {
    held.target = await Target.make(model(), between, settings);
  });
  afterAll(() => held.target?.close());
  return {
    get target() {
      if (!held.target) throw new Error('BUG: not made yet');
      return held.target;
    },
  };
}
