import type { SqlType } from '#conversion';
import { Asked, FETCH, invalid, SCROLL } from '../api-cursors/options.ts';
import { SqlError, type ResultSink } from '../session.ts';
import { changeByCursor } from './api-cursor-change.ts';
import { openCursor, preparedCursor, type CursorCall } from './api-cursor-open.ts';
import { ApiCursor } from './api-cursor.ts';
import { declarations, type CallArgument } from './call-arguments.ts';
import { callProcedure, type CallResult } from './procedure-call.ts';
import type { Run } from './run.ts';
import { setSessionContext } from './session-context.ts';
import { unescapeText } from './storage-text.ts';

const INT: SqlType = { name: 'int' };

/** Handles that no RPC of the same session gets. */
const FIRST_PREPARED = 0x4000_0001;

interface Prepared {
  readonly statement: CallArgument | undefined;
  readonly declarations: CallArgument | undefined;
}

/** Where the handles of cursors begin. */
const FIRST_CURSOR = 180_150_003;

/** What a session prepared and opened: statements by batches (those of sp_prepare by RPC are kept on the wire), cursors by either. */
export class ApiHandles {
  private readonly prepared = new Map<number, Prepared>();
  private readonly cursors = new Map<number, ApiCursor>();
  private next = FIRST_PREPARED;
  private nextCursor = FIRST_CURSOR;

  /** Gives a cursor its handle. */
  open(cursor: ApiCursor): number {
    const handle = this.nextCursor;
    this.nextCursor += 2;
    this.cursors.set(handle, cursor);
    return handle;
  }

  /** Throws 16909 for a handle of no cursor. */
  cursor(handle: number, procedure: string): ApiCursor {
    const cursor = this.cursors.get(handle);
    if (cursor?.rows !== undefined) return cursor;
    const text = `${procedure}: The cursor identifier value provided (${(handle >>> 0).toString(16)}) is not valid.`;
    throw new SqlError(16_909, text, 16, 1);
  }

  /** Closes a cursor; -1 closes all. */
  close(handle: number): void {
    for (const [one, cursor] of this.cursors) {
      if (handle !== -1 && one !== handle) continue;
      cursor.rows = undefined;
      this.cursors.delete(one);
    }
  }

  /** What a transaction's end closes: all, or those that are no copies. */
  closeAtEnd(all: boolean): void {
    for (const cursor of this.cursors.values()) if (all || cursor.rows?.kind !== 'static') cursor.rows = undefined;
  }

  keep(statement: CallArgument | undefined, declarations: CallArgument | undefined): number {
    if (statement?.value == null || !/char|text/.test(statement.type.name)) {
      throw noStatement();
    }
    const handle = this.next++;
    this.prepared.set(handle, { statement, declarations });
    return handle;
  }

  /** Throws 8179 for a handle that is not prepared. */
  find(handle: number, procedure: string): Prepared {
    const found = this.prepared.get(handle);
    if (found) return found;
    throw new SqlError(8179, `Could not find prepared statement with handle ${handle}.`, 16, 2, 1, procedure);
  }

  forget(handle: number): void {
    this.prepared.delete(handle);
  }

  reset(): void {
    this.prepared.clear();
    this.close(-1);
  }
}

const noStatement = (): SqlError =>
  new SqlError(214, "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.", 16, 2);

/** A call of one of the procedures: its parameters are known by their places alone, as those of extended procedures are. */
class ApiCall {
  private readonly outputs = new Map<string, { readonly type: SqlType; readonly value: string | null }>();

  constructor(
    readonly run: Run,
    readonly name: string,
    readonly args: readonly CallArgument[],
  ) {}

  get api(): ApiHandles {
    return this.run.session.api;
  }

  int(at: number, otherwise = 0): number {
    const text = this.args[at]?.value;
    return text == null ? otherwise : Number(unescapeText(text)) || 0;
  }

  put(at: number, value: number): void {
    const output = { type: INT, value: String(value) };
    this.outputs.set(`#${at}`, output);
    const name = this.args[at]?.name;
    if (name) this.outputs.set(name.toLowerCase(), output);
  }

  result(status = 0): CallResult {
    return { status, outputs: this.outputs };
  }

  /** Runs a prepared statement with the call's parameters from a place on. */
  execute({ statement, declarations }: Prepared, from: number, out: ResultSink = this.run.out): Promise<CallResult> {
    const head = [
      statement,
      declarations ?? { name: '', type: { name: 'nvarchar', length: 1 }, value: '', output: false },
    ];
    const given = head.filter((one) => one !== undefined).map((one) => ({ ...one, name: '' }));
    return callProcedure({ ...this.run, out }, ['sp_executesql'], [...given, ...this.args.slice(from)]);
  }

