import { oneLine } from '#errors';
import type { CreateFunction, CreateProcedure, CreateTrigger, FunctionReturns } from '#tsql';
import { issue } from '../schema/issue.ts';
import { objectOf, type RoutineContext } from './body.ts';
import { convertInline, convertMultiStatement, convertScalar, functionSignature, stub } from './function.ts';
import { type CalledFunction, functionKey, type FunctionReach, functionsCalled } from './function-reach.ts';
import { NotConverted } from './not-converted.ts';
import { convertProcedure } from './procedure.ts';
import type { ConvertedRoutine, RoutineSource } from './routine-model.ts';
import { noteSharedTables } from './shared-tables.ts';
import { surveyOf } from './survey.ts';
import { convertTrigger, noteTriggers } from './trigger.ts';

/** A converted routine and the source object it stands for. */
export interface RoutineStatements {
  readonly object: string;
  readonly kind: 'scalar' | 'table' | 'inline' | 'procedure' | 'trigger';
  readonly routine: ConvertedRoutine;
}

interface ScalarMade {
  readonly made: RoutineStatements;
  /** Nothing of it raises an issue when it is called. */
  readonly whole: boolean;
}

/** See {@link RoutineConversion.fitness}. */
export type Fitness = 'immutable' | 'steady' | 'changing' | 'raising';

type Of<S> = RoutineSource & { readonly statement: S };
type Returning<R extends FunctionReturns['kind']> = Of<
  CreateFunction & { readonly returns: Extract<FunctionReturns, { kind: R }> }
>;

const isFunction = (one: RoutineSource): one is Of<CreateFunction> => one.statement.kind === 'createFunction';
const isProcedure = (one: RoutineSource): one is Of<CreateProcedure> => one.statement.kind === 'createProcedure';
const isTrigger = (one: RoutineSource): one is Of<CreateTrigger> => one.statement.kind === 'createTrigger';
const returning = <R extends FunctionReturns['kind']>(one: RoutineSource, kind: R): one is Returning<R> =>
  isFunction(one) && one.statement.returns.kind === kind;

/**
 * Converts the routines of a database, in steps, because views stand between them: {@link RoutineConversion.begin} makes scalar and multi-statement
 * functions known, {@link RoutineConversion.inline} converts one inline function, as views are, {@link RoutineConversion.finish} does the rest.
 */
export class RoutineConversion {
  private readonly scalars = new Map<string, ScalarMade>();
  private readonly underway = new Set<string>();

  constructor(
    private readonly context: RoutineContext,
    private readonly sources: readonly RoutineSource[],
    private readonly reach: FunctionReach,
  ) {
    noteSharedTables(context, sources);
    noteTriggers(context, sources.filter(isTrigger));
  }

  /** Makes the functions known whose callers need no more than their heads. */
  begin(): void {
    for (const one of this.sources) {
      if (!isFunction(one) || one.statement.returns.kind === 'returnsQuery') continue;
      this.known(one, () => functionSignature(this.context, one));
    }
  }

  private known(one: RoutineSource, make: () => ReturnType<typeof functionSignature>): void {
    try {
      this.context.scope.routines.add(one.module.schema, one.module.name, make());
    } catch (error) {
      // Its callers find it unknown; it gets its issue where its body is converted.
      if (!(error instanceof NotConverted)) throw error;
    }
  }

  /** The inline functions: they are converted between the views, whichever of them names the other. */
  inlines(): readonly RoutineSource[] {
    return this.sources.filter((one) => returning(one, 'returnsQuery'));
  }

  /** Converts an inline function and makes it known; throws NotConverted, and has told no issue then. */
  inline(one: RoutineSource): RoutineStatements {
    if (!returning(one, 'returnsQuery')) throw new Error('BUG: not an inline function');
    const { routine, signature } = convertInline(this.context, one);
    this.context.scope.routines.add(one.module.schema, one.module.name, signature);
    return { object: objectOf(one), kind: 'inline', routine };
  }

  /** Scalar and multi-statement functions, procedures after those they call, triggers. */
  finish(): readonly RoutineStatements[] {
    const made: RoutineStatements[] = [];
    for (const one of this.sources) {
      if (returning(one, 'returnsScalar')) made.push(this.scalar(one).made);
      if (returning(one, 'returnsTable'))
        made.push(this.guarded(one, 'table', () => convertMultiStatement(this.context, one)));
    }
    const read = codesRead(this.sources);
    for (const one of callOrder(this.sources.filter(isProcedure))) {
      made.push(
        this.guarded(one, 'procedure', () => {
          const isRead = read.has(objectOf(one).toLowerCase());
          const { routine, signature } = convertProcedure(this.context, one, isRead);
          this.context.scope.routines.add(one.module.schema, one.module.name, signature);
          return routine;
        }),
      );
    }
    for (const one of this.sources.filter(isTrigger)) {
      const routine = this.trigger(one);
      if (routine) made.push({ object: objectOf(one), kind: 'trigger', routine });
    }
    return made;
  }

