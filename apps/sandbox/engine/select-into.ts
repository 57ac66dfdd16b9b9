import type { NameParts, TranslatedQuery } from '#conversion';
import type { TableModel } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { makeTable, sourceOf } from './ddl/create-table.ts';
import type { IdentityColumn } from './identity-column.ts';
import type { PgValue } from './large-bind.ts';
import { bind, type Run } from './run.ts';
import { copyRows } from './copy.ts';
import type { Database } from './database.ts';
import { Frame } from './frame.ts';
import { isGlobalTemporary, isLocalTemporary } from './names.ts';
import { databaseOf, storable } from './other-databases.ts';
import { rowsOfStatement } from './row-channel.ts';
import { createTemporary, definitionOfResult, makeLocal } from './temporary-table.ts';

/** SELECT … INTO: makes the table of the result's columns and fills it; resolves with the number of rows. */
export async function selectInto(
  run: Run,
  query: TranslatedQuery,
  into: NameParts,
  numbered?: IdentityColumn,
): Promise<number> {
  query.columns.forEach((column) => {
    if (column.name === '') {
      throw new SqlError(
        1038,
        'An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name. For other statements, look for empty alias names. Aliases defined as "" or [] are not allowed. Change the alias to a valid name.',
        15,
        5,
      );
    }
  });
  const name = into.at(-1) ?? '';
  checkTwice(query.columns, name);
  const values = await bind(run, query.parameters);
  if (isLocalTemporary(name)) {
    return intoTemporary(run, query, name, values, numbered);
  }
  const elsewhere = databaseOf(run, into);
  if (elsewhere !== undefined) return intoOther(run, elsewhere, query, { into, numbered, values });
  return intoNew(run, query, into, { numbered, sql: query.sql, values });
}

interface Rows {
  readonly numbered: IdentityColumn | undefined;
  readonly sql: string;
  readonly values: readonly PgValue[];
}

/** Makes the table in the current database, and fills it with the rows of a statement of PostgreSQL. */
async function intoNew(run: Run, query: TranslatedQuery, into: NameParts, rows: Rows): Promise<number> {
  const { numbered, sql, values } = rows;
  const { scope } = await sourceOf(run);
  const name = into.at(-1) ?? '';
  const isGlobal = isGlobalTemporary(name);
  if (isGlobal) await run.session.server.globalTables.settled();
  const model: TableModel = {
    schema: isGlobal ? 'dbo' : (into.at(-2) ?? run.session.defaultSchema),
    name,
    columns: query.columns.map((column, index) => ({
      name: column.name,
      type: column.type,
      nullable: column.nullable,
      ...identityAt(query, index, numbered),
    })),
  };
  return run.session.ddl(async (writer, pg) => {
    const created = await makeTable(scope, model, writer, pg);
    const names = created.columns.map((column) => column.physical).join(', ');
    if (isGlobal) run.session.server.globalTables.made(created.objectId, run.session);
    const result = await pg.query(`INSERT INTO u.${created.physical} (${names}) ${sql}`, [...values]);
    const at = model.columns.findIndex((column) => column.identity);
    const identity = created.columns[at];
    if (identity !== undefined) {
      await pg.query(
        `SELECT setval('u.s${created.objectId}', m) FROM (SELECT ${edgeOf(model.columns[at]?.identity)}(${identity.physical})::bigint AS m FROM u.${created.physical}) AS x WHERE m IS NOT NULL`,
      );
    }
    return result.rowCount ?? 0;
  });
}

/** The table of another database: the rows are copied there, then it is made of the copy. */
async function intoOther(
  run: Run,
  database: Database,
  query: TranslatedQuery,
  given: {
    readonly into: NameParts;
    readonly numbered: IdentityColumn | undefined;
    readonly values: readonly PgValue[];
  },
): Promise<number> {
  const { session } = run;
  const frame = new Frame(run.frame.procedure, run.frame.procedureId, run.frame.level, run.frame);
  const { foreign: _, ...plain } = run;
  try {
    const copy = await session.within(database, async () => {
      const local = await makeLocal(plain, '@sbx_into', storable(definitionOfResult(query.columns)), frame);
      return { physical: local.physical, link: session.link };
    });
    await copyRows(copy.link, copy.physical, rowsOfStatement(session, query.sql, given.values, run.signal));
    const list = query.columns.map((_column, index) => `c${index + 1}`).join(', ');
    const sql = `SELECT ${list} FROM ${copy.physical}`;
    return await session.within(database, () =>
      intoNew(plain, query, given.into, { numbered: given.numbered, sql, values: [] }),
    );
  } finally {
    await session.within(database, () => session.dropTemporary(frame));
  }
}

/** The identity property of a column: that of IDENTITY(), or of the column that it was selected from, which must stand there once. */
function identityAt({ columns }: TranslatedQuery, index: number, numbered: IdentityColumn | undefined) {
  if (numbered !== undefined) {
    const { seed, increment } = numbered;
    return numbered.index === index ? { identity: { seed, increment }, nullable: false } : {};
  }
  const identity = columns[index]?.identity;
  if (identity === undefined) return {};
  const isOnce = columns.filter((column) => column.identity !== undefined).length === 1;
  return identity !== true && isOnce ? { identity, nullable: false } : { nullable: false };
}

const edgeOf = (identity: { readonly increment: bigint } | undefined): string =>
  (identity?.increment ?? 1n) < 0n ? 'min' : 'max';

async function intoTemporary(
  run: Run,
  query: TranslatedQuery,
  name: string,
  values: readonly PgValue[],
  numbered: IdentityColumn | undefined,
): Promise<number> {
  const plain = definitionOfResult(query.columns);
  const columns = plain.columns.map((column, index) => ({
    ...column,
    nullable: query.columns[index]?.nullable ?? true,
    ...identityAt(query, index, numbered),
  }));
  const local = await createTemporary(run, name, { ...plain, columns });
  const count = await fill(run, local.physical, query, values);
  const at = columns.findIndex((column) => column.identity);
  if (local.sequence !== undefined && at >= 0 && count > 0) {
    await run.session.query(
      `SELECT setval('${local.sequence}', ${edgeOf(columns[at]?.identity)}(c${at + 1})::bigint) FROM ${local.physical}`,
      [],
      { writes: true },
    );
  }
  return count;
}

function checkTwice(columns: TranslatedQuery['columns'], table: string): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name.toLowerCase())) {
      throw new SqlError(
        2705,
        `Column names in each table must be unique. Column name '${name}' in table '${table}' is specified more than once.`,
        16,
        3,
      );
    }
    seen.add(name.toLowerCase());
  }
}

async function fill(run: Run, table: string, query: TranslatedQuery, values: readonly PgValue[]): Promise<number> {
  const result = await run.session.query(`INSERT INTO ${table} ${query.sql}`, values, {
    writes: true,
    signal: run.signal,
  });
  return result.count;
}
