import { SluiceError } from '#errors';

/** Where a value stands, for messages. Never the value itself. */
export interface ValuePlace {
  /** `schema.table`. */
  readonly table: string;
  readonly column: string;
}

/** Counts of values that a declared policy changed; one object per table. */
export class ValueCounters {
  /** Texts in which U+0000 or an unpaired surrogate was stripped or replaced. */
  textAltered = 0;
  /** Times whose seventh fractional digit was not zero and fell under `digit7`. */
  digit7Reduced = 0;
}

/** @throws SluiceError ValueRejected, naming table, column and reason */
export function rejectValue(place: ValuePlace | undefined, reason: string): never {
  const at = place ? `${place.table}.${place.column}: ` : '';
  throw new SluiceError('ValueRejected', `${at}${reason}`, { table: place?.table, column: place?.column });
}
