import { setTimeout as pause } from 'node:timers/promises';
import { SluiceError } from '#errors';
import type { AvroSchema } from './contract.ts';
import { SharedWork } from './shared-work.ts';

export interface RegistrySettings {
  /** Base URL of the Confluent-compatible API, e.g. `http://127.0.0.1:8081` or `…/apis/ccompat/v7`. */
  readonly url: string;
  /** Basic authentication; never in errors or logs. */
  readonly user?: string;
  readonly password?: string;
  /** How long an unreachable registry is waited for; default 30,000 ms. */
  readonly retryTimeoutMs?: number;
  /** Time for one answer; default 10,000 ms. */
  readonly requestTimeoutMs?: number;
  /** How long an id that the registry does not know is asked for again, ms; default 15 s. */
  readonly missingTimeoutMs?: number;
}

/** A schema as the registry keeps it. */
export interface RegisteredSchema {
  readonly id: number;
  readonly schema: AvroSchema;
}

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';
const SUBJECT_NOT_FOUND = 40401;
const VERSION_NOT_FOUND = 40402;
/** Tries of one registration that others get in the way of, and the pause between them, ms (times the number of the try). */
const MOST_CONFLICTS = 6;
const CONFLICT_MS = 50;
const MISSING_MS = 15_000;
const MISSING_PAUSE_MS = 200;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * A thin client of a Confluent-compatible schema registry (docs/decisions/0002-own-registry-client.md). Ids are kept for good: what is
 * known goes on working while the registry is down, what is not known waits for it.
 */
export class SchemaRegistry {
  readonly #settings: RegistrySettings;
  readonly #idsBySubject = new SharedWork<string, number>();
  readonly #schemasById = new SharedWork<number, AvroSchema>();

  constructor(settings: RegistrySettings) {
    this.#settings = settings;
  }

  /**
   * Id of a schema under a subject; registers it where it is new, after asking whether it is compatible. Idempotent.
   * @throws SluiceError RegistryRefused with the registry's words; RegistryUnreachable
   */
  register(subject: string, schema: AvroSchema, signal?: AbortSignal): Promise<number> {
    const text = JSON.stringify(schema);
    return this.#idsBySubject.get(`${subject}\n${text}`, (shared) => this.#register(subject, text, shared), signal);
  }

  /**
   * The schema of an id. A registry that has just been started again answers before it has read all that it knows, so a missing one is asked for again for a while, and
   * is no reason to give a table up after that.
   * @throws SluiceError SchemaMissing for an id that the registry does not know by then; RegistryUnreachable
   */
  getById(id: number, signal?: AbortSignal): Promise<AvroSchema> {
    return this.#schemasById.get(id, (shared) => this.#fetch(id, shared), signal);
  }

  async #fetch(id: number, signal: AbortSignal): Promise<AvroSchema> {
    const until = Date.now() + (this.#settings.missingTimeoutMs ?? MISSING_MS);
    for (;;) {
      const answer = await this.#ask('GET', `schemas/ids/${id}`, undefined, signal);
      if (answer.status === 200) return JSON.parse(String(answer.body['schema'])) as AvroSchema;
      if (answer.status !== 404) throw refused(`schema ${id}`, answer);
      if (Date.now() >= until)
        throw new SluiceError('SchemaMissing', `the schema registry does not know schema ${id}, which records name`, {
          id,
        });
      await pause(MISSING_PAUSE_MS, undefined, { signal });
    }
  }

  /** The newest schema of a subject, null where it has none. */
  async latest(subject: string, signal?: AbortSignal): Promise<RegisteredSchema | null> {
    const answer = await this.#ask('GET', `subjects/${encodeURIComponent(subject)}/versions/latest`, undefined, signal);
    if (isMissing(answer)) return null;
    if (answer.status !== 200) throw refused(subject, answer);
    return { id: Number(answer.body['id']), schema: JSON.parse(String(answer.body['schema'])) as AvroSchema };
  }

  /** Deletes a subject, for good; one that is not there counts as deleted. */
  async deleteSubject(subject: string, signal?: AbortSignal): Promise<void> {
    for (const query of ['', '?permanent=true']) {
      const answer = await this.#ask('DELETE', `subjects/${encodeURIComponent(subject)}${query}`, undefined, signal);
      if (answer.status !== 200 && answer.status !== 404) throw refused(subject, answer);
    }
    this.#idsBySubject.forget((key) => key.startsWith(`${subject}\n`));
  }

