import { translateQuery, type SqlType } from '#conversion';
import { sandbox, typeOf } from '../profile.ts';
import { findAll } from '#tsql';
import type {
  CreateFunction,
  CreateProcedure,
  CreateTrigger,
  CreateView,
  ObjectName,
  Parameter,
  Query,
  ToggleTrigger,
} from '#tsql';
import type { ColumnModel, ModuleModel, ObjectKind, ParameterModel } from '../../catalog/index.ts';
import { SqlError } from '../../session.ts';
import { checkModule } from '../batch-check.ts';
import { bindModule } from '../binding.ts';
import { moduleContext } from '../execute-as.ts';
import { namePartsOf } from '../names.ts';
import { reaching } from '../other-databases.ts';
import { namedObjects } from '../permissions.ts';
import { contextOf, type Run } from '../run.ts';
import { answersAlike, requireUnused } from '../stored-functions.ts';
import { SessionScope } from '../session-scope.ts';
import { prepare } from '../user-functions.ts';
import { checkFunction } from './function-checks.ts';
import { dotted } from './objects-of.ts';
import { settingsOf } from './settings.ts';
import { tableDefinition, type DefinitionSource } from './table-model.ts';

type CreateModule = CreateView | CreateProcedure | CreateFunction | CreateTrigger;

function parameterModel(scope: SessionScope, parameter: Parameter): ParameterModel {
  const alias = scope.snapshot.type(parameter.type.schema?.name, parameter.type.base);
  if (alias?.tableObjectId !== undefined && !parameter.readonly) {
    throw new SqlError(
      352,
      `The table-valued parameter "${parameter.name}" must be declared with the READONLY option.`,
      15,
    );
  }
  return {
    name: parameter.name,
    type: typeOf(parameter.type, scope),
    ...(alias !== undefined && alias.userTypeId > 255 ? { userTypeId: alias.userTypeId } : {}),
    ...(parameter.output ? { output: true } : {}),
    ...(parameter.default ? { hasDefault: true } : {}),
    ...(parameter.readonly ? { readonly: true } : {}),
  };
}

/** Error 1033: what is selected from is not sorted, except to say which rows it has. */
function checkOrder({ orderBy, offset, for: document, body }: Query): void {
  const limited = offset !== undefined || document !== undefined || (body.kind === 'selectSpec' && body.top);
  if (orderBy.length === 0 || limited) return;
  const message =
    'The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table expressions, unless TOP, OFFSET or FOR XML is also specified.';
  throw new SqlError(1033, message, 15);
}

/** The result columns of a view, found by translating its query; names given in the header win. */
function viewColumns(scope: SessionScope, statement: CreateView): ColumnModel[] {
  const own = new SessionScope(scope.snapshot, scope.alone, statement.name.schema?.name ?? 'dbo');
  checkOrder(statement.query);
  const query = translateQuery(statement.query, { profile: sandbox, scope: own });
  const given = statement.columns.length;
  const view = statement.name.name.name;
  if (given !== 0 && given !== query.columns.length) {
    const [number, word] = query.columns.length > given ? ([8158, 'more'] as const) : ([8159, 'fewer'] as const);
    throw new SqlError(number, `'${view}' has ${word} columns than were specified in the column list.`);
  }
  const seen = new Set<string>();
  return query.columns.map((column, index) => {
    const name = statement.columns[index]?.name ?? column.name;
    if (name !== '' && seen.has(scope.snapshot.fold(name)))
      throw new SqlError(
        4506,
        `Column names in each view or function must be unique. Column name '${name}' in view or function '${view}' is specified more than once.`,
      );
    seen.add(scope.snapshot.fold(name));
    if (name === '') {
      throw new SqlError(
        4511,
        `Create View or Function failed because no column name was specified for column ${index + 1}.`,
      );
    }
    return { name, type: column.type, nullable: column.nullable };
  });
}

function functionKind(statement: CreateFunction): 'FN' | 'IF' | 'TF' {
  if (statement.returns.kind === 'returnsScalar') return 'FN';
  return statement.returns.kind === 'returnsQuery' ? 'IF' : 'TF';
}

function functionParts(scope: SessionScope, source: DefinitionSource, statement: CreateFunction): Partial<ModuleModel> {
  const { returns } = statement;
  if (returns.kind === 'returnsScalar') return { returns: { name: '', type: typeOf(returns.type, scope) } };
  if (returns.kind === 'returnsTable')
    return { columns: tableDefinition(source, statement.name.name.name, returns.elements).columns };
  if (returns.query === undefined) return {};
  checkOrder(returns.query);
  const variables = new Map(statement.parameters.map((p) => [p.name.toLowerCase(), typeOf(p.type, scope)]));
  const inner = new SessionScope(
    scope.snapshot,
    { variable: (name): SqlType | undefined => variables.get(name.toLowerCase()), table: () => undefined },
    statement.name.schema?.name ?? 'dbo',
  );
  const query = translateQuery(returns.query, { profile: sandbox, scope: inner });
  return {
    columns: query.columns.map((column) => ({ name: column.name, type: column.type, nullable: column.nullable })),
  };
}

