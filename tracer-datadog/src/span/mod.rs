//! What the agent is told of a span.

mod around;
mod events;
mod facts;
mod given;
mod process;
mod tags;

use std::borrow::Cow;

use tracer_core::__private::told::ByCallsite;
use tracer_core::{Callsite, SpanId, SpanRecord, Value};

pub(crate) use around::{Around, Trace};
pub(crate) use given::Given;
pub(crate) use process::Process;

use facts::Own;
use tags::{Block, Tags};

use crate::msgpack;
use crate::names::{self, Names};
use crate::tag;

/// Writes spans; keeps what many of them have in common as it is written.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    /// What is the same for all spans of a callsite.
    callsites: ByCallsite<Written>,
    metrics: Vec<u8>,
    json: Vec<u8>,
    text: String,
    shown: String,
}

/// What spans of a callsite are called unless their attributes say something else, and the tags of the
/// place.
#[derive(Debug)]
struct Written {
    names: Box<[u8]>,
    place: Block,
}

/// Somebody has to look which services the spans of the trace are of, and to begin again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NeedsServices;

impl Spans {
    /// Writes a span.
    pub(crate) fn span<'a>(
        &mut self,
        body: &mut Vec<u8>,
        span: &'a SpanRecord,
        around: &Around<'_>,
        given: &mut Given<'a>,
    ) -> Result<(), NeedsServices> {
        let has_links = span.links().next().is_some();
        msgpack::few_entries(body, 12 + u32::from(has_links));
        numbers(body, span);
        msgpack::text(body, "meta");
        let meta = msgpack::begin_map(body);

        let callsite = span.callsite();
        let Self { callsites, metrics, json, text, shown } = self;
        let common = callsites.get_or_make(callsite, || Written::new(callsite));
        metrics.clear();
        let begin = body.len();
        let mut tags = Tags::new(body, metrics, shown);
        given.write(&mut tags, span, around.process);
        let service = service(given, around.process);
        if service.is_some() && around.services.is_none() {
            return Err(NeedsServices);
        }
        let is_special = given.is_special();
        if is_special {
            around.process.each(service.is_none(), |key, value| {
                if !given.stands_for(key) {
                    tags.text(key, value);
                }
            });
            facts::place(&mut Own { tags: &mut tags, given: Some(given) }, callsite);
        } else {
            around.process.write(&mut tags, service.is_none());
            tags.block(&common.place);
        }
        let mut own = Own { tags: &mut tags, given: is_special.then_some(&*given) };
        facts::facts(&mut own, span, text);
        if span.is_failed() {
            facts::failure(&mut own, span, span.error().as_ref(), text);
        }
        if span.events().next().is_some() {
            if events::write_events(json, span) {
                tags.text(tag::HAS_EXCEPTION, "true");
            }
            tags.text_of_bytes(tag::EVENTS, json);
        }
        around.write(&mut tags, span, service.as_deref());
        if is_special {
            given.write_rest(&mut tags, begin);
        }

        let (texts, count) = (tags.texts, tags.numbers);
        msgpack::end(body, meta, texts);
        msgpack::text(body, "metrics");
        let at = msgpack::begin_map(body);
        body.extend_from_slice(metrics);
        msgpack::end(body, at, count);
        called(body, span, around.process, given, service.as_deref(), &common.names);
        if has_links {
            events::write_links(body, span);
        }
        Ok(())
    }
}

impl Written {
    fn new(callsite: &'static Callsite) -> Self {
        let get = |key: &str| of_callsite(callsite, key);
        let mut names = Vec::new();
        write_names(&mut names, &names::of(callsite.kind(), callsite.name(), &get));
        let place = Block::new(|tags| facts::place(&mut Own { tags, given: None }, callsite));
        Self { names: names.into(), place }
    }
}

/// What `#[traced(span_type = …)]` says, as if it were an attribute.
fn of_callsite(callsite: &'static Callsite, key: &str) -> Option<Value<'static>> {
    callsite.span_type().filter(|_| key == "span.type").map(Value::Str)
}

fn numbers(body: &mut Vec<u8>, span: &SpanRecord) {
    msgpack::text(body, "trace_id");
    msgpack::id(body, span.trace_id().to_u128() as u64);
    msgpack::text(body, "span_id");
    msgpack::id(body, span.span_id().to_u64());
    msgpack::text(body, "parent_id");
    msgpack::id(body, span.parent_id().map_or(0, SpanId::to_u64));
    msgpack::text(body, "start");
    msgpack::integer(body, span.start() as i64);
    msgpack::text(body, "duration");
    msgpack::integer(body, span.end().saturating_sub(span.start()) as i64);
    msgpack::text(body, "error");
    msgpack::integer(body, span.is_failed().into());
}

/// The service that the span says it is of, if it is another one than the process's.
fn service<'a>(given: &Given<'a>, process: &Process) -> Option<Cow<'a, str>> {
    if given.names_nothing() {
        return None;
    }
    let service = match given.naming("service.name")? {
        Value::Str(service) => Cow::Borrowed(service),
        value => Cow::Owned(value.to_string()),
    };
    (!service.is_empty() && service != process.service()).then_some(service)
}

/// Writes what the span is called, and the service it is of.
fn called<'a>(
    body: &mut Vec<u8>,
    span: &'a SpanRecord,
    process: &Process,
    given: &Given<'a>,
    service: Option<&str>,
    common: &[u8],
) {
    if given.names_nothing() {
        body.extend_from_slice(process.service_field());
        body.extend_from_slice(common);
        return;
    }
    match service {
        Some(service) => {
            msgpack::text(body, "service");
            msgpack::text(body, service);
        }
        None => body.extend_from_slice(process.service_field()),
    }
    let get = |key: &str| given.naming(key).or_else(|| of_callsite(span.callsite(), key));
    write_names(body, &names::of(span.kind(), span.name(), &get));
}

fn write_names(body: &mut Vec<u8>, names: &Names<'_>) {
    msgpack::text(body, "name");
    msgpack::text(body, &names.operation);
    msgpack::text(body, "resource");
    msgpack::text(body, &names.resource);
    msgpack::text(body, "type");
    msgpack::text(body, &names.span_type);
}
