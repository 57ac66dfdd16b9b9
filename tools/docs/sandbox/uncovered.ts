import type { Use, UseKind } from './uses.ts';

const list = (kind: UseKind, names: string): Use[] =>
  names
    .split(/;\s*/)
    .filter((name) => name.trim() !== '')
    .map((name): Use => `${kind} ${name.trim()}`);

/** What has no case yet: the spec fails for anything else that has none. It is to become empty. */
export const UNCOVERED: readonly Use[] = [
  ...list('statement', `INSERT BULK; (empty)`),
  ...list(
    'procedure',
    `
    sp_prepare; sp_execute; sp_prepexec; sp_unprepare; sp_prepexecrpc; sp_cursor; sp_cursoropen; sp_cursorprepare; sp_cursorexecute;
    sp_cursorprepexec; sp_cursorunprepare; sp_cursorfetch; sp_cursoroption; sp_cursorclose;
  `,
  ),
];
