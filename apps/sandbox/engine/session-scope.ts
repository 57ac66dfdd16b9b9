import type {
  FunctionHandler,
  FunctionInvocation,
  NameParts,
  Relation,
  Scope,
  SqlType,
  VariableBinding,
} from '#conversion';
import { catalogFunction, catalogTableFunction, type CatalogObject, type CatalogSnapshot } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { isGlobalTemporary, isLocalTemporary, isOwnView, overlayKey } from './names.ts';
import { partitionNumber } from './ddl/partitions.ts';
import { FunctionStore } from './function-store.ts';
import type { LocalTable } from './frame.ts';
import { tableRelation, viewRelation } from './relations.ts';
import { SESSION_VALUES, sessionFunction } from './session-values.ts';
import { tableFunctionRelation, userFunction } from './user-functions.ts';

/** What names of a statement mean that reaches into other databases, by the names as written (`overlayKey`). */
export interface Foreign {
  /** Copies of tables that are elsewhere. */
  readonly copies: ReadonlyMap<string, Relation>;
  /** Synonyms of the caller's database for tables of this one: their names here. */
  readonly renamed: ReadonlyMap<string, NameParts>;
}

/** What names mean besides the catalog: variables and temporary tables of where the statement stands. */
export interface LocalNames {
  variable(name: string): SqlType | undefined;
  table(name: string): LocalTable | undefined;
  readonly foreign?: Foreign;
  /** Functions of the scope that runs; `otherwise` is what the name means without it. */
  function?(name: string, otherwise: () => FunctionHandler | undefined): FunctionHandler | undefined;
}

const NO_LOCALS: LocalNames = { variable: () => undefined, table: () => undefined };
/** For translations that are not run. */
const NOWHERE = new FunctionStore(() => Promise.resolve());
const MAX_SYNONYMS = 10;

/** Name resolution for the translator: the catalog of the current database, and the session's own names. */
export class SessionScope implements Scope {
  readonly database: string;
  readonly collation: string;

  constructor(
    readonly snapshot: CatalogSnapshot,
    private readonly locals: LocalNames = NO_LOCALS,
    private readonly defaultSchema = 'dbo',
    /** Where compiled functions are asked for. */
    readonly functions: FunctionStore = NOWHERE,
  ) {
    this.database = snapshot.database.name;
    this.collation = snapshot.database.collation;
  }

  relation(name: NameParts): Relation | undefined {
    const last = name.at(-1) ?? '';
    const copy = this.locals.foreign?.copies.get(overlayKey(name));
    if (copy !== undefined) return copy;
    const renamed = this.locals.foreign?.renamed.get(overlayKey(name));
    if (renamed !== undefined) {
      const behind = this.relation(renamed);
      return behind && { ...behind, name: last };
    }
    if (isLocalTemporary(last) || name.length === 1) {
      const local = this.locals.table(last);
      if (local !== undefined || isLocalTemporary(last)) return local?.relation;
    }
    const object = this.object(name);
    const synonym = this.snapshot.object(name.at(-2) ?? undefined, last, this.defaultSchema);
    if (synonym?.kind === 'SN' && name.length < 3) return this.behind(synonym, object);
    if (object === undefined) return undefined;
    return this.relationOf(object);
  }

  /** What a synonym stands for, under the synonym's name. Throws 5313 where there is nothing. */
  private behind(synonym: CatalogObject, object: CatalogObject | undefined): Relation | undefined {
    const { schema, name } = synonym;
    if (object === undefined) throw new SqlError(5313, `Synonym '${schema}.${name}' refers to an invalid object.`);
    const relation = this.relationOf(object);
    return relation && { ...relation, schema, name };
  }

  private relationOf(object: CatalogObject): Relation | undefined {
    if (object.kind === 'V' && !object.system) {
      return viewRelation(object, new SessionScope(this.snapshot, this.alone, object.schema, this.functions));
    }
    return object.kind === 'U' || object.kind === 'V' || object.kind === 'S' ? tableRelation(object) : undefined;
  }

