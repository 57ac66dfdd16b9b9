import { READS_SESSIONS } from '../catalog/index.ts';

/** The compiled functions of one database: made outside of any session's transaction, when a statement first needs them. */
export class FunctionStore {
  private readonly wanted = new Map<string, string>();
  private readonly made = new Set<string>();
  /** Names of those that ask for sessions. */
  private readonly askers = new Set<string>();
  private work: Promise<void> | undefined;

  constructor(private readonly run: (sql: string) => Promise<unknown>) {}

  /** Notes that a statement needs a function. */
  want(name: string, sql: string): void {
    if (READS_SESSIONS.test(sql)) this.askers.add(name);
    if (!this.made.has(name)) this.wanted.set(name, sql);
  }

  /** Whether a statement calls a function that reads views of sessions. */
  readsSessions(sql: string): boolean {
    for (const name of this.askers) if (sql.includes(name)) return true;
    return false;
  }

  /** Undefined where all that is wanted is there. */
  ready(): Promise<void> | undefined {
    if (this.wanted.size === 0) return undefined;
    this.work ??= this.makeAll().finally(() => {
      this.work = undefined;
    });
    return this.work;
  }

  private async makeAll(): Promise<void> {
    for (const [name, sql] of this.wanted) {
      await this.run(sql);
      this.made.add(name);
      this.wanted.delete(name);
    }
  }
}
