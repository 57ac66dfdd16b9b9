import type { TdsType } from '../session.ts';

/** One column of a system view. */
export interface CatalogViewColumn {
  readonly name: string;
  readonly type: TdsType;
  readonly nullable: boolean;
}

/** One system view: what a client sees of it, and the PostgreSQL view that gives its rows. */
export interface CatalogView {
  /** `sys`, `INFORMATION_SCHEMA`, or (in master and msdb) `dbo`. */
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly CatalogViewColumn[];
  /** Qualified and quoted PostgreSQL name; its columns bear the T-SQL names. */
  readonly physical: string;
  /** Negative object_id under which sys.all_objects lists it. */
  readonly objectId: number;
}
