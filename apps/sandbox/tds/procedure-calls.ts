import { SqlError, type ResultSink, type SqlSession, type TdsParameter } from '../session.ts';
import { readDeclarations, type Declaration } from './declarations.ts';
import type { RpcCall } from './request-reader.ts';
import type { OutputPlace, Response } from './response.ts';

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

  constructor(private readonly session: SqlSession) {}

  /** Forgets all handles (the connection was reset). */
  reset(): void {
    this.prepared.clear();
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
        out.bare = call.noMetadata && system.startsWith('sp_cursor');
        if (system === 'sp_prepexecrpc') throw unsupported(system);
        out.outputs.push(...placesOf(parameters, parameters, 0));
        return this.session.procedure(name, parameters, out, signal);
    }
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
