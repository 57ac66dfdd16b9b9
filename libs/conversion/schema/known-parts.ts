import { quoteIdent, quoteQualified } from '#pgsql';
import type { TablePart } from '../routines/index.ts';
import { type SchemaContext, sourceName } from './schema-context.ts';
import type { ConvertedTable, Step } from './target-model.ts';

/** Makes the constraints, indexes and defaults of all tables known to the code that may alter them, by the steps that make them. */
export function knowParts(context: SchemaContext, tables: readonly ConvertedTable[], steps: readonly Step[]): void {
  const made = new Map<string, string>();
  for (const { object, sql } of steps) {
    const definition = /^ALTER TABLE [\s\S]*? ADD (CONSTRAINT [\s\S]*)$/.exec(sql)?.[1];
    if (definition !== undefined) made.set(object, definition.replace(/ NOT VALID$/, ''));
  }
  for (const table of tables) {
    for (const part of partsOf(context, table, made)) context.scope.parts.add(table.source, part);
    knowVersions(context, table);
  }
}

function partsOf(
  context: SchemaContext,
  table: ConvertedTable,
  made: ReadonlyMap<string, string>,
): readonly TablePart[] {
  const { source, schema } = table;
  const of = sourceName(source);
  const constraint = (kind: TablePart['kind'], name: string): TablePart => {
    const own = context.naming.find(`constraints ${of}`, name) ?? name;
    const definition = kind === 'key' ? undefined : made.get(`${of}.${name}`);
    return { kind, name, sql: quoteIdent(own), ...folded(name), ...(definition === undefined ? {} : { definition }) };
  };
  const folded = (name: string): { folded?: string } => {
    const own = context.naming.find(`relations ${schema}`, `fold ${of}.${name}`);
    return own === undefined ? {} : { folded: quoteQualified({ schema, name: own }) };
  };
  return [
    ...[...(source.primaryKey ? [source.primaryKey] : []), ...source.uniques].map((one) => constraint('key', one.name)),
    ...source.checks.map((one) => constraint('check', one.name)),
    ...source.foreignKeys.map((one) => constraint('foreignKey', one.name)),
    ...table.columns.flatMap((one): TablePart[] => {
      const name = one.source.default?.name;
      return name === undefined ? [] : [{ kind: 'default', name, sql: quoteIdent(one.name) }];
    }),
    ...source.indexes.map((one): TablePart => {
      const own = context.naming.find(`relations ${schema}`, `constraint ${of}.${one.name}`);
      if (own === undefined) return { kind: 'absentIndex', name: one.name, sql: '' };
      const qualified = quoteQualified({ schema, name: own });
      return { kind: 'index', name: one.name, sql: quoteIdent(own), qualified, ...folded(one.name) };
    }),
  ];
}

/** The two triggers that keep the versions of a temporal table. */
function knowVersions(context: SchemaContext, { source, schema }: ConvertedTable): void {
  const trigger = (of: string): string | undefined =>
    context.naming.find(`routines ${schema}`, `${of} ${sourceName(source)}`);
  const [period, history] = [trigger('period'), trigger('history')];
  if (!source.temporal || period === undefined || history === undefined) return;
  context.scope.parts.addVersioning(source, {
    period: quoteIdent(period),
    history: quoteIdent(history),
    historyTable: source.temporal.history,
  });
}
