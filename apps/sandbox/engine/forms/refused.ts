import { findAll, type Expression, type Node, type NodeOf, type TableHint } from '#tsql';
import { SqlError } from '../../session.ts';

/** What is refused of a node: its name for message 40515, or the error of its own. */
type Refusal = string | SqlError | undefined;

type Refusals = { readonly [kind in Node['kind']]?: (node: NodeOf<kind>) => Refusal };

const when = (isThere: unknown, what: string): string | undefined =>
  isThere === undefined || isThere === false ? undefined : what;

/** The first thing that is there. */
const first = (...found: readonly Refusal[]): Refusal => found.find((one) => one !== undefined);

const noFilegroup = (name: string): SqlError | undefined =>
  /^(primary|default)$/i.test(name) ? undefined : new SqlError(1921, `Invalid filegroup '${name}' specified.`);

/** Hints of which a table has one at most: of granularity, of isolation; and what cannot be asked of a reader that takes no locks. */
const CLASHES: readonly (readonly string[])[] = [
  ['PAGLOCK', 'NOLOCK', 'READCOMMITTEDLOCK', 'ROWLOCK', 'TABLOCK', 'TABLOCKX'],
  ['HOLDLOCK', 'NOLOCK', 'READCOMMITTED', 'REPEATABLEREAD'],
  ['UPDLOCK', 'NOLOCK'],
  ['XLOCK', 'NOLOCK'],
];

/** Names of one meaning. */
const MEANS: Readonly<Record<string, string>> = { READUNCOMMITTED: 'NOLOCK', SERIALIZABLE: 'HOLDLOCK' };

/** Hints of OPENROWSET (BULK …) and of indexed views, neither of which there are; SNAPSHOT is for tables in memory. */
const MISPLACED = /^(?:IGNORE_CONSTRAINTS|IGNORE_TRIGGERS|KEEPIDENTITY|KEEPDEFAULTS|NOEXPAND)$/;

function unfitHints(name: string, hints: readonly TableHint[]): Refusal {
  const misplaced = hints.find((one) => MISPLACED.test(one.name));
  if (misplaced !== undefined)
    return new SqlError(8171, `Hint '${misplaced.name.toLowerCase()}' on object '${name}' is invalid.`);
  if (hints.some((one) => one.name === 'SNAPSHOT')) return 'The hint SNAPSHOT';
  return clashingHints(hints);
}

function clashingHints(hints: readonly TableHint[]): Refusal {
  const names = new Set(hints.map((one) => MEANS[one.name] ?? one.name));
  if (CLASHES.some((group) => group.filter((name) => names.has(name)).length > 1))
    return new SqlError(1047, 'Conflicting locking hints specified.', 15);
  return when(names.has('FORCESEEK') && names.has('FORCESCAN'), 'FORCESEEK beside FORCESCAN');
}

/** The names that USE HINT knows (sys.dm_exec_valid_use_hints). */
const USE_HINTS = new Set(
  `ALLOW_BATCH_MODE ASSUME_FIXED_MAX_SELECTIVITY_FOR_REGEXP ASSUME_FULL_INDEPENDENCE_FOR_FILTER_ESTIMATES ASSUME_JOIN_PREDICATE_DEPENDS_ON_FILTERS
ASSUME_MIN_SELECTIVITY_FOR_FILTER_ESTIMATES ASSUME_PARTIAL_CORRELATION_FOR_FILTER_ESTIMATES DISABLE_BATCH_MODE_ADAPTIVE_JOINS
DISABLE_BATCH_MODE_MEMORY_GRANT_FEEDBACK DISABLE_CE_FEEDBACK DISABLE_DEFERRED_COMPILATION_TV DISABLE_DOP_FEEDBACK
DISABLE_INTERLEAVED_EXECUTION_TVF DISABLE_MEMORY_GRANT_FEEDBACK_PERSISTENCE DISABLE_OPTIMIZED_HALLOWEEN_PROTECTION DISABLE_OPTIMIZED_NESTED_LOOP
DISABLE_OPTIMIZED_PLAN_FORCING DISABLE_OPTIMIZER_ROWGOAL DISABLE_PARAMETER_SNIFFING DISABLE_ROW_MODE_MEMORY_GRANT_FEEDBACK
DISABLE_TSQL_SCALAR_UDF_INLINING DISALLOW_BATCH_MODE ENABLE_HIST_AMENDMENT_FOR_ASC_KEYS ENABLE_QUERY_OPTIMIZER_HOTFIXES FORCE_DEFAULT_CARDINALITY_ESTIMATION
FORCE_LEGACY_CARDINALITY_ESTIMATION QUERY_PLAN_PROFILE QUERY_OPTIMIZER_COMPATIBILITY_LEVEL_100 QUERY_OPTIMIZER_COMPATIBILITY_LEVEL_110
QUERY_OPTIMIZER_COMPATIBILITY_LEVEL_120 QUERY_OPTIMIZER_COMPATIBILITY_LEVEL_130 QUERY_OPTIMIZER_COMPATIBILITY_LEVEL_140
QUERY_OPTIMIZER_COMPATIBILITY_LEVEL_150 QUERY_OPTIMIZER_COMPATIBILITY_LEVEL_160`.split(/\s+/),
);

