import { POLICY, type ErrorKind, type PolicyAction } from './policy.ts';

/** Facts about a fault: names, counts, positions. Never row values, never secrets. */
export type ErrorFacts = Readonly<Record<string, string | number | bigint | boolean | null | undefined>>;

/** The one error class. `kind` decides the policy (see {@link POLICY}); `facts` are for logs and `--json`. */
export class SluiceError extends Error {
  override readonly name = 'SluiceError';

  constructor(
    readonly kind: ErrorKind,
    message: string,
    readonly facts: ErrorFacts = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  get action(): PolicyAction {
    return POLICY[this.kind].action;
  }

  get advice(): string {
    return POLICY[this.kind].advice;
  }
}

/** Control flow that is not a fault (stop, re-seek, re-plan). Never logged as an error. */
export class Signal extends Error {
  override readonly name = 'Signal';

  constructor(
    readonly reason: 'stop' | 'reseek' | 'replan' | 'fenced',
    message: string = reason,
  ) {
    super(message);
  }
}

/** Throws for a broken invariant of our own. */
export function bug(message: string, facts: ErrorFacts = {}): never {
  throw new SluiceError('Bug', `BUG: ${message}`, facts);
}

/** True where the policy says that the same work may be tried again unchanged. */
export function isRetryable(error: unknown): boolean {
  return error instanceof SluiceError && error.action === 'retry';
}

/** One line for a person: the message, its first cause, and the advice. */
export function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause =
    error.cause instanceof Error && !error.message.includes(error.cause.message) ? ` (${error.cause.message})` : '';
  const advice = error instanceof SluiceError ? ` ${error.advice}` : '';
  const text = advice ? `${error.message}${cause}`.replace(/\.$/, '') : `${error.message}${cause}`;
  return `${text}${advice ? ` —${advice}` : ''}`.replaceAll(/\s*\n\s*/g, ' ');
}
