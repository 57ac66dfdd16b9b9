/**
 * `npm run soak -- --minutes N --seed S`: lives of a job one after another under random faults, each checked by the oracle at its end (docs/reliability.md).
 * One line a fault; the last line is the verdict. Exit code 1 where anything was lost, doubled or given up.
 */
import { runBuilt } from './built.mjs';

await runBuilt('dist/test/harness/soak.js');
