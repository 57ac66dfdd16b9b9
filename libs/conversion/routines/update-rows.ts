import { quoteIdent } from '#pgsql';
import { findAll } from '#tsql';
import type { ColumnRef, Expression, Identifier, Query, SelectAssign, SetClause, TableSource, Update } from '#tsql';
import { translateDml } from '../query/index.ts';
import { columnsOf, compound, substitute, variableOf } from './assign.ts';
import type { Emitter } from './emitter.ts';
import { countRow, setRowCount } from './row-count.ts';

type SetColumn = Extract<SetClause, { kind: 'setColumn' }>;

const isSet = (one: SetClause): one is SetColumn => one.kind === 'setColumn';

/** Whether an UPDATE assigns variables from their own former values: `UPDATE t SET @n = c = @n + 1`. */
export function goesFromRowToRow(node: Update): boolean {
  const clauses = node.set.filter(isSet);
  const names = new Set(clauses.flatMap((one) => (one.variable ? [one.variable.name.toLowerCase()] : [])));
  return clauses.some(
    (one) =>
      findAll(one.value, 'variable').some((used) => names.has(used.name.toLowerCase())) ||
      (one.variable !== undefined && one.column === undefined && one.op !== '='),
  );
}

/** The table that is changed, as something to read from. */
function sourceOf(e: Emitter, node: Update): Extract<TableSource, { kind: 'table' | 'tableVariable' }> {
  const [source] = node.from;
  const table = node.from.length === 0 ? node.target : source;
  if (node.from.length > 1 || (table?.kind !== 'table' && table?.kind !== 'tableVariable'))
    return e.fail('UPDATE … SET @v = @v + … of joined tables is not converted.', node.span);
  return table;
}

/** Such an UPDATE: a cursor over the rows in the order of the table's key; variables first, then the row's columns. */
export function updateRowByRow(e: Emitter, node: Update): void {
  if (node.output.length > 0 || node.top || node.set.some((one) => !isSet(one)))
    e.fail('UPDATE … SET @v = @v + … with OUTPUT or TOP is not converted.', node.span);
  const source = sourceOf(e, node);
  const clauses = node.set.filter(isSet);
  const reads = columnsOf(clauses.map(asItem));
  const { query, fields } = rowsOf(e, node, source, [...reads.values()]);
  const made = e.query(query);
  const row = e.variables.declare('@\u0000row', undefined, 'record').name;
  const cursor = e.variables.declare('@\u0000rows to update', undefined, 'refcursor').name;
  for (const [index, alias] of fields.entries())
    e.scope.globals.set(`@@\u0000${alias.toLowerCase()}`, {
      type: made.columns[index]?.type ?? { name: 'int' },
      sql: `${row}.${quoteIdent(e.options.naming.name('aliases', alias, alias.toLowerCase()))}`,
    });
  setRowCount(e, '0');
  e.line(`OPEN ${cursor} FOR`);
  e.indented(() => e.sql(`${made.sql} FOR UPDATE`, node.span));
  e.line('LOOP');
  e.indented(() => {
    e.line(`FETCH ${cursor} INTO ${row};`);
    e.line('EXIT WHEN NOT FOUND;');
    writeRow(e, node, source, { clauses, reads, cursor });
  });
  e.line('END LOOP;');
  e.line(`CLOSE ${cursor};`);
}

const asItem = (one: SetColumn): SelectAssign => ({
  kind: 'selectAssign',
  variable: one.variable ?? { kind: 'variable', name: '', span: one.span },
  op: '=',
  expression: one.op === '=' || !one.column ? one.value : compound(one.op, one.column, one.value, one.span),
  span: one.span,
});

interface Row {
  readonly clauses: readonly SetColumn[];
  readonly reads: ReturnType<typeof columnsOf>;
  readonly cursor: string;
}

function writeRow(e: Emitter, node: Update, source: Update['target'], { clauses, reads, cursor }: Row): void {
  const pieces = e.pieces.length;
  const values = new Map<SetColumn, Expression>();
  for (const one of clauses) {
    const value = substitute(asItem(one).expression, reads) as Expression;
    if (!one.variable) continue;
    const target = variableOf(e, one.variable);
    const whole = one.column ? value : compound(one.op, one.variable, value, one.span);
    e.laid(`${target.name} := ${e.value(whole, target.type)};`);
    values.set(one, one.variable);
  }
  const set = clauses.flatMap((one): readonly SetColumn[] =>
    one.column
      ? [
          {
            kind: 'setColumn',
            column: one.column,
            op: '=',
            value: values.get(one) ?? (substitute(asItem(one).expression, reads) as Expression),
            span: one.span,
          },
        ]
      : [],
  );
  if (set.length > 0) {
    const change = {
      kind: 'update',
      target: source,
      set,
      output: [],
      from: [],
      options: [],
      span: node.span,
    } as Update;
    const made = e.translated(node.span, (context) => translateDml(change, context));
    if (!made) return e.fail('The statement is not converted.', node.span);
    e.facts.writes = true;
    e.laid(`${made.sql} WHERE CURRENT OF ${cursor};`);
  }
  e.pieces.length = pieces;
  countRow(e);
}

/** The rows' columns that are read, in the order of the key. */
function rowsOf(
  e: Emitter,
  node: Update,
  source: Extract<TableSource, { kind: 'table' | 'tableVariable' }>,
  reads: readonly { readonly node: ColumnRef; readonly alias: string }[],
): { readonly query: Query; readonly fields: readonly string[] } {
  const { span } = node;
  const identifier = (name: string): Identifier => ({ kind: 'identifier', name, quote: 'none', span });
  const one: Expression = { kind: 'literal', type: 'int', text: '1', value: '1', span };
  const items =
    reads.length > 0
      ? reads.map((read) => ({ expression: read.node as Expression, alias: read.alias }))
      : [{ expression: one, alias: 'one' }];
  const key = source.kind === 'table' ? e.scope.keyOf(source.name.schema?.name ?? 'dbo', source.name.name.name) : [];
  return {
    fields: items.map((item) => item.alias),
    query: {
      kind: 'query',
      body: {
        kind: 'selectSpec',
        distinct: false,
        items: items.map((item) => ({
          kind: 'selectItem',
          expression: item.expression,
          alias: identifier(item.alias),
          span,
        })),
        from: [source],
        ...(node.where ? { where: node.where } : {}),
        windows: [],
        span,
      },
      orderBy: key.map((name) => ({
        kind: 'orderItem',
        expression: { kind: 'column', parts: [identifier(name)], span },
        span,
      })),
      options: [],
      span,
    },
  };
}
