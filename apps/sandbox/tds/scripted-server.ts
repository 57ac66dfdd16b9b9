import {
  SqlError,
  type LoginRequest,
  type ResultSink,
  type SqlServer,
  type SqlSession,
  type TdsColumn,
  type TdsParameter,
  type TdsValue,
  type TransactionRequest,
} from '../session.ts';

/** What a scripted session answers; the data source of the protocol tests and of the micro benchmark. */
export interface Script {
  batch?(sql: string, out: ResultSink, signal: AbortSignal): Promise<void>;
  execute?(sql: string, parameters: readonly TdsParameter[], out: ResultSink, signal: AbortSignal): Promise<void>;
  procedure?(name: string, parameters: readonly TdsParameter[], out: ResultSink, signal: AbortSignal): Promise<void>;
  bulkLoad?(
    sql: string,
    columns: readonly TdsColumn[],
    rows: AsyncIterable<readonly TdsValue[]>,
    signal: AbortSignal,
  ): Promise<bigint>;
  transaction?(request: TransactionRequest, out: ResultSink): Promise<void>;
}

/** A {@link SqlServer} of one user (`sa`, password `Secret123!`) whose sessions follow a {@link Script} and record what they were asked. */
export class ScriptedServer implements SqlServer {
  readonly logins: LoginRequest[] = [];
  readonly calls: string[] = [];
  openSessions = 0;
  script: Script = {};

  async login(request: LoginRequest): Promise<SqlSession> {
    this.logins.push(request);
    if (request.user !== 'sa' || request.password !== 'Secret123!') {
      throw new SqlError(18456, `Login failed for user '${request.user}'.`, 14, 1);
    }
    if (request.database === 'missing') {
      throw new SqlError(4060, 'Cannot open database "missing" requested by the login. The login failed.', 11, 1);
    }
    this.openSessions++;
    return new ScriptedSession(this, request.database || 'master', 50 + this.logins.length);
  }
}

class ScriptedSession implements SqlSession {
  constructor(
    private readonly server: ScriptedServer,
    public database: string,
    readonly spid: number,
  ) {}

  async batch(sql: string, out: ResultSink, signal: AbortSignal): Promise<void> {
    // What drivers send on their own when they connect.
    if (/^\s*set (ansi|text|quoted|arith|concat|numeric|implicit|cursor|datef|lock)/i.test(sql)) return;
    this.server.calls.push(`batch ${sql}`);
    await this.server.script.batch?.(sql, out, signal);
  }

  async execute(sql: string, parameters: readonly TdsParameter[], out: ResultSink, signal: AbortSignal): Promise<void> {
    // The check of a pooled connection by mssql.
    if (sql === 'SELECT 1;') return;
    this.server.calls.push(`execute ${sql}`);
    await this.server.script.execute?.(sql, parameters, out, signal);
  }

  async procedure(
    name: string,
    parameters: readonly TdsParameter[],
    out: ResultSink,
    signal: AbortSignal,
  ): Promise<void> {
    this.server.calls.push(`procedure ${name}`);
    await this.server.script.procedure?.(name, parameters, out, signal);
  }

  async transaction(request: TransactionRequest, out: ResultSink): Promise<void> {
    this.server.calls.push(`transaction ${request.kind} ${request.name}`);
    if (this.server.script.transaction) return this.server.script.transaction(request, out);
    if (request.kind !== 'save') out.envChange({ kind: request.kind, descriptor: 0x1234567890n });
  }

  async bulkLoad(
    sql: string,
    columns: readonly TdsColumn[],
    rows: AsyncIterable<readonly TdsValue[]>,
    signal: AbortSignal,
  ): Promise<bigint> {
    this.server.calls.push(`bulk ${sql}`);
    if (this.server.script.bulkLoad) return this.server.script.bulkLoad(sql, columns, rows, signal);
    let count = 0n;
    for await (const row of rows) if (row) count++;
    return count;
  }

  async reset(keepTransaction?: boolean): Promise<void> {
    this.server.calls.push(keepTransaction ? 'reset keeping the transaction' : 'reset');
  }

  async close(): Promise<void> {
    this.server.openSessions--;
  }
}
