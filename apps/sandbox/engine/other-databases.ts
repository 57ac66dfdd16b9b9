import pg from 'pg';
import { type NameParts, type Relation, translateQuery } from '#conversion';
import { qualifiedName, quoteName, walk, type Node, type ObjectName, type TableRef } from '#tsql';
import type { CatalogSnapshot } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { copyRows } from './copy.ts';
import type { Database } from './database.ts';
import { Frame, type LocalTable } from './frame.ts';
import { isGlobalTemporary, isOwnView, namePartsOf, overlayKey } from './names.ts';
import { parsedBatch, parsedView, requireParsed } from './parsing.ts';
import { requireRights } from './permissions.ts';
import { sqlError } from './pg-error.ts';
import { rowsOfStatement } from './row-channel.ts';
import { bind, contextOf, localTable, type Run } from './run.ts';
import { partsOf, type Foreign } from './session-scope.ts';
import { HANDED_ROWS } from './stage.ts';
import { definitionOfResult, makeLocal } from './temporary-table.ts';
import type { TableDefinition } from './ddl/table-model.ts';

/** A table that a statement names, and the database where it is. */
interface Reference {
  /** The name as written, in the form of {@link overlayKey}. */
  readonly key: string;
  readonly parts: NameParts;
  readonly database: Database;
  readonly local?: LocalTable;
}

const NO_FOREIGN: Foreign = { copies: new Map(), renamed: new Map() };

interface Named {
  readonly parts: NameParts;
  /** What is written to. */
  readonly isTarget: boolean;
}

/**
 * Runs a statement, or computes an expression, that may name tables of several databases of this server: temporary tables of the session and `##` tables
 * among them. It runs in one of them, that of the table it writes to, else the current one; of each other table it sees a copy, made for it, of what the
 * table holds now. All of it is one transaction. Where the statement stays in the current database nothing is done.
 */
export async function reaching<T>(run: Run, node: Node, work: (run: Run) => Promise<T>): Promise<T> {
  if (run.foreign !== undefined || !(await mayReach(run, node))) return work(run);
  const { session } = run;
  const references = await referencesOf(run, node);
  const target = receivesRows(node) ? undefined : references.find((one) => one.isTarget);
  const home = session.catalogDatabase;
  const called = calledDatabase(run, node);
  const place = target?.database ?? readsElsewhereOnly(node, references, called) ?? home;
  if (called !== undefined && called !== place) throw farFunction(node);
  const others = references.filter((one) => one.database !== place && !(one.isTarget && target === undefined));
  if (others.length === 0 && place === home) return work(run);
  if (place !== home) refuse(node, others);
  const frame = new Frame(run.frame.procedure, run.frame.procedureId, run.frame.level, run.frame);
  try {
    const copies = new Map<string, Relation>();
    for (const one of others) if (!copies.has(one.key)) copies.set(one.key, await copied(run, frame, place, one));
    const synonyms = references.filter((one) => one.database === place && overlayKey(one.parts) !== one.key);
    const foreign = { copies, renamed: new Map(synonyms.map((one) => [one.key, one.parts])) };
    return await session.within(place, async () => {
      try {
        return await work({ ...run, foreign });
      } catch (error) {
        throw await named(run, node, error);
      }
    });
  } finally {
    await session.within(place, () => session.dropTemporary(frame));
  }
}

/** What PostgreSQL said, in the names of the database where it was said. */
async function named(run: Run, node: Node, error: unknown): Promise<unknown> {
  if (!(error instanceof pg.DatabaseError)) return error;
  const { session, frame } = run;
  const snapshot = await session.snapshot().catch(() => undefined);
  const verb = node.kind.toUpperCase();
  return sqlError(error, {
    line: node.span.line,
    procedure: frame.procedure,
    verb,
    spid: session.spid,
    snapshot,
    locals: session.locals,
  });
}

