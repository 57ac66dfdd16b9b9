import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { NOT_BUILT } from '#jobs';
import { jobKeys } from './docs/job-page.ts';
import { generatedPages } from './generate-docs.ts';

const ROOT = join(import.meta.dirname, '..');

describe('the reference pages', () => {
  test.each([...generatedPages().keys()])('%s is what the code says: else run dist/tools/generate-docs.js', (path) => {
    expect(readFileSync(join(ROOT, path), 'utf8')).toBe(generatedPages().get(path));
  });

  test('name every key of the job file that is not built yet by its present name', () => {
    const keys = new Set(jobKeys());
    expect(Object.keys(NOT_BUILT).filter((key) => !keys.has(key))).toEqual([]);
  });
});
