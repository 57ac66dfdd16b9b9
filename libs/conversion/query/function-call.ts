import type { Expression, FunctionCall, Span } from '#tsql';
import type { FunctionInvocation, SqlType, TypedSql } from './api.ts';
import { searchable } from './caseless.ts';
import { convert } from './convert.ts';
import type { Environment } from './environment.ts';
import { translate, variable } from './expression.ts';
import { AGGREGATE_RULES } from './functions/aggregate.ts';
import { CONDITIONAL_RULES } from './functions/conditional.ts';
import { DATETIME_RULES } from './functions/datetime.ts';
import { JSON_RULES } from './functions/json.ts';
import { MATH_RULES } from './functions/math.ts';
import { STRING_RULES } from './functions/string.ts';
import { SYSTEM_RULES } from './functions/system.ts';
import { isNumberLike, isPlainText, isTextual } from './operand-types.ts';
import { INT, isString } from './sql-type.ts';
import type { Translation } from './translation.ts';

const KEEPS_COLLATION = new Set(
  'count count_big min max string_agg isnull coalesce nullif iif choose lag lead first_value last_value'.split(' '),
);

/** Functions of strings that take the old types of long values too, by argument; and those that make a string of anything. */
const TAKES_LONG = /^(?:substring 0|patindex 1|(?:concat|concat_ws|string_agg|formatmessage|quotename|format) \d+)$/;

/** Functions of JSON texts, which no other type becomes of its own. */
const WANTS_STRING = /^(?:isjson|json_value|json_query|json_modify|json_path_exists) 0$/;

/** A use of a built-in function: what a rule needs to translate it. */
export class FunctionUse {
  constructor(
    readonly t: Translation,
    readonly env: Environment,
    readonly node: FunctionCall,
    readonly name: string,
  ) {}

  get span(): Span {
    return this.node.span;
  }

  get count(): number {
    return this.node.args.length;
  }

  get runtime(): boolean {
    return this.t.profile.runtime;
  }

  /** An argument as it is; NULL if it is missing. */
  arg(index: number): TypedSql {
    const node = this.node.args[index];
    return node
      ? this.given(translate(this.t, this.env, node))
      : { sql: 'NULL', type: INT, nullable: true, constant: null, untyped: true };
  }

  args(): readonly TypedSql[] {
    return this.node.args.map((node) => this.given(translate(this.t, this.env, node)));
  }

  /** What counts, groups or chooses values keeps their collation. */
  private given(value: TypedSql): TypedSql {
    return KEEPS_COLLATION.has(this.name) ? value : searchable(this.t, value);
  }

  to(from: TypedSql, type: SqlType): TypedSql {
    return convert(this.t, from, type, { mode: 'implicit', span: this.span });
  }

  /** An argument as a number of type int. */
  int(index: number): string {
    const from = this.arg(index);
    this.require(index, from, isNumberLike(from.type));
    return this.to(from, INT).sql;
  }

  /** 8116: an argument of a type that the function does not take. NULL is taken by all. */
  require(index: number, { type, untyped }: TypedSql, isTaken: boolean): void {
    if (isTaken || untyped) return;
    const message = `Argument data type ${type.name} is invalid for argument ${index + 1} of ${this.name} function.`;
    this.t.misfit(8116, message, this.span);
  }

  /** An argument as a string; other types are converted as CAST does. */
  text(index: number): TypedSql {
    const from = this.arg(index);
    const key = `${this.name} ${index}`;
    this.require(
      index,
      from,
      WANTS_STRING.test(key) ? isPlainText(from.type) : isTextual(from.type) || TAKES_LONG.test(key),
    );
    if (isString(from.type) && !from.untyped) return from;
    return convert(this.t, from, { name: 'varchar', length: 8000 }, { mode: 'implicit', span: this.span });
  }

  /** A bare word such as a date part, lower case. */
  word(index: number): string {
    const node = this.node.args[index];
    if (node?.kind === 'column') return node.parts.at(-1)?.name.toLowerCase() ?? '';
    return node?.kind === 'keyword' ? node.name.toLowerCase() : '';
  }

  fail(number: number, message: string): TypedSql {
    return this.t.fail('function', number, message, this.span);
  }

  /** null where the target's server is of this version or a later one; else its answer is what it lacks. */
  lacksServer(version: number): TypedSql | null {
    return this.t.since(version) ? null : this.t.needsServer(version, this.name.toUpperCase(), this.span);
  }

  unsupported(what = `${this.name.toUpperCase()}`): TypedSql {
    return this.t.unsupported(what, this.span);
  }

