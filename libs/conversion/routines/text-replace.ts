import type { Expression } from '#tsql';
import type { Text } from './text-parts.ts';

/** REPLACE in a text that is put together. */

/** Whether all pieces of a text are constants or numbers. */
export const isConstant = (text: Text, isNumber: (node: Expression) => boolean): boolean =>
  text.every((part) => {
    if (part.kind === 'hole') return isNumber(part.node);
    const arms =
      part.kind === 'choice' ? [part.then, part.otherwise] : part.kind === 'case' ? [...part.arms, part.otherwise] : [];
    return arms.every((arm) => isConstant(arm, isNumber));
  });

/** A text with another in the place of a constant, in any case. */
export const replaced = (text: Text, needle: string, by: Text): Text =>
  text.flatMap((part): Text => {
    if (part.kind === 'choice')
      return [{ ...part, then: replaced(part.then, needle, by), otherwise: replaced(part.otherwise, needle, by) }];
    if (part.kind === 'case')
      return [
        {
          ...part,
          arms: part.arms.map((one) => replaced(one, needle, by)),
          otherwise: replaced(part.otherwise, needle, by),
        },
      ];
    if (part.kind !== 'text') return [part];
    const pattern = new RegExp(needle.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`), 'i');
    return part.text
      .split(pattern)
      .flatMap((one, index): Text => [...(index === 0 ? [] : by), { kind: 'text', text: one }]);
  });
