import type { TrialParameter } from './parameter.ts';

/** Types whose values are made in the same way. */
export type TypeClass =
  'integer' | 'decimal' | 'float' | 'bit' | 'text' | 'date' | 'datetime' | 'time' | 'guid' | 'binary';

const CLASSES: Readonly<Record<TypeClass, readonly string[]>> = {
  integer: ['int', 'bigint', 'smallint', 'tinyint'],
  decimal: ['decimal', 'numeric', 'money', 'smallmoney'],
  float: ['float', 'real'],
  bit: ['bit'],
  text: ['char', 'varchar', 'nchar', 'nvarchar', 'text', 'ntext', 'sysname'],
  date: ['date'],
  datetime: ['datetime', 'datetime2', 'smalldatetime', 'datetimeoffset'],
  time: ['time'],
  guid: ['uniqueidentifier'],
  binary: ['binary', 'varbinary', 'image'],
};

/** What is tried of every type besides the rows' own values. */
export const EDGES: Readonly<Record<TypeClass, readonly string[]>> = {
  integer: ['0', '1', '7', '100'],
  decimal: ['0', '1.5', '-2.25'],
  float: ['0', '0.5', '-2.5'],
  bit: ['0', '1'],
  text: ['', 'a', "O'Brien"],
  date: ['2024-02-29', '1999-12-31'],
  datetime: ['2024-02-29T12:34:56', '1999-12-31T23:59:59'],
  time: ['12:34:56', '00:00:00'],
  guid: ['6F9619FF-8B86-D011-B42D-00C04FC964FF'],
  binary: ['0x0102'],
};

/** Class of a type by its base name; undefined: no values are made for it. */
export function classOf(base: string): TypeClass | undefined {
  return (Object.keys(CLASSES) as TypeClass[]).find((one) => CLASSES[one].includes(base));
}

const FORMS: Partial<Record<TypeClass, RegExp>> = {
  integer: /^-?\d{1,18}$/,
  decimal: /^-?\d{1,12}(\.\d+)?$/,
  float: /^-?\d/,
  bit: /^[01]$/,
  date: /^\d{4}-\d\d-\d\d/,
  datetime: /^\d{4}-\d\d-\d\d/,
  time: /^\d\d:\d\d/,
  guid: /^[0-9A-Fa-f-]{36}$/,
  binary: /^0x/,
};

const RANGES: Readonly<Record<string, number>> = { tinyint: 255, smallint: 32_767, int: 2_147_483_647 };

/** A value in a form that a type keeps as it is, so that both sides get the same; undefined where it is none of the type. */
export function fitted(text: string, type: Pick<TrialParameter, 'base' | 'room' | 'scale'>): string | undefined {
  const wanted = classOf(type.base);
  if (!wanted || !(FORMS[wanted]?.test(text) ?? true)) return undefined;
  const range = RANGES[type.base];
  if (range !== undefined && (Math.abs(Number(text)) > range || (type.base === 'tinyint' && text.startsWith('-'))))
    return undefined;
  if (type.base === 'decimal' || type.base === 'numeric') {
    const [whole = '', fraction = ''] = text.split('.');
    return type.scale === 0 || fraction === '' ? whole : `${whole}.${fraction.slice(0, type.scale)}`;
  }
  if (wanted === 'date') return text.slice(0, 10);
  if (wanted === 'datetime') return dateTime(text, type.base);
  if (wanted === 'time') return text.slice(0, 8);
  if (wanted === 'text' && type.room !== null && text.length > type.room) return undefined;
  return text;
}

/** Of a point of time what each type keeps: whole minutes, whole seconds, or all of it. */
function dateTime(text: string, base: string): string {
  const [, day = '', clock = 'T00:00:00', zone = ''] =
    /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d)?)?(?:\.\d+)?(.*)$/.exec(text.replace(' ', 'T')) ?? [];
  const time = base === 'smalldatetime' ? `${clock.slice(0, 6)}:00` : clock;
  return `${day}${time}${base === 'datetimeoffset' ? zone : ''}`;
}
