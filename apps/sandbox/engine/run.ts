import type { ParameterRef, TranslationContext } from '#conversion';
import { qualifiedName, type NodeBase } from '#tsql';
import type { CatalogSnapshot } from '../catalog/index.ts';
import { SqlError, type ResultSink } from '../session.ts';
import type { EngineSession } from './engine-session.ts';
import type { Frame, LocalTable } from './frame.ts';
import type { PgValue } from './large-bind.ts';
import { sandbox } from './profile.ts';
import { lockAnswer } from './app-lock-procedures.ts';
import { cursorStatus } from './cursors.ts';
import { frameFunction } from './frame-functions.ts';
import { SESSION_VALUES } from './session-values.ts';
import type { Locking } from './locking.ts';
import { isGlobalTemporary } from './names.ts';
import { partsOf, SessionScope, type Foreign } from './session-scope.ts';

/** Where a statement runs: its session, its scope of variables, where its results go, and the text it was parsed from. */
export interface Run {
  readonly session: EngineSession;
  readonly frame: Frame;
  readonly out: ResultSink;
  readonly signal: AbortSignal;
  readonly text: string;
  /** Tables of other databases that the statement names, as copies (see other-databases). */
  readonly foreign?: Foreign;
  /** What the statement that runs locks. */
  readonly locking?: Locking;
  /** No trigger fires: a bulk load without FIRE_TRIGGERS. */
  readonly withoutTriggers?: boolean;
}

/** Temporary tables are the session's; table variables, and `inserted` and `deleted` of a trigger, are the frame's. */
export function localTable(run: Run, name: string): LocalTable | undefined {
  const key = name.toLowerCase();
  for (let frame: Frame | undefined = run.frame; frame !== undefined; frame = frame.parent) {
    const found = frame.tables.get(key);
    if (found !== undefined) return found;
    if (!key.startsWith('#')) return undefined;
  }
  return undefined;
}

/** Name resolution where the statement stands. */
export function scopeOf(run: Run, snapshot: CatalogSnapshot): SessionScope {
  return new SessionScope(
    snapshot,
    {
      variable: (name) => run.frame.variable(name)?.type,
      table: (name) => localTable(run, name),
      ...(run.foreign ? { foreign: run.foreign } : {}),
      function: (name, otherwise) => frameFunction(run, name, otherwise),
    },
    run.session.defaultSchema,
    run.session.catalogDatabase.functions,
  );
}

/** What the translator needs to know where the statement stands. */
export async function contextOf(run: Run): Promise<TranslationContext & { readonly scope: SessionScope }> {
  const { options } = run.session;
  return {
    profile: sandbox,
    scope: scopeOf(run, await run.session.snapshot()),
    dateFirst: options.dateFirst,
    dateFormat: options.dateFormat,
    ...(options.rowCount > 0 ? { rowCount: options.rowCount } : {}),
    ...(run.locking === undefined ? {} : { rowLocks: run.locking.rows }),
    ...(options.concatNullYieldsNull ? {} : { concatNullAsEmpty: true }),
    ...(options.ansiNulls ? {} : { nullsEqual: true }),
  };
}

const MAX_KEPT = 6;
const kept = new WeakMap<object, Map<string, { readonly snapshot: CatalogSnapshot; readonly result: unknown }>>();

/** The translation of a statement, kept with its tree for as long as catalog and settings stay the same. */
export async function translated<N extends NodeBase, R>(
  run: Run,
  node: N,
  translate: (node: N, context: TranslationContext & { readonly scope: SessionScope }) => R,
): Promise<R> {
  const { session } = run;
  const snapshot = await session.snapshot();
  if (run.foreign !== undefined || run.frame.hasTables()) return translate(node, await contextOf(run));
  const { dateFirst, dateFormat, rowCount, ansiNulls, concatNullYieldsNull } = session.options;
  const key = `${run.locking?.key ?? ''} ${ansiNulls} ${concatNullYieldsNull} ${dateFirst} ${dateFormat} ${rowCount} ${session.defaultSchema} ${session.database} ${variableTypes(run.frame)}`;
  const versions = kept.get(node) ?? new Map<string, { snapshot: CatalogSnapshot; result: unknown }>();
  const known = versions.get(key);
  if (known?.snapshot === snapshot) return known.result as R;
  const result = translate(node, await contextOf(run));
  if (versions.size >= MAX_KEPT) versions.clear();
  versions.set(key, { snapshot, result });
  kept.set(node, versions);
  return result;
}

const signatures = new WeakMap<Frame, { size: number; text: string }>();

function variableTypes(frame: Frame): string {
  const known = signatures.get(frame);
  if (known?.size === frame.variables.size) return known.text;
  const text = [...frame.variables].map(([name, slot]) => `${name} ${Object.values(slot.type).join()}`).join(';');
  signatures.set(frame, { size: frame.variables.size, text });
  return text;
}

const SCOPE_VALUE = /^(col_length|cursor_status|message|object_id|sessionproperty|rand|rand_seed)\(([^]*)\)$/;

