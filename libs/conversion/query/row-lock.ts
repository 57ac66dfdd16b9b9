import { findAll, type SelectSpec, type TableHint, type TableRef, type TableSource } from '#tsql';
import { nameParts } from './bound-source.ts';
import { sameName, type Environment } from './environment.ts';
import type { Translation } from './translation.ts';

/** What a table hint asks of locks that are held to the end of the transaction: https://learn.microsoft.com/en-us/sql/t-sql/queries/hints-transact-sql-table */
export interface LockHints {
  readonly forUpdate: boolean;
  readonly forShare: boolean;
  readonly skips: boolean;
  readonly noWait: boolean;
}

/** Reads the hints of a table. */
export function lockHints(hints: readonly TableHint[]): LockHints {
  const names = new Set(hints.map((one) => one.name.toUpperCase()));
  const has = (...some: readonly string[]): boolean => some.some((one) => names.has(one));
  return {
    forUpdate: has('UPDLOCK', 'XLOCK'),
    forShare: has('HOLDLOCK', 'SERIALIZABLE', 'REPEATABLEREAD'),
    skips: has('READPAST'),
    noWait: has('NOWAIT'),
  };
}

/** How a lock clause ends for those who do not wait. */
export const lockEnding = ({ skips, noWait }: LockHints): string => (skips ? ' SKIP LOCKED' : noWait ? ' NOWAIT' : '');

interface Entry {
  readonly table: TableRef;
  /** On the side of an outer join that may have no row: it cannot be locked. */
  readonly optional: boolean;
}

function entries(node: TableSource, optional: boolean): readonly Entry[] {
  if (node.kind === 'table') return [{ table: node, optional }];
  if (node.kind !== 'join') return [];
  return [
    ...entries(node.left, optional || /^(right|full)/.test(node.type)),
    ...entries(node.right, optional || /^(left|full)/.test(node.type)),
  ];
}

/** Whether the rows of a SELECT are rows of its tables: those of groups, sets and windows are not, and cannot be locked. */
export function hasLockableRows(spec: SelectSpec, aggregated: boolean): boolean {
  const isWindowed = findAll(spec.items, 'call').some((one) => one.over !== undefined);
  return !spec.distinct && !spec.groupBy && !spec.having && !aggregated && !isWindowed;
}

/**
 * FOR UPDATE or FOR SHARE of a SELECT whose tables have hints that lock, or whose TOP says which rows a change is made to: those are found under update locks in
 * SQL Server, so that who comes second gets the next row.
 */
export function rowLock(
  t: Translation,
  env: Environment,
  spec: SelectSpec,
  { aggregated, addressed }: { readonly aggregated: boolean; readonly addressed: boolean },
): string {
  if (!t.context.locks || !hasLockableRows(spec, aggregated)) return '';
  const stored = spec.from.flatMap((one) => entries(one, false)).filter((one) => isStored(t, env, one));
  const meant = stored.map(({ table }) => ({ table, hints: lockHints(table.hints) }));
  const changes = addressed && (spec.top !== undefined || meant.some((one) => one.hints.skips));
  const updated = meant.filter((one) => one.hints.forUpdate || changes);
  const locked = updated.length > 0 ? updated : meant.filter((one) => one.hints.forShare);
  if (locked.length === 0) return '';
  const names = locked.flatMap(({ table }) => {
    const name = table.alias?.name ?? table.name.name.name;
    return env.sources.find((one) => sameName(one.name, name))?.sqlName ?? [];
  });
  const ending = lockEnding({
    forUpdate: true,
    forShare: false,
    skips: locked.some((one) => one.hints.skips),
    noWait: locked.some((one) => one.hints.noWait),
  });
  return ` FOR ${updated.length > 0 ? 'UPDATE' : 'SHARE'} OF ${names.join(', ')}${ending}`;
}

/** A table that other sessions see. */
function isStored(t: Translation, env: Environment, { table, optional }: Entry): boolean {
  if (optional || table.name.name.name.startsWith('#')) return false;
  const parts = nameParts(table.name);
  if (parts.length === 1 && env.ctes.some((one) => sameName(one.name, parts[0] ?? ''))) return false;
  const relation = env.scope.relation(parts);
  return (
    relation?.kind === 'table' &&
    relation.sql !== undefined &&
    !relation.versions &&
    !/^\W*tmp_/.test(relation.sql) &&
    t.profile.kind === 'target'
  );
}
