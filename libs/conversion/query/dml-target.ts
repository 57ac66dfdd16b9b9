import type { DmlTarget, OutputClause, Span, TableSource } from '#tsql';
import type { Relation, RelationColumn, ResultColumn, TypedSql } from './api.ts';
import type { ConvertOptions } from './convert.ts';
import { sameName, withSources, type BoundColumn, type Environment, type Source } from './environment.ts';
import { boundRelation, nameParts } from './bound-source.ts';
import { relationSource } from './from.ts';
import { selectItem, type SelectedItem } from './select.ts';
import { timeWithin } from './text-times.ts';
import type { Translation } from './translation.ts';

/** The table that a DML statement writes to. */
export function targetRelation(t: Translation, env: Environment, target: DmlTarget): Relation | undefined {
  const relation =
    target.kind === 'table'
      ? env.scope.relation(nameParts(target.name))
      : target.kind === 'tableVariable'
        ? env.scope.tableVariable(target.name)
        : undefined;
  if (!relation) {
    const name =
      target.kind === 'table' ? target.name.name.name : target.kind === 'tableVariable' ? target.name : target.kind;
    if (target.kind === 'tableVariable')
      t.fail('unknown-table-variable', 1087, `Must declare the table variable "${name}".`, target.span);
    else t.fail('unknown-object', 208, `Invalid object name '${name}'.`, target.span);
    return undefined;
  }
  if (relation.kind === 'view' && relation.view) return viewTarget(t, env, relation, target);
  if (relation.kind !== 'table' || relation.sql === undefined) {
    t.unsupported(`Writing to '${relation.name}'`, target.span);
    return undefined;
  }
  return relation;
}

/** Of an INSERT into a view: the one table below it, with the view's names for its columns. */
function viewTarget(t: Translation, env: Environment, relation: Relation, target: DmlTarget): Relation | undefined {
  const node = { kind: 'table' as const, span: target.span, columns: [], hints: [] };
  const { sources } = relationSource(t, { ...env, addressingAll: true }, relation, node, target.span);
  const source = sources[0];
  return source && writableSource(t, source, undefined, target.span);
}

/**
 * The table that is written through a view, a derived table or a common table expression: the one that has the columns named, with its columns under the
 * names they have there. Without names: the only one.
 */
export function writableSource(
  t: Translation,
  source: Source,
  names: readonly string[] | undefined,
  span: Span,
): Relation | undefined {
  const stored = source.columns.flatMap((column) =>
    column.origin ? [{ name: column.name, origin: column.origin }] : [],
  );
  const meant = names ? stored.filter((one) => names.some((name) => sameName(name, one.name))) : stored;
  const addresses = new Set(meant.map((one) => one.origin.address));
  const origin = meant[0]?.origin;
  if (!origin || addresses.size > 1) {
    const message = `View or function '${source.name}' is not updatable because the modification affects multiple base tables.`;
    t.fail('not-updatable', 4405, message, span);
    return undefined;
  }
  const columns = stored
    .filter((one) => one.origin.address === origin.address)
    .map((one) => ({ ...one.origin.column, name: one.name }));
  const missing = origin.relation.columns.filter(
    (one) => !columns.some((other) => other.sql === one.sql) && one.identity,
  );
  // An identity that the view does not show is still generated.
  return { ...origin.relation, columns: [...columns, ...missing.map((one) => ({ ...one, hidden: true }))] };
}

/** Finds the entry of a FROM clause that the name of the target means: its alias, or the table itself. */
export function targetInFrom(target: DmlTarget, from: readonly TableSource[]): TableSource | undefined {
  if (target.kind !== 'table' && target.kind !== 'tableVariable') return undefined;
  const plain = target.kind === 'table' && target.name.schema === undefined ? target.name.name.name : undefined;
  const all = from.flatMap(leaves);
  const byAlias = all.find(
    (one) => plain !== undefined && 'alias' in one && one.alias && sameName(one.alias.name, plain),
  );
  if (byAlias) return byAlias;
  return all.find((one) => {
    if (one.kind === 'tableVariable') return target.kind === 'tableVariable' && sameName(one.name, target.name);
    if (one.kind !== 'table' || target.kind !== 'table') return false;
    const schema = (name: typeof one.name): string => name.schema?.name.toLowerCase() ?? 'dbo';
    return sameName(one.name.name.name, target.name.name.name) && schema(one.name) === schema(target.name);
  });
}

function leaves(source: TableSource): readonly TableSource[] {
  return source.kind === 'join' ? [...leaves(source.left), ...leaves(source.right)] : [source];
}

/** The column of a target by name; reports 207. */
export function targetColumn(t: Translation, relation: Relation, name: string, span: Span): RelationColumn | undefined {
  const column =
    relation.columns.find((one) => sameName(one.name, name)) ??
    (name.toLowerCase() === '$identity' ? relation.columns.find((one) => one.identity) : undefined);
  if (!column) t.fail('unknown-column', 207, `Invalid column name '${name}'.`, span);
  return column;
}

