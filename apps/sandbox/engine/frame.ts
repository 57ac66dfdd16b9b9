import type { Relation, SqlType } from '#conversion';
import type { Variable } from '#tsql';
import type { CatalogObject } from '../catalog/index.ts';
import type { SqlError } from '../session.ts';
import type { CursorMap } from './cursors.ts';

/** A scalar variable: its type and its value as text of the storage type. */
export interface VariableSlot {
  readonly type: SqlType;
  value: string | null;
  /** The bytes of a binary value, where they are at hand: what can be sent without making its text. */
  readonly bytes?: Buffer | undefined;
}

/** A long binary value as a client sent it: its text, twice as long, is made only where somebody asks for it. */
export class BinarySlot implements VariableSlot {
  private text: string | null = null;

  constructor(
    readonly type: SqlType,
    public bytes: Buffer | undefined,
  ) {}

  get value(): string | null {
    return this.bytes === undefined ? this.text : `\\x${this.bytes.toString('hex')}`;
  }

  set value(text: string | null) {
    this.bytes = undefined;
    this.text = text;
  }
}

/** A temporary table or table variable: what the translator sees, and what the executor must know of it. */
export interface LocalTable {
  readonly relation: Relation;
  /** Name of the PostgreSQL temporary table, quoted. */
  readonly physical: string;
  /** PostgreSQL sequence of the identity column, quoted. */
  readonly sequence?: string;
  /** The database on whose connection it is; undefined for one that lives no longer than a statement. */
  readonly databaseId?: number;
  /** What errors call its constraints and unique indexes, by their PostgreSQL names. */
  readonly constraints: Map<string, LocalConstraint>;
  /** Its indexes without a filter; CREATE INDEX adds to them. */
  readonly indexes: LocalIndex[];
}

/** A constraint of a temporary table, or a unique index. */
export interface LocalConstraint {
  readonly kind: 'PRIMARY KEY' | 'UNIQUE KEY' | 'CHECK' | 'index';
  readonly name: string;
  /** Of a check: the column on which it was written. */
  readonly column?: string;
}

/** An index of a temporary table; with its names where CREATE INDEX made it. */
export interface LocalIndex {
  readonly name?: string;
  readonly physical?: string;
  readonly unique: boolean;
  readonly clustered: boolean;
  readonly columns: readonly { readonly name: string; readonly descending: boolean }[];
}

/** What a trigger may ask of the statement that fired it. */
export interface TriggerState {
  readonly parent: CatalogObject | undefined;
  /** Names of the columns for which UPDATE() is true, lower case. */
  readonly updated: ReadonlySet<string>;
}

/** One scope of execution: a batch, or one call of a procedure. Variables belong to it; so does SCOPE_IDENTITY(). */
export class Frame {
  readonly variables = new Map<string, VariableSlot>();
  readonly tables = new Map<string, LocalTable>();
  /** Temporary tables made in this scope; they are dropped when it ends, unless it is a batch of the session itself. */
  readonly temporary: string[] = [];
  /** Cursors declared LOCAL, and cursor variables. */
  readonly cursors: CursorMap = new Map();
  scopeIdentity: string | null = null;
  /** A batch of the client: temporary tables that it makes stay with the session. */
  ofSession = false;
  /** Errors of the CATCH blocks that are running, innermost last. */
  readonly caught: SqlError[] = [];
  /** How many TRY blocks of this scope are running. */
  tries = 0;
  returnStatus = 0;
  /** Set where the scope is a trigger's. */
  trigger: TriggerState | undefined;

  constructor(
    /** Name of the procedure for error messages; '' in a batch. */
    readonly procedure: string,
    readonly procedureId: number,
    readonly level: number,
    readonly parent: Frame | undefined,
  ) {}

  /** A variable by its name in any case. */
  variable(name: string): VariableSlot | undefined {
    return this.variables.get(name.toLowerCase());
  }

  /** Names of its variables and table variables, lower case. */
  names(): string[] {
    return [...this.variables.keys(), ...this.tables.keys(), ...this.cursors.keys()];
  }

  /** Whether names of tables may mean something of this scope or of a caller: what is translated here cannot be kept. */
  hasTables(): boolean {
    return this.tables.size > 0 || (this.parent?.hasTables() ?? false);
  }

  /** A scope with one variable, for the conversion of a value that stands in no variable. */
  scratch(type: SqlType, value: string): Frame {
    const frame = new Frame(this.procedure, this.procedureId, this.level, this);
    frame.variables.set('@value', { type, value });
    return frame;
  }

  /** The expression that reads {@link scratch}'s variable. */
  get scratchExpression(): Variable {
    return { kind: 'variable', name: '@value', span: { start: 0, end: 0, line: 1, column: 1 } };
  }

  /** The error that ERROR_NUMBER() and its fellows speak of: that of the innermost running CATCH, of callers too. */
  currentError(): SqlError | undefined {
    return this.caught.at(-1) ?? this.parent?.currentError();
  }

  /** Whether an error would reach a CATCH of this scope or of a caller. */
  guarded(): boolean {
    return this.tries > 0 || (this.parent?.guarded() ?? false);
  }
}

/** How a statement ended, for the list it stands in. */
export type Flow = 'next' | 'break' | 'continue' | 'return' | { readonly goto: string };
