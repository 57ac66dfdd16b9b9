import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { convertDatabase, type Phase } from '#conversion';
import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { withJob } from './context.ts';

const PHASES: readonly Phase[] = ['before', 'after', 'cutover', 'code'];

export const convertCommand: Command = {
  name: 'convert',
  usage: 'convert JOB [--out DIR]',
  summary: 'Convert the schema: statements by phase, and issues; touches nothing',
  example: 'sluice convert job.yaml --out converted',
  options: {
    ...JOB_OPTIONS,
    out: { type: 'string', value: 'DIR', help: 'Write one SQL file a phase, and issues.json' },
  },
  run(invocation: Invocation) {
    const { out, options } = invocation;
    return withJob(
      invocation,
      async (context) => {
        const conversion = convertDatabase(await context.source.catalog.readDatabase(), context.job);
        const dir = options['out'];
        if (typeof dir === 'string') {
          await mkdir(dir, { recursive: true });
          for (const [index, phase] of PHASES.entries()) {
            const steps = conversion.steps.filter((step) => step.phase === phase);
            await writeFile(join(dir, `${index + 1}-${phase}.sql`), steps.map((step) => `${step.sql};\n`).join('\n'));
          }
          await writeFile(join(dir, 'issues.json'), JSON.stringify(conversion.issues, null, 2));
        }
        for (const one of conversion.issues)
          out.line(`${one.code} ${one.severity.padEnd(8)} ${one.object}: ${one.message}`);
        out.line(
          `${conversion.tables.length} tables, ${conversion.steps.length} statements, ${conversion.issues.length} issues.`,
        );
        out.result({ tables: conversion.tables.length, statements: conversion.steps, issues: conversion.issues });
        return 0;
      },
      { startsStack: true },
    );
  },
};
