import { quoteIdent, quoteQualified } from '#pgsql';
import type { CheckModel, ForeignKeyModel, IndexColumn, IndexModel, KeyModel } from '#schema';
import { findAll, parseExpression } from '#tsql';
import { foldExpression } from '#values';
import { type CalledFunction, functionsCalled } from '../routines/index.ts';
import { comparesWithoutCase } from './collations.ts';
import { issue } from './issue.ts';
import { type SchemaContext, tell } from './schema-context.ts';
import { comment, targetColumns } from './table-ddl.ts';
import type { ConvertedTable, Step } from './target-model.ts';
import { relationOf, sqlTypeOf } from './target-scope.ts';

function objectOf(table: ConvertedTable): string {
  return `${table.source.schema}.${table.source.name}`;
}

/**
 * Names of indexes and index-backed constraints live with the tables' in a schema of PostgreSQL; in SQL Server within their table (row C22). `plain`: what PostgreSQL itself
 * would choose, for a constraint that the source named by itself.
 */
function relationName(context: SchemaContext, table: ConvertedTable, name: string, plain: string = name): string {
  const key = `constraint ${objectOf(table)}.${name}`;
  return context.naming.name(`relations ${table.schema}`, plain, key, `${table.name}_${plain}`);
}

/** The name of a check or a foreign key: unique among the constraints of its table. */
function constraintName(
  context: SchemaContext,
  table: ConvertedTable,
  one: { readonly name: string; readonly systemNamed: boolean },
  plain: string,
): string {
  return context.naming.name(
    `constraints ${table.source.schema}.${table.source.name}`,
    one.systemNamed ? plain : one.name,
    one.name,
  );
}

/** The comment of a constraint, or none. */
function constraintComment(table: ConvertedTable, object: string, name: string, text: string | undefined): Step[] {
  if (!text) return [];
  return [{ ...comment(object, `CONSTRAINT ${quoteIdent(name)} ON ${quoteQualified(table)}`, text), phase: 'cutover' }];
}

/** Columns that make a unique key equal where the source holds it equal: a second index, since the plain one is what foreign keys and queries go by. */
function foldedIndex(
  context: SchemaContext,
  table: ConvertedTable,
  key: { readonly name: string; readonly columns: readonly IndexColumn[]; readonly where?: string },
): Step[] {
  const columns = key.columns.map(({ column }) => table.columns.find((one) => one.source.name === column));
  if (!columns.some((column) => column && comparesWithoutCase(context, column.source))) return [];
  const parts = columns.map((column) => {
    const quoted = quoteIdent(column?.name ?? '');
    return column && comparesWithoutCase(context, column.source)
      ? `(${foldExpression('rtrim-lower', quoted)})`
      : quoted;
  });
  const object = `${objectOf(table)}.${key.name}`;
  const name = context.naming.name(`relations ${table.schema}`, `${key.name}_folded`, `fold ${object}`);
  const sql = `CREATE UNIQUE INDEX ${quoteIdent(name)} ON ${quoteQualified(table)} (${parts.join(', ')}) NULLS NOT DISTINCT${key.where ?? ''}`;
  return [{ phase: 'cutover', object, sql, optional: false }];
}

/**
 * Secondary indexes after the load. Unique ones are built at cutover only: until then rows of one table arrive over several partitions, in which a unique value may
 * move from row to row out of order (rows B5, D2).
 */
export function indexSteps(context: SchemaContext, table: ConvertedTable): Step[] {
  return table.source.indexes.flatMap((index) => {
    const object = `${objectOf(table)}.${index.name}`;
    if (index.disabled) {
      context.issues.push(
        issue('SL1012', object, `Index ${index.name} is disabled in the source and was not created.`),
      );
      return [];
    }
    if (/COLUMNSTORE/.test(index.type)) {
      tell(context, 'SL1032', object, `The columnstore index ${index.name} is left out; its table is kept by rows.`);
      return [];
    }
    if (/XML/.test(index.type)) {
      tell(context, 'SL1032', object, `The XML index ${index.name} is left out; paths are looked up in the documents.`);
      return [];
    }
    if (!/^(CLUSTERED|NONCLUSTERED)( HASH)?$/.test(index.type)) {
      context.issues.push(issue('SL1006', object, `${index.type} index ${index.name} has no direct counterpart.`));
      return [];
    }
    return indexStep(context, table, index);
  });
}

