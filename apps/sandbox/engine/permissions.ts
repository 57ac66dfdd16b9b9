import { walk, type Node, type ObjectName, type Statement } from '#tsql';
import { CDC_ENUMERATION, type CatalogObject, type CatalogSnapshot, type Reference } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { namePartsOf } from './names.ts';
import { databaseOf } from './other-databases.ts';
import { parsedBatch } from './parsing.ts';
import { contextOf, type Run } from './run.ts';
import type { SessionScope } from './session-scope.ts';
import { systemViewRight } from './system-view-rights.ts';

/** A right on the database (0), on a schema (3) or on an object (1) of the current database. */
export interface Right {
  readonly permission: string;
  readonly class: 0 | 1 | 3;
  readonly majorId: number;
}

const known = new WeakMap<CatalogSnapshot, Map<string, Promise<boolean>>>();

/** Whether the session's principal has a right. dbo and sysadmin have all; answers are kept as long as the catalog stays the same. */
export async function hasRight(run: Run, right: Right): Promise<boolean> {
  const { session } = run;
  if (session.unrestricted) return true;
  const snapshot = await session.snapshot();
  const answers = known.get(snapshot) ?? new Map<string, Promise<boolean>>();
  known.set(snapshot, answers);
  const key = `${session.identity.key}\u0000${right.class} ${right.majorId} ${right.permission}`;
  const answer = answers.get(key) ?? ask(run, right);
  answers.set(key, answer);
  answer.catch(() => answers.delete(key));
  return answer;
}

async function ask(run: Run, right: Right): Promise<boolean> {
  const result = await run.session.query(
    'SELECT meta.has_permission(meta.current_principal(), $1, $2, $3)',
    [String(right.class), String(right.majorId), right.permission],
    { writes: false },
  );
  return result.rows[0]?.[0] === 't';
}

/** Whether the session's login has a right on the server. */
export async function hasServerRight(run: Run, permission: string): Promise<boolean> {
  if (run.session.unrestricted) return true;
  if (run.session.identity.isUser) return false;
  const result = await run.session.query('SELECT meta.has_server_permission(meta.current_login(), $1)', [permission], {
    writes: false,
  });
  return result.rows[0]?.[0] === 't';
}

/** Throws 229 unless the principal may do this to the object. */
export async function requireObjectRight(run: Run, object: CatalogObject, permission: string): Promise<void> {
  if (await hasRight(run, { permission, class: 1, majorId: object.id })) return;
  throw denied(run, permission, object.name, object.schema);
}

function denied(run: Run, permission: string, object: string, schema: string): SqlError {
  return new SqlError(
    229,
    `The ${permission} permission was denied on the object '${object}', database '${run.session.database}', schema '${schema}'.`,
    14,
    5,
    1,
    run.frame.procedure,
  );
}

interface Use {
  readonly permission: string;
  readonly name: ObjectName;
}

/** What a statement does to named objects. Names of common table expressions are none. */
function usesOf(root: Statement | Node): Use[] {
  const ctes = new Set<string>();
  const aliases = new Map<string, ObjectName>();
  const uses: Use[] = [];
  const targets = new Set<Node>();
  walk(root, (node) => {
    if (node.kind === 'cte') ctes.add(node.name.name.toLowerCase());
    if (node.kind === 'table' && node.alias !== undefined) aliases.set(node.alias.name.toLowerCase(), node.name);
    if ('target' in node && /^(insert|update|delete|merge)$/.test(node.kind)) targets.add(node.target as Node);
  });
  const single = (name: ObjectName): string | undefined =>
    name.schema === undefined && name.database === undefined ? name.name.name.toLowerCase() : undefined;
  const add = (permission: string, name: ObjectName): void => {
    const key = single(name);
    if (key === undefined || !ctes.has(key)) uses.push({ permission, name });
  };
  walk(root, (node) => {
    if (node.kind === 'table' && !targets.has(node)) add('SELECT', node.name);
    else if (node.kind === 'execute' && node.procedure?.kind === 'objectName') add('NAMED', node.procedure);
    else if (node.kind === 'call') add(node.parens ? 'CALL' : 'SELECT', node.name);
    else for (const use of changesOf(node)) add(use.permission, aliases.get(single(use.name) ?? '') ?? use.name);
  });
  return uses;
}

const readsColumns = (parts: readonly (Node | undefined)[]): boolean => {
  let found = false;
  const look = (node: Node): 'stop' | undefined => {
    found ||= node.kind === 'column';
    return found ? 'stop' : undefined;
  };
  for (const part of parts) if (part) walk(part, look);
  return found;
};

/** The rights that a change needs on its target: reading it too where it looks at its columns. */
function changesOf(node: Node): Use[] {
  if (!('target' in node) || !/^(insert|update|delete|merge)$/.test(node.kind)) return [];
  const target = node.target as Node;
  if (target.kind !== 'table') return [];
  const of = (...permissions: string[]): Use[] => permissions.map((permission) => ({ permission, name: target.name }));
  switch (node.kind) {
    case 'insert':
      return of('INSERT', ...(node.output.length > 0 ? ['SELECT'] : []));
    case 'delete':
      return of('DELETE', ...(node.output.length > 0 || readsColumns([node.where]) ? ['SELECT'] : []));
    case 'update': {
      const values = node.set.flatMap((clause) => ('value' in clause ? [clause.value as Node] : []));
      return of('UPDATE', ...(node.output.length > 0 || readsColumns([node.where, ...values]) ? ['SELECT'] : []));
    }
    case 'merge': {
      const verbs = new Set(node.whens.map((when) => when.action.kind));
      const rights = [...verbs].map((kind) =>
        /delete/i.test(kind) ? 'DELETE' : /update/i.test(kind) ? 'UPDATE' : 'INSERT',
      );
      return of('SELECT', ...rights);
    }
    default:
      return [];
  }
}

