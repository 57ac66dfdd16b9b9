import type { Cte, QueryBody, WithClause } from '#tsql';
import type { SqlType } from './api.ts';
import { checkColumnNames } from './column-names.ts';
import { sameName, type CteBinding, type Environment } from './environment.ts';
import { bodySql, checkInnerOrder, columnName, querySql, type QueryColumn, unionTypes } from './query.ts';
import { sameType } from './sql-type.ts';
import type { Translation } from './translation.ts';

/** WITH XMLNAMESPACES: prefixes for the paths of the statement; that of elements without a prefix is empty. */
function withNamespaces(env: Environment, { namespaces }: WithClause): Environment {
  if (namespaces.length === 0) return env;
  const pairs = namespaces.map((one): readonly [string, string] => [one.prefix?.name ?? '', one.uri.value]);
  return { ...env, xmlNamespaces: [...(env.xmlNamespaces ?? []), ...pairs] };
}

/** The WITH clause as text, and the environment in which its names are known. */
export function withClause(
  t: Translation,
  env: Environment,
  clause: WithClause | undefined,
): { readonly prefix: string; readonly inner: Environment } {
  let inner = clause ? withNamespaces(env, clause) : env;
  const texts: string[] = [];
  let recursive = false;
  for (const cte of clause?.ctes ?? []) {
    const { binding, sql, recurses } = cteSql(t, inner, cte);
    recursive ||= recurses;
    inner = { ...inner, ctes: [binding, ...inner.ctes] };
    const list = [...binding.columns, ...(binding.level ? [binding.level] : [])].map((one) => one.sql).join(', ');
    texts.push(`${binding.sqlName}(${list}) AS (${sql})`);
  }
  return { prefix: texts.length > 0 ? `WITH ${recursive ? 'RECURSIVE ' : ''}${texts.join(', ')} ` : '', inner };
}

const bindingOf = (
  t: Translation,
  env: Environment,
  cte: Cte,
  columns: readonly QueryColumn[],
  sqlName: string,
): CteBinding => ({
  name: cte.name.name,
  sqlName,
  definition: { cte, env },
  columns: columns.map((one, index) => ({
    name: cte.columns[index]?.name ?? one.name,
    sql: columnName(t, cte.columns[index]?.name ?? one.name, index),
    type: one.value.type,
    nullable: one.value.nullable,
  })),
});

function mentions(body: unknown, name: string): boolean {
  if (Array.isArray(body)) return body.some((one) => mentions(one, name));
  if (typeof body !== 'object' || body === null) return false;
  const node = body as { kind?: string; name?: { name?: { name?: string }; schema?: unknown } };
  if (node.kind === 'table' && node.name?.schema === undefined && sameName(node.name?.name?.name ?? '', name))
    return true;
  return Object.values(node).some((one) => mentions(one, name));
}

function cteSql(t: Translation, env: Environment, cte: Cte): { binding: CteBinding; sql: string; recurses: boolean } {
  const sqlName = t.profile.kind === 'sandbox' ? t.freshName('w') : t.profile.alias(cte.name.name);
  const { body } = cte.query;
  checkInnerOrder(t, cte.query);
  if (body.kind === 'setOperation' && body.op === 'union' && mentions(body.right, cte.name.name)) {
    return recursiveCte(t, env, cte, sqlName);
  }
  const inner = querySql(t, env, cte.query, { named: true, names: cte.columns.map((one) => one.name) });
  checkColumnNames(t, { name: cte.name.name, given: cte.columns.length, span: cte.span }, inner.columns);
  return { binding: bindingOf(t, env, cte, inner.columns, sqlName), sql: inner.sql, recurses: false };
}