  private cursorCall({ statement, declarations }: Prepared, from: number): CursorCall {
    if (statement?.value == null || !/char|text/.test(statement.type.name)) throw noStatement();
    return {
      statement,
      declarations,
      values: this.args.slice(from),
      execute: (out) => this.execute({ statement, declarations }, from, out),
    };
  }

  private asked(scroll: number, concurrency: number): Asked {
    return new Asked(this.name, this.int(scroll, SCROLL.forwardOnly), this.int(concurrency));
  }

  /** Opens a cursor over a statement; `at`: places of cursor, scroll options, concurrency options and row count. */
  async open(prepared: Prepared, at: readonly [number, number, number, number], from: number): Promise<CallResult> {
    const [cursorAt, scrollAt, concurrencyAt, countAt] = at;
    const asked = this.asked(scrollAt, concurrencyAt);
    const { cursor, result } = await openCursor(this.run, this.cursorCall(prepared, from), asked);
    this.pass(result, from);
    if (cursor === undefined) {
      this.put(cursorAt, 0);
      this.put(scrollAt, asked.scroll);
      this.put(concurrencyAt, asked.concurrency);
      this.put(countAt, 0);
      return this.result();
    }
    const handle = this.api.open(cursor);
    const { out } = this.run;
    let status = 0;
    if (asked.has(SCROLL.autoFetch)) {
      const given = this.int(countAt);
      status = await cursor.fetch(
        this.run,
        { type: FETCH.next, row: 0, count: given > 0 ? given : DEFAULT_BUFFER },
        out,
      );
      if (status === 16) this.api.close(handle);
    } else {
      out.columns(cursor.columns);
      out.done(0n, 0xc1);
    }
    this.put(cursorAt, status === 16 ? 0 : handle);
    this.put(scrollAt, cursor.granted.scroll);
    this.put(concurrencyAt, cursor.granted.concurrency);
    this.put(countAt, asked.has(SCROLL.autoFetch) ? cursor.buffer.length : cursor.rowCount);
    return this.result(status);
  }

  /** Prepares a statement for cursors; tells the kind and the concurrency that they will have, and with the option RETURN_METADATA their columns. */
  async prepareCursor(): Promise<CallResult> {
    const prepared = { statement: this.args[2], declarations: this.args[1] };
    const asked = this.asked(4, 5);
    const call = this.cursorCall(prepared, this.args.length);
    const declared = declarations(unescapeText(prepared.declarations?.value ?? ''));
    const values = declared.map(({ name }) => ({ name, type: INT, value: null, output: false }));
    const cursor = await preparedCursor(this.run, { ...call, values }, asked);
    if (cursor !== undefined && (this.int(3) & RETURN_METADATA) !== 0) {
      this.run.out.columns(cursor.columns);
      this.run.out.done(0n, 0xc1);
    }
    this.put(0, this.api.keep(prepared.statement, prepared.declarations));
    this.put(4, cursor?.granted.scroll ?? asked.scroll);
    this.put(5, cursor?.granted.concurrency ?? asked.concurrency);
    return this.result();
  }

  /** What a statement returned through its own parameters, which begin at a place of the call. */
  private pass(result: CallResult | undefined, from: number): void {
    for (const [name, output] of result?.outputs ?? []) {
      const at = /^#(\d+)$/.exec(name)?.[1];
      this.outputs.set(at === undefined ? name : `#${Number(at) - 2 + from}`, output);
    }
  }

  async fetch(): Promise<CallResult> {
    const handle = this.int(0);
    const cursor = this.api.cursor(handle, this.name);
    const type = this.int(1, FETCH.next);
    if (type === FETCH.info) {
      this.put(2, cursor.position);
      this.put(3, cursor.rowCount);
      return this.result();
    }
    const request = { type, row: this.int(2), count: this.int(3, DEFAULT_BUFFER) };
    const status = await within(this.run, cursor, () => cursor.fetch(this.run, request, this.run.out));
    if (status === 16) this.api.close(handle);
    return this.result(status);
  }

  async change(): Promise<CallResult> {
    const cursor = this.api.cursor(this.int(0), this.name);
    const table = unescapeText(this.args[3]?.value ?? '');
    const call = { type: this.int(1), row: this.int(2), table, values: this.args.slice(4) };
    await within(this.run, cursor, () => changeByCursor(this.run, cursor, call));
    return this.result();
  }

