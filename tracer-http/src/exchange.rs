//! A request and its response as one span: what is said of it as it goes on, and its end.

use std::fmt::Display;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::UPGRADE;
use http::{HeaderMap, Method, Response, StatusCode};
use tracer_core::__private::{SpanFrame, uninherited};
use tracer_core::{Span, SpanContext};

use crate::failure;
use crate::grpc::{self, Status};
use crate::request::{self, Head};
use crate::route::Route;
use crate::settings::{self, Settings};

/// Which end of the connection this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Server,
    Client,
}

/// A request under way, until the last byte of its response.
#[derive(Debug)]
pub(crate) struct Exchange {
    frame: SpanFrame,
    side: Side,
    /// Of a gRPC call, its method.
    call: Option<Box<str>>,
    method: &'static str,
    /// The response has no body, whatever its headers say.
    is_head: bool,
    settings: Arc<Settings>,
}

impl Exchange {
    pub(crate) fn new(span: Span, side: Side, head: &Head<'_>, settings: &Arc<Settings>) -> Self {
        Self {
            frame: SpanFrame::new(span),
            side,
            call: head.is_grpc.then(|| grpc::method(head.uri.path()).into()),
            method: crate::method::span_name(head.method),
            is_head: *head.method == Method::HEAD,
            settings: Arc::clone(settings),
        }
    }

    pub(crate) fn context(&self) -> SpanContext {
        self.frame.context()
    }

    pub(crate) const fn side(&self) -> Side {
        self.side
    }

    pub(crate) fn in_scope<R>(&self, f: impl FnOnce() -> R) -> R {
        match self.side {
            Side::Server => self.frame.in_scope(f),
            Side::Client => self.frame.in_scope(|| uninherited(&self.context(), f)),
        }
    }

    pub(crate) fn poll<R>(
        &mut self,
        cx: &mut Context<'_>,
        f: impl FnOnce(&mut Context<'_>) -> Poll<R>,
    ) -> Poll<R> {
        let span = self.context();
        match self.side {
            Side::Server => self.frame.poll(cx, f),
            // A connection that is opened here will serve other requests.
            Side::Client => self.frame.poll(cx, |cx| uninherited(&span, || f(cx))),
        }
    }

    /// Says what the head of the response tells; returns whether no body follows it.
    pub(crate) fn answered<B>(&mut self, response: &Response<B>) -> bool {
        let (span, status) = (self.context(), response.status());
        if span.is_recorded() {
            self.tell(&span, response);
        }
        let is_tunnel = self.method == "CONNECT" && status.is_success();
        self.is_head || is_tunnel || is_bodiless(status)
    }

    fn tell<B>(&mut self, span: &SpanContext, response: &Response<B>) {
        let (status, headers) = (response.status(), response.headers());
        let is_grpc = self.call.is_some();
        settings::record_response(span, &self.settings, headers, is_grpc);
        if self.side == Side::Client {
            let version = request::version(response.version());
            if let Some(version) = version {
                span.set_attribute("network.protocol.version", version);
            }
        }
        if is_grpc && status == StatusCode::OK && grpc::is_call(headers) {
            match Status::read(headers) {
                Some(status) => self.ended_with(span, status),
                None => self.confirm(span),
            }
            return;
        }
        span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
        if let (Side::Server, Some(route)) = (self.side, response.extensions().get::<Route>()) {
            span.set_attribute("http.route", route.as_str());
            span.set_name(&request::routed(self.method, route.as_str()));
        }
        if status == StatusCode::SWITCHING_PROTOCOLS {
            if let Some(protocol) = headers.get(UPGRADE).and_then(|value| value.to_str().ok()) {
                span.set_attribute("network.protocol.name", &*protocol.to_ascii_lowercase());
            }
        }
        let is_failed = match self.side {
            Side::Server => status.is_server_error(),
            Side::Client => status.is_client_error() || status.is_server_error(),
        };
        if is_failed {
            span.set_failed(status.as_str());
        }
    }

    /// Says what the trailers tell.
    pub(crate) fn trailers(&mut self, trailers: &HeaderMap) {
        let span = self.context();
        if let (true, Some(status)) = (self.call.is_some(), Status::read(trailers)) {
            self.ended_with(&span, status);
        }
    }

    fn ended_with(&mut self, span: &SpanContext, status: Status) {
        span.set_attribute("rpc.response.status_code", status.name());
        let is_failed = match self.side {
            Side::Server => status.is_server_error(),
            Side::Client => status.is_error(),
        };
        if is_failed {
            span.set_failed(status.name());
        }
        match (&mut self.call, self.side) {
            // Anybody may ask for anything: it is no name for a span.
            (Some(method), Side::Server) if status.is_unimplemented() => {
                let method = mem::take(method);
                span.set_attribute("rpc.method", "_OTHER");
                span.set_attribute("rpc.method_original", &*method);
            }
            _ => self.confirm(span),
        }
    }

    /// The service knows the method: a server's span can be called after it.
    fn confirm(&mut self, span: &SpanContext) {
        if let (Some(method), Side::Server) = (&mut self.call, self.side) {
            // Only once.
            let method = mem::take(method);
            if !method.is_empty() {
                span.set_name(&method);
            }
        }
    }

    /// Says that there was an error instead of a response, or of the rest of its body.
    pub(crate) fn failed<E: Display + 'static>(&mut self, error: &E) {
        failure::record(&self.context(), error);
    }

    /// The response is there to its last byte.
    pub(crate) fn finish(&mut self) {
        self.frame.finish();
    }

    /// Nobody waits any more; what is dropped next is dropped in the span.
    pub(crate) fn begin_drop(&mut self) {
        self.frame.begin_drop();
    }
}

/// Whether responses of this status never have a body.
fn is_bodiless(status: StatusCode) -> bool {
    status.is_informational() || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}
