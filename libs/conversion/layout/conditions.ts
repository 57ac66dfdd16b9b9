import { connectives, type Group, holdsStatement, isWord, type Node } from './nodes.ts';

/** Words that keep a query of a UNION in its parentheses. */
const QUERY_KEEPS = ['WITH', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH', 'FOR', 'UNION', 'EXCEPT', 'INTERSECT', 'INTO'];
const SET_OPERATORS = ['UNION', 'EXCEPT', 'INTERSECT', 'ALL'];
/** Words behind which a condition begins, and behind which it has ended. */
const BEGINS = ['WHERE', 'ON', 'HAVING', 'AND', 'OR'];
const ENDS =
  `AND OR WHERE GROUP ORDER HAVING LIMIT OFFSET FETCH WINDOW UNION EXCEPT INTERSECT RETURNING INNER LEFT RIGHT FULL CROSS
JOIN WHEN THEN FOR LOOP`
    .split(/\s+/)
    .concat(',', ';');

/**
 * Takes parentheses away that change nothing: `WHERE ((a = b) AND (c = d))` is `WHERE a = b AND c = d`. Only around whole conditions, where what they hold binds
 * tighter than what they stand in; an OR beside an AND keeps its own, and so does a CASE in an IF of PL/pgSQL, whose condition ends at the first THEN.
 */
export function plainConditions(nodes: readonly Node[]): readonly Node[] {
  let list: readonly Node[] = nodes.map((one) =>
    one.kind === 'group' ? { ...one, nodes: plainConditions(one.nodes) } : one,
  );
  for (let changed = true; changed;) {
    const places = new Set(connectives(list));
    const at = list.findIndex((_, index) => isRedundant(list, index, places));
    changed = at >= 0;
    const group = list[at];
    if (group?.kind !== 'group') return list;
    const [first, ...rest] = group.nodes;
    const within = first ? [{ ...first, spaced: group.spaced }, ...rest] : [];
    list = [...list.slice(0, at), ...within, ...list.slice(at + 1)];
  }
  return list;
}

function isRedundant(list: readonly Node[], index: number, places: ReadonlySet<number>): boolean {
  const group = list[index];
  if (group?.kind !== 'group' || group.open !== '(') return false;
  if (isWord(list.at(-1), 'THEN') && group.nodes.some(isChoice)) return false;
  if (holdsStatement(group)) return isOperand(group, list, index);
  if (isCase(group, list, index)) return true;
  if (isWord(list[index - 1], 'WHEN') && isWord(list[index + 1], 'THEN')) return true;
  if (group.nodes.length === 0 || group.nodes.some((one) => isWord(one, ',', ';', '=>', ':='))) return false;
  const [before, after] = [list[index - 1], list[index + 1]];
  const isJoined = places.has(index - 1) || places.has(index + 1);
  if (isWord(before, 'AND', 'OR') && !places.has(index - 1)) return false;
  if (before === undefined ? !isJoined : !isWord(before, ...BEGINS)) return false;
  if (isWord(before, 'ON') && isWord(list[index - 2], 'DISTINCT')) return false;
  if (after !== undefined && !isWord(after, ...ENDS)) return false;
  if (isWord(after, 'AND', 'OR') && !places.has(index + 1)) return false;
  return bindsTighter(group, list, places, index);
}

/** Whether what the group holds means the same where the group stands. */
function bindsTighter(group: Group, list: readonly Node[], places: ReadonlySet<number>, index: number): boolean {
  const within = connectives(group.nodes).map((place) => group.nodes[place]);
  if (within.length === 0) return true;
  const neighbours = [index - 1, index + 1].filter((place) => places.has(place)).map((place) => list[place]);
  if (neighbours.length === 0) return true;
  return [...within, ...neighbours].every((one) => isWord(one, 'AND'));
}

/** A plain query that is one of a UNION's. */
function isOperand(group: Group, list: readonly Node[], index: number): boolean {
  const [before, after] = [list[index - 1], list[index + 1]];
  if (!isWord(group.nodes[0], 'SELECT') || group.nodes.some((one) => isWord(one, ...QUERY_KEEPS))) return false;
  // FOR row IN (query) UNION …, OPEN cursor FOR (query) UNION …
  const isFirst = before === undefined || (isWord(before, 'IN', 'FOR') && isWord(list[0], 'FOR', 'OPEN'));
  if (isFirst) return isWord(after, ...SET_OPERATORS);
  return isWord(before, ...SET_OPERATORS) && (!isWord(before, 'ALL') || isUnion(list, index));
}

/** Whether ALL belongs to a UNION, and is no `= ALL (query)`. */
const isUnion = (list: readonly Node[], index: number): boolean => isWord(list[index - 2], ...SET_OPERATORS);

/** CASE … END is a value by itself. */
function isCase(group: Group, list: readonly Node[], index: number): boolean {
  const [only, ...others] = group.nodes;
  if (!only || !isChoice(only) || others.length > 0) return false;
  const isCall = index > 0 && !group.spaced;
  // Rows, lists and definitions have parentheses of their own.
  const isOfSyntax =
    isWord(list[index - 1], 'IN', 'ANY', 'ALL', 'SOME', 'AS', 'CHECK') ||
    list.slice(0, index).some((one) => isWord(one, 'VALUES'));
  return !isCall && !isOfSyntax && !isWord(list[index + 1], '::', ':', '[', '.', 'COLLATE', 'AT');
}

const isChoice = (node: Node): boolean => node.kind === 'group' && node.open === 'CASE';
