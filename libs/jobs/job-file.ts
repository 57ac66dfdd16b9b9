import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { parseDocument } from 'yaml';
import { lazySecret, resolveSecret, type Secret, settingsWithPrefix } from '#config';
import { SluiceError } from '#errors';
import type { ValuePolicy } from '#values';
import { JOB_SCHEMA } from './job-schema.ts';
import { nearest } from './nearest.ts';
import { notBuilt } from './not-built.ts';
import { parseBytes } from './bytes.ts';

/** One rule of `tables:`. */
export interface TableRule {
  readonly include?: string;
  readonly exclude?: string;
  readonly name?: string;
  readonly rename?: string;
  readonly where?: string;
  readonly key?: readonly string[];
  readonly partitions?: number;
  readonly columns?: Readonly<
    Record<string, { readonly exclude?: boolean; readonly mask?: 'hash' | 'null'; readonly type?: string }>
  >;
}

export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly registry: { readonly url: string; readonly user: string; readonly password: Secret };
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly user: string;
    readonly password: Secret;
  };
}

export interface TopicSettings {
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
  readonly partitions: number;
  readonly maxMessageBytes: number;
  readonly compactionLagMs: number;
}

/** How objects are converted where PostgreSQL has more than one thing for them (docs/conversion.md). */
export interface ConvertSettings {
  readonly aliasTypes: 'domain' | 'base';
  readonly indexedViews: 'materialized' | 'view';
  readonly rowversion: 'trigger' | 'bytes';
  readonly principals: 'roles' | 'none';
  /** Checks for what the source's types refuse: a tinyint beyond 0 to 255, bytes beyond their length. */
  readonly typeChecks: boolean;
  readonly caseInsensitive: 'lower' | 'icu' | 'sensitive';
}

/** What holds where a job file says nothing. */
export const DEFAULT_CONVERT: ConvertSettings = {
  aliasTypes: 'domain',
  indexedViews: 'materialized',
  rowversion: 'trigger',
  principals: 'none',
  typeChecks: false,
  caseInsensitive: 'lower',
};

/** An OpenAI-compatible endpoint. */
export interface ModelSettings {
  readonly url: string;
  readonly name: string;
  readonly key: Secret;
  readonly timeoutMs: number;
}

/** The job file, checked, defaults filled in, sizes in bytes, secrets resolved. */
export interface JobFile {
  readonly job: string;
  readonly source: {
    readonly kind: 'sqlserver' | 'postgresql';
    readonly host: string;
    readonly port: number;
    readonly database: string;
    readonly user: string;
    readonly password: Secret;
    readonly encrypt: boolean;
    readonly trustServerCertificate: boolean;
    readonly silenceMs: number;
  };
  readonly target: {
    readonly url: string;
    readonly password: Secret;
    readonly schemas: Readonly<Record<string, string>>;
    readonly naming: 'snake_case' | 'lower' | 'preserve';
    /** Major version of PostgreSQL to convert for, where the target cannot be asked. */
    readonly version: number;
  };
  /** undefined = the embedded stack. */
  readonly kafka: KafkaSettings | undefined;
  readonly topics: TopicSettings;
  readonly tables: readonly TableRule[];
  readonly mode: 'load-and-changes' | 'load' | 'changes';
  readonly start: { readonly position: string };
  readonly stop: { readonly position: string; readonly time: string };
  readonly load: {
    readonly workers: number;
    readonly chunkRows: number;
    readonly chunkBytes: number;
    readonly order: 'largest-first' | 'smallest-first' | 'name';
    readonly prepare: 'drop' | 'truncate' | 'nothing';
    readonly maxRowsPerSecond: number;
  };
  readonly changes: {
    readonly pollMs: number;
    readonly windowRows: number;
    readonly windowBytes: number;
    readonly heartbeatMs: number;
    readonly enableCdc: 'ask' | 'yes' | 'no';
  };
  readonly apply: {
    readonly mode: 'table' | 'transactional';
    readonly workers: number;
    readonly batchRows: number;
    readonly batchBytes: number;
    readonly onRowError: 'suspend-table' | 'park';
  };
  readonly values: ValuePolicy;
  readonly convert: ConvertSettings;
  /** undefined = none may be asked. */
  readonly model: ModelSettings | undefined;
  readonly validate: { readonly continuous: boolean };
  readonly cutover: { readonly reverse: boolean };
}

