import { type Execute, type Statement, walk } from '#tsql';
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
  let returnsCode = false;
  walk(body, (node) => {
    if (node.kind === 'globalVariable') globals.add(node.name.toLowerCase());
    else if (node.kind === 'call') calls.add(node.name.name.name.toLowerCase());
    else if (node.kind === 'execute') executes.push(node);
    else if (node.kind === 'goto') gotos.add(node.label.name.toLowerCase());
    else if (node.kind === 'saveTransaction') savepoints.add(node.name.name.toLowerCase());
    else if (node.kind === 'rollbackTransaction') rollsBack = true;
    else if (node.kind === 'return' && node.value && wholeNumber(node.value) !== 0) returnsCode = true;
  });
  const made = { globals, calls, executes, gotos, savepoints, rollsBack, returnsCode };
  surveys.set(body, made);
  return made;
}
