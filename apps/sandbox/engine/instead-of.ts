import { translateQuery, type Relation, type SqlType } from '#conversion';
import type { CatalogObject } from '../catalog/index.ts';
import { qualifiedName, type Delete, type Insert, type Update } from '#tsql';
import { Frame } from './frame.ts';
import { parsedBatch } from './parsing.ts';
import type { PgRow } from './pg-link.ts';
import { tableRelation } from './relations.ts';
import { bind, contextOf, type Run } from './run.ts';
import { scopeOver } from './scope-over.ts';
import { definitionOfResult, makeLocal } from './temporary-table.ts';
import { wideChange, type ImagePart } from './wide-change.ts';

const TARGET = '@sbx_target';

/**
 * What an INSTEAD OF trigger is to see: the change is made to a copy of the table or view that knows no constraints, and its images are read. Resolves
 * with the rows; the table itself is as it was.
 */
export async function instead(
  run: Run,
  statement: Insert | Update | Delete,
  object: CatalogObject,
): Promise<{ images: ImagePart; rows: PgRow[] }> {
  const frame = new Frame(run.frame.procedure, 0, run.frame.level, run.frame);
  const context = await contextOf(run);
  const { session } = run;
  try {
    const copy = await copyOf({ ...run, frame }, object, statement.kind !== 'insert');
    const { fold } = context.scope.snapshot;
    const scope = scopeOver(context.scope, {
      tableVariable: (name) => (name === TARGET ? copy : context.scope.tableVariable(name)),
      relation: (name) =>
        statement.kind !== 'insert' &&
        fold(name.at(-1) ?? '') === fold(object.name) &&
        context.scope.object(name)?.id === object.id
          ? copy
          : context.scope.relation(name),
    });
    const { span } = statement.target;
    const aimed: Insert | Update | Delete =
      statement.kind === 'insert'
        ? { ...statement, target: { kind: 'tableVariable', name: TARGET, columns: [], hints: [], span } }
        : statement;
    const { dml, images } = wideChange({ ...aimed, output: [] }, { ...context, scope }, true);
    const rows: PgRow[] = [];
    await session.query(dml.sql, await bind(run, dml.parameters), {
      writes: true,
      signal: run.signal,
      onRow: (row) => rows.push(row) > 0,
    });
    return { images: images as ImagePart, rows };
  } finally {
    if (session.tx.depth > 0 && !session.tx.doomed) await session.dropTemporary(frame);
  }
}

/** A temporary copy of a table or view, with its rows or without. */
async function copyOf(run: Run, object: CatalogObject, filled: boolean): Promise<Relation> {
  const { session, frame } = run;
  const physical = session.nextPhysicalName();
  const table = `pg_temp.${physical}`;
  if (object.kind !== 'U') return copyOfView(run, object, filled);
  const source = tableRelation(object);
  const copied = object.columns.filter((column) => column.computed === undefined).map((column) => column.physical);
  const list = copied.join(', ');
  const commands = [
    `CREATE TEMPORARY TABLE ${physical} (LIKE ${source.sql ?? ''} INCLUDING DEFAULTS INCLUDING GENERATED)`,
    ...object.columns.flatMap((column) => [
      ...(column.computed === undefined || column.computed.persisted
        ? [`ALTER TABLE ${table} ALTER COLUMN ${column.physical} DROP NOT NULL`]
        : []),
      ...(column.identity ? [`ALTER TABLE ${table} ALTER COLUMN ${column.physical} SET DEFAULT 0`] : []),
    ]),
    ...(filled ? [`INSERT INTO ${table} (${list}) SELECT ${list} FROM ${source.sql ?? ''}`] : []),
  ];
  await session.atomic((pg) => pg.query(commands.join(';\n')), 'temporary');
  frame.temporary.push(table);
  return { ...source, sql: table };
}

async function copyOfView(run: Run, object: CatalogObject, filled: boolean): Promise<Relation> {
  const columns = object.columns.map(({ name, type, nullable }) => ({ name, type: type as SqlType, nullable }));
  const { relation, physical } = await makeLocal(run, `@${object.name}`, definitionOfResult(columns));
  if (filled) {
    const [select] = parsedBatch(`SELECT * FROM ${qualifiedName(object.schema, object.name)}`, true).statements;
    if (select?.kind === 'select') {
      const query = translateQuery(select.query, await contextOf(run));
      await run.session.query(`INSERT INTO ${physical} ${query.sql}`, [], { writes: true, signal: run.signal });
    }
  }
  return { ...relation, schema: object.schema, name: object.name };
}
