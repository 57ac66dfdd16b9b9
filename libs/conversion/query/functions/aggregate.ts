import type { SqlType, TypedSql } from '../api.ts';
import { collateClause, collationName, isCaseSensitive, orderKey } from '../collate.ts';
import type { FunctionUse, RuleTable } from '../function-call.ts';
import { overClause, sortKeys } from '../order.ts';
import { translate } from '../expression.ts';
import { isOldLong } from '../operand-types.ts';
import { call, value } from '../sql-text.ts';
import {
  BIGINT,
  decimal,
  familyOf,
  FLOAT,
  INT,
  isString,
  isNational,
  isPadded,
  MONEY,
  nvarchar,
  precisionOf,
  varchar,
} from '../sql-type.ts';

/** The OVER clause of a call, or ''. */
const over = (use: FunctionUse): string => (use.node.over ? overClause(use.t, use.env, use.node.over) : '');

const distinct = (use: FunctionUse): string => (use.node.distinct ? 'DISTINCT ' : '');

function refuseDistinctOver(use: FunctionUse): boolean {
  if (!use.node.distinct || !use.node.over) return false;
  use.fail(10759, 'Use of DISTINCT is not allowed with the OVER clause.');
  return true;
}

/**
 * An aggregate that tells the session of a NULL which it passes over (warning 8153; the functions are those of the page of SET ANSI_WARNINGS).
 * The telling is asked for once a group, after all rows: rows cost one test more, and none where no NULL can be.
 */
function telling(use: FunctionUse, from: TypedSql, sql: string): string {
  if (!use.runtime || !from.nullable) return sql;
  return `(CASE WHEN bool_or(${from.sql} IS NULL)${over(use)} IS TRUE AND sys.null_eliminated() THEN NULL ELSE ${sql} END)`;
}

/** What tells values apart that are counted once: strings without case where the collation says so. */
function distinctKey(use: FunctionUse, from: TypedSql): string {
  const key = orderKey(use.t, from, use.span);
  if (isString(from.type) && !isPadded(from.type))
    use.t.differs('SL1111', 'Blanks at the end of a text count where texts are counted once.', use.span);
  return folds(use, from) ? `lower(${key})` : key;
}

const folds = (use: FunctionUse, from: TypedSql): boolean =>
  use.t.profile.foldCase && isString(from.type) && !isCaseSensitive(collationName(use.t, [from], use.span));

/** 8117: NULL without a type, and types that nothing is counted or compared of. */
const misfit = (use: FunctionUse, { untyped, type }: TypedSql): void =>
  use.t.misfit(
    8117,
    `Operand data type ${untyped ? 'NULL' : type.name} is invalid for ${use.name} operator.`,
    use.span,
  );

function count(use: FunctionUse): TypedSql {
  refuseDistinctOver(use);
  const type = use.name === 'count' ? INT : BIGINT;
  const first = use.node.args[0];
  const from = first && first.kind !== 'star' ? use.arg(0) : undefined;
  if (from !== undefined && (from.untyped === true || isOldLong(from.type))) misfit(use, from);
  const counted = from === undefined ? '*' : `${distinct(use)}${use.node.distinct ? distinctKey(use, from) : from.sql}`;
  const plain = `count(${counted})${over(use)}`;
  const sql = from === undefined ? plain : telling(use, from, plain);
  return value(type === INT ? `${use.node.over ? `(${sql})` : sql}::int` : sql, type, false);
}

/** A numeric argument of an aggregate; bit and strings are refused as in SQL Server. */
function summand(use: FunctionUse): TypedSql | undefined {
  const from = use.arg(0);
  const family = familyOf(from.type);
  if (from.untyped) misfit(use, from);
  if (['integer', 'decimal', 'money', 'float'].includes(family)) return from;
  use.fail(8117, `Operand data type ${from.type.name} is invalid for ${use.name} operator.`);
  return undefined;
}

/** What SUM gives for a type. */
function sumType(type: SqlType): SqlType {
  switch (familyOf(type)) {
    case 'integer':
      return type.name === 'bigint' ? BIGINT : INT;
    case 'decimal':
      return decimal(38, precisionOf(type)[1]);
    case 'money':
      return MONEY;
    default:
      return FLOAT;
  }
}

