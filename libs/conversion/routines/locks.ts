import { findAll, type Expression, type SelectSpec, type Statement, type TableRef } from '#tsql';
import { isAggregate, lockHints } from '../query/index.ts';
import type { Emitter } from './emitter.ts';

const names = (table: TableRef): ReadonlySet<string> => new Set(table.hints.map((one) => one.name.toUpperCase()));

const HELD = ['HOLDLOCK', 'SERIALIZABLE'] as const;

/** What of a statement runs before its branches and its body. */
function ownParts(node: Statement): readonly (Statement | Expression)[] {
  switch (node.kind) {
    case 'if':
    case 'while':
      return [node.condition];
    case 'block':
    case 'tryCatch':
      return [];
    default:
      return [node];
  }
}

/**
 * Locks of tables that hints of a statement ask for, as LOCK TABLE before it: TABLOCKX, TABLOCK that is held, and locks of rows that stand in no row of the result (the greatest number, which
 * is to be the only one's). What PostgreSQL has no lock for, a range of keys, is told.
 */
export function lockTables(e: Emitter, node: Statement): void {
  if (e.options.kind !== 'procedure' && e.options.kind !== 'trigger') return;
  const parts = ownParts(node);
  const tables = findAll(parts, 'table').filter((one) => one.hints.length > 0 && !one.name.name.name.startsWith('#'));
  if (tables.length === 0) return;
  const grouped = new Set(
    findAll(parts, 'selectSpec')
      .filter(isGrouped)
      .flatMap((one) => findAll(one.from, 'table')),
  );
  for (const table of tables) {
    const hints = names(table);
    const { forUpdate } = lockHints(table.hints);
    const has = (some: readonly string[]): boolean => some.some((one) => hints.has(one));
    const mode =
      hints.has('TABLOCKX') || (hints.has('TABLOCK') && forUpdate)
        ? 'EXCLUSIVE'
        : hints.has('TABLOCK') && has(HELD)
          ? 'SHARE'
          : grouped.has(table) && forUpdate
            ? 'SHARE ROW EXCLUSIVE'
            : undefined;
    if (mode) lockTable(e, table, mode);
    else if (has(HELD))
      e.once(
        'SL1076',
        `${[...hints].find((one) => HELD.some((held) => held === one)) ?? 'HOLDLOCK'} keeps others from adding rows to what was read; here the rows that were there are locked.`,
        table.span,
      );
  }
}

function lockTable(e: Emitter, table: TableRef, mode: string): void {
  const { database, schema, name } = table.name;
  const relation = e.scope.relation([database, schema, name].flatMap((one) => (one ? [one.name] : [])));
  if (relation?.kind !== 'table' || !relation.sql) return;
  e.facts.writes = true;
  e.sql(`LOCK TABLE ${relation.sql} IN ${mode} MODE`, table.span, 'ddl');
}

const isGrouped = (spec: SelectSpec): boolean =>
  spec.distinct ||
  spec.groupBy !== undefined ||
  spec.having !== undefined ||
  findAll(spec.items, 'call').some((one) => one.over !== undefined || isAggregate(one));
