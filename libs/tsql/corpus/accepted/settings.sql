-- page: t-sql/statements/set-ansi-defaults-transact-sql
SET ANSI_DEFAULTS ON
SET ANSI_DEFAULTS OFF

-- page: t-sql/statements/set-ansi-null-dflt-off-transact-sql
SET ANSI_NULL_DFLT_OFF ON
SET ANSI_NULL_DFLT_OFF OFF

-- page: t-sql/statements/set-ansi-null-dflt-on-transact-sql
SET ANSI_NULL_DFLT_ON ON
SET ANSI_NULL_DFLT_ON OFF

-- page: t-sql/statements/set-ansi-nulls-transact-sql
SET ANSI_NULLS ON
SET ANSI_NULLS OFF

-- page: t-sql/statements/set-ansi-padding-transact-sql
SET ANSI_PADDING ON
SET ANSI_PADDING OFF

-- page: t-sql/statements/set-ansi-warnings-transact-sql
SET ANSI_WARNINGS ON
SET ANSI_WARNINGS OFF

-- page: t-sql/statements/set-arithabort-transact-sql
SET ARITHABORT ON
SET ARITHABORT OFF

-- page: t-sql/statements/set-arithignore-transact-sql
SET ARITHIGNORE ON
SET ARITHIGNORE OFF

-- page: t-sql/statements/set-concat-null-yields-null-transact-sql
SET CONCAT_NULL_YIELDS_NULL ON
SET CONCAT_NULL_YIELDS_NULL OFF

-- page: t-sql/statements/set-cursor-close-on-commit-transact-sql
SET CURSOR_CLOSE_ON_COMMIT ON
SET CURSOR_CLOSE_ON_COMMIT OFF

-- page: t-sql/statements/set-fmtonly-transact-sql
SET FMTONLY ON
SET FMTONLY OFF

-- page: t-sql/statements/set-forceplan-transact-sql
SET FORCEPLAN ON
SET FORCEPLAN OFF

-- page: t-sql/statements/set-implicit-transactions-transact-sql
SET IMPLICIT_TRANSACTIONS ON
SET IMPLICIT_TRANSACTIONS OFF

-- page: t-sql/statements/set-nocount-transact-sql
SET NOCOUNT ON
SET NOCOUNT OFF

-- page: t-sql/statements/set-noexec-transact-sql
SET NOEXEC ON
SET NOEXEC OFF

-- page: t-sql/statements/set-numeric-roundabort-transact-sql
SET NUMERIC_ROUNDABORT ON
SET NUMERIC_ROUNDABORT OFF

-- page: t-sql/statements/set-parseonly-transact-sql
SET PARSEONLY ON
SET PARSEONLY OFF

-- page: t-sql/statements/set-quoted-identifier-transact-sql
SET QUOTED_IDENTIFIER ON
SET QUOTED_IDENTIFIER OFF

-- page: t-sql/statements/set-remote-proc-transactions-transact-sql
SET REMOTE_PROC_TRANSACTIONS ON
SET REMOTE_PROC_TRANSACTIONS OFF

-- page: t-sql/statements/set-result-set-caching-transact-sql
SET RESULT_SET_CACHING ON
SET RESULT_SET_CACHING OFF

-- page: t-sql/statements/set-showplan-all-transact-sql
SET SHOWPLAN_ALL ON
SET SHOWPLAN_ALL OFF

-- page: t-sql/statements/set-showplan-text-transact-sql
SET SHOWPLAN_TEXT ON
SET SHOWPLAN_TEXT OFF

-- page: t-sql/statements/set-showplan-xml-transact-sql
SET SHOWPLAN_XML ON
SET SHOWPLAN_XML OFF

-- page: t-sql/statements/set-xact-abort-transact-sql
SET XACT_ABORT ON
SET XACT_ABORT OFF

-- page: t-sql/statements/set-statistics-io-transact-sql
SET STATISTICS IO ON
SET STATISTICS IO OFF
SET STATISTICS PROFILE ON
SET STATISTICS PROFILE OFF
SET STATISTICS TIME ON
SET STATISTICS TIME OFF
SET STATISTICS XML ON
SET STATISTICS XML OFF
SET STATISTICS IO, TIME ON
SET ANSI_NULLS, QUOTED_IDENTIFIER, ANSI_PADDING ON
SET NOCOUNT, XACT_ABORT OFF

-- page: t-sql/statements/set-transaction-isolation-level-transact-sql
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED
SET TRANSACTION ISOLATION LEVEL READ COMMITTED
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ
SET TRANSACTION ISOLATION LEVEL SNAPSHOT
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE

-- page: t-sql/statements/set-dateformat-transact-sql
SET DATEFORMAT mdy
SET DATEFORMAT dmy
SET DATEFORMAT ymd
SET DATEFORMAT ydm
SET DATEFORMAT myd
SET DATEFORMAT dym
SET DATEFORMAT @f

-- page: t-sql/statements/set-datefirst-transact-sql
SET DATEFIRST 1
SET DATEFIRST 2
SET DATEFIRST 3
SET DATEFIRST 4
SET DATEFIRST 5
SET DATEFIRST 6
SET DATEFIRST 7
SET DATEFIRST @d

