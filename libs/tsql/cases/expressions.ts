import { caseList } from './case-list.ts';

/** Values and conditions, each within a SELECT. */
export const EXPRESSION_CASES = caseList(String.raw`
-- constants
select | SELECT 1, -1, +1, 1.5, .5, 5., 1e5, 1.5E-10, 1E, 0x, 0xABcd, $1, $1.50, £5, €2.5, -$3, N'x', 'it''s', '', NULL
select | SELECT 2147483647, 2147483648, -2147483648, 9223372036854775807, 00012, 12345678901234567890123456789012345678
select | SELECT {d '2020-01-31'}, {t '12:30:00'}, {ts '2020-01-31 12:30:00'}, {guid '6F9619FF-8B86-D011-B42D-00C04FC964FF'}, {fn CONCAT('a', 'b')}
-- names
select | SELECT a, t.a, dbo.t.a, db.dbo.t.a, [a], [a b], [a]]b], "q", #x.a, t.[select], db..t.a, _a, a$b, a#b, a@b, ñandú, 列
select | SELECT @v, @@VERSION, @@ROWCOUNT + @v, @a_b#c, $action, $identity, $rowguid, t.$rowguid, $node_id
select | SELECT IDENTITYCOL, ROWGUIDCOL FROM t
-- operators
select | SELECT a + b * c, (a + b) * c, a - b - c, a - (b - c), a / b % c, a & b | c ^ d, ~a, - -a, -(a), a << 2, a >> 1, 'a' || 'b'
select | SELECT -100.0/-100.0*10.0, - a * b, -a + b, +(-a), ~-1, -~1
select | SELECT 1 WHERE a = 1 AND b <> 2 OR c != 3 AND NOT d < 4 OR e !< 5 AND f !> 6 AND (g >= 7 OR h <= 8)
select | SELECT 1 WHERE a > = 1 AND b < > 2 AND c ! = 3 AND d < = 4
select | SELECT 1 WHERE NOT (a = 1 AND NOT b = 2) AND NOT NOT c = 3
select | SELECT 1 WHERE a IS NULL AND b IS NOT NULL AND c IS DISTINCT FROM d AND e IS NOT DISTINCT FROM NULL
select | SELECT 1 WHERE a BETWEEN 1 AND 2 AND b NOT BETWEEN c + 1 AND d * 2 AND e BETWEEN (SELECT 1) AND 3
select | SELECT 1 WHERE a LIKE 'x%' AND b NOT LIKE N'_' ESCAPE '\' AND c LIKE 'a' + @x + '%' AND d LIKE 'x' {escape '!'}
select | SELECT 1 WHERE a IN (1) AND b NOT IN (1, 'x', NULL, @v) AND c IN (SELECT x FROM t) AND d NOT IN (SELECT x FROM t UNION SELECT 2) AND e IN ((SELECT 1)) AND f IN ((SELECT 1), 2)
select | SELECT 1 WHERE EXISTS (SELECT * FROM t) AND NOT EXISTS (SELECT 1 FROM u WHERE u.a = t.a)
select | SELECT 1 WHERE a = ALL (SELECT 1) AND b <> ANY (SELECT 2) AND c >= SOME (SELECT 3)
select | SELECT 1 FROM t WHERE CURRENT_TIMESTAMP > a AND USER = b AND SESSION_USER = c AND SYSTEM_USER = d AND CURRENT_USER = e
select | SELECT 1 WHERE CONTAINS(a, 'x') AND CONTAINS((a, b), N'"x*"', LANGUAGE 'English') AND CONTAINS(*, @q) AND FREETEXT(t.a, 'y') AND CONTAINS(PROPERTY(doc, 'Title'), 'z')
-- CASE and its fellows
select | SELECT CASE WHEN a = 1 THEN 'x' WHEN a = 2 THEN 'y' ELSE 'z' END, CASE a WHEN 1 THEN 2 END, CASE WHEN a = 1 THEN CASE b WHEN 1 THEN 2 ELSE 3 END END
select | SELECT IIF(a > 1 AND b < 2, 'x', 'y'), CHOOSE(2, 'a', 'b'), COALESCE(a, b, 0), NULLIF(a, 0), ISNULL(a, 0), GREATEST(1, 2), LEAST(1, 2)
-- conversion
select | SELECT CAST(a AS int), CAST(a + 1 AS varchar(10)), CAST(a AS nvarchar(max)), CAST(a AS decimal(10, 2)), TRY_CAST(a AS date), CAST(a AS dbo.Phone), CAST(a AS [sys].[sysname]), CAST(a AS double precision), CAST(a AS xml(dbo.sc))
select | SELECT CONVERT(varchar(10), a), CONVERT(datetime2(3), a, 126), TRY_CONVERT(int, a), TRY_CONVERT(xml, a, 1), CONVERT(national char varying(5), a)
select | SELECT PARSE('1' AS int), PARSE('1,5' AS decimal(5, 2) USING 'de-DE'), TRY_PARSE(a AS datetime2 USING @c)
-- functions
select | SELECT GETDATE(), SYSUTCDATETIME(), DATEADD(day, 1, a), DATEDIFF(year, a, b), DATEPART(dw, a), DATENAME(mm, a), DATETRUNC(month, a), EOMONTH(a), DATEFROMPARTS(2020, 1, 1)
select | SELECT LEFT(a, 1), RIGHT(a, 1), SUBSTRING(a, 1, 2), STUFF(a, 1, 1, ''), REPLACE(a, 'b', 'c'), LEN(a), CHARINDEX('x', a, 2), PATINDEX('%x%', a), UPPER(a), SPACE(3), REPLICATE('x', 3)
select | SELECT TRIM(a), TRIM('x' FROM a), TRIM(LEADING 'x' FROM a), TRIM(TRAILING FROM_ FROM a), TRIM(BOTH 'y' FROM a), LTRIM(a, 'x'), RTRIM(a)
select | SELECT dbo.f(1), db.dbo.f(a, b), [dbo].[f g](), f(), sys.fn_listextendedproperty(NULL, NULL), OBJECT_ID(N'dbo.t', 'U'), $partition.pf(a), db.$partition.pf(a)
select | SELECT dbo.f(DEFAULT, 1), NEWID(), RAND(), CHECKSUM(*), BINARY_CHECKSUM(a, b), HASHBYTES('SHA2_256', a), ERROR_MESSAGE(), FORMAT(a, 'N', 'de-DE')
select | SELECT COUNT(*), COUNT(DISTINCT a), COUNT(ALL a), SUM(a), AVG(DISTINCT a + b), MIN(a), MAX(a), COUNT_BIG(*), GROUPING(a), GROUPING_ID(a, b), APPROX_COUNT_DISTINCT(a) FROM t
select | SELECT STRING_AGG(a, ','), STRING_AGG(a, ', ') WITHIN GROUP (ORDER BY b DESC, c) FROM t
select | SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY a) OVER (PARTITION BY b) FROM t
select | SELECT JSON_VALUE(a, '$.x'), JSON_QUERY(a), JSON_MODIFY(a, '$.x', 1), ISJSON(a), JSON_OBJECT('a': 1, 'b': @v NULL ON NULL), JSON_ARRAY(1, 'x', NULL ABSENT ON NULL), JSON_OBJECT(), JSON_PATH_EXISTS(a, '$.b')
-- windows
select | SELECT ROW_NUMBER() OVER (ORDER BY a), RANK() OVER (PARTITION BY a, b ORDER BY c DESC), SUM(a) OVER (), NTILE(4) OVER (ORDER BY (SELECT NULL)) FROM t
select | SELECT SUM(a) OVER (ORDER BY b ROWS UNBOUNDED PRECEDING), SUM(a) OVER (ORDER BY b ROWS BETWEEN 2 PRECEDING AND CURRENT ROW), SUM(a) OVER (ORDER BY b RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING), SUM(a) OVER (ORDER BY b ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING) FROM t
select | SELECT LAG(a, 1, 0) OVER (ORDER BY b), FIRST_VALUE(a) IGNORE NULLS OVER (ORDER BY b), LAST_VALUE(a) RESPECT NULLS OVER w, SUM(a) OVER (w ROWS UNBOUNDED PRECEDING) FROM t WINDOW w AS (PARTITION BY c ORDER BY b), w2 AS (w)
-- sequences, methods, types
select | SELECT NEXT VALUE FOR dbo.s, NEXT VALUE FOR s OVER (ORDER BY a) FROM t
select | SELECT x.value('(/a/@b)[1]', 'int'), t.x.query('/a'), dbo.t.x.exist('/a'), @x.value('.', 'nvarchar(max)'), x.query('a').value('.', 'int'), CAST(a AS xml).value('.', 'int'), (SELECT 1 FOR XML PATH, TYPE).value('.', 'int')
select | SELECT hierarchyid::Parse('/1/'), hierarchyid::GetRoot().GetDescendant(NULL, NULL), h.GetLevel(), h.ToString(), geography::Point(1, 2, 4326), geometry::STGeomFromText('POINT (1 2)', 0).STAsText(), @g.Lat, @g.STStartPoint().Long, geography::[Null], dbo.Currency::FromText('x')
-- collation, time zone
select | SELECT a COLLATE Latin1_General_CI_AS, 'x' COLLATE DATABASE_DEFAULT + b FROM t WHERE a COLLATE X = b COLLATE Y ORDER BY a COLLATE Latin1_General_BIN2 DESC
select | SELECT a AT TIME ZONE 'UTC', GETDATE() AT TIME ZONE 'UTC' AT TIME ZONE @z, (a + b) AT TIME ZONE x
-- queries as values
select | SELECT (SELECT 1), ((SELECT 2)), (SELECT 1) + 2, ((SELECT 1) + 2) * 3, ((SELECT 1) UNION SELECT 2), (SELECT TOP 1 a FROM t ORDER BY b)
`);
