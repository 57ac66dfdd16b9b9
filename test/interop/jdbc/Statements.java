import com.microsoft.sqlserver.jdbc.SQLServerDataTable;
import com.microsoft.sqlserver.jdbc.SQLServerPreparedStatement;
import java.math.BigDecimal;
import java.sql.BatchUpdateException;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

/** Statements of every kind: prepared in all ways, batches, calls, generated keys, several results. */
final class Statements {
    private final Report report;
    private final Main.Server server;

    Statements(Report report, Main.Server server) {
        this.report = report;
        this.server = server;
    }

    void run() throws SQLException {
        for (String method : List.of("prepexec", "prepare", "none", "scopeTempTablesToConnection"))
            for (boolean pooled : List.of(false, true)) {
                String pool = "disableStatementPooling=" + !pooled + ";statementPoolingCacheSize=" + (pooled ? 10 : 0);
                report.check("prepareMethod " + method + (pooled ? " with a statement pool" : ""),
                        () -> prepared("prepareMethod=" + method + ";" + pool));
            }
        report.check("prepared on the first call", () -> prepared("enablePrepareOnFirstPreparedStatementCall=true"));
        report.check("strings sent as varchar", () -> prepared("sendStringParametersAsUnicode=false"));
        try (Connection connection = server.open("")) {
            report.check("parameter metadata", () -> parameters(connection));
            report.check("metadata of a prepared query", () -> columns(connection));
            report.check("generated keys", () -> generatedKeys(connection));
            report.check("several results", () -> severalResults(connection));
            report.check("a failure within a batch", () -> failingBatch(connection));
            report.check("a syntax error", () -> connection.createStatement().executeQuery("SELECT 1\nFROM"));
            report.check("an unknown table", () -> connection.createStatement().executeQuery("\nSELECT * FROM nosuch"));
            report.check("output parameters", () -> outputs(connection));
            report.check("output parameters by name", () -> namedOutputs(connection));
            report.check("a return value and rows", () -> returned(connection));
            report.check("a function's value", () -> function(connection));
            report.check("a table-valued parameter", () -> tableValued(connection));
        }
        try (Connection connection = server.open("useFmtOnly=true")) {
            report.check("parameter metadata by SET FMTONLY", () -> parameters(connection));
        }
        for (String options : List.of("", "useBulkCopyForBatchInsert=true"))
            report.check("batch " + options, () -> batch(options));
    }

    private Object prepared(String options) throws SQLException {
        List<Object> seen = new ArrayList<>();
        try (Connection connection = server.open(options)) {
            for (int round = 1; round <= 3; round++)
                try (PreparedStatement query = connection.prepareStatement("SELECT ? + 1, UPPER(?), ?")) {
                    for (int n = 1; n <= 3; n++) {
                        query.setInt(1, n);
                        query.setString(2, "round " + round);
                        // The declaration changes in the third execution: prepared anew.
                        if (n < 3) query.setBigDecimal(3, new BigDecimal("1.50"));
                        else query.setNull(3, Types.NVARCHAR);
                        seen.add(Report.rows(query.executeQuery()).get(0));
                    }
                }
        }
        return seen;
    }

    private Object parameters(Connection connection) throws SQLException {
        List<Object> seen = new ArrayList<>();
        try (PreparedStatement insert = connection
                .prepareStatement("INSERT INTO jt.parent (code, amount, born) VALUES (?, ?, ?)")) {
            ParameterMetaData data = insert.getParameterMetaData();
            for (int i = 1; i <= data.getParameterCount(); i++)
                seen.add(List.of(data.getParameterTypeName(i), data.getParameterType(i), data.getPrecision(i), data.getScale(i)));
        }
        return seen;
    }

