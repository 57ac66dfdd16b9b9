import type pg from 'pg';
import type { MadeObject } from '#pgsql';

/** An object of the target as PostgreSQL knows it. */
export interface TargetObject {
  readonly classid: number;
  readonly objid: number;
  /** As in `DROP …`: table, view, function, trigger … */
  readonly type: string;
  /** Its name with all that tells it from others, quoted where need be. */
  readonly identity: string;
  /** Of its definition as PostgreSQL shows it. */
  readonly hash: string;
  /** The statement that removes it. */
  readonly drop: string;
}

/** An object of ours, of the workspace's object `path`. */
export interface OwnedObject extends TargetObject {
  readonly path: string;
  /** It came with another, and goes with it: a primary key, an identity's sequence. */
  readonly isPart: boolean;
  /** As it was when we made it. */
  readonly recorded: string;
}

/** The definition of an object as PostgreSQL shows it; what it holds (rows, a sequence's position) is no part of it, nor are other objects on it. */
const DEFINITION = `case
  when i.classid = 'pg_class'::regclass then (select case
    when c.relkind in ('r', 'p', 'f') then (select string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, nullif(a.attcollation, 0)::regcollation,
      a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid)), ',' order by a.attnum)
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
      || coalesce(' by ' || pg_get_partkeydef(c.oid), '') || coalesce(pg_get_expr(c.relpartbound, c.oid), '') || c.relrowsecurity::text
    when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid)
    when c.relkind in ('i', 'I') then pg_get_indexdef(c.oid)
    when c.relkind = 'S' then (select concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle) from pg_sequence s where s.seqrelid = c.oid)
    end from pg_class c where c.oid = i.objid)
  when i.classid = 'pg_proc'::regclass then (select pg_get_functiondef(p.oid) from pg_proc p where p.oid = i.objid and p.prokind in ('f', 'p', 'w'))
  when i.classid = 'pg_trigger'::regclass then (select pg_get_triggerdef(t.oid) || t.tgenabled::text from pg_trigger t where t.oid = i.objid)
  when i.classid = 'pg_constraint'::regclass then (select pg_get_constraintdef(k.oid) || k.convalidated::text from pg_constraint k where k.oid = i.objid)
  when i.classid = 'pg_policy'::regclass then (select concat_ws(' ', p.polcmd, p.polpermissive, p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    from pg_policy p where p.oid = i.objid)
  when i.classid = 'pg_type'::regclass then (select concat_ws(' ', t.typtype, nullif(t.typbasetype, 0)::regtype, t.typtypmod, t.typnotnull, t.typdefault,
    (select string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod)), ',' order by a.attnum) from pg_attribute a where a.attrelid = t.typrelid and t.typrelid <> 0 and not a.attisdropped),
    (select string_agg(e.enumlabel, ',' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
    (select string_agg(pg_get_constraintdef(k.oid), ',' order by k.conname) from pg_constraint k where k.contypid = t.oid)) from pg_type t where t.oid = i.objid)
  else '' end`;

const DROP = `case when i.classid = 'pg_constraint'::regclass
  then (select format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname) from pg_constraint k where k.oid = i.objid and k.conrelid <> 0)
  else format('drop %s %s', n.type, n.identity) end`;

/** Long to plan and asked for every object: prepared once for each connection. Rows of `i(classid, objid)` as target objects; those that do not exist are left out. */
const DESCRIBED = `select i.classid::int8 as classid, i.objid::int8 as objid, n.type, n.identity, encode(sha256(convert_to(coalesce(${DEFINITION}, ''), 'UTF8')), 'hex') as hash, ${DROP} as drop`;
const NAMED = `cross join lateral pg_identify_object(i.classid, i.objid, 0) as n`;

/** The driver gives int8 as text. */
function numbered<T extends TargetObject>(rows: readonly T[]): T[] {
  return rows.map((row) => ({ ...row, classid: Number(row.classid), objid: Number(row.objid) }));
}

