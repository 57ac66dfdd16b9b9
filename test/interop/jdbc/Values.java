import com.microsoft.sqlserver.jdbc.SQLServerResultSet;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every type from the server, and back to it as a parameter of the driver's own class for it. */
final class Values {
    private final Report report;
    private final Main.Server server;

    Values(Report report, Main.Server server) {
        this.report = report;
        this.server = server;
    }

    void run() throws SQLException {
        for (String buffering : List.of("adaptive", "full"))
            try (Connection connection = server.open("responseBuffering=" + buffering)) {
                report.check("values, " + buffering, () -> values(connection));
                report.check("large values, " + buffering, () -> large(connection));
            }
        try (Connection connection = server.open("")) {
            report.check("values sent back", () -> sentBack(connection));
            report.check("types of columns", () -> types(connection));
            report.check("values of sql_variant", () -> variants(connection));
            report.check("streams as parameters", () -> streams(connection));
        }
    }

    private Object values(Connection connection) throws SQLException {
        try (Statement query = connection.createStatement()) {
            return table(query.executeQuery("SELECT * FROM jt.every_type ORDER BY id"));
        }
    }

    /** Column name to the values of all rows, as `class text`. */
    private static Map<String, List<Object>> table(ResultSet result) throws SQLException {
        Map<String, List<Object>> columns = new LinkedHashMap<>();
        while (result.next())
            for (int i = 1; i <= result.getMetaData().getColumnCount(); i++)
                columns.computeIfAbsent(result.getMetaData().getColumnName(i), name -> new ArrayList<>())
                        .add(result.getObject(i));
        return columns;
    }

    /** Each value of a row as a parameter compared to the column by the server, and written to a second table and read again. */
    private Object sentBack(Connection connection) throws SQLException {
        List<Object> differing = new ArrayList<>();
        try (Statement plain = connection.createStatement()) {
            plain.executeUpdate("DELETE FROM jt.every_type_again");
            ResultSet rows = plain.executeQuery("SELECT * FROM jt.every_type ORDER BY id");
            int width = rows.getMetaData().getColumnCount();
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO jt.every_type_again VALUES (" + "?, ".repeat(width - 1) + "?)")) {
                while (rows.next()) {
                    for (int i = 1; i <= width; i++) {
                        Object value = rows.getObject(i);
                        int type = rows.getMetaData().getColumnType(i);
                        if (value == null) insert.setNull(i, type);
                        else insert.setObject(i, value, type);
                    }
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }
        try (Statement first = connection.createStatement(); Statement second = connection.createStatement()) {
            Map<String, List<Object>> before = table(first.executeQuery("SELECT * FROM jt.every_type ORDER BY id"));
            Map<String, List<Object>> after = table(second.executeQuery("SELECT * FROM jt.every_type_again ORDER BY id"));
            for (String column : before.keySet())
                for (int i = 0; i < before.get(column).size(); i++)
                    if (!same(before.get(column).get(i), after.get(column).get(i)))
                        differing.add(List.of(column, i, String.valueOf(before.get(column).get(i)), String.valueOf(after.get(column).get(i))));
        }
        return differing;
    }

    private static boolean same(Object a, Object b) {
        return a instanceof byte[] x && b instanceof byte[] y ? java.util.Arrays.equals(x, y) : java.util.Objects.equals(a, b);
    }

    private Object types(Connection connection) throws SQLException {
        try (Statement query = connection.createStatement(); ResultSet result = query.executeQuery("SELECT * FROM jt.every_type WHERE id < 0")) {
            List<Object> seen = new ArrayList<>();
            for (int i = 1; i <= result.getMetaData().getColumnCount(); i++)
                seen.add(List.of(result.getMetaData().getColumnName(i), result.getMetaData().getColumnTypeName(i),
                        result.getMetaData().getColumnType(i), result.getMetaData().getPrecision(i),
                        result.getMetaData().getScale(i), result.getMetaData().getColumnClassName(i)));
            return seen;
        }
    }

    private Object variants(Connection connection) throws SQLException {
        List<Object> seen = new ArrayList<>();
        try (Statement query = connection.createStatement();
                SQLServerResultSet result = (SQLServerResultSet) query.executeQuery("SELECT v FROM jt.variants ORDER BY id")) {
            while (result.next()) {
                Object value = result.getObject(1);
                seen.add(value == null ? null : List.of(value.getClass().getSimpleName(), value instanceof byte[] ? value : value.toString()));
            }
        }
        return seen;
    }

    /** Read piece by piece, in the order of the columns, as adaptive buffering wants it. */
    private Object large(Connection connection) throws Exception {
        try (Statement query = connection.createStatement(); ResultSet result = query.executeQuery(
                "SELECT REPLICATE(CAST(N'0123456789' AS nvarchar(max)), 300000), "
                        + "CAST(REPLICATE(CAST('x' AS varchar(max)), 5000000) AS varbinary(max)), 'after'")) {
            result.next();
            long characters = 0;
            long digits = 0;
            char[] buffer = new char[65_536];
            try (Reader reader = result.getCharacterStream(1)) {
                for (int n; (n = reader.read(buffer)) >= 0; characters += n)
                    for (int i = 0; i < n; i++) digits += buffer[i] - '0';
            }
            long bytes = 0;
            byte[] block = new byte[65_536];
            try (InputStream stream = result.getBinaryStream(2)) {
                for (int n; (n = stream.read(block)) >= 0; bytes += n)
                    for (int i = 0; i < n; i++) if (block[i] != 'x') throw new IllegalStateException("byte " + block[i]);
            }
            return List.of(characters, digits, bytes, result.getString(3));
        }
    }

    private Object streams(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT LEN(?), DATALENGTH(?), LEN(?)")) {
            query.setCharacterStream(1, new StringReader("ü".repeat(3_000_000)));
            query.setBinaryStream(2, new java.io.ByteArrayInputStream(new byte[7_000_000]), 7_000_000L);
            query.setNCharacterStream(3, new StringReader("x".repeat(20_000)), 20_000L);
            return Report.rows(query.executeQuery());
        }
    }
}
