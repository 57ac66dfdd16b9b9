import { translateQuery, type ResultColumn, type SqlType, type TranslatedDml } from '#conversion';
import { changeOf } from './profile.ts';
import { findAll, type Delete, type Insert, type Merge, type Query, type Update } from '#tsql';
import { checkCascades } from './cascades.ts';
import { namePartsOf } from './names.ts';
import { sequenceName, type CatalogObject } from '../catalog/index.ts';
import { SqlError, type ResultSink, type TdsColumn, type TdsType, type TdsValue } from '../session.ts';
import type { PgRow } from './pg-link.ts';
import { isPositioned, runPositioned } from './positioned-change.ts';
import { checkOutputs, nestedIn, runNested } from './nested-change.ts';
import { callStatement } from './procedure-call.ts';
import { columnsOf, finish, longRowsFor, rowDecoder } from './query.ts';
import { bind, contextOf, translated, type Run } from './run.ts';
import type { SessionScope } from './session-scope.ts';
import { receivesRows, targetDatabase } from './other-databases.ts';
import { insertRows } from './stage.ts';
import { encoderFor } from './storage-type.ts';
import { lockingOf } from './locking.ts';
import { checkIndexHints, checkSnapshotAllowed, holding, lockTables } from './table-locks.ts';
import { eventsOf, firing, runInsteadOf, runWithTriggers } from './triggers.ts';
import { updateByRow } from './update-by-row.ts';
import { wideChange, type OutputPart, type WideChange } from './wide-change.ts';

export type DmlStatement = Insert | Update | Delete | Merge;

const COMMAND: Record<TranslatedDml['kind'], number> = { insert: 0xc3, update: 0xc5, delete: 0xc4, merge: 0xc3 };

/** The statement under SET ROWCOUNT n: as with TOP (n), where it has none that is smaller. */
function limited(statement: DmlStatement, rows: number): DmlStatement {
  if (rows <= 0) return statement;
  const { top, span } = statement;
  const known = top?.expression.kind === 'literal' && !top.percent ? Number(top.expression.value) : undefined;
  if (known !== undefined && known <= rows) return statement;
  if (top !== undefined && known === undefined)
    throw new SqlError(
      40515,
      'SET ROWCOUNT with TOP of anything but a number is not supported in this version of SQL Server.',
    );
  if (statement.kind === 'insert' && statement.source.kind !== 'insertQuery') return statement;
  const expression = { kind: 'literal', type: 'int', text: String(rows), value: String(rows), span } as const;
  return { ...statement, top: { kind: 'top', expression, percent: false, withTies: false, span } };
}

/** INSERT, UPDATE, DELETE and MERGE. */
export async function runDml(caller: Run, asWritten: DmlStatement): Promise<void> {
  if (isPositioned(asWritten)) {
    await runPositioned(caller, asWritten, (found) => runDml(caller, found));
    return;
  }
  const { options } = caller.session;
  const statement = limited(asWritten, options.rowCount);
  const locking = lockingOf(caller, statement);
  const { lockTimeout } = options;
  if (locking.impatient) options.lockTimeout = 0;
  try {
    const run: Run = { ...caller, locking };
    await holding(run, () => runChange(run, statement));
  } finally {
    options.lockTimeout = lockTimeout;
  }
}

async function runChange(run: Run, statement: DmlStatement): Promise<void> {
  await checkOutputs(run, statement);
  const nested = nestedIn(statement);
  // What OUTPUT INTO and a nested change write stays or goes with the rest of the statement.
  const several = nested !== undefined || statement.output.some((one) => one.into !== undefined);
  const work = (): Promise<Changed> =>
    nested === undefined ? change(run, statement) : runNested(run, statement, nested, (node) => change(run, node));
  const { session } = run;
  const isOwn = several && session.tx.depth === 0;
  const [count, command] = several
    ? await session.tx.together(session.link, session.options.isolation, work)
    : await work();
  if (isOwn) session.transactionEnded();
  finish(run, count, command);
}

