import { findAll, type Node } from '#tsql';

/** Something that names others, e.g. a view; keys are `schema.name` in lower case. */
export interface Dependent<T> {
  readonly key: string;
  readonly names: readonly string[];
  readonly item: T;
}

/** All tables, views and functions that a statement names; a name without a schema is of dbo. */
export function namesIn(node: Node): string[] {
  const key = (schema: string | undefined, name: string): string => `${schema ?? 'dbo'}.${name}`.toLowerCase();
  const tables = findAll(node, 'table').map(({ name }) => key(name.schema?.name, name.name.name));
  const calls = findAll(node, 'call').map(({ name }) => key(name.schema?.name, name.name.name));
  return [...tables, ...calls];
}

/**
 * In an order in which each stands after those it names, otherwise as given. `circles`: of each that is in a circle, the keys of the circle from itself on; there the order
 * cannot hold. Takes time as there are names.
 */
export function dependencyOrder<T>(items: readonly Dependent<T>[]): {
  readonly order: readonly Dependent<T>[];
  readonly circles: ReadonlyMap<string, readonly string[]>;
} {
  const known = new Map(items.map((one) => [one.key, one]));
  const order: Dependent<T>[] = [];
  const circles = new Map<string, readonly string[]>();
  const state = new Map<string, 'open' | 'done'>();
  for (const first of items) {
    const path: { readonly one: Dependent<T>; next: number }[] = [];
    const open = (one: Dependent<T>): void => {
      if (state.has(one.key)) return;
      state.set(one.key, 'open');
      path.push({ one, next: 0 });
    };
    open(first);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const name = top.one.names[top.next++];
      const named = name === undefined ? undefined : known.get(name);
      if (named) {
        if (state.get(named.key) === 'open') {
          const from = path.findIndex(({ one }) => one === named);
          const members = path.slice(from).map(({ one }) => one.key);
          for (const [at, key] of members.entries()) circles.set(key, [...members.slice(at), ...members.slice(0, at)]);
        } else open(named);
      } else if (name === undefined) {
        state.set(top.one.key, 'done');
        order.push(top.one);
        path.pop();
      }
    }
  }
  return { order, circles };
}
