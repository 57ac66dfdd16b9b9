-- page: t-sql/functions/avg-transact-sql
SELECT AVG(price) FROM sales.ticket
SELECT AVG(DISTINCT price) OVER (PARTITION BY venue_id) FROM sales.ticket
SELECT AVG(ALL price * 1.21) FROM sales.ticket GROUP BY venue_id

-- page: t-sql/functions/checksum-agg-transact-sql
SELECT CHECKSUM_AGG(CAST(seats AS int)) FROM sales.hall
SELECT CHECKSUM_AGG(DISTINCT BINARY_CHECKSUM(*)) FROM sales.hall

-- page: t-sql/functions/count-transact-sql
SELECT COUNT(*) FROM sales.hall
SELECT COUNT(DISTINCT city) AS cities FROM sales.hall
SELECT COUNT(ALL city), COUNT(*) OVER () FROM sales.hall
SELECT COUNT(*) OVER (PARTITION BY city ORDER BY seats ROWS UNBOUNDED PRECEDING) FROM sales.hall

-- page: t-sql/functions/count-big-transact-sql
SELECT COUNT_BIG(*) FROM sales.hall
SELECT COUNT_BIG(DISTINCT seats) FROM sales.hall

-- page: t-sql/functions/approx-count-distinct-transact-sql
SELECT APPROX_COUNT_DISTINCT(guest_id) FROM sales.visit

-- page: t-sql/functions/approx-percentile-cont-transact-sql
SELECT APPROX_PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY minutes) FROM sales.visit

-- page: t-sql/functions/approx-percentile-disc-transact-sql
SELECT APPROX_PERCENTILE_DISC(0.9) WITHIN GROUP (ORDER BY minutes DESC) FROM sales.visit

-- page: t-sql/functions/grouping-transact-sql
SELECT city, GROUPING(city) FROM sales.hall GROUP BY ROLLUP (city)

-- page: t-sql/functions/grouping-id-transact-sql
SELECT GROUPING_ID(city, kind) FROM sales.hall GROUP BY CUBE (city, kind)

-- page: t-sql/functions/max-transact-sql
SELECT MAX(seats) FROM sales.hall
SELECT MAX(opened) OVER (PARTITION BY city) FROM sales.hall
SELECT MAX(DISTINCT name) FROM sales.hall

-- page: t-sql/functions/min-transact-sql
SELECT MIN(seats) FROM sales.hall
SELECT MIN(opened) OVER (ORDER BY seats) FROM sales.hall

-- page: t-sql/functions/stdev-transact-sql
SELECT STDEV(minutes) FROM sales.visit
SELECT STDEV(DISTINCT minutes) OVER (PARTITION BY hall_id) FROM sales.visit

-- page: t-sql/functions/stdevp-transact-sql
SELECT STDEVP(minutes) FROM sales.visit

-- page: t-sql/functions/string-agg-transact-sql
SELECT STRING_AGG(name, ', ') FROM sales.hall
SELECT STRING_AGG(CAST(name AS nvarchar(max)), N' | ') WITHIN GROUP (ORDER BY name DESC) FROM sales.hall GROUP BY city
SELECT STRING_AGG(name, CHAR(13)) WITHIN GROUP (ORDER BY seats, name) AS list FROM sales.hall

