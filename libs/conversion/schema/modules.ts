import { oneLine } from '#errors';
import { quoteIdent, quoteQualified } from '#pgsql';
import type { ModuleModel, TableTypeModel } from '#schema';
import { type CreateView, parseBatch } from '#tsql';
import { targetProfile, translateQuery, type TranslationProblem } from '../query/index.ts';
import { layOut } from '../layout/index.ts';
import { plainNames, type RoutineConversion, type RoutineSource, type RoutineStatements } from '../routines/index.ts';
import { type Issue, issue } from './issue.ts';
import { Naming, type NamingPolicy } from './naming.ts';
import type { OwnSchema } from './own-schema.ts';
import { type SchemaContext, tell } from './schema-context.ts';
import { comment } from './table-ddl.ts';
import { isUpdatableAsIs } from './view-check.ts';
import type { Step } from './target-model.ts';
import { dependencyOrder, namesIn } from './view-order.ts';
import { sqlTypeOf } from './target-scope.ts';

/** Types of table-valued parameters become composite types; parameters are arrays of them. */
export function convertTableTypes(types: readonly TableTypeModel[], context: ModuleContext): Step[] {
  return types.map((type) => {
    const schema = context.schemaOf(type.schema);
    const object = `${type.schema}.${type.name}`;
    const sql = quoteQualified({
      schema,
      name: context.naming.name(`relations ${schema}`, type.name, `type ${object}`),
    });
    const columns = type.columns.map((one) => {
      const sqlType = sqlTypeOf(one.sourceType);
      const name = context.naming.name(`columns type ${object}`, one.name);
      return {
        name: one.name,
        sql: quoteIdent(name),
        type: sqlType,
        nullable: true,
        ...(one.nullable ? {} : { required: true }),
        pgType: targetProfile([]).typeSql(sqlType),
      };
    });
    context.scope.addTableType(type.schema, type.name, { sql, columns });
    const list = columns.map((one) => `  ${one.sql} ${one.pgType}`).join(',\n');
    return { phase: 'code', object, sql: `CREATE TYPE ${sql} AS (\n${list}\n)`, optional: true };
  });
}

export interface ModuleContext extends Pick<SchemaContext, 'scope' | 'naming' | 'issues' | 'choices' | 'schemaOf'> {
  readonly policy: NamingPolicy;
  readonly ownSchema: OwnSchema;
}

/** What one attempt at a view or an inline function gave. */
type Attempt = { readonly steps: readonly Step[] } | { readonly problem: Issue };

/** The routines of a database as they are parsed; what cannot be is an issue. */
export function readRoutines(
  modules: readonly ModuleModel[],
  context: Pick<ModuleContext, 'issues' | 'ownSchema'>,
): readonly RoutineSource[] {
  return modules.flatMap((module) => sourceOf(module, context) ?? []);
}

/**
 * Views become views, functions and triggers functions and triggers, procedures what they return (docs/conversion.md). In an order in which PostgreSQL takes them:
 * functions in PL/pgSQL, then views and inline functions after those they use, then procedures, then triggers.
 */
