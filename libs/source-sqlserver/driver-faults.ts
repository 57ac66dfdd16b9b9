import { type ErrorKind, SluiceError } from '#errors';
import type { SqlServerSettings } from './client.ts';

const BY_NUMBER: Readonly<Record<number, ErrorKind>> = {
  18456: 'SourceLoginFailed',
  4060: 'SourceLoginFailed',
  1205: 'SourceDeadlock',
  229: 'SourceRightMissing',
  230: 'SourceRightMissing',
  262: 'SourceRightMissing',
  300: 'SourceRightMissing',
  297: 'SourceRightMissing',
  371: 'SourceRightMissing',
  22904: 'SourceRightMissing',
  208: 'CaptureInstanceMissing',
  313: 'CdcHistoryPurged',
};

const BY_CODE: Readonly<Record<string, ErrorKind>> = {
  ELOGIN: 'SourceLoginFailed',
  ESOCKET: 'SourceConnectionLost',
  ECONNCLOSED: 'SourceConnectionLost',
  ETIMEOUT: 'SourceConnectionLost',
  ECLOSE: 'SourceConnectionLost',
  // The system's own, of a connection that stood. ETIMEDOUT is what TCP's keep-alive says.
  ECONNRESET: 'SourceConnectionLost',
  ECONNABORTED: 'SourceConnectionLost',
  ETIMEDOUT: 'SourceConnectionLost',
  EPIPE: 'SourceConnectionLost',
  EHOSTUNREACH: 'SourceConnectionLost',
  ENETUNREACH: 'SourceConnectionLost',
  ENETDOWN: 'SourceConnectionLost',
  EINSTLOOKUP: 'SourceUnreachable',
};

interface DriverError {
  readonly name?: string;
  readonly message?: string;
  readonly number?: number;
  readonly code?: string;
  readonly originalError?: DriverError & { readonly info?: DriverError };
}

/** The driver packs what the system says of a connection into errors of its own, sometimes as text alone; a pool whose connections are all dead has no code at all. */
function codeOf({ name, message, code, originalError }: DriverError): string | undefined {
  if (code !== undefined && code in BY_CODE) return code;
  if (name === 'TimeoutError' || message === 'aborted') return 'ETIMEOUT';
  // A connection that ended between being lent and being used.
  if (/\bnot the Final state$/.test(message ?? '')) return 'ECLOSE';
  const bySystem = /\b(?:read|write) (E[A-Z]+)\b/.exec(message ?? '')?.[1];
  return [originalError?.info?.code, originalError?.code, bySystem].find((inner) => inner && inner in BY_CODE) ?? code;
}

/** One place that knows the driver's errors. The server's number wins over the driver's code. */
export function toSluiceError(error: unknown, settings: SqlServerSettings): SluiceError {
  if (error instanceof SluiceError) return error;
  const { number, message } = error as DriverError;
  const code = codeOf(error as DriverError);
  const where = `${settings.host}:${settings.port}/${settings.database}`;
  const facts = { server: where, number: number ?? null, code: code ?? null };
  if (code === 'ESOCKET' && /Failed to connect|Could not connect/i.test(message ?? '')) {
    return new SluiceError('SourceUnreachable', `SQL Server at ${where} cannot be reached: ${message}`, facts, {
      cause: error,
    });
  }
  const kind =
    (number !== undefined ? BY_NUMBER[number] : undefined) ??
    (code !== undefined ? BY_CODE[code] : undefined) ??
    'SourceQueryFailed';
  const prefix =
    kind === 'SourceLoginFailed' ? `Login of ${settings.user} to ${where} failed` : `SQL Server at ${where}`;
  return new SluiceError(kind, `${prefix}: ${message ?? String(error)}`, facts, { cause: error });
}
