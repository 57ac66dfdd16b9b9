import {
  type ColumnRef,
  type Expression,
  findAll,
  type FunctionCall,
  type Node,
  type OrderItem,
  type SelectSpec,
  childrenOf,
} from '#tsql';
import { ownColumn, type Environment } from './environment.ts';
import { isAggregate } from './function-call.ts';
import type { Translation } from './translation.ts';

/** A place of a grouped query, and its errors with and without a GROUP BY. */
interface Place {
  readonly grouped: number;
  readonly ungrouped: number;
  readonly words: string;
  readonly quote: string;
}

const LIST: Place = { grouped: 8120, ungrouped: 8118, words: 'select list', quote: "'" };
const HAVING: Place = { grouped: 8121, ungrouped: 8119, words: 'HAVING clause', quote: "'" };
const ORDER: Place = { grouped: 8127, ungrouped: 8126, words: 'ORDER BY clause', quote: '"' };

/**
 * Errors 8118 to 8127, 8160 and 8161: in a query of groups a column stands within an aggregate, or is grouped by. PostgreSQL would take
 * columns that hang on a primary key which is grouped by, and names others by their aliases.
 */
export function checkGrouping(
  t: Translation,
  env: Environment,
  spec: SelectSpec,
  orderBy: readonly OrderItem[],
  isExistence: boolean,
): void {
  if (t.profile.kind !== 'sandbox') return;
  const check = new GroupCheck(t, env, spec);
  for (const item of spec.items) {
    // What EXISTS selects is not looked at: `*` beside GROUP BY is no error there.
    if (item.kind !== 'star') check.visit(item.expression, LIST);
    else if (!isExistence) check.star(LIST);
  }
  if (spec.having) check.visit(spec.having, HAVING);
  for (const { expression } of orderBy) if (!check.isSelected(expression)) check.visit(expression, ORDER);
}

class GroupCheck {
  private readonly keys: ReadonlySet<string>;
  private readonly selected: ReadonlySet<string>;

  constructor(
    private readonly t: Translation,
    private readonly env: Environment,
    private readonly spec: SelectSpec,
  ) {
    const groups = spec.groupBy === undefined ? [] : findAll(spec.groupBy, 'groupExpressions');
    this.keys = new Set(groups.flatMap((one) => one.expressions.map((each) => this.canonical(each))));
    this.selected = new Set(
      spec.items.flatMap((item) => (item.kind === 'selectItem' ? [this.canonical(item.expression)] : [])),
    );
  }

  /** Whether ORDER BY names a column of the select list: by place, by alias, or by saying it again. */
  isSelected(expression: Expression): boolean {
    if (expression.kind === 'literal' || this.selected.has(this.canonical(expression))) return true;
    const name = expression.kind === 'column' && expression.parts.length === 1 ? expression.parts[0]?.name : undefined;
    const isAlias = (item: SelectSpec['items'][number]): boolean =>
      item.kind === 'selectItem' && item.alias?.name.toLowerCase() === name?.toLowerCase();
    return name !== undefined && this.spec.items.some(isAlias);
  }

  /** Of `*` the first column that is not grouped by. */
  star(place: Place): void {
    for (const source of this.env.sources) {
      for (const column of source.columns) {
        if (column.hidden !== true && !this.keys.has(`column ${column.value.sql}`))
          return this.refuse(column.name, source.name, place);
      }
    }
  }

  visit(node: Node, place: Place): void {
    if (this.keys.has(this.canonical(node))) return;
    switch (node.kind) {
      case 'query':
        return;
      case 'column':
        return this.column(node, place);
      case 'call': {
        const name = node.name.schema === undefined ? node.name.name.name.toLowerCase() : '';
        if (name === 'grouping' || name === 'grouping_id') return this.grouping(node);
        if (isAggregate(node)) return;
        return this.children(node, place, TAKES_DATE_PART.test(name) ? node.args[0] : undefined);
      }
      default:
        return this.children(node, place);
    }
  }

  private children(node: Node, place: Place, but?: Node): void {
    for (const child of childrenOf(node)) if (child !== but) this.visit(child, place);
  }

  private column(node: ColumnRef, place: Place): void {
    const own = ownColumn(this.env, node);
    if (own !== undefined) this.refuse(own.column.name, own.source.name, place, node);
  }

  private grouping(node: FunctionCall): void {
    if (this.spec.groupBy === undefined) {
      const message = 'A GROUPING or GROUPING_ID function can only be specified when there is a GROUP BY clause.';
      this.t.fail('grouping', 8160, message, node.span);
    }
    for (const [at, argument] of node.args.entries()) {
      if (this.keys.has(this.canonical(argument))) continue;
      const message = `Argument ${at + 1} of the ${node.name.name.name.toUpperCase()} function does not match any of the expressions in the GROUP BY clause.`;
      this.t.fail('grouping', 8161, message, node.span);
    }
  }

  private refuse(column: string, source: string, place: Place, node: Node = this.spec): void {
    const has = this.spec.groupBy !== undefined;
    const why = has
      ? 'it is not contained in either an aggregate function or the GROUP BY clause.'
      : 'it is not contained in an aggregate function and there is no GROUP BY clause.';
    const name = `${place.quote}${this.written(source)}.${column}${place.quote}`;
    const message = `Column ${name} is invalid in the ${place.words} because ${why}`;
    this.t.fail('not-grouped', has ? place.grouped : place.ungrouped, message, node.span);
  }

  /** A source as FROM names it. */
  private written(source: string): string {
    const isIt = (name: string | undefined): boolean => name?.toLowerCase() === source.toLowerCase();
    const table = findAll(this.spec.from, 'table').find((one) => !one.alias && isIt(one.name.name.name));
    if (table === undefined) return source;
    const { database, schema, name } = table.name;
    return [database, schema, name].flatMap((part) => (part === undefined ? [] : [part.name])).join('.');
  }

  /** A text that is the same for expressions that mean the same: columns by what they are, names in lower case. */
  private canonical(node: Node): string {
    if (node.kind === 'column') {
      const own = ownColumn(this.env, node);
      if (own !== undefined) return `column ${own.column.value.sql}`;
    }
    const scalars = Object.entries(node).flatMap(([name, part]) =>
      typeof part === 'object' || IRRELEVANT.has(name) ? [] : [String(part).toLowerCase()],
    );
    const parts = childrenOf(node).map((child) => this.canonical(child));
    return `${node.kind} ${scalars.join(' ')}(${parts.join(', ')})`;
  }
}

/** What is said of how something was written. */
const IRRELEVANT = new Set(['kind', 'quote', 'text']);

const TAKES_DATE_PART = /^date(?:part|name|add|diff|diff_big|trunc|_bucket)$/;