-- page: t-sql/functions/sum-transact-sql
SELECT SUM(price) FROM sales.ticket
SELECT SUM(DISTINCT price) FROM sales.ticket
SELECT SUM(price) OVER (PARTITION BY hall_id ORDER BY sold_at ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM sales.ticket

-- page: t-sql/functions/var-transact-sql
SELECT VAR(price) FROM sales.ticket

-- page: t-sql/functions/varp-transact-sql
SELECT VARP(price) FROM sales.ticket

-- page: t-sql/functions/cume-dist-transact-sql
SELECT CUME_DIST() OVER (PARTITION BY hall_id ORDER BY price) FROM sales.ticket

-- page: t-sql/functions/first-value-transact-sql
SELECT FIRST_VALUE(guest) OVER (ORDER BY sold_at) FROM sales.ticket
SELECT FIRST_VALUE(guest) IGNORE NULLS OVER (PARTITION BY hall_id ORDER BY sold_at ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM sales.ticket

-- page: t-sql/functions/lag-transact-sql
SELECT LAG(price) OVER (ORDER BY sold_at) FROM sales.ticket
SELECT LAG(price, 2, 0) OVER (PARTITION BY hall_id ORDER BY sold_at) FROM sales.ticket
SELECT LAG(price, 1) IGNORE NULLS OVER (ORDER BY sold_at) FROM sales.ticket

-- page: t-sql/functions/last-value-transact-sql
SELECT LAST_VALUE(guest) OVER (ORDER BY sold_at RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM sales.ticket
SELECT LAST_VALUE(guest) RESPECT NULLS OVER (ORDER BY sold_at) FROM sales.ticket

-- page: t-sql/functions/lead-transact-sql
SELECT LEAD(price, @step, -1) OVER (ORDER BY sold_at DESC) FROM sales.ticket

-- page: t-sql/functions/percent-rank-transact-sql
SELECT PERCENT_RANK() OVER (ORDER BY price DESC) FROM sales.ticket

-- page: t-sql/functions/percentile-cont-transact-sql
SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY price) OVER (PARTITION BY hall_id) FROM sales.ticket

-- page: t-sql/functions/percentile-disc-transact-sql
SELECT PERCENTILE_DISC(0.75) WITHIN GROUP (ORDER BY price DESC) OVER () FROM sales.ticket

-- page: t-sql/functions/bit-count-transact-sql
SELECT BIT_COUNT(0xABCD), BIT_COUNT(flags) FROM hw.port

-- page: t-sql/functions/get-bit-transact-sql
SELECT GET_BIT(flags, 3) FROM hw.port

-- page: t-sql/functions/left-shift-transact-sql
SELECT LEFT_SHIFT(flags, 2), flags << 2 FROM hw.port

-- page: t-sql/functions/right-shift-transact-sql
SELECT RIGHT_SHIFT(flags, 1), flags >> 1 FROM hw.port

-- page: t-sql/functions/set-bit-transact-sql
SELECT SET_BIT(flags, 4), SET_BIT(flags, 4, 0) FROM hw.port

-- page: t-sql/functions/collation-functions-collationproperty-transact-sql
SELECT COLLATIONPROPERTY('Latin1_General_100_CS_AS', 'CodePage')

-- page: t-sql/functions/collation-functions-tertiary-weights-transact-sql
SELECT TERTIARY_WEIGHTS(label) FROM hw.port

-- page: t-sql/functions/connections-transact-sql
SELECT @@CONNECTIONS, @@CPU_BUSY, @@DATEFIRST, @@DBTS, @@IDLE, @@IO_BUSY

-- page: t-sql/functions/langid-transact-sql
SELECT @@LANGID, @@LANGUAGE, @@LOCK_TIMEOUT, @@MAX_CONNECTIONS, @@MAX_PRECISION, @@NESTLEVEL

-- page: t-sql/functions/options-transact-sql
SELECT @@OPTIONS, @@PACK_RECEIVED, @@PACK_SENT, @@PACKET_ERRORS, @@PROCID, @@REMSERVER

-- page: t-sql/functions/servername-transact-sql
SELECT @@SERVERNAME, @@SERVICENAME, @@SPID, @@TEXTSIZE, @@TIMETICKS, @@TOTAL_ERRORS

-- page: t-sql/functions/version-transact-sql-configuration-functions
SELECT @@TOTAL_READ, @@TOTAL_WRITE, @@VERSION

-- page: t-sql/functions/rowcount-transact-sql
SELECT @@CURSOR_ROWS, @@FETCH_STATUS, @@ERROR, @@IDENTITY, @@ROWCOUNT, @@TRANCOUNT

-- page: t-sql/functions/cast-and-convert-transact-sql
SELECT CAST(12.5 AS int)
SELECT CAST('2031-05-06' AS date) AS d
SELECT CAST(N'<a/>' AS xml)
SELECT CAST(price AS decimal(9, 2)) FROM sales.ticket
SELECT CAST(NULL AS varchar(max))
SELECT CAST(doc AS xml(dbo.shop_schemas)) FROM shop.doc
SELECT CONVERT(varchar(30), SYSDATETIME(), 126)
SELECT CONVERT(int, price) FROM sales.ticket
SELECT CONVERT(varbinary(8), '0x0A1B', 1)
SELECT CONVERT(dbo.Phone, '123')
SELECT CONVERT(nvarchar(max), doc, 3) FROM shop.doc

-- page: t-sql/functions/parse-transact-sql
SELECT PARSE('3 mars 2031' AS date USING 'fr-FR')
SELECT PARSE('12.5' AS money)

-- page: t-sql/functions/try-cast-transact-sql
SELECT TRY_CAST('x' AS int)
SELECT TRY_CAST(@raw AS datetime2(3))

-- page: t-sql/functions/try-convert-transact-sql
SELECT TRY_CONVERT(date, '31.12.2031', 104)
SELECT TRY_CONVERT(xml, @raw)

-- page: t-sql/functions/try-parse-transact-sql
SELECT TRY_PARSE('1,5' AS decimal(9, 1) USING 'de-DE')
SELECT TRY_PARSE(@raw AS int)

-- page: t-sql/functions/asymkey-id-transact-sql
SELECT ASYMKEY_ID('rsa_main'), ASYMKEYPROPERTY(256, 'algorithm_desc'), CERT_ID('tde_cert')

-- page: t-sql/functions/certencoded-transact-sql
SELECT CERTENCODED(CERT_ID('tde_cert')), CERTPRIVATEKEY(CERT_ID('tde_cert'), 'Gh7!kk', 'old#1'), CERTPROPERTY(1, 'Expiry_Date')

-- page: t-sql/functions/crypt-gen-random-transact-sql
SELECT CRYPT_GEN_RANDOM(16), CRYPT_GEN_RANDOM(8, 0x25F18060)

-- page: t-sql/functions/decryptbyasymkey-transact-sql
SELECT DECRYPTBYASYMKEY(ASYMKEY_ID('rsa_main'), secret, N'Gh7!kk') FROM hr.person

-- page: t-sql/functions/decryptbycert-transact-sql
SELECT DECRYPTBYCERT(CERT_ID('tde_cert'), secret) FROM hr.person

-- page: t-sql/functions/decryptbykey-transact-sql
SELECT DECRYPTBYKEY(secret), DECRYPTBYKEY(secret, 1, person_no) FROM hr.person

-- page: t-sql/functions/decryptbykeyautoasymkey-transact-sql
SELECT DECRYPTBYKEYAUTOASYMKEY(ASYMKEY_ID('rsa_main'), NULL, secret), DECRYPTBYKEYAUTOCERT(CERT_ID('tde_cert'), NULL, secret) FROM hr.person

-- page: t-sql/functions/decryptbypassphrase-transact-sql
SELECT DECRYPTBYPASSPHRASE('open sesame', secret, 1, 'salt') FROM hr.person

-- page: t-sql/functions/encryptbyasymkey-transact-sql
SELECT ENCRYPTBYASYMKEY(ASYMKEY_ID('rsa_main'), 'plain'), ENCRYPTBYCERT(CERT_ID('tde_cert'), @plain), ENCRYPTBYKEY(KEY_GUID('aes_main'), @plain, 1, 'salt')

-- page: t-sql/functions/encryptbypassphrase-transact-sql
SELECT ENCRYPTBYPASSPHRASE(@phrase, @plain)

-- page: t-sql/functions/hashbytes-transact-sql
SELECT HASHBYTES('SHA2_256', 'abc'), HASHBYTES(@algo, name) FROM hr.person

-- page: t-sql/functions/is-objectsigned-transact-sql
SELECT IS_OBJECTSIGNED('OBJECT', OBJECT_ID(N'dbo.pay_out'), 'certificate', 0x01), KEY_GUID('aes_main'), KEY_ID('aes_main'), KEY_NAME(0x01)

-- page: t-sql/functions/signbyasymkey-transact-sql
SELECT SIGNBYASYMKEY(ASYMKEY_ID('rsa_main'), @doc, N'Gh7!kk'), SIGNBYCERT(CERT_ID('tde_cert'), @doc), SYMKEYPROPERTY(256, 'algorithm_desc')

-- page: t-sql/functions/verifysignedbyasymkey-transact-sql
SELECT VERIFYSIGNEDBYASYMKEY(ASYMKEY_ID('rsa_main'), @doc, @sign), VERIFYSIGNEDBYCERT(CERT_ID('tde_cert'), @doc, @sign)

-- page: t-sql/functions/datalength-transact-sql
SELECT DATALENGTH(N'héllo'), DATALENGTH(secret) FROM hr.person

-- page: t-sql/functions/ident-current-transact-sql
SELECT IDENT_CURRENT('hr.person'), IDENT_INCR('hr.person'), IDENT_SEED(N'hr.person')

-- page: t-sql/functions/identity-function-transact-sql
SELECT IDENTITY(int, 1, 1) AS line_no, name INTO #numbered FROM hr.person
SELECT IDENTITY(smallint) AS line_no, name INTO #numbered2 FROM hr.person

-- page: t-sql/functions/sql-variant-property-transact-sql
SELECT SQL_VARIANT_PROPERTY(setting, 'BaseType') FROM app.config

-- page: t-sql/functions/current-timestamp-transact-sql
SELECT CURRENT_TIMESTAMP
SELECT CURRENT_TIMESTAMP AS now_at, DATEADD(hour, -1, CURRENT_TIMESTAMP)

-- page: t-sql/functions/current-timezone-transact-sql
SELECT CURRENT_TIMEZONE(), CURRENT_TIMEZONE_ID()

-- page: t-sql/functions/date-bucket-transact-sql
SELECT DATE_BUCKET(week, 2, sold_at) FROM sales.ticket
SELECT DATE_BUCKET(minute, 15, sold_at, CAST('2000-01-01' AS datetime2)) FROM sales.ticket

-- page: t-sql/functions/datediff-big-transact-sql
SELECT DATEDIFF_BIG(microsecond, '2030-01-01', '2031-01-01')

-- page: t-sql/functions/datefromparts-transact-sql
SELECT DATEFROMPARTS(2031, 2, 28), DATETIMEFROMPARTS(2031, 2, 28, 23, 59, 58, 990), SMALLDATETIMEFROMPARTS(2031, 2, 28, 23, 59)

-- page: t-sql/functions/datetime2fromparts-transact-sql
SELECT DATETIME2FROMPARTS(2031, 2, 28, 23, 59, 58, 0, 7), DATETIMEOFFSETFROMPARTS(2031, 2, 28, 12, 0, 0, 500, 5, 30, 3), TIMEFROMPARTS(23, 59, 59, 0, 0)

-- page: t-sql/functions/datetrunc-transact-sql
SELECT DATETRUNC(quarter, sold_at), DATETRUNC(iso_week, '2031-05-06') FROM sales.ticket

-- page: t-sql/functions/day-transact-sql
SELECT DAY(sold_at), MONTH(sold_at), YEAR(sold_at) FROM sales.ticket

-- page: t-sql/functions/eomonth-transact-sql
SELECT EOMONTH(sold_at), EOMONTH('2031-01-31', -1) FROM sales.ticket

-- page: t-sql/functions/getdate-transact-sql
SELECT GETDATE(), GETUTCDATE(), SYSDATETIME(), SYSUTCDATETIME(), SYSDATETIMEOFFSET()

-- page: t-sql/functions/isdate-transact-sql
SELECT ISDATE('20310506')

-- page: t-sql/functions/switchoffset-transact-sql
SELECT SWITCHOFFSET(SYSDATETIMEOFFSET(), '-08:00'), SWITCHOFFSET(@at, -480), TODATETIMEOFFSET(sold_at, '+02:00') FROM sales.ticket

-- page: t-sql/functions/edge-id-from-parts-transact-sql
SELECT EDGE_ID_FROM_PARTS(OBJECT_ID('social.follows'), 5), GRAPH_ID_FROM_EDGE_ID($edge_id), OBJECT_ID_FROM_EDGE_ID($edge_id) FROM social.follows

-- page: t-sql/functions/node-id-from-parts-transact-sql
SELECT NODE_ID_FROM_PARTS(OBJECT_ID('social.person'), 7), GRAPH_ID_FROM_NODE_ID($node_id), OBJECT_ID_FROM_NODE_ID($node_id) FROM social.person

-- page: t-sql/functions/isjson-transact-sql
SELECT ISJSON(doc), ISJSON(doc, OBJECT) FROM shop.doc
SELECT ISJSON('[1]', ARRAY), ISJSON('1', SCALAR), ISJSON('{}', VALUE)

-- page: t-sql/functions/json-array-transact-sql
SELECT JSON_ARRAY(), JSON_ARRAY('a', 1, NULL NULL ON NULL)
SELECT JSON_ARRAY(name, 1, JSON_OBJECT('k': 2) ABSENT ON NULL) FROM hr.person

-- page: t-sql/functions/json-modify-transact-sql
SELECT JSON_MODIFY(doc, '$.size', 'XL'), JSON_MODIFY(doc, 'append lax $.tags', 'new'), JSON_MODIFY(doc, 'strict $.size', NULL) FROM shop.doc

-- page: t-sql/functions/json-object-transact-sql
SELECT JSON_OBJECT()
SELECT JSON_OBJECT('id': person_id, 'name': name NULL ON NULL) FROM hr.person
SELECT JSON_OBJECT('a': JSON_ARRAY(1, 2), 'b': NULL ABSENT ON NULL)

-- page: t-sql/functions/json-path-exists-transact-sql
SELECT JSON_PATH_EXISTS(doc, '$.size') FROM shop.doc

-- page: t-sql/functions/json-query-transact-sql
SELECT JSON_QUERY(doc), JSON_QUERY(doc, 'strict $.tags') FROM shop.doc

-- page: t-sql/functions/json-value-transact-sql
SELECT JSON_VALUE(doc, '$.size'), JSON_VALUE(doc, '$.tags[0]') FROM shop.doc

-- page: t-sql/functions/abs-transact-sql
SELECT ABS(-3), ACOS(0.5), ASIN(0.5), ATAN(1), ATN2(1, 2), CEILING(1.2)

-- page: t-sql/functions/cos-transact-sql
SELECT COS(0), COT(1), DEGREES(PI()), EXP(1), FLOOR(-1.5), LOG(8, 2), LOG(10), LOG10(1000)

-- page: t-sql/functions/power-transact-sql
SELECT PI(), POWER(2, 10), RADIANS(180.0), RAND(), RAND(7), ROUND(12.345, 2), ROUND(12.345, 2, 1), SIGN(-2)

-- page: t-sql/functions/sqrt-transact-sql
SELECT SIN(1), SQRT(2), SQUARE(3), TAN(1)

-- page: t-sql/functions/logical-functions-choose-transact-sql
SELECT CHOOSE(2, 'a', 'b', 'c')

-- page: t-sql/functions/logical-functions-greatest-transact-sql
SELECT GREATEST(1, 2.5, @n), LEAST('a', 'b')

-- page: t-sql/functions/logical-functions-iif-transact-sql
SELECT IIF(seats > 100, 'big', 'small') FROM sales.hall
SELECT IIF(city IS NULL OR seats IN (1, 2), NULL, city) FROM sales.hall

-- page: t-sql/functions/app-name-transact-sql
SELECT APP_NAME(), APPLOCK_MODE('public', 'res1', 'Session'), APPLOCK_TEST('public', 'res1', 'Shared', 'Transaction'), ASSEMBLYPROPERTY('geo', 'PublicKey')

-- page: t-sql/functions/col-length-transact-sql
SELECT COL_LENGTH('hr.person', 'name'), COL_NAME(OBJECT_ID('hr.person'), 1), COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'PRECISION')

-- page: t-sql/functions/databasepropertyex-transact-sql
SELECT DATABASE_PRINCIPAL_ID('ops'), DATABASEPROPERTYEX('tickets', 'Collation'), DB_ID(), DB_ID(N'tickets'), DB_NAME(), DB_NAME(5)

-- page: t-sql/functions/file-id-transact-sql
SELECT FILE_ID('data1'), FILE_IDEX('data1'), FILE_NAME(1), FILEGROUP_ID('PRIMARY'), FILEGROUP_NAME(1), FILEGROUPPROPERTY('PRIMARY', 'IsReadOnly'), FILEPROPERTY('data1', 'SpaceUsed'), FILEPROPERTYEX('data1', 'BlobTier')

-- page: t-sql/functions/fulltextcatalogproperty-transact-sql
SELECT FULLTEXTCATALOGPROPERTY('texts', 'ItemCount'), FULLTEXTSERVICEPROPERTY('IsFulltextInstalled')

-- page: t-sql/functions/index-col-transact-sql
SELECT INDEX_COL('hr.person', 1, 1), INDEXKEY_PROPERTY(OBJECT_ID('hr.person'), 1, 1, 'IsDescending'), INDEXPROPERTY(OBJECT_ID('hr.person'), 'ix_name', 'IsUnique')

-- page: t-sql/functions/next-value-for-transact-sql
SELECT NEXT VALUE FOR dbo.ticket_no
SELECT NEXT VALUE FOR dbo.ticket_no OVER (ORDER BY name) AS n, name FROM hr.person

-- page: t-sql/functions/object-definition-transact-sql
SELECT OBJECT_DEFINITION(OBJECT_ID(N'dbo.pay_out')), OBJECT_ID(N'tempdb..#t'), OBJECT_ID('dbo.pay_out', 'P'), OBJECT_NAME(5), OBJECT_NAME(5, DB_ID()), OBJECT_SCHEMA_NAME(5)

-- page: t-sql/functions/objectproperty-transact-sql
SELECT OBJECTPROPERTY(5, 'IsTable'), OBJECTPROPERTYEX(5, N'BaseType'), ORIGINAL_DB_NAME(), PARSENAME('a.b.c.d', 2)

-- page: t-sql/functions/schema-id-transact-sql
SELECT SCHEMA_ID(), SCHEMA_ID('hr'), SCHEMA_NAME(), SCHEMA_NAME(5), SCOPE_IDENTITY(), SERVERPROPERTY('Edition'), STATS_DATE(5, 1)

-- page: t-sql/functions/type-id-transact-sql
SELECT TYPE_ID('hr.Phone'), TYPE_NAME(56), TYPEPROPERTY('hr.Phone', 'Precision'), VERSION()

-- page: t-sql/functions/ranking-functions-transact-sql
SELECT RANK() OVER (ORDER BY price), DENSE_RANK() OVER (ORDER BY price), NTILE(4) OVER (ORDER BY price DESC), ROW_NUMBER() OVER (PARTITION BY hall_id ORDER BY (SELECT NULL)) FROM sales.ticket

-- page: t-sql/functions/replication-functions-publishingservername
SELECT PUBLISHINGSERVERNAME()

-- page: t-sql/functions/security-functions-transact-sql
SELECT CURRENT_USER, SESSION_USER, SYSTEM_USER, USER
SELECT HAS_DBACCESS('tickets'), HAS_PERMS_BY_NAME('hr.person', 'OBJECT', 'SELECT'), HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE')
SELECT IS_MEMBER('db_owner'), IS_ROLEMEMBER('ops', 'anna'), IS_SRVROLEMEMBER('sysadmin')
SELECT LOGINPROPERTY('anna', 'BadPasswordCount'), ORIGINAL_LOGIN(), PERMISSIONS(), PWDCOMPARE('x', 0x0100), PWDENCRYPT('x')
SELECT SESSIONPROPERTY('ANSI_NULLS'), SUSER_ID('anna'), SUSER_NAME(), SUSER_SID('anna'), SUSER_SNAME(0x01), USER_ID('anna'), USER_NAME(1)
SELECT * FROM sys.fn_builtin_permissions(DEFAULT)
SELECT * FROM fn_my_permissions('hr.person', 'OBJECT')

-- page: t-sql/functions/ascii-transact-sql
SELECT ASCII('A'), CHAR(65), CHARINDEX('b', 'abc'), CHARINDEX('b', 'abcb', 3), CONCAT('a', 1, NULL), CONCAT_WS('-', 'a', 'b'), DIFFERENCE('Ann', 'Anne')

-- page: t-sql/functions/format-transact-sql
SELECT FORMAT(SYSDATETIME(), 'yyyy-MM-dd'), FORMAT(1234.5, 'N', 'de-de')

-- page: t-sql/functions/left-transact-sql
SELECT LEFT(name, 3), LEN(name), LOWER(name), LTRIM(name), LTRIM('..a', '.'), NCHAR(955), PATINDEX('%[0-9]%', name) FROM hr.person

-- page: t-sql/functions/quotename-transact-sql
SELECT QUOTENAME('a]b'), QUOTENAME('a', '"'), REPLACE('aba', 'a', 'x'), REPLICATE('ab', 3), REVERSE('abc'), RIGHT('abc', 2), RTRIM('a  '), SOUNDEX('Ann')

-- page: t-sql/functions/space-transact-sql
SELECT SPACE(3), STR(12.345, 8, 2), STRING_ESCAPE('"', 'json'), STUFF('abcdef', 2, 3, 'xy'), SUBSTRING('abc', 1, 2), TRANSLATE('[1]', '[]', '()')

-- page: t-sql/functions/string-split-transact-sql
SELECT value FROM STRING_SPLIT('a,b', ',')
SELECT value, ordinal FROM STRING_SPLIT(@list, N';', 1) ORDER BY ordinal

-- page: t-sql/functions/generate-series-transact-sql
SELECT value FROM GENERATE_SERIES(1, 10)
SELECT value FROM GENERATE_SERIES(0.0, 1.0, 0.1) AS g

-- page: t-sql/functions/trim-transact-sql
SELECT TRIM('  a '), TRIM('.! ' FROM '#a.!'), UNICODE(N'λ'), UPPER('a')
SELECT TRIM(LEADING '.' FROM '..a'), TRIM(TRAILING '.' FROM 'a..'), TRIM(BOTH '.' FROM '.a.')

-- page: t-sql/functions/binary-checksum-transact-sql
SELECT BINARY_CHECKSUM(*), BINARY_CHECKSUM(name, person_id), CHECKSUM(*), CHECKSUM(name) FROM hr.person

-- page: t-sql/functions/compress-transact-sql
SELECT COMPRESS(N'abc'), CAST(DECOMPRESS(zipped) AS nvarchar(max)), CONNECTIONPROPERTY('net_transport') FROM shop.doc

-- page: t-sql/functions/context-info-transact-sql
SELECT CONTEXT_INFO(), CURRENT_REQUEST_ID(), CURRENT_TRANSACTION_ID(), GET_FILESTREAM_TRANSACTION_CONTEXT(), HOST_ID(), HOST_NAME(), MIN_ACTIVE_ROWVERSION()

-- page: t-sql/functions/error-line-transact-sql
SELECT ERROR_LINE(), ERROR_MESSAGE(), ERROR_NUMBER(), ERROR_PROCEDURE(), ERROR_SEVERITY(), ERROR_STATE(), XACT_STATE()

-- page: t-sql/functions/formatmessage-transact-sql
SELECT FORMATMESSAGE(50001, 'a', 3), FORMATMESSAGE('%s has %d', 'x', 5)

-- page: t-sql/functions/getansinull-transact-sql
SELECT GETANSINULL(), GETANSINULL('tickets'), ISNULL(city, '?'), ISNUMERIC('1e5') FROM sales.hall

-- page: t-sql/functions/newid-transact-sql
SELECT NEWID(), ROWCOUNT_BIG(), SESSION_CONTEXT(N'tenant')

-- page: t-sql/functions/nullif-transact-sql
SELECT NULLIF(seats, 0), COALESCE(NULLIF(city, ''), name, 'n/a') FROM sales.hall

-- page: t-sql/functions/textptr-transact-sql
SELECT TEXTPTR(note), TEXTVALID('hr.person.note', TEXTPTR(note)) FROM hr.person

-- page: t-sql/functions/eventdata-transact-sql
SELECT EVENTDATA(), EVENTDATA().value('(/EVENT_INSTANCE/ObjectName)[1]', 'sysname')

-- page: t-sql/functions/columns-updated-transact-sql
SELECT COLUMNS_UPDATED(), TRIGGER_NESTLEVEL(), TRIGGER_NESTLEVEL(OBJECT_ID('hr.tr_audit'), 'AFTER', 'DML')

-- page: t-sql/functions/odbc-scalar-functions-transact-sql
SELECT {fn CURDATE()}, {fn CURTIME(3)}, {fn NOW()}, {fn DAYNAME(sold_at)}, {fn DAYOFWEEK(sold_at)}, {fn HOUR(sold_at)} FROM sales.ticket
SELECT {fn CURRENT_DATE()}, {fn CURRENT_TIME(6)}, {fn EXTRACT(YEAR FROM sold_at)}, {fn MONTHNAME(sold_at)}, {fn QUARTER(sold_at)}, {fn WEEK(sold_at)} FROM sales.ticket
SELECT {fn CONCAT('a', 'b')}, {fn BIT_LENGTH('abc')}, {fn OCTET_LENGTH('abc')}, {fn TRUNCATE(12.345, 1)}, {fn CONVERT(seats, SQL_VARCHAR)} FROM sales.hall

-- page: odbc/reference/develop-app/date-time-and-timestamp-literals
SELECT {d '2031-05-06'}, {t '12:30:00'}, {ts '2031-05-06 12:30:00.000'}, {guid '6F9619FF-8B86-D011-B42D-00C04FC964FF'}

-- page: t-sql/functions/logical-functions-least-transact-sql
SELECT LEAST(price, 10, tax) FROM sales.ticket

-- page: relational-databases/system-functions/semantickeyphrasetable-transact-sql
SELECT * FROM SEMANTICKEYPHRASETABLE(shop.doc, *) AS k
SELECT * FROM SEMANTICKEYPHRASETABLE(shop.doc, (body, title), 5)
SELECT * FROM SEMANTICSIMILARITYTABLE(shop.doc, body, 5) AS s ORDER BY s.score DESC
SELECT * FROM SEMANTICSIMILARITYDETAILSTABLE(shop.doc, body, 5, body, 6)

-- page: relational-databases/system-functions/system-functions-for-transact-sql
SELECT * FROM sys.fn_helpcollations()
SELECT * FROM sys.fn_virtualfilestats(DB_ID(), NULL)
SELECT * FROM fn_listextendedproperty(NULL, 'schema', 'hr', 'table', 'person', 'column', DEFAULT)
SELECT * FROM ::fn_trace_getinfo(DEFAULT)
SELECT * FROM sys.dm_db_index_physical_stats(DB_ID(), OBJECT_ID('hr.person'), NULL, NULL, 'LIMITED') AS s
SELECT * FROM sys.dm_exec_requests AS r CROSS APPLY sys.dm_exec_sql_text(r.sql_handle) AS t
SELECT * FROM sys.dm_exec_query_stats qs OUTER APPLY sys.dm_exec_query_plan(qs.plan_handle)
SELECT sys.fn_varbintohexstr(0x0A), master.dbo.fn_varbintohexstr(0x0A), msdb.dbo.agent_datetime(20310506, 123000)

-- page: t-sql/functions/datepart-transact-sql
SELECT DATEPART(year, sold_at) FROM sales.ticket
SELECT DATEPART(yy, sold_at) FROM sales.ticket
SELECT DATEPART(yyyy, sold_at) FROM sales.ticket
SELECT DATEPART(quarter, sold_at) FROM sales.ticket
SELECT DATEPART(qq, sold_at) FROM sales.ticket
SELECT DATEPART(q, sold_at) FROM sales.ticket
SELECT DATEPART(month, sold_at) FROM sales.ticket
SELECT DATEPART(mm, sold_at) FROM sales.ticket
SELECT DATEPART(m, sold_at) FROM sales.ticket
SELECT DATEPART(dayofyear, sold_at) FROM sales.ticket
SELECT DATEPART(dy, sold_at) FROM sales.ticket
SELECT DATEPART(y, sold_at) FROM sales.ticket
SELECT DATEPART(day, sold_at) FROM sales.ticket
SELECT DATEPART(dd, sold_at) FROM sales.ticket
SELECT DATEPART(d, sold_at) FROM sales.ticket
SELECT DATEPART(week, sold_at) FROM sales.ticket
SELECT DATEPART(wk, sold_at) FROM sales.ticket
SELECT DATEPART(ww, sold_at) FROM sales.ticket
SELECT DATEPART(weekday, sold_at) FROM sales.ticket
SELECT DATEPART(dw, sold_at) FROM sales.ticket
SELECT DATEPART(w, sold_at) FROM sales.ticket
SELECT DATEPART(hour, sold_at) FROM sales.ticket
SELECT DATEPART(hh, sold_at) FROM sales.ticket
SELECT DATEPART(minute, sold_at) FROM sales.ticket
SELECT DATEPART(mi, sold_at) FROM sales.ticket
SELECT DATEPART(n, sold_at) FROM sales.ticket
SELECT DATEPART(second, sold_at) FROM sales.ticket
SELECT DATEPART(ss, sold_at) FROM sales.ticket
SELECT DATEPART(s, sold_at) FROM sales.ticket
SELECT DATEPART(millisecond, sold_at) FROM sales.ticket
SELECT DATEPART(ms, sold_at) FROM sales.ticket
SELECT DATEPART(microsecond, sold_at) FROM sales.ticket
SELECT DATEPART(mcs, sold_at) FROM sales.ticket
SELECT DATEPART(nanosecond, sold_at) FROM sales.ticket
SELECT DATEPART(ns, sold_at) FROM sales.ticket
SELECT DATEPART(TZoffset, sold_at) FROM sales.ticket
SELECT DATEPART(tz, sold_at) FROM sales.ticket
SELECT DATEPART(iso_week, sold_at) FROM sales.ticket
SELECT DATEPART(isowk, sold_at) FROM sales.ticket
SELECT DATEPART(isoww, sold_at) FROM sales.ticket

-- page: t-sql/functions/datename-transact-sql
SELECT DATENAME(year, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(yy, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(yyyy, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(quarter, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(qq, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(q, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(month, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(mm, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(m, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(dayofyear, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(dy, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(y, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(day, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(dd, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(d, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(week, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(wk, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(ww, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(weekday, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(dw, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(w, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(hour, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(hh, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(minute, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(mi, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(n, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(second, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(ss, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(s, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(millisecond, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(ms, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(microsecond, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(mcs, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(nanosecond, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(ns, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(TZoffset, '2031-05-06 12:30:15.1234567 +02:00')
SELECT DATENAME(iso_week, '2031-05-06 12:30:15.1234567 +02:00')

-- page: t-sql/functions/dateadd-transact-sql
SELECT DATEADD(year, -7, sold_at) FROM sales.ticket
SELECT DATEADD(yy, -6, sold_at) FROM sales.ticket
SELECT DATEADD(yyyy, -5, sold_at) FROM sales.ticket
SELECT DATEADD(quarter, -4, sold_at) FROM sales.ticket
SELECT DATEADD(qq, -3, sold_at) FROM sales.ticket
SELECT DATEADD(q, -2, sold_at) FROM sales.ticket
SELECT DATEADD(month, -1, sold_at) FROM sales.ticket
SELECT DATEADD(mm, 0, sold_at) FROM sales.ticket
SELECT DATEADD(m, 1, sold_at) FROM sales.ticket
SELECT DATEADD(dayofyear, 2, sold_at) FROM sales.ticket
SELECT DATEADD(dy, 3, sold_at) FROM sales.ticket
SELECT DATEADD(y, 4, sold_at) FROM sales.ticket
SELECT DATEADD(day, 5, sold_at) FROM sales.ticket
SELECT DATEADD(dd, 6, sold_at) FROM sales.ticket
SELECT DATEADD(d, 7, sold_at) FROM sales.ticket
SELECT DATEADD(week, 8, sold_at) FROM sales.ticket
SELECT DATEADD(wk, 9, sold_at) FROM sales.ticket
SELECT DATEADD(ww, 10, sold_at) FROM sales.ticket
SELECT DATEADD(weekday, 11, sold_at) FROM sales.ticket
SELECT DATEADD(dw, 12, sold_at) FROM sales.ticket
SELECT DATEADD(w, 13, sold_at) FROM sales.ticket
SELECT DATEADD(hour, 14, sold_at) FROM sales.ticket
SELECT DATEADD(hh, 15, sold_at) FROM sales.ticket
SELECT DATEADD(minute, 16, sold_at) FROM sales.ticket
SELECT DATEADD(mi, 17, sold_at) FROM sales.ticket
SELECT DATEADD(n, 18, sold_at) FROM sales.ticket
SELECT DATEADD(second, 19, sold_at) FROM sales.ticket
SELECT DATEADD(ss, 20, sold_at) FROM sales.ticket
SELECT DATEADD(s, 21, sold_at) FROM sales.ticket
SELECT DATEADD(millisecond, 22, sold_at) FROM sales.ticket
SELECT DATEADD(ms, 23, sold_at) FROM sales.ticket
SELECT DATEADD(microsecond, 24, sold_at) FROM sales.ticket
SELECT DATEADD(mcs, 25, sold_at) FROM sales.ticket
SELECT DATEADD(nanosecond, 26, sold_at) FROM sales.ticket
SELECT DATEADD(ns, 27, sold_at) FROM sales.ticket

-- page: t-sql/functions/datediff-transact-sql
SELECT DATEDIFF(year, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(yy, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(yyyy, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(quarter, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(qq, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(q, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(month, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(mm, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(m, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(dayofyear, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(dy, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(y, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(day, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(dd, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(d, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(week, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(wk, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(ww, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(weekday, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(dw, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(w, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(hour, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(hh, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(minute, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(mi, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(n, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(second, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(ss, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(s, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(millisecond, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(ms, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(microsecond, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(mcs, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(nanosecond, sold_at, SYSDATETIME()) FROM sales.ticket
SELECT DATEDIFF(ns, sold_at, SYSDATETIME()) FROM sales.ticket

-- page: t-sql/functions/datetrunc-transact-sql
SELECT DATETRUNC(year, @at)
SELECT DATETRUNC(yy, @at)
SELECT DATETRUNC(quarter, @at)
SELECT DATETRUNC(month, @at)
SELECT DATETRUNC(dayofyear, @at)
SELECT DATETRUNC(day, @at)
SELECT DATETRUNC(week, @at)
SELECT DATETRUNC(iso_week, @at)
SELECT DATETRUNC(hour, @at)
SELECT DATETRUNC(minute, @at)
SELECT DATETRUNC(second, @at)
SELECT DATETRUNC(millisecond, @at)
SELECT DATETRUNC(microsecond, @at)

-- page: t-sql/functions/serverproperty-transact-sql
SELECT SERVERPROPERTY('BuildClrVersion')
SELECT SERVERPROPERTY('Collation')
SELECT SERVERPROPERTY('CollationID')
SELECT SERVERPROPERTY('ComparisonStyle')
SELECT SERVERPROPERTY('ComputerNamePhysicalNetBIOS')
SELECT SERVERPROPERTY('Edition')
SELECT SERVERPROPERTY('EditionID')
SELECT SERVERPROPERTY('EngineEdition')
SELECT SERVERPROPERTY('FilestreamConfiguredLevel')
SELECT SERVERPROPERTY('HadrManagerStatus')
SELECT SERVERPROPERTY('InstanceDefaultDataPath')
SELECT SERVERPROPERTY('InstanceName')
SELECT SERVERPROPERTY('IsClustered')
SELECT SERVERPROPERTY('IsFullTextInstalled')
SELECT SERVERPROPERTY('IsHadrEnabled')
SELECT SERVERPROPERTY('IsIntegratedSecurityOnly')
SELECT SERVERPROPERTY('IsPolyBaseInstalled')
SELECT SERVERPROPERTY('IsSingleUser')
SELECT SERVERPROPERTY('IsXTPSupported')
SELECT SERVERPROPERTY('LCID')
SELECT SERVERPROPERTY('LicenseType')
SELECT SERVERPROPERTY('MachineName')
SELECT SERVERPROPERTY('NumLicenses')
SELECT SERVERPROPERTY('PathSeparator')
SELECT SERVERPROPERTY('ProcessID')
SELECT SERVERPROPERTY('ProductLevel')
SELECT SERVERPROPERTY('ProductMajorVersion')
SELECT SERVERPROPERTY('ProductUpdateLevel')
SELECT SERVERPROPERTY('ProductVersion')
SELECT SERVERPROPERTY('ResourceVersion')
SELECT SERVERPROPERTY('ServerName')
SELECT SERVERPROPERTY('SqlCharSet')
SELECT SERVERPROPERTY('SqlSortOrder')
