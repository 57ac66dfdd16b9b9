/** The compiled functions of one database: made outside of any session's transaction, when a statement first needs them. */
export class FunctionStore {
  private readonly wanted = new Map<string, string>();
  private readonly made = new Set<string>();
  private work: Promise<void> | undefined;

  constructor(private readonly run: (sql: string) => Promise<unknown>) {}

  /** Notes that a statement needs a function. */
  want(name: string, sql: string): void {
    if (!this.made.has(name)) this.wanted.set(name, sql);
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