-- page: t-sql/statements/set-deadlock-priority-transact-sql
SET DEADLOCK_PRIORITY LOW
SET DEADLOCK_PRIORITY NORMAL
SET DEADLOCK_PRIORITY HIGH
SET DEADLOCK_PRIORITY @p
SET DEADLOCK_PRIORITY -8
SET DEADLOCK_PRIORITY 10

-- page: t-sql/statements/set-language-transact-sql
SET LANGUAGE Italian
SET LANGUAGE N'us_english'
SET LANGUAGE @l
SET LANGUAGE [British English]

-- page: t-sql/statements/set-lock-timeout-transact-sql
SET LOCK_TIMEOUT 1800
SET LOCK_TIMEOUT -1
SET LOCK_TIMEOUT @t

-- page: t-sql/statements/set-identity-insert-transact-sql
SET IDENTITY_INSERT hr.person ON
SET IDENTITY_INSERT tickets.hr.person OFF

-- page: t-sql/statements/set-rowcount-transact-sql
SET ROWCOUNT 5
SET ROWCOUNT @n
SET ROWCOUNT 0

-- page: t-sql/statements/set-textsize-transact-sql
SET TEXTSIZE 2048
SET TEXTSIZE -1

-- page: t-sql/statements/set-query-governor-cost-limit-transact-sql
SET QUERY_GOVERNOR_COST_LIMIT 100

-- page: t-sql/statements/set-context-info-transact-sql
SET CONTEXT_INFO 0x0123ABCD
SET CONTEXT_INFO @ctx

-- page: t-sql/statements/set-fips-flagger-transact-sql
SET FIPS_FLAGGER 'FULL'
SET FIPS_FLAGGER 'INTERMEDIATE'
SET FIPS_FLAGGER OFF

-- page: t-sql/statements/set-offsets-transact-sql
SET OFFSETS SELECT, FROM, ORDER, TABLE, PROCEDURE, STATEMENT, PARAM, EXECUTE ON
SET OFFSETS SELECT OFF

-- page: t-sql/database-console-commands/dbcc-checkalloc-transact-sql
DBCC CHECKALLOC
DBCC CHECKALLOC ('tickets', NOINDEX) WITH ALL_ERRORMSGS, NO_INFOMSGS, TABLOCK, ESTIMATEONLY
DBCC CHECKALLOC (0, REPAIR_REBUILD)

-- page: t-sql/database-console-commands/dbcc-checkcatalog-transact-sql
DBCC CHECKCATALOG
DBCC CHECKCATALOG (tickets) WITH NO_INFOMSGS

-- page: t-sql/database-console-commands/dbcc-checkconstraints-transact-sql
DBCC CHECKCONSTRAINTS
DBCC CHECKCONSTRAINTS ('hr.person')
DBCC CHECKCONSTRAINTS WITH ALL_CONSTRAINTS, ALL_ERRORMSGS, NO_INFOMSGS

-- page: t-sql/database-console-commands/dbcc-checkdb-transact-sql
DBCC CHECKDB
DBCC CHECKDB (tickets, NOINDEX)
DBCC CHECKDB (N'tickets', REPAIR_ALLOW_DATA_LOSS) WITH ALL_ERRORMSGS, EXTENDED_LOGICAL_CHECKS, DATA_PURITY, MAXDOP = 4
DBCC CHECKDB (0, REPAIR_FAST) WITH PHYSICAL_ONLY, TABLOCK, ESTIMATEONLY

-- page: t-sql/database-console-commands/dbcc-checkfilegroup-transact-sql
DBCC CHECKFILEGROUP
DBCC CHECKFILEGROUP (1, NOINDEX) WITH PHYSICAL_ONLY, MAXDOP = 2
DBCC CHECKFILEGROUP ('fg1')

-- page: t-sql/database-console-commands/dbcc-checkident-transact-sql
DBCC CHECKIDENT ('hr.person')
DBCC CHECKIDENT ('hr.person', NORESEED)
DBCC CHECKIDENT ('hr.person', RESEED, 10) WITH NO_INFOMSGS
DBCC CHECKIDENT (person, RESEED)
DBCC CHECKIDENT ('hr.person', RESEED, @n)

-- page: t-sql/database-console-commands/dbcc-checktable-transact-sql
DBCC CHECKTABLE ('hr.person')
DBCC CHECKTABLE ('hr.person', @ix) WITH PHYSICAL_ONLY
DBCC CHECKTABLE ('hr.person', REPAIR_REBUILD) WITH ALL_ERRORMSGS, DATA_PURITY

-- page: t-sql/database-console-commands/dbcc-cleantable-transact-sql
DBCC CLEANTABLE (tickets, 'hr.person', 100) WITH NO_INFOMSGS

-- page: t-sql/database-console-commands/dbcc-clonedatabase-transact-sql
DBCC CLONEDATABASE (tickets, tickets_clone)
DBCC CLONEDATABASE (tickets, tickets_clone) WITH NO_STATISTICS, NO_QUERYSTORE, VERIFY_CLONEDB, SERVICEBROKER, BACKUP_CLONEDB

