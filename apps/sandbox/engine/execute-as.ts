import type { ExecuteAs, Option } from '#tsql';
import type { CatalogObject } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { evaluate } from './evaluate.ts';
import { hasRight, hasServerRight } from './permissions.ts';
import type { Run } from './run.ts';
import { unescapeText } from './storage-text.ts';

/** EXECUTE AS USER and EXECUTE AS LOGIN, until REVERT or the end of the module. Cookies and NO REVERT are refused. */
export async function executeAs(run: Run, statement: ExecuteAs): Promise<void> {
  const { session } = run;
  if (statement.type === 'caller') return;
  if ((statement.type !== 'user' && statement.type !== 'login') || statement.noRevert || statement.cookie) {
    throw new SqlError(40515, 'EXECUTE AS with NO REVERT or COOKIE is not supported in this version of SQL Server.');
  }
  const given = statement.name && (await evaluate(run, statement.name, { name: 'nvarchar', length: 128 }));
  const name = unescapeText(given ?? '').trim();
  if (session.tx.depth > 0 && session.tx.doomed)
    throw new SqlError(
      3930,
      'The current transaction cannot be committed and cannot support operations that write to the log file. Roll back the transaction.',
    );
  const next = statement.type === 'user' ? await userNamed(run, name) : await loginNamed(run, name);
  await session.impersonate({ ...next, databaseId: session.catalogDatabase.id, level: run.frame.level });
}

/** Whom a module's WITH EXECUTE AS names: `owner`, or a user; undefined for CALLER, which is the rule. SELF is refused. */
export function moduleContext(
  options: readonly Option[],
): { readonly owner: true } | { readonly user: string } | undefined {
  const value = options.find((option) => option.name === 'EXECUTE AS')?.value;
  if (value?.kind === 'literal') return { user: value.value };
  if (value?.kind !== 'keyword' || value.name === 'CALLER') return undefined;
  if (value.name === 'OWNER') return { owner: true };
  throw new SqlError(40515, `WITH EXECUTE AS ${value.name} is not supported in this version of SQL Server.`);
}

/** Enters the context of a procedure; whoever calls it goes back with `revertTo`. A REVERT inside does not end it. */
export async function enterModule(run: Run, module: CatalogObject, options: readonly Option[]): Promise<void> {
  const { session } = run;
  const context = moduleContext(options);
  if (context === undefined) return;
  const owner = (await session.snapshot()).schemas().find((schema) => schema.id === module.schemaId)?.principalId ?? 1;
  const result = await session.query(
    "SELECT principal_id, coalesce(login, name) FROM meta.principals WHERE type = 'S' AND CASE WHEN $1 = '' THEN principal_id = $2::int ELSE name_key = meta.fold($1) END",
    ['user' in context ? context.user : '', String(owner)],
    { writes: false },
  );
  const [id, login] = result.rows[0] ?? [];
  if (id === undefined) throw notImpersonated('user' in context ? context.user : 'owner');
  await session.impersonate({
    login: login ?? '',
    principalId: Number(id),
    databaseId: session.catalogDatabase.id,
    level: -1,
  });
}

function notImpersonated(name: string): SqlError {
  return new SqlError(
    15_517,
    `Cannot execute as the database principal because the principal "${name}" does not exist, this type of principal cannot be impersonated, or you do not have permission.`,
  );
}

async function userNamed(run: Run, name: string): Promise<{ login: string; principalId: number }> {
  const result = await run.session.query(
    "SELECT principal_id, coalesce(login, name) FROM meta.principals WHERE name_key = meta.fold($1) AND type = 'S' AND principal_id NOT IN (3, 4)",
    [name],
    { writes: false },
  );
  const [id, login] = result.rows[0] ?? [];
  const allowed = id !== undefined && (await hasRight(run, { permission: 'IMPERSONATE', class: 0, majorId: 0 }));
  if (allowed) return { login: login ?? name, principalId: Number(id) };
  throw notImpersonated(name);
}

async function loginNamed(run: Run, name: string): Promise<{ login: string; principalId: undefined }> {
  const login = run.session.server.loginNamed(name);
  const allowed = login !== undefined && (await hasServerRight(run, 'IMPERSONATE ANY LOGIN'));
  if (allowed) return { login, principalId: undefined };
  throw new SqlError(
    15_406,
    `Cannot execute as the server principal because the principal "${name}" does not exist, this type of principal cannot be impersonated, or you do not have permission.`,
  );
}
