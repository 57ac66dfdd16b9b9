import type { Execute, Expression } from '#tsql';
import { parseScript } from '#tsql';
import { createAliasType } from './create.ts';
import type { DraftColumn, DraftObject, DraftTable, DraftType } from './draft.ts';
import { evaluate, type Value } from './evaluate.ts';
import { propertyTarget, setProperty } from './properties.ts';
import { addMember } from './rights.ts';
import { report, type Site } from './session.ts';
import { partsOf, type Variables } from './values.ts';

/** The arguments of a call as far as they are known; names are lower-case and have no sign. */
interface Call {
  readonly node: Execute;
  /** By name, else by position; undefined = not given, and UNKNOWN = given but not known. */
  text(name: string, position: number): string | undefined;
}

/** Procedures that change the schema, by name. True: it could be done; false: what it names is not there (yet). */
const PROCEDURES: Readonly<Record<string, (site: Site, call: Call) => boolean>> = {
  sp_rename: rename,
  sp_addextendedproperty: (site, call) => extendedProperty(site, call, 'add'),
  sp_updateextendedproperty: (site, call) => extendedProperty(site, call, 'add'),
  sp_dropextendedproperty: (site, call) => extendedProperty(site, call, 'drop'),
  sp_bindefault: (site, call) => bind(site, call, 'default'),
  sp_bindrule: (site, call) => bind(site, call, 'rule'),
  sp_unbindefault: (site, call) => unbind(site, call, 'default'),
  sp_unbindrule: (site, call) => unbind(site, call, 'rule'),
  sp_addtype: addType,
  sp_droptype: (site, call) => {
    site.database.types.delete('dbo', call.text('typename', 0) ?? '');
    return true;
  },
  sp_addrolemember: (site, call) => member(site, call.text('rolename', 0), call.text('membername', 1)),
  sp_addrole: (site, call) => user(site, call.text('rolename', 0), 'role'),
  sp_grantdbaccess: (site, call) => user(site, call.text('name_in_db', 1) ?? call.text('loginame', 0), 'user'),
  sp_adduser: (site, call) => user(site, call.text('name_in_db', 1) ?? call.text('loginame', 0), 'user'),
  sp_changeobjectowner: () => true,
  sp_addlinkedserver: linkedServer,
};

/** Procedures that say nothing of the schema: settings, statistics, order of triggers, help. */
const SILENT =
  /^sp_(settriggerorder|tableoption|indexoption|configure|dboption|dbcmptlevel|fulltext_\w+|help\w*|who2?|recompile|refresh(view|sqlmodule)|updatestats|createstats|autostats|msforeachtable|msforeachdb|set_session_context|executesql|spaceused|depends|lock|procoption|serveroption|addlinkedsrvlogin|addlogin|defaultdb|grantlogin|addsrvrolemember|addmessage|dropmessage|droprolemember|dropuser|revokedbaccess|cdc_\w+|add_\w+|update_\w+|delete_\w+|changedbowner|db_vardecimal_storage_format|dbfixedrolepermission|validname|getapplock|releaseapplock|invoke\w*|filestream_configure|estimate\w*|detach_db|attach_db\w*|renamedb|droplogin|dropserver|dropsrvrolemember|addapprole|approlepassword|setapprole|resetstatus|trace_\w+|oa\w+)$/i;

/**
 * EXEC of a procedure. `done`: its effect is in the draft; `waits`: it names what is not there (yet); `silent`: it has none on the schema; `unknown`: it is none of the
 * server's own.
 */
export function callProcedure(
  site: Site,
  execute: Execute,
  variables: Variables,
): 'done' | 'waits' | 'silent' | 'unknown' {
  if (execute.procedure?.kind !== 'objectName') return 'unknown';
  const name = execute.procedure.name.name.toLowerCase();
  const procedure = PROCEDURES[name];
  if (procedure) return procedure(site, callOf(site, execute, variables)) ? 'done' : 'waits';
  return SILENT.test(name) || name.startsWith('xp_') ? 'silent' : 'unknown';
}

function callOf(site: Site, execute: Execute, variables: Variables): Call {
  const valueOf = (expression: Expression): Value =>
    expression.kind === 'column'
      ? expression.parts.map((part) => part?.name ?? '').join('.')
      : evaluate(expression, { site, variables, row: null });
  return {
    node: execute,
    text(name, position) {
      const found =
        execute.args.find((one) => one.name?.toLowerCase() === `@${name}`) ??
        (execute.args[position]?.name === undefined ? execute.args[position] : undefined);
      if (!found || found.value.kind === 'default') return undefined;
      const value = valueOf(found.value);
      return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
    },
  };
}

function tableOf(object: DraftObject | undefined): DraftTable | undefined {
  return object?.kind === 'table' ? object : undefined;
}