/** How many rows a statement changed, and what its DONE calls it. */
export type Changed = readonly [count: number, command: number];

async function change(run: Run, statement: DmlStatement): Promise<Changed> {
  if (statement.kind === 'insert' && statement.source.kind === 'insertExecute') {
    return [await insertExecute(run, statement), COMMAND.insert];
  }
  if (statement.kind === 'insert' && statement.source.kind === 'insertQuery' && (await isElsewhere(run, statement))) {
    return [await insertElsewhere(run, statement, statement.source.query), COMMAND.insert];
  }
  const named = await translated(run, statement.target, (_, context) => namedObject(statement, context.scope));
  const [event] = eventsOf(statement);
  const instead = named && event && firing(run, named, event, true)[0];
  if (named !== undefined && instead !== undefined) {
    return [await runInsteadOf(run, statement, named, instead), COMMAND[statement.kind]];
  }
  if (named?.kind === 'V' && event !== 'delete') await refuseChecked(run, named);
  if (statement.output.length > 1) {
    return [await runSeveral(run, statement), COMMAND[statement.kind]];
  }
  const dml = await translated(run, statement, (node, context) => changeOf(node, context));
  if (
    dml.kind === 'merge' &&
    eventsOf(statement).includes('insert') &&
    dml.target.columns.some((one) => one.identity)
  ) {
    return [await runSeveral(run, statement), COMMAND.merge];
  }
  checkSnapshotAllowed(run, dml.sql);
  await checkIndexHints(run, statement);
  const object = await targetOf(run, dml);
  await lockTables(run, dml.sql, object?.id);
  checkIdentity(run, dml, object);
  await checkReach(run, statement, object, dml.written);
  if (dml.eachRow && statement.kind === 'update') {
    return [await updateByRow(run, statement, dml, object), COMMAND.update];
  }
  const fires = object !== undefined && eventsOf(statement).some((kind) => firing(run, object, kind, false).length > 0);
  const count = fires ? await runWithTriggers(run, statement, object) : await applyDml(run, dml, object);
  return [count, COMMAND[dml.kind]];
}

/** The table or view that a statement names, or means by an alias of its FROM; undefined for anything else. */
export function namedObject(statement: DmlStatement, scope: SessionScope): CatalogObject | undefined {
  const { target } = statement;
  if (target.kind !== 'table') return undefined;
  const alias = target.name.schema === undefined && 'from' in statement ? target.name.name.name.toLowerCase() : '';
  const meant =
    alias === ''
      ? undefined
      : findAll({ ...statement, with: undefined } as DmlStatement, 'table').find(
          (one) => one.alias?.name.toLowerCase() === alias,
        );
  const name = namePartsOf((meant ?? target).name);
  if ((name.at(-1) ?? '').startsWith('#')) return undefined;
  const object = scope.object(name);
  return object?.kind === 'V' || object?.kind === 'U' ? object : undefined;
}

/** Refuses to write through a view WITH CHECK OPTION, or one over such a view: which rows it lets in is not looked at. */
async function refuseChecked(run: Run, view: CatalogObject): Promise<void> {
  if (view.checkOption) {
    const message = `A change through the view '${view.schema}.${view.name}' WITH CHECK OPTION is not supported in this version of SQL Server.`;
    throw new SqlError(40515, message);
  }
  const { scope } = await contextOf(run);
  const { view: written } = scope.relation([view.schema, view.name]) ?? {};
  for (const { name } of written === undefined ? [] : findAll(written.query, 'table')) {
    const below = scope.object(namePartsOf(name));
    if (below?.kind === 'V' && !below.system) await refuseChecked(run, below);
  }
}

/** Refuses what would fire triggers by way of foreign keys. */
async function checkReach(
  run: Run,
  statement: DmlStatement,
  object: CatalogObject | undefined,
  written: readonly string[],
): Promise<void> {
  if (object === undefined || object.referencedBy.length === 0) return;
  const snapshot = await run.session.snapshot();
  for (const event of eventsOf(statement)) if (event !== 'insert') checkCascades(snapshot, object, event, written);
}

