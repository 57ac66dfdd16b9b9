import { oneLine } from '#errors';
import { quoteIdent, quoteQualified } from '#pgsql';
import type { ModuleModel } from '#schema';
import { parseBatch } from '#tsql';
import { targetProfile, translateQuery, type TranslationProblem } from '../query/index.ts';
import { type Issue, issue } from './issue.ts';
import type { Naming } from './naming.ts';
import type { Step } from './target-model.ts';
import type { TargetScope } from './target-scope.ts';

interface ModuleContext {
  readonly scope: TargetScope;
  readonly naming: Naming;
  readonly issues: Issue[];
  schemaOf(name: string): string;
}

/** Views become views; procedures, functions and triggers get an issue. In the order in which the source made them, views after those they use. */
export function convertModules(modules: readonly ModuleModel[], context: ModuleContext): Step[] {
  const steps: Step[] = [];
  let waiting = modules.filter((module) => module.kind === 'view' && module.definition !== null);
  for (const module of modules) {
    if (module.kind !== 'view')
      context.issues.push(
        issue('SL1008', nameOf(module), `${module.kind} is not converted yet.`, {
          excerpt: module.definition ?? 'encrypted or CLR',
        }),
      );
    else if (module.definition === null) context.issues.push(issue('SL1008', nameOf(module), 'The view is encrypted.'));
  }
  // A view that names another one is tried again once that one is known.
  for (;;) {
    const failed: { module: ModuleModel; problem: Issue }[] = [];
    for (const module of waiting) {
      const result = convertView(module, context);
      if ('sql' in result) steps.push(result);
      else failed.push({ module, problem: result });
    }
    if (failed.length === 0) return steps;
    if (failed.length === waiting.length) {
      context.issues.push(...failed.map((one) => one.problem));
      return steps;
    }
    waiting = failed.map((one) => one.module);
  }
}

function convertView(module: ModuleModel, context: ModuleContext): Step | Issue {
  const object = nameOf(module);
  const definition = module.definition ?? '';
  const problems: TranslationProblem[] = [];
  try {
    const { statements, errors } = parseBatch(definition, { quotedIdentifier: module.usesQuotedIdentifier });
    const statement = statements.find((one) => one.kind === 'createView');
    if (errors[0] || statement?.kind !== 'createView')
      return issue('SL1008', object, `The view cannot be parsed: ${errors[0]?.message ?? 'no CREATE VIEW'}`, {
        excerpt: definition,
      });
    const translated = translateQuery(statement.query, { profile: targetProfile(problems), scope: context.scope });
    const blocking = problems.find((problem) => problem.severity === 'error');
    if (blocking || translated.parameters.length > 0) {
      return issue('SL1008', object, `The view is not converted: ${blocking?.message ?? 'it uses session values'}`, {
        ...(blocking ? { line: blocking.span.line, column: blocking.span.column } : {}),
        excerpt: definition,
      });
    }
    for (const problem of problems)
      context.issues.push(
        issue('SL1002', object, problem.message, { line: problem.span.line, column: problem.span.column }),
      );
    const schema = context.schemaOf(module.schema);
    const name = context.naming.name(`relations ${schema}`, module.name, `view ${object}`);
    const names = translated.columns.map((column, index) => statement.columns[index]?.name ?? column.name);
    const columns = names.map((column) => context.naming.name(`columns ${object}`, column));
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
      })),
    });
    const sql = `CREATE VIEW ${quoteQualified({ schema, name })} (${columns.map(quoteIdent).join(', ')}) AS\n${translated.sql}`;
    return { phase: 'code', object, sql, optional: true };
  } catch (error) {
    return issue('SL1008', object, `The view is not converted: ${oneLine(error)}`, { excerpt: definition });
  }
}

function nameOf(module: ModuleModel): string {
  return `${module.schema}.${module.name}`;
}
