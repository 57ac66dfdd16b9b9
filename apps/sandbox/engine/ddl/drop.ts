import type { DropObject, DroppedType, ObjectName, Truncate } from '#tsql';
import { quoteIdent } from '#pgsql';
import { sequenceName, type ObjectKind } from '../../catalog/index.ts';
import { onTableDropped } from '../../cdc/ddl-hooks.ts';
import { SqlError } from '../../session.ts';
import { dropPhysicalTable } from '../global-tables.ts';
import { isLocalTemporary, namePartsOf } from '../names.ts';
import { inDatabaseOf } from '../other-databases.ts';
import { requireUnused } from '../stored-functions.ts';
import { contextOf, localTable, type Run } from '../run.ts';
import { dropTemporary, inPlaceOf } from '../temporary-table.ts';
import { dotted, objectOf, userTable } from './objects-of.ts';
import { dropPartitioning, partitionCondition } from './partitions.ts';
import { dropPrincipal } from './security.ts';
import { dropStatistics } from './statistics.ts';

const KINDS: Partial<Record<DroppedType, readonly ObjectKind[]>> = {
  table: ['U'],
  view: ['V'],
  procedure: ['P'],
  function: ['FN', 'IF', 'TF'],
  trigger: ['TR'],
  sequence: ['SO'],
  synonym: ['SN'],
};

function notThere(type: DroppedType, name: string): SqlError {
  return new SqlError(
    3701,
    `Cannot drop the ${type} '${name}', because it does not exist or you do not have permission.`,
    11,
    5,
  );
}

async function dropOne(run: Run, statement: DropObject, name: ObjectName): Promise<void> {
  const { type } = statement;
  if (type === 'table' && isLocalTemporary(name.name.name)) {
    if (!(await dropTemporary(run, name.name.name)) && !statement.ifExists) throw notThere(type, name.name.name);
    return;
  }
  const kinds = KINDS[type];
  if (kinds === undefined) return dropOther(run, statement, name);
  // No trigger stands on a database or the server.
  const object = statement.scope === undefined ? await objectOf(run, name, kinds) : undefined;
  if (object === undefined) {
    if (statement.scope === undefined) await refuseOtherKind(run, type, name);
    if (statement.ifExists) return;
    throw notThere(type, dotted(name));
  }
  if (object.referencedBy.some((key) => key.parentId !== object.id))
    throw new SqlError(
      3726,
      `Could not drop object '${dotted(name)}' because it is referenced by a FOREIGN KEY constraint.`,
    );
  if (object.kind === 'FN') requireUnused((await contextOf(run)).scope, object, 'DROP FUNCTION');
  await run.session.ddl(async (writer, pg) => {
    if (object.kind === 'U') await onTableDropped(pg, writer, object.id);
    await writer.dropObject(object.id);
    if (object.kind === 'U') await dropPhysicalTable(pg, object);
    if (object.kind === 'SO') await pg.query(`DROP SEQUENCE u.${quoteIdent(object.physical)}`);
  });
}

const WORDS: Partial<Record<ObjectKind, readonly [string, string]>> = {
  U: ['a table', 'DROP TABLE'],
  V: ['a view', 'DROP VIEW'],
  P: ['a procedure', 'DROP PROCEDURE'],
  FN: ['a function', 'DROP FUNCTION'],
  IF: ['a function', 'DROP FUNCTION'],
  TF: ['a function', 'DROP FUNCTION'],
  TR: ['a trigger', 'DROP TRIGGER'],
  SO: ['a sequence object', 'DROP SEQUENCE'],
  SN: ['a synonym', 'DROP SYNONYM'],
};

/** Error 3705: the name is that of an object of another kind. */
async function refuseOtherKind(run: Run, type: DroppedType, name: ObjectName): Promise<void> {
  const found = await objectOf(run, name, Object.keys(WORDS) as ObjectKind[]);
  const words = found && WORDS[found.kind];
  if (!words) return;
  throw new SqlError(
    3705,
    `Cannot use DROP ${type.toUpperCase()} with '${dotted(name)}' because '${dotted(name)}' is ${words[0]}. Use ${words[1]}.`,
  );
}