  /** sp_cursoroption: names a cursor, or tells of it; text pointers are not served. */
  option(): CallResult {
    const cursor = this.api.cursor(this.int(0), this.name);
    const code = this.int(1);
    const { cursors } = this.run.session;
    switch (code) {
      case 1:
        throw unsupported('Option TEXTPTR_ONLY of sp_cursoroption');
      case 2: {
        const name = unescapeText(this.args[2]?.value ?? '');
        const key = name.toLowerCase();
        if (cursors.has(key) && cursors.get(key) !== cursor)
          throw new SqlError(16_915, `A cursor with the name '${name}' already exists.`);
        cursor.name = name;
        cursors.set(key, cursor);
        return this.result();
      }
      case 3:
        checkText(cursor, this.int(2));
        return this.result();
      case 4:
        this.put(2, cursor.granted.scroll);
        return this.result();
      case 5:
        this.put(2, cursor.granted.concurrency);
        return this.result();
      case 6:
        this.put(2, cursor.rowCount);
        return this.result();
      default:
        throw invalid(this.name, 'code');
    }
  }

  close(): CallResult {
    const handle = this.int(0);
    if (handle !== -1) this.api.cursor(handle, this.name);
    this.api.close(handle);
    const { cursors } = this.run.session;
    for (const [name, one] of cursors) if (one?.rows === undefined && one instanceof ApiCursor) cursors.delete(name);
    return this.result();
  }
}

/** Rows of a fetch buffer where none were asked for. */
const DEFAULT_BUFFER = 20;
/** Of the options of sp_cursorprepare. */
const RETURN_METADATA = 1;

/** A cursor stays in the database in which it was opened. */
function within<T>({ session }: Run, { databaseId }: ApiCursor, work: () => Promise<T>): Promise<T> {
  const home = session.server.all.find((one) => one.id === databaseId);
  return home === undefined || home === session.catalogDatabase ? work() : session.within(home, work);
}

function checkText({ columns }: ApiCursor, column: number): void {
  if (column === 0 || /^n?text$|^image$/.test(columns[column - 1]?.type.name ?? '')) return;
  throw new SqlError(
    16_926,
    `sp_cursoroption: The column ID (${column}) does not correspond to a text, ntext, or image column.`,
  );
}

const unsupported = (what: string): SqlError =>
  new SqlError(40_510, `${what} is not supported in this version of SQL Server.`);

type Handler = (call: ApiCall) => CallResult | Promise<CallResult>;

const HANDLERS: Readonly<Record<string, Handler>> = {
  sp_prepare: (call) => {
    call.put(0, call.api.keep(call.args[2], call.args[1]));
    return call.result();
  },
  sp_execute: async (call) => {
    await call.execute(call.api.find(call.int(0), call.name), 1);
    return call.result();
  },
  sp_prepexec: async (call) => {
    const handle = call.api.keep(call.args[2], call.args[1]);
    call.put(0, handle);
    await call.execute(call.api.find(handle, call.name), 3);
    return call.result();
  },
  sp_unprepare: (call) => unprepare(call),
  sp_cursorprepare: (call) => call.prepareCursor(),
  sp_cursorunprepare: (call) => unprepare(call),
  sp_cursoropen: (call) => {
    const parameterized = (call.int(2) & SCROLL.parameterized) !== 0;
    const prepared = { statement: call.args[1], declarations: parameterized ? call.args[5] : undefined };
    return call.open(prepared, [0, 2, 3, 4], parameterized ? 6 : 5);
  },
  sp_cursorexecute: (call) => call.open(call.api.find(call.int(0), call.name), [1, 2, 3, 4], 5),
  sp_cursorprepexec: (call) => {
    call.api.forget(call.int(0));
    const handle = call.api.keep(call.args[3], call.args[2]);
    call.put(0, handle);
    return call.open(call.api.find(handle, call.name), [1, 4, 5, 6], 7);
  },
  sp_cursorfetch: (call) => call.fetch(),
  sp_cursorclose: (call) => call.close(),
  sp_cursoroption: (call) => call.option(),
  sp_cursor: (call) => call.change(),
  sp_set_session_context: (call) => setSessionContext(call.run, call.args),
  sp_prepexecrpc: (call) => {
    throw unsupported(`Statement '${call.name}'`);
  },
};

function unprepare(call: ApiCall): CallResult {
  call.api.find(call.int(0), call.name);
  call.api.forget(call.int(0));
  return call.result();
}

/** Calls a procedure of the client API, or of the session's own state, from a batch; undefined where `name` is none of them. */
export async function apiProcedure(
  run: Run,
  name: string,
  args: readonly CallArgument[],
): Promise<CallResult | undefined> {
  const handler = Object.hasOwn(HANDLERS, name) ? HANDLERS[name] : undefined;
  return handler?.(new ApiCall(run, name, args));
}
