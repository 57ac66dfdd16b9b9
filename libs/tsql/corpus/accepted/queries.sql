-- page: t-sql/queries/select-transact-sql
SELECT 1
SELECT ALL name FROM hr.person
SELECT DISTINCT city, kind FROM sales.hall
SELECT *, 1 AS one FROM sales.hall
SELECT h.*, t.price FROM sales.hall AS h, sales.ticket t
SELECT seats AS [number of seats], "city" 'town', kind = UPPER(kind) FROM sales.hall
SELECT @total = SUM(price), @count += COUNT(*) FROM sales.ticket
SELECT $IDENTITY, $ROWGUID FROM hr.person
SELECT IDENTITYCOL, ROWGUIDCOL FROM hr.person
SELECT t.$IDENTITY FROM hr.person AS t
SELECT (SELECT MAX(seats) FROM sales.hall) AS biggest
SELECT sales.hall.name, tickets.sales.hall.city FROM tickets.sales.hall
SELECT 'a' + N'b' COLLATE Latin1_General_BIN2 AS joined
SELECT pos.STX, pos.Long, pos.STAsText() FROM geo.site
SELECT geography::Point(1, 2, 4326).STDistance(geography::Parse('POINT(0 0)'))
SELECT hierarchyid::GetRoot().ToString(), node.GetAncestor(1) FROM org.unit
SELECT name FROM hr.person WHERE name = 'x';
;SELECT 1;;SELECT 2;
(SELECT 1)
((SELECT 1 AS a) UNION (SELECT 2)) ORDER BY a
SELECT name FROM hr.person OPTION (RECOMPILE)
SELECT name FROM srv1.tickets.hr.person
SELECT name FROM tickets..person
SELECT name FROM srv1...person
SELECT name FROM ##shared WHERE 1 = 1
SELECT name FROM @rows AS r
-- page: t-sql/queries/select-clause-transact-sql
SELECT TOP 5 name FROM hr.person
SELECT TOP (5) PERCENT name FROM hr.person ORDER BY name
SELECT TOP (@n) WITH TIES name FROM hr.person ORDER BY city
SELECT DISTINCT TOP (SELECT 3) name FROM hr.person
SELECT TOP 10.5 PERCENT WITH TIES name FROM hr.person ORDER BY name DESC
SELECT TOP (@n + 1) * FROM hr.person
-- page: t-sql/queries/select-examples-transact-sql
SELECT h.city, COUNT(*) FROM sales.hall AS h WHERE h.seats > 50 GROUP BY h.city HAVING COUNT(*) > 1 ORDER BY 2 DESC
SELECT city, kind, SUM(seats) FROM sales.hall GROUP BY city, kind WITH ROLLUP
SELECT city, kind, SUM(seats) FROM sales.hall GROUP BY city, kind WITH CUBE
SELECT p.name FROM hr.person AS p WHERE EXISTS (SELECT * FROM sales.ticket AS t WHERE t.guest = p.name)
SELECT a.name, b.name FROM hr.person a INNER JOIN hr.person b ON a.boss = b.person_id WHERE a.person_id <> b.person_id
-- page: t-sql/queries/select-into-clause-transact-sql
SELECT * INTO #copy FROM sales.hall
SELECT name, seats INTO archive.dbo.hall_2031 FROM sales.hall WHERE 1 = 0
SELECT name INTO dbo.hall_names ON fg_archive FROM sales.hall
SELECT a = 1, b = 2 INTO #ab
SELECT TOP 0 IDENTITY(int, 1, 1) AS id, name INTO #shape FROM hr.person
-- page: t-sql/queries/select-group-by-transact-sql
SELECT city FROM sales.hall GROUP BY city
SELECT YEAR(sold_at), MONTH(sold_at), COUNT(*) FROM sales.ticket GROUP BY YEAR(sold_at), MONTH(sold_at)
SELECT city, kind FROM sales.hall GROUP BY ALL city, kind
SELECT city, kind, COUNT(*) FROM sales.hall GROUP BY ROLLUP (city, kind)
SELECT city, kind, COUNT(*) FROM sales.hall GROUP BY CUBE (city, kind)
SELECT city, kind, COUNT(*) FROM sales.hall GROUP BY GROUPING SETS ((city, kind), (city), ())
SELECT city, kind, COUNT(*) FROM sales.hall GROUP BY GROUPING SETS (ROLLUP (city, kind), CUBE (city, kind))
SELECT city, kind, COUNT(*) FROM sales.hall GROUP BY city, ROLLUP (kind, (seats, opened))
SELECT city, COUNT(*) FROM sales.hall GROUP BY (city)
SELECT COUNT(*) FROM sales.hall GROUP BY ()
SELECT city FROM sales.hall GROUP BY GROUPING SETS (city, kind), GROUPING SETS (seats)
SELECT 1 FROM sales.hall GROUP BY city WITH ROLLUP HAVING GROUPING(city) = 0
SELECT CASE WHEN seats > 9 THEN 'b' ELSE 's' END, COUNT(*) FROM sales.hall GROUP BY CASE WHEN seats > 9 THEN 'b' ELSE 's' END
-- page: t-sql/queries/select-having-transact-sql
SELECT city, SUM(seats) FROM sales.hall GROUP BY city HAVING SUM(seats) BETWEEN 100 AND 900
SELECT SUM(seats) FROM sales.hall HAVING COUNT(*) > 0
-- page: t-sql/queries/select-order-by-clause-transact-sql
SELECT name FROM hr.person ORDER BY name
SELECT name, city FROM hr.person ORDER BY city ASC, name DESC
SELECT name AS n FROM hr.person ORDER BY n, 1
SELECT name FROM hr.person ORDER BY name COLLATE Latin1_General_CS_AS DESC
SELECT name FROM hr.person ORDER BY CASE @dir WHEN 'up' THEN name END, CASE WHEN @dir = 'down' THEN name END DESC
SELECT name FROM hr.person ORDER BY name OFFSET 10 ROWS
SELECT name FROM hr.person ORDER BY name OFFSET 10 ROWS FETCH NEXT 5 ROWS ONLY
SELECT name FROM hr.person ORDER BY name OFFSET @skip ROW FETCH FIRST @take ROW ONLY
SELECT name FROM hr.person ORDER BY (SELECT NULL) OFFSET (@page - 1) * @size ROWS FETCH NEXT @size ROWS ONLY
SELECT name FROM hr.person ORDER BY person_id OFFSET 0 ROWS FETCH NEXT (SELECT size FROM app.paging) ROWS ONLY
SELECT name FROM hr.person UNION ALL SELECT name FROM hr.guest ORDER BY 1 OFFSET 2 ROWS
-- page: t-sql/queries/select-over-clause-transact-sql
SELECT ROW_NUMBER() OVER (ORDER BY a) FROM t
SELECT SUM(a) OVER () FROM t
SELECT SUM(a) OVER (PARTITION BY b, c ORDER BY d DESC, e) FROM t
SELECT SUM(a) OVER (ORDER BY d ROWS 3 PRECEDING) FROM t
SELECT SUM(a) OVER (ORDER BY d ROWS CURRENT ROW) FROM t
SELECT SUM(a) OVER (ORDER BY d ROWS UNBOUNDED PRECEDING) FROM t
SELECT SUM(a) OVER (ORDER BY d ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM t
SELECT SUM(a) OVER (ORDER BY d ROWS BETWEEN UNBOUNDED PRECEDING AND 2 FOLLOWING) FROM t
SELECT SUM(a) OVER (ORDER BY d ROWS BETWEEN CURRENT ROW AND 4 FOLLOWING) FROM t
SELECT SUM(a) OVER (ORDER BY d ROWS BETWEEN 4 FOLLOWING AND UNBOUNDED FOLLOWING) FROM t
SELECT SUM(a) OVER (ORDER BY d ROWS BETWEEN 5 PRECEDING AND 2 PRECEDING) FROM t
SELECT SUM(a) OVER (ORDER BY d RANGE UNBOUNDED PRECEDING) FROM t
SELECT SUM(a) OVER (ORDER BY d RANGE CURRENT ROW) FROM t
SELECT SUM(a) OVER (ORDER BY d RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM t
SELECT COUNT(*) OVER (PARTITION BY (SELECT 1)) FROM t
SELECT RANK() OVER (PARTITION BY b ORDER BY SUM(c) DESC) FROM t GROUP BY b
SELECT NEXT VALUE FOR s OVER (ORDER BY a) FROM t
SELECT dbo.agg_median(a) OVER (PARTITION BY b) FROM t
-- page: t-sql/queries/select-window-transact-sql
SELECT SUM(a) OVER w FROM t WINDOW w AS (PARTITION BY b ORDER BY c)
SELECT SUM(a) OVER w1, AVG(a) OVER (w1 ROWS 2 PRECEDING) FROM t WINDOW w1 AS (PARTITION BY b ORDER BY c)
SELECT SUM(a) OVER w2 FROM t WINDOW w1 AS (PARTITION BY b), w2 AS (w1 ORDER BY c)
SELECT SUM(a) OVER w FROM t GROUP BY a, b, c HAVING COUNT(*) > 1 WINDOW w AS (ORDER BY c) ORDER BY a
-- page: t-sql/queries/select-for-clause-transact-sql
SELECT name FROM hr.person FOR BROWSE
SELECT name FROM hr.person FOR XML RAW
SELECT name FROM hr.person FOR XML RAW ('p'), ELEMENTS XSINIL, ROOT ('people'), TYPE
SELECT name FROM hr.person FOR XML AUTO
SELECT name FROM hr.person FOR XML AUTO, BINARY BASE64, ELEMENTS ABSENT
SELECT name FROM hr.person FOR XML AUTO, XMLDATA
SELECT name FROM hr.person FOR XML AUTO, XMLSCHEMA ('urn:people')
SELECT name FROM hr.person FOR XML RAW, XMLSCHEMA, ELEMENTS
SELECT 1 AS Tag, NULL AS Parent, name AS [p!1!name] FROM hr.person FOR XML EXPLICIT
SELECT 1 AS Tag, NULL AS Parent, name AS [p!1!name!ELEMENT] FROM hr.person FOR XML EXPLICIT, ROOT ('x'), TYPE
SELECT name AS '@name', city AS 'addr/city' FROM hr.person FOR XML PATH
SELECT name AS [*], ',' AS [text()] FROM hr.person FOR XML PATH (''), TYPE, ROOT
SELECT name AS [data()] FROM hr.person FOR XML PATH ('p'), ELEMENTS XSINIL, BINARY BASE64
SELECT name FROM hr.person FOR JSON AUTO
SELECT name FROM hr.person FOR JSON PATH, ROOT ('people'), INCLUDE_NULL_VALUES
SELECT name AS 'who.name' FROM hr.person FOR JSON PATH, WITHOUT_ARRAY_WRAPPER
SELECT name FROM hr.person FOR JSON AUTO, ROOT, INCLUDE_NULL_VALUES
SELECT (SELECT city FROM hr.address AS a WHERE a.person_id = p.person_id FOR JSON PATH) AS addresses FROM hr.person AS p FOR JSON PATH
SELECT (SELECT 1 AS a FOR XML PATH, TYPE).value('(/row/a)[1]', 'int')
-- page: t-sql/queries/from-transact-sql
SELECT * FROM a CROSS JOIN b
SELECT * FROM a JOIN b ON a.x = b.x
SELECT * FROM a INNER JOIN b ON a.x = b.x AND a.y > b.y
SELECT * FROM a LEFT JOIN b ON a.x = b.x
SELECT * FROM a LEFT OUTER JOIN b ON (a.x = b.x)
SELECT * FROM a RIGHT OUTER JOIN b ON a.x = b.x
SELECT * FROM a FULL OUTER JOIN b ON a.x = b.x
SELECT * FROM a FULL JOIN b ON a.x = b.x
SELECT * FROM a INNER LOOP JOIN b ON a.x = b.x
SELECT * FROM a LEFT HASH JOIN b ON a.x = b.x
SELECT * FROM a INNER MERGE JOIN b ON a.x = b.x
SELECT * FROM a INNER REMOTE JOIN srv.db.dbo.b ON a.x = b.x
SELECT * FROM a LEFT JOIN b JOIN c ON b.y = c.y ON a.x = b.x
SELECT * FROM a LEFT JOIN (b JOIN c ON b.y = c.y) ON a.x = b.x
SELECT * FROM (a CROSS JOIN b) JOIN c ON c.x = a.x
SELECT * FROM a CROSS APPLY dbo.split(a.list) AS s
SELECT * FROM a OUTER APPLY (SELECT TOP (1) * FROM b WHERE b.x = a.x ORDER BY b.y) AS newest
SELECT * FROM a CROSS APPLY (VALUES (a.x), (a.y)) AS v (val)
SELECT * FROM a, b AS bb, (SELECT 1 AS one) AS c, dbo.f(3) d
SELECT * FROM (SELECT x, COUNT(*) FROM a GROUP BY x) AS g (x, n)
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v (id, code)
SELECT * FROM dbo.f(@p, DEFAULT, NULL) AS q (c1, c2)
SELECT * FROM a TABLESAMPLE (10 PERCENT)
SELECT * FROM a AS aa TABLESAMPLE SYSTEM (500 ROWS) REPEATABLE (7)
SELECT * FROM a TABLESAMPLE (@n PERCENT) WITH (NOLOCK)
SELECT * FROM @docs.nodes('/a/b') AS n (x)
SELECT n.x.value('@id', 'int') FROM shop.doc CROSS APPLY body.nodes('//item') AS n (x)
SELECT * FROM (DELETE FROM queue OUTPUT deleted.id) AS d (id)
SELECT a.x FROM a WITH (INDEX (ix_a)) JOIN b WITH (INDEX (1, ix_b), NOLOCK) ON a.x = b.x
-- page: t-sql/queries/from-using-pivot-and-unpivot
SELECT * FROM (SELECT city, kind, seats FROM sales.hall) AS s PIVOT (SUM(seats) FOR kind IN ([club], [arena])) AS p
SELECT p.city, p.[2030], p.[2031] FROM sales.by_year PIVOT (MAX(total) FOR yr IN ([2030], [2031])) p ORDER BY p.city
SELECT * FROM t PIVOT (COUNT(id) FOR grp IN (a, b, c)) AS p (x, y, z)
SELECT id, attr, val FROM wide UNPIVOT (val FOR attr IN (height, width, [depth])) AS u
SELECT * FROM (SELECT * FROM wide) w UNPIVOT (val FOR attr IN (a, b)) AS u JOIN names n ON n.attr = u.attr
SELECT * FROM t PIVOT (SUM(v) FOR k IN ([a])) AS p1 PIVOT (SUM(w) FOR k2 IN ([b])) AS p2
-- page: relational-databases/tables/querying-data-in-a-system-versioned-temporal-table
SELECT * FROM hr.salary FOR SYSTEM_TIME ALL
SELECT * FROM hr.salary FOR SYSTEM_TIME AS OF '2031-01-01T00:00:00' AS s
SELECT * FROM hr.salary FOR SYSTEM_TIME AS OF @at s WITH (NOLOCK)
SELECT * FROM hr.salary FOR SYSTEM_TIME FROM @a TO @b
SELECT * FROM hr.salary FOR SYSTEM_TIME BETWEEN '2030-01-01' AND @b
SELECT * FROM hr.salary FOR SYSTEM_TIME CONTAINED IN (@a, '2031-12-31')
-- page: t-sql/queries/where-transact-sql
SELECT * FROM t WHERE a = 1 AND b <> 2 OR NOT c >= 3
SELECT * FROM t WHERE (a = 1 OR b = 2) AND (c IS NULL OR d IS NOT NULL)
SELECT * FROM t WHERE a !< 3 AND b !> 4 AND c != 5
SELECT * FROM t WHERE a * 2 + 1 = b % 3
SELECT * FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.id = t.id)
SELECT * FROM t WHERE a = (SELECT MAX(a) FROM t)
-- page: t-sql/queries/search-condition-transact-sql
SELECT * FROM t WHERE a LIKE 'x!_%' ESCAPE '!'
SELECT * FROM t WHERE a NOT LIKE N'%[^0-9]%'
SELECT * FROM t WHERE a BETWEEN 1 AND 10 AND b NOT BETWEEN @lo AND @hi
SELECT * FROM t WHERE a IN (1, 2, 3) AND b NOT IN (SELECT b FROM u)
SELECT * FROM t WHERE a = ANY (SELECT a FROM u) OR b > ALL (SELECT b FROM u) OR c < SOME (SELECT c FROM u)
SELECT * FROM t WHERE CONTAINS(body, 'storm') AND FREETEXT(title, N'wind rain')
-- page: t-sql/queries/is-distinct-from-transact-sql
SELECT * FROM t WHERE a IS DISTINCT FROM b
SELECT * FROM t WHERE a IS NOT DISTINCT FROM NULL
-- page: t-sql/queries/is-null-transact-sql
SELECT * FROM t WHERE a IS NULL AND b + 1 IS NOT NULL
-- page: t-sql/queries/contains-transact-sql
SELECT * FROM shop.doc WHERE CONTAINS(body, '"storm front" OR rain')
SELECT * FROM shop.doc WHERE CONTAINS((title, body), 'FORMSOF(INFLECTIONAL, run)')
SELECT * FROM shop.doc WHERE CONTAINS(*, @q, LANGUAGE 1033)
SELECT * FROM shop.doc WHERE CONTAINS(body, N'NEAR((a, b), 5, TRUE)', LANGUAGE 'English')
SELECT * FROM shop.doc WHERE CONTAINS(PROPERTY(body, 'Author'), 'Ann')
SELECT * FROM shop.doc AS d WHERE CONTAINS(d.*, 'x') OR CONTAINS((d.title, d.body), @q)
-- page: t-sql/queries/freetext-transact-sql
SELECT * FROM shop.doc WHERE FREETEXT(*, 'wind')
SELECT * FROM shop.doc WHERE FREETEXT((title, body), @q, LANGUAGE @lcid)
-- page: relational-databases/system-functions/containstable-transact-sql
SELECT k.[KEY], k.RANK FROM CONTAINSTABLE(shop.doc, body, 'storm') AS k
SELECT * FROM CONTAINSTABLE(shop.doc, (title, body), 'ISABOUT(a WEIGHT(.8), b)', LANGUAGE 1031, 10) k
SELECT * FROM CONTAINSTABLE(shop.doc, *, @q, 5)
SELECT * FROM CONTAINSTABLE(shop.doc, PROPERTY(body, 'Title'), 'x') AS k
-- page: relational-databases/system-functions/freetexttable-transact-sql
SELECT * FROM FREETEXTTABLE(shop.doc, *, 'wind', LANGUAGE N'English') f INNER JOIN shop.doc d ON d.id = f.[KEY]
-- page: t-sql/queries/with-common-table-expression-transact-sql
WITH a AS (SELECT 1 AS x) SELECT * FROM a
WITH a (x, y) AS (SELECT 1, 2), b AS (SELECT x FROM a) SELECT * FROM b JOIN a ON a.x = b.x
WITH r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 100) SELECT n FROM r OPTION (MAXRECURSION 100)
WITH r (id, lvl) AS (SELECT id, 0 FROM org.unit WHERE boss IS NULL UNION ALL SELECT u.id, r.lvl + 1 FROM org.unit u JOIN r ON u.boss = r.id) SELECT * FROM r ORDER BY lvl
WITH a AS (SELECT TOP (5) * FROM t ORDER BY x) UPDATE a SET y = 0
WITH a AS (SELECT * FROM t) DELETE FROM a WHERE x = 1
WITH a AS (SELECT * FROM t) INSERT INTO u (x) SELECT x FROM a
WITH a AS (SELECT * FROM t) MERGE u USING a ON u.x = a.x WHEN MATCHED THEN DELETE;
WITH XMLNAMESPACES ('urn:a' AS a) SELECT doc.value('(/a:x)[1]', 'int') FROM shop.doc
WITH XMLNAMESPACES (DEFAULT 'urn:d', 'urn:b' AS b), q AS (SELECT 1 AS [b:x]) SELECT * FROM q FOR XML PATH
WITH CHANGE_TRACKING_CONTEXT (0x01AB) DELETE FROM sales.ticket WHERE id = 3
WITH CHANGE_TRACKING_CONTEXT (@ctx), old AS (SELECT id FROM sales.ticket) DELETE FROM old
-- page: t-sql/queries/set-operators-union-transact-sql
SELECT 1 UNION SELECT 2
SELECT 1 UNION ALL SELECT 2 UNION SELECT 3
(SELECT a FROM t) UNION ALL (SELECT a FROM u UNION SELECT a FROM v)
SELECT a INTO #u FROM t UNION SELECT a FROM u
-- page: t-sql/queries/set-operators-except-and-intersect-transact-sql
SELECT a FROM t EXCEPT SELECT a FROM u
SELECT a FROM t INTERSECT SELECT a FROM u EXCEPT SELECT a FROM v
SELECT a FROM t UNION SELECT a FROM u INTERSECT SELECT a FROM v
(SELECT a FROM t EXCEPT SELECT a FROM u) INTERSECT SELECT a FROM v ORDER BY a
-- page: t-sql/queries/hints-transact-sql-query
SELECT * FROM t OPTION (HASH GROUP)
SELECT * FROM t OPTION (ORDER GROUP, CONCAT UNION)
SELECT * FROM t OPTION (HASH UNION, MERGE UNION)
SELECT * FROM t OPTION (LOOP JOIN, MERGE JOIN, HASH JOIN)
SELECT * FROM t OPTION (DISABLE_OPTIMIZED_PLAN_FORCING)
SELECT * FROM t OPTION (EXPAND VIEWS)
SELECT * FROM t OPTION (FAST 20)
SELECT * FROM t OPTION (FORCE ORDER)
SELECT * FROM t OPTION (FORCE EXTERNALPUSHDOWN)
SELECT * FROM t OPTION (DISABLE EXTERNALPUSHDOWN)
SELECT * FROM t OPTION (FORCE SCALEOUTEXECUTION)
SELECT * FROM t OPTION (DISABLE SCALEOUTEXECUTION)
SELECT * FROM t OPTION (IGNORE_NONCLUSTERED_COLUMNSTORE_INDEX)
SELECT * FROM t OPTION (KEEP PLAN, KEEPFIXED PLAN)
SELECT * FROM t OPTION (MAX_GRANT_PERCENT = 25, MIN_GRANT_PERCENT = 1.5)
SELECT * FROM t OPTION (MAXDOP 4)
SELECT * FROM t OPTION (MAXRECURSION 0)
SELECT * FROM t OPTION (NO_PERFORMANCE_SPOOL)
SELECT * FROM t WHERE a = @a OPTION (OPTIMIZE FOR (@a = 5))
SELECT * FROM t WHERE a = @a OPTION (OPTIMIZE FOR (@a UNKNOWN, @b = 'x'))
SELECT * FROM t OPTION (OPTIMIZE FOR UNKNOWN)
SELECT * FROM t OPTION (PARAMETERIZATION SIMPLE)
SELECT * FROM t OPTION (PARAMETERIZATION FORCED)
SELECT * FROM t OPTION (QUERYTRACEON 4199, QUERYTRACEON 9481)
SELECT * FROM t OPTION (RECOMPILE, ROBUST PLAN)
SELECT * FROM t OPTION (USE HINT ('DISABLE_OPTIMIZER_ROWGOAL'))
SELECT * FROM t OPTION (USE HINT ('FORCE_LEGACY_CARDINALITY_ESTIMATION', 'ENABLE_QUERY_OPTIMIZER_HOTFIXES'))
SELECT * FROM t OPTION (USE PLAN N'<ShowPlanXML/>')
SELECT * FROM t AS x OPTION (TABLE HINT (x, INDEX (ix_a)))
SELECT * FROM t OPTION (TABLE HINT (t, FORCESEEK (ix_a (a, b)), NOLOCK))
SELECT * FROM t OPTION (TABLE HINT (t))
SELECT * FROM t OPTION (LABEL = 'nightly')
SELECT * FROM t FOR XML AUTO OPTION (MAXDOP 1)
SELECT * FROM t OPTION (FOR TIMESTAMP AS OF '2031-01-01T00:00:00')
-- page: t-sql/queries/option-clause-transact-sql
UPDATE t SET a = 1 OPTION (MAXDOP 1)
DELETE t OPTION (LOOP JOIN)
INSERT INTO t SELECT * FROM u OPTION (RECOMPILE)
-- page: t-sql/queries/top-transact-sql
DELETE TOP (10) FROM t
UPDATE TOP (5) PERCENT t SET a = 1
INSERT TOP (3) INTO t SELECT * FROM u
INSERT INTO t SELECT TOP (3) * FROM u ORDER BY a
-- page: t-sql/queries/at-time-zone-transact-sql
SELECT sold_at AT TIME ZONE 'UTC' FROM sales.ticket
SELECT sold_at AT TIME ZONE 'UTC' AT TIME ZONE 'Central European Standard Time' AS local_at FROM sales.ticket
SELECT CAST(GETDATE() AT TIME ZONE @zone AS datetime2)
SELECT DATEADD(hour, 1, sold_at) AT TIME ZONE tz.name FROM sales.ticket CROSS JOIN app.zone tz
-- page: t-sql/functions/opendatasource-transact-sql
SELECT * FROM OPENDATASOURCE('MSOLEDBSQL', 'Server=far;Trusted_Connection=yes').tickets.sales.hall AS h
-- page: t-sql/functions/openjson-transact-sql
SELECT * FROM OPENJSON(@doc)
SELECT * FROM OPENJSON(@doc, '$.items')
SELECT * FROM OPENJSON(@doc, N'lax $.items') WITH (id int '$.id', name nvarchar(50) '$.who.name', tags nvarchar(max) '$.tags' AS JSON)
SELECT j.[key], j.value, j.type FROM shop.doc CROSS APPLY OPENJSON(doc) AS j
SELECT * FROM OPENJSON(@doc) WITH (id int, price decimal(9, 2), made date)
-- page: t-sql/functions/openquery-transact-sql
SELECT * FROM OPENQUERY(far_srv, 'SELECT a FROM b')
SELECT q.a FROM OPENQUERY([far srv], 'SELECT a FROM b WHERE c = ''x''') AS q
-- page: t-sql/functions/openrowset-transact-sql
SELECT * FROM OPENROWSET('MSOLEDBSQL', 'Server=far;Trusted_Connection=yes;', 'SELECT 1 AS a') AS r
SELECT * FROM OPENROWSET('MSOLEDBSQL', 'far'; 'app'; 'Gh7!kk', tickets.sales.hall) AS r
SELECT * FROM OPENROWSET(BULK N'D:\in\doc.xml', SINGLE_BLOB) AS d
SELECT * FROM OPENROWSET(BULK N'D:\in\doc.txt', SINGLE_CLOB) AS d (body)
SELECT * FROM OPENROWSET(BULK 'D:\in\doc.txt', SINGLE_NCLOB) d
SELECT * FROM OPENROWSET(BULK 'D:\in\rows.dat', FORMATFILE = 'D:\in\rows.fmt', FIRSTROW = 2, LASTROW = 90, MAXERRORS = 5, ERRORFILE = 'D:\in\bad.txt') AS r
SELECT * FROM OPENROWSET(BULK 'rows.csv', DATA_SOURCE = 'lake', FORMAT = 'CSV', FORMATFILE = 'rows.fmt', FORMATFILE_DATA_SOURCE = 'lake', CODEPAGE = '65001', ROWS_PER_BATCH = 5000, ORDER (a ASC, b DESC) UNIQUE) AS r
SELECT * FROM OPENROWSET(BULK 'sales/*.parquet', DATA_SOURCE = 'lake', FORMAT = 'PARQUET') AS r
SELECT * FROM OPENROWSET(BULK 'a.csv', FORMAT = 'CSV', FIELDTERMINATOR = ';', ROWTERMINATOR = '0x0a', FIELDQUOTE = '"') WITH (id int, name varchar(40) COLLATE Latin1_General_100_BIN2_UTF8, note varchar(max) 3) AS r
SELECT * FROM OPENROWSET(BULK 'delta/', FORMAT = 'DELTA', DATA_SOURCE = 'lake') r
-- page: t-sql/functions/openxml-transact-sql
SELECT * FROM OPENXML(@h, '/r/i', 1)
SELECT * FROM OPENXML(@h, '/r/i', 2) WITH (id int '@id', name nvarchar(30) 'n/text()', rest ntext '@mp:xmltext')
SELECT * FROM OPENXML(@h, '/r/i') WITH dbo.item_shape
-- page: t-sql/queries/predict-transact-sql
SELECT d.*, p.score FROM PREDICT(MODEL = @model, DATA = sales.visit AS d) WITH (score float) AS p
SELECT * FROM PREDICT(MODEL = (SELECT body FROM ml.model WHERE id = 1), DATA = sales.visit AS d, RUNTIME = ONNX) WITH (score float) AS p
-- page: relational-databases/system-functions/changetable-transact-sql
SELECT c.id, c.SYS_CHANGE_OPERATION FROM CHANGETABLE(CHANGES sales.ticket, @since) AS c
SELECT * FROM CHANGETABLE(CHANGES sales.ticket, 0, FORCESEEK) AS c
SELECT v.SYS_CHANGE_VERSION FROM sales.ticket t CROSS APPLY CHANGETABLE(VERSION sales.ticket, (id), (t.id)) AS v
SELECT * FROM CHANGETABLE(VERSION sales.seat, (hall_id, seat_no), (@h, @s), FORCESEEK) AS v
-- page: t-sql/queries/match-sql-graph
SELECT b.name FROM social.person a, social.follows f, social.person b WHERE MATCH(a-(f)->b) AND a.name = 'Ann'
SELECT a.name FROM social.person a, social.follows f, social.person b WHERE MATCH(b<-(f)-a)
SELECT c.name FROM person a, knows k1, person b, knows k2, person c WHERE MATCH(a-(k1)->b-(k2)->c) AND a.id <> c.id
SELECT 1 FROM person a, knows k1, person b, knows k2, person c WHERE MATCH(a-(k1)->b AND c-(k2)->b)
SELECT a.name, STRING_AGG(b.name, '->') WITHIN GROUP (GRAPH PATH) AS route, LAST_VALUE(b.name) WITHIN GROUP (GRAPH PATH) AS last_name, COUNT(b.name) WITHIN GROUP (GRAPH PATH) AS steps FROM person AS a, knows FOR PATH AS k, person FOR PATH AS b WHERE MATCH(SHORTEST_PATH(a(-(k)->b)+)) AND a.name = 'Ann'
SELECT 1 FROM person a, knows FOR PATH k, person FOR PATH b, lives l, city c WHERE MATCH(SHORTEST_PATH(a(-(k)->b){1,3}) AND LAST_NODE(b)-(l)->c)
SELECT 1 FROM person a, knows FOR PATH k, person FOR PATH b, person c WHERE MATCH(SHORTEST_PATH((b-(k)->){1, 5}c))
SELECT 1 FROM p1, e1 FOR PATH AS x, p2 FOR PATH AS n1, e2 FOR PATH AS y, p3 FOR PATH AS n2 WHERE MATCH(SHORTEST_PATH(p1(-(x)->n1)+) AND SHORTEST_PATH(p1(-(y)->n2)+) AND LAST_NODE(n1) = LAST_NODE(n2))
SELECT $node_id, $from_id, $to_id, $edge_id FROM social.follows
SELECT a.$node_id FROM social.person a
-- page: t-sql/queries/hints-transact-sql-table
SELECT * FROM t WITH (FORCESCAN)
SELECT * FROM t WITH (FORCESEEK)
SELECT * FROM t WITH (FORCESEEK (ix_a (a)))
SELECT * FROM t WITH (HOLDLOCK, ROWLOCK)
SELECT * FROM t WITH (NOEXPAND)
SELECT * FROM v WITH (NOEXPAND, INDEX (ix_v))
SELECT * FROM t WITH (INDEX = ix_a)
SELECT * FROM t WITH (INDEX (0))
SELECT * FROM t WITH (INDEX (ix_a, ix_b))
SELECT * FROM t WITH (NOLOCK)
SELECT * FROM t (NOLOCK)
SELECT * FROM t AS x (NOLOCK, INDEX (1))
SELECT * FROM t WITH (NOWAIT)
SELECT * FROM t WITH (PAGLOCK)
SELECT * FROM t WITH (READCOMMITTED)
SELECT * FROM t WITH (READCOMMITTEDLOCK)
SELECT * FROM t WITH (READPAST, UPDLOCK)
SELECT * FROM t WITH (READUNCOMMITTED)
SELECT * FROM t WITH (REPEATABLEREAD)
SELECT * FROM t WITH (SERIALIZABLE)
SELECT * FROM t WITH (SNAPSHOT)
SELECT * FROM t WITH (SPATIAL_WINDOW_MAX_CELLS = 512)
SELECT * FROM t WITH (TABLOCK)
SELECT * FROM t WITH (TABLOCKX)
SELECT * FROM t WITH (UPDLOCK HOLDLOCK)
SELECT * FROM t WITH (XLOCK)
INSERT INTO t WITH (TABLOCK, KEEPIDENTITY) SELECT * FROM u
INSERT INTO t WITH (IGNORE_CONSTRAINTS, IGNORE_TRIGGERS, KEEPDEFAULTS) SELECT * FROM OPENROWSET(BULK 'a', SINGLE_BLOB) AS b
SELECT * FROM t HOLDLOCK
