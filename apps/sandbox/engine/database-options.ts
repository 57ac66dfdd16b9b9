import type { DatabaseRow } from '../catalog/index.ts';
import { SqlError } from '../session.ts';

/** Options of ALTER DATABASE SET that are about storage, plans, services and defaults which every driver sets for itself: no answer of a server hangs on them. */
const NO_ANSWER =
  /^(PAGE_VERIFY|TORN_PAGE_DETECTION|AUTO_CLOSE|AUTO_SHRINK|AUTO_CREATE_STATISTICS|AUTO_UPDATE_STATISTICS|AUTO_UPDATE_STATISTICS_ASYNC|PARAMETERIZATION|DATE_CORRELATION_OPTIMIZATION|TARGET_RECOVERY_TIME|QUERY_STORE|TRUSTWORTHY|HONOR_BROKER_PRIORITY|DELAYED_DURABILITY|MIXED_PAGE_ALLOCATION|ACCELERATED_DATABASE_RECOVERY|AUTOMATIC_TUNING|PERSISTENT_LOG_BUFFER|TEMPORAL_HISTORY_RETENTION|FILESTREAM|VARDECIMAL_STORAGE_FORMAT|ANSI_NULL_DEFAULT|ANSI_NULLS|ANSI_PADDING|ANSI_WARNINGS|ARITHABORT|CONCAT_NULL_YIELDS_NULL|NUMERIC_ROUNDABORT|QUOTED_IDENTIFIER)$/;

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

/** Whether an option may be taken and forgotten. */
function changesNothing(option: string, value: string): boolean {
  return NO_ANSWER.test(option) || AS_IT_IS.has(value === '' ? option : `${option} ${value}`);
}

const RECOVERY_MODELS: Readonly<Record<string, number>> = { FULL: 1, BULK_LOGGED: 2, SIMPLE: 3 };

const refused = (text: string): SqlError =>
  new SqlError(40515, `ALTER DATABASE SET ${text} is not supported in this version of SQL Server.`);

/** What a database is after ALTER DATABASE … SET of an option; itself if the option changes no answer here. 40515 for what would change one and cannot. */
export function withOption(info: DatabaseRow, option: string, value: string): DatabaseRow {
  switch (option) {
    case 'ALLOW_SNAPSHOT_ISOLATION':
      return { ...info, snapshotIsolation: value === 'ON' };
    case 'READ_COMMITTED_SNAPSHOT':
      if (value !== 'ON') throw refused('READ_COMMITTED_SNAPSHOT OFF');
      return info;
    case 'RECOVERY':
      return { ...info, recoveryModel: RECOVERY_MODELS[value] ?? info.recoveryModel };
    case 'COMPATIBILITY_LEVEL':
      return { ...info, compatibilityLevel: Number(value) || info.compatibilityLevel };
    case 'READ_WRITE':
      // None is ever read only.
      return info;
    case 'RECURSIVE_TRIGGERS':
      if (value === 'ON') throw refused('RECURSIVE_TRIGGERS ON');
      return info;
    default:
      if (!changesNothing(option, value)) throw refused(`${option}${value === '' ? '' : ` ${value}`}`);
      return info;
  }
}
