import type { Use, UseKind } from './uses.ts';

const list = (kind: UseKind, names: string): Use[] =>
  names
    .split(/;\s*/)
    .filter((name) => name.trim() !== '')
    .map((name): Use => `${kind} ${name.trim()}`);

/** What has no case yet: the spec fails for anything else that has none. It is to become empty. */
export const UNCOVERED: readonly Use[] = [
  ...list(
    'statement',
    `
    (empty);
  `,
  ),
];
