//! Events of a span, as the JSON that Datadog reads of a tag, and its links.

use std::io::Write as _;

use tracer_core::{Event, SpanRecord, Value};

use crate::msgpack;

/// Writes the events of a span, if there are any; true if one of them is an exception.
pub(super) fn write_events(json: &mut Vec<u8>, span: &SpanRecord) -> bool {
    json.clear();
    let mut has_exception = false;
    for event in span.events() {
        json.push(if json.is_empty() { b'[' } else { b',' });
        write_event(json, &event);
        has_exception |= event.name() == "exception";
    }
    if !json.is_empty() {
        json.push(b']');
    }
    has_exception
}

fn write_event(json: &mut Vec<u8>, event: &Event<'_>) {
    json.extend_from_slice(b"{\"name\":");
    write_text(json, event.name());
    written(write!(json, ",\"time_unix_nano\":{}", event.time()));
    let mut separator: &[u8] = b",\"attributes\":{";
    for (index, (key, value)) in event.attributes().enumerate() {
        // The last one of a name counts.
        if event.attributes().skip(index + 1).any(|(later, _)| later == key) {
            continue;
        }
        json.extend_from_slice(separator);
        separator = b",";
        write_text(json, key);
        json.push(b':');
        write_value(json, &value);
    }
    json.extend_from_slice(if separator == b"," { b"}}" } else { b"}" });
}

fn write_value(json: &mut Vec<u8>, value: &Value<'_>) {
    match *value {
        Value::Str(text) => write_text(json, text),
        Value::Bool(value) => written(write!(json, "{value}")),
        Value::I64(value) => written(write!(json, "{value}")),
        Value::F64(value) if value.is_finite() => {
            written(serde_json::to_writer(&mut *json, &value));
        }
        // JSON has no other numbers, and the agent no larger ones.
        _ => write_text(json, &value.to_string()),
    }
}

fn write_text(json: &mut Vec<u8>, text: &str) {
    written(serde_json::to_writer(json, text));
}

fn written<E: std::fmt::Debug>(result: Result<(), E>) {
    result.expect("a vector takes all");
}

/// Writes the field with the links of a span that has some.
pub(super) fn write_links(body: &mut Vec<u8>, span: &SpanRecord) {
    msgpack::text(body, "span_links");
    msgpack::elements(body, span.links().count());
    for link in span.links() {
        let trace = link.trace.to_u128();
        msgpack::few_entries(body, 3);
        msgpack::text(body, "trace_id");
        msgpack::id(body, trace as u64);
        msgpack::text(body, "trace_id_high");
        msgpack::id(body, (trace >> 64) as u64);
        msgpack::text(body, "span_id");
        msgpack::id(body, link.span.to_u64());
    }
}
