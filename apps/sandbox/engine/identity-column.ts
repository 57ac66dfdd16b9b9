import { parseExpression, type Select, type SelectItem, type SelectSpec } from '#tsql';
import { SqlError } from '../session.ts';

/** The column that IDENTITY(type, seed, increment) makes of a SELECT … INTO. */
export interface IdentityColumn {
  /** Its place in the select list. */
  readonly index: number;
  readonly seed: bigint;
  readonly increment: bigint;
}

const rewritten = new WeakMap<Select, { readonly statement: Select; readonly identity: IdentityColumn } | undefined>();

/** SELECT IDENTITY(…) … INTO with the function as an expression that numbers the rows; undefined where there is none. */
export function identityOf(statement: Select, text: string) {
  if (rewritten.has(statement)) return rewritten.get(statement);
  const made = rewrite(statement, text);
  rewritten.set(statement, made);
  return made;
}

function rewrite(statement: Select, text: string) {
  const { body } = statement.query;
  if (body.kind !== 'selectSpec' || body.into === undefined) return undefined;
  const index = body.items.findIndex(isIdentity);
  const item = body.items[index];
  if (item?.kind !== 'selectItem' || item.expression.kind !== 'call') return undefined;
  if (body.items.slice(0, index).some((one) => one.kind === 'star'))
    throw new SqlError(40515, 'IDENTITY() behind * is not supported in this version of SQL Server.');
  const [type, seed = '1', increment = '1'] = item.expression.args.map((arg) =>
    text.slice(arg.span.start, arg.span.end),
  );
  const number = /^[-+]?\d+$/;
  if (type === undefined || !number.test(seed) || !number.test(increment))
    throw new SqlError(40515, 'IDENTITY() of anything but numbers is not supported in this version of SQL Server.');
  const row = 'ROW_NUMBER() OVER (ORDER BY (SELECT NULL))';
  const { expression } = parseExpression(`CAST(${seed} + (${row} - 1) * (${increment}) AS ${type})`);
  if (expression === undefined) throw new SqlError(102, "Incorrect syntax near 'IDENTITY'.", 15);
  const items: SelectItem[] = body.items.map((one, at) => (at === index ? { ...item, expression } : one));
  const inner: SelectSpec = { ...body, items };
  return {
    statement: { ...statement, query: { ...statement.query, body: inner } },
    identity: { index, seed: BigInt(seed), increment: BigInt(increment) },
  };
}

const isIdentity = (item: SelectItem): boolean =>
  item.kind === 'selectItem' &&
  item.expression.kind === 'call' &&
  item.expression.name.schema === undefined &&
  item.expression.name.name.name.toLowerCase() === 'identity';
