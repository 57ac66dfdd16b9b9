/**
 * Loaded by `--import` into the processes that the benchmark starts: a V8 CPU profile of the whole life of the process, and what its memory was made of at its
 * largest, written at its end to `$SLUICE_BENCH_PROFILE/<app>-<pid>.…`. (Node takes no --cpu-prof from NODE_OPTIONS.)
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { basename, dirname, join } from 'node:path';

const folder = process.env['SLUICE_BENCH_PROFILE'];
if (folder) {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.start');
  let largest = process.memoryUsage();
  const look = setInterval(() => {
    const now = process.memoryUsage();
    if (now.rss > largest.rss) largest = now;
  }, 100);
  look.unref();
  process.on('exit', () => {
    session.post('Profiler.stop', (error, result) => {
      if (error) return;
      const app = basename(dirname(process.argv[1] ?? 'node'));
      writeFileSync(join(folder, `${app}-${process.pid}.cpuprofile`), JSON.stringify(result.profile));
      writeFileSync(join(folder, `${app}-${process.pid}.memory.json`), JSON.stringify(largest));
    });
  });
}
