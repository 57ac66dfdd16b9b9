import { SqlError, type ResultSink, type SqlSession, type TdsParameter } from '../session.ts';
import { CursorCapture } from '../api-cursors/cursor-capture.ts';
import { readDeclarations, type Declaration } from './declarations.ts';
import type { RpcCall } from './request-reader.ts';
import type { OutputPlace, Response } from './response.ts';
import { FIRST_HANDLE, READ_ONLY, SCROLL, ServerCursors } from '../api-cursors/server-cursors.ts';

/** Procedures with a number of their own (MS-TDS 2.2.6.6). */
const BY_NUMBER: Readonly<Record<number, string>> = {
  1: 'sp_cursor',
  2: 'sp_cursoropen',
  3: 'sp_cursorprepare',
  4: 'sp_cursorexecute',
  5: 'sp_cursorprepexec',
  6: 'sp_cursorunprepare',
  7: 'sp_cursorfetch',
  8: 'sp_cursoroption',
  9: 'sp_cursorclose',
  10: 'sp_executesql',
  11: 'sp_prepare',
  12: 'sp_execute',
  13: 'sp_prepexec',
  14: 'sp_prepexecrpc',
  15: 'sp_unprepare',
};

interface Prepared {
  readonly sql: string;
  readonly declarations: readonly Declaration[];
}

/**
 * Runs the calls of RPC messages. The statement procedures are answered here over `session.execute`, with the handles of `sp_prepare` kept per
 * connection; every other name goes to `session.procedure`.
 */
export class ProcedureCalls {
  private readonly prepared = new Map<number, Prepared>();
  private lastHandle = 0;
  private readonly cursors = new ServerCursors(FIRST_HANDLE.rpc);

  constructor(private readonly session: SqlSession) {}

  /** Forgets all handles (the connection was reset). */
  reset(): void {
    this.prepared.clear();
    this.cursors.reset();
  }

  async run(call: RpcCall, out: Response, signal: AbortSignal): Promise<void> {
    const { parameters } = call;
    const name = nameOf(call.procedure);
    const system = systemName(name);
    switch (system) {
      case 'sp_executesql':
        return this.execute(prepare(parameters[0], parameters[1]), parameters, 2, out, signal);
      case 'sp_prepare':
        return this.keep(parameters, prepare(parameters[2], parameters[1]), out);
      case 'sp_prepexec': {
        const statement = prepare(parameters[2], parameters[1]);
        this.keep(parameters, statement, out);
        return this.execute(statement, parameters, 3, out, signal);
      }
      case 'sp_execute':
        return this.execute(this.find(parameters[0], 'sp_execute'), parameters, 1, out, signal);
      case 'sp_unprepare':
        this.find(parameters[0], 'sp_unprepare');
        this.prepared.delete(Number(parameters[0]?.value));
        return;
      case 'sp_reset_connection':
        this.reset();
        return this.session.reset();
      default:
        if (system.startsWith('sp_cursor')) return this.cursorCall(system, call, out, signal);
        if (system === 'sp_prepexecrpc') throw unsupported(system);
        out.outputs.push(...placesOf(parameters, parameters, 0));
        return this.session.procedure(name, parameters, out, signal);
    }
  }

