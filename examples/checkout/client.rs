//! The client of another service: each request is a span, and the other's spans are below it.

use std::error::Error;
use std::fmt;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tower::{ServiceBuilder, ServiceExt};
use tracer::http::{ClientLayer, Route};

use crate::Failure;

/// Another service.
#[derive(Clone)]
pub(crate) struct Peer {
    name: &'static str,
    url: String,
    http: tracer::http::Client<Client<HttpConnector, Body>>,
}

impl Peer {
    pub(crate) fn new(name: &'static str, url: &str) -> Self {
        let http = ServiceBuilder::new()
            .layer(ClientLayer::new())
            .service(Client::builder(TokioExecutor::new()).build_http());
        Self { name, url: url.to_owned(), http }
    }

    /// Sends a request to a route such as `/payments/{order}`, and returns the text of the answer.
    pub(crate) async fn ask(
        &self,
        method: Method,
        route: &'static str,
        of: impl fmt::Display,
    ) -> Result<String, Refused> {
        let path = route.split('{').next().unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}{of}", self.url))
            // What the span is called: the pattern, as there are as many paths as orders.
            .extension(Route::new(route))
            .body(Body::empty());
        match self.send(request.expect("a path of ours is valid")).await {
            Ok((status, text)) if status.is_success() => Ok(text),
            Ok((status, text)) => Err(Refused { by: self.name, status, why: text }),
            Err(error) => {
                let (by, status) = (self.name, StatusCode::BAD_GATEWAY);
                Err(Refused { by, status, why: error.to_string() })
            }
        }
    }

    async fn send(&self, request: Request<Body>) -> Result<(StatusCode, String), Failure> {
        let answer = self.http.clone().oneshot(request).await?;
        let status = answer.status();
        let text = to_bytes(Body::new(answer.into_body()), 1 << 16).await?;
        Ok((status, String::from_utf8_lossy(&text).into_owned()))
    }
}

/// Another service did not do what it was asked for.
#[derive(Debug)]
pub(crate) struct Refused {
    by: &'static str,
    pub(crate) status: StatusCode,
    why: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {}: {}", self.by, self.status, self.why)
    }
}

impl Error for Refused {}
