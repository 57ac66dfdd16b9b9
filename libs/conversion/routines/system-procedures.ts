import { type Execute, type ExecuteArgument, type Expression, type ObjectName, parseBatch } from '#tsql';
import { quoteIdent } from '#pgsql';
import { columnOf, newName, ownName, roleName, tableOf } from './definition-names.ts';
import { madeIndex } from './drops.ts';
import type { Emitter } from './emitter.ts';
import { membership } from './rights.ts';
import { variableOf } from './assign.ts';

type Procedure = (e: Emitter, node: Execute) => void;

/** What tends SQL Server's own plans and metadata: PostgreSQL does the like by itself. */
const OWN_MATTERS = /^sp_(recompile|refreshview|refreshsqlmodule|createstats|autostats|indexoption)$/;

const PROCEDURES: Readonly<Record<string, Procedure>> = {
  sp_rename: rename,
  sp_addrolemember: (e, node) => changeMember(e, node, true),
  sp_droprolemember: (e, node) => changeMember(e, node, false),
  sp_addrole: (e, node) => e.line(`CREATE ROLE ${roleName(e, constant(e, node, '@rolename', 0))};`),
  sp_updatestats: (e) => e.line('ANALYZE;'),
  sp_addextendedproperty: describe,
  sp_updateextendedproperty: describe,
  sp_dropextendedproperty: describe,
};

/** A procedure of the server that has a counterpart; undefined for any other. */
export function systemProcedure(e: Emitter, node: Execute): Procedure | undefined {
  if (node.procedure?.kind !== 'objectName') return undefined;
  const name = node.procedure.name.name.toLowerCase();
  const { schema } = node.procedure;
  if (schema && !/^(dbo|sys)$/i.test(schema.name)) return undefined;
  if (e.scope.routines.find('dbo', name)) return undefined;
  const found = Object.hasOwn(PROCEDURES, name) ? PROCEDURES[name] : undefined;
  const own: Procedure | undefined =
    found ?? (OWN_MATTERS.test(name) ? (): void => e.line(`-- ${name}: of SQL Server alone`) : undefined);
  if (!own) return undefined;
  return (): void => {
    e.facts.writes = true;
    own(e, node);
    if (node.result) e.line(`${variableOf(e, node.result).name} := 0;`);
  };
}

function argument(node: Execute, name: string, index: number): ExecuteArgument | undefined {
  const named = node.args.find((one) => one.name?.toLowerCase() === name);
  return named ?? (node.args[index]?.name === undefined ? node.args[index] : undefined);
}

const textOf = (node: Expression | undefined): string | undefined =>
  node?.kind === 'literal'
    ? node.value
    : node?.kind === 'column' && node.parts.length === 1
      ? node.parts[0]?.name
      : undefined;

function constant(e: Emitter, node: Execute, name: string, index: number): string {
  const found = textOf(argument(node, name, index)?.value);
  return found ?? e.fail(`The argument ${name} is only known when it runs.`, node.span, 'SL1049');
}

/** A name in a text, as in `'dbo.Orders.Note'`: its parts. */
function namesIn(e: Emitter, node: Execute, text: string): ObjectName {
  const [statement] = parseBatch(`DROP TABLE ${text}`).statements;
  const found = statement?.kind === 'dropObject' ? statement.names[0] : undefined;
  return found ? { ...found, span: node.span } : e.fail(`The name ${text} is not readable.`, node.span, 'SL1049');
}

function rename(e: Emitter, node: Execute): void {
  const from = namesIn(e, node, constant(e, node, '@objname', 0));
  const to = constant(e, node, '@newname', 1);
  const given = argument(node, '@objtype', 2);
  const what = given && textOf(given.value) !== undefined ? constant(e, node, '@objtype', 2).toUpperCase() : 'OBJECT';
  if (what === 'COLUMN' || what === 'INDEX') {
    const table: ObjectName = tableBefore(e, node, from);
    const relation = tableOf(e, table);
    if (what === 'COLUMN') {
      const own = e.options.naming.name('aliases', to, to.toLowerCase());
      const column = columnOf(e, relation, from.name);
      renaming(e, node, `ALTER TABLE ${relation.sql} RENAME COLUMN ${column} TO ${quoteIdent(own)}`);
      const columns = relation.columns.map((one) =>
        one.sql === column ? { ...one, name: to, sql: quoteIdent(own) } : one,
      );
      return e.scope.made(ownName(table).schema, table.name.name, { ...relation, columns });
    }
    const index = e.scope.parts.find(ownName(table), from.name.name);
    if (!index?.qualified) return e.fail(`The index ${from.name.name} is not known.`, node.span, 'SL1049');
    return e.line(`ALTER INDEX ${index.qualified} RENAME TO ${quoteIdent(madeIndex(e, relation.sql, to))};`);
  }
  if (what !== 'OBJECT') return e.fail(`sp_rename of ${what} is not converted.`, node.span, 'SL1049');
  renameTable(e, node, from, to);
}

