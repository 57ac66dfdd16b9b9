/**
 * `npm run demo [-- --keep] [-- --rows N]`: sets everything up, then moves a live SQL Server database (the sandbox) into PostgreSQL,
 * to a validated cutover, and ends what it started. Plain node; the demo itself is samples/demo.ts.
 */
import { runBuilt } from './built.mjs';

await runBuilt('dist/samples/demo.js');
