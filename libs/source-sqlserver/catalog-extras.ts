import { SluiceError } from '#errors';
import type {
  ColumnModel,
  DatabaseModel,
  FacilityKind,
  FacilityModel,
  FullTextModel,
  PartitionFunctionModel,
  PermissionModel,
  PrincipalModel,
  SecurityPolicyModel,
  SourceType,
  TableModel,
} from '#schema';
import { parseBatch, quoteString } from '#tsql';
import type { ResultRow, SqlServerClient } from './client.ts';
import * as sql from './sql-catalog-extras.ts';

/** What only some databases have, to be put into the model: of columns by `object.column`, of tables by object, of the database. */
export interface CatalogExtras {
  readonly columns: ReadonlyMap<string, Partial<ColumnModel>>;
  readonly tables: ReadonlyMap<number, Partial<TableModel>>;
  readonly database: Partial<DatabaseModel>;
}

/** Reads it in a dozen plain queries. `sourceType`: the reader's way to make a type of (name, max_length, precision, scale, collation). */
export async function readExtras(
  client: SqlServerClient,
  sourceType: (row: ResultRow) => SourceType,
): Promise<CatalogExtras> {
  const columns = new Map(
    (await client.query(sql.COLUMN_EXTRAS)).map((row) => [`${Number(row[0])}.${Number(row[1])}`, columnExtras(row)]),
  );
  const tables = new Map<number, Partial<TableModel>>();
  const add = (id: number, extra: Partial<TableModel>): void => void tables.set(id, { ...tables.get(id), ...extra });
  for (const row of await client.query(sql.PERIODS))
    add(Number(row[0]), {
      temporal: { start: text(row[1]), end: text(row[2]), history: { schema: text(row[3]), name: text(row[4]) } },
    });
  for (const row of await client.query(sql.PARTITIONED))
    add(Number(row[0]), { partitioned: { function: text(row[1]), column: text(row[2]) } });
  for (const [id, fullText] of fullTexts(await client.query(sql.FULL_TEXT))) add(id, { fullText });
  return { columns, tables, database: await readDatabaseExtras(client, sourceType) };
}

async function readDatabaseExtras(
  client: SqlServerClient,
  sourceType: (row: ResultRow) => SourceType,
): Promise<Partial<DatabaseModel>> {
  const properties = (await client.query(sql.PROPERTIES)).map((row) => ({
    name: text(row[0]),
    value: text(row[1]),
    object: dotted(row[3], row[4], row[5]) || text(row[2]),
  }));
  const found = {
    partitionFunctions: partitionFunctions(await client.query(sql.PARTITION_BOUNDS), sourceType),
    securityPolicies: securityPolicies(await client.query(sql.SECURITY_POLICIES)),
    principals: principals(await client.query(sql.PRINCIPALS)),
    permissions: (await client.query(sql.PERMISSIONS)).map(permission),
    properties,
    facilities: await facilities(client),
  };
  return Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0));
}

const GENERATED: Readonly<Record<number, ColumnModel['generatedAlways']>> = { 1: 'row-start', 2: 'row-end' };

function columnExtras(row: ResultRow): Partial<ColumnModel> {
  const generatedAlways = GENERATED[Number(row[7])];
  const rule = expressionOf(row[13]);
  const bound = expressionOf(row[15]);
  return {
    ...(row[2] ? { sparse: true } : {}),
    ...(row[3] ? { columnSet: true } : {}),
    ...(row[4] ? { filestream: true } : {}),
    ...(row[5] === null ? {} : { maskedBy: text(row[5]) }),
    ...(row[6] === null ? {} : { encrypted: true }),
    ...(generatedAlways ? { generatedAlways } : {}),
    ...(row[8] ? { hidden: true } : {}),
    ...(row[10] === null ? {} : { xmlSchema: { schema: text(row[9]), name: text(row[10]) } }),
    ...(rule === null ? {} : { rule: { schema: text(row[11]), name: text(row[12]), condition: rule } }),
    ...(bound === null ? {} : { default: { name: text(row[14]), definition: bound, systemNamed: false, bound: true } }),
  };
}

/** The condition of CREATE RULE, the value of CREATE DEFAULT. */
export function expressionOf(definition: unknown): string | null {
  if (typeof definition !== 'string') return null;
  for (const one of parseBatch(definition, { quotedIdentifier: true }).statements) {
    const part = one.kind === 'createRule' ? one.condition : one.kind === 'createDefault' ? one.value : undefined;
    if (part) return definition.slice(part.span.start, part.span.end);
  }
  return null;
}

