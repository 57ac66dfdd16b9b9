/** The hand-written part of the conformance page. */
export const INTRODUCTION = `\`apps/sandbox\` is a stand-in for SQL Server 2022 for development and tests: it speaks TDS 7.4 to any driver, runs T-SQL, and keeps its rows in an
embedded PostgreSQL. It is not SQL Server, and says so when it starts. Its rule is that it either answers as SQL Server does or fails with SQL Server's kind
of error, which names the statement: nothing works approximately. This page is the proof of that rule, and its boundary.

## How to read this page

Every line is made from cases: statements whose answers are literals from Microsoft's documentation (each group cites its page) or recorded answers.
\`works, 12 cases\` means that twelve of them use the thing and are answered as documented; \`error 40515\` means that it is refused with that error. Where a
thing works but some form of it is refused, the last column counts those forms, and the table at the end shows them. A spec fails where a statement of the
syntax tree, a function that the translator or the engine knows, a catalog view, a system procedure or an object of change data capture has no case.

Anything that this page does not name fails too: a statement with 40515 or a syntax error, a function with 195, an object with 208, a procedure with 2812.

## Limits that no single case shows

- **Isolation levels** are those of a server whose databases have \`READ_COMMITTED_SNAPSHOT\` on: \`sys.databases\` says so, and \`OFF\` is refused. At \`READ COMMITTED\` no reader waits
  for a writer, and \`READ UNCOMMITTED\` and \`NOLOCK\` read what is committed. \`SNAPSHOT\` is as named. \`REPEATABLE READ\`, \`SERIALIZABLE\` and the hints \`UPDLOCK\`, \`XLOCK\`,
  \`HOLDLOCK\`, \`REPEATABLEREAD\`, \`READPAST\`, \`NOWAIT\` and \`TABLOCKX\` lock: rows where PostgreSQL can lock the rows that a query finds, the whole table for the ranges of
  \`SERIALIZABLE\` and elsewhere, as a server does that escalates. A deadlock ends the session of the lowest \`DEADLOCK_PRIORITY\` with 1205, of equal ones the one that changed
  least; lock time-outs end with 1222. A statement alone, outside of a transaction, waits for the same locks and holds them as long as it lasts.
- **Plans and their statistics**: hints about plans are accepted and change nothing; there are no execution plans, and \`SET SHOWPLAN_XML\` is refused.
- **Words that change no answer**: where rows lie and how work on them is done is PostgreSQL's. Compression, \`ONLINE\`, \`SORT_IN_TEMPDB\`, \`MAXDOP\`, grids of spatial indexes,
  \`RECOMPILE\`, marks of transactions, sizes and places of files are taken and forgotten: the one filegroup is PRIMARY, another is 1921, and \`sys.partitions\` says \`NONE\` of compression, which is so. Fill factors,
  locks of indexes, escalation, statistics and the options of databases are kept in the catalog. A spec holds for each field and option that the parser reads that it acts, is
  refused by name, or is in a list with the reason (\`apps/sandbox/engine/forms\`).
- **What a server refuses** by the text, the types and the groups of a statement is refused by its number before a batch runs (\`apps/sandbox/engine/rules\`, and the
  translation): the errors of Microsoft's list that a statement can give were gone through one by one (\`refused-by-rule.cases\`). Strings of two collations are 468 wherever they
  meet, where a server says 451 or 457 of some places.
- **Compatibility levels** are recorded and shown; the rules are those of 160.
- **Bulk loads** without \`CHECK_CONSTRAINTS\` leave constraints untrusted, as documented, but rows that break one are refused.
- **Order without ORDER BY** is PostgreSQL's, which need not be that of a server; neither promises one.
- **Cursors** of T-SQL are what they are declared as, or what the documented implicit conversions make of them. Where a server's choice hangs on its plan (a join,
  \`TOP\`, an order that no index has) they become \`KEYSET\`; over a view, a subquery, an outer join or
  a table of another database (\`##\` tables among them) they are read when they are opened, and a FETCH fails with 40515 where rows that are to come have changed since.
- **Collations** compare by ICU's root order, with case and accents as their names say, and have the code page of \`varchar\` that a server gives them. Letters
  that a language puts elsewhere in the alphabet are sorted as everywhere. Turkish and Azeri, whose i is another letter, are refused; a name that is none is 448.
- **Expressions share their rules with the conversion** (\`libs/conversion\`), so a comparison of the sandbox with the converted database proves control flow,
  not expressions. Expressions are proven by the cases of this page.
- **The procedures of the protocol** (\`sp_prepare\`, \`sp_prepexec\`, \`sp_execute\`, \`sp_unprepare\`, the \`sp_cursor\` family) answer drivers and batches;
  \`sp_reset_connection\` answers drivers. test/interop tries them with drivers that nobody here wrote. Their cursors are those of T-SQL:
  the kind and the concurrency that come out stand in their output parameters; a change through one that is not copied is that of \`WHERE CURRENT OF\`. What a server may choose is chosen so: a query that
  is watched (see above), and one over a table without a unique index, is \`KEYSET\`, and cannot be changed through (40515); a procedure's rows are \`STATIC\`. \`SCROLL_LOCKS\` and \`LOCK\` need a transaction (40515);
  text pointers and \`sp_prepexecrpc\` are refused by name (40510). \`TABNAME\` and \`COLINFO\` are sent to calls by RPC, not to batches.
- **Several databases**: a statement runs in the database of the table that it writes to, else in the current one, and sees a copy, made for it, of each table that is
  elsewhere: right, and slow for large ones. A query of nothing but one other database runs there. One transaction spans them: its parts
  are committed in two phases, so that a server that dies in between leaves all or none. A statement that would make a second part change something beside temporary tables of its own, which PostgreSQL
  cannot prepare, fails (40515) before it does, as does a change of a second database where \`max_prepared_transactions\` is 0. Deadlocks are found across databases. Refused by name are a function of
  another database beside tables of this one, what answers for the current database (\`DB_NAME()\`) in a change of another, and \`OUTPUT INTO\` a third table.
- **tempdb** is made anew whenever the server starts. Its catalog lists the \`##\` tables, which go with the session that made them, and the \`#\` tables and table variables of all sessions,
  to everybody. A change of a \`#\` table itself runs where its session is. msdb and model have no objects of their own: what tells of them is refused.
- **Large values**: 256 MB for one, above it 7119; 512 MB for a batch or the parameters of a call, above it 701. Values come in as packets come, and cost their own size.
  Values of rows go out as PostgreSQL gives them, and cost some packets; those of \`text\`, \`ntext\`, \`image\`, of cursors and of output parameters are made whole first.
- **Wire**: bulk loads, table values, cancelling and resets are no statements: test/interop tries them with drivers that nobody here wrote.
  A statement that gives neither rows nor a count (\`PRINT\`, \`SET\`, \`IF\`) ends without a DONE of its own.
- **Change data capture** reads PostgreSQL's logical decoding: changes appear in the order of commits and after them, with a capture job that can be stopped,
  slowed down or made to fail (see apps/sandbox/cdc).

## How to run the suite

\`\`\`
npm run jest -- test/semantics                                            # against the sandbox
TEST_MSSQL_URL=mssql://sa:password@host:1433 npm run jest -- test/semantics   # against a SQL Server, which must agree
SLUICE_STACK=docker npm run jest -- test/semantics                        # against SQL Server 2022 in a container, which it starts and ends
\`\`\`

A case is one line of a \`.cases\` file in test/semantics/cases: \`statement => answer\`, and \`?? !number\` behind it where the sandbox refuses. What its text shows
is found by the parser; what it does not show (a procedure called in a string, or in the group's setup) its group names with
\`# covers: procedure sp_columns; cdc fn_cdc_get_max_lsn\`.`;
