import type { DatabaseModel, TableModel } from '#schema';
import type { SurveyCheck } from '#source';
import { foldOf } from '../schema/index.ts';
import type { Conversion, ConvertedTable } from '../schema/index.ts';
import { cyclesOf } from './foreign-key-cycles.ts';

/** PostgreSQL's limits: columns of a table, bytes of a name. */
const MAX_COLUMNS = 1600;
const MAX_NAME_BYTES = 63;

/** Above so many tables a task should be split, as AWS DMS says. */
const MANY_TABLES = 10_000;

const LARGE_TYPES = new Set(['text', 'ntext', 'image', 'xml']);
const ODD_TYPES = new Set(['sql_variant', 'hierarchyid', 'geometry', 'geography']);

/** Words that PostgreSQL reserves in every place, of which SQL Server takes some as names without quotes. */
const RESERVED = new Set(
  (
    'all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_catalog current_date current_role current_time ' +
    'current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral ' +
    'leading limit localtime localtimestamp not null offset on only or order placing primary references returning select session_user some symmetric system_user table then ' +
    'to trailing true union unique user using variadic when where window with'
  ).split(' '),
);

/** Checks that the model of the database and its conversion answer; no server is asked. */
export function modelChecks(database: DatabaseModel, conversion: Conversion): SurveyCheck[] {
  const { tables } = conversion;
  return [
    ...keyChecks(tables),
    ...typeChecks(tables, conversion),
    ...nameChecks(tables, conversion),
    ...tableChecks(tables, database),
    ...codeChecks(database),
    ...NOT_NEEDED,
  ];
}

interface Texts {
  readonly pass: string;
  readonly found: string;
  readonly remedy: string;
}

/** A check that passes where no object is found. */
function check(name: string, verdict: 'warning' | 'fail', objects: readonly string[], texts: Texts): SurveyCheck {
  if (objects.length === 0) return { check: name, verdict: 'pass', message: texts.pass, objects: [] };
  return { check: name, verdict, message: texts.found, remedy: texts.remedy, objects };
}

function nameOf(table: TableModel): string {
  return `${table.schema}.${table.name}`;
}

function columnsWhere(
  tables: readonly ConvertedTable[],
  test: (column: TableModel['columns'][number]) => boolean,
): string[] {
  return tables.flatMap(({ source, columns }) =>
    columns.filter((one) => test(one.source)).map((one) => `${nameOf(source)}.${one.source.name}`),
  );
}

function isLarge(column: TableModel['columns'][number]): boolean {
  return column.sourceType.length === -1 || LARGE_TYPES.has(column.sourceType.name);
}

function keyChecks(tables: readonly ConvertedTable[]): SurveyCheck[] {
  const keyless = tables.filter((table) => table.key.length === 0);
  const computed = tables.filter(({ source, key }) =>
    key.some((name) => source.columns.some((column) => column.name === name && column.computed)),
  );
  return [
    check(
      'table-with-no-primary-key-or-unique-constraint',
      'warning',
      keyless.map((table) => nameOf(table.source)),
      {
        pass: 'Every table has a key.',
        found: 'These tables have no key: they are loaded at one position, and changes are matched by whole rows.',
        remedy:
          'Add a primary key, or name a unique index in the job file (tables: key). Allow snapshot isolation for the rest.',
      },
    ),
    check(
      'table-with-lob-but-without-primary-key-or-unique-constraint',
      'warning',
      keyless.filter((table) => table.source.columns.some(isLarge)).map((table) => nameOf(table.source)),
      {
        pass: 'No table with large values lacks a key.',
        found:
          'Tables with large values and without a key: changes that leave out an unchanged large value cannot be matched.',
        remedy: 'Add a key to these tables before the migration.',
      },
    ),
    check(
      'check-pk-validity',
      'fail',
      computed.map((table) => nameOf(table.source)),
      {
        pass: 'Every key is made of stored columns.',
        found: 'The key holds a computed column, which change data capture records as NULL.',
        remedy: 'Name another unique index in the job file (tables: key).',
      },
    ),
  ];
}