  /** A scalar function after those that it calls; each is converted once, whoever asks first. */
  private scalar(one: Returning<'returnsScalar'>): ScalarMade {
    const key = functionKey(one.module);
    const found = this.scalars.get(key);
    if (found) return found;
    const { issues, scope } = this.context;
    this.underway.add(key);
    for (const called of functionsCalled(one.statement)) {
      const other = this.reach.source(called);
      if (other && returning(other, 'returnsScalar') && !this.underway.has(functionKey(called))) this.scalar(other);
    }
    const before = issues.length;
    const made = this.guarded(one, 'scalar', () => {
      const { routine, immutable } = convertScalar(this.context, one);
      const known = scope.routines.find(one.module.schema, one.module.name);
      if (known) scope.routines.add(one.module.schema, one.module.name, { ...known, immutable });
      return routine;
    });
    const scalar = { made, whole: issues.slice(before).every((issue) => issue.severity !== 'manual') };
    this.scalars.set(key, scalar);
    return scalar;
  }

  /**
   * How functions that a column or a constraint of a table calls are to be taken: `immutable` as PostgreSQL means it, `steady` where they hang on their arguments alone but on
   * settings of the session too, `changing` where they read tables or the session, `raising` where one of them is not converted whole.
   */
  fitness(called: readonly CalledFunction[]): Fitness {
    const all = this.reach.closure(called);
    const roots = called.map((one) => this.reach.source(one));
    if (!roots.every((one) => one !== undefined && returning(one, 'returnsScalar'))) return 'raising';
    if (called.some((one) => this.reach.changes(one))) return 'changing';
    const made = all.flatMap((one) => (returning(one, 'returnsScalar') ? [this.scalar(one)] : []));
    if (made.length < all.length || made.some((one) => !one.whole)) return 'raising';
    const isImmutable = all.every(
      ({ module }) => this.context.scope.routines.find(module.schema, module.name)?.immutable === true,
    );
    return isImmutable ? 'immutable' : 'steady';
  }

  /** Whether functions that read tables are converted whole; asked once everything is converted. */
  isWhole(called: readonly CalledFunction[]): boolean {
    return this.reach
      .closure(called)
      .every((one) => !returning(one, 'returnsScalar') || this.scalars.get(functionKey(one.module))?.whole === true);
  }

  /** The source's names of functions and of all that they call. */
  reached(called: readonly CalledFunction[]): readonly string[] {
    return this.reach.closure(called).map((one) => objectOf(one));
  }

  /** What stands for a function that could not be converted. */
  stub(one: RoutineSource): string {
    return stub(this.context, one, 'The function is not converted.');
  }

  private trigger(one: Of<CreateTrigger>): ConvertedRoutine | undefined {
    try {
      return convertTrigger(this.context, one);
    } catch (error) {
      this.refused(one, error);
      return undefined;
    }
  }

  /** A routine whose head cannot be converted is there all the same, and raises its issue. */
  guarded(one: RoutineSource, kind: RoutineStatements['kind'], make: () => ConvertedRoutine): RoutineStatements {
    const object = objectOf(one);
    try {
      return { object, kind, routine: make() };
    } catch (error) {
      const message = this.refused(one, error);
      return { object, kind, routine: { statements: [stub(this.context, one, message)], pieces: [], variables: [] } };
    }
  }

  private refused(one: RoutineSource, error: unknown): string {
    const message = oneLine(error);
    const span = error instanceof NotConverted ? error.span : one.statement.span;
    const code = error instanceof NotConverted && error.code === 'SL1051' ? 'SL1051' : 'SL1008';
    this.context.issues.push(
      issue(code, objectOf(one), message, {
        line: span.line,
        column: span.column,
        excerpt: one.text.slice(span.start, span.end),
      }),
    );
    return message;
  }
}

/** Procedures after those they call; of a circle the one that stands first in the source goes first. */
/** Procedures whose return code some routine reads: `EXEC @r = p`. */
function codesRead(sources: readonly RoutineSource[]): ReadonlySet<string> {
  const calls = sources.flatMap((one) =>
    isProcedure(one) || isTrigger(one) ? surveyOf(one.statement.body).executes : [],
  );
  return new Set(
    calls.flatMap((one) =>
      one.result && one.procedure?.kind === 'objectName'
        ? [`${one.procedure.schema?.name ?? 'dbo'}.${one.procedure.name.name}`.toLowerCase()]
        : [],
    ),
  );
}

function callOrder(procedures: readonly Of<CreateProcedure>[]): readonly Of<CreateProcedure>[] {
  const byName = new Map(procedures.map((one) => [objectOf(one).toLowerCase(), one]));
  const ordered: Of<CreateProcedure>[] = [];
  const state = new Set<RoutineSource>();
  const visit = (root: Of<CreateProcedure>): void => {
    const stack = [{ one: root, calls: calledBy(root, byName) }];
    state.add(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.calls.pop();
      if (next && !state.has(next)) {
        state.add(next);
        stack.push({ one: next, calls: calledBy(next, byName) });
      } else if (!next) {
        ordered.push(top.one);
        stack.pop();
      }
    }
  };
  for (const one of procedures) if (!state.has(one)) visit(one);
  return ordered;
}

function calledBy<T extends RoutineSource>(one: T, byName: ReadonlyMap<string, T>): T[] {
  return surveyOf((one.statement as CreateProcedure).body).executes.flatMap((call) => {
    if (call.procedure?.kind !== 'objectName') return [];
    const schema = call.procedure.schema?.name ?? 'dbo';
    return byName.get(`${schema}.${call.procedure.name.name}`.toLowerCase()) ?? [];
  });
}
