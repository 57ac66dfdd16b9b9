/**
 * Whether the bit of a captured column is set in `__$update_mask`. Ordinal 1 is the lowest bit of the **last** byte (sys.fn_cdc_is_bit_set; row A17).
 */
export function isBitSet(mask: Uint8Array, ordinal: number): boolean {
  const byte = mask[mask.length - 1 - ((ordinal - 1) >> 3)];
  return byte !== undefined && (byte & (1 << ((ordinal - 1) & 7))) !== 0;
}
