import { findAll, type Node, type ObjectName } from '#tsql';
import { dotted, isTemporary, qualified } from './names.ts';
import type { Site } from './session.ts';

/** The table whose rows a statement changes. */
function targetOf(statement: Node): ObjectName | undefined {
  switch (statement.kind) {
    case 'insert':
    case 'merge':
      return statement.target.kind === 'table' ? statement.target.name : undefined;
    case 'update':
    case 'delete': {
      if (statement.target.kind !== 'table') return undefined;
      const { name } = statement.target;
      // DELETE c FROM dbo.City AS c: the target is an alias.
      const alias = findAll(statement.from, 'table').find(
        (one) => one.alias?.name.toLowerCase() === name.name.name.toLowerCase(),
      );
      return name.schema || !alias ? name : alias.name;
    }
    case 'truncate':
    case 'bulkInsert':
    case 'insertBulk':
      return statement.table;
    default:
      return undefined;
  }
}

const CHANGES = new Set([
  'insert',
  'update',
  'delete',
  'merge',
  'truncate',
  'bulkInsert',
  'insertBulk',
  'textStatement',
]);

/** Counts a statement that changes rows: scripts are read for the schema, rows come from the live source. False: it changes none. */
export function countRows(site: Site, statement: Node): boolean {
  if (!CHANGES.has(statement.kind)) return false;
  const target = targetOf(statement);
  if (!target || isTemporary(target)) return true;
  const { database, source } = site;
  const table = dotted(qualified(target));
  const key = database.fold(table);
  const known = database.rows.get(key);
  if (known) known.count += 1;
  else {
    const excerpt = source.cut(statement.span).slice(0, 200);
    database.rows.set(key, { table, count: 1, first: source.place(statement.span), excerpt });
  }
  return true;
}
