import type {
  ColumnRef,
  AtTimeZone,
  BinaryOperator,
  Case,
  Cast,
  Collate,
  Expression,
  GlobalVariable,
  NextValueFor,
  Span,
  Variable,
} from '#tsql';
import { ruledType } from './collate.ts';
import type { SqlType, TypedSql } from './api.ts';
import { arithmetic, unary, type ArithmeticOperator } from './arithmetic.ts';
import { compare } from './compare.ts';
import { convert } from './convert.ts';
import { ticksOf } from './convert-datetime.ts';
import { isColumn, resolveColumn, type Environment } from './environment.ts';
import { isAggregate, translateCall } from './function-call.ts';
import { translateLiteral, translateOdbcLiteral } from './literal.ts';
import { spatialProperty, translateMethod, translateStatic, translateProperty } from './method-call.ts';
import { condition } from './predicate.ts';
import { subqueryValue } from './subquery.ts';
import { tzName } from './runtime/time-zone.sql.ts';
import { call, quoted, value } from './sql-text.ts';
import { dataTypeOf, familyOf, isInteger, isString, timeScale, unifyAll } from './sql-type.ts';
import type { Translation } from './translation.ts';
import { refuseNodes } from './xml-method.ts';

/** Translates an expression that has a value. */
export function translate(t: Translation, env: Environment, node: Expression): TypedSql {
  if (!env.grouped || node.kind === 'literal' || node.kind === 'variable') return translateNode(t, env, node);
  const { grouped, ...ungrouped } = env;
  if (node.kind === 'call' && isAggregate(node)) return translateNode(t, ungrouped, node);
  if (!isGroupable(node)) return translateNode(t, env, node);
  const plain = translateNode(t, ungrouped, node);
  const other = grouped.get(plain.sql);
  if (other !== undefined) return { ...plain, sql: other };
  return node.kind === 'column' ? plain : translateNode(t, env, node);
}

const isGroupable = (node: Expression): boolean =>
  node.kind === 'column' ||
  node.kind === 'call' ||
  node.kind === 'cast' ||
  node.kind === 'binary' ||
  node.kind === 'case';

/** `t.place.STSrid` reads like a column: it is a property where the name before it is a column and the whole is not. */
function columnOrProperty(t: Translation, env: Environment, node: ColumnRef): TypedSql {
  const owner = node.parts.slice(0, -1);
  if (owner.length === 0 || isColumn(env, node.parts) || !isColumn(env, owner)) {
    const found = resolveColumn(t, env, node);
    return found.xmlNodes ? refuseNodes(t, node.parts.at(-1)?.name ?? '', node.span) : found;
  }
  return spatialProperty(t, resolveColumn(t, env, { ...node, parts: owner }), node.parts.at(-1)?.name ?? '', node.span);
}

function translateNode(t: Translation, env: Environment, node: Expression): TypedSql {
  switch (node.kind) {
    case 'literal':
      return translateLiteral(t, node);
    case 'odbcLiteral':
      return translateOdbcLiteral(t, node);
    case 'column':
      return columnOrProperty(t, env, node);
    case 'variable':
    case 'globalVariable':
      return variable(t, env, node);
    case 'unary':
      return node.op === 'not'
        ? notAValue(t, node.span)
        : unary(t, node.op, translate(t, env, node.operand), node.span);
    case 'binary':
      return isArithmetic(node.op) ? chain(t, env, node) : notAValue(t, node.span);
    case 'case':
      return translateCase(t, env, node);
    case 'cast':
      return translateCast(t, env, node);
    case 'call':
      return translateCall(t, env, node);
    case 'nextValueFor':
      return nextValue(t, env, node);
    case 'methodCall':
      return translateMethod(t, env, node);
    case 'staticCall':
      return translateStatic(t, env, node);
    case 'property':
      return translateProperty(t, env, node);
    case 'collate':
      return collate(t, env, node);
    case 'atTimeZone':
      return atTimeZone(t, env, node);
    case 'subquery':
      return subqueryValue(t, env, node.query);
    default:
      return notAValue(t, node.span);
  }
}

