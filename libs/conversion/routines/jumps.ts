import { findAll, type Goto, type Label, type Statement } from '#tsql';
import type { Emitter } from './emitter.ts';
import { surveyOf } from './survey.ts';

/** How a GOTO to a label is written from where it stands. */
type Jump =
  | { readonly kind: 'exit' | 'continue'; readonly name: string }
  | { readonly kind: 'state'; readonly name: string; readonly variable: string; readonly state: number }
  | { readonly kind: 'inline'; readonly statements: readonly Statement[] };

/** The labels within reach, innermost list last, and how many result sets the jumps to them have given. */
export class Jumps {
  readonly frames: Map<string, Jump>[] = [];
  readonly resultIndexes = new Map<string, number>();
  /** Labels whose statements are being written in the place of a GOTO. */
  readonly inlined = new Set<string>();
}

const keyOf = (node: Goto | Label): string => node.label.name.toLowerCase();

/** The labels of a list that a GOTO of the routine names. */
export function labelsOf(e: Emitter, list: readonly Statement[]): readonly Label[] {
  const { gotos } = surveyOf(e.body);
  if (gotos.size === 0) return [];
  return list.filter((one): one is Label => one.kind === 'label' && gotos.has(keyOf(one)));
}

interface Section {
  readonly label?: Label;
  readonly statements: Statement[];
}

interface Edge {
  readonly from: number;
  readonly to: number;
}

/**
 * Statements with labels among them. Jumps forward leave a block that ends at the label, jumps back continue a loop that begins there; where the two
 * cross, a variable tells from which label on the statements run.
 */
export function labelled(e: Emitter, list: readonly Statement[], write: (list: readonly Statement[]) => void): void {
  const targets = new Set(labelsOf(e, list));
  const sections: Section[] = [{ statements: [] }];
  for (const one of list) {
    if (one.kind === 'label' && targets.has(one)) sections.push({ label: one, statements: [] });
    else sections.at(-1)?.statements.push(one);
  }
  const names = sections.map((one) => (one.label ? keyOf(one.label) : ''));
  const edges: Edge[] = sections.flatMap((section, from) =>
    findAll(section.statements, 'goto').flatMap((jump) => {
      const to = names.indexOf(keyOf(jump));
      return to > 0 ? [{ from, to }] : [];
    }),
  );
  const back = [...new Set(edges.filter((one) => one.from >= one.to).map((one) => one.to))];
  const [loop] = back;
  const region: Region = { e, sections, names, edges, write };
  if (loop === undefined) return forward(region, 0, sections.length);
  if (back.length === 1 && !edges.some((one) => one.from < loop && one.to > loop)) return looping(region, loop);
  dispatching(region);
}

interface Region {
  readonly e: Emitter;
  readonly sections: readonly Section[];
  readonly names: readonly string[];
  readonly edges: readonly Edge[];
  readonly write: (list: readonly Statement[]) => void;
}

/** Sections from one to before another, with a block for every label that is jumped to from before it. */
function forward({ e, sections, names, edges, write }: Region, first: number, end: number): void {
  const jumps = e.jumps;
  const frame = new Map<string, Jump>();
  const open: string[] = [];
  for (let to = end - 1; to > first; to -= 1) {
    if (!edges.some((one) => one.to === to && one.from >= first && one.from < to)) continue;
    const name = e.variables.fresh('', names[to] ?? '');
    frame.set(names[to] ?? '', { kind: 'exit', name });
    e.line(`<<${name}>>`);
    e.line('BEGIN');
    e.depth += 1;
    open.push(name);
  }
  jumps.frames.push(frame);
  for (let index = first; index < end; index += 1) {
    const section = sections[index];
    if (!section) continue;
    if (section.label && index > first) closeBlock(e, section.label, frame, open);
    if (section.label) e.line(`-- ${section.label.label.name}:`);
    const before = e.lines.length;
    write(section.statements);
    if (frame.size > 0) e.nothing(before);
  }
  jumps.frames.pop();
}

function closeBlock(e: Emitter, label: Label, frame: Map<string, Jump>, open: string[]): void {
  const key = keyOf(label);
  if (!frame.has(key)) return;
  e.commentsBefore(label.span.start);
  e.depth -= 1;
  e.line(`END ${open.pop() ?? ''};`);
  frame.delete(key);
  arrive(e, key);
}

/** What is known at a label: the paths that fall through, and those that jump there. */
function arrive(e: Emitter, key: string): void {
  const jumped = e.jumps.resultIndexes.get(key);
  if (jumped === undefined) return;
  e.resultIndex = e.ended ? jumped : Math.max(e.resultIndex, jumped);
  e.ended = false;
}

