import type { CreateTrigger, Insert, Merge, MergeWhen, OutputClause, Update } from '#tsql';
import { walk } from '#tsql';
import { broken, hasOwn, isAggregate, isWindowed } from './rule.ts';

const CLAUSES: Readonly<Record<MergeWhen['match'], string>> = {
  matched: 'WHEN MATCHED',
  notMatchedByTarget: 'WHEN NOT MATCHED',
  notMatchedBySource: 'WHEN NOT MATCHED BY SOURCE',
};

const ACTIONS: Readonly<Record<MergeWhen['action']['kind'], string>> = {
  mergeUpdate: 'UPDATE',
  mergeDelete: 'DELETE',
  mergeInsert: 'INSERT',
};

/** What each clause of a MERGE may do, and how often. */
export function checkMerge(merge: Merge): void {
  const done = new Map<string, MergeWhen>();
  const unconditional = new Set<string>();
  for (const when of merge.whens) {
    const clause = CLAUSES[when.match];
    const action = ACTIONS[when.action.kind];
    const inserts = when.action.kind === 'mergeInsert';
    if (inserts !== (when.match === 'notMatchedByTarget'))
      throw broken(
        10_710,
        `An action of type '${action}' is not allowed in the '${clause}' clause of a MERGE statement.`,
        when,
      );
    if (unconditional.has(clause) && when.condition !== undefined)
      throw broken(
        5324,
        `In a MERGE statement, a '${clause}' clause with a search condition cannot appear after a '${clause}' clause with no search condition.`,
        when,
      );
    if (done.has(`${clause} ${action}`))
      throw broken(
        10_714,
        `An action of type '${clause}' cannot appear more than once in a '${action}' clause of a MERGE statement.`,
        when,
      );
    done.set(`${clause} ${action}`, when);
    if (when.condition === undefined) unconditional.add(clause);
  }
}

/** What UPDATE sets is computed row by row. */
export function checkUpdate(update: Update): void {
  const values = update.set.flatMap((one) => (one.kind === 'setColumn' ? [one.value] : []));
  if (hasOwn(values, isAggregate))
    throw broken(157, 'An aggregate may not appear in the set list of an UPDATE statement.', update);
  if (hasOwn([...values, ...(update.where === undefined ? [] : [update.where])], isWindowed))
    throw broken(4108, 'Windowed functions can only appear in the SELECT or ORDER BY clauses.', update);
}

/** What OUTPUT gives is one row for each that is changed. */
export function checkOutput(output: OutputClause): void {
  if (hasOwn(output.items, isAggregate)) throw broken(158, 'An aggregate may not appear in the OUTPUT clause.', output);
}

/** Names once each, rows of one length, and no assignment in what is selected. */
export function checkInsert(insert: Insert): void {
  const seen = new Set<string>();
  for (const column of insert.columns) {
    const key = column.name.toLowerCase();
    if (seen.has(key)) throw repeated(column.name, insert);
    seen.add(key);
  }
  const { source } = insert;
  if (source.kind === 'insertExecute' && insert.output.some((one) => one.into === undefined))
    throw broken(483, 'The OUTPUT clause cannot be used in an INSERT...EXEC statement.', insert, 16);
  if (source.kind === 'values') {
    if (source.rows.some((row) => row.length !== source.rows[0]?.length))
      throw broken(10_709, 'The number of columns for each row in a table value constructor must be the same.', insert);
    if (hasOwn(source.rows.flat(), isAggregate))
      throw broken(5310, 'Aggregates are not allowed in the VALUES list of an INSERT statement.', insert, 16);
  }
  if (source.kind !== 'insertQuery') return;
  const { body } = source.query;
  if (body.kind === 'selectSpec' && body.items.some((item) => item.kind === 'selectAssign'))
    throw broken(
      199,
      'An INSERT statement cannot contain a SELECT statement that assigns values to a variable.',
      insert,
    );
}

/** Error 264, also of UPDATE. */
export function repeated(name: string, node: Insert | Update): Error {
  return broken(
    264,
    `The column name '${name}' is specified more than once in the SET clause or column list of an INSERT. A column cannot be assigned more than one value in the same clause. Modify the clause to make sure that a column is updated only once. If this statement updates or inserts columns into a view, column aliasing can conceal the duplication in your code.`,
    node,
    16,
  );
}

/** A trigger reads `inserted` and `deleted`, and writes to neither. */
export function checkLogicalTable(trigger: CreateTrigger): void {
  walk(trigger.body, (node) => {
    if (node.kind !== 'insert' && node.kind !== 'update' && node.kind !== 'delete') return;
    const { target } = node;
    const name = target.kind === 'table' && target.name.schema === undefined ? target.name.name.name : '';
    const aliased = 'from' in node && node.from.length > 0;
    if (!aliased && /^(?:inserted|deleted)$/i.test(name))
      throw broken(286, 'The logical tables INSERTED and DELETED cannot be updated.', node, 16);
  });
}
