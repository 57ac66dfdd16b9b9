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
}
