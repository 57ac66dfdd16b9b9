import { caseList } from './case-list.ts';

/** SELECT in all its parts. */
export const QUERY_CASES = caseList(String.raw`
select | SELECT 1
select | SELECT ALL a FROM t
select | SELECT DISTINCT a, b FROM t
select | SELECT TOP 10 * FROM t
select | SELECT TOP (10) PERCENT WITH TIES a FROM t ORDER BY a
select | SELECT TOP (@n + 1) a FROM t
select | SELECT TOP (SELECT COUNT(*) FROM u) a FROM t
select | SELECT TOP @n a FROM t
select | SELECT DISTINCT TOP 5 PERCENT a FROM t
select | SELECT *, t.*, dbo.t.*, a AS b, a c, a AS [d e], a 'f', a AS 'g', h = a, 'i' = a, [j] = a + 1, a AS "k" FROM t
select | SELECT @a = 1, @b += 2, @c -= a, @d *= 2, @e /= 2, @f %= 2, @g &= 1, @h |= 1, @i ^= 1 FROM t
select | SELECT * INTO #t FROM t
select | SELECT a, IDENTITY(int, 1, 1) AS id INTO dbo.n ON fg FROM t
-- sources
select | SELECT * FROM t, u AS x, dbo.v y, db..w, srv.db.dbo.z, #tmp, ##glob, @tv, @tv AS tv
select | SELECT * FROM t WITH (NOLOCK)
select | SELECT * FROM t (NOLOCK)
select | SELECT * FROM t a (NOLOCK), u b WITH (UPDLOCK, ROWLOCK HOLDLOCK)
select | SELECT * FROM t AS a WITH (INDEX(ix), INDEX = iy, INDEX(0), FORCESEEK, FORCESEEK(ix(a, b)), NOEXPAND, SPATIAL_WINDOW_MAX_CELLS = 3)
select | SELECT * FROM t HOLDLOCK WHERE a = 1
select | SELECT * FROM t TABLESAMPLE (10 PERCENT)
select | SELECT * FROM t AS x TABLESAMPLE SYSTEM (100 ROWS) REPEATABLE (205)
select | SELECT * FROM t FOR SYSTEM_TIME ALL
select | SELECT * FROM t FOR SYSTEM_TIME AS OF '2020-01-01' AS x
select | SELECT * FROM t FOR SYSTEM_TIME FROM @a TO @b
select | SELECT * FROM t FOR SYSTEM_TIME BETWEEN @a AND @b x
select | SELECT * FROM t FOR SYSTEM_TIME CONTAINED IN (@a, @b)
select | SELECT * FROM a JOIN b ON a.x = b.x INNER JOIN c ON c.x = b.x LEFT JOIN d ON d.x = c.x LEFT OUTER JOIN e ON e.x = d.x RIGHT OUTER JOIN f ON f.x = e.x FULL OUTER JOIN g ON g.x = f.x CROSS JOIN h
select | SELECT * FROM a INNER HASH JOIN b ON a.x = b.x LEFT MERGE JOIN c ON c.x = b.x INNER LOOP JOIN d ON d.x = a.x FULL OUTER HASH JOIN e ON 1 = 1 INNER REMOTE JOIN f ON 1 = 1
select | SELECT * FROM a JOIN b JOIN c ON b.x = c.x ON a.x = b.x
select | SELECT * FROM a LEFT JOIN (b INNER JOIN c ON b.x = c.x) ON a.x = b.x
select | SELECT * FROM ((a JOIN b ON 1 = 1) CROSS JOIN c) JOIN d ON 1 = 1
select | SELECT * FROM {oj a LEFT OUTER JOIN b ON a.x = b.x}
select | SELECT * FROM a CROSS APPLY dbo.f(a.x) AS f OUTER APPLY (SELECT TOP 1 * FROM b WHERE b.x = a.x) AS b
select | SELECT * FROM a, b WHERE a.x *= b.x AND b.y =* a.y
select | SELECT * FROM (SELECT 1 AS a) AS x (b)
select | SELECT * FROM (SELECT 1 AS a UNION ALL SELECT 2) x
select | SELECT * FROM ((SELECT 1 AS a) UNION ALL (SELECT 2)) x
select | SELECT * FROM ((SELECT 1 a) x CROSS JOIN (SELECT 2 b) y)
select | SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS v (x, y)
select | SELECT * FROM STRING_SPLIT('a,b', ',') s, sys.fn_helpcollations(), ::fn_helpcollations() AS c, dbo.f(DEFAULT, 1) AS g (a, b)
select | SELECT n.c.value('.', 'int') FROM @x.nodes('/a/b') AS n(c)
select | SELECT n.c.value('.', 'int') FROM t CROSS APPLY t.x.nodes('/a') n(c) CROSS APPLY n.c.nodes('b') m(d)
select | SELECT * FROM OPENJSON(@j)
select | SELECT * FROM OPENJSON(@j, '$.a') WITH (id int, name nvarchar(50) '$.n', raw nvarchar(max) '$.r' AS JSON) AS j
select | SELECT * FROM OPENXML(@h, '/a/b', 2) WITH (id int '@id', name varchar(10))
select | SELECT * FROM OPENXML(@h, '/a/b') WITH dbo.t
select | SELECT * FROM OPENQUERY(srv, 'SELECT 1') AS q
select | SELECT * FROM OPENROWSET('MSOLEDBSQL', 'Server=s;Trusted_Connection=yes;', 'SELECT 1') AS r
select | SELECT * FROM OPENROWSET('MSOLEDBSQL', 's'; 'u'; 'p', db.dbo.t) AS r
select | SELECT * FROM OPENROWSET(BULK 'f.csv', FORMATFILE = 'f.fmt', FIRSTROW = 2) AS r
select | SELECT * FROM OPENROWSET(BULK N'f.bin', SINGLE_BLOB) AS r (b)
select | SELECT * FROM OPENDATASOURCE('MSOLEDBSQL', 'Server=s').db.dbo.t AS r
select | SELECT * FROM CONTAINSTABLE(t, (a, b), 'x', LANGUAGE 1033, 10) AS k JOIN FREETEXTTABLE(dbo.t, *, @q) AS f ON k.[KEY] = f.[KEY]
select | SELECT * FROM CHANGETABLE(CHANGES dbo.t, @v) AS c
select | SELECT * FROM CHANGETABLE(VERSION dbo.t, (id), (1)) AS c
select | SELECT * FROM t PIVOT (SUM(a) FOR b IN ([x], [y z])) AS p
select | SELECT * FROM (SELECT a, b FROM t) s PIVOT (COUNT(a) FOR b IN ([1], [2])) p JOIN u ON u.x = p.[1]
select | SELECT * FROM t UNPIVOT (v FOR n IN (a, b, [c d])) AS u
-- grouping and order
select | SELECT a, COUNT(*) FROM t WHERE b = 1 GROUP BY a HAVING COUNT(*) > 1 ORDER BY a, 2 DESC, b + c ASC
select | SELECT a, b FROM t GROUP BY a, b WITH ROLLUP
select | SELECT a, b FROM t GROUP BY a, b WITH CUBE
select | SELECT a, b FROM t GROUP BY ROLLUP(a, b), CUBE(c, (d, e)), f
select | SELECT a, b FROM t GROUP BY GROUPING SETS ((a, b), a, (), ROLLUP(c, d), CUBE(e, f))
select | SELECT COUNT(*) FROM t GROUP BY ()
select | SELECT a FROM t GROUP BY ALL a
select | SELECT a FROM t HAVING COUNT(*) > 0
select | SELECT a FROM t ORDER BY a OFFSET 10 ROWS
select | SELECT a FROM t ORDER BY a OFFSET @o ROW FETCH FIRST @n + 1 ROWS ONLY
select | SELECT a FROM t ORDER BY (SELECT NULL) OFFSET (@p - 1) * 10 ROWS FETCH NEXT 10 ROWS ONLY
-- sets
select | SELECT 1 UNION SELECT 2 UNION ALL SELECT 3 EXCEPT SELECT 4 INTERSECT SELECT 5 ORDER BY 1
select | (SELECT 1 UNION SELECT 2) INTERSECT (SELECT 3 EXCEPT SELECT 4)
select | SELECT 1 UNION (SELECT 2 UNION ALL SELECT 3)
select | (SELECT a FROM t)
-- WITH
select | WITH c AS (SELECT 1 AS a) SELECT * FROM c
select | WITH c (a, b) AS (SELECT 1, 2 UNION ALL SELECT a + 1, b FROM c WHERE a < 10), d AS (SELECT * FROM c) SELECT * FROM c JOIN d ON c.a = d.a OPTION (MAXRECURSION 100)
select | WITH XMLNAMESPACES ('uri:a' AS a, DEFAULT 'uri:d') SELECT 1 FOR XML PATH
select | WITH XMLNAMESPACES ('uri:a' AS a), c AS (SELECT 1 AS x) SELECT * FROM c
-- FOR
select | SELECT a FROM t FOR XML AUTO
select | SELECT a FROM t FOR XML RAW('row'), ELEMENTS, ROOT
select | SELECT a FROM t FOR XML PATH(''), TYPE, ROOT('r'), ELEMENTS XSINIL, BINARY BASE64
select | SELECT a FROM t FOR XML EXPLICIT, XMLDATA
select | SELECT a FROM t FOR XML AUTO, ELEMENTS ABSENT, XMLSCHEMA('uri')
select | SELECT a FROM t FOR JSON PATH
select | SELECT a FROM t ORDER BY a FOR JSON AUTO, ROOT('r'), INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER
select | SELECT a FROM t FOR BROWSE
select | SELECT STUFF((SELECT ',' + a FROM t FOR XML PATH('')), 1, 1, '')
-- hints
select | SELECT a FROM t OPTION (RECOMPILE)
select | SELECT a FROM t OPTION (HASH GROUP, ORDER GROUP, CONCAT UNION, MERGE JOIN, FAST 10, FORCE ORDER, MAXDOP 2, MAXRECURSION 0, KEEP PLAN, KEEPFIXED PLAN, EXPAND VIEWS, ROBUST PLAN, PARAMETERIZATION FORCED)
select | SELECT a FROM t OPTION (OPTIMIZE FOR UNKNOWN, OPTIMIZE FOR (@a = 1, @b UNKNOWN), USE HINT ('FORCE_LEGACY_CARDINALITY_ESTIMATION', 'X'), QUERYTRACEON 9481, MIN_GRANT_PERCENT = 5, USE PLAN N'<x/>', LABEL = 'l')
select | SELECT a FROM t OPTION (TABLE HINT (t, FORCESEEK, INDEX(ix)), IGNORE_NONCLUSTERED_COLUMNSTORE_INDEX, NO_PERFORMANCE_SPOOL)
-- graph
select | SELECT STRING_AGG(b.name, '->') WITHIN GROUP (GRAPH PATH) AS p FROM n AS a, e FOR PATH AS f, n FOR PATH AS b WHERE MATCH(SHORTEST_PATH(a(-(f)->b)+)) AND a.name = 'x'
select | SELECT p.name FROM Person p, likes, Restaurant r WHERE MATCH(p-(likes)->r)
`);
