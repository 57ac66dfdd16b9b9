import { quoteLiteral } from '#pgsql';
import {
  findAll,
  type Delete,
  type DmlTarget,
  type Expression,
  type SetClause,
  type TableSource,
  type Top,
  type Update,
  type WithClause,
} from '#tsql';
import { ROW_ADDRESS, type Relation, type RelationColumn, type TranslatedDml, type TypedSql } from './api.ts';
import { arithmetic, type ArithmeticOperator } from './arithmetic.ts';
import { convert } from './convert.ts';
import {
  returning,
  storeOptions,
  targetColumn,
  targetInFrom,
  targetRelation,
  tellStamped,
  writableSource,
} from './dml-target.ts';
import { childOf, sameName, type Environment, type Source, withSources } from './environment.ts';
import { translate } from './expression.ts';
import { boundRelation, nameParts, sourceName } from './bound-source.ts';
import { fromClause } from './from.ts';
import { pulledOut } from './inner-join.ts';
import { condition } from './predicate.ts';
import { countSql } from './query-ending.ts';
import { withClause } from './with-clause.ts';
import { foundAsIs, NEW_AND_OLD, type RowImages, withRowsBefore } from './rows-before.ts';
import type { Translation } from './translation.ts';
import { isAmongRows, rowAddress } from './row-address.ts';
import { lockEnding, lockHints } from './row-lock.ts';

/** UPDATE and DELETE alike: where the rows to change are found. */
export interface Found {
  readonly relation: Relation;
  /** The target's own name in the SQL text. */
  readonly name: string;
  /** The other sources, ready for FROM or USING; '' if there are none. */
  readonly from: string;
  /** WHERE with its word, or ''. */
  readonly where: string;
  /** WHERE without TOP. */
  readonly search: string;
  readonly env: Environment;
  readonly sources: readonly Source[];
  readonly prefix: string;
}

interface Search {
  readonly with?: WithClause;
  readonly target: DmlTarget;
  readonly from: readonly TableSource[];
  readonly where?: Expression;
  readonly top?: Top;
  /** UPDATE: the columns set, which tell the table where there are several. */
  readonly columns?: readonly string[];
}

/** Whether a target, or its entry in FROM, is a stored table; else it is written through what stands there. */
function isStored(env: Environment, node: DmlTarget | TableSource): boolean {
  if (node.kind === 'tableVariable') return true;
  if (node.kind !== 'table') return false;
  if (node.name.schema === undefined && env.ctes.some((one) => sameName(one.name, node.name.name.name))) return false;
  const relation = env.scope.relation(nameParts(node.name));
  return relation === undefined || relation.kind === 'table';
}

/** The target of a statement whose FROM holds it under an alias: the alias's own table. */
function aliasedTarget(
  t: Translation,
  env: Environment,
  search: Search,
): { relation: Relation | undefined; entry: TableSource | undefined } {
  const entry = targetInFrom(search.target, search.from);
  if (entry?.kind === 'table' || entry?.kind === 'tableVariable')
    return { relation: targetRelation(t, env, entry), entry };
  if (entry) {
    t.unsupported('Writing to a derived table', entry.span);
    return { relation: undefined, entry };
  }
  return { relation: targetRelation(t, env, search.target), entry: undefined };
}

function find(t: Translation, root: Environment, search: Search): Found | undefined {
  const { prefix, inner } = withClause(t, root, search.with);
  const through = targetInFrom(search.target, search.from) ?? search.target;
  if (!isStored(inner, through)) return findThrough(t, inner, search, { entry: through as TableSource, prefix });
  const { relation, entry } = aliasedTarget(t, inner, search);
  if (!relation) return undefined;
  const alone = search.from.length === 0 || (search.from.length === 1 && search.from[0] === entry);
  const found = alone ? findAlone(t, inner, search, relation, entry) : findJoined(t, inner, search, relation, entry);
  return { ...found, prefix, search: found.where, where: limited(t, found, search) };
}

type Bare = Omit<Found, 'prefix' | 'search'>;

/** The rows of a view, a derived table or a common table expression lead to those of the table below it by their addresses. */
function findThrough(
  t: Translation,
  env: Environment,
  search: Search,
  { entry, prefix }: { readonly entry: TableSource; readonly prefix: string },
): Found | undefined {
  const list = search.from.length === 0 ? [entry] : search.from;
  const from = fromClause(t, { ...env, addressing: entry }, list);
  const source = entrySource(from.env.sources, entry);
  const relation = source && writableSource(t, source, search.columns, search.target.span);
  const address = source?.columns.find((one) => one.origin && one.origin.relation.sql === relation?.sql)?.origin
    ?.address;
  if (!source || !relation || address === undefined) return undefined;
  const name = t.freshName('x');
  const tests = [
    `${rowAddress(relation, name)} = ${address}`,
    ...(search.where ? [condition(t, from.env, search.where)] : []),
  ];
  const once = list.length === 1 ? runOnce(from.sql, prefix) : undefined;
  const found: Bare = {
    relation,
    name,
    from: once?.from ?? from.sql,
    where: ` WHERE ${tests.join(' AND ')}`,
    env: from.env,
    sources: from.env.sources,
  };
  return { ...found, prefix: once?.prefix ?? prefix, search: found.where, where: limited(t, found, search) };
}

