import type { FunctionHandler, FunctionInvocation, NameParts, Relation, SqlType } from '#conversion';
import type { CatalogSnapshot } from '../catalog/snapshot.ts';

const LSN: SqlType = { name: 'binary', length: 10 };

/** A scalar function of CDC by its lower-case name. */
export function cdcScalar(_snapshot: CatalogSnapshot, name: string): FunctionHandler | undefined {
  if (name === 'sys.fn_cdc_get_max_lsn') return () => ({ sql: 'meta.cdc_get_max_lsn()', type: LSN, nullable: true });
  return undefined;
}

/** cdc.fn_cdc_get_all_changes_… and fn_cdc_get_net_changes_…. */
export function cdcTableFunction(
  _snapshot: CatalogSnapshot,
  _name: NameParts,
  _call: FunctionInvocation,
): Relation | undefined {
  return undefined;
}
