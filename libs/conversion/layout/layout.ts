import { plainCasts } from './casts.ts';
import { plainConditions } from './conditions.ts';
import {
  between,
  connectives,
  flat,
  type Group,
  holdsStatement,
  isWord,
  items,
  type Node,
  readNodes,
} from './nodes.ts';

/** Lines longer than this are broken. */
const WIDTH = 90;

/** Words that begin a clause; the longest that fits counts. */
const CLAUSES = [
  'WITH RECURSIVE',
  'WITH',
  'SELECT DISTINCT',
  'SELECT',
  'INSERT INTO',
  'UPDATE',
  'DELETE FROM',
  'MERGE INTO',
  'FROM',
  'INTO',
  'WHERE',
  'GROUP BY',
  'HAVING',
  'ORDER BY',
  'LIMIT',
  'OFFSET',
  'FETCH FIRST',
  'WINDOW',
  'FOR UPDATE',
  'UNION ALL',
  'UNION',
  'EXCEPT',
  'INTERSECT',
  'VALUES',
  'SET',
  'USING',
  'RETURNING',
  'WHEN MATCHED',
  'WHEN NOT MATCHED',
  'INNER JOIN',
  'LEFT JOIN',
  'RIGHT JOIN',
  'FULL JOIN',
  'CROSS JOIN',
  'JOIN',
].map((one) => one.split(' '));

/** Clauses whose items stand on lines of their own where they do not fit on one. */
const LISTS = new Set(['SELECT', 'SELECT DISTINCT', 'SET', 'FROM']);
/** Those whose items fill lines. */
const FILLED = new Set(['GROUP BY', 'ORDER BY', 'RETURNING', 'INTO']);
/** Words before which such a word is no clause: IS DISTINCT FROM, MERGE … UPDATE SET. */
const NOT_BEHIND: Readonly<Record<string, readonly string[]>> = {
  FROM: ['DISTINCT'],
  SET: ['UPDATE'],
  UPDATE: ['THEN', 'FOR', 'DO'],
};

/** One statement on as many lines as it needs: clauses, list items and conditions begin lines, subqueries are indented. Text within quotes stays as it is. */
export function layOut(sql: string): readonly string[] {
  const nodes = readNodes(sql);
  if (!nodes) return [sql];
  return broken(plainConditions(plainCasts(nodes)), WIDTH);
}

const indent = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);
const fits = (text: string, width: number): boolean =>
  text.split('\n').every((line) => line.length <= Math.max(width, 24));

/** A clause: its words, and what stands behind them. */
interface Clause {
  readonly head: string;
  readonly body: readonly Node[];
}

/** Nodes on lines of at most `width`, as far as that can be. */
function broken(nodes: readonly Node[], width: number): readonly string[] {
  const text = flat(nodes);
  if (fits(text, width)) return [text];
  const clauses = clausesOf(nodes);
  if (clauses.length === 1 && clauses[0]?.head === '') return expression(nodes, width);
  return clauses.flatMap((one, index) => {
    const lines = clause(one, width);
    return index > 0 && clauses[0]?.head === '' ? indent(lines) : lines;
  });
}

/** The clause that begins at a node: how many words it has. */
function clauseAt(nodes: readonly Node[], index: number): number {
  for (const words of CLAUSES) {
    if (!words.every((word, offset) => isWord(nodes[index + offset], word))) continue;
    if (isWord(nodes[index - 1], ...(NOT_BEHIND[words.join(' ')] ?? []))) return 0;
    return words[0] === 'WITH' && !isCommonTable(nodes, index + words.length) ? 0 : words.length;
  }
  return 0;
}

/** WITH name AS (…) or WITH name(columns) AS (…); not WITH TIES, not WITH ORDINALITY. */
function isCommonTable(nodes: readonly Node[], index: number): boolean {
  if (nodes[index]?.kind !== 'leaf' || isWord(nodes[index], 'TIES', 'ORDINALITY', 'TIME')) return false;
  return nodes[index + 1]?.kind === 'group' || isWord(nodes[index + 1], 'AS');
}

