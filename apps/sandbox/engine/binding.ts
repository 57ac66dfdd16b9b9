import { dataTypeOf, TranslationError, translatePredicate, translateQuery, type SqlType } from '#conversion';
import {
  findAll,
  walk,
  type CreateProcedure,
  type CreateTrigger,
  type DataType,
  type Declare,
  type DeclareVariable,
  type Expression,
  type Query,
  type Statement,
} from '#tsql';
import type { CatalogObject, CatalogSnapshot } from '../catalog/index.ts';
import { declareAll } from './declarations.ts';
import { tableDefinition, type TableDefinition } from './ddl/table-model.ts';
import { namedObject, type DmlStatement } from './dml.ts';
import { compoundOf, translateValue } from './evaluate.ts';
import { Frame } from './frame.ts';
import { identityOf } from './identity-column.ts';
import { namePartsOf } from './names.ts';
import { sqlError } from './pg-error.ts';
import { changeOf, typeOf } from './profile.ts';
import { tableRelation } from './relations.ts';
import { contextOf, translated, type Run } from './run.ts';
import type { SessionScope } from './session-scope.ts';
import { definitionOfType, tableOfType } from './table-variables.ts';
import { localTableSqls } from './temporary-table.ts';

/**
 * What is found when a statement runs, though the translator says it: an object that is not there (deferred name resolution), a style of CONVERT, what
 * the sandbox refuses.
 */
const AT_RUN_TIME = new Set([208, 281, 4121, 40_515]);

/** Whether an error is one that keeps a scope from being compiled: none of its statements may run. */
export function isCompileError(error: unknown): error is TranslationError {
  return error instanceof TranslationError && !AT_RUN_TIME.has(error.problem.number);
}

const bound = new WeakMap<readonly Statement[], CatalogSnapshot>();

/**
 * Resolves the names of a batch or of a module's body before its first statement runs, as SQL Server compiles it. Throws the first error that
 * {@link isCompileError}. A statement that names a table which is not there is left until it runs. Variables are declared already.
 */
export async function bindScope(run: Run, statements: readonly Statement[]): Promise<void> {
  const [only] = statements;
  // A statement alone finds its own errors, and nothing has run before it.
  if (statements.length === 1 && only !== undefined && !NESTS.has(only.kind)) return;
  const snapshot = await run.session.snapshot();
  if (bound.get(statements) === snapshot) return;
  await new Binder(await withTables(run, statements), temporaryIn(statements)).list(statements);
  bound.set(statements, snapshot);
}

const NESTS = new Set<Statement['kind']>(['if', 'while', 'tryCatch', 'block']);

/** The same of a module that is being made, with its parameters and, in a trigger, the tables of what changed. */
export async function bindModule(
  run: Run,
  statement: CreateProcedure | CreateTrigger,
  parent: CatalogObject | undefined,
): Promise<void> {
  const name = statement.name.name.name;
  const frame = new Frame(name, 0, run.frame.level, run.frame);
  const inner: Run = { ...run, frame };
  const { scope } = await contextOf(inner);
  for (const parameter of 'parameters' in statement ? statement.parameters : []) {
    const type = typeOf(parameter.type, scope);
    const key = parameter.name.toLowerCase();
    if (type.name !== 'table') frame.variables.set(key, { type, value: null });
    else draft(frame, scope, parameter.name, () => definitionOf(scope, parameter.type));
  }
  if (parent !== undefined) {
    frame.trigger = { parent, updated: new Set() };
    for (const image of ['inserted', 'deleted']) {
      frame.tables.set(image, {
        relation: { ...tableRelation(parent), name: image },
        physical: image,
        indexes: [],
        constraints: new Map(),
      });
    }
  }
  await declareAll(inner, statement.body);
  try {
    await new Binder(await withTables(inner, statement.body), temporaryIn(statement.body)).list(statement.body);
  } catch (error) {
    if (!isCompileError(error)) throw error;
    throw sqlError(error, { line: 1, procedure: name, verb: 'CREATE', spid: run.session.spid, snapshot: undefined });
  }
}

/** The scope with the table variables that its statements declare, which are not made before. */
async function withTables(run: Run, statements: readonly Statement[]): Promise<Run> {
  const { scope } = await contextOf(run);
  const isNew = (one: { readonly name: string }): boolean => !run.frame.tables.has(one.name.toLowerCase());
  const tables = findAll(statements, 'declareTable').filter(isNew);
  const variables = findAll(statements, 'declareVariable').filter((one) => isNew(one) && isTable(one, scope));
  if (tables.length + variables.length === 0) return run;
  const frame = new Frame(run.frame.procedure, run.frame.procedureId, run.frame.level, run.frame.parent);
  frame.trigger = run.frame.trigger;
  for (const [name, slot] of run.frame.variables) frame.variables.set(name, slot);
  for (const [name, table] of run.frame.tables) frame.tables.set(name, table);
  for (const [name, cursor] of run.frame.cursors) frame.cursors.set(name, cursor);
  for (const one of tables) {
    draft(frame, scope, one.name, () => tableDefinition({ scope, ansiNullDefault: true }, one.name, one.elements));
  }
  for (const one of variables) draft(frame, scope, one.name, () => definitionOf(scope, one.type));
  return { ...run, frame };
}

const isTable = (one: DeclareVariable, scope: SessionScope): boolean => dataTypeOf(one.type, scope)?.name === 'table';

const definitionOf = (scope: SessionScope, type: DataType): TableDefinition =>
  definitionOfType(tableOfType(scope.snapshot, typeOf(type, scope).typeName ?? type.base));

