import type { SqlType } from '#conversion';
import { CursorCapture } from '../api-cursors/cursor-capture.ts';
import { FIRST_HANDLE, READ_ONLY, SCROLL, ServerCursors, type CursorSink } from '../api-cursors/server-cursors.ts';
import { SqlError, type ResultSink } from '../session.ts';
import type { CallArgument } from './call-arguments.ts';
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

/** What the batches of a session prepared (sp_prepare) and opened (sp_cursoropen). Calls by RPC keep theirs on the wire. */
export class ApiHandles {
  private readonly prepared = new Map<number, Prepared>();
  readonly cursors = new ServerCursors(FIRST_HANDLE.batch);
  private next = FIRST_PREPARED;

  keep(statement: CallArgument | undefined, declarations: CallArgument | undefined): number {
    if (statement?.value == null || !/char|text/.test(statement.type.name)) {
      throw new SqlError(214, "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.", 16, 2);
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
    this.cursors.reset();
  }
}

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
  async execute({ statement, declarations }: Prepared, from: number, out: ResultSink = this.run.out): Promise<void> {
    const head = [
      statement,
      declarations ?? { name: '', type: { name: 'nvarchar', length: 1 }, value: '', output: false },
    ];
    const given = head.filter((one) => one !== undefined).map((one) => ({ ...one, name: '' }));
    await callProcedure({ ...this.run, out }, ['sp_executesql'], [...given, ...this.args.slice(from)]);
  }

  /** Opens a cursor over a statement's rows; `at`: places of cursor, scroll options, concurrency options and row count. */
  async open(prepared: Prepared, at: readonly [number, number, number, number], from: number): Promise<CallResult> {
    const capture = new CursorCapture(this.run.out);
    await this.execute(prepared, from, capture);
    const asked = this.int(at[1], SCROLL.forwardOnly);
    const opened =
      capture.captured && this.api.cursors.open(capture.captured, asked, this.int(at[3]), sinkOf(this.run));
    this.put(at[0], opened?.handle ?? 0);
    this.put(at[1], opened?.scroll ?? asked);
    this.put(at[2], READ_ONLY);
    this.put(at[3], opened?.rowCount ?? 0);
    return this.result(opened?.status);
  }
}

/** A batch always gets the columns. */
function sinkOf(run: Run): CursorSink {
  const { out } = run;
  return {
    columns: (columns) => out.columns(columns),
    knownColumns: (columns) => out.columns(columns),
    row: (values) => out.row(values),
    drained: () => out.drained(),
    done: (count, command, inProcedure) => out.done(count, command, inProcedure),
    info: (message) => out.info(message),
    error: (error) => out.error(error),
    returnStatus: (status) => out.returnStatus(status),
    returnValue: (parameter) => out.returnValue(parameter),
    envChange: (change) => out.envChange(change),
  };
}

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
  sp_cursorprepare: (call) => {
    call.put(0, call.api.keep(call.args[2], call.args[1]));
    call.put(4, SCROLL.static);
    call.put(5, READ_ONLY);
    return call.result();
  },
  sp_cursorunprepare: (call) => unprepare(call),
  sp_cursoropen: (call) => {
    const parameterized = (call.int(2) & SCROLL.parameterized) !== 0;
    const prepared = { statement: call.args[1], declarations: parameterized ? call.args[5] : undefined };
    return call.open(prepared, [0, 2, 3, 4], parameterized ? 6 : 5);
  },
  sp_cursorexecute: (call) => call.open(call.api.find(call.int(0), call.name), [1, 2, 3, 4], 5),
  sp_cursorprepexec: (call) => {
    const handle = call.api.keep(call.args[3], call.args[2]);
    call.put(0, handle);
    return call.open(call.api.find(handle, call.name), [1, 4, 5, 6], 7);
  },
  sp_cursorfetch: (call) => {
    const request = { type: call.int(1, 2), row: call.int(2), count: call.int(3, 20), bare: false };
    const info = call.api.cursors.fetch(call.int(0), request, sinkOf(call.run));
    if (info) {
      call.put(2, info.row);
      call.put(3, info.count);
    }
    return call.result();
  },
  sp_cursorclose: (call) => {
    call.api.cursors.close(call.int(0));
    return call.result();
  },
  sp_cursoroption: (call) => {
    call.api.cursors.option(call.int(0), call.int(1));
    return call.result();
  },
  sp_cursor: (call) => call.api.cursors.change(call.int(0)),
  sp_set_session_context: (call) => setSessionContext(call.run, call.args),
  sp_prepexecrpc: (call) => {
    throw new SqlError(40_510, `Statement '${call.name}' is not supported in this version of SQL Server.`, 16, 1);
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
