/** The bytes of a number below 65536 as four hexadecimal digits, low byte first. */
const littleEndian = (unit: string): string => `lpad(to_hex(((${unit} & 255) << 8) | (${unit} >> 8)), 4, '0')`;

/** The bytes of nvarchar: UTF-16, low bytes first. PostgreSQL has no such encoding; the `x` before the text tells NULL from ''. */
export function utf16Bytes(sql: string): string {
  const code = 'ascii(q.c)';
  const wide = `${littleEndian(`(55296 + ((${code} - 65536) >> 10))`)} || ${littleEndian(`(56320 + ((${code} - 65536) & 1023))`)}`;
  const units = `CASE WHEN q.n = 1 THEN '' WHEN ${code} < 65536 THEN ${littleEndian(code)} ELSE ${wide} END`;
  return `(SELECT decode(string_agg(${units}, '' ORDER BY q.n), 'hex') FROM string_to_table('x' || ${sql}, NULL) WITH ORDINALITY AS q(c, n))`;
}
