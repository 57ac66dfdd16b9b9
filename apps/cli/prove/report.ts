import type { Output } from '../output.ts';
import type { Proof } from './prove.ts';

/** Prints what was proven; the verdicts are the command's document. True where nothing differs but as issues tell. */
export function reportProofs(proofs: readonly Proof[], out: Output): boolean {
  const of = (verdict: Proof['verdict']): readonly Proof[] => proofs.filter((one) => one.verdict === verdict);
  for (const one of of('not-provable')) out.line(`not provable  ${one.object}: ${one.reason ?? ''}`);
  for (const { object, example, alike, calls, codes } of of('differs')) {
    out.line(`differs       ${object}: ${calls - alike} of ${calls} calls`);
    out.line(`              ${example?.call ?? ''}`);
    out.line(`              ${example?.difference ?? ''}`);
    if (codes) out.line(`              its issues: ${codes.join(', ')}`);
  }
  for (const { object, example, told = [], alike, calls } of of('differs-as-told')) {
    out.line(`differs       ${object}: ${calls - alike} of ${calls} calls, told by ${told.join(', ')}`);
    out.line(`              ${example?.call ?? ''}`);
    out.line(`              ${example?.difference ?? ''}`);
  }
  for (const { object, calls, error } of of('only-errors'))
    out.line(
      `only errors   ${object}: each of ${calls} calls ended in the same error on both sides, such as “${error ?? ''}”`,
    );
  const proven = of('proven');
  const calls = proven.reduce((sum, one) => sum + one.alike, 0);
  const errors = proven.reduce((sum, one) => sum + one.errors, 0);
  out.line(
    `${proofs.length} objects: ${proven.length} proven by ${calls} calls (${errors} of them ended in the same error on both sides), ${of('only-errors').length} alike of which only errors were seen, ${of('differs').length} differ, ${of('differs-as-told').length} differ as their issues tell, ${of('not-provable').length} not provable.`,
  );
  out.result({ objects: proofs });
  return of('differs').length === 0;
}
