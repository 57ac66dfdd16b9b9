import type pg from 'pg';
import {
  type Argument,
  argumentLists,
  type Conversion,
  convertDatabase,
  type ConvertedTable,
  difference,
  isTableArgument,
  type Leniency,
  type Samples,
  shownArguments,
  sourceCall,
  type Subject,
  subjectsOf,
  type TargetCall,
  targetCall,
  toldBy,
  triggerStatements,
} from '#conversion';
import { oneLine, SluiceError } from '#errors';
import type { JobFile } from '#jobs';
import type { SourceTrial } from '#source';
import type { Invocation, OptionSpec } from '../command.ts';
import { withSource, withTarget } from '../context.ts';
import { callSource, readCounters, readSamples, readTableTypes, sourceSession } from './source-side.ts';
import { type FilledScratch, withFilledScratch } from './scratch.ts';
import { comparedColumns, nameOf, ROWS_COMPARED, ROWS_COPIED, TableRows } from './table-rows.ts';
import { callTarget, counterStatements, SET_ROWS, targetSession } from './target-side.ts';

/**
 * `only-errors`: alike in every call, but each ended in the same error, so that little is known. `differs-as-told`: every call that differs does so as an issue of the
 * object tells.
 */
export type ProofVerdict = 'proven' | 'only-errors' | 'differs' | 'differs-as-told' | 'not-provable';

/** What came of one object. */
export interface Proof {
  readonly object: string;
  readonly kind: Subject['kind'];
  readonly verdict: ProofVerdict;
  /** Calls that were alike on both sides. */
  readonly alike: number;
  readonly calls: number;
  /** Of the calls that were alike, how many ended in the same error. */
  readonly errors: number;
  /** Of `only-errors`: one of the errors, as the source says it. */
  readonly error?: string;
  /** The simplest call that differs, and in what; or why it cannot be proven. */
  readonly example?: { readonly call: string; readonly difference: string };
  readonly reason?: string;
  /** Of `differs`: issues of the object that a person is to look at; they may tell of this difference. */
  readonly codes?: readonly string[];
  /** Of `differs-as-told`: the codes of those issues. */
  readonly told?: readonly string[];
}

export interface ProveOptions {
  /** Procedures and triggers too: they are run at the source, in transactions that are rolled back. */
  readonly writes: boolean;
  /** Calls of one routine at most. */
  readonly cases: number;
  /** Only objects whose name holds this, case aside. */
  readonly only?: string;
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
}

const CASES = 12;

export const PROVE_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  prove: {
    type: 'boolean',
    help: 'Run what was converted on both sides, on the same rows and arguments, and compare; the target is loaded before',
  },
  writes: {
    type: 'boolean',
    help: 'With --prove: procedures and triggers too. They run at the source, rolled back each time: only on a copy',
  },
  cases: { type: 'string', value: 'N', help: `With --prove: calls of each object at most (${CASES})` },
  object: { type: 'string', value: 'TEXT', help: 'With --prove: only objects whose name holds this' },
};

/** The options of an invocation. @throws SluiceError UsageInvalid */
export function proveOptions({ options, out, signal }: Invocation): ProveOptions {
  const cases = Number(options['cases'] ?? CASES);
  if (!Number.isInteger(cases) || cases < 1) throw new SluiceError('UsageInvalid', '--cases takes a number from 1 on.');
  const only = options['object'];
  return {
    ...{ cases, signal, writes: options['writes'] === true, progress: (text: string) => out.progress(text) },
    ...(typeof only === 'string' ? { only } : {}),
  };
}

