//! The shop behind axum: one route, and a count of requests in flight.

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracer::traced;

use crate::shop::{PlaceOrderError, Shop};

/// A server that runs in the background until the program ends.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    in_flight: watch::Sender<usize>,
}

impl Server {
    /// Starts on a port that is free.
    pub(crate) async fn start(shop: Arc<Shop>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let in_flight = watch::Sender::new(0);
        let routes = Router::new()
            .route("/orders/{order}/checkout", post(checkout))
            .layer(from_fn_with_state(in_flight.clone(), count))
            .with_state(shop);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { address, in_flight })
    }

    /// Waits until no request is in flight.
    pub(crate) async fn idle(&self) {
        let mut in_flight = self.in_flight.subscribe();
        // Fails only without a sender, and there is ours.
        let _idle = in_flight.wait_for(|count| *count == 0).await;
    }
}

/// The outermost traced function of a request. `root`: each request is a trace of its own, whatever
/// the task that serves its connection did before.
#[traced(root, args(order))]
async fn checkout(
    State(shop): State<Arc<Shop>>,
    Path(order): Path<u32>,
) -> Result<String, PlaceOrderError> {
    let receipt = shop.place(order).await?;
    Ok(format!("order {order}: {} cents, signed {:x}\n", receipt.cents, receipt.signature))
}

impl IntoResponse for PlaceOrderError {
    fn into_response(self) -> Response {
        let reason = self.source().map_or_else(String::new, |source| format!(": {source}"));
        (StatusCode::PAYMENT_REQUIRED, format!("{self}{reason}\n")).into_response()
    }
}

/// A request is in flight until its handler has returned or, where its client has left, was dropped.
async fn count(
    State(in_flight): State<watch::Sender<usize>>,
    request: Request,
    next: Next,
) -> Response {
    in_flight.send_modify(|count| *count += 1);
    // Declared before the handler runs, and so dropped after it.
    let _leave = Leave(in_flight);
    next.run(request).await
}

struct Leave(watch::Sender<usize>);

impl Drop for Leave {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
