import type { Relation, SqlType } from '#conversion';
import {
  findAll,
  type CursorDefinition,
  type Expression,
  type Identifier,
  type ObjectName,
  type Query,
  type SelectSpec,
  type TableRef,
  type TableSource,
  type TableVariable,
} from '#tsql';
import { namePartsOf } from './names.ts';
import { contextOf, localTable, type Run } from './run.ts';

/** What is seen through an open cursor of what others change: nothing, the values of its rows, all. */
export type CursorKind = 'static' | 'keyset' | 'dynamic';

/** A column by which a row is found again, as the cursor's query may name it. */
export interface KeyColumn {
  readonly column: Expression;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly descending: boolean;
  /** The table that has it, as the cursor's query names it and in PostgreSQL. */
  readonly source: TableRef | TableVariable;
  readonly relation: string;
}

/** How a cursor reads its rows. `keys` find a row again (keyset), or are its whole order, in which the next is looked for (dynamic). */
export type CursorPlan =
  | {
      readonly kind: 'static';
      readonly query: Query;
      /** A server would show what changes: the kind that was asked for has no rows of its own here. */
      readonly watched?: boolean;
      /** It is static for want of a unique index alone: what the conversions have of cursors of T-SQL, not of those of the API. */
      readonly keyless?: boolean;
    }
  | {
      readonly kind: 'keyset' | 'dynamic';
      readonly query: Query;
      readonly body: SelectSpec;
      /** The tables without their joins. */
      readonly tables: readonly TableSource[];
      readonly keys: readonly KeyColumn[];
      /** What each column of the result is in a table; empty where that is not told. */
      readonly origins: readonly (ColumnOrigin | undefined)[];
    };

/** A column of a result that is a column of a table. */
export interface ColumnOrigin {
  readonly source: TableRef | TableVariable;
  readonly relation: string;
  readonly column: string;
  readonly key: boolean;
}

interface IndexShape {
  readonly unique: boolean;
  readonly clustered: boolean;
  readonly columns: readonly { readonly name: string; readonly descending: boolean }[];
}

interface BaseTable {
  readonly source: TableSource;
  /** As the query has it. */
  readonly named: TableRef | TableVariable;
  readonly qualifier: readonly Identifier[];
  readonly relation: Relation | undefined;
  readonly indexes: readonly IndexShape[];
  /** A column of the table as the query names it; undefined where it has none of that name. */
  key(name: string, descending: boolean): KeyColumn | undefined;
}

/** The kind that was asked for: without a word it is DYNAMIC, with SCROLL alone KEYSET, which has all directions. */
export function requestedKind({ options }: CursorDefinition): CursorKind {
  if (options.includes('STATIC') || options.includes('INSENSITIVE')) return 'static';
  if (options.includes('KEYSET')) return 'keyset';
  return options.includes('SCROLL') && !options.includes('DYNAMIC') ? 'keyset' : 'dynamic';
}

/**
 * Finds the kind that a cursor gets: as asked, or as the documentation of implicit conversions has it. A query without tables, with DISTINCT, grouping,
 * aggregates or set operators becomes STATIC, as does one over a table without a unique index; one that needs a work table (an order that no index has,
 * a join, TOP) becomes KEYSET. What has no keys here (a view, a subquery, an outer join) is watched for changes.
 */
export async function planCursor(run: Run, definition: CursorDefinition): Promise<CursorPlan> {
  const { query } = definition;
  const fixed = { kind: 'static', query } as const;
  const wanted = requestedKind(definition);
  const { body } = query;
  if (wanted === 'static' || body.kind !== 'selectSpec' || !readsRows(query, body)) return fixed;
  const tables: BaseTable[] = [];
  // Which of its plans a FAST_FORWARD cursor has is a server's own choice.
  const watched = { ...fixed, watched: !definition.options.includes('FAST_FORWARD') };
  const sources = flattened(body.from);
  if (sources === undefined) return watched;
  for (const source of sources) {
    const table = await baseTable(run, source);
    if (table === undefined) return watched;
    tables.push(table);
  }
  const found = tables.map((table) => uniqueKey(table));
  const keys = found.flatMap((key) => key ?? []);
  const [only] = tables;
  if (only === undefined) return fixed;
  if (found.includes(undefined)) return { ...fixed, keyless: true };
  const plan = {
    origins: originsOf(body, tables, keys),
    query,
    body: { ...body, from: tables.map((table) => table.source) },
    tables: tables.map((table) => table.source),
  };
  const single = tables.length === 1 && body.top === undefined && query.offset === undefined;
  const order = wanted === 'dynamic' && single ? orderOf(query, body, only, keys) : undefined;
  if (order !== undefined) return { ...plan, kind: 'dynamic', keys: order };
  // The joins of a keyset's opening are those of its query.
  return { ...plan, kind: 'keyset', body: { ...body, from: body.from.map(withNames) }, keys };
}

