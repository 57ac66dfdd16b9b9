import { hasConflict, mergeTexts } from './merge.ts';

/** What becomes of a file of the tree when the source is converted again. */
export type FileChange =
  | 'new'
  | 'unchanged'
  /** Nobody edited it: rewritten. */
  | 'updated'
  /** Edited, and its source is as it was: left alone. */
  | 'kept'
  /** Edited, and its source has changed elsewhere: both are in it. */
  | 'merged'
  /** Edited and converted differently in one place: markers stand in it. */
  | 'conflict'
  /** Markers of an earlier conflict still stand in it: left alone. */
  | 'unsettled'
  /** Its object is gone, and nobody edited it. */
  | 'removed'
  /** Its object is gone, and somebody edited it: left alone. */
  | 'orphaned'
  /** Somebody removed it, and its source is as it was. */
  | 'dropped';

/** What to do: the text to be written (null: the file is removed; undefined: left alone), and the text to be kept as last converted (the same). */
export interface FilePlan {
  readonly change: FileChange;
  readonly text?: string | null;
  readonly base?: string | null;
}

/** Decides by three texts, each undefined where there is no such file: last converted, as it stands, newly converted. */
export function planFile(
  base: string | undefined,
  current: string | undefined,
  converted: string | undefined,
): FilePlan {
  if (converted === undefined) return planGone(base, current);
  if (current === undefined) {
    if (base === undefined) return { change: 'new', text: converted, base: converted };
    if (base === converted) return { change: 'dropped' };
    return { change: 'conflict', text: mergeTexts(base, '', converted).text, base: converted };
  }
  if (hasConflict(current)) return { change: 'unsettled' };
  if (unix(current) === converted) return { change: 'unchanged', ...(base === converted ? {} : { base: converted }) };
  if (base === converted) return { change: 'kept' };
  if (base !== undefined && unix(current) === base) return { change: 'updated', text: converted, base: converted };
  const merged = mergeTexts(base ?? '', current, converted);
  if (merged.conflicts > 0) return { change: 'conflict', text: merged.text, base: converted };
  return { change: 'merged', text: merged.text, base: converted };
}

function planGone(base: string | undefined, current: string | undefined): FilePlan {
  if (current === undefined || base === undefined) return { change: 'removed', base: null };
  return unix(current) === base ? { change: 'removed', text: null, base: null } : { change: 'orphaned', base: null };
}

function unix(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