async function dropOther(run: Run, statement: DropObject, name: ObjectName): Promise<void> {
  const { scope } = await contextOf(run);
  const text = dotted(name);
  switch (statement.type) {
    case 'schema': {
      if (scope.snapshot.schema(name.name.name) === undefined) {
        if (statement.ifExists) return;
        throw new SqlError(
          15_151,
          `Cannot drop the schema '${text}', because it does not exist or you do not have permission.`,
        );
      }
      await run.session.ddl((writer) => writer.dropSchema(name.name.name));
      return;
    }
    case 'type': {
      const type = scope.snapshot.type(name.schema?.name, name.name.name);
      if (type === undefined || type.userTypeId < 257) {
        if (statement.ifExists) return;
        throw new SqlError(
          218,
          `Could not find the type '${text}'. Either it does not exist or you do not have the necessary permission.`,
        );
      }
      await run.session.ddl((writer) => writer.dropType(type.userTypeId));
      return;
    }
    case 'statistics':
      return dropStatistics(run, statement, name);
    case 'partition function':
    case 'partition scheme':
      return dropPartitioning(run, statement, name.name.name);
    case 'user':
    case 'role':
    case 'login':
      return dropPrincipal(run, statement.type, name.name.name, statement.ifExists);
    default:
      throw new SqlError(40515, `DROP ${statement.type.toUpperCase()} is not supported in this version of SQL Server.`);
  }
}

/** DROP of anything but a database. */
export async function dropObjects(run: Run, statement: DropObject): Promise<void> {
  if (statement.names.length === 0) {
    throw new SqlError(40515, `DROP ${statement.type.toUpperCase()} is not supported in this version of SQL Server.`);
  }
  // The name of statistics begins with that of their table.
  const places = statement.type === 'statistics' ? [] : statement.names;
  for (const name of statement.names) {
    const named = places.filter((one) => one === name);
    await inDatabaseOf(run, named, () => dropOne(run, statement, name));
  }
}

/** TRUNCATE TABLE: refused where a foreign key refers to the table; the identity starts again at its seed. */
export async function truncate(run: Run, statement: Truncate): Promise<void> {
  const local = localTable(run, namePartsOf(statement.table).at(-1) ?? '');
  if (local !== undefined) {
    return inPlaceOf(run, local, async () => {
      await run.session.query(`TRUNCATE ${local.physical}`, [], { writes: true });
      if (local.sequence !== undefined)
        await run.session.query(`ALTER SEQUENCE ${local.sequence} RESTART`, [], { writes: true });
    });
  }
  const { object } = await userTable(run, statement.table, 4701);
  if (object.referencedBy.some((key) => key.parentId !== object.id)) {
    throw new SqlError(
      4712,
      `Cannot truncate table '${dotted(statement.table)}' because it is being referenced by a FOREIGN KEY constraint.`,
    );
  }
  if (object.trackedByCdc) {
    throw new SqlError(
      4711,
      `Cannot truncate table '${dotted(statement.table)}' because it is published for replication or enabled for Change Data Capture.`,
    );
  }
  const ranges = statement.options.find((option) => option.name === 'PARTITIONS')?.partitions;
  if (ranges !== undefined) {
    const condition = await partitionCondition(run, object, ranges);
    await run.session.query(`DELETE FROM u.${object.physical} WHERE ${condition}`, [], { writes: true });
    return;
  }
  const identity = object.columns.some((column) => column.identity);
  await run.session.atomic(async (pg) => {
    await pg.query(`TRUNCATE u.${object.physical}`);
    if (identity) await pg.query(`ALTER SEQUENCE u.${sequenceName(object.id)} RESTART`);
  });
}
