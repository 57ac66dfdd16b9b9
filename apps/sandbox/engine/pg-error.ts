import { TranslationError, sqlErrorOf } from '#conversion';
import pg from 'pg';
import type { CatalogForeignKey, CatalogObject, CatalogSnapshot } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import type { LocalConstraint } from './frame.ts';
import type { LocalEntry, LocalTables } from './local-tables.ts';
import { DeadlockVictim } from './pg-link.ts';
import { unescapeText } from './storage-text.ts';

/** Where an error arose: names in its message, line and procedure come from here. */
export interface ErrorPlace {
  readonly line: number;
  readonly procedure: string;
  /** INSERT, UPDATE, DELETE, MERGE, ALTER TABLE … as the message names it. */
  readonly verb: string;
  readonly spid: number;
  readonly snapshot: CatalogSnapshot | undefined;
  /** The temporary tables of the session. */
  readonly locals?: LocalTables;
}

/** The session was asked to stop: the client gave up its request. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

type Fault = pg.DatabaseError;

const idOf = (physical: string | undefined): number => Number(/^[a-z](\d+)/.exec(physical ?? '')?.[1] ?? 0);

function tableOf(fault: Fault, place: ErrorPlace): CatalogObject | undefined {
  return place.snapshot?.objectById(idOf(fault.table));
}

const localOf = (fault: Fault, place: ErrorPlace): LocalEntry | undefined => place.locals?.named(fault.table ?? '');

const constraintOf = (fault: Fault, place: ErrorPlace): LocalConstraint | undefined =>
  localOf(fault, place)?.local.constraints.get(fault.constraint ?? '');

const qualified = (table: CatalogObject | undefined, local?: LocalEntry): string =>
  table === undefined ? (local === undefined ? 'the table' : `dbo.${local.name}`) : `${table.schema}.${table.name}`;

/** The values of PostgreSQL's `Key (c1, c2)=(a, b) already exists.` */
function keyValues(fault: Fault): string {
  const at = fault.detail?.indexOf(')=(') ?? -1;
  if (at < 0) return '';
  const end = fault.detail?.lastIndexOf(') ') ?? -1;
  const values = unescapeText(fault.detail?.slice(at + 3, end) ?? '').replaceAll(/\bnull\b/g, '<NULL>');
  // An index by the order of GUIDs has their bytes as that order has them.
  return fault.detail?.includes('guid_order(') === true
    ? values.replaceAll(/\\x([0-9a-f]{32})/g, (_, bytes: string) => guidOf(bytes))
    : values;
}

/** A GUID of the bytes by which it is ordered: the last six first, then by twos, each group of the first three backwards. */
function guidOf(bytes: string): string {
  const back = (from: number, to: number): string =>
    (bytes.slice(2 * from, 2 * to).match(/../g) ?? []).toReversed().join('');
  return [back(12, 16), back(10, 12), back(8, 10), bytes.slice(12, 16), bytes.slice(0, 12)].join('-');
}

function duplicate(fault: Fault, place: ErrorPlace): SqlError {
  const table = tableOf(fault, place);
  const physical = (fault.constraint ?? '').replace(/^x/, 'i');
  const index = table?.indexes.find((candidate) => candidate.physical === physical);
  const values = `The duplicate key value is (${keyValues(fault)}).`;
  const local = table === undefined ? localOf(fault, place) : undefined;
  if (local !== undefined) return duplicateLocal(local, constraintOf(fault, place), values);
  if (index === undefined || index.primaryKey || index.uniqueConstraint) {
    const kind = index?.uniqueConstraint ? 'UNIQUE KEY' : 'PRIMARY KEY';
    return new SqlError(
      2627,
      `Violation of ${kind} constraint '${index?.name ?? fault.constraint}'. Cannot insert duplicate key in object '${qualified(table)}'. ${values}`,
      14,
    );
  }
  return new SqlError(
    2601,
    `Cannot insert duplicate key row in object '${qualified(table)}' with unique index '${index.name}'. ${values}`,
    14,
  );
}

