/** Log levels: error = someone must act; warn = healed by itself; info = life cycle and batch totals; debug = per batch. */
export type Level = 'debug' | 'info' | 'warn' | 'error';

/** Facts of a log record. Names and numbers, never row values or secrets; bigints are printed as text. */
export type Facts = Readonly<Record<string, unknown>>;

/** One call is one JSON record on standard error. Scope is bound once with {@link Log.with}. */
export interface Log {
  with(scope: Facts): Log;
  debug(message: string, facts?: Facts): void;
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
}

const RANK: Record<Level, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** A log that writes lines of JSON through `write`. Identical messages within a second are rolled up into one with `repeats`. */
export function createLog(options: { level?: Level; write?: (line: string) => void; scope?: Facts } = {}): Log {
  const write = options.write ?? ((line: string) => void process.stderr.write(`${line}\n`));
  return scoped(RANK[options.level ?? 'info'], write, options.scope ?? {}, new Map());
}

interface Repeat {
  untilMs: number;
  count: number;
}

function scoped(least: number, write: (line: string) => void, scope: Facts, seen: Map<string, Repeat>): Log {
  const emit = (level: Level, message: string, facts: Facts = {}): void => {
    if (RANK[level] < least) return;
    const now = Date.now();
    const key = `${level} ${message} ${String(scope['table'] ?? facts['table'] ?? '')}`;
    const last = seen.get(key);
    if (level !== 'info' && last && now < last.untilMs) {
      last.count++;
      return;
    }
    const repeats = last && last.count > 0 ? { repeats: last.count } : {};
    seen.set(key, { untilMs: now + 1000, count: 0 });
    if (seen.size > 1000) seen.clear();
    write(
      JSON.stringify({ level, ts: new Date(now).toISOString(), msg: message, ...scope, ...facts, ...repeats }, plain),
    );
  };
  return {
    with: (more) => scoped(least, write, { ...scope, ...more }, seen),
    debug: (message, facts) => emit('debug', message, facts),
    info: (message, facts) => emit('info', message, facts),
    warn: (message, facts) => emit('warn', message, facts),
    error: (message, facts) => emit('error', message, facts),
  };
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error)
    return value.cause instanceof Error ? `${value.message} (${value.cause.message})` : value.message;
  return value;
}

/** A log that keeps silent; for tests and libraries without one. */
export const silentLog: Log = createLog({ write: () => undefined });
