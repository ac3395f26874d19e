//! Spans of requests as they begin, by what is known of the request.

use std::borrow::Cow;
use std::cell::LazyCell;

use http::header::{HOST, USER_AGENT};
use http::{Extensions, HeaderMap, HeaderName, Method, Request, Uri, Version};
use tracer_core::__private::{Describe, Home};
use tracer_core::{Span, SpanBuilder, SpanKind, Value, propagate};

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
    let route = route::of(head.extensions).filter(|_| !head.is_grpc);
    let texts = LazyCell::new(|| Texts::of(head, settings));
    let attributes = LazyCell::new(|| of_served(head, route, scheme, &texts));
    let name = if head.is_grpc { grpc::SYSTEM } else { method::span_name(head.method) };
    let named = route.map(|route| routed(name, route));
    let span = home.run(|| {
        let remote = propagate::extract(head.headers);
        let context = remote.context();
        builder(name, named.as_deref())
            .kind(SpanKind::Server)
            .parent(&context)
            .described(&WhenAsked(&attributes))
            .at(settings.place)
            .open()
    });
    settings::record_request(&span.context(), settings, head.headers, head.is_grpc);
    span
}

/// Attributes that are not made for a request that nobody records.
struct WhenAsked<'a, 'b, F>(&'b LazyCell<Attributes<'a>, F>);

impl<'a, F: FnOnce() -> Attributes<'a>> Describe for WhenAsked<'a, '_, F> {
    fn attributes(&self) -> &[(&str, Value<'_>)] {
        self.0.as_slice()
    }
}

/// What has to be written out for attributes of a request that came.
struct Texts<'a> {
    query: Option<Cow<'a, str>>,
    client: Option<String>,
    peer: Option<(String, i64)>,
    agent: Option<Cow<'a, str>>,
}

impl<'a> Texts<'a> {
    fn of(head: &Head<'a>, settings: &Settings) -> Self {
        let peer = peer::of(head.extensions);
        let agent = head.headers.get(USER_AGENT);
        Self {
            query: head.uri.query().map(|query| url::redacted_query(query, &settings.secret)),
            client: peer::forwarded_for(head.headers).map(|ip| ip.to_string()),
            peer: peer.map(|peer| (peer.ip().to_string(), i64::from(peer.port()))),
            agent: agent.map(|value| settings::text(value.as_bytes())),
        }
    }
}

fn of_served<'a>(
    head: &Head<'a>,
    route: Option<&'a str>,
    scheme: &'a str,
    texts: &'a Texts<'_>,
) -> Attributes<'a> {
    let mut attributes = Attributes::new();
    if head.is_grpc {
        call(&mut attributes, head);
    } else {
        asked(&mut attributes, head.method);
        attributes.add_some("http.route", route);
        attributes.add("url.scheme", self::scheme(head).unwrap_or(scheme));
        attributes.add("url.path", head.uri.path());
        attributes.add_some("url.query", texts.query.as_deref());
    }
    let (host, port) = split(authority(head));
    attributes.add_some("server.address", host);
    attributes.add_some("server.port", port);
    let peer = texts.peer.as_ref().map(|(ip, _)| &**ip);
    attributes.add_some("client.address", texts.client.as_deref().or(peer));
    attributes.add_some("network.peer.address", peer);
    attributes.add_some("network.peer.port", texts.peer.as_ref().map(|(_, port)| *port));
    attributes.add_some("network.protocol.version", version(head.version));
    attributes.add_some("user_agent.original", texts.agent.as_deref());
    attributes
}

/// Opens the span of a request that is sent, below what is current.
pub(crate) fn sent(head: &Head<'_>, settings: &Settings) -> Span {
    let route = route::of(head.extensions).filter(|_| !head.is_grpc);
    let resends = head.extensions.get::<Resends>().and_then(Resends::next);
    let is_url = !head.is_grpc;
    let url = LazyCell::new(|| is_url.then(|| url::full(head.uri, &settings.secret)).flatten());
    let attributes = LazyCell::new(|| of_sent(head, route, url.as_deref(), resends));
    let name = if head.is_grpc { grpc::SYSTEM } else { method::span_name(head.method) };
    let named = match route {
        Some(route) => Some(routed(name, route)),
        // Who calls it takes it from generated code: there are few.
        None => head.is_grpc.then(|| grpc::method(head.uri.path()).to_owned()),
    };
    let span = builder(name, named.as_deref())
        .kind(SpanKind::Client)
        .described(&WhenAsked(&attributes))
        .at(settings.place)
        .open();
    settings::record_request(&span.context(), settings, head.headers, head.is_grpc);
    span
}

fn of_sent<'a>(
    head: &Head<'a>,
    route: Option<&'a str>,
    url: Option<&'a str>,
    resends: Option<u32>,
) -> Attributes<'a> {
    let mut attributes = Attributes::new();
    if head.is_grpc {
        call(&mut attributes, head);
    } else {
        asked(&mut attributes, head.method);
        attributes.add_some("url.full", url);
        attributes.add_some("url.template", route);
    }
    let (host, port) = split(authority(head));
    attributes.add_some("server.address", host);
    attributes.add_some("server.port", port.or_else(|| usual_port(scheme(head)?)));
    attributes.add_some("http.request.resend_count", resends.map(i64::from));
    attributes
}

/// The name of a span whose route is known; made for each request, and so without `format!`.
pub(crate) fn routed(method: &str, route: &str) -> String {
    [method, " ", route].concat()
}

fn builder<'a>(name: &'static str, named: Option<&'a str>) -> SpanBuilder<'a> {
    let span = Span::builder(name);
    match named {
        Some(named) => span.name(named),
        None => span,
    }
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
