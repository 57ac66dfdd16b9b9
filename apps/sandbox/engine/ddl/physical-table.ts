import {
  indexKey,
  translateExpression,
  translatePredicate,
  type Relation,
  type RelationColumn,
  type Scope,
  type SqlType,
} from '#conversion';
import { quoteIdent, quoteLiteral } from '#pgsql';
import type { ColumnModel, IndexColumnModel } from '../../catalog/index.ts';
import { SqlError } from '../../session.ts';
import { parsedExpression } from '../parsing.ts';
import { sandbox } from '../profile.ts';
import { isCharacter } from '../storage-type.ts';
import { isByChance, refuseReaders, storedScope } from '../stored-functions.ts';

/** A type with its collation, as a column of PostgreSQL has it. */
export function columnTypeSql(type: SqlType, databaseCollation: string): string {
  const collation = isCharacter(type) ? sandbox.collation(type.collation ?? databaseCollation) : undefined;
  return `${sandbox.typeSql(type)}${collation === undefined ? '' : ` COLLATE ${collation}`}`;
}

function refuseParameters(what: string, parameters: readonly { readonly name: string }[]): void {
  const [first] = parameters;
  if (first !== undefined)
    throw new SqlError(40515, `${first.name} in ${what} is not supported in this version of SQL Server.`);
}

/** The PostgreSQL expression of a DEFAULT. */
export function defaultSql(scope: Scope, type: SqlType, definition: string): string {
  const value = translateExpression(
    parsedExpression(definition),
    { profile: sandbox, scope: storedScope(scope) },
    { type, convert: 'store' },
  );
  refuseParameters('a DEFAULT', value.parameters);
  return value.sql;
}

/** The relation with its computed columns written out, so that a condition over them needs no table in PostgreSQL. */
function writtenOut(scope: Scope, relation: Relation): Relation {
  if (!relation.columns.some((column) => column.expression !== undefined)) return relation;
  const columns = relation.columns.map(({ expression, ...column }) => {
    if (expression === undefined) return column;
    const value = translateExpression(expression, { profile: sandbox, scope: storedScope(scope) }, { table: relation });
    return { ...column, sql: `(${value.sql})` };
  });
  return { ...relation, columns };
}

/** The PostgreSQL condition of a CHECK or of an index filter. */
export function conditionSql(scope: Scope, relation: Relation, definition: string): string {
  const table = writtenOut(scope, relation);
  const condition = parsedExpression(definition);
  refuseReaders(scope, condition);
  const value = translatePredicate(condition, { profile: sandbox, scope: storedScope(scope) }, { table });
  refuseParameters('a condition', value.parameters);
  return value.sql;
}

/** The PostgreSQL expression of a computed column. */
export function computedSql(scope: Scope, relation: Relation, definition: string, type: SqlType): string {
  const value = translateExpression(
    parsedExpression(definition),
    { profile: sandbox, scope: storedScope(scope) },
    { table: relation, type },
  );
  refuseParameters('a computed column', value.parameters);
  return value.sql;
}

/** Whether a column of the model has a column in PostgreSQL: computed ones only if persisted. */
export const isStored = (column: ColumnModel): boolean => column.computed === undefined || column.computed.persisted;

/** One column of CREATE TABLE in PostgreSQL. `sequence` is the qualified counter of an identity. */
export function columnSql(
  scope: Scope,
  relation: Relation,
  column: ColumnModel,
  physical: string,
  sequence: string,
): string {
  const type = column.type as SqlType;
  const head = `${physical} ${columnTypeSql(type, scope.collation)}`;
  const notNull = column.nullable ? '' : ' NOT NULL';
  if (column.computed !== undefined) {
    if (isByChance(scope, parsedExpression(column.computed.definition))) {
      const message = `Computed column '${column.name}' in table '${relation.name}' cannot be persisted because the column is non-deterministic.`;
      throw new SqlError(4936, message);
    }
    return `${head} GENERATED ALWAYS AS (${computedSql(scope, relation, column.computed.definition, type)}) STORED${notNull}`;
  }
  if (column.identity !== undefined) return `${head} NOT NULL DEFAULT nextval('${sequence}'::regclass)`;
  const fallback = column.default === undefined ? '' : ` DEFAULT ${defaultSql(scope, type, column.default.definition)}`;
  return `${head}${fallback}${notNull}`;
}

/** The counter of an identity column. */
export function identitySequenceSql(
  sequence: string,
  identity: { seed: bigint; increment: bigint },
  temporary = false,
): string {
  return `CREATE ${temporary ? 'TEMPORARY ' : ''}SEQUENCE ${sequence} AS bigint INCREMENT BY ${identity.increment} MINVALUE -9223372036854775808 MAXVALUE 9223372036854775807 START WITH ${identity.seed}`;
}

/** The function and trigger that give a rowversion column its value on every write. */
export function rowVersionSql(table: string, physical: string, fn: string): string {
  return `CREATE FUNCTION ${fn}() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.${physical} := int8send(nextval('sys.rowversion_counter')); RETURN NEW; END $f$; CREATE TRIGGER sbx_rowversion BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${fn}()`;
}

/** A column of a relation by its name in any case. */
export function relationColumn(relation: Relation, name: string): RelationColumn {
  const key = name.toLowerCase();
  const found = relation.columns.find((column) => column.name.toLowerCase() === key);
  if (found === undefined) {
    throw new SqlError(1911, `Column name '${name}' does not exist in the target table or view.`);
  }
  return found;
}

