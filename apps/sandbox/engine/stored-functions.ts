import type { Scope } from '#conversion';
import { findAll, type CreateFunction, type Expression, type FunctionCall } from '#tsql';
import type { CatalogObject } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { scopeOver } from './scope-over.ts';
import { SessionScope } from './session-scope.ts';
import { compiledCall, functionStatement } from './user-functions.ts';

/** Built-in functions that may answer otherwise for the same arguments ("Deterministic and nondeterministic functions"). */
const BY_CHANCE =
  /^(getdate|getutcdate|sysdatetime|sysutcdatetime|sysdatetimeoffset|current_timestamp|newid|newsequentialid|rand|crypt_gen_random|datename|format|parsename|user_name|suser_name|suser_sname|session_user|system_user|current_user|user|host_name|host_id|app_name|db_name|db_id|object_id|object_name|stats_date|textptr|textvalid|index_col|col_name|ident_current|scope_identity|has_perms_by_name|is_member|session_context|context_info|error_number|error_message|error_line|error_severity|error_state|error_procedure|xact_state|current_transaction_id)$/i;

/** The user's scalar functions that an expression or a body calls. */
function calledBy(scope: SessionScope, nodes: Parameters<typeof findAll>[0]): CatalogObject[] {
  const calls: readonly FunctionCall[] = findAll(nodes, 'call');
  return calls.flatMap(({ name }) => {
    if (name.schema === undefined) return [];
    const object = scope.object([name.schema.name, name.name.name]);
    return object?.kind === 'FN' ? [object] : [];
  });
}

const has = (statement: CreateFunction, option: string): boolean =>
  statement.options.some((one) => one.name.toUpperCase() === option);

/** Whether a function reads tables or views, itself or by another one. */
function readsRows(scope: SessionScope, object: CatalogObject, seen = new Set<number>()): boolean {
  if (seen.has(object.id)) return false;
  seen.add(object.id);
  const body = functionStatement(object)?.body ?? [];
  return findAll(body, 'table').length > 0 || calledBy(scope, body).some((one) => readsRows(scope, one, seen));
}

/** Whether a scalar function is deterministic: bound to its schema, without rows of tables, chance or the session. */
export function isDeterministic(scope: SessionScope, object: CatalogObject, seen = new Set<number>()): boolean {
  const statement = functionStatement(object);
  if (statement === undefined || !has(statement, 'SCHEMABINDING')) return false;
  if (seen.has(object.id)) return true;
  seen.add(object.id);
  const { body } = statement;
  if (findAll(body, 'table').length + findAll(body, 'globalVariable').length > 0) return false;
  if (findAll(body, 'call').some(({ name }) => name.schema === undefined && BY_CHANCE.test(name.name.name)))
    return false;
  return calledBy(scope, body).every((one) => isDeterministic(scope, one, seen));
}

/**
 * Whether a function always answers alike for the same rows and arguments, as INFORMATION_SCHEMA.ROUTINES has it: bound to its schema, and without functions
 * of chance and of the session, its own and those of the functions that it calls. Reading tables does not count.
 */
export function answersAlike(scope: SessionScope, statement: CreateFunction, seen = new Set<number>()): boolean {
  if (!has(statement, 'SCHEMABINDING')) return false;
  const calls = findAll(statement, 'call');
  if (findAll(statement, 'globalVariable').length > 0) return false;
  if (calls.some(({ name }) => name.schema === undefined && BY_CHANCE.test(name.name.name))) return false;
  return calledBy(scope, statement)
    .filter((one) => !seen.has(one.id))
    .every((one) => {
      seen.add(one.id);
      const called = functionStatement(one);
      return called !== undefined && answersAlike(scope, called, seen);
    });
}

/** The scope of an expression that a table keeps: PostgreSQL wants the user's functions in it called, not written out. */
export function storedScope(scope: Scope): Scope {
  if (!(scope instanceof SessionScope)) return scope;
  return scopeOver(scope, { function: (name) => compiledCall(scope, name) ?? scope.function(name) });
}

/** Refuses a CHECK whose functions read tables: SQL Server looks when the row is there already, PostgreSQL before. */
export function refuseReaders(scope: Scope, condition: Expression): void {
  if (!(scope instanceof SessionScope)) return;
  const reader = calledBy(scope, condition).find((one) => readsRows(scope, one));
  if (reader === undefined) return;
  const message = `A CHECK with the function '${reader.schema}.${reader.name}', which reads tables, is not supported in this version of SQL Server.`;
  throw new SqlError(40_515, message);
}

/** Whether an expression calls a function of the user's that is not deterministic. */
export function isByChance(scope: Scope, expression: Expression): boolean {
  return scope instanceof SessionScope && calledBy(scope, expression).some((one) => !isDeterministic(scope, one));
}

/** Throws 3729 where a constraint, a default or a computed column calls a function that is about to go or to change. */
export function requireUnused(scope: SessionScope, object: CatalogObject, verb: 'ALTER' | 'DROP FUNCTION'): void {
  const word = new RegExp(String.raw`(^|[^\w@#$])\[?${object.name.replaceAll(/[^\w]/g, String.raw`\$&`)}\]?\s*\(`, 'i');
  for (const table of scope.snapshot.tables()) {
    const check = table.checks.find((one) => word.test(one.definition));
    const column = table.columns.find((one) => word.test(one.computed?.definition ?? one.default?.definition ?? ''));
    const user = check?.name ?? column?.default?.name ?? (column && table.name);
    if (user === undefined) continue;
    throw new SqlError(
      3729,
      `Cannot ${verb} '${object.schema}.${object.name}' because it is being referenced by object '${user}'.`,
      16,
      3,
    );
  }
}
