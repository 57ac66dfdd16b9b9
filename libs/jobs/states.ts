/** A table's life (architecture.md). `suspended`, `gap` and `paused` are reached from anywhere and left by reload or resume. */
export type TableState =
  | 'pending'
  | 'prepared'
  | 'held'
  | 'loading'
  | 'loaded'
  | 'catching-up'
  | 'streaming'
  | 'cut-over'
  | 'suspended'
  | 'gap'
  | 'paused'
  | 'refused';

/** A job's life. */
export type JobState = 'draft' | 'assessed' | 'running' | 'ready' | 'cutting-over' | 'done' | 'failed' | 'stopped';
