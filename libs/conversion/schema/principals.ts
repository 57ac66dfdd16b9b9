import { quoteIdent, quoteQualified } from '#pgsql';
import type { PermissionModel } from '#schema';
import type { Relation } from '../query/index.ts';
import { type SchemaContext, sourceName, tell } from './schema-context.ts';
import type { Step } from './target-model.ts';

/** Rights on objects that PostgreSQL has under the same name. */
const TABLE_RIGHTS: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES']);

/** What the fixed roles come to, on the schemas that move. Others have no like. */
const FIXED_ROLES: Readonly<Record<string, readonly string[]>> = {
  db_datareader: ['SELECT'],
  db_datawriter: ['INSERT', 'UPDATE', 'DELETE'],
};

/**
 * Users and roles as roles without login, memberships, grants, owners of schemas; only where the job asks for them (convert.principals). DENY takes a right away from its
 * role, with an issue; rights that PostgreSQL has not are issues.
 */
export function principalSteps(context: SchemaContext): Step[] {
  const { principals = [], permissions = [] } = context.database;
  if (principals.length === 0 && permissions.length === 0) return [];
  if (context.choices.principals === 'none') {
    tell(
      context,
      'SL1035',
      context.database.name,
      `${principals.length} users and roles and ${permissions.length} rights are not carried over.`,
    );
    return [];
  }
  return new Principals(context).steps();
}

class Principals {
  private readonly made: Step[] = [];
  private readonly roles = new Map<string, string>();

  constructor(private readonly context: SchemaContext) {}

