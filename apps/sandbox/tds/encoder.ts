import type { TdsValue } from '../session.ts';
import type { TokenBuffer } from './token-buffer.ts';

/** Writes one value that is not NULL, its length before it as its type wants. Throws on a value of the wrong JavaScript form. */
export type Encoder = (out: TokenBuffer, value: TdsValue) => void;

/** A value whose JavaScript form is not that of its type: a defect of the engine. Says the type, never the value. */
export function mismatch(type: string, value: TdsValue): TypeError {
  return new TypeError(`BUG: a ${typeof value} given for ${type}`);
}