/** The database that a dotted name of anything means; undefined for the current one. Throws 911 where there is none. */
export function databaseOf(run: Run, parts: readonly (string | null | undefined)[]): Database | undefined {
  const { session } = run;
  if (isGlobalTemporary(parts.at(-1) ?? '')) {
    const { database } = session.server.globalTables;
    return database === session.catalogDatabase ? undefined : database;
  }
  const name = parts.length > 2 ? parts.at(-3) : undefined;
  if (name == null || name === '') return undefined;
  const found = session.server.database(name);
  if (found === undefined && !SYSTEM_DATABASE.test(name)) {
    throw new SqlError(911, `Database '${name}' does not exist. Make sure that the name is entered correctly.`);
  }
  return found === session.catalogDatabase ? undefined : found;
}

const SYSTEM_DATABASE = /^(?:msdb|tempdb|model)$/i;

const direct = new WeakMap<Node, readonly Named[]>();

/** The tables that a text names, once each. Names of common table expressions and aliases of targets are none. */
function namesIn(root: Node): readonly Named[] {
  const known = direct.get(root);
  if (known !== undefined) return known;
  const ctes = new Set<string>();
  const targets = new Set<Node>();
  // What a target may be called that is a table of FROM: its alias, else its name.
  const aliases = new Map<string, ObjectName>();
  const tables: TableRef[] = [];
  const variables: string[] = [];
  walk(root, (node) => {
    if (node.kind === 'cte') ctes.add(node.name.name.toLowerCase());
    if (node.kind === 'table') tables.push(node);
    if (node.kind === 'tableVariable') variables.push(node.name);
    if (/^(?:insert|update|delete|merge)$/.test(node.kind) && 'target' in node) targets.add(node.target as Node);
  });
  for (const table of tables) {
    if (!targets.has(table)) aliases.set((table.alias ?? table.name.name).name.toLowerCase(), table.name);
  }
  const names: Named[] = [];
  for (const table of tables) {
    const isTarget = targets.has(table);
    const single = table.name.schema === undefined && table.name.database === undefined;
    const alias =
      isTarget && single && table.alias === undefined ? aliases.get(table.name.name.name.toLowerCase()) : undefined;
    if (single && alias === undefined && ctes.has(table.name.name.name.toLowerCase())) continue;
    names.push({ parts: namePartsOf(alias ?? table.name), isTarget });
  }
  for (const name of variables) names.push({ parts: [name], isTarget: false });
  walk(root, (node) => {
    if (targets.has(node) && node.kind === 'tableVariable') names.push({ parts: [node.name], isTarget: true });
  });
  direct.set(root, names);
  return names;
}

/** Whether a statement can name anything of another database at all. */
async function mayReach(run: Run, node: Node): Promise<boolean> {
  if (farCalls(node).length > 0) return true;
  const names = namesIn(node);
  if (names.length === 0) return false;
  const { session } = run;
  if (names.some(({ parts }) => parts.length > 2 || isGlobalTemporary(parts.at(-1) ?? ''))) return true;
  if (
    names.some(
      ({ parts }) => (localOf(run, parts)?.databaseId ?? session.catalogDatabase.id) !== session.catalogDatabase.id,
    )
  )
    return true;
  const snapshot = await session.snapshot();
  return outwardOf(run, snapshot).size > 0;
}

function localOf(run: Run, parts: NameParts): LocalTable | undefined {
  const last = parts.at(-1) ?? '';
  const isPlain = parts.length === 1 || /^#(?!#)/.test(last);
  return isPlain ? localTable(run, last) : undefined;
}

const outward = new WeakMap<CatalogSnapshot, ReadonlyMap<string, readonly Named[]>>();

