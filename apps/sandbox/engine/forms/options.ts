import type { Node, NodeOf, Option } from '#tsql';
import { SqlError } from '../../session.ts';

/** What becomes of the options that may stand in one place; upper-case names between blanks. */
interface OptionPlace {
  /** How message 155 calls the place. */
  readonly what: string;
  /** Read where the statement runs. */
  readonly acts?: string;
  /** No answer of a server hangs on them: space and order on disk, locks of the work itself, plans. */
  readonly same?: string;
  /** Refused, unless they are OFF. */
  readonly unbuilt?: string;
}

const SPACE = 'DATA_COMPRESSION XML_COMPRESSION';
const WORK = 'ONLINE MAXDOP MAX_DURATION RESUMABLE WAIT_AT_LOW_PRIORITY SORT_IN_TEMPDB';
const KEPT = 'FILLFACTOR PAD_INDEX IGNORE_DUP_KEY ALLOW_ROW_LOCKS ALLOW_PAGE_LOCKS';
const PLANS = 'STATISTICS_INCREMENTAL OPTIMIZE_FOR_SEQUENTIAL_KEY COMPRESSION_DELAY';
const GRID =
  'BOUNDING_BOX GRIDS CELLS_PER_OBJECT LEVEL_1 LEVEL_2 LEVEL_3 LEVEL_4 GEOMETRY_GRID GEOGRAPHY_GRID GEOMETRY_AUTO_GRID GEOGRAPHY_AUTO_GRID';
const SAMPLING =
  'FULLSCAN SAMPLE RESAMPLE STATS_STREAM INCREMENTAL MAXDOP PERSIST_SAMPLE_PERCENT ROWCOUNT PAGECOUNT AUTO_DROP';

const INDEX: OptionPlace = {
  what: 'CREATE INDEX',
  acts: `${KEPT} DROP_EXISTING`,
  same: `${SPACE} ${WORK} ${PLANS} ${GRID} SORTED_DATA SORTED_DATA_REORG DROP_EXISTING_AND_KEEP`,
  unbuilt: 'STATISTICS_NORECOMPUTE BUCKET_COUNT',
};
const REBUILD: OptionPlace = { ...INDEX, what: 'ALTER INDEX', acts: KEPT };
const DROPPED: OptionPlace = { what: 'DROP INDEX', acts: 'MOVE TO', same: WORK, unbuilt: 'FILESTREAM_ON' };
const MODULE = 'ENCRYPTION EXECUTE AS';

