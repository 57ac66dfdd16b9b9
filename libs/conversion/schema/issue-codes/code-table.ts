/** `info`: converted, worth knowing. `review`: converted with a difference. `decision`: needs one. `manual`: not converted. */
export type Severity = 'info' | 'review' | 'decision' | 'manual';

/** What codes stand for, and what to do. A code keeps its meaning for good: people suppress and count by it. */
export type CodeTable = Readonly<
  Record<`SL${number}`, { readonly severity: Severity; readonly title: string; readonly remedy: string }>
>;
