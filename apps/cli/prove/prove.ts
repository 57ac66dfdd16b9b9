import type pg from 'pg';
import {
  argumentLists,
  type Conversion,
  convertDatabase,
  type ConvertedTable,
  difference,
  type Leniency,
  type Samples,
  shownArguments,
  sourceCall,
  type Subject,
  subjectsOf,
  type TargetCall,
  targetCall,
  triggerStatements,
} from '#conversion';
import { oneLine, SluiceError } from '#errors';
import type { JobFile } from '#jobs';
import type { SourceTrial } from '#source';
import type { Invocation, OptionSpec } from '../command.ts';
import { withSource } from '../context.ts';
import {
  callSource,
  comparedColumns,
  nameOf,
  readCounters,
  readSamples,
  ROWS_COMPARED,
  sourceSession,
} from './source-side.ts';
import { openScratch, type Scratch } from './scratch.ts';
import { callTarget, counterStatements, targetSession } from './target-side.ts';

export type ProofVerdict = 'proven' | 'differs' | 'not-provable';

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
  /** The simplest call that differs, and in what; or why it cannot be proven. */
  readonly example?: { readonly call: string; readonly difference: string };
  readonly reason?: string;
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
    const wanted = subjectsOf(database, conversion).filter((one) =>
      one.object.toLowerCase().includes((options.only ?? '').toLowerCase()),
    );
    const scratch = await openScratch(job, conversion, options.progress);
    const trial = source.openTrial();
    try {
      return await proveAll(wanted, { scratch, trial, conversion, options });
    } finally {
      await trial.close();
      await scratch.drop();
    }
  });
}

interface Proving {
  readonly scratch: Scratch;
  readonly trial: SourceTrial;
  readonly conversion: Conversion;
  readonly options: ProveOptions;
}

async function proveAll(subjects: readonly Subject[], { scratch, ...proving }: Proving): Promise<Proof[]> {
  const { trial, conversion, options } = proving;
  const client = await scratch.pool.connect();
  try {
    const samples = await readSamples(trial, conversion.tables);
    const session = { source: await sourceSession(trial), target: await targetSession(client) };
    const bench = new ProvingBench({ ...proving, client, samples, session });
    const proofs: Proof[] = [];
    for (const [index, subject] of subjects.entries()) {
      options.signal.throwIfAborted();
      if (index % 20 === 0) options.progress(`${index} of ${subjects.length} objects tried.`);
      const refused = scratch.refused.get(subject.object);
      proofs.push(
        refused === undefined
          ? await bench.prove(subject)
          : notProvable(subject, `PostgreSQL does not take it: ${refused}`),
      );
    }
    return proofs;
  } finally {
    client.release();
  }
}

const notProvable = ({ object, kind }: Subject, reason: string): Proof => ({
  ...{ object, kind, verdict: 'not-provable', alike: 0, calls: 0, errors: 0, reason },
});

interface Call {
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
}

class ProvingBench {
  private readonly tables: ReadonlyMap<string, ConvertedTable>;

  private readonly numbering: Leniency['numbering'];

  constructor(private readonly bench: Bench) {
    this.numbering = new Map(
      bench.conversion.tables.map((table) => [
        nameOf(table),
        comparedColumns(table).flatMap((column, at) => (column.source.identity ? [at] : [])),
      ]),
    );
    this.tables = new Map(bench.conversion.tables.map((table) => [nameOf(table), table]));
  }

  async prove(subject: Subject): Promise<Proof> {
    const { options } = this.bench;
    if (subject.reason !== undefined) return notProvable(subject, subject.reason);
    if (!options.writes && (subject.writes || subject.kind === 'procedure'))
      return notProvable(subject, 'it would be run at the source: ask for it with --writes, on a copy');
    const calls = this.callsOf(subject);
    if (calls.length === 0) return notProvable(subject, 'there is no row to try it with');
    let [alike, errors] = [0, 0];
    const differing: { call: string; difference: string }[] = [];
    for (const call of calls) {
      const result = await this.compare(subject, call);
      if ('reason' in result) return { ...notProvable(subject, result.reason), calls: calls.length, alike };
      if (result.difference !== null) differing.push({ call: call.shown, difference: result.difference });
      else {
        alike += 1;
        if (result.failed) errors += 1;
      }
    }
    const { object, kind } = subject;
    const example = differing.toSorted((a, b) => a.call.length - b.call.length)[0];
    const counts = { object, kind, alike, calls: calls.length, errors };
    return example ? { ...counts, verdict: 'differs', example } : { ...counts, verdict: 'proven' };
  }

  private callsOf(subject: Subject): Call[] {
    const { samples, options } = this.bench;
    if (subject.kind !== 'trigger')
      return argumentLists(subject, samples, options.cases).map((values) => ({
        shown: shownArguments(subject.parameters, values),
        source: sourceCall(subject, values),
        target: targetCall(subject, values),
      }));
    const { parent } = subject.module;
    const table = parent && this.tables.get(`${parent.schema}.${parent.name}`);
    if (!table) return [];
    return triggerStatements(table, samples)
      .slice(0, options.cases)
      .map(({ source, target }) => ({
        shown: source,
        source,
        target: { sql: target, cursors: [], outputs: new Map() },
      }));
  }

  /** One call on both sides. The target goes first: its statistics tell which tables it changed, beside those that the source's text names. */
  private async compare(
    subject: Subject,
    call: Call,
  ): Promise<{ readonly difference: string | null; readonly failed: boolean } | { readonly reason: string }> {
    const { trial, client, conversion } = this.bench;
    const known = subject.changed.flatMap((name) => this.tables.get(name) ?? []);
    const before = subject.writes ? counterStatements(conversion.counters, await readCounters(trial)) : [];
    const target = await callTarget(client, call.target, { all: conversion.tables, named: known }, before);
    if (target.error?.sort === 'not-converted')
      return { reason: `a part of it is not converted: ${target.error.message}` };
    if (target.error?.sort === 'transaction')
      return { reason: `it ends its caller's transaction (${target.error.message})` };
    const compared = subject.writes
      ? conversion.tables.filter((table) => target.rows.has(nameOf(table)) || known.includes(table))
      : [];
    const source = await callSource(trial, subject, call.source, compared);
    const tooLong = [...source.rows].find(([, rows]) => rows.length > ROWS_COMPARED);
    if (tooLong) return { reason: `${tooLong[0]} has more than ${ROWS_COMPARED} rows to be compared` };
    const leniency = {
      ...{ anyOrder: !subject.isOrdered, anyId: subject.makesIds },
      ...{ numbering: this.numbering, session: this.bench.session },
    };
    // A function always gives rows, if none: that stands for a procedure that gave no result set.
    const hasNoSet = subject.callable?.kind === 'table' && source.error === null && source.sets.length === 0;
    const found = difference(hasNoSet ? { ...source, sets: [[]] } : source, target, leniency);
    return { difference: found === null ? null : oneLine(found), failed: source.error !== null };
  }
}
