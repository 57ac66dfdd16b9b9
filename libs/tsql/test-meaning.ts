/** Properties that only the source has: places in it, and the spelling of strings and of statements kept as words. */
function isSpelling(key: string, part: unknown, owner: Readonly<Record<string, unknown>>): boolean {
  if (typeof part === 'object' && part !== null && 'start' in part && 'end' in part && 'column' in part) return true;
  if (key !== 'text') return false;
  const { kind, type } = owner;
  return kind === 'unknown' || (kind === 'literal' && (type === 'string' || type === 'nstring' || type === 'null'));
}

function propertiesOf(value: object): Map<string, unknown> {
  const owner = value as Readonly<Record<string, unknown>>;
  return new Map(Object.entries(owner).filter(([key, part]) => part !== undefined && !isSpelling(key, part, owner)));
}

/** Where two trees differ in what they mean, as a path; undefined where they do not. Without recursion: trees may be deeper than the stack. */
export function differenceOf(one: unknown, other: unknown): string | undefined {
  const rest: (readonly [unknown, unknown, string])[] = [[one, other, '']];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const [a, b, path] = next;
    if (Object.is(a, b)) continue;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return path;
    const left = propertiesOf(a);
    const right = propertiesOf(b);
    if (left.size !== right.size) return `${path} {${[...left.keys()].join()}} {${[...right.keys()].join()}}`;
    // The path of a deep tree would be longer than the tree.
    const shown = path.length > 300 ? path.slice(-300) : path;
    for (const [key, part] of left) rest.push([part, right.get(key), `${shown}.${key}`]);
  }
  return undefined;
}
