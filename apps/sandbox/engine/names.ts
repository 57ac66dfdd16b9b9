import type { ObjectName } from '#tsql';

/** The parts of a name as the translator wants them: a part skipped (`db..t`) is null, parts not written are left out. */
export function namePartsOf(name: ObjectName): (string | null)[] {
  const parts = [name.server?.name, name.database?.name, name.schema?.name, name.name.name];
  const first = parts.findIndex((part) => part !== undefined);
  return parts.slice(first).map((part) => part ?? null);
}
