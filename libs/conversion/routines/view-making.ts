import type { CreateView } from '#tsql';
import { findAll } from '#tsql';
import { quoteIdent } from '#pgsql';
import type { RelationColumn } from '../query/index.ts';
import { nameParts, newName, ownName } from './definition-names.ts';
import type { Emitter } from './emitter.ts';

/** A view that a routine makes: known to what follows. */
export function createView(e: Emitter, node: CreateView): void {
  if (findAll(node.query, 'variable').length > 0) e.fail('Variables are not allowed in a view.', node.span);
  const { schema, name } = ownName(node.name);
  const known = e.scope.relation(nameParts(node.name))?.sql;
  const sql = known ?? newName(e, node.name);
  const made = e.query(node.query);
  const columns = made.columns.map((one, index): RelationColumn => {
    const source = node.columns[index]?.name ?? one.name;
    const own = quoteIdent(e.options.naming.name(`columns ${sql}`, source, source.toLowerCase()));
    return { name: source, sql: own, type: one.type, nullable: one.nullable };
  });
  const text = `${sql} (${columns.map((one) => one.sql).join(', ')}) AS ${made.sql}`;
  e.facts.writes = true;
  e.pieces.push(
    known === undefined
      ? { kind: 'ddl', sql: `CREATE VIEW ${text}`, line: node.span.line }
      : { kind: 'statement', sql: made.sql, line: node.span.line },
  );
  e.laid(`CREATE OR REPLACE VIEW ${text};`);
  e.scope.made(schema, name, { kind: 'table', schema, name, sql, columns });
}
