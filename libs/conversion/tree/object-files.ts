import type { DatabaseModel } from '#schema';
import type { Conversion, Issue, Phase, Step } from '../schema/index.ts';
import { type ConvertedObject, convertedObjects, PHASES } from './converted-objects.ts';
import { suppressedBy, type Suppression } from './suppression.ts';

/** A file of the tree. `path` with forward slashes, relative to the tree's folder; text ends with a line feed. */
export interface ObjectFile {
  readonly path: string;
  readonly text: string;
  /** When it is applied; null: there is nothing to apply in it. */
  readonly phase: Phase | null;
}

/**
 * The conversion as files, one for each object, in an order in which they can be applied: `schema/kind/name.sql`. What has no statement of its own (code that is not converted) has a
 * file too, with its issues and its source text as comments. Deterministic: no times, no versions.
 */
export function objectFiles(
  database: DatabaseModel,
  conversion: Conversion,
  suppressions: readonly Suppression[] = [],
): ObjectFile[] {
  return convertedObjects(database, conversion).map((object) => ({
    path: object.path,
    phase: object.phase,
    text: textOf(object, database.name, suppressions),
  }));
}

function textOf(object: ConvertedObject, database: string, suppressions: readonly Suppression[]): string {
  const { schema, kind, name, steps, issues } = object;
  const full = schema === '' || kind === 'schema' ? name : `${schema}.${name}`;
  const head = [
    `-- ${oneLine(full)} (${kind}) of ${oneLine(database)}`,
    ...issues.flatMap((one) => issueLines(one, suppressions)),
  ];
  if (steps.length > 0) return `${head.join('\n')}\n\n${bodyOf(steps)}`;
  const source = typeof object.source === 'string' ? object.source.trimEnd().split(/\r?\n/) : [];
  const quoted = source.length > 0 ? ['--', '-- Its source:', ...source.map((line) => `--   ${line}`.trimEnd())] : [];
  return `${[...head, ...quoted].join('\n')}\n`;
}

/** Statements as a file has them. */
export function bodyOf(steps: readonly Pick<Step, 'sql'>[]): string {
  return steps.map((step) => `${step.sql.trimEnd().replace(/;$/, '')};\n`).join('\n');
}

function issueLines(one: Issue, suppressions: readonly Suppression[]): string[] {
  const suppression = suppressedBy(one, suppressions);
  if (suppression) return [`-- ${one.code} accepted: ${oneLine(suppression.reason)}`];
  return [
    `-- ${one.code} ${one.severity}, ${oneLine(one.object)}, line ${one.line}: ${oneLine(one.message)}`,
    `--   → ${oneLine(one.remedy)}`,
  ];
}

/** A text from the source must not end the comment that it stands in. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/** The list of files in the order in which they are applied, by phase. */
export function orderFile(files: readonly ObjectFile[]): string {
  const lines = PHASES.flatMap((phase) => {
    const paths = files.filter((file) => file.phase === phase).map((file) => file.path);
    return paths.length === 0 ? [] : [`# ${PHASE_TEXT[phase]}`, ...paths, ''];
  });
  const rest = files.filter((file) => file.phase === null).map((file) => file.path);
  return [
    ...lines,
    ...(rest.length === 0 ? [] : ['# not converted: by hand', ...rest.map((path) => `# ${path}`), '']),
  ].join('\n');
}

const PHASE_TEXT: Readonly<Record<Phase, string>> = {
  before: 'before the load',
  after: 'after the load',
  cutover: 'at cutover',
  code: 'code',
};
