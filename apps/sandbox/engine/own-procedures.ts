import type {
  CatalogObject,
  ProcedureArgument,
  ProcedureContext,
  PropertyTarget,
  SystemProcedure,
} from '../catalog/index.ts';
import { quoteName } from '#tsql';
import { SqlError } from '../session.ts';
import { partsOf } from './session-scope.ts';
import type { UserMessages } from './user-messages.ts';

/** An argument by its name, or by its place where it was given without one. */
function argument(args: readonly ProcedureArgument[], name: string, at: number): ProcedureArgument | undefined {
  return args.find((each) => each.name.toLowerCase() === name) ?? (args[at]?.name === '' ? args[at] : undefined);
}

function text(args: readonly ProcedureArgument[], name: string, at: number): string | undefined {
  const value = argument(args, name, at)?.value;
  return value === null || value === undefined ? undefined : String(value);
}

function noRename(name: string): SqlError {
  return new SqlError(
    15_225,
    `No item by the name of '${name}' could be found in the current database, given that @itemtype was input as '(null)'.`,
    11,
  );
}

/** sp_rename of objects, columns and indexes: names only, nothing physical. */
const rename: SystemProcedure = async (context, args) => {
  const old = text(args, '@objname', 0) ?? '';
  const name = text(args, '@newname', 1) ?? '';
  const type = (text(args, '@objtype', 2) ?? '').toUpperCase();
  const parts = partsOf(old);
  const { snapshot } = context;
  const last = parts.at(-1) ?? '';
  if (type === 'COLUMN' || type === 'INDEX') {
    const table = snapshot.object(parts.at(-3), parts.at(-2) ?? '', 'dbo');
    if (table === undefined) throw noRename(old);
    if (type === 'COLUMN') {
      const column = snapshot.column(table, last);
      if (column === undefined) throw noRename(old);
      if (await isCaptured(context, table.id, column.id)) {
        throw new SqlError(4928, `Cannot alter column '${column.name}' because it is 'REPLICATED'.`);
      }
      await context.ddl((writer) => writer.renameColumn(table.id, column.id, name));
    } else {
      const index = table.indexes.find((each) => snapshot.fold(each.name) === snapshot.fold(last));
      if (index === undefined) throw noRename(old);
      await context.ddl((writer) => writer.renameIndex(table.id, index.id, name));
    }
  } else if (type === '' || type === 'OBJECT') {
    const object = snapshot.object(parts.at(-2), last, 'dbo');
    if (object === undefined || object.system) throw noRename(old);
    await context.ddl((writer) => writer.renameObject(object.id, name));
  } else throw new SqlError(40515, `sp_rename of '${type}' is not supported in this version of SQL Server.`);
  context.out.info(
    new SqlError(15_477, 'Caution: Changing any part of an object name could break scripts and stored procedures.', 0),
  );
  return { status: 0 };
};

/** A column that a capture instance has keeps its name. */
async function isCaptured(context: ProcedureContext, tableId: number, columnId: number): Promise<boolean> {
  const { rows } = await context.pg.query(
    'SELECT 1 FROM meta.cdc_instances i JOIN meta.cdc_captured c USING (object_id) WHERE i.source_object_id = $1 AND c.column_id = $2',
    [tableId, columnId],
  );
  return rows.length > 0;
}

function missing(name: string): SqlError {
  return new SqlError(
    15_135,
    `Object is invalid. Extended properties are not permitted on '${name}', or the object does not exist.`,
  );
}

function minorOf(object: CatalogObject, context: ProcedureContext, type: string, name: string): PropertyTarget {
  const { fold } = context.snapshot;
  if (type === 'COLUMN') {
    const column = context.snapshot.column(object, name);
    if (column === undefined) throw missing(name);
    return { class: 1, majorId: object.id, minorId: column.id };
  }
  if (type === 'INDEX') {
    const index = object.indexes.find((each) => fold(each.name) === fold(name));
    if (index === undefined) throw missing(name);
    return { class: 7, majorId: object.id, minorId: index.id };
  }
  if (type === 'CONSTRAINT' || type === 'TRIGGER') {
    const found = context.snapshot.object(object.schema, name, object.schema);
    if (found === undefined) throw missing(name);
    return { class: 1, majorId: found.id, minorId: 0 };
  }
  if (type === 'PARAMETER') {
    const parameter = object.parameters.find((each) => fold(each.name) === fold(name));
    if (parameter === undefined) throw missing(name);
    return { class: 2, majorId: object.id, minorId: parameter.id };
  }
  throw new SqlError(40515, `Extended properties of a ${type} are not supported in this version of SQL Server.`);
}

function propertyTarget(context: ProcedureContext, args: readonly ProcedureArgument[], from: number): PropertyTarget {
  const level = (n: number): { type: string; name: string } => ({
    type: (text(args, `@level${n}type`, from + n * 2) ?? '').toUpperCase(),
    name: text(args, `@level${n}name`, from + n * 2 + 1) ?? '',
  });
  const [zero, one, two] = [level(0), level(1), level(2)];
  if (zero.type === '') return { class: 0, majorId: 0, minorId: 0 };
  if (zero.type !== 'SCHEMA' && zero.type !== 'USER')
    throw new SqlError(40515, `Extended properties of a ${zero.type} are not supported in this version of SQL Server.`);
  const schema = context.snapshot.schema(zero.name);
  if (schema === undefined) throw missing(zero.name);
  if (one.type === '') return { class: 3, majorId: schema.id, minorId: 0 };
  if (one.type === 'TYPE') {
    const type = context.snapshot.type(zero.name, one.name);
    if (type === undefined) throw missing(`${zero.name}.${one.name}`);
    return { class: 6, majorId: type.userTypeId, minorId: 0 };
  }
  const object = context.snapshot.object(zero.name, one.name, zero.name);
  if (object === undefined) throw missing(`${zero.name}.${one.name}`);
  return two.type === '' ? { class: 1, majorId: object.id, minorId: 0 } : minorOf(object, context, two.type, two.name);
}

