import { quoteIdent } from '#pgsql';
import type { Expression, OrderItem, Query, SelectSpec, Span, Statement } from '#tsql';
import type { ResultColumn, TranslatedQuery } from '../query/index.ts';
import { castNode, selectAssign } from './assign.ts';
import { nodesOf } from './body-nodes.ts';
import { hasOpenColumns } from './built-statement.ts';
import type { Emitter } from './emitter.ts';
import { readRowCount, takeRowCount } from './row-count.ts';
import { temporaryName } from './temporary.ts';

/** SELECT as a statement: it assigns, makes a table, or gives a result set. */
export function select(e: Emitter, node: Extract<Statement, { kind: 'select' }>): void {
  const { query } = node;
  const spec = firstSpec(query);
  if (query.body.kind === 'selectSpec' && spec.items.some((one) => one.kind === 'selectAssign')) {
    if (spec.items.some((one) => one.kind !== 'selectAssign'))
      e.fail('A SELECT that assigns variables must not return data as well.', node.span);
    return selectAssign(e, query, spec);
  }
  if (spec.into) return selectInto(e, query, spec);
  resultSet(e, query.span, (types) => {
    const made = e.query(query, types);
    return hasOpenColumns(e, made.sql) ? { sql: made.sql, columns: [] } : made;
  });
}

function firstSpec(query: Query): SelectSpec {
  let { body } = query;
  while (body.kind === 'setOperation') body = body.left;
  return body;
}

/** `IDENTITY(int, 1, 1) AS n` of SELECT … INTO: the rows' numbers in the order asked for. */
function numbered(query: Query, spec: SelectSpec): Query {
  const isIdentity = (one: Expression): boolean =>
    one.kind === 'call' && one.name.name.name.toLowerCase() === 'identity' && one.name.schema === undefined;
  if (!spec.items.some((one) => one.kind === 'selectItem' && isIdentity(one.expression))) return query;
  const items = spec.items.map((one) => {
    if (one.kind !== 'selectItem' || !isIdentity(one.expression)) return one;
    const { span } = one;
    const nothing: Expression = { kind: 'literal', type: 'int', text: '1', value: '1', span };
    const orderBy: readonly OrderItem[] =
      query.orderBy.length > 0 ? query.orderBy : [{ kind: 'orderItem', expression: nothing, span }];
    const rank = { kind: 'identifier' as const, name: 'ROW_NUMBER', quote: 'none' as const, span };
    const number: Expression = {
      kind: 'call',
      name: { kind: 'objectName', name: rank, span },
      args: [],
      parens: true,
      distinct: false,
      over: { kind: 'window', partitionBy: [], orderBy, span },
      span,
    };
    return { ...one, expression: castNode(number, { name: 'int' }) };
  });
  return { ...query, body: { ...spec, items } };
}

/** SELECT … INTO: CREATE TABLE AS. A temporary one lives to the end of the transaction. */
function selectInto(e: Emitter, query: Query, spec: SelectSpec): void {
  const name = spec.into?.name.name ?? '';
  const made = e.query(numbered(query, spec));
  e.facts.writes = true;
  const { naming } = e.options;
  const isTemporary = name.startsWith('#');
  if (name.startsWith('##')) e.once('SL1002', 'A global temporary table is seen by its own session alone.', spec.span);
  const schema = spec.into?.schema?.name ?? 'dbo';
  const sql = isTemporary
    ? quoteIdent(temporaryName(e, name))
    : `${quoteIdent(e.options.schemaOf(schema))}.${quoteIdent(naming.name('relations made', name, name.toLowerCase()))}`;
  const columns = made.columns.map((one) => ({
    name: one.name,
    sql: quoteIdent(naming.name('aliases', one.name, one.name.toLowerCase())),
    type: one.type,
    nullable: one.nullable,
  }));
  e.scope.made(schema, name, { kind: 'table', name, sql, columns });
  const list = ` (${columns.map((one) => one.sql).join(', ')})`;
  e.pieces.push({
    kind: 'ddl',
    sql: `CREATE ${isTemporary ? 'TEMP TABLE' : 'TABLE IF NOT EXISTS'} ${sql}${list} AS ${made.sql}`,
    line: query.span.line,
  });
  if (isTemporary) e.line(`DROP TABLE IF EXISTS ${sql};`);
  e.laid(
    `CREATE ${isTemporary ? 'TEMP ' : ''}TABLE ${sql}${list}${isTemporary ? ' ON COMMIT DROP' : ''} AS ${made.sql};`,
  );
  takeRowCount(e);
}

