import {
  type DataType,
  type Expression,
  findAll,
  type Query,
  type RollbackTransaction,
  type Span,
  type Statement,
} from '#tsql';
import { quoteLiteral } from '#pgsql';
import {
  dataTypeOf,
  type DifferenceCode,
  REFUSED,
  type SqlType,
  targetProfile,
  translateExpression,
  translatePredicate,
  translateQuery,
  type TranslatedQuery,
  type TranslationContext,
  type TranslationProblem,
} from '../query/index.ts';
import { type Issue, issue, type IssueCode } from '../schema/issue.ts';
import type { ResultSet, Sample, BodyOptions, BodyFacts } from './body-facts.ts';
import { byClock } from './clock.ts';
import { type BuiltStatement, builtAtRunTime } from './built-statement.ts';
import { Jumps } from './jumps.ts';
import { layOut } from '../layout/index.ts';
import { surveyOf } from './survey.ts';
import { missingInSource, temporaryMadeBy, whyMissing } from './missing-names.ts';
import { NotConverted, stateOf } from './not-converted.ts';
import type { PlannedPiece } from './routine-model.ts';
import { withoutOpenXml } from './openxml.ts';
import type { RoutineScope } from './routine-scope.ts';
import { RollbackBlocks } from './transactions.ts';
import type { Variables } from './variables.ts';

/** Writes the body of one routine: lines with their indentation, the source's comments at their places, issues for what is not converted. */
export class Emitter {
  readonly lines: string[] = [];
  readonly pieces: PlannedPiece[] = [];
  readonly issues: Issue[] = [];
  readonly results: ResultSet[] = [];
  readonly facts: BodyFacts = { writes: false };
  readonly cursorNames: string[] = [];
  readonly jumps = new Jumps();
  readonly rollbacks = new RollbackBlocks();
  depth = 1;
  /** How many result sets the path to here has opened. */
  resultIndex = 0;
  loops = 0;
  handlers = 0;
  tries = 0;
  /** The statement that is being written. */
  current: Statement | undefined;
  /** The path to here has ended by RETURN or an error. */
  ended = false;
  /** The statements of the whole routine. */
  body: readonly Statement[] = [];
  private outerSpan: Span | undefined;
  private recorded: string[] | undefined;
  private comment = 0;
  private readonly told = new Set<string>();
  private readonly lost = new Map<string, number>();

  constructor(
    readonly options: BodyOptions,
    private readonly write: (e: Emitter, statement: Statement, next: Statement | undefined) => void,
    private readonly rewrite: (statements: readonly Statement[]) => readonly Statement[],
    private readonly arrange: (e: Emitter, statements: readonly Statement[]) => void,
  ) {}

  get scope(): RoutineScope {
    return this.options.scope;
  }

  get variables(): Variables {
    return this.options.variables;
  }

  line(text: string): void {
    this.lines.push(text === '' ? '' : `${'  '.repeat(this.depth)}${text}`);
  }

  /** A statement on as many lines as it needs. */
  sql(text: string, span: Span, kind: PlannedPiece['kind'] = 'statement', prefix = ''): void {
    if (this.records(text)) return;
    const built = builtAtRunTime(this, text, span);
    this.pieces.push({ kind, sql: built?.planned ?? text, line: span.line });
    this.whereText(built, () => {
      if (built) this.plainLines(`${prefix}${built.execute}${built.using};`);
      else this.laid(`${prefix}${text};`);
    });
  }

  /** A statement below a line of its own, such as RETURN QUERY. */
  headed(head: string, text: string, span: Span): void {
    if (this.records(text)) return this.line(head);
    const built = builtAtRunTime(this, text, span);
    this.pieces.push({ kind: 'statement', sql: built?.planned ?? text, line: span.line });
    this.whereText(built, () => {
      this.line(head);
      this.indented(() => {
        if (built) this.plainLines(`${built.execute}${built.using};`);
        else this.laid(`${text};`);
      });
    });
  }

  /** A query of one row, its values into variables; `plain`: the query with its INTO. */
  into(text: string, plain: string, names: string, span: Span): void {
    if (this.records(text)) return this.line(names);
    const built = builtAtRunTime(this, text, span);
    this.pieces.push({ kind: 'statement', sql: built?.planned ?? text, line: span.line });
    this.whereText(built, () => {
      if (built) this.plainLines(`${built.execute} INTO ${names}${built.using};`);
      else this.laid(`${plain};`);
    });
  }