const MOST_RECURSION = 32_767;

const textOf = (expression: Expression): string => (expression.kind === 'literal' ? expression.value : '');

/** QUERY hints: names that USE HINT does not know, and what another product alone has. */
function queryHint({ name, args }: NodeOf<'queryHint'>): Refusal {
  if (/^(?:LABEL|USE PLAN|FOR TIMESTAMP.*)$/.test(name)) return `OPTION (${name})`;
  const [limit] = args;
  if (name === 'MAXRECURSION' && limit?.kind === 'literal' && Number(limit.value) > MOST_RECURSION) {
    const message = `The value ${limit.value} specified for the MAXRECURSION option exceeds the allowed maximum of ${MOST_RECURSION}.`;
    return new SqlError(310, message, 15);
  }
  if (name !== 'USE HINT') return undefined;
  const unknown = args.find((one) => !USE_HINTS.has(textOf(one).toUpperCase()));
  return unknown && new SqlError(10_715, `'${textOf(unknown)}' is not a valid hint.`, 15);
}

/** 8723: TABLE HINT of what the query has not. */
function tableHints(query: NodeOf<'query'>): Refusal {
  const hints = query.options.filter((one) => one.hints !== undefined);
  if (hints.length === 0) return undefined;
  const named = findAll(query, 'table').map((one) => one.alias?.name ?? one.name.name.name);
  for (const { args } of hints) {
    const [target] = args;
    const name = target?.kind === 'column' ? (target.parts.at(-1)?.name ?? '') : '';
    if (named.some((one) => one.toLowerCase() === name.toLowerCase())) continue;
    const message = `Cannot execute query. Object '${name}' is specified in the TABLE HINT clause, but is not used in the query or does not match the alias specified in the query. Table references in the TABLE HINT clause must match the WITH clause.`;
    return new SqlError(8723, message);
  }
  return undefined;
}

const QUERIES: Refusals = {
  query: tableHints,
  with: (node) => when(node.changeContext, 'WITH CHANGE_TRACKING_CONTEXT'),
  selectSpec: ({ intoFilegroup }) => intoFilegroup && noFilegroup(intoFilegroup.name),
  queryHint,
  table: (node) => first(when(node.forPath, 'FOR PATH'), unfitHints(node.name.name.name, node.hints)),
  tableVariable: (node) => unfitHints(node.name, node.hints),
  call: (node) => when(node.graphPath, 'WITHIN GROUP (GRAPH PATH)'),
};

function columnForm(node: NodeOf<'columnDefinition'>): Refusal {
  return first(
    when(node.columnSet, 'A COLUMN_SET'),
    when(node.filestream, 'A FILESTREAM column'),
    when(node.generated, 'A column GENERATED ALWAYS'),
    when(node.hidden, 'A HIDDEN column'),
    when(node.masked, 'A MASKED column'),
    when(node.encrypted, 'A column ENCRYPTED WITH'),
  );
}

function alteredColumn(node: NodeOf<'alterColumn'>): Refusal {
  const what = 'ALTER COLUMN';
  return first(
    when(node.encrypted, `${what} ENCRYPTED WITH`),
    when(node.masked ?? (node.property === 'MASKED' || undefined), `${what} MASKED`),
    when(node.property === 'HIDDEN', `${what} HIDDEN`),
  );
}

const NOT_ENFORCED = 'A constraint NOT ENFORCED';
const HASH = 'A HASH index';

