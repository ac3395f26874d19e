//! The service that talks to the bank, which declines one order and never answers another.

use std::error::Error;
use std::fmt;
use std::future::pending;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tracer::http::ServerLayer;
use tracer::traced;

use crate::service::say;

const DECLINED: u32 = 5;
pub(crate) const UNANSWERED: u32 = 6;

/// Said when the bank was asked for what it does not answer.
pub(crate) const WAITS: &str = "the bank does not answer";

pub(crate) fn routes() -> Router {
    Router::new().route("/payments/{order}", post(pay)).layer(ServerLayer::new())
}

#[traced(args(order))]
async fn pay(Path(order): Path<u32>) -> Result<String, PaymentError> {
    let cents = 200 + 150 * order;
    charge(order, cents).await.map_err(|source| PaymentError { order, source })?;
    Ok(format!("{cents} cents paid"))
}

#[traced(name = "bank.charge", args)]
async fn charge(order: u32, cents: u32) -> Result<(), BankError> {
    tokio::task::yield_now().await;
    match order {
        DECLINED => Err(BankError::OverLimit { cents }),
        UNANSWERED => {
            say(WAITS);
            pending().await
        }
        _ => Ok(()),
    }
}

/// An order was not paid.
#[derive(Debug)]
struct PaymentError {
    order: u32,
    source: BankError,
}

#[derive(Debug)]
enum BankError {
    OverLimit { cents: u32 },
}

impl fmt::Display for PaymentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the card for order {} was declined", self.order)
    }
}

impl fmt::Display for BankError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::OverLimit { cents } = self;
        write!(f, "{cents} cents are over the limit")
    }
}

impl Error for PaymentError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

impl Error for BankError {}

impl IntoResponse for PaymentError {
    fn into_response(self) -> Response {
        (StatusCode::PAYMENT_REQUIRED, format!("{self}: {}", self.source)).into_response()
    }
}
