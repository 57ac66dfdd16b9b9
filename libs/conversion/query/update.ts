import { quoteLiteral } from '#pgsql';
import { findAll, type Delete, type Expression, type SetClause, type Update } from '#tsql';
import { ROW_ADDRESS, type Relation, type RelationColumn, type TranslatedDml, type TypedSql } from './api.ts';
import { arithmetic, type ArithmeticOperator } from './arithmetic.ts';
import { convert } from './convert.ts';
import { returning, storeOptions, targetColumn, tellStamped } from './dml-target.ts';
import { sameName, type Environment } from './environment.ts';
import { translate } from './expression.ts';
import { boundRelation } from './bound-source.ts';
import { foundAsIs, NEW_AND_OLD, type RowImages, withRowsBefore } from './rows-before.ts';
import type { Translation } from './translation.ts';
import { find, type Found } from './found-rows.ts';

/** Translates DELETE, with or without a second FROM. */
export function translateDelete(t: Translation, root: Environment, node: Delete): TranslatedDml | undefined {
  const found = find(t, root, node);
  if (!found) return undefined;
  const using = found.from === '' ? '' : ` USING ${found.from}`;
  const output = returning(t, found.env, {
    output: node.output,
    relation: found.relation,
    sources: [],
    images: { deleted: t.since(18) ? 'old' : found.name },
  });
  return {
    kind: 'delete',
    sql: `${found.prefix}DELETE FROM ${found.relation.sql} AS ${found.name}${using}${found.where}${output.sql}`,
    addresses: `${found.prefix}SELECT ${found.name}.ctid FROM ${found.relation.sql} AS ${found.name}${using.replace(' USING ', ', ')}${found.where}`,
    parameters: t.parameters,
    target: found.relation,
    columns: output.columns,
    ...(output.outputInto ? { outputInto: output.outputInto } : {}),
    explicitIdentity: false,
    written: [],
    assigns: [],
  };
}

/** What the SET list of an UPDATE does. */
export interface Assignments {
  readonly sets: readonly string[];
  readonly written: readonly RelationColumn[];
  /** `@v = …`: the variable, and what it takes from the changed row. */
  readonly variables: readonly { readonly name: string; readonly value: TypedSql }[];
}

/** Translates SET clauses over a target. `after`: what variables see, which are assigned from RETURNING. */
export function assignments(
  t: Translation,
  env: Environment,
  relation: Relation,
  clauses: readonly SetClause[],
  after: { readonly env: Environment; readonly images: RowImages } = { env, images: NEW_AND_OLD },
): Assignments {
  const sets: string[] = [];
  const written: RelationColumn[] = [];
  const variables: { name: string; value: TypedSql }[] = [];
  for (const clause of clauses) {
    if (clause.kind === 'setMethod') {
      const change = writeMethod(t, env, relation, clause);
      if (!change) continue;
      setOnce(t, written, change.column, clause);
      sets.push(`${change.column.sql} = ${change.sql}`);
      written.push(change.column);
      continue;
    }
    const name = clause.column?.parts.at(-1)?.name;
    const column = name === undefined ? undefined : writableColumn(t, relation, name, clause);
    if (column) {
      setOnce(t, written, column, clause);
      sets.push(`${column.sql} = ${assigned(t, env, relation, column, clause)}`);
      written.push(column);
    }
    if (clause.variable)
      variables.push({
        name: clause.variable.name,
        value: variableValue(t, after.env, clause, { column, images: after.images }),
      });
  }
  return { sets, written, variables };
}

