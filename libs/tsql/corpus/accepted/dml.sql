-- page: t-sql/statements/insert-transact-sql
INSERT INTO hr.person (name, city) VALUES ('Ann', 'Oslo')
INSERT hr.person VALUES (1, 'Ann', DEFAULT, NULL)
INSERT hr.person (name) VALUES ('a'), ('b'), ('c')
INSERT INTO hr.person DEFAULT VALUES
INSERT INTO hr.person (name) SELECT name FROM hr.guest WHERE city = 'Rome'
INSERT INTO hr.person EXEC hr.list_guests 5
INSERT hr.person (name) EXECUTE ('SELECT name FROM hr.guest')
INSERT INTO hr.person (name) OUTPUT inserted.person_id VALUES ('Ann')
INSERT INTO hr.person (name) OUTPUT inserted.person_id, inserted.name INTO @made (id, name) VALUES ('Ann')
INSERT INTO hr.person (name) OUTPUT inserted.* INTO hr.log OUTPUT inserted.person_id SELECT name FROM hr.guest
INSERT INTO @rows (a, b) VALUES (1, 2)
INSERT INTO #t SELECT * FROM (VALUES (1), (2)) AS v (x)
INSERT INTO srv1.tickets.hr.person (name) VALUES ('x')
INSERT OPENQUERY(far_srv, 'SELECT name FROM person') VALUES ('x')
INSERT INTO OPENROWSET('MSOLEDBSQL', 'far'; 'u'; 'p', db.dbo.t) (a) SELECT 1
INSERT INTO hr.person WITH (TABLOCK) (name) SELECT name FROM hr.guest
INSERT TOP (5) PERCENT INTO hr.person (name) SELECT name FROM hr.guest ORDER BY name
INSERT INTO v (a) VALUES ((SELECT MAX(a) FROM t) + 1)
INSERT INTO t (a) VALUES (NEXT VALUE FOR dbo.s), (NEXT VALUE FOR dbo.s)
INSERT INTO log SELECT id FROM (MERGE t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = 1 OUTPUT $action, inserted.id) AS c (act, id) WHERE act = 'UPDATE'
INSERT INTO log (id) SELECT id FROM (UPDATE t SET a = 2 OUTPUT deleted.id WHERE a = 1) AS d
INSERT INTO social.person VALUES (1, 'Ann')
INSERT INTO social.follows VALUES ((SELECT $node_id FROM social.person WHERE id = 1), (SELECT $node_id FROM social.person WHERE id = 2), '2031-01-01')
INSERT INTO social.follows ($from_id, $to_id, since) VALUES (@f, @t, SYSDATETIME())
INSERT INTO t (a) (SELECT 1 UNION SELECT 2)
INSERT INTO t (geo_col) VALUES (geometry::STGeomFromText('POINT(1 2)', 0))
INSERT INTO hr.person (name) VALUES ('x') OPTION (RECOMPILE)
INSERT INTO t WITH (ROWLOCK) DEFAULT VALUES
-- page: t-sql/queries/update-transact-sql
UPDATE hr.person SET city = 'Oslo'
UPDATE hr.person SET city = 'Oslo', seen = DEFAULT, note = NULL WHERE person_id = 3
UPDATE hr.person SET visits += 1, rate -= 2, a *= 3, b /= 4, c %= 5
UPDATE hr.person SET flags &= 3, x |= 4, y ^= 1
UPDATE hr.person SET @n = visits = visits + 1 WHERE person_id = 1
UPDATE hr.person SET @n = visits, city = 'x'
UPDATE hr.person SET @n += visits
UPDATE p SET p.city = a.city FROM hr.person AS p JOIN hr.address AS a ON a.person_id = p.person_id
UPDATE TOP (10) hr.person SET city = 'x'
UPDATE hr.person SET city = 'x' OUTPUT deleted.city, inserted.city, inserted.person_id WHERE city IS NULL
UPDATE hr.person SET city = 'x' OUTPUT deleted.city INTO @old WHERE 1 = 0
UPDATE hr.person WITH (ROWLOCK, READPAST) SET city = 'x' WHERE person_id = 1
UPDATE t SET doc.modify('replace value of (/a/text())[1] with "x"') WHERE id = 1
UPDATE t SET pos.X = 3, pos.SetXY(1, 2)
UPDATE t SET note.WRITE(N'x', 0, 5)
UPDATE t SET note.WRITE(NULL, @at, NULL)
UPDATE hr.person SET city = 'x' WHERE CURRENT OF people_cur
UPDATE hr.person SET city = 'x' WHERE CURRENT OF GLOBAL people_cur
UPDATE hr.person SET city = 'x' WHERE CURRENT OF @cur
UPDATE @rows SET a = a + 1
UPDATE OPENQUERY(far_srv, 'SELECT a FROM t WHERE id = 1') SET a = 2
UPDATE t SET a = (SELECT MAX(b) FROM u WHERE u.id = t.id) FROM t CROSS JOIN v WHERE t.id IN (SELECT id FROM w)
UPDATE t SET [a] = 1, "b" = 2 OPTION (MAXDOP 1)
UPDATE srv1.tickets.hr.person SET city = 'x'
UPDATE t SET a = CASE WHEN b = 1 THEN 2 ELSE 3 END
-- page: t-sql/statements/delete-transact-sql
DELETE FROM hr.person
DELETE hr.person WHERE city = 'x'
DELETE TOP (100) FROM hr.person WHERE city IS NULL
DELETE p FROM hr.person AS p INNER JOIN hr.gone AS g ON g.person_id = p.person_id
DELETE FROM hr.person FROM hr.person p, hr.gone g WHERE p.person_id = g.person_id
DELETE FROM hr.person OUTPUT deleted.* WHERE person_id = 1
DELETE FROM hr.person OUTPUT deleted.person_id INTO hr.log (id) WHERE person_id < 9
DELETE FROM hr.person WITH (TABLOCK) WHERE 1 = 1
DELETE FROM hr.person WHERE CURRENT OF people_cur
DELETE FROM @rows WHERE a = 1
DELETE OPENQUERY(far_srv, 'SELECT a FROM t WHERE id = 1')
DELETE FROM social.follows WHERE $from_id = @id
DELETE FROM hr.person WHERE person_id IN (SELECT TOP (5) person_id FROM hr.person ORDER BY seen) OPTION (FORCE ORDER)
-- page: t-sql/statements/merge-transact-sql
MERGE INTO stock AS t USING delivery AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET t.qty = t.qty + s.qty WHEN NOT MATCHED THEN INSERT (id, qty) VALUES (s.id, s.qty);
MERGE stock USING (SELECT id, SUM(qty) FROM delivery GROUP BY id) AS s (id, qty) ON stock.id = s.id WHEN MATCHED AND stock.qty + s.qty = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET qty += s.qty WHEN NOT MATCHED BY TARGET AND s.qty > 0 THEN INSERT VALUES (s.id, s.qty) WHEN NOT MATCHED BY SOURCE THEN DELETE OUTPUT $action, inserted.id, deleted.id;
MERGE TOP (10) stock WITH (HOLDLOCK) AS t USING (VALUES (1, 2), (3, 4)) AS s (id, qty) ON t.id = s.id WHEN NOT MATCHED THEN INSERT DEFAULT VALUES;
MERGE stock t USING delivery s ON t.id = s.id AND t.kind = s.kind WHEN NOT MATCHED BY SOURCE AND t.qty = 0 THEN UPDATE SET t.gone = 1 OUTPUT deleted.id INTO @gone OPTION (LOOP JOIN);
MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = DEFAULT, b = s.b OUTPUT inserted.id AS made, $action AS act INTO log (made, act);
MERGE TOP (5) PERCENT INTO t USING dbo.f(3) AS s ON t.id = s.id WHEN MATCHED THEN DELETE;
MERGE @rows AS t USING @more AS s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id);
MERGE social.follows AS e USING ((SELECT @a AS a, @b AS b) AS x JOIN social.person AS f ON x.a = f.id JOIN social.person AS g ON x.b = g.id) ON MATCH(f-(e)->g) WHEN MATCHED THEN UPDATE SET since = @d WHEN NOT MATCHED THEN INSERT ($from_id, $to_id, since) VALUES (f.$node_id, g.$node_id, @d);
-- page: t-sql/queries/output-clause-transact-sql
INSERT t OUTPUT inserted.a AS [new a] VALUES (1)
UPDATE t SET a = 1 OUTPUT inserted.a - deleted.a AS diff, u.name FROM t JOIN u ON u.id = t.id
DELETE t OUTPUT deleted.a, GETDATE() INTO audit.gone
DELETE t OUTPUT deleted.* INTO #gone OUTPUT deleted.a
-- page: t-sql/queries/update-transact-sql
UPDATE t SET a = 1 FROM t WITH (INDEX (ix)) WHERE b = 2
-- page: t-sql/statements/truncate-table-transact-sql
TRUNCATE TABLE hr.log
TRUNCATE TABLE tickets.hr.log
TRUNCATE TABLE hr.log WITH (PARTITIONS (2, 4, 6 TO 8))
TRUNCATE TABLE #t
-- page: t-sql/statements/bulk-insert-transact-sql
BULK INSERT hr.person FROM 'D:\in\people.csv'
BULK INSERT tickets.hr.person FROM 'people.csv' WITH (DATA_SOURCE = 'lake', FORMAT = 'CSV', FIRSTROW = 2, FIELDQUOTE = '"')
BULK INSERT hr.person FROM '\\share\people.dat' WITH (BATCHSIZE = 1000, CHECK_CONSTRAINTS, CODEPAGE = 'RAW', DATAFILETYPE = 'widenative', ERRORFILE = 'bad.txt', ERRORFILE_DATA_SOURCE = 'lake', FIRE_TRIGGERS, KEEPIDENTITY, KEEPNULLS, KILOBYTES_PER_BATCH = 64, LASTROW = 90, MAXERRORS = 3, ORDER (name ASC, city DESC), ROWS_PER_BATCH = 500, ROWTERMINATOR = '0x0a', TABLOCK)
BULK INSERT hr.person FROM 'people.dat' WITH (FORMATFILE = 'people.fmt', FORMATFILE_DATA_SOURCE = 'lake', FIELDTERMINATOR = '|', ROWTERMINATOR = '\n')
BULK INSERT hr.person FROM 'people.csv' WITH (FORMAT = 'CSV', FORMATFILE = 'x.xml', CODEPAGE = '65001')
-- page: t-sql/statements/bulk-insert-transact-sql
INSERT BULK hr.person (person_id int, name nvarchar(40) COLLATE Latin1_General_CI_AS) WITH (CHECK_CONSTRAINTS, TABLOCK)
-- page: t-sql/queries/readtext-transact-sql
READTEXT hr.person.note @ptr 1 25
READTEXT hr.person.note @ptr @at @size HOLDLOCK
READTEXT hr.person.note 0x00FF 0 0
-- page: t-sql/queries/writetext-transact-sql
WRITETEXT hr.person.note @ptr 'text'
WRITETEXT hr.person.note @ptr WITH LOG N'text'
WRITETEXT BULK hr.person.note @ptr @text
-- page: t-sql/queries/updatetext-transact-sql
UPDATETEXT hr.person.note @ptr 88 1 'b'
UPDATETEXT hr.person.note @ptr NULL 0 WITH LOG @text
UPDATETEXT hr.person.note @ptr 0 NULL hr.guest.note @from
