import { type Node, type NodeOf, type Statement, walk } from '#tsql';

const known = new WeakMap<readonly Statement[], Map<Node['kind'], Node[]>>();

/**
 * All nodes of a kind in the body of a routine, parents first, as `findAll` gives them. The body is walked once however often it is asked: what asks for each of its statements takes no
 * longer for a long body.
 */
export function nodesOf<K extends Node['kind']>(body: readonly Statement[], kind: K): readonly NodeOf<K>[] {
  let byKind = known.get(body);
  if (!byKind) {
    byKind = new Map();
    for (const [one, nodes] of Map.groupBy(allNodes(body), (node) => node.kind)) byKind.set(one, nodes);
    known.set(body, byKind);
  }
  return (byKind.get(kind) ?? []) as NodeOf<K>[];
}

function allNodes(body: readonly Statement[]): Node[] {
  const nodes: Node[] = [];
  walk(body, (node) => {
    nodes.push(node);
  });
  return nodes;
}
