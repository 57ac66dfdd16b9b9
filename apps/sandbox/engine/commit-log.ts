import type { PgQuerier } from '../catalog/index.ts';
import type { Database } from './database.ts';
import type { PgLink } from './pg-link.ts';

/** A part of a transaction over several databases that changed something. */
export interface ChangedPart {
  readonly link: PgLink;
  /** It touched temporary tables: PostgreSQL does not prepare it. */
  readonly temporary: boolean;
}

const PREFIX = 'sbx_commit_';

/**
 * Commits what belongs together in several databases: all of it, or none. All parts but one are prepared; the last writes the decision beside its own changes and
 * is committed, and with it all are. What a server that died in between left prepared is committed, or rolled back, when it starts again, as the decision says.
 */
export class CommitLog {
  /** Whether PostgreSQL prepares transactions at all. */
  prepares = false;
  private readonly running = new Set<string>();

  constructor(private readonly databases: () => readonly Database[]) {}

  /** Reads whether PostgreSQL prepares transactions at all (max_prepared_transactions). */
  async open(pg: PgQuerier): Promise<void> {
    const { rows } = await pg.query<{ most: number }>(
      `SELECT current_setting('max_prepared_transactions')::int AS most`,
    );
    this.prepares = (rows[0]?.most ?? 0) > 0;
  }

  /** To be called once for each database before it is used. */
  static async install(pg: PgQuerier): Promise<void> {
    await pg.query('CREATE TABLE IF NOT EXISTS meta.commits (name text PRIMARY KEY)');
  }

  /** Commits the parts of one transaction, of which one at most cannot be prepared. */
  async commit(descriptor: bigint, parts: readonly ChangedPart[]): Promise<void> {
    const fixed = parts.filter((part) => part.temporary);
    const last = fixed[0] ?? parts.at(-1);
    if (!this.prepares || fixed.length > 1 || last === undefined)
      throw new RangeError('BUG: a transaction over several databases that cannot be prepared');
    const name = `${PREFIX}${descriptor}`;
    const others = parts.filter((part) => part !== last).map((part) => part.link);
    this.running.add(name);
    try {
      await this.together(name, last.link, others);
    } finally {
      this.running.delete(name);
    }
  }

  private async together(name: string, last: PgLink, others: readonly PgLink[]): Promise<void> {
    const prepared: PgLink[] = [];
    let isDecided = false;
    try {
      for (const link of others) {
        const { command } = await link.run(`PREPARE TRANSACTION '${gid(name, prepared.length)}'`);
        if (command !== 'PREPARE') throw new RangeError('a part of the transaction could not be prepared');
        prepared.push(link);
      }
      await last.run(`INSERT INTO meta.commits VALUES ('${name}')`);
      isDecided = true;
      await last.run('COMMIT');
    } catch (error) {
      // Whether a COMMIT took effect whose answer did not come is read again.
      if (isDecided && last.broken) await this.recover(name);
      else await this.takeBack(name, prepared, [last, ...others]);
      throw error;
    }
    try {
      for (const [at, link] of prepared.entries()) await link.run(`COMMIT PREPARED '${gid(name, at)}'`);
    } catch {
      // It is decided: another connection must do it.
      await this.recover(name);
    }
    if (!last.broken) await last.run(`DELETE FROM meta.commits WHERE name = '${name}'`);
  }

  private async takeBack(name: string, prepared: readonly PgLink[], all: readonly PgLink[]): Promise<void> {
    for (const [at, link] of prepared.entries()) {
      if (!link.broken) await link.run(`ROLLBACK PREPARED '${gid(name, at)}'`);
    }
    for (const link of all) if (!link.broken && !prepared.includes(link)) await link.run('ROLLBACK');
  }

  /** Ends what is prepared, of one transaction or of all that nobody is about to commit. */
  async recover(only?: string): Promise<void> {
    const databases = this.databases();
    const [first] = databases;
    if (first === undefined) return;
    const { rows } = await first.admin.query<{ gid: string; database: string }>(
      'SELECT gid, database FROM pg_prepared_xacts WHERE starts_with(gid, $1)',
      [only === undefined ? PREFIX : `${only}/`],
    );
    const decided = await this.decisions(databases);
    for (const row of rows) {
      const name = row.gid.slice(0, row.gid.lastIndexOf('/'));
      if (only === undefined && this.running.has(name)) continue;
      const home = databases.find((database) => database.physical === row.database);
      await home?.admin.query(`${decided.has(name) ? 'COMMIT' : 'ROLLBACK'} PREPARED '${row.gid}'`);
    }
    const names = [...decided].filter((name) => (only === undefined ? !this.running.has(name) : name === only));
    for (const { admin } of databases) await admin.query('DELETE FROM meta.commits WHERE name = ANY ($1)', [names]);
  }

  private async decisions(databases: readonly Database[]): Promise<Set<string>> {
    const decided = new Set<string>();
    for (const { admin } of databases) {
      const { rows } = await admin.query<{ name: string }>('SELECT name FROM meta.commits');
      for (const { name } of rows) decided.add(name);
    }
    return decided;
  }
}

const gid = (name: string, at: number): string => `${name}/${at}`;
