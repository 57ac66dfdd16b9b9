import type { Node, NodeOf } from './ast/index.ts';

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A span, as `span` and `source` have it. */
function isSpan(value: unknown): boolean {
  return isObject(value) && 'line' in value && 'column' in value && !('kind' in value);
}

/** Whether a value is a node of the tree. */
export function isNode(value: unknown): value is Node {
  return isObject(value) && typeof value['kind'] === 'string' && isObject(value['span']);
}

/** Collects the nodes directly below a value, also those within arrays and plain parts such as a CASE's arms. */
function collect(value: unknown, into: Node[]): void {
  if (Array.isArray(value)) for (const item of value) collect(item, into);
  else if (isNode(value)) into.push(value);
  else if (isObject(value) && !isSpan(value)) collectParts(value, into);
}

/** By `for … in`: a tree is walked dozens of times, and lists of entries were a sixth of a conversion. Nodes are plain objects, so that there is nothing to inherit. */
function collectParts(value: Readonly<Record<string, unknown>>, into: Node[]): void {
  for (const name in value) {
    const part = value[name];
    if (name !== 'span' && isObject(part)) collect(part, into);
  }
}

/** The nodes directly below a node, in the order of its properties, which is nearly always that of the text. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  collectParts(node as unknown as Readonly<Record<string, unknown>>, children);
  return children;
}

/** What a visitor may answer: `skip` leaves out what is below the node, `stop` ends the walk. */
export type Visit = 'skip' | 'stop' | undefined | void;

/**
 * Visits a node and everything below it, parents first, in the order of the text as far as `childrenOf` has it. It does not
 * recurse, so that trees of any depth can be walked.
 */
export function walk(root: Node | readonly Node[], visit: (node: Node, parent: Node | undefined) => Visit): void {
  const stack: { node: Node; parent: Node | undefined }[] = [];
  const push = (nodes: readonly Node[], parent: Node | undefined): void => {
    for (let i = nodes.length - 1; i >= 0; i--) {
      const node = nodes[i];
      if (node !== undefined) stack.push({ node, parent });
    }
  };
  push('kind' in root ? [root] : root, undefined);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const answer = visit(next.node, next.parent);
    if (answer === 'stop') return;
    if (answer !== 'skip') push(childrenOf(next.node), next.node);
  }
}

/** All nodes of one kind at or below a node, parents first. */
export function findAll<K extends Node['kind']>(root: Node | readonly Node[], kind: K): NodeOf<K>[] {
  const found: NodeOf<K>[] = [];
  walk(root, (node) => {
    if (isKind(node, kind)) found.push(node);
  });
  return found;
}

/** Whether a node is of a kind. */
export function isKind<K extends Node['kind']>(node: Node, kind: K): node is NodeOf<K> {
  return node.kind === kind;
}

/** The tree without positions, for comparison: two texts that say the same give equal values. */
export function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (!isObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) if (!isSpan(part)) copy[name] = withoutSpans(part);
  return copy;
}
