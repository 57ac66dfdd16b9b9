import { readFileSync } from 'node:fs';
import { SluiceError } from '#errors';
import { setting } from './setting.ts';

/** A value that never shows itself in logs, JSON or errors. */
export class Secret {
  readonly #value: string | (() => string);

  /** A function is asked when the value is first needed. */
  constructor(value: string | (() => string)) {
    this.#value = value;
  }

  /** @throws SluiceError JobFileInvalid where it is only resolved now and cannot be */
  reveal(): string {
    return typeof this.#value === 'string' ? this.#value : this.#value();
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return 'Secret(***)';
  }
}

const REFERENCE = /^\$\{(env|file):([^}]+)\}$/;

/**
 * Resolves `${env:NAME}` and `${file:/path}`. An empty text is an empty secret.
 * @throws SluiceError JobFileInvalid for a literal value, an unset variable or an unreadable file
 */
export function resolveSecret(reference: string, where: string): Secret {
  if (reference === '') return new Secret('');
  const match = REFERENCE.exec(reference);
  if (!match) {
    throw new SluiceError(
      'JobFileInvalid',
      `${where} must be a reference such as \${env:NAME} or \${file:/path}, not the secret itself.`,
    );
  }
  const [, kind, name = ''] = match;
  if (kind === 'env') {
    const value = setting(name);
    if (value === undefined)
      throw new SluiceError('JobFileInvalid', `${where} names the environment variable ${name}, which is not set.`);
    return new Secret(value);
  }
  try {
    return new Secret(readFileSync(name, 'utf8').replace(/\r?\n$/, ''));
  } catch (error) {
    throw new SluiceError(
      'JobFileInvalid',
      `${where} names the file ${name}, which cannot be read.`,
      {},
      { cause: error },
    );
  }
}

/** As {@link resolveSecret}, but when it is needed: for commands that may do without it. What is no reference is refused at once. */
export function lazySecret(reference: string, where: string): Secret {
  if (!REFERENCE.test(reference)) return resolveSecret(reference, where);
  return new Secret(() => resolveSecret(reference, where).reveal());
}
