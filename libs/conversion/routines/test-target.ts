import pg from 'pg';
import { POSTGRES_VERSION, type PostgresVersion } from '#stack';
import { freshDatabase, type FreshDatabase } from '#testing';
import { DEFAULT_VALUE_POLICY } from '#values';
import { type Conversion, convertDatabase, type Step } from '../schema/index.ts';
import { planRoutine } from './plan-check.ts';
import { modelOf } from './test-model.ts';

/** Test support: a script's database converted and created in PostgreSQL. */

const SETTINGS = {
  target: { naming: 'snake_case' as const, schemas: { dbo: 'public' } },
  tables: [],
  values: DEFAULT_VALUE_POLICY,
} as unknown as Parameters<typeof convertDatabase>[1];

export function convertScript(script: string, version: PostgresVersion = POSTGRES_VERSION): Conversion {
  return convertDatabase(modelOf(script), { ...SETTINGS, target: { ...SETTINGS.target, version } });
}

/** A statement that PostgreSQL did not take. */
export interface Refusal {
  readonly object: string;
  readonly message: string;
  readonly sql: string;
}

export class ConvertedDatabase {
  readonly notices: string[] = [];
  readonly refused: Refusal[] = [];

  private constructor(
    readonly conversion: Conversion,
    readonly client: pg.Client,
    private readonly fresh: FreshDatabase,
  ) {
    client.on('notice', (notice) => {
      if (notice.code === '00000' && !/^(drop cascades|table ".*" does not exist)/.test(notice.message ?? ''))
        this.notices.push(notice.message ?? '');
    });
  }

  /** Without a version: on the tests' PostgreSQL. */
  static async open(script: string, version?: PostgresVersion): Promise<ConvertedDatabase> {
    const conversion = convertScript(script, version);
    const fresh = await freshDatabase(version);
    const client = new pg.Client({
      connectionString: fresh.url,
      types: { getTypeParser: () => (value: unknown) => value },
    });
    await client.connect();
    const made = new ConvertedDatabase(conversion, client, fresh);
    for (const step of conversion.steps) await made.apply(step);
    return made;
  }

  private async apply(step: Step): Promise<void> {
    try {
      await this.client.query(step.sql);
    } catch (error) {
      this.refused.push({ object: step.object, message: (error as Error).message, sql: step.sql });
    }
  }

  /** Rows of a statement, each as its values' text joined by `|`; an error as `!sqlstate message`. */
  async run(sql: string): Promise<readonly string[]> {
    try {
      const result = await this.client.query<(string | null)[]>({ text: sql, rowMode: 'array' });
      return result.rows.map((row) => row.map((one) => one ?? 'NULL').join('|'));
    } catch (error) {
      const { code, message } = error as pg.DatabaseError;
      return [`!${code ?? ''} ${message}`];
    }
  }

  /** Plans every statement and expression of the routines, with the variables as parameters of an SQL function. What does not plan. */
  async plan(): Promise<readonly Refusal[]> {
    const failed: Refusal[] = [];
    for (const step of this.conversion.steps) {
      if (!step.routine) continue;
      await this.client.query('BEGIN');
      for (const { message, sql } of await planRoutine(this.client, step.routine, this.tableOf(step)))
        failed.push({ object: step.object, message, sql });
      await this.client.query('ROLLBACK');
    }
    return failed;
  }

  /** Of a trigger: its table. */
  private tableOf(step: Step): string | null {
    const trigger = this.conversion.steps.find(
      (one) => one.object === step.object && /^CREATE OR REPLACE TRIGGER/.test(one.sql),
    );
    return (trigger && / ON (\S+)/.exec(trigger.sql)?.[1]) ?? null;
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.fresh.drop();
  }
}
