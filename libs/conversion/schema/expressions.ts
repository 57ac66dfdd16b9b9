import { oneLine } from '#errors';
import { parseExpression } from '#tsql';
import {
  type Relation,
  type SqlType,
  targetProfile,
  type TranslatedExpression,
  translateExpression,
  translatePredicate,
  type TranslationProblem,
  type VariableBinding,
} from '../query/index.ts';
import { type Issue, issue } from './issue.ts';
import type { TargetScope } from './target-scope.ts';

/** What an expression of the source is for; named in issues. */
export interface ExpressionUse {
  readonly object: string;
  readonly what: string;
  readonly table?: Relation;
  readonly type?: SqlType;
  readonly isPredicate?: boolean;
  /** What the one variable of a bound rule stands for. */
  readonly variable?: VariableBinding;
}

/** Converts the expressions that the catalog holds as text: defaults, checks, computed columns, predicates of filtered indexes. */
export class Expressions {
  constructor(
    private readonly scope: TargetScope,
    private readonly issues: Issue[],
  ) {}

  /** The PostgreSQL text, or null with an issue that names the object: never skipped in silence. */
  convert(definition: string, use: ExpressionUse): string | null {
    return this.convertNoting(definition, use)?.sql ?? null;
  }

  /** As {@link convert}, with the codes of what the translation had to remark. */
  convertNoting(definition: string, use: ExpressionUse): { sql: string; remarks: ReadonlySet<string> } | null {
    const problems: TranslationProblem[] = [];
    try {
      const context = {
        profile: targetProfile(problems, {
          serverVersion: this.scope.serverVersion,
          foldCase: this.scope.foldCase,
          caselessColumns: this.scope.caselessColumns,
        }),
        scope: use.variable ? withVariable(this.scope, use.variable) : this.scope,
      };
      const { expression, errors } = parseExpression(definition);
      if (!expression || errors[0]) {
        this.issues.push(
          issue('SL1001', use.object, `${use.what}: ${errors[0]?.message ?? 'empty'}`, { excerpt: definition }),
        );
        return null;
      }
      const options = { ...(use.table ? { table: use.table } : {}), ...(use.type ? { type: use.type } : {}) };
      const translated: TranslatedExpression = use.isPredicate
        ? translatePredicate(expression, context, options)
        : translateExpression(expression, context, options);
      this.report(problems, definition, use);
      return problems.some((problem) => problem.severity === 'error') || translated.parameters.length > 0
        ? null
        : { sql: translated.sql, remarks: new Set(problems.map((problem) => problem.code)) };
    } catch (error) {
      this.issues.push(issue('SL1001', use.object, `${use.what}: ${oneLine(error)}`, { excerpt: definition }));
      return null;
    }
  }

  private report(problems: readonly TranslationProblem[], definition: string, use: ExpressionUse): void {
    for (const problem of problems) {
      const code = problem.severity === 'error' ? 'SL1001' : (problem.issue ?? 'SL1002');
      this.issues.push(
        issue(code, use.object, `${use.what}: ${problem.message}`, {
          line: problem.span.line,
          column: problem.span.column,
          excerpt: definition,
        }),
      );
    }
  }
}

/** The scope in which any variable is `variable`. */
function withVariable(scope: TargetScope, variable: VariableBinding): TargetScope {
  return Object.create(scope, { variable: { value: () => variable } }) as TargetScope;
}
