//! Who sent a request: by its connection, and by what proxies say.

use std::net::{IpAddr, SocketAddr};

use http::{Extensions, HeaderMap, HeaderName};

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of the connection: axum's `ConnectInfo`, or a `SocketAddr` that is an extension of
/// the request.
pub(crate) fn of(extensions: &Extensions) -> Option<SocketAddr> {
    #[cfg(feature = "axum")]
    if let Some(info) = extensions.get::<axum::extract::ConnectInfo<SocketAddr>>() {
        return Some(info.0);
    }
    extensions.get().copied()
}

/// The client that proxies say they speak for: the first address of `X-Forwarded-For`, if it is one.
pub(crate) fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let value = headers.get(&FORWARDED_FOR)?.to_str().ok()?;
    let first = value.split(',').next().unwrap_or_default().trim();
    first.parse().ok().or_else(|| first.parse::<SocketAddr>().ok().map(|address| address.ip()))
}
