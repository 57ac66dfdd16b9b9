import { ROW_ADDRESS, type TranslatedDml } from '#conversion';
import type { Delete, Update } from '#tsql';
import type { CatalogObject } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { changeOf } from './profile.ts';
import { bind, contextOf, type Run } from './run.ts';
import { firing } from './triggers.ts';

/** What finds the rows that an UPDATE is to change: a DELETE of them, whose `addresses` are read. */
export const searchOf = ({ target, from, where, with: ctes, span }: Update): Delete => ({
  kind: 'delete',
  target,
  from,
  ...(where ? { where } : {}),
  ...(ctes ? { with: ctes } : {}),
  output: [],
  options: [],
  span,
});

/**
 * UPDATE … SET @v = @v + …: the variables go from row to row. The rows are found first, in the order of their storage, and changed one after the other; all of
 * them or none. Refused where a trigger would have to see all rows at once. Resolves with their number.
 */
export async function updateByRow(
  run: Run,
  statement: Update,
  dml: TranslatedDml,
  object: CatalogObject | undefined,
): Promise<number> {
  if (object !== undefined && firing(run, object, 'update', false).length > 0) {
    throw new SqlError(
      40515,
      'UPDATE … SET @v = @v + … of a table with triggers is not supported in this version of SQL Server.',
    );
  }
  const { session, frame, signal } = run;
  const found = changeOf(searchOf(statement), await contextOf(run));
  const rows = await session.query(found.addresses ?? '', await bind(run, found.parameters), { writes: false, signal });
  const slot = { type: { name: 'varchar', length: 30 } as const, value: '' as string | null };
  frame.variables.set(ROW_ADDRESS, slot);
  try {
    let count = 0;
    await session.atomic(async () => {
      for (const [address] of rows.rows) {
        slot.value = address ?? null;
        const result = await session.link.run(dml.sql, await bind(run, dml.parameters), { signal });
        count += result.count;
        const last = result.rows.at(-1);
        dml.assigns.forEach((name, index) => {
          const variable = frame.variable(name);
          if (variable !== undefined && last !== undefined) variable.value = last[index] ?? null;
        });
      }
    });
    return count;
  } finally {
    frame.variables.delete(ROW_ADDRESS);
  }
}