/** Synonyms for objects of other databases, and views that name such objects: what they name, by `schema.name` in lower case. */
function outwardOf(run: Run, snapshot: CatalogSnapshot): ReadonlyMap<string, readonly Named[]> {
  const known = outward.get(snapshot);
  if (known !== undefined) return known;
  const found = new Map<string, readonly Named[]>();
  const others = run.session.server.all
    .map((one) => one.info.name.toLowerCase())
    .filter((name) => name !== snapshot.database.name.toLowerCase());
  const mentions = (text: string): boolean => {
    const lower = text.toLowerCase();
    return lower.includes('##') || others.some((name) => lower.includes(name));
  };
  for (const object of snapshot.objects()) {
    const key = `${object.schema}.${object.name}`.toLowerCase();
    if (object.kind === 'SN') {
      const parts = partsOf(object.baseObject ?? '').map((part) => part || null);
      while (parts[0] === null) parts.shift();
      if (parts.length > 2) found.set(key, [{ parts, isTarget: false }]);
    } else if (object.kind === 'V' && !object.system && mentions(object.definition ?? '')) {
      found.set(key, namesIn(parsedView(object.definition ?? '', object.quotedIdentifier ?? true).query));
    }
  }
  outward.set(snapshot, found);
  return found;
}

/** The database of the table that a statement writes to; undefined where it names none that is known. */
export async function targetDatabase(run: Run, node: Node): Promise<Database | undefined> {
  if (!(await mayReach(run, node))) return undefined;
  return (await referencesOf(run, node)).find((one) => one.isTarget)?.database;
}

type Found = Reference & { readonly isTarget: boolean };

async function referencesOf(run: Run, node: Node): Promise<Found[]> {
  const snapshot = await run.session.snapshot();
  const through = outwardOf(run, snapshot);
  const behind = new Map<string, readonly Found[]>();
  const resolve = (named: Named): Found[] => {
    const { parts, isTarget } = named;
    const key = overlayKey(parts);
    const last = parts.at(-1) ?? '';
    const home = run.session.catalogDatabase;
    const local = localOf(run, parts);
    if (local !== undefined) {
      const database = run.session.server.all.find((one) => one.id === local.databaseId) ?? home;
      return [{ key, parts, database, local, isTarget }];
    }
    const database = tableDatabase(run, parts, snapshot);
    if (database !== home || parts.length > 2) return [{ key, parts, database, isTarget }];
    const object = snapshot.object(parts.at(-2) ?? undefined, last, run.session.defaultSchema);
    const inner = object && through.get(`${object.schema}.${object.name}`.toLowerCase());
    const itself = { key, parts, database, isTarget };
    if (inner === undefined) return [itself];
    if (object?.kind === 'SN') {
      const [base] = inner;
      if (base === undefined) return [];
      return [{ ...itself, parts: base.parts, database: tableDatabase(run, base.parts, snapshot) }];
    }
    const known = behind.get(key);
    if (known === undefined) behind.set(key, []);
    const found = known ?? inner.flatMap(resolve);
    behind.set(key, found);
    return [itself, ...found];
  };
  return namesIn(node).flatMap(resolve);
}

/** Does a definition in the database that its objects' names say; the current one where they say none. Refuses names of several. */
export async function inDatabaseOf<T>(run: Run, names: readonly ObjectName[], work: () => Promise<T>): Promise<T> {
  const places = new Set(names.map((name) => databaseOf(run, namePartsOf(name))));
  const [place] = places;
  if (places.size > 1)
    throw new SqlError(
      40515,
      'A definition in several databases at once is not supported in this version of SQL Server.',
    );
  return place === undefined ? work() : run.session.within(place, work);
}