/** By the node's kind. ALTER INDEX has one place for each action. */
const PLACES: { readonly [kind in Node['kind']]?: OptionPlace } = {
  createTable: {
    what: 'CREATE TABLE',
    same: SPACE,
    unbuilt:
      'MEMORY_OPTIMIZED DURABILITY SYSTEM_VERSIONING REMOTE_DATA_ARCHIVE DATA_DELETION LEDGER FILETABLE_DIRECTORY FILETABLE_COLLATE_FILENAME',
  },
  primaryKey: INDEX,
  unique: INDEX,
  inlineIndex: INDEX,
  createIndex: INDEX,
  alterColumn: { what: 'ALTER TABLE', same: WORK },
  rebuildTable: {
    what: 'ALTER TABLE',
    acts: KEPT,
    same: `${SPACE} ${WORK} ${PLANS}`,
    unbuilt: 'STATISTICS_NORECOMPUTE',
  },
  dropped: DROPPED,
  droppedIndex: DROPPED,
  insertBulk: {
    what: 'INSERT BULK',
    acts: 'CHECK_CONSTRAINTS FIRE_TRIGGERS KEEP_NULLS',
    // Order, size and locks of the load; who lists the identity column keeps its values, with the word or without.
    same: 'TABLOCK ORDER ROWS_PER_BATCH KILOBYTES_PER_BATCH KEEP_IDENTITY',
    unbuilt: 'ALLOW_ENCRYPTED_VALUE_MODIFICATIONS',
  },
  truncate: { what: 'TRUNCATE TABLE', acts: 'PARTITIONS' },
  createStatistics: { what: 'CREATE STATISTICS', same: SAMPLING, unbuilt: 'NORECOMPUTE' },
  updateStatistics: { what: 'UPDATE STATISTICS', same: `${SAMPLING} ALL COLUMNS INDEX`, unbuilt: 'NORECOMPUTE' },
  createTableType: { what: 'CREATE TYPE', unbuilt: 'MEMORY_OPTIMIZED' },
  createView: { what: 'CREATE VIEW', acts: 'SCHEMABINDING ENCRYPTION', same: 'VIEW_METADATA' },
  createProcedure: {
    what: 'CREATE PROCEDURE',
    acts: MODULE,
    same: 'RECOMPILE',
    unbuilt: 'NATIVE_COMPILATION SCHEMABINDING',
  },
  createFunction: {
    what: 'CREATE FUNCTION',
    acts: `${MODULE} SCHEMABINDING RETURNS NULL ON NULL INPUT`,
    same: 'INLINE CALLED ON NULL INPUT',
    unbuilt: 'NATIVE_COMPILATION',
  },
  createTrigger: { what: 'CREATE TRIGGER', acts: MODULE, unbuilt: 'NATIVE_COMPILATION SCHEMABINDING' },
  commitTransaction: { what: 'COMMIT', same: 'DELAYED_DURABILITY' },
  user: {
    what: 'CREATE USER',
    acts: 'DEFAULT_SCHEMA NAME LOGIN',
    same: 'ALLOW_ENCRYPTED_VALUE_MODIFICATIONS',
    unbuilt: 'PASSWORD SID DEFAULT_LANGUAGE TYPE OLD_PASSWORD',
  },
  login: {
    what: 'CREATE LOGIN',
    acts: 'PASSWORD DEFAULT_DATABASE NAME DEFAULT_LANGUAGE',
    // The policy is that of the machine beneath a server; here there is none.
    same: 'CHECK_POLICY',
    unbuilt: 'SID CHECK_EXPIRATION CREDENTIAL ADD CREDENTIAL DROP CREDENTIAL NO CREDENTIAL OLD_PASSWORD',
  },
};

const ALTER_INDEX: Partial<Record<NodeOf<'alterIndex'>['action'], OptionPlace>> = {
  rebuild: REBUILD,
  set: { ...REBUILD, acts: 'IGNORE_DUP_KEY ALLOW_ROW_LOCKS ALLOW_PAGE_LOCKS', same: PLANS },
  reorganize: { what: 'ALTER INDEX', same: 'LOB_COMPACTION COMPRESS_ALL_ROW_GROUPS' },
};

const has = (names: string | undefined, name: string): boolean => ` ${names ?? ''} `.includes(` ${name} `);

const isOff = ({ value }: Option): boolean => value?.kind === 'keyword' && value.name === 'OFF';

function checkOption(place: OptionPlace, option: Option): void {
  const { name } = option;
  if (has(place.acts, name) || has(place.same, name)) return;
  if (!has(place.unbuilt, name))
    throw new SqlError(155, `'${name === '' ? 'WITH' : name}' is not a recognized ${place.what} option.`, 15);
  if (isOff(option)) return;
  throw new SqlError(40515, `${place.what} WITH (${name}) is not supported in this version of SQL Server.`);
}

/** Throws 155 for an option that is none of its place, 40515 for one that is not built. */
export function checkOptions(node: Node): void {
  const place = node.kind === 'alterIndex' ? ALTER_INDEX[node.action] : PLACES[node.kind];
  if (place === undefined || !('options' in node)) return;
  for (const option of node.options as readonly Option[]) checkOption(place, option);
}

/** The kinds of node whose options are checked here. */
export const optionPlaces = (): string[] => [...Object.keys(PLACES), 'alterIndex'];