  /** Reaches the registry. @throws SluiceError RegistryUnreachable */
  async check(signal?: AbortSignal): Promise<void> {
    const answer = await this.#ask('GET', 'subjects', undefined, signal);
    if (answer.status !== 200) throw refused('the list of subjects', answer);
  }

  /** Two processes that make a subject's first version at once: one is told that it exists by now, looks again, and finds the other's. */
  async #register(subject: string, schema: string, signal: AbortSignal | undefined): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#tryRegister(subject, schema, signal);
      if (answer.status === 200) return Number(answer.body['id']);
      const isConflict = answer.status === 409 || /already exists/.test(textOf(answer));
      if (!isConflict || attempt === MOST_CONFLICTS) throw refused(subject, answer);
      await pause(attempt * CONFLICT_MS, undefined, signal === undefined ? {} : { signal });
    }
  }

  async #tryRegister(subject: string, schema: string, signal: AbortSignal | undefined): Promise<Answer> {
    const body = JSON.stringify({ schemaType: 'AVRO', schema });
    const path = encodeURIComponent(subject);
    const check = await this.#ask('POST', `compatibility/subjects/${path}/versions/latest?verbose=true`, body, signal);
    if (check.status === 200 && check.body['is_compatible'] === false) {
      const messages = Array.isArray(check.body['messages']) ? `: ${check.body['messages'].join('; ')}` : '';
      throw new SluiceError(
        'RegistryRefused',
        `the schema of ${subject} is not compatible with its latest one${messages}`,
        {
          subject,
        },
      );
    }
    if (check.status !== 200 && !isMissing(check)) throw refused(subject, check);
    return this.#ask('POST', `subjects/${path}/versions?normalize=true`, body, signal);
  }

  /** Repeats while the registry is unreachable or has a fault of its own (5xx, too many requests). */
  async #ask(method: string, path: string, body: string | undefined, signal: AbortSignal | undefined): Promise<Answer> {
    const until = Date.now() + (this.#settings.retryTimeoutMs ?? 30_000);
    for (let waitMs = 20; ; waitMs = Math.min(waitMs * 2, 1_000)) {
      let cause: unknown;
      try {
        const answer = await this.#once(method, path, body, signal);
        if (answer.status < 500 && answer.status !== 429) return answer;
        cause = new Error(`HTTP ${answer.status} ${textOf(answer)}`);
      } catch (error) {
        signal?.throwIfAborted();
        cause = error;
      }
      if (Date.now() >= until) throw this.#unreachable(cause);
      await pause(waitMs, undefined, signal === undefined ? {} : { signal });
    }
  }

  async #once(
    method: string,
    path: string,
    body: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const timeout = AbortSignal.timeout(this.#settings.requestTimeoutMs ?? 10_000);
    const response = await fetch(`${this.#settings.url.replace(/\/+$/, '')}/${path}`, {
      method,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      headers: { accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE, ...this.#authorization() },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return { status: response.status, body: parse(text) };
  }

  #authorization(): Record<string, string> {
    const { user, password = '' } = this.#settings;
    if (user === undefined) return {};
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  }

  #unreachable(cause: unknown): SluiceError {
    const url = withoutSecrets(this.#settings.url);
    return new SluiceError('RegistryUnreachable', `the schema registry at ${url} does not answer`, { url }, { cause });
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : { value };
  } catch {
    // A proxy's page instead of the registry's JSON: kept for the message.
    return { message: text.slice(0, 200) };
  }
}

function isMissing({ status, body }: Answer): boolean {
  const code = body['error_code'];
  return (
    status === 404 && (code === undefined || code === 404 || code === SUBJECT_NOT_FOUND || code === VERSION_NOT_FOUND)
  );
}

function textOf({ body }: Answer): string {
  return typeof body['message'] === 'string' ? body['message'] : '';
}

function refused(what: string, answer: Answer): SluiceError {
  const { status } = answer;
  const text = `the schema registry refused ${what}: ${textOf(answer) || `HTTP ${status}`}`;
  return new SluiceError('RegistryRefused', text, { status, code: Number(answer.body['error_code'] ?? 0) });
}

function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  return parsed.href;
}
