import { findAll } from '#tsql';
import type { CursorDefinition, Expression, Parameter, Statement } from '#tsql';
import { nodesOf } from './body-nodes.ts';
import { isNumberType, type Types } from './dynamic-holes.ts';

/** Which pieces of a text the routine does not write itself: what its callers give it, and what its tables keep. */

/** Functions that hand a text on as it is, or a part of it. */
const HANDS_ON =
  /^(isnull|coalesce|ltrim|rtrim|trim|substring|left|right|stuff|replace|lower|upper|nullif|concat|concat_ws|string_agg|max|min|quotename)$/i;

/** What reads the same in PostgreSQL: names, numbers, strings, signs, and the words of conditions, lists and sorts. */
const SAME =
  /^(?:\s|[,.=<>*+\-/)[\]]|'(?:[^']|'')*'|"[^"]*"|\[[^\]]*\]|\d+|\b(?:and|or|not|in|exists|on|when|then|else|max|min|sum|count|where|as|by|having)\s*\(|\((?!\s*(?:select|with)\b)|[a-z_]\w*(?!\w|\s*\())*$/i;

/** Words that PostgreSQL does not have, or that compare otherwise there. */
const OTHER = /\b(?:like|top|percent|nolock|apply|pivot|unpivot|collate|exec|execute|select|convert|getdate)\b/i;

const readsTheSame = (text: string): boolean => SAME.test(text) && !OTHER.test(text.replaceAll(/'(?:[^']|'')*'/g, ''));

/** Answers whether a piece comes from outside; what the routine adds to it by itself has to read the same in PostgreSQL. */
export type FromOutside = (piece: Expression) => boolean;

/** What is known of the texts of a body. */
export interface OutsideTexts {
  readonly isOutside: FromOutside;
  /** Whether what the routine itself writes into an expression has no strings: they compare otherwise. */
  hasStrings(piece: Expression): boolean;
  /** The parameters, lower case, whose texts go into an expression. */
  parametersIn(piece: Expression): readonly string[];
}

/** Follows the variables of a body. */
export function outsideTexts(body: readonly Statement[], parameters: readonly Parameter[], types: Types): OutsideTexts {
  const given = new Set(parameters.map((one) => one.name.toLowerCase()));
  const values = Map.groupBy(assigned(body), (one) => one.name);
  const answers = new Map<string, boolean>();

  const ofVariable = (name: string): boolean => {
    const known = isNumberType(types.get(name)) ? true : answers.get(name);
    if (known !== undefined) return known;
    // What is added to itself is what it was before.
    answers.set(name, true);
    const all = values.get(name) ?? [];
    const answer =
      (given.has(name) || all.length > 0) && all.every(({ value }) => value === undefined || isOutside(value));
    // What was found to be from outside while this one was held to be is asked again.
    if (!answer) for (const [other, held] of answers) if (held) answers.delete(other);
    answers.set(name, answer);
    return answer;
  };

  const isOutside = (node: Expression): boolean => {
    switch (node.kind) {
      case 'literal':
        return node.type === 'null' || readsTheSame(node.value);
      case 'variable':
        return ofVariable(node.name.toLowerCase());
      case 'column':
        return true;
      case 'binary':
        return node.op === '+' && isOutside(node.left) && isOutside(node.right);
      case 'cast':
        return isOutside(node.expression);
      case 'subquery':
        return (
          node.query.body.kind === 'selectSpec' &&
          node.query.body.items.every((one) => one.kind === 'selectItem' && isOutside(one.expression))
        );
      case 'methodCall':
        return node.method.name.toLowerCase() === 'value' && isOutside(node.target);
      case 'case':
        return [...node.whens.map((one) => one.then), ...(node.otherwise ? [node.otherwise] : [])].every(isOutside);
      case 'call':
        return HANDS_ON.test(node.name.name.name) && node.args.every(isOutsideOrNumber);
      default:
        return false;
    }
  };
  const isOutsideOrNumber = (node: Expression): boolean =>
    isOutside(node) ||
    node.kind === 'binary' ||
    (node.kind === 'call' && /^(len|charindex)$/i.test(node.name.name.name));

  /** The expression, and all that its variables are given. */
  const reached = (piece: Expression): readonly Expression[] => {
    const found = new Set<string>();
    const all = [piece];
    for (const one of all)
      for (const { name } of findAll([one], 'variable')) {
        const key = name.toLowerCase();
        if (!found.has(key)) all.push(...(values.get(key) ?? []).flatMap(({ value }) => value ?? []));
        found.add(key);
      }
    return all;
  };
  const parametersIn = (piece: Expression): readonly string[] => {
    const names = reached(piece).flatMap((one) => findAll([one], 'variable').map((used) => used.name.toLowerCase()));
    return [...new Set(names)].filter((name) => given.has(name) && !isNumberType(types.get(name)));
  };
  const hasStrings = (piece: Expression): boolean =>
    reached(piece).some((one) => findAll([one], 'literal').some((text) => text.value.includes("'")));
  return { isOutside, hasStrings, parametersIn };
}

/** What variables are given; without a value where that comes from a row, a cursor or a call. */
function assigned(body: readonly Statement[]): readonly { readonly name: string; readonly value?: Expression }[] {
  const of = (name: string, value: Expression | CursorDefinition | undefined) => ({
    name: name.toLowerCase(),
    ...(value && value.kind !== 'cursorDefinition' ? { value } : {}),
  });
  return [
    ...nodesOf(body, 'declareVariable').flatMap((one) => (one.value ? [of(one.name, one.value)] : [])),
    ...nodesOf(body, 'setVariable').map((one) => of(one.variable.name, one.value)),
    ...nodesOf(body, 'selectAssign').map((one) => of(one.variable.name, one.expression)),
    ...nodesOf(body, 'fetch').flatMap((one) => one.into.map((into) => of(into.name, undefined))),
    ...nodesOf(body, 'executeArgument').flatMap((one) =>
      one.output && one.value.kind === 'variable' ? [of(one.value.name, undefined)] : [],
    ),
  ];
}
