import { quoteIdent, quoteLiteral } from '#pgsql';
import type { ProcedureArgument, ProcedureContext, ProcedureResult } from '../catalog/procedure.ts';
import { sendResult, SYSNAME, text } from '../catalog/result-set.ts';
import { SqlError } from '../session.ts';
import { BoundArguments, parameters } from './arguments.ts';
import { cdcTables } from './cleanup.ts';
import { managerOf } from './capture-manager.ts';
import { requireOwner } from './enable-db.ts';

/** Knobs that the capture job reads; '' takes one back. */
const KNOBS = new Set(['delay', 'die', 'idle']);
const DIE_POINTS = new Set(['', 'before-copy', 'mid-transaction', 'before-commit', 'before-advance']);

/**
 * sys.sp_sandbox_cdc @what, @value: what no SQL Server has, for tests of those who read from it.
 * `delay` milliseconds before each commit of the capture job · `die` the process is killed, once, at before-copy, mid-transaction,
 * before-commit or before-advance · `idle` seconds without a commit after which max_lsn moves on · `error` a row for sys.dm_cdc_errors ·
 * `agent` running or stopped · `timezone` the server's local time zone, for sessions that begin later. Without @what: the knobs that are set.
 */
export async function sandboxKnobs(
  context: ProcedureContext,
  args: readonly ProcedureArgument[],
): Promise<ProcedureResult> {
  const bound = new BoundArguments('sp_sandbox_cdc', parameters(['what', null], ['value', '']), args);
  await requireOwner(context);
  const what = (bound.text('what') ?? '').toLowerCase();
  const value = bound.text('value') ?? '';
  const { pg } = context;
  if (what === '') {
    const { rows } = await pg.query<{ name: string; value: string }>(
      'SELECT name, value FROM meta.cdc_knobs ORDER BY name',
    );
    await sendResult(
      context.out,
      [
        ['name', SYSNAME],
        ['value', text(4000)],
      ],
      rows.map((row) => [row.name, row.value]),
    );
    return { status: 0 };
  }
  if (what === 'error') {
    await pg.query(
      'INSERT INTO meta.cdc_errors (session_id, phase_number, error_number, error_message) VALUES (1, 7, 18805, $1)',
      [value],
    );
  } else if (what === 'agent') {
    if (value !== 'running' && value !== 'stopped') throw invalid('agent', 'running or stopped');
    await pg.query(
      "INSERT INTO meta.server_state VALUES ('agent', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      [value],
    );
  } else if (what === 'timezone') {
    await pg.query(
      `ALTER DATABASE ${quoteIdent(context.physicalDatabase)} SET timezone = ${quoteLiteral(value || 'UTC')}`,
    );
    await managerOf(context.catalog)?.stop(context.catalog);
  } else {
    await setKnob(context, what, value);
  }
  if (await cdcTables(pg)) managerOf(context.catalog)?.ensure(context.catalog);
  return { status: 0 };
}

async function setKnob(context: ProcedureContext, what: string, value: string): Promise<void> {
  if (!KNOBS.has(what)) throw invalid('@what', 'delay, die, idle, error, agent or timezone');
  if (what === 'die' && !DIE_POINTS.has(value)) throw invalid('die', [...DIE_POINTS].filter(Boolean).join(', '));
  if (what !== 'die' && value !== '' && !/^\d+(\.\d+)?$/.test(value)) throw invalid(what, 'a number');
  if (value === '' && what !== 'die') {
    await context.pg.query('DELETE FROM meta.cdc_knobs WHERE name = $1', [what]);
    return;
  }
  await context.pg.query(
    'INSERT INTO meta.cdc_knobs VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    [what, value],
  );
}

function invalid(what: string, allowed: string): SqlError {
  return new SqlError(50000, `sys.sp_sandbox_cdc: ${what} must be ${allowed}.`);
}
