import { SluiceError } from '#errors';
import type { SourceTrial, TrialAnswer } from '#source';
import { SqlServerClient, type SqlServerSettings } from './client.ts';

const TIMEOUT_MS = 30_000;

/** What a batch does behind a ROLLBACK of its own begins a transaction again, and is undone with it. */
const BEGIN = 'BEGIN TRANSACTION; SET IMPLICIT_TRANSACTIONS ON;';

/** Tries on one connection: what a batch leaves open the next one finds, and ends. */
export class SqlServerTrial implements SourceTrial {
  private readonly client: SqlServerClient;

  constructor(settings: SqlServerSettings) {
    this.client = new SqlServerClient(settings, 1);
  }

  async run(batch: string): Promise<TrialAnswer> {
    try {
      return { sets: await this.client.describedBatch(`${BEGIN}\n${batch}`, TIMEOUT_MS), error: null };
    } catch (error) {
      const first = error instanceof SluiceError ? firstOf(error.cause) : undefined;
      if (!first) throw error;
      return { sets: [], error: first };
    } finally {
      await this.client.batch('SET IMPLICIT_TRANSACTIONS OFF; IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION');
    }
  }

  async prepare(batch: string): Promise<void> {
    await this.client.batch(batch);
  }

  async query(text: string): Promise<readonly (readonly unknown[])[]> {
    return this.client.query(text);
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

/** The error that came first: those behind it are of the batch that went on, such as 266 after a ROLLBACK within. Undefined: none is the server's. */
function firstOf(cause: unknown): TrialAnswer['error'] | undefined {
  const { precedingErrors = [] } = (cause ?? {}) as { readonly precedingErrors?: readonly unknown[] };
  for (const one of [...precedingErrors, cause]) {
    const { number, message } = (one ?? {}) as { readonly number?: unknown; readonly message?: unknown };
    if (typeof number === 'number') return { number, message: String(message) };
  }
  return undefined;
}