/** The objects that a module's text names, for sys.sql_expression_dependencies: once each, in the order of the text. */
export function namedObjects(statement: Statement): Reference[] {
  const names = usesOf(statement).flatMap((use): Reference[] => {
    const schema = use.name.schema?.name;
    const database = use.name.database?.name;
    const name = use.name.name.name;
    const isNone = name.startsWith('#') || name.startsWith('@') || /^sys$/i.test(schema ?? '');
    if (isNone || (use.permission === 'CALL' && schema === undefined)) return [];
    const byCaller = use.permission === 'NAMED' && schema === undefined && database === undefined;
    const place = { ...(database === undefined ? {} : { database }), ...(schema === undefined ? {} : { schema }) };
    return [{ ...place, name, byCaller }];
  });
  const distinct = new Map(
    names.map((name) => [`${name.database ?? ''}.${name.schema ?? ''}.${name.name}`.toLowerCase(), name]),
  );
  return [...distinct.values()];
}

const kept = new WeakMap<object, Use[]>();

function keptUses(root: Statement | Node): Use[] {
  const uses = kept.get(root) ?? usesOf(root);
  kept.set(root, uses);
  return uses;
}

/**
 * Throws what SQL Server says where the principal may not do what the statement does: 229 on an object, 300 or 262 and 297 on a view of the
 * server's state. Inside a module objects of the module's owner are not asked about (ownership chaining); dynamic SQL breaks the chain.
 */
export async function requireRights(run: Run, statement: Statement | Node): Promise<void> {
  if (run.session.unrestricted) return;
  const uses = keptUses(statement);
  if (uses.length === 0) return;
  const { scope } = await contextOf(run);
  await requireUses(run, scope, uses, chainOwner(run, scope.snapshot));
}

/** EXECUTE on a procedure, unless the module that calls it has the same owner. */
export async function requireExecute(run: Run, procedure: CatalogObject): Promise<void> {
  if (run.session.unrestricted) return;
  const { scope } = await contextOf(run);
  await requireUse(run, scope, { permission: 'EXECUTE', object: procedure }, chainOwner(run, scope.snapshot));
}

/** The owner of the module that runs, by whom its statements reach his objects without a question. */
function chainOwner(run: Run, snapshot: CatalogSnapshot): number | undefined {
  const { procedureId } = run.frame;
  const module = procedureId === 0 ? undefined : snapshot.objectById(procedureId);
  return module && ownerOf(module, snapshot);
}

function ownerOf(object: CatalogObject, snapshot: CatalogSnapshot): number | undefined {
  return snapshot.schemas().find((schema) => schema.id === object.schemaId)?.principalId;
}

async function requireUses(
  run: Run,
  scope: SessionScope,
  uses: readonly Use[],
  chain: number | undefined,
): Promise<void> {
  for (const use of uses) {
    const parts = namePartsOf(use.name);
    if (use.permission === 'NAMED' || (use.permission === 'CALL' && parts.length < 2)) continue;
    const last = parts.at(-1) ?? '';
    if (last.startsWith('#') || last.startsWith('@')) continue;
    if (use.permission === 'CALL' && CDC_ENUMERATION.test(last)) await requireChanges(run, scope, last);
    // Of another database: it asks for itself, where the statement runs or copies it.
    if (databaseOf(run, parts) !== undefined) continue;
    const object = scope.object(parts);
    if (object === undefined || (parts.length === 1 && scope.isLocal(last))) continue;
    await requireUse(run, scope, { permission: use.permission, object }, chain);
  }
}

async function requireUse(
  run: Run,
  scope: SessionScope,
  use: { readonly permission: string; readonly object: CatalogObject },
  chain: number | undefined,
): Promise<void> {
  const { object } = use;
  if (object.system && object.id < 0) return systemViewRight(run, object);
  const isTableFunction = object.kind === 'IF' || object.kind === 'TF';
  const permission = use.permission !== 'CALL' ? use.permission : isTableFunction ? 'SELECT' : 'EXECUTE';
  const owner = ownerOf(object, scope.snapshot);
  if (owner !== chain) await requireObjectRight(run, object, permission);
  if (object.kind !== 'V' && !isTableFunction) return;
  await requireUses(run, scope, usesOfModule(object), owner);
}

const ofModule = new WeakMap<CatalogObject, Use[]>();

function usesOfModule(object: CatalogObject): Use[] {
  const before = ofModule.get(object);
  if (before !== undefined) return before;
  const statements = parsedBatch(object.definition ?? '', object.quotedIdentifier ?? true).statements;
  const uses = statements.flatMap((statement) => usesOf(statement));
  ofModule.set(object, uses);
  return uses;
}

/** The documentation of fn_cdc_get_all_changes: SELECT on all captured columns and membership in the gating role, else 229. */
async function requireChanges(run: Run, scope: SessionScope, name: string): Promise<void> {
  const instance = CDC_ENUMERATION.exec(name)?.[2] ?? '';
  if (scope.snapshot.object('cdc', `${instance}_CT`) === undefined) return;
  const result = await run.session.query(
    'SELECT meta.cdc_may_read(i.object_id) FROM meta.cdc_instances i WHERE i.name_key = meta.fold($1)',
    [instance],
    { writes: false },
  );
  if (result.rows[0]?.[0] === 'f') throw denied(run, 'SELECT', name, 'cdc');
}
