//! SQLite in memory. Each query is a span, with the names that OpenTelemetry has for databases.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, Result};
use tracer::Span;
use tracer::export::SpanKind;

#[derive(Clone)]
pub(crate) struct Database(Arc<Mutex<Connection>>);

const TABLES: &str = "
    CREATE TABLE stock (item TEXT PRIMARY KEY, pieces INTEGER NOT NULL);
    INSERT INTO stock VALUES ('apples', 40), ('pears', 30), ('plums', 1);
    CREATE TABLE carts (order_id INTEGER PRIMARY KEY, item TEXT NOT NULL);
    INSERT INTO carts VALUES
        (1, 'apples'), (2, 'pears'), (3, 'apples'), (4, 'plums'), (5, 'pears'), (6, 'apples');
";

/// Slow by its work: it counts what was sold on every day of some centuries.
const FORECAST: &str = "
    WITH RECURSIVE days(day, sold) AS (
        SELECT 1, 7 UNION ALL SELECT day + 1, (sold * 31 + day) % 97 FROM days WHERE day < 150000
    )
    SELECT max(sold) - min(sold) + length(?1) FROM days";

impl Database {
    pub(crate) fn new() -> Result<Self> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(TABLES)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// What was ordered.
    pub(crate) fn item(&self, order: u32) -> Result<String> {
        let sql = "SELECT item FROM carts WHERE order_id = ?1";
        self.query("SELECT carts", sql, |connection| {
            connection.query_row(sql, [order], |row| row.get(0))
        })
    }

    /// How many are there.
    pub(crate) fn pieces(&self, item: &str) -> Result<u32> {
        let sql = "SELECT pieces FROM stock WHERE item = ?1";
        self.query("SELECT stock", sql, |connection| {
            connection.query_row(sql, [item], |row| row.get(0))
        })
    }

    /// Takes one; returns how many are left.
    pub(crate) fn take(&self, item: &str) -> Result<u32> {
        let sql = "UPDATE stock SET pieces = pieces - 1 WHERE item = ?1 RETURNING pieces";
        self.query("UPDATE stock", sql, |connection| {
            connection.query_row(sql, [item], |row| row.get(0))
        })
    }

    /// How many should be ordered.
    pub(crate) fn forecast(&self, item: &str) -> Result<u32> {
        self.query("SELECT days", FORECAST, |connection| {
            connection.query_row(FORECAST, [item], |row| row.get(0))
        })
    }

    /// Runs a query in a span of its own: `name` is what it does, and to which table.
    fn query<T>(
        &self,
        name: &'static str,
        sql: &str,
        run: impl FnOnce(&Connection) -> Result<T>,
    ) -> Result<T> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (operation, collection) = name.split_once(' ').unwrap_or((name, ""));
        let span = Span::builder(name)
            .kind(SpanKind::Client)
            .attributes(&[
                ("db.system.name", "sqlite".into()),
                ("db.operation.name", operation.into()),
                ("db.collection.name", collection.into()),
                ("db.query.text", sql.into()),
            ])
            .open();
        // Of what goes wrong SQLite tells more than a status.
        span.in_scope(|| run(&connection)).inspect_err(|error| span.record_error(error))
    }
}