function clausesOf(nodes: readonly Node[]): readonly Clause[] {
  const found: { head: string; body: Node[] }[] = [];
  let open: { head: string; body: Node[] } | undefined;
  for (let index = 0; index < nodes.length; index += 1) {
    const words = clauseAt(nodes, index);
    const node = nodes[index] as Node;
    if (words > 0) {
      open = { head: flat(nodes.slice(index, index + words)), body: [] };
      found.push(open);
      index += words - 1;
    } else if (open) open.body.push(node);
    else {
      open = { head: '', body: [node] };
      found.push(open);
    }
  }
  return found;
}

function clause({ head, body }: Clause, width: number): readonly string[] {
  const text = flat(body);
  const line = head === '' ? text : text === '' ? head : `${head}${body[0]?.spaced === false ? '' : ' '}${text}`;
  if (fits(line, width)) return [line];
  if (head === '') return expression(body, width);
  if (head.startsWith('WITH')) return commonTables(head, body, width);
  if (head === 'INSERT INTO' || head === 'VALUES') return filled(head, body, width);
  const isList = items(body).length > 1;
  if (LISTS.has(head) && isList) return list(head, body, width);
  if (FILLED.has(head) && isList) {
    const isPlain = items(body).every((one) => fits(flat(one), width - 2));
    return isPlain ? [head, ...indent(fill(items(body).map(flat), width - 2))] : list(head, body, width);
  }
  if (/JOIN$/.test(head)) return join(head, body, width);
  const lines = expression(body, width - head.length - 1);
  return [`${head} ${lines[0] ?? ''}`, ...lines.slice(1)];
}

function list(head: string, body: readonly Node[], width: number): readonly string[] {
  return [head, ...indent(commaLines(items(body), width - 2))];
}

function commaLines(parts: readonly (readonly Node[])[], width: number): readonly string[] {
  return parts.flatMap((one, index) => {
    const lines = broken(one, width);
    return index === parts.length - 1 ? lines : closing(lines, ',');
  });
}

/** Lines with something behind the last one. */
const closing = (lines: readonly string[], text: string): readonly string[] => [
  ...lines.slice(0, -1),
  `${lines.at(-1) ?? ''}${text}`,
];

/** WITH: each query in parentheses of its own, indented. */
function commonTables(head: string, body: readonly Node[], width: number): readonly string[] {
  const parts = items(body);
  return parts.flatMap((one, index) => {
    const lines = expression(one, index === 0 ? width - head.length - 1 : width);
    const [first = '', ...rest] = index === parts.length - 1 ? lines : closing(lines, ',');
    return [index === 0 ? `${head} ${first}` : first, ...rest];
  });
}

/** JOIN … ON …: the condition below its table where both do not fit. */
function join(head: string, body: readonly Node[], width: number): readonly string[] {
  const on = body.findLastIndex((one) => isWord(one, 'ON'));
  if (on < 0) return open(head, body, width);
  const table = open(head, body.slice(0, on), width);
  const condition = expression(body.slice(on + 1), width - 5);
  return [...table, `  ON ${condition[0] ?? ''}`, ...indent(condition.slice(1))];
}

function open(head: string, body: readonly Node[], width: number): readonly string[] {
  const lines = expression(body, width - head.length - 1);
  return [`${head} ${lines[0] ?? ''}`, ...lines.slice(1)];
}

/** INSERT INTO t (columns) and VALUES (values): as many on a line as there is room for. */
function filled(head: string, body: readonly Node[], width: number): readonly string[] {
  const at = body.findIndex((one) => one.kind === 'group');
  const group = body[at];
  if (group?.kind !== 'group' || (head === 'VALUES' && items(body).length > 1)) return list(head, body, width);
  const before = flat(body.slice(0, at));
  const after = body.slice(at + 1);
  const parts = items(group.nodes);
  if (holdsStatement(group) || !parts.every((one) => fits(flat(one), width - 2))) return open(head, body, width);
  const lines = fill(parts.map(flat), width - 2);
  const tail = after.length > 0 ? `${after[0]?.spaced ? ' ' : ''}${flat(after)}` : '';
  return [`${head}${before === '' ? '' : ` ${before}`} (`, ...indent(lines), `)${tail}`];
}