    private Object columns(Connection connection) throws SQLException {
        List<Object> seen = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("SELECT id, code, amount, label FROM jt.parent WHERE id = ?")) {
            ResultSetMetaData data = query.getMetaData();
            for (int i = 1; i <= data.getColumnCount(); i++)
                seen.add(List.of(data.getColumnName(i), data.getColumnTypeName(i), data.getPrecision(i), data.getScale(i),
                        data.isNullable(i), data.isAutoIncrement(i), data.getColumnClassName(i)));
        }
        return seen;
    }

    private Object generatedKeys(Connection connection) throws SQLException {
        List<Object> seen = new ArrayList<>();
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO jt.counted (name) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
            for (String name : List.of("one", "two")) {
                insert.setString(1, name);
                seen.add(insert.executeUpdate());
                seen.add(Report.rows(insert.getGeneratedKeys()));
            }
        }
        try (Statement insert = connection.createStatement()) {
            insert.executeUpdate("INSERT INTO jt.counted (name) VALUES ('three')", new String[] {"id"});
            seen.add(Report.rows(insert.getGeneratedKeys(), "GENERATED_KEYS"));
        }
        return seen;
    }

    private Object severalResults(Connection connection) throws SQLException {
        List<Object> seen = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            boolean isRows = statement.execute("SELECT 1; UPDATE jt.counted SET name = name; PRINT 'said'; "
                    + "SELECT 'a', NULL WHERE 1 = 0; RAISERROR('warned', 5, 2); SELECT N'ü'");
            while (isRows || statement.getUpdateCount() != -1) {
                seen.add(isRows ? Report.rows(statement.getResultSet()) : statement.getUpdateCount());
                isRows = statement.getMoreResults();
            }
            for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning())
                seen.add(List.of(warning.getMessage(), warning.getErrorCode()));
        }
        return seen;
    }

    private Object batch(String options) throws SQLException {
        try (Connection connection = server.open(options);
                PreparedStatement insert = connection.prepareStatement("INSERT INTO jt.batched (id, text, at) VALUES (?, ?, ?)");
                Statement plain = connection.createStatement()) {
            plain.executeUpdate("DELETE FROM jt.batched");
            for (int i = 1; i <= 2500; i++) {
                insert.setInt(1, i);
                insert.setString(2, i % 7 == 0 ? null : "row ü " + i);
                insert.setObject(3, java.time.LocalDateTime.of(2024, 2, 29, 12, 0, 0, i * 100));
                insert.addBatch();
            }
            int counted = 0;
            for (int count : insert.executeBatch()) counted += count;
            return List.of(counted, Report.rows(plain.executeQuery(
                    "SELECT COUNT(*), SUM(id), COUNT(text), MAX(text), CONVERT(varchar(30), MAX(at), 121) FROM jt.batched")));
        }
    }

    private Object failingBatch(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("DELETE FROM jt.batched");
            for (int id : new int[] {1, 1, 2}) statement.addBatch("INSERT INTO jt.batched (id) VALUES (" + id + ")");
            statement.executeBatch();
            return "no failure";
        } catch (BatchUpdateException fault) {
            return List.of(fault.getUpdateCounts(), fault.getErrorCode(), fault.getSQLState());
        }
    }

    private Object outputs(Connection connection) throws SQLException {
        try (CallableStatement call = connection.prepareCall("{call jt.outputs(?, ?, ?, ?, ?, ?, ?)}")) {
            call.setInt(1, 20);
            call.registerOutParameter(2, Types.BIGINT);
            call.registerOutParameter(3, Types.DECIMAL, 4);
            call.registerOutParameter(4, Types.NVARCHAR);
            call.registerOutParameter(5, Types.TIMESTAMP);
            call.registerOutParameter(6, Types.VARBINARY);
            call.registerOutParameter(7, Types.BIT);
            call.execute();
            List<Object> seen = new ArrayList<>();
            for (int i = 2; i <= 7; i++) seen.add(call.getObject(i));
            return seen;
        }
    }

    private Object namedOutputs(Connection connection) throws SQLException {
        try (CallableStatement call = connection.prepareCall("{call jt.pair(?, ?)}")) {
            call.setInt("n", 7);
            call.registerOutParameter("twice", Types.INTEGER);
            call.execute();
            return call.getInt("twice");
        }
    }

    private Object returned(Connection connection) throws SQLException {
        try (CallableStatement call = connection.prepareCall("{? = call jt.rows_and_return(?)}")) {
            call.registerOutParameter(1, Types.INTEGER);
            call.setInt(2, 3);
            List<Object> seen = new ArrayList<>();
            seen.add(Report.rows(call.executeQuery()));
            seen.add(call.getInt(1));
            return seen;
        }
    }

    private Object function(Connection connection) throws SQLException {
        try (CallableStatement call = connection.prepareCall("{? = call jt.twice(?)}")) {
            call.registerOutParameter(1, Types.INTEGER);
            call.setInt(2, 21);
            call.execute();
            return call.getInt(1);
        }
    }

    private Object tableValued(Connection connection) throws SQLException {
        SQLServerDataTable table = new SQLServerDataTable();
        table.addColumnMetadata("id", Types.INTEGER);
        table.addColumnMetadata("text", Types.NVARCHAR);
        table.addRow(1, "one");
        table.addRow(2, null);
        table.addRow(3, "drei ü");
        try (SQLServerPreparedStatement query = (SQLServerPreparedStatement) connection
                .prepareStatement("SELECT id, text FROM ? ORDER BY id DESC")) {
            query.setStructured(1, "jt.pairs", table);
            return Report.rows(query.executeQuery());
        }
    }
}