/** Runs what was converted on both sides, with the same rows and arguments, and compares results, output parameters, rows and errors. */
export function prove(job: JobFile, options: ProveOptions): Promise<Proof[]> {
  return withSource(job, async (source) => {
    const database = await source.catalog.readDatabase();
    const conversion = convertDatabase(database, job);
    const trial = source.openTrial();
    try {
      const subjects = subjectsOf(database, conversion, await readTableTypes(trial)).filter((one) =>
        one.object.toLowerCase().includes((options.only ?? '').toLowerCase()),
      );
      return await withTarget(job, (target) =>
        withFilledScratch(target, conversion, options.progress, (scratch) =>
          proveAll(subjects, { scratch, trial, conversion, options }),
        ),
      );
    } finally {
      await trial.close();
    }
  });
}

interface Proving {
  readonly scratch: FilledScratch;
  readonly trial: SourceTrial;
  readonly conversion: Conversion;
  readonly options: ProveOptions;
}

async function proveAll(subjects: readonly Subject[], proving: Proving): Promise<Proof[]> {
  const { trial, conversion, options, scratch } = proving;
  const { client, refused } = scratch;
  const samples = await readSamples(trial, conversion.tables);
  const session = { source: await sourceSession(trial), target: await targetSession(client) };
  const tableRows = await TableRows.open(trial, client, conversion.tables);
  const bench = new ProvingBench({ ...proving, client, samples, session, tableRows });
  const proofs: Proof[] = [];
  for (const [index, subject] of subjects.entries()) {
    options.signal.throwIfAborted();
    if (index % 20 === 0) options.progress(`${index} of ${subjects.length} objects tried.`);
    const message = refused.get(subject.object);
    proofs.push(
      message === undefined
        ? await bench.prove(subject)
        : notProvable(subject, `PostgreSQL does not take it: ${message}`),
    );
  }
  return proofs;
}

/** Codes of an object's issues but those that only inform, each once. */
const codesOf = ({ issues }: Conversion, object: string): string[] => [
  ...new Set(issues.filter((one) => one.object === object && one.severity !== 'info').map((one) => one.code)),
];

const notProvable = ({ object, kind }: Subject, reason: string): Proof => ({
  ...{ object, kind, verdict: 'not-provable', alike: 0, calls: 0, errors: 0, reason },
});

interface Call {
  /** Of a routine. */
  readonly values?: readonly Argument[];
  readonly shown: string;
  readonly source: string;
  readonly target: TargetCall;
}

interface Bench {
  readonly trial: SourceTrial;
  readonly client: pg.PoolClient;
  readonly conversion: Conversion;
  readonly samples: Samples;
  readonly session: Leniency['session'];
  readonly options: ProveOptions;
  readonly tableRows: TableRows;
}

type Compared =
  | {
      readonly difference: string | null;
      readonly error: string | null;
      /** Codes of the issues that tell of the difference. */
      readonly told: readonly string[];
    }
  | { readonly reason: string };

/** A call that differs, and in what. */
interface Differing {
  readonly call: Call;
  readonly difference: string;
  readonly told: readonly string[];
}

/** So many times as many calls as asked for are made where each before ended in an error. */
const PATIENCE = 4;
/** Calls that are spent on a simpler example of one difference. */
const SIMPLER = 24;

class ProvingBench {
  private readonly tables: ReadonlyMap<string, ConvertedTable>;

  constructor(private readonly bench: Bench) {
    this.tables = new Map(bench.conversion.tables.map((table) => [nameOf(table), table]));
  }