function indexStep(context: SchemaContext, table: ConvertedTable, index: IndexModel): Step[] {
  const object = `${objectOf(table)}.${index.name}`;
  // SQL Server holds NULL less than any value, PostgreSQL greater: the index is read for ORDER BY as it was.
  const columns = index.columns.flatMap(({ column, descending }) => {
    const isNullable = table.columns.find((one) => one.source.name === column)?.nullable === true;
    const order = `${descending ? ' DESC' : ''}${isNullable && !index.unique ? ` NULLS ${descending ? 'LAST' : 'FIRST'}` : ''}`;
    return targetColumns(table, [column]).map((name) => `${name}${order}`);
  });
  const included = targetColumns(table, index.included);
  if (columns.length !== index.columns.length || included.length !== index.included.length) {
    context.issues.push(issue('SL1006', object, `Index ${index.name} names a column that the target does not have.`));
    return [];
  }
  let where = '';
  if (index.filter !== undefined) {
    const predicate = context.expressions.convert(index.filter, {
      object,
      what: `filter of index ${index.name}`,
      table: relationOf(table),
      isPredicate: true,
    });
    if (predicate === null) return [];
    where = ` WHERE ${predicate}`;
  }
  const unique = index.unique ? 'UNIQUE ' : '';
  const nulls = index.unique ? ' NULLS NOT DISTINCT' : '';
  const include = includeClause(context, object, { columns: columns.length, included });
  const name = relationName(context, table, index.name);
  const sql = `CREATE ${unique}INDEX ${quoteIdent(name)} ON ${quoteQualified(table)} (${columns.join(', ')})${include}${nulls}${where}`;
  const phase = index.unique ? 'cutover' : 'after';
  const steps: Step[] = [{ phase, object, sql, optional: false }];
  if (index.comment)
    steps.push({ ...comment(object, `INDEX ${quoteQualified({ schema: table.schema, name })}`, index.comment), phase });
  if (index.unique) steps.push(...foldedIndex(context, table, { name: index.name, columns: index.columns, where }));
  return steps;
}

/** An index of PostgreSQL has no more columns, those beside its key counted (INDEX_MAX_KEYS). */
const MAX_INDEX_COLUMNS = 32;

function includeClause(
  context: SchemaContext,
  object: string,
  index: { readonly columns: number; readonly included: readonly string[] },
): string {
  const included = index.included.slice(0, Math.max(0, MAX_INDEX_COLUMNS - index.columns));
  const left = index.included.slice(included.length);
  if (left.length > 0) {
    const names = left.join(', ').replaceAll('"', '');
    tell(context, 'SL1032', object, `An index has ${MAX_INDEX_COLUMNS} columns at most: ${names} are not in it.`);
  }
  return included.length > 0 ? ` INCLUDE (${included.join(', ')})` : '';
}

/** Unique constraints, at cutover. SQL Server allows one NULL in them, as NULLS NOT DISTINCT does. */
export function uniqueSteps(context: SchemaContext, table: ConvertedTable): Step[] {
  return table.source.uniques.flatMap((key: KeyModel) => {
    const columns = targetColumns(
      table,
      key.columns.map((column) => column.column),
    );
    const object = `${objectOf(table)}.${key.name}`;
    if (columns.length !== key.columns.length) {
      context.issues.push(
        issue('SL1006', object, `Unique constraint ${key.name} names a column that the target does not have.`),
      );
      return [];
    }
    if (key.disabled) {
      tell(context, 'SL1012', object, `Unique constraint ${key.name} is disabled in the source and was not created.`);
      return [];
    }
    const plain = key.systemNamed ? `${table.name}_${plainNames(table, key.columns)}_key` : key.name;
    const name = relationName(context, table, key.name, plain);
    // Constraints of one table share their names with its checks and foreign keys.
    context.naming.name(`constraints ${objectOf(table)}`, name, key.name);
    return [
      {
        phase: 'cutover' as const,
        object,
        sql: `ALTER TABLE ${quoteQualified(table)} ADD CONSTRAINT ${quoteIdent(name)} UNIQUE NULLS NOT DISTINCT (${columns.join(', ')})`,
        optional: false,
      },
      ...constraintComment(table, object, name, key.comment),
      ...foldedIndex(context, table, { ...key, name: plain }),
    ];
  });
}

function plainNames(table: ConvertedTable, columns: readonly IndexColumn[]): string {
  const named = (column: string): string =>
    table.columns.find((one) => one.source.name.toLowerCase() === column.toLowerCase())?.name ?? column;
  return columns.map(({ column }) => named(column)).join('_');
}

/** The one column that a condition is about; none where it is about several. */
function onlyColumn(definition: string): IndexColumn[] {
  const { expression } = parseExpression(definition);
  const names = new Set(expression ? findAll(expression, 'column').map((one) => one.parts.at(-1)?.name ?? '') : []);
  return names.size === 1 ? [...names].map((column) => ({ column, descending: false })) : [];
}

