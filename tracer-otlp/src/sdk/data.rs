//! Spans of OpenTelemetry's SDK, read from the request that would go over HTTP: so there is one
//! description of a span.
//!
//! A request is what was just written here: that something of it cannot be read does not happen.

use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Array, InstrumentationScope, KeyValue, StringValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use crate::attribute::SCHEMA_URL;
use crate::field::span as field;
use crate::field::{IS_REMOTE, any_value, array_value, event, key_value, link, status};
use crate::field::{request, resource, resource_spans, scope_spans};
use crate::request::{SCOPE, VERSION};
use crate::wire::Message;
use crate::writer::Field;

/// What is said of the process.
pub(crate) fn resource(request: &[u8]) -> Resource {
    let attributes = messages(request, request::RESOURCE_SPANS)
        .flat_map(|spans| messages(spans, resource_spans::RESOURCE))
        .flat_map(|resource| messages(resource, resource::ATTRIBUTES))
        .filter_map(attribute);
    Resource::builder_empty().with_schema_url(attributes, SCHEMA_URL).build()
}

/// All spans of a request.
pub(crate) fn spans(request: &[u8]) -> Vec<SpanData> {
    let scope = InstrumentationScope::builder(SCOPE)
        .with_version(VERSION)
        .with_schema_url(SCHEMA_URL)
        .build();
    messages(request, request::RESOURCE_SPANS)
        .flat_map(|spans| messages(spans, resource_spans::SCOPE_SPANS))
        .flat_map(|spans| messages(spans, scope_spans::SPANS))
        .filter_map(|bytes| span(bytes, scope.clone()))
        .collect()
}

fn messages(message: &[u8], field: Field) -> impl Iterator<Item = &[u8]> {
    let all: Option<Vec<_>> = Message::read(message).map(|message| message.all(field).collect());
    all.into_iter().flatten()
}

fn span(bytes: &[u8], instrumentation_scope: InstrumentationScope) -> Option<SpanData> {
    let span = Message::read(bytes)?;
    let flags = span.number(field::FLAGS) as u32;
    let ids = (field::TRACE_ID, field::SPAN_ID);
    let (mut events, mut links) = (SpanEvents::default(), SpanLinks::default());
    events.events = span.all(field::EVENTS).map(event).collect::<Option<_>>()?;
    links.links = span.all(field::LINKS).map(link).collect::<Option<_>>()?;
    let parent_span_id = match span.last(field::PARENT_SPAN_ID) {
        Some(id) => span_id(id)?,
        None => SpanId::INVALID,
    };
    Some(SpanData {
        span_context: context(&span, ids, TraceFlags::new(flags as u8))?,
        parent_span_id,
        parent_span_is_remote: flags & IS_REMOTE != 0,
        span_kind: kind(span.number(field::KIND)),
        name: span.text(field::NAME).unwrap_or_default().into(),
        start_time: time(span.number(field::START)),
        end_time: time(span.number(field::END)),
        attributes: span.all(field::ATTRIBUTES).map(attribute).collect::<Option<_>>()?,
        dropped_attributes_count: 0,
        events,
        links,
        status: span.last(field::STATUS).map_or(Some(Status::Unset), failed)?,
        instrumentation_scope,
    })
}

fn event(bytes: &[u8]) -> Option<Event> {
    let event = Message::read(bytes)?;
    let name = event.text(event::NAME).unwrap_or_default();
    let attributes = event.all(event::ATTRIBUTES).map(attribute).collect::<Option<_>>()?;
    Some(Event::new(name, time(event.number(event::TIME)), attributes, 0))
}

fn link(bytes: &[u8]) -> Option<Link> {
    // It is not known whether that one is sampled.
    let ids = (link::TRACE_ID, link::SPAN_ID);
    context(&Message::read(bytes)?, ids, TraceFlags::NOT_SAMPLED).map(Link::with_context)
}

/// Only what failed has a status.
fn failed(bytes: &[u8]) -> Option<Status> {
    Some(Status::error(Message::read(bytes)?.text(status::MESSAGE).unwrap_or_default()))
}

fn attribute(bytes: &[u8]) -> Option<KeyValue> {
    let attribute = Message::read(bytes)?;
    let key = attribute.text(key_value::KEY).unwrap_or_default();
    Some(KeyValue::new(key, value(attribute.last(key_value::VALUE)?)?))
}

fn value(bytes: &[u8]) -> Option<Value> {
    let value = Message::read(bytes)?;
    let texts = |array| Some(Value::Array(Array::String(texts(array)?)));
    None.or_else(|| value.text(any_value::STRING).map(Value::from))
        .or_else(|| Some(Value::Bool(value.given_number(any_value::BOOL)? != 0)))
        .or_else(|| Some(Value::I64(value.given_number(any_value::INT)? as i64)))
        .or_else(|| Some(Value::F64(f64::from_bits(value.given_number(any_value::DOUBLE)?))))
        .or_else(|| value.last(any_value::ARRAY).and_then(texts))
}

/// Arrays that are written here are of texts.
fn texts(array: &[u8]) -> Option<Vec<StringValue>> {
    let text = |bytes| Message::read(bytes)?.text(any_value::STRING).map(StringValue::from);
    Message::read(array)?.all(array_value::VALUES).map(text).collect()
}

fn context(message: &Message<'_>, ids: (Field, Field), flags: TraceFlags) -> Option<SpanContext> {
    let trace_id = TraceId::from_bytes(message.last(ids.0)?.try_into().ok()?);
    let span_id = span_id(message.last(ids.1)?)?;
    // A link has it at the same number. What the SDK takes for malformed it would not hand on either.
    let state = message.text(field::TRACE_STATE).and_then(|state| state.parse().ok());
    let state: TraceState = state.unwrap_or_default();
    Some(SpanContext::new(trace_id, span_id, flags, false, state))
}

fn span_id(bytes: &[u8]) -> Option<SpanId> {
    Some(SpanId::from_bytes(bytes.try_into().ok()?))
}

fn time(nanos: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos)
}

const fn kind(number: u64) -> SpanKind {
    match number {
        2 => SpanKind::Server,
        3 => SpanKind::Client,
        4 => SpanKind::Producer,
        5 => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}
