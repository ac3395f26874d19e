//! The client's side: a span of each request that is sent.

use std::fmt::Display;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;
use tracer_core::__private::is_active;
use tracer_core::propagate;

use crate::body::TracedBody;
use crate::exchange::{Exchange, Side};
use crate::request::{self, Head};
use crate::response::ResponseFuture;
use crate::settings::{Settings, ask};

/// Makes a client span of each request, and writes its context into the headers.
///
/// For hyper-util's client, tonic's channels, and, with the feature `reqwest-middleware`, reqwest. The
/// span is a child of the one that is current where the service is called. It is called `GET`, with a
/// [`Route`](crate::Route) `GET /cart/{id}`, and of gRPC `package.Service/Method`.
///
/// A response of 4xx or 5xx marks it as failed, and an error of the service or of the body. It ends
/// with the last byte of the body, with its trailers, or when the body is dropped.
///
/// What stands outside of this layer and sends a request again, such as `tower`'s retries and
/// `tower-http`'s redirects, makes a span of each.
///
/// # Examples
///
/// ```
/// use http::{Request, Response, StatusCode};
/// use tower::{Layer as _, ServiceExt as _, service_fn};
/// use tracer_core::testing;
/// use tracer_http::ClientLayer;
///
/// // In truth, hyper-util's client; with reqwest, `ClientBuilder::new(..).with(ClientLayer::new())`.
/// let other = service_fn(async |request: Request<String>| {
///     assert!(request.headers().contains_key("traceparent"));
///     let answer = Response::builder().status(StatusCode::NOT_FOUND);
///     Ok::<_, std::io::Error>(answer.body(String::new()).unwrap())
/// });
///
/// let scope = testing::Scope::new();
/// let client = ClientLayer::new().layer(other);
/// let request = Request::get("http://ann:secret@shop/cart/7").body(String::new())?;
/// futures::executor::block_on(scope.bind(client.oneshot(request)))?;
/// assert_eq!(scope.tree(), "GET ✖\n");
/// let url = "http://REDACTED:REDACTED@shop/cart/7";
/// assert_eq!(scope.spans()[0].attribute("url.full"), Some(url.into()));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until a service is put into it"]
pub struct ClientLayer {
    pub(crate) settings: Arc<Settings>,
}

impl Default for ClientLayer {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl ClientLayer {
    /// Makes one that records what the conventions say, and no headers.
    ///
    /// Its spans are said to be opened where it is called.
    #[track_caller]
    pub fn new() -> Self {
        Self { settings: Settings::new() }
    }
}

ask!(ClientLayer);

impl<S> Layer<S> for ClientLayer {
    type Service = Client<S>;

    fn layer(&self, inner: S) -> Client<S> {
        Client { inner, layer: self.clone() }
    }
}

/// A service of which each request is a client span; a [`ClientLayer`] makes it.
#[derive(Clone, Debug)]
pub struct Client<S> {
    inner: S,
    layer: ClientLayer,
}

impl<S, B, R> Service<Request<B>> for Client<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Display + 'static,
    R: Body,
{
    type Response = Response<TracedBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        if !is_active() {
            return ResponseFuture::new(self.inner.call(request), None);
        }
        let settings = &self.layer.settings;
        let head = Head::of(&request);
        let span = request::sent(&head, settings);
        let exchange = Exchange::new(span, Side::Client, &head, settings);
        propagate::inject(&exchange.context(), request.headers_mut());
        let inner = exchange.in_scope(|| self.inner.call(request));
        ResponseFuture::new(inner, Some(exchange))
    }
}
