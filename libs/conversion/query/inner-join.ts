import type { TableSource } from '#tsql';
import { childOf, type Environment, type Source, withSources } from './environment.ts';
import { tableSource } from './from.ts';
import { condition } from './predicate.ts';
import type { Translation } from './translation.ts';

/** A FROM clause without one of its tables. */
export interface PulledOut {
  /** The other sources, as text. */
  readonly items: readonly string[];
  /** The conditions of the joins that the table took part in. */
  readonly tests: readonly string[];
  /** What names may refer to: all, the table too. */
  readonly sources: readonly Source[];
}

/** The table that is taken out: its entry in FROM, and how it is called where it stands now. */
export interface Pulled {
  readonly entry: TableSource;
  readonly source: Source;
}

/** Takes a table out of FROM where nothing but inner joins lead to it; undefined elsewhere. */
export function pulledOut(
  t: Translation,
  env: Environment,
  from: readonly TableSource[],
  pulled: Pulled,
): PulledOut | undefined {
  if (!from.every((one) => one === pulled.entry || !holds(one, pulled.entry) || leadsInward(one, pulled.entry)))
    return undefined;
  let found: PulledOut = { items: [], tests: [], sources: [] };
  for (const one of from) found = joined(found, pull(t, withSources(childOf(env, []), found.sources), one, pulled));
  return found;
}

const joined = (a: PulledOut, b: PulledOut): PulledOut => ({
  items: [...a.items, ...b.items],
  tests: [...a.tests, ...b.tests],
  sources: [...a.sources, ...b.sources],
});

const holds = (node: TableSource, entry: TableSource): boolean =>
  node === entry || (node.kind === 'join' && (holds(node.left, entry) || holds(node.right, entry)));

function leadsInward(node: TableSource, entry: TableSource): boolean {
  if (node === entry) return true;
  if (node.kind !== 'join' || (node.type !== 'inner' && node.type !== 'cross')) return false;
  return leadsInward(holds(node.left, entry) ? node.left : node.right, entry);
}

function pull(t: Translation, env: Environment, node: TableSource, pulled: Pulled): PulledOut {
  if (node === pulled.entry) return { items: [], tests: [], sources: [pulled.source] };
  if (node.kind !== 'join' || !holds(node, pulled.entry)) {
    const made = tableSource(t, env, node);
    return { items: [made.sql], tests: [], sources: made.sources };
  }
  const sides = joined(pull(t, env, node.left, pulled), pull(t, env, node.right, pulled));
  if (!node.on) return sides;
  return { ...sides, tests: [...sides.tests, condition(t, withSources(env, sides.sources), node.on)] };
}
