import type {
  Aliased,
  DerivedTable,
  Expression,
  Join,
  Query,
  Span,
  TableRef,
  TableSource,
  TableVariable,
  ValuesTable,
} from '#tsql';
import type { Relation, TypedSql } from './api.ts';
import { boundColumn, boundRelation, derivedSource, nameParts, renameColumns, sourceName } from './bound-source.ts';
import { checkColumnNames } from './column-names.ts';
import { childOf, sameName, withSources, type BoundColumn, type Environment, type Source } from './environment.ts';
import { commonType, toCommon, translate } from './expression.ts';
import { pivotSource, unpivotSource } from './pivot.ts';
import { condition } from './predicate.ts';
import { checkInnerOrder, querySql } from './query.ts';
import { searchTable } from './full-text.ts';
import { tableFunction } from './table-function.ts';
import type { Translation } from './translation.ts';
import { versionsAt } from './system-time.ts';

/** A FROM clause as text, and the environment of what follows it. */
export interface FromSql {
  readonly sql: string;
  readonly env: Environment;
}

/** One table source: its text, and what it adds to the names in reach. */
export interface SourceSql {
  readonly sql: string;
  readonly sources: readonly Source[];
}

export function fromClause(t: Translation, outer: Environment, list: readonly TableSource[]): FromSql {
  let env: Environment = { ...childOf(outer, []), ...(outer.addressingAll ? { addressingAll: true } : {}) };
  const texts: string[] = [];
  for (const item of list) {
    const one = tableSource(t, env, item);
    duplicateNames(t, env.sources, one.sources, item.span);
    env = withSources(env, one.sources);
    texts.push(one.sql);
  }
  const { addressingAll: _, ...following } = env;
  return { sql: texts.join(', '), env: following };
}

function duplicateNames(t: Translation, known: readonly Source[], added: readonly Source[], span: Span): void {
  for (const one of added) {
    if (one.unnamed) continue;
    const twin = known.find((other) => sameName(other.name, one.name) && other.schema === one.schema);
    if (!twin) continue;
    if (one.aliased !== twin.aliased) {
      const message = `The correlation name '${one.name}' has the same exposed name as table '${one.name}'.`;
      t.fail('duplicate-alias', 1012, message, span);
      continue;
    }
    const what = one.aliased
      ? `The correlation name '${one.name}' is specified multiple times in a FROM clause.`
      : `The objects "${one.name}" and "${one.name}" in the FROM clause have the same exposed names. Use correlation names to distinguish them.`;
    t.fail('duplicate-alias', one.aliased ? 1011 : 1013, what, span);
  }
}

/** Translates anything that may stand in FROM. `env` holds the sources to its left, for APPLY and functions. */
export function tableSource(t: Translation, env: Environment, node: TableSource): SourceSql {
  switch (node.kind) {
    case 'table':
      return tableRef(t, env, node);
    case 'tableVariable':
      return tableVariable(t, env, node);
    case 'derivedTable':
      return derivedTable(t, env, node);
    case 'valuesTable':
      return valuesTable(t, env, node);
    case 'join':
      return join(t, env, node);
    case 'tableFunction':
      return tableFunction(t, env, node);
    case 'fullTextTable':
      return searchTable(t, env, node);
    case 'pivot':
      return pivotSource(t, env, node);
    case 'unpivot':
      return unpivotSource(t, env, node);
    default:
      t.unsupported(node.kind === 'openRowset' ? node.fn.toUpperCase() : node.kind, node.span);
      return { sql: '', sources: [] };
  }
}

function tableRef(t: Translation, env: Environment, node: TableRef): SourceSql {
  if (node.systemTime && t.profile.kind === 'sandbox') t.unsupported('FOR SYSTEM_TIME', node.span);
  if (node.sample) t.unsupported('TABLESAMPLE', node.span);
  const parts = nameParts(node.name);
  const single = parts.length === 1 ? (parts[0] ?? '') : undefined;
  const cte = single === undefined ? undefined : env.ctes.find((one) => sameName(one.name, single));
  if (cte?.definition && (env.addressing === node || env.addressingAll)) {
    const { cte: definition, env: around } = cte.definition;
    return derived(t, around, definition.query, {
      node,
      name: cte.name,
      names: definition.columns.map((one) => one.name),
      addressed: true,
    });
  }
  if (cte) {
    const sqlName = sourceName(t, node.alias?.name ?? cte.name);
    const columns = cte.columns.map((one) =>
      boundColumn(sqlName, { ...one, readOnly: false }, node.alias?.name ?? cte.name),
    );
    if (cte.level) {
      columns.push({
        name: cte.level.name,
        value: { sql: `${sqlName}.${cte.level.sql}`, type: { name: 'int' }, nullable: false },
        hidden: true,
      });
    }
    const source = { name: node.alias?.name ?? cte.name, aliased: node.alias !== undefined, sqlName, columns };
    return { sql: `${cte.sqlName} AS ${sqlName}`, sources: [renameColumns(source, node.columns)] };
  }
  const relation = env.scope.relation(parts);
  if (!relation) {
    t.fail('unknown-object', 208, `Invalid object name '${parts.map((one) => one ?? '').join('.')}'.`, node.span);
    return { sql: '', sources: [] };
  }
  const seen = node.systemTime ? versionsAt(t, env, relation, node.systemTime) : relation;
  const source = relationSource(t, env, seen, node, node.span);
  noteLock(t, relation, node, source);
  return source;
}

