import type { TableModel } from '#schema';

/** Circles of foreign keys over two or more tables, each as `a → b → a`; a table that refers to itself is none. Time is linear in tables and keys (Tarjan, without recursion). */
export function cyclesOf(tables: readonly TableModel[]): string[] {
  const nameOf = (table: { schema: string; name: string }): string => `${table.schema}.${table.name}`;
  const edges = new Map(
    tables.map((table) => [nameOf(table), [...new Set(table.foreignKeys.map((key) => nameOf(key.references)))]]),
  );
  return components(edges)
    .filter((component) => component.length > 1)
    .map((component) => [...component, component[0]].join(' → '));
}

interface Visit {
  readonly name: string;
  next: number;
}

/** Strongly connected components; names of a component in the order in which they were reached. */
function components(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const found: string[][] = [];
  const enter = (name: string): Visit => {
    order.set(name, order.size);
    low.set(name, order.size - 1);
    open.push(name);
    isOpen.add(name);
    return { name, next: 0 };
  };
  const lower = (name: string, to: number | undefined): void => {
    low.set(name, Math.min(low.get(name) ?? 0, to ?? Number.MAX_SAFE_INTEGER));
  };
  for (const root of edges.keys()) {
    if (order.has(root)) continue;
    const path = [enter(root)];
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const target = edges.get(visit.name)?.[visit.next++];
      if (target === undefined) {
        path.pop();
        const parent = path.at(-1);
        if (parent) lower(parent.name, low.get(visit.name));
        if (low.get(visit.name) !== order.get(visit.name)) continue;
        const component = open.splice(open.indexOf(visit.name));
        for (const name of component) isOpen.delete(name);
        found.push(component);
      } else if (edges.has(target) && !order.has(target)) path.push(enter(target));
      else if (isOpen.has(target)) lower(visit.name, order.get(target));
    }
  }
  return found;
}