/** A subquery that locks its rows, as a common table expression that is run once; one of the same name, which it stands for, goes. */
function runOnce(from: string, prefix: string): { readonly from: string; readonly prefix: string } | undefined {
  const [, query, name] = /^\((.* FOR UPDATE OF .*)\) AS (\w+|"[^"]+")$/s.exec(from) ?? [];
  if (query === undefined || name === undefined) return undefined;
  const others = [...prefix.matchAll(/(?:^WITH |, )(\w+|"[^"]+")\([^()]*\) AS \(/g)].map((one) => one[1]);
  const isOwn = others.length === 1 && others[0] === name;
  const own = others.includes(name) ? `${name.replaceAll('"', '')}_rows` : name;
  if (prefix === '' || isOwn) return { from: name, prefix: `WITH ${name} AS MATERIALIZED (${query}) ` };
  return {
    from: own === name ? name : `${own} AS ${name}`,
    prefix: `${prefix.trimEnd()}, ${own} AS MATERIALIZED (${query}) `,
  };
}

function findAlone(
  t: Translation,
  env: Environment,
  search: Search,
  relation: Relation,
  entry: TableSource | undefined,
): Bare {
  const target = entry ?? search.target;
  const alias = 'alias' in target ? target.alias?.name : undefined;
  const name = sourceName(t, alias ?? relation.name);
  const source = boundRelation(t, env.scope, relation, name, alias);
  const inner: Environment = { ...env, parent: env, sources: [source] };
  const where = search.where ? ` WHERE ${condition(t, inner, search.where)}` : '';
  return { relation, name, from: '', where, env: inner, sources: [source] };
}

/** A target of inner joins is no source besides: the others stand in FROM, the conditions of its joins in WHERE. */
function innerJoined(
  t: Translation,
  env: Environment,
  search: Search,
  relation: Relation,
  entry: TableSource,
): Bare | undefined {
  const alias = 'alias' in entry ? entry.alias?.name : undefined;
  const name = sourceName(t, alias ?? relation.name);
  const target = boundRelation(t, env.scope, relation, name, alias);
  const pulled = pulledOut(t, env, search.from, { entry, source: target });
  if (!pulled) return undefined;
  const inner = withSources(childOf(env, []), pulled.sources);
  const tests = [...pulled.tests, ...(search.where ? [condition(t, inner, search.where)] : [])];
  const where = tests.length > 0 ? ` WHERE ${tests.join(' AND ')}` : '';
  return { relation, name, from: pulled.items.join(', '), where, env: inner, sources: inner.sources };
}

/** The rows are found by the FROM clause as it stands; the target is joined to its entry there by the row's address. */
function findJoined(
  t: Translation,
  env: Environment,
  search: Search,
  relation: Relation,
  entry: TableSource | undefined,
): Bare {
  const bare = entry && t.profile.kind === 'target' ? innerJoined(t, env, search, relation, entry) : undefined;
  if (bare) return bare;
  const from = fromClause(t, env, search.from);
  const name = t.freshName('x');
  const found = entry && entrySource(from.env.sources, entry);
  const own = boundRelation(t, env.scope, relation, name);
  const inner = found ? from.env : { ...from.env, sources: [own, ...from.env.sources] };
  const tests = [
    ...(found ? [`${rowAddress(relation, name)} = ${rowAddress(relation, found.sqlName)}`] : []),
    ...(search.where ? [condition(t, inner, search.where)] : []),
  ];
  const where = tests.length > 0 ? ` WHERE ${tests.join(' AND ')}` : '';
  return { relation, name, from: from.sql, where, env: inner, sources: inner.sources };
}

function entrySource(sources: readonly Source[], entry: TableSource): Source | undefined {
  const alias = 'alias' in entry ? entry.alias?.name : undefined;
  const own = entry.kind === 'table' ? entry.name.name.name : entry.kind === 'tableVariable' ? entry.name : '';
  return sources.find((one) =>
    alias === undefined ? !one.aliased && sameName(one.name, own) : sameName(one.name, alias),
  );
}

const topSql = (t: Translation, env: Environment, top: Top, all: string): string =>
  top.percent ? shareSql(t, env, top, all) : countSql(t, env, top.expression);

/** What is done about rows of the target that others have locked. */
function lockOf(t: Translation, { target, from }: Search): string | undefined {
  const nodes = [target, targetInFrom(target, from)];
  const locks = nodes.map((node) => (node?.kind === 'table' ? t.context.rowLocks?.get(node) : undefined));
  return locks.find((lock) => lock !== undefined)?.replace('UPDATE ', '');
}

/** TOP (n) PERCENT of the rows found: a part of a row is a row. */
function shareSql(t: Translation, env: Environment, top: Top, all: string): string {
  const share = convert(t, translate(t, env, top.expression), { name: 'float' }, { mode: 'implicit', span: top.span });
  return `(SELECT ceil(count(*) * ${share.sql} / 100.0)::bigint ${all})`;
}

/** TOP (n): any n of the rows found; READPAST: those that nobody else has locked. */
function limited(t: Translation, found: Bare, search: Search): string {
  const clause = lockOf(t, search);
  if (!search.top && clause === undefined) return found.where;
  const lock = clause === undefined ? '' : ` FOR UPDATE OF ${found.name} ${clause}`;
  const others = found.from === '' ? '' : `, ${found.from}`;
  const all = `FROM ${found.relation.sql} AS ${found.name}${others}${found.where}`;
  const count = search.top && ` LIMIT ${topSql(t, found.env, search.top, all)}`;
  const locks = t.context.locks === true;
  const hints = 'hints' in search.target ? lockHints(search.target.hints) : undefined;
  const hinted = locks ? ` FOR UPDATE OF ${found.name}${hints ? lockEnding(hints) : ''}` : '';
  const isAmong = isAmongRows(found.relation, found.name, ` ${all}${count ?? ''}${hinted}${lock}`, locks);
  return found.from === ''
    ? ` WHERE ${isAmong}`
    : `${found.where}${found.where === '' ? ' WHERE ' : ' AND '}${isAmong}`;
}

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
