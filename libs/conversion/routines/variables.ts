import { quoteIdent } from '#pgsql';
import type { SqlType } from '../query/index.ts';
import { Naming, type NamingPolicy } from '../schema/naming.ts';

/** A PL/pgSQL variable that stands for a T-SQL one, or that the conversion needs for itself. */
export interface LocalVariable {
  /** As written in PL/pgSQL. */
  readonly name: string;
  /** T-SQL type; undefined for records and refcursors. */
  readonly type?: SqlType;
  readonly typeSql: string;
  readonly isParameter: boolean;
}

/** Words that PL/pgSQL keeps for itself: no label is named like them. */
const RESERVED = new Set(
  'all begin by case declare else end execute for foreach from if in into loop not null or strict then to using when while'.split(
    ' ',
  ),
);

/** PostgreSQL cuts longer names. */
const LONGEST = 63;

/** A name that is cut keeps its end: what tells it from others that begin alike stands there. */
const shortened = (name: string, room: number): string =>
  name.length <= room ? name : `${name.slice(0, room - 9)}${name.slice(-9)}`;

const PLAIN = /^[a-z_][a-z0-9_]*$/;

/**
 * The variables of one routine: `p_` before parameters, `v_` before the rest. No name is that of a column of the database, so that a statement never means
 * the one where the source meant the other.
 */
export class Variables {
  private readonly naming: Naming;
  private readonly known = new Map<string, LocalVariable>();
  private readonly declared: LocalVariable[] = [];
  private readonly taken = new Set<string>();

  constructor(
    policy: NamingPolicy,
    private readonly columns: ReadonlySet<string>,
  ) {
    this.naming = new Naming(policy === 'preserve' ? 'lower' : policy);
  }

  /** The variable of a T-SQL name (`@x`, any case). */
  find(source: string): LocalVariable | undefined {
    return this.known.get(source.toLowerCase());
  }

  /** Without a type: of a cursor. */
  parameter(source: string, type: SqlType | undefined, typeSql: string): LocalVariable {
    const name = this.fresh('p_', source.slice(1));
    const made = { name, ...(type ? { type } : {}), typeSql, isParameter: true };
    this.known.set(source.toLowerCase(), made);
    return made;
  }

  /** Declares a variable; a name declared twice keeps its first type. */
  declare(source: string, type: SqlType | undefined, typeSql: string): LocalVariable {
    const known = this.find(source);
    if (known) return known;
    const made: LocalVariable = {
      name: this.fresh('v_', source.replace(/^@+/, '')),
      ...(type ? { type } : {}),
      typeSql,
      isParameter: false,
    };
    this.known.set(source.toLowerCase(), made);
    this.declared.push(made);
    return made;
  }

  /** A name that stands for no variable of the source. */
  fresh(prefix: string, stem: string): string {
    const folded = this.naming.name('stems', stem, stem.toLowerCase());
    for (let n = 1; ; n++) {
      const ending = n === 1 ? '' : `_${n}`;
      const name = `${prefix}${shortened(folded, LONGEST - prefix.length - ending.length)}${ending}`;
      if (this.taken.has(name) || this.columns.has(name) || RESERVED.has(name)) continue;
      this.taken.add(name);
      return PLAIN.test(name) ? name : quoteIdent(name);
    }
  }

  /** The DECLARE section's variables, in the order of their declaration. */
  declarations(): readonly LocalVariable[] {
    return this.declared;
  }

  /** All, parameters among them. */
  all(): readonly LocalVariable[] {
    return [...this.known.values()];
  }
}
