import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

type FindFaults = (root: string) => string[];

describe('the direction of imports', () => {
  let findFaults: FindFaults;
  let root: string;

  beforeAll(async () => {
    const script = pathToFileURL(join(import.meta.dirname, 'check-imports.mjs')).href;
    ({ findFaults } = (await import(script)) as { findFaults: FindFaults });
  });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sluice-imports-'));
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const faultsOf = (files: Record<string, string>): string[] => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    return findFaults(root);
  };

  test('a room may use those below it and its own files', () => {
    const files = {
      'apps/sink/sink.service.ts': `import { x } from '#target-postgres';\nimport { y } from './y.ts';`,
      'libs/target-postgres/merge.ts': `import type { A } from '#events';\nexport { b } from '#errors';`,
    };
    expect(faultsOf(files)).toEqual([]);
  });

  test('a room may not use one that is built on it', () => {
    expect(faultsOf({ 'libs/events/lsn.ts': `import { Producer } from '#kafka';` })).toEqual([
      expect.stringContaining('imports #kafka, which is built on libs/events'),
    ]);
  });

  test('two rooms may not use each other', () => {
    const files = { 'libs/kafka/a.ts': `import { a } from '#jobs';`, 'libs/jobs/b.ts': `import { b } from '#kafka';` };
    expect(faultsOf(files)).toEqual([expect.stringContaining('in a circle')]);
  });

  test('nobody reaches past an index, by name or by path', () => {
    const files = {
      'libs/kafka/a.ts': `import { a } from '#events/lsn';`,
      'libs/kafka/b.ts': `import { b } from '../events/lsn.ts';`,
      'apps/sink/c.ts': `const c = await import('../snapshot/chunk.ts');`,
    };
    expect(faultsOf(files)).toHaveLength(3);
  });

  test("only an app's module names a concrete source, and only tests name test rooms", () => {
    const files = {
      'apps/poller/app.module.ts': `import { a } from '#source-sqlserver';`,
      'apps/poller/poller.service.ts': `import { a } from '#source-sqlserver';`,
      'apps/poller/other.ts': `import { a } from '#testing';`,
      'apps/poller/other.spec.ts': `import { a } from '#testing';`,
    };
    const faulty = faultsOf(files).map((fault) => fault.split(':')[0]);
    expect(faulty.sort()).toEqual([join('apps', 'poller', 'other.ts'), join('apps', 'poller', 'poller.service.ts')]);
  });
});
