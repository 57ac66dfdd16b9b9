import { SluiceError } from '#errors';
import { commands } from './commands.ts';
import { runCommandLine } from './dispatch.ts';
import { Output } from './output.ts';

const stop = new AbortController();
let stoppedMs = 0;

function request(): void {
  // A second Ctrl-C does not wait; the terminal and the launcher may both pass on the first one.
  if (stop.signal.aborted && Date.now() - stoppedMs > 1000) process.exit(130);
  stoppedMs ||= Date.now();
  stop.abort(new SluiceError('Cancelled', 'Stopped on request.'));
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, request);
// The launcher was killed: nobody waits for this process any more.
process.on('disconnect', request);

// `sluice … | head`: whoever reads has seen enough; the work goes on to its end.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

const args = process.argv.slice(2);
process.exitCode = await runCommandLine(commands, args, new Output(args.includes('--json')), stop.signal);
// Ending would cut off what a slow reader of a pipe has not taken yet.
for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => stream.write('', resolve));
process.exit();
