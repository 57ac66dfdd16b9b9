import {
  type BeginTransaction,
  findAll,
  type RollbackTransaction,
  type SaveTransaction,
  type Statement,
  type TryCatch,
} from '#tsql';
import type { Emitter } from './emitter.ts';
import { inlineFrame, labelled, labelsOf } from './jumps.ts';
import { surveyOf } from './survey.ts';

/** A ROLLBACK that leaves the block in which its transaction, or the part of it behind a savepoint, runs. */
interface Site {
  readonly node: RollbackTransaction;
  /** What runs behind it, to the end of the block. */
  readonly rest: readonly Statement[];
}

/** A block that a ROLLBACK leaves: what it changed is undone. */
interface RollbackBlock {
  readonly sqlState: string;
  readonly sites: readonly Site[];
  readonly groups: readonly (readonly Statement[])[];
  /** By number of the group: how many result sets the path to it has given. */
  readonly reached: Map<number, number>;
}

/** The blocks of a routine that ROLLBACK leaves. */
export class RollbackBlocks {
  readonly bySite = new Map<RollbackTransaction, RollbackBlock>();
  readonly assigned = new Set<RollbackTransaction>();
  count = 0;
  depth = 0;
  /** SQLSTATEs raised so far: a TRY around lets them pass. */
  readonly raised = new Set<string>();
  /** SQLSTATEs of the blocks around. */
  readonly open: string[] = [];

  isOpen(sqlState: string): boolean {
    return this.open.includes(sqlState);
  }
}

/** Statements in their order, with labels and transactions that are rolled back among them. */
export function sequence(e: Emitter, list: readonly Statement[]): void {
  const block = surveyOf(e.body).rollsBack && e.options.kind === 'procedure' ? blockIn(e, list) : undefined;
  const labels = labelsOf(e, list);
  const isLabelFirst =
    block !== undefined &&
    labels.some((label) => list.indexOf(label) < block.start && jumpsTo(list.slice(block.start), label.label.name));
  if (block && !isLabelFirst) {
    const { start, sites } = block;
    sequence(e, list.slice(0, start));
    return rollbackBlock(e, list.slice(start), sites);
  }
  if (labels.length > 0) return labelled(e, list, (section) => sequence(e, section));
  e.plain(list);
}

const jumpsTo = (list: readonly Statement[], label: string): boolean =>
  findAll(list, 'goto').some((one) => one.label.name.toLowerCase() === label.toLowerCase());

const nameOf = (node: RollbackTransaction | SaveTransaction): string => node.name?.name.toLowerCase() ?? '';

/** The first ROLLBACK of a list whose transaction begins in an earlier statement of it: where the block begins, and all that leave it. */
function blockIn(
  e: Emitter,
  list: readonly Statement[],
): { readonly start: number; readonly sites: readonly Site[] } | undefined {
  if (e.handlers > 0 && e.rollbacks.depth === 0) return undefined;
  const { savepoints } = surveyOf(e.body);
  const opens = (node: Statement, name: string): boolean =>
    savepoints.has(name)
      ? findAll(node, 'saveTransaction').some((one) => nameOf(one) === name)
      : findAll(node, 'beginTransaction').length > 0;
  const all = list.map((one, index) => sitesOf(one, list.slice(index + 1)));
  for (const [index, found] of all.entries()) {
    const site = found.find((one) => !e.rollbacks.assigned.has(one.node));
    if (!site) continue;
    const name = nameOf(site.node);
    const begin = list.findLastIndex((one, other) => other < index && opens(one, name));
    if (begin < 0) continue;
    const next = list.findIndex((one, other) => other > index && opens(one, name));
    const sites = all
      .slice(begin + 1, next < 0 ? undefined : next)
      .flat()
      .filter((one) => !e.rollbacks.assigned.has(one.node) && nameOf(one.node) === name);
    return { start: earliest(list, begin), sites };
  }
  return undefined;
}

/** Jumps into the block from before it lie within it as well. */
function earliest(list: readonly Statement[], begin: number): number {
  const labels = list.slice(begin).flatMap((one) => (one.kind === 'label' ? [one.label.name] : []));
  const first = list.findIndex((one) => labels.some((label) => jumpsTo([one], label)));
  return first >= 0 && first < begin ? first : begin;
}

