import { SqlError } from '../session.ts';
import type { PgLink } from './pg-link.ts';

/** Whom EXECUTE AS put in the place of the caller. `principalId` only for a user: his rights end at the database. */
interface Impersonation {
  readonly login: string;
  readonly principalId: number | undefined;
  readonly databaseId: number;
  /** Position in the calls where it was said: leaving that module takes it back. */
  readonly level: number;
}

/** The one statement a context is set by, here and on every further connection of the session. */
const SET =
  "SELECT set_config('sbx.login', $1, false), set_config('sbx.principal', $2, false), set_config('sbx.original', $3, false)";
/** Logins whose name the connection's application name can hold as it is. */
const PLAIN = /^[\u0020-\u002E\u0030-\u007E]{1,40}$/;

/** Who a session acts as: its login, or the top of what EXECUTE AS piled up. */
export class SessionIdentity {
  private readonly stack: Impersonation[] = [];
  /** PostgreSQL takes settings back with the transaction that made them; SQL Server does not. */
  private stale = false;

  /** Told to each connection where its application name cannot tell it; else ''. */
  private readonly untold: string;

  constructor(private readonly login: string) {
    this.untold = PLAIN.test(login) ? '' : login;
  }

  /** The login whose server rights count, in any case. */
  get currentLogin(): string {
    return this.top?.login ?? this.login;
  }

  /** Distinguishes identities whose rights may differ. */
  get key(): string {
    return `${this.currentLogin}\u0000${this.top?.principalId ?? ''}`;
  }

  /** EXECUTE AS USER is in force: rights of the server and other databases are out of reach. */
  get isUser(): boolean {
    return this.top?.principalId !== undefined;
  }

  /** How many contexts are piled up: to be given to {@link revertTo} when the module that asks ends. */
  get depth(): number {
    return this.stack.length;
  }

  async push(link: PgLink, next: Impersonation): Promise<void> {
    this.stack.push(next);
    await this.apply(link);
  }

  /** REVERT: back to the context before, if it was begun at this level. Answers whether there was one. */
  async pop(link: PgLink, level: number, databaseId: number): Promise<void> {
    const { top } = this;
    if (top === undefined || top.level !== level) return;
    if (top.databaseId !== databaseId) {
      throw new SqlError(
        15_199,
        "The current security context cannot be reverted. Please switch to the original database where 'Execute As' was called and try it again.",
      );
    }
    this.stack.pop();
    await this.apply(link);
  }

  async revertTo(link: PgLink, depth: number): Promise<void> {
    if (this.stack.length <= depth) return;
    this.stack.length = depth;
    await this.apply(link);
  }

  /** A rollback may have undone the setting. */
  transactionEnded(): void {
    this.stale = this.stack.length > 0;
  }

  /** A new connection knows only the login's name in its application name. */
  async introduce(link: PgLink): Promise<void> {
    if (this.stack.length > 0 || this.untold !== '') await this.apply(link);
  }

  /** Sets the context on a connection where it may not be. */
  async ensure(link: PgLink): Promise<void> {
    if (this.stale) await this.apply(link);
  }

  async apply(link: PgLink): Promise<void> {
    this.stale = false;
    await link.run(SET, [this.top?.login ?? this.untold, String(this.top?.principalId ?? ''), this.untold]);
  }

  private get top(): Impersonation | undefined {
    return this.stack.at(-1);
  }
}
