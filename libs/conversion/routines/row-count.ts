import type { Emitter } from './emitter.ts';

/** Gives @@ROWCOUNT a value, in routines that read it. */
export function setRowCount(e: Emitter, value: string): void {
  if (e.facts.rowCount) e.line(`${e.facts.rowCount} := ${value};`);
}

/** Takes @@ROWCOUNT from the statement just written, in routines that read it. */
export function takeRowCount(e: Emitter): void {
  if (e.facts.rowCount) e.line(`GET DIAGNOSTICS ${e.facts.rowCount} = ROW_COUNT;`);
}