  private async cursorCall(name: string, call: RpcCall, out: Response, signal: AbortSignal): Promise<void> {
    const { parameters: given } = call;
    const handle = intOf(given[0]);
    switch (name) {
      case 'sp_cursoropen': {
        const parameterized = (intOf(given[2]) & SCROLL.parameterized) !== 0;
        const statement = prepare(given[1], parameterized ? given[5] : undefined);
        return this.openCursor({ statement, given, at: [0, 2, 3, 4], skip: parameterized ? 6 : 5 }, out, signal);
      }
      case 'sp_cursorprepare':
        this.keep(given, prepare(given[2], given[1]), out);
        return reply(out, given, [
          [4, SCROLL.static],
          [5, READ_ONLY],
        ]);
      case 'sp_cursorexecute':
        return this.openCursor({ statement: this.find(given[0], name), given, at: [1, 2, 3, 4], skip: 5 }, out, signal);
      case 'sp_cursorprepexec': {
        this.prepared.delete(handle);
        const statement = prepare(given[3], given[2]);
        this.keep(given, statement, out);
        return this.openCursor({ statement, given, at: [1, 4, 5, 6], skip: 7 }, out, signal);
      }
      case 'sp_cursorunprepare':
        this.find(given[0], name);
        this.prepared.delete(handle);
        return;
      case 'sp_cursorfetch': {
        const type = given[1] === undefined ? 2 : intOf(given[1]);
        const count = given[3] === undefined ? 20 : intOf(given[3]);
        const info = this.cursors.fetch(handle, { type, row: intOf(given[2]), count, bare: call.noMetadata }, out);
        return (
          info &&
          reply(out, given, [
            [2, info.row],
            [3, info.count],
          ])
        );
      }
      case 'sp_cursorclose':
        return this.cursors.close(handle);
      case 'sp_cursoroption':
        return this.cursors.option(handle, intOf(given[1]));
      case 'sp_cursor':
        return this.cursors.change(handle);
      default:
        throw unsupported(name);
    }
  }

  /** Runs the statement and opens a cursor over its rows; a statement without one result set runs directly, without a cursor. */
  private async openCursor(call: CursorCall, out: Response, signal: AbortSignal): Promise<void> {
    const { statement, given, at } = call;
    const [cursorAt, scrollAt, concurrencyAt, countAt] = at;
    const asked = given[scrollAt] === undefined ? SCROLL.forwardOnly : intOf(given[scrollAt]);
    const values = given.slice(call.skip);
    const bound = bind(statement, values);
    const capture = new CursorCapture(out);
    const placed = placesOf(values, bound, call.skip);
    await this.session.execute(statement.sql, bound, capture, signal);
    const rows = capture.captured;
    const opened = rows && this.cursors.open(rows, asked, intOf(given[countAt]), out);
    reply(out, given, [
      [cursorAt, opened?.handle ?? 0],
      [scrollAt, opened?.scroll ?? asked],
      [concurrencyAt, READ_ONLY],
      [countAt, opened?.rowCount ?? 0],
    ]);
    out.outputs.push(...placed);
    for (const parameter of capture.outputs) out.returnValue(parameter);
    if (opened) out.returnStatus(opened.status);
  }

  /** Gives the statement a handle and returns it through the first parameter. */
  private keep(parameters: readonly TdsParameter[], statement: Prepared, out: Response): void {
    const handle = ++this.lastHandle;
    this.prepared.set(handle, statement);
    const wireName = parameters[0]?.name ?? '';
    out.outputs.push({ ordinal: 0, wireName, boundName: HANDLE });
    out.returnValue({ name: HANDLE, type: { name: 'int' }, value: handle, output: true });
  }

  private find(parameter: TdsParameter | undefined, procedure: string): Prepared {
    const handle = Number(parameter?.value ?? 0);
    const statement = this.prepared.get(handle);
    if (!statement)
      throw new SqlError(8179, `Could not find prepared statement with handle ${handle}.`, 16, 2, 1, procedure);
    return statement;
  }

  private execute(
    statement: Prepared,
    parameters: readonly TdsParameter[],
    skip: number,
    out: Response,
    signal: AbortSignal,
  ): Promise<void> {
    const given = parameters.slice(skip);
    const bound = bind(statement, given);
    out.outputs.push(...placesOf(given, bound, skip));
    return this.session.execute(statement.sql, bound, out as ResultSink, signal);
  }
}

/** A call that opens a cursor: its statement, and where the cursor's own parameters stand. */
interface CursorCall {
  readonly statement: Prepared;
  readonly given: readonly TdsParameter[];
  /** Places of cursor, scroll options, concurrency options and row count. */
  readonly at: readonly [number, number, number, number];
  /** Place of the first parameter of the statement. */
  readonly skip: number;
}

