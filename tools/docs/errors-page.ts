import { POLICY, type Policy } from '#errors';
import { code, heading, table } from './markdown.ts';

/** Every kind of fault, what Sluice does about it, and what a person should do. */
export function errorsPage(): string {
  const rows = Object.entries(POLICY).map(([kind, policy]: [string, Policy]) => [
    code(kind),
    policy.action,
    policy.advice,
  ]);
  return `${heading('Faults', '`libs/errors/policy.ts`')}

Every fault has one of these kinds. The kind decides what happens:

- **retry**: tried again after a pause, nothing has changed;
- **park**: the row is set aside, the rest flows (with \`apply.onRowError: suspend-table\`, the default, the table is suspended instead);
- **suspend**: this table stops and blocks the cutover, the others go on;
- **halt**: the process ends with exit code 3;
- **refuse**: wrong use, exit code 2.

Messages and logs name tables, columns, counts and positions, never the values of rows and never secrets. Some advice names commands that are not built
yet; [cli.md](cli.md) lists those that are.

${table(['kind', 'action', 'advice'], rows)}
`;
}