function typeChecks(tables: readonly ConvertedTable[], conversion: Conversion): SurveyCheck[] {
  const unsupported = conversion.issues.filter((one) => one.code === 'SL1003').map((one) => one.object);
  return [
    check('unsupported-data-types-in-source', 'fail', unsupported, {
      pass: 'Every column has a type that moves.',
      found: 'Columns of types that do not move.',
      remedy: 'Exclude the columns, or name a type for them in the job file (tables: columns).',
    }),
    check(
      'types-carried-as-text',
      'warning',
      columnsWhere(tables, (one) => ODD_TYPES.has(one.sourceType.name)),
      {
        pass: 'No column is carried over as text in place of its own type.',
        found: 'Columns of sql_variant, hierarchyid and spatial types are carried over as text.',
        remedy: 'Choose a type in PostgreSQL (ltree, PostGIS, jsonb) and convert the text after the load.',
      },
    ),
    check(
      'deprecated-large-types',
      'warning',
      columnsWhere(tables, (one) => ['text', 'ntext', 'image'].includes(one.sourceType.name)),
      {
        pass: 'No column is text, ntext or image.',
        found: 'Unchanged values of text, ntext and image are not in the records of changes.',
        remedy:
          'Nothing: Sluice leaves them as they are in the target. Changing the type at the source makes changes cheaper.',
      },
    ),
    check(
      'hundred-nanoseconds',
      'warning',
      columnsWhere(tables, (one) => 'digits' in one.value && one.value.digits === 7),
      {
        pass: 'No column holds 100 nanoseconds.',
        found:
          'PostgreSQL keeps microseconds: the seventh digit of datetime2, time and datetimeoffset is handled by policy.',
        remedy: 'Choose values.digit7 in the job file: truncate, round, or text.',
      },
    ),
    check(
      'offsets-of-datetimeoffset',
      'warning',
      columnsWhere(tables, (one) => one.sourceType.name === 'datetimeoffset'),
      {
        pass: 'No column is datetimeoffset.',
        found: 'The instant moves, the offset it was written with does not.',
        remedy: 'Keep the offset in a column of its own where the application shows it.',
      },
    ),
    check(
      'rowversion-columns',
      'warning',
      columnsWhere(tables, (one) => ['timestamp', 'rowversion'].includes(one.sourceType.name)),
      {
        pass: 'No column is rowversion.',
        found: 'The values move; in PostgreSQL a trigger gives new ones, larger than all before.',
        remedy: 'Where the application does not read them, choose convert.rowversion: bytes.',
      },
    ),
  ];
}

function nameChecks(tables: readonly ConvertedTable[], conversion: Conversion): SurveyCheck[] {
  const names = tables.flatMap(({ source }) => [
    { name: source.name, at: nameOf(source) },
    ...source.columns.map((column) => ({ name: column.name, at: `${nameOf(source)}.${column.name}` })),
  ]);
  const where = (test: (name: string) => boolean): string[] =>
    names.filter((one) => test(one.name)).map((one) => one.at);
  const renamed = conversion.issues.filter((one) => one.code === 'SL1004').map((one) => one.object);
  return [
    check(
      'check-for-special-characters',
      'warning',
      where((name) => !/^[\p{L}_][\p{L}\p{N}_$]*$/u.test(name)),
      {
        pass: 'No name holds a special character.',
        found: 'Names with blanks or special characters are folded to plain ones.',
        remedy: 'Look at the new names (sluice convert), or choose target.naming: preserve.',
      },
    ),
    check(
      'identifiers-over-63-bytes',
      'warning',
      where((name) => Buffer.byteLength(name) > MAX_NAME_BYTES),
      {
        pass: 'Every name fits in 63 bytes.',
        found: 'PostgreSQL cuts names at 63 bytes: these are shortened with a hash.',
        remedy: 'Name your own in the job file (tables: rename).',
      },
    ),
    check(
      'reserved-words',
      'warning',
      where((name) => RESERVED.has(name.toLowerCase())),
      {
        pass: 'No name is a reserved word of PostgreSQL.',
        found: 'Queries have to quote these names in PostgreSQL.',
        remedy: 'Converted code quotes them; rename them (tables: rename) where the application builds its own SQL.',
      },
    ),
    check('names-that-meet', 'warning', renamed, {
      pass: 'No two names meet after folding.',
      found: 'These objects get a name of their own, as theirs is taken, too long or not plain.',
      remedy: 'Name your own in the job file (tables: rename).',
    }),
  ];
}

function tableChecks(tables: readonly ConvertedTable[], database: DatabaseModel): SurveyCheck[] {
  const models = tables.map((table) => table.source);
  const insensitive = tables.filter(({ source, key }) =>
    key.some((name) =>
      source.columns.some((column) => column.name === name && foldOf(column, database.collation) === 'rtrim-lower'),
    ),
  );
  return [
    check('all-check-source-selection-rules', 'fail', tables.length === 0 ? [database.name] : [], {
      pass: `The job selects ${tables.length.toLocaleString('en-US')} tables.`,
      found: 'The job selects no table.',
      remedy: 'Correct tables: in the job file.',
    }),
    check('large-number-of-tables', 'warning', tables.length > MANY_TABLES ? [database.name] : [], {
      pass: 'The number of tables is within what one job moves.',
      found: 'More than 10,000 tables: each has a topic with partitions.',
      remedy: 'Split the migration into jobs by schema.',
    }),
    check('columns-of-a-table', 'fail', models.filter((table) => table.columns.length > MAX_COLUMNS).map(nameOf), {
      pass: 'Every table fits into 1,600 columns.',
      found: 'PostgreSQL has 1,600 columns at most.',
      remedy: 'Exclude columns, or split the table at the source.',
    }),
    check('rows-larger-than-a-message', 'warning', models.filter((table) => table.columns.some(isLarge)).map(nameOf), {
      pass: 'No row can be larger than a message.',
      found:
        'A row with large values may not fit into a message of Kafka (8 MB by default): it would suspend its table.',
      remedy:
        'Where there are such rows, raise kafka.topics.maxMessageBytes and the broker’s limit, or exclude the column.',
    }),
    check(
      'keys-that-compare-without-case',
      'warning',
      insensitive.map((table) => nameOf(table.source)),
      {
        pass: 'Every key compares with case.',
        found: 'Keys compare without case in the source: the target holds them apart by an index over the folded key.',
        remedy: 'See to it that queries fold as the index does, or use a nondeterministic collation.',
      },
    ),
    check('foreign-key-cycles', 'warning', cyclesOf(models), {
      pass: 'Foreign keys make no circle.',
      found: 'Tables refer to one another in circles: no order of loading satisfies their foreign keys.',
      remedy: 'Nothing for Sluice: foreign keys are made at cutover. Scripts of your own need deferred constraints.',
    }),
    check(
      'check-for-computed-fields',
      'warning',
      columnsWhere(tables, (one) => one.computed !== undefined),
      {
        pass: 'There are no computed columns.',
        found: 'Computed columns are not captured: the target computes them itself.',
        remedy: 'Look at the generated columns (sluice convert); what has no counterpart has an issue.',
      },
    ),
    {
      check: 'check-for-identity-columns',
      verdict: 'pass',
      message: 'Identity columns and sequences are set past the source’s at cutover.',
      objects: [],
    },
  ];
}

