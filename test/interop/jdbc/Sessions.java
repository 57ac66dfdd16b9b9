import com.microsoft.sqlserver.jdbc.SQLServerBulkCopy;
import com.microsoft.sqlserver.jdbc.SQLServerBulkCopyOptions;
import com.microsoft.sqlserver.jdbc.SQLServerConnectionPoolDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.PooledConnection;

/** Connections: ways to open one, transactions, savepoints, cancelling, pooling, bulk copy. */
final class Sessions {
    private final Report report;
    private final Main.Server server;

    Sessions(Report report, Main.Server server) {
        this.report = report;
        this.server = server;
    }

    void run() throws SQLException {
        for (String options : List.of("encrypt=false", "encrypt=true", "packetSize=512", "encrypt=false;packetSize=32767",
                "applicationIntent=ReadOnly", "multiSubnetFailover=true", "sendTimeAsDatetime=false",
                "delayLoadingLobs=false", "applicationName=naïve app", "columnEncryptionSetting=Enabled"))
            report.check("connection with " + options, () -> {
                try (Connection connection = server.open(options); Statement query = connection.createStatement()) {
                    return Report.rows(query.executeQuery("SELECT REPLICATE('ab', 3000), DB_NAME()")).get(0).get(0).toString().length();
                }
            });
        report.check("a wrong password", () -> server.open("password=wrong"));
        report.check("an unknown database", () -> server.open("databaseName=nosuch"));
        report.check("tls without trust", () -> server.open("trustServerCertificate=false"));
        try (Connection connection = server.open("")) {
            report.check("transactions", () -> transactions(connection));
            report.check("savepoints", () -> savepoints(connection));
            report.check("isolation levels", () -> isolation(connection));
            report.check("a query that times out", () -> timesOut(connection));
            report.check("a query that is cancelled", () -> cancelled(connection));
            report.check("a result that is left in the middle", () -> leftInTheMiddle(connection));
            report.check("another catalog", () -> anotherCatalog(connection));
        }
        report.check("a lock timeout", this::lockTimeout);
        report.check("a pooled connection", this::pooled);
        report.check("bulk copy of every type", () -> bulkCopy(new SQLServerBulkCopyOptions()));
        SQLServerBulkCopyOptions options = new SQLServerBulkCopyOptions();
        options.setBatchSize(2);
        options.setTableLock(true);
        options.setCheckConstraints(true);
        options.setFireTriggers(true);
        options.setKeepNulls(true);
        report.check("bulk copy in batches with options", () -> bulkCopy(options));
        report.check("bulk copy of identities", this::bulkCopyIdentities);
        report.check("bulk copy that fails", this::bulkCopyFails);
    }

    private static int count(Connection connection) throws SQLException {
        try (Statement query = connection.createStatement()) {
            return (Integer) Report.rows(query.executeQuery("SELECT COUNT(*) FROM jt.worked")).get(0).get(0);
        }
    }

