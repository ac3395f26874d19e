//! SQLite in memory. Each query is a span, with the names that OpenTelemetry has for databases.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Result};
use tracer::export::SpanKind;
use tracer::{Span, traced};

pub(crate) const ITEMS: [&str; 3] = ["apples", "pears", "plums"];

const TABLES: &str = "
    CREATE TABLE stock (item TEXT PRIMARY KEY, pieces INTEGER NOT NULL);
    INSERT INTO stock VALUES ('apples', 40), ('pears', 30), ('plums', 1);
    CREATE TABLE cart (of_order INTEGER PRIMARY KEY, item TEXT NOT NULL);
    INSERT INTO cart VALUES
        (1, 'apples'), (2, 'pears'), (3, 'apples'), (4, 'plums'), (5, 'pears'), (6, 'apples');
    CREATE TABLE sales (day INTEGER PRIMARY KEY, pieces INTEGER NOT NULL);
    WITH RECURSIVE days(day) AS (SELECT 1 UNION ALL SELECT day + 1 FROM days WHERE day < 1500)
        INSERT INTO sales SELECT day, day * 31 % 7 FROM days;
";

/// Slow by its work: it compares each day with all that came before.
const FORECAST: &str = "SELECT max((SELECT avg(earlier.pieces) FROM sales AS earlier
    WHERE earlier.day < sales.day)) * 7 FROM sales";

/// A database, of which each user waits for the only connection.
#[derive(Clone)]
pub(crate) struct Database(Arc<Mutex<Connection>>);

/// The connection to it.
pub(crate) struct Connected<'a>(MutexGuard<'a, Connection>);

impl Database {
    pub(crate) fn new() -> Result<Self> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(TABLES)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Waits for the connection; in a span, as that takes long while others have a slow query.
    #[traced]
    pub(crate) fn connect(&self) -> Connected<'_> {
        Connected(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Connected<'_> {
    /// What is in the cart of an order.
    pub(crate) fn item(&self, order: u32) -> Result<String> {
        let sql = "SELECT item FROM cart WHERE of_order = ?1";
        query("SELECT cart", sql, || self.0.query_row(sql, [order], |row| row.get(0)))
    }

    /// How many there are.
    pub(crate) fn pieces(&self, item: &str) -> Result<u32> {
        let sql = "SELECT pieces FROM stock WHERE item = ?1";
        query("SELECT stock", sql, || self.0.query_row(sql, [item], |row| row.get(0)))
    }

    /// Takes one away, and says how many are left.
    pub(crate) fn take(&self, item: &str) -> Result<u32> {
        let sql = "UPDATE stock SET pieces = pieces - 1 WHERE item = ?1 RETURNING pieces";
        query("UPDATE stock", sql, || self.0.query_row(sql, [item], |row| row.get(0)))
    }

    /// How many will be sold in a week.
    pub(crate) fn forecast(&self) -> Result<f64> {
        query("SELECT sales", FORECAST, || self.0.query_row(FORECAST, [], |row| row.get(0)))
    }
}

/// Runs a query in its span. `name` is what it does, and to which table.
fn query<T>(name: &'static str, sql: &str, run: impl FnOnce() -> Result<T>) -> Result<T> {
    let (operation, table) = name.split_once(' ').unwrap_or((name, ""));
    let span = Span::builder(name)
        .kind(SpanKind::Client)
        .attributes(&[
            ("db.system.name", "sqlite".into()),
            ("db.operation.name", operation.into()),
            ("db.collection.name", table.into()),
            ("db.query.text", sql.into()),
        ])
        .open();
    span.in_scope(run).inspect_err(|error| span.record_error(error))
}
