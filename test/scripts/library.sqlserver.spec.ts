import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type sql from 'mssql';
import { convertDatabase, readScripts } from '#conversion';
import { connect } from '#samples';
import { productRoot } from '#stack';
import { freshName, testSandbox } from '#testing';
import { decodeScript, parseScript } from '#tsql';

const database = freshName('library');
/** The script as "Generate Scripts" saves it: UTF-16 with its mark, lines ended as on Windows. */
const bytes = Buffer.from(
  `\uFEFF${readFileSync(join(productRoot(), 'test/scripts/library.sql'), 'utf8').replaceAll('[Library]', `[${database}]`).replaceAll("'Library'", `'${database}'`).replaceAll('\n', '\r\n')}`,
  'utf16le',
);

describe('a script as SSMS generates it, with everything that a database may have', () => {
  let pool: sql.ConnectionPool;
  const refused: string[] = [];

  beforeAll(async () => {
    const server = { host: '127.0.0.1', user: 'sa', database: 'master', ...(await testSandbox()) };
    pool = await connect(server, 1);
    for (const batch of parseScript(decodeScript(bytes)).batches) {
      await pool
        .request()
        .batch(batch.text)
        .catch((error: sql.RequestError) => refused.push(`line ${batch.span.line}: ${error.number} ${error.message}`));
    }
  }, 120_000);

  afterAll(async () => {
    await pool.request().batch(`USE master; DROP DATABASE ${database}`);
    await pool.close();
  });

  test('the sandbox takes each statement, or says which of them it has not', () => {
    expect(refused).toEqual([]);
  });
});
