import {
  findAll,
  parseBatch,
  type Batch,
  type DeclareCursor,
  type Execute,
  type Fetch,
  type If,
  type Node,
  type ParseError,
  type Query,
  type While,
} from '#tsql';
import { allRows, assignFrom, joined } from './catalog-query.ts';
import { define } from './define.ts';
import { type Environment, evaluate, holds } from './evaluate.ts';
import { dotted, isTemporary, qualified } from './names.ts';
import type { Source } from './place.ts';
import { callProcedure } from './procedures.ts';
import { countRows } from './row-statements.ts';
import { report, type Session, type Site } from './session.ts';
import type { Statement } from './statements.ts';
import { type Truth, UNKNOWN, type Value, type Variables } from './values.ts';

/** A loop of a script that goes round more often than this is not followed. */
const MOST_ROUNDS = 10_000;

/** How a statement ended: `break` and `continue` of a loop, `return` of the batch. */
type Ending = 'next' | 'break' | 'continue' | 'return';

/** Rows of a cursor over the catalog, and how many were fetched. */
interface Cursor {
  readonly rows: readonly (readonly Value[])[];
  at: number;
}

/**
 * Runs a script's statements on the draft of its databases, as far as they build the schema. Conditions are worked out over what was built so far; where one would need
 * a server, what it guards is taken as if it held, with an issue. Every statement that has an effect which is not followed is counted in an issue.
 */
export class Interpreter {
  private variables: Variables = new Map();
  private readonly cursors = new Map<string, Cursor>();
  private depth = 0;
  /** Statements that have their issue already. */
  private readonly faulty = new WeakSet<Node>();

  constructor(private readonly session: Session) {}

  /** One batch of a script. */
  batch(batch: Batch, source: Source): void {
    this.variables = new Map();
    const site = this.site(source);
    this.faults(site, batch.errors, batch.statements);
    for (const statement of batch.statements) if (this.run(statement, source) === 'return') break;
  }

  private site(source: Source): Site {
    return { session: this.session, database: this.session.current, source };
  }

  /** Faults of syntax, but for those within modules: their text is kept, and who converts it says what is wrong with it. */
  private faults(site: Site, errors: readonly ParseError[], statements: readonly Statement[]): void {
    if (errors.length === 0) return;
    const covers = (node: Node, error: ParseError): boolean =>
      node.span.start <= error.span.start && error.span.start <= node.span.end;
    const modules = MODULES.flatMap((kind) => findAll(statements, kind));
    const unread = findAll(statements, 'unknown');
    for (const error of errors) {
      if (modules.some((module) => covers(module, error))) continue;
      const holder = unread.find((node) => covers(node, error));
      if (holder) this.faulty.add(holder);
      const { file, line, column } = site.source.place(error.span);
      this.session.issues.push({
        ...site.source.issue('SL1080', file, error.message, (holder ?? error).span),
        line,
        column,
      });
    }
  }

  private run(statement: Statement, source: Source): Ending {
    const site = this.site(source);
    if (this.session.skipping && statement.kind !== 'setOption') return 'next';
    switch (statement.kind) {
      case 'block':
        return this.all(statement.statements, source);
      case 'tryCatch':
        return this.all(statement.body, source);
      case 'if':
        return this.branch(site, statement);
      case 'while':
        return this.loop(site, statement);
      case 'break':
      case 'continue':
      case 'return':
        return statement.kind;
      case 'execute':
        this.execute(site, statement);
        return 'next';
      default:
        if (!this.assign(site, statement)) this.define(site, statement);
        return 'next';
    }
  }

  private all(statements: readonly Statement[], source: Source): Ending {
    for (const statement of statements) {
      const ending = this.run(statement, source);
      if (ending !== 'next') return ending;
    }
    return 'next';
  }

  private environment(site: Site): Environment {
    return { site, variables: this.variables, row: null };
  }

