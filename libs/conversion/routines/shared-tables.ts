import { type CreateTable, findAll } from '#tsql';
import { quoteIdent } from '#pgsql';
import type { RoutineContext } from './body.ts';
import type { Emitter } from './emitter.ts';
import type { RoutineSource } from './routine-model.ts';
import { elementSql, temporaryName, temporaryRelation } from './temporary.ts';

/** A temporary table that a procedure makes, and the procedures that it calls: these see the table too. */
interface Shared {
  readonly node: CreateTable;
  readonly calls: ReadonlySet<string>;
}

const tables = new WeakMap<RoutineContext, ReadonlyMap<string, readonly Shared[]>>();

/** Takes note of the temporary tables of all procedures. Linear in their text. */
export function noteSharedTables(context: RoutineContext, sources: readonly RoutineSource[]): void {
  const found = new Map<string, Shared[]>();
  for (const { statement } of sources) {
    if (statement.kind !== 'createProcedure') continue;
    const made = findAll(statement.body, 'createTable').filter((one) => one.name.name.name.startsWith('#'));
    if (made.length === 0) continue;
    const calls = new Set(
      findAll(statement.body, 'execute').flatMap((one) =>
        one.procedure?.kind === 'objectName' ? [one.procedure.name.name.toLowerCase()] : [],
      ),
    );
    if (calls.size === 0) continue;
    for (const node of made) {
      const key = node.name.name.name.toLowerCase();
      found.set(key, [...(found.get(key) ?? []), { node, calls }]);
    }
  }
  tables.set(context, found);
}

/** Lets a procedure see the temporary tables of those that call it, or that call one of its callers. */
export function seeSharedTables(e: Emitter, context: RoutineContext, name: string): void {
  const known = tables.get(context);
  if (!known || known.size === 0) return;
  e.scope.shared = (source) => {
    const candidates = known.get(source.toLowerCase()) ?? [];
    const one = candidates.find((other) => other.calls.has(name.toLowerCase())) ?? candidates[0];
    if (!one) return undefined;
    const { elements, span } = one.node;
    const table = temporaryName(e, source);
    const relation = { ...temporaryRelation(e, { source, name: table, elements }), sql: quoteIdent(table) };
    const lines = elements.flatMap((element) => elementSql(e, element, relation));
    e.pieces.push({ kind: 'ddl', sql: `CREATE TEMP TABLE ${relation.sql} (${lines.join(', ')})`, line: span.line });
    e.scope.local.set(source.toLowerCase(), relation);
    return relation;
  };
}
