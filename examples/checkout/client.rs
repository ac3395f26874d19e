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

    /// Asks for one of a route's paths, such as `/payments/{order}`; returns the text of the answer.
    pub(crate) async fn ask(
        &self,
        method: Method,
        route: &'static str,
        of: impl fmt::Display,
    ) -> Result<String, AskError> {
        let path = route.split('{').next().unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}{of}", self.url))
            // What the span is called: there are few routes, but as many paths as orders.
            .extension(Route::new(route))
            .body(Body::empty());
        let by = self.name;
        match self.send(request.expect("a path of ours is valid")).await {
            Ok((status, text)) if status.is_success() => Ok(text),
            Ok((status, why)) => Err(AskError::Refused { by, status, why }),
            Err(source) => Err(AskError::Unanswered { by, source }),
        }
    }

    /// The span of a request ends with the last byte of the answer, which is read here.
    async fn send(&self, request: Request<Body>) -> Result<(StatusCode, String), Failure> {
        let answer = self.http.clone().oneshot(request).await?;
        let status = answer.status();
        let text = to_bytes(Body::new(answer.into_body()), 1 << 16).await?;
        Ok((status, String::from_utf8_lossy(&text).into_owned()))
    }
}

/// Another service did not do what it was asked for.
#[derive(Debug)]
pub(crate) enum AskError {
    Refused { by: &'static str, status: StatusCode, why: String },
    Unanswered { by: &'static str, source: Failure },
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { by, status, why } => write!(f, "{by} answered {status}: {why}"),
            Self::Unanswered { by, .. } => write!(f, "{by} did not answer"),
        }
    }
}

impl Error for AskError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Refused { .. } => None,
            Self::Unanswered { source, .. } => Some(&**source),
        }
    }
}
