import type {
  FunctionHandler,
  FunctionInvocation,
  NameParts,
  Relation,
  Scope,
  SqlType,
  VariableBinding,
} from '../query/index.ts';
import type { TargetScope, TargetTableType } from '../schema/target-scope.ts';
import type { RoutineCatalog } from './catalog.ts';
import { masterView } from './catalog-views.ts';
import type { TableParts } from './table-parts.ts';
import type { Variables } from './variables.ts';

/** How the names of one routine resolve: its variables and temporary tables first, then the database's. */
export class RoutineScope implements Scope {
  readonly database: string;
  readonly collation: string;
  readonly serverVersion: number;
  readonly foldCase: boolean;
  readonly caselessColumns: boolean;
  /** `#t`, `@t`, `inserted` and `deleted`, by lower-case name. */
  readonly local = new Map<string, Relation>();
  /** Temporary tables of callers, by `#name`. */
  shared: ((source: string) => Relation | undefined) | undefined;
  private readonly own = new Map<string, Relation>();
  /** `@@rowcount` and its fellows. */
  readonly globals = new Map<string, VariableBinding>();
  /** Those whose meaning is another in a handler. */
  readonly dynamic = new Map<string, () => VariableBinding>();
  /** Functions that mean something of their own in a routine: ERROR_MESSAGE(), SCOPE_IDENTITY(), UPDATE(c). */
  readonly functions = new Map<string, FunctionHandler>();

  constructor(
    private readonly outer: TargetScope,
    private readonly variables: Variables,
  ) {
    this.database = outer.database;
    this.collation = outer.collation;
    this.serverVersion = outer.serverVersion;
    this.foldCase = outer.foldCase;
    this.caselessColumns = outer.caselessColumns;
  }

  /** The routines converted so far. */
  get routines(): RoutineCatalog {
    return this.outer.routines;
  }

  /** What hangs on the tables of the database. */
  get parts(): TableParts {
    return this.outer.parts;
  }

  /** Whether the source has nothing of that name, and nothing in it that could make it. */
  isNowhere(name: string): boolean {
    return this.outer.isNowhere(name);
  }

  /** The same of a procedure. */
  hasNoProcedure(name: string): boolean {
    return this.outer.hasNoProcedure(name);
  }

  needs(extension: string): void {
    this.outer.needs(extension);
  }

  tableType(schema: string | undefined, name: string): TargetTableType | undefined {
    return this.outer.tableType(schema, name);
  }

  /** Source names of the columns of a table's key. */
  keyOf(schema: string, name: string): readonly string[] {
    return this.outer.keyOf(schema, name);
  }

  relation(parts: NameParts): Relation | undefined {
    const [name = '', schema, database] = parts.toReversed();
    const own = parts.length === 1 || name?.startsWith('#') ? this.local.get((name ?? '').toLowerCase()) : undefined;
    if (own) return own;
    if (name?.startsWith('#')) return this.shared?.(name);
    const made = this.own.get(`${schema ?? 'dbo'}.${name ?? ''}`.toLowerCase());
    if (made) return made;
    if (database?.toLowerCase() === 'master') return masterView(schema ?? undefined, name ?? '');
    if (database && database.toLowerCase() !== this.database.toLowerCase()) return undefined;
    return this.outer.relation([schema ?? 'dbo', name ?? '']);
  }

  /** A table that the routine makes or changes is known from then on. */
  made(schema: string, name: string, relation: Relation): void {
    if (name.startsWith('#')) this.local.set(name.toLowerCase(), relation);
    else this.own.set(`${schema}.${name}`.toLowerCase(), relation);
  }

  tableVariable(name: string): Relation | undefined {
    return this.local.get(name.toLowerCase());
  }

  tableFunction(name: NameParts, call: FunctionInvocation): Relation | undefined {
    return this.outer.tableFunction(name, call);
  }

  variable(name: string): VariableBinding | undefined {
    if (name.startsWith('@@')) return this.globals.get(name.toLowerCase()) ?? this.dynamic.get(name.toLowerCase())?.();
    const found = this.variables.find(name);
    return found?.type ? { type: found.type, sql: found.name } : undefined;
  }

  dataType(schema: string | undefined, name: string): SqlType | undefined {
    return this.outer.dataType(schema, name);
  }

  sequence(parts: NameParts): { sql: string; type: SqlType } | undefined {
    return this.outer.sequence(parts);
  }

  function(name: string): FunctionHandler | undefined {
    return this.functions.get(name) ?? this.outer.function(name);
  }
}