  /** A loop over the rows of a query. */
  forRows(row: string, text: string, span: Span, body: () => void): void {
    if (this.records(text)) return body();
    const built = builtAtRunTime(this, text, span);
    this.pieces.push({ kind: 'statement', sql: built?.planned ?? text, line: span.line });
    this.whereText(built, () => {
      if (built) this.plainLines(`FOR ${row} IN ${built.execute}${built.using}`);
      else this.laid(`FOR ${row} IN ${text}`);
      this.line('LOOP');
      this.indented(body);
      this.line('END LOOP;');
    });
  }

  /** Keeps a statement instead of writing it, while somebody compares what texts give. */
  private records(text: string): boolean {
    this.recorded?.push(text);
    return this.recorded !== undefined;
  }

  /** What statements give, and what else they write; nothing of it stays. */
  sampled(list: readonly Statement[]): Sample {
    const before = {
      lines: this.lines.length,
      pieces: this.pieces.length,
      results: this.results.length,
      issues: this.issues.length,
    };
    const { resultIndex, depth, ended } = this;
    this.recorded = [];
    try {
      this.statements(list);
      return {
        statements: this.recorded,
        lines: this.lines.slice(before.lines),
        results: this.results.slice(before.results),
        issues: this.issues.slice(before.issues),
      };
    } finally {
      this.recorded = undefined;
      this.lines.length = before.lines;
      this.pieces.length = before.pieces;
      this.results.length = before.results;
      this.issues.length = before.issues;
      Object.assign(this, { resultIndex, depth, ended });
    }
  }

  /** A text that is NULL when it runs executes nothing. */
  private whereText(built: BuiltStatement | undefined, write: () => void): void {
    if (!built || built.isText === '') return write();
    this.line(`IF ${built.isText} THEN`);
    this.indented(write);
    this.line('END IF;');
  }

  private plainLines(text: string): void {
    for (const line of text.split('\n')) this.line(line);
  }

  laid(text: string): void {
    for (const line of layOut(text)) this.line(line);
  }

  indented(write: () => void): void {
    this.depth += 1;
    write();
    this.depth -= 1;
  }

  /** Writes what another text says (dynamic SQL); its issues are those of the place in the routine. */
  within(span: Span, write: () => void): void {
    const outer = this.outerSpan;
    this.outerSpan ??= span;
    write();
    this.outerSpan = outer;
  }

  /** Issue of this routine at a place of its text. */
  issue(code: IssueCode, message: string, at: Span): void {
    const { object, text } = this.options;
    const span = this.outerSpan ?? at;
    const place = { line: span.line, column: span.column, excerpt: text.slice(span.start, span.end) };
    this.issues.push(issue(code, object, message, place));
  }

  /** An issue that one routine needs to hear only once. */
  once(code: IssueCode, message: string, span: Span): void {
    if (this.told.has(code + message)) return;
    this.told.add(code + message);
    this.issue(code, message, span);
  }

  /** A note of the translation. Of a kind of difference the first place is told. */
  private tell({ issue: code, message, span }: TranslationProblem): void {
    if (code === undefined) return this.once('SL1002', message, span);
    if (this.told.has(code)) return;
    this.told.add(code);
    this.once(code, message, span);
  }

  /** A difference that the routine knows of itself. */
  differs(code: DifferenceCode, message: string, span: Span): void {
    this.tell({ issue: code, message, span, severity: 'info', code: 'difference', number: 0 });
  }

  /** Comments of the source that stand before an offset and have not been written. */
  commentsBefore(offset: number): void {
    const { comments } = this.options;
    if (this.outerSpan) return;
    for (let one = comments[this.comment]; one && one.span.start < offset; one = comments[++this.comment]) {
      for (const line of one.text.split(/\r?\n/)) this.line(line.trimEnd().trimStart());
    }
  }

  /** A comment behind a statement on its last line stays there. */
  private trailingComment(statement: Statement): void {
    const one = this.options.comments[this.comment];
    if (this.outerSpan || !one || one.span.start < statement.span.end || one.text.includes('\n')) return;
    const between = this.options.text.slice(statement.span.end, one.span.start);
    if (!/^[ \t;]*$/.test(between)) return;
    const last = this.lines.length - 1;
    if (last < 0) return;
    this.lines[last] = `${this.lines[last]} ${one.text.trimEnd()}`;
    this.comment += 1;
  }

  /** Leaves out the comments before an offset: those of a module's head, which were written before its CREATE, and of parts that are not written. */
  skipComments(offset: number): void {
    const { comments } = this.options;
    while ((comments[this.comment]?.span.start ?? Infinity) < offset) this.comment += 1;
  }

