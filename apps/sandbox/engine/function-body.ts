import {
  ROW_ADDRESS,
  translateExpression,
  translatePredicate,
  translateQuery,
  type ParameterRef,
  type Scope,
  type SqlType,
  type TranslatedDml,
} from '#conversion';
import type {
  Declare,
  DeclareTable,
  Delete,
  Expression,
  Insert,
  Merge,
  Select,
  SetVariable,
  Statement,
  Update,
} from '#tsql';
import type { CatalogObject } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { tableDefinition } from './ddl/table-model.ts';
import { columnTypeSql } from './ddl/physical-table.ts';
import { compoundOf } from './evaluate.ts';
import { changeOf, sandbox, typeOf } from './profile.ts';
import { scopeOver } from './scope-over.ts';
import type { SessionScope } from './session-scope.ts';
import { localTableSqls, type MadeTable } from './temporary-table.ts';
import { searchOf } from './update-by-row.ts';
import { verbOf } from './verbs.ts';

/** A function's body as PL/pgSQL, and whether it keeps rows of its own. */
export interface CompiledBody {
  readonly declarations: readonly string[];
  readonly lines: readonly string[];
  readonly keepsRows: boolean;
}

interface Local {
  readonly type: SqlType;
  readonly sql: string;
}

/** A parameter of a translated statement; strings and quoted names are passed over. */
const PARAMETER = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\d+)/g;

/** Where RETURN's value goes: to the caller, or (of a table function) the rows collected so far. */
type Returns =
  { readonly kind: 'value'; readonly type: SqlType } | { readonly kind: 'rows'; readonly variable: string };

/**
 * Turns the body of a function into PL/pgSQL, so that PostgreSQL can call it for each row of a query. Only what T-SQL allows in functions exists here:
 * variables, table variables, control of flow. Anything else is refused by name (40515).
 */
export class FunctionBody {
  readonly declarations: string[] = ['sbx_rows bigint := 0', 'sbx_row record'];
  private readonly locals = new Map<string, Local>();
  private readonly tables = new Map<string, MadeTable>();
  private readonly lines: string[] = [];

  constructor(
    private readonly object: CatalogObject,
    private readonly outer: SessionScope,
    private readonly returns: Returns,
  ) {}

  /** A parameter: copied into a variable that has its collation. */
  parameter(name: string, type: SqlType, argument: string): void {
    const local = this.declare(name, type);
    this.lines.push(`${local.sql} := ${argument};`);
  }

  /** RETURNS NULL ON NULL INPUT. */
  strict(args: readonly string[]): void {
    this.lines.push(`IF ${args.map((arg) => `${arg} IS NULL`).join(' OR ')} THEN RETURN NULL; END IF;`);
  }

  /** The table that a multi-statement function fills. */
  resultTable(name: string, elements: DeclareTable['elements']): MadeTable {
    return this.table(name, elements);
  }

  compile(body: readonly Statement[]): CompiledBody {
    for (const statement of body) this.statement(statement);
    this.lines.push(...this.leave('rows'));
    return { declarations: this.declarations, lines: this.lines, keepsRows: this.tables.size > 0 };
  }

  private get scope(): Scope {
    return scopeOver(this.outer, {
      variable: (name) => {
        const key = name.toLowerCase();
        if (key === '@@rowcount') return { type: { name: 'int' }, sql: 'sbx_rows::integer' };
        return this.locals.get(key) ?? (name.startsWith('@@') ? this.outer.variable(name) : undefined);
      },
      tableVariable: (name) => this.tables.get(name.toLowerCase())?.local.relation,
    });
  }

  private get context() {
    return { profile: sandbox, scope: this.scope };
  }

  private declare(name: string, type: SqlType): Local {
    const key = name.toLowerCase();
    const known = this.locals.get(key);
    if (known !== undefined) return known;
    const local = { type, sql: `sbx_v${this.locals.size + 1}` };
    this.locals.set(key, local);
    this.declarations.push(`${local.sql} ${columnTypeSql(type, this.outer.collation)}`);
    return local;
  }

  private table(name: string, elements: DeclareTable['elements']): MadeTable {
    const key = name.toLowerCase();
    const definition = tableDefinition({ scope: this.outer, ansiNullDefault: true }, name, elements);
    const physical = `f${this.object.id}_${this.tables.size + 1}`;
    const made = localTableSqls(physical, this.outer, name, definition);
    this.tables.set(key, made);
    this.lines.push(...made.sql.map((sql) => `${sql};`));
    return made;
  }