/** `t.c` is a table with something of it. */
function tableBefore(e: Emitter, node: Execute, name: ObjectName): ObjectName {
  if (!name.schema) return e.fail('The name has no table before it.', node.span, 'SL1049');
  const { schema: _, database, ...rest } = name;
  return { ...rest, name: name.schema, ...(database ? { schema: database } : {}) };
}

/** What follows is planned under the new name. */
function renaming(e: Emitter, node: Execute, sql: string): void {
  e.pieces.push({ kind: 'ddl', sql, line: node.span.line });
  e.line(`${sql};`);
}

function renameTable(e: Emitter, node: Execute, from: ObjectName, to: string): void {
  const relation = e.scope.relation([from.schema?.name ?? 'dbo', from.name.name]);
  const { schema: _, ...bare } = from;
  const target: ObjectName = {
    ...bare,
    ...(from.schema ? { schema: from.schema } : {}),
    name: { ...from.name, name: to },
  };
  const sql = newName(e, target);
  const own = sql.slice(sql.lastIndexOf('."') + 1);
  const change = `ALTER TABLE ${relation?.sql ?? newName(e, from)} RENAME TO ${own}`;
  const isNew = e.scope.relation([ownName(target).schema, to]) === undefined;
  if (relation && isNew) renaming(e, node, change);
  else e.line(`${change};`);
  if (relation) e.scope.made(ownName(target).schema, to, { ...relation, name: to, sql });
}

function changeMember(e: Emitter, node: Execute, adds: boolean): void {
  const role = constant(e, node, '@rolename', 0);
  membership(e, { role, member: constant(e, node, '@membername', 1), adds, span: node.span });
}

/** The description of a table or of a column of it, which may be named by variables. */
function describe(e: Emitter, node: Execute): void {
  const name = constant(e, node, '@name', 0);
  if (!/^(MS_Description|Description)$/i.test(name))
    return e.fail(`The extended property ${name} has no counterpart.`, node.span, 'SL1049');
  const isDrop = node.procedure?.kind === 'objectName' && /drop/i.test(node.procedure.name.name);
  const from = isDrop ? 1 : 2;
  const level = (of: number): readonly [string, Expression | undefined] => [
    textOf(argument(node, `@level${of}type`, from + of * 2)?.value)?.toUpperCase() ?? '',
    argument(node, `@level${of}name`, from + of * 2 + 1)?.value,
  ];
  const [[zero, schema], [one, table], [two, column]] = [level(0), level(1), level(2)];
  const isPlain = /^(SCHEMA|USER)$/.test(zero) && /^(TABLE|VIEW)$/.test(one) && /^(COLUMN)?$/.test(two);
  if (!isPlain || !schema || !table)
    return e.fail('The extended property of this has no counterpart.', node.span, 'SL1049');
  const text = isDrop
    ? 'NULL'
    : `coalesce(${e.value(argument(node, '@value', 1)?.value ?? table, { name: 'nvarchar', length: -1 })}, '')`;
  const relation = `${nameSql(e, schema, (name) => e.options.schemaOf(name))}, ${relationName(e, schema, table)}`;
  const [kind, parts] =
    two === '' || !column ? [one, relation] : ['COLUMN', `${relation}, ${columnName(e, schema, { table, column })}`];
  const places = kind === 'COLUMN' ? '%I.%I.%I' : '%I.%I';
  e.laid(
    `EXECUTE format('COMMENT ON ${kind} ${places} IS ${isDrop ? 'NULL' : '%L'}', ${parts}${isDrop ? '' : `, ${text}`});`,
  );
}

/** A name as a value: a constant in the target's spelling, another in lower case. */
function nameSql(e: Emitter, node: Expression, spell: (name: string) => string): string {
  const known = textOf(node);
  return known === undefined
    ? `lower(${e.value(node, { name: 'nvarchar', length: 128 })})`
    : `'${spell(known).replaceAll("'", "''")}'`;
}

const spelled = (e: Emitter, name: string): string => e.options.naming.name('aliases', name, name.toLowerCase());
const bare = (sql: string): string => sql.slice(sql.lastIndexOf('."') + 2, -1).replaceAll('""', '"');

function relationName(e: Emitter, schema: Expression, table: Expression): string {
  return nameSql(e, table, (name) => {
    const sql = e.scope.relation([textOf(schema) ?? 'dbo', name])?.sql;
    return sql?.includes('."') ? bare(sql) : spelled(e, name);
  });
}

function columnName(
  e: Emitter,
  schema: Expression,
  { table, column }: { readonly table: Expression; readonly column: Expression },
): string {
  return nameSql(e, column, (name) => {
    const relation = e.scope.relation([textOf(schema) ?? 'dbo', textOf(table) ?? '']);
    const found = relation?.columns.find((one) => one.name.toLowerCase() === name.toLowerCase());
    return found ? found.sql.slice(1, -1).replaceAll('""', '"') : spelled(e, name);
  });
}