  statements(list: readonly Statement[]): void {
    this.arrange(this, this.rewrite(list));
  }

  /** Statements one after the other; behind a jump nothing is reached. */
  plain(list: readonly Statement[]): void {
    for (const [index, statement] of list.entries()) {
      this.statement(statement, list[index + 1]);
      if (this.ended && (statement.kind === 'goto' || this.rollbacks.bySite.has(statement as RollbackTransaction)))
        return;
    }
  }

  /** The statements within BEGIN … END, THEN, LOOP; NULL where there are none. */
  block(statement: Statement): void {
    const before = this.lines.length;
    if (statement.kind === 'block') {
      this.statements(statement.statements);
      this.commentsBefore(statement.span.end);
    } else this.statement(statement, undefined);
    this.nothing(before);
  }

  /** `NULL;` where nothing but comments was written since. */
  nothing(before: number): void {
    if (this.lines.slice(before).every((line) => /^\s*(--.*)?$/.test(line))) this.line('NULL;');
  }

  /** Writes one statement. What has no counterpart is raised at its place when the routine comes there. */
  statement(statement: Statement, next: Statement | undefined): void {
    const isSimple = !['if', 'while', 'block', 'tryCatch'].includes(statement.kind);
    this.commentsBefore(isSimple ? statement.span.end : statement.span.start);
    const mark = { lines: this.lines.length, pieces: this.pieces.length, depth: this.depth };
    const { loops } = this;
    if (surveyOf(this.body).runOnce.has(statement)) this.loops = 0;
    const { current } = this;
    this.current = statement;
    try {
      this.write(this, withoutOpenXml(this, statement), next);
    } catch (error) {
      if (!(error instanceof NotConverted)) throw error;
      this.lines.length = mark.lines;
      this.pieces.length = mark.pieces;
      this.depth = mark.depth;
      this.refuse(error, statement);
    } finally {
      this.loops = loops;
      this.current = current;
    }
    this.trailingComment(statement);
  }

  private refuse(error: NotConverted, statement: Statement): void {
    const made = temporaryMadeBy(statement);
    if (made !== undefined) this.lost.set(made, (this.outerSpan ?? statement.span).line);
    this.issue(error.code, error.message, error.span);
    const { start, end } = this.outerSpan ?? statement.span;
    const source = this.options.text.slice(start, end).split(/\r?\n/);
    for (const line of source.slice(0, 20)) this.line(`-- ${line.trim()}`);
    if (source.length > 20) this.line(`-- … ${source.length - 20} more lines`);
    this.raised(error.code, error.message, error.state);
  }

  /** An issue that is raised where the routine comes there; what follows is written all the same. */
  raise(message: string, span: Span): void {
    this.issue('SL1040', message, span);
    this.raised('SL1040', message);
  }

  private raised(code: IssueCode, text: string, state = '0A000'): void {
    const own = code === 'SL1079' || code === 'SL1091' ? text : `${code}: ${text}`;
    const message = own.replaceAll('%', '%%').replaceAll(/\s+/g, ' ').replaceAll('\u0000', '');
    this.line(`RAISE EXCEPTION ${quoteLiteral(message)} USING ERRCODE = '${state}';`);
  }

  fail(message: string, span: Span, code: IssueCode = 'SL1040'): never {
    const why = whyMissing(message, this.lost);
    if (why === message && missingInSource(message, this.scope))
      throw new NotConverted('SL1091', message, span, '42P01');
    throw new NotConverted(code, why, span);
  }

  /** What SQL Server refuses too each time it comes there: its error, not one of the conversion. */
  failAsSource(message: string, span: Span, state: string, code: 'SL1079' | 'SL1091' = 'SL1079'): never {
    throw new NotConverted(code, message, span, state);
  }