const ARITHMETIC = new Set<BinaryOperator>(['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '||']);
const isArithmetic = (op: BinaryOperator): op is ArithmeticOperator => ARITHMETIC.has(op);

function notAValue(t: Translation, span: Span): TypedSql {
  return t.fail('not-a-value', 4145, 'An expression of non-boolean type was expected in this place.', span);
}

/** Long chains such as a + b + c … lean to the left: walked without recursion on that side. */
function chain(t: Translation, env: Environment, node: Extract<Expression, { kind: 'binary' }>): TypedSql {
  const steps: { op: ArithmeticOperator; right: Expression; span: Span }[] = [];
  let left: Expression = node;
  while (left.kind === 'binary' && isArithmetic(left.op)) {
    steps.push({ op: left.op, right: left.right, span: left.span });
    left = left.left;
  }
  return steps.reduceRight(
    (sum, step) => arithmetic(t, step.op, sum, translate(t, env, step.right), step.span),
    translate(t, env, left),
  );
}

/** A variable's value; `isName`: it is but asked for its name, as in OBJECT_NAME(@@PROCID). */
export function variable(t: Translation, env: Environment, node: Variable | GlobalVariable, isName = false): TypedSql {
  const binding = env.scope.variable(node.kind === 'globalVariable' ? node.name.toLowerCase() : node.name);
  if (!binding) {
    return t.fail('unknown-variable', 137, `Must declare the scalar variable "${node.name}".`, node.span);
  }
  if (binding.difference !== undefined && !isName)
    t.differs('SL1112', `${node.name}: ${binding.difference}`, node.span);
  if (binding.sql !== undefined) return value(binding.sql, binding.type);
  return t.parameter(node.name, binding.type);
}

/** A value converted to the type that several values share; strings keep their own length. */
export function toCommon(t: Translation, one: TypedSql, type: SqlType, span: Span): TypedSql {
  if (isString(type) && isString(one.type) && !one.untyped && one.constant !== null) return one;
  return convert(t, one, type, { mode: 'implicit', span });
}

/** The type that several values share; NULLs without a type do not count. */
export function commonType(values: readonly TypedSql[]): SqlType {
  const typed = values.filter((one) => !one.untyped).map((one) => one.type);
  return typed.length > 0 ? unifyAll(typed) : { name: 'int' };
}

/** What several branches have in common besides their type. */
export function branches(values: readonly TypedSql[], sql: string, type: SqlType, nullable: boolean): TypedSql {
  const implicit =
    values.find((one) => one.collated === 'explicit') ?? values.find((one) => one.collated === 'implicit');
  const pgCollated = values.some((one) => one.pgCollated === true);
  return { sql, type, nullable, pgCollated, ...(implicit?.collated ? { collated: implicit.collated } : {}) };
}

/** Error 8133 of CASE and IIF. */
export const NO_RESULT_TYPE =
  'At least one of the result expressions in a CASE specification must be an expression other than the NULL constant.';

function translateCase(t: Translation, env: Environment, node: Case): TypedSql {
  const results = node.whens.map((arm) => translate(t, env, arm.then));
  const otherwise = node.otherwise ? translate(t, env, node.otherwise) : undefined;
  const all = otherwise ? [...results, otherwise] : results;
  if (all.every((one) => one.untyped)) return t.fail('case-type', 8133, NO_RESULT_TYPE, node.span);
  const type = ruledType(t, commonType(all), all, { span: node.span, operation: 'CASE' });
  const operand = node.operand ? translate(t, env, node.operand) : undefined;
  const arms = node.whens.map((arm, index) => {
    const test = operand
      ? compare(t, '=', operand, translate(t, env, arm.when), arm.when.span)
      : condition(t, env, arm.when);
    return `WHEN ${test} THEN ${toCommon(t, results[index] as TypedSql, type, arm.then.span).sql}`;
  });
  const last = otherwise ? ` ELSE ${toCommon(t, otherwise, type, node.span).sql}` : '';
  const nullable = otherwise === undefined || all.some((one) => one.nullable);
  return branches(all, `(CASE ${arms.join(' ')}${last} END)`, type, nullable);
}

/** The number of a style argument, which must be a constant. */
function styleOf(t: Translation, env: Environment, node: Expression | undefined): number | undefined {
  if (node === undefined) return undefined;
  const style = translate(t, env, node);
  if (typeof style.constant === 'string') return Number.parseInt(style.constant, 10);
  t.unsupported('CONVERT with a style that is not a constant', node.span);
  return undefined;
}

function translateCast(t: Translation, env: Environment, node: Cast): TypedSql {
  const type = dataTypeOf(node.type, env.scope, true);
  if (!type) {
    return t.fail('unknown-type', 243, `Type ${node.type.name.name} is not a defined system type.`, node.type.span);
  }
  if (node.fn.endsWith('parse') && (node.culture || t.profile.runtime || isParsedNumber(type)))
    return parseNumber(t, env, node, type);
  const from = translate(t, env, node.expression);
  const style = styleOf(t, env, node.style);
  const result = convert(t, from, type, {
    mode: 'explicit',
    span: node.span,
    try: node.fn.startsWith('try_'),
    ...(style === undefined ? {} : { style }),
  });
  // A cast is what its type says: the digits or the length of the source do not count any more.
  if (isInteger(type) && typeof result.constant === 'string' && /^\(?-?\d+\)?$/.test(result.sql))
    return { ...result, sql: `${result.sql}::${t.profile.typeSql(type)}` };
  return isString(type) ? { ...result, type: { ...type, ...collationOf(result.type) } } : result;
}

const isParsedNumber = (type: SqlType): boolean => ['integer', 'decimal', 'float'].includes(familyOf(type));

/** PARSE and TRY_PARSE of numbers, with English marks; dates are refused. */
function parseNumber(t: Translation, env: Environment, node: Cast, type: SqlType): TypedSql {
  const culture = node.culture ? translate(t, env, node.culture).constant : 'en-US';
  const english = typeof culture === 'string' && /^en-(us|gb)$/i.test(culture);
  const from = translate(t, env, node.expression);
  if (!english || !isParsedNumber(type) || !isString(from.type)) {
    return t.unsupported(
      `${node.fn.toUpperCase()} AS ${type.name}${node.culture ? ' with this culture' : ''}`,
      node.span,
    );
  }
  const quiet = node.fn === 'try_parse';
  if (!t.profile.runtime) {
    const { constant: _, ...rest } = from;
    const digits = { ...rest, sql: call('replace', from.sql, quoted(','), quoted('')) };
    return convert(t, digits, type, { mode: 'explicit', span: node.span, try: quiet });
  }
  const plain = value(
    `sys.parse_number(${from.sql}, '${type.name}', ${quiet})`,
    { name: 'varchar', length: 100 },
    true,
  );
  return convert(t, plain, type, { mode: 'explicit', span: node.span, try: quiet });
}

const collationOf = (type: SqlType): { collation?: string } =>
  type.collation === undefined ? {} : { collation: type.collation };

function nextValue(t: Translation, env: Environment, node: NextValueFor): TypedSql {
  if (node.over) return t.unsupported('NEXT VALUE FOR with OVER', node.span);
  const { schema, name } = node.sequence;
  const sequence = env.scope.sequence(schema ? [schema.name, name.name] : [name.name]);
  if (!sequence) return t.fail('unknown-object', 208, `Invalid object name '${name.name}'.`, node.span);
  // All references in one row give the same value.
  const again = t.rowSequences?.has(sequence.sql) === true && t.profile.runtime;
  t.rowSequences?.add(sequence.sql);
  const sql = again ? sequence.sql.replace(/^nextval\(/, 'currval(') : sequence.sql;
  return value(`(${sql})::${t.profile.typeSql(sequence.type)}`, sequence.type, false);
}

function collate(t: Translation, env: Environment, node: Collate): TypedSql {
  const from = translate(t, env, node.expression);
  const name = node.collation.name;
  const explicit = name.toLowerCase() === 'database_default' ? t.scope.collation : name;
  if (t.profile.runtime && !isString(from.type) && !from.untyped)
    return t.fail('collation', 447, `Expression type ${from.type.name} is invalid for COLLATE clause.`, node.span);
  const fault = t.profile.collationFault?.(explicit);
  if (fault) return t.fail('collation', fault.number, fault.message, node.span);
  if (/_AI(_|$)/i.test(explicit))
    t.differs('SL1069', `${explicit} holds letters equal whose accents differ; here they are told apart.`, node.span);
  const collation = t.profile.collation(explicit);
  return {
    ...from,
    type: { ...from.type, collation: explicit },
    sql: collation === undefined ? from.sql : `(${from.sql} COLLATE ${collation})`,
    collated: 'explicit',
    pgCollated: collation !== undefined,
  };
}

function atTimeZone(t: Translation, env: Environment, node: AtTimeZone): TypedSql {
  const from = translate(t, env, node.expression);
  const zone = translate(t, env, node.zone);
  const utc = typeof zone.constant === 'string' && zone.constant.toLowerCase() === 'utc';
  const { runtime } = t.profile;
  if (familyOf(from.type) !== 'datetime' || ['date', 'time'].includes(from.type.name)) {
    return t.fail(
      'operand-types',
      8116,
      `Argument data type ${from.type.name} is invalid for argument 1 of AT TIME ZONE function.`,
      node.span,
    );
  }
  if (!isString(zone.type)) return t.unsupported('AT TIME ZONE with a zone that is no text', node.span);
  if (!utc && !runtime) return plainAtTimeZone(t, from, zone, node.span);
  const type: SqlType = { name: 'datetimeoffset', scale: timeScale(from.type) };
  if (!utc) {
    const sql =
      from.type.name === 'datetimeoffset'
        ? `sys.offset_at_zone(${from.sql}, ${zone.sql})`
        : `sys.local_at_zone(${ticksOf(t, from)}, ${zone.sql})`;
    return value(sql, type, true);
  }
  if (from.type.name !== 'datetimeoffset') return convert(t, from, type, { mode: 'explicit', span: node.span });
  return t.profile.runtime ? value(`sys.switch_offset(${from.sql}, 0)`, type, from.nullable) : from;
}

/** The instant, which has no zone of its own in PostgreSQL, and the clock of the zone for whoever takes the date or the time of it. */
function plainAtTimeZone(t: Translation, from: TypedSql, zone: TypedSql, span: Span): TypedSql {
  const type: SqlType = { name: 'datetimeoffset', scale: timeScale(from.type) };
  const name = typeof zone.constant === 'string' ? tzName(zone.constant) : undefined;
  if (typeof zone.constant === 'string' && name === undefined)
    return t.fail('unknown-zone', 9820, `The time zone '${zone.constant}' is not known.`, span);
  if (name === undefined)
    t.note(
      'warning',
      'zone-names',
      'AT TIME ZONE takes the names of the tz database (Europe/Vienna), not those of Windows.',
      span,
    );
  const there = `AT TIME ZONE ${name === undefined ? zone.sql : quoted(name)}`;
  const nullable = from.nullable || zone.nullable;
  if (from.type.name === 'datetimeoffset')
    return { ...value(from.sql, type, nullable), clock: `(${from.sql} ${there})` };
  return { ...value(`(${from.sql} ${there})`, type, nullable), clock: from.sql };
}
