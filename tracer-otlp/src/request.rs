//! Cuts batches into requests of a bounded size, each with the resource at its head.

use tracer_core::{Batch, SpanRecord, Value};

use crate::attribute::SCHEMA_URL;
use crate::field::{request, resource, resource_spans, scope, scope_spans};
use crate::message::{Given, Spans};
use crate::resource::Detected;
use crate::value::attribute;
use crate::writer::{Size, Writer};

/// Who says all this: the instrumentation scope of every span.
pub(crate) const SCOPE: &str = "tracer";
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Bytes of a request; one that holds a single span may be longer.
///
/// Receivers of gRPC commonly take 4 MiB, but web servers, those before receivers too, 1 MiB: there
/// is room for what a span takes more in the messages of OpenTelemetry's SDK.
pub(crate) const MAX_BYTES: usize = 1_000_000;

/// Writes requests one after the other into the same buffer.
#[derive(Debug)]
pub(crate) struct Requests<W> {
    writer: W,
    spans: Spans,
    detected: Detected,
    max_bytes: usize,
}

impl<W: Writer> Requests<W> {
    pub(crate) fn new(max_bytes: usize) -> Self {
        let (writer, detected) = (W::default(), Detected::new());
        Self { writer, spans: Spans::default(), detected, max_bytes }
    }

    /// Hands out the requests of a batch, each with the number of its spans.
    pub(crate) fn each(&mut self, batch: &Batch, mut send: impl FnMut(&[u8], usize)) {
        let mut rest = batch.spans();
        let mut given = Given::default();
        while !rest.is_empty() {
            self.writer.truncate(0);
            let count = self.request(batch, rest, &mut given);
            send(self.writer.written(), count);
            rest = &rest[count..];
        }
    }

    /// Writes as many of the spans as fit, but at least one, and returns how many.
    fn request<'a>(
        &mut self,
        batch: &Batch,
        spans: &'a [SpanRecord],
        given: &mut Given<'a>,
    ) -> usize {
        let mut count = 0;
        let Self { writer, spans: described, detected, max_bytes } = self;
        writer.root(|w| {
            w.list(request::RESOURCE_SPANS, |w| {
                w.entry(request::RESOURCE_SPANS, Size::Whole, |w| {
                    w.message(resource_spans::RESOURCE, Size::Long, |w| {
                        w.list(resource::ATTRIBUTES, |w| attributes(w, batch, detected));
                    });
                    w.text(resource_spans::SCHEMA_URL, SCHEMA_URL);
                    w.list(resource_spans::SCOPE_SPANS, |w| {
                        w.entry(resource_spans::SCOPE_SPANS, Size::Whole, |w| {
                            w.message(scope_spans::SCOPE, Size::Short, scope);
                            w.text(scope_spans::SCHEMA_URL, SCHEMA_URL);
                            w.list(scope_spans::SPANS, |w| {
                                count = described.fitting(w, spans, given, *max_bytes);
                            });
                        });
                    });
                });
            });
        });
        count
    }
}

impl Spans {
    fn fitting<'a, W: Writer>(
        &mut self,
        w: &mut W,
        spans: &'a [SpanRecord],
        given: &mut Given<'a>,
        max_bytes: usize,
    ) -> usize {
        for (count, span) in spans.iter().enumerate() {
            let before = w.written().len();
            w.entry(scope_spans::SPANS, Size::Long, |w| self.span(w, span, given));
            if count > 0 && w.written().len() > max_bytes {
                w.truncate(before);
                return count;
            }
        }
        spans.len()
    }
}

/// What is known of the process, and what the program says of it: that counts.
fn attributes<W: Writer>(w: &mut W, batch: &Batch, detected: &Detected) {
    let said = batch.resource();
    for (key, value) in said.attributes() {
        attribute(w, resource::ATTRIBUTES, key, &Value::Str(value));
    }
    for (key, value) in detected.attributes() {
        if said.get(key).is_none() {
            attribute(w, resource::ATTRIBUTES, key, &value);
        }
    }
}

fn scope<W: Writer>(w: &mut W) {
    w.text(scope::NAME, SCOPE);
    w.text(scope::VERSION, VERSION);
}
