const UNIT: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** '16MB', '64 MiB', 1024 → bytes. Units are powers of 1024. @throws RangeError for anything else */
export function parseBytes(value: unknown): number {
  if (typeof value === 'number') return value;
  const match = /^(\d+) ?([kmg]?)i?b?$/i.exec(String(value));
  if (!match) throw new RangeError(`not a size: ${String(value)}`);
  return Number(match[1]) * (UNIT[(match[2] ?? '').toLowerCase()] ?? 1);
}