/** `column.WRITE(expression, offset, length)`: a part of a long value is replaced. Any other method, and a target of PostgreSQL, is not known. */
function writeMethod(
  t: Translation,
  env: Environment,
  relation: Relation,
  clause: Extract<SetClause, { kind: 'setMethod' }>,
): { readonly column: RelationColumn; readonly sql: string } | undefined {
  const { target, method, args } = clause.call;
  const name = target.kind === 'column' ? target.parts.at(-1)?.name : undefined;
  if (t.profile.kind !== 'sandbox' || name === undefined || !sameName(method.name, 'write')) {
    t.unsupported(`The method .${method.name}() in SET`, clause.span);
    return undefined;
  }
  const column = targetColumn(t, relation, name, clause.span);
  if (!column) return undefined;
  const { type } = column;
  const isBytes = type.name === 'varbinary';
  if (type.length !== -1 || !(isBytes || /^n?varchar$/.test(type.name)))
    t.fail('method-of-type', 258, `Cannot call methods on ${type.name}.`, clause.span);
  const [value, offset, length] = args.map((one) => translate(t, env, one));
  if (!value || !offset || !length) {
    t.fail('argument-count', 174, 'The WRITE function requires 3 argument(s).', clause.span);
    return undefined;
  }
  const as = (one: TypedSql, to: TypedSql['type']): string =>
    convert(t, one, to, { mode: 'implicit', span: clause.span }).sql;
  const before = translate(t, env, target);
  const numbers = [offset, length].map((one) => as(one, { name: 'bigint' }));
  const parts = [before.sql, as(value, type), ...numbers, quoteLiteral(column.name)];
  return { column, sql: `sys.write_${isBytes ? 'bytes' : 'text'}(${parts.join(', ')})` };
}

/** The clauses by which variables go from row to row: `SET @v = @v + …`. */
function accumulating(clauses: readonly SetClause[]): readonly SetColumn[] {
  const set = clauses.filter((one) => one.kind === 'setColumn');
  const assigned = set.flatMap((one) => (one.variable ? [one.variable.name] : []));
  const reads = (one: SetColumn): boolean =>
    findAll(one.value, 'variable').some((found) => assigned.some((name) => sameName(name, found.name)));
  return set.filter((one) => reads(one) || (one.variable && !one.column && one.op !== '='));
}

/** Refuses such clauses where rows are changed all at once. */
export function refuseAccumulation(t: Translation, clauses: readonly SetClause[]): void {
  const [first] = accumulating(clauses);
  if (first) t.unsupported('UPDATE … SET @v = @v + …', first.span);
}

/** Whether each clause reads no variable but its own: only then does it not matter which comes first. */
function readsOwnOnly(clauses: readonly SetClause[], one: SetColumn): boolean {
  const others = clauses.flatMap((each) =>
    each !== one && each.kind === 'setColumn' && each.variable ? [each.variable.name] : [],
  );
  return !findAll(one.value, 'variable').some((found) => others.some((name) => sameName(name, found.name)));
}

/**
 * `SET @v = @v + …` goes from row to row in SQL Server; in one statement every row would see the first value. The sandbox runs it for one row after the
 * other, where that is the same; everything else refuses it.
 */
function goesFromRowToRow(t: Translation, node: Update, found: Found): boolean {
  const clauses = accumulating(node.set);
  const [first] = clauses;
  if (first === undefined) return false;
  const isPlain = found.from === '' && node.top === undefined && node.output.length === 0;
  const isOrderless = clauses.every((one) => readsOwnOnly(node.set, one));
  if (t.profile.kind !== 'sandbox' || !isPlain || !isOrderless) t.unsupported('UPDATE … SET @v = @v + …', first.span);
  return true;
}

type SetColumn = Extract<SetClause, { kind: 'setColumn' }>;

function writableColumn(
  t: Translation,
  relation: Relation,
  name: string,
  clause: SetColumn,
): RelationColumn | undefined {
  const column = targetColumn(t, relation, name, clause.span);
  if (column?.identity) t.fail('identity-update', 8102, `Cannot update identity column '${column.name}'.`, clause.span);
  if (column?.stamped) tellStamped(t, column, clause.span);
  else if (column?.readOnly && column.type.name === 'rowversion')
    t.fail('read-only-column', 272, 'Cannot update a timestamp column.', clause.span);
  else if (column?.readOnly || column?.expression) {
    const message = `The column "${column.name}" cannot be modified because it is either a computed column or is the result of a UNION operator.`;
    t.fail('read-only-column', 271, message, clause.span);
  }
  return column;
}

function assigned(
  t: Translation,
  env: Environment,
  relation: Relation,
  column: RelationColumn,
  clause: SetColumn,
): string {
  if (clause.value.kind === 'default') return 'DEFAULT';
  const right = translate(t, env, clause.value);
  const value = clause.op === '=' || !clause.column ? right : compound(t, env, clause, clause.column, right);
  return convert(t, value, column.type, storeOptions(t, relation, column, clause.span)).sql;
}

const compound = (t: Translation, env: Environment, clause: SetColumn, left: Expression, right: TypedSql): TypedSql =>
  arithmetic(t, clause.op.slice(0, -1) as ArithmeticOperator, translate(t, env, left), right, clause.span);

