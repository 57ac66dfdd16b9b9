import { walk, type CreateFunction, type Statement } from '#tsql';
import { SqlError } from '../../session.ts';
import { verbOf } from '../verbs.ts';

const CHANGES = new Set<Statement['kind']>(['insert', 'update', 'delete', 'merge']);
const SIDE_EFFECTS = new Set<Statement['kind']>([
  'print',
  'raiserror',
  'throw',
  'tryCatch',
  'beginTransaction',
  'commitTransaction',
  'rollbackTransaction',
  'saveTransaction',
  'setOption',
  'waitFor',
  'createTable',
  'alterTable',
  'dropObject',
  'truncate',
  'createIndex',
  'use',
]);

const sideEffect = (what: string): SqlError =>
  new SqlError(443, `Invalid use of a side-effecting operator '${what}' within a function.`, 16, 15);

/** What may not stand in a function: changes of anything but its own table variables (443), results for the client (444), an end without RETURN (455). */
export function checkFunction(statement: CreateFunction): void {
  if (statement.returns.kind === 'returnsQuery' || statement.external !== undefined) return;
  walk(statement.body, (node) => {
    if (SIDE_EFFECTS.has(node.kind as Statement['kind'])) throw sideEffect(sideEffectName(node as Statement));
    if (node.kind === 'execute' && node.strings !== undefined) throw sideEffect('EXECUTE STRING');
    if (node.kind === 'call' && node.name.schema === undefined && /^(newid|rand)$/i.test(node.name.name.name))
      throw sideEffect(node.name.name.name.toLowerCase());
    if (CHANGES.has(node.kind as Statement['kind'])) checkChange(node as Statement);
    if (node.kind === 'select' && !assigns(node))
      throw new SqlError(444, 'Select statements included within a function cannot return data to a client.', 16, 2);
  });
  const last = statement.body.findLast((inner) => inner.kind !== 'empty');
  if (last?.kind !== 'return')
    throw new SqlError(455, 'The last statement included within a function must be a return statement.', 16, 2);
}

function sideEffectName(statement: Statement): string {
  const names: Partial<Record<Statement['kind'], string>> = { tryCatch: 'BEGIN TRY', setOption: 'SET OPTION ON' };
  return names[statement.kind] ?? verbOf(statement);
}

function checkChange(statement: Statement): void {
  if (!('target' in statement) || statement.target === undefined) return;
  const { target } = statement;
  const aliased = 'from' in statement && statement.from.length > 0;
  if ('kind' in target && target.kind === 'table' && !aliased) throw sideEffect(verbOf(statement));
  if (statement.kind === 'insert' && statement.source.kind === 'insertExecute') throw sideEffect('INSERT EXEC');
}

function assigns(statement: Extract<Statement, { kind: 'select' }>): boolean {
  let { body } = statement.query;
  while (body.kind === 'setOperation') body = body.left;
  return body.kind === 'selectSpec' && body.items.every((item) => item.kind === 'selectAssign');
}
