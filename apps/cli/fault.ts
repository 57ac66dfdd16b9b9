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

const FILE_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'this user has no right to it',
  EPERM: 'this user has no right to it',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a file of that name is in the way',
  EISDIR: 'it is a folder, not a file',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

/** A file or folder that cannot be read or written, named by its path: nothing that a stack would explain. Else undefined. */
export function fileFault(error: unknown): SluiceError | undefined {
  if (typeof error !== 'object' || error === null || error instanceof SluiceError) return undefined;
  const { code, path } = error as Partial<NodeJS.ErrnoException>;
  const why = FILE_FAULTS[code ?? ''];
  if (why === undefined || path === undefined) return undefined;
  return new SluiceError('UsageInvalid', `${path} cannot be used: ${why}.`, { path }, { cause: error });
}

/** host:port/database of the target, without user and password. */
export function targetPlace(job: JobFile): string {
  const { hostname, port, pathname } = new URL(job.target.url);
  return `${hostname}:${port || '5432'}/${decodeURIComponent(pathname.slice(1))}`;
}