  /** Runs a translation; its errors become {@link NotConverted}, its notes issues. */
  translated<T>(span: Span, translate: (context: TranslationContext) => T): T {
    const problems: TranslationProblem[] = [];
    const { naming, scope } = this.options;
    const name = (text: string): string => naming.name('aliases', text, text.toLowerCase());
    const { serverVersion, foldCase, caselessColumns } = scope;
    const profile = targetProfile(problems, { name, serverVersion, foldCase, caselessColumns });
    const { rowLimit, dateFirst, dateFormat } = this.facts;
    let made: T;
    try {
      made = translate({
        profile,
        scope,
        locks: this.options.kind === 'procedure' || this.options.kind === 'trigger',
        ...(rowLimit === undefined ? {} : { rowCount: rowLimit }),
        ...(dateFirst === undefined ? {} : { dateFirst }),
        ...(dateFormat === undefined ? {} : { dateFormat }),
      });
    } catch (error) {
      if (error instanceof NotConverted) throw error;
      const first = problems.find((one) => one.severity === 'error');
      this.fail(first?.message ?? (error instanceof Error ? error.message : String(error)), first?.span ?? span);
    }
    for (const one of problems.filter((other) => other.severity === 'error')) {
      // What SQL Server answers too, a handler asks for.
      if (one.code === REFUSED) {
        const code = failsEachTime(this.current) ? 'SL1079' : 'SL1040';
        throw new NotConverted(code, one.message, one.span, stateOf(one.number));
      }
      this.fail(one.message, one.span);
    }
    const own = /(?<![\w"'.])sys\.(\w+)\(/.exec(textOf(made).replaceAll(/'(?:[^']|'')*'/g, "''"));
    if (own) this.fail(`The expression has no counterpart in plain PostgreSQL (${own[1] ?? ''}).`, span);
    for (const one of problems) this.tell(one);
    return this.facts.clock && isText(made) ? { ...made, sql: byClock(made.sql) } : made;
  }

  /** A value, converted as an assignment to `type` does. */
  value(node: Expression, type?: SqlType): string {
    const made = this.translated(node.span, (context) => translateExpression(node, context, type ? { type } : {}));
    if (made.parameters.length > 0) this.fail(`${made.parameters[0]?.name ?? ''} has no counterpart.`, node.span);
    this.pieces.push({ kind: 'expression', sql: made.sql, line: node.span.line });
    return made.sql;
  }

  typeOf(node: Expression): SqlType {
    return this.translated(node.span, (context) => translateExpression(node, context)).type;
  }

  condition(node: Expression): string {
    const made = this.translated(node.span, (context) => translatePredicate(node, context));
    if (made.parameters.length > 0) this.fail(`${made.parameters[0]?.name ?? ''} has no counterpart.`, node.span);
    this.pieces.push({ kind: 'expression', sql: made.sql, line: node.span.line });
    return made.sql;
  }

  query(query: Query, results?: readonly string[]): TranslatedQuery {
    const made = this.translated(query.span, (context) => translateQuery(query, context, results ? { results } : {}));
    if (made.parameters.length > 0) this.fail(`${made.parameters[0]?.name ?? ''} has no counterpart.`, query.span);
    const limit = this.facts.rowLimitSql;
    return limit === undefined ? made : { ...made, sql: `SELECT * FROM (${made.sql}) AS limited LIMIT ${limit}` };
  }

  /** A type as declared, in T-SQL's and in PostgreSQL's words. */
  type(node: DataType): { readonly type: SqlType; readonly sql: string } {
    const type = dataTypeOf(node, this.scope) ?? this.tableType(node);
    if (!type) this.fail(`Type ${node.name.name} is not known.`, node.span);
    return { type, sql: this.typeSql(type).sql };
  }

  private tableType(node: DataType): SqlType | undefined {
    const found = this.scope.tableType(node.schema?.name, node.name.name);
    return found && { name: 'table', typeName: found.sql };
  }

  /** A T-SQL type in PostgreSQL's words. */
  typeSql(type: SqlType): { readonly sql: string } {
    return { sql: type.name === 'table' ? `${type.typeName ?? 'record'}[]` : targetProfile([]).typeSql(type) };
  }

  /** The refcursor parameter of the next result set. */
  nextCursor(span: Span): string {
    if (this.loops > 0)
      this.fail('A result set within a loop: the number of result sets is not known.', span, 'SL1041');
    const index = this.resultIndex++;
    this.results.push({ index, columns: [] });
    return this.cursorName(index);
  }

  cursorName(index: number): string {
    this.cursorNames[index] ??= this.variables.fresh('p_', `result_${index + 1}`);
    return this.cursorNames[index];
  }
}

/** A translation that has SQL. */
const isText = <T>(made: T): made is T & { readonly sql: string } =>
  typeof made === 'object' && made !== null && 'sql' in made && typeof made.sql === 'string';
const textOf = (made: unknown): string => (isText(made) ? made.sql : '');

/** Whether what a statement computes is computed each time: no row, and no branch, decides that. */
const failsEachTime = (statement: Statement | undefined): boolean =>
  statement !== undefined &&
  ['setVariable', 'declare', 'print', 'raiserror'].includes(statement.kind) &&
  findAll(statement, 'case').length === 0 &&
  findAll(statement, 'subquery').length === 0;
