//! The service that knows what is there, and keeps it for an order.

use std::error::Error;
use std::fmt;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tracer::http::ServerLayer;
use tracer::traced;

use crate::database::Database;

pub(crate) fn routes() -> Result<Router, rusqlite::Error> {
    let routes = Router::new()
        .route("/reservations/{order}", post(reserve))
        .route("/stock/{item}", get(pieces))
        .layer(ServerLayer::new())
        .with_state(Database::new()?);
    Ok(routes)
}

#[traced(args(order))]
async fn reserve(
    State(database): State<Database>,
    Path(order): Path<u32>,
) -> Result<String, StockError> {
    // SQLite works in the thread that asks it: that must not be one that drives futures.
    let reserved = tracer::tokio::spawn_blocking(move || {
        let database = database.connect();
        let item = database.item(order)?;
        if database.take(&item)? > 0 {
            return Ok(item);
        }
        let needed = database.forecast()?;
        Ok(format!("the last of the {item}, {needed:.0} are ordered"))
    });
    reserved.await.expect("the database does not panic")
}

#[traced(args(item))]
async fn pieces(
    State(database): State<Database>,
    Path(item): Path<String>,
) -> Result<String, StockError> {
    let pieces = tracer::tokio::spawn_blocking(move || database.connect().pieces(&item));
    Ok(pieces.await.expect("the database does not panic")?.to_string())
}

/// The stock cannot be read or changed.
#[derive(Debug)]
struct StockError(rusqlite::Error);

impl From<rusqlite::Error> for StockError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for StockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the stock is not known")
    }
}

impl Error for StockError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl IntoResponse for StockError {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response()
    }
}
