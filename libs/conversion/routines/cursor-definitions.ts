import type { CursorDefinition, CursorStatement, Fetch, Identifier, Statement, Variable } from '#tsql';

/** Which definitions a cursor may have where it is opened or read: `IF … SET @c = CURSOR FOR a ELSE SET @c = CURSOR FOR b; OPEN @c` has two. */
export type UsedDefinitions = ReadonlyMap<CursorStatement | Fetch, ReadonlySet<CursorDefinition>>;

/** By key, the definitions that a cursor may have at one place. */
type Reaching = ReadonlyMap<string, ReadonlySet<CursorDefinition>>;

/**
 * The definitions of each OPEN and FETCH of a body, in the order of the text. Followed are IF, WHILE, blocks and TRY as they run; GOTO is not: what it leads past counts as run.
 * `keyOf` gives what a cursor is known by.
 */
export function usedDefinitions(
  body: readonly Statement[],
  keyOf: (cursor: Identifier | Variable) => string,
): UsedDefinitions {
  const used = new Map<CursorStatement | Fetch, Set<CursorDefinition>>();
  const set = (reaching: Reaching, cursor: Identifier | Variable, definition: CursorDefinition): Reaching =>
    new Map(reaching).set(keyOf(cursor), new Set([definition]));
  const all = (list: readonly Statement[], before: Reaching): Reaching =>
    list.reduce((reaching, one) => behind(one, reaching), before);
  const behind = (node: Statement, before: Reaching): Reaching => {
    switch (node.kind) {
      case 'declareCursor':
        return set(before, node.name, node.definition);
      case 'setVariable':
        return node.value.kind === 'cursorDefinition' ? set(before, node.variable, node.value) : before;
      case 'fetch':
      case 'cursorStatement': {
        const known = used.get(node) ?? new Set();
        for (const one of before.get(keyOf(node.cursor)) ?? []) known.add(one);
        used.set(node, known);
        return before;
      }
      case 'block':
        return all(node.statements, before);
      case 'if':
        return both(behind(node.then, before), node.otherwise ? behind(node.otherwise, before) : before);
      case 'while': {
        // What the end of the loop defines is there at its beginning, too.
        const once = both(before, behind(node.body, before));
        return both(once, behind(node.body, once));
      }
      case 'tryCatch': {
        const tried = all(node.body, before);
        return both(tried, all(node.handler, both(before, tried)));
      }
      default:
        return before;
    }
  };
  all(body, new Map());
  return used;
}

function both(a: Reaching, b: Reaching): Reaching {
  if (a === b) return a;
  const merged = new Map(a);
  for (const [key, definitions] of b) merged.set(key, new Set([...(merged.get(key) ?? []), ...definitions]));
  return merged;
}
