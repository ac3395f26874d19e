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

use crate::client::{AskError, Peer};
use crate::database::ITEMS;
use crate::service::say;

#[derive(Clone)]
struct Shop {
    stock: Peer,
    payment: Peer,
}

/// Each request is a span, with all that answers it below.
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
    let (reserved, paid) = tokio::join!(shop.reserve(order), shop.pay(order));
    let not_placed = |source| CheckoutError { order, source };
    let (item, receipt) = (reserved.map_err(not_placed)?, paid.map_err(not_placed)?);

    // In a task of its own the customer is told even if the connection is lost meanwhile. tokio's
    // `spawn` would do as well here, in the body of a traced function.
    let told = tracer::tokio::spawn(async move { confirm(order).await });
    told.await.expect("a confirmation does not panic");
    Ok(format!("order {order}: {item}, {receipt}\n"))
}

impl Shop {
    async fn reserve(&self, order: u32) -> Result<String, AskError> {
        let item = self.stock.ask(Method::POST, "/reservations/{order}", order).await?;
        say(format!("order {order} is reserved"));
        Ok(item)
    }

    async fn pay(&self, order: u32) -> Result<String, AskError> {
        self.payment.ask(Method::POST, "/payments/{order}", order).await
    }
}

#[traced(args)]
async fn confirm(order: u32) {
    tokio::task::yield_now().await;
}

/// A line for each item, sent as it is known: the span of the request lasts until the last byte.
async fn report(State(shop): State<Shop>) -> Body {
    let lines = stream::iter(ITEMS).then(move |item| line(shop.stock.clone(), item));
    Body::from_stream(lines)
}

#[traced(args(item))]
async fn line(stock: Peer, item: &'static str) -> Result<String, AskError> {
    let pieces = stock.ask(Method::GET, "/stock/{item}", item).await?;
    Ok(format!("{item}: {pieces}\n"))
}

/// An order was not placed.
#[derive(Debug)]
struct CheckoutError {
    order: u32,
    source: AskError,
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
        // A card that was declined is the customer's to mend; all else is ours.
        let status = match self.source {
            AskError::Refused { status: StatusCode::PAYMENT_REQUIRED, .. } => {
                StatusCode::PAYMENT_REQUIRED
            }
            _ => StatusCode::BAD_GATEWAY,
        };
        (status, format!("{self}: {}\n", self.source)).into_response()
    }
}
