import { quoteIdent, quoteQualified } from '#pgsql';
import type { ColumnModel } from '#schema';
import { findAll, parseExpression } from '#tsql';
import { asksWhatChanges, functionsCalled } from '../routines/index.ts';
import { type SchemaContext, sourceName, type TableFunctions, tell } from './schema-context.ts';
import type { ColumnExpressions } from './table-ddl.ts';
import type { ConvertedTable, ReadColumn, Step } from './target-model.ts';
import { relationOf, sqlTypeOf } from './target-scope.ts';
import { rowTrigger } from './trigger-text.ts';

/** Functions of PostgreSQL that hang on settings of the session, though never on anything else than the row here. */
const SETTINGS_BOUND =
  /\b(to_char|to_date|to_timestamp|to_number|concat|concat_ws|format|make_timestamptz|string_agg|string_to_table)\s*\(/;

/** Whether a computed column can change while its row stays: its table cannot hold it. Also where it is not converted at all. */
function isRead(column: ColumnModel, functions: Pick<TableFunctions, 'changes'>): ReadColumn['expression'] | null {
  const { expression } = parseExpression(column.computed?.definition ?? '');
  if (!expression) return null;
  const changes = asksWhatChanges(expression) || functionsCalled(expression).some((one) => functions.changes(one));
  return changes ? expression : null;
}

/** A table without the computed columns whose values change by themselves; converted code computes them where it reads them. */
export function withoutChanging(
  context: Pick<SchemaContext, 'scope' | 'issues' | 'functions'>,
  table: ConvertedTable,
): ConvertedTable {
  const readColumns: ReadColumn[] = [];
  const columns = table.columns.filter((column) => {
    const expression = column.source.computed ? isRead(column.source, context.functions) : null;
    if (!expression) return true;
    readColumns.push({ source: column.source, name: column.name, expression });
    tell(
      context,
      'SL1033',
      `${sourceName(table.source)}.${column.source.name}`,
      'The computed column is no column of the table: its value changes while its row stays.',
      column.source.computed?.definition,
    );
    return false;
  });
  return readColumns.length === 0 ? table : { ...table, columns, readColumns };
}

/** How the computed columns of a table are kept: as generated columns, or by a trigger. What is not converted is an issue and an empty column. */
export interface ComputedColumns {
  readonly generated: ReadonlyMap<string, ColumnExpressions>;
  /** By a trigger: target names and expressions. */
  readonly kept: readonly { readonly source: string; readonly name: string; readonly sql: string }[];
}

/** Converts the expressions of a table's computed columns. */
export function computedColumns(context: SchemaContext, table: ConvertedTable): ComputedColumns {
  const generated = new Map<string, ColumnExpressions>();
  const kept: { source: string; name: string; sql: string }[] = [];
  const relation = relationOf(table);
  const zoned = new Set(
    table.columns
      .filter((one) => one.source.sourceType.name === 'datetimeoffset')
      .map((one) => one.source.name.toLowerCase()),
  );
  const key = new Set(table.source.primaryKey?.columns.map((one) => one.column));
  for (const { source, name } of table.columns) {
    if (!source.computed) continue;
    const { definition } = source.computed;
    const object = `${sourceName(table.source)}.${source.name}`;
    const made = context.expressions.convertNoting(definition, {
      object,
      what: `computed column ${source.name}`,
      table: relation,
      type: sqlTypeOf(source.sourceType),
    });
    const parsed = parseExpression(definition).expression ?? [];
    const uses = findAll(parsed, 'column').map((one) => one.parts.at(-1)?.name.toLowerCase() ?? '');
    const called = functionsCalled(parsed);
    const fitness = made && called.length > 0 ? context.functions.fitness(called) : 'immutable';
    if (fitness === 'raising') {
      const names = called.map((one) => `${one.schema}.${one.name}`).join(', ');
      tell(context, 'SL1007', object, `It calls ${names}, which is not converted whole: the column has no values.`);
      continue;
    }
    if (made) context.functions.need(called);
    const isKept =
      made !== null &&
      !key.has(source.name) &&
      (fitness !== 'immutable' ||
        made.remarks.has('date-from-text') ||
        SETTINGS_BOUND.test(made.sql) ||
        uses.some((one) => zoned.has(one)));
    if (made === null)
      tell(context, 'SL1007', object, 'The computed column is a plain column without values.', definition);
    else if (isKept) {
      kept.push({ source: source.name, name, sql: made.sql });
      tell(context, 'SL1034', object, 'The computed column is a plain column that a trigger fills.', definition);
    } else generated.set(source.name, { generated: made.sql });
  }
  return { generated, kept };
}

/** Fills what a trigger keeps, once the rows are there, and makes the trigger. */
export function keptSteps(context: SchemaContext, table: ConvertedTable, kept: ComputedColumns['kept']): Step[] {
  if (kept.length === 0) return [];
  const object = `${sourceName(table.source)}.${kept[0]?.source ?? ''}`;
  const key = `computed ${sourceName(table.source)}`;
  const name = context.naming.name(`routines ${table.schema}`, `${table.name}_computed`, key);
  const list = kept.map((one) => `${quoteIdent(one.name)} = ${one.sql}`).join(', ');
  // The expressions name the columns of the row: a query over NEW gives them their names.
  const selected = kept.map((one) => one.sql).join(', ');
  const into = kept.map((one) => `NEW.${quoteIdent(one.name)}`).join(', ');
  const body = `BEGIN\n  SELECT ${selected}\n    INTO ${into}\n    FROM (SELECT NEW.*) AS ${quoteIdent(table.name)};\n  RETURN NEW;\nEND;`;
  return [
    { phase: 'cutover', object, sql: `UPDATE ${quoteQualified(table)} SET ${list}`, optional: false },
    ...rowTrigger({ object, table, name, timing: 'BEFORE INSERT OR UPDATE', body }),
  ];
}
