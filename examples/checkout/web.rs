//! The service that customers talk to.

use std::error::Error;
use std::fmt;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures::{StreamExt, stream};
use tracer::http::ServerLayer;
use tracer::traced;

use crate::client::{Peer, Refused};
use crate::stock::ITEMS;

#[derive(Clone)]
struct Shop {
    stock: Peer,
    payment: Peer,
}

pub(crate) fn routes(stock: &str, payment: &str) -> Router {
    let shop = Shop { stock: Peer::new("stock", stock), payment: Peer::new("payment", payment) };
    Router::new()
        .route("/checkout/{order}", post(checkout))
        .route("/report", get(report))
        .layer(ServerLayer::new())
        .with_state(shop)
}

#[traced(args(order))]
async fn checkout(
    State(shop): State<Shop>,
    Path(order): Path<u32>,
) -> Result<String, CheckoutError> {
    let (reserved, paid) = tokio::join!(
        shop.stock.ask(Method::POST, "/reservations/{order}", order),
        shop.payment.ask(Method::POST, "/payments/{order}", order),
    );
    let because = |source| CheckoutError { order, source };
    let (item, receipt) = (reserved.map_err(because)?, paid.map_err(because)?);

    // A task of its own: the confirmation is sent even if the customer leaves meanwhile. In tokio's
    // own `spawn` it would be in the trace, too, because it calls a traced function at once.
    let sent = tracer::tokio::spawn(async move { confirm(order).await });
    sent.await.expect("a confirmation does not panic");
    Ok(format!("order {order}: {item}, {receipt}\n"))
}

#[traced(args)]
async fn confirm(order: u32) {
    tokio::task::yield_now().await;
}

/// A line for each item, sent as it is known. The request's span lasts until the last one.
async fn report(State(shop): State<Shop>) -> Body {
    let lines = stream::iter(ITEMS).then(move |item| line(shop.stock.clone(), item));
    Body::from_stream(lines)
}

#[traced(args(item))]
async fn line(stock: Peer, item: &'static str) -> Result<String, Refused> {
    let pieces = stock.ask(Method::GET, "/stock/{item}", item).await?;
    Ok(format!("{item}: {pieces}\n"))
}

/// An order was not placed.
#[derive(Debug)]
struct CheckoutError {
    order: u32,
    source: Refused,
}

impl fmt::Display for CheckoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "order {} was not placed", self.order)
    }
}

impl Error for CheckoutError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

impl IntoResponse for CheckoutError {
    fn into_response(self) -> Response {
        let status = match self.source.status {
            StatusCode::PAYMENT_REQUIRED => StatusCode::PAYMENT_REQUIRED,
            _ => StatusCode::BAD_GATEWAY,
        };
        (status, format!("{self}: {}\n", self.source)).into_response()
    }
}
