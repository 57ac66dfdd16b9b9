import type { Expression, Pivot, Unpivot } from '#tsql';
import { collateClause, trimmed } from './collate.ts';
import { convert } from './convert.ts';
import { withSources, type Environment, type Source } from './environment.ts';
import { commonType, toCommon, translate } from './expression.ts';
import { renameColumns, sourceName } from './bound-source.ts';
import { tableSource, type SourceSql } from './from.ts';
import { textConstant } from './sql-text.ts';
import { isString, nvarchar } from './sql-type.ts';
import type { TypedSql } from './api.ts';
import type { Translation } from './translation.ts';

/** PIVOT: an aggregate per listed value, filtered; grouped by every column that is neither aggregated nor pivoted. */
export function pivotSource(t: Translation, env: Environment, node: Pivot): SourceSql {
  const input = tableSource(t, env, node.source);
  const inner = withSources(env, input.sources);
  const used = new Set([...node.aggregate.args, node.column].flatMap(columnNames));
  const groups = input.sources.flatMap((source) => source.columns).filter((one) => !used.has(one.name.toLowerCase()));
  const pivoted = translate(t, inner, node.column);
  const aggregate = translate(t, inner, node.aggregate);
  const name = node.alias?.name ?? '';
  const sqlName = sourceName(t, name);
  const outputs = [
    ...groups.map((one) => ({ name: one.name, value: one.value })),
    ...node.values.map((one) => ({ name: one.name, value: filtered(t, aggregate, pivoted, one.name, node) })),
  ];
  const columns = outputs.map((one, index) => ({
    name: one.name,
    sql: t.profile.kind === 'sandbox' ? `c${index + 1}` : t.profile.alias(one.name),
    value: one.value,
  }));
  const list = columns.map((one) => `${one.value.sql} AS ${one.sql}`).join(', ');
  const keys = groups.length === 0 ? '()' : groups.map((one) => one.value.sql).join(', ');
  const source: Source = {
    name,
    aliased: true,
    sqlName,
    columns: columns.map((one) => ({ name: one.name, value: { ...one.value, sql: `${sqlName}.${one.sql}` } })),
  };
  return {
    sql: `(SELECT ${list} FROM ${input.sql} GROUP BY ${keys}) AS ${sqlName}`,
    sources: [renameColumns(source, node.columns)],
  };
}

function columnNames(node: Expression): readonly string[] {
  if (node.kind === 'column') return [node.parts.at(-1)?.name.toLowerCase() ?? ''];
  return [];
}

/** The names in the IN list are values of the pivoted column, whatever its type. */
function filtered(t: Translation, aggregate: TypedSql, pivoted: TypedSql, label: string, node: Pivot): TypedSql {
  const constant = textConstant(label, nvarchar(Math.max(1, label.length)));
  const wanted = isString(pivoted.type)
    ? constant
    : convert(t, constant, pivoted.type, { mode: 'implicit', span: node.span });
  const collate = isString(pivoted.type) ? collateClause(t, [pivoted], node.span) : '';
  const subject = isString(pivoted.type) ? trimmed(t, pivoted) : pivoted.sql;
  const filter = ` FILTER (WHERE ${subject} = ${wanted.sql}${collate})`;
  const sql = aggregate.sql.replaceAll(AGGREGATE_CALL, (whole) => `${whole}${filter}`);
  if (sql === aggregate.sql) return t.unsupported('PIVOT with this aggregate', node.span);
  return { ...aggregate, sql, nullable: true };
}

/** The aggregate calls that the rules emit, up to their closing parenthesis (one level of nesting inside). */
const AGGREGATE_CALL =
  /\b(?:count|sum|avg|min|max|string_agg|stddev_samp|stddev_pop|var_samp|var_pop)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g;

/** UNPIVOT: one row per listed column whose value is not NULL. */
export function unpivotSource(t: Translation, env: Environment, node: Unpivot): SourceSql {
  const input = tableSource(t, env, node.source);
  const inner = withSources(env, input.sources);
  const used = new Set(node.values.flatMap(columnNames));
  const values = node.values.map((one) => translate(t, inner, one));
  const type = commonType(values);
  const labels = node.values.map((one) => (one.kind === 'column' ? (one.parts.at(-1)?.name ?? '') : ''));
  const rows = values.map((one, index) => {
    const label = textConstant(labels[index] ?? '', nvarchar(128)).sql;
    return `(${label}, ${toCommon(t, one, type, node.span).sql})`;
  });
  const name = node.alias?.name ?? '';
  const sqlName = sourceName(t, name);
  const lateralName = t.freshName('u');
  const kept = input.sources.flatMap((source) => source.columns).filter((one) => !used.has(one.name.toLowerCase()));
  const outputs = [
    ...kept.map((one) => ({ name: one.name, value: one.value })),
    { name: node.value.name, value: { sql: `${lateralName}.v`, type, nullable: false } as TypedSql },
    { name: node.column.name, value: { sql: `${lateralName}.n`, type: nvarchar(128), nullable: false } as TypedSql },
  ];
  const columns = outputs.map((one, index) => ({
    ...one,
    sql: t.profile.kind === 'sandbox' ? `c${index + 1}` : t.profile.alias(one.name),
  }));
  const list = columns.map((one) => `${one.value.sql} AS ${one.sql}`).join(', ');
  const source: Source = {
    name,
    aliased: true,
    sqlName,
    columns: columns.map((one) => ({ name: one.name, value: { ...one.value, sql: `${sqlName}.${one.sql}` } })),
  };
  const applied = `CROSS JOIN LATERAL (VALUES ${rows.join(', ')}) AS ${lateralName}(n, v)`;
  return {
    sql: `(SELECT ${list} FROM ${input.sql} ${applied} WHERE ${lateralName}.v IS NOT NULL) AS ${sqlName}`,
    sources: [renameColumns(source, node.columns)],
  };
}