const ends = (node: Statement): boolean => node.kind === 'return' || node.kind === 'throw' || node.kind === 'goto';

/** Up to the statement that ends the path. */
function reachable(list: readonly Statement[]): readonly Statement[] {
  const end = list.findIndex(ends);
  return end < 0 ? list : list.slice(0, end + 1);
}

/** The ROLLBACKs of a statement, handlers left out, each with what runs behind it. One in a loop has to leave it. */
function sitesOf(node: Statement, rest: readonly Statement[]): readonly Site[] {
  switch (node.kind) {
    case 'rollbackTransaction':
      return [{ node, rest: reachable(rest) }];
    case 'block':
      return node.statements.flatMap((one, index) => sitesOf(one, [...node.statements.slice(index + 1), ...rest]));
    case 'if':
      return [...sitesOf(node.then, rest), ...(node.otherwise ? sitesOf(node.otherwise, rest) : [])];
    case 'while':
      return sitesOf(node.body, []).filter((one) => one.rest.some(ends));
    case 'tryCatch':
      return node.body.flatMap((one, index) =>
        sitesOf(one, node.body.slice(index + 1)).map((site) => afterTry(site, node, rest)),
      );
    default:
      return [];
  }
}

/** What runs behind a ROLLBACK within TRY is still watched by its CATCH. */
function afterTry(site: Site, node: TryCatch, rest: readonly Statement[]): Site {
  const quiet = site.rest.length === 0 || site.rest.every((one) => one.kind === 'return' || one.kind === 'setVariable');
  const inner = quiet ? site.rest : [{ ...node, body: site.rest }];
  return { node: site.node, rest: site.rest.some(ends) ? inner : [...inner, ...reachable(rest)] };
}

const groupKey = (rest: readonly Statement[]): string => rest.map((one) => one.span.start).join();

/** BEGIN … EXCEPTION WHEN SQLSTATE: ROLLBACK raises it, so that the block's changes are undone and variables keep their values. */
function rollbackBlock(e: Emitter, list: readonly Statement[], sites: readonly Site[]): void {
  const { rollbacks, jumps } = e;
  const groups = [...new Map(sites.map((one) => [groupKey(one.rest), one.rest])).values()];
  rollbacks.count += 1;
  const block: RollbackBlock = {
    sqlState: `RB${String(rollbacks.count).padStart(3, '0')}`,
    sites,
    groups,
    reached: new Map(),
  };
  for (const one of sites) {
    rollbacks.bySite.set(one.node, block);
    rollbacks.assigned.add(one.node);
  }
  const outer = [...jumps.frames];
  const start = e.resultIndex;
  e.line('BEGIN');
  rollbacks.depth += 1;
  rollbacks.open.push(block.sqlState);
  e.indented(() => {
    const before = e.lines.length;
    sequence(e, list);
    e.nothing(before);
  });
  rollbacks.depth -= 1;
  rollbacks.open.pop();
  const [site] = sites;
  if (site && e.options.results === 'cursors' && [...block.reached.values()].some((index) => index > start))
    e.once('SL1074', 'A result set that was opened before the ROLLBACK is lost with it.', site.node.span);
  const states = [{ ended: e.ended, index: e.resultIndex }];
  const inner = jumps.frames.splice(0, Infinity, ...outer, inlineFrame(list));
  e.line('EXCEPTION');
  e.line(`  WHEN SQLSTATE '${block.sqlState}' THEN`);
  e.depth += 2;
  continueBehind(e, block, (index) => {
    e.ended = false;
    e.resultIndex = block.reached.get(index) ?? start;
    e.statements(groups[index] ?? []);
    states.push({ ended: e.ended, index: e.resultIndex });
  });
  e.depth -= 2;
  e.line('END;');
  jumps.frames.splice(0, Infinity, ...inner);
  e.ended = states.every((one) => one.ended);
  e.resultIndex = Math.max(start, ...states.filter((one) => !one.ended).map((one) => one.index));
  if (e.ended) e.resultIndex = start;
}

