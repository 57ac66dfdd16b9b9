import { quoteIdent } from '#pgsql';
import type { PgQuerier } from '../catalog/model.ts';
import { columnName, tableName, USER_SCHEMA } from '../catalog/physical.ts';
import { CopyBuffer } from './copy-buffer.ts';
import { parseWal } from './lsn.ts';

/** `legacy`: text, ntext, image. `max`: varchar, nvarchar, varbinary (max). `computed`: always NULL in change tables. */
export type ColumnKind = 'plain' | 'legacy' | 'max' | 'computed';

export interface CapturedColumn {
  /** Physical name in the source table. */
  readonly source: string;
  readonly kind: ColumnKind;
  /** Bytes SQL Server needs for one byte of ours: 2 for UTF-16 text. */
  readonly width: number;
}

/** Columns of a change table before the captured ones: start_lsn, end_lsn, seqval, operation, update_mask. */
export const LEADING_COLUMNS = 5;

/** One capture instance as the capture job writes it. */
export interface CaptureInstance {
  readonly name: string;
  readonly objectId: number;
  readonly sourceObjectId: number;
  /** Commits at or before this WAL position are not its. */
  readonly startWal: bigint;
  readonly columns: readonly CapturedColumn[];
  readonly fullMask: Buffer;
  readonly copySql: string;
  readonly buffer: CopyBuffer;
}

/** A source table that is captured. */
export interface CapturedTable {
  readonly objectId: number;
  readonly instances: readonly CaptureInstance[];
  /** Physical names of the columns of its unique and clustered indexes: an update of one is logged as delete and insert. */
  readonly keyColumns: readonly string[];
}

interface InstanceRow {
  readonly name: string;
  readonly object_id: number;
  readonly source_object_id: number;
  readonly created_lsn: string;
  readonly columns: readonly { column_id: number; is_computed: boolean; system_type_id: number; max_length: number }[];
  readonly key_columns: readonly number[] | null;
}

const LOAD = `SELECT i.name, i.object_id, i.source_object_id, i.created_lsn::text,
  (SELECT json_agg(json_build_object('column_id', c.column_id, 'is_computed', c.is_computed, 'system_type_id', m.system_type_id, 'max_length', m.max_length) ORDER BY c.column_ordinal)
   FROM meta.cdc_captured c JOIN meta.columns m ON m.object_id = c.object_id AND m.column_id = c.column_ordinal + ${LEADING_COLUMNS} WHERE c.object_id = i.object_id) AS columns,
  (SELECT array_agg(DISTINCT x.column_id) FROM meta.indexes n JOIN meta.index_columns x USING (object_id, index_id)
   WHERE n.object_id = i.source_object_id AND (n.is_unique OR n.index_id = 1) AND NOT n.is_disabled AND x.key_ordinal > 0) AS key_columns
  FROM meta.cdc_instances i ORDER BY i.object_id`;

const LEGACY_TYPES = new Set([34, 35, 99]);
const MAX_TYPES = new Set([165, 167, 231]);
const UTF16_TYPES = new Set([99, 231, 239]);

function kindOf(column: InstanceRow['columns'][number]): ColumnKind {
  if (column.is_computed) return 'computed';
  if (LEGACY_TYPES.has(column.system_type_id)) return 'legacy';
  return MAX_TYPES.has(column.system_type_id) && column.max_length === -1 ? 'max' : 'plain';
}

/** All capture instances of the database by the object_id of their source table. */
export async function loadCaptureInstances(pg: PgQuerier): Promise<Map<number, CapturedTable>> {
  const { rows } = await pg.query<InstanceRow>(LOAD);
  const tables = new Map<number, CapturedTable>();
  for (const row of rows) {
    const known = tables.get(row.source_object_id)?.instances ?? [];
    tables.set(row.source_object_id, {
      objectId: row.source_object_id,
      instances: [...known, instanceOf(row)],
      keyColumns: (row.key_columns ?? []).map(columnName),
    });
  }
  return tables;
}

function instanceOf(row: InstanceRow): CaptureInstance {
  const columns = row.columns.map((column) => ({
    source: columnName(column.column_id),
    kind: kindOf(column),
    width: UTF16_TYPES.has(column.system_type_id) ? 2 : 1,
  }));
  const target = Array.from({ length: columns.length + LEADING_COLUMNS + 1 }, (_, at) =>
    quoteIdent(columnName(at + 1)),
  );
  const table = `${quoteIdent(USER_SCHEMA)}.${quoteIdent(tableName(row.object_id))}`;
  return {
    name: row.name,
    objectId: row.object_id,
    sourceObjectId: row.source_object_id,
    startWal: parseWal(row.created_lsn),
    columns,
    fullMask: fullMask(columns.length),
    copySql: `COPY ${table} (${target.join(', ')}) FROM STDIN (FORMAT binary)`,
    buffer: new CopyBuffer(),
  };
}

/** A mask with the bits of ordinals 1 … n set; ordinal 1 is the lowest bit of the last byte. */
export function fullMask(columns: number): Buffer {
  const mask = Buffer.alloc(Math.ceil(columns / 8));
  for (let ordinal = 1; ordinal <= columns; ordinal += 1) setBit(mask, ordinal);
  return mask;
}

/** Sets the bit of a column ordinal (from 1) in an update mask. */
export function setBit(mask: Buffer, ordinal: number): void {
  const at = mask.length - 1 - ((ordinal - 1) >> 3);
  mask[at] = (mask[at] ?? 0) | (1 << ((ordinal - 1) & 7));
}
