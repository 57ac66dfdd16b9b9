-- page: t-sql/data-types/int-bigint-smallint-and-tinyint-transact-sql
DECLARE @a bigint = 9223372036854775807, @b int = -2147483648, @c smallint = 32767, @d tinyint = 255
DECLARE @a integer = 5
-- page: t-sql/data-types/bit-transact-sql
DECLARE @on bit = 'TRUE', @off bit = 0
-- page: t-sql/data-types/decimal-and-numeric-transact-sql
DECLARE @a decimal, @b decimal(18), @c decimal(38, 10), @d numeric(9, 0), @e dec(5, 2)
-- page: t-sql/data-types/float-and-real-transact-sql
DECLARE @a float, @b float(24), @c float(53), @d real, @e double precision
-- page: t-sql/data-types/money-and-smallmoney-transact-sql
DECLARE @a money = $12.5, @b smallmoney = -3
-- page: t-sql/data-types/date-transact-sql
DECLARE @d date = '2031-05-06', @e date = {d '2031-05-06'}
-- page: t-sql/data-types/time-transact-sql
DECLARE @t time, @u time(0) = '23:59', @v time(7) = '12:30:15.1234567'
-- page: t-sql/data-types/datetime-transact-sql
DECLARE @d datetime = '20310506 12:30:15.997'
-- page: t-sql/data-types/datetime2-transact-sql
DECLARE @d datetime2, @e datetime2(3) = '2031-05-06T12:30:15.123'
-- page: t-sql/data-types/datetimeoffset-transact-sql
DECLARE @d datetimeoffset, @e datetimeoffset(4) = '2031-05-06 12:30:15.1234 +02:00'
-- page: t-sql/data-types/smalldatetime-transact-sql
DECLARE @d smalldatetime = '2031-05-06 12:30'
-- page: t-sql/data-types/char-and-varchar-transact-sql
DECLARE @a char, @b char(10), @c varchar, @d varchar(8000), @e varchar(max), @f character(3), @g char varying(5), @h character varying(9)
-- page: t-sql/data-types/nchar-and-nvarchar-transact-sql
DECLARE @a nchar(4000), @b nvarchar(max), @c national char(5), @d national char varying(6), @e national char varying(7)
-- page: t-sql/data-types/binary-and-varbinary-transact-sql
DECLARE @a binary(8) = 0x01, @b varbinary(max) = 0x, @c binary varying(20)
-- page: t-sql/data-types/ntext-text-and-image-transact-sql
CREATE TABLE old_types (a text, b ntext, c image, d national text)
-- page: t-sql/data-types/uniqueidentifier-transact-sql
DECLARE @g uniqueidentifier = '0E984725-C51C-4BF4-9960-E1C80E27ABA0', @h uniqueidentifier = NEWID()
-- page: t-sql/data-types/rowversion-transact-sql
CREATE TABLE seen (id int PRIMARY KEY, rv rowversion, note varchar(5))
-- page: t-sql/data-types/sql-variant-transact-sql
DECLARE @v sql_variant = CAST(5 AS smallint)
-- page: t-sql/data-types/cursor-transact-sql
DECLARE @c cursor
-- page: t-sql/data-types/table-transact-sql
DECLARE @t table (id int PRIMARY KEY CLUSTERED, n nvarchar(5) COLLATE Latin1_General_BIN2 NOT NULL, CHECK (n > 'a'))
-- page: t-sql/data-types/hierarchyid-data-type-method-reference
DECLARE @h hierarchyid = '/1/3/'
SELECT @h.GetAncestor(2), @h.GetDescendant(NULL, NULL), @h.GetLevel(), @h.IsDescendantOf(@p), @h.GetReparentedValue(@a, @b), @h.ToString()
SELECT hierarchyid::GetRoot(), hierarchyid::Parse(N'/2/'), CAST('/1/' AS hierarchyid)
SELECT node.ToString() FROM org.unit WHERE node.IsDescendantOf(@h) = 1 ORDER BY node.GetLevel()
INSERT org.unit VALUES (hierarchyid::GetRoot().GetDescendant(NULL, NULL), 'top')
UPDATE org.unit SET node = node.GetReparentedValue(@old, @new) WHERE node.IsDescendantOf(@old) = 1
-- page: t-sql/spatial-geometry/spatial-types-geometry-transact-sql
DECLARE @g geometry = 'POINT(1 2)'
SELECT geometry::STGeomFromText('LINESTRING(0 0, 1 1)', 0), geometry::STPointFromText('POINT(1 2)', 0), geometry::Point(1, 2, 0), geometry::Parse('POINT EMPTY')
SELECT geometry::STMPointFromText(@w, 0), geometry::STMLineFromText(@w, 0), geometry::STMPolyFromText(@w, 0), geometry::STGeomCollFromText(@w, 0), geometry::STGeomFromWKB(@b, 0)
SELECT geometry::GeomFromGml(@x, 0), geometry::UnionAggregate(shape), geometry::CollectionAggregate(shape), geometry::ConvexHullAggregate(shape), geometry::EnvelopeAggregate(shape) FROM geo.site
SELECT @g.STArea(), @g.STAsBinary(), @g.STAsText(), @g.STBoundary(), @g.STBuffer(2), @g.STCentroid(), @g.STContains(@h)
SELECT @g.STConvexHull(), @g.STCrosses(@h), @g.STDifference(@h), @g.STDimension(), @g.STDisjoint(@h), @g.STDistance(@h), @g.STEndPoint()
SELECT @g.STEnvelope(), @g.STEquals(@h), @g.STExteriorRing(), @g.STGeometryN(1), @g.STGeometryType(), @g.STInteriorRingN(1), @g.STIntersection(@h)
SELECT @g.STIntersects(@h), @g.STIsClosed(), @g.STIsEmpty(), @g.STIsRing(), @g.STIsSimple(), @g.STIsValid(), @g.STLength(), @g.STNumGeometries()
SELECT @g.STNumInteriorRing(), @g.STNumPoints(), @g.STOverlaps(@h), @g.STPointN(2), @g.STPointOnSurface(), @g.STRelate(@h, 'FF*FF****'), @g.STStartPoint()
SELECT @g.STSymDifference(@h), @g.STTouches(@h), @g.STUnion(@h), @g.STWithin(@h), @g.AsTextZM(), @g.AsGml(), @g.BufferWithTolerance(1, .5, 0)
SELECT @g.MakeValid(), @g.Reduce(.75), @g.Filter(@h), @g.IsNull, @g.InstanceOf('Point'), @g.ShortestLineTo(@h), @g.CurveToLineWithTolerance(.1, 0)
SELECT @g.STX, @g.STY, @g.Z, @g.M, @g.HasZ, @g.HasM, @g.STSrid, @g.STCurveN(1), @g.STNumCurves()
SET @g.STSrid = 4326
-- page: t-sql/spatial-geography/spatial-types-geography
SELECT @p.Lat, @p.Long, @p.STDistance(@q) / 1000, @p.EnvelopeAngle(), @p.EnvelopeCenter(), @p.NumRings(), @p.RingN(1), @p.ReorientObject()
SELECT geography::STGeomFromText('POLYGON((0 0, 1 0, 1 1, 0 0))', 4326).STArea(), geography::[Null], geography::STLineFromText(@w, 4326)
-- page: t-sql/xml/xml-transact-sql
DECLARE @x xml = N'<a b="1"/>', @y xml(dbo.shop_schemas), @z xml(DOCUMENT dbo.shop_schemas)
-- page: t-sql/xml/value-method-xml-data-type
SELECT @x.value('(/a/@b)[1]', 'int'), doc.value('(//name/text())[1]', 'nvarchar(50)') FROM shop.doc
-- page: t-sql/xml/query-method-xml-data-type
SELECT @x.query('/a/b'), doc.query('for $i in /a/b return <c>{data($i)}</c>') FROM shop.doc
-- page: t-sql/xml/exist-method-xml-data-type
SELECT id FROM shop.doc WHERE doc.exist('/a[@b = 1]') = 1 AND doc.exist('//c') = 0
-- page: t-sql/xml/modify-method-xml-data-type
SET @x.modify('insert <c/> as last into (/a)[1]')
SET @x.modify('replace value of (/a/@b)[1] with sql:variable("@n")')
UPDATE shop.doc SET doc.modify('delete //c') WHERE id = 1
-- page: t-sql/xml/nodes-method-xml-data-type
SELECT n.c.value('.', 'int') FROM @x.nodes('/a/b') AS n (c)
SELECT d.id, n.c.query('.') FROM shop.doc AS d CROSS APPLY d.doc.nodes('//b') n(c) WHERE n.c.exist('@x') = 1
SELECT p.c.value('../@id', 'int') FROM @x.nodes('/a') t (c) CROSS APPLY t.c.nodes('b') AS p (c)
-- page: t-sql/xml/with-xmlnamespaces
WITH XMLNAMESPACES ('urn:shop' AS s, DEFAULT 'urn:base') SELECT id AS '@id', name AS 's:name' FROM shop.item FOR XML PATH ('s:item'), ROOT ('s:items')
WITH XMLNAMESPACES (DEFAULT 'urn:x') SELECT @x.value('(/a)[1]', 'int')
-- page: relational-databases/collations/collation-and-unicode-support
SELECT name COLLATE Latin1_General_100_CI_AS_SC FROM hr.person ORDER BY name COLLATE Finnish_Swedish_100_CS_AS
SELECT 1 FROM a JOIN b ON a.n COLLATE DATABASE_DEFAULT = b.n COLLATE database_default
SELECT 'a' COLLATE Latin1_General_BIN + 'b' COLLATE Latin1_General_BIN
-- page: t-sql/statements/collations
CREATE TABLE c1 (n varchar(10) COLLATE SQL_Latin1_General_CP1_CI_AS, m nchar(3) COLLATE Japanese_XJIS_140_CI_AS)
-- page: t-sql/language-elements/compound-operators-transact-sql
UPDATE t SET a += 1, b -= 2, c *= 3, d /= 4, e %= 5, f &= 6, g |= 7, h ^= 8
-- page: t-sql/language-elements/expressions-transact-sql
SELECT -(-a), +b, ~c, -a * b + (c - d) / e % 2, (a), ((b)) FROM t
SELECT CASE a WHEN 1 THEN b ELSE -c END * 2 + f(a, b) - (SELECT MAX(x) FROM u) FROM t
SELECT a.b.c.d, x.y.z, s..t FROM a.b.c
SELECT TOP 1 a + b AS c, 'x' AS [d e] FROM t ORDER BY a + b
SELECT 1 WHERE 1 = 1 AND 2 > 1 AND NOT 3 < 2 OR (4 >= 4 AND 5 <= 5) OR 6 <> 7
SELECT f(), f(1), f(a, b), dbo.f(DEFAULT), db.dbo.f(NULL, @x)
SELECT COUNT(*), COUNT(ALL a), COUNT(DISTINCT a + b), SUM(CASE WHEN a = 1 THEN 1 ELSE 0 END) FROM t
SELECT (SELECT TOP (1) a FROM t ORDER BY a) + (SELECT COUNT(*) FROM u)
SELECT a = b + 1, 'c' = d, [e] = f FROM t
SELECT @x = a, @y += b FROM t
SELECT -1, - 1, -a, -(1), - - 1, +1, ~1, ~-1, -~1
SELECT 0xFF & 0x0F, 1 | 2, 3 ^ 1, 5 % 3, 2 + 3 * 4 - 6 / 2
SELECT 'it''s', N'ñ', '', 'a' + 'b' + 'c'
-- page: t-sql/statements/set-implicit-transactions-transact-sql
SET IMPLICIT_TRANSACTIONS ON; INSERT t VALUES (1); COMMIT
-- page: relational-databases/system-catalog-views/catalog-views-transact-sql
SELECT name, object_id, type_desc FROM sys.objects WHERE type IN ('U', 'V') AND is_ms_shipped = 0
SELECT t.name, c.name, ty.name FROM sys.tables t JOIN sys.columns c ON c.object_id = t.object_id JOIN sys.types ty ON ty.user_type_id = c.user_type_id
SELECT SCHEMA_NAME(schema_id) + '.' + name FROM sys.procedures ORDER BY 1
SELECT i.name, ic.key_ordinal FROM sys.indexes i INNER JOIN sys.index_columns ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
SELECT * FROM sys.sql_modules WHERE definition LIKE '%xp[_]cmdshell%'
SELECT * FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE'
SELECT COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'person' ORDER BY ORDINAL_POSITION
-- page: relational-databases/system-dynamic-management-views/system-dynamic-management-views
SELECT TOP (10) qs.total_worker_time / qs.execution_count AS avg_cpu, SUBSTRING(st.text, (qs.statement_start_offset / 2) + 1, 50) FROM sys.dm_exec_query_stats AS qs CROSS APPLY sys.dm_exec_sql_text(qs.sql_handle) AS st ORDER BY avg_cpu DESC
SELECT wait_type, wait_time_ms FROM sys.dm_os_wait_stats WHERE wait_type NOT LIKE N'SLEEP%'
SELECT * FROM sys.dm_tran_locks AS l LEFT JOIN sys.dm_exec_sessions AS s ON s.session_id = l.request_session_id WHERE l.resource_database_id = DB_ID()