/** A change that must return more than one thing: two OUTPUT clauses, or the identities that a MERGE made. */
async function runSeveral(run: Run, statement: DmlStatement): Promise<number> {
  const wide = wideChange(statement, await contextOf(run), statement.kind === 'merge');
  const object = await targetOf(run, wide.dml);
  await lockTables(run, wide.dml.sql, object?.id);
  await checkReach(run, statement, object, wide.dml.written);
  const fires = object !== undefined && eventsOf(statement).some((kind) => firing(run, object, kind, false).length > 0);
  return fires ? runWithTriggers(run, statement, object) : (await runWide(run, wide, object)).count;
}

/** Runs a change that returns several things in one row, and puts each where it belongs. Resolves with the rows as they came. */
export async function runWide(
  run: Run,
  wide: WideChange,
  object: CatalogObject | undefined,
): Promise<{ count: number; rows: PgRow[] }> {
  const { dml, outputs } = wide;
  checkIdentity(run, dml, object);
  const rows: PgRow[] = [];
  const result = await run.session.query(dml.sql, await bind(run, dml.parameters), {
    writes: true,
    signal: run.signal,
    onRow: (row) => rows.push(row) > 0,
  });
  assign(run, dml, dml.columns.length - dml.assigns.length, rows.at(-1));
  const made = dml.explicitIdentity ? undefined : lastIdentityOf(wide, rows);
  if (made !== undefined) setIdentity(run, made);
  else if (dml.kind === 'insert' || dml.explicitIdentity) {
    await noteIdentity(run, dml, object, { last: rows.at(-1), count: result.count });
  }
  for (const output of outputs) await deliver(run, output, rows);
  return { count: result.count, rows };
}

/** The identity of the last row inserted, where the images of the rows tell it. */
function lastIdentityOf({ dml, images }: WideChange, rows: readonly PgRow[]): string | undefined {
  const at = dml.target.columns.filter((column) => column.hidden !== true).findIndex((column) => column.identity);
  if (images?.inserted === undefined || at < 0) return undefined;
  const { action, inserted } = images;
  const row = rows.findLast((one) => action === undefined || one[action] === 'INSERT');
  return row?.[inserted + at] ?? undefined;
}

async function deliver(run: Run, output: OutputPart, rows: readonly PgRow[]): Promise<void> {
  const { from, columns, into } = output;
  const own = rows.map((row) => row.slice(from, from + columns.length));
  if (into !== undefined) {
    await insertRows(
      run,
      into.target,
      into.columns.map((column) => column.name),
      columns,
      own,
    );
    return;
  }
  run.out.columns(columnsOf(columns));
  const decode = rowDecoder(columns);
  for (const row of own) if (!run.out.row(decode(row))) await run.out.drained();
}

/** The catalog's object that is written to; undefined for temporary tables and table variables. */
export async function targetOf(run: Run, dml: TranslatedDml): Promise<CatalogObject | undefined> {
  const match = /^"?u"?\."?t(\d+)"?$/.exec(dml.target.sql ?? '');
  if (match === null) return undefined;
  return (await run.session.snapshot()).objectById(Number(match[1]));
}

function checkIdentity(run: Run, dml: TranslatedDml, object: CatalogObject | undefined): void {
  if (dml.kind !== 'insert') return;
  const allowed = run.session.identityInsert?.key === (object?.id ?? dml.target.sql);
  if (dml.explicitIdentity && !allowed) {
    throw new SqlError(
      544,
      `Cannot insert explicit value for identity column in table '${dml.target.name}' when IDENTITY_INSERT is set to OFF.`,
    );
  }
  if (allowed && !dml.explicitIdentity) {
    throw new SqlError(
      545,
      `Explicit value must be specified for identity column in table '${dml.target.name}' either when IDENTITY_INSERT is set to ON or when a replication user is inserting into a NOT FOR REPLICATION identity column.`,
    );
  }
}

