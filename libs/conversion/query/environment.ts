import type { ColumnRef, Cte, Identifier, Query, Span, TableSource } from '#tsql';
import type { IdentityProperty, Relation, RelationColumn, Scope, SqlType, TypedSql } from './api.ts';
import type { Translation } from './translation.ts';

/** Where a column is stored: so that rows may be changed through a view, a derived table or a common table expression. */
export interface Origin {
  readonly relation: Relation;
  readonly column: RelationColumn;
  /** The row's address (ctid) in the SQL text. */
  readonly address: string;
}

/** A column that names may refer to. */
export interface BoundColumn {
  readonly name: string;
  readonly value: TypedSql;
  readonly hidden?: boolean;
  readonly identity?: IdentityProperty;
  readonly rowguidcol?: boolean;
  readonly origin?: Origin;
}

/** One source of a FROM clause under the name that its columns are qualified with. */
export interface Source {
  /** Alias, or the table's own name. */
  readonly name: string;
  /** Where it has no alias: the schema that may stand before it. */
  readonly schema?: string;
  readonly aliased: boolean;
  /** A function without an alias: there may be several of its name. */
  readonly unnamed?: true;
  /** The alias in the SQL text, quoted. */
  readonly sqlName: string;
  readonly columns: readonly BoundColumn[];
}

/** A common table expression in reach. */
export interface CteBinding {
  readonly name: string;
  readonly sqlName: string;
  readonly columns: readonly { name: string; sql: string; type: SqlType; nullable: boolean }[];
  /** Of a recursive one in the sandbox: the column that counts the recursions, seen by the recursion alone. */
  readonly level?: { readonly name: string; readonly sql: string };
  /** Its definition and what that sees, to expand it where it is written to. */
  readonly definition?: { readonly cte: Cte; readonly env: Environment };
}

/** Where names are looked up, innermost first. */
export interface Environment {
  readonly scope: Scope;
  readonly parent?: Environment;
  readonly sources: readonly Source[];
  readonly ctes: readonly CteBinding[];
  /** WINDOW clause of the query. */
  readonly windows?: ReadonlyMap<string, string>;
  /**
   * Of a grouped query, outside its aggregates: what stands for an expression (by its text) that is grouped by another form of itself. Strings are
   * grouped without their trailing blanks; one of the group's values stands for all.
   */
  readonly grouped?: ReadonlyMap<string, string>;
  /** The entry of FROM that is written to: it gives the addresses of its rows. */
  readonly addressing?: TableSource;
  /** Everything in this FROM gives the addresses of its rows. */
  readonly addressingAll?: boolean;
  /** Prefixes of WITH XMLNAMESPACES and what they stand for. */
  readonly xmlNamespaces?: readonly (readonly [string, string])[];
  /** Definition under expansion, to refuse a view that contains itself. */
  readonly expanding?: readonly Query[];
}

/** Case-insensitive comparison of names; as SQL Server's catalog under a case-insensitive collation. */
export const sameName = (a: string, b: string): boolean => a === b || a.toLowerCase() === b.toLowerCase();

export const childOf = (parent: Environment, sources: readonly Source[]): Environment => ({
  scope: parent.scope,
  parent,
  sources,
  ctes: parent.ctes,
  ...(parent.addressing ? { addressing: parent.addressing } : {}),
  ...(parent.xmlNamespaces ? { xmlNamespaces: parent.xmlNamespaces } : {}),
  ...(parent.expanding ? { expanding: parent.expanding } : {}),
});

/** An environment of the same level with more sources. */
export const withSources = (env: Environment, sources: readonly Source[]): Environment => ({
  ...env,
  sources: [...env.sources, ...sources],
});

function matchesQualifier(source: Source, qualifier: readonly (Identifier | null)[]): boolean {
  const [name, schema] = qualifier.map((part) => part?.name).toReversed();
  if (name === undefined || !sameName(source.name, name)) return false;
  if (schema === undefined) return true;
  return !source.aliased && sameName(source.schema ?? 'dbo', schema);
}

