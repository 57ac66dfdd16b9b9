import type { NameParts } from '#conversion';
import type { ObjectName } from '#tsql';

/** The parts of a name as the translator wants them: a part skipped (`db..t`) is null, parts not written are left out. */
export function namePartsOf(name: ObjectName): (string | null)[] {
  const parts = [name.server?.name, name.database?.name, name.schema?.name, name.name.name];
  const first = parts.findIndex((part) => part !== undefined);
  return parts.slice(first).map((part) => part ?? null);
}

/** `#t`: a temporary table of the session. */
export const isLocalTemporary = (name: string): boolean => /^#(?!#)/.test(name);

/** `##t`: a temporary table that every session sees. */
export const isGlobalTemporary = (name: string): boolean => name.startsWith('##');

/** A name as written, by which the copies of tables of other databases are found. */
export const overlayKey = (name: NameParts): string => name.map((part) => (part ?? '').toLowerCase()).join('\u0000');