export function convertModules(
  modules: readonly ModuleModel[],
  context: ModuleContext,
  routines: RoutineConversion,
): Step[] {
  const middle = convertInTurn(modules, routines, context);
  const made = routines.finish();
  const comments = new Map(modules.flatMap((one) => (one.comment ? [[nameOf(one), one.comment] as const] : [])));
  const steps = (kinds: readonly RoutineStatements['kind'][]): Step[] =>
    made
      .filter((one) => kinds.includes(one.kind))
      .flatMap((one) => [...stepsOf(one), ...routineComment(one, comments.get(one.object))]);
  return [...steps(['scalar', 'table']), ...middle, ...steps(['procedure']), ...steps(['trigger'])];
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|[\w$]+)`;
const ROUTINE = new RegExp(String.raw`^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE) (${NAME}(?:\.${NAME})?)\(`, 'm');
const TRIGGER = new RegExp(
  String.raw`^CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER (${NAME})[\s\S]*? ON (${NAME}(?:\.${NAME})?)`,
  'm',
);

/** The comment of a routine, or of each trigger that one became. */
function routineComment(one: RoutineStatements, text: string | undefined): Step[] {
  if (!text) return [];
  const targets = one.routine.statements.flatMap((sql) => {
    const trigger = one.kind === 'trigger' ? TRIGGER.exec(sql) : null;
    if (trigger) return [`TRIGGER ${trigger[1] ?? ''} ON ${trigger[2] ?? ''}`];
    const routine = one.kind === 'trigger' ? null : ROUTINE.exec(sql);
    return routine ? [`ROUTINE ${routine[1] ?? ''}`] : [];
  });
  return targets.map((target) => ({ ...comment(one.object, target, text), phase: 'code' }));
}

function stepsOf(one: RoutineStatements): Step[] {
  return one.routine.statements.map((sql) => ({
    phase: 'code',
    object: one.object,
    sql,
    optional: true,
    ...(one.routine.pieces.length > 0 ? { routine: one.routine } : {}),
  }));
}

/** A procedure, function or trigger as it is parsed; null with an issue where it cannot be. */
function sourceOf(module: ModuleModel, context: Pick<ModuleContext, 'issues' | 'ownSchema'>): RoutineSource | null {
  if (module.kind === 'view') return null;
  const object = nameOf(module);
  const text = module.definition;
  if (text === null) {
    context.issues.push(issue('SL1008', object, `The ${module.kind} is encrypted, or made of CLR code.`));
    return null;
  }
  const { statements, errors, comments } = parseBatch(text, { quotedIdentifier: module.usesQuotedIdentifier });
  const statement = statements.find(
    (one) => one.kind === 'createProcedure' || one.kind === 'createFunction' || one.kind === 'createTrigger',
  );
  if (!statement || errors[0]) {
    const message = `The ${module.kind} cannot be parsed: ${errors[0]?.message ?? 'there is no CREATE in it'}`;
    const { line = 1, column = 1 } = errors[0]?.span ?? {};
    context.issues.push(issue('SL1008', object, message, { line, column, excerpt: text }));
    return null;
  }
  context.ownSchema.writeOut(statement, module.schema);
  return { module, text, statement, comments };
}

/** Views and inline functions, each after those that it names. */
function convertInTurn(modules: readonly ModuleModel[], routines: RoutineConversion, context: ModuleContext): Step[] {
  const views = modules.filter((module) => module.kind === 'view').map((module) => parseView(module, context));
  const inlines = routines.inlines();
  const { order, circles } = dependencyOrder<() => Attempt>([
    ...views.map((view) => ({
      key: nameOf(view.module).toLowerCase(),
      names: view.statement ? namesIn(view.statement.query) : [],
      item: () => convertView(view, context),
    })),
    ...inlines.map((one) => ({
      key: nameOf(one.module).toLowerCase(),
      names: namesIn(one.statement),
      item: () => attemptInline(routines, one),
    })),
  ]);
  const steps: Step[] = [];
  for (const { key, item: attempt } of order) {
    const result = attempt();
    if ('steps' in result) steps.push(...result.steps);
    else context.issues.push(inCircle(result.problem, circles.get(key)));
  }
  const done = new Set(steps.map((one) => one.object));
  const left = inlines.filter((one) => !done.has(nameOf(one.module)));
  return [...steps, ...left.map((one) => ({ ...EMPTY, object: nameOf(one.module), sql: routines.stub(one) }))];
}

/** Of what names itself by way of others, that is the reason. */
function inCircle(problem: Issue, circle: readonly string[] | undefined): Issue {
  const [itself, ...others] = circle ?? [];
  if (itself === undefined) return problem;
  const way = others.length > 0 ? ` by way of ${others.join(', ')}` : '';
  return { ...problem, message: `It names itself${way}: neither server can make it.` };
}

const EMPTY = { phase: 'code', optional: true } as const;

function attemptInline(routines: RoutineConversion, one: RoutineSource): Attempt {
  try {
    const made = routines.inline(one);
    return { steps: [...stepsOf(made), ...routineComment(made, one.module.comment)] };
  } catch (error) {
    return {
      problem: issue('SL1008', nameOf(one.module), `The function is not converted: ${oneLine(error)}`, {
        excerpt: one.text,
      }),
    };
  }
}

/** A view as it is parsed. */
interface ViewSource {
  readonly module: ModuleModel;
  readonly statement?: CreateView;
  readonly comments: readonly string[];
  /** Why there is no statement. */
  readonly fault?: { readonly message: string; readonly line?: number; readonly column?: number };
}

function parseView(module: ModuleModel, context: Pick<ModuleContext, 'ownSchema'>): ViewSource {
  const { definition } = module;
  if (definition === null) return { module, comments: [], fault: { message: 'The view is encrypted.' } };
  const {
    statements,
    errors,
    comments: found,
  } = parseBatch(definition, { quotedIdentifier: module.usesQuotedIdentifier });
  const statement = statements.find((one) => one.kind === 'createView');
  const comments = found.map((one) => one.text.trimEnd());
  if (statement && !errors[0]) {
    context.ownSchema.writeOut(statement, module.schema);
    return { module, statement, comments };
  }
  const { line = 1, column = 1 } = errors[0]?.span ?? {};
  const message = `The view cannot be parsed: ${errors[0]?.message ?? 'no CREATE VIEW'}`;
  return { module, comments, fault: { message, line, column } };
}

function convertView({ module, statement, comments, fault }: ViewSource, context: ModuleContext): Attempt {
  const object = nameOf(module);
  const definition = module.definition ?? '';
  if (!statement) return { problem: issue('SL1008', object, fault?.message ?? '', { ...fault, excerpt: definition }) };
  const problems: TranslationProblem[] = [];
  try {
    const { scope } = context;
    const translated = translateQuery(statement.query, { profile: viewProfile(context, problems), scope });
    const blocking = problems.find((problem) => problem.severity === 'error');
    if (blocking || translated.parameters.length > 0) {
      const message = `The view is not converted: ${blocking?.message ?? 'it uses session values'}`;
      const place = blocking ? { line: blocking.span.line, column: blocking.span.column } : {};
      return { problem: issue('SL1008', object, message, { ...place, excerpt: definition }) };
    }
    context.issues.push(...notesOf(problems, object, definition));
    const names = translated.columns.map((column, index) => statement.columns[index]?.name ?? column.name);
    const checked = statement.checkOption && isUpdatableAsIs(statement);
    if (statement.checkOption && !checked) context.issues.push(issue('SL1002', object, UNCHECKED));
    return { steps: viewSteps(module, context, { translated, names, comments, checked }) };
  } catch (error) {
    return {
      problem: issue('SL1008', object, `The view is not converted: ${oneLine(error)}`, { excerpt: definition }),
    };
  }
}

const UNCHECKED =
  'WITH CHECK OPTION is left out: PostgreSQL has it for views of one table. Rows that are written through the view are not checked; write a trigger where they must be.';

/** Notes of a view's translation: of a kind of difference the first place. */
function notesOf(problems: readonly TranslationProblem[], object: string, definition: string): Issue[] {
  const told = new Set<string>();
  return problems.flatMap(({ issue: code, message, span }) => {
    if (code !== undefined && told.has(code)) return [];
    if (code !== undefined) told.add(code);
    const { line, column, start, end } = span;
    return [issue(code ?? 'SL1002', object, message, { line, column, excerpt: definition.slice(start, end) })];
  });
}

/** As the bodies of routines are translated: aliases follow the naming policy. */
function viewProfile(context: ModuleContext, problems: TranslationProblem[]): ReturnType<typeof targetProfile> {
  const { serverVersion, foldCase, caselessColumns } = context.scope;
  const names = new Naming(context.policy);
  const name = (text: string): string => names.name('aliases', text, text.toLowerCase());
  return targetProfile(problems, { name, serverVersion, foldCase, caselessColumns });
}

interface TranslatedView {
  readonly translated: ReturnType<typeof translateQuery>;
  readonly names: readonly string[];
  /** Those of the source, wherever they stand in it. */
  readonly comments: readonly string[];
  /** WITH CHECK OPTION. */
  readonly checked: boolean;
}

function viewSteps(
  module: ModuleModel,
  context: ModuleContext,
  { translated, names, comments, checked }: TranslatedView,
): Step[] {
  const object = nameOf(module);
  const schema = context.schemaOf(module.schema);
  const name = context.naming.name(`relations ${schema}`, module.name, `view ${object}`);
  const columns = names.map((column) => context.naming.name(`columns ${object}`, column));
  const isMaterialized = (module.indexes ?? []).length > 0 && context.choices.indexedViews === 'materialized';
  context.scope.addView(module.schema, module.name, {
    kind: 'table',
    schema: module.schema,
    name: module.name,
    sql: quoteQualified({ schema, name }),
    columns: translated.columns.map((column, index) => ({
      name: names[index] ?? '',
      sql: quoteIdent(columns[index] ?? ''),
      type: column.type,
      nullable: column.nullable,
      ...(column.pgType === undefined ? {} : { pgType: column.pgType }),
    })),
  });
  const view = quoteQualified({ schema, name });
  const head = `CREATE ${isMaterialized ? 'MATERIALIZED ' : ''}VIEW ${view} (${columns.map(quoteIdent).join(', ')}) AS`;
  const lines = [...comments, ...layOut(plainNames(head)), ...layOut(plainNames(translated.sql))];
  if (checked && !isMaterialized) lines.push('WITH CHECK OPTION');
  const steps: Step[] = [{ phase: 'code', object, sql: lines.join('\n'), optional: true }];
  if (isMaterialized) steps.push(...viewIndexes(module, context, { schema, name, names, columns }));
  if (module.comment)
    steps.push({
      ...comment(object, `${isMaterialized ? 'MATERIALIZED ' : ''}VIEW ${view}`, module.comment),
      phase: 'code',
    });
  return steps;
}

/** The indexes of an indexed view; a unique one lets it be refreshed while it is read. */
function viewIndexes(
  module: ModuleModel,
  context: ModuleContext,
  view: {
    readonly schema: string;
    readonly name: string;
    readonly names: readonly string[];
    readonly columns: readonly string[];
  },
): Step[] {
  const object = nameOf(module);
  tell(
    context,
    'SL1017',
    object,
    `The view is kept as it was when it was refreshed last: REFRESH MATERIALIZED VIEW CONCURRENTLY ${quoteQualified(view)}.`,
  );
  return (module.indexes ?? []).flatMap((index) => {
    const target = (source: string): string =>
      quoteIdent(view.columns[view.names.findIndex((one) => one.toLowerCase() === source.toLowerCase())] ?? '');
    const name = context.naming.name(`relations ${view.schema}`, index.name, `index ${object}.${index.name}`);
    const columns = index.columns.map((one) => `${target(one.column)}${one.descending ? ' DESC' : ''}`);
    const unique = index.unique ? 'UNIQUE ' : '';
    const sql = `CREATE ${unique}INDEX ${quoteIdent(name)} ON ${quoteQualified(view)} (${columns.join(', ')})`;
    return [{ phase: 'code' as const, object: `${object}.${index.name}`, sql, optional: true }];
  });
}

function nameOf(module: ModuleModel): string {
  return `${module.schema}.${module.name}`;
}
