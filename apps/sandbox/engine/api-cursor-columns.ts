import type { TdsColumn, TdsType, TdsValue } from '../session.ts';
import type { CursorRows } from './cursor-rows.ts';
import { namePartsOf } from './names.ts';
import { columnsOf } from './query.ts';

const ROWSTAT: TdsColumn = { name: 'ROWSTAT', type: { name: 'int' }, nullable: false, hidden: true };

/** The columns that a cursor of the API sends: those of its query, with the tables that they are of, and the status of the row. */
export const columnsOfCursor = (rows: CursorRows): TdsColumn[] => [...withOrigins(rows), ROWSTAT];

function withOrigins({ columns, origins = [] }: CursorRows): TdsColumn[] {
  const isTold = origins.length === columns.length;
  return columnsOf(columns).map((column, at) => {
    const origin = isTold ? origins[at] : undefined;
    if (origin?.source.kind !== 'table') return column;
    const table = namePartsOf(origin.source.name).map((part) => part ?? '');
    return { ...column, origin: { table, column: origin.column, key: origin.key } };
  });
}

/** A value of a type for a row that is no more. */
export function blank({ name }: TdsType): TdsValue {
  switch (name) {
    case 'bit':
      return false;
    case 'bigint':
      return 0n;
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'real':
    case 'float':
      return 0;
    case 'decimal':
    case 'numeric':
    case 'money':
    case 'smallmoney':
      return '0';
    case 'uniqueidentifier':
      return '00000000-0000-0000-0000-000000000000';
    case 'date':
      return '1900-01-01';
    case 'time':
      return '00:00:00';
    case 'smalldatetime':
    case 'datetime':
    case 'datetime2':
      return '1900-01-01 00:00:00';
    case 'datetimeoffset':
      return '1900-01-01 00:00:00 +00:00';
    case 'binary':
    case 'varbinary':
    case 'image':
    case 'rowversion':
    case 'hierarchyid':
    case 'geography':
    case 'geometry':
      return Buffer.alloc(name === 'rowversion' ? 8 : 0);
    case 'sql_variant':
      return { base: { name: 'int' }, value: 0 };
    default:
      return '';
  }
}
