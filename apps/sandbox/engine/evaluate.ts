import { translateExpression, type SqlType, type TranslatedExpression } from '#conversion';
import type { AssignOperator, BinaryOperator, Expression } from '#tsql';
import { SqlError } from '../session.ts';
import { holdsLocks, lockingOf } from './locking.ts';
import { reaching } from './other-databases.ts';
import { bind, translated, type Run } from './run.ts';
import { holding, lockTables } from './table-locks.ts';

/** The value of an expression converted to a type as an assignment does, as text of the storage type. */
export async function evaluate(run: Run, expression: Expression, type: SqlType): Promise<string | null> {
  const quick = constantOf(run, expression, type);
  if (quick !== undefined) return quick;
  return reaching(run, expression, (inner) => compute(inner, expression, type));
}

async function compute(reached: Run, expression: Expression, type: SqlType): Promise<string | null> {
  const run: Run = { ...reached, locking: lockingOf(reached, expression) };
  const translation = await translateValue(run, expression, type);
  return holding(run, async () => {
    await lockTables(run, translation.sql);
    const values = await bind(run, translation.parameters);
    const result = await run.session.query(`SELECT ${translation.sql}`, values, {
      writes: translation.sql.includes('nextval(') || holdsLocks(run),
      signal: run.signal,
    });
    return result.rows[0]?.[0] ?? null;
  });
}

/** The translation of an expression that is assigned to a type. */
export function translateValue(run: Run, expression: Expression, type: SqlType): Promise<TranslatedExpression> {
  return translated(run, expression, (node, context) =>
    translateExpression(node, context, { type, convert: 'assignment' }),
  );
}

/** The value of an expression in its own type. */
export async function evaluateTyped(
  run: Run,
  expression: Expression,
): Promise<{ type: SqlType; value: string | null }> {
  return reaching(run, expression, async (inner) => {
    const translation = await translated(inner, expression, (node, context) => translateExpression(node, context));
    const values = await bind(inner, translation.parameters);
    const result = await run.session.query(`SELECT ${translation.sql}`, values, { writes: false, signal: run.signal });
    return { type: translation.type, value: result.rows[0]?.[0] ?? null };
  });
}

/** Values that need no server: NULL, small integers for int, strings that fit, a variable of the same type. */
function constantOf(run: Run, expression: Expression, type: SqlType): string | null | undefined {
  if (expression.kind === 'variable') {
    const slot = run.frame.variable(expression.name);
    return slot !== undefined && sameType(slot.type, type) ? slot.value : undefined;
  }
  if (expression.kind !== 'literal') return undefined;
  if (expression.type === 'null') return null;
  if (expression.type === 'int' && (type.name === 'int' || type.name === 'bigint'))
    return String(Number(expression.value));
  const national = type.name === 'nvarchar' && (expression.type === 'nstring' || /^[ -~]*$/.test(expression.value));
  if (
    national &&
    (type.length === -1 || expression.value.length <= (type.length ?? 1)) &&
    !/[\0\ud800-\udfff]/.test(expression.value)
  ) {
    return expression.value;
  }
  return undefined;
}

/** Whether a value of one type is a value of the other without any change. */
export function sameType(a: SqlType, b: SqlType): boolean {
  return a.name === b.name && a.length === b.length && a.precision === b.precision && a.scale === b.scale;
}

/** A value of one type as a value of another, as an assignment converts it. */
export async function convertValue(run: Run, value: string | null, from: SqlType, to: SqlType): Promise<string | null> {
  if (value === null || sameType(from, to)) return value;
  const scratch: Run = { ...run, frame: run.frame.scratch(from, value) };
  return evaluate(scratch, scratch.frame.scratchExpression, to);
}

/** SET @v = expression and its compound forms. */
export async function assignVariable(
  run: Run,
  name: string,
  expression: Expression,
  op: AssignOperator = '=',
): Promise<void> {
  const slot = run.frame.variable(name);
  if (slot === undefined) throw new SqlError(137, `Must declare the scalar variable "${name}".`, 15, 1);
  const whole: Expression = op === '=' ? expression : compoundOf(op, name, expression);
  slot.value = await evaluate(run, whole, slot.type);
}

const compounds = new WeakMap<Expression, Expression>();

/** `@v op= expression` as `@v op expression`. */
export function compoundOf(op: AssignOperator, name: string, expression: Expression): Expression {
  const { span } = expression;
  const known = compounds.get(expression);
  if (known !== undefined) return known;
  const made: Expression = {
    kind: 'binary',
    op: op.slice(0, -1) as BinaryOperator,
    left: { kind: 'variable', name, span },
    right: expression,
    span,
  };
  compounds.set(expression, made);
  return made;
}