/** What stands in the target under the names that statements make. Of routines: every one of that name. */
export async function findMade(client: pg.ClientBase, made: readonly MadeObject[]): Promise<TargetObject[]> {
  if (made.length === 0) return [];
  const result = await client.query<TargetObject>({
    name: 'sluice made',
    text: `with m as (select type, coalesce(schema, current_schema()) as schema, name, to_regclass(parent) as parent, parent as written
         from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as x(type, schema, name, parent)),
       i as (
         select 'pg_class'::regclass as classid, c.oid as objid from m join pg_namespace s on s.nspname = m.schema join pg_class c on c.relname = m.name and c.relnamespace = s.oid
           where m.type = 'relation'
         union select 'pg_class'::regclass, c.oid from m join pg_class t on t.oid = m.parent join pg_class c on c.relname = m.name and c.relnamespace = t.relnamespace where m.type = 'index'
         union select 'pg_proc'::regclass, p.oid from m join pg_namespace s on s.nspname = m.schema join pg_proc p on p.proname = m.name and p.pronamespace = s.oid where m.type = 'routine'
         union select 'pg_type'::regclass, t.oid from m join pg_namespace s on s.nspname = m.schema join pg_type t on t.typname = m.name and t.typnamespace = s.oid where m.type = 'type'
         union select 'pg_trigger'::regclass, t.oid from m join pg_trigger t on t.tgrelid = m.parent and t.tgname = m.name where m.type = 'trigger'
         union select 'pg_constraint'::regclass, k.oid from m join pg_constraint k on k.conrelid = m.parent and k.conname = m.name where m.type = 'constraint'
         union select 'pg_policy'::regclass, p.oid from m join pg_policy p on p.polrelid = m.parent and p.polname = m.name where m.type = 'policy'
         union select 'pg_collation'::regclass, k.oid from m join pg_namespace s on s.nspname = m.schema join pg_collation k on k.collname = m.name and k.collnamespace = s.oid where m.type = 'collation'
         union select 'pg_extension'::regclass, e.oid from m join pg_extension e on e.extname = m.name where m.type = 'extension'
         union select 'pg_namespace'::regclass, s.oid from m join pg_namespace s on s.nspname = m.name where m.type = 'schema')
     ${DESCRIBED} from i ${NAMED} where n.identity is not null`,
    values: [
      made.map((one) => one.type),
      made.map((one) => one.schema),
      made.map((one) => one.name),
      made.map((one) => one.parent),
    ],
  });
  return numbered(result.rows);
}

/** The tables of these names, as they are written; what is none is left out. */
export async function findTables(client: pg.ClientBase, names: readonly string[]): Promise<TargetObject[]> {
  if (names.length === 0) return [];
  const result = await client.query<TargetObject>({
    name: 'sluice tables',
    text: `with i as (select distinct 'pg_class'::regclass as classid, to_regclass(x)::oid as objid from unnest($1::text[]) as x)
     ${DESCRIBED} from i ${NAMED} where n.identity is not null`,
    values: [names],
  });
  return numbered(result.rows);
}

/** What goes when these go: rows of sluice.owned's kind. Views of tables, foreign keys on them, their indexes, sequences of identities …; without the objects themselves. */
export async function findDependents(client: pg.ClientBase, objects: readonly TargetObject[]): Promise<TargetObject[]> {
  if (objects.length === 0) return [];
  const result = await client.query<TargetObject>({
    name: 'sluice dependents',
    text: `with recursive root as (select classid, objid from unnest($1::int8[]::oid[], $2::int8[]::oid[]) as r(classid, objid)),
       d as (
         select classid, objid from root
         union
         select n.classid, n.objid from d cross join lateral (
           select dep.classid, dep.objid from pg_depend dep
             where dep.refclassid = d.classid and dep.refobjid = d.objid and dep.deptype in ('n', 'a', 'i', 'P', 'S') and (dep.classid, dep.objid) <> (dep.refclassid, dep.refobjid)
           union all
           -- A rule is its view's: what needs the one needs the other.
           select 'pg_class'::regclass, r.ev_class from pg_rewrite r where d.classid = 'pg_rewrite'::regclass and r.oid = d.objid) as n),
       i as (select distinct classid, objid from d where (classid, objid) not in (select classid, objid from root)
         and classid in ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_trigger'::regclass, 'pg_constraint'::regclass, 'pg_policy'::regclass, 'pg_type'::regclass, 'pg_namespace'::regclass,
           'pg_extension'::regclass, 'pg_attrdef'::regclass, 'pg_collation'::regclass))
     ${DESCRIBED} from i ${NAMED} where n.identity is not null and n.type <> 'toast table'
       and not exists (select 1 from pg_class t where i.classid = 'pg_class'::regclass and t.oid = i.objid and t.relnamespace = 'pg_toast'::regnamespace)
       and not exists (select 1 from pg_type t where i.classid = 'pg_type'::regclass and t.oid = i.objid
         and (t.typelem <> 0 and t.typcategory = 'A' or t.typrelid <> 0 and exists (select 1 from pg_class c where c.oid = t.typrelid and c.relkind <> 'c')))
       and not exists (select 1 from pg_trigger t where i.classid = 'pg_trigger'::regclass and t.oid = i.objid and t.tgisinternal)`,
    values: [objects.map((one) => one.classid), objects.map((one) => one.objid)],
  });
  return numbered(result.rows);
}

