import { caseList } from './case-list.ts';

/** INSERT, UPDATE, DELETE, MERGE and what else changes rows. */
export const DML_CASES = caseList(String.raw`
insert | INSERT INTO t VALUES (1)
insert | INSERT t VALUES (1, 'a'), (2, DEFAULT), (NULL, -1)
insert | INSERT INTO dbo.t (a, [b c], "d") VALUES (1, 2, 3)
insert | INSERT "Categories"("CategoryID","Picture") VALUES(1,0x15)
insert | INSERT t (a) SELECT a FROM u
insert | INSERT INTO t SELECT a FROM u UNION ALL SELECT b FROM v ORDER BY 1
insert | INSERT t (SELECT 1)
insert | INSERT INTO t (a) (SELECT 1 UNION SELECT 2)
insert | INSERT INTO t (a) VALUES ((SELECT MAX(a) FROM t))
insert | INSERT INTO t DEFAULT VALUES
insert | INSERT INTO t EXEC dbo.p 1, @b = 2
insert | INSERT INTO #t (a) EXECUTE ('SELECT 1')
insert | INSERT @t VALUES (1)
insert | INSERT TOP (5) INTO t SELECT * FROM u
insert | INSERT INTO t WITH (TABLOCK, KEEPIDENTITY) (a) SELECT a FROM u
insert | INSERT INTO t (a) OUTPUT inserted.a VALUES (1)
insert | INSERT INTO t (a) OUTPUT inserted.a, inserted.b AS c INTO @o (x, y) OUTPUT inserted.* VALUES (1)
insert | INSERT INTO t OUTPUT inserted.id INTO dbo.audit SELECT 1
insert | WITH c AS (SELECT 1 AS a) INSERT INTO t (a) SELECT a FROM c OPTION (RECOMPILE)
insert | INSERT INTO t WITH c AS (SELECT 1 AS a) SELECT a FROM c
insert | INSERT INTO h (a) SELECT a FROM (DELETE FROM t OUTPUT deleted.a WHERE b = 1) AS d (a)
insert | INSERT INTO h SELECT x FROM (MERGE t USING s ON t.a = s.a WHEN MATCHED THEN DELETE OUTPUT $action AS x) AS m WHERE x = 'DELETE'
insert | INSERT INTO OPENQUERY(srv, 'SELECT a FROM t') VALUES (1)
insert | INSERT INTO OPENROWSET('P', 'S', 'SELECT a FROM t') (a) VALUES (1)
insert | INSERT INTO srv.db.dbo.t (t.a, dbo.t.b) VALUES (1, 2)
update | UPDATE t SET a = 1
update | UPDATE dbo.t SET a = a + 1, b = DEFAULT, c = NULL, [d] = (SELECT 1) WHERE a = 1
update | UPDATE t SET a += 1, b -= 1, c *= 2, d /= 2, e %= 2, f &= 1, g |= 1, h ^= 1
update | UPDATE t SET @v = a, @w = b = c + 1, @x += d, t.e = 5, @y = f += 1
update | UPDATE x SET a = u.a FROM t AS x INNER JOIN u ON u.id = x.id WHERE u.b = 1
update | UPDATE t SET a = 1 FROM t WITH (UPDLOCK), u WHERE t.id = u.id
update | UPDATE t WITH (ROWLOCK) SET a = 1
update | UPDATE TOP (10) t SET a = 1 OUTPUT inserted.a, deleted.a INTO @o WHERE b = 1
update | UPDATE TOP (10) PERCENT t SET a = 1
update | UPDATE @t SET a = 1 WHERE b = 2
update | UPDATE t SET doc.WRITE(N'x', 0, NULL), x.modify('delete /a')
update | UPDATE t SET a = 1 WHERE CURRENT OF cur
update | UPDATE t SET a = 1 WHERE CURRENT OF GLOBAL cur
update | UPDATE t SET a = 1 WHERE CURRENT OF @cur
update | WITH c AS (SELECT * FROM t) UPDATE c SET a = 1 OPTION (MAXDOP 1)
update | UPDATE OPENQUERY(srv, 'SELECT a FROM t') SET a = 1
delete | DELETE t
delete | DELETE FROM dbo.t WHERE a = 1
delete | DELETE x FROM t AS x JOIN u ON u.id = x.id
delete | DELETE FROM x FROM t x WHERE x.a = 1
delete | DELETE TOP (5) FROM t OUTPUT deleted.* WHERE a = 1
delete | DELETE FROM t WITH (TABLOCK) OUTPUT deleted.a INTO @o (a) FROM u WHERE u.a = t.a OPTION (RECOMPILE)
delete | DELETE @t WHERE a = 1
delete | DELETE FROM t WHERE CURRENT OF cur
delete | WITH c AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) AS n FROM t) DELETE FROM c WHERE n > 1
merge | MERGE t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET t.b = s.b;
merge | MERGE INTO dbo.t WITH (HOLDLOCK) AS x USING (SELECT 1 AS a, 2 AS b) AS y (a, b) ON x.a = y.a WHEN MATCHED AND x.b <> y.b THEN UPDATE SET b = y.b, c += 1 WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (a, b) VALUES (y.a, y.b);
merge | MERGE TOP (10) t AS x USING @s AS y ON x.a = y.a WHEN NOT MATCHED BY TARGET AND y.a > 1 THEN INSERT VALUES (y.a) WHEN NOT MATCHED BY SOURCE AND x.b = 1 THEN DELETE WHEN NOT MATCHED BY SOURCE THEN UPDATE SET b = 0 OUTPUT $action, inserted.a, deleted.* INTO #o OPTION (RECOMPILE);
merge | MERGE @t AS x USING (VALUES (1, 'a'), (2, 'b')) AS y (a, b) ON x.a = y.a WHEN NOT MATCHED THEN INSERT DEFAULT VALUES;
merge | WITH s AS (SELECT 1 AS a) MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE;
truncate | TRUNCATE TABLE dbo.t
truncate | TRUNCATE TABLE t WITH (PARTITIONS (1, 3 TO 5))
bulkInsert | BULK INSERT db.dbo.t FROM 'f.csv'
bulkInsert | BULK INSERT t FROM N'f.csv' WITH (FIELDTERMINATOR = ',', ROWTERMINATOR = '\n', FIRSTROW = 2, TABLOCK, CODEPAGE = '65001', DATAFILETYPE = 'char', ORDER (a ASC, b DESC), FORMAT = 'CSV')
insertBulk | INSERT BULK dbo.t ([a] int, [b] nvarchar(50) COLLATE Latin1_General_CI_AS, [c] varbinary(max)) WITH (TABLOCK, CHECK_CONSTRAINTS)
textStatement | READTEXT t.c @p 0 10 HOLDLOCK
textStatement | WRITETEXT t.c @p WITH LOG 'x'
textStatement | UPDATETEXT BULK t.c @p 0 NULL WITH LOG 'x'
`);
