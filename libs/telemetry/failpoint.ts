import { setting } from '#config';

/**
 * Named places at which fault tests stop a process. `SLUICE_FAILPOINTS=name[:n][,name…]` ends the process with SIGKILL at the n-th passing (default the first)
 * of the named point; `name=freeze` stops it with SIGSTOP instead. Without the setting a point costs one map look-up of an empty map.
 */
const armed = new Map<string, { left: number; signal: 'SIGKILL' | 'SIGSTOP' }>();
for (const entry of (setting('SLUICE_FAILPOINTS') ?? '').split(',').filter((text) => text !== '')) {
  const [name = '', action = ''] = entry.split('=');
  const [point = '', count = '1'] = name.split(':');
  armed.set(point, { left: Number(count), signal: action === 'freeze' ? 'SIGSTOP' : 'SIGKILL' });
}

export function failpoint(name: string): void {
  if (armed.size === 0) return;
  const point = armed.get(name);
  if (!point || --point.left > 0) return;
  armed.delete(name);
  process.stderr.write(`${JSON.stringify({ level: 'warn', msg: 'fail point reached', failpoint: name })}\n`);
  process.kill(process.pid, point.signal);
  // SIGKILL is delivered before the next instruction matters; keep the thread here so that nothing more happens.
  if (point.signal === 'SIGKILL') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000);
}