/** Counted exactly: within the error that is documented. */
function approximate(use: FunctionUse): TypedSql {
  return value(`count(DISTINCT ${use.arg(0).sql})`, BIGINT, false);
}

function sum(use: FunctionUse): TypedSql {
  refuseDistinctOver(use);
  const from = summand(use);
  if (!from) return use.arg(0);
  const type = sumType(from.type);
  const plain = `sum(${distinct(use)}${from.type.name === 'real' ? `(${from.sql})::float8` : from.sql})${over(use)}`;
  const total = telling(use, from, plain);
  const integer = familyOf(type) === 'integer';
  return value(
    integer ? `(${total})::${use.t.profile.typeSql(type)}` : use.node.over ? `(${total})` : total,
    type,
    true,
  );
}

function avg(use: FunctionUse): TypedSql {
  refuseDistinctOver(use);
  const from = summand(use);
  if (!from) return use.arg(0);
  const type = sumType(from.type);
  const counted = `count(${distinct(use)}${from.sql})${over(use)}`;
  const total = telling(use, from, `sum(${distinct(use)}${from.sql})${over(use)}`);
  switch (familyOf(type)) {
    case 'integer':
      if (!use.runtime) {
        return value(`trunc(avg(${distinct(use)}${from.sql})${over(use)})::${use.t.profile.typeSql(type)}`, type, true);
      }
      return value(`div(${total}::numeric, nullif(${counted}, 0))::${use.t.profile.typeSql(type)}`, type, true);
    case 'decimal':
    case 'money': {
      const scale = familyOf(type) === 'money' ? 4 : Math.max(6, precisionOf(from.type)[1]);
      const unit = `0.${'0'.repeat(scale - 1)}1`;
      const sql = `(div(${total} * 1${'0'.repeat(scale)}, nullif(${counted}, 0)) * ${unit})`;
      return value(sql, familyOf(type) === 'money' ? type : decimal(38, scale), true);
    }
    default:
      return value(telling(use, from, `avg(${distinct(use)}(${from.sql})::float8)${over(use)}`), FLOAT, true);
  }
}

function extreme(use: FunctionUse): TypedSql {
  const from = use.arg(0);
  const { name } = from.type;
  if (from.untyped === true || isOldLong(from.type) || name === 'xml') misfit(use, from);
  if (name === 'bit') return use.fail(8117, `Operand data type bit is invalid for ${use.name} operator.`);
  const clause = over(use);
  const made = (sql: string): TypedSql => ({ ...value(telling(use, from, sql), from.type, true), ...kept(from) });
  if (name === 'uniqueidentifier' && use.runtime) {
    return made(`sys.guid_unorder(${use.name}(sys.guid_order(${from.sql}))${clause})`);
  }
  if (name === 'datetimeoffset' && use.runtime) return made(`${use.name}(${from.sql})${clause}`);
  return made(`${use.name}(${from.sql}${extremeCollation(use, from)})${clause}`);
}

/** By the code points of a deterministic collation `a` would be greater than `B`. */
function extremeCollation(use: FunctionUse, from: TypedSql): string {
  if (!use.runtime) return folds(use, from) ? ' COLLATE "und-x-icu"' : '';
  return isString(from.type) && !from.pgCollated ? collateClause(use.t, [from], use.span) : '';
}

const kept = (from: TypedSql): Partial<TypedSql> => ({
  ...(from.collated ? { collated: from.collated } : {}),
  ...(from.pgCollated === undefined ? {} : { pgCollated: from.pgCollated }),
});

function stringAgg(use: FunctionUse): TypedSql {
  const source = use.text(0);
  const order = use.node.withinGroup ? sortKeys(use.t, use.env, use.node.withinGroup) : '';
  const sql = `string_agg(${source.sql}, ${use.text(1).sql}${order === '' ? '' : ` ORDER BY ${order}`})`;
  const max = source.type.length === -1;
  const national = isNational(source.type) || !isString(use.arg(0).type);
  const type = national ? nvarchar(max ? -1 : 4000) : varchar(max ? -1 : 8000);
  return { ...value(sql, type, true), ...kept(source) };
}

const statistic =
  (name: string) =>
  (use: FunctionUse): TypedSql => {
    const from = summand(use);
    if (!from) return use.arg(0);
    return value(telling(use, from, `${name}(${distinct(use)}(${from.sql})::float8)${over(use)}`), FLOAT, true);
  };

