import type { ControlStore } from '#target-postgres';

/** An object with some members replaced; all others are its own. */
export function over<T extends object>(object: T, members: Partial<T>): T {
  return new Proxy(object, {
    get: (target, name) => {
      if (name in members) return Reflect.get(members, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A store whose owner never learns that its lease is another's, and does not prolong it: as if its process stood still. */
export function blindToItsLease(control: ControlStore): ControlStore {
  return over(control, { leases: over(control.leases, { renew: () => Promise.resolve(true) }) });
}
