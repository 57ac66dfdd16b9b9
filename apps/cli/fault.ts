import { SluiceError } from '#errors';
import type { JobFile } from '#jobs';

/** How the target's faults begin where the control schema or a pool met them. */
const TARGET_PREFIX = /^(the control schema|the target): /;
/** Nobody listens, or nobody is known by that name. */
const NOT_THERE = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|timeout/i;

/** A fault as a person should see it: the server by its address instead of by its part in the work. */
export function explain(error: unknown, job: JobFile): unknown {
  if (!(error instanceof SluiceError) || !TARGET_PREFIX.test(error.message)) return error;
  const text = error.message.replace(TARGET_PREFIX, '');
  const place = `PostgreSQL at ${targetPlace(job)}`;
  if (error.kind === 'TargetConnectionLost' && NOT_THERE.test(text))
    return new SluiceError('TargetUnreachable', `${place} cannot be reached: ${text}`, error.facts, {
      cause: error.cause,
    });
  return new SluiceError(error.kind, `${place}: ${text}`, error.facts, { cause: error.cause });
}

/** host:port/database of the target, without user and password. */
export function targetPlace(job: JobFile): string {
  const { hostname, port, pathname } = new URL(job.target.url);
  return `${hostname}:${port || '5432'}/${decodeURIComponent(pathname.slice(1))}`;
}
