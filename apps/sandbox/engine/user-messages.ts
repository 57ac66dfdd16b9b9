import { writeServerState, type PgQuerier } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { Turns } from './turns.ts';

const STATE = 'messages';

/** Messages that sp_addmessage made: the server's, kept in master. */
export class UserMessages {
  private readonly turns = new Turns();

  private constructor(
    private readonly master: PgQuerier,
    private readonly texts: Map<number, string>,
  ) {}

  static async open(master: PgQuerier): Promise<UserMessages> {
    const { rows } = await master.query<{ value: string }>('SELECT value FROM meta.server_state WHERE name = $1', [
      STATE,
    ]);
    const kept = JSON.parse(rows[0]?.value ?? '[]') as [number, string][];
    return new UserMessages(master, new Map(kept));
  }

  text(number: number): string | undefined {
    return this.texts.get(number);
  }

  /** Throws 15040 for a number that is not a user's, 15043 for one that exists unless `replace`. */
  async add(number: number, text: string, replace: boolean): Promise<void> {
    if (number <= 50_000) throw new SqlError(15_040, 'User-defined error messages must have an ID greater than 50000.');
    if (this.texts.has(number) && !replace)
      throw new SqlError(15_043, "You must specify 'REPLACE' to overwrite an existing message.");
    this.texts.set(number, text);
    await this.write();
  }

  /** Throws 15179 where there is none. */
  async drop(number: number): Promise<void> {
    if (!this.texts.delete(number)) throw new SqlError(15_179, `The message number ${number} does not exist.`);
    await this.write();
  }

  private write(): Promise<void> {
    return this.turns.take(() => writeServerState(this.master, STATE, JSON.stringify([...this.texts])));
  }
}