  /** What a module sees of the names around it. */
  get alone(): LocalNames {
    const { foreign } = this.locals;
    return foreign === undefined ? NO_LOCALS : { ...NO_LOCALS, foreign };
  }

  /** Whether a name without a schema is a table variable, a temporary table, or `inserted` and `deleted`. */
  isLocal(name: string): boolean {
    return this.locals.table(name) !== undefined;
  }

  /** The object a name stands for, through synonyms. Names of other databases are refused. */
  object(name: NameParts, depth = 0): CatalogObject | undefined {
    const last = name.at(-1) ?? '';
    const schema = name.at(-2) ?? undefined;
    const database = name.length > 2 ? name.at(-3) : null;
    if (this.locals.foreign?.copies.has(overlayKey(name))) return undefined;
    const renamed = this.locals.foreign?.renamed.get(overlayKey(name));
    if (renamed !== undefined) return this.object(renamed, depth);
    if (isGlobalTemporary(last)) return this.snapshot.object('dbo', last, 'dbo');
    if (name.length > 3 && name[0] != null) throw otherDatabase(name);
    let found = this.snapshot.object(schema, last, this.defaultSchema);
    if (database != null && this.snapshot.fold(database) !== this.snapshot.fold(this.database)) {
      const shared = /^(master|msdb|model)$/i.test(database);
      if (!shared) throw otherDatabase(name);
      if (found?.system !== true || isOwnView(found.name)) found = undefined;
      if (found === undefined) throw otherDatabase(name);
    }
    if (found?.kind !== 'SN' || depth > MAX_SYNONYMS) return found;
    return this.object(partsOf(found.baseObject ?? ''), depth + 1);
  }

  tableVariable(name: string): Relation | undefined {
    return this.locals.foreign?.copies.get(overlayKey([name])) ?? this.locals.table(name)?.relation;
  }

  tableFunction(name: NameParts, call: FunctionInvocation): Relation | undefined {
    const known = catalogTableFunction(this.snapshot, name, call);
    if (known !== undefined) return known;
    const object = this.object(name);
    return object === undefined ? undefined : tableFunctionRelation(this, object, call);
  }

  variable(name: string): VariableBinding | undefined {
    if (name.startsWith('@@')) {
      const known = SESSION_VALUES[name.toLowerCase()];
      return known && { type: known.type };
    }
    const type = this.locals.variable(name);
    return type && { type };
  }

  dataType(schema: string | undefined, name: string): SqlType | undefined {
    return this.snapshot.type(schema, name)?.type as SqlType | undefined;
  }

  sequence(name: NameParts): { sql: string; type: SqlType } | undefined {
    const object = this.object(name);
    if (object?.kind !== 'SO') return undefined;
    return {
      sql: `nextval('u.${object.physical}'::regclass)`,
      type: (object.columns[0]?.type ?? { name: 'bigint' }) as SqlType,
    };
  }

  function(name: string): FunctionHandler | undefined {
    if (name.startsWith('$partition.')) return partitionNumber(this, name.slice('$partition.'.length));
    const known = (): FunctionHandler | undefined =>
      sessionFunction(name) ?? catalogFunction(this.snapshot, name) ?? userFunction(this, name);
    return this.locals.function?.(name, known) ?? known();
  }
}

/** The parts of a dotted name, quotes undone. */
export function partsOf(name: string): string[] {
  return [...name.matchAll(/\[((?:[^\]]|\]\])*)\]|"((?:[^"]|"")*)"|([^.[\]"]+)|(?<=^|\.)(?=\.)/g)].map(
    (m) => m[1]?.replaceAll(']]', ']') ?? m[2]?.replaceAll('""', '"') ?? m[3]?.trim() ?? '',
  );
}

function otherDatabase(name: NameParts): SqlError {
  const text = name.map((part) => part ?? '').join('.');
  return new SqlError(
    40515,
    `Reference to database and/or server name in '${text}' is not supported in this version of SQL Server.`,
    15,
  );
}
