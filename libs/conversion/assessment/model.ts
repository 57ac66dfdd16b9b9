import type { SurveyCheck } from '#source';
import type { Issue } from '../schema/index.ts';
import type { CaptureEstimate, LoadEstimate } from './estimate.ts';
import type { FeatureCount } from './features.ts';

/** What becomes of an object: `automatic` by itself, `review` by itself with a difference to look at, `manual` by a person. */
export type Outcome = 'automatic' | 'review' | 'manual';

/** Of an object that is not automatic: by its hours, in the classes that AWS SCT uses (less than 2, 2 to 6, more than 6). */
export type Complexity = 'none' | 'simple' | 'medium' | 'complex';

/** Tables and what holds them, or code. */
export type ObjectGroup = 'storage' | 'code';

/** An object of the source with what its conversion leaves to do. */
export interface AssessedObject {
  readonly group: ObjectGroup;
  /** table, index, foreign key, view, procedure … */
  readonly kind: string;
  /** `schema.name` or `schema.table.name`, as issues name it. */
  readonly name: string;
  readonly schema: string;
  readonly outcome: Outcome;
  readonly complexity: Complexity;
  readonly hours: number;
  /** Of code: lines of its text; else 0. */
  readonly lines: number;
  readonly issues: readonly Issue[];
}

/** All objects of a kind, counted. */
export interface KindCount {
  readonly group: ObjectGroup;
  readonly kind: string;
  readonly total: number;
  readonly automatic: number;
  readonly review: number;
  readonly manual: number;
  readonly simple: number;
  readonly medium: number;
  readonly complex: number;
  readonly lines: number;
  readonly hours: number;
}

/** All issues of a code, counted; `learning` hours are spent once for a code, not for each occurrence. */
export interface IssueCount {
  readonly code: string;
  readonly severity: Issue['severity'];
  readonly title: string;
  readonly remedy: string;
  readonly occurrences: number;
  readonly objects: number;
  readonly learning: number;
  readonly hours: number;
}

/** The largest tables first. */
export interface TableSize {
  readonly name: string;
  readonly rows: number;
  readonly dataBytes: number;
  readonly indexBytes: number;
  readonly seconds: number;
}

/** The edition of a source that is scripts alone. */
export const NO_SERVER = 'none';

/** What an assessment says of one database. */
export interface Assessment {
  readonly source: {
    readonly server: string;
    readonly place: string;
    readonly database: string;
    readonly version: string;
    readonly edition: string;
    readonly collation: string;
  };
  /** `yes`: nothing blocks. `after-remedies`: it moves once the checks that fail are mended. */
  readonly canMove: 'yes' | 'after-remedies';
  /** Failures first, then warnings, then what is not known. */
  readonly checks: readonly SurveyCheck[];
  readonly objects: readonly AssessedObject[];
  readonly kinds: readonly KindCount[];
  readonly issues: readonly IssueCount[];
  /** Of conversion alone: tests, application and cutover are not in it. */
  readonly hours: number;
  /** Share of objects that convert by themselves (automatic and review), 0 to 1; 1 where there are none. */
  readonly byItself: { readonly all: number; readonly storage: number; readonly code: number };
  /** Constructs of code first, then features of tables and of the database. */
  readonly features: readonly FeatureCount[];
  /** Share of the constructs in code that stand in objects which convert by themselves, 0 to 1. */
  readonly syntaxByItself: number;
  readonly sizes: {
    readonly tables: number;
    readonly rows: number;
    readonly dataBytes: number;
    readonly indexBytes: number;
  };
  readonly largest: readonly TableSize[];
  readonly load: LoadEstimate;
  readonly capture: CaptureEstimate;
  /** What to do first, the most pressing first. */
  readonly steps: readonly string[];
}