/** How a column stands in an index: the expression the translator orders and compares by. */
function keySql(scope: Scope, relation: Relation, column: RelationColumn): { sql: string; plain: boolean } {
  if (column.expression !== undefined) {
    if (isByChance(scope, column.expression)) {
      const message = `Column '${column.name}' in table '${relation.name}' cannot be used in an index or statistics or as a partition key because it is non-deterministic.`;
      throw new SqlError(2729, message);
    }
    const inner = storedScope(scope);
    const value = translateExpression(column.expression, { profile: sandbox, scope: inner }, { table: relation });
    return { sql: `(${indexKey(`(${value.sql})`, value.type)})`, plain: false };
  }
  const key = indexKey(column.sql, column.type);
  return key === column.sql ? { sql: key, plain: true } : { sql: `(${key})`, plain: false };
}

export interface PhysicalIndex {
  readonly physical: string;
  readonly unique: boolean;
  readonly columns: readonly IndexColumnModel[];
  readonly filter?: string;
}

/**
 * The PostgreSQL indexes of a T-SQL index: one by the translator's keys, and for a unique one whose keys are expressions a plain one
 * besides, for foreign keys to refer to. Included columns are left out: they cost and change nothing here.
 */
export function indexSql(scope: Scope, relation: Relation, index: PhysicalIndex): string[] {
  const columns = index.columns.map((column) => ({ column, target: relationColumn(relation, column.name) }));
  const keys = columns.map(({ column, target }) => ({
    ...keySql(scope, relation, target),
    order: column.descending ? ' DESC NULLS LAST' : target.nullable ? ' NULLS FIRST' : '',
  }));
  const where = index.filter === undefined ? '' : ` WHERE ${conditionSql(scope, relation, index.filter)}`;
  const list = keys.map((key) => `${key.sql}${key.order}`).join(', ');
  const unique = index.unique ? 'UNIQUE ' : '';
  const distinct = index.unique ? ' NULLS NOT DISTINCT' : '';
  const plain = keys.every((key) => key.plain);
  if (
    !index.unique ||
    plain ||
    index.filter !== undefined ||
    columns.some(({ target }) => target.expression !== undefined)
  ) {
    return [`CREATE ${unique}INDEX ${quoteIdent(index.physical)} ON ${relation.sql} (${list})${distinct}${where}`];
  }
  const second = index.physical.replace(/^[ik]/, 'x');
  return [
    `CREATE UNIQUE INDEX ${quoteIdent(index.physical)} ON ${relation.sql} (${columns.map(({ target }) => target.sql).join(', ')})${distinct}`,
    `CREATE UNIQUE INDEX ${quoteIdent(second)} ON ${relation.sql} (${list})${distinct}`,
  ];
}

/**
 * A key constraint, and the index by the translator's keys where that differs. It is checked at the end of a statement, as SQL Server
 * does (`SET id = id + 1`), until a foreign key refers to the table: PostgreSQL then wants it checked row by row.
 */
export function keySqls(
  scope: Scope,
  relation: Relation,
  key: { kind: 'PK' | 'UQ'; columns: readonly IndexColumnModel[] },
  physical: string,
): string[] {
  const columns = key.columns.map((column) => relationColumn(relation, column.name));
  const list = columns.map((column) => column.sql).join(', ');
  const kind = key.kind === 'PK' ? 'PRIMARY KEY' : 'UNIQUE NULLS NOT DISTINCT';
  if (columns.some((column) => column.expression !== undefined))
    return indexSql(scope, relation, { physical, unique: true, columns: key.columns });
  const constraint = `ALTER TABLE ${relation.sql} ADD CONSTRAINT ${quoteIdent(physical)} ${kind} (${list}) DEFERRABLE`;
  const [, second] = indexSql(scope, relation, { physical, unique: true, columns: key.columns });
  return second === undefined ? [constraint] : [constraint, second];
}

export interface PhysicalForeignKey {
  readonly physical: string;
  readonly columns: readonly string[];
  readonly referenced: string;
  readonly referencedColumns: readonly string[];
  readonly onDelete?: string | undefined;
  readonly onUpdate?: string | undefined;
  readonly validated: boolean;
}

/** Makes the keys of a table such as a foreign key may refer to. */
export function settleKeysSql(table: string): string {
  return `DO $do$ DECLARE k record; BEGIN
  FOR k IN SELECT conname, pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE conrelid = ${quoteLiteral(table)}::regclass AND contype IN ('p', 'u') AND condeferrable LOOP
    EXECUTE format('ALTER TABLE ${table} DROP CONSTRAINT %I', k.conname);
    EXECUTE format('ALTER TABLE ${table} ADD CONSTRAINT %I %s', k.conname, replace(k.def, ' DEFERRABLE', ''));
  END LOOP; END $do$`;
}

/** ADD CONSTRAINT … FOREIGN KEY; all names physical. */
export function foreignKeySql(table: string, key: PhysicalForeignKey): string {
  const action = (value: string | undefined): string => (value ?? 'NO_ACTION').replace('_', ' ');
  const settle = settleKeysSql(key.referenced);
  return `${settle}; ALTER TABLE ${table} ADD CONSTRAINT ${quoteIdent(key.physical)} FOREIGN KEY (${key.columns.join(', ')}) REFERENCES ${key.referenced} (${key.referencedColumns.join(', ')}) ON DELETE ${action(key.onDelete)} ON UPDATE ${action(key.onUpdate)}${key.validated ? '' : ' NOT VALID'}`;
}
