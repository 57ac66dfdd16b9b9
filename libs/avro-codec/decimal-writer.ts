import { decimalBytes, decimalUnscaled, type ValuePlace } from '#values';
import type { ByteWriter } from './byte-writer.ts';

const MAX_DIGITS = 15;

/**
 * Avro `decimal` bytes of a plain decimal text at `scale`: up to fifteen digits by plain arithmetic, beyond by bigint.
 * Bytes are as few as two's complement allows, so that equal numbers have equal bytes.
 * @throws SluiceError ValueRejected
 */
export function writeDecimal(out: ByteWriter, text: string, scale: number, place: ValuePlace): void {
  const unscaled = smallUnscaled(text, scale);
  if (Number.isNaN(unscaled)) out.bytes(decimalBytes(decimalUnscaled(text, scale, place)));
  else writeSmall(out, unscaled);
}

/** The unscaled integer where the text is plain and short enough, else NaN. */
function smallUnscaled(text: string, scale: number): number {
  let at = 0;
  const first = text.charCodeAt(0);
  if (first === 45 || first === 43) at = 1;
  if (text.length - at > MAX_DIGITS + 1 || at === text.length) return Number.NaN;
  let value = 0;
  let fraction = -1;
  let digits = 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) {
      value = value * 10 + (code - 48);
      digits++;
      if (fraction >= 0) fraction++;
    } else if (code === 46 && fraction < 0) fraction = 0;
    else return Number.NaN;
  }
  if (digits === 0) return Number.NaN;
  const missing = scale - Math.max(0, fraction);
  if (missing < 0) return Number.NaN;
  if (missing > 0) value *= POWERS[missing] ?? Number.NaN;
  if (!(value <= Number.MAX_SAFE_INTEGER)) return Number.NaN;
  return first === 45 ? -value : value;
}

const POWERS = Array.from({ length: 16 }, (_, power) => 10 ** power);

function writeSmall(out: ByteWriter, value: number): void {
  out.ensure(9);
  const buffer = out.buffer;
  if (value >= -0x8000_0000 && value <= 0x7fff_ffff) {
    const int = value | 0;
    const size =
      int >= -0x80 && int < 0x80
        ? 1
        : int >= -0x8000 && int < 0x8000
          ? 2
          : int >= -0x80_0000 && int < 0x80_0000
            ? 3
            : 4;
    buffer[out.end++] = size << 1;
    for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) buffer[out.end++] = int >> shift;
    return;
  }
  const high = Math.floor(value / 0x1_0000_0000);
  const low = value - high * 0x1_0000_0000;
  const size = high >= -0x80 && high < 0x80 ? 5 : high >= -0x8000 && high < 0x8000 ? 6 : 7;
  buffer[out.end++] = size << 1;
  for (let shift = (size - 5) * 8; shift >= 0; shift -= 8) buffer[out.end++] = high >> shift;
  for (let shift = 24; shift >= 0; shift -= 8) buffer[out.end++] = low >>> shift;
}