  /** IF. Where the condition is not known, both sides may matter: the one that makes something is taken. */
  private branch(site: Site, statement: If): Ending {
    const truth: Truth = holds(statement.condition, this.environment(site));
    if (truth === true) return this.run(statement.then, site.source);
    if (truth !== UNKNOWN) return statement.otherwise ? this.run(statement.otherwise, site.source) : 'next';
    const sides = [statement.then, ...(statement.otherwise ? [statement.otherwise] : [])];
    const defining = sides.filter((side) => defines(side));
    const [taken] = defining;
    if (!taken) {
      // Nothing in it touches the schema; rows are still counted.
      for (const side of sides) this.countWithin(site, side);
      return 'next';
    }
    const which = taken === statement.then ? 'it holds' : 'it does not hold';
    report(
      site,
      'SL1081',
      site.source.file,
      `Whether ${oneLine(site.source.cut(statement.condition.span)).slice(0, 120)} holds is not known without the server; read as if ${which}.`,
      statement,
    );
    this.run(taken, site.source);
    return 'next';
  }

  private countWithin(site: Site, node: Node): void {
    for (const kind of ['insert', 'update', 'delete', 'merge'] as const)
      for (const one of findAll(node, kind)) countRows(site, one);
  }

  private loop(site: Site, statement: While): Ending {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const truth = holds(statement.condition, this.environment(site));
      if (truth === UNKNOWN) break;
      if (truth !== true) return 'next';
      const ending = this.run(statement.body, site.source);
      if (ending === 'return') return ending;
      if (ending === 'break') return 'next';
    }
    if (defines(statement.body))
      report(
        site,
        'SL1081',
        site.source.file,
        'How often this loop goes round is not known without the server; it was not followed.',
        statement,
      );
    return 'next';
  }

  /** Statements over variables and cursors. False: it is none. */
  private assign(site: Site, statement: Statement): boolean {
    const environment = this.environment(site);
    const set = (name: string, value: Value): void => void this.variables.set(name.toLowerCase(), value);
    switch (statement.kind) {
      case 'declare':
        for (const item of statement.items)
          if (item.kind === 'declareVariable') set(item.name, item.value ? evaluate(item.value, environment) : null);
        return true;
      case 'setVariable': {
        if (statement.value.kind === 'cursorDefinition') return true;
        const value = evaluate(statement.value, environment);
        const { name } = statement.variable;
        set(name, statement.op === '=' ? value : joined(this.variables.get(name.toLowerCase()), value, statement.op));
        return true;
      }
      case 'select':
        return this.select(site, statement.query);
      case 'declareCursor':
        this.openCursor(site, statement);
        return true;
      case 'fetch':
        this.fetch(statement);
        return true;
      case 'setOption':
        this.option(statement.names, statement.value.kind === 'keyword' ? statement.value.name : '');
        return true;
      default:
        return false;
    }
  }

  private select(site: Site, query: Query): boolean {
    const { body } = query;
    if (body.kind !== 'selectSpec') return true;
    if (body.items.some((item) => item.kind === 'selectAssign')) {
      if (query.with || body.groupBy || body.top) {
        for (const item of body.items)
          if (item.kind === 'selectAssign') this.variables.set(item.variable.name.toLowerCase(), UNKNOWN);
      } else assignFrom(body, this.environment(site));
    } else if (body.into && !isTemporary(body.into)) {
      const object = dotted(qualified(body.into));
      report(
        site,
        'SL1082',
        object,
        'A table made by SELECT INTO is not known without its rows: write its CREATE TABLE.',
        query,
      );
    }
    return true;
  }

  private openCursor(site: Site, statement: DeclareCursor): void {
    const rows = allRows(statement.definition.query, this.environment(site));
    const key = statement.name.name.toLowerCase();
    if (rows) this.cursors.set(key, { rows, at: 0 });
    else this.cursors.delete(key);
    this.variables.set('@@fetch_status', rows ? -1 : UNKNOWN);
  }

  private fetch(statement: Fetch): void {
    const cursor =
      statement.cursor.kind === 'identifier' ? this.cursors.get(statement.cursor.name.toLowerCase()) : undefined;
    const row = cursor?.rows[cursor.at];
    if (cursor) cursor.at += 1;
    this.variables.set('@@fetch_status', cursor ? (row ? 0 : -1) : UNKNOWN);
    for (const [at, variable] of statement.into.entries())
      if (row || !cursor) this.variables.set(variable.name.toLowerCase(), row?.[at] ?? (cursor ? null : UNKNOWN));
  }

  private option(names: readonly string[], value: string): void {
    for (const name of names) {
      if (name === 'ANSI_NULLS') this.session.ansiNulls = value === 'ON';
      else if (name === 'QUOTED_IDENTIFIER') this.session.quotedIdentifier = value === 'ON';
      else if (name === 'ANSI_DEFAULTS') this.session.ansiNulls = this.session.quotedIdentifier = value === 'ON';
      else if (name === 'NOEXEC') this.session.skipping = value === 'ON';
    }
  }

  /** EXEC of a string, of sp_executesql, or of a procedure. */
  private execute(site: Site, statement: Execute): void {
    const strings = statement.strings ?? dynamicArgument(statement);
    if (strings) {
      let text: Value = '';
      for (const one of strings) text = joined(text, evaluate(one, this.environment(site)), '+=');
      if (typeof text === 'string') return this.text(site, text, statement);
      report(
        site,
        'SL1086',
        site.source.file,
        'The text of this dynamic statement is not known without the server.',
        statement,
      );
      return;
    }
    const call = (): 'done' | 'waits' | 'silent' | 'unknown' => callProcedure(site, statement, this.variables);
    const outcome = call();
    const name = statement.procedure?.kind === 'objectName' ? site.source.cut(statement.procedure.span) : 'a variable';
    if (outcome === 'waits') {
      this.session.deferred.push({
        run: () => call() === 'done',
        otherwise: () => report(site, 'SL1082', name, `${name} names what is not there.`, statement),
      });
    } else if (outcome === 'unknown')
      this.session.note('SL1086', `EXEC ${name} was not run.`, name, site.source, statement.span);
  }

  /** A text that a statement holds as a string. */
  private text(site: Site, text: string, statement: Execute): void {
    if (this.depth > 20)
      return report(
        site,
        'SL1081',
        site.source.file,
        'Dynamic statements within dynamic statements, too deep.',
        statement,
      );
    const { statements, errors } = parseBatch(text, { quotedIdentifier: this.session.quotedIdentifier });
    const source = site.source.within(text, statement.span);
    this.depth += 1;
    // What it declares is its own.
    const outer = this.variables;
    this.variables = new Map(outer);
    this.faults(this.site(source), errors, statements);
    this.all(statements, source);
    this.variables = outer;
    this.depth -= 1;
  }

  private define(site: Site, statement: Statement): void {
    if (!this.faulty.has(statement)) define(site, statement, (element) => this.run(element, site.source));
  }
}

