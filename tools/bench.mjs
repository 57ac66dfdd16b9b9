/**
 * `npm run bench -- load|changes|latency|memory|sandbox|convert [options]`: sets everything up and measures; the benchmark itself is bench/main.ts.
 * One JSON line on standard output, progress on standard error.
 */
import { runBuilt } from './built.mjs';

await runBuilt('dist/bench/main.js');
