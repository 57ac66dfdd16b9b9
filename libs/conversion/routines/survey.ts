import { type Execute, findAll, type Statement, walk } from '#tsql';
import { wholeNumber } from './errors.ts';

/** What there is in a body, found in one walk: bodies are written more than once. */
export interface BodySurvey {
  /** `@@rowcount` and its fellows, lower case. */
  readonly globals: ReadonlySet<string>;
  /** Names of called functions, lower case. */
  readonly calls: ReadonlySet<string>;
  readonly executes: readonly Execute[];
  /** Labels that a GOTO names, lower case. */
  readonly gotos: ReadonlySet<string>;
  /** Names of savepoints, lower case. */
  readonly savepoints: ReadonlySet<string>;
  readonly rollsBack: boolean;
  /** Some RETURN gives another value than 0. */
  readonly returnsCode: boolean;
  /** Statements of loops behind which the routine returns in any case: they run once. */
  readonly runOnce: ReadonlySet<Statement>;
}

const surveys = new WeakMap<readonly Statement[], BodySurvey>();

/** The survey of a body, made once. */
export function surveyOf(body: readonly Statement[]): BodySurvey {
  const known = surveys.get(body);
  if (known) return known;
  const globals = new Set<string>();
  const calls = new Set<string>();
  const executes: Execute[] = [];
  const gotos = new Set<string>();
  const savepoints = new Set<string>();
  let rollsBack = false;
  const runOnce = new Set<Statement>();
  let returnsCode = false;
  walk(body, (node) => {
    if (node.kind === 'globalVariable') globals.add(node.name.toLowerCase());
    else if (node.kind === 'call') calls.add(node.name.name.name.toLowerCase());
    else if (node.kind === 'execute') executes.push(node);
    else if (node.kind === 'goto') gotos.add(node.label.name.toLowerCase());
    else if (node.kind === 'saveTransaction') savepoints.add(node.name.name.toLowerCase());
    else if (node.kind === 'rollbackTransaction') rollsBack = true;
    else if (node.kind === 'while') addRunOnce([node.body], false, runOnce);
    else if (node.kind === 'return' && node.value && wholeNumber(node.value) !== 0) returnsCode = true;
  });
  const made = { globals, calls, executes, gotos, savepoints, rollsBack, returnsCode, runOnce };
  surveys.set(body, made);
  return made;
}

/** Whether a statement ends the routine on every path. */
function returns(node: Statement): boolean {
  if (node.kind === 'block') return node.statements.some(returns) && !jumps(node.statements);
  if (node.kind === 'if') return node.otherwise !== undefined && returns(node.then) && returns(node.otherwise);
  return node.kind === 'return' || node.kind === 'throw';
}

const jumps = (list: readonly Statement[]): boolean =>
  list.some((one) => (['break', 'continue', 'goto'] as const).some((kind) => findAll(one, kind).length > 0));

/** `leaves`: the routine returns behind the list. A loop within has rounds of its own. */
function addRunOnce(list: readonly Statement[], leaves: boolean, into: Set<Statement>): void {
  for (const [index, node] of list.entries()) {
    const rest = list.slice(index + 1);
    const once = !jumps(rest) && (leaves || rest.some(returns));
    if (once && node.kind !== 'while') into.add(node);
    if (node.kind === 'block') addRunOnce(node.statements, once, into);
    if (node.kind === 'if')
      for (const branch of [node.then, node.otherwise]) if (branch) addRunOnce([branch], once, into);
  }
}