/** sp_rename 'schema.table.column', 'new', 'COLUMN'. */
function rename(site: Site, call: Call): boolean {
  const { database } = site;
  const parts = partsOf(call.text('objname', 0) ?? '');
  const to = call.text('newname', 1);
  const kind = (call.text('objtype', 2) ?? '').toUpperCase();
  if (to === undefined || parts.length === 0) return false;
  const [own = '', second, third] = parts.toReversed();
  if (kind === 'USERDATATYPE') {
    const type = database.types.get(second ?? 'dbo', own);
    if (!type) return false;
    database.types.delete(type.schema, type.name);
    type.name = to;
    database.types.set(type.schema, to, type);
    return true;
  }
  if (kind === 'DATABASE') return true;
  if (kind === 'COLUMN' || kind === 'INDEX' || (kind === '' && parts.length === 3)) {
    const table = tableOf(database.objects.get(third ?? 'dbo', second ?? ''));
    const column = table && kind !== 'INDEX' ? database.column(table, own) : undefined;
    const index = table && kind !== 'COLUMN' ? database.index(table, own) : undefined;
    if (column) column.name = to;
    else if (table && index) {
      database.removeIndex(table, index);
      index.name = to;
      database.addIndex(table, index);
    }
    return column !== undefined || index !== undefined;
  }
  const object = database.objects.get(second ?? 'dbo', own);
  if (object) {
    database.rename(object, object.schema, to);
    return true;
  }
  const constraint = database.constraints.get(second ?? 'dbo', own);
  if (!constraint) return false;
  database.forget(constraint);
  constraint.of.name = to;
  database.know(constraint);
  return true;
}

const LEVELS = ['level0', 'level1', 'level2'] as const;

function extendedProperty(site: Site, call: Call, change: 'add' | 'drop'): boolean {
  const first = change === 'add' ? 2 : 1;
  const name = call.text('name', 0) ?? '';
  const levels = LEVELS.flatMap((level, at) => {
    const type = call.text(`${level}type`, first + at * 2);
    const value = call.text(`${level}name`, first + at * 2 + 1);
    return type === undefined || value === undefined ? [] : [{ type: type.toUpperCase(), name: value }];
  });
  const target = propertyTarget(site.database, levels);
  if (!target) return false;
  setProperty(site.database, target, name, change === 'drop' ? undefined : (call.text('value', 1) ?? ''));
  return true;
}

/** sp_bindefault and sp_bindrule: on a column `table.column`, or on an alias type. */
function bind(site: Site, call: Call, what: 'default' | 'rule'): boolean {
  const { database } = site;
  const [own = '', schema = 'dbo'] = partsOf(
    call.text(what === 'default' ? 'defname' : 'rulename', 0) ?? '',
  ).toReversed();
  const bindable = database.objects.get(schema, own);
  if (bindable?.kind !== what) return false;
  const target = boundTo(site, call.text('objname', 1) ?? '');
  if (!target) return false;
  const name = { schema: bindable.schema, name: bindable.name };
  if ('of' in target) target[what] = name;
  else if (what === 'rule') target.rule = name;
  else
    target.default = {
      id: bindable.id,
      name: bindable.name,
      definition: bindable.definition,
      systemNamed: false,
      bound: true,
    };
  return true;
}

function unbind(site: Site, call: Call, what: 'default' | 'rule'): boolean {
  const target = boundTo(site, call.text('objname', 0) ?? '');
  if (!target) return false;
  delete target[what];
  return true;
}

function boundTo(site: Site, written: string): DraftColumn | DraftType | undefined {
  const { database } = site;
  const parts = partsOf(written);
  const [own = '', second, third] = parts.toReversed();
  const table = second === undefined ? undefined : tableOf(database.objects.get(third ?? 'dbo', second));
  return (table ? database.column(table, own) : undefined) ?? database.types.get(second ?? 'dbo', own);
}

/** sp_addtype is CREATE TYPE dbo.name FROM type. */
function addType(site: Site, call: Call): boolean {
  const name = call.text('typename', 0);
  const type = call.text('phystype', 1);
  if (name === undefined || type === undefined) return true;
  const nulls = /^not null$/i.test(call.text('nulltype', 2) ?? '') ? ' NOT NULL' : ' NULL';
  const [batch] = parseScript(`CREATE TYPE dbo.[${name.replaceAll(']', ']]')}] FROM ${type}${nulls}`).batches;
  const [statement] = batch?.statements ?? [];
  if (statement?.kind === 'createAliasType')
    createAliasType({ ...site, source: site.source.within(batch?.text ?? '', call.node.span) }, statement);
  else report(site, 'SL1080', `dbo.${name}`, `sp_addtype of ${type} is not understood.`, call.node);
  return true;
}

function member(site: Site, role: string | undefined, name: string | undefined): boolean {
  if (role !== undefined && name !== undefined) addMember(site, role, name);
  return true;
}

function user(site: Site, name: string | undefined, kind: 'user' | 'role'): boolean {
  const { database } = site;
  if (name === undefined || database.principals.has(database.fold(name)) || database.fold(name) === 'dbo') return true;
  database.principals.set(database.fold(name), { name, kind, memberOf: new Set() });
  return true;
}

function linkedServer(site: Site, call: Call): boolean {
  const name = call.text('server', 0) ?? '';
  const detail = [call.text('provider', 2), call.text('datasrc', 3)].filter((part) => part !== undefined).join(' ');
  site.database.facilities.set(`server ${name}`, {
    kind: 'linked-server',
    name,
    ...(detail === '' ? {} : { detail }),
  });
  return true;
}
