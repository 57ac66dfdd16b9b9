/** What hangs on a table of the target under a name of the source. */
export interface TablePart {
  readonly kind: 'key' | 'check' | 'foreignKey' | 'default' | 'index' | 'absentIndex';
  /** The source's name. */
  readonly name: string;
  /** Quoted, of a default the column's. */
  readonly sql: string;
  /** Of an index: its qualified name. */
  readonly qualified?: string;
  /** Of a check or a foreign key: what `ADD` takes, without `NOT VALID`. */
  readonly definition?: string;
  /** Of an index or a key that compares without case: the second index of it, qualified. */
  readonly folded?: string;
}

/** A trigger of a table, which is one or several in the target. */
export interface TableTrigger {
  /** The source's. */
  readonly schema: string;
  readonly name: string;
  readonly table: { readonly schema: string; readonly name: string };
  /** Quoted names in the target, one for each event. */
  readonly names: readonly string[];
}

/** What keeps the versions of a temporal table: quoted names of the two triggers, and the source's name of the history. */
export interface Versioning {
  readonly period: string;
  readonly history: string;
  readonly historyTable: { readonly schema: string; readonly name: string };
}

interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** Constraints, indexes and triggers of the converted tables by their source names, for code that alters them. */
export class TableParts {
  private readonly parts = new Map<string, Map<string, TablePart>>();
  private readonly triggers: TableTrigger[] = [];
  private readonly versioned = new Map<string, Versioning>();

  add(table: TableName, part: TablePart): void {
    const own = this.parts.get(keyOf(table)) ?? new Map<string, TablePart>();
    this.parts.set(keyOf(table), own);
    own.set(part.name.toLowerCase(), part);
  }

  find(table: TableName, name: string): TablePart | undefined {
    return this.parts.get(keyOf(table))?.get(name.toLowerCase());
  }

  of(table: TableName): readonly TablePart[] {
    return [...(this.parts.get(keyOf(table))?.values() ?? [])];
  }

  addTrigger(trigger: TableTrigger): void {
    this.triggers.push(trigger);
  }

  triggersOf(table: TableName): readonly TableTrigger[] {
    return this.triggers.filter((one) => keyOf(one.table) === keyOf(table));
  }

  trigger(of: TableName): TableTrigger | undefined {
    return this.triggers.find((one) => keyOf(one) === keyOf(of));
  }

  addVersioning(table: TableName, versioning: Versioning): void {
    this.versioned.set(keyOf(table), versioning);
  }

  versioning(table: TableName): Versioning | undefined {
    return this.versioned.get(keyOf(table));
  }
}

const keyOf = (of: TableName): string => `${of.schema}.${of.name}`.toLowerCase();
