/** A word, a quoted text or a sign of a statement, as it is written. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly text: string;
  /** Whether white space stands before it. */
  readonly spaced: boolean;
}

/** What stands within parentheses or brackets, or from CASE to END; `open` and `close` are those words. */
export interface Group {
  readonly kind: 'group';
  readonly open: string;
  readonly close: string;
  readonly spaced: boolean;
  readonly closeSpaced: boolean;
  readonly nodes: readonly Node[];
}

export type Node = Leaf | Group;

const TOKEN =
  /(\s*)([eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\3|[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*|::|:=|=>|\|\||<>|<=|>=|!=|[\s\S])/uy;

/** The statement as a tree; null where it is not one that can be laid out anew: comments in it, or groups that do not close. */
export function readNodes(sql: string): readonly Node[] | null {
  const frames: { readonly open: Leaf | undefined; readonly nodes: Node[] }[] = [{ open: undefined, nodes: [] }];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(sql); match; match = TOKEN.exec(sql)) {
    const [, space = '', text = ''] = match;
    const next = sql.charAt(TOKEN.lastIndex);
    if ((text === '-' && next === '-') || (text === '/' && next === '*')) return null;
    if (/^\s$/.test(text)) continue;
    const leaf: Leaf = { kind: 'leaf', text, spaced: space !== '' };
    const frame = frames.at(-1);
    if (!frame) return null;
    if (text === '(' || text === '[' || text === 'CASE') frames.push({ open: leaf, nodes: [] });
    else if (text !== ')' && text !== ']' && !(text === 'END' && frame.open?.text === 'CASE')) frame.nodes.push(leaf);
    else if (!closes(frame.open?.text, text)) return null;
    else {
      frames.pop();
      const open = frame.open?.text ?? '';
      const spaced = frame.open?.spaced ?? false;
      frames.at(-1)?.nodes.push({
        kind: 'group',
        open,
        close: text,
        spaced,
        closeSpaced: leaf.spaced,
        nodes: frame.nodes,
      });
    }
  }
  return frames.length === 1 ? (frames[0]?.nodes ?? null) : null;
}

const closes = (open: string | undefined, close: string): boolean =>
  (open === '(' && close === ')') || (open === '[' && close === ']') || (open === 'CASE' && close === 'END');

/** The nodes on one line, as they were written. */
export function flat(nodes: readonly Node[]): string {
  const text = (one: Node): string =>
    one.kind === 'leaf' ? one.text : `${one.open}${inner(one.nodes)}${one.closeSpaced ? ' ' : ''}${one.close}`;
  const inner = (list: readonly Node[]): string => list.map((one) => `${one.spaced ? ' ' : ''}${text(one)}`).join('');
  return inner(nodes).trimStart();
}

/** Whether a node is this word. */
export const isWord = (node: Node | undefined, ...words: readonly string[]): boolean =>
  node?.kind === 'leaf' && words.includes(node.text);

/** Places of AND and OR that join conditions; not the AND of BETWEEN. */
export function connectives(nodes: readonly Node[]): readonly number[] {
  const found: number[] = [];
  let between = 0;
  for (const [index, node] of nodes.entries()) {
    if (isWord(node, 'BETWEEN')) between += 1;
    else if (isWord(node, 'AND') && between > 0) between -= 1;
    else if (isWord(node, 'AND', 'OR')) found.push(index);
  }
  return found;
}

/** The nodes between places, without those of the places. */
export function between(nodes: readonly Node[], places: readonly number[]): readonly (readonly Node[])[] {
  const bounds = [-1, ...places, nodes.length];
  return bounds.slice(1).map((end, index) => nodes.slice((bounds[index] ?? -1) + 1, end));
}

/** The items of a list. */
export function items(nodes: readonly Node[]): readonly (readonly Node[])[] {
  return between(
    nodes,
    nodes.flatMap((one, index) => (isWord(one, ',') ? [index] : [])),
  );
}

/** Whether a group holds a query or a change of its own. */
export const holdsStatement = (group: Group): boolean =>
  group.open === '(' &&
  (isWord(group.nodes[0], 'SELECT', 'WITH', 'VALUES', 'INSERT', 'UPDATE', 'DELETE', 'MERGE') ||
    (group.nodes[0]?.kind === 'group' && holdsStatement(group.nodes[0])));
