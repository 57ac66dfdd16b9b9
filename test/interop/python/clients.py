"""Drives python-tds and pymssql against the server of the arguments; prints what each step saw, one JSON object a line."""

import datetime
import decimal
import io
import json
import sys
import time
import uuid

import pymssql
import pytds
from pytds import tz

options = json.loads(sys.argv[1])


def say(step, **facts):
    print(json.dumps({"step": step, **facts}, default=str), flush=True)


def open_pytds(**more):
    given = dict(
        dsn="127.0.0.1",
        port=options["port"],
        user="sa",
        password=options["password"],
        database=options["database"],
        autocommit=True,
        login_timeout=20,
    )
    return pytds.connect(**{**given, **more})


def open_pymssql(**more):
    given = dict(
        server="127.0.0.1",
        port=str(options["port"]),
        user="sa",
        password=options["password"],
        database=options["database"],
        autocommit=True,
        login_timeout=20,
        charset="UTF-8",
    )
    return pymssql.connect(**{**given, **more})


OFFSET = tz.FixedOffsetTimezone(345)
VALUES = [
    ("bit", True),
    ("tinyint", 255),
    ("smallint", -32768),
    ("int", 2147483647),
    ("bigint", -9223372036854775808),
    ("decimal(38,10)", decimal.Decimal("1234567890123456789012345678.0123456789")),
    ("money", decimal.Decimal("-922337203685477.5808")),
    ("float", -2.225e-300),
    ("real", 1.5),
    ("varchar(20)", "it's"),
    ("nvarchar(20)", "Grüße 世界 😀"),
    ("nvarchar(max)", "ж" * 20000),
    ("varbinary(10)", b"\x00\xff"),
    ("varbinary(max)", bytes(range(256)) * 300),
    ("uniqueidentifier", uuid.UUID("01234567-89ab-cdef-0123-456789abcdef")),
    ("date", datetime.date(1, 1, 1)),
    ("time(6)", datetime.time(23, 59, 59, 999999)),
    ("datetime", datetime.datetime(9999, 12, 31, 23, 59, 59)),
    ("datetime2(6)", datetime.datetime(9999, 12, 31, 23, 59, 59, 999999)),
    ("datetimeoffset(6)", datetime.datetime(2024, 2, 29, 12, 34, 56, 123456, OFFSET)),
]


def types(name, connection, values):
    """Each value as a parameter and back, by itself and through a column; NULL too."""
    wrong = []
    with connection.cursor() as cursor:
        for declared, value in values:
            cursor.execute("CREATE TABLE #v (v %s NULL)" % declared)
            cursor.execute("INSERT INTO #v (v) VALUES (%s)", (pytds.Binary(value) if isinstance(value, bytes) else value,))
            cursor.execute("INSERT INTO #v (v) VALUES (%s)", (None,))
            cursor.execute("SELECT v FROM #v")
            seen = [row[0] for row in cursor.fetchall()]
            if seen != [value, None]:
                wrong.append([declared, str(value)[:60], str(seen)[:120]])
            cursor.execute("DROP TABLE #v")
    say(name + " types", tried=len(values), wrong=wrong)


def pytds_procedure(connection):
    with connection.cursor() as cursor:
        cursor.callproc(
            "dbo.python_out",
            [pytds.output(value="start", param_type="nvarchar(100)"), pytds.output(param_type="decimal(10,2)"), 6],
        )
        first = cursor.fetchall()
        cursor.nextset()
        second = cursor.fetchall()
        while cursor.nextset():
            pass
        say("pytds procedure", outputs=[str(v) for v in cursor.get_proc_outputs()], status=cursor.get_proc_return_status(), first=[list(r) for r in first], second=[list(r) for r in second])


def pytds_bulk(connection):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE dbo.python_bulk (id int NOT NULL PRIMARY KEY, name nvarchar(50) NULL, d decimal(12,3) NULL, at datetime2(7) NULL, b varbinary(max) NULL)")
        columns = [
            pytds.Column("id", type=pytds.tds_types.IntType(), flags=0),
            pytds.Column("name", type=pytds.tds_types.NVarCharType(50)),
            pytds.Column("d", type=pytds.tds_types.DecimalType(12, 3)),
            pytds.Column("at", type=pytds.tds_types.DateTime2Type(7)),
            pytds.Column("b", type=pytds.tds_types.VarBinaryMaxType()),
        ]
        at = datetime.datetime(2024, 2, 29, 12, 34, 56, 123456)
        rows = ([n, None if n % 5 == 0 else "näme %d" % n, decimal.Decimal(n) / 8, at, b"\x00" * (n % 50)] for n in range(20000))
        cursor.copy_to(data=rows, table_or_view="python_bulk", schema="dbo", columns=columns)
        cursor.execute("SELECT COUNT(*), SUM(id), COUNT(name), SUM(d), SUM(DATALENGTH(b)), MIN(at) FROM dbo.python_bulk")
        say("pytds bulk", row=[str(v) for v in cursor.fetchone()])
        cursor.copy_to(file=io.StringIO("20000\tfrom text\t1.5\n20001\tä\t2.5\n"), table_or_view="python_bulk", schema="dbo", columns=["id", "name", "d"])
        cursor.execute("SELECT id, name, d FROM dbo.python_bulk WHERE id >= 20000 ORDER BY id")
        say("pytds bulk of text", rows=[[str(v) for v in row] for row in cursor.fetchall()])


