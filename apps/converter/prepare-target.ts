import { SluiceError } from '#errors';
import type { JobFile } from '#jobs';
import { quoteQualified } from '#pgsql';
import type { ControlStore } from '#target-postgres';

/**
 * Makes room for the tables of the job, before anything of its own was applied. `nothing`: a table that exists is refused by name. `drop`, `truncate`: as they say;
 * truncated tables must have the converted shape, which the load shows.
 * @throws SluiceError TargetNotEmpty
 */
export async function prepareTarget(control: ControlStore, mode: JobFile['load']['prepare']): Promise<void> {
  if ((await control.appliedSteps('before')) > 0) return;
  const existing: string[] = [];
  for (const table of await control.readTables()) {
    const name = { schema: table.targetSchema, name: table.targetName };
    const found = await control.pool.query<{ found: string | null }>(`select to_regclass($1)::text as found`, [
      quoteQualified(name),
    ]);
    if (found.rows[0]?.found) existing.push(quoteQualified(name));
  }
  if (existing.length === 0) return;
  if (mode === 'drop') {
    await control.pool.query(`drop table ${existing.join(', ')} cascade`);
  } else if (mode === 'truncate') {
    await control.pool.query(`truncate table ${existing.join(', ')} cascade`);
    await control.skipTableSteps();
  } else {
    throw new SluiceError(
      'TargetNotEmpty',
      `The target has ${existing.length} of the tables already: ${existing.slice(0, 5).join(', ')}${existing.length > 5 ? ' …' : ''}.`,
      { tables: existing.length },
    );
  }
}