/** Check constraints, at cutover; those that the source does not trust stay NOT VALID. */
export function checkSteps(context: SchemaContext, table: ConvertedTable): Step[] {
  return table.source.checks.flatMap((check: CheckModel) => {
    const object = `${objectOf(table)}.${check.name}`;
    if (check.disabled) {
      context.issues.push(
        issue('SL1012', object, `Check ${check.name} is disabled in the source and was not created.`, {
          excerpt: check.definition,
        }),
      );
      return [];
    }
    const called = functionsIn(check.definition);
    if (called.some((one) => context.functions.changes(one))) return [];
    if (called.length > 0 && context.functions.fitness(called) === 'raising')
      return tellRaising(context, object, check.definition);
    context.functions.need(called);
    return checkStep(context, table, check, !check.trusted);
  });
}

/**
 * Check constraints whose functions read tables: behind all code, as such a function may read a view. They are NOT VALID: the source asked them of rows that were written, not
 * of those that are there, and pg_dump writes them behind the rows then.
 */
export function lateCheckSteps(context: SchemaContext, table: ConvertedTable): Step[] {
  return table.source.checks.flatMap((check: CheckModel) => {
    const called = functionsIn(check.definition);
    if (check.disabled || !called.some((one) => context.functions.changes(one))) return [];
    const object = `${objectOf(table)}.${check.name}`;
    if (!context.functions.isWhole(called)) return tellRaising(context, object, check.definition);
    const steps = checkStep(context, table, check, true);
    if (steps.length > 0)
      tell(context, 'SL1087', object, `The check ${check.name} asks a function that reads more than its row.`);
    return steps.map((one) => ({ ...one, phase: 'code', optional: true }));
  });
}

/** The functions of the database that a condition calls. */
function functionsIn(definition: string): readonly CalledFunction[] {
  return functionsCalled(parseExpression(definition).expression ?? []);
}

/** A constraint over a function that raises an issue would refuse every row. */
function tellRaising(context: SchemaContext, object: string, definition: string): Step[] {
  const names = functionsIn(definition).map((one) => `${one.schema}.${one.name}`);
  tell(
    context,
    'SL1001',
    object,
    `It calls ${names.join(', ')}, which is not converted whole: it was not created.`,
    definition,
  );
  return [];
}

function checkStep(context: SchemaContext, table: ConvertedTable, check: CheckModel, isNotValid: boolean): Step[] {
  const object = `${objectOf(table)}.${check.name}`;
  const predicate = context.expressions.convert(check.definition, {
    object,
    what: `check ${check.name}`,
    table: relationOf(table),
    isPredicate: true,
  });
  if (predicate === null) return [];
  if (!check.trusted) context.issues.push(issue('SL1011', object, `Check ${check.name} is not trusted in the source.`));
  const parts = [table.name, ...onlyColumn(check.definition).map((one) => plainNames(table, [one])), 'check'];
  const name = constraintName(context, table, check, parts.join('_'));
  const notValid = isNotValid ? ' NOT VALID' : '';
  return [
    {
      phase: 'cutover' as const,
      object,
      sql: `ALTER TABLE ${quoteQualified(table)} ADD CONSTRAINT ${quoteIdent(name)} CHECK (${predicate})${notValid}`,
      optional: false,
    },
    ...constraintComment(table, object, name, check.comment),
  ];
}

/** Defaults that call functions of the database: behind all code, as nothing of the load asks for them. */
export function lateDefaultSteps(context: SchemaContext, table: ConvertedTable): Step[] {
  return table.columns.flatMap(({ source, name }) => {
    const definition = source.default?.definition;
    if (definition === undefined || source.identity || source.computed) return [];
    const called = functionsIn(definition);
    if (called.length === 0) return [];
    const object = `${objectOf(table)}.${source.name}`;
    const value = context.expressions.convert(definition, {
      object,
      what: `default ${source.default?.name ?? ''}`,
      type: sqlTypeOf(source.sourceType),
    });
    if (value === null) return [];
    if (!context.functions.isWhole(called)) return tellRaising(context, object, definition);
    const sql = `ALTER TABLE ${quoteQualified(table)} ALTER COLUMN ${quoteIdent(name)} SET DEFAULT ${value}`;
    return [{ phase: 'code' as const, object, sql, optional: true }];
  });
}

/** Whether a default waits for the code. */
export function isLateDefault(definition: string): boolean {
  return functionsIn(definition).length > 0;
}