const AGGREGATES =
  /^(avg|sum|min|max|count|count_big|stdev|stdevp|var|varp|string_agg|checksum_agg|approx_count_distinct|grouping|grouping_id)$/i;

/** Whether each row of the result is one of its tables' rows. */
function readsRows(query: Query, body: SelectSpec): boolean {
  if (query.with !== undefined || query.for !== undefined || body.distinct) return false;
  if (body.groupBy !== undefined || body.having !== undefined) return false;
  const calls = body.items.flatMap((item) => findAll(item, 'call'));
  const inner = new Set(body.items.flatMap((item) => findAll(item, 'query')).flatMap((one) => findAll(one, 'call')));
  return !calls.some((call) => call.over !== undefined || (!inner.has(call) && AGGREGATES.test(call.name.name.name)));
}

/** The tables of commas, inner and cross joins; undefined where there is any other source. */
function flattened(from: readonly TableSource[]): (TableRef | TableVariable)[] | undefined {
  const found: (TableRef | TableVariable)[] = [];
  for (const source of from) {
    if (source.kind === 'join' && (source.type === 'inner' || source.type === 'cross')) {
      const inner = flattened([source.left, source.right]);
      if (inner === undefined) return undefined;
      found.push(...inner);
    } else if (source.kind === 'tableVariable') found.push(source);
    else if (source.kind === 'table' && !source.sample && !source.systemTime) found.push(source);
    else return undefined;
  }
  return found;
}

/** A table variable without an alias cannot stand in front of a column: nothing of the query can lean on its having one now. */
function withNames(source: TableSource): TableSource {
  if (source.kind === 'join') return { ...source, left: withNames(source.left), right: withNames(source.right) };
  if (source.kind !== 'tableVariable' || source.alias !== undefined) return source;
  return { ...source, alias: identifier(`sbx_${source.name.slice(1)}`, source) };
}

const identifier = (name: string, { span }: { readonly span: Identifier['span'] }): Identifier => ({
  kind: 'identifier',
  name,
  quote: 'bracket',
  span,
});

async function baseTable(run: Run, source: TableRef | TableVariable): Promise<BaseTable | undefined> {
  const { scope } = await contextOf(run);
  const local = localTable(
    run,
    source.kind === 'tableVariable' ? source.name : (namePartsOf(source.name).at(-1) ?? ''),
  );
  const object = source.kind === 'table' && local === undefined ? scope.object(namePartsOf(source.name)) : undefined;
  if (local === undefined && (object?.kind !== 'U' || (source.kind === 'table' && source.name.database)))
    return undefined;
  const indexes: readonly IndexShape[] =
    local === undefined
      ? (object?.indexes ?? [])
          .filter((index) => !index.disabled && index.filter === undefined)
          .map((index) => ({
            ...index,
            columns: index.columns.map((one) => ({
              name: object?.columns.find((column) => column.id === one.columnId)?.name ?? '',
              descending: one.descending,
            })),
          }))
      : local.indexes;
  const relation = local?.relation ?? scope.relation(namePartsOf((source as TableRef).name));
  const qualifier = qualifierOf(source);
  const fold = (name: string): string => scope.snapshot.fold(name);
  return {
    source: withNames(source),
    named: source,
    qualifier,
    relation,
    indexes,
    key: (name, descending) => {
      const column = relation?.columns.find((one) => fold(one.name) === fold(name));
      if (column === undefined) return undefined;
      const parts = [...qualifier, identifier(column.name, source)];
      return {
        column: { kind: 'column', parts, span: source.span },
        type: column.type,
        nullable: column.nullable,
        descending,
        source,
        relation: relation?.sql ?? '',
      };
    },
  };
}

function qualifierOf(source: TableRef | TableVariable): Identifier[] {
  if (source.alias !== undefined) return [source.alias];
  if (source.kind === 'tableVariable') return [identifier(`sbx_${source.name.slice(1)}`, source)];
  const { schema, name }: ObjectName = source.name;
  return schema === undefined ? [name] : [schema, name];
}

