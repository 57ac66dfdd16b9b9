import { SluiceError } from '#errors';
import type { JobFile } from '#jobs';
import { quoteQualified } from '#pgsql';
import { type ControlStore, forgetTarget, installSinkSchema, type JobTable } from '#target-postgres';

/**
 * Makes room for the tables of the job, before anything of its own was applied. `nothing`: a table that exists is refused by name. `drop`, `truncate`: as they say, in one
 * transaction with what was known of the tables (rule 9); truncated tables must have the converted shape, which the load shows.
 * @throws SluiceError TargetNotEmpty
 */
export async function prepareTarget(control: ControlStore, mode: JobFile['load']['prepare']): Promise<void> {
  if ((await control.workspace.countApplied('before')) > 0) return;
  const existing: JobTable[] = [];
  for (const table of await control.readTables()) {
    const found = await control.pool.query<{ found: string | null }>(`select to_regclass($1)::text as found`, [
      nameOf(table),
    ]);
    if (found.rows[0]?.found) existing.push(table);
  }
  if (existing.length === 0) return;
  const names = existing.map(nameOf);
  if (mode === 'nothing') {
    throw new SluiceError(
      'TargetNotEmpty',
      `The target has ${names.length} of the tables already: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' …' : ''}.`,
      { tables: names.length },
    );
  }
  await makeRoom(control, mode, existing);
  if (mode === 'truncate') await control.workspace.adoptTables();
}

async function makeRoom(control: ControlStore, mode: 'drop' | 'truncate', tables: readonly JobTable[]): Promise<void> {
  await installSinkSchema(control.pool);
  const client = await control.pool.connect();
  try {
    await client.query('begin');
    await client.query(`${mode} table ${tables.map(nameOf).join(', ')} cascade`);
    for (const table of tables) await forgetTarget(client, { schema: table.targetSchema, name: table.targetName });
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

function nameOf(table: JobTable): string {
  return quoteQualified({ schema: table.targetSchema, name: table.targetName });
}
