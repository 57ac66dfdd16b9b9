import { quoteIdent, quoteLiteral, quoteQualified } from '#pgsql';
import type { KeyModel } from '#schema';
import { foldExpression, type KeyFold } from '#values';
import type { Naming } from './naming.ts';
import type { ConvertedColumn, ConvertedTable, CounterTarget, Step } from './target-model.ts';

/** A converted column's default or generation expression. */
export interface ColumnExpressions {
  readonly default?: string;
  readonly generated?: string;
}

/**
 * `CREATE TABLE` with columns, NOT NULL, defaults, identity, generated columns and the primary key; then comments. A generated column that PostgreSQL may refuse
 * because its expression is not immutable is added by a statement of its own, whose failure is an issue and leaves the table.
 */
export function createTable(
  table: ConvertedTable,
  expressions: ReadonlyMap<string, ColumnExpressions>,
  naming: Naming,
): Step[] {
  const sequences = table.columns.flatMap((column) => sequenceOf(table, column, naming) ?? []);
  const definition = (column: ConvertedColumn): string => {
    const next = sequences.find((one) => one.column === column)?.next;
    const own = expressions.get(column.source.name) ?? {};
    return columnDefinition(column, next === undefined ? own : { default: next });
  };
  const key = table.source.primaryKey?.columns.map((column) => column.column) ?? [];
  const doubtful = table.columns.filter(
    ({ source }) => !key.includes(source.name) && mayChange(expressions.get(source.name)?.generated ?? ''),
  );
  const lines = table.columns.filter((column) => !doubtful.includes(column)).map((column) => `  ${definition(column)}`);
  const primary = table.source.primaryKey;
  if (primary) lines.push(`  ${primaryKey(table, primary, naming)}`);
  const object = `${table.source.schema}.${table.source.name}`;
  const qualified = quoteQualified(table);
  const spread = table.partitioned
    ? ` PARTITION BY RANGE (${targetColumns(table, [table.partitioned.column]).join('')})`
    : '';
  const steps: Step[] = [
    ...sequences.map((one) => step(object, one.create)),
    step(object, `CREATE TABLE ${qualified} (\n${lines.join(',\n')}\n)${spread}`),
    ...sequences.map((one) => step(object, one.own)),
  ];
  for (const { name, values } of table.partitioned?.partitions ?? [])
    steps.push(
      step(
        object,
        `CREATE TABLE ${quoteQualified({ schema: table.schema, name })} PARTITION OF ${qualified} ${values}`,
      ),
    );
  for (const column of doubtful) {
    const sql = `ALTER TABLE ${qualified} ADD COLUMN ${definition(column)}`;
    steps.push({ phase: 'before', object: `${object}.${column.source.name}`, sql, optional: true });
  }
  return [...steps, ...comments(table, object)];
}

function step(object: string, sql: string): Step {
  return { phase: 'before', object, sql, optional: false };
}

function primaryKey(table: ConvertedTable, primary: KeyModel, naming: Naming): string {
  const name = primaryKeyName(table, primary, naming);
  const columns = targetColumns(
    table,
    primary.columns.map((column) => column.column),
  );
  return `CONSTRAINT ${quoteIdent(name)} PRIMARY KEY (${columns.join(', ')})`;
}

function primaryKeyName(table: ConvertedTable, primary: KeyModel, naming: Naming): string {
  const { schema, name } = table.source;
  const key = `constraint ${schema}.${name}.${primary.name}`;
  const made = naming.name(
    `relations ${table.schema}`,
    primary.systemNamed ? `${table.name}_pkey` : primary.name,
    key,
    `${table.name}_${primary.name}`,
  );
  naming.name(`constraints ${schema}.${name}`, made, primary.name);
  return made;
}

function comments(table: ConvertedTable, object: string): Step[] {
  const qualified = quoteQualified(table);
  const steps: Step[] = [];
  if (table.source.comment) steps.push(comment(object, `TABLE ${qualified}`, table.source.comment));
  for (const column of table.columns) {
    if (column.source.comment)
      steps.push(comment(object, `COLUMN ${qualified}.${quoteIdent(column.name)}`, column.source.comment));
  }
  return steps;
}

/** The sequence of an identity of a type that PostgreSQL has no identities of. */
function sequenceOf(table: ConvertedTable, column: ConvertedColumn, naming: Naming): ColumnSequence | undefined {
  const { identity } = column.source;
  if (!identity || isInteger(column.type)) return undefined;
  const key = `identity ${table.source.schema}.${table.source.name}`;
  const name = naming.name(`relations ${table.schema}`, `${table.name}_${column.name}_seq`, key);
  const sql = quoteQualified({ schema: table.schema, name });
  return {
    column,
    name,
    create: `CREATE SEQUENCE ${sql} AS bigint ${identityOptions(identity, 'bigint')}`,
    own: `ALTER SEQUENCE ${sql} OWNED BY ${quoteQualified(table)}.${quoteIdent(column.name)}`,
    next: `nextval(${quoteLiteral(sql)}::regclass)`,
  };
}