interface Split {
  readonly output: readonly ResultColumn[];
  readonly rows: PgRow[];
  last: PgRow | undefined;
}

/** Runs a translated change and does what follows from it: OUTPUT, identity, variables. Resolves with the number of rows. */
export async function applyDml(run: Run, dml: TranslatedDml, object: CatalogObject | undefined): Promise<number> {
  const values = await bind(run, dml.parameters);
  const { session, out } = run;
  const copies = [...(run.foreign?.copies.values() ?? [])];
  if (copies.some((copy) => copy.sql === dml.target.sql)) throw changedCopy(dml);
  const output = dml.columns.slice(0, dml.columns.length - dml.assigns.length);
  const toClient = output.length > 0 && dml.outputInto === undefined;
  const decode = rowDecoder(output);
  if (toClient) out.columns(columnsOf(output));
  const seen: Split = { output, rows: [], last: undefined };
  // What the last row says of an identity or of variables is needed whole.
  const isForClient = toClient && dml.assigns.length === 0 && dml.identity === undefined;
  const result = await session.query(dml.sql, values, {
    writes: true,
    signal: run.signal,
    onRow: (row) => {
      seen.last = row;
      if (dml.outputInto !== undefined) seen.rows.push(row);
      return toClient ? out.row(decode(row)) : true;
    },
    onLargeRow: isForClient ? longRowsFor(out, output) : undefined,
    drained: () => out.drained(),
  });
  assign(run, dml, output.length, seen.last);
  await noteIdentity(run, dml, object, { last: seen.last, count: result.count });
  if (dml.outputInto !== undefined) {
    const names = dml.outputInto.columns.map((column) => column.name);
    await insertRows(run, dml.outputInto.target, names, output, seen.rows);
  }
  return result.count;
}

/** A copy of a table of another database goes with the statement: nothing may be written to it. */
const changedCopy = (dml: TranslatedDml): SqlError =>
  new SqlError(
    40515,
    `${dml.kind.toUpperCase()} of the table '${dml.target.name}' of another database in this form is not supported in this version of SQL Server.`,
  );

function assign(run: Run, dml: TranslatedDml, from: number, last: PgRow | undefined): void {
  if (last === undefined) return;
  dml.assigns.forEach((name, index) => {
    const slot = run.frame.variable(name);
    if (slot !== undefined) slot.value = last[from + index] ?? null;
  });
}

async function noteIdentity(
  run: Run,
  dml: TranslatedDml,
  object: CatalogObject | undefined,
  seen: { readonly last: PgRow | undefined; readonly count: number },
): Promise<void> {
  const { last } = seen;
  if (dml.kind !== 'insert' && dml.kind !== 'merge') return;
  if (dml.identity !== undefined && last !== undefined) {
    setIdentity(run, last[0] ?? null);
    return;
  }
  const column = dml.target.columns.find((candidate) => candidate.identity);
  if (column === undefined) {
    // SCOPE_IDENTITY() keeps what it had.
    if (dml.kind === 'insert') run.session.lastIdentity = null;
    return;
  }
  const sequence =
    object === undefined ? `pg_temp.s${dml.target.sql?.replace('pg_temp.', '') ?? ''}` : `u.${sequenceName(object.id)}`;
  if (dml.explicitIdentity) {
    const ascending = (object?.columns.find((candidate) => candidate.identity)?.identity?.increment ?? 1n) > 0n;
    const edge = ascending ? ['max', '>', 'GREATEST'] : ['min', '<', 'LEAST'];
    const result = await run.session.query(
      `SELECT m, CASE WHEN m ${edge[1]} last_value OR NOT is_called THEN setval('${sequence}', ${edge[2]}(m, CASE WHEN is_called THEN last_value ELSE m END)) END FROM ${sequence}, (SELECT ${edge[0]}(${column.sql})::bigint AS m FROM ${dml.target.sql}) AS x WHERE m IS NOT NULL`,
      [],
      { writes: true },
    );
    setIdentity(run, result.rows[0]?.[0] ?? null);
  } else if (seen.count > 0 && dml.kind === 'insert') {
    const result = await run.session.query(`SELECT currval('${sequence}')`, [], { writes: false });
    setIdentity(run, result.rows[0]?.[0] ?? null);
  }
}

