import { isConnectionLost, isPassing, sqlState } from '#target-postgres';

/** Why an object is left alone: what somebody else made or changed is in the way (`theirs`), or rows that would be lost (`rows`). */
export class Conflict extends Error {
  override readonly name = 'Conflict';

  constructor(
    message: string,
    readonly because: 'theirs' | 'rows' = 'theirs',
  ) {
    super(message);
  }
}

/** A statement of an object that PostgreSQL did not take. Faults of our own questions to its catalog are none of these. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly state: string;

  constructor(cause: Error) {
    super(cause.message, { cause });
    this.state = sqlState(cause);
  }

  /** Runs a statement. @throws Refused, or the fault itself where PostgreSQL did not answer */
  static async guard<T>(statement: Promise<T>): Promise<T> {
    try {
      return await statement;
    } catch (error) {
      if (sqlState(error) === '' || !(error instanceof Error) || isConnectionLost(error) || isPassing(error))
        throw error;
      throw new Refused(error);
    }
  }
}