/** What the columns of the result are in the tables; a column that is computed is undefined. */
function originsOf(
  { items }: SelectSpec,
  tables: readonly BaseTable[],
  keys: readonly KeyColumn[],
): (ColumnOrigin | undefined)[] {
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const answers = ({ qualifier }: BaseTable, parts: readonly (Identifier | null)[]): boolean =>
    parts.every((part, at) => part === null || same(part.name, qualifier.at(at - parts.length)?.name ?? ''));
  const origin = (table: BaseTable, column: string): ColumnOrigin => {
    const { named: source, relation } = table;
    const isKey = keys.some((key) => key.source === source && same(nameIn(key), column));
    return { source, relation: relation?.sql ?? '', column, key: isKey };
  };
  return items.flatMap((item): (ColumnOrigin | undefined)[] => {
    if (item.kind === 'star') {
      const meant = tables.filter((table) => answers(table, item.qualifier));
      return meant.flatMap((table) => (table.relation?.columns ?? []).map(({ name }) => origin(table, name)));
    }
    const expression = item.kind === 'selectItem' ? item.expression : undefined;
    if (expression?.kind !== 'column') return [undefined];
    const name = expression.parts.at(-1)?.name ?? '';
    const meant = tables.flatMap((table) => {
      const column = table.relation?.columns.find((one) => same(one.name, name));
      return column !== undefined && answers(table, expression.parts.slice(0, -1)) ? [origin(table, column.name)] : [];
    });
    return meant.length === 1 ? meant : [undefined];
  });
}

const keyOf = (table: BaseTable, index: IndexShape): KeyColumn[] | undefined => {
  const columns = index.columns.map((one) => table.key(one.name, one.descending));
  return columns.every((one) => one !== undefined) ? columns : undefined;
};

/** The columns that tell a table's rows apart: of its clustered index if that is unique, else of the shortest. */
function uniqueKey(table: BaseTable): KeyColumn[] | undefined {
  const [index] = table.indexes
    .filter((one) => one.unique)
    .toSorted((a, b) => Number(b.clustered) - Number(a.clustered) || a.columns.length - b.columns.length);
  return index && keyOf(table, index);
}

/** The whole order of a dynamic cursor: that of an index, made unique; undefined where the query asks for one that no index has. */
function orderOf(
  query: Query,
  body: SelectSpec,
  table: BaseTable,
  unique: readonly KeyColumn[],
): KeyColumn[] | undefined {
  const clustered = table.indexes.find((index) => index.clustered);
  const wanted = query.orderBy.length === 0 ? clustered && keyOf(table, clustered) : orderColumns(query, body, table);
  if (wanted === undefined) return query.orderBy.length === 0 ? [...unique] : undefined;
  if (query.orderBy.length > 0 && !table.indexes.some((index) => covers(table, index, wanted))) return undefined;
  const nameOf = (key: KeyColumn): string => nameIn(key).toLowerCase();
  const named = new Set(wanted.map(nameOf));
  return [...wanted, ...unique.filter((key) => !named.has(nameOf(key)))];
}

const nameIn = (key: KeyColumn): string => (key.column.kind === 'column' ? (key.column.parts.at(-1)?.name ?? '') : '');

/** The columns of ORDER BY; undefined where one is not plainly a column of the table. */
function orderColumns(query: Query, body: SelectSpec, table: BaseTable): KeyColumn[] | undefined {
  const columns = query.orderBy.map(({ expression, direction }) => {
    const meant =
      expression.kind === 'literal' ? itemAt(body, Number(expression.value)) : behindAlias(body, expression);
    return meant?.kind === 'column' ? table.key(meant.parts.at(-1)?.name ?? '', direction === 'desc') : undefined;
  });
  return columns.every((one) => one !== undefined) ? columns : undefined;
}

function itemAt(body: SelectSpec, at: number): Expression | undefined {
  const item = body.items[at - 1];
  return item?.kind === 'selectItem' && !body.items.some((one) => one.kind === 'star') ? item.expression : undefined;
}

function behindAlias(body: SelectSpec, expression: Expression): Expression {
  const [word] = expression.kind === 'column' && expression.parts.length === 1 ? expression.parts : [];
  const item = body.items.find(
    (one) => one.kind === 'selectItem' && word && one.alias?.name.toLowerCase() === word.name.toLowerCase(),
  );
  return item?.kind === 'selectItem' ? item.expression : expression;
}

/** Whether an index has an order, from its front or its back, or is unique before the order goes on. */
function covers(table: BaseTable, index: IndexShape, wanted: readonly KeyColumn[]): boolean {
  const columns = keyOf(table, index);
  if (columns === undefined || (wanted.length > columns.length && !index.unique)) return false;
  const length = Math.min(columns.length, wanted.length);
  return [true, false].some((same) =>
    wanted.slice(0, length).every((key, at) => {
      const column = columns[at];
      return (
        column !== undefined &&
        nameIn(column).toLowerCase() === nameIn(key).toLowerCase() &&
        (column.descending === key.descending) === same
      );
    }),
  );
}