/** The options that SESSIONPROPERTY knows. */
const PROPERTIES: Readonly<Record<string, (options: EngineSession['options']) => boolean>> = {
  ansi_nulls: (options) => options.ansiNulls,
  ansi_padding: (options) => options.ansiPadding,
  ansi_warnings: (options) => options.ansiWarnings,
  arithabort: (options) => options.arithAbort,
  concat_null_yields_null: (options) => options.concatNullYieldsNull,
  numeric_roundabort: (options) => options.numericRoundAbort,
  quoted_identifier: (options) => options.quotedIdentifier,
};

/** Answers of the scope that runs, asked for under a name with an argument (see frame-functions). */
function scopeValue(run: Run, name: string, bound: readonly PgValue[]): string | null | undefined {
  const [, what, argument = ''] = SCOPE_VALUE.exec(name) ?? [];
  switch (what) {
    case 'cursor_status': {
      const at = argument.indexOf(' ');
      return String(cursorStatus(run, argument.slice(0, at), argument.slice(at + 1)));
    }
    case 'sessionproperty': {
      const isOn = PROPERTIES[argument]?.(run.session.options);
      return isOn === undefined ? null : isOn ? '1' : '0';
    }
    case 'message':
      return run.session.server.messages.text(Number(argument)) ?? null;
    case 'rand':
      return String(run.session.random.next());
    case 'rand_seed':
      return seeded(run, argument.slice(argument.indexOf(' ') + 1), bound);
    default:
      return undefined;
  }
}

/** Answers that have to be looked for. */
async function laterAnswer(run: Run, name: string, bound: readonly PgValue[]): Promise<string | null | undefined> {
  const lock = /^applock\(([^]*)\)$/.exec(name)?.[1];
  return lock === undefined ? distantObject(run, name) : lockAnswer(run, lock, bound);
}

/** OBJECT_ID of a name in another database: NULL where there is none, or no such database for this login. */
async function distantObject(run: Run, name: string): Promise<string | null | undefined> {
  const [, what, argument = ''] = SCOPE_VALUE.exec(name) ?? [];
  if (what === 'col_length') {
    const [table = '', column = ''] = JSON.parse(argument) as string[];
    return distantly(run, table, (own) => ['SELECT meta.f_col_length($1, $2)', [own, column]]);
  }
  if (what !== 'object_id') return undefined;
  const { session } = run;
  if (/^#(?!#)/.test(argument)) {
    const local = localTable(run, argument);
    const entry = local && session.locals.entryOf(local);
    const id = entry && (await session.server.temporaryId(entry));
    return id === undefined ? null : String(id);
  }
  return distantly(run, argument, (own) => ['SELECT meta.f_object_id($1)', [own]]);
}

/** Asks the database that a name of an object begins with; `ask` has the rest of the name. NULL where there is no such database for this login. */
async function distantly(run: Run, name: string, ask: (own: string) => [string, string[]]): Promise<string | null> {
  const { session } = run;
  const parts = partsOf(name);
  const last = parts.at(-1) ?? '';
  const { globalTables } = session.server;
  const database = isGlobalTemporary(last) ? globalTables.database : session.server.database(parts.at(-3) ?? '');
  if (database === undefined || !(await session.mayUse(database))) return null;
  const [sql, values] = ask(qualifiedName(parts.at(-2) || 'dbo', last));
  return session.within(database, async () => {
    const result = await session.query(sql, values, { writes: false, signal: run.signal });
    return result.rows[0]?.[0] ?? null;
  });
}

/** RAND(seed) of a constant, or of a parameter that is bound already. */
function seeded(run: Run, seed: string, bound: readonly PgValue[]): string | null {
  const value = seed.startsWith('$') ? (bound[Number(seed.slice(1)) - 1] ?? null) : seed;
  if (value === null) return null;
  const whole = Math.trunc(Number(value));
  if (whole < 0 || whole > 2_147_483_562)
    throw new SqlError(40515, `RAND(${value}) is not supported in this version of SQL Server.`);
  return String(run.session.random.seeded(whole));
}

/** The values of a translated statement's parameters, in the order of their numbers. */
export async function bind(run: Run, parameters: readonly ParameterRef[]): Promise<PgValue[]> {
  const values: PgValue[] = [];
  for (const parameter of parameters) {
    const own = scopeValue(run, parameter.name, values);
    const answer = own === undefined ? await laterAnswer(run, parameter.name, values) : own;
    if (answer !== undefined) {
      values[parameter.index - 1] = answer;
      continue;
    }
    const session = SESSION_VALUES[parameter.name.toLowerCase()];
    const slot = run.frame.variable(parameter.name);
    if (session === undefined && slot === undefined) {
      throw new SqlError(137, `Must declare the scalar variable "${parameter.name}".`, 15, 2);
    }
    const value = session === undefined ? (slot?.bytes ?? slot?.value) : await session.value(run.session, run.frame);
    values[parameter.index - 1] = value ?? null;
  }
  return values;
}