/** Foreign keys, at cutover: added NOT VALID, then validated, so that the error names one constraint and the lock is short. */
export function foreignKeySteps(context: SchemaContext, table: ConvertedTable): Step[] {
  return table.source.foreignKeys.flatMap((key: ForeignKeyModel) => {
    const object = `${objectOf(table)}.${key.name}`;
    const referenced = context.tables.get(`${key.references.schema}.${key.references.name}`);
    if (key.disabled) {
      context.issues.push(
        issue('SL1012', object, `Foreign key ${key.name} is disabled in the source and was not created.`),
      );
      return [];
    }
    const columns = targetColumns(table, key.columns);
    const referencedColumns = referenced ? targetColumns(referenced, key.referencedColumns) : [];
    if (
      !referenced ||
      columns.length !== key.columns.length ||
      referencedColumns.length !== key.referencedColumns.length
    ) {
      context.issues.push(
        issue(
          'SL1001',
          object,
          `Foreign key ${key.name} refers to ${key.references.schema}.${key.references.name}, which does not move whole.`,
        ),
      );
      return [];
    }
    const plain = `${table.name}_${key.columns.map((one) => plainNames(table, [{ column: one, descending: false }])).join('_')}_fkey`;
    const own = constraintName(context, table, key, plain);
    const name = quoteIdent(own);
    const qualified = quoteQualified(table);
    const actions = `${key.onDelete === 'NO ACTION' ? '' : ` ON DELETE ${key.onDelete}`}${key.onUpdate === 'NO ACTION' ? '' : ` ON UPDATE ${key.onUpdate}`}`;
    const add = `ALTER TABLE ${qualified} ADD CONSTRAINT ${name} FOREIGN KEY (${columns.join(', ')}) REFERENCES ${quoteQualified(referenced)} (${referencedColumns.join(', ')})${actions}`;
    const notes = constraintComment(table, object, own, key.comment);
    if (!key.trusted) tell(context, 'SL1011', object, `Foreign key ${key.name} is not trusted in the source.`);
    // Before version 18 a partitioned table takes no foreign key that is not valid yet.
    if (table.partitioned && context.scope.serverVersion < 18)
      return [{ phase: 'cutover', object, sql: add, optional: !key.trusted }, ...notes];
    const steps: Step[] = [{ phase: 'cutover', object, sql: `${add} NOT VALID`, optional: false }];
    if (key.trusted)
      steps.push({
        phase: 'cutover',
        object,
        sql: `ALTER TABLE ${qualified} VALIDATE CONSTRAINT ${name}`,
        optional: false,
      });
    return [...steps, ...notes];
  });
}

/** Rules bound by sp_bindrule, as checks that are NOT VALID: a rule is asked for values that are written, not for those that are there. */
export function ruleSteps(context: SchemaContext, table: ConvertedTable): Step[] {
  return table.columns.flatMap((column) => {
    const { rule } = column.source;
    if (!rule) return [];
    const object = `${objectOf(table)}.${column.source.name}`;
    const predicate = context.expressions.convert(rule.condition, {
      object,
      what: `rule ${rule.name}`,
      variable: { type: sqlTypeOf(column.source.sourceType), sql: quoteIdent(column.name) },
      isPredicate: true,
    });
    if (predicate === null) return [];
    tell(context, 'SL1030', object, `The rule ${rule.schema}.${rule.name} became a check of this column.`);
    const name = context.naming.name(
      `constraints ${objectOf(table)}`,
      rule.name,
      `rule ${column.source.name}.${rule.name}`,
    );
    const sql = `ALTER TABLE ${quoteQualified(table)} ADD CONSTRAINT ${quoteIdent(name)} CHECK (${predicate}) NOT VALID`;
    return [{ phase: 'cutover' as const, object, sql, optional: false }];
  });
}

/** Checks for what the types of the source refuse and those of PostgreSQL take (convert.typeChecks). */
export function typeCheckSteps(context: SchemaContext, table: ConvertedTable): Step[] {
  if (!context.choices.typeChecks) return [];
  return table.columns.flatMap((column) => {
    const { name, length = -1 } = column.source.sourceType;
    const quoted = quoteIdent(column.name);
    const predicate =
      name === 'tinyint'
        ? `${quoted} BETWEEN 0 AND 255`
        : name === 'varbinary' && length > 0
          ? `octet_length(${quoted}) <= ${length}`
          : name === 'binary' && length > 0
            ? `octet_length(${quoted}) = ${length}`
            : undefined;
    if (predicate === undefined) return [];
    const own = context.naming.name(
      `constraints ${objectOf(table)}`,
      `${table.name}_${column.name}_type`,
      `type ${column.source.name}`,
    );
    const sql = `ALTER TABLE ${quoteQualified(table)} ADD CONSTRAINT ${quoteIdent(own)} CHECK (${predicate})`;
    return [{ phase: 'cutover' as const, object: `${objectOf(table)}.${column.source.name}`, sql, optional: false }];
  });
}
