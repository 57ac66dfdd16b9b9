import type { FunctionHandler, NameParts, Relation, TypedSql } from '../query/index.ts';
import type { RoutineSignature } from './routine-model.ts';

/** What is known of the converted routines, by their source names; scopes resolve calls in it. */
export class RoutineCatalog {
  private readonly routines = new Map<string, RoutineSignature>();
  private readonly synonyms = new Map<string, string>();

  /** Calls by the one name are calls of the other. */
  addSynonym(of: { schema: string; name: string }, base: { schema: string; name: string }): void {
    this.synonyms.set(keyOf(of.schema, of.name), keyOf(base.schema, base.name));
  }

  add(schema: string, name: string, signature: RoutineSignature): void {
    this.routines.set(keyOf(schema, name), signature);
  }

  remove(schema: string, name: string): void {
    this.routines.delete(keyOf(schema, name));
  }

  find(schema: string, name: string): RoutineSignature | undefined {
    const key = keyOf(schema, name);
    return this.routines.get(this.synonyms.get(key) ?? key);
  }

  /** All of them, by source name `schema.name` in lower case. */
  all(): ReadonlyMap<string, RoutineSignature> {
    return this.routines;
  }

  /** The handler of a scalar function by its dotted lower-case name; built-in functions have none here. */
  scalar(dotted: string): FunctionHandler | undefined {
    const found = this.routines.get(this.synonyms.get(dotted) ?? dotted);
    if (found?.kind !== 'scalar' || !found.returns) return undefined;
    const type = found.returns;
    return (call) => ({ sql: `${found.sql}(${callArguments(found, call)})`, type, nullable: true });
  }

  /** A table function as something to select from. */
  table(parts: NameParts, call: Parameters<FunctionHandler>[0]): Relation | undefined {
    const [name = '', schema] = parts.toReversed();
    const found = this.find(schema ?? 'dbo', name ?? '');
    if (found?.kind !== 'table') return undefined;
    return {
      kind: 'function',
      schema: schema ?? 'dbo',
      name: name ?? '',
      sql: `${found.sql}(${callArguments(found, call)})`,
      columns: found.columns,
    };
  }
}

/** Arguments by position; from the first DEFAULT on, by name. */
function callArguments(routine: RoutineSignature, call: Parameters<FunctionHandler>[0]): string {
  let named = false;
  const texts: string[] = [];
  for (const [index, arg] of call.args.entries()) {
    const parameter = routine.parameters[index];
    if (!parameter) call.fail(8144, `Procedure or function has too many arguments specified.`);
    else if (arg.byDefault) named = true;
    else {
      const made = call.convert(arg, parameter.type);
      texts.push(named ? `${parameter.name} => ${typed(made, arg)}` : typed(made, arg));
    }
  }
  return texts.join(', ');
}

/** Constants of a narrow type need their cast for PostgreSQL to find the function. */
function typed(made: TypedSql, from: TypedSql): string {
  const isNarrow = made.type.name === 'smallint' || made.type.name === 'tinyint';
  return typeof from.constant === 'string' && isNarrow && /^(\d+|\(-\d+\))$/.test(made.sql)
    ? `${made.sql}::smallint`
    : made.sql;
}

/** Blanks at the end of a name do not count. */
function keyOf(schema: string, name: string): string {
  return `${schema}.${name.trimEnd()}`.toLowerCase();
}