/** Where a table is that is no local one. A database that does not exist makes its name an unknown one: 208. */
function tableDatabase(run: Run, parts: NameParts, snapshot: CatalogSnapshot): Database {
  const home = run.session.catalogDatabase;
  if (parts.length > 3 && parts[0] != null) {
    throw new SqlError(
      7202,
      `Could not find server '${parts[0]}' in sys.servers. Verify that the correct server name was specified. If necessary, execute the stored procedure sp_addlinkedserver to add the server to sys.servers.`,
      11,
      2,
    );
  }
  const isUnknown =
    parts.length > 2 &&
    parts.at(-3) != null &&
    !SYSTEM_DATABASE.test(parts.at(-3) ?? '') &&
    run.session.server.database(parts.at(-3) ?? '') === undefined;
  if (isUnknown) throw unknownObject(parts);
  const other = databaseOf(run, parts);
  if (other === undefined) return home;
  const last = parts.at(-1) ?? '';
  const isShared = other.info.name.toLowerCase() === 'master' && !isGlobalTemporary(last) && !isOwnView(last);
  const here = isShared ? snapshot.object(parts.at(-2) ?? undefined, last, run.session.defaultSchema) : undefined;
  return here?.system === true ? home : other;
}

function unknownObject(parts: NameParts): SqlError {
  return new SqlError(208, `Invalid object name '${parts.map((part) => part ?? '').join('.')}'.`);
}

/** Functions whose answer hangs on the database that the statement runs in. */
const CONTEXT =
  /^(?:app_name|col_length|col_name|columnproperty|current_user|database_principal_id|databasepropertyex|db_id|db_name|has_perms_by_name|ident_current|ident_incr|ident_seed|indexproperty|is_member|is_rolemember|object_definition|object_id|object_name|object_schema_name|objectproperty|objectpropertyex|original_db_name|permissions|schema_id|schema_name|session_user|stats_date|system_user|type_id|type_name|typeproperty|user|user_id|user_name)$/i;

function contextCall(node: Node): string | undefined {
  let found: string | undefined;
  walk(node, (one) => {
    if (one.kind !== 'call') return;
    const { name } = one;
    if ((name.schema !== undefined && name.database === undefined) || CONTEXT.test(name.name.name))
      found ??= name.name.name;
  });
  return found;
}

/** The functions that a text calls by the names of databases. */
function farCalls(node: Node): readonly ObjectName[] {
  const known = calls.get(node);
  if (known !== undefined) return known;
  const found: ObjectName[] = [];
  walk(node, (one) => {
    if (one.kind === 'call' && one.name.database !== undefined) found.push(one.name);
  });
  calls.set(node, found);
  return found;
}

const calls = new WeakMap<Node, readonly ObjectName[]>();

/** The other database whose functions are called; of several the first. */
function calledDatabase(run: Run, node: Node): Database | undefined {
  for (const name of farCalls(node)) {
    const found = databaseOf(run, namePartsOf(name));
    if (found !== undefined) return found;
  }
  return undefined;
}

function farFunction(node: Node): SqlError {
  const [name] = farCalls(node);
  const text =
    name === undefined
      ? ''
      : namePartsOf(name)
          .map((part) => part ?? '')
          .join('.');
  return new SqlError(
    40515,
    `The function '${text}' of another database beside tables or functions of this one is not supported in this version of SQL Server.`,
  );
}

/** The one other database that a query reads nothing but tables of: there it can run as it is, with its indexes and locks. */
function readsElsewhereOnly(
  node: Node,
  references: readonly Reference[],
  called: Database | undefined,
): Database | undefined {
  const database = references[0]?.database ?? called;
  if (database === undefined || node.kind !== 'select') return undefined;
  const isSame = references.every(
    (one) => one.database === database && one.local === undefined && one.parts.length > 2,
  );
  let writes = false;
  walk(node, (one) => {
    writes ||= one.kind === 'selectSpec' && one.into !== undefined;
  });
  return isSame && !writes && contextCall(node) === undefined ? database : undefined;
}

/** INSERT … SELECT and INSERT … EXEC: their rows are made where the statement stands, and handed to an INSERT of their own. */
export const receivesRows = (node: Node): boolean =>
  node.kind === 'insert' &&
  (node.source.kind === 'insertExecute' ||
    (node.source.kind === 'insertQuery' && node.output.length === 0 && !handsOver(node)));

/** The INSERT that takes rows which were made before. */
const handsOver = (node: Node): boolean => namesIn(node).some(({ parts }) => parts[0] === HANDED_ROWS);

