import { watchesClock } from './clock.ts';
import { findAll, type Span, type Statement } from '#tsql';
import type { Issue } from '../schema/issue.ts';
import { Naming, type NamingPolicy } from '../schema/naming.ts';
import type { TargetScope } from '../schema/target-scope.ts';
import { catalogView } from './catalog-views.ts';
import { beginCursors, findCursorLoops } from './cursors.ts';
import { beginDynamicSql } from './dynamic-sql.ts';
import type { BodyKind, BodyOptions } from './body-facts.ts';
import { Emitter } from './emitter.ts';
import type { ConvertedRoutine, RoutineSource } from './routine-model.ts';
import { plainNames } from './plain-names.ts';
import { RoutineScope } from './routine-scope.ts';
import { bindSessionValues } from './session-values.ts';
import { seeSharedTables } from './shared-tables.ts';
import { writeStatement } from './statement.ts';
import { sequence } from './transactions.ts';
import { Variables } from './variables.ts';

/** What routines are converted with. */
export interface RoutineContext {
  readonly scope: TargetScope;
  readonly naming: Naming;
  readonly policy: NamingPolicy;
  readonly issues: Issue[];
  readonly schemaOf: (name: string) => string;
}

/** The source's name of a module. */
export const objectOf = (source: RoutineSource): string => `${source.module.schema}.${source.module.name}`;

/** Begins a body: its variables, its scope, the values of the session that it reads. */
export function beginBody(
  context: RoutineContext,
  source: RoutineSource,
  settings: Pick<BodyOptions, 'results' | 'resultTypes'> & {
    readonly kind: BodyKind;
    readonly body: readonly Statement[];
  },
): Emitter {
  const variables = new Variables(context.policy, context.scope.columnNames());
  const e = new Emitter(
    {
      object: objectOf(source),
      kind: settings.kind,
      results: settings.results,
      ...(settings.resultTypes ? { resultTypes: settings.resultTypes } : {}),
      text: source.text,
      comments: source.comments,
      naming: new Naming(context.policy),
      scope: new RoutineScope(context.scope, variables),
      variables,
      schemaOf: context.schemaOf,
    },
    writeStatement,
    (list) => findCursorLoops(e, list),
    sequence,
  );
  e.body = settings.body;
  e.facts.clock = watchesClock(settings.body);
  e.skipComments(bodyStart(source));
  executeAs(e, source);
  asksCatalog(e, settings.body);
  beginCursors(e, settings.body);
  seeSharedTables(e, context, source.module.name);
  beginDynamicSql(e, settings.body, 'parameters' in source.statement ? source.statement.parameters : []);
  return e;
}

/** The catalog is PostgreSQL's: names in it are those of the target. */
function asksCatalog(e: Emitter, body: readonly Statement[]): void {
  const table = findAll(body, 'table').find((one) => catalogView(one.name.schema?.name, one.name.name.name));
  if (!table) return;
  const isNumbers = table.name.name.name.toLowerCase() === 'spt_values';
  e.issue(
    'SL1059',
    isNumbers
      ? 'spt_values has the numbers of type P, from 0 to 2047, and nothing else.'
      : `${table.name.name.name} is asked of PostgreSQL's catalog, whose names are those of the target.`,
    table.span,
  );
}

/** EXECUTE AS: the owner's rights are SECURITY DEFINER, the caller's are those that a routine has by itself. */
function executeAs(e: Emitter, { statement }: RoutineSource): void {
  const option = statement.options.find((one) => one.name === 'EXECUTE AS');
  const value = option?.value;
  if (!option || !value) return;
  const name = value.kind === 'keyword' ? value.name.toUpperCase() : value.kind === 'literal' ? value.value : '';
  if (name === 'CALLER') return;
  // dbo owns what nobody else was given.
  const isOwner = name === 'OWNER' || name === 'SELF' || name.toLowerCase() === 'dbo';
  if (isOwner) e.facts.definer = true;
  e.issue(
    isOwner ? 'SL1057' : 'SL1058',
    isOwner
      ? 'The routine has the rights of its owner: SECURITY DEFINER.'
      : `EXECUTE AS '${name}' is not carried over: the routine has the rights of its caller.`,
    option.span,
  );
}

function bodyStart(source: RoutineSource): number {
  return source.statement.span.start;
}

/** Writes the statements of a body, and the comments behind them. */
export function writeBody(e: Emitter, body: readonly Statement[], end: Span): void {
  const before = e.lines.length;
  e.statements(body);
  e.commentsBefore(Math.max(end.end, e.options.text.length));
  e.nothing(before);
}

/** Binds the session's values; after the parameters, so that these have the better names. */
export function bindValues(e: Emitter): void {
  bindSessionValues(e, e.body);
}

/** The comments before CREATE. */
export function headComments(source: RoutineSource): string {
  const start = source.statement.span.start;
  const texts = source.comments.filter((one) => one.span.start < start).map((one) => one.text.trimEnd());
  return texts.length === 0 ? '' : `${texts.join('\n')}\n`;
}

/** DECLARE … BEGIN … END with its dollar quotes. */
export function plpgsql(e: Emitter, ending: readonly string[] = [], conflict = false): string {
  const written = [...e.lines, ...ending].join('\n');
  // What the conversion declared for itself may not have been needed.
  const declared = e.variables
    .declarations()
    .filter((one) => one.type !== undefined || isNamed(written, one.name))
    .map((one) => `  ${one.name} ${one.typeSql}${initial(e, one.name)};`);
  const lines = [...(declared.length > 0 ? ['DECLARE', ...declared] : []), 'BEGIN', ...e.lines, ...ending, 'END'];
  const text = lines.join('\n');
  let quote = '$$';
  for (let n = 1; text.includes(quote); n++) quote = `$body${n}$`;
  const directive = conflict ? '#variable_conflict use_column\n' : '';
  const security = e.facts.definer ? '\nSECURITY DEFINER' : '';
  return `LANGUAGE plpgsql${security}\nAS ${quote}\n${directive}${text}\n${quote}`;
}

/** Whether a text names a variable, and not only one that begins alike. */
const isNamed = (text: string, name: string): boolean =>
  new RegExp(`(?<![\\w"])${name.replaceAll(/[$"\\]/g, '\\$&')}(?![\\w"])`).test(text);

function initial(e: Emitter, name: string): string {
  const { rowCount, transactions, fetchStatus } = e.facts;
  return name === rowCount || name === transactions ? ' := 0' : name === fetchStatus ? ' := -1' : '';
}

/** The finished routine with its pieces and variables for a check. */
export function finish(e: Emitter, statements: readonly string[]): ConvertedRoutine {
  const variables = [...e.variables.all(), ...e.variables.declarations()].map((one) => ({
    name: one.name,
    type: one.typeSql,
  }));
  return {
    statements: statements.map(plainNames),
    pieces: e.pieces,
    variables: [...new Map(variables.map((one) => [one.name, one])).values()],
  };
}