  async prove(subject: Subject): Promise<Proof> {
    const { options } = this.bench;
    if (subject.reason !== undefined) return notProvable(subject, subject.reason);
    if (!options.writes && (subject.writes || subject.kind === 'procedure'))
      return notProvable(subject, 'it would be run at the source: ask for it with --writes, on a copy');
    const unequal = subject.tables.flatMap((name) => this.bench.tableRows.unequal.get(name) ?? [])[0];
    if (unequal !== undefined) return notProvable(subject, `the rows are not the same: ${unequal}`);
    const calls = this.callsOf(subject);
    if (calls.length === 0) return notProvable(subject, 'there is no row to try it with');
    let [made, alike, errors] = [0, 0, 0];
    let error: string | null = null;
    const differing: Differing[] = [];
    for (const call of calls) {
      if (made >= options.cases && (alike > errors || differing.length > 0)) break;
      made += 1;
      const result = await this.compare(subject, call);
      if ('reason' in result) return { ...notProvable(subject, result.reason), calls: made, alike, errors };
      if (result.difference !== null) differing.push({ call, difference: result.difference, told: result.told });
      else {
        alike += 1;
        if (result.error !== null) errors += 1;
        error ??= result.error;
      }
    }
    const { object, kind } = subject;
    const counts = { object, kind, alike, calls: made, errors };
    const untold = differing.filter((one) => one.told.length === 0);
    const [found] = (untold.length > 0 ? untold : differing).toSorted(
      (a, b) => a.call.shown.length - b.call.shown.length,
    );
    if (!found)
      return error !== null && errors === alike
        ? { ...counts, verdict: 'only-errors', error }
        : { ...counts, verdict: 'proven' };
    return untold.length > 0 ? this.differing(subject, found, counts) : asTold(found, differing, counts);
  }

  /** The verdict of an object with a call that differs. */
  private async differing(subject: Subject, found: Differing, counts: Counts): Promise<Proof> {
    const codes = codesOf(this.bench.conversion, subject.object);
    const example = await this.simplest(subject, found);
    // The two catalogs have other names, and other objects of their own.
    if (codes.includes('SL1059')) {
      const reason = `it asks the catalog (SL1059): ${example.difference}`;
      return { ...notProvable(subject, reason), ...counts };
    }
    return { ...counts, verdict: 'differs', example, ...(codes.length > 0 ? { codes } : {}) };
  }

  /** The same difference with fewer rows in its table-valued parameters. */
  private async simplest(subject: Subject, found: Differing): Promise<{ call: string; difference: string }> {
    const sortOf = (text: string): string => text.split(':')[0] ?? '';
    let [best, tries]: [Pick<Differing, 'call' | 'difference'>, number] = [found, 0];
    for (let isBetter = true; isBetter && tries < SIMPLER;) {
      isBetter = false;
      for (const values of fewerRows(best.call.values ?? [])) {
        if (++tries > SIMPLER) break;
        const call = routineCall(subject, values);
        const result = await this.compare(subject, call);
        if ('reason' in result || result.difference === null || result.told.length > 0) continue;
        if (sortOf(result.difference) !== sortOf(best.difference)) continue;
        best = { call, difference: result.difference };
        isBetter = true;
        break;
      }
    }
    return { call: best.call.shown, difference: best.difference };
  }

  private callsOf(subject: Subject): Call[] {
    const { samples, options } = this.bench;
    const most = options.cases * PATIENCE;
    if (subject.kind !== 'trigger')
      return argumentLists(subject, samples, most).map((values) => routineCall(subject, values));
    const { parent } = subject.module;
    const table = parent && this.tables.get(`${parent.schema}.${parent.name}`);
    if (!table) return [];
    return triggerStatements(table, samples)
      .slice(0, most)
      .map(({ source, target }) => ({
        shown: source,
        source,
        target: { sql: target, cursors: [], outputs: new Map() },
      }));
  }