/** The anchor decides the types; the recursive member is converted to them. */
function recursiveCte(
  t: Translation,
  env: Environment,
  cte: Cte,
  sqlName: string,
): { binding: CteBinding; sql: string; recurses: boolean } {
  const all = flattenUnion(cte.query.body);
  const isRecursive = (body: QueryBody): boolean => mentions(body, cte.name.name);
  const anchors = all.filter((one) => !isRecursive(one));
  const first = anchors[0];
  if (!first) {
    t.fail(
      'recursive-cte',
      252,
      `Recursive common table expression '${cte.name.name}' does not contain a top-level UNION ALL operator.`,
      cte.span,
    );
    return { binding: { name: cte.name.name, sqlName, columns: [] }, sql: 'SELECT', recurses: false };
  }
  const types = unionTypes(anchors.map((one) => bodySql(t, env, one, {}).columns));
  const columns = bodySql(t, env, first, { types, castAll: true }).columns.map((one) => ({
    ...one,
    value: { ...one.value, nullable: true },
  }));
  const named = columns.map((one, index) => ({ name: cte.columns[index]?.name ?? one.name }));
  checkColumnNames(t, { name: cte.name.name, given: cte.columns.length, span: cte.span }, named);
  const recursions = all.filter(isRecursive);
  const counted = t.profile.runtime && t.maxRecursion > 0 && recursions.every((one) => one.kind === 'selectSpec');
  const binding: CteBinding = {
    ...bindingOf(t, env, cte, columns, sqlName),
    ...(counted ? { level: { name: LEVEL, sql: 'sbx_level' } } : {}),
  };
  // PostgreSQL takes one reference to the rows of the step before: several members read that row beside each other.
  const step = !counted && recursions.length > 1 ? t.freshName('step') : undefined;
  const own = columns.map((one, index) => columnName(t, cte.columns[index]?.name ?? one.name, index));
  const read =
    step === undefined ? binding : { ...binding, sqlName: `(SELECT ${own.map((one) => `${step}.${one}`).join(', ')})` };
  const inner = { ...env, ctes: [read, ...env.ctes] };
  const text = (one: QueryBody): string => {
    if (!counted) return `(${bodySql(t, inner, one, { types, castAll: true, named: true }).sql})`;
    return countedMember(t, inner, isRecursive(one) ? withLevel(one) : one, { types, recursive: isRecursive(one) });
  };
  for (const one of recursions) sameTypes(t, cte, columns, bodySql(t, inner, one, {}).columns);
  const anchorText = anchors.map(text).join(' UNION ALL ');
  const members = recursions.map(text).join(' UNION ALL ');
  const row = t.freshName('row');
  const recursiveText = step
    ? `(SELECT ${own.map((one) => `${row}.${one}`).join(', ')} FROM ${sqlName} AS ${step} CROSS JOIN LATERAL (${members}) AS ${row}(${own.join(', ')}))`
    : members;
  return { binding, sql: `${anchorText} UNION ALL ${recursiveText}`, recurses: true };
}

/** The recursive part has the anchor's very types, to the length, or it is error 240. */
function sameTypes(t: Translation, cte: Cte, anchor: readonly QueryColumn[], recursive: readonly QueryColumn[]): void {
  for (const [index, column] of anchor.entries()) {
    const other = recursive[index]?.value;
    if (!other || other.untyped || t.profile.kind === 'target') continue;
    const { collation: _, ...own } = column.value.type;
    const { collation: __, ...others } = other.type;
    if (sameType(own, others)) continue;
    const message = `Types don't match between the anchor and the recursive part in column "${column.name}" of recursive query "${cte.name.name}".`;
    t.fail('recursive-type', 240, message, cte.span);
  }
}

const LEVEL = 'sbx level';

/** A recursive member that selects the level of the row it comes from, too. */
function withLevel(body: QueryBody): QueryBody {
  if (body.kind !== 'selectSpec') return body;
  const { span } = body;
  const level = { kind: 'column', parts: [{ kind: 'identifier', name: LEVEL, quote: 'none', span }], span } as const;
  return { ...body, items: [...body.items, { kind: 'selectItem', expression: level, span }] };
}

/** A member with the level of its rows; one past MAXRECURSION is error 530. */
function countedMember(
  t: Translation,
  env: Environment,
  body: QueryBody,
  { types, recursive }: { readonly types: readonly SqlType[]; readonly recursive: boolean },
): string {
  const inner = bodySql(t, env, body, { types, castAll: true, named: true });
  const name = t.freshName('q');
  const columns = inner.columns.slice(0, types.length).map((one) => `${name}.${one.sqlName}`);
  const last = inner.columns.at(-1)?.sqlName ?? '';
  const level = recursive ? `sys.next_level(${name}.${last}, ${t.maxRecursion})` : '0';
  return `(SELECT ${[...columns, level].join(', ')} FROM (${inner.sql}) AS ${name})`;
}

function flattenUnion(body: QueryBody): readonly QueryBody[] {
  if (body.kind === 'setOperation' && body.op === 'union' && body.all) {
    return [...flattenUnion(body.left), ...flattenUnion(body.right)];
  }
  return [body];
}
