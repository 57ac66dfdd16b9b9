/** JSON Schema of the job file (draft 2020-12 subset that ajv checks and editors complete). The one source for names, defaults and help. */
const text = (description: string, extra: object = {}): object => ({ type: 'string', description, ...extra });
const int = (description: string, fallback: number, minimum = 0): object => ({
  type: 'integer',
  description,
  default: fallback,
  minimum,
});
const flag = (description: string, fallback: boolean): object => ({ type: 'boolean', description, default: fallback });
const object = (description: string, properties: Record<string, object>, required: string[] = []): object => ({
  type: 'object',
  description,
  properties,
  required,
  additionalProperties: false,
});
const bytes = (description: string, fallback: string): object => ({
  description,
  default: fallback,
  anyOf: [
    { type: 'integer', minimum: 1 },
    { type: 'string', pattern: '^[0-9]+ ?([kKmMgG]i?)?[bB]?$' },
  ],
});

const tableRule = object('Which tables move, and how', {
  include: text('Pattern schema.table with * for any text'),
  exclude: text('Pattern schema.table with * for any text'),
  name: text('One table, schema.table, for overrides'),
  rename: text('Its name in the target, schema.table'),
  where: text('T-SQL predicate: only these rows move'),
  key: { type: 'array', items: { type: 'string' }, description: 'Columns of a unique index to use as the key' },
  partitions: { type: 'integer', minimum: 1, description: 'Partitions of its topic, fixed when made' },
  columns: {
    type: 'object',
    description: 'Overrides per column',
    additionalProperties: object('One column', {
      exclude: { type: 'boolean', description: 'Leave the column out' },
      mask: { enum: ['hash', 'null'], description: 'Mask its values' },
      type: text('PostgreSQL type in the target'),
    }),
  },
});