/** Functions of the system that tell who runs them, or what they may do and see. */
const TELLS_WHO =
  /^(?:user|user_name|user_id|suser_\w+|current_user|session_user|system_user|original_login|is_member|is_rolemember|is_srvrolemember|has_perms_by_name|has_dbaccess|permissions|object_\w+|schema_\w+|col_\w+|type_\w+|db_\w+|database_principal_id|loginproperty)$/i;

/** Of a function WITH EXECUTE AS: that no answer of it hangs on who runs it, for here it is compiled, and has no context of its own. */
function requireNoIdentity(scope: SessionScope, statement: CreateFunction): void {
  const calls = findAll(statement, 'call').map((call) => call.name);
  const asks = calls.some((name) => name.schema !== undefined || TELLS_WHO.test(name.name.name));
  const reads = namedObjects(statement).some((one) => scope.object([one.schema ?? null, one.name])?.kind !== 'U');
  if (!asks && !reads) return;
  throw new SqlError(
    40515,
    'WITH EXECUTE AS of a function that calls modules, reads views or asks who runs it is not supported in this version of SQL Server.',
  );
}

async function moduleModel(run: Run, statement: CreateModule): Promise<ModuleModel> {
  const { scope } = await contextOf(run);
  const { options } = run.session;
  const isStepwise = statement.kind === 'createProcedure' || statement.kind === 'createTrigger';
  if (!options.ansiNulls && !isStepwise)
    throw new SqlError(
      40515,
      'A view or function made with SET ANSI_NULLS OFF is not supported in this version of SQL Server.',
    );
  const settings = settingsOf(statement.options);
  const base = {
    schema: statement.name.schema?.name ?? run.session.defaultSchema,
    name: statement.name.name.name,
    definition: run.text.slice(statement.source.start, statement.source.end),
    ansiNulls: options.ansiNulls,
    quotedIdentifier: options.quotedIdentifier,
    schemaBound: statement.options.some((option) => option.name === 'SCHEMABINDING'),
    encrypted: statement.options.some((option) => option.name === 'ENCRYPTION'),
    ...(settings && { settings }),
    references: namedObjects(statement),
  };
  const source = { scope, ansiNullDefault: true };
  const executeAs = moduleContext(statement.options);
  if (executeAs !== undefined && statement.kind === 'createFunction') requireNoIdentity(scope, statement);
  switch (statement.kind) {
    case 'createView':
      return { ...base, kind: 'V', checkOption: statement.checkOption, columns: viewColumns(scope, statement) };
    case 'createProcedure':
      return {
        ...base,
        ...(executeAs && { executeAs }),
        kind: 'P',
        parameters: statement.parameters.map((p) => parameterModel(scope, p)),
      };
    case 'createFunction':
      return {
        ...base,
        ...(executeAs && { executeAs }),
        kind: functionKind(statement),
        ...(answersAlike(scope, statement) ? { settings: { ...settings, DETERMINISTIC: 'ON' } } : {}),
        parameters: statement.parameters.map((p) => parameterModel(scope, p)),
        ...functionParts(scope, source, statement),
      };
    case 'createTrigger':
      return { ...base, ...(executeAs && { executeAs }), kind: 'TR', ...triggerParts(scope, statement) };
  }
}

const invalidTarget = (name: ObjectName): SqlError =>
  new SqlError(8197, `The object '${dotted(name)}' does not exist or is invalid for this operation.`, 16, 6);

function triggerParts(scope: SessionScope, statement: CreateTrigger): Partial<ModuleModel> {
  const events = statement.events.map((event) => event.toUpperCase());
  const insteadOf = statement.timing === 'insteadOf';
  if (statement.target === undefined) return { trigger: { insteadOf, events } };
  const parent = scope.object(namePartsOf(statement.target));
  if (parent === undefined || parent.system) {
    throw invalidTarget(statement.target);
  }
  if (parent.kind === 'V' && !insteadOf)
    throw new SqlError(
      340,
      `Cannot create the trigger "${statement.name.name.name}" on view "${dotted(statement.target)}". AFTER triggers cannot be created on views.`,
    );
  const taken =
    insteadOf && statement.mode === 'create'
      ? parent.triggers.find((one) => one.insteadOf && one.events.some((event) => events.includes(event)))
      : undefined;
  if (taken !== undefined) {
    const event = taken.events.find((one) => events.includes(one)) ?? '';
    throw new SqlError(
      2111,
      `Cannot create trigger '${statement.name.name.name}' on ${parent.kind === 'V' ? 'view' : 'table'} '${dotted(statement.target)}' because an INSTEAD OF ${event} trigger already exists on this object.`,
    );
  }
  const trigger = { parentId: parent.id, insteadOf, events, notForReplication: statement.notForReplication };
  return { trigger, schema: parent.schema };
}