/** The number of a parameter; 0 where it is left out or NULL. */
function intOf(parameter: TdsParameter | undefined): number {
  return Number(parameter?.value ?? 0) || 0;
}

/** Returns numbers through those of the call's own parameters that are for output. */
function reply(out: Response, given: readonly TdsParameter[], values: readonly (readonly [number, number])[]): void {
  for (const [ordinal, value] of values) {
    const parameter = given[ordinal];
    if (!parameter?.output) continue;
    const boundName = `${HANDLE}${ordinal}`;
    out.outputs.push({ ordinal, wireName: parameter.name, boundName });
    out.returnValue({ name: boundName, type: { name: 'int' }, value, output: true });
  }
}

/** Name of the handle parameter among the outputs; not a name that a statement can declare. */
const HANDLE = '@\u0000handle';

function nameOf(procedure: string | number): string {
  if (typeof procedure === 'string') return procedure;
  const name = BY_NUMBER[procedure];
  if (!name) throw new SqlError(2812, `Could not find stored procedure number ${procedure}.`, 16, 62);
  return name;
}

/** The bare lower-case name of a system procedure, however it is qualified: `[master]..[sp_executesql]`, `sys.sp_executesql`. */
function systemName(name: string): string {
  const match = /^(?:(?:\[?\w*\]?\.)?(?:\[?(?:sys|dbo)?\]?)\.)?\[?(sp_\w+)\]?$/i.exec(name);
  return (match?.[1] ?? '').toLowerCase();
}

function prepare(statement: TdsParameter | undefined, declarations: TdsParameter | undefined): Prepared {
  const sql = statement?.value;
  if (typeof sql !== 'string') {
    throw new SqlError(214, "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.", 16, 2);
  }
  const list = declarations?.value;
  return { sql, declarations: typeof list === 'string' ? readDeclarations(list) : [] };
}

/** Gives each value the name and type its declaration says: by name, or by position when the driver sends none. */
function bind(statement: Prepared, given: readonly TdsParameter[]): TdsParameter[] {
  const { declarations } = statement;
  const byName = new Map(declarations.map((declaration) => [declaration.name.toLowerCase(), declaration]));
  const bound = given.map((parameter, index) => {
    const declaration = parameter.name ? byName.get(parameter.name.toLowerCase()) : declarations[index];
    if (!declaration) {
      if (parameter.name) throw new SqlError(8145, `${parameter.name} is not a parameter for procedure .`, 16, 2);
      throw new SqlError(8144, 'Procedure or function  has too many arguments specified.', 16, 2);
    }
    return { ...parameter, name: declaration.name, declared: declaration.type };
  });
  const supplied = new Set(bound.map((parameter) => parameter.name.toLowerCase()));
  const left = declarations.filter((declaration) => !supplied.has(declaration.name.toLowerCase()));
  const missing = left.find((declaration) => !declaration.type.includes('='));
  if (missing) {
    const list = declarations.map((declaration) => `${declaration.name} ${declaration.type}`).join(',');
    const text = `(${list})${statement.sql}`.slice(0, 256);
    throw new SqlError(
      8178,
      `The parameterized query '${text}' expects the parameter '${missing.name}', which was not supplied.`,
    );
  }
  return [...bound, ...left.map(byDefault)];
}

/** A declared parameter that the call leaves to its default. */
function byDefault({ name, type }: Declaration): TdsParameter {
  return { name, type: { name: 'nvarchar', length: -1 }, value: null, output: false, isDefault: true, declared: type };
}

function placesOf(wire: readonly TdsParameter[], bound: readonly TdsParameter[], skip: number): OutputPlace[] {
  return bound.flatMap((parameter, index) =>
    parameter.output ? [{ ordinal: index + skip, wireName: wire[index]?.name ?? '', boundName: parameter.name }] : [],
  );
}

function unsupported(name: string): SqlError {
  return new SqlError(40510, `Statement '${name}' is not supported in this version of SQL Server.`, 16, 1);
}
