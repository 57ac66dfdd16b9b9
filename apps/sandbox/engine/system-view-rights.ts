import type { CatalogObject } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { hasRight, hasServerRight } from './permissions.ts';
import type { Run } from './run.ts';

/** Rights that the documentation of SQL Server 2022 asks of those who select from a dynamic management view. Others show to everybody. */
const SERVER_VIEWS: Readonly<Record<string, string>> = {
  dm_exec_connections: 'VIEW SERVER SECURITY STATE',
  dm_exec_requests: '',
  dm_exec_sessions: '',
  dm_tran_active_transactions: 'VIEW SERVER PERFORMANCE STATE',
  dm_tran_session_transactions: 'VIEW SERVER PERFORMANCE STATE',
  dm_tran_database_transactions: 'VIEW SERVER PERFORMANCE STATE',
  dm_tran_locks: 'VIEW SERVER PERFORMANCE STATE',
  dm_os_sys_info: 'VIEW SERVER PERFORMANCE STATE',
  dm_server_services: 'VIEW SERVER SECURITY STATE',
};

const DATABASE_VIEWS: Readonly<Record<string, string>> = {
  dm_cdc_log_scan_sessions: 'VIEW DATABASE PERFORMANCE STATE',
  dm_cdc_errors: 'VIEW DATABASE PERFORMANCE STATE',
  dm_db_partition_stats: 'VIEW DATABASE PERFORMANCE STATE',
  dm_db_log_space_usage: 'VIEW DATABASE PERFORMANCE STATE',
};

const notAllowed = (): SqlError => new SqlError(297, 'The user does not have permission to perform this action.');

/** Throws 297, with 300 (server) or 262 (database) said before it, where the view is not for the caller. */
export async function systemViewRight(run: Run, view: CatalogObject): Promise<void> {
  const server = SERVER_VIEWS[view.name];
  if (server !== undefined && server !== '' && !(await hasServerRight(run, server))) {
    tell(run, new SqlError(300, `${server} permission was denied on object 'server', database 'master'.`, 14));
    throw notAllowed();
  }
  const database = DATABASE_VIEWS[view.name];
  if (database === undefined) return;
  if (await hasRight(run, { permission: database, class: 0, majorId: 0 })) return;
  tell(run, new SqlError(262, `${database} permission denied in database '${run.session.database}'.`, 14));
  throw notAllowed();
}

/** Inside of TRY the last error alone counts. */
function tell(run: Run, error: SqlError): void {
  if (!run.frame.guarded()) run.out.error(error);
}
