import type { Execute, ExecuteArgument, Expression } from '#tsql';
import { variableOf } from './assign.ts';
import { nodesOf } from './body-nodes.ts';
import type { Emitter } from './emitter.ts';

/** Parameters of sp_getapplock in their order; sp_releaseapplock has no mode and no time-out. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  sp_getapplock: ['@resource', '@lockmode', '@lockowner', '@locktimeout', '@dbprincipal'],
  sp_releaseapplock: ['@resource', '@lockowner', '@dbprincipal'],
};

/** Update stands beside readers in SQL Server; here it has them wait. An intent to write, which others may have too, has no like. */
const MODES: Readonly<Record<string, '' | '_shared'>> = {
  exclusive: '',
  update: '',
  shared: '_shared',
  intentshared: '_shared',
};

/** sp_getapplock and sp_releaseapplock: advisory locks of PostgreSQL, of the transaction or of the session, by a hash of the resource's name. */
export function appLock(e: Emitter, node: Execute, name: 'sp_getapplock' | 'sp_releaseapplock'): void {
  const given = argument(node, name, '@resource');
  if (!given) return e.fail('The resource of the lock is not named.', node.span);
  const resource = e.value(given.value, { name: 'nvarchar', length: 255 });
  if (given.value.kind !== 'literal') {
    e.line(`IF ${resource} IS NULL THEN`);
    e.line(`  RAISE EXCEPTION 'An invalid application lock resource was passed to ${name}.' USING ERRCODE = '22023';`);
    e.line('END IF;');
  }
  const key = `hashtextextended(${resource}, 0)`;
  const owner = argument(node, name, '@lockowner');
  const word = owner ? wordOf(owner.value) : 'transaction';
  if (word !== 'transaction' && word !== 'session')
    return e.fail('The owner of the lock is not a constant.', node.span);
  if (name === 'sp_releaseapplock') release(e, node, { key, isOfSession: word === 'session' });
  else take(e, node, { key, scope: word === 'session' ? '' : 'xact_' });
}

function argument(node: Execute, procedure: string, name: string): ExecuteArgument | undefined {
  const at = PARAMETERS[procedure]?.indexOf(name) ?? -1;
  const placed = node.args[at];
  return node.args.find((one) => one.name?.toLowerCase() === name) ?? (placed?.name === undefined ? placed : undefined);
}

/** A constant, with or without quotes, in lower case. */
function wordOf(value: Expression): string | undefined {
  if (value.kind === 'literal') return value.value.toLowerCase();
  return value.kind === 'column' && value.parts.length === 1 ? value.parts[0]?.name.toLowerCase() : undefined;
}

function take(e: Emitter, node: Execute, { key, scope }: { readonly key: string; readonly scope: string }): void {
  const asked = argument(node, 'sp_getapplock', '@lockmode');
  const mode = asked && MODES[wordOf(asked.value) ?? ''];
  if (mode === undefined) return e.fail('The mode of the lock has no counterpart, or is not a constant.', node.span);
  const result = node.result ? variableOf(e, node.result).name : undefined;
  const lock = `pg_advisory_${scope}lock${mode}(${key})`;
  const given = argument(node, 'sp_getapplock', '@locktimeout');
  const timeout = given ? e.value(given.value, { name: 'int' }) : '-1';
  if (/^\(?-1\)?$/.test(timeout)) {
    e.laid(`PERFORM ${lock};`);
    if (result !== undefined) e.line(`${result} := 0;`);
  } else if (timeout === '0') {
    const attempt = `pg_try_advisory_${scope}lock${mode}(${key})`;
    e.laid(result === undefined ? `PERFORM ${attempt};` : `${result} := CASE WHEN ${attempt} THEN 0 ELSE -1 END;`);
  } else takeInTime(e, lock, timeout, result);
}

/** Waits so many milliseconds at most; 0 is as short as PostgreSQL can wait, and a negative number waits for ever. */
function takeInTime(e: Emitter, lock: string, timeout: string, result: string | undefined): void {
  const before = e.variables.declare('@\u0000lock timeout', undefined, 'text').name;
  const set = (value: string): void => e.laid(`PERFORM set_config('lock_timeout', ${value}, true);`);
  e.line(`${before} := current_setting('lock_timeout');`);
  e.line('BEGIN');
  e.indented(() => {
    set(`greatest(CASE WHEN ${timeout} = 0 THEN 1 ELSE ${timeout} END, 0)::text`);
    e.laid(`PERFORM ${lock};`);
    set(before);
    if (result !== undefined) e.line(`${result} := 0;`);
  });
  e.line('EXCEPTION WHEN lock_not_available THEN');
  e.line(result === undefined ? '  NULL;' : `  ${result} := -1;`);
  e.line('END;');
}

function release(
  e: Emitter,
  node: Execute,
  { key, isOfSession }: { readonly key: string; readonly isOfSession: boolean },
): void {
  const result = node.result ? variableOf(e, node.result).name : undefined;
  if (!isOfSession) {
    e.line('-- sp_releaseapplock: the lock is released at the end of the transaction');
    if (result !== undefined) e.line(`${result} := 0;`);
    return;
  }
  const taken = nodesOf(e.body, 'execute').flatMap((one) => {
    const mode = argument(one, 'sp_getapplock', '@lockmode');
    return mode ? (MODES[wordOf(mode.value) ?? ''] ?? []) : [];
  });
  const mode = taken.length > 0 && taken.every((one) => one === '_shared') ? '_shared' : '';
  const unlock = `pg_advisory_unlock${mode}(${key})`;
  e.laid(result === undefined ? `PERFORM ${unlock};` : `${result} := CASE WHEN ${unlock} THEN 0 ELSE -999 END;`);
}