def many(name, connection):
    table = "dbo.many_" + name
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE %s (id int PRIMARY KEY, v nvarchar(20))" % table)
        cursor.executemany("INSERT INTO %s VALUES (%%s, %%s)" % table, [(n, "v%d" % n) for n in range(500)])
        cursor.execute("SELECT COUNT(*), SUM(id), MAX(v) FROM " + table)
        say(name + " executemany", row=list(cursor.fetchone()))


def transactions(name, connect):
    table = "dbo.tx_" + name
    with connect() as setup, setup.cursor() as cursor:
        cursor.execute("CREATE TABLE %s (id int PRIMARY KEY)" % table)
    with connect(autocommit=False) as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO %s VALUES (1)" % table)
        connection.commit()
        cursor.execute("INSERT INTO %s VALUES (2)" % table)
        connection.rollback()
        cursor.execute("INSERT INTO %s VALUES (3)" % table)
        number = None
        try:
            cursor.execute("INSERT INTO %s VALUES (1)" % table)
        except (pytds.IntegrityError, pymssql.IntegrityError) as error:
            number = getattr(error, "number", None) or error.args[0]
        connection.commit()
        cursor.execute("SELECT id FROM %s ORDER BY id" % table)
        say(name + " transactions", rows=[row[0] for row in cursor.fetchall()], number=number)
        connection.rollback()


def timeouts(name, connection, kinds):
    with connection.cursor() as cursor:
        began = time.monotonic()
        failed = False
        try:
            cursor.execute("WAITFOR DELAY '00:00:30'")
            cursor.fetchall()
        except kinds:
            failed = True
        say(name + " time-out", failed=failed, soon=time.monotonic() - began < 15)


def pytds_cancel():
    with open_pytds() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT a.n FROM dbo.python_rows a CROSS JOIN dbo.python_rows b")
        first = [cursor.fetchone()[0] for _ in range(3)]
        cursor.cancel()
        cursor.execute("SELECT 5")
        say("pytds cancel", first=len(first), after=cursor.fetchone()[0])


def main():
    with open_pytds() as connection:
        types("pytds", connection, VALUES)
        with connection.cursor() as cursor:
            cursor.execute("""CREATE PROCEDURE dbo.python_out @text nvarchar(100) OUTPUT, @d decimal(10,2) OUTPUT, @in int AS
              SELECT @in AS a; SET @text = @text + N' ж'; SET @d = @in * 1.25; SELECT 'two' AS b; RETURN @in * 2""")
            cursor.execute("CREATE TABLE dbo.python_rows (n int NOT NULL)")
            cursor.execute("INSERT INTO dbo.python_rows SELECT TOP 2000 a.object_id FROM sys.all_columns a CROSS JOIN sys.all_columns b")
            cursor.execute("""CREATE PROCEDURE dbo.python_quiet @text nvarchar(100) OUTPUT, @n int OUTPUT, @in int AS
              SET @text = @text + N' ж'; SET @n = @in * 7; RETURN @in * 2""")
        pytds_procedure(connection)
        pytds_bulk(connection)
        many("pytds", connection)
    transactions("pytds", open_pytds)
    with open_pytds(timeout=1) as connection:
        timeouts("pytds", connection, (pytds.TimeoutError, pytds.OperationalError))
    pytds_cancel()
    with open_pytds(cafile=options["cafile"], validate_host=False) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT N'tls'")
        say("pytds over TLS", row=cursor.fetchone()[0])

    with open_pymssql() as connection:
        types("pymssql", connection, [pair for pair in VALUES if pair[0] not in ("date", "time(6)", "datetime2(6)", "datetimeoffset(6)", "float")])
        many("pymssql", connection)
        with connection.cursor() as cursor:
            text = pymssql.output(str, "start")
            number = pymssql.output(int, 0)
            values = cursor.callproc("dbo.python_quiet", (text, number, 6))
            say("pymssql procedure", outputs=list(values), status=cursor.returnvalue)
            cursor.callproc("dbo.python_out", ("a", decimal.Decimal(1), 6))
            sets = [[list(row) for row in cursor]]
            while cursor.nextset():
                sets.append([list(row) for row in cursor])
            say("pymssql result sets", sets=sets)
            cursor.execute("CREATE TABLE dbo.pymssql_bulk (id int NOT NULL, name nvarchar(20) NULL)")
        connection.bulk_copy("dbo.pymssql_bulk", [(n, "b%d" % n) for n in range(1000)])
        with connection.cursor(as_dict=True) as cursor:
            cursor.execute("SELECT COUNT(*) AS n, MAX(name) AS m FROM dbo.pymssql_bulk")
            say("pymssql bulk", row=cursor.fetchone())
    transactions("pymssql", open_pymssql)
    with open_pymssql(timeout=1) as connection:
        timeouts("pymssql", connection, pymssql.Error)
    say("end")


main()
