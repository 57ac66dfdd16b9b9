import { type DmlTarget, type Expression, type TableSource, type Top, type WithClause } from '#tsql';
import { type Relation } from './api.ts';
import { convert } from './convert.ts';
import { targetInFrom, targetRelation, writableSource } from './dml-target.ts';
import { childOf, sameName, type Environment, type Source, withSources } from './environment.ts';
import { translate } from './expression.ts';
import { boundRelation, nameParts, sourceName } from './bound-source.ts';
import { fromClause } from './from.ts';
import { pulledOut } from './inner-join.ts';
import { condition } from './predicate.ts';
import { countSql } from './query-ending.ts';
import { withClause } from './with-clause.ts';
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

/** What finds the rows of an UPDATE or DELETE. */
export interface Search {
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

/** Finds the rows that a statement changes: the table below what it names, and the clauses around it; undefined where it was refused. */
export function find(t: Translation, root: Environment, search: Search): Found | undefined {
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