/** Words that stand for a column by what it is. */
export const PSEUDO: Readonly<Record<string, (column: BoundColumn) => boolean>> = {
  $identity: (column) => column.identity !== undefined,
  identitycol: (column) => column.identity !== undefined,
  $rowguid: (column) => column.rowguidcol === true,
  rowguidcol: (column) => column.rowguidcol === true,
};

function columnsNamed(source: Source, name: string): readonly BoundColumn[] {
  const exact = source.columns.filter((column) => sameName(column.name, name));
  if (exact.length > 0) return exact;
  const pseudo = PSEUDO[name.toLowerCase()];
  return pseudo ? source.columns.filter(pseudo) : [];
}

/** Finds a column, going outwards. Reports 207, 209 or 4104 as SQL Server does. */
export function resolveColumn(t: Translation, env: Environment, ref: ColumnRef): TypedSql {
  const parts = ref.parts;
  const last = parts.at(-1)?.name ?? '';
  const qualifier = parts.slice(0, -1);
  for (let level: Environment | undefined = env; level; level = level.parent) {
    const sources = qualifier.length > 0 ? level.sources.filter((s) => matchesQualifier(s, qualifier)) : level.sources;
    const found = sources.flatMap((source) => columnsNamed(source, last));
    if (found.length > 1) return t.fail('ambiguous-column', 209, `Ambiguous column name '${last}'.`, ref.span);
    const column = found[0];
    if (column) return outerKey(level, env, column.value);
    if (qualifier.length > 0 && sources.length > 0) break;
  }
  return unknownColumn(t, env, ref.parts, ref.span);
}

/** The column of the query's own FROM that a name means; undefined for one from outside, and where it is none or several. */
export function ownColumn(
  env: Environment,
  { parts }: ColumnRef,
): { readonly source: Source; readonly column: BoundColumn } | undefined {
  const qualifier = parts.slice(0, -1);
  const found = env.sources
    .filter((source) => qualifier.length === 0 || matchesQualifier(source, qualifier))
    .flatMap((source) => columnsNamed(source, parts.at(-1)?.name ?? '').map((column) => ({ source, column })));
  return found.length === 1 ? found[0] : undefined;
}

/** Whether a name is that of exactly one column in reach. */
export function isColumn(env: Environment, parts: ColumnRef['parts']): boolean {
  const last = parts.at(-1)?.name ?? '';
  const qualifier = parts.slice(0, -1);
  for (let level: Environment | undefined = env; level; level = level.parent) {
    const sources = qualifier.length > 0 ? level.sources.filter((s) => matchesQualifier(s, qualifier)) : level.sources;
    const found = sources.flatMap((source) => columnsNamed(source, last));
    if (found.length > 0) return found.length === 1;
  }
  return false;
}

/** Within a subquery of a grouped query its keys are what the query outside knows of them. */
function outerKey(level: Environment, env: Environment, value: TypedSql): TypedSql {
  const other = level === env ? undefined : level.grouped?.get(value.sql);
  return other === undefined ? value : { ...value, sql: other };
}

function unknownColumn(t: Translation, env: Environment, parts: readonly (Identifier | null)[], span: Span): TypedSql {
  const text = parts.map((part) => part?.name ?? '').join('.');
  const qualifier = parts.slice(0, -1);
  let bound = qualifier.length === 0;
  for (let level: Environment | undefined = env; level && !bound; level = level.parent) {
    bound = level.sources.some((source) => matchesQualifier(source, qualifier));
  }
  if (bound) return t.fail('unknown-column', 207, `Invalid column name '${parts.at(-1)?.name ?? ''}'.`, span);
  return t.fail('unbound-name', 4104, `The multi-part identifier "${text}" could not be bound.`, span);
}

/** The sources that `*` or `t.*` stands for. */
export function starSources(
  t: Translation,
  env: Environment,
  qualifier: readonly (Identifier | null)[],
  span: Span,
): readonly Source[] {
  if (qualifier.length === 0) return env.sources;
  const found = env.sources.filter((source) => matchesQualifier(source, qualifier));
  if (found.length === 0) {
    const text = qualifier.map((part) => part?.name ?? '').join('.');
    t.fail(
      'unbound-prefix',
      107,
      `The column prefix '${text}' does not match with a table name or alias name used in the query.`,
      span,
    );
  }
  return found;
}