  /** One call on both sides. The target goes first: its statistics tell which tables it changed, beside those that the source's text names. */
  private async compare(subject: Subject, call: Call): Promise<Compared> {
    const { trial, client, conversion, tableRows } = this.bench;
    const known = subject.changed.flatMap((name) => this.tables.get(name) ?? []);
    const tooLong = subject.writes ? await tableRows.copy(tableRows.uncopied(known)) : undefined;
    if (tooLong) return { reason: `${nameOf(tooLong)} has more than ${ROWS_COPIED} rows` };
    const before = subject.writes ? counterStatements(conversion.counters, await readCounters(trial)) : [];
    const target = await callTarget(client, call.target, { all: conversion.tables, named: known }, before, tableRows);
    if (target.uncopied) {
      const long = await tableRows.copy(target.uncopied);
      return long ? { reason: `${nameOf(long)} has more than ${ROWS_COPIED} rows` } : this.compare(subject, call);
    }
    if (target.error?.sort === 'not-converted')
      return { reason: `a part of it is not converted: ${target.error.message}` };
    if (target.error?.sort === 'transaction')
      return { reason: `it ends its caller's transaction (${target.error.message})` };
    if (target.sets.some((rows) => rows.length > SET_ROWS))
      return { reason: `a result set has more than ${SET_ROWS} rows` };
    const compared = subject.writes
      ? conversion.tables.filter((table) => target.rows.has(nameOf(table)) || known.includes(table))
      : [];
    const source = await callSource(trial, subject, call.source, compared, tableRows).catch((error: unknown) => {
      if (!(error instanceof SluiceError) || error.kind !== 'SourceConnectionLost') throw error;
      tableRows.forget();
      return null;
    });
    if (source === null) return { reason: 'the source did not answer in time' };
    if (source.error?.sort === 'transaction')
      return { reason: `it ends its caller's transaction (${source.error.message})` };
    if (source.error?.sort === 'not-run') return { reason: `the source does not run it: ${source.error.message}` };
    if (source.error?.sort === 'captured')
      return { reason: `it truncates a table whose changes are captured: ${source.error.message}` };
    if (source.tooMany !== undefined)
      return { reason: `more than ${ROWS_COMPARED} rows of ${source.tooMany} would have to be compared` };
    const leniency = {
      ...{ anyOrder: !subject.isOrdered, anyId: subject.makesIds, orders: subject.orders },
      ...{ numbering: this.numbering(), session: this.bench.session },
    };
    // A function always gives rows, if none: that stands for a procedure that gave no result set.
    const hasNoSet = subject.callable?.kind === 'table' && source.error === null && source.sets.length === 0;
    const mine = hasNoSet ? { ...source, sets: [[]] } : source;
    const found = difference(mine, target, leniency);
    // Rows that came, and what was done with them; an error or another form is none of it.
    if (
      found !== null &&
      subject.cut !== undefined &&
      !source.error &&
      !target.error &&
      source.sets.length === target.sets.length
    )
      return { reason: `the order is not determined by which it takes its rows (${subject.cut}): ${oneLine(found)}` };
    return {
      difference: found === null ? null : oneLine(found),
      error: source.error?.message ?? null,
      told: found === null ? [] : toldBy(subject.differences, mine, target),
    };
  }

  /** Where identities stand in the rows that are compared. */
  private numbering(): Leniency['numbering'] {
    const { conversion, tableRows } = this.bench;
    return new Map(
      conversion.tables.map((table) => [
        nameOf(table),
        comparedColumns(table).flatMap((column, at) =>
          column.source.identity ? [tableRows.isCopied(table) ? at + 1 : at] : [],
        ),
      ]),
    );
  }
}

const routineCall = (subject: Subject, values: readonly Argument[]): Call => ({
  values,
  shown: shownArguments(subject.parameters, values),
  source: sourceCall(subject, values),
  target: targetCall(subject, values),
});

type Counts = Pick<Proof, 'object' | 'kind' | 'alike' | 'calls' | 'errors'>;

/** Every call that differs does so as issues tell: with the shortest of them. */
const asTold = (found: Differing, all: readonly Differing[], counts: Counts): Proof => ({
  ...{ ...counts, verdict: 'differs-as-told' },
  told: [...new Set(all.flatMap((one) => one.told))].toSorted(),
  example: { call: found.call.shown, difference: found.difference },
});

/** Argument lists with one row less in one table-valued parameter. */
function fewerRows(values: readonly Argument[]): Argument[][] {
  return values.flatMap((value, index) =>
    isTableArgument(value)
      ? value.rows.map((_, row) => values.with(index, { rows: value.rows.toSpliced(row, 1) }))
      : [],
  );
}