/** The value of a property as text, which is how the catalog keeps it. */
function propertyText(value: ProcedureArgument | undefined): string | null {
  const given = value?.value ?? null;
  if (given === null || typeof given !== 'object') return given === null ? null : String(given);
  if (Buffer.isBuffer(given)) return `0x${given.toString('hex').toUpperCase()}`;
  return 'base' in given && given.value !== null ? String(given.value) : null;
}

function property(mode: 'add' | 'update' | 'drop'): SystemProcedure {
  const from = mode === 'drop' ? 1 : 2;
  return async (context, args) => {
    const name = text(args, '@name', 0) ?? '';
    const value = mode === 'drop' ? null : propertyText(argument(args, '@value', 1));
    await context.ddl((writer) => writer.setExtendedProperty(propertyTarget(context, args, from), name, value, mode));
    return { status: 0 };
  };
}

/** sp_addtype: an alias type, by the older way. */
const addType: SystemProcedure = async (context, args) => {
  const name = text(args, '@typename', 0) ?? '';
  const physical = text(args, '@phystype', 1) ?? '';
  const nullable = (text(args, '@nulltype', 2) ?? 'NULL').toUpperCase().replace('NONULL', 'NOT NULL');
  if (!/^[\w\s(),]+$/.test(physical) || !/^(NOT )?NULL$/.test(nullable)) {
    throw new SqlError(15_036, `The data type '${physical}' does not exist or you do not have permission.`);
  }
  await context.batch(`CREATE TYPE dbo.${quoteName(name)} FROM ${physical} ${nullable}`);
  return { status: 0 };
};

/** sp_addrolemember and sp_droprolemember: ALTER ROLE by its older name. */
function roleMember(verb: 'ADD' | 'DROP'): SystemProcedure {
  return async (context, args) => {
    const role = text(args, '@rolename', 0) ?? '';
    const member = text(args, '@membername', 1) ?? '';
    await context.batch(`ALTER ROLE ${quoteName(role)} ${verb} MEMBER ${quoteName(member)}`);
    return { status: 0 };
  };
}

const invalidOption = (procedure: string): SqlError =>
  new SqlError(15_600, `An invalid parameter or option was specified for procedure '${procedure}'.`, 15);

/** sp_settriggerorder: at most one first and one last trigger for each event of a table. */
const setTriggerOrder: SystemProcedure = async (context, args) => {
  const name = text(args, '@triggername', 0) ?? '';
  const order = (text(args, '@order', 1) ?? '').toUpperCase();
  const event = (text(args, '@stmttype', 2) ?? '').toUpperCase();
  if (!/^(FIRST|LAST|NONE)$/.test(order) || !/^(INSERT|UPDATE|DELETE)$/.test(event))
    throw invalidOption('sys.sp_settriggerorder');
  const { snapshot } = context;
  const parts = partsOf(name);
  const object = snapshot.object(parts.at(-2), parts.at(-1) ?? '', 'dbo');
  const all = [...snapshot.objects()].flatMap((one) => one.triggers);
  const trigger = all.find((one) => one.objectId === object?.id);
  if (trigger === undefined)
    throw new SqlError(15_165, `Could not find object '${name}' or you do not have permission.`);
  if (!trigger.events.includes(event)) throw new SqlError(15_125, `Trigger '${name}' is not a trigger for '${event}'.`);
  if (trigger.insteadOf) throw new SqlError(15_133, `INSTEAD OF trigger '${name}' cannot be associated with an order.`);
  const mark = `${event} ${order}`;
  const other = all.some((one) => one.parentId === trigger.parentId && one !== trigger && one.events.includes(mark));
  if (order !== 'NONE' && other)
    throw new SqlError(15_130, `There already exists a '${order}' trigger for '${event}'.`);
  const events = trigger.events.filter((one) => one !== `${event} FIRST` && one !== `${event} LAST`);
  await context.ddl((writer) =>
    writer.setTriggerEvents(trigger.objectId, order === 'NONE' ? events : [...events, mark]),
  );
  return { status: 0 };
};

const OWN: Readonly<Record<string, SystemProcedure>> = {
  sp_addrolemember: roleMember('ADD'),
  sp_droprolemember: roleMember('DROP'),
  sp_rename: rename,
  sp_settriggerorder: setTriggerOrder,
  sp_addtype: addType,
  sp_addextendedproperty: property('add'),
  sp_updateextendedproperty: property('update'),
  sp_dropextendedproperty: property('drop'),
};

/** The names of the engine's system procedures. */
export const OWN_PROCEDURES: readonly string[] = Object.keys(OWN);

/** sp_addmessage and sp_dropmessage. */
function addMessage(messages: UserMessages): SystemProcedure {
  return async (_, args) => {
    const replace = (text(args, '@replace', 5) ?? '').toUpperCase() === 'REPLACE';
    await messages.add(Number(text(args, '@msgnum', 0)), text(args, '@msgtext', 2) ?? '', replace);
    return { status: 0 };
  };
}

function dropMessage(messages: UserMessages): SystemProcedure {
  return async (_, args) => {
    await messages.drop(Number(text(args, '@msgnum', 0)));
    return { status: 0 };
  };
}

/** The system procedures that are the engine's: those that change definitions. */
export function ownProcedure(name: string, messages: UserMessages): SystemProcedure | undefined {
  if (name === 'sp_addmessage') return addMessage(messages);
  if (name === 'sp_dropmessage') return dropMessage(messages);
  return Object.hasOwn(OWN, name) ? OWN[name] : undefined;
}
