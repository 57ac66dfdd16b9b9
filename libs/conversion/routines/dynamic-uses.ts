import { findAll } from '#tsql';
import type { CursorDefinition, Execute, Expression, Statement, Variable } from '#tsql';
import { nodesOf } from './body-nodes.ts';
import type { DynamicTexts, Text } from './text-parts.ts';

/** Which variables hold nothing but texts that are converted where they are executed. */

/** Variables of the texts of readable EXECs that are used for nothing else. */
export function droppable(
  body: readonly Statement[],
  found: DynamicTexts,
  readable: ReadonlySet<Execute>,
): ReadonlySet<string> {
  const uses = new Map<string, number>();
  const count = (nodes: readonly Variable[], by: number): void => {
    for (const one of nodes) uses.set(one.name.toLowerCase(), (uses.get(one.name.toLowerCase()) ?? 0) + by);
  };
  count(nodesOf(body, 'variable'), 1);
  const texts = new Set<string>();
  for (const execute of found.texts.keys()) {
    const parts = execute.strings ?? execute.args.slice(0, 2).map((one) => one.value);
    const named = parts.flatMap((one) => findAll(one, 'variable'));
    if (!readable.has(execute)) continue;
    for (const one of named) texts.add(one.name.toLowerCase());
    count(named, -1);
  }
  // What is given to such a variable is no use of it, nor of another one of them.
  const assigns = [
    ...nodesOf(body, 'setVariable').map((one) => ({ name: one.variable, value: one.value })),
    ...nodesOf(body, 'selectAssign').map((one) => ({ name: one.variable, value: one.expression })),
  ];
  const values = [
    ...assigns.map((one) => ({ name: one.name.name, value: one.value })),
    ...findAll(body, 'declareVariable').flatMap((one) => (one.value ? [{ name: one.name, value: one.value }] : [])),
  ];
  for (let grown = true; grown;) {
    grown = false;
    for (const one of values) {
      if (!texts.has(one.name.toLowerCase()) || one.value.kind === 'cursorDefinition') continue;
      for (const used of findAll(one.value, 'variable'))
        if (!texts.has(used.name.toLowerCase()) && isTextOf(body, used.name)) {
          texts.add(used.name.toLowerCase());
          grown = true;
        }
    }
  }
  const declared = new Map(nodesOf(body, 'declareVariable').map((one) => [one.name.toLowerCase(), one.value]));
  const plain = new Set(plainAssigns(body));
  for (const one of assigns) {
    if (!texts.has(one.name.name.toLowerCase())) continue;
    if (!plain.has(one.name)) texts.delete(one.name.name.toLowerCase());
    count([one.name], -1);
    if (one.value.kind !== 'cursorDefinition')
      count(
        textUses(one.value).filter((used) => texts.has(used.name.toLowerCase())),
        -1,
      );
  }
  for (const [name, value] of declared)
    if (value && texts.has(name))
      count(
        textUses(value).filter((used) => texts.has(used.name.toLowerCase())),
        -1,
      );
  const asked = new Set([...readable].flatMap((one) => holesOf(found.texts.get(one)?.text ?? [])));
  const dropped = new Set(
    [...texts].filter((name) => declared.has(name) && (uses.get(name) ?? 0) === 0 && !asked.has(name)),
  );
  return withoutNeeded(dropped, values);
}

/** Variables whose values a text asks for when it runs. */
const holesOf = (text: Text): readonly string[] =>
  text.flatMap((part): readonly string[] => {
    if (part.kind === 'hole') return findAll([part.node], 'variable').map((one) => one.name.toLowerCase());
    if (part.kind === 'choice') return [...holesOf(part.then), ...holesOf(part.otherwise)];
    return part.kind === 'case' ? [...part.arms.flatMap(holesOf), ...holesOf(part.otherwise)] : [];
  });

/** Without those that go into the text of a variable that stays. */
function withoutNeeded(
  dropped: ReadonlySet<string>,
  values: readonly { readonly name: string; readonly value: Expression | CursorDefinition }[],
): ReadonlySet<string> {
  const left = new Set(dropped);
  const staying = Map.groupBy(values, (one) => one.name.toLowerCase());
  const open = [...staying.keys()].filter((name) => !left.has(name));
  for (let name = open.pop(); name !== undefined; name = open.pop())
    for (const one of staying.get(name) ?? [])
      for (const used of findAll(one.value, 'variable').map((variable) => variable.name.toLowerCase()))
        if (left.delete(used)) open.push(used);
  return left;
}

/** The variables whose texts go into a text; not those that a condition, or a function, asks for their values. */
function textUses(node: Expression): readonly Variable[] {
  switch (node.kind) {
    case 'variable':
      return [node];
    case 'binary':
      return node.op === '+' ? [...textUses(node.left), ...textUses(node.right)] : [];
    case 'case':
      return [...node.whens.map((one) => one.then), ...(node.otherwise ? [node.otherwise] : [])].flatMap(textUses);
    case 'cast':
      return textUses(node.expression);
    case 'call':
      return /^(concat|replace)$/i.test(node.name.name.name) ? node.args.flatMap(textUses) : [];
    default:
      return [];
  }
}

/** Only strings that are declared here can be texts. */
const isTextOf = (body: readonly Statement[], name: string): boolean =>
  nodesOf(body, 'declareVariable').some(
    (one) => one.name.toLowerCase() === name.toLowerCase() && one.type.args.some((arg) => arg === 'max' || arg >= 200),
  );

/** The targets of SET and of SELECT without FROM. */
function plainAssigns(body: readonly Statement[]): readonly Variable[] {
  const sets = nodesOf(body, 'setVariable').map((one) => one.variable);
  const selects = nodesOf(body, 'selectSpec').flatMap((spec) =>
    spec.from.length === 0 && !spec.where
      ? spec.items.flatMap((one) => (one.kind === 'selectAssign' ? [one.variable] : []))
      : [],
  );
  return [...sets, ...selects];
}