function setIdentity(run: Run, value: string | null): void {
  run.frame.scopeIdentity = value;
  run.session.lastIdentity = value;
}

/** Keeps the first result set of what runs, as rows of storage text. */
export class CollectingSink implements ResultSink {
  columnsSeen: readonly TdsColumn[] | undefined;
  readonly rows: (string | null)[][] = [];
  private encode: ((values: readonly TdsValue[]) => (string | null)[]) | undefined;

  constructor(private readonly outer: ResultSink) {}

  columns(columns: readonly TdsColumn[]): void {
    if (this.columnsSeen !== undefined && this.columnsSeen.length !== columns.length) {
      throw new SqlError(213, 'Column name or number of supplied values does not match table definition.', 16, 7);
    }
    this.columnsSeen ??= columns;
    const encoders = columns.map((column) => encoderFor(column.type));
    this.encode = (values) => values.map((value, index) => encoders[index]?.(value) ?? null);
  }

  row(values: readonly TdsValue[]): boolean {
    this.rows.push(this.encode?.(values) ?? []);
    return true;
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  done(): void {}
  returnStatus(): void {}
  returnValue(): void {}

  info(message: SqlError): void {
    this.outer.info(message);
  }

  error(error: SqlError): void {
    this.outer.error(error);
  }

  envChange(change: Parameters<ResultSink['envChange']>[0]): void {
    this.outer.envChange(change);
  }
}

/** Whether the rows of INSERT … SELECT go to a table of another database, which then takes them by an INSERT of its own. */
async function isElsewhere(run: Run, statement: Insert): Promise<boolean> {
  const place = await targetDatabase(run, statement);
  return receivesRows(statement) && place !== undefined && place !== run.session.catalogDatabase;
}

/** The rows are made here, where the statement stands, and inserted there. */
async function insertElsewhere(run: Run, statement: Insert, query: Query): Promise<number> {
  const { target, columns, top } = statement;
  if (top !== undefined || (target.kind !== 'table' && target.kind !== 'tableVariable'))
    throw new SqlError(
      40515,
      'INSERT TOP into a table of another database is not supported in this version of SQL Server.',
    );
  const whole = statement.with === undefined ? query : { ...query, with: statement.with };
  const rows = translateQuery(whole, await contextOf(run));
  const values = await bind(run, rows.parameters);
  const names = columns.map((column) => column.name);
  return insertRows(run, target, names, rows.columns, ({ physical }) =>
    run.session.query(`INSERT INTO ${physical} ${rows.sql}`, values, { writes: true, signal: run.signal }),
  );
}

async function insertExecute(run: Run, statement: Insert): Promise<number> {
  if (
    statement.source.kind !== 'insertExecute' ||
    (statement.target.kind !== 'table' && statement.target.kind !== 'tableVariable')
  ) {
    throw new SqlError(40515, 'INSERT … EXEC into this target is not supported in this version of SQL Server.');
  }
  if (run.out instanceof CollectingSink) throw new SqlError(8164, 'An INSERT EXEC statement cannot be nested.');
  const sink = new CollectingSink(run.out);
  await callStatement({ ...run, out: sink }, statement.source.execute);
  if (sink.columnsSeen === undefined) return 0;
  const columns = sink.columnsSeen.map((column, index) => ({
    name: `c${index}`,
    type: column.type as TdsType as SqlType,
    nullable: true,
  }));
  const names = statement.columns.map((column) => column.name);
  return insertRows(run, statement.target, names, columns, sink.rows);
}