function duplicateLocal(local: LocalEntry, constraint: LocalConstraint | undefined, values: string): SqlError {
  const object = qualified(undefined, local);
  const { kind = 'PRIMARY KEY', name = '' } = constraint ?? {};
  return kind === 'index'
    ? new SqlError(
        2601,
        `Cannot insert duplicate key row in object '${object}' with unique index '${name}'. ${values}`,
        14,
      )
    : new SqlError(
        2627,
        `Violation of ${kind} constraint '${name}'. Cannot insert duplicate key in object '${object}'. ${values}`,
        14,
      );
}

function columnsOf(table: CatalogObject | undefined, key: CatalogForeignKey, side: 'parent' | 'referenced'): string {
  const first = key.columns[0];
  if (table === undefined || first === undefined || key.columns.length !== 1) return '';
  const id = side === 'parent' ? first.parentColumnId : first.referencedColumnId;
  return `, column '${table.columns.find((column) => column.id === id)?.name ?? ''}'`;
}

function foreignKey(fault: Fault, place: ErrorPlace): SqlError {
  const table = tableOf(fault, place);
  const id = idOf(fault.constraint);
  const key = table?.foreignKeys.find((candidate) => candidate.objectId === id);
  const database = place.snapshot?.database.name ?? '';
  const byParent = fault.message.startsWith('update or delete');
  const referenced = key === undefined ? undefined : place.snapshot?.objectById(key.referencedId);
  const same = key !== undefined && key.parentId === key.referencedId ? ' SAME TABLE' : '';
  const kind = byParent ? `${same === '' ? '' : 'SAME TABLE '}REFERENCE` : `FOREIGN KEY${same}`;
  const where = byParent ? table : referenced;
  const column = key === undefined ? '' : columnsOf(where, key, byParent ? 'parent' : 'referenced');
  return new SqlError(
    547,
    `The ${place.verb} statement conflicted with the ${kind} constraint "${key?.name ?? fault.constraint}". The conflict occurred in database "${database}", table "${qualified(where)}"${column}.`,
    16,
    0,
  );
}

/** A `#` table by its whole name in tempdb, a table variable by that of its declaration. */
const shownName = (local: LocalEntry): string => (local.variable ? local.name : local.catalogName);

function check(fault: Fault, place: ErrorPlace): SqlError {
  const table = tableOf(fault, place);
  const id = idOf(fault.constraint);
  const found = table?.checks.find((candidate) => candidate.objectId === id);
  const local = table === undefined ? localOf(fault, place) : undefined;
  const temporary = constraintOf(fault, place);
  const column = table?.columns.find((candidate) => candidate.id === found?.columnId)?.name ?? temporary?.column;
  const database = local === undefined ? (place.snapshot?.database.name ?? '') : 'tempdb';
  const name = local === undefined ? qualified(table) : `dbo.${shownName(local)}`;
  return new SqlError(
    547,
    `The ${place.verb} statement conflicted with the CHECK constraint "${found?.name ?? temporary?.name ?? fault.constraint}". The conflict occurred in database "${database}", table "${name}"${column === undefined ? '' : `, column '${column}'`}.`,
    16,
    0,
  );
}

function missingValue(fault: Fault, place: ErrorPlace): SqlError {
  const table = tableOf(fault, place);
  const local = table === undefined ? localOf(fault, place) : undefined;
  const relation = local?.local.relation;
  const column =
    table?.columns.find((candidate) => candidate.physical === fault.column) ??
    relation?.columns.find((candidate) => candidate.sql === fault.column);
  const own = `${place.snapshot?.database.name ?? ''}.${qualified(table)}`;
  const name = local === undefined ? own : local.variable ? local.name : `tempdb.dbo.${shownName(local)}`;
  return new SqlError(
    515,
    `Cannot insert the value NULL into column '${column?.name ?? fault.column}', table '${name}'; column does not allow nulls. ${place.verb} fails.`,
    16,
    2,
  );
}

const deadlock = (place: ErrorPlace): SqlError =>
  new SqlError(
    1205,
    `Transaction (Process ID ${place.spid}) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.`,
    13,
    51,
    place.line,
    place.procedure,
  );

