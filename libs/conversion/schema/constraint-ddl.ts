import { quoteIdent, quoteQualified } from '#pgsql';
import type { CheckModel, ForeignKeyModel, IndexModel, KeyModel } from '#schema';
import type { Expressions } from './expressions.ts';
import { type Issue, issue } from './issue.ts';
import type { Naming } from './naming.ts';
import { comment, targetColumns } from './table-ddl.ts';
import type { ConvertedTable, Step } from './target-model.ts';
import { relationOf } from './target-scope.ts';

/** What the makers of constraints and indexes share. */
export interface DdlContext {
  readonly naming: Naming;
  readonly expressions: Expressions;
  readonly issues: Issue[];
  readonly tables: ReadonlyMap<string, ConvertedTable>;
}

function objectOf(table: ConvertedTable): string {
  return `${table.source.schema}.${table.source.name}`;
}

/** Names of indexes and index-backed constraints live with the tables' in a schema of PostgreSQL; in SQL Server within their table (row C22). */
function relationName(context: DdlContext, table: ConvertedTable, name: string): string {
  return context.naming.name(`relations ${table.schema}`, name, `constraint ${objectOf(table)}.${name}`);
}

/**
 * Secondary indexes after the load. Unique ones are built at cutover only: until then rows of one table arrive over several partitions, in which a unique value may
 * move from row to row out of order (rows B5, D2).
 */
export function indexSteps(context: DdlContext, table: ConvertedTable): Step[] {
  return table.source.indexes.flatMap((index) => {
    const object = `${objectOf(table)}.${index.name}`;
    if (index.disabled) {
      context.issues.push(
        issue('SL1012', object, `Index ${index.name} is disabled in the source and was not created.`),
      );
      return [];
    }
    if (index.type !== 'CLUSTERED' && index.type !== 'NONCLUSTERED') {
      context.issues.push(issue('SL1006', object, `${index.type} index ${index.name} has no direct counterpart.`));
      return [];
    }
    return indexStep(context, table, index);
  });
}

function indexStep(context: DdlContext, table: ConvertedTable, index: IndexModel): Step[] {
  const object = `${objectOf(table)}.${index.name}`;
  const columns = index.columns.flatMap((column) =>
    targetColumns(table, [column.column]).map((name) => `${name}${column.descending ? ' DESC' : ''}`),
  );
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
  const include = included.length > 0 ? ` INCLUDE (${included.join(', ')})` : '';
  const name = relationName(context, table, index.name);
  const sql = `CREATE ${unique}INDEX ${quoteIdent(name)} ON ${quoteQualified(table)} (${columns.join(', ')})${include}${nulls}${where}`;
  const phase = index.unique ? 'cutover' : 'after';
  const steps: Step[] = [{ phase, object, sql, optional: false }];
  if (index.comment)
    steps.push({ ...comment(object, `INDEX ${quoteQualified({ schema: table.schema, name })}`, index.comment), phase });
  return steps;
}

/** Unique constraints, at cutover. SQL Server allows one NULL in them, as NULLS NOT DISTINCT does. */
export function uniqueSteps(context: DdlContext, table: ConvertedTable): Step[] {
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
    const name = relationName(context, table, key.name);
    return [
      {
        phase: 'cutover' as const,
        object,
        sql: `ALTER TABLE ${quoteQualified(table)} ADD CONSTRAINT ${quoteIdent(name)} UNIQUE NULLS NOT DISTINCT (${columns.join(', ')})`,
        optional: false,
      },
    ];
  });
}

/** Check constraints, at cutover; those that the source does not trust stay NOT VALID. */
export function checkSteps(context: DdlContext, table: ConvertedTable): Step[] {
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
    const predicate = context.expressions.convert(check.definition, {
      object,
      what: `check ${check.name}`,
      table: relationOf(table),
      isPredicate: true,
    });
    if (predicate === null) return [];
    if (!check.trusted)
      context.issues.push(issue('SL1011', object, `Check ${check.name} is not trusted in the source.`));
    const name = context.naming.name(`constraints ${objectOf(table)}`, check.name);
    const notValid = check.trusted ? '' : ' NOT VALID';
    return [
      {
        phase: 'cutover' as const,
        object,
        sql: `ALTER TABLE ${quoteQualified(table)} ADD CONSTRAINT ${quoteIdent(name)} CHECK (${predicate})${notValid}`,
        optional: false,
      },
    ];
  });
}

/** Foreign keys, at cutover: added NOT VALID, then validated, so that the error names one constraint and the lock is short. */
export function foreignKeySteps(context: DdlContext, table: ConvertedTable): Step[] {
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
    const name = quoteIdent(context.naming.name(`constraints ${objectOf(table)}`, key.name));
    const qualified = quoteQualified(table);
    const actions = `${key.onDelete === 'NO ACTION' ? '' : ` ON DELETE ${key.onDelete}`}${key.onUpdate === 'NO ACTION' ? '' : ` ON UPDATE ${key.onUpdate}`}`;
    const add = `ALTER TABLE ${qualified} ADD CONSTRAINT ${name} FOREIGN KEY (${columns.join(', ')}) REFERENCES ${quoteQualified(referenced)} (${referencedColumns.join(', ')})${actions} NOT VALID`;
    const steps: Step[] = [{ phase: 'cutover', object, sql: add, optional: false }];
    if (key.trusted)
      steps.push({
        phase: 'cutover',
        object,
        sql: `ALTER TABLE ${qualified} VALIDATE CONSTRAINT ${name}`,
        optional: false,
      });
    else context.issues.push(issue('SL1011', object, `Foreign key ${key.name} is not trusted in the source.`));
    return steps;
  });
}