    private static void insert(Connection connection, int id) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("INSERT INTO jt.worked VALUES (" + id + ")");
        }
    }

    private Object transactions(Connection connection) throws SQLException {
        List<Object> seen = new ArrayList<>();
        connection.setAutoCommit(false);
        insert(connection, 1);
        connection.rollback();
        seen.add(count(connection));
        insert(connection, 2);
        insert(connection, 3);
        connection.commit();
        connection.setAutoCommit(true);
        seen.add(count(connection));
        return seen;
    }

    private Object savepoints(Connection connection) throws SQLException {
        List<Object> seen = new ArrayList<>();
        connection.setAutoCommit(false);
        insert(connection, 10);
        Savepoint named = connection.setSavepoint("here ü");
        insert(connection, 11);
        Savepoint second = connection.setSavepoint();
        insert(connection, 12);
        seen.add(count(connection));
        connection.rollback(second);
        seen.add(count(connection));
        connection.rollback(named);
        seen.add(count(connection));
        connection.commit();
        connection.setAutoCommit(true);
        return seen;
    }

    private Object isolation(Connection connection) throws SQLException {
        List<Object> seen = new ArrayList<>();
        for (int level : new int[] {1, 4, 8, 0x1000, 2}) {
            connection.setTransactionIsolation(level);
            connection.setAutoCommit(false);
            seen.add(count(connection));
            connection.rollback();
            connection.setAutoCommit(true);
            seen.add(connection.getTransactionIsolation());
        }
        return seen;
    }

    private Object timesOut(Connection connection) throws SQLException {
        List<Object> seen = new ArrayList<>();
        try (Statement slow = connection.createStatement()) {
            slow.setQueryTimeout(1);
            slow.execute("WAITFOR DELAY '00:00:20'");
            seen.add("no timeout");
        } catch (SQLException fault) {
            seen.add(fault.getSQLState());
        }
        seen.add(count(connection));
        return seen;
    }

    private Object cancelled(Connection connection) throws Exception {
        List<Object> seen = new ArrayList<>();
        try (Statement slow = connection.createStatement()) {
            Thread canceller = new Thread(() -> {
                try {
                    while (!"true".equals(System.getProperty("sluice.waiting"))) Thread.onSpinWait();
                    Thread.sleep(300);
                    slow.cancel();
                } catch (SQLException | InterruptedException fault) {
                    seen.add(fault.toString());
                }
            });
            canceller.start();
            System.setProperty("sluice.waiting", "true");
            try {
                slow.execute("WAITFOR DELAY '00:00:20'");
                seen.add("not cancelled");
            } catch (SQLException fault) {
                seen.add(fault.getSQLState());
            }
            canceller.join();
        }
        seen.add(count(connection));
        return seen;
    }

    private Object leftInTheMiddle(Connection connection) throws SQLException {
        try (Statement query = connection.createStatement()) {
            ResultSet result = query.executeQuery(
                    "SELECT TOP (200000) a.object_id, b.name FROM sys.all_columns a CROSS JOIN sys.all_columns b");
            for (int i = 0; i < 10; i++) result.next();
        }
        return count(connection);
    }

    private Object anotherCatalog(Connection connection) throws SQLException {
        List<Object> seen = new ArrayList<>();
        String own = connection.getCatalog();
        connection.setCatalog("master");
        seen.add(connection.getCatalog());
        connection.setCatalog(own);
        seen.add(connection.getSchema());
        seen.add(connection.isValid(5));
        return seen;
    }

    private Object lockTimeout() throws SQLException {
        try (Connection holder = server.open(""); Connection waiter = server.open("lockTimeout=300")) {
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                statement.executeUpdate("UPDATE jt.counted SET name = 'held'");
            }
            try (Statement statement = waiter.createStatement()) {
                statement.executeUpdate("UPDATE jt.counted SET name = 'mine'");
                return "no timeout";
            } catch (SQLException fault) {
                return fault.getErrorCode();
            } finally {
                holder.rollback();
            }
        }
    }

    /** A pooled connection is reset before its next use: SET options, temporary tables and open transactions of the last user are gone. */
    private Object pooled() throws SQLException {
        SQLServerConnectionPoolDataSource source = new SQLServerConnectionPoolDataSource();
        source.setURL(server.url() + ";encrypt=true;trustServerCertificate=true");
        source.setUser(server.user());
        source.setPassword(server.password());
        List<Object> seen = new ArrayList<>();
        PooledConnection pooled = source.getPooledConnection();
        for (int use = 0; use < 3; use++)
            try (Connection connection = pooled.getConnection(); Statement statement = connection.createStatement()) {
                seen.addAll(Report.rows(statement.executeQuery(
                        "SELECT OBJECT_ID('tempdb..#mine'), @@LOCK_TIMEOUT, @@TRANCOUNT, @@SPID - @@SPID")));
                statement.execute("CREATE TABLE #mine (a int); SET LOCK_TIMEOUT 77");
                connection.setAutoCommit(false);
                insert(connection, 900 + use);
            }
        pooled.close();
        return seen;
    }

    private Object bulkCopy(SQLServerBulkCopyOptions options) throws SQLException {
        try (Connection from = server.open(""); Connection to = server.open(""); Statement query = from.createStatement();
                Statement target = to.createStatement(); SQLServerBulkCopy copy = new SQLServerBulkCopy(to)) {
            target.executeUpdate("DELETE FROM jt.every_type_again");
            copy.setBulkCopyOptions(options);
            copy.setDestinationTableName("jt.every_type_again");
            copy.writeToServer(query.executeQuery("SELECT * FROM jt.every_type"));
            return Report.rows(target.executeQuery("SELECT COUNT(*) FROM (SELECT " + COMPARABLE
                    + " FROM jt.every_type INTERSECT SELECT " + COMPARABLE + " FROM jt.every_type_again) x"));
        }
    }

    /** All but the types that INTERSECT does not take. */
    private static final String COMPARABLE = "id, c_bit, c_tinyint, c_smallint, c_int, c_bigint, c_decimal, c_numeric, "
            + "c_money, c_smallmoney, c_real, c_float, c_char, c_varchar, c_nchar, c_nvarchar, c_varchar_max, c_nvarchar_max, "
            + "c_binary, c_varbinary, c_varbinary_max, c_guid, c_date, c_time, c_time0, c_smalldatetime, c_datetime, "
            + "c_datetime2, c_datetimeoffset, CAST(c_text AS varchar(max)) t, CAST(c_ntext AS nvarchar(max)) n, "
            + "CAST(c_image AS varbinary(max)) i, CAST(c_xml AS nvarchar(max)) x";

    private Object bulkCopyIdentities() throws SQLException {
        try (Connection from = server.open(""); Connection to = server.open(""); Statement query = from.createStatement();
                Statement target = to.createStatement(); SQLServerBulkCopy copy = new SQLServerBulkCopy(to)) {
            SQLServerBulkCopyOptions options = new SQLServerBulkCopyOptions();
            options.setKeepIdentity(true);
            copy.setBulkCopyOptions(options);
            copy.setDestinationTableName("[jt].[counted]");
            copy.addColumnMapping("n", "id");
            copy.addColumnMapping("said", "name");
            copy.writeToServer(query.executeQuery("SELECT CAST(500 AS int) AS n, N'five hundred' AS said, 1 AS unused"));
            return Report.rows(target.executeQuery("SELECT id, name FROM jt.counted WHERE id >= 500"));
        }
    }

    private Object bulkCopyFails() throws SQLException {
        try (Connection from = server.open(""); Connection to = server.open(""); Statement query = from.createStatement();
                SQLServerBulkCopy copy = new SQLServerBulkCopy(to)) {
            copy.setDestinationTableName("jt.batched");
            copy.writeToServer(query.executeQuery("SELECT CAST(NULL AS int), N'x', CAST(NULL AS datetime2(7))"));
            return "no failure";
        }
    }
}
