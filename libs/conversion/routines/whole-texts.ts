import type { Expression, Execute } from '#tsql';
import type { Given } from './dynamic-holes.ts';
import { translatedText } from './dynamic-pieces.ts';
import type { Emitter } from './emitter.ts';
import { takeRowCount } from './row-count.ts';

/** Whole statements that come from outside of the routine: they are executed as PostgreSQL's. */

/** What gives rows. */
const GIVES_ROWS = String.raw`'^\s*(select|with|values|table)\M'`;

/** A text that is executed as it is, its parameters, and the head of an INSERT that takes its rows. */
export interface WholeText {
  readonly text: Expression;
  readonly given: readonly Given[];
  readonly into?: string;
}

/** Writes it; false where it gives values back, which is not known of a text. */
export function executeWhole(e: Emitter, node: Execute, { text, given, into }: WholeText): boolean {
  if (given.some((one) => one.arg?.output)) return false;
  const name = e.variables.declare('@\u0000text', undefined, 'text').name;
  const value = e.value(text, { name: 'nvarchar', length: -1 });
  const names = given.map((one, index) => [one.parameter.name.toLowerCase(), `$${index + 1}`] as const);
  const lines = names.length > 0 ? translatedText(value, names) : [`${value};`];
  for (const [index, line] of lines.entries()) e.line(index === 0 ? `${name} := ${line}` : line);
  const values = given.flatMap((one) => {
    const found = one.stands.kind === 'variable' ? e.variables.find(one.stands.name) : undefined;
    return found ? [found.name] : [];
  });
  const using = values.length > 0 ? ` USING ${values.join(', ')}` : '';
  e.facts.writes = true;
  e.line(`IF ${name} IS NOT NULL THEN`);
  e.indented(() => {
    if (into !== undefined) e.line(`EXECUTE '${into.replaceAll("'", "''")} ' || ${name}${using};`);
    else runWhole(e, node, name, using);
    takeRowCount(e);
  });
  e.line('END IF;');
  return true;
}

/** Rows go out through a refcursor, where they can. */
function runWhole(e: Emitter, node: Execute, name: string, using: string): void {
  const execute = `EXECUTE ${name}${using};`;
  if (e.options.kind !== 'procedure' || e.options.results === 'rows') return e.line(execute);
  if (e.loops > 0) {
    e.issue('SL1056', 'Rows of a text that is executed within a loop are not handed on.', node.span);
    return e.line(execute);
  }
  e.line(`IF ${name} ~* ${GIVES_ROWS} THEN`);
  e.indented(() => {
    e.line(`OPEN ${e.nextCursor(node.span)} FOR ${execute}`);
  });
  e.line('ELSE');
  e.indented(() => {
    e.line(execute);
  });
  e.line('END IF;');
}