/**
 * Reads a job file. Every scalar can be overridden by `SLUICE_<SECTION>_<KEY>` (SLUICE_SOURCE_PORT, SLUICE_LOAD_WORKERS …) and by `overrides`
 * (`load.workers` → value). All faults are reported at once. `lazySecrets`: a secret that cannot be resolved is a fault where it is needed, for commands that may do without it.
 * @throws SluiceError JobFileInvalid
 */
export function readJobFile(
  path: string,
  overrides: Readonly<Record<string, string>> = {},
  options: { readonly lazySecrets?: boolean } = {},
): JobFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new SluiceError('JobFileInvalid', `The job file ${path} cannot be read.`, { path }, { cause: error });
  }
  return parseJobFile(text, { where: path, overrides, ...(options.lazySecrets ? { lazySecrets: true } : {}) });
}

/** As {@link readJobFile}, from text. */
export function parseJobFile(
  text: string,
  options: { where?: string; overrides?: Readonly<Record<string, string>>; lazySecrets?: boolean } = {},
): JobFile {
  const where = options.where ?? 'job file';
  const document = parseDocument(text);
  if (document.errors[0])
    throw new SluiceError('JobFileInvalid', `${where} is not YAML: ${document.errors[0].message.split('\n')[0]}`);
  const raw: unknown = document.toJS();
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw))
    throw new SluiceError('JobFileInvalid', `${where} is empty or not a mapping.`);
  const value = structuredClone(raw) as Record<string, unknown>;
  override(value, environmentOverrides());
  override(value, new Map(Object.entries(options.overrides ?? {})));
  const check = new Ajv({ useDefaults: true, allErrors: true, strict: false }).compile(JOB_SCHEMA);
  fillSections(value);
  if (!check(value)) {
    const faults = [...new Set((check.errors ?? []).filter((error) => error.keyword !== 'anyOf').map(describe))];
    throw new SluiceError('JobFileInvalid', `${where}: ${faults.join('; ')}.`, { faults: faults.length });
  }
  const lacking = notBuilt(value);
  if (lacking.length > 0)
    throw new SluiceError('JobFileInvalid', `${where}: ${lacking.join('; ')}.`, { faults: lacking.length });
  return build(value, options.lazySecrets === true ? lazySecret : resolveSecret);
}

/** Sections must exist for their defaults to be filled in. */
function fillSections(value: Record<string, unknown>): void {
  for (const [name, schema] of Object.entries(JOB_SCHEMA.properties) as [string, { type?: string }][]) {
    if (schema.type === 'object' && name !== 'kafka' && name !== 'source' && name !== 'target' && name !== 'model')
      value[name] ??= {};
  }
  const kafka = value['kafka'];
  if (kafka !== null && typeof kafka === 'object') (kafka as Record<string, unknown>)['topics'] ??= {};
}

type Section = Readonly<Record<string, unknown>>;

function build(value: Record<string, unknown>, secretOf: typeof resolveSecret): JobFile {
  const section = (name: string): Section => (value[name] ?? {}) as Section;
  const { source, target, load, changes, apply } = {
    source: section('source'),
    target: section('target'),
    load: section('load'),
    changes: section('changes'),
    apply: section('apply'),
  };
  const [kafka, model] = [section('kafka'), section('model')];
  const topics = (kafka['topics'] ?? {}) as Partial<TopicSettings>;
  const file = {
    ...value,
    source: { ...source, password: secretOf(String(source['password'] ?? ''), 'source.password') },
    target: { ...target, password: secretOf(String(target['password'] ?? ''), 'target.password') },
    kafka: kafka['brokers'] ? buildKafka(kafka, secretOf) : undefined,
    ...(value['model'] ? { model: { ...model, key: secretOf(String(model['key'] ?? ''), 'model.key') } } : {}),
    topics: {
      replicationFactor: 1,
      minInsyncReplicas: 1,
      partitions: 4,
      maxMessageBytes: 8388608,
      compactionLagMs: 86400000,
      ...topics,
    },
    load: { ...load, chunkBytes: parseBytes(load['chunkBytes']) },
    changes: { ...changes, windowBytes: parseBytes(changes['windowBytes']) },
    apply: { ...apply, batchBytes: parseBytes(apply['batchBytes']) },
  };
  return file as unknown as JobFile;
}