function draft(frame: Frame, scope: SessionScope, name: string, define: () => TableDefinition): void {
  try {
    frame.tables.set(name.toLowerCase(), localTableSqls('x', scope, name, define()).local);
  } catch {
    // What is wrong with a table is said by its DECLARE.
    frame.tables.delete(name.toLowerCase());
  }
}

function temporaryIn(statements: readonly Statement[]): ReadonlySet<string> {
  const names = new Set<string>();
  walk(statements, (node) => {
    const name = node.kind === 'createTable' ? node.name : node.kind === 'selectSpec' ? node.into : undefined;
    if (name?.name.name.startsWith('#')) names.add(name.name.name.toLowerCase());
  });
  return names;
}

/** A name that leads nowhere, as a synonym of nothing, is none. */
function isThere(scope: SessionScope, parts: Parameters<SessionScope['relation']>[0]): boolean {
  try {
    return scope.relation(parts) !== undefined;
  } catch {
    return false;
  }
}

type Bindable = Statement | Expression | Query;

class Binder {
  /** USE was met: names mean something else behind it. */
  private elsewhere = false;

  constructor(
    private readonly run: Run,
    /** Temporary tables that the scope makes, lower case: statements that name them are left until they are there. */
    private readonly made: ReadonlySet<string>,
  ) {}

  async list(statements: readonly Statement[]): Promise<void> {
    for (const statement of statements) {
      if (this.elsewhere) return;
      await this.statement(statement);
    }
  }

  private async statement(statement: Statement): Promise<void> {
    switch (statement.kind) {
      case 'block':
        return this.list(statement.statements);
      case 'if':
        await this.condition(statement.condition);
        await this.statement(statement.then);
        return statement.otherwise && this.statement(statement.otherwise);
      case 'while':
        await this.condition(statement.condition);
        return this.statement(statement.body);
      case 'tryCatch':
        await this.list(statement.body);
        return this.list(statement.handler);
      case 'use':
        this.elsewhere = true;
        return;
      default:
        return this.simple(statement);
    }
  }

  private simple(statement: Statement): Promise<void> | void {
    const { run } = this;
    switch (statement.kind) {
      case 'select': {
        const numbered = identityOf(statement, run.text)?.statement ?? statement;
        return this.attempt(statement, () =>
          translated(run, numbered, (node, context) => translateQuery(node.query, context)),
        );
      }
      case 'insert':
      case 'update':
      case 'delete':
      case 'merge':
        return this.change(statement);
      case 'declare':
        return this.declare(statement);
      case 'setVariable':
        if (statement.value.kind === 'cursorDefinition') return this.query(statement.value);
        return this.value(
          statement.variable.name,
          statement.op === '=' ? statement.value : compoundOf(statement.op, statement.variable.name, statement.value),
        );
      case 'declareCursor':
        return this.query(statement.definition);
      case 'return':
        return statement.value && this.expression(statement.value, { name: 'int' });
      default:
    }
  }

  private async change(statement: DmlStatement): Promise<void> {
    const { run } = this;
    if (statement.kind === 'insert' && statement.source.kind === 'insertExecute') return;
    await this.attempt(statement, async () => {
      const { scope } = await contextOf(run);
      // What an INSTEAD OF trigger takes is no change of its target.
      if (namedObject(statement, scope)?.triggers.some((trigger) => trigger.insteadOf)) return;
      await translated(run, statement, changeOf);
    });
  }

  private async declare(statement: Declare): Promise<void> {
    for (const item of statement.items) {
      if (item.kind === 'declareVariable' && item.value !== undefined) await this.value(item.name, item.value);
    }
  }

  private value(name: string, expression: Expression): Promise<void> | void {
    const slot = this.run.frame.variable(name);
    if (slot !== undefined) return this.expression(expression, slot.type);
  }

  private expression(expression: Expression, type: SqlType): Promise<void> {
    return this.attempt(expression, () => translateValue(this.run, expression, type));
  }

  private condition(condition: Expression): Promise<void> {
    return this.attempt(condition, () =>
      translated(this.run, condition, (node, context) => translatePredicate(node, context)),
    );
  }

  private query(definition: { readonly query: Query }): Promise<void> {
    return this.attempt(definition.query, async () => translateQuery(definition.query, await contextOf(this.run)));
  }

  /** Translates; an error counts unless a table that the text names is not there. */
  private async attempt(node: Bindable, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // Everything else is said again when the statement runs.
      if (isCompileError(error) && !(await this.namesMissing(node))) throw error;
    }
  }

  private async namesMissing(root: Bindable): Promise<boolean> {
    const { scope } = await contextOf(this.run);
    const ctes = new Set<string>();
    let missing = false;
    walk(root, (node) => {
      if (node.kind === 'cte') ctes.add(node.name.name.toLowerCase());
    });
    walk(root, (node) => {
      if (missing || node.kind !== 'table') return;
      const parts = namePartsOf(node.name);
      const isAlias = parts.length === 1 && (ctes.has(parts[0]?.toLowerCase() ?? '') || this.isAlias(root, parts[0]));
      missing = !isAlias && (this.made.has(parts.at(-1)?.toLowerCase() ?? '') || !isThere(scope, parts));
    });
    return missing;
  }

  /** The target of UPDATE and DELETE may be an alias of their FROM. */
  private isAlias(root: Bindable, name: string | null | undefined): boolean {
    const key = name?.toLowerCase();
    return findAll(root, 'table').some((one) => one.alias?.name.toLowerCase() === key);
  }
}
