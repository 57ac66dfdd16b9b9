import type { Expression, Insert, InsertQuery, InsertValues, Span } from '#tsql';
import type { Relation, RelationColumn, TranslatedDml } from './api.ts';
import { convert } from './convert.ts';
import { returning, storeOptions, targetColumn, targetRelation, tellStamped } from './dml-target.ts';
import type { Environment } from './environment.ts';
import { translate } from './expression.ts';
import { querySql } from './query.ts';
import { countSql } from './query-ending.ts';
import { withClause } from './with-clause.ts';
import type { Translation } from './translation.ts';

/** Translates INSERT … VALUES, SELECT, DEFAULT VALUES. INSERT … EXEC is the engine's. */
export function translateInsert(t: Translation, root: Environment, node: Insert): TranslatedDml | undefined {
  const relation = targetRelation(t, root, node.target);
  if (!relation) return undefined;
  const { prefix, inner } = withClause(t, root, node.with);
  const columns = insertColumns(t, relation, node);
  const source = insertSource(t, inner, node, relation, columns);
  // Before 18 the new row goes by the table's own name.
  const alias = node.output.length > 0 && !t.since(18) ? t.freshName('x') : undefined;
  const images = { inserted: alias ?? 'new' };
  const output = returning(t, inner, { output: node.output, relation, sources: [], images });
  const explicitIdentity = columns.some((column) => column.identity !== undefined);
  const generated = explicitIdentity ? undefined : relation.columns.find((column) => column.identity);
  const identity = generated && node.output.length === 0 && node.source.kind !== 'insertQuery' ? generated : undefined;
  const list = node.source.kind === 'defaultValues' ? '' : ` (${columns.map((one) => one.sql).join(', ')})`;
  const tail = identity ? ` RETURNING ${identity.sql}` : output.sql;
  return {
    kind: 'insert',
    sql: `${prefix}INSERT INTO ${relation.sql}${alias === undefined ? '' : ` AS ${alias}`}${list} ${source}${tail}`,
    parameters: t.parameters,
    target: relation,
    columns: output.columns,
    ...(output.outputInto ? { outputInto: output.outputInto } : {}),
    ...(identity ? { identity } : {}),
    explicitIdentity,
    written: columns.map((one) => one.name),
    assigns: [],
  };
}

const isWritable = (column: RelationColumn): boolean => column.readOnly !== true && column.expression === undefined;

const VERSION_GIVEN =
  'Cannot insert an explicit value into a timestamp column. Use INSERT with a column list to exclude the timestamp column, or insert a DEFAULT into the timestamp column.';

function insertColumns(t: Translation, relation: Relation, node: Insert): readonly RelationColumn[] {
  if (node.columns.length === 0) return relation.columns.filter((one) => isWritable(one) && one.identity === undefined);
  return node.columns.flatMap((one) => {
    const column = targetColumn(t, relation, one.name, one.span);
    if (column?.stamped) tellStamped(t, column, one.span);
    else if (column && !isWritable(column)) {
      const computed = `The column "${column.name}" cannot be modified because it is either a computed column or is the result of a UNION operator.`;
      const isVersion = column.type.name === 'rowversion';
      t.fail('read-only-column', isVersion ? 273 : 271, isVersion ? VERSION_GIVEN : computed, one.span);
    }
    return column ? [column] : [];
  });
}

function insertSource(
  t: Translation,
  env: Environment,
  node: Insert,
  relation: Relation,
  columns: readonly RelationColumn[],
): string {
  switch (node.source.kind) {
    case 'defaultValues':
      return 'DEFAULT VALUES';
    case 'values':
      return valuesSql(t, env, node.source, { relation, columns, listed: node.columns.length > 0 });
    case 'insertQuery':
      return insertQuery(t, env, node, node.source, { relation, columns });
    case 'insertExecute':
      return t.unsupported('INSERT … EXEC inside the translator', node.span).sql;
  }
}

interface InsertTarget {
  readonly relation: Relation;
  readonly columns: readonly RelationColumn[];
  readonly listed?: boolean;
}

/** 8101: a value for the identity column, without a list of columns. */
function needsColumnList(t: Translation, relation: Relation, given: number, span: Span): void {
  const identity = relation.columns.some((one) => one.identity !== undefined);
  if (!identity || given !== relation.columns.filter(isWritable).length) return;
  const message = `An explicit value for the identity column in table '${relation.name}' can only be specified when a column list is used and IDENTITY_INSERT is ON.`;
  t.fail('identity-without-list', 8101, message, span);
}

function valuesSql(t: Translation, env: Environment, source: InsertValues, target: InsertTarget): string {
  const rows = source.rows.map((row) => {
    if (row.length !== target.columns.length) {
      const fewer = row.length < target.columns.length;
      if (!target.listed) needsColumnList(t, target.relation, row.length, source.span);
      const message = target.listed
        ? `There are ${fewer ? 'more' : 'fewer'} columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.`
        : 'Column name or number of supplied values does not match table definition.';
      t.fail('value-count', target.listed ? (fewer ? 109 : 110) : 213, message, source.span);
    }
    return `(${row.map((cell, index) => cellSql(t, env, cell, target, index)).join(', ')})`;
  });
  return `VALUES ${rows.join(', ')}`;
}

function cellSql(t: Translation, env: Environment, cell: Expression, target: InsertTarget, index: number): string {
  if (cell.kind === 'default') return 'DEFAULT';
  const column = target.columns[index];
  const from = translate(t, env, cell);
  if (!column) return from.sql;
  const options = storeOptions(t, target.relation, column, cell.span);
  return convert(t, from, column.type, options).sql;
}

function insertQuery(
  t: Translation,
  env: Environment,
  node: Insert,
  source: InsertQuery,
  target: InsertTarget,
): string {
  const query = querySql(t, env, source.query, {
    store: (index) => {
      const column = target.columns[index];
      return column && storeOptions(t, target.relation, column, source.span);
    },
  });
  if (query.columns.length !== target.columns.length) {
    if (node.columns.length === 0) needsColumnList(t, target.relation, query.columns.length, source.span);
    const [number, message] =
      node.columns.length === 0
        ? [213, 'Column name or number of supplied values does not match table definition.']
        : [
            query.columns.length < target.columns.length ? 120 : 121,
            `The select list for the INSERT statement contains ${query.columns.length < target.columns.length ? 'fewer' : 'more'} items than the insert list. The number of SELECT values must match the number of INSERT columns.`,
          ];
    t.fail('value-count', number as number, message as string, source.span);
  }
  if (!node.top) return query.sql;
  if (node.top.percent) return t.unsupported('INSERT TOP PERCENT', node.top.span).sql;
  return `SELECT * FROM (${query.sql}) AS ${t.freshName('q')} LIMIT ${countSql(t, env, node.top.expression)}`;
}
