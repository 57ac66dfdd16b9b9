import com.microsoft.sqlserver.jdbc.SQLServerResultSet;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Result sets that the server keeps: read in blocks, forwards, backwards, by number, and changed in place. */
final class Cursors {
    private static final String QUERY = "SELECT id, c_nvarchar, c_varchar_max FROM jt.every_type ORDER BY id";

    private final Report report;
    private final Main.Server server;

    Cursors(Report report, Main.Server server) {
        this.report = report;
        this.server = server;
    }

    void run() {
        for (String options : List.of("", "selectMethod=cursor"))
            for (int type : new int[] {ResultSet.TYPE_FORWARD_ONLY, ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.TYPE_SCROLL_SENSITIVE})
                report.check("cursor of type " + type + " " + options, () -> scrolled(options, type));
        report.check("a prepared query read by a cursor", () -> prepared("selectMethod=cursor"));
        report.check("two cursors at once, and work between their rows", this::interleaved);
        report.check("a row changed through its cursor", this::changed);
        for (int type : new int[] {SQLServerResultSet.TYPE_SS_SCROLL_KEYSET, SQLServerResultSet.TYPE_SS_SCROLL_DYNAMIC})
            for (int concurrency : new int[] {ResultSet.CONCUR_UPDATABLE, SQLServerResultSet.CONCUR_SS_SCROLL_LOCKS, SQLServerResultSet.CONCUR_SS_OPTIMISTIC_CCVAL})
                report.check("changes through a cursor of type " + type + " and concurrency " + concurrency, () -> changes(type, concurrency));
        report.check("changes through a cursor that only goes forward", this::changesForward);
        report.check("a row that others changed since it was read", this::conflict);
        report.check("a row that others deleted", this::hole);
        report.check("a row of defaults through a cursor", this::defaults);
        report.check("a dynamic cursor backwards", this::dynamically);
        report.check("a cursor over the rows of a procedure", this::ofProcedure);
        report.check("a failing query of a cursor", () -> scrolledQuery("SELECT 1 / 0"));
    }

    private Object scrolled(String options, int type) throws SQLException {
        List<Object> seen = new ArrayList<>();
        try (Connection connection = server.open(options);
                Statement statement = connection.createStatement(type, ResultSet.CONCUR_READ_ONLY)) {
            statement.setFetchSize(3);
            ResultSet rows = statement.executeQuery(QUERY);
            while (rows.next()) seen.add(rows.getInt(1) + " " + rows.getString(2));
            if (type == ResultSet.TYPE_FORWARD_ONLY) return seen;
            seen.add(List.of(rows.absolute(2), rows.getInt(1), rows.absolute(-1), rows.getInt(1), rows.previous(), rows.getInt(1),
                    rows.relative(-2), rows.getInt(1), rows.first(), rows.isFirst(), rows.last(), rows.getRow(), rows.absolute(9)));
            rows.beforeFirst();
            seen.add(rows.next() ? rows.getInt(1) : "none");
        }
        return seen;
    }