function fill(parts: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const [index, part] of parts.entries()) {
    const text = index === parts.length - 1 ? part : `${part},`;
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + text.length <= width) lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(text);
  }
  return lines;
}

/** What is no statement: broken at AND and OR, at commas, at `||`, or within its groups. */
function expression(nodes: readonly Node[], width: number): readonly string[] {
  const text = flat(nodes);
  if (fits(text, width)) return [text];
  const places = connectives(nodes);
  if (places.length > 0) return operands(nodes, places, width);
  const parts = items(nodes);
  if (parts.length > 1) return commaLines(parts, width);
  const joined = nodes.flatMap((one, index) => (isWord(one, '||') ? [index] : []));
  if (joined.length > 0) return operands(nodes, joined, width);
  return grouped(nodes, width);
}

function operands(nodes: readonly Node[], places: readonly number[], width: number): readonly string[] {
  return between(nodes, places).flatMap((one, index) => {
    if (index === 0) return grouped(one, width);
    const word = flat([nodes[places[index - 1] ?? 0] as Node]);
    const lines = grouped(one, width - word.length - 3);
    return indent([`${word} ${lines[0] ?? ''}`, ...lines.slice(1)]);
  });
}

/** Nodes in a row; a group that has no room on its line is opened, its content indented. */
function grouped(nodes: readonly Node[], width: number): readonly string[] {
  const text = flat(nodes);
  if (fits(text, width)) return [text];
  const lines: string[] = [''];
  for (const [index, node] of nodes.entries()) {
    const last = lines.at(-1) ?? '';
    const space = node.spaced && last.trim() !== '' ? ' ' : '';
    const rest = flat(nodes.slice(index + 1));
    const whole = `${last}${space}${flat([node])}`;
    if (node.kind === 'leaf' || (fits(whole, width) && (rest.length < 12 || !holdsStatement(node))))
      lines[lines.length - 1] = whole;
    else {
      const [first = '', ...others] = opened(node, width);
      lines[lines.length - 1] = `${last}${space}${first}`;
      lines.push(...others);
    }
  }
  return lines;
}

/** A group over several lines. */
function opened(group: Group, width: number): readonly string[] {
  if (group.open === 'CASE') return choice(group, width);
  const inside = items(group.nodes);
  const isList = !holdsStatement(group) && inside.length > 1 && connectives(group.nodes).length === 0;
  if (isList && inside.every((one) => fits(flat(one), width - 2)))
    return [group.open, ...indent(fill(inside.map(flat), width - 2)), group.close];
  return [group.open, ...indent(isList ? commaLines(inside, width - 2) : broken(group.nodes, width - 2)), group.close];
}

/** CASE: a line for each WHEN, and one for ELSE. */
function choice(group: Group, width: number): readonly string[] {
  const places = group.nodes.flatMap((one, index) => (isWord(one, 'WHEN', 'ELSE') ? [index] : []));
  const [subject = [], ...arms] = between(group.nodes, places);
  const lines = arms.flatMap((arm, index) => {
    const word = flat([group.nodes[places[index] ?? 0] as Node]);
    return indent(armLines(word, arm, width - 2));
  });
  const head = subject.length > 0 ? `CASE ${flat(subject)}` : 'CASE';
  return [head, ...lines, 'END'];
}

function armLines(word: string, arm: readonly Node[], width: number): readonly string[] {
  const text = `${word} ${flat(arm)}`;
  if (fits(text, width)) return [text];
  const then = arm.findIndex((one) => isWord(one, 'THEN'));
  if (then < 0) return open(word, arm, width);
  const value = expression(arm.slice(then + 1), width - 7);
  return [...open(word, arm.slice(0, then), width), `  THEN ${value[0] ?? ''}`, ...indent(value.slice(1))];
}