function codeChecks(database: DatabaseModel): SurveyCheck[] {
  const triggers = database.modules.filter((module) => module.kind === 'trigger');
  const encrypted = database.modules.filter((module) => module.definition === null && module.kind !== 'other');
  const names = (modules: readonly { schema: string; name: string }[]): string[] =>
    modules.map((one) => `${one.schema}.${one.name}`);
  return [
    check('check-for-triggers', 'warning', names(triggers), {
      pass: 'There are no triggers.',
      found: 'The target’s triggers must not fire for rows that are moved.',
      remedy: 'Nothing: rows are written with session_replication_role = replica, triggers are made at cutover.',
    }),
    check('encrypted-modules', 'warning', names(encrypted), {
      pass: 'The text of every module can be read.',
      found: 'Modules WITH ENCRYPTION cannot be converted: their text is not shown.',
      remedy: 'Find their text in version control, and convert it as a script.',
    }),
  ];
}

/** Checks of others that cannot fail here, with the reason: whoever compares lists finds each name. */
const NOT_NEEDED: readonly SurveyCheck[] = (
  [
    ['full-lob-not-nullable-at-target', 'Large values travel with their row: no column has to allow NULL for it.'],
    ['batch-apply-lob-mode', 'There is one way to apply, for large values too.'],
    ['check-secondary-indexes', 'Indexes are made after the load.'],
    ['all-check-secondary-constraints', 'Foreign keys, unique keys and checks are made at cutover.'],
    [
      'target-table-has-unique-key-or-primary-key-for-cdc',
      'Sluice makes the target’s tables, with the key by which it applies changes.',
    ],
    ['check-batch-apply-target-pk-ui-absence', 'Sluice makes the target’s keys itself.'],
    ['check-batch-apply-target-pk-ui-simultaneously', 'Unique keys beside the primary key are made at cutover.'],
    [
      'tblnum-for-max-fullload-subtasks',
      'Workers take chunks of tables: their number does not hang on that of tables.',
    ],
    ['index-names-of-a-schema', 'Names of indexes that meet in a schema of PostgreSQL are made different.'],
    [
      'nul-characters-and-lone-surrogates',
      'Only rows tell: the load keeps to the policy under values: and names what it refuses.',
    ],
    [
      'keys-that-collide-in-the-target',
      'The target’s keys fold as the source’s do: what is one key there is one here.',
    ],
    [
      'field-size',
      'No value of SQL Server (2 GB at most) that fits into a message meets the limit of PostgreSQL (1 GB).',
    ],
    ['check-for-encrypted-backups', 'Changes are read from change tables, never from backups.'],
    ['check-for-backup-url', 'Changes are read from change tables, never from backups.'],
    ['check-for-backup-multiple-stripes', 'Changes are read from change tables, never from backups.'],
    ['check-for-backup-broken-chain', 'Changes are read from change tables, never from backups.'],
    ['check-for-audit-2008', 'The transaction log is not read by Sluice, audited or not.'],
    ['safeguard-permissions', 'The log is kept by the capture job, not by a transaction of ours.'],
    ['check-sec-node-sg-policy', 'Nothing is read from secondary replicas.'],
    ['check-sec-node-without-eca', 'Nothing is read from secondary replicas.'],
    ['datamasking-digits-randomize', 'Nothing is masked on the way.'],
    ['datamasking-digits-mask', 'Nothing is masked on the way.'],
    ['datamasking-hash-mask', 'Nothing is masked on the way.'],
    [
      'all-to-all-validation-with-datamasking-digits-randomize',
      'Nothing is masked on the way: values are compared as they are.',
    ],
    [
      'all-to-all-validation-with-datamasking-hash-mask',
      'Nothing is masked on the way: values are compared as they are.',
    ],
    ['all-to-all-validation-with-digit-mask', 'Nothing is masked on the way: values are compared as they are.'],
  ] as const
).map(([name, message]) => ({ check: name, verdict: 'not-needed', message, objects: [] }));
