import type pg from 'pg';

/** What a catalog shows of a table, in one form for both sides; lists without an order of their own are sorted. */
export interface TableFacts {
  readonly source: string;
  readonly place: string;
  readonly comment: string | null;
  readonly columns: readonly ColumnFacts[];
  readonly primaryKey: readonly string[] | null;
  readonly uniques: readonly (readonly string[])[];
  readonly indexes: readonly IndexFacts[];
  readonly foreignKeys: readonly ForeignKeyFacts[];
  readonly checks: readonly CheckFacts[];
}

export interface ColumnFacts {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean | null;
  /** seed+increment */
  readonly identity: string | null;
  readonly generated: boolean;
  readonly hasDefault: boolean;
  readonly comment: string | null;
}

export interface IndexFacts {
  readonly columns: readonly string[];
  readonly included: readonly string[];
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  readonly filtered: boolean;
}

export interface ForeignKeyFacts {
  readonly columns: readonly string[];
  readonly references: string;
  readonly referencedColumns: readonly string[];
  readonly onDelete: string;
  readonly onUpdate: string;
  readonly validated: boolean;
}

export interface CheckFacts {
  readonly columns: readonly string[];
  readonly validated: boolean;
}

const COLUMNS = `
select a.attname as name, format_type(coalesce(nullif(t.typbasetype, 0), a.atttypid), case when t.typbasetype <> 0 then t.typtypmod else a.atttypmod end) as type,
  case when a.attgenerated = '' then a.attnotnull end as "notNull",
  case when a.attidentity <> '' then s.seqstart || '+' || s.seqincrement end as identity,
  a.attgenerated <> '' as generated, a.attgenerated = '' and d.adbin is not null as "hasDefault", col_description(a.attrelid, a.attnum) as comment
from pg_attribute a join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
left join pg_depend p on p.refobjid = a.attrelid and p.refobjsubid = a.attnum and p.deptype = 'i' and p.classid = 'pg_class'::regclass
left join pg_sequence s on s.seqrelid = p.objid
where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`;

const NAMES = (numbers: string, table: string): string =>
  `array(select a.attname::text from unnest(${numbers}) with ordinality u(n, o) join pg_attribute a on a.attrelid = ${table} and a.attnum = u.n order by u.o)`;

const CONSTRAINTS = `
select c.contype as kind, ${NAMES('c.conkey', 'c.conrelid')} as columns, c.convalidated as validated,
  case when c.contype = 'f' then (select n.nspname || '.' || r.relname from pg_class r join pg_namespace n on n.oid = r.relnamespace where r.oid = c.confrelid) end as references,
  ${NAMES('c.confkey', 'c.confrelid')} as "referencedColumns", c.confdeltype as "onDelete", c.confupdtype as "onUpdate"
from pg_constraint c where c.conrelid = $1::regclass and c.contype in ('p', 'u', 'f', 'c')`;

/** Indexes that stand for no constraint; an expression instead of a column is shown as it is. */
const INDEXES = `
select i.indisunique as unique, i.indnullsnotdistinct as "nullsNotDistinct", i.indpred is not null as filtered,
  array(select pg_get_indexdef(i.indexrelid, k, true) || case when i.indoption[k - 1] & 1 = 1 then ' DESC' else '' end from generate_series(1, i.indnkeyatts) k) as columns,
  array(select pg_get_indexdef(i.indexrelid, k, true) from generate_series(i.indnkeyatts + 1, i.indnatts) k) as included, x.relname as name
from pg_index i join pg_class x on x.oid = i.indexrelid
where i.indrelid = $1::regclass and not exists (select from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('p', 'u'))`;

interface Constraint {
  readonly kind: string;
  readonly columns: string[];
  readonly validated: boolean;
  readonly references: string | null;
  readonly referencedColumns: string[];
  readonly onDelete: string;
  readonly onUpdate: string;
}

const ACTIONS: Readonly<Record<string, string>> = {
  a: 'NO ACTION',
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
  r: 'RESTRICT',
};

/** What PostgreSQL's catalog shows of a table. Indexes over folded texts stand beside those of the source and are left out. */
export async function targetFacts(client: pg.ClientBase, source: string, place: string): Promise<TableFacts> {
  const rows = async <T extends pg.QueryResultRow>(text: string): Promise<T[]> =>
    (await client.query<T>(text, [quoted(place)])).rows;
  const [own] = await rows<{ comment: string | null }>(`select obj_description($1::regclass, 'pg_class') as comment`);
  const constraints = await rows<Constraint>(CONSTRAINTS);
  const indexes = await rows<IndexFacts & { name: string }>(INDEXES);
  const of = (kind: string): Constraint[] => constraints.filter((one) => one.kind === kind);
  return {
    source,
    place,
    comment: own?.comment ?? null,
    columns: await rows<ColumnFacts & pg.QueryResultRow>(COLUMNS),
    primaryKey: of('p')[0]?.columns ?? null,
    uniques: sorted(of('u').map((one) => one.columns)),
    indexes: sorted(
      indexes
        .filter((one) => !/_(sluice_key|folded)$/.test(one.name))
        .map((one) => ({
          columns: one.columns.map(plain),
          included: one.included.map(plain),
          unique: one.unique,
          nullsNotDistinct: one.nullsNotDistinct,
          filtered: one.filtered,
        })),
    ),
    foreignKeys: sorted(
      of('f').map((one) => ({
        columns: one.columns,
        references: one.references ?? '',
        referencedColumns: one.referencedColumns,
        onDelete: ACTIONS[one.onDelete] ?? one.onDelete,
        onUpdate: ACTIONS[one.onUpdate] ?? one.onUpdate,
        validated: one.validated,
      })),
    ),
    checks: sorted(of('c').map((one) => ({ columns: one.columns.toSorted(), validated: one.validated }))),
  };
}

/** Names that PostgreSQL quotes, without the quotes. */
function plain(column: string): string {
  return column.replaceAll(/^"|"(?= DESC$|$)/g, '').replaceAll('""', '"');
}

function quoted(place: string): string {
  return place
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
}

function sorted<T>(list: readonly T[]): T[] {
  return list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
