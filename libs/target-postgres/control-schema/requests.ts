import type { ControlPool } from './control-pool.ts';

export type RequestKind = 'hold' | 'release' | 'reload' | 'stop' | 'ddl';

export interface OpenRequest {
  readonly id: string;
  readonly kind: RequestKind;
  readonly subject: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Commands between the apps as rows: idempotent by (kind, subject), answered in place, found again after a crash. */
export class Requests {
  constructor(
    private readonly pool: ControlPool,
    private readonly job: string,
  ) {}

  async ask(kind: RequestKind, subject: string, args: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.pool.query(
      `insert into sluice.requests (job, kind, subject, args) values ($1,$2,$3,$4) on conflict (job, kind, subject) do nothing`,
      [this.job, kind, subject, JSON.stringify(args)],
    );
  }

  async open(kinds: readonly RequestKind[]): Promise<OpenRequest[]> {
    const result = await this.pool.query<OpenRequest>(
      `select id::text as id, kind, subject, args from sluice.requests where job = $1 and state = 'open' and kind = any($2) order by id`,
      [this.job, kinds],
    );
    return result.rows;
  }

  /** The answer to a request, or null while it is open. */
  async answerTo(kind: RequestKind, subject: string): Promise<Readonly<Record<string, unknown>> | null> {
    const result = await this.pool.query<{ answer: Record<string, unknown> | null }>(
      `select answer from sluice.requests where job = $1 and kind = $2 and subject = $3 and state = 'answered'`,
      [this.job, kind, subject],
    );
    return result.rows[0]?.answer ?? null;
  }

  async answer(id: string, answer: Readonly<Record<string, unknown>>): Promise<void> {
    await this.pool.query(
      `update sluice.requests set state = 'answered', answer = $2, answered_at = now() where id = $1`,
      [id, JSON.stringify(answer)],
    );
  }
}