function continueBehind(e: Emitter, block: RollbackBlock, write: (index: number) => void): void {
  const { transactions } = e.facts;
  const isSavepoint = block.sites.some((one) => surveyOf(e.body).savepoints.has(nameOf(one.node)));
  e.line(isSavepoint ? '-- ROLLBACK to the savepoint' : '-- ROLLBACK');
  if (transactions && !isSavepoint) e.line(`${transactions} := 0;`);
  const before = e.lines.length;
  if (block.groups.length === 1) {
    write(0);
    return e.nothing(before - 1);
  }
  e.line(`CASE ${siteVariable(e)}`);
  for (const index of block.groups.keys()) {
    e.line(index === block.groups.length - 1 ? '  ELSE' : `  WHEN ${index + 1} THEN`);
    e.depth += 2;
    const first = e.lines.length;
    write(index);
    e.nothing(first);
    e.depth -= 2;
  }
  e.line('END CASE;');
}

const siteVariable = (e: Emitter): string => e.variables.declare('@\u0000rollback', undefined, 'integer').name;

/** A ROLLBACK that leaves a block; false if there is none for it. */
export function leaveBlock(e: Emitter, node: RollbackTransaction): boolean {
  const block = e.rollbacks.bySite.get(node);
  if (!block || e.rollbacks.depth === 0) return false;
  const site = block.sites.find((one) => one.node === node);
  const index = block.groups.findIndex((one) => groupKey(one) === groupKey(site?.rest ?? []));
  if (block.groups.length > 1) e.line(`${siteVariable(e)} := ${index + 1};`);
  e.line(`RAISE EXCEPTION 'ROLLBACK' USING ERRCODE = '${block.sqlState}';`);
  block.reached.set(index, Math.max(block.reached.get(index) ?? 0, e.resultIndex));
  e.rollbacks.raised.add(block.sqlState);
  e.ended = true;
  return true;
}

/** BEGIN TRANSACTION and COMMIT: a routine runs within its caller's transaction, what it does is one unit already. */
export function transactionStatement(
  e: Emitter,
  node: BeginTransaction | SaveTransaction | Extract<Statement, { kind: 'commitTransaction' }>,
): void {
  const { transactions } = e.facts;
  if (node.kind === 'saveTransaction') return e.line(`-- SAVE TRANSACTION ${node.name.name}`);
  const isBegin = node.kind === 'beginTransaction';
  e.once(
    'SL1043',
    'BEGIN TRANSACTION and COMMIT are left to the caller: the call is one transaction with what surrounds it.',
    node.span,
  );
  e.line(`-- ${isBegin ? 'BEGIN TRANSACTION' : 'COMMIT'}: the call runs in its caller's transaction`);
  if (!transactions) return;
  e.line(isBegin ? `${transactions} := ${transactions} + 1;` : `${transactions} := greatest(${transactions} - 1, 0);`);
}

/** ROLLBACK. */
export function rollback(e: Emitter, node: RollbackTransaction): void {
  const { transactions } = e.facts;
  if (e.options.kind === 'trigger') {
    if (e.ended) return e.line('-- ROLLBACK: the exception above undoes the statement');
    e.ended = true;
    return e.line(`RAISE EXCEPTION 'The transaction ended in the trigger. The batch has been aborted.';`);
  }
  if (e.ended) return e.line('-- ROLLBACK: the exception above undoes what was done');
  if (leaveBlock(e, node)) return;
  if (e.handlers > 0) {
    e.line('-- ROLLBACK: what the block above changed is undone already');
    if (transactions && !surveyOf(e.body).savepoints.has(nameOf(node))) e.line(`${transactions} := 0;`);
    return;
  }
  if (e.tries > 0 || e.rollbacks.depth > 0 || e.options.kind !== 'procedure' || e.options.results === 'rows')
    return e.fail(
      'ROLLBACK here has no counterpart: it cannot end the transaction of the caller.',
      node.span,
      'SL1048',
    );
  e.once(
    'SL1048',
    'ROLLBACK ends the transaction of the call: CALL the procedure outside of a transaction block.',
    node.span,
  );
  e.line('ROLLBACK;');
  if (transactions) e.line(`${transactions} := 0;`);
}