  /** Where plain PostgreSQL has no faithful form. */
  needsRuntime(): TypedSql {
    return this.t.fail(
      'no-counterpart',
      40515,
      `${this.name.toUpperCase()} has no exact counterpart in PostgreSQL.`,
      this.span,
    );
  }
}

/** Translates the call of one function. */
export type FunctionRule = (use: FunctionUse) => TypedSql;

/** Number of arguments: least and most; -1 = any. */
export interface RuleEntry {
  readonly rule: FunctionRule;
  readonly least: number;
  readonly most: number;
}

export type RuleTable = Readonly<Record<string, RuleEntry>>;

const RULES: ReadonlyMap<string, RuleEntry> = new Map(
  [STRING_RULES, MATH_RULES, DATETIME_RULES, CONDITIONAL_RULES, AGGREGATE_RULES, JSON_RULES, SYSTEM_RULES].flatMap(
    (table) => Object.entries(table),
  ),
);

/** The lower-case names of T-SQL's own functions that the translator knows, also those that it refuses. */
export const BUILT_IN_FUNCTIONS: readonly string[] = [...RULES.keys()];

/** Whether a function's name is one of T-SQL's own that the translator knows. */
export const isBuiltIn = (name: string): boolean => RULES.has(name.toLowerCase());

const AGGREGATE_NAMES = new Set(
  'approx_count_distinct avg checksum_agg count count_big grouping grouping_id max min percentile_cont percentile_disc stdev stdevp string_agg sum var varp'.split(
    ' ',
  ),
);

/** Whether a name, in lower case, is that of an aggregate. */
export const isAggregateName = (name: string): boolean => AGGREGATE_NAMES.has(name);

/** Whether a call is an aggregate of its own level, not a window function. */
export function isAggregate(node: FunctionCall): boolean {
  return !node.over && node.name.schema === undefined && AGGREGATE_NAMES.has(node.name.name.name.toLowerCase());
}

/** What a handler of the engine gets for a call. */
export function invocation(
  t: Translation,
  env: Environment,
  node: { readonly args: readonly Expression[]; readonly span: Span },
  name: string,
): FunctionInvocation {
  const { span } = node;
  return {
    name,
    args: node.args.map((arg) => {
      if (arg.kind === 'default') return defaultArgument();
      return arg.kind === 'globalVariable' && name === 'object_name'
        ? variable(t, env, arg, true)
        : translate(t, env, arg);
    }),
    span,
    convert: (from, type) => convert(t, from, type, { mode: 'implicit', span }),
    parameter: (key, type) => t.parameter(key, type),
    fail: (number, message) => {
      t.fail('function', number, message, span);
      throw new Error(message);
    },
  };
}

const defaultArgument = (): TypedSql => ({
  sql: 'NULL',
  type: INT,
  nullable: true,
  constant: null,
  untyped: true,
  byDefault: true,
});

/** Translates a function call: the engine's own functions first, then the built-in ones. */
export function translateCall(t: Translation, env: Environment, node: FunctionCall): TypedSql {
  const name = node.name.name.name.toLowerCase();
  const schema = node.name.schema?.name.toLowerCase();
  const dotted = schema === undefined ? name : `${schema}.${name}`;
  const handler = env.scope.function(dotted);
  if (handler) return handler(invocation(t, env, node, dotted));
  const entry = schema === undefined || schema === 'sys' ? RULES.get(name) : undefined;
  if (!entry) return unknownFunction(t, node, dotted);
  const { args } = node;
  if (args.length < entry.least || (entry.most !== -1 && args.length > entry.most)) {
    const fixed = entry.least === entry.most;
    const wanted = fixed ? String(entry.least) : `${entry.least} to ${entry.most}`;
    return t.fail(
      'argument-count',
      fixed ? 174 : 189,
      `The ${name} function requires ${wanted} argument(s).`,
      node.span,
    );
  }
  return entry.rule(new FunctionUse(t, env, node, name));
}

function unknownFunction(t: Translation, node: FunctionCall, dotted: string): TypedSql {
  if (dotted.includes('.')) {
    const schema = node.name.schema?.name ?? '';
    const message = `Cannot find either column "${schema}" or the user-defined function or aggregate "${schema}.${node.name.name.name}", or the name is ambiguous.`;
    return t.fail('unknown-function', 4121, message, node.span);
  }
  return t.fail(
    'unknown-function',
    195,
    `'${node.name.name.name}' is not a recognized built-in function name.`,
    node.span,
  );
}