interface ColumnSequence {
  readonly column: ConvertedColumn;
  readonly name: string;
  readonly create: string;
  readonly own: string;
  readonly next: string;
}

/** Where an identity counts: in the column itself, or in a sequence beside it. */
export function counterOf(
  table: ConvertedTable,
  column: ConvertedColumn,
  naming: Naming,
): Pick<CounterTarget, 'sequence' | 'identity'> {
  const beside = sequenceOf(table, column, naming);
  return beside
    ? { sequence: { schema: table.schema, name: beside.name }, identity: null }
    : { sequence: null, identity: { schema: table.schema, table: table.name, column: column.name } };
}

export function comment(object: string, target: string, text: string): Step {
  return {
    phase: 'before',
    object,
    sql: `COMMENT ON ${target} IS ${quoteLiteral(text.replaceAll('\u0000', ''))}`,
    optional: true,
  };
}

function columnDefinition(column: ConvertedColumn, expressions: ColumnExpressions): string {
  const parts = [quoteIdent(column.name), column.type];
  if (column.collation !== undefined) parts.push(`COLLATE ${column.collation}`);
  const { identity } = column.source;
  if (column.generated && expressions.generated) parts.push(`GENERATED ALWAYS AS (${expressions.generated}) STORED`);
  else if (identity && isInteger(column.type))
    parts.push(`GENERATED BY DEFAULT AS IDENTITY (${identityOptions(identity, column.type)})`);
  else if (expressions.default !== undefined) parts.push(`DEFAULT ${restricted(expressions.default)}`);
  if (!column.nullable && !column.generated) parts.push('NOT NULL');
  return parts.join(' ');
}

const CHANGING =
  /::(date|time|timestamp)|\b(now|\w+_timestamp|random|gen_random_uuid|to_\w+|concat|concat_ws|format|age|make_timestamptz|current_\w+|string_agg)\s*\(|\b(current_\w+|localtime\w*|session_user)\b|"\."\w+"\(|\bAT TIME ZONE\b|::text\b/i;

/** Whether PostgreSQL may find that an expression is not immutable: it calls what reads the session, or casts what depends on it. */
function mayChange(expression: string): boolean {
  return CHANGING.test(expression);
}

const SIMPLE = /^(-?[\d.]+|'(?:[^']|'')*'|\w+(\([^()]*\))?)(::\w+(\(\d+\))?)?$/;

/** DEFAULT takes PostgreSQL's b_expr alone: AT TIME ZONE, AND, IN and their like stand in parentheses. */
function restricted(expression: string): string {
  return SIMPLE.test(expression) ? expression : `(${expression})`;
}

function isInteger(type: string): boolean {
  return type === 'smallint' || type === 'integer' || type === 'bigint';
}

/** PostgreSQL's own bounds begin at 1: seeds below it need them named. */
function identityOptions(identity: { seed: string; increment: string }, type: string): string {
  const limits = {
    smallint: ['-32768', '32767'],
    integer: ['-2147483648', '2147483647'],
    bigint: ['-9223372036854775808', '9223372036854775807'],
  }[type];
  const bounds =
    BigInt(identity.seed) < 1n || BigInt(identity.increment) < 0n
      ? ` MINVALUE ${limits?.[0]} MAXVALUE ${limits?.[1]}`
      : '';
  return `START WITH ${identity.seed} INCREMENT BY ${identity.increment}${bounds}`;
}

/** The unique index on the folded key, by which merge and delete find rows (rule 5); only where folding changes anything. */
export function foldIndex(
  table: ConvertedTable,
  folds: readonly { readonly name: string; readonly fold: KeyFold }[],
  naming: Naming,
): Step[] {
  if (folds.length === 0) return [];
  const isPrimary =
    table.source.primaryKey?.columns.length === folds.length &&
    folds.every((key) => table.source.primaryKey?.columns.some((column) => column.column === key.name));
  if (isPrimary && folds.every((key) => key.fold === 'exact')) return [];
  const columns = folds.map(({ name, fold }) => {
    const quoted = targetColumns(table, [name])[0] ?? '';
    return fold === 'exact' ? quoted : `(${foldExpression(fold, quoted)})`;
  });
  const name = naming.name(
    `relations ${table.schema}`,
    `${table.name}_sluice_key`,
    `fold ${table.source.schema}.${table.source.name}`,
  );
  return [
    {
      phase: 'before',
      object: `${table.source.schema}.${table.source.name}`,
      sql: `CREATE UNIQUE INDEX ${quoteIdent(name)} ON ${quoteQualified(table)} (${columns.join(', ')})`,
      optional: false,
    },
  ];
}

/** Quoted target names of source columns; a column that the target lacks is left out, which the caller checks by the length. */
export function targetColumns(table: ConvertedTable, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const column = table.columns.find((one) => one.source.name === name);
    return column ? [quoteIdent(column.name)] : [];
  });
}