const keyForm = (node: NodeOf<'primaryKey' | 'unique'>): Refusal =>
  first(when(node.hash, HASH), when(node.notEnforced, NOT_ENFORCED));

const DEFINITIONS: Refusals = {
  createTable: (node) =>
    first(when(node.filestreamOn, 'FILESTREAM_ON'), node.textimageOn && noFilegroup(node.textimageOn.name)),
  columnDefinition: columnForm,
  alterColumn: alteredColumn,
  primaryKey: keyForm,
  unique: keyForm,
  foreignKey: (node) => when(node.notEnforced, NOT_ENFORCED),
  inlineIndex: (node) => first(when(node.hash, HASH), when(node.filestreamOn, 'FILESTREAM_ON')),
  createIndex: (node) => when(node.filestreamOn, 'FILESTREAM_ON'),
  alterIndex: ({ action }) =>
    when(
      /^(resume|pause|abort|paths)$/.test(action),
      `ALTER INDEX ${action === 'paths' ? 'FOR' : action.toUpperCase()}`,
    ),
  createDatabase: (node) =>
    first(
      when(node.containment !== undefined && !/^none$/i.test(node.containment), 'CREATE DATABASE CONTAINMENT'),
      when(node.copyOf, 'CREATE DATABASE AS COPY OF'),
      when(
        node.files.some((group) => group.properties.length > 0 && group.properties.join(' ') !== 'DEFAULT'),
        'A filegroup of this kind',
      ),
    ),
  user: ({ from }) =>
    when(
      from !== undefined && from !== 'login' && from !== 'without login',
      `CREATE USER FROM ${from?.toUpperCase() ?? ''}`,
    ),
};

const MODULES: Refusals = {
  createProcedure: (node) =>
    first(
      when(node.number !== undefined && node.number !== 1, `A procedure with a number (;${node.number ?? ''})`),
      when(node.forReplication, 'CREATE PROCEDURE FOR REPLICATION'),
    ),
  parameter: (node) =>
    first(
      when(node.type.base === 'cursor', 'A parameter of type cursor'),
      when(node.varying, 'A parameter VARYING'),
      when(node.nullable === false, 'A parameter NOT NULL'),
    ),
  createTrigger: (node) => when(node.withAppend, 'CREATE TRIGGER WITH APPEND'),
  execute: (node) =>
    when(
      node.number !== undefined && node.number !== 1,
      `EXECUTE of a procedure with a number (;${node.number ?? ''})`,
    ),
};

function killed({ what, outcome, target }: NodeOf<'kill'>): Refusal {
  if (what !== 'session') return what === 'statsJob' ? 'KILL STATS JOB' : 'KILL QUERY NOTIFICATION';
  if (target.kind !== 'literal' || target.type !== 'string') return when(outcome, 'KILL WITH COMMIT or ROLLBACK');
  return new SqlError(6110, `The distributed transaction with UOW ${target.value} does not exist.`);
}

/** INSERT TOP chooses among the rows of a query. */
function insertTop({ top, source }: NodeOf<'insert'>): Refusal {
  if (top === undefined || source.kind === 'insertQuery') return undefined;
  const single = source.kind === 'defaultValues' || (source.kind === 'values' && source.rows.length === 1);
  const { expression, percent } = top;
  const takes = expression.kind === 'literal' && !percent && Number(expression.value) > 0;
  return single && takes ? undefined : 'INSERT TOP of anything but a query';
}

const STATEMENTS: Refusals = {
  insert: insertTop,
  raiserror: ({ legacy, message }) =>
    legacy ? new SqlError(102, `Incorrect syntax near '${textOf(message)}'.`, 15) : undefined,
  block: (node) => when(node.atomic, 'BEGIN ATOMIC'),
  declareVariable: (node) => when(node.nullable === false, 'A variable NOT NULL'),
  revert: (node) => when(node.cookie, 'REVERT WITH COOKIE'),
  kill: killed,
};

const REFUSALS: Refusals = { ...QUERIES, ...DEFINITIONS, ...MODULES, ...STATEMENTS };

/** Throws what a node is refused with, where it is one that is read and not built. */
export function checkForm(node: Node): void {
  const refusal = (REFUSALS[node.kind] as ((node: Node) => Refusal) | undefined)?.(node);
  if (refusal === undefined) return;
  throw typeof refusal === 'string'
    ? new SqlError(40_515, `${refusal} is not supported in this version of SQL Server.`)
    : refusal;
}
