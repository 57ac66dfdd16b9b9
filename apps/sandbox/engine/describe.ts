import { translateQuery, type ResultColumn, type SqlType } from '#conversion';
import { changeOf, typeOf } from './profile.ts';
import type { DescribedColumn } from '../catalog/index.ts';
import type { TdsType } from '../session.ts';
import { Frame } from './frame.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import { contextOf, type Run } from './run.ts';

/** The columns of the first result set that a batch would give, found without running it. */
export async function describeFirst(
  run: Run,
  sql: string,
  parameters: string | undefined,
): Promise<readonly DescribedColumn[] | undefined> {
  const frame = new Frame('', 0, run.frame.level + 1, run.frame);
  const inner: Run = { ...run, frame, text: sql };
  const context = await contextOf(inner);
  const declared = parameters === undefined || parameters.trim() === '' ? '' : `DECLARE ${parameters} `;
  const parsed = parsedBatch(`${declared}${sql}`, run.session.options.quotedIdentifier);
  requireParsed(parsed);
  for (const statement of parsed.statements) {
    if (statement.kind === 'declare') {
      for (const item of statement.items) {
        if (item.kind === 'declareVariable')
          frame.variables.set(item.name.toLowerCase(), { type: typeOf(item.type, context.scope), value: null });
      }
    } else if (statement.kind === 'select') {
      const query = translateQuery(statement.query, context);
      if (!query.assigns && query.into === undefined) return query.columns.map(described);
    } else if (
      statement.kind === 'insert' ||
      statement.kind === 'update' ||
      statement.kind === 'delete' ||
      statement.kind === 'merge'
    ) {
      const dml = changeOf(statement, context);
      if (dml.columns.length > 0 && dml.outputInto === undefined) return dml.columns.map(described);
    }
  }
  return undefined;
}

function described(column: {
  name: string;
  type: SqlType;
  nullable: boolean;
  identity?: ResultColumn['identity'];
}): DescribedColumn {
  return {
    name: column.name,
    type: column.type as TdsType,
    nullable: column.nullable,
    ...(column.identity ? { identity: true } : {}),
  };
}