function fullTexts(rows: readonly ResultRow[]): Map<number, FullTextModel> {
  const grouped = Map.groupBy(rows, (row) => Number(row[0]));
  return new Map(
    [...grouped].map(([id, own]) => [
      id,
      {
        changeTracking: text(own[0]?.[1]) as FullTextModel['changeTracking'],
        columns: own.map((row) => ({
          name: text(row[2]),
          language: Number(row[3]),
          ...(row[4] === null ? {} : { typeColumn: text(row[4]) }),
        })),
      },
    ]),
  );
}

const NUMBER = /^(tinyint|smallint|int|bigint|decimal|numeric|money|smallmoney|real|float|bit|binary|varbinary)$/;

/** Rows of bounds, those of one function behind each other; bounds as constants of T-SQL. */
export function partitionFunctions(
  rows: readonly ResultRow[],
  sourceType: (row: ResultRow) => SourceType,
): PartitionFunctionModel[] {
  return [...Map.groupBy(rows, (row) => text(row[0]))].map(([name, own]) => {
    const type = sourceType(own[0]?.slice(2, 7) ?? []);
    const constant = (value: unknown): string | null =>
      value === null ? null : NUMBER.test(type.name) ? text(value) : quoteString(text(value), /^n/.test(type.name));
    return {
      name,
      right: Boolean(own[0]?.[1]),
      type,
      bounds: own.filter((row) => row[7] !== null).map((row) => constant(row[8])),
    };
  });
}

/** Rows of predicates, those of one policy behind each other. */
export function securityPolicies(rows: readonly ResultRow[]): SecurityPolicyModel[] {
  return [...Map.groupBy(rows, (row) => JSON.stringify([row[0], row[1]])).values()].map((own) => ({
    schema: text(own[0]?.[0]),
    name: text(own[0]?.[1]),
    enabled: Boolean(own[0]?.[2]),
    predicates: own.map((row) => ({
      type: text(row[3]) === 'BLOCK' ? ('block' as const) : ('filter' as const),
      table: { schema: text(row[4]), name: text(row[5]) },
      ...(row[6] === null ? {} : { operation: text(row[6]) }),
      definition: text(row[7]),
    })),
  }));
}

/** Rows of memberships, those of one principal behind each other. */
function principals(rows: readonly ResultRow[]): PrincipalModel[] {
  return [...Map.groupBy(rows, (row) => text(row[0]))].map(([name, own]) => {
    const type = text(own[0]?.[1]);
    return {
      name,
      kind: type === 'R' ? ('role' as const) : type === 'A' ? ('application-role' as const) : ('user' as const),
      memberOf: own.flatMap((row) => (row[2] === null ? [] : [text(row[2])])),
    };
  });
}

function permission(row: ResultRow): PermissionModel {
  const [grantee, state, name, kind] = [text(row[0]), text(row[1]), text(row[2]), text(row[3])];
  return { grantee, state: state as PermissionModel['state'], permission: name, on: securable(kind, row.slice(4)) };
}

function securable(kind: string, [schema, name, column]: ResultRow): PermissionModel['on'] {
  if (kind === 'DATABASE') return { class: 'database' };
  if (kind === 'SCHEMA') return { class: 'schema', schema: text(schema) };
  if (kind !== 'OBJECT_OR_COLUMN') return { class: 'other', name: kind };
  return {
    class: 'object',
    schema: text(schema),
    name: text(name),
    ...(column === null || column === undefined ? {} : { column: text(column) }),
  };
}

async function facilities(client: SqlServerClient): Promise<FacilityModel[]> {
  const found = (await client.query(sql.FACILITIES)).map((row) => facility(text(row[0]) as FacilityKind, row.slice(1)));
  for (const row of await readable(client, sql.AGENT_JOBS)) found.push(facility('agent-job', row));
  for (const row of await readable(client, sql.MAIL_PROFILES)) found.push(facility('database-mail', row));
  return found;
}

function facility(kind: FacilityKind, [name, detail]: ResultRow): FacilityModel {
  return { kind, name: text(name), ...(detail === null || detail === undefined ? {} : { detail: text(detail) }) };
}

const NO_SUCH_TABLE = 208;
const NO_ACCESS = 916;
/** Azure SQL Database has no msdb. */
const NO_OTHER_DATABASES = 40_515;

/** Rows of msdb, which a login may not see, and which servers without the agent do not have. What may not be seen stands among the rows. */
async function readable(client: SqlServerClient, query: string): Promise<readonly ResultRow[]> {
  try {
    return await client.query(query);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const number = Number(error.facts['number']);
    if (number === NO_SUCH_TABLE || number === NO_OTHER_DATABASES) return [];
    if (error.kind === 'SourceRightMissing' || number === NO_ACCESS)
      return [['msdb', 'the login may not read it: what is there is not listed']];
    throw error;
  }
}

function dotted(...parts: readonly unknown[]): string {
  return parts.flatMap((part) => (part === null || part === undefined ? [] : [text(part)])).join('.');
}

function text(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
