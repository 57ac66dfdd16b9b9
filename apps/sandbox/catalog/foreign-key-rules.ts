import { SqlError } from '../session.ts';
import type { TableRef, Writing } from './writing.ts';

/** Error 1750 behind the one that says why. */
export function notCreated(why: SqlError): SqlError {
  return new SqlError(1750, 'Could not create constraint or index. See previous errors.').after(why);
}

/** A foreign key that is about to be made: its columns by their ids, pair by pair. */
export interface NewForeignKey {
  readonly name: string;
  readonly table: TableRef;
  readonly columnIds: readonly number[];
  readonly referencedId: number;
  /** The referenced table as messages name it. */
  readonly target: string;
  readonly referencedIds: readonly number[];
}

interface Facets {
  readonly name: string;
  /** numeric is decimal by another name. */
  readonly type: number;
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  readonly collation: string | null;
}

const FACETS = `SELECT name, CASE system_type_id WHEN 108 THEN 106 ELSE system_type_id END AS type, max_length AS length, precision, scale,
  collation_name AS collation FROM meta.columns WHERE object_id = $1 AND column_id = $2`;

/** The columns of a pair are of one type (1778), length, precision and scale (1753) and collation (1757). */
export async function checkKeyTypes(w: Writing, key: NewForeignKey): Promise<void> {
  for (const [at, columnId] of key.columnIds.entries()) {
    const [own] = await w.rows<Facets>(FACETS, [key.table.objectId, columnId]);
    const [other] = await w.rows<Facets>(FACETS, [key.referencedId, key.referencedIds[at]]);
    if (!own || !other) continue;
    const pair = [`'${key.target}.${other.name}'`, `'${key.table.name}.${own.name}' in foreign key '${key.name}'.`];
    const [referenced, referencing] = pair;
    if (own.type !== other.type)
      throw refused(1778, `Column ${referenced} is not the same data type as referencing column ${referencing}`);
    if (own.length !== other.length || own.precision !== other.precision || own.scale !== other.scale)
      throw refused(
        1753,
        `Column ${referenced} is not the same length or scale as referencing column ${referencing} Columns participating in a foreign key relationship must be defined with the same length and scale.`,
      );
    if (own.collation !== other.collation)
      throw refused(1757, `Column ${referenced} is not of same collation as referencing column ${referencing}`);
  }
}

const refused = (number: number, message: string): SqlError => notCreated(new SqlError(number, message, 16, 0));

interface Edge {
  readonly from: number;
  readonly to: number;
}

/**
 * What one DELETE or UPDATE sets off must be a tree: no table twice, none that leads back (Microsoft, "Primary and foreign key constraints",
 * "Multiple cascading actions"). 1785 where the new key breaks that.
 */
export async function checkCascades(w: Writing, key: NewForeignKey): Promise<void> {
  for (const action of ['delete', 'update']) {
    const edges = await w.rows<Edge>(
      `SELECT referenced_object_id AS from, parent_object_id AS to FROM meta.foreign_keys WHERE ${action}_referential_action <> 0`,
    );
    if (edges.length > 0 && edges.some((edge) => isTwice(edges, edge.from)))
      throw refused(
        1785,
        `Introducing FOREIGN KEY constraint '${key.name}' on table '${key.table.name}' may cause cycles or multiple cascade paths. Specify ON DELETE NO ACTION or ON UPDATE NO ACTION, or modify other FOREIGN KEY constraints.`,
      );
  }
}

/** Whether a change of a table reaches any table twice, itself included. */
function isTwice(edges: readonly Edge[], root: number): boolean {
  const reached = new Set([root]);
  const open = [root];
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const edge of edges) {
      if (edge.from !== from) continue;
      if (reached.has(edge.to)) return true;
      reached.add(edge.to);
      open.push(edge.to);
    }
  }
  return false;
}
