import type { Expression } from '../ast/index.ts';

const dotted = (parts: readonly ({ readonly name: string } | null)[]): string =>
  parts.map((p) => p?.name ?? '').join('.');
const all = (list: readonly Expression[]): string => list.map(sketch).join(' ');

/** An expression as nested lists, to compare the shape that precedence gave it: `(+ a (* b c))`. For tests alone. */
export function sketch(e: Expression): string {
  switch (e.kind) {
    case 'literal':
      return e.text;
    case 'column':
      return dotted(e.parts);
    case 'variable':
    case 'globalVariable':
      return e.name;
    case 'star':
      return [...e.qualifier.map((p) => p?.name ?? ''), '*'].join('.');
    case 'unary':
      return `(${e.op} ${sketch(e.operand)})`;
    case 'binary':
      return `(${e.op} ${sketch(e.left)} ${sketch(e.right)})`;
    case 'isNull':
      return `(${e.not ? 'notNull' : 'null'} ${sketch(e.expression)})`;
    case 'in':
      return `(${e.not ? 'notIn' : 'in'} ${sketch(e.expression)} ${e.values ? all(e.values) : 'query'})`;
    case 'between':
      return `(${e.not ? 'notBetween' : 'between'} ${all([e.expression, e.low, e.high])})`;
    case 'like':
      return `(${e.not ? 'notLike' : 'like'} ${all(e.escape ? [e.expression, e.pattern, e.escape] : [e.expression, e.pattern])})`;
    case 'call':
      return `${e.name.name.name}(${all(e.args)})`;
    case 'methodCall':
      return `${sketch(e.target)}->${e.method.name}(${all(e.args)})`;
    case 'property':
      return `${sketch(e.target)}->${e.name.name}`;
    case 'staticCall':
      return `${e.type.name.name}::${e.method.name}${e.args ? `(${all(e.args)})` : ''}`;
    case 'collate':
      return `(collate ${sketch(e.expression)} ${e.collation.name})`;
    case 'atTimeZone':
      return `(zone ${sketch(e.expression)} ${sketch(e.zone)})`;
    case 'case':
      return `(case ${[...(e.operand ? [sketch(e.operand)] : []), ...e.whens.map((w) => `${sketch(w.when)}:${sketch(w.then)}`), ...(e.otherwise ? [sketch(e.otherwise)] : [])].join(' ')})`;
    default:
      return e.kind;
  }
}
