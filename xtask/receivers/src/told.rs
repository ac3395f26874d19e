//! What was recorded, told without OTLP.

use serde_json::{Map, Value as Json, json};
use tracer::Value;
use tracer::export::{Batch, Callsite, ErrorRecord, ExportError, Exporter, Outcome, SpanRecord};

/// Prints each span.
#[derive(Debug)]
pub(crate) struct Told;

impl Exporter for Told {
    fn name(&self) -> &'static str {
        "told"
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        batch.spans().iter().for_each(|span| println!("{}", told(span)));
        Ok(())
    }
}

fn told(span: &SpanRecord) -> Json {
    let callsite = span.callsite();
    let parent = span.parent_id().map(|id| id.to_string());
    let outcome = match span.outcome() {
        Outcome::Cancelled => Some("cancelled"),
        Outcome::Panicked => Some("panicked"),
        _ => None,
    };
    let events = span.events().map(
        |event| json!({"name": event.name(), "time": event.time(), "attributes": last(event.attributes())}),
    );
    let links = span.links().map(|link| json!([link.trace.to_string(), link.span.to_string()]));
    json!({
        "trace_id": span.trace_id().to_string(),
        "span_id": span.span_id().to_string(),
        "parent_id": parent,
        "name": span.name(),
        "kind": format!("{:?}", span.kind()).to_lowercase(),
        "start": span.start(),
        "end": span.end(),
        "function": (!callsite.module_path().is_empty()).then(|| function(callsite)),
        "file": callsite.file(),
        "line": callsite.line(),
        "outcome": outcome,
        "is_failed": span.is_failed(),
        "is_spawned": span.is_spawned(),
        "polls": span.polls(),
        "attributes": last(span.attributes()),
        "events": events.collect::<Vec<_>>(),
        "links": links.collect::<Vec<_>>(),
        "error": span.error().map(|error| failure(span, &error)),
    })
}

fn failure(span: &SpanRecord, error: &ErrorRecord<'_>) -> Json {
    // Who only says that it failed has no stack.
    let stack = span.stack().filter(|_| error.is_exception()).map(function);
    json!({
        "type": error.type_name(),
        "message": error.message(),
        "sources": error.sources().collect::<Vec<_>>(),
        "is_passed_on": span.is_passed_on(),
        "stack": stack.collect::<Vec<_>>(),
    })
}

fn function(callsite: &Callsite) -> String {
    let path = [callsite.module_path(), callsite.function_name()];
    let parts: Vec<_> = path.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("::")
}

/// Of each key the last value. OTLP has no numbers beyond `i64`.
fn last<'a>(attributes: impl Iterator<Item = (&'a str, Value<'a>)>) -> Map<String, Json> {
    let value = |value: Value<'_>| match value {
        Value::Bool(value) => json!(value),
        Value::I64(value) => json!(value),
        // JSON has no others.
        Value::F64(value) if value.is_finite() => json!(value),
        Value::U64(value) if i64::try_from(value).is_ok() => json!(value),
        text => json!(text.to_string()),
    };
    attributes.map(|(key, it)| (key.to_owned(), value(it))).collect()
}
