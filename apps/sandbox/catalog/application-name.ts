const MAX_BYTES = 63;

/**
 * The application name that a session's PostgreSQL connection must bear, so that the sys.dm_exec_ and dm_tran_ views and the login
 * functions know it: `sbx/<spid>/<login>/<program>`, cut to what PostgreSQL keeps.
 */
export function sessionApplicationName(session: {
  readonly spid: number;
  readonly login: string;
  readonly program: string;
}): string {
  const clean = (text: string): string => text.replaceAll(/[^\u0020-\u007E]/g, '?');
  const login = clean(session.login).replaceAll('/', '?');
  return `sbx/${session.spid}/${login}/${clean(session.program)}`.slice(0, MAX_BYTES);
}
