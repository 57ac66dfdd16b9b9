import { findAll, type Expression, type SelectAssign, type SelectSpec } from '#tsql';
import type { Scope, SqlType, TypedSql } from './api.ts';
import { arithmetic, type ArithmeticOperator } from './arithmetic.ts';
import { convert } from './convert.ts';
import { sameName, type BoundColumn, type Environment } from './environment.ts';
import { translate } from './expression.ts';
import { fromClause } from './from.ts';
import { sortKeys } from './order.ts';
import { condition } from './predicate.ts';
import { type QueryColumn, type QuerySql } from './query.ts';
import { countSql } from './query-ending.ts';
import { isString } from './sql-type.ts';
import type { Translation } from './translation.ts';
import type { OrderItem } from '#tsql';

const isAssign = (item: SelectSpec['items'][number]): item is SelectAssign => item.kind === 'selectAssign';

/** Whether a SELECT assigns variables from their own former values: `SELECT @s = @s + name FROM t`. */
export function accumulates(spec: SelectSpec): boolean {
  if (spec.from.length === 0) return false;
  const assigns = spec.items.filter(isAssign);
  const names = assigns.map((item) => item.variable.name);
  const reads = (node: Expression): boolean =>
    findAll(node, 'variable').some((one) => names.some((name) => sameName(name, one.name)));
  return assigns.some((item) => item.op !== '=' || reads(item.expression));
}

/** The columns of the rows that the fold reads, each under a name of its own. */
class RowColumns {
  readonly texts: string[] = [];
  readonly #row: string;

  constructor(row: string) {
    this.#row = row;
  }

  name(sql: string): string {
    let index = this.texts.indexOf(sql);
    if (index < 0) index = this.texts.push(sql) - 1;
    return `${this.#row}.c${index + 1}`;
  }

  /** The same sources, whose columns are read from the numbered rows. */
  seenFrom(env: Environment): Environment {
    const sources = env.sources.map((source) => ({
      ...source,
      columns: source.columns.map((column): BoundColumn => {
        const name = (sql: string): string => this.name(sql);
        return {
          ...column,
          get value() {
            return { ...column.value, sql: name(column.value.sql) };
          },
        };
      }),
    }));
    return { ...env, sources };
  }
}

interface Step {
  readonly name: string;
  readonly type: SqlType;
  readonly item: SelectAssign;
}

/**
 * Row by row in the order of the query, as SQL Server does it: a recursive query over the numbered rows, whose last row has the variables' values (their
 * first ones if there are no rows).
 */
export function accumulatingQuery(
  t: Translation,
  env: Environment,
  spec: SelectSpec,
  orderBy: readonly OrderItem[],
): QuerySql {
  const from = fromClause(t, env, spec.from);
  const [row, fold] = [t.freshName('r'), t.freshName('f')];
  const columns = new RowColumns(row);
  const steps = spec.items.filter(isAssign).map((item): Step => {
    const type = env.scope.variable(item.variable.name)?.type;
    if (!type) t.fail('unknown-variable', 137, `Must declare the scalar variable "${item.variable.name}".`, item.span);
    return { name: item.variable.name, type: type ?? { name: 'int' }, item };
  });
  if (spec.groupBy || spec.distinct || spec.having) t.unsupported('SELECT @v = @v + … over groups', spec.span);
  const initial = steps.map((step) => typed(t, t.parameter(step.name, step.type), step.type));
  const values = stepValues(t, columns.seenFrom(from.env), steps, fold);
  const order = sortKeys(t, from.env, orderBy);
  const where = spec.where ? ` WHERE ${condition(t, from.env, spec.where)}` : '';
  const top = spec.top && !spec.top.percent ? ` LIMIT ${countSql(t, env, spec.top.expression)}` : '';
  const list = columns.texts.map((sql, index) => `, ${sql} AS c${index + 1}`).join('');
  const sorted = order === '' ? '' : ` ORDER BY ${order}`;
  const rows = `SELECT row_number() OVER (${sorted.trim()}) AS n${list} FROM ${from.sql}${where}${sorted}${top}`;
  const names = steps.map((_, index) => `v${index + 1}`);
  const sql =
    `WITH RECURSIVE ${row} AS MATERIALIZED (${rows}), ${fold}(n, ${names.join(', ')}) AS (` +
    `SELECT 0::bigint, ${initial.join(', ')} UNION ALL SELECT ${row}.n, ${values.join(', ')} FROM ${fold} JOIN ${row} ON ${row}.n = ${fold}.n + 1) ` +
    `SELECT ${names.join(', ')} FROM ${fold} ORDER BY n DESC LIMIT 1`;
  return { sql, columns: steps.map((step, index) => resultOf(step, names[index] ?? '')) };
}

const resultOf = (step: Step, sqlName: string): QueryColumn => ({
  name: '',
  sqlName,
  value: { sql: sqlName, type: step.type, nullable: true },
  assignTo: step.name,
});

/** Both parts of the recursion have exactly the variable's type and collation. */
function typed(t: Translation, value: TypedSql, type: SqlType): string {
  const collation = isString(type) ? t.profile.collation(type.collation ?? t.scope.collation) : undefined;
  return `(${value.sql})::${t.profile.typeSql(type)}${collation === undefined ? '' : ` COLLATE ${collation}`}`;
}

/** Each assignment sees what those before it in the list have assigned for this row. */
function stepValues(t: Translation, env: Environment, steps: readonly Step[], fold: string): readonly string[] {
  const current = new Map(steps.map((step, index) => [step.name.toLowerCase(), `${fold}.v${index + 1}`]));
  return steps.map((step) => {
    const scope: Scope = {
      ...scopeMethods(env.scope),
      variable: (name) => {
        const sql = current.get(name.toLowerCase());
        const binding = env.scope.variable(name);
        return sql === undefined || !binding ? binding : { ...binding, sql };
      },
    };
    const inner: Environment = { ...env, scope };
    const right = translate(t, inner, step.item.expression);
    const { op } = step.item;
    const value =
      op === '='
        ? right
        : arithmetic(
            t,
            op.slice(0, -1) as ArithmeticOperator,
            translate(t, inner, step.item.variable),
            right,
            step.item.span,
          );
    const sql = typed(t, convert(t, value, step.type, { mode: 'assignment', span: step.item.span }), step.type);
    current.set(step.name.toLowerCase(), `(${sql})`);
    return sql;
  });
}

/** A scope's look-ups as plain functions, so that one of them can be replaced. */
function scopeMethods(scope: Scope): Scope {
  return {
    database: scope.database,
    collation: scope.collation,
    relation: (name) => scope.relation(name),
    tableVariable: (name) => scope.tableVariable(name),
    tableFunction: (name, call) => scope.tableFunction(name, call),
    variable: (name) => scope.variable(name),
    dataType: (schema, name) => scope.dataType(schema, name),
    sequence: (name) => scope.sequence(name),
    function: (name) => scope.function(name),
  };
}
