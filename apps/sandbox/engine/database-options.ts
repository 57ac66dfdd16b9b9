import type { DatabaseRow } from '../catalog/index.ts';
import { SqlError } from '../session.ts';

/** Options ON or OFF of which no answer of a server hangs but sys.databases: storage, plans, services, and defaults which every driver sets for itself. */
const SWITCHES: Readonly<Record<string, string>> = {
  AUTO_CLOSE: 'is_auto_close_on',
  AUTO_SHRINK: 'is_auto_shrink_on',
  AUTO_CREATE_STATISTICS: 'is_auto_create_stats_on',
  AUTO_UPDATE_STATISTICS: 'is_auto_update_stats_on',
  AUTO_UPDATE_STATISTICS_ASYNC: 'is_auto_update_stats_async_on',
  ANSI_NULL_DEFAULT: 'is_ansi_null_default_on',
  ANSI_NULLS: 'is_ansi_nulls_on',
  ANSI_PADDING: 'is_ansi_padding_on',
  ANSI_WARNINGS: 'is_ansi_warnings_on',
  ARITHABORT: 'is_arithabort_on',
  CONCAT_NULL_YIELDS_NULL: 'is_concat_null_yields_null_on',
  NUMERIC_ROUNDABORT: 'is_numeric_roundabort_on',
  QUOTED_IDENTIFIER: 'is_quoted_identifier_on',
  TRUSTWORTHY: 'is_trustworthy_on',
  DATE_CORRELATION_OPTIMIZATION: 'is_date_correlation_on',
  HONOR_BROKER_PRIORITY: 'is_honor_broker_priority_on',
  MIXED_PAGE_ALLOCATION: 'is_mixed_page_allocation_on',
  TEMPORAL_HISTORY_RETENTION: 'is_temporal_history_retention_enabled',
  ACCELERATED_DATABASE_RECOVERY: 'is_accelerated_database_recovery_on',
};

/** Those with words of their own: the column of sys.databases, and what it shows of each. */
const WORDS: Readonly<Record<string, readonly [string, Readonly<Record<string, string>>]>> = {
  PARAMETERIZATION: ['is_parameterization_forced', { SIMPLE: 'false', FORCED: 'true' }],
  PAGE_VERIFY: ['page_verify_option', { NONE: '0', TORN_PAGE_DETECTION: '1', CHECKSUM: '2' }],
  TORN_PAGE_DETECTION: ['page_verify_option', { OFF: '0', ON: '1' }],
  DELAYED_DURABILITY: ['delayed_durability', { DISABLED: '0', ALLOWED: '1', FORCED: '2' }],
  QUERY_STORE: ['is_query_store_on', { OFF: 'false', ON: 'true' }],
};

/** Settings of what is kept beside the rows, which nothing shows here. */
const NO_ANSWER = /^(QUERY_STORE|AUTOMATIC_TUNING|PERSISTENT_LOG_BUFFER|FILESTREAM|VARDECIMAL_STORAGE_FORMAT)$/;

/** What a database is without being told: said again it changes nothing. */
const AS_IT_IS: ReadonlySet<string> = new Set([
  'ONLINE',
  'DISABLE_BROKER',
  'DB_CHAINING OFF',
  'ENCRYPTION OFF',
  'CURSOR_CLOSE_ON_COMMIT OFF',
  'CURSOR_DEFAULT GLOBAL',
  'CONTAINMENT NONE',
  'CHANGE_TRACKING OFF',
  'REMOTE_DATA_ARCHIVE OFF',
  'NESTED_TRIGGERS ON',
  'TRANSFORM_NOISE_WORDS OFF',
]);

const misspelt = (word: string): SqlError => new SqlError(102, `Incorrect syntax near '${word}'.`, 15);

/** What sys.databases shows of an option that nothing else hangs on; undefined for any other option. */
function shownAs(option: string, value: string): readonly [column: string, shown: string] | undefined {
  const flag = SWITCHES[option];
  if (flag !== undefined) {
    if (value !== 'ON' && value !== 'OFF') throw misspelt(value);
    return [flag, String(value === 'ON')];
  }
  if (option === 'TARGET_RECOVERY_TIME') return ['target_recovery_time_in_seconds', value];
  const [column, words] = WORDS[option] ?? [];
  const word = words?.[value];
  if (column === undefined || word === undefined) {
    if (column === undefined || NO_ANSWER.test(option)) return undefined;
    throw misspelt(value);
  }
  return [column, word];
}

/** Whether an option is what a database is without being told, or shows nowhere. */
const changesNothing = (option: string, value: string): boolean =>
  NO_ANSWER.test(option) || AS_IT_IS.has(value === '' ? option : `${option} ${value}`);

/** The levels that a server of this version knows. */
const LEVELS = new Set(['100', '110', '120', '130', '140', '150', '160']);

function leveled(info: DatabaseRow, value: string): DatabaseRow {
  if (LEVELS.has(value)) return { ...info, compatibilityLevel: Number(value) };
  throw new SqlError(
    15_048,
    'Valid values of the database compatibility level are 100, 110, 120, 130, 140, 150, or 160.',
  );
}

function onOrOff(value: string): boolean {
  if (value !== 'ON' && value !== 'OFF') throw misspelt(value);
  return value === 'ON';
}

const RECOVERY_MODELS: Readonly<Record<string, number>> = { FULL: 1, BULK_LOGGED: 2, SIMPLE: 3 };

const refused = (text: string): SqlError =>
  new SqlError(40515, `ALTER DATABASE SET ${text} is not supported in this version of SQL Server.`);

/** The database with another value in a column of sys.databases. */
export const withShown = (info: DatabaseRow, column: string, shown: string): DatabaseRow => ({
  ...info,
  options: { ...info.options, [column]: shown },
});

/** What a database is after ALTER DATABASE … SET of an option; itself if the option changes no answer here. 40515 for what would change one and cannot. */
export function withOption(info: DatabaseRow, option: string, value: string): DatabaseRow {
  switch (option) {
    case 'ALLOW_SNAPSHOT_ISOLATION':
      return { ...info, snapshotIsolation: onOrOff(value) };
    case 'READ_COMMITTED_SNAPSHOT':
      if (!onOrOff(value)) throw refused('READ_COMMITTED_SNAPSHOT OFF');
      return info;
    case 'RECOVERY': {
      const recoveryModel = RECOVERY_MODELS[value];
      if (recoveryModel === undefined) throw misspelt(value);
      return { ...info, recoveryModel };
    }
    case 'COMPATIBILITY_LEVEL':
      return leveled(info, value);
    case 'READ_WRITE':
      // None is ever read only.
      return info;
    case 'RECURSIVE_TRIGGERS':
      if (value === 'ON') throw refused('RECURSIVE_TRIGGERS ON');
      return info;
    default: {
      const [column, shown] = shownAs(option, value) ?? [];
      if (column !== undefined && shown !== undefined) return withShown(info, column, shown);
      if (!changesNothing(option, value)) throw refused(`${option}${value === '' ? '' : ` ${value}`}`);
      return info;
    }
  }
}