  steps(): Step[] {
    const { principals = [], permissions = [], schemas } = this.context.database;
    for (const { name, kind } of principals) {
      const role = this.context.naming.name('roles', name);
      this.roles.set(name.toLowerCase(), role);
      if (kind === 'application-role')
        tell(this.context, 'SL1036', name, `The application role ${name} became a role: use SET ROLE for it.`);
      // A role may be there already: it belongs to the server, not to the database.
      this.add(
        name,
        `DO $$ BEGIN CREATE ROLE ${quoteIdent(role)} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
      );
    }
    for (const { name, memberOf } of principals) for (const role of memberOf) this.join(name, role);
    for (const { name, owner } of schemas) {
      const role = owner === undefined ? undefined : this.roles.get(owner.toLowerCase());
      if (role !== undefined)
        this.add(name, `ALTER SCHEMA ${quoteIdent(this.context.schemaOf(name))} OWNER TO ${quoteIdent(role)}`);
    }
    for (const permission of permissions) if (permission.state !== 'DENY') this.grant(permission);
    // What is denied is taken from what was given.
    for (const permission of permissions) if (permission.state === 'DENY') this.deny(permission);
    return this.made;
  }

  private add(object: string, sql: string): void {
    this.made.push({ phase: 'code', object, sql, optional: true });
  }

  private join(member: string, role: string): void {
    const [own, other] = [this.roles.get(member.toLowerCase()), this.roles.get(role.toLowerCase())];
    if (own === undefined) return;
    if (other !== undefined) return this.add(member, `GRANT ${quoteIdent(other)} TO ${quoteIdent(own)}`);
    const rights = FIXED_ROLES[role.toLowerCase()];
    if (!rights) return tell(this.context, 'SL1036', member, `${member} is a member of ${role}, which has no like.`);
    for (const schema of this.schemas()) {
      this.add(member, `GRANT USAGE ON SCHEMA ${quoteIdent(schema)} TO ${quoteIdent(own)}`);
      this.add(
        member,
        `GRANT ${rights.join(', ')} ON ALL TABLES IN SCHEMA ${quoteIdent(schema)} TO ${quoteIdent(own)}`,
      );
    }
  }

  private schemas(): readonly string[] {
    return [...new Set([...this.context.tables.values()].map((table) => table.schema))];
  }

  private grant(one: PermissionModel): void {
    const { on, permission } = one;
    const place =
      on.class === 'object' || on.class === 'type' ? sourceName(on) : on.class === 'schema' ? on.schema : one.grantee;
    const role = /^public$/i.test(one.grantee) ? 'PUBLIC' : this.quotedRole(one.grantee);
    const text = `GRANT ${permission} on ${place} to ${one.grantee}`;
    if (role === undefined) return tell(this.context, 'SL1036', place, `${text} is not converted.`);
    const option = one.state === 'GRANT_WITH_GRANT_OPTION' ? ' WITH GRANT OPTION' : '';
    const target = this.targetOf(one);
    if (on.class === 'database' && permission === 'CONNECT') return;
    if (target === undefined) return tell(this.context, 'SL1036', place, `${text} is not converted.`);
    const owner = role === 'PUBLIC' ? place : one.grantee;
    for (const schema of target.usage) this.add(owner, `GRANT USAGE ON SCHEMA ${quoteIdent(schema)} TO ${role}`);
    this.add(owner, `GRANT ${target.right} ON ${target.on} TO ${role}${option}`);
  }

  /**
   * DENY: PostgreSQL has nothing that outweighs a grant. The role itself loses the right, of a column by having it on the others; what its members have by other roles
   * stays, which is told.
   */
  private deny(one: PermissionModel): void {
    const { on, permission, grantee } = one;
    const place =
      on.class === 'object' || on.class === 'type' ? sourceName(on) : on.class === 'schema' ? on.schema : grantee;
    const role = /^public$/i.test(grantee) ? 'PUBLIC' : this.quotedRole(grantee);
    const text = `DENY ${permission} on ${place} to ${grantee}`;
    const target = role === undefined ? undefined : this.targetOf(one);
    if (role === undefined || target === undefined)
      return tell(this.context, 'SL1036', place, `${text} is not converted.`);
    const owner = role === 'PUBLIC' ? place : grantee;
    tell(
      this.context,
      'SL1036',
      place,
      `${text} takes the right from ${grantee}; what its members have by other roles stays.`,
    );
    const relation = on.class === 'object' && on.column !== undefined ? this.hasWhole(one) : undefined;
    if (!relation) return this.add(owner, `REVOKE ${target.right} ON ${target.on} FROM ${role}`);
    this.add(owner, `REVOKE ${permission} ON ${target.on} FROM ${role}`);
    const denied = this.deniedColumns(one);
    const others = relation.columns.filter((part) => part.expression === undefined && !denied.has(part.name));
    if (others.length > 0)
      this.add(owner, `GRANT ${permission} (${others.map((part) => part.sql).join(', ')}) ON ${target.on} TO ${role}`);
  }

  /** The table of a denied column, where the role has the right on all of it. */
  private hasWhole({ on, permission, grantee }: PermissionModel): Relation | undefined {
    if (on.class !== 'object') return undefined;
    const { permissions = [], principals = [] } = this.context.database;
    const isOwn = (name: string): boolean => name.toLowerCase() === grantee.toLowerCase();
    const isGranted = permissions.some(
      (other) =>
        other.state !== 'DENY' &&
        other.permission === permission &&
        isOwn(other.grantee) &&
        (other.on.class === 'schema'
          ? other.on.schema === on.schema
          : other.on.class === 'object' &&
            other.on.schema === on.schema &&
            other.on.name === on.name &&
            other.on.column === undefined),
    );
    const roles = principals.find((other) => isOwn(other.name))?.memberOf ?? [];
    const isByRole = roles.some((role) => FIXED_ROLES[role.toLowerCase()]?.includes(permission));
    return isGranted || isByRole ? this.context.scope.relation([on.schema, on.name]) : undefined;
  }

  /** All columns of a table on which a role is denied a right. */
  private deniedColumns({ on, permission, grantee }: PermissionModel): ReadonlySet<string> {
    const { permissions = [] } = this.context.database;
    return new Set(
      permissions.flatMap((other) =>
        other.state === 'DENY' &&
        other.permission === permission &&
        other.grantee === grantee &&
        on.class === 'object' &&
        other.on.class === 'object' &&
        other.on.schema === on.schema &&
        other.on.name === on.name &&
        other.on.column !== undefined
          ? [other.on.column]
          : [],
      ),
    );
  }

  private quotedRole(name: string): string | undefined {
    const role = this.roles.get(name.toLowerCase());
    return role === undefined ? undefined : quoteIdent(role);
  }

  /** What a right is of in the target: `ON …`, and the schemas that have to be usable for it. */
  private targetOf(one: PermissionModel): { right: string; on: string; usage: readonly string[] } | undefined {
    const { on, permission } = one;
    const { scope } = this.context;
    if (on.class === 'schema') {
      const schema = this.context.schemaOf(on.schema);
      const usage = [schema];
      if (TABLE_RIGHTS.has(permission))
        return { right: permission, on: `ALL TABLES IN SCHEMA ${quoteIdent(schema)}`, usage };
      if (permission === 'EXECUTE')
        return { right: 'EXECUTE', on: `ALL ROUTINES IN SCHEMA ${quoteIdent(schema)}`, usage };
      return undefined;
    }
    if (on.class !== 'object') return undefined;
    const usage = [this.context.schemaOf(on.schema)];
    const relation = scope.relation([on.schema, on.name]);
    if (relation?.sql && TABLE_RIGHTS.has(permission)) {
      const column = relation.columns.find((part) => part.name === on.column);
      if (on.column !== undefined && !column) return undefined;
      return { right: column ? `${permission} (${column.sql})` : permission, on: `TABLE ${relation.sql}`, usage };
    }
    const routine = scope.routines.find(on.schema, on.name);
    if (routine && permission === 'EXECUTE') return { right: 'EXECUTE', on: `ROUTINE ${routine.sql}`, usage };
    return undefined;
  }
}

/** Row-level security: filter predicates as policies that hide rows, block predicates as policies that refuse what is written. */
export function securitySteps(context: SchemaContext): Step[] {
  return (context.database.securityPolicies ?? []).flatMap((policy) => {
    const object = sourceName(policy);
    const steps: Step[] = [];
    const protectedTables = new Set<string>();
    const filtered = new Set<string>();
    for (const [index, predicate] of policy.predicates.entries()) {
      const table = context.tables.get(sourceName(predicate.table));
      const sql = table && policySql(context, { object, index, predicate });
      if (!table || !sql) {
        tell(
          context,
          'SL1037',
          object,
          `The ${predicate.type} predicate on ${sourceName(predicate.table)} is not converted.`,
          predicate.definition,
        );
        continue;
      }
      protectedTables.add(quoteQualified(table));
      if (predicate.type === 'filter') filtered.add(quoteQualified(table));
      steps.push({ phase: 'code', object, sql, optional: true });
    }
    tell(
      context,
      'SL1037',
      object,
      `The security policy became ${steps.length} policies of ${protectedTables.size} tables.`,
    );
    // Where no policy allows anything, nothing is allowed.
    for (const table of protectedTables)
      if (!filtered.has(table))
        steps.push({
          phase: 'code',
          object,
          sql: `CREATE POLICY "all_rows" ON ${table} USING (true) WITH CHECK (true)`,
          optional: true,
        });
    if (policy.enabled)
      for (const table of protectedTables)
        steps.push({ phase: 'code', object, sql: `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`, optional: true });
    return steps;
  });
}

interface OnePredicate {
  readonly object: string;
  readonly index: number;
  readonly predicate: NonNullable<SchemaContext['database']['securityPolicies']>[number]['predicates'][number];
}

/** CREATE POLICY. A filter lets rows pass unseen where they are written, as SQL Server's does; a block before a change would hide the row instead of raising an error. */
function policySql(context: SchemaContext, { object, index, predicate }: OnePredicate): string | null {
  const of = sourceName(predicate.table);
  const table = context.tables.get(of);
  const relation = context.scope.relation([predicate.table.schema, predicate.table.name]);
  if (!table || !relation || /^BEFORE/.test(predicate.operation ?? '')) return null;
  const call = predicate.definition.replace(/^\s*\(([\s\S]*)\)\s*$/, '$1');
  const sql = context.expressions.convert(`EXISTS (SELECT 1 AS one FROM ${call} AS allowed)`, {
    object,
    what: `predicate on ${of}`,
    table: relation,
    isPredicate: true,
  });
  if (sql === null) return null;
  const own = object.slice(object.indexOf('.') + 1);
  const suffix =
    predicate.type === 'filter' ? '' : `_${(predicate.operation ?? 'block').replaceAll(' ', '_').toLowerCase()}`;
  const name = context.naming.name(`policies ${of}`, `${own}${suffix}`, `${object} ${index}`);
  const head = `CREATE POLICY ${quoteIdent(name)} ON ${quoteQualified(table)}`;
  if (predicate.type === 'filter') return `${head} FOR ALL USING (${sql}) WITH CHECK (true)`;
  const event = /INSERT$/.test(predicate.operation ?? '')
    ? 'INSERT'
    : /UPDATE$/.test(predicate.operation ?? '')
      ? 'UPDATE'
      : 'ALL';
  const using = event === 'INSERT' ? '' : ' USING (true)';
  return `${head} AS RESTRICTIVE FOR ${event}${using} WITH CHECK (${sql})`;
}
