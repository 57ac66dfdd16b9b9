import { findAll } from '#tsql';
import type { RoutineSource } from './routine-model.ts';

/** Functions that give another value while their arguments, or the row, stay. */
const CHANGING =
  /^(getdate|getutcdate|sysdatetime|sysutcdatetime|sysdatetimeoffset|current_timestamp|current_date|rand|newid|newsequentialid|user_name|suser_name|suser_sname|suser_id|suser_sid|system_user|session_user|current_user|user|user_id|is_member|is_srvrolemember|original_login|host_name|host_id|app_name|db_name|db_id|session_context|context_info|object_name|object_id|columnproperty|objectproperty|databaseproperty(ex)?|serverproperty|connectionproperty|current_timezone|error_\w+|ident_current|scope_identity|xact_state)$/;

/** A function of the database as an expression calls it. */
export interface CalledFunction {
  readonly schema: string;
  readonly name: string;
}

type Nodes = Parameters<typeof findAll>[0];

/** Whether an expression or a body asks by itself for something that changes: the time, the session, the server. */
export function asksWhatChanges(nodes: Nodes): boolean {
  return (
    findAll(nodes, 'call').some((one) => CHANGING.test(one.name.name.name.toLowerCase())) ||
    findAll(nodes, 'globalVariable').length > 0 ||
    findAll(nodes, 'column').some(
      (one) => one.parts.length === 1 && CHANGING.test(one.parts[0]?.name.toLowerCase() ?? ''),
    )
  );
}

/** The scalar functions of the database that are called: they alone have a schema before their names. */
export function functionsCalled(nodes: Nodes): readonly CalledFunction[] {
  return findAll(nodes, 'call').flatMap(({ name }) =>
    name.schema && name.schema.name.toLowerCase() !== 'sys' ? [{ schema: name.schema.name, name: name.name.name }] : [],
  );
}

/** By what the functions of a database are found here. */
export const functionKey = (of: CalledFunction): string => `${of.schema}.${of.name}`.toLowerCase();

/** What a body reads, or runs, that is no argument of it. */
const REACHES = ['table', 'execute', 'nextValueFor'] as const;

/** What the scalar functions of a database reach besides their arguments, by their texts alone. */
export class FunctionReach {
  private readonly sources = new Map<string, RoutineSource>();
  private readonly known = new Map<string, boolean>();

  constructor(sources: readonly RoutineSource[]) {
    for (const one of sources)
      if (one.statement.kind === 'createFunction') this.sources.set(functionKey(one.module), one);
  }

  /** The function's source, where it is one of the database. */
  source(of: CalledFunction): RoutineSource | undefined {
    return this.sources.get(functionKey(of));
  }

  /** Whether its value may change while its arguments stay: it reads tables, the time or the session, itself or by those it calls. */
  changes(of: CalledFunction): boolean {
    const key = functionKey(of);
    const found = this.known.get(key);
    if (found !== undefined) return found;
    const made = this.closure([of]).some(
      ({ statement }) => asksWhatChanges(statement) || REACHES.some((kind) => findAll(statement, kind).length > 0),
    );
    this.known.set(key, made);
    return made;
  }

  /** The functions, and all that they call; each once. */
  closure(roots: readonly CalledFunction[]): readonly RoutineSource[] {
    const found = new Map<string, RoutineSource>();
    const left = [...roots];
    for (let next = left.pop(); next; next = left.pop()) {
      const source = this.source(next);
      if (!source || found.has(functionKey(next))) continue;
      found.set(functionKey(next), source);
      left.push(...functionsCalled(source.statement));
    }
    return [...found.values()];
  }
}
