import type { QueryHint, Span } from '#tsql';
import type { ParameterRef, Profile, Scope, SqlType, TranslationContext, TypedSql } from './api.ts';
import type { DifferenceCode } from './difference.ts';

/** The code of problems that SQL Server has as well. */
export const REFUSED = 'refused';

/** The work on one statement: its parameters, the names it has made, its problems. */
export class Translation {
  readonly parameters: ParameterRef[] = [];
  readonly profile: Profile;
  #names = 0;
  readonly #unnamed = new Set<string>();
  readonly #parameters = new Map<string, ParameterRef>();
  readonly #reported = new Set<string>();

  constructor(readonly context: TranslationContext) {
    this.profile = context.profile;
  }

  /** Sequences that the select list being translated has taken a value of. */
  rowSequences: Set<string> | undefined;
  /** Locking clauses for the tables of the SELECT being translated. */
  locks: string[] = [];
  /** MAXRECURSION of the statement; 0 is none. */
  maxRecursion = 100;

  /** Whether the server that takes the text is of this major version or a later one. */
  since(version: number): boolean {
    return this.profile.serverVersion >= version;
  }

  get scope(): Scope {
    return this.context.scope;
  }

  /** The parameter that carries a variable; one index for each name. */
  parameter(name: string, type: SqlType): TypedSql {
    const key = name.toLowerCase();
    const known = this.#parameters.get(key);
    const ref = known ?? { index: this.parameters.length + 1, name, type };
    if (!known) {
      this.parameters.push(ref);
      this.#parameters.set(key, ref);
    }
    return { sql: `$${ref.index}::${this.profile.typeSql(ref.type)}`, type: ref.type, nullable: true };
  }

  /** Takes note of what OPTION says of recursion. */
  noteHints(hints: readonly QueryHint[]): void {
    const limit = hints.find((one) => one.name.toUpperCase() === 'MAXRECURSION')?.args[0];
    if (limit?.kind === 'literal') this.maxRecursion = Number(limit.value);
  }

  /** A name that no other relation of this statement has. */
  freshName(stem: string): string {
    this.#names += 1;
    return `${stem}${this.#names}`;
  }

  /** Whether a function without an alias is the first of its name. */
  isFirst(name: string): boolean {
    const before = this.#unnamed.size;
    return this.#unnamed.add(name).size > before;
  }

  /** Reports an error. Where the profile lets it pass, the NULL returned stands in the place of what failed. */
  fail(code: string, number: number, message: string, span: Span): TypedSql {
    this.#report({ severity: 'error', code, number, message, span });
    return { sql: 'NULL', type: { name: 'int' }, nullable: true, constant: null, untyped: true };
  }

  /** What SQL Server answers with an error of this number whatever the data are: the target gives one at its place. */
  refused(number: number, message: string, span: Span): TypedSql {
    return this.fail(REFUSED, number, message, span);
  }

  /** An operand of a type that SQL Server takes nowhere, or not there: its error in the sandbox, a difference in the target, which may take it. */
  misfit(number: number, message: string, span: Span): void {
    if (this.profile.runtime) this.fail('operand-types', number, message, span);
    else this.differs('SL1106', `${message} Here it is answered.`, span);
  }

  /** Where plain PostgreSQL may answer otherwise than SQL Server; the sandbox does not. */
  differs(issue: DifferenceCode, message: string, span: Span): void {
    if (!this.profile.runtime) this.#report({ severity: 'info', code: 'difference', number: 0, message, span, issue });
  }

  /** What a server of this version cannot do and a later one can: what it is, and from which version on. */
  needsServer(version: number, what: string, span: Span): TypedSql {
    const message = `${what} needs PostgreSQL ${version} or later; the target is ${this.profile.serverVersion}.`;
    return this.fail('server-version', 40515, message, span);
  }

  /** What is not built, by name: SQL Server's number for it. */
  unsupported(what: string, span: Span): TypedSql {
    const message = this.profile.runtime
      ? `${what} is not supported in this version of the sandbox.`
      : `${what} is not translated.`;
    return this.fail('unsupported', 40515, message, span);
  }

  /** Something a person should know that does not stop the translation. */
  note(severity: 'warning' | 'info', code: string, message: string, span: Span): void {
    this.#report({ severity, code, number: 0, message, span });
  }

  // A statement may be read twice (types first, then text); a problem is told once.
  #report(problem: Parameters<Profile['problem']>[0]): void {
    const key = `${problem.code}:${problem.span.start}:${problem.message}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.profile.problem(problem);
  }
}