/** CREATE, ALTER and CREATE OR ALTER of views, procedures, functions and triggers: their text goes to the catalog. */
export async function createModule(run: Run, statement: CreateModule): Promise<void> {
  if ('external' in statement && statement.external !== undefined) {
    throw new SqlError(40515, 'EXTERNAL NAME is not supported in this version of SQL Server.');
  }
  if (statement.name.name.name.startsWith('#')) {
    throw new SqlError(40515, 'Temporary procedures are not supported in this version of SQL Server.');
  }
  if (statement.kind === 'createTrigger' && statement.scope !== 'object') {
    const scope = statement.scope === 'database' ? 'DATABASE' : 'ALL SERVER';
    throw new SqlError(40515, `CREATE TRIGGER ON ${scope} is not supported in this version of SQL Server.`);
  }
  if (statement.kind !== 'createView') checkModule(statement, run.text);
  if (statement.kind === 'createFunction') checkFunction(statement);
  const model =
    statement.kind === 'createView'
      ? await reaching(run, statement.query, (inner) => moduleModel(inner, statement))
      : await moduleModel(run, statement);
  const { scope } = await contextOf(run);
  const existing = scope.snapshot.object(model.schema, model.name, model.schema);
  const modules: readonly ObjectKind[] = ['V', 'P', 'FN', 'IF', 'TF', 'TR'];
  const present =
    existing !== undefined && !existing.system && existing.schema.toLowerCase() === model.schema.toLowerCase();
  if (statement.mode === 'alter' && !present) {
    throw new SqlError(208, `Invalid object name '${dotted(statement.name)}'.`, 16, 6);
  }
  if (statement.mode !== 'create' && present && existing?.kind === 'FN') requireUnused(scope, existing, 'ALTER');
  if (statement.kind === 'createProcedure') await bindModule(run, statement, undefined);
  if (statement.kind === 'createTrigger') {
    await bindModule(run, statement, scope.snapshot.objectById(model.trigger?.parentId ?? 0));
  }
  await run.session.ddl(async (writer) => {
    if (statement.mode !== 'create' && present && existing !== undefined && modules.includes(existing.kind)) {
      await writer.alterModule(existing.id, model);
    } else await writer.createModule(model);
  });
  if (statement.kind === 'createFunction') await prepareFunction(run, model);
}

/** Compiles a function, so that checks and defaults find it. What it calls need not be there yet: then it is compiled when it is called. */
async function prepareFunction(run: Run, model: ModuleModel): Promise<void> {
  const { scope } = await contextOf(run);
  const object = scope.snapshot.object(model.schema, model.name, model.schema);
  if (object === undefined || !prepare(scope, object)) return;
  await scope.functions.ready();
}

/** ENABLE and DISABLE TRIGGER of a table. */
export async function toggleTableTriggers(
  run: Run,
  table: ObjectName,
  names: readonly string[],
  enable: boolean,
): Promise<void> {
  const { scope } = await contextOf(run);
  const object = scope.object(namePartsOf(table));
  if (object === undefined)
    throw new SqlError(
      1088,
      `Cannot find the object "${dotted(table)}" because it does not exist or you do not have permissions.`,
      16,
      119,
    );
  const { fold } = scope.snapshot;
  for (const name of names) {
    if (!object.triggers.some((trigger) => fold(trigger.name) === fold(name))) {
      throw new SqlError(
        1088,
        `Cannot find the object "${name}" because it does not exist or you do not have permissions.`,
        16,
        119,
      );
    }
  }
  const wanted = names.map(fold);
  const chosen = object.triggers.filter((trigger) => names.length === 0 || wanted.includes(fold(trigger.name)));
  await run.session.ddl(async (writer) => {
    for (const trigger of chosen) await writer.setTriggerDisabled(trigger.objectId, !enable);
  });
}

/** ENABLE|DISABLE TRIGGER … ON table. */
export async function toggleTrigger(run: Run, statement: ToggleTrigger): Promise<void> {
  if (statement.target === undefined) {
    throw new SqlError(40515, 'DDL triggers are not supported in this version of SQL Server.');
  }
  await toggleTableTriggers(
    run,
    statement.target,
    statement.names.map((name) => name.name.name),
    statement.enable,
  );
}
