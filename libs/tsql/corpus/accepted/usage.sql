-- page: t-sql/queries/select-over-clause-transact-sql
SELECT SUM(x) OVER (PARTITION BY a ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS running, AVG(x) OVER (PARTITION BY a) AS mean FROM t
SELECT a, COUNT(*) OVER () AS total, ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC) AS no FROM t GROUP BY a
SELECT TOP (1) WITH TIES * FROM t ORDER BY ROW_NUMBER() OVER (PARTITION BY a ORDER BY b DESC)
SELECT * FROM (SELECT *, NTILE(10) OVER (ORDER BY x) AS bucket FROM t) AS q WHERE bucket = 1
SELECT MAX(x) OVER (PARTITION BY a, b + 1 ORDER BY c, d DESC ROWS 1 PRECEDING) FROM t
SELECT FIRST_VALUE(x) OVER w AS f, LAST_VALUE(x) OVER w AS l FROM t WINDOW w AS (PARTITION BY a ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
SELECT LEAD(x, 1, NULL) IGNORE NULLS OVER (PARTITION BY a ORDER BY b), LAG(x) RESPECT NULLS OVER (ORDER BY b) FROM t
SELECT PERCENTILE_CONT(0.1) WITHIN GROUP (ORDER BY x ASC) OVER (PARTITION BY a) AS p10 FROM t
SELECT STDEV(x) OVER (PARTITION BY a), VAR(x) OVER (), STDEVP(x) OVER (PARTITION BY a), VARP(DISTINCT x) FROM t GROUP BY a, x
SELECT COUNT_BIG(DISTINCT a), APPROX_COUNT_DISTINCT(b), CHECKSUM_AGG(CHECKSUM(c)), STRING_AGG(d, ';') WITHIN GROUP (ORDER BY d) FROM t
-- page: t-sql/queries/subqueries
SELECT a FROM t WHERE b = (SELECT MAX(b) FROM t AS i WHERE i.k = t.k)
SELECT a FROM t WHERE k IN (SELECT k FROM u WHERE u.x > ALL (SELECT x FROM v)) AND EXISTS (SELECT * FROM w WHERE w.k = t.k)
SELECT a, (SELECT COUNT(*) FROM u WHERE u.k = t.k) AS n, (SELECT TOP (1) x FROM v ORDER BY x) AS x FROM t
SELECT q.n FROM (SELECT COUNT(*) AS n FROM (SELECT DISTINCT a FROM t) AS d) AS q
UPDATE t SET a = (SELECT SUM(x) FROM u WHERE u.k = t.k), b = ISNULL((SELECT MIN(x) FROM u), 0) WHERE NOT EXISTS (SELECT 1 FROM v)
DELETE FROM t WHERE k NOT IN (SELECT k FROM u WHERE k IS NOT NULL)
INSERT INTO t (a, b) SELECT x, (SELECT MAX(y) FROM v) FROM u WHERE x NOT IN (SELECT a FROM t)
SELECT CASE WHEN EXISTS (SELECT 1 FROM t WHERE a = 1) THEN 'yes' ELSE 'no' END
SELECT a FROM t WHERE (SELECT COUNT(*) FROM u WHERE u.k = t.k) BETWEEN 1 AND 5
SELECT a FROM t WHERE 5 > SOME (SELECT x FROM u) OR 'z' = ANY (SELECT y FROM v)
-- page: relational-databases/performance/joins
SELECT a.x, b.y, c.z FROM a INNER JOIN b ON b.k = a.k LEFT JOIN c ON c.k = b.k AND c.active = 1 WHERE a.x > 5
SELECT * FROM a FULL OUTER JOIN b ON a.k = b.k AND (a.x = b.x OR (a.x IS NULL AND b.x IS NULL))
SELECT * FROM a CROSS JOIN b CROSS JOIN c WHERE a.k = b.k AND b.k = c.k
SELECT * FROM a RIGHT JOIN (b INNER JOIN c ON c.k = b.k) ON a.k = b.k
SELECT * FROM a LEFT JOIN b LEFT JOIN c ON b.k = c.k ON a.k = b.k
SELECT * FROM a AS x INNER JOIN a AS y ON x.boss = y.id AND x.id <> y.id
SELECT l.*, r.x FROM srv1.db.dbo.a AS l INNER HASH JOIN #b AS r WITH (NOLOCK) ON l.k = r.k
SELECT * FROM a JOIN (VALUES (1, 'x'), (2, 'y')) AS v (id, code) ON v.id = a.id
SELECT * FROM a CROSS APPLY (SELECT b.* FROM b WHERE b.k = a.k) q OUTER APPLY dbo.f(q.x, a.y) AS r (m, n)
SELECT * FROM a, b INNER JOIN c ON b.k = c.k, d AS dd WHERE a.k = b.k AND dd.k = a.k
-- page: relational-databases/tables/temporal-table-usage-scenarios
SELECT s.*, o.name FROM hr.salary FOR SYSTEM_TIME ALL AS s JOIN hr.person FOR SYSTEM_TIME AS OF '2031-01-01' AS o ON o.id = s.id
SELECT id, vf, vt FROM hr.salary FOR SYSTEM_TIME BETWEEN @a AND @b AS h WHERE h.id = 5 ORDER BY vf
SELECT * FROM hr.salary FOR SYSTEM_TIME FROM '2030-01-01' TO '2031-01-01' h CROSS APPLY dbo.f(h.id)
ALTER TABLE hr.salary SET (SYSTEM_VERSIONING = ON (HISTORY_TABLE = hr.salary_old, HISTORY_RETENTION_PERIOD = 3 WEEKS))
ALTER TABLE hr.salary ALTER COLUMN amount decimal(19, 4) NOT NULL; ALTER TABLE hr.salary SET (SYSTEM_VERSIONING = OFF)
ALTER TABLE hr.plain ADD PERIOD FOR SYSTEM_TIME (a, b), a datetime2 GENERATED ALWAYS AS ROW START HIDDEN NOT NULL DEFAULT SYSUTCDATETIME(), b datetime2 GENERATED ALWAYS AS ROW END HIDDEN NOT NULL DEFAULT '9999-12-31'
-- page: relational-databases/graphs/sql-graph-overview
SELECT p2.name FROM person p1, likes, page, likes AS l2, person p2 WHERE MATCH(p1-(likes)->page<-(l2)-p2) AND p1.id <> p2.id
SELECT COUNT(*) FROM person AS a, knows AS k, person AS b WHERE MATCH(a-(k)->b) AND k.since > '2030-01-01' AND b.name LIKE 'A%'
DELETE k FROM person a, knows k, person b WHERE MATCH(a-(k)->b) AND a.name = 'x'
UPDATE k SET since = GETDATE() FROM person a, knows k, person b WHERE MATCH(a-(k)->b)
SELECT JSON_VALUE($node_id, '$.id'), NODE_ID_FROM_PARTS(OBJECT_ID('person'), 3) FROM person
-- page: relational-databases/track-changes/work-with-change-tracking-sql-server
SELECT CHANGE_TRACKING_CURRENT_VERSION(), CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('sales.ticket')), CHANGE_TRACKING_IS_COLUMN_IN_MASK(COLUMNPROPERTY(OBJECT_ID('sales.ticket'), 'price', 'ColumnId'), @mask)
SELECT t.*, c.SYS_CHANGE_VERSION FROM sales.ticket AS t RIGHT OUTER JOIN CHANGETABLE(CHANGES sales.ticket, @last) AS c ON t.id = c.id
WITH CHANGE_TRACKING_CONTEXT (@me) UPDATE sales.ticket SET price = 5 WHERE id = 1
-- page: relational-databases/json/json-data-sql-server
SELECT JSON_VALUE(doc, 'strict $.a.b[3]."c d"'), JSON_QUERY(doc, '$'), ISJSON(doc) FROM shop.doc WHERE JSON_VALUE(doc, '$.x') = 'y'
ALTER TABLE shop.doc ADD CONSTRAINT ck_json CHECK (ISJSON(doc) = 1), size AS JSON_VALUE(doc, '$.size') PERSISTED
UPDATE shop.doc SET doc = JSON_MODIFY(JSON_MODIFY(doc, '$.a', 1), 'append $.b', JSON_QUERY('{"c":2}')) WHERE id = 1
SELECT o.id, i.* FROM OPENJSON(@orders) WITH (id int, items nvarchar(max) AS JSON) AS o CROSS APPLY OPENJSON(o.items) WITH (sku varchar(20) '$.sku', qty int '$.qty') AS i
INSERT INTO sales.ticket (guest, price) SELECT guest, price FROM OPENJSON(@j, '$.list') WITH (guest nvarchar(80) '$.g', price money '$.p')
SELECT id, (SELECT sku, qty FROM lines l WHERE l.id = o.id FOR JSON PATH, INCLUDE_NULL_VALUES) AS lines FROM orders o FOR JSON PATH, ROOT ('orders')
-- page: relational-databases/xml/for-xml-sql-server
SELECT (SELECT name AS 'text()', ' ' AS 'text()' FROM hr.person FOR XML PATH (''), TYPE).value('.', 'nvarchar(max)')
SELECT STUFF((SELECT ', ' + name FROM hr.person ORDER BY name FOR XML PATH ('')), 1, 2, '')
SELECT p.id AS '@id', p.name, (SELECT a.city FROM hr.address a WHERE a.id = p.id FOR XML PATH ('address'), TYPE) FROM hr.person p FOR XML PATH ('person'), ROOT ('people'), ELEMENTS XSINIL
SELECT 1 AS Tag, NULL AS Parent, id AS [o!1!id], NULL AS [l!2!sku!cdata] FROM orders UNION ALL SELECT 2, 1, id, sku FROM lines ORDER BY [o!1!id] FOR XML EXPLICIT
-- page: relational-databases/sequence-numbers/sequence-numbers
CREATE TABLE ord (id int NOT NULL CONSTRAINT df_id DEFAULT (NEXT VALUE FOR dbo.s) PRIMARY KEY, code AS RIGHT('0000' + CAST(id AS varchar(9)), 4))
DECLARE @n int = NEXT VALUE FOR dbo.s; SET @n = NEXT VALUE FOR dbo.s
UPDATE t SET a = NEXT VALUE FOR dbo.s
EXEC sp_sequence_get_range @sequence_name = N'dbo.s', @range_size = 10, @range_first_value = @f OUTPUT
-- page: relational-databases/partitions/create-partitioned-tables-and-indexes
CREATE PARTITION FUNCTION pf_month (date) AS RANGE RIGHT FOR VALUES ('20310101', '20310201', '20310301'); CREATE PARTITION SCHEME ps_month AS PARTITION pf_month ALL TO ([PRIMARY])
CREATE TABLE sale (id bigint NOT NULL, d date NOT NULL, CONSTRAINT pk_sale PRIMARY KEY CLUSTERED (d, id) ON ps_month (d)) ON ps_month (d)
SELECT $PARTITION.pf_month(d) AS p, COUNT(*) FROM sale GROUP BY $PARTITION.pf_month(d) ORDER BY p
ALTER TABLE sale SWITCH PARTITION 2 TO sale_old PARTITION 2; ALTER PARTITION FUNCTION pf_month() MERGE RANGE ('20310101'); ALTER PARTITION SCHEME ps_month NEXT USED fg4; ALTER PARTITION FUNCTION pf_month() SPLIT RANGE ('20310401')
ALTER INDEX ALL ON sale REBUILD PARTITION = 3 WITH (DATA_COMPRESSION = PAGE, ONLINE = ON (WAIT_AT_LOW_PRIORITY (MAX_DURATION = 1 MINUTES, ABORT_AFTER_WAIT = SELF)))
-- page: relational-databases/views/create-indexed-views
CREATE UNIQUE CLUSTERED INDEX ix_v ON hr.v (n); CREATE NONCLUSTERED INDEX ix_v2 ON hr.v (c) INCLUDE (n) WITH (DATA_COMPRESSION = ROW)
SELECT n, c FROM hr.v WITH (NOEXPAND) WHERE c > 5
-- page: relational-databases/user-defined-functions/deterministic-and-nondeterministic-functions
SELECT dbo.f(dbo.g(1, DEFAULT), @x), sales.price_of(5, GETDATE()) * 2 FROM (SELECT 1 AS one) AS o
SELECT f.* FROM dbo.tvf(1, 'x', NULL) AS f WHERE f.a = dbo.scalar(f.b)
-- page: relational-databases/performance/monitoring-performance-by-using-the-query-store
EXEC sys.sp_query_store_force_plan @query_id = 5, @plan_id = 7; EXEC sp_query_store_set_hints 5, N'OPTION (RECOMPILE, MAXDOP 1)'
ALTER DATABASE tickets SET QUERY_STORE = ON (WAIT_STATS_CAPTURE_MODE = OFF, QUERY_CAPTURE_MODE = ALL)
-- page: relational-databases/collations/set-or-change-the-column-collation
ALTER TABLE hr.person ALTER COLUMN name nvarchar(80) COLLATE Polish_100_CI_AS NOT NULL
-- page: relational-databases/security/authentication-access/ownership-and-user-schema-separation-in-sql-server
CREATE SCHEMA web AUTHORIZATION ops; ALTER USER anna WITH DEFAULT_SCHEMA = web; ALTER AUTHORIZATION ON SCHEMA::web TO dbo
-- page: relational-databases/security/encryption/encrypt-a-column-of-data
OPEN SYMMETRIC KEY sk DECRYPTION BY CERTIFICATE c1; UPDATE hr.person SET secret = EncryptByKey(Key_GUID('sk'), plain, 1, HASHBYTES('SHA2_256', CONVERT(varbinary, person_id))); CLOSE SYMMETRIC KEY sk
-- page: relational-databases/security/encryption/transparent-data-encryption
CREATE MASTER KEY ENCRYPTION BY PASSWORD = 'Gh7!kk'; CREATE CERTIFICATE tde WITH SUBJECT = 'tde'; CREATE DATABASE ENCRYPTION KEY WITH ALGORITHM = AES_256 ENCRYPTION BY SERVER CERTIFICATE tde; ALTER DATABASE tickets SET ENCRYPTION ON
-- page: relational-databases/backup-restore/back-up-and-restore-of-sql-server-databases
BACKUP DATABASE tickets TO DISK = N'D:\b\full.bak' WITH INIT, COMPRESSION, CHECKSUM, STATS = 10; BACKUP LOG tickets TO DISK = N'D:\b\log.trn' WITH NOFORMAT
RESTORE FILELISTONLY FROM DISK = N'D:\b\full.bak'; RESTORE DATABASE copy1 FROM DISK = N'D:\b\full.bak' WITH MOVE N'd1' TO N'D:\d\copy1.mdf', MOVE N'l1' TO N'D:\l\copy1.ldf', NORECOVERY, REPLACE; RESTORE LOG copy1 FROM DISK = N'D:\b\log.trn' WITH RECOVERY
-- page: t-sql/queries/from-transact-sql
SELECT x.id FROM (SELECT TOP (5) a.id FROM a ORDER BY a.cpu DESC UNION SELECT TOP (5) b.id FROM b ORDER BY b.cost DESC) AS x
SELECT * FROM (SELECT TOP (1) a AS k, b FROM t ORDER BY c UNION ALL SELECT a, b FROM u EXCEPT SELECT TOP (2) a, b FROM v ORDER BY d) AS q
-- page: t-sql/statements/alter-server-audit-specification-transact-sql
ALTER SERVER AUDIT SPECIFICATION s1 DROP (FAILED_LOGIN_GROUP) ADD (SUCCESSFUL_LOGIN_GROUP) WITH (STATE = OFF)
-- page: t-sql/statements/alter-database-audit-specification-transact-sql
ALTER DATABASE AUDIT SPECIFICATION d1 DROP (SELECT ON hr.person BY anna) ADD (INSERT ON hr.person BY bob), ADD (UPDATE ON hr.person BY bob)
-- page: t-sql/queries/hints-transact-sql-table
SELECT * FROM t WITH (FORCESEEK (2 (a, b)), NOLOCK)
-- page: t-sql/statements/alter-database-audit-specification-transact-sql
ALTER DATABASE AUDIT SPECIFICATION d1 FOR SERVER AUDIT a1 DROP DATABASE AUDIT SPECIFICATION d1
-- page: t-sql/statements/create-statistics-transact-sql
CREATE STATISTICS st ON hr.t (a) WITH FULLSCAN, INCREMENTAL = ON, NORECOMPUTE
-- page: t-sql/statements/create-user-transact-sql
CREATE USER [svc] WITH SID = 0x01050000, TYPE = E
CREATE USER anna FOR LOGIN anna_l WITH DEFAULT_SCHEMA = [my schema], ALLOW_ENCRYPTED_VALUE_MODIFICATIONS = OFF
-- page: t-sql/language-elements/execute-transact-sql
EXEC hr.p @a = 'x', @b = N'y', @c = 0x0A, @d = -1.5e3, @e = $5, @f = NULL, @g = @h OUT WITH RECOMPILE
EXECUTE ('SELECT * FROM t WHERE a = ? AND b = ?', @a, 'x') AS USER = 'anna' AT far_srv
EXEC p WITH RESULT SETS ((a int, b nvarchar(max) COLLATE Latin1_General_BIN2 NOT NULL), AS TYPE hr.IdList)
EXEC [far srv].[my db].[my schema].[my proc] [bare], bare2
EXEC sp_who2 active
EXEC @rc = sp_helpdb
-- page: t-sql/statements/merge-transact-sql
WITH src AS (SELECT id, qty FROM delivery WHERE qty > 0) MERGE INTO stock WITH (ROWLOCK, HOLDLOCK) AS t USING src AS s ON (t.id = s.id) WHEN MATCHED AND t.qty <> s.qty THEN UPDATE SET t.qty = s.qty, t.seen = GETDATE() WHEN NOT MATCHED BY TARGET THEN INSERT (id, qty) VALUES (s.id, s.qty) WHEN NOT MATCHED BY SOURCE AND t.seen < '2030-01-01' THEN DELETE OUTPUT $action, inserted.*, deleted.* INTO audit.stock_log OPTION (RECOMPILE);
-- page: t-sql/queries/select-transact-sql
SELECT ALL TOP (3) PERCENT WITH TIES a AS [x y], b 'z', c = d, e.*, $rowguid, COUNT(*) OVER () INTO #r FROM e WITH (TABLOCK) WHERE a > 1 GROUP BY a, b HAVING MAX(c) < 5 ORDER BY 1 DESC, b COLLATE Latin1_General_CI_AS
SELECT a FROM t UNION ALL (SELECT b FROM u INTERSECT SELECT c FROM v) EXCEPT SELECT d FROM w ORDER BY a OFFSET 1 ROW FETCH FIRST 2 ROWS ONLY FOR JSON PATH OPTION (MAXDOP 1)
SELECT * FROM a LEFT JOIN b INNER JOIN c ON c.x = b.x AND c.y IS NOT NULL ON b.k = a.k RIGHT JOIN d ON d.k = COALESCE(a.k, b.k) CROSS APPLY OPENJSON(d.j) j
SELECT IIF(EXISTS (SELECT 1 FROM t), 1, 0), CHOOSE(2, 'a', 'b'), TRY_CONVERT(date, '2031-02-30'), FORMAT(1.5, 'C', 'en-gb'), LOG(2.5, 10)
SELECT a.value('(/x)[1]', 'int') AS v, b.query('.') q FROM t CROSS APPLY c.nodes('/r') AS n (a) OUTER APPLY n.a.nodes('b') m (b) WHERE n.a.exist('b') = 1
