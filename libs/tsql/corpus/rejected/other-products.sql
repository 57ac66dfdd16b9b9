-- What the reference has and SQL Server 2022 does not take: forms that older versions had, that only other products have, or that came later.
-- Gone since SQL Server 2012
-- page: database-engine/discontinued-database-engine-functionality-in-sql-server
SELECT a FROM t ORDER BY a COMPUTE SUM(a)
SELECT a FROM t ORDER BY a COMPUTE SUM(a) BY a
DUMP DATABASE tickets TO DISK = 'x'
LOAD DATABASE tickets FROM DISK = 'x'
DISK INIT NAME = 'dev1', PHYSNAME = 'x'
CREATE ENDPOINT e AS HTTP (PATH = '/x', AUTHENTICATION = (INTEGRATED), PORTS = (CLEAR)) FOR SOAP (WSDL = DEFAULT)
CREATE ENDPOINT e AS TCP (LISTENER_PORT = 5022) FOR SOAP ()
ALTER DATABASE tickets REBUILD LOG
CREATE DATABASE tickets ON (NAME = a, FILENAME = 'b') FOR LOAD
CREATE DATABASE tickets CONTAINMENT = ''
CREATE DATABASE tickets ON (NAME = a), FILEGROUP g CONTAINS '' (NAME = b)
-- Azure Synapse, Fabric and the Analytics Platform System
-- page: t-sql/statements/copy-into-transact-sql
COPY INTO t FROM 'https://x' WITH (FILE_TYPE = 'CSV')
-- page: t-sql/statements/create-table-as-clone-of-transact-sql
CREATE TABLE t AS CLONE OF u
-- page: t-sql/statements/rename-transact-sql
RENAME OBJECT t TO u
RENAME DATABASE a TO b
-- page: t-sql/statements/create-materialized-view-as-select-transact-sql
CREATE MATERIALIZED VIEW v WITH (DISTRIBUTION = HASH(a)) AS SELECT a, COUNT_BIG(*) AS n FROM t GROUP BY a
ALTER MATERIALIZED VIEW v REBUILD
-- page: t-sql/statements/create-workload-classifier-transact-sql
CREATE WORKLOAD CLASSIFIER c WITH (WORKLOAD_GROUP = 'g', MEMBERNAME = 'm')
DROP WORKLOAD CLASSIFIER c
-- page: t-sql/statements/create-remote-table-as-select-parallel-data-warehouse
CREATE REMOTE TABLE a.b.c AT ('x') AS SELECT 1 AS a
-- page: t-sql/statements/create-diagnostics-session-transact-sql
CREATE DIAGNOSTICS SESSION d AS N'<s/>'
-- page: t-sql/statements/create-federation-transact-sql
CREATE FEDERATION f (id int RANGE)
USE FEDERATION ROOT WITH RESET
-- SQL Server 2025
-- page: t-sql/statements/create-vector-index-transact-sql
CREATE VECTOR INDEX vi ON t (v) WITH (METRIC = 'cosine')
-- page: t-sql/statements/create-json-index-transact-sql
CREATE JSON INDEX ji ON t (doc) FOR ('$.a')
-- page: t-sql/statements/create-external-model-transact-sql
CREATE EXTERNAL MODEL m WITH (LOCATION = 'x', API_FORMAT = 'y', MODEL_TYPE = EMBEDDINGS, MODEL = 'z')
-- page: t-sql/functions/ai-generate-embeddings-transact-sql
SELECT AI_GENERATE_EMBEDDINGS(a USE MODEL m) FROM t