/** Rows for the caller: of a function, or through the next refcursor. `make` gets the types that the rows of a function must have. */
export function resultSet(
  e: Emitter,
  span: Span,
  make: (types: readonly string[] | undefined) => Pick<TranslatedQuery, 'sql' | 'columns'> & { readonly runs?: Runs },
): void {
  const { kind, results, resultTypes } = e.options;
  if (kind !== 'procedure') {
    e.fail(`A ${kind === 'trigger' ? 'trigger' : 'function'} gives its caller no result sets.`, span, 'SL1041');
  }
  if (e.loops > 0) e.fail('A result set within a loop: the number of result sets is not known.', span, 'SL1041');
  const made = make(results === 'rows' ? resultTypes : undefined);
  const index = e.resultIndex++;
  e.results.push({ index, columns: made.columns as readonly ResultColumn[] });
  if (results === 'rows') {
    e.headed('RETURN QUERY', made.sql, span);
    takeRowCount(e);
    return;
  }
  openFor(e, e.cursorName(index), made, span);
}

/** What must not wait until somebody fetches rows: a change that gives some, a routine that does and may change more. */
type Runs = 'change' | 'routine';

/**
 * Opens a cursor for the caller. PostgreSQL runs its query when the first row is fetched: a change (OUTPUT) must not wait for that, what reads a table that the routine empties or drops is
 * taken before that happens, and who asks how many rows there are walks through them. A portal with a change in WITH is run as a whole and kept, and no longer holds its tables.
 */
function openFor(
  e: Emitter,
  cursor: string,
  { sql: made, runs }: { readonly sql: string; readonly runs?: Runs },
  span: Span,
): void {
  // A cursor locks rows as they are fetched, and one that goes back and forth cannot.
  const sql = runs ? made : made.replaceAll(LOCK_CLAUSE, '');
  if (sql !== made)
    e.once('SL1076', 'The rows of a result set that is handed out by a refcursor are not locked.', span);
  const walks = runs === 'routine' || readRowCount(e) !== undefined;
  const fleeting = runs ? undefined : fleetingTable(e, sql);

  e.headed(`OPEN ${cursor} ${walks ? 'SCROLL ' : ''}FOR`, fleeting ? taken(sql, fleeting) : sql, span);
  if (!walks && !runs && !fleeting) return;
  // A variable of its own: plpgsql_check takes a MOVE of the cursor that was opened for a FETCH.
  const walked = e.variables.declare('@\u0000rows', undefined, 'refcursor').name;
  e.line(`${walked} := ${cursor};`);
  if (!walks) return e.line(`MOVE FORWARD 0 IN ${walked}; -- runs it now, not when its rows are fetched`);
  e.line(`MOVE FORWARD ALL IN ${walked};`);
  takeRowCount(e);
  e.line(`MOVE ABSOLUTE 0 IN ${walked};`);
}

/** The first table of a query that does not outlive its cursor: a temporary one, or one that the routine truncates or drops. */
function fleetingTable(e: Emitter, sql: string): string | undefined {
  const emptied = [
    ...nodesOf(e.body, 'truncate').map((one) => one.table),
    ...nodesOf(e.body, 'dropObject').flatMap((one) => (one.type === 'table' ? one.names : [])),
  ].map((one) => e.scope.relation([one.database, one.schema, one.name].flatMap((part) => (part ? [part.name] : []))));
  // A parameter of a table type is an array: nothing empties it.
  const temporary = [...e.scope.local.values()].filter((one) => /^[#@]/.test(one.name) && !/[()]/.test(one.sql ?? ''));
  return [...temporary, ...emptied]
    .flatMap((one) => (one?.sql === undefined ? [] : [one.sql]))
    .find((name) => new RegExp(`(?:FROM|JOIN|,)\\s+${escaped(name)}(?![\\w$])`).test(sql));
}

const LOCK_CLAUSE = / FOR (?:UPDATE|SHARE) OF [\w"]+(?:, [\w"]+)*(?: SKIP LOCKED| NOWAIT)?/g;

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** The query with a change of nothing in WITH. */
function taken(sql: string, table: string): string {
  const nothing = `taken AS (DELETE FROM ${table} WHERE false)`;
  const [, recursive = '', rest] = /^WITH\s+(RECURSIVE\s+)?(.*)$/s.exec(sql) ?? [];
  return rest === undefined ? `WITH ${nothing} ${sql}` : `WITH ${recursive}${nothing}, ${rest}`;
}