function variableValue(
  t: Translation,
  env: Environment,
  clause: SetColumn,
  { column, images }: { readonly column: RelationColumn | undefined; readonly images: RowImages },
): TypedSql {
  const value = column
    ? { sql: `${images.inserted}.${column.sql}`, type: column.type, nullable: column.nullable }
    : variableRight(t, env, clause);
  const type = t.profile.kind === 'sandbox' && clause.variable ? env.scope.variable(clause.variable.name)?.type : null;
  // PL/pgSQL converts what is assigned by itself.
  return type ? convert(t, value, type, { mode: 'assignment', span: clause.span }) : value;
}

/** 264: one column set twice. */
function setOnce(t: Translation, written: readonly RelationColumn[], column: RelationColumn, clause: SetClause): void {
  if (!written.includes(column)) return;
  const message = `The column name '${column.name}' is specified more than once in the SET clause or column list of an INSERT. A column cannot be assigned more than one value in the same clause. Modify the clause to make sure that a column is updated only once. If this statement updates or inserts columns into a view, column aliasing can conceal the duplication in your code.`;
  t.fail('column-set-twice', 264, message, clause.span);
}

function variableRight(t: Translation, env: Environment, clause: SetColumn): TypedSql {
  const right = translate(t, env, clause.value);
  return clause.op === '=' || !clause.variable ? right : compound(t, env, clause, clause.variable, right);
}

/** `SET @v = column, column = …` takes the value from before the change; what RETURNING calls by the target's name is the row after it. */
function rowBefore(t: Translation, found: Found, images: RowImages): Environment {
  const { columns } = boundRelation(t, found.env.scope, found.relation, images.deleted);
  const sources = found.env.sources.map((one) =>
    one.sqlName === found.name ? { ...one, sqlName: images.deleted, columns } : one,
  );
  return { ...found.env, sources };
}

/** Translates UPDATE, with or without FROM. */
export function translateUpdate(t: Translation, root: Environment, node: Update): TranslatedDml | undefined {
  const columns = node.set.flatMap((one) =>
    one.kind === 'setColumn' && one.column ? [one.column.parts.at(-1)?.name ?? ''] : [],
  );
  const found = find(t, root, { ...node, columns });
  if (!found) return undefined;
  const { relation } = found;
  const isStepwise = goesFromRowToRow(t, node, found);
  const images: RowImages = t.since(18) ? NEW_AND_OLD : { inserted: found.name, deleted: t.freshName('before') };
  const after = { env: rowBefore(t, found, images), images };
  const set = assignments(t, found.env, relation, node.set, after);
  const { output: clauses } = node;
  const output = returning(t, found.env, { output: clauses, relation, sources: [], images });
  // An UPDATE that only assigns variables still reads every row.
  const anyColumn = relation.columns.find((one) => !one.identity && !one.readOnly && !one.expression);
  const sets = set.sets.length > 0 ? set.sets : [`${anyColumn?.sql ?? ''} = ${found.name}.${anyColumn?.sql ?? ''}`];
  const variables = set.variables.map((one) => one.value.sql).join(', ');
  const tail =
    variables === '' ? output.sql : output.sql === '' ? ` RETURNING ${variables}` : `${output.sql}, ${variables}`;
  const readsOld = !t.since(18) && tail.includes(`${images.deleted}.`);
  const row = isStepwise ? t.parameter(ROW_ADDRESS, { name: 'varchar', length: 30 }) : undefined;
  const place = row === undefined ? found : { ...found, where: ` WHERE ${found.name}.ctid = (${row.sql})::tid` };
  const { prefix, from, where } = readsOld ? withRowsBefore(t, place, images.deleted, node.span) : foundAsIs(place);
  return {
    kind: 'update',
    ...(isStepwise ? { eachRow: true } : {}),
    sql: `${prefix}UPDATE ${relation.sql} AS ${found.name} SET ${sets.join(', ')}${from}${where}${tail}`,
    parameters: t.parameters,
    target: relation,
    columns: [
      ...output.columns,
      ...set.variables.map((one) => ({ name: '', type: one.value.type, nullable: true, assignTo: one.name })),
    ],
    ...(output.outputInto ? { outputInto: output.outputInto } : {}),
    explicitIdentity: false,
    written: set.written.map((one) => one.name),
    assigns: set.variables.map((one) => one.name),
  };
}
