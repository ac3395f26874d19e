//! reqwest: the client's layer as a middleware.

use http::{Extensions, Uri};
use reqwest::{Body, Request, Response, ResponseBuilderExt as _};
use reqwest_middleware::{Error, Middleware, Next, Result};
use tracer_core::__private::is_active;
use tracer_core::propagate;

use crate::client::ClientLayer;
use crate::exchange::{Exchange, Side};
use crate::grpc;
use crate::request::{self, Head};
use crate::response::ResponseFuture;
use crate::route::Resends;

/// Put below a middleware that sends requests again, it makes a span of each try.
///
/// reqwest follows redirects by itself, inside of one span. Where they led is an event of it.
#[async_trait::async_trait]
impl Middleware for ClientLayer {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if !is_active() {
            return next.run(request, extensions).await;
        }
        extensions.get_or_insert_default::<Resends>();
        let uri: Uri = request.url().as_str().parse().unwrap_or_default();
        let head = Head {
            method: request.method(),
            uri: &uri,
            version: request.version(),
            headers: request.headers(),
            extensions,
            is_grpc: grpc::is_call(request.headers()),
        };
        let span = request::sent(&head, &self.settings);
        let exchange = Exchange::new(span, Side::Client, &head, &self.settings);
        let context = exchange.context();
        propagate::inject(&context, request.headers_mut());
        let asked = request.url().clone();
        let inner = exchange.in_scope(|| next.run(request, extensions));
        let inner = async move {
            let response = inner.await?;
            if *response.url() != asked {
                let url = response.url().as_str().parse().ok();
                let url = url.and_then(|url| crate::url::full(&url, &self.settings.secret));
                let url = url.unwrap_or_default();
                context.add_event("redirected", &[("url.full", (&url).into())]);
            }
            Ok::<_, Error>(with_url(response))
        };
        let response = ResponseFuture::new(inner, Some(exchange)).await?;
        Ok(response.map(Body::wrap).into())
    }
}

/// The response as others have it, which would lose where it came from.
fn with_url(response: Response) -> http::Response<Body> {
    let url = http::Response::builder().url(response.url().clone()).body(());
    let mut response = http::Response::from(response);
    if let Ok(url) = url {
        response.extensions_mut().extend(url.into_parts().0.extensions);
    }
    response
}
