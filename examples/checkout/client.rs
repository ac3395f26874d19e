//! The customers: all at once, each with one request.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::task::JoinSet;

use crate::payment::{Bank, UNANSWERED};
use crate::server::Server;
use crate::shop::Shop;

type Failure = Box<dyn Error + Send + Sync>;
type Web = Client<HttpConnector, Body>;

/// Sends `orders` requests at once; returns how many were answered in which way.
pub(crate) async fn send(
    server: &Server,
    shop: &Arc<Shop>,
    orders: u32,
) -> Result<BTreeMap<String, u32>, Failure> {
    let web: Web = Client::builder(TokioExecutor::new()).build_http();
    let mut customers = JoinSet::new();
    for order in 1..=orders {
        let address = format!("http://{}/orders/{order}/checkout", server.address);
        let (web, shop) = (web.clone(), Arc::clone(shop));
        customers.spawn(async move {
            if order == UNANSWERED {
                leave(&web, address, &shop.bank).await
            } else {
                Ok(request(&web, address).await?.to_string())
            }
        });
    }
    let mut totals = BTreeMap::new();
    while let Some(answer) = customers.join_next().await {
        *totals.entry(answer??).or_default() += 1;
    }
    Ok(totals)
}

/// Sends a request and reads the whole answer.
async fn request(web: &Web, address: String) -> Result<StatusCode, Failure> {
    let answer = web.request(Request::post(address).body(Body::empty())?).await?;
    let status = answer.status();
    to_bytes(Body::new(answer.into_body()), 1 << 16).await?;
    Ok(status)
}

/// Sends a request and closes its connection once the shop waits for the bank: from there on
/// nothing in its trace depends on time.
async fn leave(web: &Web, address: String, bank: &Bank) -> Result<String, Failure> {
    tokio::select! {
        answer = request(web, address) => Ok(answer?.to_string()),
        () = bank.silent.notified() => Ok("left by its client".to_owned()),
    }
}