-- page: t-sql/database-console-commands/dbcc-dbreindex-transact-sql
DBCC DBREINDEX ('hr.person', ix_name, 80) WITH NO_INFOMSGS
DBCC DBREINDEX ('hr.person', ' ', 70)

-- page: t-sql/database-console-commands/dbcc-dllname-free-transact-sql
DBCC xp_sample (FREE)

-- page: t-sql/database-console-commands/dbcc-dropcleanbuffers-transact-sql
DBCC DROPCLEANBUFFERS
DBCC DROPCLEANBUFFERS WITH NO_INFOMSGS

-- page: t-sql/database-console-commands/dbcc-flushauthcache-transact-sql
DBCC FLUSHAUTHCACHE

-- page: t-sql/database-console-commands/dbcc-freeproccache-transact-sql
DBCC FREEPROCCACHE
DBCC FREEPROCCACHE (0x060006001ECA270E) WITH NO_INFOMSGS
DBCC FREEPROCCACHE ('rp')

-- page: t-sql/database-console-commands/dbcc-freesessioncache-transact-sql
DBCC FREESESSIONCACHE WITH NO_INFOMSGS

-- page: t-sql/database-console-commands/dbcc-freesystemcache-transact-sql
DBCC FREESYSTEMCACHE ('ALL')
DBCC FREESYSTEMCACHE ('ALL', 'rp') WITH MARK_IN_USE_FOR_REMOVAL

-- page: t-sql/database-console-commands/dbcc-help-transact-sql
DBCC HELP ('CHECKDB')
DBCC HELP ('?')
DBCC HELP (@c)

-- page: t-sql/database-console-commands/dbcc-indexdefrag-transact-sql
DBCC INDEXDEFRAG (tickets, 'hr.person', ix_name, 3)
DBCC INDEXDEFRAG (0, 5, 1) WITH NO_INFOMSGS

-- page: t-sql/database-console-commands/dbcc-inputbuffer-transact-sql
DBCC INPUTBUFFER (52)
DBCC INPUTBUFFER (52, 0) WITH NO_INFOMSGS

-- page: t-sql/database-console-commands/dbcc-opentran-transact-sql
DBCC OPENTRAN
DBCC OPENTRAN (tickets) WITH TABLERESULTS, NO_INFOMSGS

-- page: t-sql/database-console-commands/dbcc-outputbuffer-transact-sql
DBCC OUTPUTBUFFER (52)

-- page: t-sql/database-console-commands/dbcc-proccache-transact-sql
DBCC PROCCACHE

-- page: t-sql/database-console-commands/dbcc-show-statistics-transact-sql
DBCC SHOW_STATISTICS ('hr.person', ix_name)
DBCC SHOW_STATISTICS ('hr.person', 'st') WITH HISTOGRAM, STAT_HEADER, DENSITY_VECTOR, NO_INFOMSGS
DBCC SHOW_STATISTICS (person, st) WITH STATS_STREAM

-- page: t-sql/database-console-commands/dbcc-showcontig-transact-sql
DBCC SHOWCONTIG
DBCC SHOWCONTIG ('hr.person', 1) WITH FAST, TABLERESULTS, ALL_INDEXES, ALL_LEVELS

-- page: t-sql/database-console-commands/dbcc-shrinkdatabase-transact-sql
DBCC SHRINKDATABASE (tickets)
DBCC SHRINKDATABASE (tickets, 10, NOTRUNCATE)
DBCC SHRINKDATABASE (0, 5, TRUNCATEONLY) WITH NO_INFOMSGS
DBCC SHRINKDATABASE (tickets) WITH WAIT_AT_LOW_PRIORITY (ABORT_AFTER_WAIT = SELF)

-- page: t-sql/database-console-commands/dbcc-shrinkfile-transact-sql
DBCC SHRINKFILE (d1, 7)
DBCC SHRINKFILE ('d1', EMPTYFILE)
DBCC SHRINKFILE (1, TRUNCATEONLY) WITH NO_INFOMSGS
DBCC SHRINKFILE (N'l1', 0, NOTRUNCATE)

-- page: t-sql/database-console-commands/dbcc-sqlperf-transact-sql
DBCC SQLPERF (LOGSPACE)
DBCC SQLPERF ('sys.dm_os_wait_stats', CLEAR)

-- page: t-sql/database-console-commands/dbcc-traceoff-transact-sql
DBCC TRACEOFF (3205, 260, -1) WITH NO_INFOMSGS
DBCC TRACEON (3205)
DBCC TRACEON (3205, -1)
DBCC TRACESTATUS
DBCC TRACESTATUS (-1)
DBCC TRACESTATUS (2528, 3205)

-- page: t-sql/database-console-commands/dbcc-updateusage-transact-sql
DBCC UPDATEUSAGE (0)
DBCC UPDATEUSAGE (tickets, 'hr.person', ix_name) WITH NO_INFOMSGS, COUNT_ROWS

-- page: t-sql/database-console-commands/dbcc-useroptions-transact-sql
DBCC USEROPTIONS
DBCC USEROPTIONS WITH NO_INFOMSGS