/** `FOR UPDATE OF x SKIP LOCKED`, to stand behind the SELECT. */
function noteLock(t: Translation, relation: Relation, node: TableRef, { sources }: SourceSql): void {
  const clause = t.context.rowLocks?.get(node);
  const name = sources[0]?.sqlName;
  if (clause === undefined || name === undefined) return;
  const [strength = '', ...rest] = clause.split(' ');
  if (relation.kind === 'table') t.locks.push([' FOR', strength, 'OF', name, ...rest].join(' '));
  else if (rest.length > 1) t.unsupported('READPAST on a view', node.span);
}

function tableVariable(t: Translation, env: Environment, node: TableVariable): SourceSql {
  const relation = env.scope.tableVariable(node.name);
  if (!relation) {
    t.fail('unknown-table-variable', 1087, `Must declare the table variable "${node.name}".`, node.span);
    return { sql: '', sources: [] };
  }
  return relationSource(t, env, relation, node, node.span);
}

/** A relation under its alias, or under its own name. */
export function relationSource(
  t: Translation,
  env: Environment,
  relation: Relation,
  aliased: Pick<Aliased, 'alias' | 'columns'>,
  span: Span,
): SourceSql {
  const name = aliased.alias?.name ?? relation.name;
  const sqlName = sourceName(t, name);
  if (relation.kind === 'view' && relation.view) {
    const addressed = env.addressingAll === true || (env.addressing as object | undefined) === aliased;
    return expandedView(t, env, relation, { aliased, sqlName, span, addressed });
  }
  const source = boundRelation(t, env.scope, relation, sqlName, aliased.alias?.name);
  const lateral = relation.kind === 'function' ? 'LATERAL ' : '';
  return {
    sql: `${lateral}${relation.sql ?? relation.name} AS ${sqlName}`,
    sources: [renameColumns(source, aliased.columns)],
  };
}

interface ViewUse {
  readonly aliased: Pick<Aliased, 'alias' | 'columns'>;
  readonly sqlName: string;
  readonly span: Span;
  readonly addressed: boolean;
}

function expandedView(t: Translation, env: Environment, relation: Relation, use: ViewUse): SourceSql {
  const view = relation.view as NonNullable<Relation['view']>;
  if (env.expanding?.includes(view.query)) {
    t.fail('recursive-view', 4429, `View '${relation.name}' contains a self-reference.`, use.span);
    return { sql: '', sources: [] };
  }
  const inner: Environment = {
    scope: view.scope,
    sources: [],
    ctes: [],
    expanding: [...(env.expanding ?? []), view.query],
  };
  // Below a view that is written to, every view gives its addresses.
  const { addressed } = use;
  const query = querySql(t, addressed ? { ...inner, addressingAll: true } : inner, view.query, {
    named: true,
    names: view.columnNames,
    ...(addressed ? { addressed } : {}),
  });
  const source = derivedSource(
    use.sqlName,
    use.aliased.alias?.name ?? relation.name,
    query.columns,
    use.aliased.alias !== undefined,
  );
  const withSchema = relation.schema === undefined ? source : { ...source, schema: relation.schema };
  const unused = view.unused?.() ?? [];
  const before = unused.length > 0 ? `WITH unused AS (SELECT ${unused.join(', ')}) ` : '';
  return {
    sql: `(${before}${query.sql}) AS ${use.sqlName}`,
    sources: [renameColumns(withSchema, use.aliased.columns)],
  };
}

function derivedTable(t: Translation, env: Environment, node: DerivedTable): SourceSql {
  const names = node.columns.map((one) => one.name);
  return derived(t, env, node.query, {
    node,
    name: '',
    names,
    addressed: env.addressing === node || env.addressingAll === true,
  });
}

