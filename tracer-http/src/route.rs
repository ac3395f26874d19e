//! What requests carry for their spans: the pattern of their path, and how often they were sent.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use http::Extensions;

/// The pattern that a request's path is of, such as `/cart/{id}`; an extension of the request.
///
/// A server's span is called after it, with the method, and has it as `http.route`; a client's has it
/// as `url.template`. axum's routes are known without, with the feature `axum`. A router that knows it
/// later puts it into the response. It has to be one of few: names of spans are kept for good.
///
/// # Examples
///
/// ```
/// use http::Request;
/// use tracer_http::Route;
///
/// let mut request = Request::get("http://shop/cart/7").body(())?;
/// request.extensions_mut().insert(Route::new("/cart/{id}"));
/// # Ok::<_, http::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route(Cow<'static, str>);

impl Route {
    /// Makes one of a pattern.
    pub fn new(pattern: impl Into<Cow<'static, str>>) -> Self {
        Self(pattern.into())
    }

    /// Returns the pattern.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The route of a request, where somebody has said it, or axum's router has found it.
pub(crate) fn of(extensions: &Extensions) -> Option<&str> {
    if let Some(route) = extensions.get::<Route>() {
        return Some(route.as_str());
    }
    #[cfg(feature = "axum")]
    if let Some(path) = extensions.get::<axum::extract::MatchedPath>() {
        return Some(path.as_str());
    }
    None
}

/// Counts how often one request is sent: by retries, redirects, or both.
///
/// As an extension of a request it is there for each of its copies, and all but the first of their
/// spans have the attribute `http.request.resend_count`. With reqwest's middleware nobody has to put it
/// there.
///
/// # Examples
///
/// ```
/// use http::Request;
/// use tracer_http::Resends;
///
/// let mut request = Request::get("http://shop/cart").body(())?;
/// request.extensions_mut().insert(Resends::default());
/// # Ok::<_, http::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Resends(Arc<AtomicU32>);

impl Resends {
    /// Counts one more; none where it is the first.
    pub(crate) fn next(&self) -> Option<u32> {
        // Relaxed: it counts, and guards nothing.
        let before = self.0.fetch_add(1, Ordering::Relaxed);
        (before > 0).then_some(before)
    }
}
