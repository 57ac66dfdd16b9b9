import { rejectValue, type ValueCounters, type ValuePlace } from './rejection.ts';
import type { ValuePolicy } from './value-type.ts';

const UNPAIRED = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** True for text that UTF-8 and PostgreSQL can hold as it is: no U+0000, no unpaired surrogate. */
export function isStorableText(value: string): boolean {
  return value.isWellFormed() && !value.includes('\u0000');
}

/**
 * Text that Avro and PostgreSQL can hold. U+0000 and unpaired surrogates fall under the `nul` policy: rejected, stripped, or replaced by U+FFFD.
 * @throws SluiceError ValueRejected
 */
export function cleanText(
  value: string,
  policy: ValuePolicy['nul'],
  place?: ValuePlace,
  counters?: ValueCounters,
): string {
  if (isStorableText(value)) return value;
  if (policy === 'reject') {
    const what = value.includes('\u0000') ? 'U+0000' : 'an unpaired surrogate';
    rejectValue(place, `text holds ${what}, which the target cannot store`);
  }
  if (counters) counters.textAltered++;
  const substitute = policy === 'strip' ? '' : '\uFFFD';
  // Surrogates first: stripping U+0000 must not join two halves into a character that was never there.
  return value.replaceAll(UNPAIRED, substitute).replaceAll('\u0000', substitute);
}
