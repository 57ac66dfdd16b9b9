import type { EventTable } from '#events';
import { quoteName, quoteString } from '#tsql';
import type { CaptureInstance } from './capture-instances.ts';
import { selectExpression } from './select-list.ts';

/** Columns before the event columns in a page of changes: LSN, sequence value, command id, operation, update mask. */
export const CHANGE_PREFIX = 5;

/**
 * One page of a change table, in the order of positions, read from the table itself and not through fn_cdc_get_all_changes (row A3). `@l` and `@max` are
 * LSNs; `inside` adds the rest of the transaction `@l` behind `@s`, `@c`, `@o` (row A7).
 */
export function changePage(table: EventTable, instance: CaptureInstance, top: number, inside: boolean): string {
  const columns = table.columns.map((column) => selectExpression(column.type, quoteName(column.name)));
  const lsn = 'CAST(@l AS binary(10))';
  const rest = `(__$start_lsn = ${lsn} AND (__$seqval > CAST(@s AS binary(10)) OR (__$seqval = CAST(@s AS binary(10)) AND (__$command_id > @c OR (__$command_id = @c AND __$operation > @o)))))`;
  const from = inside ? `__$start_lsn >= ${lsn} AND (__$start_lsn > ${lsn} OR ${rest})` : `__$start_lsn > ${lsn}`;
  return `SELECT TOP (${top}) __$start_lsn, __$seqval, __$command_id, __$operation, __$update_mask${columns.map((text) => `, ${text}`).join('')}
FROM cdc.${quoteName(`${instance.name}_CT`)}
WHERE ${from} AND __$start_lsn <= CAST(@max AS binary(10))
ORDER BY __$start_lsn, __$seqval, __$command_id, __$operation`;
}

/** Low watermarks of capture instances: what cleanup has left (row A1). */
export function lowWatermarks(instances: readonly CaptureInstance[]): string {
  return `SELECT ${instances.map((instance) => `sys.fn_cdc_get_min_lsn(${quoteString(instance.name)})`).join(', ')}`;
}

/** Commits in (`@l`, `@max`] with their end time as milliseconds since 1970 in UTC: tran_end_time is the server's local time (row A22). */
export const COMMIT_TIMES = `
SELECT start_lsn, DATEDIFF_BIG(millisecond, '19700101', tran_end_time) - 60000 * CAST(DATEDIFF(minute, GETUTCDATE(), GETDATE()) AS bigint)
FROM cdc.lsn_time_mapping WHERE start_lsn >= CAST(@l AS binary(10)) AND start_lsn <= CAST(@max AS binary(10))`;

/** DDL seen by the capture after `@l`. */
export const DDL_HISTORY = `
SELECT source_object_id, ddl_command, ddl_lsn FROM cdc.ddl_history WHERE ddl_lsn > CAST(@l AS binary(10)) AND ddl_lsn <= CAST(@max AS binary(10)) ORDER BY ddl_lsn`;