function buildKafka(kafka: Section, secretOf: typeof resolveSecret): KafkaSettings {
  const registry = (kafka['registry'] ?? {}) as Record<string, unknown>;
  if (typeof registry['url'] !== 'string')
    throw new SluiceError('JobFileInvalid', 'kafka.registry.url is missing: brokers and registry go together.');
  const sasl = kafka['sasl'] as Record<string, unknown> | undefined;
  const tls = kafka['tls'] as Record<string, unknown> | undefined;
  return {
    brokers: kafka['brokers'] as unknown as string[],
    registry: {
      url: registry['url'],
      user: String(registry['user'] ?? ''),
      password: secretOf(String(registry['password'] ?? ''), 'kafka.registry.password'),
    },
    ...(tls ? { tls: tls as unknown as KafkaSettings['tls'] & object } : {}),
    ...(sasl
      ? {
          sasl: {
            ...(sasl as unknown as KafkaSettings['sasl'] & object),
            password: secretOf(String(sasl['password'] ?? ''), 'kafka.sasl.password'),
          },
        }
      : {}),
  };
}

function environmentOverrides(): Map<string, string> {
  const found = new Map<string, string>();
  const set = settingsWithPrefix('SLUICE_');
  for (const [section, schema] of Object.entries(JOB_SCHEMA.properties) as [
    string,
    { properties?: Record<string, unknown> },
  ][]) {
    for (const key of Object.keys(schema.properties ?? {})) {
      const name = `SLUICE_${section}_${key.replaceAll(/([A-Z])/g, '_$1')}`.toUpperCase();
      if (set[name] !== undefined) found.set(`${section}.${key}`, set[name]);
    }
  }
  return found;
}

function override(value: Record<string, unknown>, entries: ReadonlyMap<string, string>): void {
  for (const [path, text] of entries) {
    const keys = path.split('.');
    let place = value;
    for (const key of keys.slice(0, -1)) place = (place[key] ??= {}) as Record<string, unknown>;
    place[keys.at(-1) ?? ''] = isList(keys)
      ? text.split(',').map((entry) => entry.trim())
      : /^-?\d+$/.test(text)
        ? Number(text)
        : text === 'true'
          ? true
          : text === 'false'
            ? false
            : text;
  }
}

/** Lists are written with commas in the environment and on the command line. */
function isList(keys: readonly string[]): boolean {
  let schema = JOB_SCHEMA as unknown as { type?: string; properties?: Record<string, unknown> };
  for (const key of keys) schema = (schema.properties?.[key] ?? {}) as typeof schema;
  return schema.type === 'array';
}

function describe(error: ErrorObject): string {
  const path = error.instancePath.slice(1).replaceAll('/', '.') || 'the job file';
  if (error.keyword === 'additionalProperties') {
    const unknown = String(error.params['additionalProperty']);
    const known = knownKeys(error.instancePath);
    const near = nearest(unknown, known);
    return `unknown key "${unknown}" in ${path}${near ? `, did you mean "${near}"?` : ` (known: ${known.join(', ')})`}`;
  }
  if (error.keyword === 'enum')
    return `${path} must be one of ${(error.params['allowedValues'] as string[]).join(', ')}`;
  if (error.keyword === 'required')
    return `${path === 'the job file' ? '' : `${path}.`}${String(error.params['missingProperty'])} is missing`;
  return `${path} ${error.message ?? 'is wrong'}`;
}

function knownKeys(instancePath: string): string[] {
  let schema = JOB_SCHEMA as unknown as {
    properties?: Record<string, unknown>;
    items?: unknown;
    additionalProperties?: unknown;
  };
  for (const part of instancePath.split('/').filter((text) => text !== '')) {
    schema = (schema.properties?.[part] ?? schema.items ?? schema.additionalProperties ?? {}) as typeof schema;
  }
  return Object.keys(schema.properties ?? {});
}
