//! HTTP and gRPC servers and clients in traces: one tower layer for each side.
//!
//! Use it through the `tracer` crate, as `tracer::http`, with its feature `http`.
//!
//! A [`ServerLayer`] makes a server span of each request, below the span of whoever sent it, and in
//! it runs what answers. A [`ClientLayer`] makes a client span of each request that is sent, below
//! what is current, and writes its context into the headers. Both end with the last byte of the
//! response's body, and both have the names that OpenTelemetry's semantic conventions 1.42 give
//! [HTTP](https://opentelemetry.io/docs/specs/semconv/http/http-spans/) and
//! [RPC](https://opentelemetry.io/docs/specs/semconv/rpc/rpc-spans/).
//!
//! # Examples
//!
//! ```
//! use http::{Request, Response};
//! use http_body_util::{BodyExt as _, Empty, Full};
//! use tower::{Layer as _, ServiceExt as _, service_fn};
//! use tracer_core::{Span, testing};
//! use tracer_http::{ClientLayer, ServerLayer};
//!
//! type Answer = Response<Full<&'static [u8]>>;
//!
//! async fn cart(_: Request<Empty<&'static [u8]>>) -> Result<Answer, std::io::Error> {
//!     drop(Span::new("load"));
//!     Ok(Response::new(Full::new(b"three apples")))
//! }
//!
//! let scope = testing::Scope::new();
//! let call = async {
//!     let server = ServerLayer::new().layer(service_fn(cart)); // in truth, in another process
//!     let client = ClientLayer::new().layer(server);
//!     let request = Request::get("http://shop/cart").body(Empty::new()).unwrap();
//!     client.oneshot(request).await.unwrap().into_body().collect().await.unwrap()
//! };
//! futures::executor::block_on(scope.bind(call));
//! assert_eq!(scope.tree(), "GET\n  GET\n    load\n");
//! ```
//!
//! # What is recorded
//!
//! | attribute | server | client |
//! |---|---|---|
//! | `http.request.method`, and `http.request.method_original` where it is no usual one | ✓ | ✓ |
//! | `http.response.status_code` | ✓ | ✓ |
//! | `error.type` | of 5xx, and of errors | of 4xx and 5xx, and of errors |
//! | `http.route` | with axum's routes, or [`Route`] | |
//! | `url.scheme`, `url.path`, `url.query` | ✓ | |
//! | `url.full`, and `url.template` with a [`Route`] | | ✓ |
//! | `server.address`, `server.port` | of `:authority` or `Host` | ✓ |
//! | `client.address`, `network.peer.address`, `network.peer.port` | where the connection is known | |
//! | `network.protocol.version` | ✓ | of the response |
//! | `network.protocol.name` | where the connection was upgraded, such as `websocket` | the same |
//! | `user_agent.original` | ✓ | |
//! | `http.request.resend_count` | | with [`Resends`] |
//! | `http.response.body.size` | of a body that was not sent to its end | of one that was not read to its end |
//! | `rpc.system.name`, `rpc.method`, `rpc.response.status_code` | of gRPC | of gRPC |
//! | `http.request.header.…`, `http.response.header.…` | on demand | on demand |
//!
//! Passwords in URLs, and the values of query parameters whose names say that they are secret, are
//! recorded as `REDACTED`. Of headers nothing else is recorded unless it is asked for, by a layer or by
//! `DD_TRACE_HEADER_TAGS`.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `axum` | the route that matched, and the address of the connection |
//! | `hyper-util` | of errors of its client, why |
//! | `reqwest-middleware` | a [`ClientLayer`] is a middleware of reqwest's |

#[cfg(feature = "reqwest-middleware")]
mod reqwest;

mod client;
mod server;

mod response;

mod body;

mod exchange;

mod request;

mod attributes;
mod failure;
mod grpc;
mod method;
mod peer;
mod route;
mod settings;
mod url;

pub use body::TracedBody;
pub use client::{Client, ClientLayer};
pub use response::ResponseFuture;
pub use route::{Resends, Route};
pub use server::{Server, ServerLayer};

/// What `tracer` tells when it reads the environment; promises nothing between versions.
#[doc(hidden)]
pub mod __private {
    pub use crate::settings::record_headers;
}