/** Functions that only exist with OVER. */
const ranking =
  (name: string, type: SqlType) =>
  (use: FunctionUse): TypedSql => {
    if (!use.node.over) return use.fail(10753, `The function '${use.name}' must have an OVER clause.`);
    if (use.node.over.orderBy.length === 0 && use.node.over.reference === undefined)
      return use.fail(4112, `The function '${use.name.toUpperCase()}' must have an OVER clause with ORDER BY.`);
    const args = use.name === 'ntile' ? use.int(0) : '';
    const sql = `${name}(${args})${over(use)}`;
    return value(type === BIGINT ? `(${sql})::bigint` : sql, type, false);
  };

/** LAG, LEAD, FIRST_VALUE, LAST_VALUE. */
function neighbour(use: FunctionUse): TypedSql {
  if (!use.node.over) return use.fail(10753, `The function '${use.name}' must have an OVER clause.`);
  if (use.node.nulls === 'ignore') return use.unsupported(`${use.name.toUpperCase()} with IGNORE NULLS`);
  const from = use.arg(0);
  const args = [from.sql];
  if (use.count > 1) args.push(use.int(1));
  if (use.count > 2) args.push(use.to(use.arg(2), from.type).sql);
  return { ...value(`${call(use.name, ...args)}${over(use)}`, from.type, true), ...kept(from) };
}

/** PERCENTILE_CONT and PERCENTILE_DISC: PostgreSQL knows them without OVER alone, so that the window's values are gathered first. */
function percentile(use: FunctionUse): TypedSql {
  const [item] = use.node.withinGroup ?? [];
  if (!use.node.over || !item) return use.fail(10753, `The function '${use.name}' must have an OVER clause.`);
  if (!use.runtime) return use.needsRuntime();
  const from = translate(use.t, use.env, item.expression);
  if (!['integer', 'decimal', 'money', 'float'].includes(familyOf(from.type)))
    return use.unsupported(`${use.name.toUpperCase()} of ${from.type.name}`);
  const type = use.name === 'percentile_cont' ? FLOAT : from.type;
  const values = `array_agg(${use.name === 'percentile_cont' ? `(${from.sql})::float8` : from.sql})${over(use)}`;
  const share = use.to(use.arg(0), FLOAT).sql;
  return value(call(`sys.${use.name}`, values, share, String(item.direction === 'desc')), type, true);
}

function grouping(use: FunctionUse): TypedSql {
  const parts = use.args().map((one) => one.sql);
  return value(call('grouping', ...parts), use.name === 'grouping' ? { name: 'tinyint' } : INT, false);
}

const one = { least: 1, most: 1 } as const;
const none = { least: 0, most: 0 } as const;

/** Aggregates and window functions. */
export const AGGREGATE_RULES: RuleTable = {
  count: { rule: count, ...one },
  count_big: { rule: count, ...one },
  approx_count_distinct: { rule: approximate, ...one },
  sum: { rule: sum, ...one },
  avg: { rule: avg, ...one },
  min: { rule: extreme, ...one },
  max: { rule: extreme, ...one },
  string_agg: { rule: stringAgg, least: 2, most: 2 },
  stdev: { rule: statistic('stddev_samp'), ...one },
  stdevp: { rule: statistic('stddev_pop'), ...one },
  var: { rule: statistic('var_samp'), ...one },
  varp: { rule: statistic('var_pop'), ...one },
  row_number: { rule: ranking('row_number', BIGINT), ...none },
  rank: { rule: ranking('rank', BIGINT), ...none },
  dense_rank: { rule: ranking('dense_rank', BIGINT), ...none },
  ntile: { rule: ranking('ntile', BIGINT), ...one },
  percent_rank: { rule: ranking('percent_rank', FLOAT), ...none },
  cume_dist: { rule: ranking('cume_dist', FLOAT), ...none },
  lag: { rule: neighbour, least: 1, most: 3 },
  lead: { rule: neighbour, least: 1, most: 3 },
  first_value: { rule: neighbour, ...one },
  last_value: { rule: neighbour, ...one },
  percentile_cont: { rule: percentile, ...one },
  percentile_disc: { rule: percentile, ...one },
  grouping: { rule: grouping, ...one },
  grouping_id: { rule: grouping, least: 1, most: -1 },
};
