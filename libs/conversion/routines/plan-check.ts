import type { ConvertedRoutine, PlannedPiece } from './routine-model.ts';

/** A connection to PostgreSQL within a transaction that its owner rolls back. */
interface Session {
  query(sql: string): Promise<unknown>;
}

/** A piece that PostgreSQL does not plan. */
export interface Unplanned {
  readonly sql: string;
  readonly message: string;
  /** In the source. */
  readonly line: number;
}

/**
 * Has PostgreSQL plan every statement and expression of a routine that is there, with the variables as parameters of an SQL function. Temporary tables are made on the way, and stay until
 * the transaction ends; `table`: that of a trigger, as written, whose `inserted` and `deleted` are tables then.
 */
export async function planRoutine(
  session: Session,
  routine: ConvertedRoutine,
  table: string | null,
): Promise<readonly Unplanned[]> {
  for (const name of table === null ? [] : ['inserted', 'deleted'])
    await session.query(`CREATE TEMP TABLE ${name} ON COMMIT DROP AS SELECT * FROM ${table}`);
  const failed: Unplanned[] = [];
  for (const [index, piece] of routine.pieces.entries()) {
    const message = await plan(session, routine, piece, index);
    if (message !== null) failed.push({ sql: piece.sql, message, line: piece.line });
  }
  return failed;
}

/** Makes the tables that a routine makes, temporary ones as a rule, as far as that goes without running it. In a transaction that its owner rolls back. */
export async function makeItsTables(session: Session, routine: ConvertedRoutine): Promise<void> {
  for (const [index, piece] of routine.pieces.entries())
    if (/^CREATE (TEMP |UNLOGGED )?TABLE/.test(piece.sql)) await plan(session, routine, piece, index);
}

async function plan(
  session: Session,
  { variables }: ConvertedRoutine,
  { kind, sql }: PlannedPiece,
  index: number,
): Promise<string | null> {
  const used = variables.filter((one) =>
    new RegExp(`(?<![\\w."])${one.name.replaceAll(/["\\]/g, '.')}(?![\\w"])`).test(sql),
  );
  if (
    /\b(NEW|OLD)\.|SQLERRM|SQLSTATE|TG_OP/.test(sql) ||
    used.some((one) => one.type === 'record' || one.type === 'refcursor')
  )
    return null;
  await session.query('SAVEPOINT p');
  try {
    const made =
      kind === 'ddl' ? /^CREATE TEMP TABLE (?:IF NOT EXISTS )?("(?:[^"]|"")+"|\w+)/.exec(sql)?.[1] : undefined;
    // Where a routine makes one again, it drops the other before.
    if (made !== undefined && !sql.startsWith('CREATE TEMP TABLE IF'))
      await session.query(`DROP TABLE IF EXISTS pg_temp.${made}`);
    // A function takes a hundred arguments; what a statement reads beyond them is NULL.
    const taken = used.slice(0, 100);
    const rest = used.slice(100);
    const list = taken.map((one) => `${one.name} ${one.type}`).join(', ');
    if (kind === 'ddl' && !/^(CALL|WITH|UPDATE|DELETE|TRUNCATE)/.test(sql))
      await session.query(inAnyBranch(withNulls(sql, used)));
    else if (kind !== 'ddl') {
      const text = withNulls(kind === 'expression' ? `SELECT ${sql}` : sql, rest);
      await session.query(
        `CREATE FUNCTION pg_temp.planned_${index}(${list}) RETURNS void LANGUAGE sql AS $plan$ ${text}; SELECT $plan$`,
      );
    }
    await session.query('RELEASE SAVEPOINT p');
    return null;
  } catch (error) {
    await session.query('ROLLBACK TO SAVEPOINT p');
    return (error as Error).message;
  }
}

/** A utility statement takes no parameters: NULL of each variable's type stands for it. */
function withNulls(sql: string, variables: readonly { readonly name: string; readonly type: string }[]): string {
  return variables.reduce(
    (text, one) => text.replaceAll(new RegExp(`(?<![\\w."])${one.name}(?![\\w"])`, 'g'), `NULL::${one.type}`),
    sql,
  );
}

/** Columns of temporary tables that more than one branch of a routine adds. */
const inAnyBranch = (sql: string): string =>
  /^ALTER TABLE "?tmp_/.test(sql)
    ? sql.replaceAll(/ ADD COLUMN (?!IF NOT EXISTS )/g, ' ADD COLUMN IF NOT EXISTS ')
    : sql;
