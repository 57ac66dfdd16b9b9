import com.microsoft.sqlserver.jdbc.SQLServerException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** One line of JSON for each check: {"check": name, "answer": …}, or {"check": name, "error": {number, state, message}}. */
final class Report {
    interface Check {
        Object run() throws Exception;
    }

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    /** Runs a check; whatever it throws is its answer. */
    void check(String name, Check body) {
        StringBuilder line = new StringBuilder("{\"check\":");
        append(line, name);
        try {
            Object answer = body.run();
            line.append(",\"answer\":");
            append(line, answer);
        } catch (Exception | Error fault) {
            line.append(",\"error\":");
            append(line, facts(fault));
        }
        out.println(line.append('}'));
    }

    /** What the driver tells of a fault: the server's number and state, the SQLState, the message. */
    static Map<String, Object> facts(Throwable fault) {
        int number = fault instanceof SQLException e ? e.getErrorCode() : -1;
        String state = fault instanceof SQLException e ? String.valueOf(e.getSQLState()) : fault.getClass().getName();
        int line = fault instanceof SQLServerException e && e.getSQLServerError() != null
                ? (int) e.getSQLServerError().getLineNumber() : 0;
        return Map.of("number", number, "state", state, "line", line, "message", String.valueOf(fault.getMessage()));
    }

    /** The rest of a result: all columns, or those named. Closes it. */
    static List<List<Object>> rows(ResultSet result, String... columns) throws SQLException {
        List<List<Object>> rows = new ArrayList<>();
        try (result) {
            while (result.next()) {
                List<Object> row = new ArrayList<>();
                if (columns.length > 0) for (String column : columns) row.add(result.getObject(column));
                else for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) row.add(result.getObject(i));
                rows.add(row);
            }
        }
        return rows;
    }

    private static void append(StringBuilder to, Object value) {
        if (value == null || value instanceof Boolean) to.append(value);
        else if (value instanceof Integer || value instanceof Short || value instanceof Byte) to.append(value);
        else if (value instanceof byte[] bytes) append(to, "0x" + HexFormat.of().withUpperCase().formatHex(bytes));
        else if (value instanceof Map<?, ?> map) {
            String mark = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                to.append(mark);
                append(to, String.valueOf(entry.getKey()));
                to.append(':');
                append(to, entry.getValue());
                mark = ",";
            }
            to.append(mark.equals("{") ? "{}" : "}");
        } else if (value instanceof Iterable<?> list) {
            String mark = "";
            to.append('[');
            for (Object item : list) {
                to.append(mark);
                append(to, item);
                mark = ",";
            }
            to.append(']');
        } else if (value instanceof int[] counts) {
            List<Object> list = new ArrayList<>();
            for (int count : counts) list.add(count);
            append(to, list);
        } else quote(to, value.toString());
    }

    private static void quote(StringBuilder to, String text) {
        to.append('"');
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') to.append('\\').append(c);
            else if (c < 0x20 || Character.isSurrogate(c)) to.append(String.format("\\u%04x", (int) c));
            else to.append(c);
        }
        to.append('"');
    }
}
