import { SqlError, type ResultSink } from '../session.ts';
import type { SessionOptions } from './session-options.ts';

/** What a statement warns of, once, before its DONE. The line and the procedure are the statement's. */
export class StatementWarnings {
  /** An aggregate has passed over a NULL. */
  nullEliminated = false;

  constructor(
    private readonly line: number,
    private readonly procedure: string,
  ) {}

  /** Tells the client, unless SET ANSI_WARNINGS is OFF; what was told is not told again. */
  tell(options: SessionOptions, out: ResultSink): void {
    if (!this.nullEliminated) return;
    this.nullEliminated = false;
    if (!options.ansiWarnings) return;
    const text = 'Warning: Null value is eliminated by an aggregate or other SET operation.';
    out.info(new SqlError(8153, text, 10, 1, this.line, this.procedure));
  }
}
