import type { KeyFold, ValueType } from '#values';

/** A column as events carry it. Computed and excluded columns are not in events. */
export interface EventColumn {
  /** Stable column id of the source. */
  readonly id: number;
  readonly name: string;
  readonly type: ValueType;
  readonly nullable: boolean;
}

/** A column of the record key: which column, and how its values are held equal. */
export interface KeyColumn {
  /** Index into {@link EventTable.columns}. */
  readonly index: number;
  readonly fold: KeyFold;
}

/**
 * What snapshot, poller, codec and sink know of a table: one version of its shape as it stands in events. A change of the source's table makes a
 * new version. JSON-able: kept in the control schema and in schema-change records.
 */
export interface EventTable {
  /** Job name. */
  readonly job: string;
  readonly database: string;
  readonly schema: string;
  readonly name: string;
  readonly version: number;
  readonly columns: readonly EventColumn[];
  /** Empty: the table has no key (full-row matching). */
  readonly key: readonly KeyColumn[];
}

/** `schema.table` as people write it; for logs and as the key of per-table maps. */
export function tableName(table: { readonly schema: string; readonly name: string }): string {
  return `${table.schema}.${table.name}`;
}
