import { describe, expect, test } from '@jest/globals';
import { parseJobFile } from './job-file.ts';

const MINIMAL = `
job: northwind
source: { kind: sqlserver, database: Northwind, user: sa, password: "\${env:PATH}" }
target: { url: postgresql://app@127.0.0.1/northwind }
`;

describe('job file', () => {
  test('fills in every default and turns sizes into bytes', () => {
    const job = parseJobFile(MINIMAL);
    expect(job.source.port).toBe(1433);
    expect(job.load).toMatchObject({ workers: 4, chunkRows: 50_000, chunkBytes: 16 * 1024 * 1024 });
    expect(job.target.schemas).toEqual({ dbo: 'public' });
    expect(job.topics.partitions).toBe(4);
    expect(job.kafka).toBeUndefined();
  });

  test('names the nearest known key for an unknown one, and all faults at once', () => {
    const text = MINIMAL.replace('job: northwind', 'job: northwind\nlod: { }\nload: { worker: 3 }');
    expect(() => parseJobFile(text)).toThrow(
      /unknown key "lod".*did you mean "load"\?.*unknown key "worker".*did you mean "workers"/s,
    );
  });

  test('refuses a secret written into the file and never shows one', () => {
    const text = MINIMAL.replace(/"\$\{env:PATH\}"/, 'hunter2');
    expect(() => parseJobFile(text)).toThrow(/source\.password must be a reference/);
    expect(() => parseJobFile(text)).not.toThrow(/hunter2/);
    expect(JSON.stringify(parseJobFile(MINIMAL))).toContain('"password":"***"');
  });

  test('a secret that is not set is a fault at once, or where it is needed', () => {
    const text = MINIMAL.replace('env:PATH', 'env:SLUICE_SPEC_NOT_SET');
    expect(() => parseJobFile(text)).toThrow(/source\.password names the environment variable SLUICE_SPEC_NOT_SET/);
    const { source } = parseJobFile(text, { lazySecrets: true });
    expect(() => source.password.reveal()).toThrow(
      /source\.password names the environment variable SLUICE_SPEC_NOT_SET/,
    );
    const literal = MINIMAL.replace(/"\$\{env:PATH\}"/, 'hunter2');
    expect(() => parseJobFile(literal, { lazySecrets: true })).toThrow(/must be a reference/);
  });

  test('takes flags over the file', () => {
    expect(parseJobFile(MINIMAL, { overrides: { 'load.workers': '7' } }).load.workers).toBe(7);
  });

  test('takes the addresses of a stack that the file does not name', () => {
    const overrides = {
      'kafka.brokers': '127.0.0.1:9092, 127.0.0.1:9093',
      'kafka.registry.url': 'http://127.0.0.1:8081',
    };
    expect(parseJobFile(MINIMAL, { overrides }).kafka?.brokers).toEqual(['127.0.0.1:9092', '127.0.0.1:9093']);
  });

  test('refuses what is not built yet by its place, never passes over a filter or a mask in silence', () => {
    const tables = `
apply: { mode: transactional }
tables:
  - include: 'dbo.*'
  - { name: dbo.Orders, where: "Id > 1", columns: { Phone: { mask: hash }, Note: { exclude: true } } }`;
    expect(() => parseJobFile(MINIMAL + tables)).toThrow(
      /tables\.1\.where is not built yet.*tables\.1\.columns\.Phone\.mask is not built yet.*apply\.mode is not built yet/s,
    );
    expect(() => parseJobFile(`${MINIMAL}mode: load-and-changes\nload: { order: name }`)).not.toThrow();
  });
});
