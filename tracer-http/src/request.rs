//! Spans of requests as they begin, by what is known of the request.

use http::header::{HOST, USER_AGENT};
use http::{Extensions, HeaderMap, HeaderName, Method, Request, Uri, Version};
use tracer_core::__private::Home;
use tracer_core::{Span, SpanBuilder, SpanKind, propagate};

use crate::attributes::Attributes;
use crate::grpc;
use crate::method;
use crate::peer;
use crate::route::{self, Resends};
use crate::settings::{self, Settings};
use crate::url;

static FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What is known of a request before its body.
pub(crate) struct Head<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) version: Version,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) extensions: &'a Extensions,
    pub(crate) is_grpc: bool,
}

impl<'a> Head<'a> {
    pub(crate) fn of<B>(request: &'a Request<B>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            version: request.version(),
            headers: request.headers(),
            extensions: request.extensions(),
            is_grpc: grpc::is_call(request.headers()),
        }
    }
}

/// Opens the span of a request that came: below the span of who sent it, or as a root.
pub(crate) fn served(head: &Head<'_>, home: Home, scheme: &str, settings: &Settings) -> Span {
    let is_grpc = head.is_grpc;
    let query = head.uri.query().map(|query| url::redacted_query(query, &settings.secret));
    let client = peer::forwarded_for(head.headers).map(|ip| ip.to_string());
    let peer = peer::of(head.extensions);
    let peer_ip = peer.map(|peer| peer.ip().to_string());
    let route = route::of(head.extensions).filter(|_| !is_grpc);
    let mut attributes = Attributes::new();
    if is_grpc {
        call(&mut attributes, head);
    } else {
        asked(&mut attributes, head.method);
        attributes.add_some("http.route", route);
        attributes.add("url.scheme", self::scheme(head).unwrap_or(scheme));
        attributes.add("url.path", head.uri.path());
        attributes.add_some("url.query", query.as_deref());
    }
    let (host, port) = split(authority(head));
    attributes.add_some("server.address", host);
    attributes.add_some("server.port", port);
    attributes.add_some("client.address", client.as_deref().or(peer_ip.as_deref()));
    attributes.add_some("network.peer.address", peer_ip.as_deref());
    attributes.add_some("network.peer.port", peer.map(|peer| i64::from(peer.port())));
    attributes.add_some("network.protocol.version", version(head.version));
    let agent = head.headers.get(USER_AGENT).map(|value| settings::text(value.as_bytes()));
    attributes.add_some("user_agent.original", agent.as_deref());

    let name = if is_grpc { grpc::SYSTEM } else { method::span_name(head.method) };
    let named = route.map(|route| routed(name, route));
    let span = home.run(|| {
        let remote = propagate::extract(head.headers);
        let context = remote.context();
        open(name, named.as_deref(), |span| {
            span.kind(SpanKind::Server)
                .parent(&context)
                .attributes(attributes.as_slice())
                .at(settings.place)
                .open()
        })
    });
    settings::record(&span.context(), &settings.request_headers, head.headers, is_grpc);
    span
}

/// Opens the span of a request that is sent, below what is current.
pub(crate) fn sent(head: &Head<'_>, settings: &Settings) -> Span {
    let is_grpc = head.is_grpc;
    let route = route::of(head.extensions).filter(|_| !is_grpc);
    let url = if is_grpc { None } else { url::full(head.uri, &settings.secret) };
    let resends = head.extensions.get::<Resends>().and_then(Resends::next);
    let mut attributes = Attributes::new();
    if is_grpc {
        call(&mut attributes, head);
    } else {
        asked(&mut attributes, head.method);
        attributes.add_some("url.full", url.as_deref());
        attributes.add_some("url.template", route);
    }
    let (host, port) = split(authority(head));
    attributes.add_some("server.address", host);
    attributes.add_some("server.port", port.or_else(|| usual_port(scheme(head)?)));
    attributes.add_some("http.request.resend_count", resends.map(i64::from));

    let name = if is_grpc { grpc::SYSTEM } else { method::span_name(head.method) };
    let named = match route {
        Some(route) => Some(routed(name, route)),
        // Who calls it takes it from generated code: there are few.
        None => is_grpc.then(|| grpc::method(head.uri.path()).to_owned()),
    };
    let span = open(name, named.as_deref(), |span| {
        span.kind(SpanKind::Client).attributes(attributes.as_slice()).at(settings.place).open()
    });
    settings::record(&span.context(), &settings.request_headers, head.headers, is_grpc);
    span
}

/// The name of a span whose route is known; made for each request, and so without `format!`.
pub(crate) fn routed(method: &str, route: &str) -> String {
    [method, " ", route].concat()
}

fn open(
    name: &'static str,
    named: Option<&str>,
    with: impl FnOnce(SpanBuilder<'_>) -> Span,
) -> Span {
    let span = Span::builder(name);
    with(match named {
        Some(named) => span.name(named),
        None => span,
    })
}

fn asked<'a>(attributes: &mut Attributes<'a>, method: &'a Method) {
    attributes.add("http.request.method", method::recorded(method));
    attributes.add_some("http.request.method_original", method::original(method));
}

fn call<'a>(attributes: &mut Attributes<'a>, head: &Head<'a>) {
    attributes.add("rpc.system.name", grpc::SYSTEM);
    attributes.add("rpc.method", grpc::method(head.uri.path()));
}

/// What the request says of its scheme, or a proxy of that of the original one.
fn scheme<'a>(head: &Head<'a>) -> Option<&'a str> {
    let forwarded = || head.headers.get(&FORWARDED_PROTO)?.to_str().ok();
    head.uri.scheme_str().or_else(|| forwarded().filter(|said| ["http", "https"].contains(said)))
}

fn authority<'a>(head: &Head<'a>) -> Option<&'a str> {
    let host = || head.headers.get(HOST)?.to_str().ok();
    head.uri.authority().map(http::uri::Authority::as_str).or_else(host)
}

/// Host and port of an authority: an address of IPv6 without its brackets.
fn split(authority: Option<&str>) -> (Option<&str>, Option<i64>) {
    let Some(authority) = authority else { return (None, None) };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => (address, rest.strip_prefix(':')),
        None => host.rsplit_once(':').map_or((host, None), |(host, port)| (host, Some(port))),
    };
    let port = port.and_then(|port| port.parse::<u16>().ok());
    ((!host.is_empty()).then_some(host), port.map(i64::from))
}

fn usual_port(scheme: &str) -> Option<i64> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// `network.protocol.version`, as the conventions write it.
pub(crate) const fn version(version: Version) -> Option<&'static str> {
    Some(match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_11 => "1.1",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn host_and_port_of_an_authority() {
        for (authority, host, port) in [
            ("shop", Some("shop"), None),
            ("shop:8080", Some("shop"), Some(8080)),
            ("ann:pw@shop:8080", Some("shop"), Some(8080)),
            ("[::1]:80", Some("::1"), Some(80)),
            ("[::1]", Some("::1"), None),
            ("shop:99999", Some("shop"), None),
            (":80", None, Some(80)),
            ("", None, None),
        ] {
            assert_eq!(split(Some(authority)), (host, port), "{authority}");
        }
    }
}
