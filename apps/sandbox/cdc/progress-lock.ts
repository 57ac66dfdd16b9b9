/** Key of the database's advisory lock between what makes capture instances and what moves max_lsn. */
const KEY = 8_216_301;

/** Until the end of the transaction max_lsn does not move. */
export const HOLD_PROGRESS = `SELECT pg_advisory_xact_lock(${KEY})`;

/** Waits for those who hold max_lsn where it is. */
export const AWAIT_PROGRESS = `SELECT pg_advisory_xact_lock_shared(${KEY})`;
