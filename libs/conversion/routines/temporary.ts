import type { ColumnDefinition, Expression, Span, TableElement } from '#tsql';
import { quoteIdent } from '#pgsql';
import { type Relation, type RelationColumn, translateExpression, translatePredicate } from '../query/index.ts';
import type { Emitter } from './emitter.ts';
import { wholeNumber } from './errors.ts';

/** A temporary table or table variable to be made. */
export interface TemporaryTable {
  /** `#t` or `@t`. */
  readonly source: string;
  /** In the target, not quoted. */
  readonly name: string;
  readonly elements: readonly TableElement[];
  readonly span: Span;
}

/** `#orders` and `@orders` become `tmp_orders`, within a routine always the same. */
export function temporaryName(e: Emitter, source: string): string {
  const stem = source.replace(/^[#@]+/, '');
  return `tmp_${e.options.naming.name('temporary', stem, source.toLowerCase())}`;
}

/** Writes CREATE TEMP TABLE, and makes the table known. It lives to the end of the transaction; one left over from an earlier call is dropped. */
export function createTemporary(e: Emitter, table: TemporaryTable): void {
  const relation = temporaryRelation(e, table);
  e.scope.local.set(table.source.toLowerCase(), relation);
  e.facts.writes = true;
  const lines = table.elements.flatMap((one) => elementSql(e, one, relation));
  for (const one of table.elements) if (one.kind === 'columnDefinition') refuseComputed(e, one, relation);
  e.line(`DROP TABLE IF EXISTS ${relation.sql ?? ''};`);
  e.pieces.push({
    kind: 'ddl',
    sql: `CREATE TEMP TABLE ${relation.sql ?? ''} (${lines.join(', ')})`,
    line: table.span.line,
  });
  e.line(`CREATE TEMP TABLE ${relation.sql ?? ''} (`);
  for (const [index, one] of lines.entries()) e.line(`  ${one}${index < lines.length - 1 ? ',' : ''}`);
  e.line(') ON COMMIT DROP;');
}

/** A variable of a table type: a temporary table with its columns. */
export function createTyped(
  e: Emitter,
  table: {
    readonly source: string;
    readonly name: string;
    readonly columns: readonly RelationColumn[];
    readonly span: Span;
  },
): void {
  const sql = quoteIdent(table.name);
  e.scope.local.set(table.source.toLowerCase(), { kind: 'table', name: table.source, sql, columns: table.columns });
  e.facts.writes = true;
  const list = table.columns
    .map((one) => `${one.sql} ${one.pgType ?? 'text'}${one.required ? ' NOT NULL' : ''}`)
    .join(', ');
  e.pieces.push({ kind: 'ddl', sql: `CREATE TEMP TABLE ${sql} (${list})`, line: table.span.line });
  e.line(`DROP TABLE IF EXISTS ${sql};`);
  e.laid(`CREATE TEMP TABLE ${sql} (${list}) ON COMMIT DROP;`);
}

/** The columns of a table as declared. */
export function temporaryRelation(e: Emitter, table: Omit<TemporaryTable, 'span'>): Relation {
  const definitions = table.elements.flatMap((one) => (one.kind === 'columnDefinition' ? [one] : []));
  const plain = definitions.filter((one) => !one.computed).map((one) => columnOf(e, one));
  const relation: Relation = { kind: 'table', name: table.source, sql: quoteIdent(table.name), columns: plain };
  if (plain.length === definitions.length) return relation;
  const columns = definitions.map(
    (one) => plain.find((other) => other.name === one.name.name) ?? computedColumn(e, one, relation).column,
  );
  return { ...relation, columns };
}

/** A computed column: its type is that of its expression over the others. */
function computedColumn(
  e: Emitter,
  node: ColumnDefinition,
  table: Relation,
): { readonly column: RelationColumn; readonly expression: string } {
  const name = node.name.name;
  const expression = node.computed?.expression;
  if (!expression) return e.fail(`The column ${name} of a temporary table has no expression.`, node.span);
  const made = e.translated(node.span, (context) => translateExpression(expression, context, { table }));
  const sql = quoteIdent(e.options.naming.name('aliases', name, name.toLowerCase()));
  const pgType = e.typeSql(made.type).sql;
  return { column: { name, sql, type: made.type, nullable: true, readOnly: true, pgType }, expression: made.sql };
}

/** What PostgreSQL does not hold immutable, or not allow, in a generated column. */
const NOT_GENERATED =
  /\b(SELECT|to_char|to_date|to_timestamp|concat|concat_ws|format|localtimestamp|clock_timestamp|current_user)\b|::(timestamp|date|time|timestamptz)\b/;

const generated = (e: Emitter, node: ColumnDefinition, table: Relation): string =>
  computedColumn(e, node, { ...table, columns: table.columns.filter((one) => !one.readOnly) }).expression;

/** A computed column that cannot be generated is raised before its table is made; what follows is written as if it were there. */
function refuseComputed(e: Emitter, node: ColumnDefinition, table: Relation): void {
  if (!node.computed || !NOT_GENERATED.test(generated(e, node, table))) return;
  e.raise(
    `The computed column ${node.name.name} of a temporary table cannot be generated: PostgreSQL does not hold its expression immutable.`,
    node.span,
  );
}

function columnOf(e: Emitter, node: ColumnDefinition): RelationColumn {
  const name = node.name.name;
  const sql = quoteIdent(e.options.naming.name('aliases', name, name.toLowerCase()));
  if (!node.type) return e.fail(`The column ${name} of a temporary table has no type.`, node.span);
  const { type, sql: pgType } = e.type(node.type);
  const notNull =
    node.nullable === false || node.identity !== undefined || node.constraints.some((one) => one.kind === 'primaryKey');
  return {
    name,
    sql,
    type,
    nullable: !notNull,
    pgType,
    ...(node.identity ? { identity: true } : {}),
    ...(node.constraints.some((one) => one.kind === 'defaultConstraint') ? { hasDefault: true } : {}),
  };
}

/** One element of a table as it is written in CREATE TABLE; none for what a table made in a routine does without. */
export function elementSql(e: Emitter, element: TableElement, relation: Relation): readonly string[] {
  switch (element.kind) {
    case 'columnDefinition':
      return [columnSql(e, element, relation)];
    case 'primaryKey':
    case 'unique': {
      const names = element.columns.map((one) => columnName(e, one.name.name));
      return [`${element.kind === 'unique' ? 'UNIQUE NULLS NOT DISTINCT' : 'PRIMARY KEY'} (${names.join(', ')})`];
    }
    case 'check':
      return [`CHECK (${predicate(e, element.condition, relation)})`];
    default:
      return [];
  }
}

const columnName = (e: Emitter, name: string): string =>
  quoteIdent(e.options.naming.name('aliases', name, name.toLowerCase()));

const predicate = (e: Emitter, node: Expression, table: Relation): string =>
  e.translated(node.span, (context) => translatePredicate(node, context, { table })).sql;

function columnSql(e: Emitter, node: ColumnDefinition, relation: Relation): string {
  const column = relation.columns.find((one) => one.name === node.name.name);
  if (node.computed) {
    const expression = generated(e, node, relation);
    const plain = `${column?.sql ?? ''} ${column?.pgType ?? 'text'}`;
    return NOT_GENERATED.test(expression) ? plain : `${plain} GENERATED ALWAYS AS (${expression}) STORED`;
  }
  const parts = [column?.sql ?? '', node.type ? e.type(node.type).sql : 'bytea'];
  if (node.identity) {
    const [seed, step] = [node.identity.seed, node.identity.increment].map((one) => String(wholeNumber(one) ?? 1));
    const bounds = Number(seed) < 1 || Number(step) < 0 ? ' MINVALUE -2147483648 MAXVALUE 2147483647' : '';
    parts.push(
      `GENERATED BY DEFAULT AS IDENTITY${seed === '1' && step === '1' ? '' : ` (START WITH ${seed} INCREMENT BY ${step}${bounds})`}`,
    );
  }
  for (const one of node.constraints) {
    if (one.kind === 'defaultConstraint')
      parts.push(
        `DEFAULT ${e.translated(one.span, (context) => translateExpression(one.expression, context, column ? { type: column.type } : {})).sql}`,
      );
    if (one.kind === 'primaryKey') parts.push('PRIMARY KEY');
    if (one.kind === 'unique') parts.push('UNIQUE NULLS NOT DISTINCT');
    if (one.kind === 'check') parts.push(`CHECK (${predicate(e, one.condition, relation)})`);
  }
  if (node.nullable === false) parts.push('NOT NULL');
  return parts.join(' ');
}
