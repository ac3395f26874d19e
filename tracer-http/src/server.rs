//! The server's side: a span of each request that comes.

use std::fmt::Display;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;
use tracer_core::__private::{Home, is_active};

use crate::body::TracedBody;
use crate::exchange::{Exchange, Side};
use crate::request::{self, Head};
use crate::response::ResponseFuture;
use crate::settings::{Settings, ask};

/// Makes a server span of each request: for axum, tonic, and hyper with tower.
///
/// The span is a child of the one whose context came in the headers, or the root of a new trace,
/// whatever task it runs in: see [`propagate`](tracer_core::propagate). It is called `GET /cart/{id}` where
/// the route is known, else `GET`; of gRPC, `package.Service/Method`.
///
/// A response of 5xx marks it as failed, and an error of the service or its body. It ends with the
/// last byte of the body, or with the trailers. Where the client goes before, it is marked as
/// cancelled.
///
/// A layer that is made in the scope of a tracer, such as in a test, records there whatever serves it.
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use tower::{Layer as _, ServiceExt as _, service_fn};
/// use tracer_core::{SpanKind, testing};
/// use tracer_http::{Route, ServerLayer};
///
/// let scope = testing::Scope::new();
/// let layer = scope.in_scope(ServerLayer::new); // with axum: `Router::new().route(..).layer(ServerLayer::new())`
/// let server = layer.layer(service_fn(async |_| {
///     let mut answer = Response::new(String::new());
///     answer.extensions_mut().insert(Route::new("/cart/{id}")); // axum's are known without
///     Ok::<_, std::io::Error>(answer)
/// }));
///
/// let request = Request::get("/cart/7?token=abc").body(())?;
/// futures::executor::block_on(server.oneshot(request))?;
/// let span = &scope.spans()[0];
/// assert_eq!((span.name(), span.kind()), ("GET /cart/{id}", SpanKind::Server));
/// assert_eq!(span.attribute("url.query"), Some("token=REDACTED".into()));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until a service is put into it"]
pub struct ServerLayer {
    settings: Arc<Settings>,
    scheme: &'static str,
    home: Home,
}

impl Default for ServerLayer {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl ServerLayer {
    /// Makes one that records what the conventions say, and no headers.
    ///
    /// Its spans are said to be opened where it is called.
    #[track_caller]
    pub fn new() -> Self {
        Self { settings: Settings::new(), scheme: "http", home: Home::here() }
    }

    /// Says that requests which do not tell their scheme came by `https`.
    ///
    /// Those of HTTP/1.1 do not, unless a proxy says so in `X-Forwarded-Proto`.
    pub const fn https(mut self) -> Self {
        self.scheme = "https";
        self
    }
}

ask!(ServerLayer);

impl<S> Layer<S> for ServerLayer {
    type Service = Server<S>;

    fn layer(&self, inner: S) -> Server<S> {
        Server { inner, layer: self.clone() }
    }
}

/// A service of which each request is a server span; a [`ServerLayer`] makes it.
#[derive(Clone, Debug)]
pub struct Server<S> {
    inner: S,
    layer: ServerLayer,
}

impl<S, B, R> Service<Request<B>> for Server<S>
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

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if !is_active() {
            return ResponseFuture::new(self.inner.call(request), None);
        }
        let ServerLayer { settings, scheme, home } = &self.layer;
        let head = Head::of(&request);
        let span = request::served(&head, *home, scheme, settings);
        let exchange = Exchange::new(span, Side::Server, &head, settings);
        // What is called here belongs to the span, though it is polled later.
        let inner = exchange.in_scope(|| self.inner.call(request));
        ResponseFuture::new(inner, Some(exchange))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures::executor::block_on;
    use http::{Request, Response};
    use http_body_util::Empty;
    use tower::{Layer as _, ServiceExt as _, service_fn};
    use tracer_core::testing::Scope;

    use super::ServerLayer;
    use crate::client::ClientLayer;

    #[test]
    fn a_span_says_where_its_layer_was_made() {
        let scope = Scope::new();
        let (server, line) = (ServerLayer::new(), line!());
        let client = ClientLayer::default();
        let shop = service_fn(|_: Request<Empty<&'static [u8]>>| async {
            Ok::<_, Infallible>(Response::new(Empty::<&'static [u8]>::new()))
        });
        let request = Request::get("http://shop/cart").body(Empty::new()).expect("a request");
        let sent = client.layer(server.layer(shop)).oneshot(request);
        drop(block_on(scope.bind(sent)).expect("it is served"));
        let places: Vec<_> = scope
            .spans()
            .iter()
            .map(|span| (span.callsite().file(), span.callsite().line()))
            .collect();
        assert_eq!(places, [(file!(), line), (file!(), line + 1)]);
    }
}
