import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { DEFAULT_CONVERT } from '#jobs';
import { hasPostgres, POSTGRES_VERSIONS } from '#stack';
import { freshDatabase } from '#testing';
import { DEFAULT_VALUE_POLICY } from '#values';
import { readScripts } from '../scripts/index.ts';
import { convertDatabase } from './convert-database.ts';
import type { ConversionSettings } from './schema-context.ts';

/** One of each kind of object that has a way of its own to PostgreSQL. */
const SCRIPT = `
CREATE PARTITION FUNCTION PF (datetime) AS RANGE LEFT FOR VALUES ('20230101', '2024-01-01T12:00:00')
GO
CREATE PARTITION SCHEME PS AS PARTITION PF ALL TO ([PRIMARY])
GO
CREATE RULE dbo.Positive AS @v > 0
GO
CREATE DEFAULT dbo.Five AS 5
GO
EXEC sp_addtype 'Quantity', 'int', 'NOT NULL'
GO
CREATE TABLE dbo.Shop (Id decimal(9) IDENTITY(10, 10) NOT NULL PRIMARY KEY, Name nvarchar(40) NOT NULL UNIQUE)
GO
CREATE TABLE dbo.Sale (Id int NOT NULL, At datetime NOT NULL, Amount Quantity, Shop decimal(9) NULL, CONSTRAINT PK_Sale PRIMARY KEY (Id, At),
  CONSTRAINT FK_Shop FOREIGN KEY (Shop) REFERENCES dbo.Shop (Id), CONSTRAINT CK_Id CHECK (Id > 0)) ON PS (At)
GO
CREATE INDEX IX_Shop ON dbo.Sale (Shop DESC) INCLUDE (Amount) WHERE Shop IS NOT NULL
GO
EXEC sp_bindrule 'dbo.Positive', 'dbo.Sale.Amount'
EXEC sp_bindefault 'dbo.Five', 'dbo.Sale.Amount'
GO
CREATE TABLE dbo.Worker (Id int NOT NULL CONSTRAINT PK_Worker PRIMARY KEY, Name nvarchar(50), Born date, Stamp rowversion, Notes xml,
  ValidFrom datetime2(3) GENERATED ALWAYS AS ROW START HIDDEN NOT NULL, ValidTo datetime2(3) GENERATED ALWAYS AS ROW END HIDDEN NOT NULL,
  Label AS CONCAT(Name, N' #', Id), Age AS DATEDIFF(year, Born, GETDATE()), PERIOD FOR SYSTEM_TIME (ValidFrom, ValidTo))
  WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.WorkerHistory))
GO
CREATE FULLTEXT INDEX ON dbo.Worker (Name LANGUAGE 1033, Notes LANGUAGE 1033) KEY INDEX PK_Worker
GO
CREATE VIEW dbo.Totals WITH SCHEMABINDING AS SELECT Amount, COUNT_BIG(*) AS n FROM dbo.Sale GROUP BY Amount
GO
CREATE UNIQUE CLUSTERED INDEX IX_Totals ON dbo.Totals (Amount)
GO
CREATE SYNONYM dbo.AnyShop FOR dbo.Shop
GO
CREATE FUNCTION dbo.Mine(@n nvarchar(50)) RETURNS TABLE WITH SCHEMABINDING AS RETURN SELECT 1 AS ok WHERE @n = USER_NAME()
GO
CREATE SECURITY POLICY dbo.Workers ADD FILTER PREDICATE dbo.Mine(Name) ON dbo.Worker WITH (STATE = ON)
GO
CREATE PROCEDURE dbo.AtTime @at datetime2(3) AS SELECT Id, Age FROM dbo.Worker FOR SYSTEM_TIME AS OF @at
GO
CREATE PROCEDURE dbo.Noted @word nvarchar(20) AS SELECT Id FROM dbo.Worker WHERE CONTAINS(Notes, @word)
GO
CREATE PROCEDURE dbo.Backdate @id int, @from datetime2(3) AS
UPDATE dbo.Worker SET ValidFrom = @from WHERE Id = @id
INSERT dbo.Worker (Id, ValidFrom, ValidTo) VALUES (@id + 1, @from, '9999-12-31')
GO
CREATE PROCEDURE dbo.Search @text nvarchar(20) AS
  SELECT Id FROM dbo.AnyShop WHERE Name <> USER_NAME() AND Name LIKE N'%' + @text + N'%' AND CHARINDEX(N'b', Name) > 0 AND PATINDEX(N'%[0-9]%', Name) = 0 AND REPLACE(Name, N'a', N'') <> N''
GO
`;

const { database } = readScripts([{ path: 'all.sql', text: SCRIPT }], { database: 'D' });

const ASKED: readonly (readonly [sql: string, answer: string])[] = [
  [`insert into shop (name) values ('Abel'), ('Berta') returning id`, '10 20'],
  [`insert into sale (id, at, shop) values (1, '2023-01-01', 10), (2, '2023-01-01 00:00:00.003', 20), (3, '2024-01-01 12:00:00', 20), (4, '2024-01-01 12:00:01', null) returning tableoid::regclass`, 'sale_p1 sale_p2 sale_p2 sale_p3'],
  ['select distinct amount from sale', '5'],
  [`insert into worker (id, name, born) values (1, 'ada', now() - interval '400 days') returning label, stamp is not null`, 'ada #1,t'],
  ['update worker set born = born returning id', '1'],
  ['select count(*) from worker_history', '1'],
  [`select id from at_time((select valid_from from worker))`, '1'],
  [`update worker set notes = '<n made="steel">no lead</n><n/>'`, ''],
  [`select (select count(*) from noted('steel')), (select count(*) from noted('lead')), (select count(*) from noted('n'))`, '1,1,0'],
  ['alter table worker disable trigger worker_period', ''],
  [`call backdate(1, '2001-02-03')`, ''],
  ['alter table worker enable trigger worker_period', ''],
  [`select id, valid_from::date::text from worker order by id`, '1,2001-02-03 2,2001-02-03'],
  [`select id from search('B')`, '10 20'],
  [`select id from search('r')`, '20'],
  [`refresh materialized view concurrently totals`, ''],
  ['select n from totals', '4'],
]; // prettier-ignore

for (const version of POSTGRES_VERSIONS) {
  const isHere = hasPostgres(version);
  if (!isHere) process.stderr.write(`skipped: PostgreSQL ${version} is not installed\n`);
  describe(`objects in PostgreSQL ${version}`, () => {
    const check = isHere ? test.each : test.skip.each;
    check(['lower', 'icu'] as const)('are taken and work, texts without case by %s', async (caseInsensitive) => {
      const settings = {
        target: { naming: 'snake_case', schemas: { dbo: 'public' }, version },
        tables: [],
        values: DEFAULT_VALUE_POLICY,
        convert: { ...DEFAULT_CONVERT, caseInsensitive },
      } as unknown as ConversionSettings;
      const fresh = await freshDatabase(version);
      const client = new pg.Client({
        connectionString: fresh.url,
        types: { getTypeParser: () => (value: unknown) => value },
      });
      await client.connect();
      try {
        for (const { sql } of convertDatabase(database, settings).steps) {
          await client.query(sql).catch((error: Error) => {
            throw new Error(`${error.message} — in ${sql}`, { cause: error });
          });
        }
        for (const [sql, answer] of ASKED) {
          const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
          expect({ sql, answer: rows.map((row) => row.join(',')).join(' ') }).toEqual({ sql, answer });
        }
      } finally {
        await client.end();
        await fresh.drop();
      }
    });
  });
}