function byCode(fault: Fault, place: ErrorPlace): SqlError | undefined {
  switch (fault.code) {
    case '23502':
      return missingValue(fault, place);
    case '23505':
      return duplicate(fault, place);
    case '23503':
      return foreignKey(fault, place);
    case '23514':
      return check(fault, place);
    case '40P01':
      return deadlock(place);
    case '40001':
      return new SqlError(
        3960,
        `Snapshot isolation transaction aborted due to update conflict. Retry the transaction or change the isolation level for the update/delete statement.`,
        16,
        2,
      );
    case '55P03':
      return new SqlError(1222, 'Lock request time out period exceeded.', 16, 51);
    case '25006':
      return new SqlError(3906, 'Failed to update the database because it is read-only.');
    case '53200':
      return new SqlError(701, 'There is insufficient system memory to run this query.', 17, 123);
    default:
      return undefined;
  }
}

const LOST = /^(57P0[123]|08\d{3}|ECONNRESET|ECONNREFUSED|EPIPE)$/;

/** The error that ends a session whose storage connection is gone. */
export function lostSession(): SqlError {
  return new SqlError(596, 'Cannot continue the execution because the session is in the kill state.', 21);
}

/** Whether the connection to PostgreSQL is gone, and with it whatever the session had open. */
function isConnectionLoss(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code = '', message = '' } = error as { readonly code?: string; readonly message?: string };
  return LOST.test(code) || /^(Connection terminated|Client has encountered a connection error)/.test(message);
}

/** Whether the parser of SQL Server says it, at severity 15. */
const isOfParser = (number: number): boolean => number < 200 || PARSER.has(number);

const PARSER = new Set([1011, 1012, 1013, 1033, 4108, 4109, 4112, 4145, 10753]);

/** SQL Server's error for anything thrown while a statement ran. Faults of our own code keep their text under number 50000 + severity 20. */
export function sqlError(error: unknown, place: ErrorPlace): SqlError {
  const fault = faultOf(error, place);
  fault.isPlaced = true;
  return fault;
}

function faultOf(error: unknown, place: ErrorPlace): SqlError {
  if (error instanceof SqlError) {
    return !error.isPlaced && error.line === 1 && error.procedure === ''
      ? new SqlError(error.number, error.message, error.severity, error.state, place.line, place.procedure).after(
          ...error.preceding,
        )
      : error;
  }
  if (error instanceof DeadlockVictim) return deadlock(place);
  if (error instanceof TranslationError) {
    const { number, message, span } = error.problem;
    return new SqlError(number, message, isOfParser(number) ? 15 : 16, 1, span?.line ?? place.line, place.procedure);
  }
  const found =
    error instanceof pg.DatabaseError && !isConnectionLoss(error) ? (byCode(error, place) ?? known(error)) : undefined;
  if (found !== undefined) {
    return new SqlError(found.number, found.message, found.severity, found.state, place.line, place.procedure);
  }
  if (isConnectionLoss(error)) return lostSession();
  const text = error instanceof Error ? error.message : String(error);
  return new SqlError(
    40515,
    `The sandbox cannot run this ${place.verb} statement: ${text}`,
    16,
    1,
    place.line,
    place.procedure,
  );
}

function known(fault: Fault): SqlError | undefined {
  const found = sqlErrorOf(fault);
  return found && new SqlError(found.number, found.message, found.severity, found.state);
}

/** What an error outside TRY does beyond its own statement. */
export type Reach = 'statement' | 'scope' | 'batch' | 'batchAndTransaction';

const SCOPE = new Set([
  102, 156, 170, 207, 208, 209, 213, 4104, 107, 137, 1087, 40515, 195, 4121, 2715, 128, 206, 8117, 402,
]);
const WITH_TRANSACTION = new Set([241, 242, 245, 248, 295, 8114, 1205, 3960, 3930, 3988]);

/** A trigger that ended the transaction; results other than WITH RESULT SETS declares. */
const BATCH = new Set([3609, 11_535, 11_536, 11_537]);

/** How far an error reaches, as documented for SQL Server without XACT_ABORT. */
export function reachOf(error: SqlError): Reach {
  if (error.severity >= 20) return 'batchAndTransaction';
  if (WITH_TRANSACTION.has(error.number)) return 'batchAndTransaction';
  if (BATCH.has(error.number)) return 'batch';
  if (SCOPE.has(error.number)) return 'scope';
  return 'statement';
}
