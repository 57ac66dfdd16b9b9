import { createHash } from 'node:crypto';
import { madeBy, quoteIdent } from '#pgsql';
import type { DatabaseModel } from '#schema';
import type { Conversion, Issue, Phase, Step } from '../schema/index.ts';
import { suppressedBy, type Suppression } from '../tree/suppression.ts';
import { bodyOf } from '../tree/object-files.ts';
import { type ConvertedObject, convertedObjects } from '../tree/converted-objects.ts';

/** What a newly converted object is; the workspace goes on from there (edited, verified, applied, failed). */
export type NewState = 'not_converted' | 'converted' | 'to_review';

/** An object as the conversion gives it to the workspace. Plain data. */
export interface WorkspaceObject {
  readonly path: string;
  readonly kind: string;
  readonly sourceSchema: string;
  readonly sourceName: string;
  /** What its first statement makes, as PostgreSQL writes names; null where it makes nothing. */
  readonly targetName: string | null;
  readonly phase: Phase | null;
  readonly statements: readonly WorkspaceStatement[];
  /** The statements as the tree's file has them, without its head. */
  readonly converted: string;
  /** Of code. */
  readonly source: string | null;
  readonly issues: readonly Issue[];
  readonly state: NewState;
  /** See {@link textHash}: of `converted`. */
  readonly hash: string;
}

export interface WorkspaceStatement {
  /** The source object that it stands for. */
  readonly object: string;
  readonly sql: string;
  readonly optional: boolean;
}

/** The objects of a conversion in the order in which they are applied. Accepted issues are not counted as something to review. */
export function workspaceObjects(
  database: DatabaseModel,
  conversion: Conversion,
  accepted: readonly Suppression[] = [],
): WorkspaceObject[] {
  return convertedObjects(database, conversion).map((object) => {
    const converted = bodyOf(object.steps);
    return {
      path: object.path,
      kind: object.kind,
      sourceSchema: object.schema,
      sourceName: object.name,
      targetName: targetNameOf(object.steps),
      phase: object.phase,
      statements: object.steps.map(({ object: of, sql, optional }) => ({ object: of, sql, optional })),
      converted,
      source: object.source ?? null,
      issues: object.issues,
      state: stateOf(object, accepted),
      hash: textHash(converted),
    };
  });
}

function stateOf({ phase, issues }: ConvertedObject, accepted: readonly Suppression[]): NewState {
  if (phase === null) return 'not_converted';
  const open = issues.some((one) => one.severity !== 'info' && !suppressedBy(one, accepted));
  return open ? 'to_review' : 'converted';
}

function targetNameOf(steps: readonly Step[]): string | null {
  for (const step of steps) {
    const made = madeBy(step.sql);
    if (made)
      return made.schema === null ? quoteIdent(made.name) : `${quoteIdent(made.schema)}.${quoteIdent(made.name)}`;
  }
  return null;
}

/** What is the same for texts that do the same: line ends, the comments at the head, and blanks around do not count. */
export function textHash(text: string): string {
  const body = text
    .replaceAll('\r\n', '\n')
    .replace(/^(?:\s|--[^\n]*(?:\n|$))+/, '')
    .trimEnd();
  return createHash('sha256').update(body).digest('hex');
}

/** What a person made of an object's file, or null where it does what the conversion does. `file`: its text, undefined where it was removed. */
export function editOf(object: Pick<WorkspaceObject, 'hash' | 'converted'>, file: string | undefined): string | null {
  const text = file ?? '';
  return textHash(text) === object.hash ? null : text;
}