/** Objects of ours as they are now, of one object of the workspace, in the order in which they were made; what is gone is left out. */
export async function findOwned(client: pg.ClientBase, job: string, path: string): Promise<OwnedObject[]> {
  const result = await client.query<OwnedObject>({
    name: 'sluice owned',
    text: `with i as (select classid, objid, path, ordinal, is_part, identity, hash from sluice.owned where job = $1 and path = $2)
     ${DESCRIBED}, i.path, i.is_part as "isPart", i.hash as recorded from i ${NAMED} where n.identity = i.identity order by i.ordinal`,
    values: [job, path],
  });
  return numbered(result.rows);
}

/** Which of these are ours, by {@link keyOf}, with what was recorded of them. */
export async function findOurs(
  client: pg.ClientBase,
  job: string,
  objects: readonly TargetObject[],
): Promise<Map<string, { readonly path: string; readonly recorded: string; readonly isPart: boolean }>> {
  const result = await client.query<{
    classid: string;
    objid: string;
    path: string;
    recorded: string;
    isPart: boolean;
  }>({
    name: 'sluice ours',
    text: `select o.classid::int8 as classid, o.objid::int8 as objid, o.path, o.hash as recorded, o.is_part as "isPart" from sluice.owned o
     join unnest($2::int8[]::oid[], $3::int8[]::oid[], $4::text[]) as x(classid, objid, identity) on x.classid = o.classid and x.objid = o.objid and x.identity = o.identity where o.job = $1`,
    values: [
      job,
      objects.map((one) => one.classid),
      objects.map((one) => one.objid),
      objects.map((one) => one.identity),
    ],
  });
  return new Map(result.rows.map(({ classid, objid, ...rest }) => [`${classid}/${objid}`, rest]));
}

export function keyOf(one: Pick<TargetObject, 'classid' | 'objid'>): string {
  return `${one.classid}/${one.objid}`;
}

/** Makes these the objects of a path, in place of those that it had. */
export async function recordOwned(
  client: pg.ClientBase,
  job: string,
  path: string,
  owned: readonly (TargetObject & { readonly isPart: boolean })[],
): Promise<void> {
  await client.query({
    name: 'sluice disown',
    text: `delete from sluice.owned where job = $1 and path = $2`,
    values: [job, path],
  });
  if (owned.length === 0) return;
  await client.query({
    name: 'sluice own',
    text: `insert into sluice.owned (job, classid, objid, path, ordinal, is_part, type, identity, hash)
     select $1, c, o, $2, n, p, t, i, h from unnest($3::int8[]::oid[], $4::int8[]::oid[], $5::bool[], $6::text[], $7::text[], $8::text[]) with ordinality as x(c, o, p, t, i, h, n)
     on conflict (job, classid, objid) do update set path = excluded.path, ordinal = excluded.ordinal, is_part = excluded.is_part, type = excluded.type, identity = excluded.identity,
       hash = excluded.hash`,
    values: [
      job,
      path,
      owned.map((one) => one.classid),
      owned.map((one) => one.objid),
      owned.map((one) => one.isPart),
      owned.map((one) => one.type),
      owned.map((one) => one.identity),
      owned.map((one) => one.hash),
    ],
  });
}

/** Tables of ours that were as recorded and that we altered ourselves are recorded as they are now. */
export async function updateRecorded(
  client: pg.ClientBase,
  job: string,
  before: readonly TargetObject[],
  after: readonly TargetObject[],
): Promise<void> {
  const was = new Map(before.map((one) => [keyOf(one), one.hash]));
  for (const one of after) {
    const hash = was.get(keyOf(one));
    if (hash !== undefined && hash !== one.hash)
      await client.query({
        name: 'sluice own altered',
        text: `update sluice.owned set hash = $5 where job = $1 and classid = $2::int8::oid and objid = $3::int8::oid and hash = $4`,
        values: [job, one.classid, one.objid, hash, one.hash],
      });
  }
}

/** What of these tables holds rows, by identity. */
export async function tablesWithRows(client: pg.ClientBase, objects: readonly TargetObject[]): Promise<string[]> {
  const full: string[] = [];
  for (const { type, identity } of objects) {
    if (type !== 'table' && type !== 'foreign table') continue;
    const found = await client.query<{ full: boolean }>(`select exists (select 1 from ${identity}) as full`);
    if (found.rows[0]?.full) full.push(identity);
  }
  return full;
}