  private refuse(what: string): never {
    throw new SqlError(
      40515,
      `${what} in the function '${this.object.schema}.${this.object.name}' is not supported in this version of SQL Server.`,
    );
  }

  private plain<T extends { readonly sql: string; readonly parameters: readonly ParameterRef[] }>(translated: T): T {
    if (translated.parameters.length === 0) return translated;
    // Accumulating variables are parameters of the translation.
    const locals = new Map(
      translated.parameters.map(({ index, name }) => [
        index,
        this.locals.get(name.toLowerCase())?.sql ?? this.refuse(name),
      ]),
    );
    const sql = translated.sql.replaceAll(PARAMETER, (all: string, index?: string) =>
      index === undefined ? all : (locals.get(Number(index)) ?? all),
    );
    return { ...translated, sql };
  }

  private value(expression: Expression, type: SqlType): string {
    return this.plain(translateExpression(expression, this.context, { type, convert: 'assignment' })).sql;
  }

  private condition(expression: Expression): string {
    return this.plain(translatePredicate(expression, this.context)).sql;
  }

  private statement(statement: Statement): void {
    switch (statement.kind) {
      case 'declare':
        return this.declareAll(statement);
      case 'setVariable':
        return this.set(statement);
      case 'select':
        return this.select(statement);
      case 'insert':
      case 'update':
      case 'delete':
      case 'merge':
        return this.change(statement);
      case 'return':
        return this.leaveWith(statement.value);
      case 'empty':
        return;
      default:
        return this.flow(statement);
    }
  }

  private flow(statement: Statement): void {
    const { lines } = this;
    switch (statement.kind) {
      case 'block':
        for (const inner of statement.statements) this.statement(inner);
        return;
      case 'if':
        lines.push(`IF ${this.condition(statement.condition)} THEN`);
        this.statement(statement.then);
        if (statement.otherwise !== undefined) {
          lines.push('ELSE');
          this.statement(statement.otherwise);
        }
        lines.push('END IF;');
        return;
      case 'while':
        lines.push(`WHILE ${this.condition(statement.condition)} LOOP`);
        this.statement(statement.body);
        lines.push('END LOOP;');
        return;
      case 'break':
        lines.push('EXIT;');
        return;
      case 'continue':
        lines.push('CONTINUE;');
        return;
      default:
        this.refuse(verbOf(statement));
    }
  }

  private declareAll(statement: Declare): void {
    for (const item of statement.items) {
      if (item.kind === 'declareTable') {
        this.table(item.name, item.elements);
        continue;
      }
      const type = item.type.base === 'cursor' ? this.refuse('A cursor') : typeOf(item.type, this.outer);
      if (type.name === 'table') this.refuse(`A variable of the table type ${item.type.base}`);
      const local = this.declare(item.name, type);
      if (item.value !== undefined) this.lines.push(`${local.sql} := ${this.value(item.value, type)};`);
    }
  }

  private local(name: string): Local {
    const local = this.locals.get(name.toLowerCase());
    if (local === undefined) throw new SqlError(137, `Must declare the scalar variable "${name}".`, 15, 1);
    return local;
  }

  private set(statement: SetVariable): void {
    const { value } = statement;
    if (value.kind === 'cursorDefinition') return this.refuse('A cursor');
    const { name } = statement.variable;
    const local = this.local(name);
    const whole = statement.op === '=' ? value : compoundOf(statement.op, name, value);
    this.lines.push(`${local.sql} := ${this.value(whole, local.type)};`, 'sbx_rows := 1;');
  }

  /** SELECT @v = …: the last row counts, and without a row the variables stay as they are. */
  private select(statement: Select): void {
    const query = this.plain(translateQuery(statement.query, this.context));
    if (!query.assigns) {
      throw new SqlError(444, 'Select statements included within a function cannot return data to a client.', 16, 2);
    }
    const names = query.columns.map((_, index) => `a${index + 1}`);
    this.lines.push(
      'sbx_rows := 0;',
      `FOR sbx_row IN SELECT * FROM (${query.sql}) AS sbx_q(${names.join(', ')}) LOOP`,
      'sbx_rows := sbx_rows + 1;',
      ...query.columns.map((column, index) => `${this.local(column.assignTo ?? '').sql} := sbx_row.${names[index]};`),
      'END LOOP;',
    );
  }

