import { createHmac, randomBytes, scrypt, scryptSync, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { writeLogins, type PgQuerier } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { Turns } from './turns.ts';

interface StoredLogin {
  readonly principalId: number;
  readonly name: string;
  readonly hash: string;
  readonly roles: string[];
  readonly disabled: boolean;
  readonly defaultDatabase: string;
  readonly policyChecked: boolean;
}

/** What CREATE LOGIN and ALTER LOGIN say besides a name; what is left out stays. */
export interface LoginChange {
  readonly password?: string;
  readonly disabled?: boolean;
  readonly defaultDatabase?: string;
  readonly policyChecked?: boolean;
}

const SCHEMA = `CREATE SCHEMA IF NOT EXISTS server;
CREATE TABLE IF NOT EXISTS server.logins (
  principal_id int PRIMARY KEY, name text NOT NULL, hash text NOT NULL, roles text[] NOT NULL DEFAULT '{}', disabled boolean NOT NULL DEFAULT false);
ALTER TABLE server.logins ADD COLUMN IF NOT EXISTS default_database text NOT NULL DEFAULT 'master';
ALTER TABLE server.logins ADD COLUMN IF NOT EXISTS policy_checked boolean NOT NULL DEFAULT true`;

const FIRST_ID = 259;

function hashOf(password: string): string {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}:${scryptSync(password, salt, 32).toString('hex')}`;
}

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** Off the event loop: a check takes tens of milliseconds of a processor, and other clients wait for none of them. */
async function matches(password: string, hash: string): Promise<boolean> {
  const [salt = '', stored = ''] = hash.split(':');
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'hex'), 32), Buffer.from(stored, 'hex'));
}

function unknown(name: string): SqlError {
  return new SqlError(
    15_151,
    `Cannot alter the login '${name}', because it does not exist or you do not have permission.`,
  );
}

/** The server's logins, kept in master with their password hashes; `sa` has the password the server was started with. */
export class Logins {
  private readonly all = new Map<string, StoredLogin>();

  /** Passwords that were right before, by the hash they matched, as digests under a key of this process: a pool logs in without the long way. */
  private readonly known = new Map<string, Buffer>();
  private readonly key = randomBytes(32);

  /** Each change is made of what the one before it left. */
  private readonly turns = new Turns();

  private constructor(private readonly master: PgQuerier) {}

  /** Reads them, and sets the password of `sa`. */
  static async open(master: PgQuerier, saPassword: string): Promise<Logins> {
    const logins = new Logins(master);
    await master.query(SCHEMA);
    await master.query(
      `INSERT INTO server.logins VALUES (1, 'sa', $1, '{sysadmin}') ON CONFLICT (principal_id) DO UPDATE SET hash = excluded.hash`,
      [hashOf(saPassword)],
    );
    await logins.read();
    return logins;
  }

  /** `sa`, and members of sysadmin. */
  isSysadmin(name: string): boolean {
    const login = this.all.get(name.toLowerCase());
    return login?.principalId === 1 || (login?.roles.includes('sysadmin') ?? false);
  }

  /** Where a login goes that names no database. */
  defaultDatabase(name: string): string {
    return this.all.get(name.toLowerCase())?.defaultDatabase ?? 'master';
  }

  /** The name as it is stored. */
  named(name: string): string | undefined {
    return this.all.get(name.toLowerCase())?.name;
  }

  /** Throws 18456, worded alike for an unknown name, a wrong password and a disabled login. */
  async check(name: string, password: string): Promise<void> {
    const login = this.all.get(name.toLowerCase());
    if (login !== undefined && !login.disabled && (await this.isRight(password, login.hash))) return;
    throw new SqlError(18_456, `Login failed for user '${name}'.`, 14, 1);
  }

  private async isRight(password: string, hash: string): Promise<boolean> {
    const digest = createHmac('sha256', this.key).update(password).digest();
    const known = this.known.get(hash);
    if (known !== undefined && timingSafeEqual(known, digest)) return true;
    if (!(await matches(password, hash))) return false;
    this.known.set(hash, digest);
    return true;
  }

  create(
    name: string,
    password: string,
    { defaultDatabase = 'master', policyChecked = true }: LoginChange,
  ): Promise<void> {
    return this.turns.take(async () => {
      if (this.all.has(name.toLowerCase()))
        throw new SqlError(15_025, `The server principal '${name}' already exists.`);
      const id = Math.max(FIRST_ID - 1, ...[...this.all.values()].map((login) => login.principalId)) + 1;
      await this.master.query(
        'INSERT INTO server.logins (principal_id, name, hash, default_database, policy_checked) VALUES ($1, $2, $3, $4, $5)',
        [id, name, hashOf(password), defaultDatabase, policyChecked],
      );
      await this.read();
    });
  }

  alter(name: string, change: LoginChange): Promise<void> {
    return this.turns.take(async () => {
      const login = this.all.get(name.toLowerCase());
      if (login === undefined) throw unknown(name);
      await this.master.query(
        'UPDATE server.logins SET hash = $2, disabled = $3, default_database = $4, policy_checked = $5 WHERE principal_id = $1',
        [
          login.principalId,
          change.password === undefined ? login.hash : hashOf(change.password),
          change.disabled ?? login.disabled,
          change.defaultDatabase ?? login.defaultDatabase,
          change.policyChecked ?? login.policyChecked,
        ],
      );
      await this.read();
    });
  }

  drop(name: string): Promise<void> {
    return this.turns.take(async () => {
      const login = this.all.get(name.toLowerCase());
      if (login === undefined) throw unknown(name);
      await this.master.query('DELETE FROM server.logins WHERE principal_id = $1', [login.principalId]);
      await this.read();
    });
  }

  /** A fixed server role, or `permission:NAME` for a permission of the whole server. */
  setRole(role: string, name: string, present: boolean): Promise<void> {
    return this.turns.take(async () => {
      const login = this.all.get(name.toLowerCase());
      if (login === undefined) throw unknown(name);
      const wanted = role.includes(':') ? role : role.toLowerCase();
      const roles = login.roles.filter((each) => each !== wanted);
      await this.master.query('UPDATE server.logins SET roles = $2 WHERE principal_id = $1', [
        login.principalId,
        present ? [...roles, wanted] : roles,
      ]);
      await this.read();
    });
  }

  /** Shows them in the catalog of a database. */
  async publish(pg: PgQuerier): Promise<void> {
    await writeLogins(
      pg,
      [...this.all.values()].map((login) => ({
        principalId: login.principalId,
        name: login.name,
        serverRoles: login.roles,
        disabled: login.disabled,
        defaultDatabase: login.defaultDatabase,
        policyChecked: login.policyChecked,
      })),
    );
  }

  private async read(): Promise<void> {
    const { rows } = await this.master.query<{
      principal_id: number;
      name: string;
      hash: string;
      roles: string[];
      disabled: boolean;
      default_database: string;
      policy_checked: boolean;
    }>('SELECT principal_id, name, hash, roles, disabled, default_database, policy_checked FROM server.logins');
    this.all.clear();
    this.known.clear();
    for (const row of rows) {
      this.all.set(row.name.toLowerCase(), {
        principalId: row.principal_id,
        name: row.name,
        hash: row.hash,
        roles: row.roles,
        disabled: row.disabled,
        defaultDatabase: row.default_database,
        policyChecked: row.policy_checked,
      });
    }
  }
}
