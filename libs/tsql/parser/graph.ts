import type { Expression, GraphMatch, GraphPart } from '../ast/index.ts';
import type { Reader } from './reader.ts';

/** MATCH of graph tables. */
export function graphMatch(r: Reader): Expression {
  const start = r.next();
  r.expect('(');
  const patterns: GraphMatch['patterns'][number][] = [];
  do patterns.push(...graphPatterns(r));
  while (r.accept('AND'));
  r.expect(')');
  return { kind: 'graphMatch', patterns, span: r.span(start) };
}

function graphPatterns(r: Reader): GraphMatch['patterns'] {
  const start = r.token;
  if (!r.accept('SHORTEST_PATH')) return [chainOrSame(r)];
  r.expect('(');
  const patterns: GraphMatch['patterns'][number][] = [];
  do {
    const from = r.token;
    patterns.push({ kind: 'graphPattern', shortestPath: true, parts: chain(r), span: r.span(from) });
  } while (r.accept('AND'));
  r.expect(')');
  const [only] = patterns;
  return patterns.length === 1 && only !== undefined ? [{ ...only, span: r.span(start) }] : patterns;
}

function chainOrSame(r: Reader): GraphMatch['patterns'][number] {
  const start = r.token;
  const parts = chain(r);
  const [first] = parts;
  if (parts.length === 1 && first?.type === 'node' && first.last && r.accept('=')) {
    const [other] = chain(r);
    if (other?.type !== 'node' || !other.last) return r.fail();
    return { kind: 'graphSameNode', left: first.name, right: other.name, span: r.span(start) };
  }
  if (!parts.some((part) => part.type === 'edge')) r.fail();
  return { kind: 'graphPattern', shortestPath: false, parts, span: r.span(start) };
}

/** Nodes, edges and stretches in parentheses, as long as they come. */
function chain(r: Reader): GraphPart[] {
  r.enter();
  const parts: GraphPart[] = [];
  for (;;) {
    const isBehindNode = parts.at(-1)?.type === 'node';
    if (!isBehindNode && r.is('LAST_NODE') && r.peekIs('(')) {
      r.expectSequence('LAST_NODE', '(');
      parts.push({ type: 'node', name: r.name(), last: true });
      r.expect(')');
    } else if (!isBehindNode && r.isName()) parts.push({ type: 'node', name: r.name(), last: false });
    else if (r.isSequence('-', '(')) {
      r.expectSequence('-', '(');
      parts.push({ type: 'edge', name: r.name(), direction: 'right' });
      r.expectSequence(')', '-', '>');
    } else if (r.isSequence('<', '-', '(')) {
      r.expectSequence('<', '-', '(');
      parts.push({ type: 'edge', name: r.name(), direction: 'left' });
      r.expectSequence(')', '-');
    } else if (r.accept('(')) {
      const inside = chain(r);
      r.expect(')');
      const times = quantifier(r);
      parts.push({ type: 'repeat', parts: inside, ...(times && { times }) });
    } else break;
  }
  if (parts.length === 0) r.fail();
  r.leave();
  return parts;
}

/** `+` or `{1,3}`. */
function quantifier(r: Reader): { from: number; to: number } | undefined {
  if (r.accept('+')) return undefined;
  r.expect('{');
  const from = count(r);
  r.expect(',');
  const to = count(r);
  r.expect('}');
  return { from, to };
}

function count(r: Reader): number {
  return r.token.type === 'int' ? Number(r.next().text) : r.fail();
}