const MODULES = ['createView', 'createProcedure', 'createFunction', 'createTrigger'] as const;

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

/** The text of sp_executesql. */
function dynamicArgument(statement: Execute): readonly Execute['args'][number]['value'][] | undefined {
  const { procedure } = statement;
  if (procedure?.kind !== 'objectName' || procedure.name.name.toLowerCase() !== 'sp_executesql') return undefined;
  const [first] = statement.args;
  return first ? [first.value] : undefined;
}

const DEFINING = /^(create|alter|drop|sequence$|toggleTrigger$|user$|role$|permission$|securityPolicy$|execute$)/;

/** Whether a statement, or one within it, makes or changes something of the schema. */
function defines(node: Node): boolean {
  if (node.kind === 'block') return node.statements.some(defines);
  if (node.kind === 'if') return defines(node.then) || (node.otherwise !== undefined && defines(node.otherwise));
  if (node.kind === 'while') return defines(node.body);
  if (node.kind === 'tryCatch') return node.body.some(defines);
  if (node.kind === 'createDatabase' || node.kind === 'alterDatabase') return false;
  if (node.kind === 'dropObject') return !node.names.every(isTemporary);
  if (node.kind === 'createTable') return !isTemporary(node.name);
  return DEFINING.test(node.kind);
}
