import type { Option } from '#tsql';
import type { DraftTable } from './draft.ts';
import { dotted } from './names.ts';
import { report, type Site } from './session.ts';

/**
 * SYSTEM_VERSIONING = ON | OFF of a table. With it on there is a history table: the one named, else a new one with the columns alone, as SQL Server makes it.
 */
export function versionTable(site: Site, table: DraftTable, option: Option): void {
  const isOn = option.value?.kind === 'keyword' && option.value.name === 'ON';
  if (!isOn) {
    delete table.temporal;
    table.features.delete('temporal');
    return;
  }
  if (!table.period)
    return report(site, 'SL1082', dotted(table), 'SYSTEM_VERSIONING is set without a PERIOD FOR SYSTEM_TIME.', option);
  const named = option.options?.find((one) => one.name === 'HISTORY_TABLE')?.value;
  const parts = named?.kind === 'column' ? named.parts.map((part) => part?.name ?? '') : [];
  const history = {
    schema: parts.length > 1 ? (parts.at(-2) ?? 'dbo') : table.schema,
    name: parts.at(-1) ?? `MSSQL_TemporalHistoryFor_${table.id}`,
  };
  table.features.add('temporal');
  table.temporal = { ...table.period, history };
  if (!site.database.objects.get(history.schema, history.name)) addHistory(site, table, history);
}

function addHistory(site: Site, table: DraftTable, name: { readonly schema: string; readonly name: string }): void {
  site.database.add({
    kind: 'table',
    id: site.database.newId(),
    ...name,
    place: table.place,
    columns: table.columns.map(({ id, name: column, declared, nullable, computed }) => ({
      id,
      name: column,
      ...(declared ? { declared } : {}),
      ...(computed ? { computed } : {}),
      nullable,
      rowguidcol: false,
      sparse: false,
      columnSet: false,
      filestream: false,
      encrypted: false,
      hidden: false,
    })),
    lastColumnId: table.lastColumnId,
    indexes: [],
    checks: [],
    foreignKeys: [],
    features: new Set(),
  });
}
