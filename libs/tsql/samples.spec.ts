import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { decodeScript } from './decode.ts';
import { parseScript } from './parse.ts';

const FOLDER = join(process.cwd(), '..', 'shared', 'data');
const SCRIPTS = ['northwind.sql', 'pubs.sql', 'chinook.sql'];
const present = existsSync(FOLDER);

describe('the public sample databases', () => {
  test.each(SCRIPTS)('%s is read without an error, and without a hang', (name) => {
    if (!present) {
      process.stderr.write(`${name}: not run, the folder ../shared/data is not beside the project\n`);
      return;
    }
    const text = decodeScript(readFileSync(join(FOLDER, name)));
    const begin = performance.now();
    const { batches, errors } = parseScript(text);
    expect(performance.now() - begin).toBeLessThan(20_000);
    expect(errors).toEqual([]);
    expect(batches.length).toBeGreaterThan(10);
    const unknown = batches.flatMap((b) => b.statements).filter((s) => s.kind === 'unknown');
    expect(unknown).toEqual([]);
  });
});
