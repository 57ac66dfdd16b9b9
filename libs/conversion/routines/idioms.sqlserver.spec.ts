import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { SourceDatabase } from '#testing';

const FOLDER = join(import.meta.dirname, 'idioms');
const GO = /^\s*GO\s*$/im;

/** What the sandbox does not build: triggers of the database, cursors as parameters, columns of sysprocesses, MERGE as rows. */
const NOT_BUILT = /^CREATE (TRIGGER util\.trg_ddl|PROCEDURE (util\.Killer|dbo\.Dim_Load|dbo\.Cursor_Out))\b/;

test.each(readdirSync(FOLDER).filter((one) => one.endsWith('.sql')))(
  'a server takes every batch of %s',
  async (file) => {
    const database = await SourceDatabase.create();
    try {
      const refused: string[] = [];
      for (const text of readFileSync(join(FOLDER, file), 'utf8').split(GO))
        if (text.trim() !== '' && !NOT_BUILT.test(text.trim()))
          await database
            .run(text)
            .catch((error: Error) => refused.push(`${text.trim().slice(0, 60)} → ${error.message}`));
      expect(refused).toEqual([]);
    } finally {
      await database.drop();
    }
  },
  120_000,
);