export const JOB_SCHEMA = {
  $id: 'https://sluice.dev/job.schema.json',
  title: 'Sluice job file',
  type: 'object',
  additionalProperties: false,
  required: ['job', 'source', 'target'],
  properties: {
    job: text('Names topics, slot and control rows', { pattern: '^[a-z][a-z0-9_-]{0,62}$' }),
    source: object(
      'The database that moves',
      {
        kind: { enum: ['sqlserver', 'postgresql'], description: 'Which kind of server' },
        host: text('Host name or address', { default: '127.0.0.1' }),
        port: { type: 'integer', minimum: 1, maximum: 65535, default: 1433, description: 'TCP port' },
        database: text('Database name'),
        user: text('Login'),
        password: text('Reference to the password: ${env:NAME} or ${file:/path}'),
        encrypt: flag('TLS', true),
        trustServerCertificate: flag('Accept a certificate that no authority signed', false),
        silenceMs: int(
          'A silent connection is given up after this, unless the server still works for it',
          120000,
          1000,
        ),
      },
      ['kind', 'database', 'user', 'password'],
    ),
    target: object(
      'The PostgreSQL database it moves into',
      {
        url: text('postgresql://user@host:port/database, without the password'),
        password: text('Reference to the password', { default: '' }),
        schemas: {
          type: 'object',
          additionalProperties: { type: 'string' },
          description: 'Source schema to target schema',
          default: { dbo: 'public' },
        },
        naming: {
          enum: ['snake_case', 'lower', 'preserve'],
          default: 'snake_case',
          description: 'How names are folded',
        },
        version: {
          type: 'integer',
          minimum: 15,
          maximum: 18,
          default: 18,
          description: 'Major version of PostgreSQL to convert for; a running job asks the target itself',
        },
      },
      ['url'],
    ),
    kafka: object('Brokers and registry; absent = the embedded stack', {
      brokers: { type: 'array', items: { type: 'string' }, minItems: 1, description: 'host:port' },
      registry: object('Schema registry (Confluent API)', {
        url: text('Base URL'),
        user: text('User', { default: '' }),
        password: text('Reference to the password', { default: '' }),
      }),
      tls: object('TLS to the brokers; absent = plain', {
        ca: text('CA file', { default: '' }),
        cert: text('Client certificate file', { default: '' }),
        key: text('Client key file', { default: '' }),
      }),
      sasl: object('SASL login', {
        mechanism: { enum: ['plain', 'scram-sha-256', 'scram-sha-512'] },
        user: text('User'),
        password: text('Reference to the password'),
      }),
      topics: object('How topics are made', {
        replicationFactor: int('Replicas', 1, 1),
        minInsyncReplicas: int('min.insync.replicas', 1, 1),
        partitions: int('Partitions of a table’s topic', 4, 1),
        maxMessageBytes: int('max.message.bytes of a topic', 8388608, 100000),
        compactionLagMs: int('min.compaction.lag.ms', 86400000),
      }),
    }),
    tables: { type: 'array', items: tableRule, default: [], description: 'Rules in order; none = every table' },
    mode: { enum: ['load-and-changes', 'load', 'changes'], default: 'load-and-changes', description: 'What moves' },
    start: object('changes only: from this position', { position: text('LSN', { default: '' }) }),
    stop: object('Stop at', { position: text('LSN', { default: '' }), time: text('ISO time', { default: '' }) }),
    load: object('The full load', {
      workers: int('Snapshot worker slots', 4, 1),
      chunkRows: int('Rows of a chunk', 50000, 1),
      chunkBytes: bytes('Bytes of a block in flight', '16MB'),
      order: { enum: ['largest-first', 'smallest-first', 'name'], default: 'largest-first' },
      prepare: {
        enum: ['drop', 'truncate', 'nothing'],
        default: 'nothing',
        description: 'What happens to target tables that exist',
      },
      maxRowsPerSecond: int('0 = no limit', 0),
    }),
    changes: object('Following the changes', {
      pollMs: int('Pause between polls when there is nothing to do', 500, 1),
      windowRows: int('Most changes of a window', 100000, 1),
      windowBytes: bytes('Most bytes of a window', '16MB'),
      heartbeatMs: int('An empty window at least this often', 10000, 100),
      enableCdc: { enum: ['ask', 'yes', 'no'], default: 'ask', description: 'May Sluice enable CDC in the source' },
    }),
    apply: object('Writing to the target', {
      mode: { enum: ['table', 'transactional'], default: 'table' },
      workers: int('Tables applied at once, one connection each', 4, 1),
      batchRows: int('Most rows of a batch', 20000, 1),
      batchBytes: bytes('Most bytes of a batch', '16MB'),
      onRowError: { enum: ['suspend-table', 'park'], default: 'suspend-table' },
    }),
    values: object('Values that the target cannot hold', {
      nul: { enum: ['reject', 'strip', 'replace'], default: 'reject' },
      digit7: { enum: ['truncate', 'round', 'text'], default: 'truncate' },
    }),
    convert: object('What objects become where PostgreSQL has more than one thing for them', {
      aliasTypes: {
        enum: ['domain', 'base'],
        default: 'domain',
        description: 'CREATE TYPE … FROM: a domain, or its base type in every column',
      },
      indexedViews: {
        enum: ['materialized', 'view'],
        default: 'materialized',
        description: 'A materialized view to be refreshed, or a plain one that is always current',
      },
      rowversion: {
        enum: ['trigger', 'bytes'],
        default: 'trigger',
        description: 'A trigger gives new values at each change, or the column keeps what was moved',
      },
      principals: {
        enum: ['roles', 'none'],
        default: 'none',
        description: 'Users and roles become roles without login, with their grants; or nothing of them',
      },
      typeChecks: flag(
        'Checks for what the types refuse in the source: tinyint beyond 0 to 255, bytes beyond their length',
        false,
      ),
      caseInsensitive: {
        enum: ['lower', 'icu', 'sensitive'],
        default: 'lower',
        description:
          'Text that the source compares without case: compared by lower(), by a collation of the columns, or as it is written',
      },
    }),
    model: object(
      'A language model that `sluice explain` may ask; nothing else uses it, and nothing is sent without --send',
      {
        url: text('Base URL of an OpenAI-compatible endpoint, e.g. http://127.0.0.1:8000/v1'),
        name: text('Name of the model'),
        key: text('Reference to the key', { default: '' }),
        timeoutMs: int('Longest wait for an answer', 120000, 1000),
      },
      ['url', 'name'],
    ),
    validate: object('Validation', { continuous: flag('Go on validating while changes flow', false) }),
    cutover: object('Cutover', { reverse: flag('Keep a stream back to the source', false) }),
  },
} as const;