/** How a value is converted when it is stored in a column. */
export function storeOptions(
  t: Translation,
  relation: Relation,
  column: RelationColumn,
  span: Span,
): ConvertOptions & { readonly type: RelationColumn['type'] } {
  const table = `${t.scope.database}.${relation.schema ?? 'dbo'}.${relation.name}`;
  const asText = timeWithin(column) === undefined ? {} : { asText: true as const };
  return { mode: 'store', span, column: { table, name: column.name }, type: column.type, ...asText };
}

/** RETURNING of a statement: the columns that its OUTPUT clauses name. */
export interface Returning {
  readonly sql: string;
  readonly columns: readonly ResultColumn[];
  readonly outputInto?: { readonly target: Relation; readonly columns: readonly RelationColumn[] };
}

export interface OutputUse {
  readonly output: readonly OutputClause[];
  readonly relation: Relation;
  /** The sources of FROM, which OUTPUT may name too. */
  readonly sources: readonly Source[];
  /** Which of `inserted` and `deleted` exist, and what PostgreSQL calls them: `new` and `old` from 18 on. */
  readonly images: Readonly<Partial<Record<'inserted' | 'deleted', string>>>;
  /** What stands for a column of an image, where it is not the column itself. */
  readonly imageColumn?: (image: string, column: TypedSql) => string;
  /** MERGE: the value of `$action`. */
  readonly action?: string;
}

/** Translates OUTPUT to RETURNING. */
export function returning(t: Translation, env: Environment, use: OutputUse): Returning {
  const [first, second] = use.output;
  if (!first) return { sql: '', columns: [] };
  if (second) {
    t.unsupported('Two OUTPUT clauses in one statement', second.span);
    return { sql: '', columns: [] };
  }
  const images = Object.entries(use.images).map(([image, name]) => imageSource(t, env, use, image, name));
  const action: BoundColumn = {
    name: '$action',
    hidden: true,
    value: { sql: use.action ?? '', type: { name: 'nvarchar', length: 10 }, nullable: false },
  };
  const extra: readonly Source[] =
    use.action !== undefined ? [{ name: '$', aliased: true, sqlName: '', columns: [action] }] : [];
  const inner = withSources(env, [...images, ...extra, ...use.sources]);
  const items = first.items.flatMap((item) => selectItem(t, inner, item));
  const sql = ` RETURNING ${items.map((item) => outputText(item.value)).join(', ')}`;
  const into = first.into ? intoTarget(t, env, first, items) : undefined;
  return { sql, columns: items.map(resultColumn), ...(into ? { outputInto: into } : {}) };
}

/** `inserted` or `deleted` as a source of the columns that OUTPUT names. */
function imageSource(t: Translation, env: Environment, use: OutputUse, image: string, name: string): Source {
  const source = { ...boundRelation(t, env.scope, use.relation, name, image), aliased: true };
  const { imageColumn } = use;
  if (!imageColumn) return source;
  const columns = source.columns.map((one): BoundColumn => ({
    ...one,
    get value() {
      return { ...one.value, sql: imageColumn(image, one.value), nullable: true };
    },
  }));
  return { ...source, columns };
}

const outputText = (one: TypedSql): string => (one.untyped ? `${one.sql}::integer` : one.sql);

export function resultColumn(item: SelectedItem): ResultColumn {
  return {
    name: item.name,
    type: item.value.type,
    nullable: item.value.nullable,
    ...(item.identity ? { identity: item.identity } : {}),
    ...(item.assignTo === undefined ? {} : { assignTo: item.assignTo }),
  };
}

function intoTarget(
  t: Translation,
  env: Environment,
  clause: OutputClause,
  items: readonly SelectedItem[],
): Returning['outputInto'] {
  const target = clause.into && targetRelation(t, env, clause.into);
  if (!target) return undefined;
  const writable = target.columns.filter((one) => !one.readOnly && !one.identity && !one.expression);
  const named = clause.intoColumns.map((one) => targetColumn(t, target, one.name, one.span));
  const columns = clause.intoColumns.length > 0 ? named.filter((one) => one !== undefined) : writable;
  if (columns.length !== items.length) {
    t.fail(
      'output-into',
      213,
      'Column name or number of supplied values does not match table definition.',
      clause.span,
    );
  }
  return { target, columns };
}

/** The period of a system-versioned table: SQL Server takes values for it only while the period is dropped, the target while the trigger that stamps it is disabled. */
export function tellStamped(t: Translation, column: RelationColumn, span: Span): void {
  const message = `A trigger stamps ${column.name}: what is written to it counts only while that trigger is disabled.`;
  t.note('warning', 'stamped-column', message, span);
}