interface DerivedUse {
  readonly node: Aliased;
  /** Its name where it has no alias. */
  readonly name: string;
  readonly names: readonly string[];
  readonly addressed: boolean;
}

function derived(t: Translation, env: Environment, query: Query, use: DerivedUse): SourceSql {
  const name = use.node.alias?.name ?? use.name;
  const sqlName = sourceName(t, name);
  const around: Environment = use.addressed ? { ...env, addressingAll: true } : env;
  checkInnerOrder(t, query);
  const inner = querySql(t, around, query, {
    named: true,
    names: use.names,
    ...(use.addressed ? { addressed: true } : {}),
  });
  checkColumnNames(t, { name, given: use.names.length, span: query.span }, inner.columns);
  return {
    sql: `(${inner.sql}) AS ${sqlName}`,
    sources: [derivedSource(sqlName, name, inner.columns, use.node.alias !== undefined)],
  };
}

function valuesTable(t: Translation, env: Environment, node: ValuesTable): SourceSql {
  const name = node.alias?.name ?? '';
  const sqlName = sourceName(t, name);
  const rows = node.rows.map((row) => row.map((cell) => translate(t, env, cell)));
  const width = rows[0]?.length ?? 0;
  const types = Array.from({ length: width }, (_, index) =>
    commonType(rows.flatMap((row) => (row[index] ? [row[index]] : []))),
  );
  const cells = rows.map((row) => row.map((cell, index) => castCell(t, cell, types[index] ?? cell.type, node.span)));
  const columns = types.map((type, index) => ({
    name: node.columns[index]?.name ?? '',
    sql: t.profile.kind === 'sandbox' ? `c${index + 1}` : t.profile.alias(node.columns[index]?.name ?? `c${index + 1}`),
    type,
    nullable: rows.some((row) => row[index]?.nullable === true),
  }));
  const text = cells.map((row) => `(${row.join(', ')})`).join(', ');
  const source: Source = {
    name,
    aliased: true,
    sqlName,
    columns: columns.map((column) => {
      const bound = boundColumn(sqlName, column, name);
      return { ...bound, value: { ...bound.value, pgCollated: false } };
    }),
  };
  const list = columns.map((one) => one.sql).join(', ');
  return { sql: `(VALUES ${text}) AS ${sqlName}(${list})`, sources: [source] };
}

const castCell = (t: Translation, cell: TypedSql, type: TypedSql['type'], span: Span): string =>
  toCommon(t, cell, type, span).sql;

const JOIN_WORDS = {
  inner: 'JOIN',
  left: 'LEFT JOIN',
  right: 'RIGHT JOIN',
  full: 'FULL JOIN',
  cross: 'CROSS JOIN',
  crossApply: 'CROSS JOIN',
  outerApply: 'LEFT JOIN',
} as const;

/** The sources of the side of an outer join that may have no row. */
function optional(sources: readonly Source[]): readonly Source[] {
  return sources.map((source) => ({
    ...source,
    columns: source.columns.map((column): BoundColumn => ({
      ...column,
      get value() {
        return { ...column.value, nullable: true };
      },
    })),
  }));
}

function join(t: Translation, env: Environment, node: Join): SourceSql {
  const left = tableSource(t, env, node.left);
  const applied = node.type === 'crossApply' || node.type === 'outerApply';
  const right = tableSource(t, applied ? withSources(env, left.sources) : env, node.right);
  duplicateNames(t, left.sources, right.sources, node.right.span);
  const sources = [
    ...(node.type === 'right' || node.type === 'full' ? optional(left.sources) : left.sources),
    ...(node.type === 'left' || node.type === 'full' || node.type === 'outerApply'
      ? optional(right.sources)
      : right.sources),
  ];
  const rightText = node.right.kind === 'join' ? `(${right.sql})` : applied ? lateral(right.sql) : right.sql;
  const on = joinCondition(t, withSources(env, [...left.sources, ...right.sources]), node);
  return { sql: `${left.sql} ${JOIN_WORDS[node.type]} ${rightText}${on}`, sources };
}

const lateral = (sql: string): string => (sql.startsWith('LATERAL ') || !sql.startsWith('(') ? sql : `LATERAL ${sql}`);

function joinCondition(t: Translation, env: Environment, node: Join): string {
  if (node.type === 'outerApply') return ' ON true';
  const on: Expression | undefined = node.on;
  return on ? ` ON ${condition(t, env, on)}` : '';
}
