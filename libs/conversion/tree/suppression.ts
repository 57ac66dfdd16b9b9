import { parseDocument } from 'yaml';
import { SluiceError } from '#errors';
import type { Issue } from '../schema/index.ts';
import { ISSUE_CODES } from '../schema/index.ts';

/** An issue that somebody has looked at and accepts, with the reason. `object` as issues name it, or of what it is a part. */
export interface Suppression {
  readonly code: string;
  readonly object: string;
  readonly reason: string;
}

/**
 * Reads `sluice-issues.yaml`: `accept:` with a list of code, object and reason; each is needed. @throws SluiceError UsageInvalid, naming the entry
 */
export function readSuppressions(text: string, where: string): Suppression[] {
  const document = parseDocument(text);
  const fault = (what: string): SluiceError => new SluiceError('UsageInvalid', `${where}: ${what}`);
  if (document.errors[0]) throw fault(`it is not YAML: ${document.errors[0].message.split('\n')[0]}`);
  const value: unknown = document.toJS();
  if (value === null) return [];
  const list = typeof value === 'object' && 'accept' in value ? value.accept : undefined;
  if (!Array.isArray(list)) throw fault('accept: with a list is expected.');
  return list.map((entry: unknown, index) => {
    const part = (name: string): string => {
      const found: unknown =
        typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>)[name] : undefined;
      if (typeof found !== 'string' || found.trim() === '') throw fault(`entry ${index + 1} has no ${name}.`);
      return found.trim();
    };
    const code = part('code');
    if (!(code in ISSUE_CODES)) throw fault(`entry ${index + 1}: there is no issue ${code}.`);
    return { code, object: part('object'), reason: part('reason') };
  });
}

/** The suppression that accepts an issue, or undefined. */
export function suppressedBy(one: Issue, suppressions: readonly Suppression[]): Suppression | undefined {
  return suppressions.find(
    ({ code, object }) => code === one.code && (one.object === object || one.object.startsWith(`${object}.`)),
  );
}

/** Suppressions that accept nothing any more: their issue is gone, or the object is misspelt. */
export function idleSuppressions(issues: readonly Issue[], suppressions: readonly Suppression[]): Suppression[] {
  return suppressions.filter((one) => !issues.some((issue) => suppressedBy(issue, [one])));
}
