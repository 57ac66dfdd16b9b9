import type { SqlServerClient } from './client.ts';

const WRITERS = `
SELECT DISTINCT CONVERT(varchar(20), a.transaction_id)
FROM sys.dm_tran_active_transactions AS a
JOIN sys.dm_tran_session_transactions AS s ON s.transaction_id = a.transaction_id
JOIN sys.dm_tran_database_transactions AS d ON d.transaction_id = a.transaction_id AND d.database_id = DB_ID()
WHERE a.transaction_type <> 2 AND s.session_id <> @@SPID AND s.is_user_transaction = 1`;

/** Ids of user transactions that are open now and may have written to this database; our own session excluded. Needs VIEW SERVER STATE. */
export async function listWriters(client: SqlServerClient): Promise<string[]> {
  const rows = await client.query(WRITERS);
  return rows.map((row) => String(row[0]));
}
