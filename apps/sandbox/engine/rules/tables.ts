import type { ColumnDefinition, CreateTrigger, Node, Parameter, TableElement } from '#tsql';
import { walk, type Expression } from '#tsql';
import { broken } from './rule.ts';
import { checkType } from './types.ts';

/** The columns of a table, a table type or a table variable, by their text alone. */
export function checkElements(elements: readonly TableElement[], table: string): void {
  const keys = elements.flatMap((one) =>
    one.kind === 'primaryKey' ? [one] : one.kind === 'columnDefinition' ? one.constraints.filter(isKey) : [],
  );
  const [, second] = keys;
  if (second !== undefined)
    throw broken(8110, `Cannot add multiple PRIMARY KEY constraints to table '${table}'.`, second, 16);
  let stamped = false;
  for (const element of elements) {
    if (element.kind !== 'columnDefinition') continue;
    checkColumn(element, table);
    if (typeOf(element) !== 'timestamp') continue;
    if (stamped)
      throw broken(
        2738,
        `A table can only have one timestamp column. Because table '${table}' already has one, the column '${element.name.name}' cannot be added.`,
        element,
        16,
      );
    stamped = true;
  }
}

const isKey = (one: Node): boolean => one.kind === 'primaryKey';

const typeOf = (column: ColumnDefinition): string =>
  column.type?.base ?? (column.computed === undefined ? column.name.name.toLowerCase() : '');

const COUNTING = /^(?:int|bigint|smallint|tinyint|decimal|numeric)$/;

function checkColumn(column: ColumnDefinition, table: string): void {
  const { name } = column.name;
  if (column.type === undefined && column.computed === undefined && !column.columnSet && !/^timestamp$/i.test(name))
    throw broken(173, `The definition for column '${name}' must include a data type.`, column);
  if (column.type !== undefined) checkType(column.type, { word: 'column', name, node: column });
  const type = column.type;
  if (column.identity !== undefined && type?.schema === undefined && IS_SYSTEM.test(type?.base ?? '')) {
    if (!COUNTING.test(type?.base ?? '') || (type?.args[1] ?? 0) !== 0)
      throw broken(
        2749,
        `Identity column '${name}' must be of data type int, bigint, smallint, tinyint, or decimal or numeric with a scale of 0, unencrypted, and constrained to be nonnullable.`,
        column,
        16,
      );
  }
  if (column.identity !== undefined && column.nullable === true)
    throw broken(
      8147,
      `Could not create IDENTITY attribute on nullable column '${name}', table '${table}'.`,
      column,
      16,
    );
  for (const constraint of column.constraints) {
    if (constraint.kind === 'defaultConstraint') checkDefault(constraint.expression);
    if (constraint.kind !== 'check') continue;
    if (columnsOf(constraint.condition).some((one) => one.toLowerCase() !== name.toLowerCase()))
      throw broken(
        8141,
        `Column CHECK constraint for column '${name}' references another column, table '${table}'.`,
        constraint,
        16,
      );
  }
}

/** A default is computed without a row. */
function checkDefault(expression: Expression): void {
  const [name] = columnsOf(expression);
  if (name !== undefined)
    throw broken(
      128,
      `The name "${name}" is not permitted in this context. Valid expressions are constants, constant expressions, and (in some contexts) variables. Column names are not permitted.`,
      expression,
    );
}

const TAKES_DATE_PART = /^date(?:part|name|add|diff|diff_big|trunc|_bucket)$/i;

/** The columns that a condition names; parts of dates are none. */
function columnsOf(condition: Expression): string[] {
  const names: string[] = [];
  walk(condition, (node, parent) => {
    if (node.kind !== 'column') return;
    if (parent?.kind === 'call' && parent.args[0] === node && TAKES_DATE_PART.test(parent.name.name.name)) return;
    names.push(node.parts.at(-1)?.name ?? '');
  });
  return names;
}

/** Types that a user's type of the same name cannot hide. */
const IS_SYSTEM =
  /^(?:n?(?:var)?char|(?:var)?binary|bit|date|datetime|datetime2|datetimeoffset|time|smalldatetime|float|real|small?money|money|uniqueidentifier|sql_variant|xml|n?text|image|int|bigint|smallint|tinyint|decimal|numeric)$/;

/** Each event of a trigger once. */
export function checkTrigger(trigger: CreateTrigger): void {
  for (const [at, event] of trigger.events.entries()) {
    if (trigger.events.indexOf(event) !== at)
      throw broken(
        1034,
        `Syntax error: Duplicate specification of the action "${event}" in the trigger declaration.`,
        trigger,
      );
  }
}

/** READONLY is for tables. */
export function checkParameter(parameter: Parameter): void {
  checkType(parameter.type, { word: 'parameter', name: parameter.name, node: parameter });
  if (parameter.readonly && parameter.type.schema === undefined && IS_SYSTEM.test(parameter.type.base))
    throw broken(
      346,
      `The parameter "${parameter.name}" can not be declared READONLY since it is not a table-valued parameter.`,
      parameter,
    );
}
