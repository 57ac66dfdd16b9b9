import { SQL_COLLATIONS, WINDOWS_COLLATIONS } from './collation-table.ts';

/** What the wire needs to know of a collation. `codePage` 65001 is UTF-8, 0 a collation for Unicode types only. */
export interface WireCollation {
  readonly name: string;
  /** LCID, flags and version in four bytes, sort id in the fifth (MS-TDS 2.2.5.1.2). */
  readonly bytes: Buffer;
  readonly codePage: number;
}

/** The collation of a server that was asked for none. */
export const DEFAULT_COLLATION = 'SQL_Latin1_General_CP1_CI_AS';

const FLAG_IGNORE_CASE = 0x01;
const FLAG_IGNORE_ACCENT = 0x02;
const FLAG_IGNORE_KANA = 0x04;
const FLAG_IGNORE_WIDTH = 0x08;
const FLAG_BINARY = 0x10;
const FLAG_BINARY2 = 0x20;
const FLAG_UTF8 = 0x40;

/** Version field of the collation bytes, by the number in a Windows collation's name. */
const VERSIONS: Readonly<Record<string, number>> = { '': 0, '90': 1, '100': 2, '140': 3 };

const windowsByName = new Map(WINDOWS_COLLATIONS.map((entry) => [entry[0].toLowerCase(), entry]));
const sqlByName = new Map(SQL_COLLATIONS.map((entry) => [entry[0].toLowerCase(), entry]));
const sqlBySortId = new Map(SQL_COLLATIONS.map((entry) => [entry[1], entry]));
const cache = new Map<string, WireCollation>();

/** Looks a collation up by name, any case. An unknown name is a defect of the caller, which validates names (error 448). */
export function collationOf(name: string | undefined): WireCollation {
  const key = name ?? DEFAULT_COLLATION;
  let found = cache.get(key);
  if (!found) {
    found = build(key);
    cache.set(key, found);
  }
  return found;
}

/** Whether SQL Server 2022 has a collation of this name, any case. */
export function isCollation(name: string): boolean {
  const base = WINDOWS_NAME.exec(name)?.[1] ?? '';
  return sqlByName.has(name.toLowerCase()) || windowsByName.has(base.toLowerCase());
}

const WINDOWS_NAME = /^(.*?)(?:_(90|100|140))?((?:_(?:BIN2|BIN|CI|CS|AI|AS|KS|WS|SC|VSS|UTF8))+)$/i;

function build(name: string): WireCollation {
  const sql = sqlByName.get(name.toLowerCase());
  if (sql) return { name: sql[0], bytes: pack(sql[3], flagsOf(name), 0, sql[1]), codePage: sql[2] };
  const match = WINDOWS_NAME.exec(name);
  const windows = match && windowsByName.get((match[1] ?? '').toLowerCase());
  if (!match || !windows) throw new RangeError(`BUG: unknown collation ${name}`);
  const flags = flagsOf(match[3] ?? '');
  const codePage = flags & FLAG_UTF8 ? 65001 : windows[2];
  return { name, bytes: pack(windows[1], flags, VERSIONS[match[2] ?? ''] ?? 0, 0), codePage };
}

function flagsOf(suffix: string): number {
  const has = (part: string): boolean => new RegExp(`_${part}(_|$)`, 'i').test(suffix);
  const utf8 = has('UTF8') ? FLAG_UTF8 : 0;
  if (has('BIN2')) return FLAG_BINARY2 | utf8;
  if (has('BIN')) return FLAG_BINARY | utf8;
  return (
    (has('CI') ? FLAG_IGNORE_CASE : 0) |
    (has('AI') ? FLAG_IGNORE_ACCENT : 0) |
    (has('KS') ? 0 : FLAG_IGNORE_KANA) |
    (has('WS') ? 0 : FLAG_IGNORE_WIDTH) |
    utf8
  );
}

function pack(lcid: number, flags: number, version: number, sortId: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32LE((lcid | (flags << 20) | (version << 28)) >>> 0, 0);
  bytes[4] = sortId;
  return bytes;
}

/**
 * The collation behind five bytes from a client. Bytes with an LCID nobody knows (or zero, as some drivers send for Unicode parameters)
 * are taken as the default collation.
 */
export function collationFromBytes(bytes: Buffer): WireCollation {
  const key = bytes.toString('latin1');
  let found = cache.get(key);
  if (!found) {
    found = recognise(bytes);
    // A client chooses these bytes: the cache must not grow without bound.
    if (cache.size < 10_000) cache.set(key, found);
  }
  return found;
}

function recognise(bytes: Buffer): WireCollation {
  const sql = sqlBySortId.get(bytes.readUInt8(4));
  if (sql) return collationOf(sql[0]);
  const packed = bytes.readUInt32LE(0);
  const lcid = packed & 0xfffff;
  const windows =
    WINDOWS_COLLATIONS.find((entry) => entry[1] === lcid) ??
    WINDOWS_COLLATIONS.find((entry) => entry[1] === (lcid & 0xffff));
  if (!windows) return collationOf(DEFAULT_COLLATION);
  return collationOf(`${windows[0]}${versionName(packed >>> 28)}${suffixOf((packed >>> 20) & 0xff)}`);
}

function versionName(version: number): string {
  const entry = Object.entries(VERSIONS).find(([, value]) => value === version);
  return entry && entry[0] !== '' ? `_${entry[0]}` : '';
}

function suffixOf(flags: number): string {
  const utf8 = flags & FLAG_UTF8 ? '_UTF8' : '';
  if (flags & FLAG_BINARY2) return `_BIN2${utf8}`;
  if (flags & FLAG_BINARY) return `_BIN${utf8}`;
  return [
    flags & FLAG_IGNORE_CASE ? '_CI' : '_CS',
    flags & FLAG_IGNORE_ACCENT ? '_AI' : '_AS',
    flags & FLAG_IGNORE_KANA ? '' : '_KS',
    flags & FLAG_IGNORE_WIDTH ? '' : '_WS',
    utf8 ? '_SC_UTF8' : '',
  ].join('');
}
