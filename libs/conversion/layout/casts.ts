import { flat, type Group, isWord, type Node } from './nodes.ts';

/** Casts without what changes nothing: `(x)::integer::integer` is `x::integer`, where x is a name, a literal or a call. */
export function plainCasts(nodes: readonly Node[]): readonly Node[] {
  const list: Node[] = [];
  for (const [index, node] of nodes.entries()) {
    const one = node.kind === 'group' ? { ...node, nodes: plainCasts(node.nodes) } : node;
    if (one.kind === 'group' && isWord(nodes[index + 1], '::') && isBare(one, list.at(-1))) {
      const [first, ...rest] = one.nodes;
      if (first) list.push({ ...first, spaced: one.spaced }, ...rest);
    } else list.push(one);
  }
  return withoutRepeated(list);
}

/** Whether a group stands around one name, literal or call, and is no call itself. */
function isBare(group: Group, before: Node | undefined): boolean {
  if (group.open !== '(') return false;
  const isAlone = before === undefined || group.spaced || isWord(before, '(', ',', '=');
  const [first, ...rest] = group.nodes;
  if (!isAlone || first?.kind !== 'leaf' || !/^['"\p{L}_]|^\d/u.test(first.text)) return false;
  if (/^\p{Lu}+$/u.test(first.text)) return false;
  return rest.every((one, index) => {
    if (one.spaced) return false;
    if (one.kind === 'group') return one.open === '(' && index === rest.length - 1;
    return index % 2 === 0 ? one.text === '.' : /^["\p{L}_]/u.test(one.text);
  });
}

/** A cast behind the same cast. */
function withoutRepeated(nodes: readonly Node[]): readonly Node[] {
  const list: Node[] = [];
  for (let index = 0; index < nodes.length; index += 1) {
    const length = castAt(nodes, index);
    const again = length > 0 ? castAt(nodes, index + length) : 0;
    const isSame =
      again === length && again > 0 && typeOf(nodes, index, length) === typeOf(nodes, index + length, length);
    if (isSame) index += length - 1;
    else list.push(nodes[index] as Node);
  }
  return list;
}

const typeOf = (nodes: readonly Node[], index: number, length: number): string =>
  flat(nodes.slice(index + 1, index + length)).replace(/^int$/, 'integer');

/** How many nodes the cast to a type of one word is that begins here; 0 for none. */
function castAt(nodes: readonly Node[], index: number): number {
  const [sign, type, size, next] = nodes.slice(index, index + 4);
  if (!isWord(sign, '::') || type?.kind !== 'leaf' || type.spaced) return 0;
  if (size?.kind === 'group' && !size.spaced) return size.open === '(' && !isBracket(next) ? 3 : 0;
  return 2;
}

const isBracket = (node: Node | undefined): boolean => node?.kind === 'group' && node.open === '[';
