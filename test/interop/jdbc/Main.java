import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Arguments: port, database, user, password. Runs every check against a database that the test has prepared. */
public final class Main {
    /** Where to connect; options of a check come behind the common ones and win. */
    record Server(String port, String database, String user, String password) {
        String url() {
            return "jdbc:sqlserver://127.0.0.1:" + port + ";databaseName=" + database;
        }

        Connection open(String options) throws SQLException {
            java.util.Properties properties = new java.util.Properties();
            properties.putAll(java.util.Map.of("user", user, "password", password, "databaseName", database, "encrypt", "true",
                    "trustServerCertificate", "true", "loginTimeout", "20"));
            for (String option : options.split(";"))
                if (!option.isEmpty()) properties.put(option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
            return DriverManager.getConnection("jdbc:sqlserver://127.0.0.1:" + port, properties);
        }
    }

    public static void main(String[] args) throws SQLException {
        Server server = new Server(args[0], args[1], args[2], args[3]);
        Report report = new Report();
        try (Connection connection = server.open("")) {
            new Metadata(report, connection).run();
        }
        new Statements(report, server).run();
        new Values(report, server).run();
        new Sessions(report, server).run();
        new Cursors(report, server).run();
    }
}
