//! Types of spans that ask a database.

/// What Datadog calls the type of a database, by what OpenTelemetry calls its system.
///
/// The agent knows the names that were OpenTelemetry's before version 1.30 of its conventions; those
/// with a point are the later names of the same systems.
pub(super) fn span_type(system: &str) -> &'static str {
    let lower;
    let system = if system.bytes().any(|byte| byte.is_ascii_uppercase()) {
        lower = system.to_ascii_lowercase();
        &lower
    } else {
        system
    };
    match system {
        "cassandra" => "cassandra",
        "redis" => "redis",
        "memcached" => "memcached",
        "mongodb" => "mongodb",
        "elasticsearch" => "elasticsearch",
        "opensearch" => "opensearch",
        _ if SQL.contains(&system) => "sql",
        _ => "db",
    }
}

const SQL: &[&str] = &[
    "postgresql",
    "mysql",
    "mariadb",
    "sqlite",
    "other_sql",
    "mssql",
    "microsoft.sql_server",
    "oracle",
    "oracle.db",
    "db2",
    "ibm.db2",
    "redshift",
    "aws.redshift",
    "cloudscape",
    "hsqldb",
    "maxdb",
    "sap.maxdb",
    "ingres",
    "actian.ingres",
    "firstsql",
    "edb",
    "cache",
    "intersystems.cache",
    "firebird",
    "firebirdsql",
    "derby",
    "informix",
    "ibm.informix",
    "sybase",
    "teradata",
    "vertica",
    "h2",
    "h2database",
    "coldfusion",
    "cockroachdb",
    "progress",
    "hanadb",
    "sap.hana",
    "adabas",
    "softwareag.adabas",
    "filemaker",
    "instantdb",
    "interbase",
    "netezza",
    "ibm.netezza",
    "pervasive",
    "pointbase",
    "clickhouse",
];
