import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** DatabaseMetaData, as tools that draw a database ask for it. */
final class Metadata {
    private final Report report;
    private final DatabaseMetaData data;
    private final String catalog;

    Metadata(Report report, Connection connection) throws SQLException {
        this.report = report;
        this.data = connection.getMetaData();
        this.catalog = connection.getCatalog();
    }

    void run() {
        report.check("versions", () -> List.of(data.getDatabaseProductName(), data.getDatabaseMajorVersion() >= 15,
                data.getDatabaseProductVersion(), data.getUserName(), data.getIdentifierQuoteString(),
                data.supportsSavepoints(), data.getDefaultTransactionIsolation()));
        report.check("getMaxConnections", data::getMaxConnections);
        report.check("getCatalogs", () -> Report.rows(data.getCatalogs()).stream().map(row -> row.get(0))
                .filter(List.of(catalog, "master", "model", "msdb", "tempdb")::contains).sorted(java.util.Comparator.comparing(String::valueOf)).toList());
        report.check("getSchemas", () -> Report.rows(data.getSchemas()));
        report.check("getSchemas of a pattern", () -> Report.rows(data.getSchemas(catalog, "j%")));
        report.check("getTableTypes", () -> Report.rows(data.getTableTypes()));
        report.check("getTypeInfo", () -> Report.rows(data.getTypeInfo(), "TYPE_NAME", "DATA_TYPE", "PRECISION",
                "LITERAL_PREFIX", "LITERAL_SUFFIX", "CREATE_PARAMS", "NULLABLE", "CASE_SENSITIVE", "SEARCHABLE",
                "UNSIGNED_ATTRIBUTE", "AUTO_INCREMENT", "MINIMUM_SCALE", "MAXIMUM_SCALE", "NUM_PREC_RADIX"));
        tables();
        keys();
        procedures();
    }

    private void tables() {
        String[] kinds = {"TABLE", "VIEW"};
        report.check("getTables", () -> Report.rows(data.getTables(catalog, "jt", "%", kinds), "TABLE_CAT", "TABLE_SCHEM",
                "TABLE_NAME", "TABLE_TYPE", "REMARKS"));
        report.check("getTables of all catalogs", () -> Report.rows(data.getTables(null, null, "parent", null),
                "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE"));
        report.check("getTables of an escaped pattern", () -> Report.rows(data.getTables(catalog, "jt", "a\\_b%", kinds),
                "TABLE_NAME"));
        report.check("getTables of system views", () -> Report.rows(
                data.getTables(catalog, "sys", "tables", new String[] {"VIEW"}), "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE"));
        report.check("getTables of another catalog", () -> Report.rows(data.getTables("nosuch", "jt", "%", kinds)));
        report.check("getColumns", () -> Report.rows(data.getColumns(catalog, "jt", "every_type", "%"), "COLUMN_NAME",
                "DATA_TYPE", "TYPE_NAME", "COLUMN_SIZE", "DECIMAL_DIGITS", "NUM_PREC_RADIX", "NULLABLE", "CHAR_OCTET_LENGTH",
                "ORDINAL_POSITION", "IS_NULLABLE"));
        report.check("getColumns with defaults, identity and computed columns", () -> Report.rows(
                data.getColumns(catalog, "jt", "parent", "%"), "TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "COLUMN_NAME",
                "COLUMN_DEF", "IS_AUTOINCREMENT", "IS_GENERATEDCOLUMN", "REMARKS"));
        report.check("getColumns of all tables", () -> Report.rows(data.getColumns(null, "jt", "%", "par%"), "TABLE_NAME",
                "COLUMN_NAME"));
        report.check("getTablePrivileges", () -> Report.rows(data.getTablePrivileges(catalog, "jt", "parent"), "TABLE_NAME",
                "GRANTOR", "GRANTEE", "PRIVILEGE", "IS_GRANTABLE"));
        report.check("getColumnPrivileges", () -> Report.rows(data.getColumnPrivileges(catalog, "jt", "parent", "code"),
                "COLUMN_NAME", "GRANTOR", "GRANTEE", "PRIVILEGE", "IS_GRANTABLE"));
    }

    private void keys() {
        report.check("getPrimaryKeys", () -> Report.rows(data.getPrimaryKeys(catalog, "jt", "child"), "TABLE_SCHEM",
                "TABLE_NAME", "COLUMN_NAME", "KEY_SEQ", "PK_NAME"));
        report.check("getIndexInfo", () -> Report.rows(data.getIndexInfo(catalog, "jt", "parent", false, true), "NON_UNIQUE",
                "INDEX_NAME", "TYPE", "ORDINAL_POSITION", "COLUMN_NAME", "ASC_OR_DESC", "FILTER_CONDITION"));
        report.check("getIndexInfo of unique indexes", () -> Report.rows(
                data.getIndexInfo(catalog, "jt", "parent", true, false), "INDEX_NAME", "COLUMN_NAME"));
        report.check("getImportedKeys", () -> Report.rows(data.getImportedKeys(catalog, "jt", "child"), FOREIGN));
        report.check("getExportedKeys", () -> Report.rows(data.getExportedKeys(catalog, "jt", "parent"), FOREIGN));
        report.check("getCrossReference", () -> Report.rows(
                data.getCrossReference(catalog, "jt", "parent", catalog, "jt", "child"), FOREIGN));
        report.check("getBestRowIdentifier", () -> Report.rows(
                data.getBestRowIdentifier(catalog, "jt", "child", DatabaseMetaData.bestRowTransaction, true),
                "SCOPE", "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "COLUMN_SIZE", "PSEUDO_COLUMN"));
        report.check("getVersionColumns", () -> Report.rows(data.getVersionColumns(catalog, "jt", "parent"), "COLUMN_NAME",
                "DATA_TYPE", "TYPE_NAME", "COLUMN_SIZE", "PSEUDO_COLUMN"));
    }

    private static final String[] FOREIGN = {"PKTABLE_SCHEM", "PKTABLE_NAME", "PKCOLUMN_NAME", "FKTABLE_SCHEM",
            "FKTABLE_NAME", "FKCOLUMN_NAME", "KEY_SEQ", "UPDATE_RULE", "DELETE_RULE", "FK_NAME", "PK_NAME", "DEFERRABILITY"};

    private void procedures() {
        report.check("getProcedures", () -> Report.rows(data.getProcedures(catalog, "jt", "%"), "PROCEDURE_SCHEM",
                "PROCEDURE_NAME", "PROCEDURE_TYPE"));
        report.check("getProcedureColumns", () -> Report.rows(data.getProcedureColumns(catalog, "jt", "outputs", "%"),
                "PROCEDURE_NAME", "COLUMN_NAME", "COLUMN_TYPE", "DATA_TYPE", "TYPE_NAME", "PRECISION", "LENGTH", "SCALE",
                "ORDINAL_POSITION", "IS_NULLABLE"));
        report.check("getFunctions", () -> Report.rows(data.getFunctions(catalog, "jt", "%"), "FUNCTION_SCHEM",
                "FUNCTION_NAME"));
        report.check("getFunctionColumns", () -> Report.rows(data.getFunctionColumns(catalog, "jt", "twice", "%"),
                "FUNCTION_NAME", "COLUMN_NAME", "COLUMN_TYPE", "DATA_TYPE", "TYPE_NAME"));
    }
}
