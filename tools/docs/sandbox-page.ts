import { constantsByReason, REASONS } from '../../apps/sandbox/catalog/views/constants.ts';
import { VIEW_DEFINITIONS } from '../../apps/sandbox/catalog/views/index.ts';
import { conformanceOf, readCases, type Conformance, type Refusal } from './sandbox/conformance.ts';
import { INTRODUCTION } from './sandbox/introduction.ts';
import { USE_KINDS, type Use, type UseKind } from './sandbox/uses.ts';
import { code, heading, table } from './markdown.ts';

const TITLES: Readonly<Record<UseKind, string>> = {
  statement: 'Statements',
  clause: 'Clauses, sources, predicates and operators',
  function: 'Functions',
  method: 'Methods of types',
  view: 'Catalog views',
  procedure: 'System procedures',
  cdc: 'Change data capture',
};

/** `12 cases`, `error 40515`. */
function outcome({ cases, refused }: Conformance): string {
  if (cases > 0) return `works, ${cases} ${cases === 1 ? 'case' : 'cases'}`;
  return `error ${numbersOf(refused)}`;
}

const numbersOf = (refused: readonly Refusal[]): string =>
  [...new Set(refused.flatMap((one) => one.errors))].sort((left, right) => left - right).join(', ');

const nameOf = (use: Use): string => use.slice(use.indexOf(' ') + 1);

type Entry = readonly [Use, Conformance];

/** One table; things that work and things that do not stand together, in the order of their names. */
function section(kind: UseKind, entries: readonly Entry[]): string {
  const own = entries
    .filter(([use, { cases, refused }]) => use.startsWith(`${kind} `) && (cases > 0 || refused.length > 0))
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const rows = own.map(([use, found]) => [
    code(nameOf(use)),
    outcome(found),
    found.cases > 0 && found.refused.length > 0 ? `${found.refused.length} below` : '',
  ]);
  return `## ${TITLES[kind]}\n\n${table(['name', 'the sandbox', 'refused forms'], rows)}`;
}

const CUT = 160;

/** Every refused case with the thing it is told of. */
function refusals(entries: readonly Entry[]): string {
  const rows = entries.flatMap(([use, { refused }]) =>
    refused.map((one) => [
      code(nameOf(use)),
      code(one.name.length > CUT ? `${one.name.slice(0, CUT)}…` : one.name).replaceAll('\\', '\\\\'),
      one.errors.join(', '),
    ]),
  );
  return table(['of', 'statement', 'error'], rows);
}

function constants(): string {
  const parts = [...constantsByReason(VIEW_DEFINITIONS)].map(
    ([reason, lines]) => `${REASONS[reason]}\n\n${lines.map((line) => `- ${line}`).join('\n')}`,
  );
  return parts.join('\n\n');
}

/** What the sandbox does, thing by thing, as the cases of test/semantics say. Reads them from the working folder. */
export function sandboxPage(): string {
  const groups = readCases();
  const entries = [...conformanceOf(groups)];
  const count = groups.reduce((sum, group) => sum + group.cases.length, 0);
  const refused = groups.flatMap((group) => group.cases).filter((one) => one.refusal !== undefined).length;
  return `${heading('The sandbox: what it does, and where it stops', '`test/semantics/cases`')}

${INTRODUCTION}

The suite has ${count} cases; the sandbox refuses ${refused} of them.

${USE_KINDS.map((kind) => section(kind, entries)).join('\n\n')}

## Columns of catalog views that say the same of everything

A spec fails where such a column is not named here, or one is named that tells something. Views without rows are left out: their things are refused.

${constants()}

## Refused forms

A server answers each of these; the sandbox says the error instead.

${refusals(entries)}
`;
}
