import { DEFAULT_CONVERT, type ConvertSettings, type JobFile } from '#jobs';
import type { DatabaseModel } from '#schema';
import type { CalledFunction, Fitness } from '../routines/index.ts';
import type { Expressions } from './expressions.ts';
import { type Issue, issue, type IssueCode } from './issue.ts';
import type { Naming } from './naming.ts';
import type { ConvertedTable } from './target-model.ts';
import type { TargetScope } from './target-scope.ts';

/** What a conversion is told. `convert`: left out by callers without a job file, who get what holds by default. */
export type ConversionSettings = Pick<JobFile, 'target' | 'tables' | 'values'> & {
  readonly convert?: ConvertSettings;
};

/** The choices of a conversion. */
export function choicesOf(settings: ConversionSettings): ConvertSettings {
  return settings.convert ?? DEFAULT_CONVERT;
}

/** What the makers of a schema's statements share. */
export interface SchemaContext {
  readonly database: DatabaseModel;
  readonly settings: ConversionSettings;
  readonly choices: ConvertSettings;
  readonly naming: Naming;
  readonly expressions: Expressions;
  readonly scope: TargetScope;
  readonly issues: Issue[];
  /** The user functions that columns and constraints call. */
  readonly functions: TableFunctions;
  /** By `schema.name` of the source. */
  readonly tables: ReadonlyMap<string, ConvertedTable>;
  schemaOf(name: string): string;
}

/** What columns and constraints need to know of the functions of the database that they call. */
export interface TableFunctions {
  /** Whether the value may change while the arguments stay. Known before anything is converted. */
  changes(called: CalledFunction): boolean;
  /** See RoutineConversion.fitness. Asked once all tables are known. */
  fitness(called: readonly CalledFunction[]): Fitness;
  /** Whether none of them raises an issue when it is called; asked once all code is converted. */
  isWhole(called: readonly CalledFunction[]): boolean;
  /** Has functions made before the tables: their expressions cannot be without them. */
  need(called: readonly CalledFunction[]): void;
}

/** Tells an issue. */
export function tell(
  context: Pick<SchemaContext, 'issues'>,
  code: IssueCode,
  object: string,
  message: string,
  excerpt?: string,
): void {
  context.issues.push(issue(code, object, message, excerpt === undefined ? {} : { excerpt }));
}

/** The source's name of something with a schema. */
export const sourceName = (of: { readonly schema: string; readonly name: string }): string => `${of.schema}.${of.name}`;