    private Object scrolledQuery(String query) throws SQLException {
        try (Connection connection = server.open("");
                Statement statement = connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY)) {
            return Report.rows(statement.executeQuery(query));
        }
    }

    private Object prepared(String options) throws SQLException {
        List<Object> seen = new ArrayList<>();
        try (Connection connection = server.open(options);
                PreparedStatement query = connection.prepareStatement("SELECT id FROM jt.every_type WHERE id > ? ORDER BY id")) {
            query.setFetchSize(2);
            for (int from = 0; from < 4; from++) {
                query.setInt(1, from);
                seen.add(Report.rows(query.executeQuery()));
            }
        }
        return seen;
    }

    private Object interleaved() throws SQLException {
        List<Object> seen = new ArrayList<>();
        try (Connection connection = server.open("selectMethod=cursor"); Statement first = connection.createStatement();
                Statement second = connection.createStatement(); Statement work = connection.createStatement()) {
            connection.setAutoCommit(false);
            first.setFetchSize(1);
            second.setFetchSize(1);
            ResultSet a = first.executeQuery("SELECT id FROM jt.every_type ORDER BY id");
            ResultSet b = second.executeQuery("SELECT id FROM jt.every_type ORDER BY id DESC");
            while (a.next() && b.next()) {
                seen.add(a.getInt(1) + "/" + b.getInt(1));
                work.executeUpdate("INSERT INTO jt.worked VALUES (7000)");
            }
            connection.rollback();
        }
        return seen;
    }

    private Object changed() throws SQLException {
        try (Connection connection = server.open("");
                Statement statement = connection.createStatement(SQLServerResultSet.TYPE_SS_SCROLL_KEYSET, ResultSet.CONCUR_UPDATABLE);
                Statement plain = connection.createStatement()) {
            ResultSet rows = statement.executeQuery("SELECT id, name FROM jt.counted WHERE id = 100");
            rows.next();
            rows.updateString(2, "changed through the cursor");
            rows.updateRow();
            return Report.rows(plain.executeQuery("SELECT name FROM jt.counted WHERE id = 100"));
        }
    }

    private void fill(Statement plain) throws SQLException {
        plain.executeUpdate("DELETE FROM jt.batched");
        plain.executeUpdate("INSERT INTO jt.batched (id, text) VALUES (1, N'one'), (2, N'two'), (3, N'three'), (4, N'four')");
    }

    private List<List<Object>> stored(Statement plain) throws SQLException {
        return Report.rows(plain.executeQuery("SELECT id, text FROM jt.batched ORDER BY id"));
    }

    private Object changes(int type, int concurrency) throws SQLException {
        List<Object> seen = new ArrayList<>();
        try (Connection connection = server.open(""); Statement statement = connection.createStatement(type, concurrency); Statement plain = connection.createStatement()) {
            connection.setAutoCommit(false);
            fill(plain);
            ResultSet rows = statement.executeQuery("SELECT id, text AS said, at FROM jt.batched ORDER BY id");
            rows.next();
            rows.updateString("said", "first");
            rows.updateTimestamp("at", java.sql.Timestamp.valueOf("2024-02-29 12:34:56.1234567"));
            rows.updateRow();
            seen.add(List.of(rows.getInt(1), rows.getString(2), rows.getString(3)));
            rows.next();
            rows.deleteRow();
            seen.add(rows.next() ? rows.getString(2) : "none");
            rows.moveToInsertRow();
            rows.updateInt(1, 9);
            rows.updateNString(2, "n\u00fcnte");
            rows.insertRow();
            rows.moveToCurrentRow();
            plain.executeUpdate("UPDATE jt.batched SET text = N'from outside' WHERE id = 3");
            rows.refreshRow();
            seen.add(List.of(rows.getInt(1), rows.getString(2)));
            rows.last();
            seen.add(List.of(rows.getInt(1), rows.getString(2)));
            rows.close();
            seen.add(stored(plain));
            connection.commit();
        }
        return seen;
    }

    private Object changesForward() throws SQLException {
        try (Connection connection = server.open("");
                Statement statement = connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_UPDATABLE);
                Statement plain = connection.createStatement()) {
            fill(plain);
            statement.setFetchSize(2);
            ResultSet rows = statement.executeQuery("SELECT id, text FROM jt.batched ORDER BY id");
            while (rows.next()) {
                if (rows.getInt(1) % 2 == 0) {
                    rows.deleteRow();
                    continue;
                }
                rows.updateString(2, rows.getString(2).toUpperCase());
                rows.updateRow();
            }
            return stored(plain);
        }
    }

    private Object conflict() throws SQLException {
        try (Connection connection = server.open("");
                Statement statement = connection.createStatement(SQLServerResultSet.TYPE_SS_SCROLL_KEYSET, ResultSet.CONCUR_UPDATABLE);
                Statement plain = connection.createStatement()) {
            fill(plain);
            ResultSet rows = statement.executeQuery("SELECT id, text FROM jt.batched");
            rows.next();
            plain.executeUpdate("UPDATE jt.batched SET text = N'theirs' WHERE id = 1");
            rows.updateString(2, "ours");
            rows.updateRow();
            return stored(plain);
        }
    }

    private Object hole() throws SQLException {
        List<Object> seen = new ArrayList<>();
        try (Connection connection = server.open("");
                Statement statement = connection.createStatement(SQLServerResultSet.TYPE_SS_SCROLL_KEYSET, ResultSet.CONCUR_UPDATABLE);
                Statement plain = connection.createStatement()) {
            fill(plain);
            ResultSet rows = statement.executeQuery("SELECT id, text FROM jt.batched");
            plain.executeUpdate("DELETE FROM jt.batched WHERE id = 2");
            while (rows.next()) seen.add(rows.rowDeleted() ? "deleted" : rows.getString(2));
        }
        return seen;
    }

    private Object defaults() throws SQLException {
        try (Connection connection = server.open("");
                Statement statement = connection.createStatement(SQLServerResultSet.TYPE_SS_SCROLL_KEYSET, ResultSet.CONCUR_UPDATABLE);
                Statement plain = connection.createStatement()) {
            plain.executeUpdate("SET IDENTITY_INSERT jt.counted ON; INSERT INTO jt.counted (id, name) VALUES (5000, N'there'); SET IDENTITY_INSERT jt.counted OFF");
            ResultSet rows = statement.executeQuery("SELECT name, id FROM jt.counted WHERE id >= 5000");
            rows.moveToInsertRow();
            rows.insertRow();
            rows.last();
            Object last = List.of(rows.getRow(), rows.getString(1) == null, rows.getInt(2));
            plain.executeUpdate("DELETE FROM jt.counted WHERE id >= 5000");
            return last;
        }
    }

    private Object dynamically() throws SQLException {
        List<Object> seen = new ArrayList<>();
        try (Connection connection = server.open("");
                Statement statement = connection.createStatement(SQLServerResultSet.TYPE_SS_SCROLL_DYNAMIC, ResultSet.CONCUR_READ_ONLY);
                Statement plain = connection.createStatement()) {
            fill(plain);
            statement.setFetchSize(2);
            ResultSet rows = statement.executeQuery("SELECT id, text FROM jt.batched ORDER BY id");
            rows.afterLast();
            while (rows.previous()) {
                seen.add(rows.getInt(1));
                if (rows.getInt(1) == 3) plain.executeUpdate("INSERT INTO jt.batched (id) VALUES (0)");
            }
            rows.next();
            rows.relative(2);
            seen.add(rows.getInt(1));
            seen.add(rows.relative(-5));
        }
        return seen;
    }

    private Object ofProcedure() throws SQLException {
        try (Connection connection = server.open("");
                PreparedStatement call = connection.prepareStatement("EXEC jt.rows_and_return ?", ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY)) {
            call.setInt(1, 7);
            ResultSet rows = call.executeQuery();
            return List.of(rows.last(), rows.getInt(1), rows.getString(2));
        }
    }
}