  private change(statement: Insert | Update | Delete | Merge): void {
    if (statement.target.kind !== 'tableVariable' && statement.kind !== 'update' && statement.kind !== 'delete') {
      throw new SqlError(
        443,
        `Invalid use of a side-effecting operator '${verbOf(statement)}' within a function.`,
        16,
        15,
      );
    }
    const change = changeOf({ ...statement, output: [] } as typeof statement, this.context);
    if (statement.output.length > 0) this.refuse(`OUTPUT of ${verbOf(statement)}`);
    const own = [...this.tables.values()].some((table) => table.local.relation.sql === change.target.sql);
    if (!own) {
      throw new SqlError(
        443,
        `Invalid use of a side-effecting operator '${verbOf(statement)}' within a function.`,
        16,
        15,
      );
    }
    if (change.eachRow && statement.kind === 'update') return this.changeByRow(statement, change);
    const dml = this.plain(change);
    if (dml.assigns.length > 0) return this.changeAndAssign(dml);
    const sql = dml.sql.replace(/ RETURNING [^']*$/, '');
    this.lines.push(`${sql};`, 'GET DIAGNOSTICS sbx_rows = ROW_COUNT;');
  }

  /** UPDATE … SET @v = …: the variables have what the last row gave them. */
  private changeAndAssign(dml: TranslatedDml): void {
    const names = dml.assigns.map((_, index) => `a${index + 1}`);
    this.lines.push(
      'sbx_rows := 0;',
      `FOR sbx_row IN WITH sbx_q(${names.join(', ')}) AS (${dml.sql}) SELECT * FROM sbx_q LOOP`,
      'sbx_rows := sbx_rows + 1;',
      ...dml.assigns.map((name, index) => `${this.local(name).sql} := sbx_row.${names[index]};`),
      'END LOOP;',
    );
  }

  /** UPDATE … SET @v = @v + …: the rows that are found first are changed one after the other (see update-by-row). */
  private changeByRow(statement: Update, change: TranslatedDml): void {
    const address = this.declare(ROW_ADDRESS, { name: 'varchar', length: 30 });
    const { addresses = '', parameters } = changeOf(searchOf(statement), this.context);
    const found = this.plain({ sql: addresses, parameters });
    const dml = this.plain(change);
    this.lines.push(
      'sbx_rows := 0;',
      `FOR sbx_row IN SELECT * FROM (${found.sql}) AS sbx_q(a1) LOOP`,
      `${address.sql} := sbx_row.a1;`,
      `${dml.sql} INTO ${dml.assigns.map((name) => this.local(name).sql).join(', ')};`,
      'sbx_rows := sbx_rows + 1;',
      'END LOOP;',
    );
  }

  private leaveWith(value: Expression | undefined): void {
    if (this.returns.kind === 'rows' || value === undefined) {
      this.lines.push(...this.leave('rows'));
      return;
    }
    const { type } = this.returns;
    const local = this.declare('@ returned', type);
    this.lines.push(`${local.sql} := ${this.value(value, type)};`, ...this.leave('value', local.sql));
  }

  /** What ends a call: the rows are handed over and the tables of the call are dropped. */
  private leave(kind: 'value' | 'rows', value = ''): string[] {
    const made = [...this.tables.values()];
    const drop = made.map((table) => `DROP TABLE IF EXISTS ${table.local.physical};`);
    if (kind === 'value') return [...drop, `RETURN ${value};`];
    if (this.returns.kind !== 'rows') return [...drop, 'RETURN NULL;'];
    const result = this.tables.get(this.returns.variable.toLowerCase());
    if (result === undefined) return ['RETURN;'];
    const { relation } = result.local;
    const context = { profile: sandbox, scope: this.scope };
    const values = relation.columns.map((column) =>
      column.expression === undefined
        ? column.sql
        : translateExpression(column.expression, context, { table: relation }).sql,
    );
    return [`RETURN QUERY SELECT ${values.join(', ')} FROM ${relation.sql ?? ''} AS sbx_result;`, ...drop, 'RETURN;'];
  }
}