/** A change runs in the database of its table: what answers for the current database cannot be asked there. */
function refuse(node: Node, others: readonly Reference[]): void {
  const name = contextCall(node);
  walk(node, (one) => {
    if (one.kind !== 'output' || one.into?.kind !== 'table') return;
    const key = overlayKey(namePartsOf(one.into.name));
    if (!others.some((other) => other.key === key && other.local === undefined)) return;
    throw new SqlError(
      40515,
      'OUTPUT INTO a table of another database than the one that is changed is not supported in this version of SQL Server.',
    );
  });
  if (name === undefined || node.kind === 'select') return;
  throw new SqlError(
    40515,
    `The function '${name}' in a statement that changes a table of another database is not supported in this version of SQL Server.`,
  );
}

/** Copies what a table, or a view, holds now into a temporary table of the database `place`. */
async function copied(run: Run, frame: Frame, place: Database, from: Reference): Promise<Relation> {
  const { session } = run;
  const text = `SELECT * FROM ${from.local === undefined ? writtenName(from.parts) : quotedLocal(from.parts)}`;
  const parsed = parsedBatch(text, true);
  requireParsed(parsed);
  const [statement] = parsed.statements;
  if (statement?.kind !== 'select') throw unknownObject(from.parts);
  const inner: Run = { ...run, text, foreign: NO_FOREIGN };
  return session.within(from.database, () =>
    nested(inner, from, async (reader) => {
      await requireRights(reader, statement);
      const query = translateQuery(statement.query, await contextOf(reader));
      const definition = storable(definitionOfResult(query.columns));
      const name = `@sbx_far${frame.tables.size + 1}`;
      const local = await session.within(place, () =>
        makeLocal({ ...run, foreign: NO_FOREIGN }, name, definition, frame),
      );
      const link = await session.within(place, async () => session.link);
      const rows = rowsOfStatement(session, query.sql, await bind(reader, query.parameters), run.signal);
      // A view may lead back to where the copy is made: one connection does one thing at a time.
      await copyRows(link, local.physical, link === session.link ? await collected(rows) : rows);
      const schema = from.parts.at(-2) ?? 'dbo';
      return {
        ...local.relation,
        schema,
        name: from.parts.at(-1) ?? '',
        columns: local.relation.columns.map((column, index) => ({
          ...column,
          type: query.columns[index]?.type ?? column.type,
          nullable: query.columns[index]?.nullable ?? true,
          ...(query.columns[index]?.identity ? { identity: query.columns[index].identity } : {}),
        })),
      };
    }),
  );
}

async function collected<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** A view of the other database may itself reach on. */
function nested<T>(run: Run, from: Reference, work: (run: Run) => Promise<T>): Promise<T> {
  if (from.local !== undefined) return work(run);
  const { foreign: _, ...plain } = run;
  const parsed = parsedBatch(`SELECT * FROM ${writtenName(from.parts)}`, true);
  const [statement] = parsed.statements;
  return statement === undefined
    ? work(run)
    : reaching(plain, statement, (inner) => work({ ...inner, foreign: inner.foreign ?? NO_FOREIGN }));
}

/** The definition of a table that takes the values as they are: a rowversion is no longer made, but kept. */
export function storable(definition: TableDefinition): TableDefinition {
  const columns = definition.columns.map((column) =>
    column.type.name === 'rowversion' ? { ...column, type: { name: 'binary', length: 8 } as const } : column,
  );
  return { ...definition, columns };
}

function quotedLocal(parts: NameParts): string {
  const name = parts.at(-1) ?? '';
  return name.startsWith('@') ? name : quoteName(name);
}

function writtenName(parts: NameParts): string {
  const name = parts.at(-1) ?? '';
  const schema = parts.at(-2);
  return isGlobalTemporary(name) || schema == null ? quoteName(name) : qualifiedName(schema, name);
}