/** One label that is jumped back to: a loop from there to the end. */
function looping(region: Region, loop: number): void {
  const { e, names } = region;
  refuseOuterLoop(region);
  const key = names[loop] ?? '';
  if (loop > 0) forwardTo(region, loop);
  const name = e.variables.fresh('', key);
  e.line(`<<${name}>>`);
  e.line('LOOP');
  e.jumps.frames.push(new Map([[key, { kind: 'continue', name }]]));
  e.indented(() => {
    forward(region, loop, region.sections.length);
    if (!e.ended) e.line(`EXIT ${name};`);
  });
  e.jumps.frames.pop();
  e.line(`END LOOP ${name};`);
}

/** The sections before a loop; a jump to the loop's label leaves them. */
function forwardTo(region: Region, loop: number): void {
  const { e, names, edges } = region;
  const key = names[loop] ?? '';
  if (!edges.some((one) => one.to === loop && one.from < loop)) return forward(region, 0, loop);
  const name = e.variables.fresh('', `before_${key}`);
  e.line(`<<${name}>>`);
  e.line('BEGIN');
  e.jumps.frames.push(new Map([[key, { kind: 'exit', name }]]));
  e.indented(() => {
    const before = e.lines.length;
    forward(region, 0, loop);
    e.nothing(before);
  });
  e.jumps.frames.pop();
  e.line(`END ${name};`);
  arrive(e, key);
}

/** Jumps that cross: a loop in which the sections before the label jumped to are passed over. */
function dispatching(region: Region): void {
  const { e, sections, names, write } = region;
  refuseOuterLoop(region);
  const variable = e.variables.declare('@\u0000goto', undefined, 'integer').name;
  const name = e.variables.fresh('', 'jump');
  e.jumps.frames.push(new Map(names.map((one, state) => [one, { kind: 'state', name, variable, state }])));
  e.line(`${variable} := 0;`);
  e.line(`<<${name}>>`);
  e.line('LOOP');
  e.depth += 1;
  let most = e.resultIndex;
  for (const [index, section] of sections.entries()) {
    if (section.label) e.line(`-- ${section.label.label.name}:`);
    e.line(`IF ${variable} <= ${index} THEN`);
    e.ended = false;
    e.indented(() => {
      const before = e.lines.length;
      write(section.statements);
      e.nothing(before);
    });
    most = Math.max(most, e.resultIndex);
    e.line('END IF;');
  }
  e.resultIndex = most;
  e.line(`EXIT ${name};`);
  e.depth -= 1;
  e.line(`END LOOP ${name};`);
  e.jumps.frames.pop();
}

/** BREAK and CONTINUE of a WHILE around would mean the loop made for the label. */
function refuseOuterLoop({ e, sections }: Region): void {
  const stray = (node: Statement): Statement | undefined => {
    switch (node.kind) {
      case 'break':
      case 'continue':
        return node;
      case 'block':
        return node.statements.map(stray).find((one) => one);
      case 'if':
        return stray(node.then) ?? (node.otherwise && stray(node.otherwise));
      case 'tryCatch':
        return [...node.body, ...node.handler].map(stray).find((one) => one);
      default:
        return undefined;
    }
  };
  const found = sections
    .flatMap((one) => one.statements)
    .map(stray)
    .find((one) => one);
  if (found) e.fail('GOTO back within a loop that BREAK or CONTINUE leaves is not converted.', found.span);
}

/** GOTO. */
export function goto(e: Emitter, node: Goto): void {
  const key = keyOf(node);
  const { frames, resultIndexes, inlined } = e.jumps;
  const found = frames.findLast((one) => one.has(key))?.get(key);
  if (!found) return e.fail(`GOTO ${node.label.name} leads into a block, which has no counterpart.`, node.span);
  resultIndexes.set(key, Math.max(resultIndexes.get(key) ?? 0, e.resultIndex));
  if (found.kind === 'inline') {
    if (inlined.has(key)) return e.fail(`GOTO ${node.label.name} behind a ROLLBACK is not converted.`, node.span);
    inlined.add(key);
    e.line(`-- ${node.label.name}:`);
    e.statements(found.statements);
    inlined.delete(key);
  } else {
    if (found.kind === 'state') e.line(`${found.variable} := ${found.state};`);
    e.line(`${found.kind === 'exit' ? 'EXIT' : 'CONTINUE'} ${found.name};`);
  }
  e.ended = true;
}

/** The labels of a list, as GOTO finds them in a handler: the statements behind them are written in its place. */
export function inlineFrame(list: readonly Statement[]): Map<string, Jump> {
  const frame = new Map<string, Jump>();
  for (const [index, one] of list.entries())
    if (one.kind === 'label') frame.set(keyOf(one), { kind: 'inline', statements: list.slice(index + 1) });
  return frame;
}
