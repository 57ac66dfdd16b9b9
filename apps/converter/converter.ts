import {
  type Conversion,
  convertDatabase,
  type CounterTarget,
  eventTableOf,
  type Phase,
  workspaceObjects,
} from '#conversion';
import { topics } from '#events';
import { isRetryable, oneLine, SluiceError } from '#errors';
import { type JobFile, rulesOf } from '#jobs';
import type { KafkaClient } from '#kafka';
import { jobTopicSpecs, tableTopicSpec } from '#runtime';
import type { Source } from '#source';
import type { ControlStore, NewTable } from '#target-postgres';
import { failpoint, type Log, sleep } from '#telemetry';
import { applyPhase } from '#workspace';
import { setCounters } from './counters.ts';
import { prepareTarget } from './prepare-target.ts';

export interface ConverterOptions {
  readonly job: JobFile;
  readonly owner: string;
  readonly source: Source;
  readonly control: ControlStore;
  readonly kafka: KafkaClient;
  readonly leaseMs: number;
  readonly log: Log;
}

/**
 * Owns every DDL statement on the target: plans the conversion once, applies it in phases (before the load, after it, at cutover), each statement once, and answers
 * the requests of cutover. Begun again after a crash it goes on with the first statement that is not applied.
 */
export class Converter {
  constructor(private readonly options: ConverterOptions) {}

  /** Works until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { control, owner, leaseMs, log, job } = this.options;
    let isRegistered = false;
    while (!signal.aborted) {
      try {
        // `sluice run` has done so already; a job that runs as services begins here.
        if (!isRegistered) {
          await control.install();
          await control.openJob(job.source.database, JSON.parse(JSON.stringify(job)) as object);
          isRegistered = true;
        }
        const lease = await control.leases.acquire('converter', owner, leaseMs);
        if (!lease) {
          await sleep(leaseMs / 4, signal);
          continue;
        }
        await this.lead(signal, () => control.leases.renew(lease, leaseMs));
        if (signal.aborted) await control.leases.release(lease);
      } catch (error) {
        if (signal.aborted) return;
        if (!isRetryable(error)) throw error;
        log.warn('converter begins again', { cause: oneLine(error) });
        await sleep(500, signal);
      }
    }
  }

  /** Plans and applies what the load needs; a second call does nothing that is done already. */
  async prepare(): Promise<void> {
    const { control, job, owner, log } = this.options;
    const row = await control.readJob();
    if (row?.record['prepared'] === true) return;
    if (row?.record['planned'] !== true) await this.plan();
    failpoint('converter.planned');
    await prepareTarget(control, job.load.prepare);
    await applyPhase(control, 'before', owner, log);
    failpoint('converter.applied');
    for (const table of await control.readTables()) {
      await control.beginAttempt(table.tableName, ['pending']);
    }
    await control.setJobRecord({ prepared: true });
    log.info('target prepared');
  }

  private async lead(signal: AbortSignal, renew: () => Promise<boolean>): Promise<void> {
    const { leaseMs, log } = this.options;
    let isHeld = true;
    const renewal = setInterval(() => {
      renew().then(
        (held) => (isHeld = held),
        (error: unknown) => log.warn('lease not renewed', { cause: oneLine(error) }),
      );
    }, leaseMs / 3);
    try {
      await this.prepare();
      let areIndexesBuilt = false;
      while (!signal.aborted) {
        if (!isHeld) throw new SluiceError('LeaseLost', 'Another converter has the lease.');
        if (!areIndexesBuilt) areIndexesBuilt = await this.buildIndexes();
        await this.answerRequests();
        await sleep(200, signal);
      }
    } finally {
      clearInterval(renewal);
    }
  }

  /** Secondary indexes once no table is being loaded any more. */
  private async buildIndexes(): Promise<boolean> {
    const { control, owner, log } = this.options;
    const tables = await control.readTables();
    const isLoading = tables.some((table) =>
      ['pending', 'prepared', 'held', 'loading', 'loaded', 'catching-up'].includes(table.state),
    );
    if (isLoading) return false;
    await applyPhase(control, 'after', owner, log);
    await control.setJobRecord({ indexes: true });
    return true;
  }

  private async answerRequests(): Promise<void> {
    const { control, owner, log } = this.options;
    for (const request of await control.requests.open(['ddl'])) {
      const phase = String(request.args['phase']) as Phase | 'counters';
      try {
        if (phase === 'counters') await setCounters(control, request.args['positions'] as Record<string, string>);
        else await applyPhase(control, phase, owner, log);
        await control.requests.answer(request.id, { done: true });
      } catch (error) {
        if (isRetryable(error)) throw error;
        await control.requests.answer(request.id, { failed: oneLine(error) });
      }
    }
  }

  /** Reads the catalog, converts it, and writes tables, statements and issues to the control schema; makes the topics. */
  private async plan(): Promise<void> {
    const { control, source, job, kafka, owner, log } = this.options;
    const database = await source.catalog.readDatabase();
    const version = await this.serverVersion();
    const conversion = convertDatabase(database, { ...job, target: { ...job.target, version } });
    if (conversion.tables.length === 0)
      throw new SluiceError('JobFileInvalid', `No table of ${database.name} is selected by the rules under tables:.`);
    const tables = this.jobTables(conversion, database.name, database.collation);
    const specs = tables.map((table) => tableTopicSpec(job.topics, table.eventTable, table.partitions));
    await kafka.ensureTopics([...jobTopicSpecs(job.topics, job.job), ...specs]);
    failpoint('converter.topics-made');
    await control.addTables(tables);
    // Edits that `sluice convert` took in stay: they are what is applied.
    await control.workspace.save(workspaceObjects(database, conversion), null, owner);
    await control.saveIssues(conversion.issues);
    await control.setJobRecord({ planned: true, counters: conversion.counters satisfies readonly CounterTarget[] });
    log.info('conversion planned', {
      tables: tables.length,
      statements: conversion.steps.length,
      issues: conversion.issues.length,
    });
  }

  private async serverVersion(): Promise<number> {
    const { rows } = await this.options.control.pool.query<{ version: number }>(
      `select current_setting('server_version_num')::integer / 10000 as version`,
    );
    return rows[0]?.version ?? this.options.job.target.version;
  }

  private jobTables(conversion: Conversion, database: string, collation: string): NewTable[] {
    const { job } = this.options;
    return conversion.tables.map((table, ordinal): NewTable => {
      const rule = rulesOf(job.tables, table.source.schema, table.source.name);
      const eventTable = eventTableOf({ job: job.job, database }, table.source, rule, collation);
      const carried = new Set(eventTable.columns.map((column) => column.name));
      return {
        tableName: `${table.source.schema}.${table.source.name}`,
        ordinal,
        targetSchema: table.schema,
        targetName: table.name,
        topic: topics.table(job.job, database, table.source.schema, table.source.name),
        // Without a key order holds only within one partition.
        partitions: eventTable.key.length === 0 ? 1 : (rule.partitions ?? job.topics.partitions),
        eventTable,
        targetColumns: table.columns.map((column) => ({
          name: column.name,
          type: column.type,
          ...(carried.has(column.source.name) ? { source: column.source.name } : {}),
          generated: column.generated,
          identity: column.source.identity !== undefined,
        })),
        estimatedRows: table.source.estimatedRows,
      };
    });
  }
}
