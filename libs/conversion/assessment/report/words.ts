/** Bytes as a person reads them, in powers of 1,024. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A duration as a person reads it: an estimate, so two units at most. */
export function durationText(seconds: number): string {
  if (seconds < 1) return '< 1 s';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.round(whole / 60)} min`;
  const hours = Math.floor(whole / 3600);
  const minutes = Math.round((whole % 3600) / 60);
  if (hours < 24) return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A share of 1 in per cent, rounded down: 99.9 % is not all. */
export function percentText(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

/** A number with separators for thousands. */
export function countText(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** A number with the word for one or many. */
export function several(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** A rate that may be small. */
export function rateText(perSecond: number): string {
  return perSecond >= 10 ? countText(perSecond) : perSecond.toFixed(perSecond >= 1 ? 1 : 3);
}
