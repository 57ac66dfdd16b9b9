import type { Merge, MergeAction, MergeWhen, WithClause } from '../ast/index.ts';
import { dmlTarget, outputClauses, setClauses } from './dml.ts';
import { expression, expressionList } from './expressions.ts';
import { commaList, lastName } from './names.ts';
import { topClause } from './query.ts';
import { queryHints } from './query-end.ts';
import type { Reader } from './reader.ts';
import { tableAlias, tableSource } from './table-source.ts';

/** Reads MERGE. */
export function merge(r: Reader, start: Reader['token'], clause: WithClause | undefined): Merge {
  r.expect('MERGE');
  const top = r.is('TOP') ? topClause(r) : undefined;
  r.accept('INTO');
  const target = mergeTarget(r);
  r.expect('USING');
  const using = tableSource(r);
  r.expect('ON');
  const on = expression(r);
  const whens: MergeWhen[] = [];
  while (r.is('WHEN')) whens.push(mergeWhen(r));
  if (whens.length === 0) r.fail();
  const output = outputClauses(r);
  const options = queryHints(r);
  return {
    kind: 'merge',
    ...(clause && { with: clause }),
    ...(top && { top }),
    target,
    using,
    on,
    whens,
    output,
    options,
    span: r.span(start),
  };
}

function mergeTarget(r: Reader): Merge['target'] {
  const target = dmlTarget(r, true);
  if (target.kind !== 'tableVariable' || target.alias !== undefined) return target;
  const name = tableAlias(r);
  return name === undefined ? target : { ...target, alias: name, span: r.spanFrom(target.span) };
}

function mergeWhen(r: Reader): MergeWhen {
  const start = r.expect('WHEN');
  let match: MergeWhen['match'] = 'matched';
  if (r.accept('NOT')) {
    r.expect('MATCHED');
    match = 'notMatchedByTarget';
    if (r.accept('BY') && r.expectAny('TARGET', 'SOURCE') === 'SOURCE') match = 'notMatchedBySource';
  } else r.expect('MATCHED');
  const condition = r.accept('AND') ? expression(r) : undefined;
  r.expect('THEN');
  const action = mergeAction(r);
  return { kind: 'mergeWhen', match, ...(condition && { condition }), action, span: r.span(start) };
}

function mergeAction(r: Reader): MergeAction {
  const start = r.token;
  if (r.accept('DELETE')) return { kind: 'mergeDelete', span: r.span(start) };
  if (r.accept('UPDATE')) {
    r.expect('SET');
    const set = setClauses(r);
    return { kind: 'mergeUpdate', set, span: r.span(start) };
  }
  r.expect('INSERT');
  const columns = r.is('(') ? insertColumns(r) : [];
  if (r.acceptSequence('DEFAULT', 'VALUES')) return { kind: 'mergeInsert', columns, span: r.span(start) };
  r.expectSequence('VALUES', '(');
  const values = expressionList(r);
  r.expect(')');
  return { kind: 'mergeInsert', columns, values, span: r.span(start) };
}

function insertColumns(r: Reader): Extract<MergeAction, { kind: 'mergeInsert' }>['columns'] {
  r.expect('(');
  const columns = commaList(r, () => lastName(r));
  r.expect(')');
  return columns;
}
